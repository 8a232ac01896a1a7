/**
 * Multiboot 2: what a kernel finds in EBX: tags, each with type and size, on multiples of 8.
 *
 * Not done: symbols, drives, APM, VBE, SMBIOS and EFI tags.
 * Source: Multiboot2 Specification 2.0, 3.6 "Boot information format".
 */
import type { BootHeap } from "./bootheap.ts";
import type { Handover } from "./kernel.ts";
import { putDisplay } from "./multiboot.ts";

export const MULTIBOOT2_MAGIC = 0x36d76289;
const TAG = {
  end: 0,
  commandLine: 1,
  loader: 2,
  module: 3,
  memory: 4,
  map: 6,
  display: 8,
  oldRsdp: 14,
  newRsdp: 15,
} as const;
const RSDP_BYTES = 20;

/** Fills `heap`; answers the structure's address. */
export function multiboot2Information(heap: BootHeap, handover: Handover): number {
  const { commandLine, memory, modules, display, rsdp } = handover;
  const info = heap.reserve(8);
  const tag = (type: number, bytes: number) => {
    const at = heap.reserve(8 + bytes);
    heap.words(at, type, 8 + bytes);
    return at + 8;
  };
  const text = (type: number, before: readonly number[], value: string) => {
    const bytes = new TextEncoder().encode(`${value}\0`);
    const at = tag(type, 4 * before.length + bytes.length);
    heap.words(at, ...before);
    heap.bytes.set(bytes, at + 4 * before.length);
  };
  text(TAG.commandLine, [], commandLine);
  text(TAG.loader, [], "ring");
  for (const { start, end, text: words } of modules) text(TAG.module, [start, end], words);
  heap.words(tag(TAG.memory, 8), memory.lowerKiB, memory.upperKiB);
  const map = tag(TAG.map, 8 + 24 * memory.ranges.length);
  heap.words(map, 24, 0);
  for (const [i, { address, length, type }] of memory.ranges.entries()) {
    heap.view.setBigUint64(map + 8 + 24 * i, address, true);
    heap.view.setBigUint64(map + 16 + 24 * i, length, true);
    heap.words(map + 24 + 24 * i, type, 0);
  }
  if (display !== undefined) {
    // Two reserved bytes are before the fields here.
    const at = tag(TAG.display, 24 + display.fields.length);
    putDisplay(heap, at, display);
    heap.bytes.set(display.fields, at + 24);
  }
  if (rsdp !== undefined) {
    const isNew = (rsdp[15] as number) >= 2;
    heap.bytes.set(
      isNew ? rsdp : rsdp.subarray(0, RSDP_BYTES),
      tag(isNew ? TAG.newRsdp : TAG.oldRsdp, isNew ? rsdp.length : RSDP_BYTES),
    );
  }
  tag(TAG.end, 0);
  heap.words(info, heap.used - info, 0);
  return heap.base + info;
}
