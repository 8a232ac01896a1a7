/**
 * Expressions as GNU as has them: 64-bit, wrapped; symbols, `.`, `1b`/`1f`, character constants. Binary operators by rank,
 * the tightest first: `* / % << >>`, `| & ^ !`, `+ -`, `== <> != < > <= >=`, `&&`, `||`; Intel syntax adds words (`SHL`,
 * `AND`, `MOD` …). Comparisons give −1 or 0. Source: Using as, 6 "Expressions", and its expr.c.
 */
import { REGISTERS } from "../isa/registers.ts";
import { constant, fold, RANK, wrap64 } from "./evaluate.ts";
import type { Expression } from "./program.ts";
import { readEscape, type Scanner } from "./scanner.ts";
import type { Surroundings } from "./surroundings.ts";

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
const OPERATOR_WORD = /[A-Za-z_.][\w.$]*/y;
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
    OPERATOR_WORD.lastIndex = s.position;
    const word = OPERATOR_WORD.exec(s.text)?.[0] ?? "";
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
