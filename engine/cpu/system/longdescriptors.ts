/**
 * What long mode changes about descriptors: system descriptors and gates of 16 bytes, code segments of 64 bits, null stack
 * segments, a task-state segment that only holds stacks and the map of ports.
 * Source: AMD APM vol. 2, 4.8 "Long-Mode Segment Descriptors", 12.2.5 "64-Bit Task State Segment".
 */
import type { Core } from "../core.ts";
import * as fault from "../fault.ts";
import { raise } from "../fault.ts";
import * as at from "../layout.ts";
import { DB, L, LDTR, SS, TR } from "../segments.ts";
import { isCanonical } from "./canonical.ts";
import { codeOf, type Descriptor, plus, toSegment } from "./descriptors.ts";

/** Code that runs in 64-bit mode. */
export const isLongCode = (d: Descriptor): boolean => (d.attributes & L) !== 0;

/** Bytes 8–15 of a system descriptor or gate: bits 63–32 of its address. Its table must reach that far, and its type be 0. */
export function upperHalf(p: Core, d: Descriptor): bigint {
  const end = (d.selector & 0xfff8) + 15;
  const limit = d.selector & 4 ? p.segments.limit(LDTR) : p.view.getUint32(at.GDTR_LIMIT, true);
  if (end > limit) raise(fault.GP, codeOf(d.selector));
  const high = p.memory.load(plus(d.address, 8), 4, "system");
  if (p.memory.load(plus(d.address, 12), 4, "system") & 0x1f00) raise(fault.GP, codeOf(d.selector));
  return BigInt(high) << 32n;
}

/** #GP with the selector where a code segment claims to be of 64 and of 32 bits. */
export function checkCodeSize(d: Descriptor): void {
  if (d.attributes & L && d.attributes & DB) raise(fault.GP, codeOf(d.selector));
}

/** #GP(0) where a transfer's target is not canonical, or beyond the limit of a segment of 16 or 32 bits. */
export function checkTarget(p: Core, d: Descriptor, offset: bigint): void {
  if (isLongCode(d) ? !isCanonical(p, offset) : offset > BigInt(toSegment(d).limit)) raise(fault.GP, 0);
}

/** A null SS at privilege `level`, as a change of privilege makes it. */
export function setNullStackSegment(p: Core, selector: number, level: number): void {
  p.segments.set(SS, { selector, base: 0, limit: 0, attributes: level << 5 });
}

/** RSP for privilege `level`, or, where `ist` is not 0, of the interrupt stack table. #TS beyond the TSS's limit. */
export function longStackOf(p: Core, level: number, ist = 0, external = 0): bigint {
  const offset = ist ? 28 + 8 * ist : 4 + 8 * level;
  if (offset + 7 > p.segments.limit(TR)) raise(fault.TS, codeOf(p.segments.selector(TR)) | external);
  return p.memory.load64(BigInt.asIntN(64, p.segments.base64(TR) + BigInt(offset)), "system");
}
