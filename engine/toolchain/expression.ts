/**
 * Expressions as GNU as has them: 64-bit, wrapped; symbols, `.`, `1b`/`1f`, character constants. Binary operators by rank,
 * the tightest first: `* / % << >>`, `| & ^ !`, `+ -`, `== <> != < > <= >=`, `&&`, `||`; Intel syntax adds words (`SHL`,
 * `AND`, `MOD` …). Comparisons give −1 or 0. Source: Using as, 6 "Expressions", and its expr.c.
 */
import { REGISTERS } from "../isa/registers.ts";
import { SourceError } from "./diagnostic.ts";
import type { Evaluated, Expression, Fragment } from "./program.ts";
import type { Surroundings } from "./surroundings.ts";

export const wrap64 = (value: bigint): bigint => BigInt.asIntN(64, value);

const RANK: Readonly<Record<string, number>> = {
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
const WORD_OPERATORS: Readonly<Record<string, string>> = {
  and: "&",
  or: "|",
  xor: "^",
  mod: "%",
  shl: "<<",
  shr: ">>",
  eq: "==",
  ne: "!=",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
};
const ESCAPES: Readonly<Record<string, number>> = { b: 8, f: 12, n: 10, r: 13, t: 9, "\\": 92, '"': 34, "'": 39 };

const NAME = /[A-Za-z_.][\w.$]*/y;

/** A position in a statement's text. */
export class Scanner {
  readonly text: string;
  readonly end: number;
  position: number;

  constructor(text: string, position = 0, end = text.length) {
    this.text = text;
    this.position = position;
    this.end = end;
  }

  skipSpace(): void {
    let c = this.text.charCodeAt(this.position);
    while (this.position < this.end && (c === 32 || (c >= 9 && c <= 13))) c = this.text.charCodeAt(++this.position);
  }

  /** The position after any space. */
  here(): number {
    this.skipSpace();
    return this.position;
  }

  /** The next character that is not space; "" at the end. */
  peek(): string {
    this.skipSpace();
    return this.position < this.end ? (this.text[this.position] as string) : "";
  }

  atEnd(): boolean {
    return this.peek() === "";
  }

  /** Takes `token` where it comes next. */
  take(token: string): boolean {
    this.skipSpace();
    if (!this.text.startsWith(token, this.position) || this.position + token.length > this.end) return false;
    this.position += token.length;
    return true;
  }

  /** Takes a symbol's name; undefined where none comes next. */
  name(): string | undefined {
    this.skipSpace();
    return this.match(NAME);
  }

  match(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.position;
    const found = sticky.exec(this.text)?.[0];
    if (found === undefined || found === "" || this.position + found.length > this.end) return undefined;
    this.position += found.length;
    return found;
  }

  rest(): string {
    return this.text.slice(this.position, this.end).trim();
  }

  fail(message: string, hint = "", position = this.position): never {
    throw new SourceError(message, hint, position);
  }
}

const NUMBER = /0[xX][0-9a-fA-F]*|0[bB][01]+|[0-9]+/y;
const REGISTER_AFTER = /%([A-Za-z][A-Za-z0-9]*)/y;
const WORD = /\w*/y;
/** Nesting of parentheses, of symbols defined through each other, and operators in a row: bounds for hostile sources. */
const DEPTH = 200;
const TERMS = 1000;

function parseNumber(s: Scanner, around: Surroundings): Expression {
  const start = s.position;
  const text = s.match(NUMBER) as string;
  const next = s.position < s.end ? (s.text[s.position] as string) : "";
  const after = s.text[s.position + 1] ?? "";
  if (/^[0-9]+$/.test(text) && /[bf]/.test(next) && !/[\w.$]/.test(s.position + 1 < s.end ? after : "")) {
    s.position++;
    const number = String(Number(text));
    if (next === "f")
      return { kind: "symbol", symbol: around.symbols.forward(number, around.location), position: start };
    const symbol = around.symbols.backward(number);
    if (!symbol)
      s.fail(
        `there is no label ${number}: above`,
        `\`${number}b\` is the nearest \`${number}:\` before this line; the one after it is \`${number}f\`.`,
        start,
      );
    return { kind: "symbol", symbol, position: start };
  }
  if (/[\w]/.test(next)) {
    const whole = text + (s.match(WORD) ?? "");
    if (/^[0-9a-fA-F]+h$/i.test(whole))
      s.fail(
        `${whole} is not a number here`,
        `Hexadecimal is written 0x${whole.slice(0, -1).replace(/^0+(?=.)/, "")}.`,
        start,
      );
    s.fail(`${whole} is not a number`, "Numbers are written 42, 0x2a, 0b101010 or, in octal, 052.", start);
  }
  if (/^0[xX]$/.test(text)) s.fail("hexadecimal digits are missing after 0x", "", start);
  if (/^0[0-9]+$/.test(text)) {
    if (/[89]/.test(text))
      s.fail(
        `${text} is not an octal number`,
        `A number that begins with 0 is octal; write ${text.replace(/^0+/, "")} for decimal.`,
        start,
      );
    return { kind: "number", value: wrap64(BigInt(`0o${text.slice(1)}`)) };
  }
  return { kind: "number", value: wrap64(BigInt(text)) };
}

/** An escape sequence, `position` at the character after the backslash; moves past it. */
export function readEscape(s: Scanner): number {
  const octal = s.match(/[0-7]{1,3}/y);
  if (octal) return Number.parseInt(octal, 8) & 0xff;
  const hex = s.match(/[xX][0-9a-fA-F]+/y);
  if (hex) return Number.parseInt(hex.slice(-2).replace(/^[xX]/, ""), 16);
  const c = s.text[s.position] ?? "";
  s.position++;
  return ESCAPES[c] ?? c.charCodeAt(0);
}

function parseCharacter(s: Scanner): Expression {
  const start = s.position++;
  let value: number;
  if (s.position >= s.end) s.fail("a character is missing after '", "A character constant is written 'A'.", start);
  if (s.text[s.position] === "\\") {
    s.position++;
    value = readEscape(s);
  } else {
    value = s.text.codePointAt(s.position) as number;
    s.position += value > 0xffff ? 2 : 1;
  }
  if (s.text[s.position] === "'" && s.position < s.end) s.position++;
  return { kind: "number", value: BigInt(value) };
}

function parsePrimary(s: Scanner, around: Surroundings, depth: number): Expression {
  if (depth > DEPTH) s.fail("the expression is nested too deeply");
  const c = s.peek();
  if (c === "") s.fail("an expression is missing");
  if (c >= "0" && c <= "9") return parseNumber(s, around);
  if (c === "'") return parseCharacter(s);
  if (c === "(" || (c === "[" && !around.isIntel)) {
    const start = s.position;
    s.position++;
    const inner = parseBinary(s, around, 0, depth + 1);
    if (!s.take(c === "(" ? ")" : "]")) s.fail(`\`${c === "(" ? ")" : "]"}\` is missing`, "", start);
    return inner;
  }
  if (c === "-" || c === "~" || c === "!" || c === "+") {
    s.position++;
    const value = parsePrimary(s, around, depth + 1);
    return c === "+" ? value : fold({ kind: "unary", operator: c, value });
  }
  const start = s.position;
  const name = s.name();
  if (name === undefined) {
    if (c === "%") s.fail(`a register cannot stand in an expression`, "", start);
    if (c === "$") s.fail("`$` cannot stand in an expression", "", start);
    if (c === '"')
      s.fail(
        "a string cannot stand in an expression",
        "For characters in memory use .ascii \"…\"; a single character is written 'A'.",
        start,
      );
    s.fail(`an expression cannot begin with \`${c}\``, "", start);
  }
  if (name === ".") return around.here();
  const lower = name.toLowerCase();
  if (around.isIntel) {
    if (lower === "not") return fold({ kind: "unary", operator: "~", value: parsePrimary(s, around, depth + 1) });
    const register = REGISTERS.get(lower);
    if (register) return { kind: "register", register, position: start };
  }
  if (s.text[s.position] === "@" && s.position < s.end)
    s.fail(`\`${name}@\`: there is no linking to shared libraries here`, "Write the name alone.", s.position);
  const symbol = around.symbols.use(name, around.location);
  if (symbol.definition?.kind === "value") {
    const value = constant(symbol.definition.value);
    if (value !== undefined) return { kind: "number", value };
  }
  return { kind: "symbol", symbol, position: start };
}

function peekOperator(s: Scanner, around: Surroundings): { operator: string; length: number } | undefined {
  const c = s.peek();
  const two = s.position + 2 <= s.end ? s.text.slice(s.position, s.position + 2) : "";
  if (two in RANK) return { operator: two, length: 2 };
  if (c in RANK) return { operator: c, length: 1 };
  if (around.isIntel && /[a-z]/i.test(c)) {
    NAME.lastIndex = s.position;
    const word = NAME.exec(s.text)?.[0] ?? "";
    const operator = WORD_OPERATORS[word.toLowerCase()];
    if (operator) return { operator, length: word.length };
  }
  return undefined;
}

function parseBinary(s: Scanner, around: Surroundings, least: number, depth: number): Expression {
  let left = parsePrimary(s, around, depth);
  for (let terms = 0; ; terms++) {
    const next = peekOperator(s, around);
    const rank = next ? (RANK[next.operator] as number) : 0;
    if (!next || rank <= least) return left;
    const position = s.position;
    if (next.operator === "%" && !around.isIntel) refuseRegister(s);
    if (terms > TERMS) s.fail("the expression is too long", `At most ${TERMS} operators stand side by side.`);
    s.position += next.length;
    const right = parseBinary(s, around, rank, depth + 1);
    if ((next.operator === "/" || next.operator === "%") && constant(right) === 0n)
      s.fail("division by zero", "", position);
    left = fold({ kind: "binary", operator: next.operator, left, right });
  }
}

/** `$5 %ax`: what looks like a remainder is a register after a forgotten comma. */
function refuseRegister(s: Scanner): void {
  REGISTER_AFTER.lastIndex = s.position;
  const name = REGISTER_AFTER.exec(s.text)?.[1];
  if (name && REGISTERS.has(name.toLowerCase()))
    s.fail(`\`,\` is missing before %${name}`, "Operands are separated by commas.");
}

/** Reads an expression; a SourceError where there is none. What is constant comes back as a number. */
export function parseExpression(s: Scanner, around: Surroundings): Expression {
  return parseBinary(s, around, 0, 0);
}

/** Where the first name of an expression stands in its statement; -1 where it has none. */
export function positionOf(e: Expression): number {
  switch (e.kind) {
    case "symbol":
    case "register":
      return e.position;
    case "unary":
      return positionOf(e.value);
    case "binary": {
      const left = positionOf(e.left);
      return left >= 0 ? left : positionOf(e.right);
    }
    default:
      return -1;
  }
}

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

function fold(e: Expression): Expression {
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
