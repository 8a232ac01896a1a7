/**
 * Multiboot 1: reads a kernel (ELF32, or with addresses in its header), puts it into memory with its command line and a
 * map of memory, and lets the processor enter it by way of a stub that goes from the reset state to 32-bit protected mode.
 *
 * Not done: modules, video modes, symbols, aout. The firmware does not run first.
 * Source: Multiboot Specification 0.6.96, 3.1 "OS image format", 3.2 "Machine state", 3.3 "Boot information format".
 */
import type { Pc } from "./pc.ts";

const HEADER_MAGIC = 0x1badb002;
const LOADER_MAGIC = 0x2badb002;
const SEARCHED = 8192;
const FLAG_ALIGN = 0x1;
const FLAG_MEMORY = 0x2;
const FLAG_ADDRESSES = 0x10000;
const INFO_MEMORY = 0x001;
const INFO_COMMAND_LINE = 0x004;
const INFO_MODULES = 0x008;
const INFO_MAP = 0x040;
const INFO_LOADER_NAME = 0x200;

/** A kernel, read: pieces of memory to fill and where to start. */
export interface Kernel {
  readonly entry: number;
  /** `bytes` go to `address`; zeros follow up to `size`. */
  readonly segments: readonly { readonly address: number; readonly bytes: Uint8Array; readonly size: number }[];
}

/** Why an image is no Multiboot 1 kernel: the offset in it, and what was expected there. */
export interface KernelFault {
  readonly offset: number;
  readonly message: string;
}

/** Reads an image. */
export function readKernel(image: Uint8Array, memoryBytes: number): Kernel | KernelFault {
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  const header = findHeader(view);
  if (header < 0) {
    return {
      offset: 0,
      message: "expected a Multiboot 1 header (1BADB002) in the first 8,192 bytes, on a multiple of 4",
    };
  }
  const flags = view.getUint32(header + 4, true);
  const unknown = flags & 0xffff & ~(FLAG_ALIGN | FLAG_MEMORY);
  if (unknown) return { offset: header + 4, message: `the header requires 0x${unknown.toString(16)}, which we lack` };
  const kernel = flags & FLAG_ADDRESSES ? readByAddresses(image, view, header) : readElf(image, view);
  if ("message" in kernel) return kernel;
  for (const { address, size } of kernel.segments) {
    const end = address + size;
    if (end > memoryBytes || (address < 0x100000 && end > 0xa0000)) {
      const range = `${address.toString(16)} to ${end.toString(16)}`;
      return { offset: 0, message: `a segment at ${range} does not fit in ${memoryBytes / 2 ** 20} MiB of memory` };
    }
  }
  return kernel;
}

function findHeader(view: DataView): number {
  for (let at = 0; at + 12 <= Math.min(view.byteLength, SEARCHED); at += 4) {
    if (view.getUint32(at, true) !== HEADER_MAGIC) continue;
    const sum = HEADER_MAGIC + view.getUint32(at + 4, true) + view.getUint32(at + 8, true);
    if (sum % 2 ** 32 === 0) return at;
  }
  return -1;
}

function readByAddresses(image: Uint8Array, view: DataView, header: number): Kernel | KernelFault {
  if (header + 32 > image.length) return { offset: image.length, message: "expected the header's five addresses" };
  const [headerAddress, load, loadEnd, bssEnd, entry] = [12, 16, 20, 24, 28].map((at) =>
    view.getUint32(header + at, true),
  );
  const start = header - (headerAddress - load);
  const end = loadEnd === 0 ? image.length : start + (loadEnd - load);
  if (start < 0 || end > image.length || end < start) {
    return { offset: header + 12, message: "expected load addresses inside the image" };
  }
  const bytes = image.subarray(start, end);
  return {
    entry,
    segments: [{ address: load, bytes, size: Math.max(bytes.length, bssEnd === 0 ? 0 : bssEnd - load) }],
  };
}

