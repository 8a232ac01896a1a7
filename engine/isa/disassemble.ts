/**
 * Text of a decoded instruction, as `objdump -d` prints it: AT&T syntax, or Intel's with `-M intel`. Prefixes without effect
 * are not shown. Source: GNU Binutils 2.40, opcodes/i386-dis.c (observed).
 */
import { decode } from "./decode.ts";
import type { Decoded, DecodeMode, MemoryOperand, Operand } from "./decoded.ts";
import { SEGMENT } from "./decoded.ts";
import { isX87 } from "./encoding.ts";
import { generalName, registerName, SEGMENT_NAMES } from "./registers.ts";
import {
  ATT_NAMES,
  attFloatName,
  COMPARISON,
  FAR_ROWS,
  floatSuffix,
  PREDICATES,
  SAME_ORDER,
  SHORT_RETURNS,
  type Syntax,
  sizeInName,
  stem,
  TOP_UNWRITTEN,
  WRITTEN_ACCUMULATOR,
} from "./spelling.ts";

export interface DisassembleOptions {
  /** Name of a place in the code, shown in angle brackets after a branch target. */
  readonly symbol?: (address: bigint) => string | undefined;
}

const SUFFIX: Readonly<Record<number, string>> = { 8: "b", 16: "w", 32: "l", 64: "q" };
const POINTER: Readonly<Record<number, string>> = {
  8: "BYTE PTR ",
  16: "WORD PTR ",
  32: "DWORD PTR ",
  48: "FWORD PTR ",
  64: "QWORD PTR ",
  80: "TBYTE PTR ",
  128: "XMMWORD PTR ",
};

/** The text of an instruction; a branch target is `0x1234`, or `1234 <name>` where `symbol` knows it. */
export function disassemble(d: Decoded, syntax: Syntax, options: DisassembleOptions = {}): string {
  const operands = operandTexts(d, syntax, options);
  const mnemonic = syntax === "att" ? attMnemonic(d) : intelMnemonic(d);
  const prefix = prefixText(d);
  if (operands.length === 0) return prefix + mnemonic;
  return `${prefix}${prefix ? mnemonic : mnemonic.padEnd(6)} ${operands.join(",")}${ripComment(d)}`;
}

/** Where an address relative to RIP leads. */
function ripComment(d: Decoded): string {
  const o = d.operands.find((x) => x.kind === "memory" && x.base === 16);
  return o?.kind === "memory" ? `        # ${hex(o.displacement)}` : "";
}

function prefixText(d: Decoded): string {
  const isCompare = d.encoding.attributes.has("repe");
  const repeat = d.repeat === 0xf3 ? (isCompare ? "repz " : "rep ") : d.repeat === 0xf2 ? "repnz " : "";
  return `${d.lock ? "lock " : ""}${repeat}`;
}

/** The operand size that the code segment gives where no prefix changes it. */
function usualBits(d: Decoded): number {
  if (d.codeBits !== 64) return d.codeBits;
  return d.encoding.attributes.has("d64") || d.encoding.attributes.has("f64") ? 64 : 32;
}

const isPinned = (d: Decoded) =>
  d.encoding.operands.some((c, i) => {
    const o = d.operands[i];
    if (o?.kind === "st" || o?.kind === "xmm" || o?.kind === "mmx" || o?.kind === "control" || o?.kind === "debug")
      return true;
    return o?.kind === "register" && c.text !== "CL" && (c.text !== "DX" || d.encoding.operands.length === 1);
  });

/** Names that objdump prints where the table has the manual's. */
const OBJDUMP_NAMES: Readonly<Record<string, string>> = {
  WAIT: "fwait",
  PCMPESTRI64: "pcmpestriq",
  PCMPESTRM64: "pcmpestrmq",
};

function isSizedNop(d: Decoded): boolean {
  return d.row.name === "NOP" && d.operands.length === 0 && d.operandBits !== 64 && d.operandBits !== usualBits(d);
}

/** The name without suffix, in lower case. */
function plainName(d: Decoded): string {
  const { row, encoding } = d;
  const isLong =
    (d.addressBits === 64 && encoding.operands.some((c) => c.place === "O")) ||
    (encoding.plus && encoding.operands.some((c) => c.text === "Iv") && d.operandBits === 64);
  if (row.name === "MOV" && isLong && d.codeBits === 64) return "movabs";
  // A NOP of another operand size is shown as the exchange that it is coded as.
  if (isSizedNop(d)) return "xchg";
  return (OBJDUMP_NAMES[row.name] ?? row.name).toLowerCase();
}

/** `s`, `l`, `t` by the width of a real number, `s`, `l`, `ll` by that of an integer; the environment's by a 66 prefix. */
function attFloatSuffix(d: Decoded, bits: number): string {
  if (environmentSized(d)) return d.operandBits === 16 ? "s" : "l";
  return bits ? (floatSuffix(d.row, bits) ?? "") : "";
}

