/**
 * Far transfers in long mode, from 64-bit and from compatibility mode, to either: JMP, CALL and RET, call gates of 16
 * bytes, IRET. There are no task switches, and a call gate leads to 64-bit code and copies no parameters.
 * Source: AMD APM vol. 2, 4.8.4, 4.12, 8.9.4; Intel SDM vol. 2, JMP, CALL, RET, IRET.
 */
import type { Core } from "../core.ts";
import * as fault from "../fault.ts";
import { raise } from "../fault.ts";
import * as at from "../layout.ts";
import { NMI_BLOCKED, NT } from "../registers.ts";
import { CONFORMING, CS, DS, ES, FS, GS, SS } from "../segments.ts";
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
  SYSTEM_CALL32,
  setCodeSegment,
  toSegment,
  typeOf,
} from "./descriptors.ts";
import { checkDirect, dropPrivileged, returnTarget } from "./far.ts";
import {
  checkCodeSize,
  checkTarget,
  isLongCode,
  longStackOf,
  setNullStackSegment,
  upperHalf,
} from "./longdescriptors.ts";
import { LongStack, pushSize, setStackPointer, stackWidth } from "./longstack.ts";
import { setReturnedFlags } from "./returnedflags.ts";

export interface LongPointer {
  readonly selector: number;
  readonly offset: bigint;
}

interface LongGate {
  readonly code: Descriptor;
  readonly offset: bigint;
}

function enter(p: Core, d: Descriptor, level: number, offset: bigint): void {
  setCodeSegment(p, d, level);
  p.rip = offset;
  p.mustLeave = true;
  p.updateMode();
}

function targetDescriptor(p: Core, selector: number): Descriptor {
  if (isNull(selector)) raise(fault.GP, 0);
  return readDescriptor(p, selector);
}

/** The 64-bit code behind a call gate, both checked as far as JMP and CALL have it in common. */
function throughGate(p: Core, d: Descriptor): LongGate {
  const { selector } = d;
  if (isSegment(d) || typeOf(d) !== SYSTEM_CALL32) raise(fault.GP, codeOf(selector));
  if (dplOf(d) < p.cpl || dplOf(d) < (selector & 3)) raise(fault.GP, codeOf(selector));
  if (!isPresent(d)) raise(fault.NP, codeOf(selector));
  const offset = upperHalf(p, d) | BigInt(((d.high & 0xffff0000) | (d.low & 0xffff)) >>> 0);
  const code = targetDescriptor(p, d.low >>> 16);
  if (!isCode(code) || !isLongCode(code)) raise(fault.GP, codeOf(code.selector));
  checkCodeSize(code);
  return { code, offset };
}

/** JMP (far). */
export function longJump(p: Core, { selector, offset }: LongPointer): void {
  const d = targetDescriptor(p, selector);
  if (isCode(d)) {
    checkDirect(p, d, selector);
    checkCodeSize(d);
    checkTarget(p, d, offset);
    enter(p, d, p.cpl, offset);
    return;
  }
  const gate = throughGate(p, d);
  const { code } = gate;
  if (code.attributes & CONFORMING ? dplOf(code) > p.cpl : dplOf(code) !== p.cpl)
    raise(fault.GP, codeOf(code.selector));
  if (!isPresent(code)) raise(fault.NP, codeOf(code.selector));
  checkTarget(p, code, gate.offset);
  enter(p, code, p.cpl, gate.offset);
}

/** CALL (far). */
export function longCall(p: Core, { selector, offset }: LongPointer, bits: number): void {
  const d = targetDescriptor(p, selector);
  if (!isCode(d)) {
    callThroughGate(p, throughGate(p, d));
    return;
  }
  checkDirect(p, d, selector);
  checkCodeSize(d);
  const size = pushSize(bits);
  const stack = new LongStack(p);
  stack.probe(2, size);
  checkTarget(p, d, offset);
  stack.push(BigInt(p.segments.selector(CS)), size);
  stack.push(p.rip, size);
  stack.commit();
  enter(p, d, p.cpl, offset);
}

