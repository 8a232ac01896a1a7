/**
 * Operations of the builder on f32 and f64. The two agree on every result that is not a NaN; which NaN an operation gives
 * is not defined (WebAssembly core specification, 4.3.3), so that callers must not let one out. Nothing is folded.
 * Source: WebAssembly core specification, 5.4.7.
 */
import { EngineError } from "./error.ts";
import type { Expression, ValueType } from "./expression.ts";

function make(type: ValueType, parts: readonly Expression[], ...bytes: number[]): Expression {
  return {
    type,
    emit(out) {
      for (const p of parts) p.emit(out);
      out.push(...bytes);
    },
  };
}

function isWide(name: string, ...operands: Expression[]): boolean {
  const type = operands[0]?.type;
  if ((type !== "f32" && type !== "f64") || operands.some((o) => o.type !== type))
    throw new EngineError(`wasm ${name}: operands are ${operands.map((o) => o.type).join(" and ")}`);
  return type === "f64";
}

const unary = (name: string, op32: number, op64: number) => (a: Expression) =>
  make(a.type, [a], isWide(name, a) ? op64 : op32);
const binary = (name: string, op32: number, op64: number) => (a: Expression, b: Expression) =>
  make(a.type, [a, b], isWide(name, a, b) ? op64 : op32);
const compare = (name: string, op32: number, op64: number) => (a: Expression, b: Expression) =>
  make("i32", [a, b], isWide(name, a, b) ? op64 : op32);

export const feq = compare("eq", 0x5b, 0x61);
export const fne = compare("ne", 0x5c, 0x62);
export const flt = compare("lt", 0x5d, 0x63);
export const fgt = compare("gt", 0x5e, 0x64);
export const fle = compare("le", 0x5f, 0x65);
export const fge = compare("ge", 0x60, 0x66);

export const fabs = unary("abs", 0x8b, 0x99);
export const fneg = unary("neg", 0x8c, 0x9a);
export const ceil = unary("ceil", 0x8d, 0x9b);
export const floor = unary("floor", 0x8e, 0x9c);
export const trunc = unary("trunc", 0x8f, 0x9d);
/** To an integral value, halves to the even one. */
export const nearest = unary("nearest", 0x90, 0x9e);
export const fsqrt = unary("sqrt", 0x91, 0x9f);
export const fadd = binary("add", 0x92, 0xa0);
export const fsub = binary("sub", 0x93, 0xa1);
export const fmul = binary("mul", 0x94, 0xa2);
export const fdiv = binary("div", 0x95, 0xa3);

/** The float whose bits an integer holds, or the integer that a float's bits are. */
export function reinterpret(a: Expression): Expression {
  switch (a.type) {
    case "i32":
      return make("f32", [a], 0xbe);
    case "i64":
      return make("f64", [a], 0xbf);
    case "f32":
      return make("i32", [a], 0xbc);
    case "f64":
      return make("i64", [a], 0xbd);
    default:
      throw new EngineError(`wasm reinterpret: of ${a.type}`);
  }
}

/** f64 to f32, rounded to nearest. */
export const demote = (a: Expression): Expression => make("f32", [a], 0xb6);
export const promote = (a: Expression): Expression => make("f64", [a], 0xbb);

/** A signed integer as f32 or f64, rounded to nearest. */
export function convertSigned(type: "f32" | "f64", a: Expression): Expression {
  if (type === "f32") return make(type, [a], a.type === "i64" ? 0xb4 : 0xb2);
  return make(type, [a], a.type === "i64" ? 0xb9 : 0xb7);
}

/** A float rounded toward zero to a signed integer: the nearest that there is, 0 for NaN. */
export function truncateSigned(type: "i32" | "i64", a: Expression): Expression {
  const wide = isWide("trunc_sat", a);
  return make(type, [a], 0xfc, (type === "i64" ? 4 : 0) + (wide ? 2 : 0));
}
