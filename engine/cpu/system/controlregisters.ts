/**
 * CR0, CR3, CR4, CR8 and EFER: what a write must not ask for, and what it changes.
 *
 *     CR0.PE   CR0.PG   EFER.LME   CR4.PAE
 *       0        0         –          –       real mode
 *       1        0         –          –       protected mode, no paging
 *       1        1         0          –       protected mode; LMA = 0
 *       1        1         1          1       long mode: LMA = 1; 64-bit where CS.L is set, else compatibility mode
 *
 * Long mode is entered and left by CR0.PG alone; every other way, and a change of LME or PAE under way, is #GP(0).
 * Source: AMD APM vol. 2, 3.1 "System-Control Registers", 14.6 "Enabling and Activating Long Mode"; Intel SDM vol. 2,
 * MOV (control registers); vol. 3A, 10.8.5.
 */
import type { Core } from "../core.ts";
import * as fault from "../fault.ts";
import { GuestFault, raise } from "../fault.ts";
import * as at from "../layout.ts";
import {
  CR0_CD,
  CR0_ET,
  CR0_NW,
  CR0_PE,
  CR0_PG,
  CR0_WP,
  CR4_DE,
  CR4_FSGSBASE,
  CR4_LA57,
  CR4_MCE,
  CR4_OSFXSR,
  CR4_OSXMMEXCPT,
  CR4_OSXSAVE,
  CR4_PAE,
  CR4_PCE,
  CR4_PCIDE,
  CR4_PGE,
  CR4_PKE,
  CR4_PSE,
  CR4_PVI,
  CR4_SMAP,
  CR4_SMEP,
  CR4_TSD,
  CR4_UMIP,
  CR4_VME,
  EFER_LMA,
  EFER_LME,
  EFER_NXE,
  EFER_SCE,
} from "../registers.ts";
import { CS, L, TR, TYPE } from "../segments.ts";
import { has, physicalBits } from "./features.ts";

const CR0_WRITABLE = 0xe005003f;
const EFER_FFXSR = 0x4000;

/** After a write: what is derived from the registers, and the TLBs' entries that it drops. */
function afterWrite(p: Core, dropped?: "all" | "not global" | "context"): void {
  p.memory.paging.update();
  if (dropped) p.memory.flush(dropped, p.memory.paging.pcid);
  else p.mappingChanged();
  p.updateMode();
}

/** The value that MOV from a control register reads. */
export function readControlRegister(p: Core, n: number): bigint {
  switch (n) {
    case 0:
      return p.view.getBigUint64(at.CR0, true);
    case 2:
      return p.view.getBigUint64(at.CR2, true);
    case 3:
      return p.view.getBigUint64(at.CR3, true);
    case 4:
      return p.view.getBigUint64(at.CR4, true);
    case 8:
      return BigInt(p.surroundings.taskPriority?.() ?? 0);
    default:
      return raise(fault.UD);
  }
}

/** MOV to a control register of a value's two words (unsigned); #GP(0) where it is refused. */
export function writeControlRegister(p: Core, n: number, low: number, high: number): void {
  switch (n) {
    case 0:
      writeCr0(p, low, high);
      return;
    case 2:
      p.view.setUint32(at.CR2, low, true);
      p.view.setUint32(at.CR2 + 4, high, true);
      return;
    case 3:
      writeCr3(p, low, high);
      return;
    case 4:
      writeCr4(p, low, high);
      return;
    case 8:
      if (low > 15 || high !== 0) raise(fault.GP, 0);
      p.surroundings.setTaskPriority?.(low);
      p.mustLeave = true;
      return;
    default:
      raise(fault.UD);
  }
}

