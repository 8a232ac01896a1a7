/** Whether an encoding takes written operands: their order and what may be left out, sizes, ranges. */
import { bitsOf } from "./decode.ts";
import { SEGMENT } from "./decoded.ts";
import type { EncodeContext, EncodeOperand } from "./encodable.ts";
import type { Encoding, OperandCode, OperandSize } from "./encoding.ts";
import type { Row } from "./row.ts";
import { DEFAULT_OPERAND, sizeInName, stem, TOP_UNWRITTEN, WRITTEN_ACCUMULATOR } from "./spelling.ts";

const DEPENDS = new Set(["v", "z", "y", "p", "s", "a", "bs", "e", "f"]);

/** What an encoding says about operand sizes, worked out once. */
interface Sizes {
  readonly depends: boolean;
  readonly possible: Readonly<Record<OperandSize, readonly OperandSize[]>>;
}

const known = new WeakMap<Encoding, Sizes>();

function sizesOf(e: Encoding): Sizes {
  let sizes = known.get(e);
  if (!sizes) {
    const depends = findDependence(e);
    const possible = { 16: findSizes(e, 16, depends), 32: findSizes(e, 32, depends), 64: findSizes(e, 64, depends) };
    sizes = { depends, possible };
    known.set(e, sizes);
  }
  return sizes;
}

/** Whether an operand-size prefix changes what the encoding means. */
export function dependsOnSize(e: Encoding): boolean {
  return sizesOf(e).depends;
}

/** Operand sizes an encoding can have, the default first. */
export function possibleSizes(e: Encoding, codeBits: OperandSize): readonly OperandSize[] {
  return sizesOf(e).possible[codeBits];
}

function findDependence(e: Encoding): boolean {
  if (e.attributes.has("stack") || e.attributes.has("o16") || e.attributes.has("o32") || e.attributes.has("oq"))
    return true;
  if (e.operands.some((o) => o.place === "C" || o.place === "D")) return false;
  return e.operands.some((o) => DEPENDS.has(o.width));
}

function findSizes(e: Encoding, codeBits: OperandSize, depends: boolean): OperandSize[] {
  const a = e.attributes;
  if (codeBits === 64 && (a.has("f64") || a.has("d64"))) return a.has("f64") ? [64] : [64, 16];
  const all: OperandSize[] = codeBits === 64 ? [32, 16, 64] : codeBits === 32 ? [32, 16] : [16, 32];
  if (!depends) return [all[0] as OperandSize];
  if (a.has("o16")) return [16];
  if (a.has("o32")) return [32];
  if (a.has("oq")) return codeBits === 64 ? [64] : [];
  return all;
}

/** Operands of these mean the same in either order; the encodings list one. */
export const COMMUTES = new Set(["XCHG", "TEST"]);

/** Lines up written operands with an encoding's: puts in what may be left out, drops the implied. */
export function align<R>(
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
  if (codes.some((c) => c.place === "ST")) return alignStack(row, codes, given);
  if (operands.length === codes.length) return operands;
  if (operands.length === 0 && codes.length > 0) {
    const fallback = DEFAULT_OPERAND[row.name];
    if (fallback !== undefined) return [{ kind: "immediate", amount: { value: fallback } }];
    if (codes.some((c) => c.place === "X" || c.place === "Y")) return codes.map(() => undefined);
  }
  if (row.name === "FNSTSW" && given.length === 0) return codes[0]?.place === "fixed" ? [undefined] : undefined;
  if (operands.length + 1 !== codes.length || operands.length === 0) {
    // XLAT's table may be written, for its segment.
    const only = operands[0];
    return row.name === "XLAT" && operands.length === 1 && only?.kind === "memory" && only.base === 3 ? [] : undefined;
  }
  const last = codes[codes.length - 1] as OperandCode;
  const first = codes[0] as OperandCode;
  if (last.place === "one" || last.text === "CL") return [...operands, undefined];
  if ((row.name === "IN" || row.name === "OUT") && operands.length === 1) {
    return first.file === "general" && first.number === 0 ? [undefined, ...operands] : [...operands, undefined];
  }
  // IMUL $3, %eax: the destination is the source too.
  if (codes.length === 3 && first.place === "G" && last.place === "I" && operands[0]?.kind === "register") {
    return [operands[0], operands[0], operands[1]];
  }
  return undefined;
}

