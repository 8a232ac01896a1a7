/**
 * The ACPI tables of our PC, made for any place in memory: one blob with FACS, DSDT, FADT, MADT, HPET and RSDT, the RSDP
 * apart, and where in them addresses and checksums go. SeaBIOS places them by the loader's script (fwcfgacpi.ts), our own
 * BIOS by `placeAcpi`.
 *
 * Source: ACPI specification 2.0, chapter 5; IA-PC HPET specification 1.0a, 3.2.4; for the values, the data sheets of the
 * parts named and QEMU's `pc`.
 */
import { dsdtBody } from "./dsdt.ts";

/** What the tables say of a machine. */
export interface AcpiMachine {
  /** Bytes of memory from address 0. */
  readonly memory: { readonly below: number };
  readonly processors: number;
  readonly serialPorts: readonly { readonly base: number; readonly irq: number }[];
  /** There are local APICs, an I/O APIC and an HPET. */
  readonly apics: boolean;
}

/** An address that a table holds: `size` bytes at `at` of the blob (or of the RSDP) get the place of `target` in the blob. */
export interface AcpiPointer {
  readonly inRsdp: boolean;
  readonly at: number;
  readonly size: 4 | 8;
  readonly target: number;
}

/** The byte at `at` makes the sum of the `length` bytes from `start` on 0. */
export interface AcpiChecksum {
  readonly inRsdp: boolean;
  readonly at: number;
  readonly start: number;
  readonly length: number;
}

/** Tables that have no place yet: pointers hold their target's offset in the blob, checksums are 0. */
export interface AcpiTables {
  /** To be placed at a multiple of 64. */
  readonly tables: Uint8Array;
  /** To be placed at a multiple of 16, from E0000 to FFFFF. */
  readonly rsdp: Uint8Array;
  readonly pointers: readonly AcpiPointer[];
  readonly checksums: readonly AcpiChecksum[];
}

/** Where firmware puts the power management registers: the FADT says so. */
export const PMBASE = 0x600;
const GPE0 = 0xafe0;
const SMI_COMMAND = 0xb2;
const ACPI_ENABLE = 0xf1;
const ACPI_DISABLE = 0xf0;
const SCI = 9;
const CENTURY = 0x32;
const RESET_PORT = 0xcf9;
const RESET_VALUE = 0x06;
const LOCAL_APIC = 0xfee00000;
const IO_APIC = 0xfec00000;
const HPET = 0xfed00000;
/** Vendor 8086h, legacy replacement, 64 bits, three timers, revision 1: as its own register says. */
const HPET_ID = 0x8086a201;
const HEADER = 36;
/** IRQs that PCI uses: level triggered, active high. */
const LEVEL_IRQS = [5, 9, 10, 11];

type Field = readonly [offset: number, size: number, value: number];

/** Collects tables in one blob, each at a multiple of 64. */
class Blob {
  readonly bytes: number[] = [];
  readonly pointers: AcpiPointer[] = [];
  readonly checksums: AcpiChecksum[] = [];

  add(table: Uint8Array, hasChecksum = true): number {
    while (this.bytes.length % 64) this.bytes.push(0);
    const start = this.bytes.length;
    this.bytes.push(...table);
    if (hasChecksum) this.checksums.push({ inRsdp: false, at: start + 9, start, length: table.length });
    return start;
  }

  point(at: number, size: 4 | 8, target: number): void {
    for (let i = 0; i < size; i++) this.bytes[at + i] = Math.floor(target / 2 ** (8 * i)) & 0xff;
    this.pointers.push({ inRsdp: false, at, size, target });
  }
}

export function acpiTables(machine: AcpiMachine): AcpiTables {
  const blob = new Blob();
  const facs = blob.add(fields(0, 64, [4, 4, 64], [32, 1, 1]), false);
  blob.bytes.splice(facs, 4, ...ascii("FACS"));
  const dsdt = blob.add(table("DSDT", 2, dsdtBody({ ...machine, hpet: machine.apics })));
  const fadt = blob.add(table("FACP", 3, fadtBody()));
  blob.point(fadt + 36, 4, facs);
  blob.point(fadt + 40, 4, dsdt);
  blob.point(fadt + 132, 8, facs);
  blob.point(fadt + 140, 8, dsdt);
  const listed = [fadt, ...(machine.apics ? [blob.add(madt(machine)), blob.add(hpet())] : [])];
  const rsdt = blob.add(table("RSDT", 1, new Uint8Array(4 * listed.length)));
  for (const [i, target] of listed.entries()) blob.point(rsdt + HEADER + 4 * i, 4, target);
  const rsdp = fields(0, 20, [16, 4, rsdt]);
  rsdp.set(ascii("RSD PTR "));
  rsdp.set(ascii("RING  "), 9);
  return {
    tables: Uint8Array.from(blob.bytes),
    rsdp,
    pointers: [...blob.pointers, { inRsdp: true, at: 16, size: 4, target: rsdt }],
    checksums: [...blob.checksums, { inRsdp: true, at: 8, start: 0, length: 20 }],
  };
}