/** The x87's environment or state, with a prefix that gives it another layout than is usual. */
function environmentSized(d: Decoded): boolean {
  const { width } = d.encoding.operands[0] ?? {};
  return (width === "e" || width === "f") && (d.operandBits === 16 ? 16 : 32) !== (d.codeBits === 16 ? 16 : 32);
}

/** Mnemonics whose operand size shows only where it is not the code segment's: stack, near jumps, far transfers. */
function isSizedByMode(d: Decoded): boolean {
  const { attributes, operands } = d.encoding;
  if (
    d.row.name.startsWith("INT") ||
    operands.some((c) => c.place === "J" && (c.width === "b" || d.row.name.length > 4 || /^J[^M]/.test(d.row.name)))
  )
    return false;
  return (
    attributes.has("stack") ||
    (attributes.has("ends") &&
      operands.some((c) => c.place === "J" || c.place === "A" || (/^JMP/.test(d.row.name) && c.place !== "fixed")))
  );
}

/** CMPPS and its like with the predicate that their immediate names; undefined where it names none. */
function comparison(d: Decoded): string | undefined {
  const o = d.operands[2];
  if (o?.kind !== "immediate" || !COMPARISON.test(d.row.name)) return undefined;
  const predicate = PREDICATES[Number(o.value)];
  return predicate && `cmp${predicate}${d.row.name.slice(3).toLowerCase()}`;
}

/** The returns to 32-bit code, which in 64-bit code are told from those to 64-bit code. */
const isShortReturn = (d: Decoded): boolean => d.codeBits === 64 && SHORT_RETURNS.has(d.row.name);

function attMnemonic(d: Decoded): string {
  const { row } = d;
  if (isShortReturn(d)) return `${row.name.toLowerCase()}l`;
  const compares = comparison(d);
  if (compares) return compares;
  if (row.name === "CRC32" && d.operands[1]?.kind === "memory") return `crc32${SUFFIX[d.operands[1].bits]}`;
  if (/^CVTSI2S[SD]$/.test(row.name) && d.codeBits === 64 && d.operands[1]?.kind === "memory")
    return row.name.toLowerCase() + SUFFIX[d.operands[1].bits];
  const size = sizeInName(row);
  const own = ATT_NAMES[row.name];
  if (own && size) return own;
  if (size && stem(row) !== row.name) {
    const name = stem(row).toLowerCase();
    if (WRITTEN_ACCUMULATOR[stem(row)]) return name;
    // Strings always carry their size, PUSHF and its like only where it is not the usual.
    return d.operands.length || size !== usualBits(d) ? name + SUFFIX[size] : name;
  }
  if (size === 8) return row.name.toLowerCase();
  if (size) return row.name.toLowerCase() + (size === usualBits(d) ? "" : SUFFIX[size]);
  const name =
    row.name === "MOVSXD" && d.operandBits !== 64
      ? "movsxd"
      : (own ?? attFloatName(d.row.name, d.encoding)?.toLowerCase() ?? plainName(d));
  if (row.name === "MOVZX" || row.name === "MOVSX") {
    const [to, from] = d.operands.map((o) => ("bits" in o ? o.bits : 0));
    return `${name.slice(0, 4)}${SUFFIX[from as number]}${SUFFIX[to as number]}`;
  }
  const memory = d.operands.find((o) => o.kind === "memory");
  if (isX87(d.encoding)) return name + attFloatSuffix(d, memory?.bits ?? 0);
  if (row.name.startsWith("LOOP")) return d.addressBits !== d.codeBits ? name + SUFFIX[d.addressBits] : name;
  if (d.operands[0]?.kind === "segment" && d.encoding.attributes.has("stack"))
    return d.operandBits === usualBits(d) ? name : name + SUFFIX[d.operandBits];
  if (isPinned(d)) return name;
  const code = d.encoding.operands.find((c) => c.place === "E" || c.place === "M");
  if (code?.width === "s") return name + (d.codeBits === 64 ? "" : SUFFIX[d.operandBits]);
  if (isSizedByMode(d)) return d.operandBits === usualBits(d) ? name : name + SUFFIX[d.operandBits];
  if (memory && code?.place === "E" && memory.bits && code.width !== "w" && !/^SET/.test(row.name))
    return name + SUFFIX[memory.bits];
  return name;
}

const INTEL_LETTER: Readonly<Record<number, string>> = { 16: "w", 32: "d", 64: "q" };

