/**
 * From an instruction's rows and operands to bytes, as GNU as chooses them: the shortest encoding, the first in the table
 * among equals, prefixes in its order (segment, 67, 66, REP or LOCK, REX). Values that are not known yet become fixups.
 * Source: AMD APM vol. 3, 1.1 "Instruction Encoding Overview".
 */
import { bitsOf } from "./decode.ts";
import { SEGMENT } from "./decoded.ts";
import type { Encoding, OperandCode, OperandSize } from "./encoding.ts";
import type { RegisterOperand } from "./registers.ts";
import type { Row } from "./row.ts";
import { DEFAULT_OPERAND, sizeInName, stem, WRITTEN_ACCUMULATOR } from "./spelling.ts";
import { TABLE } from "./table.ts";

/** A number, or a `reference` to one that is known later (of the caller's own type). */
export interface Amount<R> {
  readonly value: bigint | undefined;
  readonly reference?: R;
}

export interface MemorySource<R> {
  readonly kind: "memory";
  /** Bits accessed; 0 where the source does not say. */
  readonly bits: number;
  /** Segment override, a number of SEGMENT, or -1. */
  readonly segment: number;
  /** Register numbers 0–15, -1 none; base 16 is RIP (`displacement` then is the target address). */
  readonly base: number;
  readonly index: number;
  readonly scale: number;
  /** 0: as the code segment has it. */
  readonly addressBits: 0 | 16 | 32 | 64;
  readonly displacement: Amount<R>;
}

/** An operand in the order of the encoding (Intel's order). */
export type EncodeOperand<R> =
  | RegisterOperand
  | MemorySource<R>
  | { readonly kind: "immediate"; readonly amount: Amount<R> }
  | { readonly kind: "target"; readonly amount: Amount<R> }
  | { readonly kind: "far"; readonly selector: Amount<R>; readonly offset: Amount<R> };

export interface EncodeContext {
  readonly codeBits: 16 | 32 | 64;
  /** Size that the mnemonic names (its suffix); undefined: from the operands. */
  readonly bits?: number | undefined;
  readonly sourceBits?: number | undefined;
  readonly addressBits?: 16 | 32 | undefined;
  readonly repeat?: 0 | 0xf2 | 0xf3;
  readonly lock?: boolean;
  /** Segment prefix written before the instruction, or -1. */
  readonly segment?: number;
  /** Which of the relative forms to use; undefined: any. */
  readonly branch?: "short" | "near" | undefined;
  /** Only 64-bit immediates and absolute addresses (MOVABS). */
  readonly absolute?: boolean | undefined;
  /** 32-bit operands by default for what uses the stack (.code16gcc). */
  readonly wideStack?: boolean;
}

/** A place in the bytes that waits for a value. */
export interface Fixup<R> {
  readonly at: number;
  readonly bytes: 1 | 2 | 4 | 8;
  readonly reference: R | undefined;
  readonly value: bigint | undefined;
  /** Relative to the end of the instruction. */
  readonly relative: boolean;
  /** The processor sign-extends it to this many bits; 0: it has just its width. */
  readonly extendedTo: 0 | 16 | 32 | 64;
}

export interface Encoded<R> {
  readonly row: Row;
  readonly encoding: Encoding;
  readonly bytes: number[];
  readonly fixups: Fixup<R>[];
  readonly operandBits: OperandSize;
  /** Bits of the memory operand, where there is one. */
  readonly memoryBits: number;
  /** A known value that did not fit and was cut. */
  readonly truncated: bigint | undefined;
}

export interface Choice<R> {
  readonly best: Encoded<R> | undefined;
  /** The operands do not say which size is meant; `best` then is the code segment's default. */
  readonly ambiguous: boolean;
}

const DEPENDS = new Set(["v", "z", "y", "p", "s", "a", "bs"]);

/** Whether an operand-size prefix changes what the encoding means. */
function dependsOnSize(e: Encoding): boolean {
  if (e.attributes.has("stack") || e.attributes.has("o16") || e.attributes.has("o32") || e.attributes.has("oq"))
    return true;
  if (e.operands.some((o) => o.place === "C" || o.place === "D")) return false;
  return e.operands.some((o) => DEPENDS.has(o.width));
}

