/** Transfers of control and moves to and from special registers. */
import { EngineError } from "../../wasm/error.ts";
import type { Core } from "../core.ts";
import * as fault from "../fault.ts";
import { raise } from "../fault.ts";
import * as at from "../layout.ts";
import { IF, OF } from "../registers.ts";
import { CS } from "../segments.ts";
import { endRecord } from "./branchrecord.ts";
import { readControlRegister, writeControlRegister } from "./controlregisters.ts";
import { readDebugRegister, writeDebugRegister } from "./debug.ts";
import { loadSegment, moveToSegment } from "./descriptors.ts";
import { farCall, farJump, farReturn, interruptReturn } from "./far.ts";
import { deliver } from "./interrupts.ts";
import { longCall, longInterruptReturn, longJump, longReturn } from "./longfar.ts";
import { farPointer, farPointer64, loadMemory, operand, read, read64, write, write64 } from "./operands.ts";
import type { Operation } from "./operation.ts";
import { redirectInterrupt } from "./virtual8086.ts";

/** #GP(0) unless at privilege level 0. */
export function onlyRing0(p: Core): void {
  if (p.cpl !== 0) raise(fault.GP, 0);
}

/** `checked`: INT n, which virtual-8086 mode guards and may redirect; INT3 and INTO it does not. */
function softwareInterrupt(p: Core, vector: number, checked: boolean): void {
  p.tell({
    kind: "interrupt",
    vector,
    origin: "software",
    cs: p.segments.selector(CS),
    ip: p.instructionIp,
    ax: p.register(0, 16),
  });
  if (checked && p.virtual8086 && redirectInterrupt(p, vector)) return;
  deliver(p, { vector, kind: "software" });
  p.ledger.add("softwareInterrupts");
}

/** Reading this control register is reading a word. */
const isPlain = (n: number): n is 0 | 2 | 3 | 4 => n === 0 || (n >= 2 && n <= 4);

/** MOV between general, segment, control and debug registers (the other forms of MOV are generated code). */
const move: Operation = (p, d) => {
  const to = operand(d, 0);
  const from = operand(d, 1);
  if (to.kind === "segment") {
    if (to.number === CS) raise(fault.UD);
    return moveToSegment(p, to.number, read(p, from) & 0xffff);
  }
  if (from.kind === "segment") return write(p, to.kind === "memory" ? { ...to, bits: 16 } : to, read(p, from));
  onlyRing0(p);
  if (from.kind === "control") {
    const { number: n } = from;
    if (to.kind === "register" && to.bits === 32 && isPlain(n)) return p.setRegister(to.number, p.control(n));
    return write64(p, to, readControlRegister(p, n));
  }
  if (to.kind === "control") {
    const high =
      from.kind === "register" && from.bits === 64 ? p.view.getUint32(at.GPR + from.number * 8 + 4, true) : 0;
    return writeControlRegister(p, to.number, read(p, from), high);
  }
  if (from.kind === "debug") return write64(p, to, readDebugRegister(p, from.number));
  if (to.kind === "debug") return writeDebugRegister(p, to.number, read64(p, from));
  throw new EngineError("MOV: no such form", { operands: d.operands.map((o) => o.kind) });
};

/** LDS, LES, LFS, LGS, LSS: the segment first, as it may fault. */
const loadFar =
  (segment: number): Operation =>
  (p, d) => {
    const { selector, offset } = farPointer64(p, operand(d, 1), d.operandBits);
    loadSegment(p, segment, selector);
    write64(p, operand(d, 0), offset);
  };

const bound: Operation = (p, d) => {
  const to = operand(d, 1);
  if (to.kind !== "memory") return raise(fault.UD);
  const bytes = d.operandBits === 16 ? 2 : 4;
  const shift = 32 - d.operandBits;
  const signed = (v: number) => (v << shift) >> shift;
  const index = signed(read(p, operand(d, 0)));
  const lower = signed(loadMemory(p, to, bytes));
  const upper = signed(loadMemory(p, to, bytes, bytes));
  if (index < lower || index > upper) raise(fault.BR);
};

const halt: Operation = (p) => {
  onlyRing0(p);
  p.halted = true;
  p.mustLeave = true;
  p.tell({ kind: "halt", forever: !(p.flags & IF) });
};

export const CONTROL_OPERATIONS: Readonly<Record<string, Operation>> = {
  MOV: move,
  LES: loadFar(0),
  LSS: loadFar(2),
  LDS: loadFar(3),
  LFS: loadFar(4),
  LGS: loadFar(5),
  JMPF: (p, d) => {
    if (p.longMode) longJump(p, farPointer64(p, operand(d, 0), d.operandBits));
    else farJump(p, farPointer(p, operand(d, 0), d.operandBits), d.operandBits);
  },
  CALLF: (p, d) => {
    if (p.longMode) longCall(p, farPointer64(p, operand(d, 0), d.operandBits), d.operandBits);
    else farCall(p, farPointer(p, operand(d, 0), d.operandBits), d.operandBits);
  },
  RETF: (p, d) => {
    const parameters = d.operands.length ? read(p, operand(d, 0)) : 0;
    if (p.longMode) longReturn(p, d.operandBits, parameters);
    else farReturn(p, d.operandBits, parameters);
  },
  IRET: (p) => (p.longMode ? longInterruptReturn(p, 16) : interruptReturn(p, 16)),
  IRETD: (p) => (p.longMode ? longInterruptReturn(p, 32) : interruptReturn(p, 32)),
  IRETQ: (p) => longInterruptReturn(p, 64),
  INT: (p, d) => softwareInterrupt(p, read(p, operand(d, 0)), true),
  INT3: (p) => softwareInterrupt(p, fault.BP, false),
  INT1: (p) => {
    p.tell({
      kind: "exception",
      vector: fault.DB,
      name: fault.exceptionName(fault.DB),
      cs: p.segments.selector(CS),
      ip: p.ip,
    });
    p.ledger.add("exceptions");
    // What a load of SS held back comes with it.
    p.debug.raised();
    endRecord(p);
    deliver(p, { vector: fault.DB, kind: "exception" });
  },
  INTO: (p) => {
    if (p.flags & OF) softwareInterrupt(p, fault.OF, false);
  },
  BOUND: bound,
  HLT: halt,
  PAUSE: (p) => p.surroundings.pause?.(),
  UD2: () => raise(fault.UD),
};
