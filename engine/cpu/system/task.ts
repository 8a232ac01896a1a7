/**
 * Hardware task switching: the processor's registers go into one task-state segment and come out of another, by JMP,
 * CALL, an interrupt or exception through a task gate, or IRET with NT set.
 *
 *              busy bit of the old TSS   of the new TSS   NT in the old image   NT in the new   back link in the new
 *     JMP      cleared                   set              –                     –               –
 *     CALL     stays                     set              –                     set             old selector
 *     INT      stays                     set              –                     set             old selector
 *     IRET     cleared                   stays            cleared               –               –
 *
 * Until the registers are loaded a fault belongs to the old task; from there on, while selectors become segments, to the
 * new one. Source: Intel SDM vol. 3A, 8.3 "Task Switching", table 8-1; AMD APM vol. 2, 12.3 "Hardware Task-Management".
 */

import type { Core } from "../core.ts";
import * as fault from "../fault.ts";
import { GuestFault, raise } from "../fault.ts";
import * as at from "../layout.ts";
import { CR0_PG, CR0_TS, NT, RF, VM } from "../registers.ts";
import { CONFORMING, CS, DS, ES, FS, GS, LDTR, READABLE, SS, TR } from "../segments.ts";
import { writeControlRegister } from "./controlregisters.ts";
import {
  checkStackSegment,
  codeOf,
  type Descriptor,
  dplOf,
  findDescriptor,
  isCode,
  isNull,
  isPresent,
  isSegment,
  markAccessed,
  plus,
  SYSTEM_LDT,
  SYSTEM_TASK,
  SYSTEM_TSS16,
  SYSTEM_TSS16_BUSY,
  SYSTEM_TSS32,
  SYSTEM_TSS32_BUSY,
  setBusy,
  setCodeSegment,
  toSegment,
  typeOf,
} from "./descriptors.ts";
import { Stack } from "./stack.ts";
import { setVirtualSegment } from "./virtual8086.ts";

export type Cause = "JMP" | "CALL" | "INT" | "IRET";

/** An interrupt or exception that comes by a task gate. */
export interface Arrival {
  /** 1 where it is not INT n: the EXT bit of error codes. */
  readonly external: number;
  /** Pushed onto the new task's stack. */
  readonly errorCode?: number | undefined;
  /** The old task's image of the flags gets RF: it was a fault, or came amid a repeated instruction. */
  readonly resumes?: boolean;
}

/** Where fields are in a TSS. The registers stand in their order of numbers, the segments ES, CS, SS, DS, FS, GS. */
interface Layout {
  readonly bytes: number;
  readonly size: 2 | 4;
  readonly ip: number;
  readonly flags: number;
  readonly registers: number;
  readonly segments: number;
  readonly segmentCount: number;
  readonly ldt: number;
}

const TSS16: Layout = { bytes: 44, size: 2, ip: 14, flags: 16, registers: 18, segments: 34, segmentCount: 4, ldt: 42 };
const TSS32: Layout = { bytes: 104, size: 4, ip: 32, flags: 36, registers: 40, segments: 72, segmentCount: 6, ldt: 96 };
const CR3_FIELD = 28;
const TRAP_FIELD = 100;
/** DR6.BT. */
const TASK_TRAP = 0x8000;
/** DR7.L0–L3: breakpoints of one task. */
const LOCAL_BREAKPOINTS = 0x55;

const layoutOf = (type: number): Layout => (type & 8 ? TSS32 : TSS16);
const isAvailable = (d: Descriptor) => !isSegment(d) && (typeOf(d) === SYSTEM_TSS16 || typeOf(d) === SYSTEM_TSS32);
const isBusy = (d: Descriptor) => !isSegment(d) && (typeOf(d) === SYSTEM_TSS16_BUSY || typeOf(d) === SYSTEM_TSS32_BUSY);

/** Whether a JMP or CALL to this descriptor is a task switch, or would be. */
export function leadsToTask(d: Descriptor): boolean {
  return isAvailable(d) || isBusy(d) || (!isSegment(d) && typeOf(d) === SYSTEM_TASK);
}

/** JMP or CALL to a TSS or task gate. */
export function transferToTask(p: Core, d: Descriptor, cause: "JMP" | "CALL"): void {
  const { selector } = d;
  if (dplOf(d) < p.cpl || dplOf(d) < (selector & 3)) raise(fault.GP, codeOf(selector));
  if (typeOf(d) === SYSTEM_TASK) {
    if (!isPresent(d)) raise(fault.NP, codeOf(selector));
    switchThroughGate(p, d.low >>> 16, cause);
    return;
  }
  if (selector & 4 || !isAvailable(d)) raise(fault.GP, codeOf(selector));
  if (!isPresent(d)) raise(fault.NP, codeOf(selector));
  switchTask(p, d, cause);
}

