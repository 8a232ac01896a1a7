/**
 * QEMU's script for firmware that places ACPI tables: allocate each file, put addresses into them, then checksums.
 *
 *   command of 128 bytes, little-endian: 1 allocate   +4 file   +60 alignment   +64 zone (1 high, 2 F0000)
 *                                        2 pointer    +4 in file   +60 to file   +116 offset   +120 size
 *                                        3 checksum   +4 file   +60 where   +64 start   +68 length
 *
 * Source: QEMU, hw/acpi/bios-linker-loader.c; SeaBIOS, src/fw/romfile_loader.h.
 */
import type { AcpiTables } from "./acpi.ts";

export const ACPI_TABLES = "etc/acpi/tables";
export const ACPI_RSDP = "etc/acpi/rsdp";
const COMMAND_BYTES = 128;
const HIGH = 1;
const BELOW_1M = 2;

type Word = readonly [at: number, value: number];

function command(kind: number, files: readonly (readonly [at: number, name: string])[], words: readonly Word[]) {
  const bytes = new Uint8Array(COMMAND_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, kind, true);
  for (const [at, file] of files) bytes.set(new TextEncoder().encode(file), at);
  for (const [at, value] of words) view.setUint32(at, value, true);
  return bytes;
}

/** The script; pointers into the blob are its offsets, to which firmware adds where it put the blob. */
export function loaderScript({ pointers, checksums }: AcpiTables): Uint8Array {
  const file = (inRsdp: boolean) => (inRsdp ? ACPI_RSDP : ACPI_TABLES);
  const commands = [
    command(1, [[4, ACPI_RSDP]], [[60, 16], [64, BELOW_1M]]), // biome-ignore format: pairs
    command(1, [[4, ACPI_TABLES]], [[60, 64], [64, HIGH]]), // biome-ignore format: pairs
    ...pointers.map(
      ({ inRsdp, at, size }) =>
      command(2, [[4, file(inRsdp)], [60, ACPI_TABLES]], [[116, at], [120, size]]), // biome-ignore format: pairs
    ),
    ...checksums.map(
      ({ inRsdp, at, start, length }) =>
      command(3, [[4, file(inRsdp)]], [[60, at], [64, start], [68, length]]), // biome-ignore format: pairs
    ),
  ];
  const script = new Uint8Array(COMMAND_BYTES * commands.length);
  for (const [i, bytes] of commands.entries()) script.set(bytes, i * COMMAND_BYTES);
  return script;
}
