/** Moves, conversions of width, shuffles of packed integers in MMX and XMM registers, and moves between the files. */
import * as w from "../../wasm/expression.ts";
import { bitselect, extract, replace, shuffle, splat, test, v, v128 } from "../../wasm/vector.ts";
import type { Meaning, Place, Value } from "../meaning.ts";
import { type Feature, instruction, type Row } from "../row.ts";
import { resize } from "../width.ts";
import { alone, atMost, bytes, choose, moved, packed, put, vector, ZERO } from "./media.ts";

/** A row of XMM registers (`sse`), MMX registers, or both, that says all itself. */
function row(name: string, file: "mmx" | "sse" | "both", encodings: readonly string[], feature: Feature, says: string, does: Row["does"], source?: string) {
  instruction(name, {
    encodings,
    feature,
    source: source ?? `AMD APM vol. ${file === "mmx" ? 5 : 4}, ${name}`,
    says,
    does(x, ...operands) {
      x.media(file);
      does(x, ...operands);
    },
  });
}

// ---- moves ------------------------------------------------------------------------------------------------------------

/** Stores a value of an integer operand in the low part of a register, zeros above; in memory, just it. */
function putLow(x: Meaning, dst: Place, value: Value): void {
  const result = x.let(value);
  if (dst.isVector) dst.set(x.let(alone(result)));
  else dst.set(dst.bits === 64 ? w.extendU(result) : w.wrap(result));
}

const COPY: Row["does"] = (x, dst, src) => putLow(x, dst, src.get());

/** The same from or to an MMX register. */
const COPY_MMX: Row["does"] = (x, dst, src) => {
  const value = x.let(src.get());
  // A store to memory may fault: it is the first commit.
  if (dst.isMemory) putLow(x, dst, value);
  x.enterMmx();
  if (!dst.isMemory) putLow(x, dst, value);
};

row("MOVQ", "mmx", ["NP 0F 6F  Pq Qq", "NP 0F 7F  Qq Pq", "NP 0F 6E  Pq Eq  oq", "NP 0F 7E  Eq Pq  oq"], "MMX", "Copies 64 bits from or to an MMX register.", COPY_MMX);
row(
  "MOVQ",
  "sse",
  ["F3 0F 7E  Vdq Wq", "66 0F D6  Mq Vq", "66 0F D6  Udq Vq", "66 0F 6E  Vdq Eq  oq", "66 0F 7E  Eq Vq  oq"],
  "SSE2",
  "Copies the low 64 bits of an XMM register; a register written has zeros above.",
  COPY,
);
row("MOVD", "mmx", ["NP 0F 6E  Pq Ed", "NP 0F 7E  Ed Pd"], "MMX", "Copies 32 bits from or to an MMX register, which gets zeros above.", COPY_MMX);
row("MOVD", "sse", ["66 0F 6E  Vdq Ed", "66 0F 7E  Ed Vd"], "SSE2", "Copies 32 bits from or to an XMM register, which gets zeros above.", COPY);

const WHOLE: Row["does"] = (_x, dst, src) => dst.set(src.get());
for (const [name, prefix, load, store, feature, what] of [
  ["MOVAPS", "NP", "28", "29", "SSE", "four aligned singles"],
  ["MOVAPD", "66", "28", "29", "SSE2", "two aligned doubles"],
  ["MOVDQA", "66", "6F", "7F", "SSE2", "128 aligned bits"],
] as const)
  row(name, "sse", [`${prefix} 0F ${load}  Vdq Wdq`, `${prefix} 0F ${store}  Wdq Vdq`], feature, `Copies ${what}.`, WHOLE);

const ANYWHERE: Row["does"] = (_x, dst, src) => dst.unaligned().set(src.unaligned().get());
for (const [name, prefix, load, store, feature, what] of [
  ["MOVUPS", "NP", "10", "11", "SSE", "four singles"],
  ["MOVUPD", "66", "10", "11", "SSE2", "two doubles"],
  ["MOVDQU", "F3", "6F", "7F", "SSE2", "128 bits"],
] as const)
  row(name, "sse", [`${prefix} 0F ${load}  Vdq Wdq`, `${prefix} 0F ${store}  Wdq Vdq`], feature, `Copies ${what}; memory need not be aligned.`, ANYWHERE);