/** Registers of the x87's stack: ST(0) may be left out, most often both. */
function alignStack<R>(
  row: Row,
  codes: readonly OperandCode[],
  given: readonly EncodeOperand<R>[],
): readonly (EncodeOperand<R> | undefined)[] | undefined {
  const isTopUnwritten = TOP_UNWRITTEN.has(row.name);
  if (given.length === codes.length) return isTopUnwritten ? undefined : given;
  if (codes.length !== 2 || row.name.startsWith("FCMOV")) return undefined;
  const written = given.length === 1 ? given[0] : given.length === 0 ? ({ kind: "st", number: 1 } as const) : undefined;
  if (!written) return undefined;
  return codes[0]?.number === 0 ? [undefined, written] : [written, undefined];
}

/** Whether only copies of one bit are lost above `bits`: ~0x80 goes into a byte, as as has it. */
export function inRange(value: bigint, bits: number): boolean {
  return value >= -(1n << BigInt(bits)) && value < 1n << BigInt(bits);
}

/** 0 no, 1 yes, 2 only by cutting the value. */
export function immediateFits(code: OperandCode, value: bigint | undefined, size: OperandSize): 0 | 1 | 2 {
  if (code.width === "bs") {
    if (value === undefined) return 0;
    // As as has it, a 32-bit value counts as signed whatever the operand size: pushw $0xffffffc2 is 6A C2.
    const isWide = size !== 64 && value >= 0x80000000n && value <= 0xffffffffn;
    if (!isWide && !inRange(value, size)) return 0;
    const v = BigInt.asIntN(isWide ? 32 : size, value);
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

/** `mov %eax, %ds` and `lar %eax, %eax` may name the whole register, of which 16 bits are read. */
function readsLowHalf(row: Row, e: Encoding): boolean {
  return e.operands[0]?.place === "S" || row.name === "LAR" || row.name === "LSL";
}

/** A far pointer's offset; negative numbers may be written in 32 bits. */
function offsetFits(value: bigint, size: OperandSize): boolean {
  return size === 16 ? inRange(value, 16) || (value >= 0xffff0000n && value <= 0xffffffffn) : inRange(value, 32);
}

/** 0 no, 1 yes, 2 by cutting. */
export function matches<R>(
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
      if (o.kind === "register" && o.bits > 16 && code.width === "w" && readsLowHalf(row, e)) return 1;
      return yes(o.kind === "register" && o.bits === bits && o.number < 16);
    case "M":
      return yes(o.kind === "memory" && (o.bits === 0 || bits === 0 || o.bits === bits || code.width === "s"));
    case "R":
    case "G":
    case "Z":
      return yes(o.kind === "register" && o.bits === bits && o.number < 16);
    case "W":
      return yes((o.kind === "memory" && (o.bits === 0 || o.bits === bits)) || o.kind === "xmm");
    case "V":
    case "U":
      return yes(o.kind === "xmm");
    case "Q":
      return yes((o.kind === "memory" && (o.bits === 0 || o.bits === bits)) || o.kind === "mmx");
    case "P":
    case "N":
      return yes(o.kind === "mmx");
    case "S":
      return yes(
        o.kind === "segment" && !(row.name === "MOV" && o.number === SEGMENT.CS && e.operands[0]?.place === "S"),
      );
    case "C":
      return yes(o.kind === "control");
    case "D":
      return yes(o.kind === "debug");
    case "fixed":
      if (code.file === "xmm") return yes(o.kind === "xmm" && o.number === code.number);
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
      return yes(o.kind === "far" && (o.offset.value === undefined || offsetFits(o.offset.value, size)));
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
export function suffixFits(row: Row, e: Encoding, size: OperandSize, bits: number): boolean {
  // as takes an l where such a register could be memory.
  if (e.operands.every((c) => c.place === "ST") && /^F(LD|STP?|COMP?)$/.test(row.name)) return bits === 64;
  if (row.name === "FNSTSW" && e.operands[0]?.place === "fixed") return false;
  if (readsLowHalf(row, e) && bits > 8 && row.name === "MOV") return true;
  const sized = e.operands.filter(
    (c) =>
      "EMRGZOXY".includes(c.place) ||
      (c.place === "fixed" && c.file === "general" && c.text !== "DX" && c.text !== "CL"),
  );
  if (sized.length > 0 && !sized.some((c) => c.width === "none" || "psaef".includes(c.width))) {
    return sized.some((c) => bitsOf(c, size) === bits);
  }
  if (e.operands.some((c) => c.place === "J" && c.width === "b") && !dependsOnSize(e)) return bits === size;
  return dependsOnSize(e) && bits === size;
}

/** Whether an encoding exists in a mode and has the address size that a prefix asks for. */
export function exists(e: Encoding, context: EncodeContext): boolean {
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

/** The address size that an encoding fixes. */
export function addressOf(e: Encoding): 16 | 32 | 64 | undefined {
  return e.attributes.has("a16") ? 16 : e.attributes.has("a32") ? 32 : e.attributes.has("aq") ? 64 : undefined;
}
