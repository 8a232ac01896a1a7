/** Arithmetic, comparison, logic and shifts of packed integers in MMX and XMM registers. */
import * as w from "../../wasm/expression.ts";
import { shuffle, test, type VectorBinary, type VectorShift, v, v128 } from "../../wasm/vector.ts";
import type { Value } from "../meaning.ts";
import { type Feature, instruction } from "../row.ts";
import { atMost, low, moved, packed, put, vector, ZERO } from "./media.ts";

/** Instructions that are one operation of WebAssembly. */
const DIRECT: readonly (readonly [name: string, opcode: string, op: VectorBinary, says: string, mmx?: Feature])[] = [
  ["PADDB", "0F FC", "i8x16.add", "Adds packed bytes."],
  ["PADDW", "0F FD", "i16x8.add", "Adds packed words."],
  ["PADDD", "0F FE", "i32x4.add", "Adds packed doublewords."],
  ["PADDQ", "0F D4", "i64x2.add", "Adds packed quadwords.", "SSE2"],
  ["PADDSB", "0F EC", "i8x16.add_sat_s", "Adds packed signed bytes; sums beyond their range stay at its end."],
  ["PADDSW", "0F ED", "i16x8.add_sat_s", "Adds packed signed words; sums beyond their range stay at its end."],
  ["PADDUSB", "0F DC", "i8x16.add_sat_u", "Adds packed unsigned bytes; sums above FF become FF."],
  ["PADDUSW", "0F DD", "i16x8.add_sat_u", "Adds packed unsigned words; sums above FFFF become FFFF."],
  ["PSUBB", "0F F8", "i8x16.sub", "Subtracts packed bytes."],
  ["PSUBW", "0F F9", "i16x8.sub", "Subtracts packed words."],
  ["PSUBD", "0F FA", "i32x4.sub", "Subtracts packed doublewords."],
  ["PSUBQ", "0F FB", "i64x2.sub", "Subtracts packed quadwords.", "SSE2"],
  ["PSUBSB", "0F E8", "i8x16.sub_sat_s", "Subtracts packed signed bytes; differences beyond their range stay at its end."],
  ["PSUBSW", "0F E9", "i16x8.sub_sat_s", "Subtracts packed signed words; differences beyond their range stay at its end."],
  ["PSUBUSB", "0F D8", "i8x16.sub_sat_u", "Subtracts packed unsigned bytes; differences below 0 become 0."],
  ["PSUBUSW", "0F D9", "i16x8.sub_sat_u", "Subtracts packed unsigned words; differences below 0 become 0."],
  ["PMULLW", "0F D5", "i16x8.mul", "Multiplies packed words and keeps the products' low halves."],
  ["PMADDWD", "0F F5", "i32x4.dot_i16x8_s", "Multiplies packed signed words and adds the products two by two."],
  ["PAND", "0F DB", "v128.and", "Combines all bits by AND."],
  ["POR", "0F EB", "v128.or", "Combines all bits by OR."],
  ["PXOR", "0F EF", "v128.xor", "Combines all bits by exclusive OR."],
  ["PCMPEQB", "0F 74", "i8x16.eq", "Fills each byte with ones where the operands' bytes are equal, else with zeros."],
  ["PCMPEQW", "0F 75", "i16x8.eq", "Fills each word with ones where the operands' words are equal, else with zeros."],
  ["PCMPEQD", "0F 76", "i32x4.eq", "Fills each doubleword with ones where the operands' are equal, else with zeros."],
  ["PCMPGTB", "0F 64", "i8x16.gt_s", "Fills each byte with ones where the first is greater, signed, else with zeros."],
  ["PCMPGTW", "0F 65", "i16x8.gt_s", "Fills each word with ones where the first is greater, signed, else with zeros."],
  ["PCMPGTD", "0F 66", "i32x4.gt_s", "Fills each doubleword with ones where the first is greater, signed, else with zeros."],
  ["PAVGB", "0F E0", "i8x16.avgr_u", "Averages packed unsigned bytes, rounding up.", "SSE"],
  ["PAVGW", "0F E3", "i16x8.avgr_u", "Averages packed unsigned words, rounding up.", "SSE"],
  ["PMAXSW", "0F EE", "i16x8.max_s", "Takes the greater of packed signed words.", "SSE"],
  ["PMAXUB", "0F DE", "i8x16.max_u", "Takes the greater of packed unsigned bytes.", "SSE"],
  ["PMINSW", "0F EA", "i16x8.min_s", "Takes the lesser of packed signed words.", "SSE"],
  ["PMINUB", "0F DA", "i8x16.min_u", "Takes the lesser of packed unsigned bytes.", "SSE"],
];
for (const [name, opcode, op, says, mmx] of DIRECT) packed(name, opcode, (a, b) => v(op, a, b), { says, ...(mmx ? { mmx } : {}) });

