/**
 * What views see of translation: the architectural TLBs' entries, and the walk of an address, entry by entry. Paging's own
 * code makes the walk (paging.ts), without its effects; here its entries are only named.
 *
 * Source: AMD APM vol. 2, 5.2–5.4 (formats of entries), 5.6 (what refuses an access); Intel SDM vol. 3A, 4.7 (error code).
 */
import { EngineError } from "../wasm/error.ts";
import type { Core } from "./core.ts";
import * as at from "./layout.ts";
import { FETCH, type Paging, type PassedEntry, type Refusal, USER, WRITE } from "./paging.ts";
import { TLB_DIRTY, TLB_GLOBAL, TLB_NX, TLB_USER, TLB_WRITE, type Tlb } from "./tlb.ts";
import { CODE_LARGE, CODE_SETS, DATA_LARGE, DATA_SETS, split } from "./translation.ts";

/** An access to ask about. */
export interface WalkAccess {
  readonly kind: "read" | "write" | "execute";
  /** At privilege level 3, or below it. What the processor's is now, where not given. */
  readonly user?: boolean;
}

export type TableName = "PML5" | "PML4" | "PDPT" | "PD" | "PT";

/** One entry that a walk passes, from the root down. */
export interface WalkStep {
  /** 5 to 1; 1 is the page table. */
  readonly level: number;
  readonly table: TableName;
  /** The entry's number in its table. */
  readonly index: number;
  /** Physical address of the entry; absent for the four PDPTEs of PAE paging, which the processor read with CR3. */
  readonly address?: number;
  readonly bytes: 4 | 8;
  readonly value: bigint;
  /** The entry's bits. Those that its level or its paging does not have are false; of an absent entry only `present` says something. */
  readonly bits: {
    readonly present: boolean;
    readonly writable: boolean;
    readonly user: boolean;
    readonly writeThrough: boolean;
    readonly cacheDisabled: boolean;
    readonly accessed: boolean;
    readonly dirty: boolean;
    /** PS: it maps a large page. */
    readonly large: boolean;
    readonly global: boolean;
    readonly noExecute: boolean;
    /** Protection key, where it maps a page and CR4.PKE is set; else 0. */
    readonly key: number;
  };
  /** What comes of it: the next table, the page, or the end. */
  readonly leads: "table" | "page" | "not present" | "reserved bit";
  /** Physical address of that table or page. */
  readonly to?: number;
  /** Bits that the access would set in it. */
  readonly sets: readonly ("accessed" | "dirty")[];
}

/** The walk of an address for an access, as the processor would make it now: the TLBs are not asked. */
export interface PageWalk {
  readonly linear: bigint;
  readonly access: Required<WalkAccess>;
  readonly paging: "off" | "32-bit" | "PAE" | "4-level" | "5-level";
  readonly cr3: bigint;
  readonly steps: readonly WalkStep[];
  readonly outcome:
    | {
        readonly kind: "page";
        /** Physical address of the byte, and of the page's first. */
        readonly physical: number;
        readonly page: number;
        /** In bytes. */
        readonly size: number;
        /** As all levels together say. */
        readonly writable: boolean;
        readonly user: boolean;
        readonly executable: boolean;
        readonly global: boolean;
        readonly key: number;
      }
    | {
        readonly kind: "page fault";
        /** P W/R U/S RSVD I/D PK in bits 0 to 5. */
        readonly errorCode: number;
        readonly cause: Refusal | "not present" | "reserved bit";
      }
    /** #GP(0), or #SS(0) through SS: before any table is read. */
    | { readonly kind: "not canonical" };
}

/** A translation that a TLB holds. It stays what it was made as, whatever tables say by now, until it is flushed or pushed out. */
export interface HeldTranslation {
  readonly tlb: "data" | "code";
  /** Linear address of the page's first byte, its high bits as in a canonical address. */
  readonly linear: bigint;
  readonly physical: number;
  /** In bytes. */
  readonly size: number;
  readonly writable: boolean;
  readonly user: boolean;
  readonly executable: boolean;
  /** Whether a write goes ahead without another walk: the dirty bit as it was when the entry was made. */
  readonly dirty: boolean;
  /** Kept by flushes that spare global pages, and used in every context. */
  readonly global: boolean;
  /** Process-context identifier it was made under; 0 without CR4.PCIDE. */
  readonly pcid: number;
  /** Protection key. */
  readonly key: number;
  /** The set of four it is in; −1: in the list of large pages. */
  readonly set: number;
  /** Place in its set or list: 0 is the newest, and the last is the next to be pushed out where all are full. */
  readonly age: number;
}

/** Both TLBs of a processor. */
export interface TlbView {
  /** 4 KiB pages in `sets` sets of four; larger ones in one list of `large`. */
  readonly data: { readonly sets: number; readonly large: number };
  readonly code: { readonly sets: number; readonly large: number };
  readonly entries: readonly HeldTranslation[];
}

const TABLES: readonly TableName[] = ["PT", "PD", "PDPT", "PML4", "PML5"];

