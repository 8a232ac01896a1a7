/**
 * Operands as Intel syntax writes them: `5`, `ax`, `word ptr es:[bx+si+4]`, `offset label`, `8:label`. A bare symbol is
 * memory, a bare number an immediate. Source: Using as, 9.16.3.1 "AT&T Syntax versus Intel Syntax".
 */
import type { EncodeOperand } from "../isa/encode.ts";
import { needs64, REGISTERS, type RegisterOperand, registerName } from "../isa/registers.ts";
import { constant } from "./evaluate.ts";
import { parseExpression } from "./expression.ts";
import { checkAddress, reference, type Written } from "./operands-att.ts";
import type { Expression, Reference } from "./program.ts";
import { Scanner } from "./scanner.ts";
import type { OperandSurroundings } from "./surroundings.ts";

const SIZES: Readonly<Record<string, number>> = {
  byte: 8,
  word: 16,
  dword: 32,
  fword: 48,
  qword: 64,
  tbyte: 80,
  xmmword: 128,
  oword: 128,
};

/** Reads one operand of `text` between `start` and `end`. */
export function parseIntelOperand(text: string, start: number, end: number, around: OperandSurroundings): Written {
  const s = new Scanner(text, start, end);
  const position = s.here();
  const written = text.slice(position, end).trim();
  if (s.atEnd()) s.fail("an operand is missing between commas");
  let bits = 0;
  let distance: Written["distance"];
  let isOffset = false;
  for (;;) {
    const at = s.position;
    const word = s.name()?.toLowerCase();
    if (word !== undefined && word in SIZES && (wordFollows(s, "ptr") || s.peek() === "["))
      bits = SIZES[word] as number;
    else if ((word === "far" || word === "near" || word === "short") && s.peek() !== "") {
      distance = word;
      wordFollows(s, "ptr");
    } else if (word === "offset") isOffset = true;
    else {
      s.position = at;
      break;
    }
  }
  const done = (operand: EncodeOperand<Reference>, indirect: boolean, bare?: Expression): Written => {
    if (!s.atEnd())
      s.fail(`\`${s.rest()}\` does not belong here`, /^[\w]/.test(s.rest()) ? "Operands are separated by commas." : "");
    return { operand, indirect, bare, position, text: written, ...(distance ? { distance } : {}) };
  };
  if (s.peek() === "$")
    s.fail("Intel syntax has no $", `Write ${written.replace("$", "")}; AT&T syntax is chosen with .att_syntax.`);
  s.take("%");
  const stack = s.match(/st *\( *[0-7] *\)/iy);
  if (stack) return done({ kind: "st", number: Number(/[0-7]/.exec(stack)?.[0]) }, true);
  // FLAT: is the one segment of 32-bit code; gcc writes it.
  if (isOffset) s.match(/ *flat *:/iy);
  if (isOffset)
    return done({ kind: "immediate", amount: reference(parseExpression(s, around), around, "immediate") }, false);

  const parts: Expression[] = [];
  let segment = -1;
  let bracketed = false;
  const readPart = (): void => {
    if (!s.take("[")) {
      parts.push(parseExpression(s, around));
      return;
    }
    bracketed = true;
    // gcc writes the size inside too, and a label before an inner bracket.
    const word = s.match(/ *(byte|word|dword|fword|qword|tbyte) +ptr\b/iy);
    if (word) bits = SIZES[word.trim().split(" ")[0]?.toLowerCase() as string] as number;
    const inner = readSegment(s);
    if (inner >= 0) segment = inner;
    readPart();
    while (s.peek() === "[") readPart();
    if (!s.take("]")) s.fail("`]` is missing");
  };
  const before = readSegment(s);
  if (before >= 0) segment = before;
  readPart();
  if (!bracketed && s.take(":")) {
    const selector = parts[0] as Expression;
    return done(
      {
        kind: "far",
        selector: reference(selector, around, "selector"),
        offset: reference(parseExpression(s, around), around, "offset"),
      },
      false,
    );
  }
  while (s.peek() === "[") readPart();
  const sum = parts.reduce((left, right) => ({ kind: "binary", operator: "+", left, right }));
  const only = parts.length === 1 && !bracketed && segment < 0 ? sum : undefined;
  if (only?.kind === "register") {
    checkMode(s, only.register, around);
    return done(only.register, true);
  }
  if (only && constant(only) !== undefined && bits === 0)
    return done({ kind: "immediate", amount: reference(only, around, "immediate") }, false, only);
  if (only && isDifference(only))
    return done({ kind: "immediate", amount: reference(only, around, "immediate") }, false, only);
  const terms = linear(sum, s, around, position);
  const displacement = terms.rest ? reference(terms.rest, around, "displacement") : { value: 0n };
  const place = checkAddress(s, terms.base, terms.index, terms.scale, position, around.codeBits);
  return done(
    {
      kind: "memory",
      bits,
      segment,
      base: place.base,
      index: place.index,
      scale: place.scale,
      addressBits: place.bits,
      displacement,
    },
    bracketed || bits > 0,
    only,
  );
}

