/** The time-stamp counter: ticks times a constant, plus a difference that writing it makes. Source: AMD APM vol. 2, 13.2.4. */
import type { Core } from "../core.ts";
import * as at from "../layout.ts";
import { TSC_PER_TICK } from "../registers.ts";

const ofTicks = (p: Core): bigint => BigInt(p.surroundings.now()) * TSC_PER_TICK;

/** The counter now, 64 bits, unsigned. */
export function timeStamp(p: Core): bigint {
  return BigInt.asUintN(64, ofTicks(p) + p.view.getBigInt64(at.TSC_OFFSET, true));
}

/** Moves the counter by `delta`. */
export function moveTimeStamp(p: Core, delta: bigint): void {
  p.view.setBigInt64(at.TSC_OFFSET, p.view.getBigInt64(at.TSC_OFFSET, true) + delta, true);
  p.surroundings.timeStampChanged?.();
}
