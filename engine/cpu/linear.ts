/**
 * Memory by linear address: translation to physical, the fast TLB that generated code looks into, and the one slow path
 * for everything it does not serve: page crossings, ROM, device memory, lines that hold decoded code.
 *
 * Not yet: paging. A linear address is the physical one.
 */

import { CODE_PAGE, withCodePages } from "./codepages.ts";
import type { Fault } from "./fault.ts";
import * as fault from "./fault.ts";
import { GuestFault } from "./fault.ts";
import type { ImportFunctions } from "./handlers.ts";
import * as at from "./layout.ts";
import { PAGE, type PhysicalMap } from "./physical.ts";
import { insideLimit, readable, type SegmentFile, SS, writable } from "./segments.ts";

/** What linear memory needs of its processor. */
export interface MemoryOwner {
  readonly cpu: number;
  readonly map: PhysicalMap;
  readonly view: DataView;
  readonly segments: SegmentFile;
  /** The instruction in progress runs alone. */
  readonly alone: boolean;
  needsAlone: boolean;
  pendingFault: Fault | undefined;
}

export class LinearMemory {
  readonly imports: Pick<ImportFunctions, "read" | "update" | "store" | "commit" | "segment">;
  private readonly p: MemoryOwner;
  private readonly scratch: number;

  constructor(p: MemoryOwner) {
    this.p = p;
    this.scratch = p.cpu + at.SCRATCH;
    this.imports = {
      read: (_cpu, low, high, bits) => this.guarded(0, () => this.readSlow(low >>> 0, high, bits >> 3)),
      ...withCodePages(p.map, {
        update: (_cpu, low, high, bits) => this.guarded(0, () => this.updateSlow(low >>> 0, high, bits >> 3)),
        store: (_cpu, low, high, bits) => this.guarded(1, () => this.storeSlow(low >>> 0, high, bits >> 3)),
      }),
      commit: (_cpu, low, _high, bits) => this.commit(low >>> 0, bits >> 3),
      segment: (_cpu, segment, offset, bits, write) =>
        this.guarded(1, () => {
          this.checkSegment((segment - at.SEGMENTS) / at.SEGMENT_BYTES, offset >>> 0, bits >> 3, write !== 0);
          return 0;
        }),
    };
  }

  /** Faults of the slow path become an answer: generated code branches on it. */
  private guarded(answer: number, body: () => number): number {
    try {
      return body();
    } catch (e) {
      if (!(e instanceof GuestFault)) throw e;
      this.p.pendingFault = e.fault;
      return answer;
    }
  }

  // ---- translation -----------------------------------------------------------------------------------------------

  /** Physical address of a linear one, or a #PF. */
  translate(la: number, _write: boolean): number {
    return la;
  }

  /** The same for a view: −1 where unmapped, no effect on the machine. */
  peekTranslate(la: number): number {
    return la;
  }

  /** Linear-memory address of code at `la`, −1 where it is not in RAM or ROM. */
  codeHost(la: number): number {
    return this.p.map.readable(this.translate(la, false));
  }

  /** One byte of code, or the fault of fetching it. */
  fetch8(la: number): number | Fault {
    return this.p.map.read8(this.translate(la, false));
  }

  /** Forgets everything derived from the mapping. */
  forget(): void {
    this.fill(at.FAST_READ);
    this.fill(at.FAST_WRITE);
  }

  /** Forgets which pages can be stored to: one of them has got decoded code. */
  forgetWrites(): void {
    this.fill(at.FAST_WRITE);
  }

  private fill(table: number): void {
    // No page address has its low bits set, so all ones match nothing.
    this.p.map.bytes.fill(0xff, this.p.cpu + table, this.p.cpu + table + at.FAST_TLB_ENTRIES * 16);
  }

  private remember(table: number, la: number, host: number, mark = 0): void {
    const slot = table + ((la >>> 12) % at.FAST_TLB_ENTRIES) * 16;
    const v = this.p.view;
    v.setUint32(slot, ((la & ~(PAGE - 1)) | mark) >>> 0, true);
    v.setUint32(slot + 4, 0, true);
    v.setInt32(slot + 8, (host - la) | 0, true);
  }

  // ---- the slow path ---------------------------------------------------------------------------------------------

  private checkLinear(la: number, high: number, bytes: number): void {
    if (high !== 0 || la + bytes > 0x1_0000_0000) fault.raise(fault.GP, 0);
  }

  private isOnePage(la: number, bytes: number): boolean {
    return (la & (PAGE - 1)) + bytes <= PAGE;
  }

  private readSlow(la: number, high: number, bytes: number): number {
    this.checkLinear(la, high, bytes);
    if (this.isOnePage(la, bytes)) {
      const host = this.p.map.readable(this.translate(la, false));
      if (host >= 0) {
        this.remember(at.FAST_READ, la, host);
        return host;
      }
    }
    if (this.mustRunAlone(la, bytes, false)) return 0;
    this.readToScratch(la, bytes, false);
    return this.scratch;
  }

  private updateSlow(la: number, high: number, bytes: number): number {
    this.checkLinear(la, high, bytes);
    if (this.isOnePage(la, bytes)) {
      const host = this.p.map.writable(this.translate(la, true));
      if (host >= 0 && this.storable(la, host, bytes)) return host;
    }
    if (this.mustRunAlone(la, bytes, true)) return 0;
    this.readToScratch(la, bytes, true);
    return this.scratch;
  }

