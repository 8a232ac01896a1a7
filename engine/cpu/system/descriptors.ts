/**
 * Descriptors: reading them from the GDT and LDT, and loading segment registers from them.
 * Source: AMD APM vol. 2, 4.7 "Legacy Segment Descriptors", 4.11 "Segment-Protection Checks"; Intel SDM vol. 2, MOV.
 */

import type { Core } from "../core.ts";
import * as fault from "../fault.ts";
import { raise } from "../fault.ts";
import * as at from "../layout.ts";
import { SHADOW_SS } from "../registers.ts";
import { rememberSegment } from "../segmentcache.ts";
import {
  ACCESSED,
  CODE,
  CONFORMING,
  CS,
  DPL,
  G,
  LDTR,
  P,
  READABLE,
  S,
  type Segment,
  SS,
  TYPE,
  WRITABLE,
} from "../segments.ts";
import type { LinearAddress } from "../translation.ts";

/** A descriptor as it lies in a table. */
export interface Descriptor {
  readonly selector: number;
  /** Linear address of its eight bytes: a BigInt in long mode. */
  readonly address: LinearAddress;
  readonly low: number;
  readonly high: number;
  /** Bits 8–23 of the second word, shifted right by 8. */
  readonly attributes: number;
}

export const SYSTEM_LDT = 0x2;
export const SYSTEM_TSS16 = 0x1;
export const SYSTEM_TSS16_BUSY = 0x3;
export const SYSTEM_CALL16 = 0x4;
export const SYSTEM_TASK = 0x5;
export const SYSTEM_INTERRUPT16 = 0x6;
export const SYSTEM_TRAP16 = 0x7;
export const SYSTEM_TSS32 = 0x9;
export const SYSTEM_TSS32_BUSY = 0xb;
export const SYSTEM_CALL32 = 0xc;
export const SYSTEM_INTERRUPT32 = 0xe;
export const SYSTEM_TRAP32 = 0xf;

export const isNull = (selector: number): boolean => (selector & 0xfffc) === 0;
/** A selector as an error code: without its RPL. */
export const codeOf = (selector: number): number => selector & 0xfffc;

export const typeOf = (d: Descriptor): number => d.attributes & TYPE;
export const isSegment = (d: Descriptor): boolean => (d.attributes & S) !== 0;
export const isCode = (d: Descriptor): boolean => isSegment(d) && (d.attributes & CODE) !== 0;
export const isPresent = (d: Descriptor): boolean => (d.attributes & P) !== 0;
export const dplOf = (d: Descriptor): number => (d.attributes & DPL) >> 5;

/** The descriptor of a selector, or undefined where it lies beyond its table's limit. */
export function findDescriptor(p: Core, selector: number): Descriptor | undefined {
  const offset = selector & 0xfff8;
  const local = (selector & 4) !== 0;
  if (local && !(p.segments.attributes(LDTR) & P)) return undefined;
  if (offset + 7 > (local ? p.segments.limit(LDTR) : p.view.getUint32(at.GDTR_LIMIT, true))) return undefined;
  const address = p.longMode
    ? plus(local ? p.segments.base64(LDTR) : p.view.getBigUint64(at.GDTR_BASE, true), offset)
    : plus(local ? p.segments.base(LDTR) : p.view.getUint32(at.GDTR_BASE, true), offset);
  const low = p.memory.load(address, 4, "system");
  const high = p.memory.load(plus(address, 4), 4, "system");
  return { selector, address, low, high, attributes: (high >>> 8) & 0xf0ff };
}

/** `delta` bytes behind a linear address of a table, coming round at its width. */
export function plus(address: LinearAddress, delta: number): LinearAddress {
  return typeof address === "bigint" ? BigInt.asIntN(64, address + BigInt(delta)) : (address + delta) >>> 0;
}

/** The same, or exception `vector` with the selector as its error code. */
export function readDescriptor(p: Core, selector: number, vector: number = fault.GP): Descriptor {
  return findDescriptor(p, selector) ?? raise(vector, codeOf(selector));
}

export function toSegment(d: Descriptor, selector = d.selector): Segment {
  const base = ((d.low >>> 16) | ((d.high & 0xff) << 16) | (d.high & 0xff000000)) >>> 0;
  let limit = (d.low & 0xffff) | (d.high & 0xf0000);
  if (d.attributes & G) limit = ((limit << 12) | 0xfff) >>> 0;
  return { selector, base, limit, attributes: d.attributes };
}

