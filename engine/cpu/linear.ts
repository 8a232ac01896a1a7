/**
 * Memory by linear address: `translation.ts` says which physical one it is; here is the one slow path for all that the fast
 * TLB of generated code does not serve: page crossings, ROM, device memory, lines that hold decoded code.
 *
 * Operations in plain TypeScript give a Number (0 … 2³² − 1) outside of 64-bit mode and a BigInt in it.
 */

import type { AccessSize } from "../chipset/bus.ts";
import { CODE_PAGE, withCodePages } from "./codepages.ts";
import { type AccessClass, CLASS_CHECKED, CLASS_GUARDED, CLASS_SUPERVISOR } from "./fasttlb.ts";
import * as fault from "./fault.ts";
import { GuestFault } from "./fault.ts";
import type { ImportFunctions } from "./importfunctions.ts";
import * as at from "./layout.ts";
import type { MemoryOwner } from "./memoryowner.ts";
import { IMPLICIT, WRITE } from "./paging.ts";
import { PAGE } from "./physical.ts";
import { FS, insideLimit, readable, SS, writable } from "./segments.ts";
import { type LinearAddress, NO_PAGE, split, Translation } from "./translation.ts";

/** On whose behalf an operation accesses memory: at CPL; a stack at privilege 0–2; a descriptor table or TSS. */
export type Behalf = "current" | "supervisor" | "system";

export class LinearMemory extends Translation {
  readonly imports: Pick<ImportFunctions, "read" | "update" | "store" | "commit" | "segment">;
  /** Where the access was that raised BEYOND. */
  beyond = 0n;
  /** Physical addresses of the first and the last byte of an access: `tryEnds`. */
  private first = 0;
  private last = 0;
  private readonly scratch: number;

  constructor(p: MemoryOwner) {
    super(p);
    this.scratch = p.cpu + at.SCRATCH;
    this.imports = {
      read: (_cpu, low, high, bits) => {
        try {
          return this.readSlow(low >>> 0, high, bits >> 3);
        } catch (e) {
          return this.noted(e, 0);
        }
      },
      ...withCodePages(p.map, {
        update: (_cpu, low, high, bits) => {
          try {
            return this.updateSlow(low >>> 0, high, bits >> 3);
          } catch (e) {
            return this.noted(e, 0);
          }
        },
        store: (_cpu, low, high, bits) => {
          try {
            return this.storeSlow(low >>> 0, high, bits >> 3);
          } catch (e) {
            return this.noted(e, 1);
          }
        },
      }),
      commit: (_cpu, low, high, bits) => {
        this.ends(low >>> 0, high, bits >> 3, this.user | WRITE);
        if (this.watches) this.moveEnds(low >>> 0, bits >> 3, true);
        return this.commit(low >>> 0, bits >> 3);
      },
      segment: (_cpu, segment, offset, bits, write) => {
        try {
          this.checkSegment((segment - at.SEGMENTS) / at.SEGMENT_BYTES, offset >>> 0, bits >> 3, write !== 0);
          return 0;
        } catch (e) {
          return this.noted(e, 1);
        }
      },
    };
  }

  /** Faults of the slow path become an answer: generated code branches on it. */
  private noted(e: unknown, answer: number): number {
    if (!(e instanceof GuestFault)) throw e;
    this.p.pendingFault = e.fault;
    return answer;
  }

  // ---- addresses -------------------------------------------------------------------------------------------------

  private raiseBeyond(low: number, high: number): never {
    this.beyond = BigInt.asUintN(64, (BigInt(high) << 32n) | BigInt(low));
    throw new GuestFault(fault.BEYOND);
  }

  /** #GP(0) where an access in 64-bit mode is not canonical; whether it lies on one page. */
  private check(low: number, high: number, bytes: number): boolean {
    if (this.p.long && !this.isCanonical(low, high)) this.raiseBeyond(low, high);
    if ((low & (PAGE - 1)) + bytes <= PAGE) return true;
    if (low + bytes <= 2 ** 32) return false;
    // Past the top of the lower half in 64-bit mode, past 4 GiB through flat segments; others come round.
    if (this.p.long ? !this.isCanonical(0, high + 1) : this.p.flat) this.raiseBeyond(low, high);
    return false;
  }