  private storeSlow(la: number, high: number, bytes: number): number {
    this.checkLinear(la, high, bytes);
    if (this.isOnePage(la, bytes)) {
      const host = this.p.map.writable(this.translate(la, true));
      if (host >= 0 && this.storable(la, host, bytes)) {
        this.p.map.bytes.copyWithin(host, this.scratch, this.scratch + bytes);
        return 0;
      }
    } else {
      this.translate(la, true);
      this.translate((la + bytes - 1) >>> 0, true);
    }
    if (this.mustRunAlone(la, bytes, true)) return 1;
    return this.commit(la, bytes);
  }

  /** Whether RAM at `host` may be stored to without another look; remembers its page as one with decoded code or without. */
  private storable(la: number, host: number, bytes: number): boolean {
    const { map } = this.p;
    const code = map.pageHasCode(host);
    this.remember(at.FAST_WRITE, la, host, code ? CODE_PAGE : 0);
    return !code || (!map.hasCode(host) && !map.hasCode(host + bytes - 1));
  }

  /** Device memory is only touched by an instruction that runs alone: there ticks are exact, and nothing happens twice. */
  private mustRunAlone(la: number, bytes: number, write: boolean): boolean {
    if (this.p.alone) return false;
    const { map } = this.p;
    const last = (la + bytes - 1) >>> 0;
    if (map.readable(this.translate(la, write)) >= 0 && map.readable(this.translate(last, write)) >= 0) return false;
    this.p.needsAlone = true;
    return true;
  }

  private readToScratch(la: number, bytes: number, write: boolean): void {
    const { map, view } = this.p;
    if (bytes <= 4 && this.isOnePage(la, bytes)) {
      view.setUint32(at.SCRATCH, map.read(this.translate(la, write), bytes as 1 | 2 | 4), true);
      return;
    }
    // Both pages are translated before the first byte is read: a device's answer must not be thrown away.
    const first = this.translate(la, write);
    const last = this.translate((la + bytes - 1) >>> 0, write);
    if (bytes === 8 && this.isOnePage(la, 8)) {
      view.setUint32(at.SCRATCH, map.read(first, 4), true);
      view.setUint32(at.SCRATCH + 4, map.read(first + 4, 4), true);
      return;
    }
    const split = PAGE - (la & (PAGE - 1));
    for (let i = 0; i < bytes; i++) {
      const hpa = i < split ? first + i : last - (bytes - 1 - i);
      view.setUint8(at.SCRATCH + i, map.read8(hpa));
    }
  }

  /** Stores the scratch slot at `la`, which can be written. */
  private commit(la: number, bytes: number): number {
    const { map, view } = this.p;
    if (this.isOnePage(la, bytes)) {
      const hpa = this.translate(la, true);
      if (bytes === 8) {
        map.write(hpa, view.getUint32(at.SCRATCH, true), 4);
        map.write(hpa + 4, view.getUint32(at.SCRATCH + 4, true), 4);
      } else {
        const value =
          bytes === 1
            ? view.getUint8(at.SCRATCH)
            : bytes === 2
              ? view.getUint16(at.SCRATCH, true)
              : view.getUint32(at.SCRATCH, true);
        map.write(hpa, value, bytes as 1 | 2 | 4);
      }
      return 0;
    }
    for (let i = 0; i < bytes; i++) map.write8(this.translate((la + i) >>> 0, true), view.getUint8(at.SCRATCH + i));
    return 0;
  }

  // ---- for plain TypeScript operations ---------------------------------------------------------------------------

  /** Checks an access through a segment register: #GP(0), or #SS(0) for the stack segment. */
  checkSegment(n: number, offset: number, bytes: number, write: boolean): void {
    const s = this.p.segments.get(n);
    if (!(write ? writable(s) : readable(s)) || !insideLimit(s, offset, bytes))
      fault.raise(n === SS ? fault.SS : fault.GP, 0);
  }

  /** Linear address of an access through a segment register, checked. */
  linear(segment: number, offset: number, bytes: number, write: boolean): number {
    this.checkSegment(segment, offset, bytes, write);
    return (this.p.segments.base(segment) + offset) >>> 0;
  }

  /** Makes sure that `bytes` at `la` can be written, before anything is. */
  probeWrite(la: number, bytes: number): void {
    this.checkLinear(la, 0, bytes);
    this.translate(la, true);
    this.translate((la + bytes - 1) >>> 0, true);
  }

  load(la: number, bytes: 1 | 2 | 4): number {
    const { map, view } = this.p;
    if (this.isOnePage(la, bytes)) {
      const host = map.readable(this.translate(la, false));
      if (host >= 0)
        return bytes === 1
          ? (map.bytes[host] as number)
          : bytes === 2
            ? map.view.getUint16(host, true)
            : map.view.getUint32(host, true);
    }
    this.checkLinear(la, 0, bytes);
    this.readToScratch(la, bytes, false);
    return bytes === 1
      ? view.getUint8(at.SCRATCH)
      : bytes === 2
        ? view.getUint16(at.SCRATCH, true)
        : view.getUint32(at.SCRATCH, true);
  }

  store(la: number, value: number, bytes: 1 | 2 | 4): void {
    if (this.isOnePage(la, bytes)) {
      this.p.map.write(this.translate(la, true), value, bytes);
      return;
    }
    this.probeWrite(la, bytes);
    this.p.view.setUint32(at.SCRATCH, value, true);
    this.commit(la, bytes);
  }
}
