/**
 * Lab 1.1, "Bus detective": name the part of the PC that answers each of a list of accesses, and predict its answer. The
 * answers are lines of assembly that the machine's disk carries; the accesses are made by a program that is given.
 */
import type { AssembleAnswer, MachineConfiguration } from "../../engine/index.ts";
import { defineLab } from "../../widgets/lab/rubric.ts";
import { items } from "./items.ts";
import { program } from "./probe.ts";

/** 1.44 MB: 80 cylinders, 2 heads, 18 sectors. */
const FLOPPY_BYTES = 80 * 2 * 18 * 512;

function configuration(build: AssembleAnswer): MachineConfiguration {
  const floppy = new Uint8Array(FLOPPY_BYTES);
  floppy.set(build.bytes.subarray(0, 3 * 512));
  return { memoryMiB: 2, floppies: [floppy], stopOnTripleFault: true };
}

export const lab = defineLab({
  id: "01-bus-detective",
  version: 1,
  title: "Bus detective",
  files: ["answers.S"],
  hints: [
    "The map of lesson 1 lists which part answers at which ports and addresses. A port that is not in its list has nobody.",
    "Run the machine of this page to each access: step over the instruction and read AL, AX or EAX. Before that, write down what you expect.",
    "Port 71 is a door to 128 registers. Which one is behind it was decided by the byte that went to port 70.",
    "A dword from CFC carries two 16-bit numbers, the low one first in memory: the vendor's in the low half, the device's in the high half.",
    "Who stores the sector? The processor waits in the firmware meanwhile, and the floppy controller has no wires for addresses.",
    "For 10 and 11: COM2 is built as COM1 is, and nobody has used it. 80000800 has 1 in bits 15 to 11: device 1, function 0.",
  ],
  source: (files) => ({
    text: program,
    request: {
      file: "probe.S",
      origin: 0x7c00,
      syntax: "att",
      codeBits: 16,
      files: { "answers.S": files["answers.S"] },
    },
  }),
  configuration,
  scenarios: { plain: { title: "As the firmware starts it", at: 0x7c00 } },
  items,
  views: ["ring-pc"],
  later: [{ id: "unseen", title: "10 and 11, which this page's machine does not run" }],
  budget: 6_000_000_000,
});