/** Operand sizes an encoding can have, the default first. */
function possibleSizes(e: Encoding, codeBits: OperandSize): OperandSize[] {
  const a = e.attributes;
  if (codeBits === 64 && (a.has("f64") || a.has("d64"))) return a.has("f64") ? [64] : [64, 16];
  const all: OperandSize[] = codeBits === 64 ? [32, 16, 64] : codeBits === 32 ? [32, 16] : [16, 32];
  if (!dependsOnSize(e)) return [all[0] as OperandSize];
  if (a.has("o16")) return [16];
  if (a.has("o32")) return [32];
  if (a.has("oq")) return codeBits === 64 ? [64] : [];
  return all;
}

/** Operands of these mean the same in either order; the encodings list one. */
const COMMUTES = new Set(["XCHG", "TEST"]);

/** as shortens `int $3` to the one-byte breakpoint. */
const BREAKPOINT = TABLE.filter((r) => r.name === "INT3");

/** Lines up written operands with an encoding's: puts in what may be left out, drops the implied. */
function align<R>(
  row: Row,
  e: Encoding,
  given: readonly EncodeOperand<R>[],
): readonly (EncodeOperand<R> | undefined)[] | undefined {
  const codes = e.operands;
  let operands: readonly EncodeOperand<R>[] = given;
  const accumulator = WRITTEN_ACCUMULATOR[stem(row)];
  if (accumulator && given.length === 2) {
    const written = given[accumulator === "first" ? 0 : 1];
    if (written?.kind !== "register" || written.number !== 0 || written.high || written.bits !== sizeInName(row))
      return undefined;
    operands = accumulator === "first" ? given.slice(1) : given.slice(0, 1);
  }
  if (operands.length === codes.length) return operands;
  if (operands.length === 0 && codes.length > 0) {
    const fallback = DEFAULT_OPERAND[row.name];
    if (fallback !== undefined) return [{ kind: "immediate", amount: { value: fallback } }];
    if (codes.some((c) => c.place === "X" || c.place === "Y")) return codes.map(() => undefined);
  }
  if (operands.length + 1 !== codes.length || operands.length === 0) {
    // XLAT's table may be written, for its segment.
    const only = operands[0];
    return row.name === "XLAT" && operands.length === 1 && only?.kind === "memory" && only.base === 3 ? [] : undefined;
  }
  const last = codes[codes.length - 1] as OperandCode;
  const first = codes[0] as OperandCode;
  if (last.place === "one" || last.text === "CL") return [...operands, undefined];
  if (first.text === "ST0") return [undefined, ...operands];
  if ((row.name === "IN" || row.name === "OUT") && operands.length === 1) {
    return first.file === "general" && first.number === 0 ? [undefined, ...operands] : [...operands, undefined];
  }
  // IMUL $3, %eax: the destination is the source too.
  if (codes.length === 3 && first.place === "G" && last.place === "I" && operands[0]?.kind === "register") {
    return [operands[0], operands[0], operands[1]];
  }
  return undefined;
}

/** Whether only copies of one bit are lost above `bits`: ~0x80 goes into a byte, as as has it. */
function inRange(value: bigint, bits: number): boolean {
  return value >= -(1n << BigInt(bits)) && value < 1n << BigInt(bits);
}

/** 0 no, 1 yes, 2 only by cutting the value. */
function immediateFits(code: OperandCode, value: bigint | undefined, size: OperandSize): 0 | 1 | 2 {
  if (code.width === "bs") {
    if (value === undefined || !inRange(value, size)) return 0;
    const v = BigInt.asIntN(size, value);
    return v >= -128n && v <= 127n ? 1 : 0;
  }
  if (value === undefined) return 1;
  if (size === 64 && code.width === "z") {
    return value >= -0x80000000n && value <= 0x7fffffffn
      ? 1
      : value >= 0xffffffff80000000n && value <= 0xffffffffffffffffn
        ? 1
        : 0;
  }
  const bits = code.width === "z" && size === 64 ? 32 : bitsOf(code, size);
  return inRange(value, bits) ? 1 : 2;
}