function writeCr0(p: Core, asked: number, high: number): void {
  // Bits 63–32 must be zero, reserved ones below are ignored.
  if (high !== 0) raise(fault.GP, 0);
  if (asked & CR0_PG && !(asked & CR0_PE)) raise(fault.GP, 0);
  if (asked & CR0_NW && !(asked & CR0_CD)) raise(fault.GP, 0);
  const old = p.control(0);
  const next = ((asked & CR0_WRITABLE) | CR0_ET) >>> 0;
  const changed = old ^ next;
  const cr4 = p.control(4);
  const enabling = p.view.getUint32(at.EFER, true) & EFER_LME;
  if (changed & CR0_PG) {
    if (next & CR0_PG) {
      if (enabling) checkActivation(p, cr4);
    } else if (p.code64 || cr4 & CR4_PCIDE) raise(fault.GP, 0);
  }
  if (changed & (CR0_PG | CR0_CD | CR0_NW) && next & CR0_PG && cr4 & CR4_PAE && !enabling) loadPdptes(p);
  p.setControl(0, next);
  if (changed & CR0_PG) {
    const efer = p.view.getUint32(at.EFER, true) & ~EFER_LMA;
    p.view.setUint32(at.EFER, efer | (next & CR0_PG && enabling ? EFER_LMA : 0), true);
  }
  if (changed & (CR0_PG | CR0_WP)) {
    afterWrite(p, changed & CR0_PG ? "all" : undefined);
  } else {
    // The others leave what linear addresses mean as it is: firmware goes to protected mode and back all the time.
    p.mustLeave = true;
    p.updateMode();
  }
}

/** Long mode needs PAE, a code segment that is not one of 64 bits yet, and no 16-bit TSS (Intel SDM vol. 2, MOV CRn). */
function checkActivation(p: Core, cr4: number): void {
  const task = p.segments.attributes(TR) & TYPE;
  if (!(cr4 & CR4_PAE) || p.segments.attributes(CS) & L || task === 1 || task === 3) raise(fault.GP, 0);
}

/** Bit 63. */
const NO_FLUSH = 0x80000000;

function writeCr3(p: Core, low: number, asked: number): void {
  const contexts = p.control(4) & CR4_PCIDE;
  // With PCIDs, which there are in long mode alone, bit 63 asks to keep what the TLB has, and is not stored.
  const high = contexts ? asked & ~NO_FLUSH : asked;
  if (p.longMode) {
    if (high >>> (physicalBits(p) - 32)) raise(fault.GP, 0);
  } else if (p.control(0) & CR0_PG && p.control(4) & CR4_PAE) loadPdptes(p, low);
  p.view.setUint32(at.CR3, low, true);
  p.view.setUint32(at.CR3 + 4, high, true);
  afterWrite(p, !contexts ? "not global" : asked & NO_FLUSH ? undefined : "context");
}

/** Bits of CR4, and the feature that each comes with. */
const CR4_BITS: readonly (readonly [number, Parameters<typeof has>[1]])[] = [
  [CR4_VME, "VME"],
  [CR4_PVI, "VME"],
  [CR4_TSD, "TSC"],
  [CR4_DE, "DE"],
  [CR4_PSE, "PSE"],
  [CR4_PAE, "PAE"],
  [CR4_MCE, "MCE"],
  [CR4_PGE, "PGE"],
  [CR4_PCE, "P6"],
  [CR4_OSFXSR, "FXSR"],
  [CR4_OSXMMEXCPT, "SSE"],
  [CR4_UMIP, "UMIP"],
  [CR4_LA57, "LA57"],
  [CR4_FSGSBASE, "FSGSBASE"],
  [CR4_PCIDE, "PCID"],
  [CR4_OSXSAVE, "XSAVE"],
  [CR4_SMEP, "SMEP"],
  [CR4_SMAP, "SMAP"],
  [CR4_PKE, "PKU"],
];

/** The bits of CR4 that this processor has. */
const cr4Of = (p: Core): number => CR4_BITS.reduce((bits, [bit, feature]) => (has(p, feature) ? bits | bit : bits), 0);

function writeCr4(p: Core, next: number, high: number): void {
  if (high !== 0 || next & ~cr4Of(p)) raise(fault.GP, 0);
  const changed = p.control(4) ^ next;
  if (p.longMode && (changed & CR4_LA57 || !(next & CR4_PAE))) raise(fault.GP, 0);
  if (changed & next & CR4_PCIDE && (!p.longMode || p.control(3) & 0xfff)) raise(fault.GP, 0);
  const reloads = changed & (CR4_PAE | CR4_PSE | CR4_PGE | CR4_SMEP);
  if (reloads && next & CR4_PAE && p.control(0) & CR0_PG && !p.longMode) loadPdptes(p);
  p.setControl(4, next);
  // Source: Intel SDM vol. 3A, 4.10.4.1.
  const flushing = changed & (CR4_PAE | CR4_PSE | CR4_PGE | CR4_LA57) || changed & ~next & CR4_PCIDE;
  afterWrite(p, flushing ? "all" : changed & next & CR4_SMEP ? "context" : undefined);
}