function intelMnemonic(d: Decoded): string {
  const { row } = d;
  if (isShortReturn(d)) return `${row.name.toLowerCase()}d`;
  const compares = comparison(d);
  if (compares) return compares;
  const size = sizeInName(row);
  const isFamily = size !== undefined && stem(row) !== row.name;
  if (isFamily && (d.operands.length > 0 || WRITTEN_ACCUMULATOR[stem(row)])) return stem(row).toLowerCase();
  if (size && !ATT_NAMES[row.name]) return stem(row).toLowerCase() + (size === usualBits(d) ? "" : INTEL_LETTER[size]);
  const far = Object.entries(FAR_ROWS).find(([, name]) => name === row.name)?.[0];
  const name = far ? (row.name === "RETF" ? "retf" : far.toLowerCase()) : plainName(d);
  if (environmentSized(d)) return name + INTEL_LETTER[d.operandBits];
  const code = d.encoding.operands.find((c) => c.place === "E" || c.place === "M");
  if (code?.width === "s") return name + (d.codeBits === 64 ? "" : INTEL_LETTER[d.operandBits]);
  const hasSize = code !== undefined || d.encoding.operands.some((c) => c.place === "Z" || c.place === "A");
  return !hasSize && isSizedByMode(d) && d.operandBits !== usualBits(d) ? name + INTEL_LETTER[d.operandBits] : name;
}

function operandTexts(d: Decoded, syntax: Syntax, options: DisassembleOptions): string[] {
  const one = (o: Operand) => (syntax === "att" ? attOperand(o, d, options) : intelOperand(o, d, options));
  let operands = d.operands;
  const implied = WRITTEN_ACCUMULATOR[stem(d.row)];
  const size = sizeInName(d.row);
  if (implied && size) {
    const accumulator: Operand = { kind: "register", number: 0, bits: size };
    operands = implied === "first" ? [accumulator, ...operands] : [...operands, accumulator];
  }
  if (isSizedNop(d)) {
    const accumulator: Operand = { kind: "register", number: 0, bits: d.operandBits };
    operands = [accumulator, accumulator];
  }
  if (d.row.name === "XLAT") operands = [xlatTable(d)];
  if (comparison(d)) operands = operands.slice(0, 2);
  // AT&T leaves out a shift count of 1 that the opcode implies.
  if (operands.length === 2 && TOP_UNWRITTEN.has(d.row.name)) operands = operands.slice(1);
  const texts = operands.filter((_, i) => !(syntax === "att" && d.encoding.operands[i]?.place === "one")).map(one);
  if (syntax === "att" && !SAME_ORDER.has(d.row.name)) texts.reverse();
  return texts;
}

function xlatTable(d: Decoded): MemoryOperand {
  const segment = d.segmentPrefix >= 0 ? d.segmentPrefix : SEGMENT.DS;
  return {
    kind: "memory",
    bits: 8,
    segment,
    override: true,
    base: 3,
    index: -1,
    scale: 0,
    displacement: 0n,
    displacementBytes: 0,
    addressBits: d.addressBits,
  };
}