/** Program headers of an ELF32 file. Source: System V ABI, chapter 5 "Program loading". */
function readElf(image: Uint8Array, view: DataView): Kernel | KernelFault {
  if (image.length < 52 || view.getUint32(0) !== 0x7f454c46)
    return { offset: 0, message: "expected ELF (7F 45 4C 46)" };
  if (image[4] !== 1) return { offset: 4, message: "expected a 32-bit ELF file" };
  if (view.getUint16(18, true) !== 3) return { offset: 18, message: "expected machine type 3 (80386)" };
  const [entry, table] = [view.getUint32(24, true), view.getUint32(28, true)];
  const [entrySize, count] = [view.getUint16(42, true), view.getUint16(44, true)];
  if (entrySize < 32 || table + count * entrySize > image.length) {
    return { offset: 28, message: "expected program headers inside the file" };
  }
  const segments: Kernel["segments"][number][] = [];
  let start = entry;
  for (let i = 0; i < count; i++) {
    const at = table + i * entrySize;
    if (view.getUint32(at, true) !== 1) continue; // PT_LOAD
    const [offset, virtual, physical, fileSize, memorySize] = [4, 8, 12, 16, 20].map((o) =>
      view.getUint32(at + o, true),
    );
    if (offset + fileSize > image.length)
      return { offset: at + 16, message: "expected the segment's bytes inside the file" };
    segments.push({
      address: physical,
      bytes: image.subarray(offset, offset + fileSize),
      size: Math.max(fileSize, memorySize),
    });
    // The entry point is a virtual address; the processor starts without paging.
    if (entry >= virtual && entry < virtual + memorySize) start = entry - virtual + physical;
  }
  if (segments.length === 0) return { offset: table, message: "expected a program header of type LOAD" };
  return { entry: start, segments };
}

/** Puts a kernel that `readKernel` accepts into memory, and the processor, just reset, before its stub. */
export function enterKernel(pc: Pc, image: Uint8Array, commandLine: string): void {
  const memoryBytes = pc.map.ram.length;
  const kernel = readKernel(image, memoryBytes);
  if ("message" in kernel) throw new Error(`kernel, byte ${kernel.offset}: ${kernel.message}`);
  for (const { address, bytes, size } of kernel.segments) {
    pc.map.load(address, new Uint8Array(size));
    pc.map.load(address, bytes);
  }
  const used = (at: number) => kernel.segments.some((s) => s.address < at + ROOM && at < s.address + s.size);
  const base = [0x8000, 0x90000, 0x80000, 0x20000].find((at) => !used(at)) ?? 0x8000;
  pc.map.load(base, stub(base, kernel.entry));
  pc.map.load(base + INFO, information(base + INFO, commandLine, memoryBytes));
  pc.cpu.writeRegister("CS", BigInt(base >> 4));
  pc.cpu.writeRegister("EIP", 0n);
}

/** The stub, then at INFO the information with what it points to. */
const INFO = 0x100;
const ROOM = 0x2000;

function stub(base: number, entry: number): Uint8Array {
  const bytes = new Uint8Array(0x80);
  const view = new DataView(bytes.buffer);
  const gdt = 0x48;
  // prettier-ignore
  bytes.set([
    0xfa, // cli
    0x2e,
    0x0f,
    0x01,
    0x16,
    0x40,
    0x00, // lgdt %cs:0x40
    0x0f,
    0x20,
    0xc0,
    0x0c,
    0x01,
    0x0f,
    0x22,
    0xc0, // set PE
    0x66,
    0xea,
    0,
    0,
    0,
    0,
    0x08,
    0x00, // ljmpl $8, $base + 23
    0x66,
    0xb8,
    0x10,
    0x00, // mov $16, %ax
    0x8e,
    0xd8,
    0x8e,
    0xc0,
    0x8e,
    0xe0,
    0x8e,
    0xe8,
    0x8e,
    0xd0, // to DS, ES, FS, GS, SS
    0xb8,
    0,
    0,
    0,
    0, // mov $LOADER_MAGIC, %eax
    0xbb,
    0,
    0,
    0,
    0, // mov $information, %ebx
    0xb9,
    0,
    0,
    0,
    0, // mov $entry, %ecx
    0xff,
    0xe1, // jmp *%ecx
  ]);
  view.setUint32(17, base + 23, true);
  view.setUint32(38, LOADER_MAGIC, true);
  view.setUint32(43, base + INFO, true);
  view.setUint32(48, entry, true);
  view.setUint16(0x40, 23, true);
  view.setUint32(0x42, base + gdt, true);
  view.setBigUint64(gdt + 8, 0x00cf9b000000ffffn, true);
  view.setBigUint64(gdt + 16, 0x00cf93000000ffffn, true);
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
