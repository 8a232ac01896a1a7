/**
 * Plain state (numbers, strings, lists, records, typed arrays) as bytes, and back: one value has one encoding, so equal
 * states have equal hashes.
 *
 *   0 null   1 false   2 true   3 number: float64   4 string: length, UTF-8   5, 6, 7 Uint8Array, Uint16Array,
 *   Uint32Array: length in elements, elements   8 list: count, values   9 record: count, then key (as a string without
 *   tag) and value, by ascending key   10, 11, 12 the typed arrays again, from 4 KiB on: number of a blob
 *
 * Lengths and counts are 32 bits; everything is little-endian. Blobs are kept beside the encoding, as pages.
 */
import type { State, StateValue } from "../chipset/bus.ts";
import { EngineError } from "../wasm/error.ts";
import { type PageTable, writePages } from "./pages.ts";

const BLOB_BYTES = 4096;
const ARRAYS = [Uint8Array, Uint16Array, Uint32Array] as const;
type Words = Uint8Array | Uint16Array | Uint32Array;

/** What was wrong with bytes that should be an encoding: where, and what was expected there. */
export class EncodingFault extends Error {
  readonly offset: number;
  readonly expected: string;
  constructor(offset: number, expected: string) {
    super(`byte ${offset}: expected ${expected}`);
    this.offset = offset;
    this.expected = expected;
  }
}

/** A large array of a decoded state, still as pages: `elements` long, in elements of `type`. */
export class Blob {
  readonly table: PageTable;
  readonly type: (typeof ARRAYS)[number];
  constructor(table: PageTable, type: (typeof ARRAYS)[number]) {
    this.table = table;
    this.type = type;
  }
  get elements(): number {
    return this.table.length / this.type.BYTES_PER_ELEMENT;
  }
  /** Its bytes as an array of their own. */
  array(): Words {
    const bytes = new Uint8Array(this.table.length);
    writePages(this.table, bytes);
    return new this.type(bytes.buffer);
  }
}

/** A state as decodeState answers it. */
export type Decoded = StateValue | Blob | Decoded[] | { [key: string]: Decoded };

/** Encodes `value`; `blob` takes each large array and answers its number. */
export function encodeState(value: StateValue, blob: (bytes: Uint8Array) => number): Uint8Array {
  const writer = new Writer();
  write(writer, value, blob, "");
  return writer.finish();
}

/** Decodes what encodeState made. Throws EncodingFault with the offset in `bytes` (plus `base`) where it is not that. */
export function decodeState(bytes: Uint8Array, blobs: readonly PageTable[], base = 0): Decoded {
  const reader = new Reader(bytes, base);
  const value = read(reader, blobs, 0);
  if (reader.position !== bytes.length) throw reader.fault("the end of the state", 0);
  return value;
}

/** Bytes that grow. */
export class Writer {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  length = 0;

  #room(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.#bytes.length) {
      const bigger = new Uint8Array(Math.max(this.length, this.#bytes.length * 2));
      bigger.set(this.#bytes);
      this.#bytes = bigger;
      this.#view = new DataView(bigger.buffer);
    }
    return at;
  }

  u8(value: number): void {
    const at = this.#room(1);
    this.#bytes[at] = value;
  }

  u32(value: number): void {
    const at = this.#room(4);
    this.#view.setUint32(at, value, true);
  }

  f64(value: number): void {
    const at = this.#room(8);
    this.#view.setFloat64(at, value, true);
  }

  bytes(value: Uint8Array): void {
    const at = this.#room(value.length);
    this.#bytes.set(value, at);
  }

  string(value: string): void {
    const utf8 = new TextEncoder().encode(value);
    this.u32(utf8.length);
    this.bytes(utf8);
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.length);
  }
}

