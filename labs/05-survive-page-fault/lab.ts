/**
 * Lab 5.2, "Survive a page fault": a handler that makes a missing page of a heap appear, and ends what is no mistake of the
 * heap's. start.S is given, and includes the student's file. Source: AMD APM vol. 2, 5.2 (pages), 8.2.14 and 8.4.2 (#PF).
 */
import { defineLab, type Scenario } from "../../widgets/lab/rubric.ts";
import { ENTRY, floppyOf } from "../bootsector.ts";
import { items } from "./items.ts";
import { CONSTANT, FRAMES, HEAP, HEAP_PAGES, PROGRAM, START, WAYS } from "./start.ts";

/** A run that begins at one of the program's instructions; the frames hold what somebody left. */
function way(title: string, eip: number, edi: number, eax = 0x600df00d): Scenario {
  const registers = {
    EAX: BigInt(eax),
    EBX: 0xb1b2b3b4n,
    ECX: 0xc1c2c3c4n,
    EDX: 0xd1d2d3d4n,
    EBP: 0xe1e2e3e4n,
    ESI: 0x51525354n,
    EDI: BigInt(edi),
    ESP: 0x7b00n,
    EFLAGS: 0x8d7n,
    EIP: BigInt(eip),
  };
  const fill = [{ from: FRAMES.from, length: FRAMES.to - FRAMES.from }];
  return { title, at: PROGRAM.from, registers: Object.entries(registers), fill };
}

export const lab = defineLab({
  id: "05-survive-page-fault",
  version: 1,
  title: "Survive a page fault",
  files: ["fault.S"],
  hints: [
    "Write the gate first, as in lab 5.1: vector 14 at IDT + 8 × 14. Then a handler that treats everything as wild: CR2 to WILD, `killed` into the saved EIP, drop the error code, IRET. That alone is worth 40 points.",
    "Save all registers with PUSHA. It pushes 32 bytes, so behind it the error code is at 32(%esp), the saved EIP at 36(%esp). POPA at the end, and `add $4, %esp` before IRET.",
    "The page’s number in the heap is (CR2 − HEAP) >> 12. Compare CR2 − HEAP with 10000h without sign (`jae`): what lies below the heap becomes a huge number, and is wild as well.",
    "An entry is the frame’s address plus bits: 1 present, 2 writable. The processor keeps no translation of a page that was not present, so there is nothing to flush.",
    "Bit 0 of the error code, P, is 1 where a page is there and the access was not allowed. The heap’s last page is such a one: whoever maps a frame there overwrites a page that somebody needs.",
  ],
  source: (files) => ({
    text: START,
    request: { file: "start.S", origin: ENTRY, syntax: "att", codeBits: 16, files },
  }),
  configuration: (build) => ({ memoryMiB: 4, floppies: [floppyOf(build)], stopOnTripleFault: true }),
  views: ["ring-frame"],
  scenarios: {
    plain: { title: "As the firmware starts it", at: ENTRY },
    write: way("A write to page 2 of the heap", WAYS.write.at, HEAP + 0x2344),
    read: way("A read of page 5 of the heap", WAYS.read.at, HEAP + 0x5000),
    wild: way("A wild read", WAYS.wild.at, HEAP),
    behind: way("A write right behind the heap", WAYS.write.at, HEAP + HEAP_PAGES * 0x1000),
    null: way("A write by a null pointer", WAYS.write.at, 0xc),
    readonly: way("A write to the heap’s read-only page", WAYS.write.at, CONSTANT.page + 0x10),
  },
  items,
  later: [{ id: "other-pages", title: "The same with other pages, values and frames" }],
  budget: 2_000_000_000,
});