/** To the TSS that a task gate names; the gate itself has been checked. */
export function switchThroughGate(p: Core, selector: number, cause: Cause, arrival: Arrival = { external: 0 }): void {
  const code = codeOf(selector) | arrival.external;
  if (selector & 4) raise(fault.GP, code);
  const d = findDescriptor(p, selector) ?? raise(fault.GP, code);
  if (!isAvailable(d)) raise(fault.GP, code);
  if (!isPresent(d)) raise(fault.NP, code);
  switchTask(p, d, cause, arrival);
}

/** IRET with NT: back to the task whose selector is in the current TSS. */
export function returnToTask(p: Core): void {
  const selector = p.memory.load(p.segments.base(TR), 2, "system");
  const code = codeOf(selector);
  if (selector & 4) raise(fault.TS, code);
  const d = findDescriptor(p, selector) ?? raise(fault.TS, code);
  if (!isBusy(d)) raise(fault.TS, code);
  if (!isPresent(d)) raise(fault.NP, code);
  switchTask(p, d, "IRET");
}

function switchTask(p: Core, d: Descriptor, cause: Cause, arrival: Arrival = { external: 0 }): void {
  const layout = layoutOf(typeOf(d));
  const next = toSegment(d);
  const { external } = arrival;
  if (next.limit < layout.bytes - 1) raise(fault.TS, codeOf(d.selector) | external);
  const old = p.segments.get(TR);
  // Every page that is touched is looked for first: from the first store on nothing of this may fault.
  const oldLayout = layoutOf(old.attributes);
  p.memory.probeWrite((old.base + oldLayout.ip) >>> 0, oldLayout.bytes - oldLayout.ip, "system");
  p.memory.load(next.base, 1, "system");
  p.memory.load((next.base + layout.bytes - 1) >>> 0, 1, "system");
  const nests = cause === "CALL" || cause === "INT";
  if (nests) p.memory.probeWrite(next.base, 2, "system");
  const oldDescriptor = (p.view.getUint32(at.GDTR_BASE, true) + (old.selector & 0xfff8)) >>> 0;
  p.memory.probeWrite((oldDescriptor + 5) >>> 0, 1, "system");
  p.memory.probeWrite(plus(d.address, 5), 1, "system");

  let flags = p.flags;
  if (cause === "IRET") flags &= ~NT;
  if (arrival.resumes) flags |= RF;
  if (!nests) p.memory.store((oldDescriptor + 5) >>> 0, old.attributes & 0xfd, 1, "system");
  save(p, old.base, oldLayout, flags);
  if (nests) p.memory.store(next.base, old.selector, 2, "system");
  if (cause !== "IRET") setBusy(p, d);
  const image = readImage(p, next.base, layout);
  p.setControl(0, (p.control(0) | CR0_TS) >>> 0);
  p.segments.set(TR, { ...next, selector: d.selector, attributes: next.attributes | 2 });
  const dr7 = p.view.getUint32(at.DR + 7 * 8, true) & ~LOCAL_BREAKPOINTS;
  p.view.setUint32(at.DR + 7 * 8, dr7, true);
  p.mustLeave = true;
  p.entered = true;
  try {
    load(p, image, nests, external);
    if (arrival.errorCode !== undefined) {
      const stack = new Stack(p, undefined, p.register(4), external);
      stack.push(arrival.errorCode, layout.size);
      stack.commit();
    }
    if (image.ip > p.segments.limit(CS)) raise(fault.GP, external);
    if (image.trap) p.debug.pend(TASK_TRAP);
  } catch (e) {
    // The fault is the new task's, before its first instruction.
    if (e instanceof GuestFault) e.isCommitted = true;
    throw e;
  } finally {
    p.debug.update();
    p.updateMode();
  }
}

function save(p: Core, base: number, layout: Layout, flags: number): void {
  const { size } = layout;
  const put = (offset: number, value: number, bytes: 2 | 4) =>
    p.memory.store((base + offset) >>> 0, bytes === 2 ? value & 0xffff : value >>> 0, bytes, "system");
  put(layout.ip, p.ip, size);
  put(layout.flags, flags, size);
  for (let n = 0; n < 8; n++) put(layout.registers + n * size, p.register(n), size);
  for (let n = 0; n < layout.segmentCount; n++) put(layout.segments + n * size, p.segments.selector(n), 2);
}