row("LDDQU", "sse", ["F2 0F F0  Vdq Mdq"], "SSE3", "Loads 128 bits; memory need not be aligned.", ANYWHERE);

for (const [name, prefix, bits, feature, what] of [
  ["MOVSS", "F3", "d", "SSE", "single"],
  ["MOVSD", "F2", "q", "SSE2", "double"],
] as const)
  row(
    name,
    "sse",
    [`${prefix} 0F 10  V${bits} U${bits}`, `${prefix} 0F 10  Vdq M${bits}`, `${prefix} 0F 11  M${bits} V${bits}`, `${prefix} 0F 11  U${bits} V${bits}`],
    feature,
    `Copies a scalar ${what}; a load clears the rest of the register.`,
    COPY,
  );

/** The low half of a vector replaced by 64 bits; or its high half. */
const LOW_HALF: Row["does"] = (_x, dst, src) => dst.set(src.get());
const HIGH_FROM_LOW: Row["does"] = (x, dst, src) => {
  const value = x.let(src.get());
  dst.set(x.let(replace("i64x2.replace_lane", dst.get(), 1, value)));
};
const HIGH_HALF: Row["does"] = (x, dst, src) => dst.set(x.let(extract("i64x2.extract_lane", src.get(), 1)));
row("MOVLPS", "sse", ["NP 0F 12  Vq Mq", "NP 0F 13  Mq Vq"], "SSE", "Copies two singles from or to the low half of a register.", LOW_HALF);
row("MOVHLPS", "sse", ["NP 0F 12  Vq Udq"], "SSE", "Copies the high half of a register to the low half of another.", HIGH_HALF);
row("MOVHPS", "sse", ["NP 0F 16  Vdq Mq"], "SSE", "Loads two singles into the high half of a register.", HIGH_FROM_LOW);
row("MOVHPS", "sse", ["NP 0F 17  Mq Vdq"], "SSE", "Stores the two singles in the high half of a register.", HIGH_HALF);
row("MOVLHPS", "sse", ["NP 0F 16  Vdq Uq"], "SSE", "Copies the low half of a register to the high half of another.", HIGH_FROM_LOW);
row("MOVLPD", "sse", ["66 0F 12  Vq Mq", "66 0F 13  Mq Vq"], "SSE2", "Copies a double from or to the low half of a register.", LOW_HALF);
row("MOVHPD", "sse", ["66 0F 16  Vdq Mq"], "SSE2", "Loads a double into the high half of a register.", HIGH_FROM_LOW);
row("MOVHPD", "sse", ["66 0F 17  Mq Vdq"], "SSE2", "Stores the double in the high half of a register.", HIGH_HALF);

row("MOVNTPS", "sse", ["NP 0F 2B  Mdq Vdq"], "SSE", "Stores four singles past the caches.", WHOLE);
row("MOVNTPD", "sse", ["66 0F 2B  Mdq Vdq"], "SSE2", "Stores two doubles past the caches.", WHOLE);
row("MOVNTDQ", "sse", ["66 0F E7  Mdq Vdq"], "SSE2", "Stores 128 bits past the caches.", WHOLE);
row("MOVNTDQA", "sse", ["66 0F 38 2A  Vdq Mdq"], "SSE4.1", "Loads 128 bits past the caches.", WHOLE);
row("MOVNTQ", "mmx", ["NP 0F E7  Mq Pq"], "SSE", "Stores an MMX register past the caches.", COPY_MMX);
instruction("MOVNTI", {
  encodings: ["NP 0F C3  My Gy"],
  feature: "SSE2",
  says: "Stores a general register past the caches.",
  does: (_x, dst, src) => dst.set(src.get()),
});

