/** Wrong solutions, each with what it must lose: the items that do not pass, and their points together. */
import type { WrongSolutions } from "../../widgets/lab/rubric.ts";

export const wrong: WrongSolutions = {
  // Begins with page 0: a null pointer reads the interrupt vectors.
  "null-mapped": { items: ["null"], points: 10 },
  // U in the page's entry, but not in those above it.
  "user-in-the-last-only": { items: ["stack"], points: 15 },
  // 3 where 1 was asked for.
  "image-writable": { items: ["image"], points: 15 },
  // PML4[128] is 400000000000: the ones in front of FFFF8… were taken for a zero.
  "not-sign-extended": { items: ["image", "nothing-else"], points: 25 },
  // The second page of the stack is missing.
  "one-page-short": { items: ["stack"], points: 15 },
  // Works on the first start after power-on.
  "tables-not-cleared": { items: ["clears"], points: 10 },
  // The first two megabytes for ring 3, the vectors and the tables too.
  "all-for-ring-3": { items: ["identity"], points: 20 },
};
