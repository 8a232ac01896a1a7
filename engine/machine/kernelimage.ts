/**
 * Reads kernels that are entered in 32-bit protected mode: Multiboot 1 (ELF32, or with addresses in the header), Multiboot 2
 * (also ELF64), and ELF files with Xen's note of a PVH entry, as Linux's vmlinux has it.
 *
 * Source: Multiboot Specification 0.6.96, 3.1; Multiboot2 Specification 2.0, 3.1; Xen, docs/misc/pvh.pandoc.
 */
import { readElf } from "../toolchain/elf.ts";
import { readNotes } from "../toolchain/elfnotes.ts";
import type { HeaderAddresses, Kernel, KernelFault, Loaded } from "./kernel.ts";
import { findHeader2, readHeader2 } from "./multiboot2header.ts";

const HEADER_MAGIC = 0x1badb002;
const SEARCHED = 8192;
const FLAG_ALIGN = 0x1;
const FLAG_MEMORY = 0x2;
const FLAG_VIDEO = 0x4;
const FLAG_ADDRESSES = 0x10000;
const XEN_PHYS32_ENTRY = 18;

/** Reads an image, and checks that it fits. */
export function readKernel(image: Uint8Array, memoryBytes: number): Kernel | KernelFault {
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  const header = findHeader(view);
  const header2 = findHeader2(view);
  const kernel =
    header >= 0
      ? readMultiboot(image, view, header)
      : header2 >= 0
        ? readMultiboot2(image, view, header2)
        : readPvh(image);
  if ("message" in kernel) return kernel;
  for (const { address, size } of kernel.segments) {
    const end = address + size;
    if (end > memoryBytes) {
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

function readMultiboot(image: Uint8Array, view: DataView, header: number): Kernel | KernelFault {
  const flags = view.getUint32(header + 4, true);
  const unknown = flags & 0xffff & ~(FLAG_ALIGN | FLAG_MEMORY | FLAG_VIDEO);
  if (unknown) return { offset: header + 4, message: `the header requires 0x${unknown.toString(16)}, which we lack` };
  const field = (at: number) => view.getUint32(header + at, true);
  if (flags & (FLAG_ADDRESSES | FLAG_VIDEO) && header + (flags & FLAG_VIDEO ? 48 : 32) > image.length)
    return { offset: image.length, message: "expected the header's addresses and its mode" };
  const loaded =
    flags & FLAG_ADDRESSES
      ? readByAddresses(image, header, {
          header: field(12),
          load: field(16),
          loadEnd: field(20),
          bssEnd: field(24),
          entry: field(28),
        })
      : readSegments(image, [32]);
  if ("message" in loaded || !(flags & FLAG_VIDEO))
    return "message" in loaded ? loaded : { ...loaded, protocol: "multiboot" };
  const display = { isText: field(32) === 1, width: field(36), height: field(40), depth: field(44) };
  return { ...loaded, protocol: "multiboot", display };
}

function readMultiboot2(image: Uint8Array, view: DataView, header: number): Kernel | KernelFault {
  const read = readHeader2(view, header);
  if ("message" in read) return read;
  const { addresses, entry, display } = read;
  const loaded = addresses ? readByAddresses(image, header, addresses) : readSegments(image, [32, 64]);
  if ("message" in loaded) return loaded;
  return {
    ...loaded,
    protocol: "multiboot2",
    ...(entry === undefined ? {} : { entry }),
    ...(display ? { display } : {}),
  };
}

function readPvh(image: Uint8Array): Kernel | KernelFault {
  const none = {
    offset: 0,
    message:
      "expected Linux's header, a Multiboot header (1BADB002 in the first 8,192 bytes, or E85250D6 in the first 32,768), or an ELF file with Xen's PVH note",
  };
  const loaded = readSegments(image, [32, 64]);
  if ("message" in loaded) return image[0] === 0x7f && image[1] === 0x45 ? loaded : none;
  const note = readNotes(image).find(({ name, type }) => name === "Xen" && type === XEN_PHYS32_ENTRY);
  if (note === undefined || note.bytes.length < 4) return none;
  const entry = new DataView(note.bytes.buffer, note.bytes.byteOffset, 4).getUint32(0, true);
  return { ...loaded, protocol: "pvh", entry };
}

function readByAddresses(image: Uint8Array, header: number, given: HeaderAddresses): Loaded | KernelFault {
  const { load, loadEnd, bssEnd, entry } = given;
  // FFFFFFFF for "the file's beginning" is Multiboot 2's.
  const start = load === 0xffffffff ? 0 : header - (given.header - load);
  const address = load === 0xffffffff ? given.header - header : load;
  const end = loadEnd === 0 ? image.length : start + (loadEnd - address);
  if (start < 0 || end > image.length || end < start || address < 0) {
    return { offset: header + 12, message: "expected load addresses inside the image" };
  }
  const bytes = image.subarray(start, end);
  return { entry, segments: [{ address, bytes, size: Math.max(bytes.length, bssEnd === 0 ? 0 : bssEnd - address) }] };
}

/** An ELF file of one of these widths. */
function readSegments(image: Uint8Array, widths: readonly number[]): Loaded | KernelFault {
  const elf = readElf(image);
  if ("message" in elf) return elf;
  if (!widths.includes(elf.bits)) return { offset: 4, message: `expected a ${widths.join("- or ")}-bit ELF file` };
  // The entry point is a virtual address; the processor starts without paging.
  const home = elf.segments.find((s) => elf.entry >= s.virtualAddress && elf.entry < s.virtualAddress + BigInt(s.size));
  const entry = home ? Number(elf.entry - home.virtualAddress) + home.address : Number(elf.entry);
  return { entry, segments: elf.segments };
}