/** Bits 1, 2, 5–8 and the highest of a PDPTE are reserved. */
const PDPTE_RESERVED = 0x1e6;

/** Reads the four page-directory-pointer entries of PAE paging; #GP(0) where one that is present has a reserved bit. */
function loadPdptes(p: Core, cr3 = p.control(3)): void {
  const table = (cr3 & ~31) >>> 0;
  const entries: [number, number][] = [];
  for (let i = 0; i < 4; i++) {
    const low = p.map.read(table + 8 * i, 4);
    const high = p.map.read(table + 8 * i + 4, 4);
    if (low & 1 && (low & PDPTE_RESERVED || high >>> (physicalBits(p) - 32))) raise(fault.GP, 0);
    entries.push([low, high]);
  }
  for (const [i, [low, high]] of entries.entries()) {
    p.view.setUint32(at.PDPTES + 8 * i, low, true);
    p.view.setUint32(at.PDPTES + 8 * i + 4, high, true);
  }
}

/** The bits of EFER that software may set on this processor. */
const eferOf = (p: Core): number =>
  (has(p, "SYSCALL") ? EFER_SCE : 0) |
  (has(p, "LM") ? EFER_LME : 0) |
  (has(p, "NX") ? EFER_NXE : 0) |
  (has(p, "FFXSR") ? EFER_FFXSR : 0);

/** What of CR0, CR4 and EFER this processor has: the bits that a write may change. */
export function writableBits(p: Core): { readonly CR0: number; readonly CR4: number; readonly EFER: number } {
  return { CR0: CR0_WRITABLE & ~CR0_ET, CR4: cr4Of(p), EFER: eferOf(p) };
}

/** WRMSR to EFER; false where that is #GP(0). LMA is the processor's own: what is written there is ignored. */
export function writeEfer(p: Core, value: bigint): boolean {
  const writable = eferOf(p);
  if (value & ~BigInt(writable | EFER_LMA)) return false;
  const old = p.view.getUint32(at.EFER, true);
  const next = (Number(value) & writable) | (old & EFER_LMA);
  if ((old ^ next) & EFER_LME && p.control(0) & CR0_PG) return false;
  p.view.setUint32(at.EFER, next, true);
  afterWrite(p);
  return true;
}

/** Control registers as RSM takes them from memory. */
export interface ControlImage {
  readonly cr0: bigint;
  readonly cr3: bigint;
  readonly cr4: bigint;
  readonly efer: bigint;
}

/**
 * Makes all of them what an image says, without the rules for changing one after the other; false where no processor can
 * be in such a state (AMD APM vol. 2, 10.4).
 */
export function restoreControlRegisters(p: Core, { cr0, cr3, cr4, efer }: ControlImage): boolean {
  const c0 = Number(cr0 & 0xffffffffn);
  const c4 = Number(cr4 & 0xffffffffn);
  const e = Number(efer & 0xffffffffn);
  if ((cr0 | cr4 | efer) >> 32n || c4 & ~cr4Of(p)) return false;
  if ((c0 & CR0_PG && !(c0 & CR0_PE)) || (c0 & CR0_NW && !(c0 & CR0_CD))) return false;
  if (e & EFER_LMA && (!(e & EFER_LME) || !(c0 & CR0_PG) || !(c4 & CR4_PAE))) return false;
  if (e & EFER_LME && c0 & CR0_PG && !(e & EFER_LMA)) return false;
  if (e & ~(eferOf(p) | (has(p, "LM") ? EFER_LMA : 0))) return false;
  p.setControl(0, ((c0 & CR0_WRITABLE) | CR0_ET) >>> 0);
  p.view.setBigUint64(at.CR3, cr3, true);
  p.setControl(4, c4);
  p.view.setUint32(at.EFER, e, true);
  let isGood = true;
  if (c0 & CR0_PG && c4 & CR4_PAE && !(e & EFER_LMA)) {
    try {
      loadPdptes(p);
    } catch (error) {
      if (!(error instanceof GuestFault)) throw error;
      isGood = false;
    }
  }
  afterWrite(p, "all");
  return isGood;
}
