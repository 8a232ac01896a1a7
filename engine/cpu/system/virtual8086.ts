/**
 * Virtual-8086 mode: a real-mode program as a task of protected mode, at privilege level 3, with segments by selector
 * times 16. Here: what guards the interrupt flag (IOPL, VME, PVI), INT n's redirection, and the way in by IRET; the way
 * out is any exception or interrupt (interrupts.ts), or a task switch (task.ts).
 * Source: AMD APM vol. 2, 8.10 "Virtual Interrupts" and 12.5; Intel SDM vol. 3B, chapter 21 "8086 Emulation".
 */

import type { Core } from "../core.ts";
import * as fault from "../fault.ts";
import { raise } from "../fault.ts";
import { CR4_PVI, CR4_VME, IF, IOPL, RF, TF, VIF, VIP, VM } from "../registers.ts";
import { CS, DS, ES, FS, GS, SS, TR } from "../segments.ts";
import { Stack } from "./stack.ts";

/** Attributes of every segment of virtual-8086 mode: present, DPL 3, writable data, accessed. */
const VIRTUAL_SEGMENT = 0xf3;

export const ioplOf = (flags: number): number => (flags & IOPL) >> 12;

/** Virtual-8086 mode without the right to touch IF: what would is emulated with VIF, or refused. */
export const lacksInterruptRight = (p: Core): boolean => p.virtual8086 && ioplOf(p.flags) < 3;

/** The flag that CLI and STI change from here: IF, or VIF that stands in for it; #GP(0) where neither may be. */
export function interruptFlag(p: Core): typeof IF | typeof VIF {
  if (!p.protectedMode || p.cpl <= ioplOf(p.flags)) return IF;
  const extended = p.virtual8086 ? CR4_VME : p.cpl === 3 ? CR4_PVI : 0;
  return p.control(4) & extended ? VIF : raise(fault.GP, 0);
}

/** #GP(0) where PUSHF, POPF or IRET may not touch IF, unless VME lets one of 16 bits work on VIF. */
export function requireFlagsRight(p: Core, size: number): void {
  if (lacksInterruptRight(p) && (size !== 2 || !(p.control(4) & CR4_VME))) raise(fault.GP, 0);
}

/** The flags that PUSHF and INT n push: without the right to touch IF, VIF is shown as IF, and IOPL as 3. */
export function shownFlags(p: Core): number {
  const flags = p.flags & ~(VM | RF);
  return lacksInterruptRight(p) ? (flags & ~IF) | IOPL | (flags & VIF ? IF : 0) : flags;
}

/** The same for PUSHF, refused where the program may not see it. */
export function pushedFlags(p: Core, size: 2 | 4): number {
  requireFlagsRight(p, size);
  return shownFlags(p);
}

/** POPF and IRET of 16 bits by VME: VIF is what IF would be; #GP(0) where the monitor wants to know. */
export function setFlagsVirtually(p: Core, value: number): void {
  const old = p.flags;
  if (value & TF || (value & IF && old & VIP)) raise(fault.GP, 0);
  const changeable = 0x7fd5 & ~(IF | IOPL);
  p.flags = (old & ~(changeable | VIF | RF)) | (value & changeable) | (value & IF ? VIF : 0);
}

/**
 * INT n of virtual-8086 mode. With VME, a clear bit of the TSS's redirection map (32 bytes below the map of ports) sends
 * it to the program's own vector table; without, IOPL decides. Whether it was dealt with here.
 */
export function redirectInterrupt(p: Core, vector: number): boolean {
  const right = !lacksInterruptRight(p);
  if (p.control(4) & CR4_VME && isRedirected(p, vector)) {
    const offset = p.memory.load(vector * 4, 2);
    const selector = p.memory.load(vector * 4 + 2, 2);
    const stack = new Stack(p);
    stack.probe(6, 2);
    stack.push(shownFlags(p), 2);
    stack.push(p.segments.selector(CS), 2);
    stack.push(p.ip, 2);
    stack.commit();
    p.flags &= ~(TF | RF | (right ? IF : VIF));
    p.segments.setReal(CS, selector, VIRTUAL_SEGMENT);
    p.ip = offset;
    p.mustLeave = true;
    p.updateMode();
    return true;
  }
  if (!right) raise(fault.GP, 0);
  return false;
}

function isRedirected(p: Core, vector: number): boolean {
  const tr = p.segments.get(TR);
  // Only a 32-bit TSS has the map; one that lies beyond the limit faults.
  if (!(tr.attributes & 8)) return false;
  if (tr.limit < 103) raise(fault.GP, 0);
  const at = p.memory.load((tr.base + 102) >>> 0, 2, "system") - 32 + (vector >> 3);
  if (at < 0 || at > tr.limit) raise(fault.GP, 0);
  return ((p.memory.load((tr.base + at) >>> 0, 1, "system") >> (vector & 7)) & 1) === 0;
}

/** Loads a segment register as this mode has it. */
export function setVirtualSegment(p: Core, n: number, selector: number): void {
  p.segments.set(n, { selector, base: selector << 4, limit: 0xffff, attributes: VIRTUAL_SEGMENT });
}

/** IRETD at privilege level 0 whose image of the flags has VM set; `stack` stands behind that image. */
export function returnToVirtual8086(p: Core, stack: Stack, ip: number, cs: number, flags: number): void {
  const esp = stack.pop(4);
  const selectors = [SS, ES, DS, FS, GS].map((n) => [n, stack.pop(4) & 0xffff] as const);
  if (ip > 0xffff) raise(fault.GP, 0);
  p.flags = flags;
  setVirtualSegment(p, CS, cs);
  for (const [n, selector] of selectors) setVirtualSegment(p, n, selector);
  p.setRegister(4, esp);
  p.ip = ip;
}

/** The data segments as a handler finds them that was entered from virtual-8086 mode: null; the old ones are on its stack. */
export function dropVirtualSegments(p: Core): void {
  for (const n of [ES, DS, FS, GS]) p.segments.set(n, { selector: 0, base: 0, limit: 0, attributes: 0 });
}
