/**
 * SYSCALL, SYSRET, SYSENTER, SYSEXIT and SWAPGS: calls of the kernel without a look at descriptors; the segments become
 * flat ones of the new privilege.
 *
 * AMD's processors have SYSCALL in every mode and SYSENTER only outside of long mode; Intel's have SYSCALL only in 64-bit
 * mode and SYSENTER in every protected one, and check SYSRET's target before they leave privilege level 0.
 * Source: AMD APM vol. 3, SYSCALL, SYSRET, SYSENTER, SYSEXIT, SWAPGS; Intel SDM vol. 2, the same.
 */
import type { Core } from "../core.ts";
import { DR6_BS } from "../debugregisters.ts";
import * as fault from "../fault.ts";
import { raise } from "../fault.ts";
import * as at from "../layout.ts";
import { EFER_SCE, IF, RF, TF, VM } from "../registers.ts";
import { CS, GS, SS } from "../segments.ts";
import { isCanonical } from "./canonical.ts";
import { isIntel } from "./features.ts";
import { slotOf } from "./msr.ts";
import type { Operation } from "./operation.ts";

const STAR = slotOf("STAR");
const LSTAR = slotOf("LSTAR");
const CSTAR = slotOf("CSTAR");
const SFMASK = slotOf("SFMASK");
const KERNEL_GS_BASE = slotOf("KERNEL_GS_BASE");
const SYSENTER_CS = slotOf("SYSENTER_CS");
const SYSENTER_ESP = slotOf("SYSENTER_ESP");
const SYSENTER_EIP = slotOf("SYSENTER_EIP");

const CODE32 = 0xc09b;
const CODE64 = 0xa09b;
const DATA = 0xc093;

/** CS and SS as flat segments of privilege `level`. */
function setFlat(p: Core, cs: number, ss: number, code: number, level: number): void {
  const flat = { base: 0, limit: 0xffffffff };
  p.segments.set(CS, { ...flat, selector: cs & 0xffff, attributes: code | (level << 5) });
  p.segments.set(SS, { ...flat, selector: ss & 0xffff, attributes: DATA | (level << 5) });
}

function finish(p: Core, rip: bigint): void {
  p.rip = rip;
  p.mustLeave = true;
  p.updateMode();
}

function onlyWithSce(p: Core): void {
  if (!(p.view.getUint32(at.EFER, true) & EFER_SCE)) raise(fault.UD);
  if (isIntel(p) && !p.long) raise(fault.UD);
}

const systemCall: Operation = (p) => {
  onlyWithSce(p);
  const { view } = p;
  const selector = view.getUint16(STAR + 4, true) & 0xfffc;
  if (p.longMode) {
    const target = view.getBigUint64(p.long ? LSTAR : CSTAR, true);
    const { flags } = p;
    p.setRegister64(1, p.rip);
    p.setRegister64(11, BigInt(flags & ~RF));
    p.flags = flags & ~(view.getUint32(SFMASK, true) | RF);
    // A single step that SFMASK ends is not reported in the kernel: kernels mask TF to that end.
    if (!(p.flags & TF)) p.entered = true;
    setFlat(p, selector, selector + 8, CODE64, 0);
    finish(p, target);
    return;
  }
  p.setRegister(1, p.ip);
  p.flags &= ~(VM | IF | RF);
  setFlat(p, selector, selector + 8, CODE32, 0);
  finish(p, BigInt(view.getUint32(STAR, true)));
};

const systemReturn: Operation = (p, d) => {
  onlyWithSce(p);
  if (!p.protectedMode || p.cpl !== 0) raise(fault.GP, 0);
  const base = p.view.getUint16(STAR + 6, true);
  const to64 = d.operandBits === 64;
  const rip = to64 ? p.register64(1) : BigInt(p.register(1));
  if (to64 && isIntel(p) && !isCanonical(p, rip)) raise(fault.GP, 0);
  const stepped = p.flags & TF;
  if (p.longMode) p.flags = p.register(11) & 0x3c7fd7;
  else p.flags |= IF;
  // AMD's processors leave SS's descriptor as it is; a null one is then of no use in compatibility mode, as kernels know.
  setFlat(p, (to64 ? base + 16 : base) | 3, (base + 8) | 3, to64 ? CODE64 : CODE32, 3);
  // TF that comes back is in force at once: the trap comes before the first instruction of the program.
  if (!stepped && p.flags & TF) p.debug.pend(DR6_BS);
  finish(p, rip);
};

/** SYSENTER_CS holds a selector that is not null. */
function entrySelector(p: Core): number {
  const selector = p.view.getUint16(SYSENTER_CS, true) & 0xfffc;
  if (!p.protectedMode || selector === 0) raise(fault.GP, 0);
  return selector;
}

const onlyIntelInLongMode = (p: Core): void => {
  if (p.longMode && !isIntel(p)) raise(fault.UD);
};

const systemEnter: Operation = (p) => {
  onlyIntelInLongMode(p);
  const selector = entrySelector(p);
  const { longMode } = p;
  const read = (slot: number) => (longMode ? p.view.getBigUint64(slot, true) : BigInt(p.view.getUint32(slot, true)));
  p.flags &= ~(VM | IF | RF);
  setFlat(p, selector, selector + 8, longMode ? CODE64 : CODE32, 0);
  p.setRegister64(4, read(SYSENTER_ESP));
  finish(p, read(SYSENTER_EIP));
};

const systemExit: Operation = (p, d) => {
  onlyIntelInLongMode(p);
  if (p.cpl !== 0) raise(fault.GP, 0);
  const selector = entrySelector(p);
  const to64 = d.operandBits === 64;
  const rip = to64 ? p.register64(2) : BigInt(p.register(2));
  const rsp = to64 ? p.register64(1) : BigInt(p.register(1));
  if (to64 && (!isCanonical(p, rip) || !isCanonical(p, rsp))) raise(fault.GP, 0);
  const offset = to64 ? 32 : 16;
  setFlat(p, (selector + offset) | 3, (selector + offset + 8) | 3, to64 ? CODE64 : CODE32, 3);
  p.setRegister64(4, rsp);
  finish(p, rip);
};

const swapGs: Operation = (p) => {
  if (p.cpl !== 0) raise(fault.GP, 0);
  const base = p.segments.base64(GS);
  p.segments.setBase64(GS, p.view.getBigUint64(KERNEL_GS_BASE, true));
  p.view.setBigUint64(KERNEL_GS_BASE, base, true);
};

export const SYSCALL_OPERATIONS: Readonly<Record<string, Operation>> = {
  SYSCALL: systemCall,
  SYSRET: systemReturn,
  SYSRETQ: systemReturn,
  SYSENTER: systemEnter,
  SYSEXIT: systemExit,
  SYSEXITQ: systemExit,
  SWAPGS: swapGs,
};
