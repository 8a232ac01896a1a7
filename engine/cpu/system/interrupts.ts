/**
 * Delivery of exceptions and interrupts: through the interrupt vector table in real mode, through gates of the interrupt
 * descriptor table in protected mode. Source: AMD APM vol. 2, 8.7 "Legacy Protected-Mode Interrupt Control Transfers",
 * 8.6 "Real-Mode Interrupt Control Transfers"; Intel SDM vol. 2, INT n.
 *
 * Long mode's are in longinterrupts.ts, task gates lead to task.ts, INT n of virtual-8086 mode comes by virtual8086.ts.
 */

import type { Core } from "../core.ts";
import * as fault from "../fault.ts";
import { raise } from "../fault.ts";
import * as at from "../layout.ts";
import { IF, NT, REPEATING, RF, SHADOWS, TF, VM } from "../registers.ts";
import { CODE, CONFORMING, CS, DS, ES, FS, GS, P, SS } from "../segments.ts";
import { recordEntry, recordsBranches } from "./branchrecord.ts";
import {
  checkStackSegment,
  codeOf,
  dplOf,
  findDescriptor,
  isCode,
  isNull,
  isPresent,
  markAccessed,
  SYSTEM_INTERRUPT16,
  SYSTEM_INTERRUPT32,
  SYSTEM_TASK,
  SYSTEM_TRAP16,
  SYSTEM_TRAP32,
  setCodeSegment,
  setRealCodeSegment,
  toSegment,
} from "./descriptors.ts";
import { deliverAgain, rememberDelivery } from "./gates.ts";
import { deliverLong } from "./longinterrupts.ts";
import { countBranch } from "./performance.ts";
import { Stack } from "./stack.ts";
import { switchThroughGate } from "./task.ts";
import { stackOf } from "./tss.ts";
import { dropVirtualSegments } from "./virtual8086.ts";

export interface Interrupt {
  readonly vector: number;
  readonly kind: "exception" | "hardware" | "nmi" | "software";
  readonly errorCode?: number;
}

/** Enters the handler; RIP is what it will return to. Throws GuestFault, having changed nothing but memory below a stack. */
export function deliver(p: Core, interrupt: Interrupt): void {
  const from = recordsBranches(p) ? instructionOf(p, interrupt) : undefined;
  const isUser = p.cpl === 3;
  if (p.longMode) {
    const { vector, kind, errorCode } = interrupt;
    const pushedFlags = p.flags | (isResumed(p, interrupt) ? RF : 0);
    deliverLong(p, { vector, software: kind === "software", pushedFlags, errorCode });
  } else if (p.protectedMode) deliverThroughGate(p, interrupt);
  else deliverReal(p, interrupt);
  p.view.setUint32(at.SHADOW, p.view.getUint32(at.SHADOW, true) & ~(SHADOWS | REPEATING), true);
  p.entered = true;
  p.mustLeave = true;
  p.updateMode();
  if (from !== undefined) recordEntry(p, from, p.rip);
  if (p.countsBranches) countBranch(p, isUser);
}

/** Where it comes from: the instruction that asked for it, or the one before which it came. */
function instructionOf(p: Core, { kind }: Interrupt): bigint {
  return kind === "software" ? (p.rip & ~0xffffffffn) | BigInt(p.instructionIp) : p.rip;
}

function deliverReal(p: Core, { vector }: Interrupt): void {
  const limit = p.view.getUint32(at.IDTR_LIMIT, true);
  if (vector * 4 + 3 > limit) raise(fault.GP);
  const entry = (p.view.getUint32(at.IDTR_BASE, true) + vector * 4) >>> 0;
  const offset = p.memory.load(entry, 2, "system");
  const selector = p.memory.load((entry + 2) >>> 0, 2, "system");
  const stack = new Stack(p);
  stack.probe(6, 2);
  stack.push(p.flags, 2);
  stack.push(p.segments.selector(CS), 2);
  stack.push(p.ip, 2);
  stack.commit();
  p.flags = p.flags & ~(IF | TF | 0x40000);
  setRealCodeSegment(p, selector);
  p.ip = offset;
}

const GATES: readonly number[] = [SYSTEM_TASK, SYSTEM_INTERRUPT16, SYSTEM_TRAP16, SYSTEM_INTERRUPT32, SYSTEM_TRAP32];

