/**
 * Far transfers: JMP, CALL and RET to another code segment, call gates, IRET. Source: AMD APM vol. 2, 4.11 and 4.12;
 * Intel SDM vol. 2, JMP, CALL, RET, IRET; vol. 3A, 5.8 "Privilege Level Checking When Transferring Control".
 */

import type { Core } from "../core.ts";
import * as fault from "../fault.ts";
import { raise } from "../fault.ts";
import * as at from "../layout.ts";
import { NMI_BLOCKED, NT, VM } from "../registers.ts";
import { CONFORMING, CS, DPL, DS, ES, FS, GS, S, SS } from "../segments.ts";
import {
  checkStackSegment,
  codeOf,
  type Descriptor,
  dplOf,
  isCode,
  isNull,
  isPresent,
  isSegment,
  markAccessed,
  readDescriptor,
  SYSTEM_CALL16,
  SYSTEM_CALL32,
  setCodeSegment,
  setRealCodeSegment,
  toSegment,
  typeOf,
} from "./descriptors.ts";
import { rememberReturn, returnAgain } from "./gates.ts";
import { setReturnedFlags } from "./returnedflags.ts";
import { Stack } from "./stack.ts";
import { leadsToTask, returnToTask, transferToTask } from "./task.ts";
import { stackOf } from "./tss.ts";
import { lacksInterruptRight, requireFlagsRight, returnToVirtual8086, setFlagsVirtually } from "./virtual8086.ts";

export interface FarPointer {
  readonly selector: number;
  readonly offset: number;
}

/** JMP (far). */
export function farJump(p: Core, target: FarPointer, bits: number): void {
  if (!p.protectedMode || p.virtual8086) {
    realJump(p, target);
    return;
  }
  const d = targetDescriptor(p, target.selector);
  if (isCode(d)) {
    checkDirect(p, d, target.selector);
    checkLimit(d, target.offset);
    enter(p, d, p.cpl, bits === 16 ? target.offset & 0xffff : target.offset);
    return;
  }
  if (leadsToTask(d)) {
    transferToTask(p, d, "JMP");
    return;
  }
  const gate = callGate(p, d, target.selector);
  const code = gateTarget(p, gate.selector);
  const conforming = (code.attributes & CONFORMING) !== 0;
  if (conforming ? dplOf(code) > p.cpl : dplOf(code) !== p.cpl) raise(fault.GP, codeOf(gate.selector));
  if (!isPresent(code)) raise(fault.NP, codeOf(gate.selector));
  checkLimit(code, gate.offset);
  enter(p, code, p.cpl, gate.offset);
}

/** CALL (far). */
export function farCall(p: Core, target: FarPointer, bits: number): void {
  const size = bits === 16 ? 2 : 4;
  const stack = new Stack(p);
  if (!p.protectedMode || p.virtual8086) {
    stack.probe(2 * size, size);
    if (target.offset > p.segments.limit(CS)) raise(fault.GP, 0);
    pushReturn(p, stack, size);
    stack.commit();
    realJump(p, target);
    return;
  }
  const d = targetDescriptor(p, target.selector);
  if (isCode(d)) {
    checkDirect(p, d, target.selector);
    stack.probe(2 * size, size);
    checkLimit(d, target.offset);
    pushReturn(p, stack, size);
    stack.commit();
    enter(p, d, p.cpl, target.offset);
    return;
  }
  if (leadsToTask(d)) transferToTask(p, d, "CALL");
  else callThroughGate(p, callGate(p, d, target.selector));
}

