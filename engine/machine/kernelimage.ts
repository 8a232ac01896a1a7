/**
 * Reads Multiboot 1 kernels: ELF32, or with addresses in the header.
 * Source: Multiboot Specification 0.6.96, 3.1 "OS image format"; System V ABI, chapter 5 "Program loading".
 */

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
