/**
 * Values of a WebAssembly function under construction, as small trees. Operations take i32 or i64 alike and pick the
 * opcode by the type of their operands, so that one row of the instruction table serves every operand size.
 * Constants are folded as trees are made. Operations on floating-point numbers are in float.ts, on vectors in vector.ts.
 * Source: WebAssembly core specification, 5.4.
 */
import { signed, signed64, unsigned } from "./bytes.ts";
import { EngineError } from "./error.ts";

export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";

export interface Expression {
  readonly type: ValueType;
  /** Writes the instructions that leave the value on the stack. */
  readonly emit: (out: number[]) => void;
  /** The value where it is a constant: i32 as a signed number, i64 as a signed bigint. */
  readonly constant?: number | bigint;
  /** The index where the value is a local that is not assigned again. */
  readonly local?: number;
}

/** Host function or function of this module, called by index. */
export interface Callee {
  readonly index: number;
  readonly results: readonly ValueType[];
}

export function i32(value: number): Expression {
  const constant = value | 0;
  return {
    type: "i32",
    constant,
    emit(out) {
      out.push(0x41);
      signed(out, constant);
    },
  };
}

export function i64(value: bigint | number): Expression {
  const constant = BigInt.asIntN(64, BigInt(value));
  return {
    type: "i64",
    constant,
    emit(out) {
      out.push(0x42);
      signed64(out, constant);
    },
  };
}

/** A constant of the type of `like`. */
export function constantLike(like: Expression, value: number): Expression {
  return like.type === "i32" ? i32(value) : i64(value);
}

export function localGet(type: ValueType, index: number): Expression {
  return {
    type,
    local: index,
    emit(out) {
      out.push(0x20);
      unsigned(out, index);
    },
  };
}

type Fold = (a: bigint, b: bigint, bits: bigint) => bigint | boolean;

function binary(name: string, op32: number, op64: number, compares: boolean, fold: Fold) {
  return (a: Expression, b: Expression): Expression => {
    if (a.type !== b.type || (a.type !== "i32" && a.type !== "i64"))
      throw new EngineError(`wasm ${name}: operands are ${a.type} and ${b.type}`);
    const wide = a.type === "i64";
    const type: ValueType = compares ? "i32" : a.type;
    if (a.constant !== undefined && b.constant !== undefined) {
      const bits = wide ? 64n : 32n;
      const value = fold(BigInt(a.constant), BigInt(b.constant), bits);
      if (typeof value === "boolean") return i32(value ? 1 : 0);
      return wide ? i64(value) : i32(Number(BigInt.asIntN(32, value)));
    }
    if (b.constant !== undefined && Number(b.constant) === 0 && /^(add|sub|or|xor|shl|shr_[su]|rotl|rotr)$/.test(name))
      return a;
    if (a.constant !== undefined && Number(a.constant) === 0 && /^(add|or|xor)$/.test(name)) return b;
    if (name === "and" && b.constant !== undefined && Number(b.constant) === -1) return a;
    const op = wide ? op64 : op32;
    return {
      type,
      emit(out) {
        a.emit(out);
        b.emit(out);
        out.push(op);
      },
    };
  };
}

const u = (v: bigint, bits: bigint) => BigInt.asUintN(Number(bits), v);
const count = (v: bigint, bits: bigint) => v & (bits - 1n);

