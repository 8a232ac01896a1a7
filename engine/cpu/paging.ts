/**
 * Paging: what CR0, CR3, CR4 and EFER make of a linear address by way of the page tables.
 *
 *     CR4.PAE  EFER.LMA  CR4.LA57
 *        0        –         –      two levels of 4-byte entries; 4 MiB pages with CR4.PSE
 *        1        0         –      four PDPTEs, read when CR3 is loaded, then two levels of 8-byte entries
 *        1        1         0      four levels of 8-byte entries; 2 MiB and 1 GiB pages
 *        1        1         1      five
 *
 * The accessed bit is set in each entry as the walk passes it, the last one's with the dirty bit once the access is known
 * to be allowed. Source: AMD APM vol. 2, chapter 5 "Page Translation and Protection"; Intel SDM vol. 3A, chapter 4.
 */
import * as at from "./layout.ts";
import type { MemoryOwner } from "./memoryowner.ts";
import {
  AC,
  CR0_PG,
  CR0_WP,
  CR4_LA57,
  CR4_PAE,
  CR4_PCIDE,
  CR4_PGE,
  CR4_PKE,
  CR4_PSE,
  CR4_SMAP,
  CR4_SMEP,
  EFER_LMA,
  EFER_NXE,
} from "./registers.ts";
import { TLB_DIRTY, TLB_GLOBAL, TLB_NX, TLB_USER, TLB_WRITE, type Translation } from "./tlb.ts";

/** What an access is, with the bits that a page fault's error code has for it. */
export const WRITE = 2;
export const USER = 4;
export const FETCH = 16;
/** Of a descriptor table or a TSS: a supervisor's access whatever CPL is, which EFLAGS.AC does not excuse. */
export const IMPLICIT = 0x100;

const PRESENT = 1;
const RESERVED = 8;
const KEY = 0x20;

const ACCESSED = 0x20;
const DIRTY = 0x40;
const PAGE_SIZE = 0x80;
const GLOBAL = 0x100;

/** Width of physical addresses; entries with higher bits set are reserved. */
export const PHYSICAL_BITS = 40;
const HIGH_RESERVED = (0xfffff << (PHYSICAL_BITS - 32)) & 0xfffff;

/** Why a page that is mapped may not be accessed so. */
export type Refusal =
  | "supervisor page"
  | "no execution"
  | "SMEP: user page"
  | "SMAP: user page"
  | "protection key"
  | "read-only page";

/** One entry that a walk read: for views. */
export interface PassedEntry {
  /** 5: PML5E … 1: PTE. */
  readonly level: number;
  /** Physical; −1: a PDPTE register of PAE paging, which no memory is read for. */
  readonly address: number;
  readonly value: bigint;
}

/** A walk without effect. */
export interface Trace {
  readonly passed: readonly PassedEntry[];
  /** Undefined where it leads to none. */
  readonly page?: Translation;
  /** Of a #PF. */
  readonly fault?: { readonly cause: Refusal | "not present" | "reserved bit"; readonly errorCode: number };
}

/** How paging is set up; derived from the control registers. */
export class Paging {
  on = false;
  /** 2: legacy or PAE; 4, 5: long mode. */
  levels = 2;
  pae = false;
  writeProtect = false;
  pcid = 0;
  private pse = false;
  private globals = false;
  private smep = false;
  private smap = false;
  private keys = false;
  private nx = false;
  /** Entries of tables in memory that the walk in progress has read. */
  private references = 0;
  private readonly p: MemoryOwner;
  /** The page that the last walk came to. */
  private readonly found: Found = { page: 0, pageBits: 12, flags: 0, key: 0, entry: 0, entryAt: 0 };

  constructor(p: MemoryOwner) {
    this.p = p;
  }

  /** Reads the control registers anew. */
  update(): void {
    const cr0 = this.p.control(0);
    const cr4 = this.p.control(4);
    const efer = this.p.view.getUint32(at.EFER, true);
    const long = (efer & EFER_LMA) !== 0;
    this.on = (cr0 & CR0_PG) !== 0;
    this.writeProtect = (cr0 & CR0_WP) !== 0;
    this.pae = (cr4 & CR4_PAE) !== 0;
    this.levels = long ? (cr4 & CR4_LA57 ? 5 : 4) : 2;
    this.pse = (cr4 & CR4_PSE) !== 0;
    this.globals = (cr4 & CR4_PGE) !== 0;
    this.smep = (cr4 & CR4_SMEP) !== 0;
    this.smap = (cr4 & CR4_SMAP) !== 0;
    this.keys = long && (cr4 & CR4_PKE) !== 0;
    this.nx = this.pae && (efer & EFER_NXE) !== 0;
    this.pcid = cr4 & CR4_PCIDE ? this.p.control(3) & 0xfff : 0;
  }