/** The distance of two labels is a number, though not known yet. */
function isDifference(e: Expression): boolean {
  return e.kind === "binary" && e.operator === "-" && labels(e.left) === 1 && labels(e.right) === 1;
}

function labels(e: Expression): number {
  return e.kind === "symbol" || e.kind === "place" ? 1 : e.kind === "binary" ? labels(e.left) + labels(e.right) : 0;
}

function wordFollows(s: Scanner, word: string): boolean {
  const at = s.position;
  if (s.name()?.toLowerCase() === word) return true;
  s.position = at;
  return false;
}

/** `es:` before an address; -1 where there is none. */
function readSegment(s: Scanner): number {
  const at = s.position;
  s.take("%");
  const name = s.name();
  const register = name ? REGISTERS.get(name.toLowerCase()) : undefined;
  if (register?.kind === "segment" && s.take(":")) return register.number;
  s.position = at;
  return -1;
}

function checkMode(s: Scanner, r: RegisterOperand, around: OperandSurroundings): void {
  if (needs64(r) && around.codeBits !== 64)
    s.fail(`${registerName(r)} exists only in 64-bit code; this is .code${around.codeBits}`);
}

interface Terms {
  base: RegisterOperand | undefined;
  index: RegisterOperand | undefined;
  scale: number;
  rest: Expression | undefined;
}

/** A register, or one times a number. */
function registerTerm(e: Expression): { register: RegisterOperand; scale: Expression | undefined } | undefined {
  if (e.kind === "register") return { register: e.register, scale: undefined };
  if (e.kind !== "binary" || e.operator !== "*") return undefined;
  if (e.left.kind === "register") return { register: e.left.register, scale: e.right };
  return e.right.kind === "register" ? { register: e.right.register, scale: e.left } : undefined;
}

/** Sorts a sum into base, index, scale and displacement. */
function linear(e: Expression, s: Scanner, around: OperandSurroundings, position: number): Terms {
  const terms: Terms = { base: undefined, index: undefined, scale: 0, rest: undefined };
  const registers: { register: RegisterOperand; scale: bigint | undefined }[] = [];
  const walk = (node: Expression, sign: "+" | "-"): void => {
    if (node.kind === "binary" && (node.operator === "+" || node.operator === "-")) {
      walk(node.left, sign);
      walk(node.right, node.operator === sign ? "+" : "-");
      return;
    }
    const term = registerTerm(node);
    if (term) {
      if (sign === "-") s.fail("a register cannot be subtracted in an address", "", position);
      checkMode(s, term.register, around);
      const scale = term.scale ? constant(term.scale) : undefined;
      if (term.scale && scale === undefined) s.fail("the scale of an index is 1, 2, 4 or 8", "", position);
      registers.push({ register: term.register, scale });
      return;
    }
    const left = terms.rest;
    terms.rest = left
      ? { kind: "binary", operator: sign, left, right: node }
      : sign === "-"
        ? { kind: "unary", operator: "-", value: node }
        : node;
  };
  walk(e, "+");
  if (registers.length > 2) s.fail("an address has at most two registers", "", position);
  const scaled = registers.findIndex((r) => r.scale !== undefined);
  if (scaled >= 0) {
    const r = registers[scaled] as { register: RegisterOperand; scale: bigint };
    terms.scale = [1n, 2n, 4n, 8n].indexOf(r.scale);
    if (terms.scale < 0) s.fail("the scale of an index is 1, 2, 4 or 8", "", position);
    terms.index = r.register;
    terms.base = registers[1 - scaled]?.register;
  } else {
    terms.base = registers[0]?.register;
    terms.index = registers[1]?.register;
    // The stack pointer cannot be an index, SI and DI of 16 bits no base beside one.
    const i = terms.index;
    if (
      i?.kind === "register" &&
      terms.base &&
      (i.number === 4 || (i.bits === 16 && (i.number === 3 || i.number === 5)))
    )
      [terms.base, terms.index] = [i, terms.base];
  }
  return terms;
}
