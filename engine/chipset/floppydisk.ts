/**
 * Floppy disks: what an image's size says of its format, and a disk in a drive.
 *
 * The image itself is shared and never written: a disk keeps the sectors that were written beside it, so that many
 * machines can have one image, and a snapshot holds only what changed.
 *
 * Source of the formats: Intel 82077AA data sheet, table 5-7; QEMU, hw/block/fdc.c (fd_formats).
 */

import type { FloppyType } from "./cmos.ts";

/** The bytes of every sector of a PC's disks (N = 2). */
export const SECTOR_BYTES = 512;

/** How a disk is recorded. */
export interface FloppyFormat {
  readonly cylinders: number;
  readonly heads: number;
  /** Sectors a track. */
  readonly sectors: number;
  /** The data rate as the CCR selects it: 0 = 500, 1 = 300, 2 = 250 kbit/s, 3 = 1 Mbit/s. */
  readonly rate: number;
  /** The drive that such a disk is used in. */
  readonly drive: FloppyType;
}

const FORMATS: readonly FloppyFormat[] = [
  { cylinders: 40, heads: 1, sectors: 8, rate: 1, drive: "1.2M" },
  { cylinders: 40, heads: 1, sectors: 9, rate: 1, drive: "1.2M" },
  { cylinders: 40, heads: 2, sectors: 8, rate: 1, drive: "1.2M" },
  { cylinders: 40, heads: 2, sectors: 9, rate: 1, drive: "1.2M" },
  { cylinders: 80, heads: 2, sectors: 9, rate: 2, drive: "1.44M" },
  { cylinders: 80, heads: 2, sectors: 15, rate: 0, drive: "1.2M" },
  { cylinders: 80, heads: 2, sectors: 18, rate: 0, drive: "1.44M" },
  { cylinders: 80, heads: 2, sectors: 20, rate: 0, drive: "1.44M" },
  { cylinders: 80, heads: 2, sectors: 21, rate: 0, drive: "1.44M" },
  { cylinders: 80, heads: 2, sectors: 36, rate: 3, drive: "2.88M" },
];

function bytesOf(format: FloppyFormat): number {
  return format.cylinders * format.heads * format.sectors * SECTOR_BYTES;
}

/**
 * The format of an image of `size` bytes: the one of exactly this size, or else the first of 1.44M and 2.88M that it fits
 * into (the rest reads as zeros); undefined where it is empty or larger than 2.88M.
 */
export function floppyFormat(size: number): FloppyFormat | undefined {
  if (size < 1) return undefined;
  return FORMATS.find((f) => bytesOf(f) === size) ?? [FORMATS[6], FORMATS[9]].find((f) => size < bytesOf(f));
}

/** A disk as a snapshot keeps it. */
export interface FloppyDiskState {
  /** The image's name in the machine's library, empty where the drive is. */
  image: string;
  writeProtected: boolean;
  /** Sectors written, by number from the start of the disk. */
  written: { [sector: string]: Uint8Array };
}

/** The sector number of cylinder, head and sector (from 1), or undefined where the disk has no such sector. */
export function sectorNumber(format: FloppyFormat, cylinder: number, head: number, sector: number): number | undefined {
  if (cylinder >= format.cylinders || head >= format.heads || sector < 1 || sector > format.sectors) return undefined;
  return (cylinder * format.heads + head) * format.sectors + sector - 1;
}

/** Copies a sector into `into`, Uint8Array[512]. */
export function readSector(disk: FloppyDiskState, image: Uint8Array, sector: number, into: Uint8Array): void {
  const at = sector * SECTOR_BYTES;
  into.fill(0);
  into.set(disk.written[sector] ?? image.subarray(at, at + SECTOR_BYTES));
}

/** Keeps a sector, Uint8Array[512]; the image stays as it is. */
export function writeSector(disk: FloppyDiskState, sector: number, bytes: Uint8Array): void {
  disk.written[sector] = bytes.slice();
}

/** The whole disk as it is now, in a new array of its format's size. */
export function diskContents(disk: FloppyDiskState, image: Uint8Array): Uint8Array {
  const format = floppyFormat(image.length);
  const bytes = new Uint8Array(format === undefined ? image.length : bytesOf(format));
  bytes.set(image.subarray(0, bytes.length));
  for (const [sector, content] of Object.entries(disk.written)) bytes.set(content, Number(sector) * SECTOR_BYTES);
  return bytes;
}
