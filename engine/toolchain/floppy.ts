/**
 * Floppy disk images: a boot sector and what follows it, in one of the formats that PC drives read, and optionally a FAT12
 * file system with files in the root directory. Not done: subdirectories, long names, a partition table.
 * Source: ECMA-107 "Volume and File Structure of Disk Cartridges"; Microsoft FAT Specification, 3 to 6.
 */
import { EngineError } from "../wasm/error.ts";

export interface FloppyFormat {
  readonly name: string;
  readonly cylinders: number;
  readonly heads: 1 | 2;
  readonly sectorsPerTrack: number;
  /** FAT12 as DOS makes it on this format. */
  readonly sectorsPerCluster: number;
  readonly rootEntries: number;
  readonly sectorsPerFat: number;
  readonly mediaDescriptor: number;
}

export const SECTOR_BYTES = 512;

const format = (
  name: string,
  cylinders: number,
  heads: 1 | 2,
  sectorsPerTrack: number,
  sectorsPerCluster: number,
  rootEntries: number,
  sectorsPerFat: number,
  mediaDescriptor: number,
): FloppyFormat => ({
  name,
  cylinders,
  heads,
  sectorsPerTrack,
  sectorsPerCluster,
  rootEntries,
  sectorsPerFat,
  mediaDescriptor,
});

/** The formats of PC drives, by name. */
export const FLOPPY_FORMATS: ReadonlyMap<string, FloppyFormat> = new Map(
  [
    format("160K", 40, 1, 8, 1, 64, 1, 0xfe),
    format("180K", 40, 1, 9, 1, 64, 2, 0xfc),
    format("320K", 40, 2, 8, 2, 112, 1, 0xff),
    format("360K", 40, 2, 9, 2, 112, 2, 0xfd),
    format("720K", 80, 2, 9, 2, 112, 3, 0xf9),
    format("1.2M", 80, 2, 15, 1, 224, 7, 0xf9),
    format("1.44M", 80, 2, 18, 1, 224, 9, 0xf0),
    format("2.88M", 80, 2, 36, 2, 240, 9, 0xf0),
  ].map((f) => [f.name, f]),
);

