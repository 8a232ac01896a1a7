/** Wrong solutions, each with what it must lose: the items that do not pass, and their points together. */
import type { WrongSolutions } from "../../widgets/lab/rubric.ts";

export const wrong: WrongSolutions = {
  // Bit 63 without EFER.NXE is reserved: the stack's page faults, and so does the push of the fault's own frame.
  "nx-not-enabled": { items: ["returns", "large", "no-execute", "code", "forgets", "attempts"], points: 95 },
  // The tables are right, and the processor goes on by the old ones.
  "nothing-forgotten": { items: ["forgets", "attempts"], points: 20 },
  // W = 0 means nothing to ring 0 while CR0.WP is 0.
  "wp-off": { items: ["code", "attempts"], points: 25 },
  // Entry 7 was left as it was.
  "code-writable": { items: ["no-execute", "code", "attempts"], points: 50 },
  // The large page without NX: the data can be run.
  "data-executable": { items: ["no-execute", "attempts"], points: 35 },
  // NX for the data, but not for tables, stack and log.
  "small-low-pages-executable": { items: ["no-execute", "attempts"], points: 35 },
  // PD[1] without bit 7: the data is taken for a page table.
  "not-large": { items: ["large", "attempts"], points: 35 },
  // A large page, but not the one with the data.
  "another-base": { items: ["large"], points: 25 },
};