/** The same with the blob at `address`: what a BIOS copies as it is. */
export function placeAcpi({ tables, rsdp, pointers, checksums }: AcpiTables, address: number) {
  const placed = { tables: tables.slice(), rsdp: rsdp.slice() };
  for (const { inRsdp, at, size, target } of pointers) {
    const bytes = inRsdp ? placed.rsdp : placed.tables;
    for (let i = 0; i < size; i++) bytes[at + i] = Math.floor((address + target) / 2 ** (8 * i)) & 0xff;
  }
  for (const { inRsdp, at, start, length } of checksums) {
    const bytes = inRsdp ? placed.rsdp : placed.tables;
    bytes[at] = 0;
    bytes[at] = -bytes.subarray(start, start + length).reduce((sum, byte) => sum + byte, 0);
  }
  return placed;
}

function fadtBody(): Uint8Array {
  const body = fields(
    HEADER,
    244,
    [45, 1, 0],
    [46, 2, SCI],
    [48, 4, SMI_COMMAND],
    [52, 1, ACPI_ENABLE],
    [53, 1, ACPI_DISABLE],
    [56, 4, PMBASE],
    [64, 4, PMBASE + 4],
    [76, 4, PMBASE + 8],
    [80, 4, GPE0],
    [88, 1, 4],
    [89, 1, 2],
    [91, 1, 4],
    [92, 1, 4],
    // No C2, no C3.
    [96, 2, 0xfff],
    [98, 2, 0xfff],
    [108, 1, CENTURY],
    // There are the devices of a PC's ISA bus, and an 8042.
    [109, 2, 0x0003],
    // WBINVD works, C1 works, no sleep button, the reset register works.
    [112, 4, 0x00000425],
    [128, 1, RESET_VALUE],
  );
  const ports = (offset: number, bits: number, port: number) => {
    const at = offset - HEADER;
    body.set([1, bits, 0, 0, port & 0xff, port >> 8], at);
  };
  ports(116, 8, RESET_PORT);
  ports(148, 32, PMBASE);
  ports(172, 16, PMBASE + 4);
  ports(208, 32, PMBASE + 8);
  ports(220, 32, GPE0);
  return body;
}

/** Offsets are from the table's start. */
function madt({ processors }: AcpiMachine): Uint8Array {
  const entries = [
    ...Array.from({ length: processors }, (_, n) => [0, 8, n, n, 1, 0, 0, 0]),
    [1, 12, 0, 0, ...dword(IO_APIC), ...dword(0)],
    // The timer is at input 2, as on every PC; what PCI uses is level triggered and active high.
    [2, 10, 0, 0, ...dword(2), 0, 0],
    ...LEVEL_IRQS.map((irq) => [2, 10, 0, irq, ...dword(irq), 0x0d, 0]),
    [4, 6, 0xff, 0, 0, 1],
  ];
  // There are 8259s too.
  return table("APIC", 1, Uint8Array.from([...dword(LOCAL_APIC), ...dword(1), ...entries.flat()]));
}

function hpet(): Uint8Array {
  const body = fields(HEADER, 56, [36, 4, HPET_ID], [40, 4, 0], [44, 4, HPET], [53, 2, 0]);
  return table("HPET", 1, body);
}

/** A table with its header; its checksum is 0. */
function table(signature: string, revision: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER + body.length);
  bytes.set([...ascii(signature), ...dword(bytes.length), revision, 0, ...ascii("RING  "), ...ascii("RINGPC  ")]);
  bytes.set([...dword(1), ...ascii("RING"), ...dword(1)], 24);
  bytes.set(body, HEADER);
  return bytes;
}

/** The bytes from `base` to `end` of a structure, with values at offsets from its start. */
function fields(base: number, end: number, ...values: readonly Field[]): Uint8Array {
  const bytes = new Uint8Array(end - base);
  for (const [offset, size, value] of values) {
    for (let i = 0; i < size; i++) bytes[offset - base + i] = Math.floor(value / 2 ** (8 * i)) & 0xff;
  }
  return bytes;
}

function ascii(text: string): number[] {
  return [...text].map((character) => character.charCodeAt(0));
}

function dword(value: number): number[] {
  return [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);
}