/** Of linear address `linear`, outside of long mode its low 32 bits. */
export function explainWalk(p: Core, linear: number | bigint, access: WalkAccess): PageWalk {
  const { paging } = p.memory;
  const { kind, user = p.cpl === 3 } = access;
  const la = BigInt.asUintN(p.longMode ? 64 : 32, BigInt(linear));
  const walk = {
    linear: la,
    access: { kind, user },
    paging: nameOf(paging),
    cr3: p.view.getBigUint64(at.CR3, true),
  } as const;
  const [low, high] = split(BigInt.asIntN(64, la));
  if (p.longMode && !p.memory.isCanonical(low, high)) return { ...walk, steps: [], outcome: { kind: "not canonical" } };
  if (!paging.on) return { ...walk, steps: [], outcome: pageOf(low, low - (low % 4096), 12, TLB_WRITE | TLB_USER, 0) };

  const bits = (kind === "write" ? WRITE : kind === "execute" ? FETCH : 0) | (user ? USER : 0);
  const { passed, page, fault } = paging.trace(low, high, bits);
  const last = passed.length - 1;
  const steps = passed.map((entry, i): WalkStep => {
    if (i < last) return stepOf(entry, la, paging.pae, "table", ["accessed"], tableAt(entry.value));
    if (page) return stepOf(entry, la, paging.pae, "page", fault ? [] : used(kind), page.page);
    return stepOf(entry, la, paging.pae, fault?.cause === "reserved bit" ? "reserved bit" : "not present", []);
  });
  if (fault) return { ...walk, steps, outcome: { kind: "page fault", ...fault } };
  if (!page) throw new EngineError("a walk without an end", { linear: la });
  return { ...walk, steps, outcome: pageOf(low, page.page, page.pageBits, page.flags, page.key) };
}

function nameOf({ on, levels, pae }: Paging): PageWalk["paging"] {
  if (!on) return "off";
  if (levels === 2) return pae ? "PAE" : "32-bit";
  return levels === 4 ? "4-level" : "5-level";
}

const used = (kind: WalkAccess["kind"]) =>
  kind === "write" ? (["accessed", "dirty"] as const) : (["accessed"] as const);

const tableAt = (value: bigint): number => Number(value & 0xffffffffff000n);

function stepOf(
  { level, address, value }: PassedEntry,
  la: bigint,
  pae: boolean,
  leads: WalkStep["leads"],
  sets: WalkStep["sets"],
  to?: number,
): WalkStep {
  const indexBits = pae ? 9 : 10;
  const bit = (n: number) => ((value >> BigInt(n)) & 1n) !== 0n;
  // PDPTEs of PAE paging are registers, with neither rights nor an accessed bit.
  const isRegister = address < 0;
  const isPage = leads === "page";
  const bits = {
    present: bit(0),
    writable: !isRegister && bit(1),
    user: !isRegister && bit(2),
    writeThrough: bit(3),
    cacheDisabled: bit(4),
    accessed: !isRegister && bit(5),
    dirty: isPage && bit(6),
    large: level > 1 && leads !== "table" && bit(7),
    global: isPage && bit(8),
    noExecute: !isRegister && pae && bit(63),
    key: isPage && pae ? Number((value >> 59n) & 15n) : 0,
  };
  return {
    level,
    table: TABLES[level - 1] as TableName,
    index: Number((la >> BigInt(12 + indexBits * (level - 1))) & BigInt(2 ** indexBits - 1)),
    ...(isRegister ? {} : { address }),
    bytes: pae ? 8 : 4,
    value,
    bits,
    leads,
    ...(to === undefined ? {} : { to }),
    sets: isRegister ? [] : sets.filter((name) => !bits[name]),
  };
}

function pageOf(low: number, page: number, pageBits: number, flags: number, key: number): PageWalk["outcome"] {
  const size = 2 ** pageBits;
  return { kind: "page", physical: page + (low % size), page, size, ...rights(flags), key };
}

const rights = (flags: number) => ({
  writable: (flags & TLB_WRITE) !== 0,
  user: (flags & TLB_USER) !== 0,
  executable: (flags & TLB_NX) === 0,
  global: (flags & TLB_GLOBAL) !== 0,
});

/** What the TLBs of `p` hold: data first, set by set, the newest of each first. */
export function viewTlbs(p: Core): TlbView {
  const { data, code } = p.memory;
  return {
    data: { sets: DATA_SETS, large: DATA_LARGE },
    code: { sets: CODE_SETS, large: CODE_LARGE },
    entries: [...held("data", data), ...held("code", code)],
  };
}

function held(name: HeldTranslation["tlb"], tlb: Tlb): HeldTranslation[] {
  return tlb.entries().map(({ la, pa, pageBits, pcid, key, flags, set, age }) => ({
    tlb: name,
    linear: la,
    physical: pa,
    size: 2 ** pageBits,
    ...rights(flags),
    dirty: (flags & TLB_DIRTY) !== 0,
    pcid,
    key,
    set,
    age,
  }));
}
