/**
 * Snapshots: a checkpoint as bytes that outlive the process.
 *
 *   0   "RING-1SS"                    8 bytes
 *   8   version, 1                    u32
 *   12  tick                          float64
 *   20  instructions                  float64
 *   28  engine build                  u32 length, UTF-8
 *   …   body: encodeBody (checkpoint.ts)
 *   −32 SHA-256 of the body, which is also the machine's state hash
 *
 * RAM and device memory of zeros take no room. ROM and drive images are the configuration's and are not in here.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import type { Snapshot } from "./api.ts";
import { type Checkpoint, encodeBody, pageLength } from "./checkpoint.ts";
import { MAX_MEMORY_MIB } from "./memorysize.ts";
import { PAGE_BYTES, type PageTable } from "./pages.ts";
import { type Decoded, decodeState, EncodingFault, Reader, Writer } from "./statecodec.ts";

const MAGIC = "RING-1SS";
const VERSION = 1;
/** No machine of ours has more in one array. */
const MAX_BLOB = MAX_MEMORY_MIB * 2 ** 20;

/** A snapshot that cannot be used: where in its data, and what was expected there. */
export interface SnapshotFault {
  readonly offset: number;
  readonly message: string;
}

/** The checkpoint as a snapshot of engine build `engine`. */
export function toSnapshot(checkpoint: Checkpoint, engine: string): Snapshot {
  const body = encodeBody(checkpoint);
  const writer = new Writer();
  writer.bytes(new TextEncoder().encode(MAGIC));
  writer.u32(VERSION);
  writer.f64(checkpoint.tick);
  writer.f64(checkpoint.instructions);
  writer.string(engine);
  writer.bytes(body);
  writer.bytes(sha256(body));
  return { format: "ring-snapshot", engine, tick: checkpoint.tick, data: writer.finish() };
}

/** Reads a snapshot's bytes. Never throws; its state is still unchecked (stateshape.ts). */
export function fromSnapshot(data: Uint8Array): { checkpoint: Checkpoint; engine: string } | { fault: SnapshotFault } {
  try {
    return parse(data);
  } catch (error) {
    if (error instanceof EncodingFault) return { fault: { offset: error.offset, message: error.message } };
    throw error;
  }
}

/** The state that a checkpoint holds. Never throws. */
export function readState(checkpoint: Checkpoint): { state: { [part: string]: Decoded } } | { fault: SnapshotFault } {
  try {
    const state = decodeState(checkpoint.state, checkpoint.blobs);
    if (isRecord(state)) return { state };
    return { fault: { offset: 0, message: "byte 0 of the state: expected a record" } };
  } catch (error) {
    if (!(error instanceof EncodingFault)) throw error;
    return { fault: { offset: error.offset, message: `state, ${error.message}` } };
  }
}

function isRecord(value: Decoded): value is { [part: string]: Decoded } {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function parse(data: Uint8Array): { checkpoint: Checkpoint; engine: string } {
  const reader = new Reader(data);
  const magic = String.fromCharCode(...reader.bytes(8, `"${MAGIC}"`));
  if (magic !== MAGIC) throw reader.fault(`"${MAGIC}", the start of a snapshot`, 8);
  const version = reader.u32("the snapshot's version");
  if (version !== VERSION) throw reader.fault(`snapshot version ${VERSION}, not ${version}`, 4);
  const tick = moment(reader, "the tick");
  const instructions = moment(reader, "the count of instructions");
  const engine = reader.string("the engine's build");
  const start = reader.position;
  const stateLength = reader.u32("the length of the state");
  const state = reader.bytes(stateLength, "the state");
  const blobs: PageTable[] = [];
  const count = reader.u32("the count of blobs");
  for (let i = 0; i < count; i++) blobs.push(readBlob(reader));
  const end = reader.position;
  const digest = reader.bytes(32, "the SHA-256 of the body");
  if (reader.position !== data.length) throw reader.fault("the end of the snapshot", 0);
  const real = sha256(data.subarray(start, end));
  if (digest.some((byte, i) => byte !== real[i])) throw new EncodingFault(end, "the SHA-256 of the bytes before");
  return { checkpoint: { tick, instructions, state, blobs }, engine };
}

function moment(reader: Reader, what: string): number {
  const value = reader.f64(what);
  if (!Number.isSafeInteger(value) || value < 0) throw reader.fault(`${what}, an integer from 0`, 8);
  return value;
}

function readBlob(reader: Reader): PageTable {
  const length = reader.u32("the length of a blob");
  if (length > MAX_BLOB) throw reader.fault(`a blob of at most ${MAX_MEMORY_MIB} MiB`, 4);
  const count = Math.ceil(length / PAGE_BYTES);
  const present = reader.u32("the count of pages");
  const pages: (Uint8Array | undefined)[] = new Array(count).fill(undefined);
  let last = -1;
  for (let i = 0; i < present; i++) {
    const page = reader.u32("the number of a page");
    if (page <= last || page >= count) throw reader.fault(`a page number above ${last} and below ${count}`, 4);
    pages[page] = reader.bytes(pageLength(length, page), `page ${page}`);
    last = page;
  }
  return { length, pages };
}
