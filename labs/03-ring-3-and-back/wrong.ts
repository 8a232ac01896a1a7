/** Wrong solutions, each with what it must lose: the items that do not pass, and their points together. */
import type { WrongSolutions } from "../../widgets/lab/rubric.ts";

export const wrong: WrongSolutions = {
  // INT n from ring 3 needs a gate of DPL 3: #GP.
  "interrupt-gate-dpl-0": { items: ["interrupt"], points: 20 },
  // So does a far call through a gate.
  "call-gate-dpl-0": { items: ["gate"], points: 20 },
  // RET takes RIP alone, and ring 0 goes on in the program of ring 3.
  "near-return": { items: ["gate"], points: 20 },
  // SYSCALL is #UD.
  "no-sce": { items: ["syscall"], points: 20 },
  // The way back was in RCX.
  "loses-rcx": { items: ["syscall"], points: 20 },
  // SYSCALL does not change RSP: what the handler pushes lands on the stack of ring 3.
  pushes: { items: ["syscall"], points: 20 },
  // SYSRET without a 64-bit operand returns to 32-bit code.
  "sysret-32": { items: ["syscall"], points: 20 },
  // 16 more than 28 is 38, which is no code.
  star: { items: ["syscall"], points: 20 },
  // TR is what it was at reset.
  "no-ltr": { items: ["gate", "interrupt", "task"], points: 55 },
  // The frame of an interrupt would go to the end of the address space.
  "no-rsp0": { items: ["gate", "interrupt", "task"], points: 55 },
  // The selector of ring 3's code asks with RPL 0: #GP at IRETQ.
  "rpl-0": { items: ["gate", "interrupt", "ring3", "syscall", "task"], points: 95 },
};
