/**
 * The SMBIOS structures of our PC, as firmware gets them before it adds its own (type 0), and their entry point without a
 * place.
 *
 *   1 system   3 chassis   4 processor, one each   16 memory array   17 memory device   19 mapped address   32 boot status
 *   127 end
 *
 * Source: SMBIOS reference specification 2.8 (DSP0134), chapters 5, 7.
 */

/** What the structures say. */
export interface SmbiosMachine {
  /** Bytes in all, from address 0, and from 4 GiB. */
  readonly memory: { readonly bytes: number; readonly below: number; readonly above: number };
  readonly processors: number;
}

/** Structures, and the entry point with an address of 0: firmware places both. */
export interface SmbiosTables {
  readonly tables: Uint8Array;
  readonly anchor: Uint8Array;
}

type Field = readonly [size: number, value: number];
const b = (value: number): Field => [1, value];
const w = (value: number): Field => [2, value];
const d = (value: number): Field => [4, value];

/** Other, unknown, and what is sure. */
const UNKNOWN = 2;
const SAFE = 3;
const MAKER = "RING";
const FOUR_GIB = 2 ** 32;

export function smbiosTables({ memory, processors }: SmbiosMachine): SmbiosTables {
  const { bytes, below, above } = memory;
  const structures = [
    // Maker, product, version, no serial number, a UUID that is not set, woken by the power switch, no SKU, no family.
    structure(
      1,
      0x100,
      [b(1), b(2), b(3), b(0), ...Array.from({ length: 16 }, () => b(0)), b(6), b(0), b(0)],
      [MAKER, "Ring PC (i440FX + PIIX)", "1.0"],
    ),
    structure(
      3,
      0x300,
      [b(1), b(1), b(2), b(0), b(0), b(SAFE), b(SAFE), b(SAFE), b(UNKNOWN), d(0), b(0), b(0), b(0), b(0), b(0)],
      [MAKER, "1.0"],
    ),
    ...Array.from({ length: processors }, (_, n) => processor(n)),
    // In the board, system memory, no error correction; KiB; one device.
    structure(0x10, 0x1000, [b(1), b(3), b(3), d(bytes / 1024), w(0xfffe), w(1)], []),
    structure(0x11, 0x1100, memoryDevice(bytes / 2 ** 20), ["DIMM 0", MAKER]),
    mapped(0, 0, below),
    ...(above > 0 ? [mapped(1, FOUR_GIB, above)] : []),
    structure(0x20, 0x2000, [b(0), b(0), b(0), b(0), b(0), b(0), b(0)], []),
    structure(0x7f, 0x7f00, [], []),
  ];
  const tables = Uint8Array.from(structures.flat());
  const largest = Math.max(...structures.map((bytes) => bytes.length));
  return { tables, anchor: anchor(tables.length, largest, structures.length) };
}

function processor(n: number): number[] {
  const fields = [
    ...[b(1), b(3), b(1), b(2), d(0), d(0), b(3), b(0), w(0), w(2000), w(2000), b(0x41), b(1)],
    ...[w(0xffff), w(0xffff), w(0xffff), b(0), b(0), b(0), b(1), b(1), b(1), w(UNKNOWN), w(1)],
  ];
  return structure(4, 0x400 + n, fields, [`CPU ${n}`, MAKER, "1.0"]);
}

function mapped(n: number, address: number, bytes: number): number[] {
  const fields = [d(address / 1024), d((address + bytes) / 1024 - 1), w(0x1000), b(1)];
  return structure(0x13, 0x1300 + n, fields, []);
}

function memoryDevice(mib: number): Field[] {
  return [
    ...[w(0x1000), w(0xfffe), w(0xffff), w(0xffff), w(Math.min(mib, 0x7fff)), b(9), b(0), b(1), b(0), b(7), w(UNKNOWN)],
    ...[w(0), b(2), b(0), b(0), b(0), b(0), d(0), w(0), w(0), w(0), w(0)],
  ];
}

/** Type, length, handle; then the fields; then the strings, each ended by 0, and one more 0. */
function structure(type: number, handle: number, fields: readonly Field[], strings: readonly string[]): number[] {
  const formatted = fields.flatMap(([size, value]) => littleEndian(value, size));
  const text = strings.flatMap((one) => [...[...one].map((character) => character.charCodeAt(0)), 0]);
  return [type, formatted.length + 4, ...littleEndian(handle, 2), ...formatted, ...(text.length ? text : [0]), 0];
}

/** The entry point of version 2.8, its checksums for the address 0. */
function anchor(length: number, largest: number, count: number): Uint8Array {
  const intermediate = [..."_DMI_"].map((character) => character.charCodeAt(0));
  const second = [...intermediate, 0, ...littleEndian(length, 2), 0, 0, 0, 0, ...littleEndian(count, 2), 0x28];
  second[5] = sumOf(second);
  const first = [0x5f, 0x53, 0x4d, 0x5f, 0, 31, 2, 8, ...littleEndian(largest, 2), 0, 0, 0, 0, 0, 0, ...second];
  first[4] = sumOf(first);
  return Uint8Array.from(first);
}

/** What makes the sum of `bytes` 0. */
function sumOf(bytes: readonly number[]): number {
  return -bytes.reduce((sum, byte) => sum + byte, 0) & 0xff;
}

function littleEndian(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.floor(value / 2 ** (8 * i)) & 0xff);
}
