/**
 * Reads Linux kernels: bzImages of boot protocol 2.02 and later (Linux 2.4).
 * Source: "The Linux/x86 Boot Protocol", Linux's Documentation/arch/x86/boot.rst.
 */
import type { KernelFault } from "./kernel.ts";

/** Offsets in the header at the end of the first sector. */
const SETUP_SECTS = 0x1f1;
const BOOT_FLAG = 0x1fe;
const HEADER = 0x202;
const VERSION = 0x206;
export const TYPE_OF_LOADER = 0x210;
export const LOADFLAGS = 0x211;
export const RAMDISK_IMAGE = 0x218;
export const RAMDISK_SIZE = 0x21c;
export const HEAP_END = 0x224;
export const CMD_LINE = 0x228;
const INITRD_ADDR_MAX = 0x22c;
const CMDLINE_SIZE = 0x238;

const LOADED_HIGH = 0x01;

/** The kernel goes here; the real-mode part takes as much below it. */
export const KERNEL_AT = 0x100000;
const MAX_SETUP = 0x8000;
/** Below the top of memory, where firmware keeps its tables. */
export const TOP_KEPT = 0x40000;

/** What a machine needs to know of a kernel before it enters it. */
export interface LinuxImage {
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
): LinuxImage | KernelFault {
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
  if (setupBytes >= image.length || setupBytes > MAX_SETUP) {
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
