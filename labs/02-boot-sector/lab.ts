/**
 * Lab 2.1, "Write a boot sector": 512 bytes that the firmware loads, that print a line and stop for good.
 *
 * Each item asks the machine. `plain` is the machine as the firmware starts it; `strange` has other values in the
 * registers that no firmware promises; `marked` has a pattern in the memory that is not the sector's to write.
 * Source of the contract: Phoenix, Compaq and Intel, BIOS Boot Specification 1.01, 6.5.1; IBM PC AT Technical
 * Reference, section 5, VIDEO_IO.
 */
import type { AssembleAnswer, MachineConfiguration } from "../../engine/index.ts";
import type { Scenario } from "../../widgets/lab/rubric.ts";
import { defineLab } from "../../widgets/lab/rubric.ts";
import { items } from "./items.ts";
import { ENTRY, SECTOR } from "./observe.ts";

/** 1.44 MB: 80 cylinders, 2 heads, 18 sectors. */
const FLOPPY_BYTES = 80 * 2 * 18 * 512;

const scenarios: Readonly<Record<string, Scenario>> = {
  plain: { title: "As the firmware starts it", at: ENTRY },
  strange: {
    title: "With other values in the registers",
    at: ENTRY,
    fill: [
      { from: 0x8000, length: 0x1000 },
      { from: 0x50000, length: 0x10000 },
    ],
    registers: [
      ["EAX", 0xa1a2a3a4n],
      ["EBX", 0xb1b2b3b4n],
      ["ECX", 0xc1c2c3c4n],
      ["ESI", 0x51525354n],
      ["EDI", 0xd1d2d3d4n],
      ["EBP", 0xe1e2e3e4n],
      ["DS", 0x6000n],
      ["ES", 0x7000n],
      ["FS", 0x6100n],
      ["GS", 0x7100n],
      ["SS", 0x5000n],
      ["ESP", 0x9000n],
      // IF = 0: nothing but the sector pushes on that stack.
      ["EFLAGS", 0x0002n],
    ],
  },
  marked: {
    title: "With a pattern in the memory around it",
    at: ENTRY,
    fill: [
      { from: 0x7e00, length: 0x9f000 - 0x7e00 },
      { from: 0x100000, length: 0x100000 },
    ],
  },
};

function configuration(build: AssembleAnswer): MachineConfiguration {
  const floppy = new Uint8Array(FLOPPY_BYTES);
  floppy.set(build.bytes.subarray(0, SECTOR));
  return { memoryMiB: 2, floppies: [floppy], stopOnTripleFault: true };
}

export const lab = defineLab({
  id: "02-boot-sector",
  version: 1,
  title: "Write a boot sector",
  files: ["boot.S"],
  hints: [
    "Run the starter first and read what the firmware says on the screen. It looks at two bytes before it jumps anywhere: `.org 510` moves to where they belong, and `.word` writes both, low byte first.",
    "`lodsb` reads from DS:SI. Your label is an offset from segment 0, because the sector is assembled for 7C00. What is in DS when you arrive? Nobody says. A segment register takes its value from a general register: `xor %ax, %ax`, then `mov %ax, %ds`.",
    "A call, an `int` and every interrupt push onto SS:SP. The free memory just below the sector is a good place: SS = 0, SP = 7C00. The processor takes no interrupt between `mov …, %ss` and the instruction after it, so set SP right there.",
    "One character: AH = 0Eh, AL = the character, BH = 0 (the page), then `int $0x10`. In a loop: `lodsb`, `test %al, %al`, `jz done`, print, `jmp` back. `.asciz` ends the text with a zero byte.",
    "HLT waits for an interrupt; the timer sends one 18 times a second, and then the next instruction runs, whatever it is. `cli` before `hlt` ends that. A non-maskable interrupt can still come: jump back to the `cli`.",
  ],
  source: (files) => ({
    text: files["boot.S"],
    request: { file: "boot.S", origin: ENTRY, syntax: "att", codeBits: 16 },
  }),
  configuration,
  scenarios,
  items,
  later: [{ id: "other-hardware", title: "The same on a machine that is set up differently" }],
  budget: 4_000_000_000,
});
