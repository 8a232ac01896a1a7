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
/** No process-context identifier. */
const EVERY_CONTEXT = -1;
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
  /** Derived, so that nothing need be looked for where nothing is: the sets that hold entries; behind the last large one. */
  private readonly filled: Uint16Array;
  private filledCount = 0;
  private readonly isFilled: Uint8Array;
  private largeEnd: number;

  /** Over `bytes` of the processor's state: `sets` × 4 small entries, then `large` ones. */
  constructor(buffer: ArrayBufferLike, at: number, sets: number, large: number) {
    this.sets = sets;
    this.largeAt = sets * WAYS * WORDS;
    this.words = new Int32Array(buffer, at, this.largeAt + large * WORDS);
    this.filled = new Uint16Array(sets);
    this.isFilled = new Uint8Array(sets);
    this.largeEnd = this.largeAt;
  }

  /** The state was assigned: finds out what it holds. */
  restored(): void {
    this.isFilled.fill(0);
    this.filledCount = 0;
    for (let i = 0; i < this.largeAt; i += WORDS) if ((this.words[i + 2] as number) & TLB_PRESENT) this.noteFilled(i);
    this.largeEnd = this.words.length;
    this.shortenLarge();
  }

  /** The set of the small entry at `i` holds something. */
  private noteFilled(i: number): void {
    const set = Math.floor(i / (WAYS * WORDS));
    if (this.isFilled[set]) return;
    this.isFilled[set] = 1;
    this.filled[this.filledCount++] = set;
  }

  private shortenLarge(): void {
    while (this.largeEnd > this.largeAt && !((this.words[this.largeEnd - 2] as number) & TLB_PRESENT))
      this.largeEnd -= WORDS;
  }

  private empty(i: number): void {
    const w = this.words;
    w[i] = 0;
    w[i + 1] = 0;
    w[i + 2] = 0;
    w[i + 3] = 0;
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
    for (let i = this.largeAt; i < this.largeEnd; i += WORDS) if (this.coversLarge(i, low, high, pcid)) return i;
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

  /** Takes a translation in, in the place of what is known of its page: `found`, what `find` has just said of it. */
  insert(low: number, high: number, pcid: number, t: Translation, found: number): number {
    if (found >= 0 && this.renew(found, low, high, pcid, t)) return found;
    if (found >= 0) this.invalidate(low, high, pcid);
    const w = this.words;
    const large = t.pageBits > 12;
    const first = large ? this.largeAt : this.setOf(low);
    const end = large ? w.length : first + WAYS * WORDS;
    // Up to the first free entry, or over the oldest, all move one place on.
    let free = first;
    while (free < end - WORDS && (w[free + 2] as number) & TLB_PRESENT) free += WORDS;
    const pushedOut = ((w[free + 2] as number) & TLB_PRESENT) !== 0;
    const oldLow = (w[free] as number) & ~0xfff;
    const oldHigh = w[free + 1] as number;
    const oldBits = this.pageBits(free);
    for (let i = free - 1; i >= first; i--) w[i + WORDS] = w[i] as number;
    this.write(first, low, high, pcid, t);
    if (!large) this.noteFilled(first);
    else if (free >= this.largeEnd) this.largeEnd = free + WORDS;
    if (pushedOut) this.onDrop(oldLow, oldHigh, oldBits);
    return first;
  }

  /**
   * The same in place, where the entry at `i` is the newest of its set and nothing else is known of its page: as a first
   * store makes a page dirty. Whether it was so.
   */
  private renew(i: number, low: number, high: number, pcid: number, t: Translation): boolean {
    const w = this.words;
    const first = this.setOf(low);
    if (i !== first || t.pageBits > 12 || this.largeEnd > this.largeAt) return false;
    const page = low & ~0xfff;
    for (let j = first + WORDS; j < first + WAYS * WORDS; j += WORDS) {
      const isSame = ((w[j] as number) & ~0xfff) === page && w[j + 1] === (high | 0);
      if (isSame && (w[j + 2] as number) & TLB_PRESENT) return false;
    }
    const was = w[i + 2] as number;
    const wasAbove = w[i + 3] as number;
    this.write(i, low, high, pcid, t);
    if (wasAbove !== w[i + 3] || (was ^ (w[i + 2] as number)) & ~TLB_DIRTY) this.onDrop(page, high, 12);
    return true;
  }

  private write(i: number, low: number, high: number, pcid: number, t: Translation): void {
    const w = this.words;
    w[i] = (low & (-1 << t.pageBits)) | pcid;
    w[i + 1] = high;
    w[i + 2] = ((t.page % 2 ** 32) & ~0xfff) | t.flags | TLB_PRESENT;
    w[i + 3] = Math.floor(t.page / 2 ** 32) | (t.pageBits << 20) | (t.key << 28);
  }

  private drop(i: number): void {
    const w = this.words;
    const low = (w[i] as number) & ~0xfff;
    const high = w[i + 1] as number;
    const bits = this.pageBits(i);
    this.empty(i);
    if (i >= this.largeAt) this.shortenLarge();
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
    for (let i = this.largeAt; i < this.largeEnd; i += WORDS) if (this.coversLarge(i, low, high, pcid)) this.drop(i);
  }

  /** All, global entries too. The owner is told of a flush by its return, not of entries one by one. */
  flushAll(): void {
    for (let n = 0; n < this.filledCount; n++) {
      const set = this.filled[n] as number;
      this.words.fill(0, set * WAYS * WORDS, (set + 1) * WAYS * WORDS);
      this.isFilled[set] = 0;
    }
    this.filledCount = 0;
    this.words.fill(0, this.largeAt, this.largeEnd);
    this.largeEnd = this.largeAt;
  }

  /** All that is not global, of every context. */
  flushNonGlobal(): void {
    this.flushContext(EVERY_CONTEXT);
  }

  /** All of one context that is not global. */
  flushContext(pcid: number): void {
    let kept = 0;
    for (let n = 0; n < this.filledCount; n++) {
      const set = this.filled[n] as number;
      const first = set * WAYS * WORDS;
      if (this.flushRange(first, first + WAYS * WORDS, pcid)) this.filled[kept++] = set;
      else this.isFilled[set] = 0;
    }
    this.filledCount = kept;
    this.flushRange(this.largeAt, this.largeEnd, pcid);
    this.shortenLarge();
  }

  /** The same from `i` to `end`; whether entries are left there. */
  private flushRange(from: number, end: number, pcid: number): boolean {
    const w = this.words;
    let left = false;
    for (let i = from; i < end; i += WORDS) {
      const flags = w[i + 2] as number;
      if (!(flags & TLB_PRESENT)) continue;
      if (flags & TLB_GLOBAL || (pcid !== EVERY_CONTEXT && ((w[i] as number) & 0xfff) !== pcid)) left = true;
      else this.empty(i);
    }
    return left;
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
