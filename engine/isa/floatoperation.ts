/** What rows of SSE ask for by name, lane by lane: operations whose exceptions and roundings MXCSR governs. */

export type NumberType = "i32" | "i64" | "f32" | "f64";

export const FLOAT_KINDS = [
  "add",
  "sub",
  "mul",
  "div",
  "sqrt", // of the first operand
  "min",
  "max",
  "compare", // by the predicate in the immediate: a lane of ones or zeros
  "order", // COMISS: EFLAGS as ZF, PF and CF of an i32; quiet NaNs are invalid too
  "unordered", // UCOMISS: the same, quiet NaNs are valid
  "addsub", // subtracts at even places, adds at odd ones
  "dot", // DPPS: the immediate's high half chooses products, its low half where their sum goes
  "round", // to an integral number, as the immediate says
  "reciprocal",
  "reciprocalRoot",
  "convert", // by MXCSR's rounding
  "truncate", // toward zero
] as const;
export type FloatKind = (typeof FLOAT_KINDS)[number];

export interface FloatOperation {
  readonly kind: FloatKind;
  /** Type of a lane of the operands, and of the result. */
  readonly from: NumberType;
  readonly to: NumberType;
  /** 1: operands and result are an i32 or i64 with the number's bits; more: the low lanes of vectors. */
  readonly lanes: 1 | 2 | 4;
}

const TYPES: readonly NumberType[] = ["i32", "i64", "f32", "f64"];

/** An operation as a number, for calls out of generated code. */
export function codeOf(o: FloatOperation): number {
  return FLOAT_KINDS.indexOf(o.kind) * 256 + TYPES.indexOf(o.from) * 64 + TYPES.indexOf(o.to) * 16 + o.lanes;
}

export function operationOf(code: number): FloatOperation {
  return {
    kind: FLOAT_KINDS[code >> 8] as FloatKind,
    from: TYPES[(code >> 6) & 3] as NumberType,
    to: TYPES[(code >> 4) & 3] as NumberType,
    lanes: (code & 15) as 1 | 2 | 4,
  };
}

/** Bytes of a lane. */
export const bytesOf = (type: NumberType): 4 | 8 => (type.endsWith("32") ? 4 : 8);
