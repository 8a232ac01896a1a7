/**
 * What the battery-backed memory of a PC says about the machine, laid out as QEMU's `pc` lays it out (SeaBIOS and our
 * BIOS read it).
 *
 *   0x10       floppy types, drive A in bits 7:4    0x34,35  memory above 16 MiB in 64 KiB
 *   0x12       hda (7:4) and hdb: F is 0x19, 0x1A   0x38     third boot device (7:4), bit 0 skips the floppy signature
 *   0x14       equipment                            0x39     hda to hdd, two bits each: 1 sectors are numbered for INT 13h
 *   0x15,16    base memory in KiB                   0x3D     second (7:4) and first (3:0) boot device
 *   0x17,18    memory above 1 MiB in KiB            0x5B-5D  memory above 4 GiB in 64 KiB
 *   0x19,1A    type of hda, hdb: 47, the user's     0x5F     processors - 1
 *   0x1B,24    of each: cylinders, heads, precompensation, control byte, landing zone, sectors
 *   0x30,31    as 0x17
 *
 * Source: QEMU, hw/i386/pc.c (pc_cmos_init, cmos_init_hd); IBM PC AT Technical Reference, "CMOS RAM".
 */
import { cylindersOf, HEADS, TRACK_SECTORS } from "./ataidentify.ts";

/** Floppy drive types as CMOS 0x10 numbers them. */
export const FLOPPY_TYPES = { none: 0, "360K": 1, "1.2M": 2, "720K": 3, "1.44M": 4, "2.88M": 5 } as const;

/** A drive as a configuration names it. */
export type FloppyType = keyof typeof FLOPPY_TYPES;

/** What CMOS says of a machine. */
export interface CmosConfiguration {
  /** RAM below 4 GiB in bytes. */
  readonly memoryBytes: number;
  /** RAM above 4 GiB in bytes. */
  readonly highMemoryBytes?: number;
  /** Drives A and B. */
  readonly floppies?: readonly FloppyType[];
  /** Hard disks hda to hdd, in sectors. */
  readonly disks?: readonly (number | undefined)[];
  /** QEMU's `-boot order=`: a or b floppy, c hard disk, d CD, n network; `"cad"` unless given. */
  readonly bootOrder?: string | undefined;
  readonly processors?: number;
  /** A PS/2 mouse is connected. */
  readonly mouse?: boolean;
}

const BOOT_DEVICES: { [letter: string]: number } = { a: 1, b: 1, c: 2, d: 3, n: 4 };

/** What 38h and 3Dh say of a boot order. */
export function bootCmos(order = "cad"): [index: number, value: number][] {
  const [first = 0, second = 0, third = 0] = [...order].map((letter) => BOOT_DEVICES[letter] ?? 0);
  return [
    [0x38, third << 4],
    [0x3d, first | (second << 4)],
  ];
}

const USER_TYPE = 47;
/** More than eight heads; retries are not switched off. */
const DISK_CONTROL = 0xc8;

/** What is said of hard disks, by their size in sectors. */
function diskCmos(disks: readonly (number | undefined)[]): [index: number, value: number][] {
  const bytes: [number, number][] = [];
  let types = 0;
  let translations = 0;
  for (const [n, capacity] of disks.entries()) {
    if (capacity === undefined) continue;
    const cylinders = cylindersOf(capacity);
    if (cylinders > 1024) translations |= 1 << (2 * n);
    if (n > 1) continue;
    types |= n === 0 ? 0xf0 : 0x0f;
    const [low, high] = [cylinders & 0xff, cylinders >> 8];
    const drive = [low, high, HEADS, 0xff, 0xff, DISK_CONTROL, low, high, TRACK_SECTORS];
    bytes.push([0x19 + n, USER_TYPE], ...drive.map((value, i): [number, number] => [0x1b + 9 * n + i, value]));
  }
  return [[0x12, types], [0x39, translations], ...bytes];
}

/** The bytes, as `[index, value]`, for `Mc146818Options.cmos`. */
export function pcCmos(configuration: CmosConfiguration): [index: number, value: number][] {
  const { memoryBytes, highMemoryBytes = 0, floppies = [], processors = 1 } = configuration;
  const bytes: [number, number][] = [];
  const word = (index: number, value: number) => {
    bytes.push([index, value & 0xff], [index + 1, (value >> 8) & 0xff]);
  };
  const capped = (size: number, unit: number) => Math.min(65535, Math.max(0, Math.floor(size / unit)));
  const drives = [0, 1].map((n) => FLOPPY_TYPES[floppies[n] ?? "none"]);
  const present = drives.filter((type) => type !== 0).length;
  // Coprocessor always; bit 0 and bits 7:6 count the floppy drives.
  const equipment = 0x02 | (configuration.mouse ? 0x04 : 0) | [0x00, 0x01, 0x41][present];
  const above16 = capped(memoryBytes - 0x1000000, 65536);
  const above4G = Math.floor(highMemoryBytes / 65536);
  bytes.push([0x10, (drives[0] << 4) | drives[1]], [0x14, equipment]);
  word(0x15, Math.min(640, Math.floor(memoryBytes / 1024)));
  word(0x17, capped(memoryBytes - 0x100000, 1024));
  word(0x30, capped(memoryBytes - 0x100000, 1024));
  word(0x34, above16);
  bytes.push(...bootCmos(configuration.bootOrder), ...diskCmos(configuration.disks ?? []));
  word(0x5b, above4G);
  bytes.push([0x5d, (above4G >> 16) & 0xff], [0x5f, processors - 1]);
  return bytes;
}
