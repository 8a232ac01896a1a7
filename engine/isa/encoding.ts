/**
 * One encoding of an instruction, written as the manuals write it:
 *
 *     "80 /0  Eb Ib  lock"
 *      opcode  operands  attributes      (two spaces between the three)
 *
 * Opcode: bytes in hexadecimal, before them a mandatory prefix (`66 F2 F3`, or `NP` for none of them); `/0`…`/7` fixes
 * the reg field of ModRM, `+r` puts a register (or `+i`, an x87 stack slot) into the low three bits of the last byte.
 * A last part `C0…` after `/n` is not used: x87 register forms are written with `+i` (`D8 C0+i`).
 * Operands: the letters of the opcode maps (AMD APM vol. 3, A.1 "Opcode Maps"; Intel SDM vol. 2, A.2), see OPERAND_CODES.
 * Attributes: see ATTRIBUTES.
 */
import { EngineError } from "../wasm/error.ts";

export type OperandSize = 16 | 32 | 64;

/** Where an operand is found. Sizes are the second letter of the manuals' codes. */
export type OperandPlace =
  | "E" // ModRM.rm: register or memory
  | "M" // ModRM.rm: memory only
  | "R" // ModRM.rm: register only
  | "G" // ModRM.reg
  | "S" // ModRM.reg: segment register
  | "C" // ModRM.reg: control register
  | "D" // ModRM.reg: debug register
  | "Z" // low three bits of the opcode
  | "I" // immediate
  | "J" // relative to the next instruction
  | "O" // memory at an absolute offset in the instruction
  | "A" // far pointer in the instruction
  | "X" // memory at DS:rSI
  | "Y" // memory at ES:rDI
  | "fixed" // a register named in the encoding
  | "one" // the constant 1 (shifts) or 3 (INT3): written in the encoding
  | "V" // ModRM.reg: XMM register
  | "W" // ModRM.rm: XMM register or memory
  | "U" // ModRM.rm: XMM register only
  | "P" // ModRM.reg: MMX register
  | "Q" // ModRM.rm: MMX register or memory
  | "N" // ModRM.rm: MMX register only
  | "ST"; // x87 stack register: ST0, or STi from the low three bits of the last byte

/**
 * b 8, w 16, d 32, q 64, t 80, dq 128 bits; fx 512 bytes (FXSAVE's image); v operand size; z 16 or 32 (an operand size of 64 takes 32, sign-extended);
 * y 32 or 64; p far pointer of operand size (16:16, 16:32, 16:64); s table register image (16 + 32 or 64 bits);
 * a pair of operand size (BOUND); bs 8 bits sign-extended to operand size; e and f x87 environment and state; none: only the address counts (LEA, INVLPG).
 */
export type OperandWidth =
  | "b"
  | "w"
  | "d"
  | "q"
  | "t"
  | "dq"
  | "fx"
  | "v"
  | "z"
  | "y"
  | "p"
  | "s"
  | "a"
  | "bs"
  | "e"
  | "f"
  | "none";

export interface OperandCode {
  readonly text: string;
  readonly place: OperandPlace;
  readonly width: OperandWidth;
  /** Register number of a `fixed` operand; the value of a `one` operand. */
  readonly number?: number;
  /** Register file of a `fixed` operand. */
  readonly file?: "general" | "segment" | "xmm";
}

/** What an encoding may say about itself. */
export type Attribute =
  | "lock" // LOCK is allowed where the destination is memory
  | "rep" // F3 or F2 repeats it, rCX times
  | "repe" // F3 repeats while equal, F2 while not equal
  | "i64" // invalid in 64-bit mode
  | "o64" // only in 64-bit mode
  | "d64" // operand size is 64 by default in 64-bit mode, 32 is not encodable
  | "f64" // operand size is always 64 in 64-bit mode
  | "o16" // only with a 16-bit operand size
  | "o32" // only with a 32-bit operand size
  | "oq" // only with a 64-bit operand size
  | "a16" // only with a 16-bit address size
  | "a32" // only with a 32-bit address size
  | "aq" // only with a 64-bit address size
  | "stack" // uses the stack pointer: its width and SS matter
  | "ends" // ends a block: control goes elsewhere, or what follows may be decoded differently
  | "prefix" // the mnemonic names the operand size itself (MOVSB, PUSHF/PUSHFD, CBW/CWDE)
  | "mode" // outside real and virtual-8086 mode only, else #UD
  | "absent" // only on a processor without an x87
  | "alias"; // the decoder knows it, the assembler prefers another encoding

