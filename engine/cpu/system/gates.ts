/**
 * Interrupts through gates, and returns from them, as they were done before: where a gate, the descriptors it leads to and
 * the privilege are still what they were when all was checked (interrupts.ts, far.ts), the segments are taken as they came
 * out then. All memory is read in the same order, so that TLBs and faults are the same too. Whatever is not so goes the
 * long way. Kept are 32-bit gates of the IDT to flat code and stacks of the GDT, in protected mode. Derived: no guest can
 * tell.
 */
import type { Core } from "../core.ts";
import { type Checked, RETURNS } from "../gatememory.ts";
import * as at from "../layout.ts";
import { IF, NT, RF, TF, VM } from "../registers.ts";
import { CODE, CONFORMING, CS, DB, DPL, DS, ES, FS, GS, S, SS, TR } from "../segments.ts";
import { SYSTEM_INTERRUPT32, SYSTEM_TRAP32 } from "./descriptors.ts";
import { setReturnedFlags } from "./returnedflags.ts";

const SEGMENT_FLAT = at.SEGMENT_FLAT / 4;
const SEGMENT_ATTRIBUTES = at.SEGMENT_ATTRIBUTES / 4;
const SEGMENT_LIMIT = at.SEGMENT_LIMIT / 4;
const DATA_SEGMENTS = [ES, DS, FS, GS] as const;

/** Enters the handler of an interrupt as `deliver` does; false, and nothing done, where that is not remembered. */
export function deliverAgain(
  p: Core,
  vector: number,
  software: boolean,
  resumes: boolean,
  errorCode: number | undefined,
): boolean {
  const known = p.gates.deliveries[vector * 2 + (software ? 1 : 0)];
  if (!known) return false;
  const { view: v, memory, segments } = p;
  const { code, stack, level } = known;
  if (code.tag !== v.getInt32(at.SEGMENT_TAG, true)) return false;
  if (vector * 8 + 7 > v.getUint32(at.IDTR_LIMIT, true)) return false;
  const gate = (v.getUint32(at.IDTR_BASE, true) + vector * 8) >>> 0;
  if (memory.load(gate, 4, "system") !== known.gateLow) return false;
  if (memory.load((gate + 4) >>> 0, 4, "system") !== known.gateHigh) return false;
  if (!isSame(p, code)) return false;
  let esp = p.register(4);
  const words = 3 + (errorCode === undefined ? 0 : 1) + (stack ? 2 : 0);
  if (stack) {
    const field = 4 + level * 8;
    if (!(segments.attributes(TR) & 8) || field + 5 > segments.limit(TR)) return false;
    const top = (segments.base(TR) + field) >>> 0;
    esp = memory.load(top, 4, "system");
    if (memory.load((top + 4) >>> 0, 2, "system") !== stack.selector || !isSame(p, stack)) return false;
  } else if (!segments.isFlat(SS, true) || !(segments.attributes(SS) & DB)) return false;
  const host = memory.frameHost(true, (esp - words * 4) >>> 0, words * 4, stack ? "supervisor" : "current");
  if (host < 0) return false;

  const ram = p.map.view;
  const { flags } = p;
  let next = host;
  if (errorCode !== undefined) {
    ram.setInt32(next, errorCode, true);
    next += 4;
  }
  ram.setUint32(next, p.ip, true);
  ram.setUint32(next + 4, segments.selector(CS), true);
  ram.setInt32(next + 8, resumes ? flags | RF : flags, true);
  if (stack) {
    ram.setUint32(next + 12, p.register(4), true);
    ram.setUint32(next + 16, segments.selector(SS), true);
    segments.assign(SS, stack.segment);
  }
  const keepsIF = (known.gateHigh & 0x100) !== 0;
  const cleared = TF | NT | RF | VM | (keepsIF ? 0 : IF);
  v.setUint32(at.SYSTEM_FLAGS, v.getUint32(at.SYSTEM_FLAGS, true) & ~cleared, true);
  segments.assign(CS, code.segment);
  p.stackPointer32 = esp - words * 4;
  p.ip = ((known.gateHigh & 0xffff0000) | (known.gateLow & 0xffff)) >>> 0;
  return true;
}

/**
 * Remembers a delivery that was just made by gate `low`, `high`, before the mode is derived anew. `inner`: to stack
 * segment `ss` of the TSS.
 */