/** 0 no, 1 yes, 2 by cutting. */
function matches<R>(
  row: Row,
  e: Encoding,
  code: OperandCode,
  o: EncodeOperand<R> | undefined,
  size: OperandSize,
  context: EncodeContext,
): 0 | 1 | 2 {
  if (o === undefined) return 1;
  const bits = bitsOf(code, size);
  const yes = (condition: boolean) => (condition ? 1 : 0);
  switch (code.place) {
    case "E":
      if (o.kind === "memory") return yes(o.bits === 0 || o.bits === bits);
      return yes(o.kind === "register" && o.bits === bits && o.number < 16);
    case "M":
      return yes(o.kind === "memory" && (o.bits === 0 || bits === 0 || o.bits === bits || code.width === "s"));
    case "R":
    case "G":
    case "Z":
      return yes(o.kind === "register" && o.bits === bits && o.number < 16);
    case "S":
      return yes(
        o.kind === "segment" && !(row.name === "MOV" && o.number === SEGMENT.CS && e.operands[0]?.place === "S"),
      );
    case "C":
      return yes(o.kind === "control");
    case "D":
      return yes(o.kind === "debug");
    case "fixed":
      if (code.file === "segment") return yes(o.kind === "segment" && o.number === code.number);
      return yes(o.kind === "register" && o.number === code.number && o.bits === bits && !o.high);
    case "one":
      return yes(o.kind === "immediate" && o.amount.value === BigInt(code.number as number));
    case "ST":
      return yes(o.kind === "st" && (code.number === undefined || code.number === o.number));
    case "I":
      return o.kind === "immediate" ? immediateFits(code, o.amount.value, size) : 0;
    case "J":
      if (o.kind !== "target") return 0;
      return yes(context.branch === undefined || (context.branch === "short") === (code.width === "b"));
    case "O":
      if (o.kind !== "memory" || o.base !== -1 || o.index !== -1) return 0;
      if (context.codeBits === 64 && !context.absolute) return 0;
      return yes(o.bits === 0 || o.bits === bits);
    case "A":
      return yes(o.kind === "far" && (o.offset.value === undefined || inRange(o.offset.value, size === 16 ? 16 : 32)));
    case "X":
    case "Y":
      return yes(
        o.kind === "memory" &&
          o.base === (code.place === "X" ? 6 : 7) &&
          o.index === -1 &&
          o.displacement.value === 0n &&
          (o.bits === 0 || o.bits === bits) &&
          (code.place === "X" || o.segment === -1 || o.segment === SEGMENT.ES),
      );
  }
}

/** Whether a size named by a suffix goes with an encoding at an operand size. */
function suffixFits(e: Encoding, size: OperandSize, bits: number): boolean {
  const sized = e.operands.filter(
    (c) =>
      "EMRGZOXY".includes(c.place) ||
      (c.place === "fixed" && c.file === "general" && c.text !== "DX" && c.text !== "CL"),
  );
  if (
    sized.length > 0 &&
    !sized.some((c) => c.width === "none" || c.width === "p" || c.width === "s" || c.width === "a")
  ) {
    return sized.some((c) => bitsOf(c, size) === bits);
  }
  if (e.operands.some((c) => c.place === "J" && c.width === "b") && !dependsOnSize(e)) return bits === size;
  return dependsOnSize(e) ? bits === size : bits !== 8 || sized.length > 0;
}

/**
 * Chooses among the encodings of `rows` for `operands`; `best` is undefined where none takes them.
 * Widening moves look only at `sourceBits` for their source.
 */
export function encode<R>(
  rows: readonly Row[],
  operands: readonly EncodeOperand<R>[],
  context: EncodeContext,
): Choice<R> {
  const found: Encoded<R>[] = [];
  const vector = rows[0]?.name === "INT" && operands[0]?.kind === "immediate" ? operands[0].amount.value : undefined;
  if (vector === 3n) return encode(BREAKPOINT, [], context);
  const unsized =
    operands.some((o) => o.kind === "memory" && o.bits === 0) &&
    context.bits === undefined &&
    context.sourceBits === undefined;
  for (const row of rows) {
    for (const e of row.encodings) {
      if (e.attributes.has("alias") || !exists(e, context)) continue;
      let lined = align(row, e, operands);
      if (!lined) continue;
      if (COMMUTES.has(row.name) && lined.length === 2 && e.operands[0]?.place === "E" && lined[1]?.kind === "memory")
        lined = [lined[1], lined[0]];
      if (e.operands[0]?.place === "Z" && lined[1]?.kind === "register" && lined[1].number !== 0)
        lined = COMMUTES.has(row.name) ? [lined[1], lined[0]] : lined;
      const wantedBits =
        context.bits ??
        (context.wideStack && e.attributes.has("stack") && dependsOnSize(e) && !pinned(operands) ? 32 : undefined);
      for (const size of possibleSizes(e, context.codeBits)) {
        if (wantedBits !== undefined && !suffixFits(e, size, wantedBits)) continue;
        if (
          context.sourceBits !== undefined &&
          !e.operands.some((c, i) => i === 1 && bitsOf(c, size) === context.sourceBits)
        )
          continue;
        let worst = 1;
        for (let i = 0; i < lined.length && worst; i++) {
          const fit = matches(row, e, e.operands[i] as OperandCode, lined[i], size, context);
          if (fit === 0 || fit > worst) worst = fit;
        }
        if (worst === 0) continue;
        const encoded = build(row, e, lined, operands, size, context, worst === 2);
        if (!encoded) continue;
        found.push(encoded);
        break;
      }
    }
  }
  const sizes = new Set(unsized ? found.filter((f) => !f.truncated).map((f) => f.memoryBits) : []);
  const ambiguous = sizes.size > 1;
  let best: Encoded<R> | undefined;
  for (const f of found) {
    if (ambiguous && f.memoryBits !== (context.codeBits === 16 && sizes.has(16) ? 16 : 32)) continue;
    if (!best || (best.truncated !== undefined && f.truncated === undefined)) best = f;
    else if (f.bytes.length < best.bytes.length && (f.truncated === undefined || best.truncated !== undefined))
      best = f;
  }
  return { best: best ?? found[0], ambiguous };
}