/** Sets the accessed bit, in the table where it is not set yet, and gives the descriptor with it. */
export function markAccessed(p: Core, d: Descriptor): Descriptor {
  if (d.attributes & ACCESSED) return d;
  p.memory.store(plus(d.address, 5), (d.attributes | ACCESSED) & 0xff, 1, "system");
  return { ...d, attributes: d.attributes | ACCESSED };
}

export function setBusy(p: Core, d: Descriptor): void {
  p.memory.store(plus(d.address, 5), (d.attributes | 2) & 0xff, 1, "system");
}

/** Loads ES, SS, DS, FS or GS (or, in real mode, CS) by selector, with all checks. */
export function loadSegment(p: Core, n: number, selector: number): void {
  if (!p.protectedMode || p.virtual8086) {
    // The limit stays: "unreal mode" keeps what protected mode left (AMD APM vol. 2, 4.4 and 14.1.4).
    p.segments.setReal(n, selector, p.virtual8086 ? 0xf3 : (p.segments.attributes(n) & 0xf000) | 0x93);
  } else if (n === SS && p.long && isNull(selector) && p.cpl < 3 && (selector & 3) === p.cpl) {
    // In 64-bit mode there need not be a stack segment, but at privilege level 3 (Intel SDM vol. 2, MOV).
    p.segments.set(SS, { selector, base: 0, limit: 0, attributes: p.cpl << 5 });
  } else if (n === SS) loadStackSegment(p, selector, p.cpl, fault.GP);
  else loadDataSegment(p, n, selector);
  p.updateMode();
}

/**
 * The same for MOV and POP, whose load of SS holds interrupts and traps back until behind the next instruction; LSS does
 * not (Intel SDM vol. 3A, 6.8.3).
 */
export function moveToSegment(p: Core, n: number, selector: number): void {
  loadSegment(p, n, selector);
  if (n !== SS) return;
  p.view.setUint32(at.SHADOW, p.view.getUint32(at.SHADOW, true) | SHADOW_SS, true);
  p.mustLeave = true;
}

function loadDataSegment(p: Core, n: number, selector: number): void {
  if (isNull(selector)) {
    p.segments.set(n, { selector, base: 0, limit: 0, attributes: 0 });
    return;
  }
  const d = readDescriptor(p, selector);
  const usable = isSegment(d) && (!isCode(d) || (d.attributes & READABLE) !== 0);
  if (!usable) raise(fault.GP, codeOf(selector));
  const conforming = isCode(d) && (d.attributes & CONFORMING) !== 0;
  if (!conforming && (dplOf(d) < p.cpl || dplOf(d) < (selector & 3))) raise(fault.GP, codeOf(selector));
  if (!isPresent(d)) raise(fault.NP, codeOf(selector));
  p.segments.set(n, toSegment(markAccessed(p, d)));
  rememberSegment(p, n, selector, d.address);
}

/**
 * Checks a stack selector for privilege `level` and gives its segment. `vector`: #GP, or #TS where it is from a TSS;
 * `external`: 1 where an exception or interrupt is being delivered (Intel SDM vol. 3A, 6.13).
 */
export function checkStackSegment(p: Core, selector: number, level: number, vector: number, external = 0): Descriptor {
  if (isNull(selector)) raise(vector, external);
  const code = codeOf(selector) | external;
  const d = findDescriptor(p, selector) ?? raise(vector, code);
  const writableData = isSegment(d) && !isCode(d) && (d.attributes & WRITABLE) !== 0;
  if ((selector & 3) !== level || !writableData || dplOf(d) !== level) raise(vector, code);
  if (!isPresent(d)) raise(fault.SS, code);
  return d;
}

export function loadStackSegment(p: Core, selector: number, level: number, vector: number): void {
  p.segments.set(SS, toSegment(markAccessed(p, checkStackSegment(p, selector, level, vector))));
}

/** Makes CS what a checked code descriptor says, at privilege `level`. */
export function setCodeSegment(p: Core, d: Descriptor, level: number): void {
  p.segments.set(CS, toSegment(markAccessed(p, d), (d.selector & 0xfffc) | level));
}

/** CS in real mode: the base is the selector times 16. */
export function setRealCodeSegment(p: Core, selector: number): void {
  p.segments.setReal(CS, selector, p.virtual8086 ? 0xf3 : 0x93);
}
