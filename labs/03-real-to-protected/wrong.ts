/** Wrong solutions, each with what it must lose: the items that do not pass, and their points together. */
import type { WrongSolutions } from "../../widgets/lab/rubric.ts";

export const wrong: WrongSolutions = {
  // Goes on as 16-bit code, in protected mode: CS still has real mode's hidden part.
  "no-jump": { items: ["jump"], points: 20 },
  // IF = 1 while there is no IDT.
  "interrupts-on": { items: ["interrupts"], points: 10 },
  // The limit ends before the data descriptor: #GP when DS is loaded.
  "short-limit": { items: ["data", "halts", "store", "table"], points: 50 },
  // SS keeps what real mode left in it.
  "no-stack": { items: ["data"], points: 15 },
  // Bytes instead of pages: the data segment ends at 1 MiB, and the store is #GP.
  "limit-one-mib": { items: ["data", "halts", "store"], points: 35 },
  // Half a megabyte instead of two and a half.
  "stores-low": { items: ["store"], points: 10 },
  // No HLT.
  spins: { items: ["halts"], points: 10 },
  // Sets ET instead of PE.
  "wrong-bit": { items: ["data", "halts", "interrupts", "jump", "pe", "store", "table"], points: 95 },
};
