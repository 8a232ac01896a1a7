/**
 * The part of the physical address space that devices answer: ranges of addresses, found by binary search with the last
 * hit remembered (accesses come in runs). RAM and ROM are the machine's and are not in here.
 *
 * Splitting and empty answers are those of the port space; an address that nobody claimed is reported once a page.
 */

import { EngineError } from "../wasm/error.ts";
import type { AccessSize, AddressSpace, Device, DeviceEvent, Registers } from "./bus.ts";

interface Claim {
  readonly owner: string;
  readonly first: number;
  readonly end: number;
  readonly widest: number;
  readonly registers: Registers;
}

/** Bounds the memory of what was reported; past it, further empty pages are silent. */
const MAX_REPORTED = 4096;

/** Device registers in physical memory. */
export class MmioSpace implements AddressSpace, Device {
  readonly name = "mmio";
  /** Page numbers already reported as empty. */
  readonly state: { reported: number[] } = { reported: [] };
  #claims: Claim[] = [];
  #last: Claim | undefined;
  #log: (event: DeviceEvent) => void;

  constructor(log: (event: DeviceEvent) => void) {
    this.#log = log;
  }

  claim(owner: string, first: number, count: number, registers: Registers): void {
    const end = first + count;
    if (first < 0 || count < 1 || end > 2 ** 52) throw new EngineError("not a physical range", { owner, first, count });
    const other = this.#claims.find((claim) => first < claim.end && claim.first < end);
    if (other !== undefined)
      throw new EngineError("an address claimed twice", { owner, first, count, other: other.owner });
    this.#claims.push({ owner, first, end, widest: registers.widest ?? 1, registers });
    this.#claims.sort((a, b) => a.first - b.first);
  }

  /** Gives up the claims of `owner` that begin in the range (a PCI device whose BAR moves). */
  release(owner: string, first: number, count: number): void {
    this.#claims = this.#claims.filter((c) => c.owner !== owner || c.first < first || c.first >= first + count);
    this.#last = undefined;
  }

  /** Whether a device answers anywhere in [first, first + count). */
  overlaps(first: number, count: number): boolean {
    return this.#claims.some((claim) => first < claim.end && claim.first < first + count);
  }

  /** The value at `hpa`, zero-extended; all ones where nobody answers. */
  read(hpa: number, size: AccessSize): number {
    const claim = this.#at(hpa);
    if (claim !== undefined && size <= claim.widest && hpa + size <= claim.end) {
      return claim.registers.read(hpa, size) >>> 0;
    }
    if (claim === undefined && size === 1) {
      this.#report(hpa, "read");
      return 0xff;
    }
    const step = size === 4 && claim !== undefined && claim.widest === 2 && hpa + size <= claim.end ? 2 : 1;
    let value = 0;
    for (let i = 0; i < size; i += step) value |= this.read(hpa + i, step) << (8 * i);
    return value >>> 0;
  }

  /** Stores `value` (zero-extended) at `hpa`; lost where nobody answers. */
  write(hpa: number, value: number, size: AccessSize): void {
    const claim = this.#at(hpa);
    if (claim !== undefined && size <= claim.widest && hpa + size <= claim.end) {
      claim.registers.write(hpa, value, size);
      return;
    }
    if (claim === undefined && size === 1) {
      this.#report(hpa, "written");
      return;
    }
    const step = size === 4 && claim !== undefined && claim.widest === 2 && hpa + size <= claim.end ? 2 : 1;
    const mask = step === 2 ? 0xffff : 0xff;
    for (let i = 0; i < size; i += step) this.write(hpa + i, (value >>> (8 * i)) & mask, step);
  }

  reset(): void {}

  #at(hpa: number): Claim | undefined {
    const last = this.#last;
    if (last !== undefined && hpa >= last.first && hpa < last.end) return last;
    let low = 0;
    let high = this.#claims.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#claims[middle].end <= hpa) low = middle + 1;
      else high = middle;
    }
    const claim = this.#claims[low];
    if (claim === undefined || hpa < claim.first) return undefined;
    this.#last = claim;
    return claim;
  }

  #report(hpa: number, how: string): void {
    const page = Math.floor(hpa / 4096);
    const reported = this.state.reported;
    if (reported.length >= MAX_REPORTED || reported.includes(page)) return;
    reported.push(page);
    this.#log({ kind: "unimplemented", part: "mmio", text: `address 0x${hpa.toString(16)} ${how}: nothing there` });
  }
}
