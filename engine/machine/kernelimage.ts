/**
 * Reads Multiboot 1 kernels: ELF32, or with addresses in the header.
 * Source: Multiboot Specification 0.6.96, 3.1 "OS image format".
 */
import { readElf } from "../toolchain/elf.ts";

const HEADER_MAGIC = 0x1badb002;
const SEARCHED = 8192;
const FLAG_ALIGN = 0x1;
const FLAG_MEMORY = 0x2;
const FLAG_ADDRESSES = 0x10000;

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
  const kernel = flags & FLAG_ADDRESSES ? readByAddresses(image, view, header) : readSegments(image);
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

/** An ELF file of 32 bits for the 80386. */
function readSegments(image: Uint8Array): Kernel | KernelFault {
  const elf = readElf(image);
  if ("message" in elf) return elf;
  if (elf.bits !== 32) return { offset: 4, message: "expected a 32-bit ELF file" };
  if (elf.segments.length === 0) return { offset: 28, message: "expected a program header of type LOAD" };
  // The entry point is a virtual address; the processor starts without paging.
  const home = elf.segments.find((s) => elf.entry >= s.virtualAddress && elf.entry < s.virtualAddress + BigInt(s.size));
  const entry = home ? Number(elf.entry - home.virtualAddress) + home.address : Number(elf.entry);
  return { entry, segments: elf.segments };
}
