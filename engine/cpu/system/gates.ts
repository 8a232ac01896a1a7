/**
 * Interrupts through gates, and returns from them, that were checked before (gatememory.ts): what is remembered of the ones
 * that interrupts.ts and far.ts have just made, and how TypeScript has them done again.
 */
import type { Core } from "../core.ts";
import { GATE, gateAt, KNOWN, RETURN, returnAt, SOFTWARE } from "../gatememory.ts";
import * as at from "../layout.ts";
import { RF, VM } from "../registers.ts";
import { CS, DB, SS, TR } from "../segments.ts";
import { SYSTEM_INTERRUPT32, SYSTEM_TRAP32 } from "./descriptors.ts";

/** Enters the handler of an interrupt as `deliver` does; false, and nothing done, where that is not remembered. */
export function deliverAgain(
  p: Core,
  vector: number,
  software: boolean,
  resumes: boolean,
  errorCode: number | undefined,
): boolean {
  p.view.setInt32(at.UNRETIRED, p.unretired, true);
  const key = vector | (software ? SOFTWARE : 0);
  return p.gates.deliver(p.cpu, key, p.ip, resumes ? RF : 0, errorCode ?? 0, errorCode === undefined ? 0 : 1) !== 0;
}

/** Returns as IRETD does in protected mode, but to virtual-8086 mode; false, and nothing done, where it is not remembered. */
export function returnAgain(p: Core): boolean {
  p.view.setInt32(at.UNRETIRED, p.unretired, true);
  return p.gates.giveBack(p.cpu, VM) !== 0;
}

/**
 * Remembers a delivery that was just made by gate `low`, `high`, before the mode is derived anew. `ss`: the stack segment
 * from the TSS for the inner `level`, −1 where the stack stayed.
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
  const type = (high >>> 8) & 0x1f;
  if (type !== SYSTEM_INTERRUPT32 && type !== SYSTEM_TRAP32) return;
  const { view: v, segments } = p;
  const key = vector | (software ? SOFTWARE : 0);
  const entry = gateAt(key);
  v.setInt32(entry, 0, true);
  const gate = (v.getUint32(at.IDTR_BASE, true) + vector * 8) >>> 0;
  if (!notePlace(p, entry + GATE.gate, gate) || !noteSegment(p, CS, low >>> 16, entry + GATE.code, entry + GATE.cs))
    return;
  const inner = ss >= 0;
  if (inner) {
    const top = (segments.base(TR) + 4 + level * 8) >>> 0;
    // A 16-bit TSS has its stacks elsewhere.
    if (!(segments.attributes(TR) & 8) || !notePlace(p, entry + GATE.stack, top)) return;
    if (!noteSegment(p, SS, ss, entry + GATE.stackSegment, entry + GATE.to)) return;
    v.setUint32(entry + GATE.tr, segments.base(TR), true);
    v.setUint32(entry + GATE.tr + 4, 0, true);
    v.setUint32(entry + GATE.tr + 8, segments.limit(TR), true);
    v.setUint32(entry + GATE.tr + 12, segments.attributes(TR), true);
  }
  v.setInt32(entry + GATE.ss, inner ? ss : 0, true);
  v.setInt32(entry + GATE.level, level, true);
  noteTable(p, at.GDTR_BASE, entry + GATE.gdtr);
  noteTable(p, at.IDTR_BASE, entry + GATE.idtr);
  v.setInt32(entry + 4, v.getInt32(at.SEGMENT_TAG, true), true);
  v.setInt32(entry, key | KNOWN, true);
}

/** Remembers where a return was just made to that began under `tag`. */
export function rememberReturn(p: Core, tag: number, outer: boolean): void {
  rememberTarget(p, CS, tag);
  if (outer) rememberTarget(p, SS, tag);
}

function rememberTarget(p: Core, n: number, tag: number): void {
  const selector = p.segments.selector(n);
  const entry = returnAt(selector, n === SS);
  p.view.setInt32(entry, 0, true);
  if (!noteSegment(p, n, selector, entry + RETURN.descriptor, entry + RETURN.segment)) return;
  noteTable(p, at.GDTR_BASE, entry + RETURN.gdtr);
  p.view.setInt32(entry + 4, tag, true);
  p.view.setInt32(entry, selector | KNOWN, true);
}

/** Base and limit of a table, at `to`. */
function noteTable(p: Core, register: number, to: number): void {
  p.view.setBigUint64(to, p.view.getBigUint64(register, true), true);
  p.view.setInt32(to + 8, p.view.getInt32(register + 8, true), true);
}

/** Where the 8 bytes at `la`, which were just read, are, at `to`; false where that is not to be remembered. */
function notePlace(p: Core, to: number, la: number): boolean {
  const found = p.memory.hostOf(la);
  if (!found) return false;
  const { view: memory } = p.map;
  p.view.setInt32(to, found.host, true);
  p.view.setInt32(to + 4, found.tlb, true);
  p.view.setBigUint64(to + 8, memory.getBigUint64(found.host, true), true);
  p.view.setBigUint64(to + 16, memory.getBigUint64(found.tlb, true), true);
  p.view.setBigUint64(to + 24, memory.getBigUint64(found.tlb + 8, true), true);
  return true;
}

/** What segment register `n` was just loaded with by `selector`: its descriptor at `place`, it at `to`; false as above. */
function noteSegment(p: Core, n: number, selector: number, place: number, to: number): boolean {
  const { segments, view: v } = p;
  // In the local table, or not flat, or not of 32 bits.
  if (selector & 4 || !segments.isFlat(n, n === SS) || !(segments.attributes(n) & DB)) return false;
  if (!notePlace(p, place, (v.getUint32(at.GDTR_BASE, true) + (selector & 0xfff8)) >>> 0)) return false;
  const slot = p.cpu + at.SEGMENTS + n * at.SEGMENT_BYTES;
  p.map.bytes.copyWithin(p.cpu + to, slot, slot + at.SEGMENT_BYTES);
  return true;
}