function callThroughGate(p: Core, gate: Gate): void {
  const code = gateTarget(p, gate.selector);
  if (dplOf(code) > p.cpl) raise(fault.GP, codeOf(gate.selector));
  if (!isPresent(code)) raise(fault.NP, codeOf(gate.selector));
  const inner = !(code.attributes & CONFORMING) && dplOf(code) < p.cpl;
  if (!inner) {
    const stack = new Stack(p);
    stack.probe(2 * gate.size, gate.size);
    checkLimit(code, gate.offset);
    pushReturn(p, stack, gate.size);
    stack.commit();
    enter(p, code, p.cpl, gate.offset);
    return;
  }
  const level = dplOf(code);
  const { ss, esp } = stackOf(p, level);
  const descriptor = checkStackSegment(p, ss, level, fault.TS);
  const stack = new Stack(p, toSegment(descriptor), esp, codeOf(ss));
  stack.probe((4 + gate.parameters) * gate.size, gate.size);
  checkLimit(code, gate.offset);
  const outer = new Stack(p);
  const parameters = Array.from({ length: gate.parameters }, () => outer.pop(gate.size));
  stack.push(p.segments.selector(SS), gate.size);
  stack.push(p.register(4), gate.size);
  for (const value of parameters.reverse()) stack.push(value, gate.size);
  pushReturn(p, stack, gate.size);
  p.segments.set(SS, toSegment(markAccessed(p, descriptor)));
  stack.commit();
  enter(p, code, level, gate.offset);
}

function pushReturn(p: Core, stack: Stack, size: 2 | 4): void {
  stack.push(p.segments.selector(CS), size);
  stack.push(p.ip, size);
}

function realJump(p: Core, target: FarPointer): void {
  if (target.offset > p.segments.limit(CS)) raise(fault.GP, 0);
  setRealCodeSegment(p, target.selector);
  p.ip = target.offset;
  p.updateMode();
}

function targetDescriptor(p: Core, selector: number): Descriptor {
  if (isNull(selector)) raise(fault.GP, 0);
  return readDescriptor(p, selector);
}

/** #GP or #NP where code may not be jumped to or called directly. */
export function checkDirect(p: Core, d: Descriptor, selector: number): void {
  const conforming = (d.attributes & CONFORMING) !== 0;
  const allowed = conforming ? dplOf(d) <= p.cpl : (selector & 3) <= p.cpl && dplOf(d) === p.cpl;
  if (!allowed) raise(fault.GP, codeOf(selector));
  if (!isPresent(d)) raise(fault.NP, codeOf(selector));
}

function checkLimit(d: Descriptor, offset: number): void {
  if (offset > toSegment(d).limit) raise(fault.GP, 0);
}

function enter(p: Core, d: Descriptor, level: number, offset: number): void {
  setCodeSegment(p, d, level);
  p.ip = offset;
  p.updateMode();
}

interface Gate {
  readonly selector: number;
  readonly offset: number;
  readonly size: 2 | 4;
  readonly parameters: number;
}

function callGate(p: Core, d: Descriptor, selector: number): Gate {
  const type = typeOf(d);
  if (isSegment(d)) raise(fault.GP, codeOf(selector));
  if (type !== SYSTEM_CALL16 && type !== SYSTEM_CALL32) {
    raise(fault.GP, codeOf(selector));
  }
  if (dplOf(d) < p.cpl || dplOf(d) < (selector & 3)) raise(fault.GP, codeOf(selector));
  if (!isPresent(d)) raise(fault.NP, codeOf(selector));
  const wide = type === SYSTEM_CALL32;
  return {
    selector: d.low >>> 16,
    offset: wide ? ((d.high & 0xffff0000) | (d.low & 0xffff)) >>> 0 : d.low & 0xffff,
    size: wide ? 4 : 2,
    parameters: d.high & 0x1f,
  };
}

function gateTarget(p: Core, selector: number): Descriptor {
  if (isNull(selector)) raise(fault.GP, 0);
  const code = readDescriptor(p, selector);
  if (!isCode(code)) raise(fault.GP, codeOf(selector));
  return code;
}

/** RET (far), dropping `parameters` bytes. */
export function farReturn(p: Core, bits: number, parameters: number): void {
  const size = bits === 16 ? 2 : 4;
  const stack = new Stack(p);
  const offset = stack.pop(size);
  const selector = stack.pop(size) & 0xffff;
  if (!p.protectedMode || p.virtual8086) {
    stack.drop(parameters);
    if (offset > p.segments.limit(CS)) raise(fault.GP, 0);
    stack.commit();
    setRealCodeSegment(p, selector);
    p.ip = offset;
    p.updateMode();
    return;
  }
  const code = returnTarget(p, selector);
  const level = selector & 3;
  checkLimit(code, offset);
  stack.drop(parameters);
  if (level === p.cpl) {
    stack.commit();
    enter(p, code, level, offset);
    return;
  }
  returnToOuter(p, stack, code, level, offset, size, parameters);
}

