/**
 * When WebAssembly's own floating point gives what SSE would, and nothing else changes: operands and result are zeros or
 * normal numbers, so that no NaN comes or goes and no exception but "inexact" can be met; and either the result is exact,
 * or MXCSR rounds to nearest, neither flushes nor ignores denormals, masks everything, and has its inexact flag up already.
 */
import type { FloatOperation } from "../isa/floatoperation.ts";
import type { Value } from "../isa/meaning.ts";
import * as w from "../wasm/expression.ts";
import * as fl from "../wasm/float.ts";
import type { FunctionBuilder } from "../wasm/module.ts";
import { bitselect, splat, test, type VectorBinary, v, v128 } from "../wasm/vector.ts";
import * as at from "./layout.ts";

export interface Fast {
  /** An i32: not zero where `result` is right. */
  readonly condition: Value;
  readonly result: Value;
}

/** MXCSR but for the flags other than "inexact", and its value with which a rounded result changes nothing. */
const SETTINGS = 0xffe0;
const USUAL = 0x1fa0;
const RC = 0x6000;
const PE = 0x20;
const PM = 0x1000;

const CF = 1;
const ZF = 0x40;

/** Lanes of one kind, as integers and as floats. */
interface Lanes {
  /** All lanes of `a` are zeros or normal numbers. */
  regular(a: Value): Value;
  /** All lanes of `a` are normal numbers, or one of `unless` is zero there. */
  normal(a: Value, ...unless: readonly Value[]): Value;
  float(a: Value): Value;
  bits(a: Value): Value;
  readonly add: (a: Value, b: Value) => Value;
  readonly sub: (a: Value, b: Value) => Value;
  readonly mul: (a: Value, b: Value) => Value;
  readonly div: (a: Value, b: Value) => Value;
  readonly sqrt: (a: Value) => Value;
  /** `a` in lanes where `a` is less (greater) than `b`, else `b`, of lanes as integers. */
  less(a: Value, b: Value): Value;
  greater(a: Value, b: Value): Value;
}

function scalar(bits: 32 | 64): Lanes {
  const c = (n: bigint) => (bits === 32 ? w.i32(Number(BigInt.asIntN(32, n))) : w.i64(n));
  const fraction = bits === 32 ? 23n : 52n;
  const least = 1n << fraction;
  const range = ((1n << (BigInt(bits) - 1n)) - 1n) & ~((1n << fraction) - 1n);
  const size = (a: Value) => w.and(a, c((1n << (BigInt(bits) - 1n)) - 1n));
  const isNormal = (a: Value) => w.ltu(w.sub(size(a), c(least)), c(range - least));
  const isZero = (a: Value) => w.eqz(w.shl(a, c(1n)));
  return {
    regular: (a) => w.or(isNormal(a), isZero(a)),
    normal: (a, ...unless) => unless.reduce((found, zero) => w.or(found, isZero(zero)), isNormal(a)),
    float: fl.reinterpret,
    bits: fl.reinterpret,
    add: fl.fadd,
    sub: fl.fsub,
    mul: fl.fmul,
    div: fl.fdiv,
    sqrt: fl.fsqrt,
    less: (a, b) => w.select(fl.flt(fl.reinterpret(a), fl.reinterpret(b)), a, b),
    greater: (a, b) => w.select(fl.fgt(fl.reinterpret(a), fl.reinterpret(b)), a, b),
  };
}

