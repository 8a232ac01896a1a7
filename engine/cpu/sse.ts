/**
 * SSE's floating-point operations lane by lane, with MXCSR's roundings and exceptions: what generated code calls where its
 * fast path (floatfast.ts) does not hold. Operands and result are in the processor's two media slots.
 *
 * RCPSS, RSQRTSS and their packed forms are approximations, whose bits differ between processors: here they are the exact
 * result rounded to 13 bits, well inside the bound of 1.5 × 2^−12 (Intel SDM vol. 2, RCPPS, RSQRTPS), the same everywhere.
 * Source: AMD APM vol. 1, 4.8 to 4.10; vol. 4; Intel SDM vol. 1, 11.5 "SSE, SSE2, and SSE3 Exceptions", appendix E.
 */
import { bytesOf, type FloatOperation, type NumberType, operationOf } from "../isa/floatoperation.ts";
import { EngineError } from "../wasm/error.ts";
import type { Fault } from "./fault.ts";
import * as fault from "./fault.ts";
import * as at from "./layout.ts";
import { CR4_OSXMMEXCPT } from "./registers.ts";
import * as soft from "./softfloat.ts";
import { DE, DOUBLE, type Environment, type Format, IE, SINGLE, ZE } from "./softfloat.ts";

/** MXCSR's bits above the flags. */
const DAZ = 0x40;
const MASKS = 7;
const RC = 13;
const FZ = 0x8000;
/** Exceptions found before anything is computed: where one of them is not masked, those found after do not count. */
const BEFORE = IE | DE | ZE;

const ZF = 0x40;
const PF = 4;
const CF = 1;

/** What the operations need of their processor. */
export interface SseOwner {
  readonly view: DataView;
  control(n: 4): number;
  pendingFault: Fault | undefined;
}

const formatOf = (type: NumberType): Format => (type === "f32" ? SINGLE : DOUBLE);

function readLane(v: DataView, slot: number, type: NumberType, lane: number): bigint {
  return bytesOf(type) === 4 ? BigInt(v.getUint32(slot + lane * 4, true)) : v.getBigUint64(slot + lane * 8, true);
}

function writeLane(v: DataView, slot: number, type: NumberType, lane: number, value: bigint): void {
  if (bytesOf(type) === 4) v.setUint32(slot + lane * 4, Number(BigInt.asUintN(32, value)), true);
  else v.setBigUint64(slot + lane * 8, BigInt.asUintN(64, value), true);
}

export function environmentOf(mxcsr: number): Environment {
  return {
    rounding: (mxcsr >> RC) & 3,
    flushes: (mxcsr & FZ) !== 0,
    ignoresDenormals: (mxcsr & DAZ) !== 0,
    masked: (mxcsr >> MASKS) & 0x3f,
    flags: 0,
  };
}

/** Adds flags to MXCSR; the fault of one that is not masked. */
export function raiseFlags(p: SseOwner, flags: number): Fault | undefined {
  const mxcsr = p.view.getUint32(at.MXCSR, true);
  const open = flags & ~(mxcsr >> MASKS);
  p.view.setUint32(at.MXCSR, mxcsr | flags, true);
  return open ? { vector: p.control(4) & CR4_OSXMMEXCPT ? fault.XF : fault.UD } : undefined;
}

/** The exceptions that count of those that all lanes met. */
function counted(env: Environment): number {
  return env.flags & ~env.masked & BEFORE ? env.flags & BEFORE : env.flags;
}

/** Does operation `code` on the media slots: 0, or 1 on a fault. */
export function floatOperation(p: SseOwner, code: number, immediate: number): number {
  const o = operationOf(code);
  const v = p.view;
  const env = environmentOf(v.getUint32(at.MXCSR, true));
  const results =
    o.kind === "dot"
      ? dot(env, v, o, immediate)
      : Array.from({ length: o.lanes }, (_, i) =>
          oneLane(env, o, readLane(v, at.MEDIA_A, o.from, i), readLane(v, at.MEDIA_B, o.from, i), immediate, i),
        );
  const raised = env.flags ? raiseFlags(p, o.kind === "dot" ? env.flags : counted(env)) : undefined;
  if (raised) {
    p.pendingFault = raised;
    return 1;
  }
  v.setBigUint64(at.MEDIA_A, 0n, true);
  v.setBigUint64(at.MEDIA_A + 8, 0n, true);
  results.forEach((value, i) => {
    writeLane(v, at.MEDIA_A, o.to, i, value);
  });
  return 0;
}

