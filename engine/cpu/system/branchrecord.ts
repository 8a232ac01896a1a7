/**
 * DebugCtl and the record of the last branch: with DebugCtl.LBR set, a branch that is taken, an interrupt and an exception
 * leave where they came from and where they led to, as offsets in CS; the last two also what the record held before them.
 * A #DB ends the recording, and is not recorded. While it goes on, instructions run one at a time.
 * Source: AMD APM vol. 2, 13.1 "Software-Debug Resources" (control-transfer recording); Intel SDM vol. 3B, 18.4 (and of the P6 family).
 */
import type { Core } from "../core.ts";
import { slotOf } from "./msr.ts";

/** Where DebugCtl lies in the state. */
export const DEBUGCTL = slotOf("DebugCtl");
export const LBR = 1;
/** TF traps branches alone. */
export const BTF = 2;

const BRANCH = [slotOf("LastBranchFromIP"), slotOf("LastBranchToIP")] as const;
const BEFORE = [slotOf("LastIntFromIP"), slotOf("LastIntToIP")] as const;

export const recordsBranches = (p: Core): boolean => (p.view.getUint32(DEBUGCTL, true) & LBR) !== 0;

/** A #DB is raised: nothing more is recorded, and TF traps every instruction again. */
export function endRecord(p: Core): void {
  p.view.setUint32(DEBUGCTL, p.view.getUint32(DEBUGCTL, true) & ~(BTF | LBR), true);
}

export function recordBranch(p: Core, from: bigint, to: bigint): void {
  p.view.setBigUint64(BRANCH[0], from, true);
  p.view.setBigUint64(BRANCH[1], to, true);
}

/** Of an interrupt or exception. */
export function recordEntry(p: Core, from: bigint, to: bigint): void {
  for (const i of [0, 1] as const) p.view.setBigUint64(BEFORE[i], p.view.getBigUint64(BRANCH[i], true), true);
  recordBranch(p, from, to);
}
