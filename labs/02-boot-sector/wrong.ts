/** Wrong solutions, each with what it must lose: the items that do not pass, and their points together. */
import type { WrongSolutions } from "../../widgets/lab/rubric.ts";

const all = ["signature", "loaded", "message", "service", "segments", "stack", "halts", "contained"];

export const wrong: WrongSolutions = {
  // One nop sled too many: `.org 510` would have to move backwards.
  "too-long": { items: ["assembles", ...all], points: 100 },
  // The firmware does not jump to a sector without 55 AA.
  "no-signature": { items: all, points: 90 },
  // Works only where the firmware happens to leave DS = 0.
  "no-segments": { items: ["segments"], points: 10 },
  // Pushes on whatever stack it was started with.
  "borrowed-stack": { items: ["stack"], points: 10 },
  // Draws the line, but not through the firmware.
  "video-memory": { items: ["service"], points: 15 },
  // HLT with IF = 1 ends at the next timer tick.
  "interrupts-on": { items: ["halts"], points: 10 },
  // Copies its message to 8000 first.
  "scratch-outside": { items: ["contained"], points: 10 },
  // "booted from 7c00": one item, though it was printed as it should be.
  "wrong-case": { items: ["message"], points: 15 },
};