packed("PANDN", "0F DF", (a, b) => v("v128.andnot", b, a), {
  says: "Combines the complement of the first operand with the second by AND.",
});

/** The high words of eight 32-bit products. */
const HIGH_WORDS = [2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26, 27, 30, 31];

packed("PMULHW", "0F E5", (a, b) => shuffle(v("i32x4.extmul_low_i16x8_s", a, b), v("i32x4.extmul_high_i16x8_s", a, b), HIGH_WORDS), {
  says: "Multiplies packed signed words and keeps the products' high halves.",
});
packed("PMULHUW", "0F E4", (a, b) => shuffle(v("i32x4.extmul_low_i16x8_u", a, b), v("i32x4.extmul_high_i16x8_u", a, b), HIGH_WORDS), {
  says: "Multiplies packed unsigned words and keeps the products' high halves.",
  mmx: "SSE",
});

const LOW_DOUBLEWORDS = v128(0xffffffffn, 0xffffffffn);
packed("PMULUDQ", "0F F4", (a, b) => v("i64x2.mul", v("v128.and", a, LOW_DOUBLEWORDS), v("v128.and", b, LOW_DOUBLEWORDS)), {
  says: "Multiplies the low doubleword of each quadword, unsigned, to a quadword.",
  mmx: "SSE2",
});

packed(
  "PSADBW",
  "0F F6",
  (a, b, _width, x) => {
    const difference = v("i8x16.sub", v("i8x16.max_u", a, b), v("i8x16.min_u", a, b));
    const pairs = v("i16x8.extadd_pairwise_i8x16_u", difference);
    const fours = x.let(v("i32x4.extadd_pairwise_i16x8_u", pairs));
    const sums = v("i32x4.add", fours, v("i64x2.shr_u", fours, w.i32(32)));
    return v("v128.and", sums, v128(0xffffn, 0xffffn));
  },
  { says: "Adds up the absolute differences of eight unsigned bytes, in each half.", mmx: "SSE" },
);

// ---- shifts: by a register's low 64 bits, or by an immediate ----------------------------------------------------------

for (const [name, opcode, digit, op, bits, says] of [
  ["PSRLW", "D1", "71 /2", "i16x8.shr_u", 16, "Shifts packed words right and fills with zeros"],
  ["PSRLD", "D2", "72 /2", "i32x4.shr_u", 32, "Shifts packed doublewords right and fills with zeros"],
  ["PSRLQ", "D3", "73 /2", "i64x2.shr_u", 64, "Shifts packed quadwords right and fills with zeros"],
  ["PSRAW", "E1", "71 /4", "i16x8.shr_s", 16, "Shifts packed words right and fills with their signs"],
  ["PSRAD", "E2", "72 /4", "i32x4.shr_s", 32, "Shifts packed doublewords right and fills with their signs"],
  ["PSLLW", "F1", "71 /6", "i16x8.shl", 16, "Shifts packed words left"],
  ["PSLLD", "F2", "72 /6", "i32x4.shl", 32, "Shifts packed doublewords left"],
  ["PSLLQ", "F3", "73 /6", "i64x2.shl", 64, "Shifts packed quadwords left"],
] as const) {
  /** Counts of `bits` and more shift everything out. */
  const shifted = (a: Value, count: Value): Value => {
    const isBig = w.gtu(count, w.constantLike(count, bits - 1));
    const n = w.wrap(count);
    if (op.endsWith("shr_s")) return v(op as VectorShift, a, w.select(isBig, w.i32(bits - 1), n));
    return w.select(isBig, ZERO, v(op as VectorShift, a, n));
  };
  for (const [file, prefix, register, operand, feature, volume] of [
    ["mmx", "NP", "Nq", "Pq Qq", "MMX", 5],
    ["sse", "66", "Udq", "Vdq Wdq", "SSE2", 4],
  ] as const) {
    instruction(name, {
      encodings: [`${prefix} 0F ${opcode}  ${operand}`, `${prefix} 0F ${digit}  ${register} Ib`],
      feature,
      source: `AMD APM vol. ${volume}, ${name}`,
      says: `${says}, all by one count.`,
      does(x, dst, src) {
        x.media(file);
        const isCount = src.bits === 8;
        const count = x.let(isCount ? src.get() : low(vector(src)));
        put(x, dst, shifted(vector(dst), count));
      },
    });
  }
}