row("MOVDQ2Q", "both", ["F2 0F D6  Pq Uq"], "SSE2", "Copies the low half of an XMM register to an MMX register.", COPY_MMX);
row("MOVQ2DQ", "both", ["F3 0F D6  Vdq Nq"], "SSE2", "Copies an MMX register to the low half of an XMM register, zeros above.", COPY_MMX);

row("MOVDDUP", "sse", ["F2 0F 12  Vdq Wq"], "SSE3", "Copies a double into both halves.", (x, dst, src) => dst.set(x.let(splat("i64x2.splat", src.get()))));
for (const [name, opcode, chosen, which] of [
  ["MOVSLDUP", "12", [0, 0, 2, 2], "even"],
  ["MOVSHDUP", "16", [1, 1, 3, 3], "odd"],
] as const)
  row(name, "sse", [`F3 0F ${opcode}  Vdq Wdq`], "SSE3", `Copies the singles at ${which} places twice.`, (x, dst, src) => dst.set(x.let(choose(x, src.get(), 4, chosen.map(w.i32)))));

// ---- narrowing, interleaving, shuffling ---------------------------------------------------------------------------------

/** Both operands, one behind the other: of MMX operands, in one vector, twice. */
const joined = (a: Value, b: Value) => shuffle(a, b, [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]);
for (const [name, opcode, op, says] of [
  ["PACKSSWB", "0F 63", "i8x16.narrow_i16x8_s", "Narrows signed words of both operands to signed bytes, with saturation."],
  ["PACKUSWB", "0F 67", "i8x16.narrow_i16x8_u", "Narrows signed words of both operands to unsigned bytes, with saturation."],
  ["PACKSSDW", "0F 6B", "i16x8.narrow_i32x4_s", "Narrows signed doublewords of both operands to signed words, with saturation."],
] as const)
  packed(
    name,
    opcode,
    (a, b, width, x) => {
      if (width === 128) return v(op, a, b);
      const both = x.let(joined(a, b));
      return v(op, both, both);
    },
    { says },
  );

/** The bytes of `a` and `b`, lanes of `size` bytes in turn, from byte `from` on. */
const inTurn = (size: number, from: number) => Array.from({ length: 16 }, (_, i) => from + (i % size) + size * Math.floor(i / (2 * size)) + (Math.floor(i / size) % 2) * 16);
for (const [letters, noun, size, lowOpcode, highOpcode] of [
  ["BW", "bytes", 1, "0F 60", "0F 68"],
  ["WD", "words", 2, "0F 61", "0F 69"],
  ["DQ", "doublewords", 4, "0F 62", "0F 6A"],
] as const) {
  packed(`PUNPCKL${letters}`, lowOpcode, (a, b) => shuffle(a, b, inTurn(size, 0)), {
    says: `Interleaves the ${noun} of the operands' low halves.`,
    source: "Qd",
  });
  // The high half of an MMX register begins at byte 4.
  packed(`PUNPCKH${letters}`, highOpcode, (a, b, width) => shuffle(a, b, inTurn(size, width / 16)), {
    says: `Interleaves the ${noun} of the operands' high halves.`,
  });
}
packed("PUNPCKLQDQ", "0F 6C", (a, b) => shuffle(a, b, inTurn(8, 0)), { says: "Joins the low quadwords of the operands.", mmx: false });
packed("PUNPCKHQDQ", "0F 6D", (a, b) => shuffle(a, b, inTurn(8, 8)), { says: "Joins the high quadwords of the operands.", mmx: false });

for (const [name, prefix, opcode, size, from, feature, says] of [
  ["UNPCKLPS", "NP", "14", 4, 0, "SSE", "Interleaves the singles of the operands' low halves."],
  ["UNPCKHPS", "NP", "15", 4, 8, "SSE", "Interleaves the singles of the operands' high halves."],
  ["UNPCKLPD", "66", "14", 8, 0, "SSE2", "Joins the low doubles of the operands."],
  ["UNPCKHPD", "66", "15", 8, 8, "SSE2", "Joins the high doubles of the operands."],
] as const)
  row(name, "sse", [`${prefix} 0F ${opcode}  Vdq Wdq`], feature, says, (x, dst, src) => {
    const b = src.get();
    dst.set(x.let(shuffle(dst.get(), b, inTurn(size, from))));
  });