const ATTRIBUTES = new Set<string>([
  "lock",
  "rep",
  "repe",
  "i64",
  "o64",
  "d64",
  "f64",
  "o16",
  "o32",
  "oq",
  "a16",
  "a32",
  "aq",
  "stack",
  "ends",
  "prefix",
  "mode",
  "absent",
  "alias",
]);

export interface Encoding {
  readonly text: string;
  /** `NP` none of 66 F2 F3; undefined where prefixes keep their common meaning. */
  readonly mandatory?: "NP" | 0x66 | 0xf2 | 0xf3;
  /** Opcode bytes, one to three, with the escape bytes 0F, 0F 38, 0F 3A. */
  readonly opcode: readonly number[];
  /** Fixed reg field of ModRM. */
  readonly digit?: number;
  /** The last opcode byte carries a register number in its low three bits. */
  readonly plus: boolean;
  /** Has a ModRM byte. */
  readonly modrm: boolean;
  readonly operands: readonly OperandCode[];
  readonly attributes: ReadonlySet<Attribute>;
}

const FIXED: Record<string, Omit<OperandCode, "text">> = {
  AL: { place: "fixed", width: "b", number: 0, file: "general" },
  CL: { place: "fixed", width: "b", number: 1, file: "general" },
  AX: { place: "fixed", width: "w", number: 0, file: "general" },
  DX: { place: "fixed", width: "w", number: 2, file: "general" },
  eAX: { place: "fixed", width: "z", number: 0, file: "general" },
  rAX: { place: "fixed", width: "v", number: 0, file: "general" },
  ES: { place: "fixed", width: "w", number: 0, file: "segment" },
  CS: { place: "fixed", width: "w", number: 1, file: "segment" },
  SS: { place: "fixed", width: "w", number: 2, file: "segment" },
  DS: { place: "fixed", width: "w", number: 3, file: "segment" },
  FS: { place: "fixed", width: "w", number: 4, file: "segment" },
  GS: { place: "fixed", width: "w", number: 5, file: "segment" },
  XMM0: { place: "fixed", width: "dq", number: 0, file: "xmm" },
  "1": { place: "one", width: "b", number: 1 },
  "3": { place: "one", width: "b", number: 3 },
  ST0: { place: "ST", width: "t", number: 0 },
  STi: { place: "ST", width: "t" },
};

function parseOperand(text: string): OperandCode {
  const fixed = FIXED[text];
  if (fixed) return { text, ...fixed };
  const match = /^([EMRGSCDZIJOAXYVWUPQN])(bs|dq|fx|[bwdqtvzypsaef])?$/.exec(text);
  if (!match) throw new EngineError(`instruction table: no operand code ${text}`);
  return { text, place: match[1] as OperandPlace, width: (match[2] ?? "none") as OperandWidth };
}

/** One of the x87's opcodes, D8 to DF. */
export function isX87(e: Encoding): boolean {
  return e.opcode.length <= 2 && ((e.opcode[0] as number) & 0xf8) === 0xd8;
}

/** Reads an encoding; an EngineError names what it does not understand. */
export function parseEncoding(text: string): Encoding {
  const [opcodePart = "", operandPart = "", attributePart = ""] = text.split(/ {2,}/);
  let mandatory: Encoding["mandatory"];
  const opcode: number[] = [];
  let digit: number | undefined;
  let plus = false;
  const words = opcodePart.split(" ");
  words.forEach((word, i) => {
    const more = /^[0-9A-F]{2}/.test(words[i + 1] ?? "");
    if (word === "NP") mandatory = "NP";
    else if (i === 0 && more && /^(66|F2|F3)$/.test(word)) mandatory = Number.parseInt(word, 16) as 0x66;
    else if (/^\/[0-7]$/.test(word)) digit = Number(word[1]);
    else if (/^[0-9A-F]{2}(\+[ri])?$/.test(word)) {
      opcode.push(Number.parseInt(word.slice(0, 2), 16));
      plus = word.length > 2;
    } else throw new EngineError(`instruction table: no opcode part ${word} in "${text}"`);
  });
  const operands = operandPart === "" || operandPart === "-" ? [] : operandPart.split(" ").map(parseOperand);
  const attributes = new Set<Attribute>();
  for (const word of attributePart.split(" ")) {
    if (word === "") continue;
    if (!ATTRIBUTES.has(word)) throw new EngineError(`instruction table: no attribute ${word} in "${text}"`);
    attributes.add(word as Attribute);
  }
  const modrm = digit !== undefined || operands.some((o) => /^[EMRGSCDVWUPQN]$/.test(o.place));
  return {
    text,
    ...(mandatory ? { mandatory } : {}),
    opcode,
    ...(digit === undefined ? {} : { digit }),
    plus,
    modrm,
    operands,
    attributes,
  };
}
