/**
 * The local APIC's registers, at their offsets in its page of memory.
 *
 *   020 ID        0D0 LDR    100–170 ISR   280 ESR        320 LVT timer        360 LVT LINT1     390 current count
 *   030 version   0E0 DFR    180–1F0 TMR   300,310 ICR    330 LVT thermal      370 LVT error     3E0 divide
 *   080 TPR       0F0 SVR    200–270 IRR                  340 LVT performance  380 initial count
 *   090 APR  0A0 PPR  0B0 EOI
 *
 * Registers are 32 bits at multiples of 16. An access to an offset that has none is an error in ESR.
 *
 * Source: Intel SDM vol. 3, table 11-1; AMD APM vol. 2, table 16-2.
 */

import type { LocalApic } from "./lapic.ts";

export const REGISTER = {
  ID: 0x20,
  VERSION: 0x30,
  TPR: 0x80,
  APR: 0x90,
  PPR: 0xa0,
  EOI: 0xb0,
  LDR: 0xd0,
  DFR: 0xe0,
  SVR: 0xf0,
  ISR: 0x100,
  TMR: 0x180,
  IRR: 0x200,
  ESR: 0x280,
  ICR: 0x300,
  ICR_HIGH: 0x310,
  LVT_TIMER: 0x320,
  LVT_THERMAL: 0x330,
  LVT_PERFORMANCE: 0x340,
  LVT_LINT0: 0x350,
  LVT_LINT1: 0x360,
  LVT_ERROR: 0x370,
  INITIAL_COUNT: 0x380,
  CURRENT_COUNT: 0x390,
  DIVIDE: 0x3e0,
} as const;

/** Six LVT entries, version 14h. */
const VERSION = 0x00050014;
export const ICR_WRITABLE = 0xccfff;
const ESR_ILLEGAL_REGISTER = 0x80;

/** A register at its offset in the page; undefined where there is none. */
export function readRegister(apic: LocalApic, offset: number): number | undefined {
  const { state } = apic;
  if (offset >= REGISTER.ISR && offset < REGISTER.ESR) {
    const set = offset < REGISTER.TMR ? state.isr : offset < REGISTER.IRR ? state.tmr : state.irr;
    return set[(offset >> 4) & 7];
  }
  if (offset >= REGISTER.LVT_TIMER && offset <= REGISTER.LVT_ERROR)
    return state.lvt[(offset - REGISTER.LVT_TIMER) >> 4];
  switch (offset) {
    case REGISTER.ID:
      return state.x2apic ? state.id : (state.id << 24) >>> 0;
    case REGISTER.VERSION:
      return VERSION;
    case REGISTER.TPR:
      return state.tpr;
    case REGISTER.APR:
      return apic.arbitrationPriority;
    case REGISTER.PPR:
      return apic.ppr;
    case REGISTER.EOI:
      return 0;
    case REGISTER.LDR:
      return apic.ldr;
    case REGISTER.DFR:
      return state.dfr;
    case REGISTER.SVR:
      return state.svr;
    case REGISTER.ESR:
      return state.esr;
    case REGISTER.ICR:
      return state.icr;
    case REGISTER.ICR_HIGH:
      return state.icrHigh;
    case REGISTER.INITIAL_COUNT:
      return state.timer.initial;
    case REGISTER.CURRENT_COUNT:
      return apic.timer.current;
    case REGISTER.DIVIDE:
      return state.timer.divide;
    default:
      return undefined;
  }
}

/** False where there is no register at `offset`; what cannot be written is left. */
export function writeRegister(apic: LocalApic, offset: number, value: number): boolean {
  const { state } = apic;
  if (offset >= REGISTER.LVT_TIMER && offset <= REGISTER.LVT_ERROR) {
    apic.writeLvt((offset - REGISTER.LVT_TIMER) >> 4, value);
    return true;
  }
  switch (offset) {
    case REGISTER.ID:
      state.id = value >>> 24;
      return true;
    case REGISTER.TPR:
      apic.writeTaskPriority(value & 0xff);
      return true;
    case REGISTER.EOI:
      apic.endOfInterrupt();
      return true;
    case REGISTER.LDR:
      state.ldr = (value & 0xff000000) >>> 0;
      return true;
    case REGISTER.DFR:
      state.dfr = (value | 0x0fffffff) >>> 0;
      return true;
    case REGISTER.SVR:
      apic.writeSvr(value);
      return true;
    case REGISTER.ESR:
      state.esr = state.errors;
      state.errors = 0;
      return true;
    case REGISTER.ICR:
      state.icr = value & ICR_WRITABLE;
      apic.send();
      return true;
    case REGISTER.ICR_HIGH:
      state.icrHigh = state.x2apic ? value : (value & 0xff000000) >>> 0;
      return true;
    case REGISTER.INITIAL_COUNT:
      apic.timer.writeInitial(value);
      return true;
    case REGISTER.DIVIDE:
      apic.timer.writeDivide(value);
      return true;
    default:
      return readRegister(apic, offset) !== undefined;
  }
}

/** A read of the page: registers are 32 bits at multiples of 16; parts of them can be read. */
export function readPage(apic: LocalApic, hpa: number, size: 1 | 2 | 4): number {
  const offset = hpa & 0xff0;
  const byte = hpa & 0xf;
  if (byte + size > 4) return 0;
  const value = readRegister(apic, offset);
  if (value === undefined) apic.reportError(ESR_ILLEGAL_REGISTER);
  return (((value ?? 0) >>> (8 * byte)) & (size === 4 ? -1 : (1 << (8 * size)) - 1)) >>> 0;
}

/** A write to the page: whole registers only. */
export function writePage(apic: LocalApic, hpa: number, value: number, size: 1 | 2 | 4): void {
  if (size !== 4 || hpa & 0xf) return;
  if (!writeRegister(apic, hpa & 0xff0, value)) apic.reportError(ESR_ILLEGAL_REGISTER);
}
