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
  /** A second condition, worth its price where the first does not hold: the result is exact, whatever MXCSR says. */
  readonly exact?: () => Value;
}

/** MXCSR but for the flags other than "inexact", and its value with which a rounded result changes nothing. */
const SETTINGS = 0xffe0;
const USUAL = 0x1fa0;
const RC = 0x6000;
const DOWN = 0x2000;
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
  /** All lanes of two floats are equal. */
  same(a: Value, b: Value): Value;
  /** All lanes of a float are as large as needed for what `product` finds out, or those of `zero` are zeros. */
  large(a: Value, zero: Value): Value;
  /** The same number in each lane, as floats. */
  constant(value: number): Value;
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
  const constant = (value: number) => fl.reinterpret(c(bitsOf(value, bits)));
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
    same: fl.feq,
    large: (a, zero) => w.or(fl.fgt(fl.fabs(a), constant(LARGE[bits])), isZero(zero)),
    constant,
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
  const constant = (value: number) => all(bitsOf(value, bits));
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
    same: (a, b) => every(v(`${floats}.eq`, a, b)),
    large: (a, zero) =>
      every(v("v128.or", v(`${floats}.gt`, v(`${floats}.abs`, a), constant(LARGE[bits])), isZero(zero))),
    constant,
    less: (a, b) => bitselect(a, b, v(`${floats}.lt`, a, b)),
    greater: (a, b) => bitselect(a, b, v(`${floats}.gt`, a, b)),
  };
}

const view = new DataView(new ArrayBuffer(8));

function bitsOf(value: number, bits: 32 | 64): bigint {
  if (bits === 64) {
    view.setFloat64(0, value);
    return view.getBigUint64(0);
  }
  view.setFloat32(0, value);
  return BigInt(view.getUint32(0));
}

/** Numbers above these can be multiplied without losing a part of the error below the least denormal. */
const LARGE = { 32: 2 ** -100, 64: 2 ** -960 } as const;

/** Whether the rounded sum of two floats is their sum (Knuth's two-sum has no error). */
function isSum(f: FunctionBuilder, n: Lanes, a: Value, b: Value, sum: Value): Value {
  const part = f.let(n.sub(sum, a));
  const error = n.add(n.sub(a, n.sub(sum, part)), n.sub(b, part));
  return n.same(error, n.constant(0));
}

