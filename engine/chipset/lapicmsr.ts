/**
 * The local APIC as RDMSR and WRMSR reach it: APIC_BASE, the TSC deadline, and the registers of x2APIC mode.
 *
 *   01B  APIC_BASE     51:12 address   11 enable   10 x2APIC mode   8 boot processor
 *   6E0  TSC_DEADLINE
 *   800 + offset / 16  in x2APIC mode: ID, LDR and destinations have 32 bits, ICR is one register of 64 (830),
 *                      83F sends to oneself; DFR, APR and the ICR's high half are not there
 *
 * Reserved bits, registers that are not there, and modes that cannot follow each other are #GP(0).
 * Source: Intel SDM vol. 3, 11.4.4 and 11.12; AMD APM vol. 2, 16.9 and 16.11.
 */

import { type LocalApic, LVT_WRITABLE } from "./lapic.ts";
import { ICR_WRITABLE, REGISTER, readRegister, writeRegister } from "./lapicregisters.ts";

const APIC_BASE = 0x1b;
const TSC_DEADLINE = 0x6e0;
/** Those that are there in every mode of the APIC, for whoever lists a processor's registers. */
export const APIC_MSRS = [
  { name: "APIC_BASE", number: APIC_BASE },
  { name: "TSC_DEADLINE", number: TSC_DEADLINE },
] as const;
const FIRST = 0x800;
const LAST = 0x8ff;
const SELF = 0x83f;
const ICR = 0x830;
const BOOTS = 0x100n;
const X2APIC = 0x400n;
const ENABLE = 0x800n;

/** What the processor's model says of its APIC. */
export interface ApicFeatures {
  readonly x2apic: boolean;
  readonly tscDeadline: boolean;
  /** Bits of a physical address. */
  readonly physicalBits: number;
}

const READ_ONLY: ReadonlySet<number> = new Set([
  REGISTER.ID,
  REGISTER.VERSION,
  REGISTER.PPR,
  REGISTER.LDR,
  REGISTER.CURRENT_COUNT,
]);
const NOT_IN_X2APIC: ReadonlySet<number> = new Set([REGISTER.APR, REGISTER.DFR, REGISTER.ICR_HIGH]);

/** Bits that may be set in a register of x2APIC mode. */
function writable(offset: number): number {
  if (offset >= REGISTER.LVT_TIMER && offset <= REGISTER.LVT_ERROR) {
    const entry = (offset - REGISTER.LVT_TIMER) >> 4;
    // Delivery status and remote IRR are read-only, and ignored.
    return LVT_WRITABLE[entry] | (entry === 3 || entry === 4 ? 0x5000 : 0x1000);
  }
  switch (offset) {
    case REGISTER.TPR:
      return 0xff;
    case REGISTER.SVR:
      return 0x3ff;
    case REGISTER.EOI:
    case REGISTER.ESR:
      return 0;
    case REGISTER.DIVIDE:
      return 0xb;
    default:
      return 0xffffffff;
  }
}

/** RDMSR; undefined: #GP(0). */
export function readApicMsr(apic: LocalApic, msr: number, features: ApicFeatures): bigint | undefined {
  const { state } = apic;
  if (msr === APIC_BASE) {
    const bits = (state.enabled ? ENABLE : 0n) | (state.x2apic ? X2APIC : 0n) | (apic.boots ? BOOTS : 0n);
    return BigInt(state.base) | bits;
  }
  if (msr === TSC_DEADLINE) return features.tscDeadline ? apic.timer.deadline : undefined;
  if (msr < FIRST || msr > LAST || !state.x2apic) return undefined;
  if (msr === ICR) return (BigInt(state.icrHigh) << 32n) | BigInt(state.icr);
  const offset = (msr - FIRST) << 4;
  if (msr === SELF || offset === REGISTER.EOI || NOT_IN_X2APIC.has(offset)) return undefined;
  const value = readRegister(apic, offset);
  return value === undefined ? undefined : BigInt(value);
}

/** WRMSR; false: #GP(0). */
export function writeApicMsr(apic: LocalApic, msr: number, value: bigint, features: ApicFeatures): boolean {
  if (msr === APIC_BASE) return writeBase(apic, value, features);
  if (msr === TSC_DEADLINE) {
    if (features.tscDeadline) apic.timer.writeDeadline(value);
    return features.tscDeadline;
  }
  if (msr < FIRST || msr > LAST || !apic.state.x2apic) return false;
  const low = Number(value & 0xffffffffn);
  const high = Number(value >> 32n);
  if (msr === ICR) {
    if (low & ~(ICR_WRITABLE | 0x1000)) return false;
    writeRegister(apic, REGISTER.ICR_HIGH, high);
    return writeRegister(apic, REGISTER.ICR, low);
  }
  if (high !== 0) return false;
  if (msr === SELF) {
    if (low > 0xff) return false;
    apic.sendSelf(low);
    return true;
  }
  const offset = (msr - FIRST) << 4;
  if (READ_ONLY.has(offset) || NOT_IN_X2APIC.has(offset)) return false;
  if (offset >= REGISTER.ISR && offset < REGISTER.ESR) return false;
  if (low & ~writable(offset)) return false;
  return writeRegister(apic, offset, low);
}

function writeBase(apic: LocalApic, value: bigint, features: ApicFeatures): boolean {
  const { state } = apic;
  const limit = 1n << BigInt(features.physicalBits);
  if (value >= limit || (value & 0x2ffn) !== 0n) return false;
  const enabled = (value & ENABLE) !== 0n;
  const x2apic = (value & X2APIC) !== 0n;
  if (x2apic && (!features.x2apic || !enabled)) return false;
  // From x2APIC mode the way back leads through disabled, and from disabled through xAPIC mode.
  if (state.x2apic && enabled && !x2apic) return false;
  if (!state.enabled && x2apic) return false;
  const base = Number(value & ~0xfffn);
  if (base !== state.base || enabled !== state.enabled || x2apic !== state.x2apic) {
    apic.changeMode(base, enabled, x2apic);
  }
  return true;
}