/** The field of `bits` at place `i` of an immediate. */
const field = (immediate: Value, i: number, bits: 1 | 2) => w.and(w.shru(immediate, w.i32(i * bits)), w.i32(bits === 2 ? 3 : 1));

row("PSHUFW", "mmx", ["NP 0F 70  Pq Qq Ib"], "SSE", "Chooses four words of the second operand, two bits of the immediate each.", (x, dst, src, immediate) => {
  const a = x.let(vector(src));
  const n = immediate.get();
  put(
    x,
    dst,
    choose(
      x,
      a,
      2,
      [0, 1, 2, 3].map((i) => field(n, i, 2)),
    ),
  );
});
row("PSHUFD", "sse", ["66 0F 70  Vdq Wdq Ib"], "SSE2", "Chooses four doublewords of the second operand, two bits of the immediate each.", (x, dst, src, immediate) => {
  const a = src.get();
  const n = immediate.get();
  dst.set(
    x.let(
      choose(
        x,
        a,
        4,
        [0, 1, 2, 3].map((i) => field(n, i, 2)),
      ),
    ),
  );
});
for (const [name, prefix, first, half] of [
  ["PSHUFLW", "F2", 0, "low"],
  ["PSHUFHW", "F3", 4, "high"],
] as const)
  row(name, "sse", [`${prefix} 0F 70  Vdq Wdq Ib`], "SSE2", `Chooses four words of the second operand's ${half} half, and copies the other half.`, (x, dst, src, immediate) => {
    const a = src.get();
    const n = immediate.get();
    const lanes = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => (i >> 2 === first >> 2 ? w.add(field(n, i - first, 2), w.i32(first)) : w.i32(i)));
    dst.set(x.let(choose(x, a, 2, lanes)));
  });

row("SHUFPS", "sse", ["NP 0F C6  Vdq Wdq Ib"], "SSE", "Chooses two singles of the first operand and two of the second, two bits of the immediate each.", (x, dst, src, immediate) => {
  const b = src.get();
  const n = immediate.get();
  const a = dst.get();
  const from = (s: Value) =>
    choose(
      x,
      s,
      4,
      [0, 1, 2, 3].map((i) => field(n, i, 2)),
    );
  dst.set(x.let(bitselect(from(a), from(b), v128(-1n, 0n))));
});
row("SHUFPD", "sse", ["66 0F C6  Vdq Wdq Ib"], "SSE2", "Chooses one double of each operand, a bit of the immediate each.", (x, dst, src, immediate) => {
  const b = src.get();
  const n = immediate.get();
  const a = dst.get();
  const one = (s: Value, i: number) => w.select(field(n, i, 1), extract("i64x2.extract_lane", s, 1), extract("i64x2.extract_lane", s, 0));
  dst.set(x.let(replace("i64x2.replace_lane", splat("i64x2.splat", one(a, 0)), 1, one(b, 1))));
});

packed("PSHUFB", "0F 38 00", (a, b, width) => v("i8x16.swizzle", a, v("v128.and", b, bytes(w.i32(width === 128 ? 0x8f : 0x87)))), {
  says: "Chooses bytes of the first operand by those of the second, or 0 where their top bit is set.",
  mmx: "SSSE3",
  sse: "SSSE3",
});

