/** The reference card of an instruction: what its row says, in words for a reader. Exceptions are not in the rows. */
import type { Attribute, Encoding, OperandCode, OperandPlace, OperandWidth } from "./encoding.ts";
import { TABLE } from "./table.ts";

/** Plain data: it crosses a worker's boundary, and stands in a page. */
export interface InstructionCard {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly says: string;
  readonly source: string;
  /** What a processor must have: a generation ("386") or a feature of CPUID. */
  readonly feature: string;
  readonly flags: readonly { readonly name: string; readonly left: "written" | "undefined" }[];
  readonly encodings: readonly {
    readonly opcode: string;
    /** As the opcode maps spell them, "Ev Gv", and each in words. */
    readonly operands: string;
    readonly words: readonly string[];
    /** Prefixes that count, and modes in which it is valid. */
    readonly notes: readonly string[];
  }[];
}

/** The card of a mnemonic, an alias included; undefined where there is no such instruction. */
export function instructionCard(mnemonic: string): InstructionCard | undefined {
  const name = mnemonic.toUpperCase();
  const row = TABLE.find((one) => one.name === name) ?? TABLE.find(({ aliases }) => aliases.includes(name));
  if (row === undefined) return undefined;
  return {
    name: row.name,
    aliases: row.aliases,
    says: row.says,
    source: row.source,
    feature: row.feature,
    flags: row.flags
      .split(" ")
      .filter(Boolean)
      .map((flag) => ({ name: flag.replace(/[[\]]/g, ""), left: flag.startsWith("[") ? "undefined" : "written" })),
    encodings: row.encodings.map(encodingCard),
  };
}

function encodingCard({ text, digit, modrm, operands, attributes }: Encoding): InstructionCard["encodings"][number] {
  const opcode = text.trim().split(/\s{2,}/)[0];
  return {
    // The rows leave out what the operands say already.
    opcode: modrm && digit === undefined ? `${opcode} /r` : opcode,
    operands: operands.map((operand) => operand.text).join(" "),
    words: operands.map(operandWords),
    notes: [...attributes].flatMap((attribute) => NOTES[attribute] ?? []),
  };
}

function operandWords({ text, place, width }: OperandCode): string {
  if (place === "fixed" || place === "one" || place === "ST") return text;
  const size = WIDTHS[width];
  return size ? `${PLACES[place]}, ${size}` : PLACES[place];
}

const PLACES: Readonly<Record<Exclude<OperandPlace, "fixed" | "one" | "ST">, string>> = {
  E: "register or memory",
  M: "memory",
  R: "register",
  G: "register",
  S: "segment register",
  C: "control register",
  D: "debug register",
  Z: "register",
  I: "immediate",
  J: "distance from the next instruction",
  O: "memory at an offset",
  A: "far pointer in the instruction",
  X: "memory at DS:rSI",
  Y: "memory at ES:rDI",
  V: "XMM register",
  W: "XMM register or memory",
  U: "XMM register",
  P: "MMX register",
  Q: "MMX register or memory",
  N: "MMX register",
};

const WIDTHS: Readonly<Record<OperandWidth, string>> = {
  b: "8 bits",
  w: "16 bits",
  d: "32 bits",
  q: "64 bits",
  t: "80 bits",
  dq: "128 bits",
  v: "operand size",
  z: "16 or 32 bits",
  y: "32 or 64 bits",
  p: "far pointer",
  s: "table register",
  a: "pair of operand size",
  bs: "8 bits, sign-extended",
  e: "x87 environment",
  f: "x87 state",
  fx: "512 bytes",
  none: "",
};

const NOTES: Readonly<Partial<Record<Attribute, string>>> = {
  lock: "LOCK allowed",
  rep: "REP repeats it",
  repe: "REPE and REPNE repeat it",
  i64: "not in 64-bit mode",
  o64: "in 64-bit mode only",
  mode: "not in real mode",
};