export const add = binary("add", 0x6a, 0x7c, false, (a, b) => a + b);
export const sub = binary("sub", 0x6b, 0x7d, false, (a, b) => a - b);
export const mul = binary("mul", 0x6c, 0x7e, false, (a, b) => a * b);
export const and = binary("and", 0x71, 0x83, false, (a, b) => a & b);
export const or = binary("or", 0x72, 0x84, false, (a, b) => a | b);
export const xor = binary("xor", 0x73, 0x85, false, (a, b) => a ^ b);
export const shl = binary("shl", 0x74, 0x86, false, (a, b, n) => a << count(b, n));
export const shrs = binary("shr_s", 0x75, 0x87, false, (a, b, n) => a >> count(b, n));
export const shru = binary("shr_u", 0x76, 0x88, false, (a, b, n) => u(a, n) >> count(b, n));
export const rotl = binary(
  "rotl",
  0x77,
  0x89,
  false,
  (a, b, n) => (u(a, n) << count(b, n)) | (u(a, n) >> (n - count(b, n))),
);
export const rotr = binary(
  "rotr",
  0x78,
  0x8a,
  false,
  (a, b, n) => (u(a, n) >> count(b, n)) | (u(a, n) << (n - count(b, n))),
);
export const eq = binary("eq", 0x46, 0x51, true, (a, b) => a === b);
export const ne = binary("ne", 0x47, 0x52, true, (a, b) => a !== b);
export const lts = binary("lt_s", 0x48, 0x53, true, (a, b) => a < b);
export const ltu = binary("lt_u", 0x49, 0x54, true, (a, b, n) => u(a, n) < u(b, n));
export const gts = binary("gt_s", 0x4a, 0x55, true, (a, b) => a > b);
export const gtu = binary("gt_u", 0x4b, 0x56, true, (a, b, n) => u(a, n) > u(b, n));
export const les = binary("le_s", 0x4c, 0x57, true, (a, b) => a <= b);
export const leu = binary("le_u", 0x4d, 0x58, true, (a, b, n) => u(a, n) <= u(b, n));
export const ges = binary("ge_s", 0x4e, 0x59, true, (a, b) => a >= b);
export const geu = binary("ge_u", 0x4f, 0x5a, true, (a, b, n) => u(a, n) >= u(b, n));

/** Division traps on zero and on overflow: a row tests for both first. Never folded. */
function division(op32: number, op64: number) {
  return (a: Expression, b: Expression): Expression => ({
    type: a.type,
    emit(out) {
      a.emit(out);
      b.emit(out);
      out.push(a.type === "i64" ? op64 : op32);
    },
  });
}
export const divs = division(0x6d, 0x7f);
export const divu = division(0x6e, 0x80);
export const rems = division(0x6f, 0x81);
export const remu = division(0x70, 0x82);

function unary(op32: number, op64: number, result: ValueType | "same", fold: (a: bigint, bits: number) => bigint) {
  return (a: Expression): Expression => {
    const type = result === "same" ? a.type : result;
    if (a.constant !== undefined) {
      const value = fold(BigInt(a.constant), a.type === "i64" ? 64 : 32);
      return type === "i64" ? i64(value) : i32(Number(BigInt.asIntN(32, value)));
    }
    return {
      type,
      emit(out) {
        a.emit(out);
        out.push(a.type === "i64" ? op64 : op32);
      },
    };
  };
}

function countLeading(v: bigint, bits: number): bigint {
  const text = BigInt.asUintN(bits, v).toString(2);
  return v === 0n ? BigInt(bits) : BigInt(bits - text.length);
}
function countTrailing(v: bigint, bits: number): bigint {
  let n = 0;
  while (n < bits && !((v >> BigInt(n)) & 1n)) n++;
  return BigInt(n);
}

export const eqz = unary(0x45, 0x50, "i32", (a) => (a === 0n ? 1n : 0n));
export const clz = unary(0x67, 0x79, "same", countLeading);
export const ctz = unary(0x68, 0x7a, "same", countTrailing);
export const popcnt = unary(0x69, 0x7b, "same", (a, n) =>
  BigInt([...BigInt.asUintN(n, a).toString(2)].filter((c) => c === "1").length),
);
export const extend8 = unary(0xc0, 0xc2, "same", (a) => BigInt.asIntN(8, a));
export const extend16 = unary(0xc1, 0xc3, "same", (a) => BigInt.asIntN(16, a));