function pinned<R>(operands: readonly EncodeOperand<R>[]): boolean {
  return operands.some((o) => (o.kind === "register" && true) || (o.kind === "memory" && o.bits !== 0));
}

function exists(e: Encoding, context: EncodeContext): boolean {
  if (e.attributes.has("i64") && context.codeBits === 64) return false;
  if (e.attributes.has("o64") && context.codeBits !== 64) return false;
  const address = addressOf(e);
  if (address && context.addressBits && address !== context.addressBits) return false;
  if (address === 16 && context.codeBits === 64) return false;
  if (address === 64 && context.codeBits !== 64) return false;
  if (context.absolute && !e.operands.some((c) => c.place === "O" || (c.place === "I" && c.width === "v")))
    return false;
  return true;
}

function addressOf(e: Encoding): 16 | 32 | 64 | undefined {
  return e.attributes.has("a16") ? 16 : e.attributes.has("a32") ? 32 : e.attributes.has("aq") ? 64 : undefined;
}

const PAIRS: readonly (readonly [number, number])[] = [
  [3, 6],
  [3, 7],
  [5, 6],
  [5, 7],
  [6, -1],
  [7, -1],
  [5, -1],
  [3, -1],
];

/** Builds bytes; undefined where the operands cannot be coded (AH with REX, a base that 16-bit addresses lack). */
function build<R>(
  row: Row,
  e: Encoding,
  lined: readonly (EncodeOperand<R> | undefined)[],
  written: readonly EncodeOperand<R>[],
  size: OperandSize,
  context: EncodeContext,
  cut: boolean,
): Encoded<R> | undefined {
  const { codeBits } = context;
  const tail: number[] = [];
  const fixups: {
    at: number;
    bytes: 1 | 2 | 4 | 8;
    amount: Amount<R>;
    relative: boolean;
    extendedTo: 0 | 16 | 32 | 64;
  }[] = [];
  let rex = 0;
  let rexNeeded = false;
  let rexForbidden = false;
  let modrm = (e.digit ?? 0) << 3;
  let plus = 0;
  let addressBits: number = context.addressBits ?? codeBits;
  let segment = context.segment ?? -1;
  let memory: MemorySource<R> | undefined;
  let memoryBits = 0;
  let truncated: bigint | undefined;

  const number = (o: RegisterOperand): number => {
    if (o.kind === "register" && o.bits === 8) {
      if (o.high) {
        rexForbidden = true;
        return o.number + 4;
      }
      if (o.number >= 4 && o.number < 8) rexNeeded = true;
    }
    return o.number;
  };
  const put = (amount: Amount<R>, bytes: 1 | 2 | 4 | 8, relative = false, extendedTo: 0 | 16 | 32 | 64 = 0) => {
    if (amount.value === undefined || relative) fixups.push({ at: tail.length, bytes, amount, relative, extendedTo });
    let v = BigInt.asUintN(8 * bytes, amount.value !== undefined && !relative ? amount.value : 0n);
    for (let i = 0; i < bytes; i++) {
      tail.push(Number(v & 0xffn));
      v >>= 8n;
    }
  };

  const implicit = e.operands.find((c, i) => (c.place === "X" || c.place === "Y") && lined[i]);
  const rm = lined.find(
    (o, i): o is MemorySource<R> => o?.kind === "memory" && "EMO".includes((e.operands[i] as OperandCode).place),
  );
  if (rm) memory = rm;
  for (const o of lined)
    if (o?.kind === "memory" && o.addressBits) {
      if (context.addressBits && o.addressBits !== context.addressBits && o.base + o.index > -2) return undefined;
      addressBits = o.addressBits;
    }
  const table = row.name === "XLAT" ? written[0] : undefined;
  if (table?.kind === "memory") {
    addressBits = table.addressBits || codeBits;
    if (table.segment >= 0 && table.segment !== SEGMENT.DS) segment = table.segment;
  }
  addressBits = addressOf(e) ?? addressBits;
  if (codeBits === 64 ? addressBits === 16 : addressBits === 64) return undefined;

  // Where prefixes do not matter, 66 is not written.
  const nominal = codeBits === 64 ? (e.attributes.has("d64") || e.attributes.has("f64") ? 64 : 32) : codeBits;
  const operandPrefix = dependsOnSize(e) && size !== nominal && size !== 64;
  // A segment register is zero-extended anyway, so 32 bits do for 64.
  const isSelector = row.name === "STR" || row.name === "SLDT" || (row.name === "MOV" && e.operands[1]?.place === "S");
  if (size === 64 && nominal !== 64 && dependsOnSize(e) && !isSelector) rex |= 8;

  for (let i = 0; i < e.operands.length; i++) {
    const code = e.operands[i] as OperandCode;
    const o = lined[i];
    if ((code.place === "X" || code.place === "Y") && o?.kind === "memory") {
      memoryBits = bitsOf(code, size);
      if (code.place === "X" && o.segment >= 0 && o.segment !== SEGMENT.DS) segment = o.segment;
    }
    if (o === undefined) continue;
    if (code.place === "E" || code.place === "R" || code.place === "M") {
      if (o.kind === "memory") memoryBits = bitsOf(code, size);
      else if ("number" in o) {
        const n = number(o);
        modrm |= 0xc0 | (n & 7);
        if (n >= 8 && !(o.kind === "register" && o.high)) rex |= 1;
      }
    } else if (code.place === "G" || code.place === "S" || code.place === "C" || code.place === "D") {
      if (!("number" in o)) continue;
      const n = number(o);
      modrm |= (n & 7) << 3;
      if (n >= 8) rex |= 4;
    } else if (code.place === "Z" && o.kind === "register") {
      const n = number(o);
      plus = n & 7;
      if (n >= 8) rex |= 1;
    } else if (code.place === "ST" && o.kind === "st" && code.number === undefined) plus = o.number;
  }

  if (memory) {
    const m = memory;
    const isOffset = e.operands.some((c) => c.place === "O");
    const stackBased = m.base === 4 || m.base === 5;
    const usual = stackBased ? SEGMENT.SS : SEGMENT.DS;
    if (m.segment >= 0 && m.segment !== usual) segment = m.segment;
    if (isOffset) {
      memoryBits = bitsOf(e.operands.find((c) => c.place === "O") as OperandCode, size);
      put(m.displacement, (addressBits / 8) as 2);
    } else {
      const coded = codeMemory(m, addressBits, codeBits);
      if (!coded) return undefined;
      modrm |= coded.modrm;
      rex |= coded.rex;
      if (coded.sib >= 0) tail.push(coded.sib);
      if (coded.displacementBytes) {
        // A number beside RIP is the displacement itself; only a place is taken relative.
        const isRelative = m.base === 16 && m.displacement.value === undefined;
        put(m.displacement, coded.displacementBytes, isRelative, addressBits === 64 ? 64 : 0);
        // A constant that is cut to 16 bits.
        if (m.displacement.value !== undefined && coded.displacementBytes === 2 && !inRange(m.displacement.value, 16))
          truncated = m.displacement.value;
      }
    }
  }
  for (let i = 0; i < e.operands.length; i++) {
    const code = e.operands[i] as OperandCode;
    const o = lined[i];
    if (code.place === "I" && o?.kind === "immediate") {
      const bytes =
        code.width === "b" || code.width === "bs"
          ? 1
          : code.width === "w"
            ? 2
            : code.width === "z"
              ? size === 16
                ? 2
                : 4
              : size / 8;
      if (cut && immediateFits(code, o.amount.value, size) === 2) truncated = o.amount.value;
      put(o.amount, bytes as 1, false, code.width === "bs" || (code.width === "z" && size === 64) ? size : 0);
    } else if (code.place === "J" && o?.kind === "target")
      put(o.amount, code.width === "b" ? 1 : size === 16 ? 2 : 4, true, size);
    else if (code.place === "A" && o?.kind === "far") {
      put(o.offset, size === 16 ? 2 : 4);
      put(o.selector, 2);
    }
  }

  if (row.name === "XCHG" && e.plus && plus === 0 && !(rex & 1) && codeBits === 64) {
    // 90 is NOP: exchanging EAX with itself would clear the upper half of RAX, RAX with itself does nothing.
    if (size === 32) return undefined;
    rex &= ~8;
  }

  const head: number[] = [];
  if (segment >= 0) head.push([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65][segment] as number);
  if (addressBits !== codeBits && (memory || implicit || addressOf(e) || context.addressBits || table)) head.push(0x67);
  if (operandPrefix) head.push(0x66);
  if (e.mandatory === 0x66) head.push(0x66);
  if (context.repeat) head.push(context.repeat);
  if (context.lock) head.push(0xf0);
  if (e.mandatory === 0xf2 || e.mandatory === 0xf3) head.push(e.mandatory);
  if (rex || rexNeeded) {
    if (rexForbidden || codeBits !== 64) return undefined;
    head.push(0x40 | rex);
  }
  const opcode = [...e.opcode];
  if (e.plus) opcode[opcode.length - 1] = (opcode[opcode.length - 1] as number) + plus;
  head.push(...opcode);
  if (e.modrm) head.push(modrm);
  const start = head.length;
  return {
    row,
    encoding: e,
    bytes: [...head, ...tail],
    operandBits: size,
    memoryBits,
    truncated,
    fixups: fixups.map((f) => ({
      at: f.at + start,
      bytes: f.bytes,
      reference: f.amount.reference,
      value: f.amount.value,
      relative: f.relative,
      extendedTo: f.extendedTo,
    })),
  };
}

