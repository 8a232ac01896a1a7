/**
 * What expressions come to: at once where numbers and distances are known, else after layout. Arithmetic is 64-bit, wrapped;
 * comparisons give −1 or 0. Source: Using as, 6 "Expressions", and its expr.c.
 */
import type { Evaluated, Expression, Fragment } from "./program.ts";

/** Symbols defined through each other: a bound for hostile sources. */
const DEPTH = 200;

/** Binary operators by rank, the tightest highest. */
export const RANK: Readonly<Record<string, number>> = {
  "||": 1,
  "&&": 2,
  "==": 3,
  "<>": 3,
  "!=": 3,
  "<": 3,
  ">": 3,
  "<=": 3,
  ">=": 3,
  "+": 4,
  "-": 4,
  "|": 5,
  "&": 5,
  "^": 5,
  "!": 5,
  "*": 6,
  "/": 6,
  "%": 6,
  "<<": 6,
  ">>": 6,
};
export const wrap64 = (value: bigint): bigint => BigInt.asIntN(64, value);

/** Applies an operator to numbers. */
export function apply(operator: string, a: bigint, b: bigint): bigint {
  switch (operator) {
    case "+":
      return wrap64(a + b);
    case "-":
      return wrap64(a - b);
    case "*":
      return wrap64(a * b);
    case "/":
      return b === 0n ? 0n : wrap64(a / b);
    case "%":
      return b === 0n ? 0n : wrap64(a % b);
    case "<<":
      return b < 0n || b > 63n ? 0n : wrap64(a << b);
    case ">>":
      return b < 0n || b > 63n ? 0n : wrap64(BigInt.asUintN(64, a) >> b);
    case "|":
      return a | b;
    case "&":
      return a & b;
    case "^":
      return a ^ b;
    case "!":
      return a | ~b;
    case "==":
      return a === b ? -1n : 0n;
    case "!=":
    case "<>":
      return a !== b ? -1n : 0n;
    case "<":
      return a < b ? -1n : 0n;
    case ">":
      return a > b ? -1n : 0n;
    case "<=":
      return a <= b ? -1n : 0n;
    case ">=":
      return a >= b ? -1n : 0n;
    case "&&":
      return a !== 0n && b !== 0n ? 1n : 0n;
    default:
      return a !== 0n || b !== 0n ? 1n : 0n;
  }
}

export function applyUnary(operator: string, a: bigint): bigint {
  return operator === "-" ? wrap64(-a) : operator === "~" ? ~a : a === 0n ? 1n : 0n;
}

/** A number instead of an expression, where it is known. */
export function fold(e: Expression): Expression {
  const value = constant(e);
  return value === undefined ? e : { kind: "number", value };
}

/** A place and a number beside it, where an expression is that before layout. */
export function placeOf(e: Expression): { fragment: Fragment; offset: number; addend: bigint } | undefined {
  switch (e.kind) {
    case "place":
      return { fragment: e.fragment, offset: e.offset, addend: 0n };
    case "symbol": {
      const d = e.symbol.definition;
      return d?.kind === "label" ? { fragment: d.fragment, offset: d.offset, addend: 0n } : undefined;
    }
    case "binary": {
      if (e.operator !== "+" && e.operator !== "-") return undefined;
      const right = constant(e.right);
      const left = right === undefined ? undefined : placeOf(e.left);
      if (left) return { ...left, addend: apply(e.operator, left.addend, right as bigint) };
      const first = e.operator === "+" ? constant(e.left) : undefined;
      const second = first === undefined ? undefined : placeOf(e.right);
      return second ? { ...second, addend: second.addend + (first as bigint) } : undefined;
    }
    default:
      return undefined;
  }
}

/** The value of an expression that is known before layout: numbers, and the distance of labels with nothing variable between. */
export function constant(e: Expression): bigint | undefined {
  switch (e.kind) {
    case "number":
      return e.value;
    case "symbol":
      return e.symbol.definition?.kind === "value" && e.symbol.definition.value.kind === "number"
        ? e.symbol.definition.value.value
        : undefined;
    case "unary": {
      const value = constant(e.value);
      return value === undefined ? undefined : applyUnary(e.operator, value);
    }
    case "binary": {
      const a = constant(e.left);
      const b = constant(e.right);
      if (a !== undefined && b !== undefined) return apply(e.operator, a, b);
      if (a !== undefined || b !== undefined) return undefined;
      if (e.operator !== "-" && !(RANK[e.operator] === 3)) return undefined;
      const left = placeOf(e.left);
      const right = left && placeOf(e.right);
      if (!left || !right || left.fragment !== right.fragment) return undefined;
      return apply(e.operator, BigInt(left.offset) + left.addend, BigInt(right.offset) + right.addend);
    }
    default:
      return undefined;
  }
}

const absolute = (value: bigint): Evaluated => ({ value, section: undefined, missing: undefined });

/** Evaluates with the fragments' present places; `pass` changes when those do. */
export function evaluate(e: Expression, pass: number, depth = 0): Evaluated {
  switch (e.kind) {
    case "number":
      return absolute(e.value);
    case "place":
      return { value: BigInt(e.fragment.offset + e.offset), section: e.section, missing: undefined };
    case "symbol": {
      const d = e.symbol.definition;
      if (!d) return { value: 0n, section: undefined, missing: e.symbol };
      if (d.kind === "label")
        return { value: BigInt(d.fragment.offset + d.offset), section: d.section, missing: undefined };
      const cached = e.symbol.cached;
      if (cached?.pass === pass) return cached.value;
      if (e.symbol.busy || depth > DEPTH) return { value: 0n, section: undefined, missing: e.symbol };
      e.symbol.busy = true;
      const value = evaluate(d.value, pass, depth + 1);
      e.symbol.busy = false;
      e.symbol.cached = { pass, value };
      return value;
    }
    case "unary": {
      const v = evaluate(e.value, pass, depth);
      return v.missing ? v : absolute(applyUnary(e.operator, addressOf(v)));
    }
    case "binary": {
      const a = evaluate(e.left, pass, depth);
      const b = evaluate(e.right, pass, depth);
      if (a.missing || b.missing) return a.missing ? a : b;
      if (a.section && a.section === b.section && (e.operator === "-" || RANK[e.operator] === 3))
        return absolute(apply(e.operator, a.value, b.value));
      if (e.operator === "+" && !(a.section && b.section))
        return { value: wrap64(a.value + b.value), section: a.section ?? b.section, missing: undefined };
      if (e.operator === "-" && !b.section)
        return { value: wrap64(a.value - b.value), section: a.section, missing: undefined };
      return absolute(apply(e.operator, addressOf(a), addressOf(b)));
    }
    case "register":
      return absolute(0n);
  }
}

/** An evaluated expression as an address. */
export function addressOf(e: Evaluated): bigint {
  return e.section ? wrap64(e.value + BigInt(e.section.address)) : e.value;
}
