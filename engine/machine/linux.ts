/**
 * Linux's boot protocol: puts a bzImage into memory with its command line and its initial RAM disk, and lets the processor
 * enter its real-mode part, which asks the firmware for what it wants to know.
 *
 *     10000  the kernel's real-mode part, at most 64 sectors
 *     20000  the command line
 *     100000 the kernel
 *     …      the RAM disk, as high as the kernel allows
 *
 * Not done: zImages (loaded below 1 MiB), protocols older than 2.02 (Linux 2.4).
 * Source: "The Linux/x86 Boot Protocol", Linux's Documentation/arch/x86/boot.rst.
 */
import { EngineError } from "../wasm/error.ts";
import {
  CMD_LINE,
  HEAP_END,
  KERNEL_AT,
  LOADFLAGS,
  RAMDISK_IMAGE,
  RAMDISK_SIZE,
  readLinux,
  TOP_KEPT,
  TYPE_OF_LOADER,
} from "./linuximage.ts";
import type { Pc } from "./pc.ts";

const CAN_USE_HEAP = 0x80;
const UNASSIGNED_LOADER = 0xff;

const REAL_AT = 0x10000;
const COMMAND_LINE_AT = 0x20000;

/** Puts a kernel that `readLinux` accepts into memory, and the processor, in real mode, at its entry. */
export function enterLinux(pc: Pc, image: Uint8Array, commandLine: string, initrd: Uint8Array | undefined): void {
  const memoryBytes = pc.map.lowBytes;
  const read = readLinux(image, commandLine, initrd?.length ?? 0, memoryBytes);
  if ("message" in read) throw new EngineError(`kernel, byte ${read.offset}: ${read.message}`);
  const setup = image.slice(0, read.setupBytes);
  const view = new DataView(setup.buffer);
  setup[TYPE_OF_LOADER] = UNASSIGNED_LOADER;
  setup[LOADFLAGS] = (setup[LOADFLAGS] as number) | CAN_USE_HEAP;
  view.setUint16(HEAP_END, COMMAND_LINE_AT - REAL_AT - 0x200, true);
  view.setUint32(CMD_LINE, COMMAND_LINE_AT, true);
  if (initrd) {
    const top = Math.min(read.initrdMax + 1, memoryBytes - TOP_KEPT);
    const at = (top - initrd.length) & ~0xfff;
    pc.map.load(at, initrd);
    view.setUint32(RAMDISK_IMAGE, at, true);
    view.setUint32(RAMDISK_SIZE, initrd.length, true);
  }
  pc.map.load(REAL_AT, setup);
  pc.map.load(COMMAND_LINE_AT, new TextEncoder().encode(`${commandLine}\0`));
  pc.map.load(KERNEL_AT, image.subarray(read.setupBytes));
  for (const segment of ["DS", "ES", "FS", "GS", "SS"]) pc.first.writeRegister(segment, BigInt(REAL_AT >> 4));
  pc.first.writeRegister("CS", BigInt((REAL_AT >> 4) + 0x20));
  pc.first.writeRegister("ESP", BigInt(COMMAND_LINE_AT - REAL_AT - 16));
  pc.first.writeRegister("EIP", 0n);
  pc.first.writeRegister("EFLAGS", 2n);
}
