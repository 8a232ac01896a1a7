/**
 * From linear addresses to physical: the architectural TLBs, what fills and empties them, and which accelerator generated
 * code may use. What is done at the physical address is in `linear.ts`, which is a Translation.
 *
 * Inside the processor an address is two words, `low` and `high`; outside of 64-bit mode the high one is 0.
 */

import { CLASS_CHECKED, CLASS_GUARDED, CLASS_SUPERVISOR, CLASS_USER, FastTlb } from "./fasttlb.ts";
import * as fault from "./fault.ts";
import { type Fault, GuestFault } from "./fault.ts";
import * as at from "./layout.ts";
import { missItem } from "./ledger.ts";
import type { MemoryOwner } from "./memoryowner.ts";
import { FETCH, Paging, USER, WRITE } from "./paging.ts";
import { PAGE } from "./physical.ts";
import { AC, CR0_AM } from "./registers.ts";
import { TLB_GLOBAL, Tlb } from "./tlb.ts";

/** A linear address as operations in TypeScript have it. */
export type LinearAddress = number | bigint;

/** Sets of four small pages, and large pages, that each architectural TLB holds. */
export const DATA_SETS = 256;
export const DATA_LARGE = 64;
export const CODE_SETS = 128;
export const CODE_LARGE = 32;

/** No physical address: a page fault was noted instead. */
export const NO_PAGE = -1;

export class Translation {
  readonly paging: Paging;
  readonly data: Tlb;
  readonly code: Tlb;
  /** Called when code at some linear address may have become other code. */
  onCodeMoved: () => void = () => {};
  /** CR0.AM and EFLAGS.AC at privilege 3. */
  protected checksAlignment = false;
  /** Every access is looked at: for its alignment, by a data breakpoint, or for the cache line that it moves. */
  protected watches = false;
  protected readonly fast: FastTlb;
  protected readonly p: MemoryOwner;

  constructor(p: MemoryOwner) {
    this.p = p;
    this.paging = new Paging(p);
    this.fast = new FastTlb(p.view, p.cpu);
    const { buffer } = p.view;
    this.data = new Tlb(buffer, p.cpu + at.TLBS, DATA_SETS, DATA_LARGE);
    this.code = new Tlb(buffer, p.cpu + at.TLBS + Tlb.bytes(DATA_SETS, DATA_LARGE), CODE_SETS, CODE_LARGE);
    this.data.onDrop = (low, high, pageBits) => this.fast.drop(low, high, pageBits);
    this.code.onDrop = () => this.onCodeMoved();
  }

  /** USER where the present privilege is 3. */
  protected get current(): number {
    return this.p.cpl === 3 ? USER : 0;
  }

  /** `current`, for what generated code asks: between instructions they are the same. */
  protected get user(): number {
    return (this.p.view.getInt32(at.SEGMENT_TAG, true) & 3) === 3 ? USER : 0;
  }

  /** Physical address for an access (WRITE, USER, FETCH, IMPLICIT); NO_PAGE, and a #PF noted with the processor. */
  protected tryTranslate(low: number, high: number, access: number): number {
    const { paging } = this;
    if (!paging.on) return low;
    const tlb = access & FETCH ? this.code : this.data;
    const i = tlb.find(low, high, paging.pcid);
    if (i >= 0) {
      const flags = tlb.flags(i);
      // A first write walks again, to set the dirty bit; and so does what is refused, as the tables may say more by now.
      const isClean = (access & WRITE) !== 0 && !(flags & 0x40);
      if (!isClean && !paging.refuses(access, flags, tlb.key(i))) return tlb.physical(i, low);
    }
    return this.fill(tlb, low, high, access, i);
  }

  /** `found`: where the TLB has the page, but not for this access; or −1. */
  private fill(tlb: Tlb, low: number, high: number, access: number, found: number): number {
    const { paging } = this;
    const t = paging.walk(low, high, access);
    if (typeof t === "number") {
      // A page fault forgets what the TLB had for its address (Intel SDM vol. 3A, 4.10.4.1).
      tlb.invalidate(low, high, paging.pcid);
      this.p.pendingFault = { vector: fault.PF, errorCode: t };
      return NO_PAGE;
    }
    this.p.ledger.add(found >= 0 ? "rewalks" : missItem(tlb === this.code, t.pageBits));
    return tlb.physical(tlb.insert(low, high, paging.pcid, t, found), low);
  }

  /** The same with the #PF thrown. */
  protected translate(low: number, high: number, access: number): number {
    const hpa = this.tryTranslate(low, high, access);
    if (hpa === NO_PAGE) this.throwNoted();
    return hpa;
  }

  protected throwNoted(): never {
    const noted = this.p.pendingFault as Fault;
    this.p.pendingFault = undefined;
    throw new GuestFault(noted);
  }

  /** Physical address of a linear one for a view: −1 where unmapped, no effect on the machine. */
  peekTranslate(la: LinearAddress): number {
    const [low, high] = split(la);
    if (!this.paging.on) return low;
    if (!this.isCanonical(low, high)) return -1;
    const t = this.paging.peek(low, high);
    return t ? t.page + (low & (2 ** t.pageBits - 1)) : -1;
  }

  /** Linear-memory address of code, −1 where it is not in RAM or ROM. Fetches as far as the TLB goes. */
  codeHost(low: number, high: number): number {
    this.checkFetch(low, high);
    return this.p.map.readable(this.translate(low, high, FETCH | this.user));
  }

