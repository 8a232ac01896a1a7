/** Shifts and rotates, bit tests and bit scans. */
import * as w from "../../wasm/expression.ts";
import type { Bits, Meaning, Place, Value } from "../meaning.ts";
import { instruction } from "../row.ts";
import { signExtend, truncate, widen } from "../width.ts";

const shiftEncodings = (digit: number): string[] => [`D0 /${digit}  Eb 1`, `D1 /${digit}  Ev 1`, `C0 /${digit}  Eb Ib`, `C1 /${digit}  Ev Ib`, `D2 /${digit}  Eb CL`, `D3 /${digit}  Ev CL`];

/** The count as the processor takes it: the low 5 bits, 6 for 64-bit operands. An i32. */
function maskedCount(x: Meaning, bits: Bits, source: Place): Value {
  return x.let(w.and(w.wrap(source.get()), w.i32(bits === 64 ? 63 : 31)));
}

/** Bit `bits - 1` of a value, as an i32 0 or 1. */
function topBit(value: Value, bits: Bits): Value {
  return w.and(w.wrap(w.shru(value, w.constantLike(value, bits - 1))), w.i32(1));
}

const lowBit = (value: Value): Value => w.and(w.wrap(value), w.i32(1));

/**
 * A shift or rotate: `operation` gives the result and CF for a count that is not zero; a count of zero changes no flag.
 * Operands narrower than 32 bits are computed with room above them, so counts up to 31 need no special case.
 */
function shift(name: string, digits: readonly number[], says: string, operation: (x: Meaning, bits: Bits, a: Value, count: Value) => { result: Value; carry: Value; overflow: Value }): void {
  instruction(name, {
    ...(name === "SHL" ? { aliases: ["SAL"] } : {}),
    encodings: digits.flatMap((d, i) => shiftEncodings(d).map((e) => (i ? `${e}  alias` : e))),
    flags: "[OF] SF ZF [AF] PF CF",
    says,
    does(x, dst, src) {
      const bits = dst.bits;
      const a = dst.getForUpdate();
      const count = maskedCount(x, bits, src);
      const { result, carry, overflow } = operation(x, bits, a, count);
      dst.set(result);
      x.when(count, () => x.flags.result(bits, result, carry, overflow, w.i32(0)));
    },
  });
}

const wideCount = (a: Value, count: Value): Value => (a.type === "i64" ? w.extendU(count) : count);

shift("SHL", [4, 6], "Shifts left: zeros come in at the bottom, the last bit out goes to CF.", (x, bits, a, count) => {
  const n = wideCount(a, count);
  // A bit beyond: in 64 bits for operands up to 32, so that the bit shifted out is still there.
  if (bits === 64) {
    const result = x.let(w.shl(a, n));
    const carry = x.let(lowBit(w.shru(a, w.sub(w.i64(64), n))));
    return { result, carry, overflow: w.xor(carry, topBit(result, 64)) };
  }
  const wide = x.let(w.shl(w.extendU(a), w.extendU(count)));
  const result = x.let(truncate(w.wrap(wide), bits));
  const carry = x.let(lowBit(w.shru(wide, w.i64(bits))));
  return { result, carry, overflow: w.xor(carry, topBit(result, bits)) };
});

shift("SHR", [5], "Shifts right: zeros come in at the top, the last bit out goes to CF.", (x, bits, a, count) => {
  const n = wideCount(a, count);
  const before = x.let(w.shru(a, w.sub(n, w.constantLike(a, 1))));
  const result = x.let(w.shru(a, n));
  return { result, carry: lowBit(before), overflow: topBit(a, bits) };
});

shift("SAR", [7], "Shifts right and copies the sign bit downward: divides by a power of two, rounding down.", (x, bits, a, count) => {
  const n = wideCount(a, count);
  const signed = x.let(signExtend(a, bits));
  const before = x.let(w.shrs(signed, w.sub(n, w.constantLike(a, 1))));
  const result = x.let(truncate(w.shrs(signed, n), bits));
  return { result, carry: lowBit(before), overflow: w.i32(0) };
});

function rotate(name: string, digit: number, says: string, operation: (x: Meaning, bits: Bits, a: Value, count: Value) => { result: Value; carry: Value; overflow: Value }): void {
  instruction(name, {
    encodings: shiftEncodings(digit),
    flags: "[OF] CF",
    says,
    does(x, dst, src) {
      const bits = dst.bits;
      const a = dst.getForUpdate();
      const count = maskedCount(x, bits, src);
      const { result, carry, overflow } = operation(x, bits, a, count);
      dst.set(result);
      x.when(count, () => x.flags.carryOverflow(carry, overflow));
    },
  });
}

/** The bits below the top one, for the OF of right rotates: the two top bits of the result differ. */
const topTwoDiffer = (value: Value, bits: Bits): Value => w.xor(topBit(value, bits), w.and(w.wrap(w.shru(value, w.constantLike(value, bits - 2))), w.i32(1)));

