/**
 * Instructions that lie in two pages: kept with the bytes that they were decoded from, which are compared each time, as
 * either page may have become another one. Derived.
 */
import type { Core } from "./core.ts";
import { MAX_MODES, type Mode } from "./modes.ts";
import { PAGE } from "./physical.ts";

/** As many are kept at one time. */
const MAX_KEPT = 1024;

export class Crossings {
  private readonly p: Core;
  private readonly kept = new Map<number | string, { readonly record: number; readonly bytes: Uint8Array }>();

  constructor(p: Core) {
    this.p = p;
  }

  private key(mode: Mode): number | string {
    return this.p.long ? `${this.p.rip}` : this.p.ip * MAX_MODES + mode.id;
  }

  clear(): void {
    this.kept.clear();
  }

  /** One is kept for RIP. */
  has(mode: Mode): boolean {
    return this.kept.has(this.key(mode));
  }

  /** The record of the instruction at RIP where it is still the one that was kept, else 0. It fetches, and may throw #PF. */
  find(mode: Mode): number {
    const kept = this.kept.get(this.key(mode));
    return kept && this.isHere(kept.bytes, mode) ? kept.record : 0;
  }

  /** Keeps the record of the instruction of `length` bytes at RIP. */
  keep(mode: Mode, length: number, record: number): void {
    const [first, count, second] = this.hosts(length, mode);
    if (first < 0 || second < 0 || count === length) return;
    if (this.kept.size >= MAX_KEPT) this.kept.clear();
    const { bytes } = this.p.map;
    const copy = new Uint8Array(length);
    copy.set(bytes.subarray(first, first + count));
    copy.set(bytes.subarray(second, second + length - count), count);
    this.kept.set(this.key(mode), { record, bytes: copy });
  }

  private isHere(kept: Uint8Array, mode: Mode): boolean {
    const { length } = kept;
    if (!this.p.long && this.p.ip + length - 1 > mode.limit) return false;
    const [first, count, second] = this.hosts(length, mode);
    if (first < 0 || second < 0) return false;
    const { bytes } = this.p.map;
    for (let i = 0; i < length; i++) {
      if (bytes[i < count ? first + i : second + i - count] !== kept[i]) return false;
    }
    return true;
  }

  /** Linear-memory addresses of the `length` bytes of code at RIP, fetched as far as the TLB goes; −1: not in memory. */
  private hosts(length: number, mode: Mode): [first: number, count: number, second: number] {
    const [low, high] = codeAddress(this.p, mode);
    const first = this.p.memory.codeHost(low, high);
    const count = Math.min(length, PAGE - (low & (PAGE - 1)));
    if (count === length) return [first, count, first];
    const next = (low + count) >>> 0;
    return [first, count, this.p.memory.codeHost(next, next === 0 && this.p.long ? (high + 1) | 0 : high)];
  }
}

/** Linear address of the instruction at RIP. */
export function codeAddress(p: Core, mode: Mode): [low: number, high: number] {
  if (!p.long) return [(mode.base + p.ip) >>> 0, 0];
  const { rip } = p;
  return [Number(BigInt.asUintN(32, rip)), Number(BigInt.asIntN(32, rip >> 32n))];
}
