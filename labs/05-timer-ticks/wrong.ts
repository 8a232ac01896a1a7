/** Wrong solutions, each with what it must lose: the items that do not pass, and their points together. */
import type { WrongSolutions } from "../../widgets/lab/rubric.ts";

export const wrong: WrongSolutions = {
  // The timer comes by vector 08, which has no gate.
  "not-remapped": { items: ["remap", "ticks", "rate", "eoi", "registers", "spurious"], points: 85 },
  // The second chip still waits for ICW4: it takes the mask for it.
  "icw4-missing": { items: ["remap", "masks"], points: 30 },
  // Both chips at 20h: a disk's interrupt would be taken for a key.
  "same-base": { items: ["remap"], points: 20 },
  // With automatic EOI nothing is ever in service, and the check cannot put IRQ 0 there.
  "automatic-eoi": { items: ["remap", "spurious"], points: 30 },
  // IRQ 2 and IRQ 12 stay open.
  "masks-nothing-more": { items: ["masks"], points: 10 },
  // One tick, and then silence.
  "no-eoi": { items: ["ticks", "rate", "eoi"], points: 45 },
  // A divisor of 0 is 65,536: 18.2 times a second.
  "firmware-rate": { items: ["rate"], points: 15 },
  // The high byte first.
  "bytes-swapped": { items: ["rate"], points: 15 },
  // The EOI goes through AL, which the program was using.
  "loses-eax": { items: ["registers"], points: 10 },
  // Ends an interrupt that is not its own.
  "always-eoi": { items: ["spurious"], points: 10 },
};
