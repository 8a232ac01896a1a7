/**
 * Segment registers: selectors with the descriptors cached behind them, and what a load or store through one is checked
 * for. Source: AMD APM vol. 2, chapter 4 "Segmented Virtual Memory".
 */
import * as at from "./layout.ts";

export const ES = 0;
export const CS = 1;
export const SS = 2;
export const DS = 3;
export const FS = 4;
export const GS = 5;
export const LDTR = 6;
export const TR = 7;

/** Attribute bits of a cached descriptor: bits 8–23 of the descriptor's second word, shifted right by 8. */
export const TYPE = 0x000f;
/** Code or data, not system. */
export const S = 0x0010;
export const DPL = 0x0060;
export const P = 0x0080;
export const L = 0x2000;
/** D/B: 32-bit code, stack pointer, or upper bound. */
export const DB = 0x4000;
export const G = 0x8000;
/** In TYPE, of code and data segments. */
export const CODE = 8;
export const CONFORMING = 4; // code
export const EXPAND_DOWN = 4; // data
export const READABLE = 2; // code
export const WRITABLE = 2; // data
export const ACCESSED = 1;

/** One cached segment register. */
export interface Segment {
  selector: number;
  /** 0 where the register holds a null selector. */
  attributes: number;
  base: number;
  limit: number;
}

/** Segment registers as they lie in a processor's state. */
export class SegmentFile {
  private readonly view: DataView;
  private readonly first: number;
  private readonly words: Int32Array;

  constructor(view: DataView, cpu: number) {
    this.view = view;
    this.first = cpu + at.SEGMENTS;
    this.words = new Int32Array(view.buffer, this.first, (8 * at.SEGMENT_BYTES) / 4);
  }

  /** All that a register holds, what is derived too. */
  copy(n: number): Int32Array {
    return this.words.slice((n * at.SEGMENT_BYTES) / 4, ((n + 1) * at.SEGMENT_BYTES) / 4);
  }

  assign(n: number, copy: Int32Array): void {
    const first = (n * at.SEGMENT_BYTES) / 4;
    for (let i = 0; i < at.SEGMENT_BYTES / 4; i++) this.words[first + i] = copy[i] as number;
  }

  private slot(n: number): number {
    return this.first + n * at.SEGMENT_BYTES;
  }

  selector(n: number): number {
    return this.view.getUint32(this.slot(n) + at.SEGMENT_SELECTOR, true);
  }
  attributes(n: number): number {
    return this.view.getUint32(this.slot(n) + at.SEGMENT_ATTRIBUTES, true);
  }
  base(n: number): number {
    return this.view.getUint32(this.slot(n) + at.SEGMENT_BASE, true);
  }
  /** All 64 bits: of FS, GS, LDTR and TR in long mode. `base` is the low half. */
  base64(n: number): bigint {
    return this.view.getBigUint64(this.slot(n) + at.SEGMENT_BASE, true);
  }
  /** The same, stored; `set` clears the high half. */
  setBase64(n: number, base: bigint): void {
    this.view.setBigUint64(this.slot(n) + at.SEGMENT_BASE, base, true);
  }
  limit(n: number): number {
    return this.view.getUint32(this.slot(n) + at.SEGMENT_LIMIT, true);
  }

  get(n: number): Segment {
    return { selector: this.selector(n), attributes: this.attributes(n), base: this.base(n), limit: this.limit(n) };
  }

  set(n: number, s: Segment): void {
    const slot = this.slot(n);
    const v = this.view;
    v.setUint32(slot + at.SEGMENT_SELECTOR, s.selector, true);
    v.setUint32(slot + at.SEGMENT_ATTRIBUTES, s.attributes, true);
    v.setUint32(slot + at.SEGMENT_BASE, s.base, true);
    v.setUint32(slot + at.SEGMENT_BASE + 4, 0, true);
    v.setUint32(slot + at.SEGMENT_LIMIT, s.limit, true);
    const end = n > GS ? 0 : fastEnd(s);
    const reads = n <= GS && readable(s);
    const writes = n <= GS && writable(s);
    v.setUint32(slot + at.SEGMENT_READ_END, reads ? end : 0, true);
    v.setUint32(slot + at.SEGMENT_WRITE_END, writes ? end : 0, true);
    const flat = s.base === 0 && s.limit === 0xffffffff && end !== 0;
    v.setUint32(slot + at.SEGMENT_FLAT, flat ? (reads ? 1 : 0) | (writes ? 2 : 0) : 0, true);
  }

  /** Loads a selector as real and virtual-8086 mode do: the base is the selector times 16, the limit stays. */
  setReal(n: number, selector: number, attributes: number): void {
    const slot = this.slot(n);
    const v = this.view;
    if (
      v.getUint32(slot + at.SEGMENT_ATTRIBUTES, true) === attributes &&
      v.getUint32(slot + at.SEGMENT_LIMIT, true) === 0xffff
    ) {
      v.setUint32(slot + at.SEGMENT_SELECTOR, selector, true);
      v.setUint32(slot + at.SEGMENT_BASE, selector << 4, true);
      return;
    }
    this.set(n, { selector, base: selector << 4, limit: this.limit(n), attributes });
  }

  /** Covers 4 GiB from 0, so that an offset is a linear address; `write`: and can be written. */
  isFlat(n: number, write: boolean): boolean {
    return (this.view.getUint32(this.slot(n) + at.SEGMENT_FLAT, true) & (write ? 2 : 1)) !== 0;
  }
}

const isCode = (s: Segment): boolean => (s.attributes & CODE) !== 0;

export function readable(s: Segment): boolean {
  return (s.attributes & P) !== 0 && (!isCode(s) || (s.attributes & READABLE) !== 0);
}

export function writable(s: Segment): boolean {
  return (s.attributes & P) !== 0 && !isCode(s) && (s.attributes & WRITABLE) !== 0;
}

/** Below this offset an access of up to 8 bytes is inside an expand-up segment; 0: always look closer. */
function fastEnd(s: Segment): number {
  if (!(s.attributes & P) || (!isCode(s) && s.attributes & EXPAND_DOWN)) return 0;
  return s.limit < 7 ? 0 : s.limit - 7;
}

/** Whether `bytes` at `offset` are inside the segment's limit (AMD APM vol. 2, 4.7.1 and 4.12). */
export function insideLimit(s: Segment, offset: number, bytes: number): boolean {
  const last = offset + bytes - 1;
  if (!isCode(s) && s.attributes & EXPAND_DOWN)
    return offset > s.limit && last <= (s.attributes & DB ? 0xffffffff : 0xffff);
  return last <= s.limit;
}