function packed(bits: 32 | 64): Lanes {
  const [ints, floats] = bits === 32 ? (["i32x4", "f32x4"] as const) : (["i64x2", "f64x2"] as const);
  const all = (n: bigint) => (bits === 32 ? v128((n << 32n) | n, (n << 32n) | n) : v128(n, n));
  const fraction = bits === 32 ? 23n : 52n;
  const size = (a: Value) => v("v128.and", a, all((1n << (BigInt(bits) - 1n)) - 1n));
  const isNormal = (a: Value) =>
    v(
      "v128.and",
      v(`${ints}.gt_s`, size(a), all((1n << fraction) - 1n)),
      v(`${ints}.lt_s`, size(a), all(((1n << (BigInt(bits) - 1n)) - 1n) & ~((1n << fraction) - 1n))),
    );
  const isZero = (a: Value) => v(`${ints}.eq`, size(a), v128(0n, 0n));
  const every = (mask: Value) => test(`${ints}.all_true`, mask);
  const op = (name: "add" | "sub" | "mul" | "div") => (a: Value, b: Value) =>
    v(`${floats}.${name}` as VectorBinary, a, b);
  return {
    regular: (a) => every(v("v128.or", isNormal(a), isZero(a))),
    normal: (a, ...unless) => every(unless.reduce((found, zero) => v("v128.or", found, isZero(zero)), isNormal(a))),
    float: (a) => a,
    bits: (a) => a,
    add: op("add"),
    sub: op("sub"),
    mul: op("mul"),
    div: op("div"),
    sqrt: (a) => v(`${floats}.sqrt`, a),
    less: (a, b) => bitselect(a, b, v(`${floats}.lt`, a, b)),
    greater: (a, b) => bitselect(a, b, v(`${floats}.gt`, a, b)),
  };
}

/** The fast way of an operation, its operands evaluated; undefined where there is none. */
export function fastFloat(
  f: FunctionBuilder,
  cpu: Value,
  o: FloatOperation,
  a: Value,
  b: Value,
  immediate: Value,
): Fast | undefined {
  const mxcsr = () => w.load("i32", 32, cpu, at.MXCSR);
  const usual = () => w.eq(w.and(mxcsr(), w.i32(SETTINGS)), w.i32(USUAL));
  const bits = o.from.endsWith("32") ? 32 : 64;
  const lanes = o.lanes === 1 ? scalar(bits) : packed(bits);
  const isWhole = o.lanes === 1 || o.lanes * bits === 128;
  /** Where all of these hold; MXCSR first, as the cheapest. */
  const both = (...conditions: Value[]) => conditions.reduce((x, y) => w.and(x, y));
  switch (o.kind) {
    case "add":
    case "sub": {
      const result = f.let(lanes.bits(lanes[o.kind](lanes.float(a), lanes.float(b))));
      return { condition: both(usual(), lanes.regular(a), lanes.regular(b), lanes.regular(result)), result };
    }
    case "addsub": {
      const signs = bits === 32 ? v128(0x80000000n, 0x80000000n) : v128(1n << 63n, 0n);
      const result = f.let(lanes.add(a, v("v128.xor", b, signs)));
      return { condition: both(usual(), lanes.regular(a), lanes.regular(b), lanes.regular(result)), result };
    }
    case "mul": {
      // A product of 0 that no factor explains has underflowed.
      const result = f.let(lanes.bits(lanes.mul(lanes.float(a), lanes.float(b))));
      return { condition: both(usual(), lanes.regular(a), lanes.regular(b), lanes.normal(result, a, b)), result };
    }
    case "div": {
      const result = f.let(lanes.bits(lanes.div(lanes.float(a), lanes.float(b))));
      return { condition: both(usual(), lanes.regular(a), lanes.normal(b), lanes.normal(result, a)), result };
    }
    case "sqrt": {
      const result = f.let(lanes.bits(lanes.sqrt(lanes.float(a))));
      return { condition: both(usual(), lanes.regular(a), lanes.normal(result, a)), result };
    }
    case "min":
    case "max": {
      const condition = both(lanes.regular(a), lanes.regular(b));
      return { condition, result: o.kind === "min" ? lanes.less(a, b) : lanes.greater(a, b) };
    }
    case "compare":
      return { condition: both(lanes.regular(a), lanes.regular(b)), result: comparison(f, o, a, b, immediate) };
    case "order":
    case "unordered": {
      const [x, y] = [fl.reinterpret(a), fl.reinterpret(b)];
      const result = w.or(w.select(fl.flt(x, y), w.i32(CF), w.i32(0)), w.select(fl.feq(x, y), w.i32(ZF), w.i32(0)));
      return { condition: both(lanes.regular(a), lanes.regular(b)), result };
    }
    case "convert":
    case "truncate":
      return isWhole || o.from === "i32" ? conversion(f, o, a, mxcsr, usual, lanes) : undefined;
    default:
      return undefined;
  }
}