function rotateLeft(x: Meaning, bits: Bits, a: Value, count: Value): Value {
  if (bits >= 32) return x.let(w.rotl(a, wideCount(a, count)));
  const n = x.let(w.and(count, w.i32(bits - 1)));
  return x.let(truncate(w.or(w.shl(a, n), w.shru(a, w.sub(w.i32(bits), n))), bits));
}

rotate("ROL", 0, "Rotates left: what leaves the top comes in at the bottom, and goes to CF.", (x, bits, a, count) => {
  const result = rotateLeft(x, bits, a, count);
  const carry = x.let(lowBit(result));
  return { result, carry, overflow: w.xor(carry, topBit(result, bits)) };
});

rotate("ROR", 1, "Rotates right: what leaves the bottom comes in at the top, and goes to CF.", (x, bits, a, count) => {
  const back = x.let(w.and(w.sub(w.i32(bits), count), w.i32(bits - 1)));
  const result = rotateLeft(x, bits, a, back);
  return { result, carry: topBit(result, bits), overflow: topTwoDiffer(result, bits) };
});

/** Rotates through CF: the operand and CF together are a number of `bits + 1`. */
function rotateThroughCarry(x: Meaning, bits: Bits, a: Value, count: Value, left: boolean): { result: Value; carry: Value; overflow: Value } {
  const size = bits + 1;
  const carryIn = x.let(x.flags.carry());
  if (bits === 64) {
    const n = x.let(w.extendU(count));
    const c = x.let(w.extendU(carryIn));
    // Shifts by 64 are made of two, as WebAssembly takes counts modulo 64.
    const one = w.i64(1);
    const back = w.sub(w.i64(64), n);
    const result = left ? w.or(w.or(w.shl(a, n), w.shl(c, w.sub(n, one))), w.shru(w.shru(a, back), one)) : w.or(w.or(w.shru(a, n), w.shl(c, back)), w.shl(w.shl(a, back), one));
    const rotated = x.let(w.select(count, result, a));
    const out = x.let(lowBit(left ? w.shru(a, back) : w.shru(a, w.sub(n, one))));
    return { result: rotated, carry: out, overflow: left ? w.xor(out, topBit(rotated, 64)) : topTwoDiffer(rotated, 64) };
  }
  const modulo = bits === 32 ? count : x.let(w.remu(count, w.i32(size)));
  const n = x.let(w.extendU(left ? modulo : w.sub(w.i32(size), modulo)));
  const whole = x.let(w.or(w.extendU(a), w.shl(w.extendU(carryIn), w.i64(bits))));
  const turned = x.let(w.or(w.shl(whole, n), w.shru(whole, w.sub(w.i64(size), n))));
  const result = x.let(truncate(w.wrap(turned), bits));
  const carry = x.let(lowBit(w.shru(turned, w.i64(bits))));
  return { result, carry, overflow: left ? w.xor(carry, topBit(result, bits)) : topTwoDiffer(result, bits) };
}

rotate("RCL", 2, "Rotates left through CF, which is the bit above the top one.", (x, bits, a, count) => rotateThroughCarry(x, bits, a, count, true));
rotate("RCR", 3, "Rotates right through CF, which is the bit above the top one.", (x, bits, a, count) => rotateThroughCarry(x, bits, a, count, false));

function doubleShift(name: string, opcode: [string, string], left: boolean, says: string): void {
  instruction(name, {
    encodings: [`0F ${opcode[0]}  Ev Gv Ib`, `0F ${opcode[1]}  Ev Gv CL`],
    flags: "[OF] SF ZF [AF] PF CF",
    feature: "386",
    says,
    does(x, dst, src, by) {
      const bits = dst.bits;
      const a = dst.getForUpdate();
      const fill = src.get();
      const count = maskedCount(x, bits, by);
      let result: Value;
      let carry: Value;
      if (bits === 64) {
        const n = x.let(w.extendU(count));
        const back = w.sub(w.i64(64), n);
        const shifted = left ? w.or(w.shl(a, n), w.shru(fill, back)) : w.or(w.shru(a, n), w.shl(fill, back));
        result = x.let(w.select(count, shifted, a));
        carry = lowBit(left ? w.shru(a, back) : w.shru(a, w.sub(n, w.i64(1))));
      } else if (bits === 32) {
        const n = x.let(w.extendU(count));
        const pair = x.let(left ? w.or(w.shl(w.extendU(a), w.i64(32)), w.extendU(fill)) : w.or(w.extendU(a), w.shl(w.extendU(fill), w.i64(32))));
        const shifted = x.let(left ? w.shl(pair, n) : w.shru(pair, n));
        result = x.let(left ? w.wrap(w.shru(shifted, w.i64(32))) : w.wrap(shifted));
        carry = lowBit(left ? w.shru(w.extendU(a), w.sub(w.i64(32), n)) : w.shru(pair, w.sub(n, w.i64(1))));
      } else {
        // Counts of 17 to 31 are undefined. AMD's processors go on with the second operand again: dst:src:src for SHLD,
        // src:src:dst for SHRD (measured on an EPYC).
        const n = x.let(w.extendU(count));
        const d = x.let(w.extendU(a));
        const f = x.let(w.extendU(fill));
        const twice = w.or(f, w.shl(f, w.i64(16)));
        const triple = x.let(left ? w.or(w.shl(d, w.i64(32)), twice) : w.or(d, w.shl(twice, w.i64(16))));
        const shifted = x.let(left ? w.shl(triple, n) : w.shru(triple, n));
        result = x.let(truncate(left ? w.wrap(w.shru(shifted, w.i64(32))) : w.wrap(shifted), 16));
        // CF comes from the first operand alone: zero for those counts.
        carry = lowBit(left ? w.shru(d, w.sub(w.i64(16), n)) : w.shru(d, w.sub(n, w.i64(1))));
      }
      const kept = x.let(carry);
      const overflow = x.let(w.xor(topBit(result, bits), topBit(a, bits)));
      dst.set(result);
      x.when(count, () => x.flags.result(bits, result, kept, overflow, w.i32(0)));
    },
  });
}
doubleShift("SHLD", ["A4", "A5"], true, "Shifts the first operand left and fills it from the top of the second.");
doubleShift("SHRD", ["AC", "AD"], false, "Shifts the first operand right and fills it from the bottom of the second.");