  /** High word of the address `bytes` − 1 further on. */
  private highAfter(low: number, high: number, bytes: number): number {
    return low + bytes > 2 ** 32 && this.p.long ? (high + 1) | 0 : high;
  }

  /** Every access passes here while alignment is checked or a data breakpoint is armed; #AC, before any #PF. */
  private observe(low: number, high: number, bytes: number, write: boolean, behalf: Behalf = "current"): void {
    if (behalf === "system") return;
    if (behalf === "current") this.checkAlignment(low, bytes);
    this.p.debug.access(low, high, bytes, write);
  }

  private checkAlignment(low: number, bytes: number): void {
    // Wider accesses than 8 bytes have their own rules.
    if (this.checksAlignment && low & ((bytes >= 8 ? 8 : bytes) - 1)) fault.raise(fault.AC, 0);
  }

  /** An access in memory at `host`, or to a device (−1): the cache lines that it moves. Called while accesses are watched. */
  private move(host: number, bytes: number, write: boolean, behalf: Behalf = "current"): void {
    const { map, number, ledger } = this.p;
    if (host >= 0 && behalf !== "system") map.caches?.access(number, host - map.ramAt, bytes, write, ledger);
  }

  /** The same of an access between `first` and `last`. */
  private moveEnds(low: number, bytes: number, write: boolean, behalf: Behalf = "current"): void {
    const { map } = this.p;
    const split = Math.min(bytes, PAGE - (low & (PAGE - 1)));
    this.move(map.readable(this.first), split, write, behalf);
    if (split < bytes) this.move(map.readable(this.last - (bytes - split - 1)), bytes - split, write, behalf);
  }

  // ---- the slow path ---------------------------------------------------------------------------------------------

  private readSlow(low: number, high: number, bytes: number): number {
    const access = this.user;
    if (this.watches) this.observe(low, high, bytes, false);
    if (this.check(low, high, bytes)) {
      const hpa = this.tryTranslate(low, high, access);
      if (hpa === NO_PAGE) return 0;
      const host = this.p.map.readable(hpa);
      if (host >= 0) {
        if (this.watches) this.move(host, bytes, false);
        this.fast.remember(false, low, high, host);
        return host;
      }
    }
    if (!this.mayTouch(low, high, bytes, access)) return 0;
    if (this.watches) this.moveEnds(low, bytes, false);
    this.readToScratch(low, bytes);
    return this.scratch;
  }

  private updateSlow(low: number, high: number, bytes: number): number {
    const access = this.user | WRITE;
    if (this.watches) this.observe(low, high, bytes, true);
    if (this.check(low, high, bytes)) {
      const hpa = this.tryTranslate(low, high, access);
      if (hpa === NO_PAGE) return 0;
      const host = this.p.map.writable(hpa);
      if (host >= 0 && this.storable(low, high, host, bytes)) {
        if (this.watches) this.move(host, bytes, true);
        return host;
      }
    }
    if (!this.mayTouch(low, high, bytes, access)) return 0;
    this.readToScratch(low, bytes);
    return this.scratch;
  }

  private storeSlow(low: number, high: number, bytes: number): number {
    const access = this.user | WRITE;
    if (this.watches) this.observe(low, high, bytes, true);
    if (this.check(low, high, bytes)) {
      const hpa = this.tryTranslate(low, high, access);
      if (hpa === NO_PAGE) return 1;
      const host = this.p.map.writable(hpa);
      if (host >= 0 && this.storable(low, high, host, bytes)) {
        if (this.watches) this.move(host, bytes, true);
        const { view } = this.p.map;
        if (bytes === 4) view.setInt32(host, view.getInt32(this.scratch, true), true);
        else this.p.map.bytes.copyWithin(host, this.scratch, this.scratch + bytes);
        return 0;
      }
    }
    if (!this.mayTouch(low, high, bytes, access)) return 1;
    if (this.watches) this.moveEnds(low, bytes, true);
    return this.commit(low, bytes);
  }

