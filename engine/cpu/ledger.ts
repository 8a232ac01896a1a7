/**
 * The cost ledger: what a run did that a real processor would have paid for beside its instructions. It counts beside the
 * ticks and never alters them: guest time is the same whatever a page table or a device costs.
 *
 * Counted is architecture alone: a miss is one of the architectural TLB (tlb.ts), a walk what its miss made, whatever the
 * accelerators in front know. So counts do not depend on how a run was cut or executed; they are part of the processor's
 * state (snapshots, stepping back, the state hash), kept by INIT and zero after a reset.
 *
 * Not modelled: caches of memory and of paging structures (each level of a walk is a reference), overlap of one cost with
 * another. Lines that move between processors count where the machine's `cacheLines` asks for it (cachelines.ts), as every
 * access must be looked at for them.
 *
 * The charges are a model and not a measurement: round figures, typical of 64-bit processors of the 2010s at 2 to 3 GHz.
 */
import * as at from "./layout.ts";

/** One kind of event: what one costs, in cycles of the modelled processor, and what it is. */
export interface Charge {
  readonly cycles: number;
  readonly says: string;
}

export const CHARGES = {
  dataMiss4K: {
    cycles: 7,
    says: "A load or store whose 4 KiB page the data TLB did not hold. Its walk is charged apart.",
  },
  dataMiss2M: { cycles: 7, says: "The same where the page turned out to be of 2 MiB." },
  dataMiss4M: { cycles: 7, says: "The same for a page of 4 MiB." },
  dataMiss1G: { cycles: 7, says: "The same for a page of 1 GiB." },
  codeMiss4K: { cycles: 7, says: "A fetch whose 4 KiB page the code TLB did not hold. Its walk is charged apart." },
  codeMiss2M: { cycles: 7, says: "The same where the page turned out to be of 2 MiB." },
  codeMiss4M: { cycles: 7, says: "The same for a page of 4 MiB." },
  codeMiss1G: { cycles: 7, says: "The same for a page of 1 GiB." },
  rewalks: {
    cycles: 7,
    says: "A walk for a page that the TLB holds: to set the dirty bit, or because what it holds forbids the access.",
  },
  walkReads: {
    cycles: 12,
    says: "An entry of a page table that a walk read, of one that ended in a page fault too. As from a second-level cache.",
  },
  walkWrites: { cycles: 30, says: "An entry that a walk wrote, for an accessed or dirty bit. As a locked operation." },
  flushes: { cycles: 150, says: "All entries, or all of one context, were dropped: MOV to CR3, INVPCID, paging bits." },
  invalidations: { cycles: 150, says: "INVLPG, or INVPCID of one address." },
  pageFaults: { cycles: 0, says: "A page fault. Its walk and its exception are charged as such." },
  exceptions: { cycles: 400, says: "An exception was raised, a page fault too: the pipeline is emptied, a gate read." },
  interrupts: { cycles: 500, says: "An interrupt or NMI from outside was taken." },
  softwareInterrupts: { cycles: 150, says: "INT n, INT3 or INTO entered its handler." },
  ringCrossings: { cycles: 50, says: "The privilege level changed, either way, by whatever instruction or event." },
  modeChanges: { cycles: 100, says: "The mode changed: real, protected, virtual-8086, 64-bit, compatibility." },
  portReads: { cycles: 1500, says: "An access of IN or INS. As from a device behind a bridge, half a microsecond." },
  portWrites: { cycles: 1500, says: "An access of OUT or OUTS, which waits as a read does." },
  mmioReads: { cycles: 1000, says: "A read, of 4 bytes at most, of what is neither RAM nor ROM." },
  mmioWrites: { cycles: 100, says: "A write of that kind, which nobody waits for." },
  lineFetches: {
    cycles: 70,
    says: "A load from a line that only other processors' caches had: it comes from there, and is shared from then on.",
  },
  lineClaims: {
    cycles: 70,
    says: "A store to a line that other processors' caches had: they drop it. A locked instruction claims so, too.",
  },
} as const satisfies Readonly<Record<string, Charge>>;

export type LedgerItem = keyof typeof CHARGES;
export type LedgerCounts = Readonly<Record<LedgerItem, number>>;

const ITEMS = Object.keys(CHARGES) as LedgerItem[];
const PLACE = Object.fromEntries(ITEMS.map((item, i) => [item, i])) as Record<LedgerItem, number>;

/** Where in the processor an item's count is, a float64. */
export const ledgerAt = (item: LedgerItem): number => at.LEDGER + PLACE[item] * 8;

const MISSES = {
  data: { 12: "dataMiss4K", 21: "dataMiss2M", 22: "dataMiss4M", 30: "dataMiss1G" },
  code: { 12: "codeMiss4K", 21: "codeMiss2M", 22: "codeMiss4M", 30: "codeMiss1G" },
} as const satisfies Record<"data" | "code", Record<number, LedgerItem>>;

/** The item of a miss by the TLB and log₂ of the page's size. */
export function missItem(code: boolean, pageBits: number): LedgerItem {
  return MISSES[code ? "code" : "data"][pageBits as 12 | 21 | 22 | 30];
}

/** A processor's counts, one float64 each at LEDGER in its state, in the order of CHARGES. */
export class Ledger {
  /** Entries that the last walk without success read: counted once its fault is. */
  failedReads = 0;
  private readonly counts: Float64Array;

  constructor(buffer: ArrayBufferLike, cpu: number) {
    this.counts = new Float64Array(buffer, cpu + at.LEDGER, ITEMS.length);
  }

  add(item: LedgerItem, count = 1): void {
    (this.counts[PLACE[item]] as number) += count;
  }

  /** A page fault is raised: not each time that a fetch is tried, but when the instruction comes to it. */
  pageFault(): void {
    this.add("pageFaults");
    this.add("walkReads", this.failedReads);
    this.failedReads = 0;
  }

  read(): LedgerCounts {
    return Object.fromEntries(ITEMS.map((item, i) => [item, this.counts[i]])) as Record<LedgerItem, number>;
  }
}

/** What `counts` come to. */
export function cyclesOf(counts: LedgerCounts): number {
  return ITEMS.reduce((sum, item) => sum + counts[item] * CHARGES[item].cycles, 0);
}