function deliverThroughGate(p: Core, interrupt: Interrupt): void {
  const { vector, kind } = interrupt;
  if (deliverAgain(p, vector, kind === "software", isResumed(p, interrupt), interrupt.errorCode)) return;
  const external = kind === "software" ? 0 : 1;
  const inTable = vector * 8 + 2 + external;
  if (vector * 8 + 7 > p.view.getUint32(at.IDTR_LIMIT, true)) raise(fault.GP, inTable);
  const gate = (p.view.getUint32(at.IDTR_BASE, true) + vector * 8) >>> 0;
  const low = p.memory.load(gate, 4, "system");
  const high = p.memory.load((gate + 4) >>> 0, 4, "system");
  const type = (high >>> 8) & 0x1f;
  if (!GATES.includes(type)) raise(fault.GP, inTable);
  if (kind === "software" && ((high >>> 13) & 3) < p.cpl) raise(fault.GP, inTable);
  if (!((high >>> 8) & P)) raise(fault.NP, inTable);
  const selector = low >>> 16;
  const resumes = isResumed(p, interrupt);
  if (type === SYSTEM_TASK) {
    switchThroughGate(p, selector, "INT", { external, resumes, errorCode: interrupt.errorCode });
    return;
  }

  if (isNull(selector)) raise(fault.GP, external);
  const code = findDescriptor(p, selector) ?? raise(fault.GP, codeOf(selector) + external);
  if (!isCode(code) || dplOf(code) > p.cpl) raise(fault.GP, codeOf(selector) + external);
  if (!isPresent(code)) raise(fault.NP, codeOf(selector) + external);

  const { virtual8086 } = p;
  const size = type & 8 ? 4 : 2;
  const offset = size === 4 ? ((high & 0xffff0000) | (low & 0xffff)) >>> 0 : low & 0xffff;
  const conforming = (code.attributes & (CODE | CONFORMING)) === (CODE | CONFORMING);
  const level = conforming ? p.cpl : dplOf(code);
  // From virtual-8086 mode only level 0 can be entered (Intel SDM vol. 2, INT n).
  if (virtual8086 && level !== 0) raise(fault.GP, codeOf(selector) + external);
  const words = 3 + (interrupt.errorCode === undefined ? 0 : 1);
  const oldFlags = p.flags;
  const pushedFlags = resumes ? oldFlags | RF : oldFlags;

  let stack: Stack;
  let innerStack = -1;
  if (level < p.cpl) {
    const inner = stackOf(p, level, external);
    innerStack = inner.ss;
    const descriptor = checkStackSegment(p, inner.ss, level, fault.TS, external);
    const segment = toSegment(descriptor);
    stack = new Stack(p, segment, inner.esp, codeOf(inner.ss) + external);
    stack.probe((words + 2 + (virtual8086 ? 4 : 0)) * size, size);
    checkOffset(offset, toSegment(code).limit, external);
    if (virtual8086) for (const n of [GS, FS, DS, ES]) stack.push(p.segments.selector(n), size);
    stack.push(p.segments.selector(SS), size);
    stack.push(p.register(4), size);
    pushFrame(p, stack, size, pushedFlags, interrupt.errorCode);
    p.segments.set(SS, toSegment(markAccessed(p, descriptor)));
    if (virtual8086) dropVirtualSegments(p);
  } else {
    stack = new Stack(p);
    stack.probe(words * size, size);
    checkOffset(offset, toSegment(code).limit, external);
    pushFrame(p, stack, size, pushedFlags, interrupt.errorCode);
  }
  const keepsIF = (type & 1) !== 0;
  p.flags = oldFlags & ~(TF | NT | RF | VM | (keepsIF ? 0 : IF));
  setCodeSegment(p, code, level);
  stack.commit();
  p.ip = offset;
  if (!virtual8086) rememberDelivery(p, vector, kind === "software", low, high, level, innerStack);
}

/**
 * The image of the flags that a fault leaves says RF, and so does one between two elements of a repeated instruction
 * (Intel SDM vol. 3B, 18.3.1.1); #DB and #DF are no faults.
 */
function isResumed(p: Core, { vector, kind }: Interrupt): boolean {
  const isFault = kind === "exception" && vector !== fault.DB && vector !== fault.DF;
  return isFault || (p.view.getUint32(at.SHADOW, true) & REPEATING) !== 0;
}

function checkOffset(offset: number, limit: number, errorCode: number): void {
  if (offset > limit) raise(fault.GP, errorCode);
}

function pushFrame(p: Core, stack: Stack, size: 2 | 4, flags: number, errorCode: number | undefined): void {
  stack.push(flags, size);
  stack.push(p.segments.selector(CS), size);
  stack.push(p.ip, size);
  if (errorCode !== undefined) stack.push(errorCode, size);
}
