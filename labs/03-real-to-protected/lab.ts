/**
 * Lab 3.1, "Real to protected": a boot sector that loads GDTR, sets CR0.PE, and makes the new mode its own.
 * Source of the order of steps: AMD APM vol. 2, 14.4 "Enabling Protected Mode"; Intel SDM vol. 3A, 10.9.1.
 */
import { defineLab } from "../../widgets/lab/rubric.ts";
import { ENTRY, floppyOf } from "../bootsector.ts";
import { items } from "./items.ts";

export const lab = defineLab({
  id: "03-real-to-protected",
  version: 1,
  title: "Real to protected",
  files: ["boot.S"],
  hints: [
    "Begin with the table. A descriptor is eight bytes: `.quad 0x00CF9A000000FFFF` is code, and `0x00CF92000000FFFF` is data. Compare them with the lesson's drawing: which two bits differ?",
    "LGDT reads six bytes from DS:offset. DS is whatever the firmware left, so set it to 0 first. The limit is the offset of the table's last byte, and the base is a linear address: with labels from 7C00 on and a segment of 0, that is the label itself.",
    "CR0 can only be changed by way of a general register: `mov %cr0, %eax`, `or $1, %eax`, `mov %eax, %cr0`. In 16-bit code that is allowed, too.",
    "The jump is `ljmp $0x08, $label`, and the label stands after a `.code32`. The assembler must change its mind at exactly the instruction at which the processor does.",
    "An instruction that uses DS, ES or SS before you load them uses what real mode left in their hidden parts: limit FFFF. The store to 0x280000 is outside of that, and #GP without an IDT is a triple fault.",
  ],
  source: (files) => ({
    text: files["boot.S"],
    request: { file: "boot.S", origin: ENTRY, syntax: "att", codeBits: 16 },
  }),
  configuration: (build) => ({ memoryMiB: 4, floppies: [floppyOf(build)], stopOnTripleFault: true }),
  views: ["ring-descriptors"],
  scenarios: { plain: { title: "As the firmware starts it", at: ENTRY } },
  items,
  later: [{ id: "other-values", title: "The same with other values in the registers at the start" }],
  budget: 2_000_000_000,
});
