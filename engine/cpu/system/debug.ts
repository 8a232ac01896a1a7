/**
 * MOV to and from debug registers. DR4 and DR5 are other names of DR6 and DR7 unless CR4.DE takes them away; DR7.GD lets
 * a debugger keep the registers to itself. Source: AMD APM vol. 2, 13.1.1; Intel SDM vol. 3B, 18.2.
 */
import type { Core } from "../core.ts";
import { DR6_BD, DR7_GD } from "../debugregisters.ts";
import * as fault from "../fault.ts";
import { raise } from "../fault.ts";
import * as at from "../layout.ts";
import { CR4_DE } from "../registers.ts";

/** Number of the register that `n` names from here; #UD, or #DB where DR7.GD guards them. Privilege has been checked. */
function accessed(p: Core, n: number): number {
  if (n > 7 || ((n === 4 || n === 5) && p.control(4) & CR4_DE)) raise(fault.UD);
  if (p.view.getUint32(at.DR + 7 * 8, true) & DR7_GD) {
    p.debug.fault = DR6_BD;
    raise(fault.DB);
  }
  return n === 4 || n === 5 ? n + 2 : n;
}

export function readDebugRegister(p: Core, n: number): bigint {
  return p.view.getBigUint64(at.DR + accessed(p, n) * 8, true);
}

export function writeDebugRegister(p: Core, n: number, value: bigint): void {
  const to = accessed(p, n);
  let next = value;
  if (to >= 6) {
    // Bits 63–32 must be zero; of the others the reserved ones have fixed values.
    if (value >> 32n) raise(fault.GP, 0);
    const low = Number(value);
    next = BigInt((to === 6 ? (low & 0xe00f) | 0xffff0ff0 : (low & 0xffff2bff) | 0x400) >>> 0);
  }
  p.view.setBigUint64(at.DR + to * 8, next, true);
  p.debug.update();
  p.updateMode();
  p.mustLeave = true;
}
