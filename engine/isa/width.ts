/** Values at an operand's width: i32, zero-extended, up to 32 bits; i64 for 64. */
import * as w from "../wasm/expression.ts";
import type { Bits, Value } from "./meaning.ts";

/** Clears what a computation in 32 bits left above `bits`. */
export function truncate(value: Value, bits: Bits): Value {
  return bits === 8 ? w.and(value, w.i32(0xff)) : bits === 16 ? w.and(value, w.i32(0xffff)) : value;
}

/** Copies the sign bit of a value of `bits` upward, within its type. */
export function signExtend(value: Value, bits: Bits): Value {
  return bits === 8 ? w.extend8(value) : bits === 16 ? w.extend16(value) : value;
}

/** An i32 as a value of `bits`. */
export function widen(value: Value, bits: Bits): Value {
  return bits === 64 ? w.extendU(value) : w.wrap(value);
}

/** An i32 or i64 as a value of `bits`, which may be narrower. */
export function resize(value: Value, bits: Bits): Value {
  return bits === 64 ? w.extendU(value) : truncate(w.wrap(value), bits);
}
