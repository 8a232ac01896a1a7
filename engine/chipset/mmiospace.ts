/**
 * The part of the physical address space that devices answer: ranges of addresses, found by binary search with the last
 * hit remembered (accesses come in runs). RAM and ROM are the machine's and are not in here.
 *
 * Splitting and empty answers are those of the port space; an address that nobody claimed is reported once a page.
 */

import { EngineError } from "../wasm/error.ts";
import type { AccessSize, AddressSpace, Device, DeviceEvent, Mapping, Registers } from "./bus.ts";

interface Claim {
  readonly owner: string;
  readonly first: number;
  readonly end: number;
  readonly widest: number;
  readonly registers: Registers;
  /** Below all others: claimed for good. */
  readonly rank: number;
}

/** A part of a claim that nothing hides; parts do not overlap. */
interface Visible {
  readonly first: number;
  readonly end: number;
  readonly claim: Claim;
}

const FOR_GOOD = Number.NEGATIVE_INFINITY;

/** Bounds the memory of what was reported; past it, further empty pages are silent. */
const MAX_REPORTED = 4096;

/** Device registers in physical memory. */
export class MmioSpace implements AddressSpace, Device {
  readonly name = "mmio";
  /** Page numbers already reported as empty. */
  readonly state: { reported: number[] } = { reported: [] };
  /** In the order of rank. */
  #claims: Claim[] = [];
  /** By address. */
  #visible: Visible[] = [];
  #last: Visible | undefined;
  #log: (event: DeviceEvent) => void;

  constructor(log: (event: DeviceEvent) => void) {
    this.#log = log;
  }

  claim(owner: string, first: number, count: number, registers: Registers): void {
    const end = first + count;
    const other = this.#claims.find((claim) => claim.rank === FOR_GOOD && first < claim.end && claim.first < end);
    if (other !== undefined)
      throw new EngineError("an address claimed twice", { owner, first, count, other: other.owner });
    this.map(owner, first, count, registers, FOR_GOOD);
  }

  map(owner: string, first: number, count: number, registers: Registers, rank: number): Mapping {
    const end = first + count;
    if (first < 0 || count < 1 || end > 2 ** 52) throw new EngineError("not a physical range", { owner, first, count });
    const claim: Claim = { owner, first, end, widest: registers.widest ?? 1, registers, rank };
    this.#claims = [...this.#claims, claim].sort((a, b) => (a.rank === b.rank ? 0 : a.rank - b.rank));
    this.#settle();
    return {
      unmap: () => {
        this.#claims = this.#claims.filter((other) => other !== claim);
        this.#settle();
      },
    };
  }

  /** Cuts the space at every edge of a claim; in each piece the first claim that covers it answers. */
  #settle(): void {
    const edges = [...new Set(this.#claims.flatMap(({ first, end }) => [first, end]))].sort((a, b) => a - b);
    this.#visible = [];
    for (const [i, first] of edges.entries()) {
      const claim = this.#claims.find((c) => first >= c.first && first < c.end);
      const end = edges[i + 1];
      if (claim !== undefined && end !== undefined) this.#visible.push({ first, end, claim });
    }
    this.#last = undefined;
  }

  /** Who answers at `hpa`, or undefined. */
  ownerOf(hpa: number): string | undefined {
    return this.#at(hpa)?.owner;
  }

  /** Who answers where, by address. */
  ranges(): { first: number; last: number; part: string }[] {
    return this.#visible.map(({ first, end, claim }) => ({ first, last: end - 1, part: claim.owner }));
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

  /** The byte at `hpa` without effect; all ones where nobody answers so. */
  peek(hpa: number): number {
    return this.#at(hpa)?.registers.peek?.(hpa) ?? 0xff;
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
    if (last !== undefined && hpa >= last.first && hpa < last.end) return last.claim;
    let low = 0;
    let high = this.#visible.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#visible[middle].end <= hpa) low = middle + 1;
      else high = middle;
    }
    const found = this.#visible[low];
    if (found === undefined || hpa < found.first) return undefined;
    this.#last = found;
    return found.claim;
  }

  #report(hpa: number, how: string): void {
    const page = Math.floor(hpa / 4096);
    const reported = this.state.reported;
    if (reported.length >= MAX_REPORTED || reported.includes(page)) return;
    reported.push(page);
    this.#log({ kind: "unimplemented", part: "mmio", text: `address 0x${hpa.toString(16)} ${how}: nothing there` });
  }
}