  /** Whether RAM at `host` may be stored to without another look; remembers its page as one with decoded code or without. */
  private storable(low: number, high: number, host: number, bytes: number): boolean {
    const { map } = this.p;
    const code = map.pageHasCode(host);
    this.fast.remember(true, low, high, host, code ? CODE_PAGE : 0);
    return !code || (!map.hasCode(host) && !map.hasCode(host + bytes - 1));
  }

  /** Translates an access's first and last byte, before anything happens; false, and a #PF noted, where there is one. */
  private tryEnds(low: number, high: number, bytes: number, access: number): boolean {
    this.first = this.tryTranslate(low, high, access);
    if (this.first === NO_PAGE) return false;
    const behind = (low & (PAGE - 1)) + bytes - PAGE;
    if (behind <= 0) {
      this.last = this.first + bytes - 1;
      return true;
    }
    const next = (low + bytes - behind) >>> 0;
    const second = this.tryTranslate(next, this.highAfter(low, high, bytes), access);
    if (second === NO_PAGE) return false;
    this.last = second + behind - 1;
    return true;
  }

  /** An access that does not cross a page, with its cost where it is neither of RAM nor of ROM. */
  private busRead(hpa: number, size: AccessSize): number {
    if (this.p.map.readable(hpa) < 0) this.p.ledger.add("mmioReads");
    return this.p.map.read(hpa, size);
  }

  private busWrite(hpa: number, value: number, size: AccessSize): void {
    if (this.p.map.readable(hpa) < 0) this.p.ledger.add("mmioWrites");
    this.p.map.write(hpa, value, size);
  }

  /** The same with the #PF thrown. */
  private ends(low: number, high: number, bytes: number, access: number): void {
    if (!this.tryEnds(low, high, bytes, access)) this.throwNoted();
  }

  /**
   * Whether an access may go to its ends, which are then known. Device memory is only touched by an instruction that runs
   * alone: there ticks are exact, and nothing happens twice.
   */
  private mayTouch(low: number, high: number, bytes: number, access: number): boolean {
    const { map } = this.p;
    if (!this.tryEnds(low, high, bytes, access)) return false;
    if (this.p.alone || (map.readable(this.first) >= 0 && map.readable(this.last) >= 0)) return true;
    this.p.needsAlone = true;
    return false;
  }

  /** Reads what lies between `first` and `last`, in the widest accesses that fit, as a bus does. */
  private readToScratch(low: number, bytes: number): void {
    const { view } = this.p;
    const { first, last } = this;
    const split = Math.min(bytes, PAGE - (low & (PAGE - 1)));
    if (split === bytes && bytes >= 4) {
      for (let i = 0; i < bytes; i += 4) view.setUint32(at.SCRATCH + i, this.busRead(first + i, 4), true);
    } else if (split === bytes) {
      view.setUint32(at.SCRATCH, this.busRead(first, bytes as 1 | 2), true);
    } else {
      for (let i = 0; i < bytes; i++) {
        view.setUint8(at.SCRATCH + i, this.busRead(i < split ? first + i : last - (bytes - 1 - i), 1));
      }
    }
  }

  /** Stores the scratch slot between `first` and `last`. */
  private commit(low: number, bytes: number): number {
    const { view } = this.p;
    const { first, last } = this;
    const split = Math.min(bytes, PAGE - (low & (PAGE - 1)));
    if (split === bytes && bytes >= 4) {
      for (let i = 0; i < bytes; i += 4) this.busWrite(first + i, view.getUint32(at.SCRATCH + i, true), 4);
    } else if (split === bytes) {
      const value = bytes === 1 ? view.getUint8(at.SCRATCH) : view.getUint16(at.SCRATCH, true);
      this.busWrite(first, value, bytes as 1 | 2);
    } else {
      for (let i = 0; i < bytes; i++) {
        this.busWrite(i < split ? first + i : last - (bytes - 1 - i), view.getUint8(at.SCRATCH + i), 1);
      }
    }
    return 0;
  }

  // ---- for plain TypeScript operations ---------------------------------------------------------------------------

  private accessOf(behalf: Behalf): number {
    return behalf === "current" ? this.current : behalf === "system" ? IMPLICIT : 0;
  }

