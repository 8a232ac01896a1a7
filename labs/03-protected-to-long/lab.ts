/**
 * Lab 3.2, "Protected to long": page tables, CR4.PAE, CR3, EFER.LME, CR0.PG, and a far jump to 64-bit code.
 * Source of the order of steps: AMD APM vol. 2, 14.6 "Enabling and Activating Long Mode"; Intel SDM vol. 3A, 10.8.5.
 */
import { defineLab } from "../../widgets/lab/rubric.ts";
import { ENTRY, floppyOf } from "../bootsector.ts";
import { items } from "./items.ts";

export const lab = defineLab({
  id: "03-protected-to-long",
  version: 1,
  title: "Protected to long",
  files: ["boot.S"],
  hints: [
    "Three tables are enough: the entry 0 of the first points to the second, its entry 0 to the third, and the entry 0 of the third maps 2 MiB at once. An entry is the address plus bits: 1 present, 2 writable, 80h “this maps memory, it is no table”.",
    "Memory is not zero just because nobody wrote to it. `rep stosl` stores EAX ECX times from EDI on; a page has 1,024 dwords.",
    "EFER is a model-specific register: its number goes into ECX, `rdmsr` reads it into EDX:EAX, `wrmsr` writes it back. Keep the bits that you do not mean.",
    "The order matters in one place only: PAE, CR3 and LME must be there when PG is set, because that is when the processor looks at them. #GP at that instruction means that PAE is missing; a page fault after it, that a table is.",
    "After PG the processor still runs your 32-bit code, in compatibility mode: the descriptor in CS says so. A second far jump, to a descriptor with L = 1 and D = 0, makes it 64-bit code. `.code64` follows.",
  ],
  source: (files) => ({
    text: files["boot.S"],
    request: { file: "boot.S", origin: ENTRY, syntax: "att", codeBits: 16 },
  }),
  configuration: (build) => ({ memoryMiB: 4, floppies: [floppyOf(build)], stopOnTripleFault: true }),
  views: ["ring-descriptors", "ring-page-tables"],
  // The first 28 KiB below the sector hold anything but zeros: tables must be cleared before they are used.
  scenarios: {
    plain: {
      title: "With a pattern in the memory where tables may be",
      at: ENTRY,
      fill: [{ from: 0x1000, length: 0x6000 }],
    },
  },
  items,
  later: [{ id: "high-half", title: "What is mapped, and what is not" }],
  budget: 2_000_000_000,
});