/** Whether `wanted` is the product of two floats (Dekker's product, by Veltkamp's halves). */
function isProduct(f: FunctionBuilder, n: Lanes, bits: 32 | 64, a: Value, b: Value, wanted: Value): Value {
  const product = f.let(n.mul(a, b));
  const halves = (x: Value): [Value, Value] => {
    const wide = f.let(n.mul(x, n.constant(bits === 64 ? 2 ** 27 + 1 : 2 ** 12 + 1)));
    const high = f.let(n.sub(wide, n.sub(wide, x)));
    return [high, f.let(n.sub(x, high))];
  };
  const [ah, al] = halves(a);
  const [bh, bl] = halves(b);
  const rest = n.add(n.add(n.sub(n.mul(ah, bh), product), n.mul(ah, bl)), n.mul(al, bh));
  const error = n.add(rest, n.mul(al, bl));
  return w.and(n.same(product, wanted), n.same(error, n.constant(0)));
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
      const regular = f.let(both(lanes.regular(a), lanes.regular(b), lanes.regular(result)));
      const exact = () => {
        const [x, y, sum] = [f.let(lanes.float(a)), f.let(lanes.float(b)), f.let(lanes.float(result))];
        // A sum of 0 has another sign where it is rounded down.
        const notDown = w.ne(w.and(mxcsr(), w.i32(RC)), w.i32(DOWN));
        const second = o.kind === "add" ? y : f.let(lanes.sub(lanes.constant(0), y));
        return both(regular, notDown, isSum(f, lanes, x, second, sum));
      };
      return { condition: both(usual(), regular), result, exact };
    }
    case "addsub": {
      const signs = bits === 32 ? v128(0x80000000n, 0x80000000n) : v128(1n << 63n, 0n);
      const result = f.let(lanes.add(a, v("v128.xor", b, signs)));
      return { condition: both(usual(), lanes.regular(a), lanes.regular(b), lanes.regular(result)), result };
    }
    case "mul": {
      // A product of 0 that no factor explains has underflowed.
      const result = f.let(lanes.bits(lanes.mul(lanes.float(a), lanes.float(b))));
      const exact = () => {
        const [x, y, product] = [f.let(lanes.float(a)), f.let(lanes.float(b)), f.let(lanes.float(result))];
        const regular = both(
          lanes.regular(a),
          lanes.regular(b),
          lanes.normal(result, a, b),
          lanes.large(product, result),
        );
        return both(regular, isProduct(f, lanes, bits, x, y, product));
      };
      return {
        condition: both(usual(), lanes.regular(a), lanes.regular(b), lanes.normal(result, a, b)),
        result,
        exact,
      };
    }
    case "div": {
      const result = f.let(lanes.bits(lanes.div(lanes.float(a), lanes.float(b))));
      const exact = () => {
        const [x, y, quotient] = [f.let(lanes.float(a)), f.let(lanes.float(b)), f.let(lanes.float(result))];
        const regular = both(lanes.regular(a), lanes.normal(b), lanes.normal(result, a), lanes.large(x, a));
        return both(regular, isProduct(f, lanes, bits, quotient, y, x));
      };
      return { condition: both(usual(), lanes.regular(a), lanes.normal(b), lanes.normal(result, a)), result, exact };
    }
    case "sqrt": {
      const result = f.let(lanes.bits(lanes.sqrt(lanes.float(a))));
      const exact = () => {
        const [x, root] = [f.let(lanes.float(a)), f.let(lanes.float(result))];
        const regular = both(lanes.regular(a), lanes.normal(result, a), lanes.large(x, a));
        return both(regular, isProduct(f, lanes, bits, root, root, x));
      };
      return { condition: both(usual(), lanes.regular(a), lanes.normal(result, a)), result, exact };
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

/** 2^31 in four singles. */
const SINGLES_2_31 = v128(0x4f000000_4f000000n, 0x4f000000_4f000000n);

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
      const below = f.let(v("f32x4.lt", size, SINGLES_2_31));
      const result = f.let(v("i32x4.trunc_sat_f32x4_s", o.kind === "truncate" ? a : v("f32x4.nearest", a)));
      const back = v("f32x4.eq", v("f32x4.convert_i32x4_s", result), a);
      return {
        condition: w.and(usual(), test("i32x4.all_true", below)),
        result,
        exact: () => test("i32x4.all_true", v("v128.and", below, back)),
      };
    }
    return undefined;
  }
  if (from === "i32" || from === "i64") {
    const number = f.let(fl.convertSigned(to as "f32" | "f64", a));
    const result = fl.reinterpret(number);
    if (from === "i32" && to === "f64") return { condition: w.i32(1), result };
    const limit = fl.convertSigned(to as "f32" | "f64", from === "i32" ? w.i64(0x80000000n) : w.i64(1n << 62n));
    const back = w.eq(fl.truncateSigned(from, number), a);
    return { condition: usual(), result, exact: () => w.and(fl.flt(fl.fabs(number), limit), back) };
  }
  if (from === "f32" && to === "f64") {
    return { condition: lanes.regular(a), result: fl.reinterpret(fl.promote(fl.reinterpret(a))) };
  }
  if (from === "f64" && to === "f32") {
    const result = f.let(fl.reinterpret(fl.demote(fl.reinterpret(a))));
    const isZero = w.eqz(w.shl(a, w.i64(1)));
    const isNormal = scalar(32).normal(result);
    const regular = w.and(lanes.regular(a), w.or(isNormal, isZero));
    const same = () => fl.feq(fl.promote(fl.reinterpret(result)), fl.reinterpret(a));
    return { condition: w.and(usual(), regular), result, exact: () => w.and(regular, same()) };
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
