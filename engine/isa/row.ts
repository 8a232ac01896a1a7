/** What one row of the instruction table says. */
import type { Encoding } from "./encoding.ts";
import { parseEncoding } from "./encoding.ts";
import type { Meaning, Place } from "./meaning.ts";

/** A set of instructions that a processor has or lacks as a whole. */
export type Feature =
  | "8086"
  | "186"
  | "286"
  | "386"
  | "486"
  | "CPUID"
  | "CX8"
  | "TSC"
  | "CMOV"
  | "MSR"
  | "FPU"
  | "SEP"
  | "SYSCALL"
  | "LM"
  | "MMX"
  | "FXSR"
  | "SSE"
  | "SSE2"
  | "SSE3"
  | "SSSE3"
  | "SSE4.1"
  | "SSE4.2"
  | "XSAVE";

export interface Row {
  /** The manual's mnemonic, upper case; with the condition for Jcc, SETcc, CMOVcc. */
  readonly name: string;
  /** Other mnemonics for the same thing (JZ for JE), which the assembler accepts. */
  readonly aliases: readonly string[];
  readonly encodings: readonly Encoding[];
  /** Flags it writes; a flag it leaves undefined is in brackets: `"[OF] SF ZF [AF] PF CF"`. Empty: none. */
  readonly flags: string;
  readonly feature: Feature;
  /** Where the manual defines it. */
  readonly source: string;
  /** One sentence for a reader. */
  readonly says: string;
  /** Emits what it does. Operands come in the order of the encoding. See meaning.ts for the contract. */
  readonly does: (x: Meaning, ...operands: Place[]) => void;
  /** The position in the table. */
  readonly index: number;
}

export interface RowDescription {
  readonly encodings: readonly string[];
  readonly aliases?: readonly string[];
  readonly flags?: string;
  readonly feature?: Feature;
  readonly source?: string;
  readonly says: string;
  readonly does: Row["does"];
}

const rows: Row[] = [];

/** Adds a row to the table. */
export function instruction(name: string, d: RowDescription): void {
  rows.push({
    name,
    aliases: d.aliases ?? [],
    encodings: d.encodings.map(parseEncoding),
    flags: d.flags ?? "",
    feature: d.feature ?? "8086",
    source: d.source ?? `AMD APM vol. 3, ${name}`,
    says: d.says,
    does: d.does,
    index: rows.length,
  });
}

/** The rows declared so far, in order. `table.ts` is what has them all. */
export function declaredRows(): readonly Row[] {
  return rows;
}