  /** Checks an access through a segment register: #GP(0), or #SS(0) for the stack segment. */
  checkSegment(n: number, offset: number, bytes: number, write: boolean): void {
    const s = this.p.segments.get(n);
    if (!(write ? writable(s) : readable(s)) || !insideLimit(s, offset, bytes))
      fault.raise(n === SS ? fault.SS : fault.GP, 0);
  }

  /**
   * Linear address of an access through a segment register, checked: against the segment, or in 64-bit mode for being
   * canonical, where only FS and GS have bases.
   */
  linear(segment: number, offset: LinearAddress, bytes: number, write: boolean): LinearAddress {
    if (this.p.long) {
      const base = segment >= FS ? this.p.segments.base64(segment) : 0n;
      const la = BigInt.asIntN(64, base + BigInt(offset));
      const last = BigInt.asIntN(64, la + BigInt(bytes - 1));
      for (const end of [la, last]) {
        const [low, high] = split(end);
        if (!this.isCanonical(low, high)) fault.raise(segment === SS ? fault.SS : fault.GP, 0);
      }
      return la;
    }
    const offset32 = Number(offset);
    this.checkSegment(segment, offset32, bytes, write);
    return (this.p.segments.base(segment) + offset32) >>> 0;
  }

  /** Makes sure that a byte at `la` can be read, without reading it; its physical address. */
  probeRead(la: LinearAddress): number {
    const [low, high] = split(la);
    this.check(low, high, 1);
    return this.translate(low, high, this.current);
  }

  private classOf(behalf: Behalf): AccessClass {
    if (this.watches) return CLASS_CHECKED;
    if (behalf === "current") return this.fast.selected;
    const guarded = behalf === "system" ? this.paging.hasGuard : this.paging.guardsUserPages;
    return guarded ? CLASS_GUARDED : CLASS_SUPERVISOR;
  }

  /** Where in linear memory an access by Number on one page goes that the fast TLB knows; −1 otherwise. */
  private quickHost(write: boolean, la: LinearAddress, bytes: number, behalf: Behalf): number {
    if (typeof la !== "number" || (la & (PAGE - 1)) > PAGE - bytes) return -1;
    return this.fast.host(write, this.classOf(behalf), la | 0);
  }

  /** Where in linear memory `bytes` of a stack's frame are that the fast TLB knows; −1 otherwise. */
  frameHost(write: boolean, la: number, bytes: number, behalf: Behalf): number {
    return this.quickHost(write, la, bytes, behalf);
  }

  /** Lets the fast TLB know where an access on one page of RAM went. */
  private learn(write: boolean, low: number, high: number, hpa: number, behalf: Behalf): void {
    const { map } = this.p;
    const host = write ? map.writable(hpa) : map.readable(hpa);
    if (host < 0) return;
    const mark = write && map.pageHasCode(host) ? CODE_PAGE : 0;
    this.fast.remember(write, low, high, host, mark, this.classOf(behalf));
  }

  /** Makes sure that `bytes` at `la` can be written, before anything is. */
  probeWrite(la: LinearAddress, bytes: number, behalf: Behalf = "current"): void {
    if (this.quickHost(true, la, bytes, behalf) >= 0) return;
    const [low, high] = split(la);
    this.check(low, high, bytes);
    if (behalf === "current") this.checkAlignment(low, bytes);
    this.ends(low, high, bytes, this.accessOf(behalf) | WRITE);
  }

  load(la: LinearAddress, bytes: 1 | 2 | 4, behalf: Behalf = "current"): number {
    const quick = this.quickHost(false, la, bytes, behalf);
    if (quick >= 0) {
      const { view: memory } = this.p.map;
      return bytes === 4
        ? memory.getUint32(quick, true)
        : bytes === 2
          ? memory.getUint16(quick, true)
          : memory.getUint8(quick);
    }
    const [low, high] = split(la);
    if (this.watches) this.observe(low, high, bytes, false, behalf);
    const { view } = this.p;
    const access = this.accessOf(behalf);
    if (this.check(low, high, bytes)) {
      const hpa = this.translate(low, high, access);
      if (this.watches) this.move(this.p.map.readable(hpa), bytes, false, behalf);
      this.learn(false, low, high, hpa, behalf);
      return this.busRead(hpa, bytes);
    }
    this.ends(low, high, bytes, access);
    if (this.watches) this.moveEnds(low, bytes, false, behalf);
    this.readToScratch(low, bytes);
    return bytes === 2 ? view.getUint16(at.SCRATCH, true) : view.getUint32(at.SCRATCH, true);
  }