function oneLane(env: Environment, o: FloatOperation, a: bigint, b: bigint, immediate: number, lane: number): bigint {
  const f = formatOf(o.from);
  switch (o.kind) {
    case "add":
      return soft.add(env, f, a, b);
    case "sub":
      return soft.add(env, f, a, b, true);
    case "addsub":
      return soft.add(env, f, a, b, lane % 2 === 0);
    case "mul":
      return soft.multiply(env, f, a, b);
    case "div":
      return soft.divide(env, f, a, b);
    case "sqrt":
      return soft.squareRoot(env, f, a);
    case "min":
      return soft.extreme(env, f, a, b, -1);
    case "max":
      return soft.extreme(env, f, a, b, 1);
    case "compare":
      return comparison(env, f, a, b, immediate & 7) ? -1n : 0n;
    case "order":
    case "unordered": {
      const order = soft.compare(env, f, a, b, o.kind === "order");
      return BigInt(order === undefined ? ZF | PF | CF : order < 0 ? CF : order === 0 ? ZF : 0);
    }
    case "round": {
      const rounding = immediate & 4 ? env.rounding : immediate & 3;
      return soft.roundToIntegral(env, f, a, rounding, (immediate & 8) !== 0);
    }
    case "reciprocal":
    case "reciprocalRoot":
      return approximate(a, o.kind === "reciprocalRoot");
    case "convert":
    case "truncate":
      return converted(env, o, a);
    default:
      throw new EngineError("no floating-point operation", { kind: o.kind });
  }
}

/** Predicates EQ LT LE UNORD NEQ NLT NLE ORD (Intel SDM vol. 2, CMPPD, table 3-1). */
function comparison(env: Environment, f: Format, a: bigint, b: bigint, predicate: number): boolean {
  const kind = predicate & 3;
  const order = soft.compare(env, f, a, b, kind === 1 || kind === 2);
  const holds =
    kind === 3
      ? order === undefined
      : order !== undefined && (kind === 0 ? order === 0 : kind === 1 ? order < 0 : order <= 0);
  return predicate & 4 ? !holds : holds;
}

function converted(env: Environment, o: FloatOperation, a: bigint): bigint {
  if (o.from === "i32" || o.from === "i64") {
    const value = BigInt.asIntN(o.from === "i32" ? 32 : 64, a);
    return soft.fromInteger(env, formatOf(o.to), value);
  }
  if (o.to === "i32" || o.to === "i64") {
    const bits = o.to === "i32" ? 32 : 64;
    return soft.toInteger(env, formatOf(o.from), a, bits, o.kind === "truncate" ? 3 : env.rounding);
  }
  return soft.convert(env, formatOf(o.from), formatOf(o.to), a);
}

/**
 * DPPS and DPPD: products, their sums two by two, then the sum of these; each step rounds and adds its exceptions. One
 * that is not masked ends it there (Intel SDM vol. 2, DPPS).
 */
function dot(env: Environment, v: DataView, o: FloatOperation, immediate: number): bigint[] {
  const f = formatOf(o.from);
  const inputs = Array.from(
    { length: o.lanes },
    (_, i) =>
      [readLane(v, at.MEDIA_A, o.from, i), readLane(v, at.MEDIA_B, o.from, i), immediate & (0x10 << i)] as const,
  );
  let met = 0;
  /** One step on pairs of numbers; nothing after one whose exception is not masked. */
  const step = (pairs: readonly (readonly [bigint, bigint])[], does: typeof soft.multiply): bigint[] => {
    if (met & ~env.masked) return pairs.map(() => 0n);
    env.flags = 0;
    const results = pairs.map(([a, b]) => does(env, f, a, b));
    met |= counted(env);
    return results;
  };
  const pairsOf = (n: readonly bigint[]) =>
    Array.from({ length: n.length / 2 }, (_, i) => [n[2 * i] as bigint, n[2 * i + 1] as bigint] as const);
  // What is not chosen counts as 0 × 0.
  let sums = step(
    inputs.map(([a, b, chosen]): [bigint, bigint] => (chosen ? [a, b] : [0n, 0n])),
    soft.multiply,
  );
  while (sums.length > 1) sums = step(pairsOf(sums), soft.add);
  env.flags = met;
  return inputs.map((_, i) => (immediate & (1 << i) ? (sums[0] as bigint) : 0n));
}

const single = new DataView(new ArrayBuffer(4));

/** 1/a or 1/√a of a single, rounded to 13 bits; denormals count as zeros, and a denormal result becomes one. */
function approximate(a: bigint, root: boolean): bigint {
  const sign = a & 0x80000000n;
  const size = a & 0x7fffffffn;
  if (size > 0x7f800000n) return a | 0x00400000n;
  if (size < 0x00800000n) return sign | 0x7f800000n;
  if (root && sign) return soft.defaultNaN(SINGLE);
  if (size === 0x7f800000n) return sign;
  single.setUint32(0, Number(size));
  const value = single.getFloat32(0);
  single.setFloat32(0, root ? 1 / Math.sqrt(value) : 1 / value);
  const rounded = (single.getUint32(0) + 0x400) & ~0x7ff;
  return rounded < 0x00800000 ? sign : sign | BigInt(rounded);
}
