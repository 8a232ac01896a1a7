/**
 * x87: what all of its rows share, and the processor without one. The rows are in x87data.ts (numbers moved), x87compute.ts
 * (numbers made), x87control.ts (the unit itself).
 */
import type { Meaning, Place } from "../meaning.ts";
import { instruction, type RowDescription } from "../row.ts";

// Programs find out that there is no x87 by storing its status word and seeing that nothing was stored. It stands before all
// others, some of which need a second feature beside the x87.
instruction("ESC", {
  encodings: ["D8", "D9", "DA", "DB", "DC", "DD", "DE", "DF"].map((opcode) => `${opcode}  Eb  absent alias`),
  source: "Intel SDM vol. 3B, 23.18.1 (x87 FPU: no coprocessor)",
  says: "An x87 instruction on a processor without one: #NM where CR0.EM or CR0.TS is set, else nothing.",
  does: (x) => x.system(),
});

/** A row of the x87, from AMD APM vol. 5 (`page` where it is on another instruction's page) unless `source` says otherwise. */
export function x87(name: string, d: Partial<Pick<RowDescription, "source">> & Omit<RowDescription, "source"> & { readonly page?: string }): void {
  const { page, source = `AMD APM vol. 5, ${page ?? name}`, ...row } = d;
  instruction(name, { feature: "FPU", source, ...row });
}

/** The whole instruction in plain TypeScript: cpu/system/x87*.ts. */
export const plain = (x: Meaning): void => x.system();

/** Memory of an operand, where it is in memory. */
export const inMemory = (place: Place | undefined): Place | undefined => (place?.isMemory ? place : undefined);
