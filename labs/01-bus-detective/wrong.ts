/** Wrong solutions, each with what it must lose: the items that do not pass, and their points together. */
import type { WrongSolutions } from "../../widgets/lab/rubric.ts";
import { accesses } from "./probe.ts";

export const wrong: WrongSolutions = {
  // 3F8 is COM1's base, 2F8 is COM2's.
  "ports-swapped": { items: ["access-1"], points: 10 },
  // An empty bus reads as ones: nobody pulls a line down.
  "empty-is-zero": { items: ["access-6"], points: 10 },
  // Says what port 71 gives with index 0, the seconds.
  "index-forgotten": { items: ["access-3"], points: 10 },
  // Writes device and vendor in the order in which they are said.
  "halves-swapped": { items: ["access-7"], points: 10 },
  // The floppy controller has the bytes, and no address lines.
  "floppy-stores": { items: ["access-9"], points: 10 },
  // What is stored at B8000 comes back, and still it is not RAM that keeps it.
  "display-is-memory": { items: ["access-8"], points: 10 },
  // Ten lines of eleven: there is nothing to judge by.
  "line-missing": { items: ["assembles", ...accesses.map(({ n }) => `access-${n}`)], points: 100 },
};
