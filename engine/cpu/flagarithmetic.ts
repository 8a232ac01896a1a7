/** Flags as arithmetic: RESULT and CARRY, the words that hold them, from operands and results, and conditions from the words. */
import type { Bits, FlagValue, Value } from "../isa/meaning.ts";
import { signExtend } from "../isa/width.ts";
import * as w from "../wasm/expression.ts";
import type { Emitter } from "./emitter.ts";

const ALL_ONES = -1;

/** Carries out of every bit of `a + b = r`. */
export function carriesOfSum(a: Value, b: Value, r: Value): Value {
  return w.or(w.and(a, b), w.and(w.or(a, b), w.not(r)));
}

/** Borrows out of every bit of `a - b = r`. */
export function borrowsOfDifference(a: Value, b: Value, r: Value): Value {
  return w.or(w.and(w.not(a), b), w.and(w.not(w.xor(a, b)), r));
}

/** Carries of `bits` as CARRY holds them. */
export function carryWord(carries: Value, bits: Bits): Value {
  if (bits === 32) return carries;
  if (bits === 64) {
    const top = w.and(w.wrap(w.shru(carries, w.i64(32))), w.i32(0xc0000000 | 0));
    return w.or(top, w.and(w.wrap(carries), w.i32(8)));
  }
  return w.or(w.shl(carries, w.i32(32 - bits)), w.and(carries, w.i32(8)));
}

/** A result of `bits` as the two words of RESULT hold it. */
export function resultWords(r: Value, bits: Bits): { low: Value; high: Value } {
  if (bits === 64) {
    const high = w.wrap(w.shru(r, w.i64(32)));
    const low = w.or(w.wrap(r), w.shl(w.ne(high, w.i32(0)), w.i32(8)));
    return { low, high: w.shrs(high, w.i32(31)) };
  }
  const low = signExtend(r, bits);
  return { low, high: w.shrs(low, w.i32(31)) };
}

/** CARRY from flags given one by one; `old` is CARRY before, for those that are kept. */
export function carryFrom(old: () => Value, carry: FlagValue, overflow: FlagValue, adjust: FlagValue): Value {
  const k = carry === "keep" || overflow === "keep" || adjust === "keep" ? old() : w.i32(0);
  const cf = carry === "keep" ? w.shru(k, w.i32(31)) : carry;
  const of = overflow === "keep" ? w.shru(w.xor(k, w.shl(k, w.i32(1))), w.i32(31)) : overflow;
  const af = adjust === "keep" ? w.and(k, w.i32(8)) : w.shl(adjust, w.i32(3));
  return w.or(w.or(w.shl(cf, w.i32(31)), w.shl(w.xor(cf, of), w.i32(30))), af);
}

/** RESULT and CARRY from ZF, PF and CF; SF, OF and AF are clear. */
export function comparisonWords(zero: Value, parity: Value, carry: Value): { low: Value; high: Value; carries: Value } {
  return {
    low: w.shl(w.eqz(zero), w.i32(8)),
    high: w.eqz(parity),
    carries: w.shl(w.mul(carry, w.i32(3)), w.i32(30)),
  };
}

/** RESULT with ZF as given, SF and PF from `low` and `high`. */
export function withZero(low: Value, high: Value, zero: Value): { low: Value; high: Value } {
  const odd = w.and(w.popcnt(w.and(w.xor(low, high), w.i32(0xff))), w.i32(1));
  return {
    low: w.shl(w.eqz(zero), w.i32(8)),
    high: w.or(w.and(high, w.i32(0x80000000 | 0)), odd),
  };
}

/** A condition from the words of RESULT and CARRY, given as functions so that only what it needs is read. */
export function conditionFrom(code: number, low: () => Value, high: () => Value, carry: () => Value): Value {
  const overflowAtTop = () => {
    const k = carry();
    return w.xor(k, w.shl(k, w.i32(1)));
  };
  const value = (): Value => {
    switch (code >> 1) {
      case 0:
        return w.shru(overflowAtTop(), w.i32(31));
      case 1:
        return w.shru(carry(), w.i32(31));
      case 2:
        return w.eqz(low());
      case 3:
        return w.or(w.shru(carry(), w.i32(31)), w.eqz(low()));
      case 4:
        return w.shru(high(), w.i32(31));
      case 5:
        return w.and(w.xor(w.popcnt(w.and(w.xor(low(), high()), w.i32(0xff))), w.i32(ALL_ONES)), w.i32(1));
      case 6:
        return w.shru(w.xor(high(), overflowAtTop()), w.i32(31));
      default:
        return w.or(w.shru(w.xor(high(), overflowAtTop()), w.i32(31)), w.eqz(low()));
    }
  };
  return code & 1 ? w.eqz(value()) : value();
}

/** CF is used twice in CARRY: once for itself and once for OF. */
export function letFlag(x: Emitter, flag: Value | "keep"): Value | "keep" {
  return flag === "keep" ? flag : x.let(flag);
}