/** The code descriptor that a return goes to, checked. Source: Intel SDM vol. 2, RET, IRET. */
export function returnTarget(p: Core, selector: number): Descriptor {
  if (isNull(selector)) raise(fault.GP, 0);
  const code = readDescriptor(p, selector);
  const level = selector & 3;
  if (!isCode(code) || level < p.cpl) raise(fault.GP, codeOf(selector));
  const conforming = (code.attributes & CONFORMING) !== 0;
  if (conforming ? dplOf(code) > level : dplOf(code) !== level) raise(fault.GP, codeOf(selector));
  if (!isPresent(code)) raise(fault.NP, codeOf(selector));
  return code;
}

function returnToOuter(
  p: Core,
  stack: Stack,
  code: Descriptor,
  level: number,
  offset: number,
  size: 2 | 4,
  parameters: number,
): void {
  const esp = stack.pop(size);
  const ss = stack.pop(size) & 0xffff;
  const descriptor = checkStackSegment(p, ss, level, fault.GP);
  const segment = toSegment(markAccessed(p, descriptor));
  setCodeSegment(p, code, level);
  p.segments.set(SS, segment);
  const outer = new Stack(p, segment, size === 2 ? esp & 0xffff : esp);
  outer.drop(parameters);
  outer.commit();
  p.ip = offset;
  for (const n of [ES, DS, FS, GS]) dropPrivileged(p, n, level);
  p.updateMode();
}

/**
 * A data segment that the outer ring may not use becomes null, and a null selector 0, whatever its RPL: IRET of Zen 4 does so,
 * and leaves the base alone, which 64-bit code adds for FS and GS even then; of RETF, Intel SDM vol. 2B says that what is no
 * data or readable code goes.
 */
export function dropPrivileged(p: Core, n: number, level: number): void {
  const s = p.segments.get(n);
  if (isNull(s.selector) && s.selector !== 0) p.segments.set(n, { ...s, selector: 0 });
  const conformingCode = (s.attributes & (S | 0xc)) === (S | 0xc);
  if (s.attributes & S && !conformingCode && (s.attributes & DPL) >> 5 < level) {
    p.segments.set(n, { ...s, selector: 0, attributes: 0 });
  }
}

/** IRET, IRETD. */
export function interruptReturn(p: Core, bits: number): void {
  const size = bits === 16 ? 2 : 4;
  // NMIs are let through again even where what follows faults (Intel SDM vol. 3A, 6.7.1).
  p.view.setUint32(at.SHADOW, p.view.getUint32(at.SHADOW, true) & ~NMI_BLOCKED, true);
  p.mustLeave = true;
  if (p.protectedMode && !p.virtual8086 && p.flags & NT) {
    returnToTask(p);
    return;
  }
  requireFlagsRight(p, size);
  if (size === 4 && p.protectedMode && !p.virtual8086 && returnAgain(p)) {
    p.updateMode();
    return;
  }
  const tag = p.view.getInt32(at.SEGMENT_TAG, true);
  const stack = new Stack(p);
  const offset = stack.pop(size);
  const selector = stack.pop(size) & 0xffff;
  const flags = stack.pop(size);
  const oldLevel = p.cpl;
  if (!p.protectedMode || p.virtual8086) {
    if (offset > p.segments.limit(CS)) raise(fault.GP, 0);
    if (lacksInterruptRight(p)) setFlagsVirtually(p, flags);
    else setReturnedFlags(p, flags, size, oldLevel);
    stack.commit();
    setRealCodeSegment(p, selector);
    p.ip = offset;
  } else if (size === 4 && flags & VM && oldLevel === 0) returnToVirtual8086(p, stack, offset, selector, flags);
  else {
    const code = returnTarget(p, selector);
    const level = selector & 3;
    checkLimit(code, offset);
    if (level === oldLevel) {
      stack.commit();
      setCodeSegment(p, code, level);
      p.ip = offset;
    } else returnToOuter(p, stack, code, level, offset, size, 0);
    setReturnedFlags(p, flags, size, oldLevel);
    rememberReturn(p, tag, level !== oldLevel);
  }
  p.updateMode();
}
