/**
 * Lab 5.3, "The timer ticks": two 8259s initialized, an 8254 at 100 Hz, a handler that counts, and a spurious IRQ 7.
 * start.S is given, and includes the student's file. Source: Intel 8259A data sheet, 231468-003; 8254, 231164-005.
 */
import { defineLab } from "../../widgets/lab/rubric.ts";
import { ENTRY, floppyOf } from "../bootsector.ts";
import { items } from "./items.ts";
import { GHOST, PROGRAM, START } from "./start.ts";

export const lab = defineLab({
  id: "05-timer-ticks",
  version: 1,
  title: "The timer ticks",
  files: ["ticks.S"],
  hints: [
    "Begin with the handler: `incl TICKS`, then 20h to port 20h, then `iret`. OUT takes its byte from AL, so AL must be saved, and the whole of EAX with it.",
    "ICW1 goes to port 20h (A0h), and the three others to 21h (A1h), one after the other, as on the lesson’s page. Do both chips at each step, or one after the other; both ways are right.",
    "OCW1 is any byte to 21h (A1h) behind ICW4. A 1 masks. IRQ 0 is bit 0 of the first chip; of the second one you need nothing, and so nothing of input 2.",
    "The 8254 counts 1,193,182 times a second. Byte 34h to port 43h says: counter 0, low byte then high byte, mode 2. Then the two bytes of the divisor to port 40h.",
    "An interrupt by vector 27h is either IRQ 7 or nobody. Write 0Bh to port 20h and read port 20h: bit 7 says whether IRQ 7 is in service. If not, return, and send no EOI.",
  ],
  source: (files) => ({
    text: START,
    request: { file: "start.S", origin: ENTRY, syntax: "att", codeBits: 16, files },
  }),
  configuration: (build) => ({ memoryMiB: 2, floppies: [floppyOf(build)], stopOnTripleFault: true }),
  views: ["ring-interrupts", "ring-frame"],
  scenarios: {
    plain: { title: "As the firmware starts it", at: ENTRY },
    ghost: {
      title: "A spurious interrupt while IRQ 0 is in service",
      at: PROGRAM.from,
      registers: [
        ["EIP", BigInt(GHOST)],
        ["EBX", 0xb1b2b3b4n],
        ["EDX", 0xd1d2d3d4n],
      ],
    },
  },
  items,
  later: [{ id: "other-moment", title: "The same with other registers, and a keyboard that asks, too" }],
  budget: 4_000_000_000,
});