/** A task's registers as its TSS has them. */
interface Image {
  readonly size: 2 | 4;
  readonly ip: number;
  readonly flags: number;
  readonly registers: readonly number[];
  readonly selectors: readonly number[];
  readonly ldt: number;
  readonly cr3: number | undefined;
  readonly trap: boolean;
}

function readImage(p: Core, base: number, layout: Layout): Image {
  const { size } = layout;
  const get = (offset: number, bytes: 2 | 4) => p.memory.load((base + offset) >>> 0, bytes, "system");
  const wide = size === 4;
  return {
    size,
    ip: get(layout.ip, size),
    flags: get(layout.flags, size),
    registers: Array.from({ length: 8 }, (_, n) => get(layout.registers + n * size, size)),
    selectors: Array.from({ length: 6 }, (_, n) => (n < layout.segmentCount ? get(layout.segments + n * size, 2) : 0)),
    ldt: get(layout.ldt, 2),
    cr3: wide && p.control(0) & CR0_PG ? get(CR3_FIELD, 4) : undefined,
    trap: wide && (get(TRAP_FIELD, 2) & 1) !== 0,
  };
}

/** Makes an image the processor's registers; a fault is the new task's. */
function load(p: Core, image: Image, nests: boolean, external: number): void {
  const { selectors } = image;
  const level = (selectors[CS] as number) & 3;
  const isVirtual = (image.flags & VM) !== 0;
  // All selectors at once, their descriptors not yet there; the level is the new task's from here on.
  for (const n of [ES, CS, SS, DS, FS, GS]) {
    const attributes = n === SS ? level << 5 : 0;
    p.segments.set(n, { selector: selectors[n] as number, base: 0, limit: 0, attributes });
  }
  p.segments.set(LDTR, { selector: image.ldt, base: 0, limit: 0, attributes: 0 });
  p.ip = image.ip;
  p.flags = image.flags | (nests ? NT : 0);
  // A 16-bit TSS leaves the upper halves of the general registers alone.
  for (let n = 0; n < 8; n++) p.setRegister(n, image.registers[n] as number, image.size * 8);
  if (isVirtual) for (const n of [ES, CS, SS, DS, FS, GS]) setVirtualSegment(p, n, selectors[n] as number);
  if (image.cr3 !== undefined) writeControlRegister(p, 3, image.cr3, 0);

  loadLdt(p, image.ldt, external);
  if (isVirtual) return;
  loadCode(p, selectors[CS] as number, level, external);
  const stack = checkStackSegment(p, selectors[SS] as number, level, fault.TS, external);
  p.segments.set(SS, toSegment(markAccessed(p, stack)));
  for (const n of [ES, DS, FS, GS]) loadData(p, n, selectors[n] as number, level, external);
}

function loadLdt(p: Core, selector: number, external: number): void {
  if (isNull(selector)) return;
  const code = codeOf(selector) | external;
  if (selector & 4) raise(fault.TS, code);
  const d = findDescriptor(p, selector) ?? raise(fault.TS, code);
  if (isSegment(d) || typeOf(d) !== SYSTEM_LDT || !isPresent(d)) raise(fault.TS, code);
  p.segments.set(LDTR, toSegment(d));
}

function loadCode(p: Core, selector: number, level: number, external: number): void {
  const code = codeOf(selector) | external;
  const d = (isNull(selector) ? undefined : findDescriptor(p, selector)) ?? raise(fault.TS, code);
  if (!isCode(d)) raise(fault.TS, code);
  if (d.attributes & CONFORMING ? dplOf(d) > level : dplOf(d) !== level) raise(fault.TS, code);
  if (!isPresent(d)) raise(fault.NP, code);
  setCodeSegment(p, d, level);
}

function loadData(p: Core, n: number, selector: number, level: number, external: number): void {
  if (isNull(selector)) return;
  const code = codeOf(selector) | external;
  const d = findDescriptor(p, selector) ?? raise(fault.TS, code);
  if (!isSegment(d) || (isCode(d) && !(d.attributes & READABLE))) raise(fault.TS, code);
  const conforming = isCode(d) && (d.attributes & CONFORMING) !== 0;
  if (!conforming && (dplOf(d) < level || dplOf(d) < (selector & 3))) raise(fault.TS, code);
  if (!isPresent(d)) raise(fault.NP, code);
  p.segments.set(n, toSegment(markAccessed(p, d)));
}
