/** What the rows of MMX and XMM registers share: operands as vectors, and both register files from one sentence. */
import * as w from "../../wasm/expression.ts";
import { extract, replace, splat, v, v128 } from "../../wasm/vector.ts";
import type { Meaning, Place, Value } from "../meaning.ts";
import { type Feature, instruction } from "../row.ts";

export const ZERO: Value = v128(0n, 0n);
export const ONES: Value = v128(-1n, -1n);
/** The number of each byte. */
export const BYTE_NUMBERS: Value = v128(0x0706050403020100n, 0x0f0e0d0c0b0a0908n);

/** An operand as a vector: 64 bits stand in both halves, fewer in the lowest lane over zeros. */
export function vector(place: Place): Value {
  const value = place.get();
  if (place.isVector) return value;
  return place.bits === 64 ? splat("i64x2.splat", value) : alone(value);
}

/** An i32 or i64 in the lowest lane, zeros above. */
export function alone(value: Value): Value {
  return replace("i64x2.replace_lane", ZERO, 0, w.extendU(value));
}

/** The low 64 bits of a vector. */
export const low = (a: Value): Value => extract("i64x2.extract_lane", a, 0);
export const high = (a: Value): Value => extract("i64x2.extract_lane", a, 1);

/** The same byte in all sixteen. */
export const bytes = (value: Value): Value => splat("i8x16.splat", value);

/** The smaller of an i32 ≥ 0 and a constant. */
export function atMost(x: Meaning, value: Value, limit: number): Value {
  const n = x.let(value);
  return w.select(w.gtu(n, w.i32(limit)), w.i32(limit), n);
}

/** Stores the low half or the whole of `value`, as the operand is wide, and leaves the x87 as MMX instructions do. */
export function put(x: Meaning, dst: Place, value: Value): void {
  const result = x.let(value);
  if (dst.isVector) dst.set(result);
  else {
    x.enterMmx();
    dst.set(low(result));
  }
}

/** Bits of the operation's operands: MMX registers' values stand in both halves. */
export type Width = 64 | 128;
export type VectorOperation = (a: Value, b: Value, width: Width, x: Meaning) => Value;

export interface Packed {
  /** Feature of the form with MMX registers; false: there is none. Default MMX. */
  readonly mmx?: Feature | false;
  /** Feature of the form with XMM registers. Default SSE2. */
  readonly sse?: Feature;
  readonly says: string;
  /** The MMX form's memory operand, where it is not of 64 bits. */
  readonly source?: "Qd";
}

/** Rows of an instruction on packed integers: `dst ← op(dst, src)`, without a prefix on MMX registers, with 66 on XMM. */
export function packed(name: string, opcode: string, op: VectorOperation, o: Packed): void {
  if (o.mmx !== false) {
    instruction(name, {
      encodings: [`NP ${opcode}  Pq ${o.source ?? "Qq"}`],
      feature: o.mmx ?? "MMX",
      source: `AMD APM vol. 5, ${name}`,
      says: o.says,
      does(x, dst, src) {
        x.media("mmx");
        const b = x.let(vector(src));
        put(x, dst, op(x.let(vector(dst)), b, 64, x));
      },
    });
  }
  instruction(name, {
    encodings: [`66 ${opcode}  Vdq Wdq`],
    feature: o.sse ?? "SSE2",
    source: `AMD APM vol. 4, ${name}`,
    says: o.says,
    does(x, dst, src) {
      x.media("sse");
      const b = src.get();
      put(x, dst, op(dst.get(), b, 128, x));
    },
  });
}

/** Lanes of `size` bytes chosen from `a`, each by an i32. Constants make a shuffle, others look bytes up. */
export function choose(x: Meaning, a: Value, size: 2 | 4, lanes: readonly Value[]): Value {
  const splatOf = size === 2 ? "i16x8.splat" : "i32x4.splat";
  const lane = size === 2 ? "i16x8.replace_lane" : "i32x4.replace_lane";
  const [unit, first] = size === 2 ? [0x0202, 0x0100] : [0x04040404, 0x03020100];
  const at = (n: Value) => w.add(w.mul(n, w.i32(unit)), w.i32(first));
  let places = splat(splatOf, at(lanes[0] as Value));
  lanes.forEach((n, i) => {
    if (i) places = replace(lane, places, i, at(n));
  });
  return v("i8x16.swizzle", a, x.let(places));
}

/** The bytes of `a` moved down by `count` bytes (an i32 from −16 to 16), zeros behind them. */
export function moved(a: Value, count: Value): Value {
  return v("i8x16.swizzle", a, v("i8x16.add", BYTE_NUMBERS, bytes(count)));
}