  /** A global page, which no load of CR3 forgets, has the code there. */
  isGlobalCode(low: number, high: number): boolean {
    if (!this.paging.on) return false;
    const i = this.code.find(low, high, this.paging.pcid);
    return i >= 0 && (this.code.flags(i) & TLB_GLOBAL) !== 0;
  }

  /** #GP(0) where RIP is not canonical: SYSRET and the end of the lower half lead there. */
  private checkFetch(low: number, high: number): void {
    if (this.p.long && !this.isCanonical(low, high)) fault.raise(fault.GP, 0);
  }

  /** One byte of code; a #PF, or in 64-bit mode a #GP, is thrown. */
  fetch8(low: number, high: number): number {
    this.checkFetch(low, high);
    return this.p.map.read8(this.translate(low, high, FETCH | this.current));
  }

  /** Forgets everything derived from the mapping, and keeps what is architecture. */
  forget(): void {
    this.fast.forget();
  }

  /** Forgets which pages can be stored to: one of them has got decoded code. */
  forgetWrites(): void {
    this.fast.forgetWrites();
  }

  /** The state was assigned. */
  restored(): void {
    this.data.restored();
    this.code.restored();
    this.updatePaging();
  }

  /** Control registers that paging depends on have changed. */
  updatePaging(): void {
    this.paging.update();
    this.fast.forget();
    this.p.view.setInt32(at.PAGED, this.paging.on ? 1 : 0, true);
    this.p.view.setInt32(at.CANONICAL_BITS, this.paging.levels === 5 ? 56 : 47, true);
    this.updateAccess();
  }

  /** CPL, or EFLAGS.AC under SMAP, may have changed; whether pages that could be accessed or run may not be any more. */
  updateAccess(): boolean {
    const { p } = this;
    const { current } = this;
    const aligns = (p.control(0) & CR0_AM) !== 0 && (p.view.getUint32(at.SYSTEM_FLAGS, true) & AC) !== 0;
    this.checksAlignment = current !== 0 && aligns;
    this.watches = this.checksAlignment || p.debug.watchesData || p.map.caches !== undefined;
    const inner = this.paging.guardsUserPages ? CLASS_GUARDED : CLASS_SUPERVISOR;
    p.view.setInt32(at.ALIGNS, aligns ? 1 : 0, true);
    p.view.setInt32(at.INNER_CLASS, inner, true);
    const now = this.watches ? CLASS_CHECKED : current ? CLASS_USER : inner;
    if (now === this.fast.selected) return false;
    this.fast.select(now);
    return true;
  }

  /**
   * Where the 8 bytes at `la`, which were just read on the system's behalf, are in linear memory, and the entry of the TLB
   * by which they are (16 bytes); undefined where they are no memory, or on two pages.
   */
  hostOf(la: LinearAddress): { host: number; tlb: number } | undefined {
    const [low, high] = split(la);
    if ((low & (PAGE - 1)) > PAGE - 8) return undefined;
    const { paging, data } = this;
    const i = paging.on ? data.find(low, high, paging.pcid) : -1;
    if (paging.on && i < 0) return undefined;
    const host = this.p.map.readable(paging.on ? data.physical(i, low) : low);
    if (host < 0) return undefined;
    return { host, tlb: paging.on ? this.p.cpu + at.TLBS + i * 4 : at.NOTHING };
  }

  /** INVLPG: the page of a linear address, a global one too. */
  invalidatePage(low: number, high: number): void {
    this.p.ledger.add("invalidations");
    this.data.invalidate(low, high, this.paging.pcid);
    this.code.invalidate(low, high, this.paging.pcid);
    this.p.mustLeave = true;
  }

  /** INVPCID type 0: the page of a linear address in one context where it is not global. */
  invalidateInContext(low: number, high: number, pcid: number): void {
    this.p.ledger.add("invalidations");
    this.data.invalidateInContext(low, high, pcid);
    this.code.invalidateInContext(low, high, pcid);
    this.p.mustLeave = true;
  }

  /** Forgets translations: all, all that are not global, or of these those of one context. */
  flush(which: "all" | "not global" | "context", pcid = 0): void {
    this.p.ledger.add("flushes");
    for (const tlb of [this.data, this.code]) {
      if (which === "all") tlb.flushAll();
      else if (which === "not global") tlb.flushNonGlobal();
      else tlb.flushContext(pcid);
    }
    this.p.mappingChanged(which !== "all");
  }

  /** Bits 47 (56 with five levels of paging) to 63 are equal. */
  isCanonical(_low: number, high: number): boolean {
    const shift = this.paging.levels === 5 ? 7 : 16;
    return (high << shift) >> shift === (high | 0);
  }
}

/** The two words of a linear address. */
export function split(la: LinearAddress): [low: number, high: number] {
  // A Number beyond 32 bits comes from a view of 64-bit mode.
  if (typeof la === "number") return [la >>> 0, la >= 0 && la < 2 ** 32 ? 0 : Math.floor(la / 2 ** 32) | 0];
  // An order of magnitude faster than to cut the BigInt.
  WIDE[0] = la;
  return [(WORDS[0] as number) >>> 0, WORDS[1] as number];
}

const WIDE = new BigInt64Array(1);
const WORDS = new Int32Array(WIDE.buffer);
