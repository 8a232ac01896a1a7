/**
 * Xen's PVH: what a kernel with its note finds in EBX, an hvm_start_info of version 1.
 *
 * Source: Xen, xen/include/public/arch-x86/hvm/start_info.h; docs/misc/pvh.pandoc.
 */
import type { BootHeap } from "./bootheap.ts";
import type { Handover } from "./kernel.ts";

const MAGIC = 0x336ec578;
const INFO_BYTES = 56;

/** Fills `heap`; answers the structure's address. */
export function pvhInformation(heap: BootHeap, handover: Handover): number {
  const { commandLine, memory, modules, rsdpAddress } = handover;
  const info = heap.reserve(INFO_BYTES);
  const list = heap.reserve(32 * modules.length);
  for (const [i, { start, end, text }] of modules.entries())
    heap.words(list + 32 * i, start, 0, end - start, 0, heap.text(text), 0, 0, 0);
  const map = heap.reserve(24 * memory.ranges.length);
  for (const [i, { address, length, type }] of memory.ranges.entries()) {
    heap.view.setBigUint64(map + 24 * i, address, true);
    heap.view.setBigUint64(map + 24 * i + 8, length, true);
    heap.words(map + 24 * i + 16, type, 0);
  }
  const modulesAt = modules.length > 0 ? heap.base + list : 0;
  heap.words(info, MAGIC, 1, 0, modules.length, modulesAt, 0, heap.text(commandLine), 0, rsdpAddress ?? 0, 0);
  heap.words(info + 40, heap.base + map, 0, memory.ranges.length, 0);
  return heap.base + info;
}
