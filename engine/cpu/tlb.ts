/**
 * The architectural TLB: what a translation was when it was made, until it is flushed or pushed out. Really stale, saved
 * with the state, and the same in every run, because only fills and flushes change it.
 *
 * Small pages (4 KiB) lie in sets of four ways; large ones (2 MiB, 4 MiB, 1 GiB) in one list. Within a set the newest
 * comes first, and a fill pushes the oldest out. An entry is 16 bytes:
 *
 *     word 0   bits 12–31 of the linear address │ process-context identifier
 *     word 1   bits 32–63 of the linear address
 *     word 2   bits 12–31 of the physical address │ flags, as a page-table entry has them: TLB_*
 *     word 3   bits 32–51 of the physical address │ at 20: log₂ of the page's size │ at 28: protection key
 *
 * Source: AMD APM vol. 2, 5.5 "Translation-Lookaside Buffer"; Intel SDM vol. 3A, 4.10.
 */

export const TLB_PRESENT = 0x001;
export const TLB_WRITE = 0x002;
export const TLB_USER = 0x004;
export const TLB_DIRTY = 0x040;
export const TLB_GLOBAL = 0x100;
export const TLB_NX = 0x200;

/** A page as the walk found it. */
export interface Translation {
  /** Physical address of its first byte. */
  readonly page: number;
  readonly pageBits: number;
  /** TLB_WRITE and the like, over all levels. */
  readonly flags: number;
  /** Protection key. */
  readonly key: number;
}

const WORDS = 4;
const WAYS = 4;
export const TLB_ENTRY_BYTES = 16;

/** An entry, read out. */
export interface TlbEntry {
  readonly la: bigint;
  readonly pa: number;
  readonly pageBits: number;
  readonly pcid: number;
  readonly key: number;
  readonly flags: number;
  /** −1: among the large ones. */
  readonly set: number;
  /** Place in the set or list, from 0, the newest. */
  readonly age: number;
}

export class Tlb {
  /** Called when a translation is no longer there: its page's linear address and the log₂ of its size. */
  onDrop: (low: number, high: number, pageBits: number) => void = () => {};
  private readonly words: Int32Array;
  private readonly sets: number;
  private readonly largeAt: number;

  /** Over `bytes` of the processor's state: `sets` × 4 small entries, then `large` ones. */
  constructor(buffer: ArrayBufferLike, at: number, sets: number, large: number) {
    this.sets = sets;
    this.largeAt = sets * WAYS * WORDS;
    this.words = new Int32Array(buffer, at, this.largeAt + large * WORDS);
  }

  /** Bytes of state that a TLB of this size takes. */
  static bytes(sets: number, large: number): number {
    return (sets * WAYS + large) * TLB_ENTRY_BYTES;
  }

  private setOf(low: number): number {
    return ((low >>> 12) % this.sets) * WAYS * WORDS;
  }

  /** Index of the entry's first word, −1 where there is none. */
  find(low: number, high: number, pcid: number): number {
    const w = this.words;
    const tag = (low & ~0xfff) | pcid;
    const first = this.setOf(low);
    for (let i = first; i < first + WAYS * WORDS; i += WORDS) {
      const flags = w[i + 2] as number;
      if (!(flags & TLB_PRESENT) || w[i + 1] !== (high | 0)) continue;
      const other = (w[i] as number) ^ tag;
      if (other === 0 || (flags & TLB_GLOBAL && (other & ~0xfff) === 0)) return i;
    }
    for (let i = this.largeAt; i < w.length; i += WORDS) if (this.coversLarge(i, low, high, pcid)) return i;
    return -1;
  }

  private coversLarge(i: number, low: number, high: number, pcid: number): boolean {
    const w = this.words;
    const flags = w[i + 2] as number;
    if (!(flags & TLB_PRESENT) || w[i + 1] !== (high | 0)) return false;
    const tag = w[i] as number;
    if ((tag ^ low) & (-1 << this.pageBits(i))) return false;
    return (flags & TLB_GLOBAL) !== 0 || (tag & 0xfff) === pcid;
  }

  flags(i: number): number {
    return (this.words[i + 2] as number) & 0xfff;
  }
  pageBits(i: number): number {
    return ((this.words[i + 3] as number) >>> 20) & 31;
  }
  key(i: number): number {
    return (this.words[i + 3] as number) >>> 28;
  }
  /** Physical address of `low` on the entry's page. */
  physical(i: number, low: number): number {
    const inPage = (1 << this.pageBits(i)) - 1;
    const page = ((this.words[i + 2] as number) & ~0xfff) >>> 0;
    return ((this.words[i + 3] as number) & 0xfffff) * 2 ** 32 + page + ((low & inPage) >>> 0);
  }

