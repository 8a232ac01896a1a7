/** Operands as AT&T syntax writes them: `$5`, `%ax`, `%es:4(%bx,%si)`, `*%ax`, `label`. Source: Using as, 9.16.7. */
import type { EncodeOperand, MemorySource } from "../isa/encode.ts";
import { generalName, needs64, REGISTERS, type RegisterOperand } from "../isa/registers.ts";
import { nearest } from "./diagnostic.ts";
import { constant } from "./evaluate.ts";
import { parseExpression, positionOf } from "./expression.ts";
import type { Expression, Reference } from "./program.ts";
import { Scanner } from "./scanner.ts";
import { skipCharacter, skipString } from "./source.ts";
import type { OperandSurroundings, Surroundings } from "./surroundings.ts";

/** An operand with what its syntax said beside it. */
export interface Written {
  readonly operand: EncodeOperand<Reference>;
  /** `*` before it (AT&T), or a register or brackets (Intel): the target is in there. */
  readonly indirect: boolean;
  /** A bare expression: memory, or the target of a branch. */
  readonly bare: Expression | undefined;
  /** Position in the statement's text. */
  readonly position: number;
  readonly text: string;
  /** Intel: `far ptr`, `short`. */
  /** AT&T: `(%dx)`, which only port instructions take. */
  readonly isPort?: boolean;
  readonly distance?: "far" | "short" | "near";
}

/** Splits at commas outside parentheses and strings. */
export function splitOperands(text: string, start: number, end: number): { start: number; end: number }[] {
  const parts: { start: number; end: number }[] = [];
  let depth = 0;
  let from = start;
  for (let i = start; i < end; i++) {
    const c = text[i];
    if (c === '"') i = skipString(text, i) - 1;
    else if (c === "'") i = skipCharacter(text, i) - 1;
    else if (c === "(" || c === "[") depth++;
    else if (c === ")" || c === "]") depth--;
    else if (c === "," && depth <= 0) {
      parts.push({ start: from, end: i });
      from = i + 1;
    }
  }
  if (parts.length || text.slice(from, end).trim() !== "") parts.push({ start: from, end });
  return parts;
}

const REGISTER_NAME = /[A-Za-z][A-Za-z0-9]*/y;

/** Reads a register after its %. */
export function readRegister(s: Scanner, around: OperandSurroundings): RegisterOperand {
  const start = s.position;
  if (!s.take("%")) s.fail("a register is missing", "Registers begin with %: %ax.");
  s.skipSpace();
  const name = s.match(REGISTER_NAME);
  if (!name) s.fail("a register's name is missing after %", "", start);
  let key = name.toLowerCase();
  if (key === "st" && s.take("(")) {
    const n = s.match(/ *[0-7] */y);
    if (!n || !s.take(")")) s.fail("an x87 register is %st(0) to %st(7)", "", start);
    key = `st(${n.trim()})`;
  }
  const register = REGISTERS.get(key);
  if (!register) {
    const near = nearest(name, REGISTERS.keys());
    s.fail(`there is no register %${name}`, near ? `Did you mean %${near}?` : "", start);
  }
  if (needs64(register) && around.codeBits !== 64) {
    s.fail(`%${key} exists only in 64-bit code; this is .code${around.codeBits}`, narrower(register), start);
  }
  return register;
}

function narrower(r: RegisterOperand): string {
  if (r.kind !== "register" || r.number >= 8) return "";
  return `The same register in 32 bits is %${generalName(r.number, 32)}.`;
}

/**
 * An expression as an amount: its value where it is known, and a reference with its place for the end. `at` is its position
 * in the statement; without it, that of the first name in it.
 */
export function reference(expression: Expression, around: Surroundings, what: string, at?: number) {
  const value = constant(expression);
  const position = value === undefined && !around.location.call ? (at ?? positionOf(expression)) : -1;
  const location = position >= 0 ? { ...around.location, column: position + 1 } : around.location;
  return { value, reference: { expression, location, what } };
}