export interface FloppyFile {
  /** Eight letters, a dot and three, in any case: `KERNEL.BIN`. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What is wrong with a disk's contents, for the person who chose them. */
export interface FloppyProblem {
  readonly message: string;
  readonly hint: string;
}

export type Floppy = { readonly bytes: Uint8Array } | { readonly problem: FloppyProblem };

/** Bytes of a disk. */
export function sizeOf(f: FloppyFormat): number {
  return f.cylinders * f.heads * f.sectorsPerTrack * SECTOR_BYTES;
}

function formatNamed(name: string): FloppyFormat {
  const found = FLOPPY_FORMATS.get(name);
  if (!found) throw new EngineError(`no floppy format ${name}; there are ${[...FLOPPY_FORMATS.keys()].join(", ")}`);
  return found;
}

const problem = (message: string, hint: string): Floppy => ({ problem: { message, hint } });

/** A disk whose first sectors are `content` (a boot sector and what it loads); the rest is zero. */
export function floppyFrom(content: Uint8Array, formatName = "1.44M"): Floppy {
  const f = formatNamed(formatName);
  if (content.length > sizeOf(f)) {
    return problem(`${content.length} bytes do not fit on a ${f.name} disk of ${sizeOf(f)}`, "Choose a larger format.");
  }
  const bytes = new Uint8Array(sizeOf(f));
  bytes.set(content);
  return { bytes };
}

/** Where the parts of a FAT12 volume lie, in sectors. */
function volumeLayout(f: FloppyFormat) {
  const total = f.cylinders * f.heads * f.sectorsPerTrack;
  const root = 1 + 2 * f.sectorsPerFat;
  const data = root + Math.ceil((f.rootEntries * 32) / SECTOR_BYTES);
  return { total, root, data, clusters: Math.floor((total - data) / f.sectorsPerCluster) };
}

/**
 * A FAT12 disk with `files` in its root directory, in order from the first cluster, without gaps. `boot` is the boot
 * sector's code, which must leave bytes 3 to 61 to the BIOS parameter block; without it the sector just halts.
 */
export function fat12Floppy(
  files: readonly FloppyFile[],
  options: { boot?: Uint8Array; format?: string; label?: string } = {},
): Floppy {
  const f = formatNamed(options.format ?? "1.44M");
  const layout = volumeLayout(f);
  const bytes = new Uint8Array(sizeOf(f));
  const boot = bootSector(f, layout.total, options.boot, options.label ?? "");
  if ("problem" in boot) return boot;
  bytes.set(boot.bytes);
  const clusterBytes = f.sectorsPerCluster * SECTOR_BYTES;
  const fat = new Uint8Array(f.sectorsPerFat * SECTOR_BYTES);
  setEntry(fat, 0, 0xf00 | f.mediaDescriptor);
  setEntry(fat, 1, 0xfff);
  let cluster = 2;
  let slot = layout.root * SECTOR_BYTES;
  if (options.label)
    slot = writeDirectoryEntry(bytes, slot, shortName(options.label.replaceAll(".", ""), true) ?? "", 0x08, 0, 0);
  if (files.length + (options.label ? 1 : 0) > f.rootEntries) {
    return problem(`${files.length} files do not fit in a root directory of ${f.rootEntries}`, "");
  }
  const names = new Set<string>();
  for (const file of files) {
    const name = shortName(file.name, false);
    if (!name)
      return problem(
        `\`${file.name}\` is no name for a file on FAT12`,
        "A name has up to 8 letters or digits, a dot, and up to 3: KERNEL.BIN",
      );
    if (names.has(name))
      return problem(`there are two files \`${file.name}\``, "Upper and lower case are the same on FAT12.");
    names.add(name);
    const count = Math.ceil(file.bytes.length / clusterBytes);
    if (cluster + count > layout.clusters + 2) {
      const room = (layout.clusters + 2 - cluster) * clusterBytes;
      return problem(
        `\`${file.name}\` has ${file.bytes.length} bytes, and ${room} are left on a ${f.name} disk`,
        "Choose a larger format.",
      );
    }
    bytes.set(file.bytes, (layout.data + (cluster - 2) * f.sectorsPerCluster) * SECTOR_BYTES);
    slot = writeDirectoryEntry(bytes, slot, name, 0x20, count ? cluster : 0, file.bytes.length);
    for (let i = 0; i < count; i++) setEntry(fat, cluster + i, i === count - 1 ? 0xfff : cluster + i + 1);
    cluster += count;
  }
  bytes.set(fat, SECTOR_BYTES);
  bytes.set(fat, SECTOR_BYTES + fat.length);
  return { bytes };
}

/** Twelve bits each: an even entry has the low nibble of the middle byte, an odd one the high. */
function setEntry(fat: Uint8Array, index: number, value: number): void {
  const at = index + (index >> 1);
  if (index & 1) {
    fat[at] = ((fat[at] as number) & 0x0f) | ((value << 4) & 0xf0);
    fat[at + 1] = value >> 4;
  } else {
    fat[at] = value;
    fat[at + 1] = ((fat[at + 1] as number) & 0xf0) | (value >> 8);
  }
}

/** Eleven characters in capitals, padded with spaces; undefined where the name cannot be one. */
function shortName(name: string, isLabel: boolean): string | undefined {
  const upper = name.toUpperCase();
  if (isLabel) return upper.slice(0, 11).padEnd(11);
  const match = /^([A-Z0-9!#$%&'()@^_`{}~-]{1,8})(?:\.([A-Z0-9!#$%&'()@^_`{}~-]{0,3}))?$/.exec(upper);
  return match ? (match[1] as string).padEnd(8) + (match[2] ?? "").padEnd(3) : undefined;
}

/** 1 January 1990, midnight: images made twice are the same. */
const DATE = ((1990 - 1980) << 9) | (1 << 5) | 1;

function writeDirectoryEntry(
  bytes: Uint8Array,
  at: number,
  name: string,
  attribute: number,
  cluster: number,
  size: number,
): number {
  const view = new DataView(bytes.buffer, at, 32);
  for (let i = 0; i < 11; i++) view.setUint8(i, name.charCodeAt(i));
  view.setUint8(11, attribute);
  view.setUint16(16, DATE, true);
  view.setUint16(18, DATE, true);
  view.setUint16(24, DATE, true);
  view.setUint16(26, cluster, true);
  view.setUint32(28, size, true);
  return at + 32;
}

/** jmp past the parameter block; then cli; 1: hlt; jmp 1b. */
const HALT = Uint8Array.from([0xeb, 0x3c, 0x90]);
const HALT_CODE = Uint8Array.from([0xfa, 0xf4, 0xeb, 0xfd]);

/** Offsets 11 to 61: the BIOS parameter block of FAT12 (Microsoft FAT Specification, 3.1). */
function bootSector(f: FloppyFormat, total: number, code: Uint8Array | undefined, label: string): Floppy {
  const bytes = new Uint8Array(SECTOR_BYTES);
  if (code && code.length > SECTOR_BYTES)
    return problem(`the boot sector has ${code.length} bytes`, "It must fit in 512.");
  if (code?.slice(3, 62).some((b) => b !== 0 && b !== 0x90)) {
    return problem(
      "the boot sector has code where the disk's parameter block goes",
      "Begin with a short jump and leave bytes 3 to 61: jmp start; .org 62; start:",
    );
  }
  bytes.set(code ?? HALT);
  if (!code) bytes.set(HALT_CODE, 0x3e);
  const view = new DataView(bytes.buffer);
  const text = (at: number, value: string) => bytes.set(new TextEncoder().encode(value), at);
  text(3, "RING    ");
  view.setUint16(11, SECTOR_BYTES, true);
  view.setUint8(13, f.sectorsPerCluster);
  view.setUint16(14, 1, true); // reserved sectors
  view.setUint8(16, 2); // FATs
  view.setUint16(17, f.rootEntries, true);
  view.setUint16(19, total, true);
  view.setUint8(21, f.mediaDescriptor);
  view.setUint16(22, f.sectorsPerFat, true);
  view.setUint16(24, f.sectorsPerTrack, true);
  view.setUint16(26, f.heads, true);
  view.setUint8(38, 0x29); // extended boot signature
  view.setUint32(39, 0x52494e47, true);
  text(43, (label || "NO NAME").toUpperCase().slice(0, 11).padEnd(11));
  text(54, "FAT12   ");
  bytes[510] = 0x55;
  bytes[511] = 0xaa;
  return { bytes };
}