function bitTest(name: string, opcode: string, digit: number, says: string, change?: (a: Value, mask: Value) => Value): void {
  instruction(name, {
    encodings: [`0F ${opcode}  Ev Gv${change ? "  lock" : ""}`, `0F BA /${digit}  Ev Ib${change ? "  lock" : ""}`],
    flags: "[OF] [SF] [AF] [PF] CF",
    feature: "386",
    says,
    does(x, dst, index) {
      const bits = dst.bits;
      const place = dst.isMemory ? x.bitString(dst, index) : dst;
      const a = change ? place.getForUpdate() : place.get();
      const n = x.let(widen(w.and(w.wrap(index.get()), w.i32(bits - 1)), bits));
      const bit = x.let(w.and(w.wrap(w.shru(a, n)), w.i32(1)));
      if (change) place.set(x.let(change(a, w.shl(w.constantLike(a, 1), n))));
      x.flags.carryOverflow(bit, "keep");
    },
  });
}
bitTest("BT", "A3", 4, "Copies one bit of the first operand, numbered by the second, to CF.");
bitTest("BTS", "AB", 5, "Copies one bit to CF and sets it.", w.or);
bitTest("BTR", "B3", 6, "Copies one bit to CF and clears it.", (a, mask) => w.and(a, w.not(mask)));
bitTest("BTC", "BB", 7, "Copies one bit to CF and flips it.", w.xor);

function bitScan(name: string, opcode: string, says: string, find: (a: Value) => Value): void {
  instruction(name, {
    encodings: [`0F ${opcode}  Gv Ev`],
    flags: "[OF] [SF] ZF [AF] [PF] [CF]",
    feature: "386",
    says,
    does(x, dst, src) {
      const a = src.get();
      const none = x.let(w.eqz(a));
      const found = x.let(find(a));
      // With no bit set the destination keeps its value (AMD APM vol. 3; Intel calls it undefined), its high half, too.
      x.when(w.eqz(none), () => dst.set(found));
      x.flags.zero(none);
    },
  });
}
bitScan("BSF", "BC", "Finds the lowest bit that is set; ZF where there is none.", w.ctz);
bitScan("BSR", "BD", "Finds the highest bit that is set; ZF where there is none.", (a) => w.sub(w.constantLike(a, a.type === "i64" ? 63 : 31), w.clz(a)));

instruction("POPCNT", {
  encodings: ["F3 0F B8  Gv Ev"],
  flags: "OF SF ZF AF PF CF",
  feature: "POPCNT",
  says: "Counts the bits that are set; ZF where there is none, all other flags cleared.",
  does(x, dst, src) {
    const a = src.get();
    const none = x.let(w.eqz(a));
    dst.set(x.let(w.popcnt(a)));
    // 1 has none of SF and PF.
    x.flags.logic(32, w.i32(1));
    x.flags.zero(none);
  },
});

instruction("LZCNT", {
  encodings: ["F3 0F BD  Gv Ev"],
  flags: "[OF] [SF] ZF [AF] [PF] CF",
  feature: "LZCNT",
  says: "Counts the zeros above the highest bit that is set; CF where there is no such bit. Without the feature it is BSR.",
  does(x, dst, src) {
    const a = src.get();
    const none = x.let(w.eqz(a));
    const zeros = w.clz(a);
    const count = x.let(src.bits === 16 ? w.sub(zeros, w.i32(16)) : zeros);
    dst.set(count);
    x.flags.carryOverflow(none, "keep");
    x.flags.zero(x.let(w.eqz(count)));
  },
});
