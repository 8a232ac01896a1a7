/**
 * Lab 5.1, "Your first IDT": five gates and five handlers that leave the program as it was. start.S is given, and includes
 * the student's file. Source: AMD APM vol. 2, 4.7 and 8.7.
 */
import { defineLab, type Scenario } from "../../widgets/lab/rubric.ts";
import { ENTRY, floppyOf } from "../bootsector.ts";
import { items } from "./items.ts";
import { PROGRAM, START, WAYS } from "./start.ts";

/** A run that begins at one of the five instructions, with registers that no handler may change. */
function way(title: string, eip: number, given: Readonly<Record<string, bigint>> = {}): Scenario {
  const registers = {
    EAX: 0xa1a2a3a4n,
    EBX: 0x0b0b0b0bn,
    ECX: 0xc1c2c3c4n,
    EDX: 0xd1d2d3d4n,
    EBP: 0xe1e2e3e4n,
    ESI: 0x51525354n,
    EDI: 0xf1f2f3f4n,
    ESP: 0x7b00n,
    EFLAGS: 0x8d7n,
    ...given,
    EIP: BigInt(eip),
  };
  return { title, at: PROGRAM.from, registers: Object.entries(registers) };
}

export const lab = defineLab({
  id: "05-first-idt",
  version: 1,
  title: "Your first IDT",
  files: ["idt.S"],
  hints: [
    "Begin with one vector, 3: its handler is `incl COUNTS + 4 * 3` and `iret`, since EIP on the stack is behind the INT3 already. One gate and LIDT are enough to see it work.",
    "A gate cuts the handler’s address in two: bits 15–0 at its beginning, bits 31–16 in bytes 6 and 7. Between them stand the selector 0008 and 8E00. `mov $handler, %eax`, `mov %ax, IDT + 8 * 3`, `shr $16, %eax`, `mov %ax, IDT + 8 * 3 + 6`: a macro with the vector and the handler as arguments saves typing.",
    "LIDT takes six bytes in memory: the limit, which is the table’s length minus 1, and the address. Vector 30h must lie within the limit.",
    "#DE and #UD are faults: EIP on the stack is the instruction’s own. `addl $2, (%esp)` adds to it where it lies. If you push a register first, it lies 4 bytes higher.",
    "#GP has pushed one more number, which lies on top. EIP is at `4(%esp)`, and before IRET the code must go: `add $4, %esp`.",
  ],
  source: (files) => ({
    text: START,
    request: { file: "start.S", origin: ENTRY, syntax: "att", codeBits: 16, files },
  }),
  configuration: (build) => ({ memoryMiB: 2, floppies: [floppyOf(build)], stopOnTripleFault: true }),
  views: ["ring-frame"],
  scenarios: {
    plain: { title: "As the firmware starts it", at: ENTRY },
    divide: way("From the DIV on", WAYS.divide.at, { ECX: 0n }),
    breakpoint: way("From the INT3 on", WAYS.breakpoint.at),
    opcode: way("From the UD2 on", WAYS.opcode.at),
    protection: way("From the MOV to GS on", WAYS.protection.at, { EDX: 0x1238n }),
    service: way("From INT 30h on", WAYS.service.at),
  },
  items,
  later: [{ id: "other-registers", title: "The same with other registers, flags and another stack" }],
  budget: 2_000_000_000,
});
