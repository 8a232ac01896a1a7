/**
 * A whole machine at one tick, held in memory: its small state encoded, its large arrays as shared pages. Snapshots
 * (snapshot.ts), history (history.ts) and the state hash are all read from one of these.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import type { StateValue, Tick } from "../chipset/bus.ts";
import { capturePages, ownBytes, PAGE_BYTES, type PageTable } from "./pages.ts";
import { encodeState, Writer } from "./statecodec.ts";

export interface Checkpoint {
  readonly tick: Tick;
  /** Ticks that were instructions (or iterations of a repeated one), not idle time. */
  readonly instructions: number;
  /** encodeState of everything; blobs by number. */
  readonly state: Uint8Array;
  readonly blobs: readonly PageTable[];
}

/** Captures `state`; what did not change since `before` is shared with it. */
export function capture(tick: Tick, instructions: number, state: StateValue, before?: Checkpoint): Checkpoint {
  const blobs: PageTable[] = [];
  const encoded = encodeState(state, (bytes) => {
    blobs.push(capturePages(bytes, before?.blobs[blobs.length]));
    return blobs.length - 1;
  });
  return { tick, instructions, state: encoded, blobs };
}

/** Bytes that this checkpoint keeps alive and `other` does not. */
export function costBytes(checkpoint: Checkpoint, other: Checkpoint | undefined): number {
  let bytes = checkpoint.state.length;
  for (const [i, blob] of checkpoint.blobs.entries()) bytes += ownBytes(blob, other?.blobs[i]) + blob.pages.length * 8;
  return bytes;
}

/**
 * The checkpoint as bytes: state length and bytes; count of blobs; each blob's length, count of pages that are not all
 * zeros, and these with their numbers, ascending. Numbers are 32 bits, little-endian.
 */
export function encodeBody(checkpoint: Checkpoint): Uint8Array {
  const writer = new Writer();
  encodePieces(checkpoint, (piece) => writer.bytes(piece));
  return writer.finish();
}

/** SHA-256 of encodeBody, as 64 hex digits. */
export function hashOf(checkpoint: Checkpoint): string {
  const hash = sha256.create();
  encodePieces(checkpoint, (piece) => hash.update(piece));
  return Array.from(hash.digest(), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function encodePieces(checkpoint: Checkpoint, emit: (piece: Uint8Array) => void): void {
  const word = (value: number) => emit(new Uint8Array(Uint32Array.of(value).buffer));
  word(checkpoint.state.length);
  emit(checkpoint.state);
  word(checkpoint.blobs.length);
  for (const blob of checkpoint.blobs) {
    word(blob.length);
    word(blob.pages.reduce((count, page) => count + (page === undefined ? 0 : 1), 0));
    for (let page = 0; page < blob.pages.length; page++) {
      const bytes = blob.pages[page];
      if (bytes === undefined) continue;
      word(page);
      emit(bytes);
    }
  }
}

/** Bytes of page `page` in a blob of `length` bytes. */
export function pageLength(length: number, page: number): number {
  return Math.min(PAGE_BYTES, length - page * PAGE_BYTES);
}
