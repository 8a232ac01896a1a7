/**
 * A machine's last checkpoint kept on the page's side of the worker, so that the machine survives its worker. Only the
 * pages that changed cross the boundary, packed into one transferred array.
 */
import type { Checkpoint } from "./checkpoint.ts";
import { pageLength } from "./checkpoint.ts";
import { PAGE_BYTES, type PageTable } from "./pages.ts";

/** What changed in one blob: `data` holds the bytes of `pages` in order; the pages of `zeros` are zeros now. */
interface BlobChange {
  readonly length: number;
  readonly pages: Uint32Array;
  readonly zeros: Uint32Array;
  readonly data: Uint8Array;
}

/** The way from one checkpoint to the next; from nothing, where `whole`. */
export interface CheckpointChange {
  readonly whole: boolean;
  readonly tick: number;
  readonly instructions: number;
  readonly state: Uint8Array;
  readonly blobs: readonly BlobChange[];
}

/** What is different in `next`; `before` undefined: everything. */
export function changeOf(next: Checkpoint, before: Checkpoint | undefined): CheckpointChange {
  const { tick, instructions } = next;
  const blobs = next.blobs.map((blob, i) => blobChange(blob, before?.blobs[i]));
  return { whole: before === undefined, tick, instructions, state: next.state.slice(), blobs };
}

function blobChange(next: PageTable, before: PageTable | undefined): BlobChange {
  const pages: number[] = [];
  const zeros: number[] = [];
  const known = before?.length === next.length ? before.pages : undefined;
  let bytes = 0;
  for (let page = 0; page < next.pages.length; page++) {
    const now = next.pages[page];
    if (now === known?.[page]) continue;
    if (now === undefined) {
      zeros.push(page);
      continue;
    }
    pages.push(page);
    bytes += now.length;
  }
  const data = new Uint8Array(bytes);
  let at = 0;
  for (const page of pages) {
    const now = next.pages[page] as Uint8Array;
    data.set(now, at);
    at += now.length;
  }
  return { length: next.length, pages: Uint32Array.from(pages), zeros: Uint32Array.from(zeros), data };
}

/** The checkpoint that `change` leads to from `before`. */
export function applyChange(change: CheckpointChange, before: Checkpoint | undefined): Checkpoint {
  const blobs = change.blobs.map((blob, i) => applyBlob(blob, change.whole ? undefined : before?.blobs[i]));
  return { tick: change.tick, instructions: change.instructions, state: change.state, blobs };
}

function applyBlob(change: BlobChange, before: PageTable | undefined): PageTable {
  const count = Math.ceil(change.length / PAGE_BYTES);
  const pages: (Uint8Array | undefined)[] = before?.length === change.length ? [...before.pages] : new Array(count);
  let at = 0;
  for (const page of change.pages) {
    const end = at + pageLength(change.length, page);
    // A copy: a view would keep the whole transfer alive for one page.
    pages[page] = change.data.slice(at, end);
    at = end;
  }
  for (const page of change.zeros) pages[page] = undefined;
  return { length: change.length, pages };
}

/** The arrays to transfer with a change. */
export function transferable(change: CheckpointChange): ArrayBuffer[] {
  return [change.state, ...change.blobs.flatMap((blob) => [blob.data, blob.pages, blob.zeros])].map(
    (array) => array.buffer as ArrayBuffer,
  );
}
