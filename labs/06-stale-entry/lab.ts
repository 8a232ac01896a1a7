/**
 * Lab 6.2, "Find the stale entry": a kernel that changes its page tables and trusts the processor to notice.
 *
 * The rubric asks the machine that halted: what the kernel read, whether a closed page refuses a write, whether its TLB
 * and its tables say the same, and what the ledger says that it took. Source: Intel SDM vol. 3A, 4.10.4; AMD APM vol. 2,
 * 5.5.3.
 */
import { defineLab } from "../../widgets/lab/rubric.ts";
import { ENTRY, floppyOf } from "../bootsector.ts";
import { items } from "./items.ts";

export const lab = defineLab({
  id: "06-stale-entry",
  version: 1,
  title: "Find the stale entry",
  files: ["kernel.S"],
  hints: [
    "Run it, then go back to the loop at `sum` and step. Watch the TLB beside the code, and the walk of 400000: one of them follows the entry in memory, the other does not. The row that is marked stale says which address the processor got wrong.",
    "The processor looks at an entry when it walks, and it walks only for an address that it does not remember. `mov %ecx, PT` changes memory and nothing else. After it, the processor must be told to forget the page; INVLPG takes an address in that page.",
    "INVLPG’s operand is a memory operand whose address counts: `invlpg (%rbx)` forgets the page that RBX points into. It is the page that is forgotten, not the table that maps it.",
    "Look at the second half: after W is taken away, the remembered translation still says writable, and dirty. What you take away from an entry must be forgotten; what you add need not.",
    "A load of CR3 works, too, but forgets all other pages; each of them must be walked again. The last question counts what was forgotten: nine INVLPGs are enough.",
  ],
  source: (files) => ({
    text: files["kernel.S"],
    request: { file: "kernel.S", origin: ENTRY, syntax: "att", codeBits: 16 },
  }),
  configuration: (build) => ({ memoryMiB: 4, floppies: [floppyOf(build)], stopOnTripleFault: true }),
  views: ["ring-tlb", "ring-walk"],
  scenarios: { plain: { title: "As the firmware starts it", at: ENTRY } },
  items,
  later: [{ id: "other-frames", title: "The same with other frames and numbers" }],
  budget: 4_000_000_000,
});