const hex = (value: bigint) => (value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`);

function targetText(address: bigint, options: DisassembleOptions): string {
  const name = options.symbol?.(address);
  return name === undefined ? hex(address) : `${address.toString(16)} <${name}>`;
}

function isString(o: MemoryOperand, d: Decoded): boolean {
  return d.encoding.operands.some((c, i) => (c.place === "X" || c.place === "Y") && d.operands[i] === o);
}

function attOperand(o: Operand, d: Decoded, options: DisassembleOptions): string {
  switch (o.kind) {
    case "immediate":
      return `$${hex(o.value)}`;
    case "target":
      return targetText(o.address, options);
    case "far":
      return `$${hex(BigInt(o.selector))},$${hex(BigInt(o.offset))}`;
    case "memory":
      return (isIndirect(d) ? "*" : "") + attMemory(o, d);
    case "register":
      if (o.number === 2 && o.bits === 16 && isPort(d, o)) return "(%dx)";
      return `${isIndirect(d) ? "*" : ""}%${registerName(o)}`;
    case "st":
      return `%${stackName(o, d)}`;
    case "debug":
      return `%db${o.number}`;
    default:
      return `%${registerName(o)}`;
  }
}

function isIndirect(d: Decoded): boolean {
  return /^(JMP|CALL)F?$/.test(d.row.name);
}

/** DX as the port of IN, OUT, INS and OUTS. */
function isPort(d: Decoded, o: Operand): boolean {
  const i = d.operands.indexOf(o);
  return d.encoding.operands[i]?.text === "DX";
}

/** A displacement is signed beside a base; alone it is an address. */
function displacementText(o: MemoryOperand, d: Decoded, syntax: Syntax): bigint {
  const isAlone = o.base < 0 && o.index < 0;
  if (o.base === 16) return BigInt.asIntN(o.addressBits, o.displacement - d.ip - BigInt(d.length));
  const isOffset = d.encoding.operands.some((c) => c.place === "O");
  return isAlone && (isOffset || o.addressBits !== 16 || syntax === "intel")
    ? BigInt.asUintN(o.addressBits, o.displacement)
    : o.displacement;
}

function attMemory(o: MemoryOperand, d: Decoded): string {
  const segment = o.override || isString(o, d) ? `%${SEGMENT_NAMES[o.segment]}:` : "";
  const displacement = o.displacementBytes ? hex(displacementText(o, d, "att")) : "";
  if (o.base < 0 && o.index < 0) return segment + displacement;
  const base = o.base >= 0 ? `%${generalName(o.base, o.addressBits)}` : "";
  const index =
    o.index >= 0 ? `,%${generalName(o.index, o.addressBits)}${o.addressBits === 16 ? "" : `,${1 << o.scale}`}` : "";
  return `${segment}${displacement}(${base}${index})`;
}

function intelOperand(o: Operand, d: Decoded, options: DisassembleOptions): string {
  switch (o.kind) {
    case "immediate":
      return d.encoding.operands[d.operands.indexOf(o)]?.place === "one" ? String(o.value) : hex(o.value);
    case "target":
      return targetText(o.address, options);
    case "far":
      return `${hex(BigInt(o.selector))}:${hex(BigInt(o.offset))}`;
    case "memory":
      return intelMemory(o, d);
    case "st":
      return stackName(o, d);
    default:
      return registerName(o);
  }
}

/** ST(0) is written out where the encoding could name another. */
function stackName(o: Extract<Operand, { kind: "st" }>, d: Decoded): string {
  return d.encoding.operands[d.operands.indexOf(o)]?.number === undefined ? `st(${o.number})` : "st";
}

/** Instructions whose memory operand Intel syntax shows without its size. */
const UNSIZED: ReadonlySet<string> = new Set([
  "LEA",
  "LDDQU",
  "INVPCID",
  ...["FXSAVE", "FXRSTOR", "XSAVE", "XRSTOR", "XSAVEOPT", "XSAVEC", "XSAVES", "XRSTORS"].flatMap((name) => [
    name,
    `${name}64`,
  ]),
]);

function intelMemory(o: MemoryOperand, d: Decoded): string {
  const isAlone = o.base < 0 && o.index < 0;
  const code = d.encoding.operands.find((c) => "EMWQ".includes(c.place));
  const isPlain = code ? code.width === "s" || UNSIZED.has(d.row.name) : !isString(o, d) && d.row.name !== "XLAT";
  // Sixteen bytes are an XMM register's, but for the one instruction that has them in two general ones.
  const sized = d.row.name === "CMPXCHG16B" ? "OWORD PTR " : (POINTER[o.bits || 8] ?? "");
  const pointer = isPlain ? "" : sized;
  const segment = o.override || isString(o, d) || isAlone ? `${SEGMENT_NAMES[o.segment]}:` : "";
  if (isAlone) return `${pointer}${segment}${hex(displacementText(o, d, "intel"))}`;
  const parts: string[] = [];
  if (o.base >= 0) parts.push(generalName(o.base, o.addressBits));
  if (o.index >= 0)
    parts.push(`${generalName(o.index, o.addressBits)}${o.addressBits === 16 ? "" : `*${1 << o.scale}`}`);
  const displacement = o.displacementBytes ? displacementText(o, d, "intel") : undefined;
  const sign =
    displacement === undefined
      ? ""
      : displacement < 0n && o.base !== 16
        ? hex(displacement)
        : `+${hex(BigInt.asUintN(64, displacement))}`;
  return `${pointer}${segment}[${parts.join("+")}${sign}]`;
}

export interface DisassembledLine {
  readonly address: bigint;
  readonly length: number;
  /** Undefined where the bytes are no instruction; `text` then is `(bad)`. */
  readonly decoded: Decoded | undefined;
  readonly text: string;
}

/** Disassembles a run of bytes that begins at offset `ip`; a byte that begins no instruction is `(bad)`, one byte long. */
export function disassembleBytes(
  bytes: Uint8Array,
  ip: bigint,
  mode: DecodeMode,
  syntax: Syntax = "att",
  options: DisassembleOptions = {},
): DisassembledLine[] {
  const lines: DisassembledLine[] = [];
  for (let at = 0; at < bytes.length; ) {
    const address = ip + BigInt(at);
    const d = decode((i) => bytes[at + i] ?? -1, address, mode);
    const bad = "fault" in d;
    lines.push({
      address,
      length: bad ? 1 : d.length,
      decoded: bad ? undefined : d,
      text: bad ? "(bad)" : disassemble(d, syntax, options),
    });
    at += bad ? 1 : d.length;
  }
  return lines;
}