  /** CR4.SMAP. */
  get hasGuard(): boolean {
    return this.smap;
  }

  /** Supervisors' reads and writes of user pages are forbidden now (CR4.SMAP, EFLAGS.AC). */
  get guardsUserPages(): boolean {
    return this.smap && (this.p.view.getUint32(at.SYSTEM_FLAGS, true) & AC) === 0;
  }

  /** Undefined where a page with these flags allows the access, else why not. */
  refuses(access: number, flags: number, key: number): Refusal | undefined {
    if (access & USER && !(flags & TLB_USER)) return "supervisor page";
    if (access & FETCH) {
      if (flags & TLB_NX) return "no execution";
      return !(access & USER) && flags & TLB_USER && this.smep ? "SMEP: user page" : undefined;
    }
    if (flags & TLB_USER) {
      if (!(access & USER) && this.smap && (access & IMPLICIT || this.guardsUserPages)) return "SMAP: user page";
      if (this.keys) {
        const rights = this.p.view.getUint32(at.PKRU, true) >>> (2 * key);
        if (rights & 1) return "protection key";
        if (rights & 2 && access & WRITE && (access & USER || this.writeProtect)) return "protection key";
      }
    }
    if (access & WRITE && !(flags & TLB_WRITE) && (access & USER || this.writeProtect)) return "read-only page";
    return undefined;
  }

  /** The error code of a #PF; `why`: a refusal, or P and RSVD of the code. */
  private errorCode(access: number, why: Refusal | number): number {
    const fetch = access & FETCH && (this.nx || this.smep) ? FETCH : 0;
    const bits = typeof why === "number" ? why : why === "protection key" ? PRESENT | KEY : PRESENT;
    return bits | (access & (WRITE | USER)) | fetch;
  }

  /** Sets CR2 for a #PF; its error code. */
  private pageFault(low: number, high: number, access: number, why: Refusal | number): number {
    const v = this.p.view;
    v.setUint32(at.CR2, low, true);
    v.setInt32(at.CR2 + 4, high, true);
    this.p.ledger.failedReads = this.references;
    return this.errorCode(access, why);
  }

  /**
   * Walks the tables for an access, and sets accessed and dirty bits: the page, which is good until the next walk; or the
   * error code of the page fault where it is not allowed, with CR2 set.
   */
  walk(low: number, high: number, access: number): Translation | number {
    const { found } = this;
    this.references = 0;
    const looked = this.look(low, high);
    if (looked !== FOUND) return this.pageFault(low, high, access, looked);
    const why = this.refuses(access, found.flags, found.key);
    if (why) return this.pageFault(low, high, access, why);
    this.p.ledger.add("walkReads", this.references);
    this.markUsed(access);
    return found;
  }

  /** The page of an address without any effect, whoever may access it; undefined where it is not mapped. */
  peek(low: number, high: number): Translation | undefined {
    return this.look(low, high, []) === FOUND ? { ...this.found } : undefined;
  }

  /** What `walk` would do, without any effect. */
  trace(low: number, high: number, access: number): Trace {
    const passed: PassedEntry[] = [];
    const looked = this.look(low, high, passed);
    if (looked !== FOUND) {
      const cause = looked & RESERVED ? "reserved bit" : "not present";
      return { passed, fault: { cause, errorCode: this.errorCode(access, looked) } };
    }
    const page = { ...this.found };
    const cause = this.refuses(access, page.flags, page.key);
    if (!cause) return { passed, page };
    return { passed, page, fault: { cause, errorCode: this.errorCode(access, cause) } };
  }

  private markUsed(access: number): void {
    const { found } = this;
    const used = ACCESSED | (access & WRITE ? DIRTY : 0);
    if ((found.entry & used) === used) return;
    this.mark(found.entryAt, found.entry | used);
    if (access & WRITE) found.flags |= TLB_DIRTY;
  }

  private mark(address: number, entry: number): void {
    this.p.map.write(address, entry >>> 0, 4);
    this.p.ledger.add("walkWrites");
  }

  /** Four bytes of an entry. A peek sees no device's memory, where reading may have effects. */
  private word(address: number, isPeek: boolean): number {
    return isPeek ? this.p.map.peek32(address) : this.p.map.read(address, 4);
  }

