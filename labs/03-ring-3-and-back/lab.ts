/**
 * Lab 3.3, "Ring 3 and back": a TSS, an interrupt gate, a call gate and the registers of SYSCALL, and an IRETQ to ring 3.
 * start.S is given, and includes the student's file. Source: AMD APM vol. 2, 4.8.3, 4.8.4, 6.1.1 and 8.9; vol. 3, SYSCALL.
 */
import { defineLab } from "../../widgets/lab/rubric.ts";
import { ENTRY, floppyOf } from "../bootsector.ts";
import { items } from "./items.ts";
import { START, USER, WAYS } from "./start.ts";

/** A run that begins at one of the three instructions of ring 3. */
const way = (title: string, address: number) => ({ title, at: USER, registers: [["RIP", BigInt(address)]] as const });

export const lab = defineLab({
  id: "03-ring-3-and-back",
  version: 1,
  title: "Ring 3 and back",
  files: ["ring3.S"],
  hints: [
    "Begin at the end: five pushes and `iretq`. They are SS, RSP, RFLAGS, CS and RIP, in this order, and the two selectors are those of ring 3 with RPL 3: 23 and 2B. Until the tables are right, ring 3 can do nothing but loop, and that is already 25 points.",
    "A gate into an inner ring takes its stack pointer from the TSS. So three things must be there: RSP0 at tss + 4, the descriptor at gdt_tss (limit 103, the base in three pieces, 89h in byte 5), and `ltr` with selector 30.",
    "A gate cuts the handler's address in pieces: bits 15–0 in its first two bytes, bits 31–16 in bytes 6 and 7. Between them stand the selector 08 and, in byte 5, P, DPL and the type: EEh for an interrupt gate that ring 3 may use, ECh for a call gate.",
    "STAR holds two selectors, in EDX when you write it. Its low half is CS for SYSCALL, and SS is 8 more. From its high half SYSRET makes SS, 8 more, and 64-bit CS, 16 more: look which number gives 23 and 2B.",
    "Each way back is its own instruction: `iretq`, `lretq` and `sysretq`. SYSCALL keeps RIP in RCX and RFLAGS in R11 and does not touch RSP: your handler must neither change those nor push anything.",
  ],
  source: (files) => ({
    text: START,
    request: { file: "start.S", origin: ENTRY, syntax: "att", codeBits: 16, files },
  }),
  configuration: (build) => ({ memoryMiB: 4, floppies: [floppyOf(build)], stopOnTripleFault: true }),
  views: ["ring-descriptors", "ring-frame"],
  scenarios: {
    plain: { title: "As the firmware starts it", at: ENTRY },
    interrupt: way("From INT 80h on", WAYS.interrupt.address),
    gate: way("From the far call on", WAYS.gate.address),
    syscall: way("From SYSCALL on", WAYS.syscall.address),
  },
  items,
  later: [{ id: "other-flags", title: "The same with other flags and registers in ring 3" }],
  budget: 2_000_000_000,
});