row("PALIGNR", "mmx", ["NP 0F 3A 0F  Pq Qq Ib"], "SSSE3", "Takes eight bytes of both operands, joined, from a place that the immediate gives.", (x, dst, src, count) => {
  const b = x.let(vector(src));
  const n = atMost(x, count.get(), 16);
  put(x, dst, moved(joined(b, vector(dst)), n));
});
row(
  "PALIGNR",
  "sse",
  ["66 0F 3A 0F  Vdq Wdq Ib"],
  "SSSE3",
  "Takes sixteen bytes of both operands, joined, from a place that the immediate gives.",
  (x, dst, src, count) => {
    const b = src.get();
    const n = x.let(atMost(x, count.get(), 32));
    // Places from 32 on wrap to small ones in a byte only from 240 on, which the limit keeps out.
    dst.set(x.let(v("v128.or", moved(b, n), moved(dst.get(), w.sub(n, w.i32(16))))));
  },
  "AMD APM vol. 4, PALIGNR",
);

// ---- single lanes -------------------------------------------------------------------------------------------------------

/** The lane of `size` bytes at place `n` (an i32), as an i32 or i64. */
function laneAt(a: Value, size: 1 | 2 | 4 | 8, n: Value): Value {
  const down = moved(a, w.mul(n, w.i32(size)));
  const name = { 1: "i8x16.extract_lane_u", 2: "i16x8.extract_lane_u", 4: "i32x4.extract_lane", 8: "i64x2.extract_lane" } as const;
  return extract(name[size], down, 0);
}

const LANE = {
  1: ["i8x16", v128(0x0706050403020100n, 0x0f0e0d0c0b0a0908n)],
  2: ["i16x8", v128(0x0003000200010000n, 0x0007000600050004n)],
  4: ["i32x4", v128(0x1_00000000n, 0x3_00000002n)],
  8: ["i64x2", v128(0n, 1n)],
} as const;

/** `a` with the lane at place `n` replaced. */
function withLane(a: Value, size: 1 | 2 | 4 | 8, n: Value, value: Value): Value {
  const [shape, numbers] = LANE[size];
  const where = shape === "i64x2" ? splat("i64x2.splat", w.extendU(n)) : splat(`${shape}.splat`, n);
  return bitselect(splat(`${shape}.splat`, value), a, v(`${shape}.eq`, numbers, where));
}

const MASKED = (n: Value, lanes: number) => w.and(n, w.i32(lanes - 1));

row("PEXTRW", "mmx", ["NP 0F C5  Gy Nq Ib"], "SSE", "Copies a word of an MMX register to a general register.", (x, dst, src, n) => {
  const value = x.let(laneAt(vector(src), 2, x.let(MASKED(n.get(), 4))));
  x.enterMmx();
  dst.set(resize(value, dst.bits));
});
row("PINSRW", "mmx", ["NP 0F C4  Pq Ry Ib", "NP 0F C4  Pq Mw Ib"], "SSE", "Replaces a word of an MMX register.", (x, dst, src, n) => {
  const value = x.let(w.wrap(src.get()));
  put(x, dst, withLane(vector(dst), 2, x.let(MASKED(n.get(), 4)), value));
});
row("PMOVMSKB", "mmx", ["NP 0F D7  Gy Nq"], "SSE", "Collects the top bits of eight bytes.", (x, dst, src) => {
  const mask = x.let(w.and(test("i8x16.bitmask", vector(src)), w.i32(0xff)));
  x.enterMmx();
  dst.set(resize(mask, dst.bits));
});

const EXTRACT =
  (size: 1 | 2 | 4 | 8): Row["does"] =>
  (x, dst, src, n) => {
    const value = x.let(laneAt(src.get(), size, x.let(MASKED(n.get(), 16 / size))));
    dst.set(resize(value, dst.bits));
  };
const INSERT =
  (size: 1 | 2 | 4 | 8): Row["does"] =>
  (x, dst, src, n) => {
    const value = x.let(size === 8 ? src.get() : w.wrap(src.get()));
    dst.set(x.let(withLane(dst.get(), size, x.let(MASKED(n.get(), 16 / size)), value)));
  };
