/** Wrong solutions, each with what it must lose: the items that do not pass, and their points together. */
import type { WrongSolutions } from "../../widgets/lab/rubric.ts";

const all = ["touch", "zero", "many"];

export const wrong: WrongSolutions = {
  // The gate of vector 13: nothing of the rest can work.
  "wrong-vector": { items: ["gate", ...all, "wild", "readonly", "registers"], points: 95 },
  // IRET takes the error code for EIP; the wild path drops it, and works.
  "keeps-error-code": { items: [...all, "registers"], points: 60 },
  // Adds the length of the instruction to EIP, as for a #UD: the write never happens.
  "skips-the-access": { items: all, points: 45 },
  // P without W: the write faults again, and is taken for a wild one.
  "read-only-pages": { items: all, points: 45 },
  // What somebody left in the frame is there to read.
  "not-cleared": { items: ["zero"], points: 10 },
  // 4,096 words of four bytes: three more frames, which may be somebody's.
  "clears-too-much": { items: ["zero"], points: 10, change: ["$1024, %ecx", "$4096, %ecx"] },
  // All pages are the same frame.
  "one-frame": { items: ["many"], points: 15 },
  // Every address is the heap's.
  "maps-anything": { items: ["wild"], points: 15 },
  // A null pointer is far below the heap, and with a sign that is "less".
  "signed-compare": { items: ["wild"], points: 15 },
  // Maps a new frame over a page that was there.
  "ignores-p": { items: ["readonly"], points: 10 },
  // CR2 goes to EBX before EBX is saved.
  "loses-ebx": { items: ["registers"], points: 15 },
};