function callThroughGate(p: Core, { code, offset }: LongGate): void {
  const { cpl } = p;
  const level = dplOf(code);
  if (level > cpl) raise(fault.GP, codeOf(code.selector));
  if (!isPresent(code)) raise(fault.NP, codeOf(code.selector));
  const inner = !(code.attributes & CONFORMING) && level < cpl;
  const stack = inner
    ? new LongStack(p, longStackOf(p, level), "supervisor")
    : new LongStack(p, p.long ? p.register64(4) : BigInt(p.register(4)));
  stack.probe(inner ? 4 : 2, 8);
  checkTarget(p, code, offset);
  if (inner) {
    stack.push(BigInt(p.segments.selector(SS)), 8);
    stack.push(p.register64(4), 8);
  }
  stack.push(BigInt(p.segments.selector(CS)), 8);
  stack.push(p.rip, 8);
  stack.commit();
  if (inner) setNullStackSegment(p, level, level);
  enter(p, code, inner ? level : cpl, offset);
}

/** RET (far), dropping `parameters` bytes. */
export function longReturn(p: Core, bits: number, parameters: number): void {
  const size = pushSize(bits);
  const stack = new LongStack(p);
  const offset = stack.pop(size);
  const selector = Number(stack.pop(size)) & 0xffff;
  const code = returnTarget(p, selector);
  checkCodeSize(code);
  const level = selector & 3;
  checkTarget(p, code, offset);
  stack.drop(parameters);
  if (level === p.cpl) {
    stack.commit();
    enter(p, code, level, offset);
    return;
  }
  const pointer = stack.pop(size);
  const ss = Number(stack.pop(size)) & 0xffff;
  returnToStack(p, code, level, offset, ss, pointer, parameters);
}

/** Goes on at `offset` of `code` with the stack ss:pointer, less `parameters` bytes. */
function returnToStack(
  p: Core,
  code: Descriptor,
  level: number,
  offset: bigint,
  ss: number,
  pointer: bigint,
  parameters: number,
): void {
  const outer = level !== p.cpl;
  if (isNull(ss)) {
    // In 64-bit mode there need not be a stack segment, but at privilege level 3.
    if (!isLongCode(code) || level === 3 || (ss & 3) !== level) raise(fault.GP, 0);
    setCodeSegment(p, code, level);
    setNullStackSegment(p, ss, level);
  } else {
    const segment = toSegment(markAccessed(p, checkStackSegment(p, ss, level, fault.GP)));
    setCodeSegment(p, code, level);
    p.segments.set(SS, segment);
  }
  p.rip = offset;
  p.updateMode();
  setStackPointer(p, pointer + BigInt(parameters), stackWidth(p));
  if (outer) for (const n of [ES, DS, FS, GS]) dropPrivileged(p, n, level);
  p.mustLeave = true;
  p.updateMode();
}

/** IRET, IRETD, IRETQ. 64-bit code always gets its stack back with them; compatibility mode where the privilege changes. */
export function longInterruptReturn(p: Core, bits: number): void {
  if (p.flags & NT) raise(fault.GP, 0);
  const size = pushSize(bits);
  const stack = new LongStack(p);
  const oldLevel = p.cpl;
  const frame = stack.popAll(p.long ? 5 : 3, size);
  const [offset, cs, image] = frame as [bigint, bigint, bigint];
  const selector = Number(cs) & 0xffff;
  const flags = Number(BigInt.asUintN(32, image));
  const level = selector & 3;
  if (!p.long && level !== oldLevel) frame.push(...stack.popAll(2, size));
  const code = returnTarget(p, selector);
  checkCodeSize(code);
  checkTarget(p, code, offset);
  if (frame.length > 3) {
    returnToStack(p, code, level, offset, Number(frame[4]) & 0xffff, frame[3] as bigint, 0);
  } else {
    stack.commit();
    enter(p, code, level, offset);
  }
  setReturnedFlags(p, flags, size === 2 ? 2 : 4, oldLevel);
  p.view.setUint32(at.SHADOW, p.view.getUint32(at.SHADOW, true) & ~NMI_BLOCKED, true);
  p.mustLeave = true;
  p.updateMode();
}
