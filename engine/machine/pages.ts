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
  for (let page = 0; page < count; page++) {
    const start = page * PAGE_BYTES;
    const end = Math.min(start + PAGE_BYTES, bytes.length);
    const old = known?.[page];
    if (old === undefined ? isZero(bytes, start, end) : isSame(bytes, start, old)) pages[page] = old;
    else pages[page] = isZero(bytes, start, end) ? undefined : bytes.slice(start, end);
  }
  return { length: bytes.length, pages };
}

/** Writes the captured bytes back into an array of the same length. */
export function writePages(table: PageTable, target: Uint8Array): void {
  for (let page = 0; page < table.pages.length; page++) {
    const start = page * PAGE_BYTES;
    const bytes = table.pages[page];
    if (bytes === undefined) target.fill(0, start, Math.min(start + PAGE_BYTES, table.length));
    else target.set(bytes, start);
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

/** Word-wise where alignment allows: these two loops are what a checkpoint costs. */
function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  if (((bytes.byteOffset + start) & 3) === 0 && ((end - start) & 3) === 0) {
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset + start, (end - start) >> 2);
    let i = 0;
    // Eight at a time: most of a machine's memory is zeros, and each capture looks at all of it.
    for (const end8 = words.length & ~7; i < end8; i += 8) {
      const low = words[i] | words[i + 1] | words[i + 2] | words[i + 3];
      if ((low | words[i + 4] | words[i + 5] | words[i + 6] | words[i + 7]) !== 0) return false;
    }
    for (; i < words.length; i++) if (words[i] !== 0) return false;
    return true;
  }
  for (let i = start; i < end; i++) if (bytes[i] !== 0) return false;
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
