/** Wrong solutions, each with what it must lose: the items that do not pass, and their points together. */
import type { WrongSolutions } from "../../widgets/lab/rubric.ts";

export const wrong: WrongSolutions = {
  // Right, and every other translation is gone each time.
  "reloads-cr3": { items: ["sparing"], points: 15 },
  // CR4.PGE off and on: the kernel's own, too.
  "forgets-everything": { items: ["sparing"], points: 15 },
  // INVLPG with the address of the entry, not of the page.
  "forgets-the-table": { items: ["sum", "refused", "agrees", "sparing"], points: 70 },
  // The window is mended; the page that was closed is still open.
  "window-only": { items: ["refused", "agrees", "sparing"], points: 50 },
  // One INVLPG when all has been read.
  "once-after-the-loop": { items: ["sum", "sparing"], points: 35 },
  // Mended, but for the answer.
  "names-the-table": { items: ["found"], points: 15 },
  // 512 INVLPGs, to be safe.
  "forgets-too-much": { items: ["sparing"], points: 15 },
};