  /** Takes a translation in, in the place of what is known of its page. */
  insert(low: number, high: number, pcid: number, t: Translation): number {
    this.invalidate(low, high, pcid);
    const w = this.words;
    const large = t.pageBits > 12;
    const first = large ? this.largeAt : this.setOf(low);
    const end = large ? w.length : first + WAYS * WORDS;
    // Up to the first free entry, or over the oldest, all move one place on.
    let free = first;
    while (free < end - WORDS && (w[free + 2] as number) & TLB_PRESENT) free += WORDS;
    const pushedOut = (w[free + 2] as number) & TLB_PRESENT;
    const old = pushedOut ? [w[free] as number, w[free + 1] as number, this.pageBits(free)] : undefined;
    w.copyWithin(first + WORDS, first, free);
    w[first] = (low & (-1 << t.pageBits)) | pcid;
    w[first + 1] = high;
    w[first + 2] = ((t.page % 2 ** 32) & ~0xfff) | t.flags | TLB_PRESENT;
    w[first + 3] = Math.floor(t.page / 2 ** 32) | (t.pageBits << 20) | (t.key << 28);
    if (old) this.onDrop((old[0] as number) & ~0xfff, old[1] as number, old[2] as number);
    return first;
  }

  private drop(i: number): void {
    const w = this.words;
    const [low, high, bits] = [(w[i] as number) & ~0xfff, w[i + 1] as number, this.pageBits(i)];
    w.fill(0, i, i + WORDS);
    this.onDrop(low, high, bits);
  }

  /** Forgets the page of a linear address under `pcid`, and a global one (INVLPG). */
  invalidate(low: number, high: number, pcid: number): void {
    const w = this.words;
    const first = this.setOf(low);
    for (let i = first; i < first + WAYS * WORDS; i += WORDS) {
      const flags = w[i + 2] as number;
      if (!(flags & TLB_PRESENT) || w[i + 1] !== (high | 0)) continue;
      const other = (w[i] as number) ^ ((low & ~0xfff) | pcid);
      if (other === 0 || (flags & TLB_GLOBAL && (other & ~0xfff) === 0)) this.drop(i);
    }
    for (let i = this.largeAt; i < w.length; i += WORDS) if (this.coversLarge(i, low, high, pcid)) this.drop(i);
  }

  /** Forgets what `which` says of the entries; their owner is told by its return, not one by one. */
  private flush(which: (tag: number, flags: number) => boolean): void {
    const w = this.words;
    for (let i = 0; i < w.length; i += WORDS) {
      const flags = w[i + 2] as number;
      if (flags & TLB_PRESENT && which(w[i] as number, flags)) w.fill(0, i, i + WORDS);
    }
  }

  flushAll(): void {
    this.words.fill(0);
  }
  /** All that is not global, of every context. */
  flushNonGlobal(): void {
    this.flush((_tag, flags) => !(flags & TLB_GLOBAL));
  }
  /** All of one context that is not global. */
  flushContext(pcid: number): void {
    this.flush((tag, flags) => !(flags & TLB_GLOBAL) && (tag & 0xfff) === pcid);
  }
  /** The page of a linear address under `pcid` where it is not global (INVPCID type 0). */
  invalidateInContext(low: number, high: number, pcid: number): void {
    const i = this.find(low, high, pcid);
    if (i >= 0 && !(this.flags(i) & TLB_GLOBAL)) this.drop(i);
  }

  /** What it holds, set by set, the newest of each first. */
  entries(): TlbEntry[] {
    const found: TlbEntry[] = [];
    const w = this.words;
    for (let i = 0; i < w.length; i += WORDS) {
      if (!((w[i + 2] as number) & TLB_PRESENT)) continue;
      const low = (w[i] as number) & ~0xfff;
      const la = (BigInt(w[i + 1] as number) << 32n) | BigInt(low >>> 0);
      found.push({
        la: BigInt.asUintN(64, la),
        pa: this.physical(i, 0),
        pageBits: this.pageBits(i),
        pcid: (w[i] as number) & 0xfff,
        key: this.key(i),
        flags: this.flags(i),
        set: i < this.largeAt ? Math.floor(i / (WAYS * WORDS)) : -1,
        age: (i < this.largeAt ? i % (WAYS * WORDS) : i - this.largeAt) / WORDS,
      });
    }
    return found;
  }
}
