/**
 * Multiboot 1: what a kernel finds in EBX: memory, command line, modules, map, display.
 *
 * Not done: symbols, drives, APM and VBE tables.
 * Source: Multiboot Specification 0.6.96, 3.3 "Boot information format".
 */
import type { BootHeap } from "./bootheap.ts";
import type { FrameBuffer, Handover } from "./kernel.ts";

export const MULTIBOOT_MAGIC = 0x2badb002;
const FLAGS = {
  memory: 0x001,
  bootDevice: 0x002,
  commandLine: 0x004,
  modules: 0x008,
  map: 0x040,
  loader: 0x200,
  display: 0x1000,
} as const;
const INFO_BYTES = 116;
/** The first hard disk's first partition, whatever there is: as QEMU's loader. */
const BOOT_DEVICE = 0x8000ffff;

/** Fills `heap`; answers the structure's address. */
export function multibootInformation(heap: BootHeap, { commandLine, memory, modules, display }: Handover): number {
  const info = heap.reserve(INFO_BYTES);
  const { ranges, lowerKiB, upperKiB } = memory;
  const map = heap.reserve(24 * ranges.length);
  for (const [i, { address, length, type }] of ranges.entries()) {
    const at = map + 24 * i;
    heap.words(at, 20);
    heap.view.setBigUint64(at + 4, address, true);
    heap.view.setBigUint64(at + 12, length, true);
    heap.words(at + 20, type);
  }
  const list = heap.reserve(16 * modules.length);
  for (const [i, { start, end, text }] of modules.entries()) heap.words(list + 16 * i, start, end, heap.text(text), 0);
  let flags = FLAGS.memory | FLAGS.bootDevice | FLAGS.commandLine | FLAGS.modules | FLAGS.map | FLAGS.loader;
  if (display !== undefined) flags |= FLAGS.display;
  heap.words(info, flags, lowerKiB, upperKiB, BOOT_DEVICE, heap.text(commandLine), modules.length, heap.base + list);
  heap.words(info + 44, 24 * ranges.length, heap.base + map);
  heap.words(info + 64, heap.text("ring"));
  if (display !== undefined) {
    putDisplay(heap, info + 88, display);
    heap.bytes.set(display.fields, info + 110);
  }
  return heap.base + info;
}

/** 0 address, 8 pitch, C width, 10 height, 14 bits a dot, 15 type: as in Multiboot 2. */
export function putDisplay(heap: BootHeap, at: number, display: FrameBuffer): void {
  heap.words(at, display.address, 0, display.pitch, display.width, display.height);
  heap.bytes.set([display.depth, display.type], at + 20);
}
