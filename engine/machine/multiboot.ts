/**
 * Multiboot 1: puts a kernel (kernelimage.ts) into memory with its command line and a map of memory, and lets the
 * processor enter it by way of a stub that goes from real mode to 32-bit protected mode with A20 open.
 *
 * Not done: modules, video modes, symbols, aout.
 * Source: Multiboot Specification 0.6.96, 3.2 "Machine state", 3.3 "Boot information format".
 */
import { EngineError } from "../wasm/error.ts";
import { readKernel } from "./kernelimage.ts";
import type { Pc } from "./pc.ts";

const LOADER_MAGIC = 0x2badb002;
const INFO_MEMORY = 0x001;
const INFO_COMMAND_LINE = 0x004;
const INFO_MODULES = 0x008;
const INFO_MAP = 0x040;
const INFO_LOADER_NAME = 0x200;

/** Puts a kernel that `readKernel` accepts into memory, and the processor, in real mode, before its stub. */
export function enterKernel(pc: Pc, image: Uint8Array, commandLine: string): void {
  const memoryBytes = pc.map.ram.length;
  const kernel = readKernel(image, memoryBytes);
  if ("message" in kernel) throw new EngineError(`kernel, byte ${kernel.offset}: ${kernel.message}`);
  for (const { address, bytes, size } of kernel.segments) {
    pc.map.load(address, new Uint8Array(size));
    pc.map.load(address, bytes);
  }
  const used = (at: number) => kernel.segments.some((s) => s.address < at + ROOM && at < s.address + s.size);
  const base = [0x8000, 0x90000, 0x80000, 0x20000].find((at) => !used(at)) ?? 0x8000;
  pc.map.load(base, stub(base, kernel.entry));
  pc.map.load(base + INFO, information(base + INFO, commandLine, memoryBytes));
  pc.first.writeRegister("CS", BigInt(base >> 4));
  pc.first.writeRegister("EIP", 0n);
}

/** The stub, then at INFO the information with what it points to. */
const INFO = 0x100;
const ROOM = 0x2000;

const GDT = 0x80;

function stub(base: number, entry: number): Uint8Array {
  const bytes = new Uint8Array(INFO);
  const word = (value: number) => [...new Uint8Array(Uint32Array.of(value).buffer)];
  const code16 = [
    ...[0xfa, 0xfc], // cli; cld
    ...[0xe4, 0x92, 0x0c, 0x02, 0xe6, 0x92], // in $0x92, %al; or $2, %al; out %al, $0x92: A20
    ...[0x2e, 0x0f, 0x01, 0x16, GDT, 0x00], // lgdt %cs:GDT
    ...[0x0f, 0x20, 0xc0, 0x0c, 0x01, 0x0f, 0x22, 0xc0], // mov %cr0, %eax; or $1, %al; mov %eax, %cr0
    ...[0x66, 0xea], // ljmpl $8, $code32
  ];
  const code32 = [
    ...[0x66, 0xb8, 0x10, 0x00], // mov $16, %ax
    ...[0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xe0, 0x8e, 0xe8, 0x8e, 0xd0], // to DS, ES, FS, GS, SS
    ...[0xb8, ...word(LOADER_MAGIC)], // mov $LOADER_MAGIC, %eax
    ...[0xbb, ...word(base + INFO)], // mov $information, %ebx
    ...[0xb9, ...word(entry), 0xff, 0xe1], // mov $entry, %ecx; jmp *%ecx
  ];
  bytes.set([...code16, ...word(base + code16.length + 6), 0x08, 0x00, ...code32]);
  const view = new DataView(bytes.buffer);
  view.setUint16(GDT, 23, true);
  view.setUint32(GDT + 2, base + GDT + 8, true);
  view.setBigUint64(GDT + 16, 0x00cf9b000000ffffn, true);
  view.setBigUint64(GDT + 24, 0x00cf93000000ffffn, true);
  return bytes;
}

/** The information structure at `base`, with map, loader's name and command line behind it. */
function information(base: number, commandLine: string, memoryBytes: number): Uint8Array {
  const text = new TextEncoder().encode(commandLine);
  const bytes = new Uint8Array(0x100 + text.length + 1);
  const view = new DataView(bytes.buffer);
  const regions = [
    [0, 0x9fc00, 1],
    [0x9fc00, 0x400, 2],
    [0xf0000, 0x10000, 2],
    [0x100000, memoryBytes - 0x100000, 1],
    [0xffff0000, 0x10000, 2],
  ].filter((region) => region[1] > 0);
  const map = 0x60;
  const name = map + 24 * regions.length;
  view.setUint32(0, INFO_MEMORY | INFO_COMMAND_LINE | INFO_MODULES | INFO_MAP | INFO_LOADER_NAME, true);
  view.setUint32(4, 639, true);
  view.setUint32(8, (memoryBytes - 0x100000) >> 10, true);
  view.setUint32(16, base + 0x100, true);
  view.setUint32(44, 24 * regions.length, true);
  view.setUint32(48, base + map, true);
  view.setUint32(64, base + name, true);
  for (const [i, [address, length, type]] of regions.entries()) {
    const at = map + 24 * i;
    view.setUint32(at, 20, true);
    view.setUint32(at + 4, address, true);
    view.setUint32(at + 12, length, true);
    view.setUint32(at + 20, type, true);
  }
  bytes.set(new TextEncoder().encode("ring\0"), name);
  bytes.set(text, 0x100);
  return bytes;
}