row("PEXTRW", "sse", ["66 0F C5  Gy Udq Ib"], "SSE2", "Copies a word of an XMM register to a general register.", EXTRACT(2));
row("PEXTRW", "sse", ["66 0F 3A 15  Mw Vdq Ib", "66 0F 3A 15  Ry Vdq Ib"], "SSE4.1", "Copies a word of an XMM register to memory or a general register.", EXTRACT(2));
row("PINSRW", "sse", ["66 0F C4  Vdq Ry Ib", "66 0F C4  Vdq Mw Ib"], "SSE2", "Replaces a word of an XMM register.", INSERT(2));
row("PEXTRB", "sse", ["66 0F 3A 14  Mb Vdq Ib", "66 0F 3A 14  Ry Vdq Ib"], "SSE4.1", "Copies a byte of an XMM register to memory or a general register.", EXTRACT(1));
row("PINSRB", "sse", ["66 0F 3A 20  Vdq Ry Ib", "66 0F 3A 20  Vdq Mb Ib"], "SSE4.1", "Replaces a byte of an XMM register.", INSERT(1));
row("PEXTRQ", "sse", ["66 0F 3A 16  Eq Vdq Ib  oq"], "SSE4.1", "Copies a quadword of an XMM register.", EXTRACT(8));
row("PEXTRD", "sse", ["66 0F 3A 16  Ed Vdq Ib"], "SSE4.1", "Copies a doubleword of an XMM register.", EXTRACT(4));
row("PINSRQ", "sse", ["66 0F 3A 22  Vdq Eq Ib  oq"], "SSE4.1", "Replaces a quadword of an XMM register.", INSERT(8));
row("PINSRD", "sse", ["66 0F 3A 22  Vdq Ed Ib"], "SSE4.1", "Replaces a doubleword of an XMM register.", INSERT(4));
row("EXTRACTPS", "sse", ["66 0F 3A 17  Md Vdq Ib", "66 0F 3A 17  Ry Vdq Ib"], "SSE4.1", "Copies a single of an XMM register to memory or a general register.", EXTRACT(4));
row(
  "INSERTPS",
  "sse",
  ["66 0F 3A 21  Vdq Udq Ib", "66 0F 3A 21  Vdq Md Ib"],
  "SSE4.1",
  "Replaces a single of an XMM register by one of the second operand, and clears those that the immediate names.",
  (x, dst, src, immediate) => {
    const source = x.let(src.get());
    const n = x.let(immediate.get());
    const value = src.isVector ? x.let(laneAt(source, 4, x.let(w.shru(n, w.i32(6))))) : source;
    const inserted = withLane(dst.get(), 4, x.let(field(n, 2, 2)), value);
    const bits = v("v128.and", splat("i32x4.splat", n), v128(0x2_00000001n, 0x8_00000004n));
    dst.set(x.let(v("v128.and", inserted, v("i32x4.eq", bits, ZERO))));
  },
);
row("PMOVMSKB", "sse", ["66 0F D7  Gy Udq"], "SSE2", "Collects the top bits of sixteen bytes.", (x, dst, src) => dst.set(resize(x.let(test("i8x16.bitmask", src.get())), dst.bits)));
row("MOVMSKPS", "sse", ["NP 0F 50  Gy Udq"], "SSE", "Collects the signs of four singles.", (x, dst, src) => dst.set(resize(x.let(test("i32x4.bitmask", src.get())), dst.bits)));
row("MOVMSKPD", "sse", ["66 0F 50  Gy Udq"], "SSE2", "Collects the signs of two doubles.", (x, dst, src) => dst.set(resize(x.let(test("i64x2.bitmask", src.get())), dst.bits)));

// ---- logic of floats, widening, blending ----------------------------------------------------------------------------------

