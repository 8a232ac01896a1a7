// What a reader's own file is to a PC, told from its bytes; and the machine that a list of such files makes.
import type { DriveConfiguration, MachineConfiguration } from "../../engine/index.ts";
import { byteSize } from "./number.ts";

/** Where a file goes. */
export type Place = "floppy" | "disk" | "cdrom" | "kernel" | "initrd" | "bios";

export interface OwnFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly place: Place;
}

export const PLACES: Readonly<Record<Place, string>> = {
  floppy: "Floppy",
  disk: "Hard disk",
  cdrom: "CD",
  kernel: "Kernel",
  initrd: "Initial RAM disk",
  bios: "Firmware",
};

/** How many of a place a machine has, and how large one may be. */
const ROOM: Readonly<Record<Place, { readonly count: number; readonly bytes: number }>> = {
  floppy: { count: 2, bytes: 2880 * 1024 },
  disk: { count: 3, bytes: 2 ** 30 },
  cdrom: { count: 1, bytes: 2 ** 30 },
  kernel: { count: 1, bytes: 64 * 2 ** 20 },
  initrd: { count: 1, bytes: 512 * 2 ** 20 },
  bios: { count: 1, bytes: 256 * 1024 },
};

/** No file that a reader may give is larger. */
export const MAX_BYTES = 2 ** 30;

const u16 = (bytes: Uint8Array, at: number) => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
const u32 = (bytes: Uint8Array, at: number) => (u16(bytes, at) | (u16(bytes, at + 2) << 16)) >>> 0;
const textAt = (bytes: Uint8Array, at: number, text: string) =>
  [...text].every((character, i) => bytes[at + i] === character.charCodeAt(0));

/** A 32-bit word on a 4-byte boundary among the first `most` bytes: how Multiboot's header is found (Multiboot 0.6.96, 3.1). */
function hasWord(bytes: Uint8Array, word: number, most: number): boolean {
  for (let at = 0; at + 4 <= Math.min(most, bytes.length); at += 4) if (u32(bytes, at) === word) return true;
  return false;
}

const isBootable = (bytes: Uint8Array) => u16(bytes, 510) === 0xaa55;
const isIso = (bytes: Uint8Array) => textAt(bytes, 16 * 2048 + 1, "CD001");
/** gzip, xz, Zstandard, LZ4, and cpio's two headers. */
const isArchive = (bytes: Uint8Array) =>
  u16(bytes, 0) === 0x8b1f ||
  textAt(bytes, 0, "\xfd7zXZ") ||
  u32(bytes, 0) === 0xfd2fb528 ||
  u32(bytes, 0) === 0x184c2102 ||
  /^07070[12]/.test(String.fromCharCode(...bytes.subarray(0, 6)));
/** A ROM of a size that firmware has, with a jump at the reset vector. */
const isFirmware = (bytes: Uint8Array) =>
  bytes.length % 65536 === 0 &&
  bytes.length <= ROOM.bios.bytes &&
  [0xea, 0xe9, 0xeb].includes(bytes[bytes.length - 16] ?? 0) &&
  !isBootable(bytes);

/** Where a file most likely belongs. */
export function recognise(bytes: Uint8Array): Place {
  if (isIso(bytes)) return "cdrom";
  if (textAt(bytes, 0x202, "HdrS")) return "kernel";
  if (textAt(bytes, 0, "\x7fELF") || hasWord(bytes, 0x1badb002, 8192) || hasWord(bytes, 0xe85250d6, 32768))
    return "kernel";
  if (isArchive(bytes)) return "initrd";
  if (isFirmware(bytes)) return "bios";
  return bytes.length <= ROOM.floppy.bytes ? "floppy" : "disk";
}

/** What stands beside a file's name: its size, and whether a PC would start it. */
export function describe({ bytes, place }: OwnFile): string {
  const size = byteSize(bytes.length);
  if (place === "floppy" || place === "disk")
    return `${size}, ${isBootable(bytes) ? "with a boot sector" : "no boot signature: not to be started from"}`;
  if (place !== "cdrom") return size;
  // El Torito's boot record is the volume descriptor behind the first (El Torito 1.0, 2.0).
  const boots = textAt(bytes, 17 * 2048 + 7, "EL TORITO SPECIFICATION");
  return `${size}, ${boots ? "can be started from" : "no boot record: not to be started from"}`;
}

/** What is wrong with a file at its place among others; empty where nothing is. */
export function fault(file: OwnFile, files: readonly OwnFile[]): string {
  const { count, bytes } = ROOM[file.place];
  const named = PLACES[file.place].toLowerCase();
  if (file.bytes.length === 0) return `${file.name} is empty.`;
  if (file.bytes.length > bytes)
    return `${file.name} has ${byteSize(file.bytes.length)}; a ${named} has at most ${byteSize(bytes)}.`;
  if (file.place === "bios" && file.bytes.length % 65536)
    return `${file.name} has ${file.bytes.length.toLocaleString("en")} bytes; firmware has 64, 128, 192 or 256 KiB.`;
  const same = files.filter(({ place }) => place === file.place);
  if (same.indexOf(file) >= count) return `${file.name} is one ${PLACES[file.place]} too many: this PC takes ${count}.`;
  if (file.place === "initrd" && !files.some(({ place }) => place === "kernel"))
    return `${file.name} looks like an initial RAM disk, which goes with a Linux kernel. Add the kernel, or choose another place.`;
  return "";
}

const LETTERS: Partial<Record<Place, string>> = { floppy: "a", disk: "c", cdrom: "d" };

/** The parts of a machine's configuration that these files decide, all of them: what is not there is taken out. */
export function configurationOf(
  files: readonly OwnFile[],
  commandLine: string,
): Pick<MachineConfiguration, "floppies" | "drives" | "kernel" | "bios" | "bootOrder"> {
  const at = (wanted: Place) => files.filter(({ place }) => place === wanted).map(({ bytes }) => bytes);
  const [hda, hdb, hdd] = at("disk").map((image): DriveConfiguration => ({ kind: "disk", image }));
  const hdc: DriveConfiguration = { kind: "cdrom", image: at("cdrom")[0] };
  const [kernel] = at("kernel");
  const [initrd] = at("initrd");
  // What was given first is tried first.
  const order = new Set([...files.map(({ place }) => LETTERS[place] ?? ""), "a", "c", "d"].join(""));
  return {
    floppies: at("floppy"),
    drives: [hda, hdb, hdc, hdd],
    kernel: kernel && { image: kernel, commandLine, ...(initrd ? { initrd } : {}) },
    bios: at("bios")[0],
    bootOrder: [...order].join(""),
  };
}
