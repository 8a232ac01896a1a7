/**
 * The 256 words that IDENTIFY DEVICE and IDENTIFY PACKET DEVICE answer.
 *
 * Source: ATA/ATAPI-6, tables 25 and 26.
 */

/** The largest block of READ MULTIPLE. */
export const MAX_MULTIPLE = 16;
const MODEL = "RING HARDDISK";
const CD_MODEL = "RING DVD-ROM";
const FIRMWARE = "1.0";

/** What of a disk its answer depends on. */
export interface DiskIdentity {
  /** In sectors. */
  readonly capacity: number;
  readonly serial: string;
  /** The present translation. */
  readonly heads: number;
  readonly sectors: number;
  readonly multiple: number;
  /** As SET FEATURES gave it. */
  readonly mode: number;
  readonly writeCache: boolean;
  readonly lookAhead: boolean;
}

/** Every disk is shown with so many heads, and sectors a track. */
export const HEADS = 16;
export const TRACK_SECTORS = 63;

/** Sectors of a disk with an image of so many bytes. */
export const sectorsOf = (bytes: number): number => Math.ceil(bytes / 512);

/** Cylinders of that shape, at most 16,383. */
export function cylindersOf(capacity: number): number {
  return Math.max(1, Math.min(16383, Math.floor(capacity / (HEADS * TRACK_SECTORS))));
}

/** 512 bytes. */
export function identifyDisk(disk: DiskIdentity): Uint8Array {
  const cylinders = Math.min(65535, Math.floor(Math.min(disk.capacity, 16514064) / (disk.heads * disk.sectors || 1)));
  const current = cylinders * disk.heads * disk.sectors;
  const small = Math.min(disk.capacity, 2 ** 28 - 1);
  const words = new Uint16Array(256);
  const set = (first: number, ...values: number[]) => words.set(values, first);
  set(0, 0x0040, cylindersOf(disk.capacity), 0, HEADS, 0, 0, TRACK_SECTORS);
  text(words, 10, 20, disk.serial);
  text(words, 23, 8, FIRMWARE);
  text(words, 27, 40, MODEL);
  set(47, 0x8000 | MAX_MULTIPLE, 0, 0x0f00, 0x4000, 0x0200, 0x0200, 0x0007);
  set(54, cylinders, disk.heads, disk.sectors, current & 0xffff, current >>> 16);
  set(59, disk.multiple ? 0x0100 | disk.multiple : 0, small & 0xffff, small >>> 16);
  transferModes(words, disk.mode);
  set(80, 0x007e, 0x0000);
  // Power management, write cache, look-ahead, WRITE BUFFER, READ BUFFER; LBA48, FLUSH CACHE, FLUSH CACHE EXT.
  set(82, 0x3068, 0x7400, 0x4000);
  set(85, 0x3008 | (disk.writeCache ? 0x20 : 0) | (disk.lookAhead ? 0x40 : 0), 0x3400, 0x4000);
  // Both devices answer, device 0 passed its diagnostics, cable of 80 wires.
  set(93, 0x6001);
  for (let n = 0; n < 4; n++) words[100 + n] = Math.floor(disk.capacity / 2 ** (16 * n)) & 0xffff;
  return checked(words);
}

/** 512 bytes. */
export function identifyCd(serial: string, mode: number): Uint8Array {
  const words = new Uint16Array(256);
  // ATAPI, CD-ROM, removable, DRQ within 50 µs, packets of 12 bytes.
  words[0] = 0x85c0;
  text(words, 10, 20, serial);
  text(words, 23, 8, FIRMWARE);
  text(words, 27, 40, CD_MODEL);
  words.set([0x0b00, 0x4000, 0x0200, 0x0200, 0x0006], 49);
  transferModes(words, mode);
  words.set([0x0078, 0x0078], 65);
  words.set([0x007e, 0x0000, 0x4210, 0x4000, 0x4000, 0x0210, 0x0000, 0x4000], 80);
  return checked(words);
}

/** PIO 3, 4, multiword DMA 0–2, ultra DMA 0–5, and which of them is selected. */
function transferModes(words: Uint16Array, mode: number): void {
  const selected = (group: number) => (mode >> 3 === group ? 0x100 << (mode & 7) : 0);
  words[63] = 0x0007 | selected(4);
  words.set([0x0003, 120, 120, 120, 120], 64);
  words[88] = 0x003f | selected(8);
}

/** ASCII, the first character of two in the upper byte, filled up with spaces. */
function text(words: Uint16Array, first: number, length: number, value: string): void {
  const padded = value.padEnd(length).slice(0, length);
  for (let i = 0; i < length; i += 2) words[first + i / 2] = (padded.charCodeAt(i) << 8) | padded.charCodeAt(i + 1);
}

/** The integrity word: A5h, and what makes the sum of all bytes 0. */
function checked(words: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(512);
  for (const [n, word] of words.entries()) bytes.set([word & 0xff, word >> 8], 2 * n);
  bytes[510] = 0xa5;
  bytes[511] = -bytes.reduce((sum, byte) => sum + byte, 0);
  return bytes;
}