for (const [name, opcode, op, says] of [
  ["AND", "54", (a: Value, b: Value) => v("v128.and", a, b), "Combines all bits by AND"],
  ["ANDN", "55", (a: Value, b: Value) => v("v128.andnot", b, a), "Combines the complement of the first operand with the second by AND"],
  ["OR", "56", (a: Value, b: Value) => v("v128.or", a, b), "Combines all bits by OR"],
  ["XOR", "57", (a: Value, b: Value) => v("v128.xor", a, b), "Combines all bits by exclusive OR"],
] as const)
  for (const [type, prefix, feature, noun] of [
    ["PS", "NP", "SSE", "singles"],
    ["PD", "66", "SSE2", "doubles"],
  ] as const)
    row(name + type, "sse", [`${prefix} 0F ${opcode}  Vdq Wdq`], feature, `${says}, on packed ${noun}.`, (x, dst, src) => {
      const b = src.get();
      dst.set(x.let(op(dst.get(), b)));
    });

for (const [letter, sign, base, how] of [
  ["S", "s", 0x20, "signs"],
  ["Z", "u", 0x30, "zeros"],
] as const) {
  const wider = (a: Value, ...shapes: readonly ("i16x8" | "i32x4" | "i64x2")[]) =>
    shapes.reduce((value, shape) => v(`${shape}.extend_low_${{ i16x8: "i8x16", i32x4: "i16x8", i64x2: "i32x4" }[shape]}_${sign}` as "i16x8.extend_low_i8x16_s", value), a);
  for (const [index, letters, width, shapes, what] of [
    [0, "BW", "q", ["i16x8"], "eight bytes to words"],
    [1, "BD", "d", ["i16x8", "i32x4"], "four bytes to doublewords"],
    [2, "BQ", "w", ["i16x8", "i32x4", "i64x2"], "two bytes to quadwords"],
    [3, "WD", "q", ["i32x4"], "four words to doublewords"],
    [4, "WQ", "d", ["i32x4", "i64x2"], "two words to quadwords"],
    [5, "DQ", "q", ["i64x2"], "two doublewords to quadwords"],
  ] as const)
    row(`PMOV${letter}X${letters}`, "sse", [`66 0F 38 ${(base + index).toString(16).toUpperCase()}  Vdq W${width}`], "SSE4.1", `Widens ${what} with ${how}.`, (x, dst, src) =>
      dst.set(x.let(wider(vector(src), ...shapes))),
    );
}

for (const [name, opcode, shape, bits, noun] of [
  ["BLENDPS", "0C", "i32x4", v128(0x2_00000001n, 0x8_00000004n), "singles"],
  ["BLENDPD", "0D", "i64x2", v128(1n, 2n), "doubles"],
  ["PBLENDW", "0E", "i16x8", v128(0x0008000400020001n, 0x0080004000200010n), "words"],
] as const)
  row(name, "sse", [`66 0F 3A ${opcode}  Vdq Wdq Ib`], "SSE4.1", `Copies those ${noun} of the second operand whose bits in the immediate are set.`, (x, dst, src, immediate) => {
    const b = src.get();
    const n = immediate.get();
    const all = shape === "i64x2" ? splat("i64x2.splat", w.extendU(n)) : splat(`${shape}.splat`, n);
    const mask = v(`${shape}.eq`, v("v128.and", all, bits), bits);
    dst.set(x.let(bitselect(b, dst.get(), mask)));
  });
for (const [name, opcode, shape, bits, noun] of [
  ["PBLENDVB", "10", "i8x16", 8, "bytes"],
  ["BLENDVPS", "14", "i32x4", 32, "singles"],
  ["BLENDVPD", "15", "i64x2", 64, "doubles"],
] as const)
  row(name, "sse", [`66 0F 38 ${opcode}  Vdq Wdq XMM0`], "SSE4.1", `Copies those ${noun} of the second operand for which XMM0 has its top bit set.`, (x, dst, src, chosen) => {
    const b = src.get();
    const mask = v(`${shape}.shr_s`, chosen.get(), w.i32(bits - 1));
    dst.set(x.let(bitselect(b, dst.get(), mask)));
  });

row("EMMS", "mmx", ["NP 0F 77"], "MMX", "Empties the registers that MMX shares with the x87, for the x87's use.", (x) => x.enterMmx(true));
