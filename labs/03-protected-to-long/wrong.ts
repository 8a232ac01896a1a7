/** Wrong solutions, each with what it must lose: the items that do not pass, and their points together. */
import type { WrongSolutions } from "../../widgets/lab/rubric.ts";

const rest = ["active", "halts", "jump", "store"];

export const wrong: WrongSolutions = {
  // PG with LME and without PAE is #GP.
  "no-pae": { items: ["pae", ...rest], points: 65 },
  // Without LME, PG starts PAE paging of three levels, whose first entries may not be writable: #GP.
  "no-lme": { items: ["lme", ...rest], points: 65 },
  // Memory was not zero: the entries' upper halves have bits that must be.
  "dirty-tables": { items: ["halts", "jump", "store", "tables"], points: 60 },
  // The entry of the last table is not present: the first fetch after PG is a page fault.
  "not-present": { items: ["halts", "jump", "store", "tables"], points: 60 },
  // Ring 0 may write to it all the same while CR0.WP is 0.
  "read-only": { items: ["tables"], points: 20 },
  // L and D together are reserved: #GP at the jump.
  "l-and-d": { items: ["halts", "jump", "store"], points: 40 },
  // Long mode is active, and runs 32-bit code.
  compatibility: { items: ["jump"], points: 20 },
  // 32 bits of the value.
  "low-half": { items: ["store"], points: 10 },
  // No HLT.
  spins: { items: ["halts"], points: 10 },
};