interface CodedMemory {
  readonly modrm: number;
  readonly sib: number;
  readonly rex: number;
  readonly displacementBytes: 0 | 1 | 2 | 4;
}

/** ModRM, SIB and the size of the displacement of a memory operand; undefined where the registers have no coding. */
function codeMemory<R>(m: MemorySource<R>, addressBits: number, codeBits: number): CodedMemory | undefined {
  const value = m.displacement.value;
  const near = value === undefined ? undefined : BigInt.asIntN(addressBits, value);
  const isSmall = near !== undefined && near >= -128n && near <= 127n;
  if (addressBits === 16) {
    if (m.base < 0 && m.index < 0) return { modrm: 6, sib: -1, rex: 0, displacementBytes: 2 };
    if (m.scale !== 0) return undefined;
    const [a, b] = m.base >= 0 ? [m.base, m.index] : [m.index, -1];
    const rm = PAIRS.findIndex(
      ([base, index]) => (base === a && index === b) || (index >= 0 && base === b && index === a),
    );
    if (rm < 0) return undefined;
    const bytes = near === 0n && rm !== 6 ? 0 : isSmall ? 1 : 2;
    return { modrm: (bytes << 6) | rm, sib: -1, rex: 0, displacementBytes: bytes };
  }
  if (m.index === 4) return undefined;
  const rex = (m.base >= 8 && m.base < 16 ? 1 : 0) | (m.index >= 8 ? 2 : 0);
  const index = m.index < 0 ? 4 : m.index & 7;
  if (m.base === 16) return { modrm: 5, sib: -1, rex, displacementBytes: 4 };
  if (m.base < 0) {
    if (m.index < 0 && codeBits !== 64) return { modrm: 5, sib: -1, rex, displacementBytes: 4 };
    return { modrm: 4, sib: (m.scale << 6) | (index << 3) | 5, rex, displacementBytes: 4 };
  }
  const base = m.base & 7;
  const bytes = near === 0n && base !== 5 ? 0 : isSmall ? 1 : 4;
  const mod = bytes === 0 ? 0 : bytes === 1 ? 0x40 : 0x80;
  if (m.index >= 0 || base === 4)
    return { modrm: mod | 4, sib: (m.scale << 6) | (index << 3) | base, rex, displacementBytes: bytes };
  return { modrm: mod | base, sib: -1, rex, displacementBytes: bytes };
}
