/** What one row of the instruction table says. */
import type { Encoding } from "./encoding.ts";
import { parseEncoding } from "./encoding.ts";
import type { Feature } from "./features.ts";
import type { Meaning, Place } from "./meaning.ts";

export type { Feature } from "./features.ts";

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