/** Predicates of CMPPS on numbers: EQ, LT, LE, never, and their opposites. */
function comparison(f: FunctionBuilder, o: FloatOperation, a: Value, b: Value, immediate: Value): Value {
  const n = f.let(immediate);
  const wantsEqual = w.eqz(w.and(n, w.i32(1)));
  const wantsLess = w.and(w.xor(n, w.shru(n, w.i32(1))), w.i32(1));
  const opposite = w.and(w.shru(n, w.i32(2)), w.i32(1));
  if (o.lanes > 1) {
    const floats = o.from === "f32" ? "f32x4" : "f64x2";
    const all = (flag: Value) => splat("i32x4.splat", w.sub(w.i32(0), flag));
    const equal = v("v128.and", v(`${floats}.eq`, a, b), all(wantsEqual));
    const less = v("v128.and", v(`${floats}.lt`, a, b), all(wantsLess));
    return v("v128.xor", v("v128.or", equal, less), all(opposite));
  }
  const [x, y] = [fl.reinterpret(a), fl.reinterpret(b)];
  const holds = w.or(w.and(fl.feq(x, y), wantsEqual), w.and(fl.flt(x, y), wantsLess));
  const mask = w.sub(w.i32(0), w.xor(holds, opposite));
  return o.from === "f64" ? w.extendS(mask) : mask;
}

function conversion(
  f: FunctionBuilder,
  o: FloatOperation,
  a: Value,
  mxcsr: () => Value,
  usual: () => Value,
  lanes: Lanes,
): Fast | undefined {
  const { from, to } = o;
  if (o.lanes > 1) {
    if (from === "i32" && to === "f32")
      return o.lanes === 4 ? { condition: usual(), result: v("f32x4.convert_i32x4_s", a) } : undefined;
    if (from === "i32" && to === "f64") return { condition: w.i32(1), result: v("f64x2.convert_low_i32x4_s", a) };
    if (from === "f32" && to === "i32") {
      const size = v("f32x4.abs", a);
      const fit = test("i32x4.all_true", v("f32x4.lt", size, v128(0x4f000000_4f000000n, 0x4f000000_4f000000n)));
      const rounded = o.kind === "truncate" ? a : v("f32x4.nearest", a);
      return { condition: w.and(usual(), fit), result: v("i32x4.trunc_sat_f32x4_s", rounded) };
    }
    return undefined;
  }
  if (from === "i32" || from === "i64") {
    const result = fl.reinterpret(fl.convertSigned(to as "f32" | "f64", a));
    return { condition: from === "i32" && to === "f64" ? w.i32(1) : usual(), result };
  }
  if (from === "f32" && to === "f64") {
    return { condition: lanes.regular(a), result: fl.reinterpret(fl.promote(fl.reinterpret(a))) };
  }
  if (from === "f64" && to === "f32") {
    const result = f.let(fl.reinterpret(fl.demote(fl.reinterpret(a))));
    const isZero = w.eqz(w.shl(a, w.i64(1)));
    const isNormal = scalar(32).normal(result);
    return { condition: w.and(usual(), w.and(lanes.regular(a), w.or(isNormal, isZero))), result };
  }
  // To an integer: exact, or inexact without a trace.
  const x = f.let(fl.reinterpret(a));
  const rounded = f.let(o.kind === "truncate" ? x : fl.nearest(x));
  const result = f.let(fl.truncateSigned(to as "i32" | "i64", rounded));
  // The saturated end is no exact result of numbers beyond it, but that of 2^63 as a float is the number itself.
  const limit = fl.convertSigned(from as "f32" | "f64", to === "i32" ? w.i64(0x80000000n) : w.i64(1n << 62n));
  const fits = fl.flt(fl.fabs(rounded), limit);
  const exact = fl.feq(fl.convertSigned(from as "f32" | "f64", result), x);
  const quiet =
    o.kind === "truncate"
      ? w.eq(w.and(mxcsr(), w.i32(PM | PE)), w.i32(PM | PE))
      : w.eq(w.and(mxcsr(), w.i32(RC | PM | PE)), w.i32(PM | PE));
  return { condition: w.and(fits, w.or(exact, quiet)), result };
}
