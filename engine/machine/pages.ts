/**
 * Large memory at one moment, as 4 KiB pages that moments share: capturing RAM again costs memory only for the pages
 * that changed since the moment before. A page of zeros is no page at all. Pages are never written once captured.
 */

export const PAGE_BYTES = 4096;

/** The bytes of one array at one moment. The last page is as long as the rest. */
export interface PageTable {
  readonly length: number;
  /** undefined: all zeros. */
  readonly pages: readonly (Uint8Array | undefined)[];
}

/** Copies `bytes`, sharing every page that `before` (a table of the same length) already holds. */
export function capturePages(bytes: Uint8Array, before?: PageTable): PageTable {
  const count = Math.ceil(bytes.length / PAGE_BYTES);
  const pages: (Uint8Array | undefined)[] = new Array(count);
  const known = before?.length === bytes.length ? before.pages : undefined;
  const words = wordsOf(bytes);
  for (let page = 0; page < count; page++) {
    const start = page * PAGE_BYTES;
    const end = Math.min(start + PAGE_BYTES, bytes.length);
    const old = known?.[page];
    if (old === undefined ? isZero(bytes, words, start, end) : isSame(bytes, start, old)) pages[page] = old;
    else pages[page] = isZero(bytes, words, start, end) ? undefined : bytes.slice(start, end);
  }
  return { length: bytes.length, pages };
}

/**
 * Writes the captured bytes back into an array of the same length. Zeros are not written over zeros: the host need not
 * find room for what was never touched.
 */
export function writePages(table: PageTable, target: Uint8Array): void {
  const words = wordsOf(target);
  for (let page = 0; page < table.pages.length; page++) {
    const start = page * PAGE_BYTES;
    const end = Math.min(start + PAGE_BYTES, table.length);
    const bytes = table.pages[page];
    if (bytes !== undefined) target.set(bytes, start);
    else if (!isZero(target, words, start, end)) target.fill(0, start, end);
  }
}

/** Bytes held by pages of `table` that `other` does not share. */
export function ownBytes(table: PageTable, other: PageTable | undefined): number {
  let bytes = 0;
  for (let page = 0; page < table.pages.length; page++) {
    const held = table.pages[page];
    if (held !== undefined && held !== other?.pages[page]) bytes += held.length;
  }
  return bytes;
}

/** The same memory in words, where it is aligned. */
function wordsOf(bytes: Uint8Array): Uint32Array | undefined {
  return bytes.byteOffset & 3 ? undefined : new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
}

/** Word-wise where alignment allows: these two loops are what a checkpoint costs. */
function isZero(bytes: Uint8Array, words: Uint32Array | undefined, start: number, end: number): boolean {
  let i = start;
  if (words !== undefined) {
    // Eight at a time: most of a machine's memory is zeros, and each capture looks at all of it.
    let at = start / 4;
    for (const last = (end >>> 2) - 7; at < last; at += 8) {
      const low = words[at] | words[at + 1] | words[at + 2] | words[at + 3];
      if ((low | words[at + 4] | words[at + 5] | words[at + 6] | words[at + 7]) !== 0) return false;
    }
    i = at * 4;
  }
  for (; i < end; i++) if (bytes[i] !== 0) return false;
  return true;
}

function isSame(bytes: Uint8Array, start: number, page: Uint8Array): boolean {
  if (((bytes.byteOffset + start) & 3) === 0 && (page.length & 3) === 0 && (page.byteOffset & 3) === 0) {
    const a = new Uint32Array(bytes.buffer, bytes.byteOffset + start, page.length >> 2);
    const b = new Uint32Array(page.buffer, page.byteOffset, page.length >> 2);
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
    return true;
  }
  for (let i = 0; i < page.length; i++) if (bytes[start + i] !== page[i]) return false;
  return true;
}