function convert(type: ValueType, op: number, a: Expression): Expression {
  return {
    type,
    emit(out) {
      a.emit(out);
      out.push(op);
    },
  };
}

/** The low 32 bits of an i64; an i32 stays as it is. */
export function wrap(a: Expression): Expression {
  if (a.type === "i32") return a;
  if (a.constant !== undefined) return i32(Number(BigInt.asIntN(32, BigInt(a.constant))));
  return convert("i32", 0xa7, a);
}

/** An i32 widened with zeros; an i64 stays as it is. */
export function extendU(a: Expression): Expression {
  if (a.type === "i64") return a;
  if (a.constant !== undefined) return i64(BigInt.asUintN(32, BigInt(a.constant)));
  return convert("i64", 0xad, a);
}

/** An i32 widened with its sign; an i64 stays as it is. */
export function extendS(a: Expression): Expression {
  if (a.type === "i64") return a;
  if (a.constant !== undefined) return i64(BigInt(a.constant));
  return convert("i64", 0xac, a);
}

/** `condition ? a : b` without a branch: both are evaluated. */
export function select(condition: Expression, a: Expression, b: Expression): Expression {
  if (condition.constant !== undefined) return Number(condition.constant) ? a : b;
  return {
    type: a.type,
    emit(out) {
      a.emit(out);
      b.emit(out);
      condition.emit(out);
      out.push(0x1b);
    },
  };
}

/** The bitwise complement. */
export function not(a: Expression): Expression {
  return xor(a, constantLike(a, -1));
}

const LOADS: Record<string, number> = {
  "i32.8": 0x2d,
  "i32.16": 0x2f,
  "i32.32": 0x28,
  "i64.8": 0x31,
  "i64.16": 0x33,
  "i64.32": 0x35,
  "i64.64": 0x29,
  "f32.32": 0x2a,
  "f64.64": 0x2b,
};
const STORES: Record<string, number> = {
  "i32.8": 0x3a,
  "i32.16": 0x3b,
  "i32.32": 0x36,
  "i64.8": 0x3c,
  "i64.16": 0x3d,
  "i64.32": 0x3e,
  "i64.64": 0x37,
  "f32.32": 0x38,
  "f64.64": 0x39,
};
/** Loads and stores of vectors stand behind the prefix FD; narrower ones fill the rest of the vector with zeros. */
const VECTOR_LOADS: Record<number, number> = { 32: 0x5c, 64: 0x5d, 128: 0x00 };
const VECTOR_STORE = 0x0b;

/** Loads `bits` from linear memory at `address + offset`, zero-extended to `type`. */
export function load(type: ValueType, bits: number, address: Expression, offset = 0): Expression {
  const op = type === "v128" ? VECTOR_LOADS[bits] : LOADS[`${type}.${bits}`];
  if (op === undefined) throw new EngineError(`wasm load: no ${type} of ${bits} bits`);
  return {
    type,
    emit(out) {
      address.emit(out);
      if (type === "v128") out.push(0xfd);
      out.push(op, 0);
      unsigned(out, offset);
    },
  };
}

/** Appends the opcode that stores `bits` of a value of `type`, without its operands. */
export function emitStore(out: number[], type: ValueType, bits: number): void {
  const op = type === "v128" && bits === 128 ? VECTOR_STORE : STORES[`${type}.${bits}`];
  if (op === undefined) throw new EngineError(`wasm store: no ${type} of ${bits} bits`);
  if (type === "v128") out.push(0xfd);
  out.push(op);
}

/** The single result of calling a function. */
export function call(callee: Callee, ...parameters: Expression[]): Expression {
  const type = callee.results[0];
  if (type === undefined) throw new EngineError("wasm call: the function has no result");
  return {
    type,
    emit(out) {
      for (const p of parameters) p.emit(out);
      out.push(0x10);
      unsigned(out, callee.index);
    },
  };
}
