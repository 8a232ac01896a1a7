/**
 * Instructions that lie in two pages: kept with the bytes that they were decoded from, which are compared each time, as
 * either page may have become another one. Generated code comes to one by its guard, a record that asks for the comparison
 * and goes on to the instruction; TypeScript runs it alone. Derived.
 */
import type { Core } from "./core.ts";
import { MAX_MODES } from "./layout.ts";
import type { Mode } from "./modes.ts";
import { PAGE } from "./physical.ts";

/** As many are kept at one time. */
const MAX_KEPT = 8192;

interface Kept {
  /** Runs the instruction alone. */
  readonly record: number;
  /** Where generated code comes to it; 0 where it must run alone. The instruction's record follows. */
  readonly guard: number;
  readonly bytes: Uint8Array;
}

export class Crossings {
  private readonly p: Core;
  private readonly kept = new Map<number | string, Kept>();

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

  /** Where generated code goes that comes to RIP; 0 where it leaves, undefined where none is kept. */
  guard(mode: Mode): number | undefined {
    return this.kept.get(this.key(mode))?.guard;
  }

  /** `guard` stands at RIP and may be passed: the bytes are those that it was made for. It fetches, and may throw #PF. */
  passes(guard: number, mode: Mode): boolean {
    const kept = this.kept.get(this.key(mode));
    return kept?.guard === guard && this.isHere(kept.bytes, mode);
  }

  /** The record of the instruction at RIP where it is still the one that was kept, else 0. It fetches, and may throw #PF. */
  find(mode: Mode): number {
    const kept = this.kept.get(this.key(mode));
    return kept && this.isHere(kept.bytes, mode) ? kept.record : 0;
  }

  /** Keeps the records of the instruction of `length` bytes at RIP; the guard that stood there before, or 0. */
  keep(mode: Mode, length: number, record: number, guard: number): number {
    const [first, count, second] = this.hosts(length, mode);
    const key = this.key(mode);
    const before = this.kept.get(key)?.guard ?? 0;
    this.kept.delete(key);
    if (first < 0 || second < 0 || count === length) return 0;
    if (this.kept.size >= MAX_KEPT) this.kept.clear();
    const { bytes } = this.p.map;
    const copy = new Uint8Array(length);
    copy.set(bytes.subarray(first, first + count));
    copy.set(bytes.subarray(second, second + length - count), count);
    this.kept.set(key, { record, guard, bytes: copy });
    return before;
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