for (const [name, digit, direction] of [
  ["PSRLDQ", 3, "right"],
  ["PSLLDQ", 7, "left"],
] as const) {
  instruction(name, {
    encodings: [`66 0F 73 /${digit}  Udq Ib`],
    feature: "SSE2",
    source: `AMD APM vol. 4, ${name}`,
    says: `Shifts the whole register ${direction} by a number of bytes.`,
    does(x, dst, count) {
      x.media("sse");
      const n = x.let(atMost(x, count.get(), 16));
      dst.set(x.let(moved(dst.get(), direction === "right" ? n : w.sub(w.i32(0), n))));
    },
  });
}

// ---- SSSE3 and SSE4.1 ---------------------------------------------------------------------------------------------------

/** Words (or doublewords) at even and at odd places of `a`, then of `b`; of MMX operands, the first half counts. */
function evenAndOdd(a: Value, b: Value, size: 2 | 4, width: number): [Value, Value] {
  const half = width / 16;
  const places = (odd: number) => {
    const from = (start: number) => Array.from({ length: half }, (_, i) => start + 2 * size * Math.floor(i / size) + odd * size + (i % size));
    const list = [...from(0), ...from(16)];
    return width === 128 ? list : [...list, ...list];
  };
  return [shuffle(a, b, places(0)), shuffle(a, b, places(1))];
}

for (const [name, opcode, op, size, says] of [
  ["PHADDW", "0F 38 01", "i16x8.add", 2, "Adds neighbouring words of both operands."],
  ["PHADDD", "0F 38 02", "i32x4.add", 4, "Adds neighbouring doublewords of both operands."],
  ["PHADDSW", "0F 38 03", "i16x8.add_sat_s", 2, "Adds neighbouring signed words of both operands, with saturation."],
  ["PHSUBW", "0F 38 05", "i16x8.sub", 2, "Subtracts from each word at an even place its neighbour, in both operands."],
  ["PHSUBD", "0F 38 06", "i32x4.sub", 4, "Subtracts from each doubleword at an even place its neighbour, in both operands."],
  ["PHSUBSW", "0F 38 07", "i16x8.sub_sat_s", 2, "Subtracts neighbouring signed words of both operands, with saturation."],
] as const) {
  packed(name, opcode, (a, b, width) => v(op, ...evenAndOdd(a, b, size, width)), { says, mmx: "SSSE3", sse: "SSSE3" });
}

packed(
  "PMADDUBSW",
  "0F 38 04",
  (a, b) => {
    // Even and odd bytes as words: unsigned of the first operand, signed of the second.
    const even = (s: Value, op: "i16x8.shr_u" | "i16x8.shr_s") => v(op, v("i16x8.shl", s, w.i32(8)), w.i32(8));
    const evens = v("i16x8.mul", even(a, "i16x8.shr_u"), even(b, "i16x8.shr_s"));
    const odds = v("i16x8.mul", v("i16x8.shr_u", a, w.i32(8)), v("i16x8.shr_s", b, w.i32(8)));
    return v("i16x8.add_sat_s", evens, odds);
  },
  {
    says: "Multiplies unsigned bytes by signed ones and adds the products two by two, with saturation.",
    mmx: "SSSE3",
    sse: "SSSE3",
  },
);

packed(
  "PMULHRSW",
  "0F 38 0B",
  (a, b, _width, x) => {
    const half = (part: "low" | "high") => {
      const product = v(`i32x4.extmul_${part}_i16x8_s`, a, b);
      const round = v("i32x4.shr_s", product, w.i32(14));
      return v("i32x4.shr_s", v("i32x4.add", round, v128(0x1_00000001n, 0x1_00000001n)), w.i32(1));
    };
    const words = [0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29];
    return x.let(shuffle(half("low"), half("high"), words));
  },
  { says: "Multiplies packed signed fractions of 15 bits, rounded.", mmx: "SSSE3", sse: "SSSE3" },
);

for (const [letter, opcode, shape, bits, noun] of [
  ["B", "08", "i8x16", 8, "bytes"],
  ["W", "09", "i16x8", 16, "words"],
  ["D", "0A", "i32x4", 32, "doublewords"],
] as const) {
  packed(
    `PSIGN${letter}`,
    `0F 38 ${opcode}`,
    (a, b, _width, x) => {
      const negative = x.let(v(`${shape}.shr_s`, b, w.i32(bits - 1)));
      const signed = v(`${shape}.sub`, v("v128.xor", a, negative), negative);
      return v("v128.andnot", signed, v(`${shape}.eq`, b, ZERO));
    },
    { says: `Negates packed ${noun} where the second operand's are negative, clears them where they are 0.`, mmx: "SSSE3", sse: "SSSE3" },
  );
  packed(`PABS${letter}`, `0F 38 ${{ B: "1C", W: "1D", D: "1E" }[letter]}`, (_a, b) => v(`${shape}.abs`, b), {
    says: `Takes the absolute values of packed signed ${noun}.`,
    mmx: "SSSE3",
    sse: "SSSE3",
  });
}