  load64(la: LinearAddress, behalf: Behalf = "current"): bigint {
    const [low, high] = split(la);
    if (this.watches) this.observe(low, high, 8, false, behalf);
    if (this.check(low, high, 8)) {
      const { map } = this.p;
      const host = map.readable(this.translate(low, high, this.accessOf(behalf)));
      if (this.watches) this.move(host, 8, false, behalf);
      if (host >= 0) return map.view.getBigUint64(host, true);
    }
    this.ends(low, high, 8, this.accessOf(behalf));
    if (this.watches) this.moveEnds(low, 8, false, behalf);
    this.readToScratch(low, 8);
    return this.p.view.getBigUint64(at.SCRATCH, true);
  }

  store(la: LinearAddress, value: number, bytes: 1 | 2 | 4, behalf: Behalf = "current"): void {
    const quick = this.quickHost(true, la, bytes, behalf);
    if (quick >= 0) {
      const { view: memory } = this.p.map;
      if (bytes === 4) memory.setUint32(quick, value, true);
      else if (bytes === 2) memory.setUint16(quick, value, true);
      else memory.setUint8(quick, value);
      return;
    }
    const [low, high] = split(la);
    if (this.watches) this.observe(low, high, bytes, true, behalf);
    const access = this.accessOf(behalf) | WRITE;
    if (this.check(low, high, bytes)) {
      const hpa = this.translate(low, high, access);
      if (this.watches) this.move(this.p.map.writable(hpa), bytes, true, behalf);
      this.learn(true, low, high, hpa, behalf);
      this.busWrite(hpa, value, bytes);
      return;
    }
    this.p.view.setUint32(at.SCRATCH, value, true);
    this.ends(low, high, bytes, access);
    if (this.watches) this.moveEnds(low, bytes, true, behalf);
    this.commit(low, bytes);
  }

  store64(la: LinearAddress, value: bigint, behalf: Behalf = "current"): void {
    const [low, high] = split(la);
    if (this.watches) this.observe(low, high, 8, true, behalf);
    if (this.check(low, high, 8) && this.storeAll(low, high, [value], behalf)) return;
    this.p.view.setBigUint64(at.SCRATCH, BigInt.asUintN(64, value), true);
    this.ends(low, high, 8, this.accessOf(behalf) | WRITE);
    if (this.watches) this.moveEnds(low, 8, true, behalf);
    this.commit(low, 8);
  }

  /** Stores eight bytes each from an address up, where that is one page of memory without decoded code; whether it was. */
  private storeAll(low: number, high: number, values: readonly bigint[], behalf: Behalf): boolean {
    const { map } = this.p;
    const host = map.writable(this.translate(low, high, this.accessOf(behalf) | WRITE));
    if (host < 0 || map.pageHasCode(host)) return false;
    if (this.watches) this.move(host, 8 * values.length, true, behalf);
    for (let i = 0; i < values.length; i++) map.view.setBigUint64(host + 8 * i, values[i] as bigint, true);
    return true;
  }

  /** A frame at a stack's `la`, the lowest address first, at one go; false, and nothing done, where it takes more than that. */
  storeFrame(la: LinearAddress, values: readonly bigint[], behalf: Behalf): boolean {
    const [low, high] = split(la);
    if (this.watches || behalf === "current" || !this.check(low, high, 8 * values.length)) return false;
    return this.storeAll(low, high, values, behalf);
  }

  /** The same for reading: where it is, as an offset in the map's view, or −1. */
  frameAt(la: LinearAddress, bytes: number): number {
    const [low, high] = split(la);
    if (this.watches || !this.check(low, high, bytes)) return -1;
    return this.p.map.readable(this.translate(low, high, this.current));
  }
}