export function rememberDelivery(
  p: Core,
  vector: number,
  software: boolean,
  low: number,
  high: number,
  level: number,
  ss: number,
): void {
  const inner = ss >= 0;
  const type = (high >>> 8) & 0x1f;
  if (type !== SYSTEM_INTERRUPT32 && type !== SYSTEM_TRAP32) return;
  const tag = p.view.getInt32(at.SEGMENT_TAG, true);
  const code = check(p, CS, low >>> 16, tag);
  const stack = inner ? check(p, SS, ss, tag) : undefined;
  if (!code || (inner && !stack)) return;
  p.gates.deliveries[vector * 2 + (software ? 1 : 0)] = { gateLow: low, gateHigh: high, code, stack, level };
}

/** Returns as IRETD does in protected mode, but to virtual-8086 mode; false, and nothing done, where it is not remembered. */
export function returnAgain(p: Core): boolean {
  const { view: v, memory, segments } = p;
  if (!segments.isFlat(SS, true) || !(segments.attributes(SS) & DB)) return false;
  const esp = p.register(4);
  let host = memory.frameHost(false, esp, 12, "current");
  if (host < 0) return false;
  const ram = p.map.view;
  const offset = ram.getUint32(host, true);
  const selector = ram.getUint16(host + 4, true);
  const flags = ram.getInt32(host + 8, true);
  const code = p.gates.codes[(selector >> 3) % RETURNS];
  const tag = v.getInt32(at.SEGMENT_TAG, true);
  if (flags & VM || code?.selector !== selector || code.tag !== tag) return false;
  const oldLevel = tag & 3;
  const level = selector & 3;
  if (level === oldLevel) {
    if (!isSame(p, code) || offset > (code.segment[SEGMENT_LIMIT] as number) >>> 0) return false;
    p.stackPointer32 = esp + 12;
  } else {
    host = memory.frameHost(false, esp, 20, "current");
    if (host < 0) return false;
    const ss = ram.getUint16(host + 16, true);
    const stack = p.gates.stacks[(ss >> 3) % RETURNS];
    if (stack?.selector !== ss || stack.tag !== tag) return false;
    for (const n of DATA_SEGMENTS) if (isPrivileged(segments.attributes(n), level)) return false;
    if (!isSame(p, code) || offset > (code.segment[SEGMENT_LIMIT] as number) >>> 0 || !isSame(p, stack)) return false;
    p.stackPointer32 = ram.getInt32(host + 12, true);
    segments.assign(SS, stack.segment);
  }
  segments.assign(CS, code.segment);
  p.ip = offset;
  setReturnedFlags(p, flags, 4, oldLevel);
  return true;
}

/** Remembers where a return was just made to that began under `tag`. */
export function rememberReturn(p: Core, tag: number, outer: boolean): void {
  const cs = p.segments.selector(CS);
  const code = check(p, CS, cs, tag);
  if (code) p.gates.codes[(cs >> 3) % RETURNS] = code;
  if (!outer) return;
  const ss = p.segments.selector(SS);
  const stack = check(p, SS, ss, tag);
  if (stack) p.gates.stacks[(ss >> 3) % RETURNS] = stack;
}

/** A data segment that a return to `level` makes null: far.ts, `dropPrivileged`. */
function isPrivileged(attributes: number, level: number): boolean {
  const conformingCode = (attributes & (S | CODE | CONFORMING)) === (S | CODE | CONFORMING);
  return (attributes & S) !== 0 && !conformingCode && (attributes & DPL) >> 5 < level;
}

/** The descriptor is where it was, and what it was. */
function isSame(p: Core, known: Checked): boolean {
  const v = p.view;
  if (v.getUint32(at.GDTR_BASE, true) !== known.gdtBase || v.getUint32(at.GDTR_LIMIT, true) !== known.gdtLimit)
    return false;
  const address = (known.gdtBase + (known.selector & 0xfff8)) >>> 0;
  if (p.memory.load(address, 4, "system") !== known.low) return false;
  return p.memory.load((address + 4) >>> 0, 4, "system") === known.high;
}

/** What segment register `n` was just loaded with, by `selector` under `tag`; undefined where such are not remembered. */
function check(p: Core, n: number, selector: number, tag: number): Checked | undefined {
  const segment = p.segments.copy(n);
  const isFlat = ((segment[SEGMENT_FLAT] as number) & (n === SS ? 2 : 1)) !== 0;
  if (selector & 4 || !isFlat || !((segment[SEGMENT_ATTRIBUTES] as number) & DB)) return undefined;
  const v = p.view;
  const gdtBase = v.getUint32(at.GDTR_BASE, true);
  const address = (gdtBase + (selector & 0xfff8)) >>> 0;
  return {
    tag,
    selector,
    gdtBase,
    gdtLimit: v.getUint32(at.GDTR_LIMIT, true),
    low: p.memory.load(address, 4, "system"),
    high: p.memory.load((address + 4) >>> 0, 4, "system"),
    segment,
  };
}