const SSE41: readonly (readonly [name: string, opcode: string, op: VectorBinary, says: string, feature?: Feature])[] = [
  ["PCMPEQQ", "0F 38 29", "i64x2.eq", "Fills each quadword with ones where the operands' are equal, else with zeros."],
  ["PCMPGTQ", "0F 38 37", "i64x2.gt_s", "Fills each quadword with ones where the first is greater, signed, else with zeros.", "SSE4.2"],
  ["PMINSB", "0F 38 38", "i8x16.min_s", "Takes the lesser of packed signed bytes."],
  ["PMINSD", "0F 38 39", "i32x4.min_s", "Takes the lesser of packed signed doublewords."],
  ["PMINUW", "0F 38 3A", "i16x8.min_u", "Takes the lesser of packed unsigned words."],
  ["PMINUD", "0F 38 3B", "i32x4.min_u", "Takes the lesser of packed unsigned doublewords."],
  ["PMAXSB", "0F 38 3C", "i8x16.max_s", "Takes the greater of packed signed bytes."],
  ["PMAXSD", "0F 38 3D", "i32x4.max_s", "Takes the greater of packed signed doublewords."],
  ["PMAXUW", "0F 38 3E", "i16x8.max_u", "Takes the greater of packed unsigned words."],
  ["PMAXUD", "0F 38 3F", "i32x4.max_u", "Takes the greater of packed unsigned doublewords."],
  ["PMULLD", "0F 38 40", "i32x4.mul", "Multiplies packed doublewords and keeps the products' low halves."],
  ["PACKUSDW", "0F 38 2B", "i16x8.narrow_i32x4_u", "Narrows signed doublewords of both operands to unsigned words, with saturation."],
];
for (const [name, opcode, op, says, feature] of SSE41) {
  packed(name, opcode, (a, b) => v(op, a, b), { says, mmx: false, sse: feature ?? "SSE4.1" });
}

packed(
  "PMULDQ",
  "0F 38 28",
  (a, b) => {
    const even = (s: Value) => v("i64x2.shr_s", v("i64x2.shl", s, w.i32(32)), w.i32(32));
    return v("i64x2.mul", even(a), even(b));
  },
  { says: "Multiplies the low doubleword of each quadword, signed, to a quadword.", mmx: false, sse: "SSE4.1" },
);

packed(
  "PHMINPOSUW",
  "0F 38 41",
  (_a, b, _width, x) => {
    // Each word with its place below it: the least of these doublewords is the first of the least words.
    const placed = (part: "low" | "high", first: bigint) =>
      v("v128.or", v("i32x4.shl", v(`i32x4.extend_${part}_i16x8_u`, b), w.i32(16)), v128(first | ((first + 1n) << 32n), (first + 2n) | ((first + 3n) << 32n)));
    let least = x.let(v("i32x4.min_u", placed("low", 0n), placed("high", 4n)));
    for (const turned of [8, 4]) {
      const bytes = Array.from({ length: 16 }, (_, i) => (i + turned) % 16);
      least = x.let(v("i32x4.min_u", least, shuffle(least, least, bytes)));
    }
    return shuffle(least, ZERO, [2, 3, 0, 1, ...Array.from({ length: 12 }, () => 16)]);
  },
  { says: "Finds the least unsigned word of the second operand, and its place.", mmx: false, sse: "SSE4.1" },
);

instruction("PTEST", {
  encodings: ["66 0F 38 17  Vdq Wdq"],
  flags: "OF SF ZF AF PF CF",
  feature: "SSE4.1",
  source: "AMD APM vol. 4, PTEST",
  says: "Sets ZF where the operands have no bit in common, CF where the second has none that the first lacks.",
  does(x, dst, src) {
    x.media("sse");
    const b = src.get();
    const a = dst.get();
    const common = x.let(test("v128.any_true", v("v128.and", a, b)));
    const lacking = test("v128.any_true", v("v128.andnot", b, a));
    // 1 clears SF and PF: it has one bit, an odd number.
    x.flags.result(32, w.i32(1), x.let(w.eqz(lacking)), w.i32(0), w.i32(0));
    x.flags.zero(x.let(w.eqz(common)));
  },
});
