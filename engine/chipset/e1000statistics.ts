/**
 * Statistics of the 82540EM: counters among its registers that stay at their largest value, and go to 0 when read.
 *
 * Source: Intel 317453, 13.7.
 */
import { kindOf } from "./e1000receive.ts";
import { REG } from "./e1000registers.ts";

/** Largest frames, FCS included, of the counters by size. */
const SIZES = [64, 127, 255, 511, 1023, Number.POSITIVE_INFINITY];

export function countUp(registers: Uint32Array, offset: number, by: number): void {
  registers[offset >> 2] = Math.min(0xffffffff, registers[offset >> 2] + by);
}

/** A counter of 64 bits. */
export function countWide(registers: Uint32Array, offset: number, by: number): void {
  const sum = registers[offset >> 2] + by;
  registers[offset >> 2] = sum >>> 0;
  if (sum > 0xffffffff) countUp(registers, offset + 4, 1);
}

/** `offset` was read; counters of 64 bits go to 0 when their high half is. */
export function readStatistic(registers: Uint32Array, offset: number): void {
  const low = offset & ~4;
  const isWide = low === REG.GORCL || low === REG.GOTCL || low === REG.TORL || low === REG.TOTL;
  if (isWide && offset === low) return;
  registers[offset >> 2] = 0;
  if (isWide) registers[low >> 2] = 0;
}

/** A frame passed. `offsets`: good packets, all packets, good octets, all octets, packets of 64 bytes; 0: not counted. */
export function countFrame(
  registers: Uint32Array,
  frame: Uint8Array,
  offsets: readonly [number, number, number, number, number],
  [broadcast, multicast]: readonly [number, number],
): void {
  const [good, all, octets, allOctets, sizes] = offsets;
  const length = frame.length + 4;
  countUp(registers, good, 1);
  if (all) countUp(registers, all, 1);
  countWide(registers, octets, length);
  if (allOctets) countWide(registers, allOctets, length);
  countUp(registers, sizes + 4 * SIZES.findIndex((most) => length <= most), 1);
  const kind = kindOf(frame);
  if (kind === "broadcast") countUp(registers, broadcast, 1);
  else if (kind === "multicast") countUp(registers, multicast, 1);
}
