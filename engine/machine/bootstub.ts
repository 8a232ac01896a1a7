/**
 * Two pieces of real-mode code between firmware and a kernel that wants 32-bit protected mode.
 *
 *   the first asks firmware for its map of memory and for the memory below 640 KiB, and says INT 19h again
 *   the second opens A20, enters protected mode with flat segments, and jumps to the kernel
 *
 *     +0    code      +F0  KiB that INT 12h tells     +F8  count of the map's entries     +100  the map, 24 bytes an entry
 *     +80   GDT of the second piece
 *
 * Source: ACPI 6.3, 15.1 "INT 15H, E820H"; Multiboot Specification 0.6.96, 3.2.
 */
import type { FirmwareMemory } from "./kernel.ts";
import type { Pc } from "./pc.ts";

const LOWER = 0xf0;
const COUNT = 0xf8;
const MAP = 0x100;
const ENTRY = 24;
const MAX_ENTRIES = 32;
const GDT = 0x80;
const RAM = 1;

const ASK = [
  ...[0x0e, 0x1f, 0x0e, 0x07], // push %cs; pop %ds; push %cs; pop %es
  ...[0xfc, 0x66, 0x31, 0xdb, 0x31, 0xf6], // cld; xor %ebx, %ebx; xor %si, %si
  ...[0xbf, MAP & 0xff, MAP >> 8], // mov $MAP, %di
  ...[0x66, 0xb8, 0x20, 0xe8, 0, 0], // 1: mov $0xe820, %eax
  ...[0x66, 0xba, 0x50, 0x41, 0x4d, 0x53], // mov $0x534d4150, %edx: "SMAP"
  ...[0x66, 0xb9, 20, 0, 0, 0], // mov $20, %ecx
  ...[0xcd, 0x15, 0x72, 0x0e], // int $0x15; jc 2f
  ...[0x83, 0xc7, ENTRY, 0x46], // add $ENTRY, %di; inc %si
  ...[0x83, 0xfe, MAX_ENTRIES, 0x73, 0x05], // cmp $MAX_ENTRIES, %si; jae 2f
  ...[0x66, 0x85, 0xdb, 0x75, 0xdc], // test %ebx, %ebx; jnz 1b
  ...[0x89, 0x36, COUNT, 0x00], // 2: mov %si, COUNT
  ...[0xcd, 0x12, 0xa3, LOWER, 0x00], // int $0x12; mov %ax, LOWER
  ...[0xcd, 0x19], // int $0x19
];

/** Lets the processor ask firmware; `readMemoryMap` has the answer at the next INT 19h. */
export function askForMemoryMap(pc: Pc, base: number): void {
  const bytes = new Uint8Array(MAP);
  bytes.set(ASK);
  pc.map.load(base, bytes);
  start(pc, base);
}

/** What firmware said; where it has no such function, all memory but the usual holes. */
export function readMemoryMap(pc: Pc, base: number): FirmwareMemory {
  const { ram, lowBytes } = pc.map;
  const view = new DataView(ram.buffer, ram.byteOffset + base, MAP + ENTRY * MAX_ENTRIES);
  const count = Math.min(view.getUint16(COUNT, true), MAX_ENTRIES);
  const ranges = Array.from({ length: count }, (_, i) => ({
    address: view.getBigUint64(MAP + ENTRY * i, true),
    length: view.getBigUint64(MAP + ENTRY * i + 8, true),
    type: view.getUint32(MAP + ENTRY * i + 16, true),
  }));
  if (ranges.length === 0)
    ranges.push(
      { address: 0n, length: 0x9fc00n, type: RAM },
      { address: 0x100000n, length: BigInt(lowBytes - 0x100000), type: RAM },
    );
  const above = ranges.find((range) => range.type === RAM && range.address === 0x100000n);
  return {
    ranges,
    lowerKiB: view.getUint16(LOWER, true),
    upperKiB: above === undefined ? 0 : Number(above.length >> 10n),
  };
}

/** Lets the processor go to `entry` in protected mode, with these in EAX and EBX. */
export function enterProtected(pc: Pc, base: number, eax: number, ebx: number, entry: number): void {
  const bytes = new Uint8Array(MAP);
  const word = (value: number) => [...new Uint8Array(Uint32Array.of(value).buffer)];
  const code16 = [
    ...[0xfa, 0xfc], // cli; cld
    ...[0xe4, 0x92, 0x0c, 0x02, 0xe6, 0x92], // in $0x92, %al; or $2, %al; out %al, $0x92: A20
    ...[0x2e, 0x66, 0x0f, 0x01, 0x16, GDT, 0x00], // lgdtl %cs:GDT
    ...[0x0f, 0x20, 0xc0, 0x0c, 0x01, 0x0f, 0x22, 0xc0], // mov %cr0, %eax; or $1, %al; mov %eax, %cr0
    ...[0x66, 0xea], // ljmpl $8, $code32
  ];
  const code32 = [
    ...[0x66, 0xb8, 0x10, 0x00], // mov $16, %ax
    ...[0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xe0, 0x8e, 0xe8, 0x8e, 0xd0], // to DS, ES, FS, GS, SS
    ...[0xb8, ...word(eax), 0xbb, ...word(ebx)], // mov $eax, %eax; mov $ebx, %ebx
    ...[0xb9, ...word(entry), 0xff, 0xe1], // mov $entry, %ecx; jmp *%ecx
  ];
  bytes.set([...code16, ...word(base + code16.length + 6), 0x08, 0x00, ...code32]);
  const view = new DataView(bytes.buffer);
  view.setUint16(GDT, 23, true);
  view.setUint32(GDT + 2, base + GDT + 8, true);
  view.setBigUint64(GDT + 16, 0x00cf9b000000ffffn, true);
  view.setBigUint64(GDT + 24, 0x00cf93000000ffffn, true);
  pc.map.load(base, bytes);
  start(pc, base);
}

function start(pc: Pc, base: number): void {
  pc.first.writeRegister("CS", BigInt(base >> 4));
  pc.first.writeRegister("EIP", 0n);
}
