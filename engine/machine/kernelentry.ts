/**
 * Kernels that are entered in 32-bit protected mode (kernelimage.ts): puts one into memory with its modules and with what
 * its protocol tells it, and lets the processor enter it.
 *
 * First firmware is asked for its map of memory by a piece of real-mode code (bootstub.ts), which says INT 19h again when it
 * has it; then everything is put in place.
 */
import { EngineError } from "../wasm/error.ts";
import { showMode } from "./bootdisplay.ts";
import { BootHeap } from "./bootheap.ts";
import { askForMemoryMap, enterProtected, readMemoryMap } from "./bootstub.ts";
import type { Handover, Kernel, KernelModule, PlacedModule } from "./kernel.ts";
import { readKernel } from "./kernelimage.ts";
import { MULTIBOOT_MAGIC, multibootInformation } from "./multiboot.ts";
import { MULTIBOOT2_MAGIC, multiboot2Information } from "./multiboot2.ts";
import type { Pc } from "./pc.ts";
import { pvhInformation } from "./pvh.ts";

/** Code at the beginning, then what the kernel is told. */
const STUB = 0x400;
const ROOM = 0x6000;
const PAGE = 4096;
/** Where nothing but firmware's own memory is: what is loaded there is lost. */
const HOLE = [0xa0000, 0x100000] as const;

/** First step. Answers where the code is, below 640 KiB and beside the kernel. */
export function prepareKernel(pc: Pc, image: Uint8Array): void {
  askForMemoryMap(pc, baseFor(kernelOf(pc, image)));
}

/** Second step, when firmware has answered. */
export function enterKernel(pc: Pc, image: Uint8Array, commandLine: string, modules: readonly KernelModule[]): void {
  const kernel = kernelOf(pc, image);
  const base = baseFor(kernel);
  const memory = readMemoryMap(pc, base);
  for (const { address, bytes, size } of kernel.segments) {
    const whole = new Uint8Array(size);
    whole.set(bytes);
    load(pc, address, whole);
  }
  const placed: PlacedModule[] = [];
  let at = Math.max(HOLE[1], ...kernel.segments.map(({ address, size }) => address + size));
  for (const { bytes, commandLine: text = "" } of modules) {
    at = Math.ceil(at / PAGE) * PAGE;
    pc.map.load(at, bytes);
    placed.push({ start: at, end: at + bytes.length, text });
    at += bytes.length;
  }
  const rsdpAddress = findRsdp(pc);
  const handover = {
    commandLine,
    memory,
    modules: placed,
    display: kernel.display && showMode(pc, kernel.display),
    rsdp: rsdpAddress === undefined ? undefined : pc.map.ram.slice(rsdpAddress, rsdpAddress + 36),
    rsdpAddress,
  };
  const heap = new BootHeap(base + STUB, ROOM - STUB);
  const [eax, ebx] = tell(heap, kernel, handover);
  pc.map.load(heap.base, heap.bytes);
  enterProtected(pc, base, eax, ebx, kernel.entry);
}

/** EAX and EBX of the kernel. */
function tell(heap: BootHeap, { protocol }: Kernel, handover: Handover): [number, number] {
  switch (protocol) {
    case "multiboot":
      return [MULTIBOOT_MAGIC, multibootInformation(heap, handover)];
    case "multiboot2":
      return [MULTIBOOT2_MAGIC, multiboot2Information(heap, handover)];
    case "pvh":
      return [0, pvhInformation(heap, handover)];
  }
}

function kernelOf(pc: Pc, image: Uint8Array): Kernel {
  const kernel = readKernel(image, pc.map.lowBytes);
  if ("message" in kernel) throw new EngineError(`kernel, byte ${kernel.offset}: ${kernel.message}`);
  return kernel;
}

function baseFor({ segments }: Kernel): number {
  const isUsed = (at: number) => segments.some((s) => s.address < at + ROOM && at < s.address + s.size);
  return [0x8000, 0x90000, 0x80000, 0x20000].find((at) => !isUsed(at)) ?? 0x8000;
}

function load(pc: Pc, address: number, bytes: Uint8Array): void {
  const part = (from: number, to: number) => {
    if (from < to) pc.map.load(from, bytes.subarray(from - address, to - address));
  };
  part(address, Math.min(address + bytes.length, Math.max(address, HOLE[0])));
  part(Math.max(address, HOLE[1]), address + bytes.length);
}

/** "RSD PTR " on a multiple of 16, in the first KiB of the EBDA or from E0000 on (ACPI 6.3, 5.2.5.1). */
function findRsdp({ map }: Pc): number | undefined {
  const { ram } = map;
  const ebda = ((ram[0x40e] as number) | ((ram[0x40f] as number) << 8)) << 4;
  for (const [from, to] of [
    [ebda, ebda + 0x400],
    [0xe0000, 0x100000],
  ] as const) {
    for (let at = from; at < to; at += 16) {
      const bytes = ram.subarray(at, at + 20);
      const isSigned = [..."RSD PTR "].every((character, i) => bytes[i] === character.charCodeAt(0));
      if (isSigned && bytes.reduce((sum, byte) => sum + byte, 0) % 256 === 0) return at;
    }
  }
  return undefined;
}
