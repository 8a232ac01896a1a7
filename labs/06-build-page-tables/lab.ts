/**
 * Lab 6.1, "Build page tables": a tree of four levels, written in 32-bit code, that long mode then runs on.
 *
 * The rubric asks the machine that halted: it walks every page that was asked for, as the processor would, and lists
 * everything that the tables map. `marked` runs with a pattern in the memory that the tables are built in.
 * Source: AMD APM vol. 2, 5.3.
 */
import type { Scenario } from "../../widgets/lab/rubric.ts";
import { defineLab } from "../../widgets/lab/rubric.ts";
import { ENTRY, floppyOf } from "../bootsector.ts";
import { items } from "./items.ts";

const scenarios: Readonly<Record<string, Scenario>> = {
  plain: { title: "As the firmware starts it", at: ENTRY },
  marked: {
    title: "With a pattern in the memory for tables",
    at: ENTRY,
    fill: [{ from: 0x10000, length: 0x10000 }],
  },
};

export const lab = defineLab({
  id: "06-build-page-tables",
  version: 1,
  title: "Build page tables",
  files: ["tables.S"],
  hints: [
    "Begin with one table a level and one page: the page 7000, where the code is. PML4[0] leads to a PDPT, its entry 0 to a PD, its entry 0 to a PT, and entry 7 of that is `0x7003`. With those four entries and the PML4’s address in EAX, long mode starts. The view of page tables beside your code shows what you have.",
    "An entry has eight bytes. The addresses of this lab fit into the low four, so one `movl` writes an entry, if the high four are zero already. `rep stosl` clears: EDI where, ECX how many words of four bytes, EAX = 0.",
    "Take an address apart from the right: 12 bits of offset, then nine bits each. 7FFFFFFFE000: PT index 510, PD 511, PDPT 511, PML4 255. FFFF800000000000: PML4 index 256, and zeros. Sixteen ones in front are no index; they copy bit 47.",
    "Ring 3 may use a page only if U is set in every entry on the way, from the PML4 down: 7 in all four. To write, W must be set in all four as well; for a page that is read-only, clear it in the last one.",
    "A table that is one of several on a path holds up to 512 entries, and what you do not write is still there. `call build` runs before paging is on: addresses are physical.",
  ],
  source: (files) => ({
    text: files["tables.S"],
    request: { file: "tables.S", origin: ENTRY, syntax: "att", codeBits: 16 },
  }),
  configuration: (build) => ({ memoryMiB: 4, floppies: [floppyOf(build)], stopOnTripleFault: true }),
  views: ["ring-page-tables", "ring-walk"],
  scenarios,
  items,
  later: [{ id: "other-memory", title: "The same with other things in memory" }],
  budget: 4_000_000_000,
});
