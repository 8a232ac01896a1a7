/** What the probes must print on any PC of the kind they run on, and the disks they run from. */

/** test/highmemory.S; the columns are CF, then AH or what AX=2402h and memory say. */
export const HIGH_MEMORY = [
  "support 00 0003",
  "close 00 00 01",
  "open 00 01 00",
  "up 00 00",
  "down 00 00",
  "equal 01 00 01",
  "bad 00 02",
  "alive",
  "end",
];

/** test/floppy.S on a 1.44 MB disk; CF, AH, AL. RBIL INT 13h, table 00234 "Values for disk operation status". */
export const FLOPPY_STATUSES = [
  "two heads 00 00 04",
  "no sectors 01 01 00",
  "past the track 01 04 00",
  "last status 01 04 00",
  "boundary 01 09 00",
  "drive B 01 01 00",
  "disk 80 01 01 01",
  "verify 00 00 04",
  "change line 00 00 04",
  "extensions 01 01 04",
  "write 00 00 01",
];

/** test/coprocessor.S: how often INT 02h came, at which instruction, with which status word. */
export const COPROCESSOR = ["control 037F", "coprocessor 02", "INT 02h came 01 01 B084", "end"];

/** test/resume.S: reason, bytes of stack used, reason afterwards. */
export const RESUMED = ["0A: jumped 00", "05: jumped 00", "09: returned 60", "0C: returned 40", "end"];

/** What test/memory.S prints of a PC with `all` bytes above 1 MiB, of which ACPI tables take the last `tables`. */
export function memoryLines(all: number, tables: number): string[] {
  const extended = all - tables;
  const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, "0");
  const kb = extended / 1024;
  const low = hex(Math.min(kb, 15 * 1024), 4);
  const high = hex(Math.floor(Math.max(0, kb - 15 * 1024) / 64), 4);
  const reserved = `E820 00000000 ${hex(0x100000 + extended, 8)} 00000000 ${hex(tables, 8)} 00000002`;
  return [
    "int12 027F",
    `int15 88 ${hex(Math.min(kb, 63 * 1024), 4)}`,
    `int15 E801 ${low} ${high} ${low} ${high}`,
    "E820 00000000 00000000 00000000 0009FC00 00000001",
    "E820 00000000 0009FC00 00000000 00000400 00000002",
    "E820 00000000 000E0000 00000000 00020000 00000002",
    `E820 00000000 00100000 00000000 ${hex(extended, 8)} 00000001`,
    ...(tables > 0 ? [reserved] : []),
    "E820 00000000 FFFF0000 00000000 00010000 00000002",
    "int15 D042 86FF",
    "model FC",
    "end",
  ];
}

/** A disk whose first sectors are `image`, the rest a pattern. */
export function patternedDisk(image: Uint8Array, bytes = 1_474_560): Uint8Array {
  const disk = new Uint8Array(bytes);
  const words = new Uint32Array(disk.buffer);
  for (let i = 0, x = 2463534242; i < words.length; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[i] = x;
  }
  disk.set(image);
  return disk;
}

/** What test/floppy.S computes over all sectors: rotate left by one, add the next dword. */
export function checksum(disk: Uint8Array): string {
  let sum = 0;
  for (const word of new Uint32Array(disk.buffer)) sum = (((sum << 1) | (sum >>> 31)) + word) >>> 0;
  return sum.toString(16).toUpperCase().padStart(8, "0");
}

/** The 256 words that test/floppy.S writes to cylinder 40, head 1, sector 3. */
export const WRITTEN = Array.from({ length: 256 }, (_, i) => (0x1234 + i * 0x0101) & 0xffff);

/** The words of cylinder 40, head 1, sector 3 of a 1.44 MB disk. */
export function writtenSector(disk: Uint8Array): number[] {
  return [...new Uint16Array(disk.buffer, disk.byteOffset + ((40 * 2 + 1) * 18 + 2) * 512, 256)];
}

/** test/mouse.S: CF, AH, BX, CL, DL of each call; then status, X and Y of two movements, 10 right and 5 down, 3 left. */
export const MOUSE = [
  " 01 01 0000 00 00",
  " 00 00 00AA 00 00",
  " 00 00 00AA 00 00",
  " 00 00 0000 00 00",
  " 00 00 0500 00 00",
  " 00 00 0200 00 00",
  " 01 02 0700 00 00",
  " 00 00 0200 00 00",
  " 00 00 0010 02 64",
  " 00 00 0100 00 00",
  " 00 00 7EDD 00 00", // where the handler is
  " 00 00 0100 00 00",
  "ready",
  " 0028 000A 00FB",
  " 0018 00FD 0000",
  " 00 00 0000 00 00",
  "end",
];
