/**
 * Lab 6.3, "Remap with large pages and NX": a running kernel changes its own page tables under its feet.
 *
 * The rubric asks the machine when `remap` has returned, and when it halted: what the tables map, what the TLBs hold, what
 * the two attempts that must fail raised. Source: AMD APM vol. 2, 5.3.4, 5.5.3 and 5.6.
 */
import { defineLab } from "../../widgets/lab/rubric.ts";
import { ENTRY, floppyOf } from "../bootsector.ts";
import { items } from "./items.ts";

export const lab = defineLab({
  id: "06-remap-large-nx",
  version: 1,
  title: "Remap with large pages and NX",
  files: ["kernel.S"],
  hints: [
    "An entry of the PD with bit 7 set is a page of 2 MiB: `0x200083` is present, writable, large, and at 200000. Write it over PD[1], and the 512 entries of PT_HIGH are out of use. Its NX is bit 63: bit 31 of the word at PD + 12.",
    "EFER is register C0000080: `rdmsr` with ECX, change EAX, `wrmsr`. NXE is bit 11. Do it first: until then, an entry with bit 63 set raises a page fault with RSVD for any access.",
    "The code lies in one page, 7000, with the table of descriptors. Give all 512 entries of PT_LOW their NX in a loop, and take it back for entry 7, which also loses W. Ring 0 does not care about W before CR0.WP is 1.",
    "The stack is in page 8000, and the tables are in pages of their own: they stay writable.",
    "The processor remembers 512 small pages where there is a large one now, and that the code may be written. `mov %cr3, %rax`, `mov %rax, %cr3` forgets all that is not global.",
  ],
  source: (files) => ({
    text: files["kernel.S"],
    request: { file: "kernel.S", origin: ENTRY, syntax: "att", codeBits: 16 },
  }),
  configuration: (build) => ({ memoryMiB: 8, floppies: [floppyOf(build)], stopOnTripleFault: true }),
  views: ["ring-page-tables", "ring-tlb"],
  scenarios: { plain: { title: "As the firmware starts it", at: ENTRY } },
  items,
  later: [{ id: "other-data", title: "The same with other data, and other attempts" }],
  budget: 4_000_000_000,
});