/** Reads one operand of `text` between `start` and `end`. */
export function parseAttOperand(text: string, start: number, end: number, around: OperandSurroundings): Written {
  const s = new Scanner(text, start, end);
  const position = s.here();
  const written = text.slice(position, end).trim();
  if (s.atEnd()) s.fail("an operand is missing between commas");
  const indirect = s.take("*");
  const done = (operand: EncodeOperand<Reference>, bare?: Expression): Written => {
    if (!s.atEnd()) s.fail(`\`${s.rest()}\` does not belong here`, leftoverHint(s.rest(), written));
    return { operand, indirect, bare, position, text: written };
  };
  const first = s.peek();
  if (first === "$") {
    s.position++;
    const expression = parseExpression(s, around);
    return done({ kind: "immediate", amount: reference(expression, around, "immediate") });
  }
  let segment = -1;
  if (first === "%") {
    const register = readRegister(s, around);
    if (register.kind !== "segment" || !s.take(":")) return done(register);
    segment = register.number;
  }
  const bracketed = /^\[\s*%?(\w+)/.exec(s.rest())?.[1];
  if (bracketed && REGISTERS.has(bracketed.toLowerCase())) {
    s.fail("AT&T syntax has no brackets", "Memory is written displacement(base,index,scale): 4(%bx,%si).");
  }
  if (s.peek() === '"')
    s.fail("a string cannot be an operand", "Put the text into memory with .asciz, and use its label.");
  if (segment < 0 && /^\(\s*%dx\s*\)$/i.test(s.rest())) {
    s.position = end;
    return { ...done({ kind: "register", number: 2, bits: 16 }), isPort: true };
  }
  const parenthesis = addressParenthesis(text, s.position, end);
  let displacement: Expression | undefined;
  if (parenthesis === undefined || text.slice(s.position, parenthesis).trim() !== "") {
    const inner = new Scanner(text, s.position, parenthesis ?? end);
    if (inner.peek() === "%") readRegister(inner, around);
    displacement = parseExpression(inner, around);
    s.position = inner.position;
    if (!inner.atEnd()) inner.fail(`\`${inner.rest()}\` does not belong here`, leftoverHint(inner.rest(), written));
  }
  const place = parenthesis === undefined ? undefined : readAddress(s, around, parenthesis);
  const memory: MemorySource<Reference> = {
    kind: "memory",
    bits: 0,
    segment,
    base: place?.base ?? -1,
    index: place?.index ?? -1,
    scale: place?.scale ?? 0,
    addressBits: place?.bits ?? 0,
    displacement: displacement ? reference(displacement, around, "displacement") : { value: 0n },
  };
  return done(memory, segment < 0 && parenthesis === undefined ? displacement : undefined);
}

function leftoverHint(rest: string, whole: string): string {
  if (rest.startsWith(":")) return `A far pointer is written with a comma: ljmp $${whole.replace(":", ", $")}`;
  if (/^[\w%$(]/.test(rest)) return "Operands are separated by commas.";
  return rest.startsWith("[") || whole.startsWith("[")
    ? "AT&T syntax writes memory as displacement(base,index,scale): 4(%bx,%si)."
    : "";
}

/** Where the parenthesis that holds base and index begins: the last one, and not part of an expression. */
function addressParenthesis(text: string, start: number, end: number): number | undefined {
  let last = end - 1;
  while (last > start && text.charCodeAt(last) <= 32) last--;
  if (text[last] !== ")") return undefined;
  let depth = 0;
  for (let i = last; i >= start; i--) {
    if (text[i] === ")") depth++;
    else if (text[i] === "(" && --depth === 0) return /^\(\s*[%,]/.test(text.slice(i, last)) ? i : undefined;
  }
  return undefined;
}

interface Address {
  readonly base: number;
  readonly index: number;
  readonly scale: number;
  readonly bits: 0 | 16 | 32 | 64;
}

function readAddress(s: Scanner, around: OperandSurroundings, parenthesis: number): Address {
  s.position = parenthesis + 1;
  let base: RegisterOperand | undefined;
  let index: RegisterOperand | undefined;
  let scale = 0;
  if (s.peek() === "%") base = readRegister(s, around);
  if (s.take(",")) {
    if (s.peek() === "%") index = readRegister(s, around);
    if (index ? s.take(",") : s.peek() !== ")") scale = readScale(s, around);
  }
  if (!s.take(")")) s.fail("`)` is missing after base and index", "Memory is written displacement(base,index,scale).");
  return checkAddress(s, base, index, scale, parenthesis, around.codeBits);
}

function readScale(s: Scanner, around: OperandSurroundings): number {
  if (s.peek() === ")") return 0;
  const at = s.position;
  const value = constant(parseExpression(s, around));
  const scale = value === undefined ? -1 : [1n, 2n, 4n, 8n].indexOf(value);
  if (scale < 0) s.fail("the scale of an index is 1, 2, 4 or 8", "", at);
  return scale;
}

const PAIRS16 = "16-bit addresses use %bx, %bp, %si, %di, or one of %bx and %bp with one of %si and %di.";

/** Base and index as an address; a SourceError where no addressing mode has them. */
export function checkAddress(
  s: Scanner,
  base: RegisterOperand | undefined,
  index: RegisterOperand | undefined,
  scale: number,
  position: number,
  codeBits: number,
): Address {
  for (const r of [base, index]) {
    if (r && (r.kind !== "register" || r.bits === 8))
      s.fail("only general registers of 16, 32 or 64 bits make an address", "", position);
  }
  const b = base as Extract<RegisterOperand, { kind: "register" }> | undefined;
  const i = index as Extract<RegisterOperand, { kind: "register" }> | undefined;
  if (b && i && b.bits !== i.bits) s.fail("base and index have different sizes", "", position);
  const bits = (b ?? i)?.bits ?? 0;
  if (bits === 16) {
    if (codeBits === 64) s.fail("64-bit code has no 16-bit addresses", "", position);
    if (scale !== 0) s.fail("a 16-bit address has no scale", PAIRS16, position);
    const numbers = [b?.number, i?.number].filter((n) => n !== undefined).sort((x, y) => x - y);
    const ok =
      numbers.length === 1
        ? [3, 5, 6, 7].includes(numbers[0] as number) && b !== undefined
        : (numbers[0] === 3 || numbers[0] === 5) && (numbers[1] === 6 || numbers[1] === 7);
    if (!ok && !(b === undefined && numbers.length === 1))
      s.fail(
        "no 16-bit addressing mode has these registers",
        `${PAIRS16} Any register works in 32 bits: (%eax).`,
        position,
      );
    if (b === undefined && numbers.length === 1)
      s.fail("a 16-bit address has no index without a base", PAIRS16, position);
  }
  if (i?.number === 4) s.fail("the stack pointer cannot be an index", "", position);
  if (i?.number === 16) s.fail("the instruction pointer cannot be an index", "", position);
  if (b?.number === 16 && i) s.fail("an address relative to the instruction pointer has no index", "", position);
  return { base: b?.number ?? -1, index: i?.number ?? -1, scale, bits: bits as 0 };
}
