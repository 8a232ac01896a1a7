/**
 * A hard disk's or CD's image that a guest may write: the image itself is shared and never written, and what is written
 * stands in blocks of 4 KiB beside it, so that a snapshot holds only what changed.
 */

/** As a snapshot keeps it. */
export type DiskChanges = {
  /** Block numbers in the order of their first write. */
  blocks: number[];
  /** Their bytes in that order, with room for more; empty while nothing is written. */
  bytes: Uint8Array;
};

const BLOCK = 4096;
const FIRST_ROOM = 16;

/** Nothing written yet. */
export function noChanges(): DiskChanges {
  return { blocks: [], bytes: new Uint8Array(0) };
}

/** The image with its changes. `changes` is asked for at each access: restoring a snapshot replaces it. */
export class DiskImage {
  readonly #image: Uint8Array;
  readonly #changes: () => DiskChanges;
  /** Place in `changes.blocks` by block number. */
  readonly #places = new Map<number, number>();

  constructor(image: Uint8Array, changes: () => DiskChanges) {
    this.#image = image;
    this.#changes = changes;
    this.restored();
  }

  /** In bytes. */
  get length(): number {
    return this.#image.length;
  }

  restored(): void {
    this.#places.clear();
    for (const [place, block] of this.#changes().blocks.entries()) this.#places.set(block, place);
  }

  /** Fills `target` from byte `offset` on; zeros past the end. */
  read(offset: number, target: Uint8Array): void {
    for (let i = 0; i < target.length; ) {
      const block = Math.floor((offset + i) / BLOCK);
      const within = (offset + i) % BLOCK;
      const count = Math.min(target.length - i, BLOCK - within);
      const place = this.#places.get(block);
      const part =
        place === undefined
          ? this.#image.subarray(offset + i, offset + i + count)
          : this.#changes().bytes.subarray(place * BLOCK + within, place * BLOCK + within + count);
      target.set(part, i);
      if (part.length < count) target.fill(0, i + part.length, i + count);
      i += count;
    }
  }

  /** Stores `source` from byte `offset` on; what is past the end is lost. */
  write(offset: number, source: Uint8Array): void {
    const end = Math.min(source.length, this.length - offset);
    for (let i = 0; i < end; ) {
      const within = (offset + i) % BLOCK;
      const count = Math.min(end - i, BLOCK - within);
      const place = this.#place(Math.floor((offset + i) / BLOCK));
      this.#changes().bytes.set(source.subarray(i, i + count), place * BLOCK + within);
      i += count;
    }
  }

  /** All bytes as they are now: what goes back into a file that asks for it. */
  contents(): Uint8Array {
    const all = this.#image.slice();
    const { blocks, bytes } = this.#changes();
    for (const [place, block] of blocks.entries()) {
      const count = Math.min(BLOCK, all.length - block * BLOCK);
      all.set(bytes.subarray(place * BLOCK, place * BLOCK + count), block * BLOCK);
    }
    return all;
  }

  /** Where the block's changed bytes are; made from the image at its first write. */
  #place(block: number): number {
    const known = this.#places.get(block);
    if (known !== undefined) return known;
    const changes = this.#changes();
    const place = changes.blocks.length;
    if ((place + 1) * BLOCK > changes.bytes.length) {
      const grown = new Uint8Array(Math.max(FIRST_ROOM * BLOCK, 2 * changes.bytes.length));
      grown.set(changes.bytes);
      changes.bytes = grown;
    }
    changes.bytes.set(this.#image.subarray(block * BLOCK, (block + 1) * BLOCK), place * BLOCK);
    changes.blocks.push(block);
    this.#places.set(block, place);
    return place;
  }
}