/** Bytes read in order; a read past the end is an EncodingFault. */
export class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #base: number;
  position = 0;

  constructor(bytes: Uint8Array, base = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#base = base;
  }

  /** A fault `back` bytes before the position. */
  fault(expected: string, back: number): EncodingFault {
    return new EncodingFault(this.#base + this.position - back, expected);
  }

  #take(count: number, what: string): number {
    if (this.position + count > this.#bytes.length) {
      throw this.fault(`${what} (${count} bytes, but ${this.#bytes.length - this.position} are left)`, 0);
    }
    this.position += count;
    return this.position - count;
  }

  u8(what: string): number {
    return this.#bytes[this.#take(1, what)];
  }

  u32(what: string): number {
    return this.#view.getUint32(this.#take(4, what), true);
  }

  f64(what: string): number {
    return this.#view.getFloat64(this.#take(8, what), true);
  }

  bytes(count: number, what: string): Uint8Array {
    const at = this.#take(count, what);
    return this.#bytes.slice(at, at + count);
  }

  string(what: string): string {
    const length = this.u32(`the length of ${what}`);
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(this.bytes(length, what));
    } catch (error) {
      if (error instanceof EncodingFault) throw error;
      throw this.fault(`UTF-8 in ${what}`, length);
    }
  }
}

function write(writer: Writer, value: unknown, blob: (bytes: Uint8Array) => number, path: string): void {
  if (value === null) {
    writer.u8(0);
    return;
  }
  if (typeof value === "boolean") {
    writer.u8(value ? 2 : 1);
    return;
  }
  if (typeof value === "number") {
    writer.u8(3);
    writer.f64(value);
    return;
  }
  if (typeof value === "string") {
    writer.u8(4);
    writer.string(value);
    return;
  }
  const kind = ARRAYS.findIndex((type) => value instanceof type);
  if (kind >= 0) {
    writeArray(writer, value as Words, kind, blob);
    return;
  }
  if (Array.isArray(value)) {
    writer.u8(8);
    writer.u32(value.length);
    for (let i = 0; i < value.length; i++) write(writer, value[i], blob, `${path}[${i}]`);
    return;
  }
  if (typeof value !== "object") throw new EngineError("state that is not plain data", { path, type: typeof value });
  const record = value as State;
  const keys = Object.keys(record).sort();
  writer.u8(9);
  writer.u32(keys.length);
  for (const key of keys) {
    writer.string(key);
    write(writer, record[key], blob, `${path}.${key}`);
  }
}

function writeArray(writer: Writer, value: Words, kind: number, blob: (bytes: Uint8Array) => number): void {
  const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (bytes.length >= BLOB_BYTES) {
    writer.u8(10 + kind);
    writer.u32(blob(bytes));
    return;
  }
  writer.u8(5 + kind);
  writer.u32(value.length);
  writer.bytes(bytes);
}

/** Assigns a member of any name: one called `__proto__` is a member, too, and not the prototype. */
export function setMember<Value>(record: { [key: string]: Value }, key: string, value: Value): void {
  if (key !== "__proto__") record[key] = value;
  else Object.defineProperty(record, key, { value, enumerable: true, writable: true, configurable: true });
}

/** Deeper than any state of ours; keeps a crafted encoding from using up the stack. */
const MAX_DEPTH = 64;

function read(reader: Reader, blobs: readonly PageTable[], depth: number): Decoded {
  const tag = reader.u8("the tag of a value");
  if (depth > MAX_DEPTH) throw reader.fault("values nested at most 64 deep", 1);
  switch (tag) {
    case 0:
      return null;
    case 1:
      return false;
    case 2:
      return true;
    case 3:
      return reader.f64("a number");
    case 4:
      return reader.string("a string");
    case 8: {
      const count = reader.u32("the count of a list");
      const list: Decoded[] = [];
      for (let i = 0; i < count; i++) list.push(read(reader, blobs, depth + 1));
      return list;
    }
    case 9: {
      const count = reader.u32("the count of a record");
      const record: { [key: string]: Decoded } = {};
      for (let i = 0; i < count; i++) {
        const key = reader.string("a key");
        setMember(record, key, read(reader, blobs, depth + 1));
      }
      return record;
    }
  }
  if (tag >= 5 && tag <= 7) {
    const type = ARRAYS[tag - 5];
    const length = reader.u32("the length of an array");
    return new type(reader.bytes(length * type.BYTES_PER_ELEMENT, "an array").buffer as ArrayBuffer);
  }
  if (tag < 10 || tag > 12) throw reader.fault(`the tag of a value, 0 to 12, not ${tag}`, 1);
  const number = reader.u32("the number of a blob");
  const table = blobs[number];
  const type = ARRAYS[tag - 10];
  if (table === undefined) throw reader.fault(`the number of a blob below ${blobs.length}, not ${number}`, 4);
  if (table.length % type.BYTES_PER_ELEMENT) throw reader.fault("a blob of whole elements", 4);
  return new Blob(table, type);
}