  /** Whether there is a page, which is then `found`: FOUND, or P and RSVD of a fault's error code. */
  private look(low: number, high: number, peeked?: PassedEntry[]): number {
    if (!this.pae) return this.lookLegacy(low, peeked);
    const v = this.p.view;
    let table: number;
    if (this.levels === 2) {
      const slot = at.PDPTES + (low >>> 30) * 8;
      const entry = v.getUint32(slot, true);
      peeked?.push({ level: 3, address: -1, value: v.getBigUint64(slot, true) });
      if (!(entry & PRESENT)) return 0;
      table = tableOf(entry, v.getUint32(slot + 4, true));
    } else table = tableOf(v.getUint32(at.CR3, true), v.getUint32(at.CR3 + 4, true));

    let combined = TLB_WRITE | TLB_USER;
    for (let level = this.levels; ; level--) {
      const address = table + indexAt(level, low, high) * 8;
      const lo = this.word(address, peeked !== undefined);
      const hi = this.word(address + 4, peeked !== undefined);
      this.references++;
      peeked?.push({ level, address, value: (BigInt(hi) << 32n) | BigInt(lo) });
      if (!(lo & PRESENT)) return 0;
      const isLeaf = level === 1 || (lo & PAGE_SIZE) !== 0;
      if (this.hasReserved(level, lo, hi)) return PRESENT | RESERVED;
      combined &= lo | ~(TLB_WRITE | TLB_USER);
      if (hi >>> 31) combined |= TLB_NX;
      if (isLeaf) return this.leaf(12 + 9 * (level - 1), lo, hi, address, combined);
      if (!peeked && !(lo & ACCESSED)) this.mark(address, lo | ACCESSED);
      table = tableOf(lo, hi);
    }
  }

  private hasReserved(level: number, lo: number, hi: number): boolean {
    if (hi & HIGH_RESERVED || (hi >>> 31 && !this.nx)) return true;
    if (this.levels === 2 && hi & 0x7ff00000) return true;
    if (level === 1 || !(lo & PAGE_SIZE)) return false;
    if (level > 3 || (level === 3 && !this.p.model.features.has("PDPE1GB"))) return true;
    return (lo & (level === 2 ? 0x001fe000 : 0x3fffe000)) !== 0;
  }

  private leaf(pageBits: number, lo: number, hi: number, entryAt: number, combined: number): typeof FOUND {
    const { found } = this;
    const inPage = (1 << pageBits) - 1;
    found.page = (hi & 0xfffff) * 2 ** 32 + ((lo & ~inPage & ~0xfff) >>> 0);
    found.pageBits = pageBits;
    const global = lo & GLOBAL && this.globals ? TLB_GLOBAL : 0;
    found.flags = combined | global | (lo & DIRTY ? TLB_DIRTY : 0);
    found.key = this.keys ? (hi >>> 27) & 15 : 0;
    found.entry = lo;
    found.entryAt = entryAt;
    return FOUND;
  }

  private lookLegacy(low: number, peeked?: PassedEntry[]): number {
    const isPeek = peeked !== undefined;
    const directory = (this.p.control(3) & ~0xfff) >>> 0;
    const pdeAt = directory + (low >>> 22) * 4;
    const pde = this.word(pdeAt, isPeek);
    this.references++;
    peeked?.push({ level: 2, address: pdeAt, value: BigInt(pde) });
    if (!(pde & PRESENT)) return 0;
    const large = (pde & PAGE_SIZE) !== 0 && this.pse;
    if (large) {
      // PSE-36: bits 13–20 are bits 32–39 of the address; without it they are reserved, and bit 21 always is.
      const reserved = this.p.model.features.has("PSE36") ? 0x200000 : 0x3fe000;
      if (pde & reserved) return PRESENT | RESERVED;
      const flags = pde & (TLB_WRITE | TLB_USER);
      return this.leaf(22, pde, (pde >>> 13) & 0xff, pdeAt, flags);
    }
    if (!isPeek && !(pde & ACCESSED)) this.mark(pdeAt, pde | ACCESSED);
    const pteAt = ((pde & ~0xfff) >>> 0) + ((low >>> 12) & 0x3ff) * 4;
    const pte = this.word(pteAt, isPeek);
    this.references++;
    peeked?.push({ level: 1, address: pteAt, value: BigInt(pte) });
    if (!(pte & PRESENT)) return 0;
    return this.leaf(12, pte, 0, pteAt, pde & pte & (TLB_WRITE | TLB_USER));
  }
}

/** What a look answers where there is a page. */
const FOUND = -1;

/** A translation that is written anew by each walk. */
interface Found extends Translation {
  page: number;
  pageBits: number;
  flags: number;
  key: number;
  /** The last entry's low word, and where it is. */
  entry: number;
  entryAt: number;
}

function tableOf(lo: number, hi: number): number {
  return (hi & 0xfffff) * 2 ** 32 + ((lo & ~0xfff) >>> 0);
}

/** Nine bits of the linear address: a table's index at `level` (1: the page table). */
function indexAt(level: number, low: number, high: number): number {
  switch (level) {
    case 1:
      return (low >>> 12) & 511;
    case 2:
      return (low >>> 21) & 511;
    case 3:
      return ((low >>> 30) | (high << 2)) & 511;
    case 4:
      return (high >>> 7) & 511;
    default:
      return (high >>> 16) & 511;
  }
}
