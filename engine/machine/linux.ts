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
import type { KernelFault } from "./kernelimage.ts";
import type { Pc } from "./pc.ts";

/** Offsets in the header at the end of the first sector. */
const SETUP_SECTS = 0x1f1;
const BOOT_FLAG = 0x1fe;
const HEADER = 0x202;
const VERSION = 0x206;
const TYPE_OF_LOADER = 0x210;
const LOADFLAGS = 0x211;
const RAMDISK_IMAGE = 0x218;
const RAMDISK_SIZE = 0x21c;
const HEAP_END = 0x224;
const CMD_LINE = 0x228;
const INITRD_ADDR_MAX = 0x22c;
const CMDLINE_SIZE = 0x238;

const LOADED_HIGH = 0x01;
const CAN_USE_HEAP = 0x80;
const UNASSIGNED_LOADER = 0xff;

const REAL_AT = 0x10000;
const COMMAND_LINE_AT = 0x20000;
const KERNEL_AT = 0x100000;
/** Below the top of memory, where firmware keeps its tables. */
const TOP_KEPT = 0x40000;

/** What a machine needs to know of a kernel before it enters it. */
interface Image {
  /** Bytes of the real-mode part, the first sector included. */
  readonly setupBytes: number;
  readonly initrdMax: number;
  readonly commandLineMax: number;
}

/** Whether an image has Linux's header. */
export function isLinux(image: Uint8Array): boolean {
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  return (
    image.length >= 0x260 && view.getUint16(BOOT_FLAG, true) === 0xaa55 && view.getUint32(HEADER, true) === 0x53726448
  );
}

/** Reads the header, and checks that kernel, command line and RAM disk fit. */
export function readLinux(
  image: Uint8Array,
  commandLine: string,
  initrdBytes: number,
  memoryBytes: number,
): Image | KernelFault {
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  const version = view.getUint16(VERSION, true);
  if (version < 0x202) {
    const text = `${version >> 8}.${(version & 0xff).toString().padStart(2, "0")}`;
    return { offset: VERSION, message: `boot protocol ${text}; expected 2.02 or later` };
  }
  if (!((image[LOADFLAGS] as number) & LOADED_HIGH)) {
    return { offset: LOADFLAGS, message: "a zImage, loaded below 1 MiB; expected a bzImage" };
  }
  const setupBytes = ((image[SETUP_SECTS] || 4) + 1) * 512;
  if (setupBytes >= image.length || setupBytes > COMMAND_LINE_AT - REAL_AT - 0x8000) {
    return { offset: SETUP_SECTS, message: `${setupBytes / 512 - 1} sectors of real-mode code; expected fewer` };
  }
  const commandLineMax = version >= 0x206 ? view.getUint32(CMDLINE_SIZE, true) : 255;
  if (commandLine.length > commandLineMax) {
    return { offset: CMDLINE_SIZE, message: `takes a command line of ${commandLineMax} characters at most` };
  }
  const initrdMax = version >= 0x203 ? view.getUint32(INITRD_ADDR_MAX, true) : 0x37ffffff;
  const kernelEnd = KERNEL_AT + image.length - setupBytes;
  if (kernelEnd + initrdBytes + TOP_KEPT > memoryBytes) {
    return { offset: 0, message: `kernel and RAM disk do not fit in ${memoryBytes / 2 ** 20} MiB of memory` };
  }
  return { setupBytes, initrdMax, commandLineMax };
}

/** Puts a kernel that `readLinux` accepts into memory, and the processor, in real mode, at its entry. */
export function enterLinux(pc: Pc, image: Uint8Array, commandLine: string, initrd: Uint8Array | undefined): void {
  const memoryBytes = pc.map.ram.length;
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
  for (const segment of ["DS", "ES", "FS", "GS", "SS"]) pc.cpu.writeRegister(segment, BigInt(REAL_AT >> 4));
  pc.cpu.writeRegister("CS", BigInt((REAL_AT >> 4) + 0x20));
  pc.cpu.writeRegister("ESP", BigInt(COMMAND_LINE_AT - REAL_AT - 16));
  pc.cpu.writeRegister("EIP", 0n);
  pc.cpu.writeRegister("EFLAGS", 2n);
}
