/**
 * Physical memory of one machine: RAM, ROM and device memory, a page (4 KiB) at a time, in one WebAssembly memory that
 * never grows. Also where bus masters, loaders and views reach it from.
 */

import type { AccessSize, SmramView } from "../chipset/bus.ts";
import { EngineError } from "../wasm/error.ts";
import type { CacheLines } from "./cachelines.ts";
import * as at from "./layout.ts";

export const PAGE = 4096;
/** What reaches RAM, of a page in RAM's range; the rest goes to ROM or a device. A device covers what is COVERED. */
const READS = 1;
const WRITES = 2;
const COVERED = 4;
/** A page whose code comes and goes so often counts as one with code between times: stores to it are looked at anyway. */
const RESTLESS = 4;
/** Where SMRAM lies. */
const SMRAM = 0xa0000;
const SMRAM_BYTES = 0x20000;
/** Room for decoded instructions: a kernel's work and its programs' fit, so that they are not decoded again and again. */
const RECORDS_BYTES = 16 << 20;
const LEAST_RECORDS_BYTES = 4 << 20;
/** ROM images lie above RAM in linear memory, in as much space as this where nothing else is asked for. */
const ROM_SPACE = 1 << 20;
const FOUR_GIB = 2 ** 32;
/** Of WebAssembly's memory, in which an address has 32 bits. */
const WASM_PAGE = 0x10000;

/** Who answers at addresses that are neither RAM nor ROM. */
export interface DeviceMemory {
  read(hpa: number, size: AccessSize): number;
  write(hpa: number, value: number, size: AccessSize): void;
}

/** Who keeps decoded code, or where physical addresses lead. `line` is a linear-memory address divided by 64. */
export interface MemoryReader {
  /** Whether it has code decoded from this line. */
  holdsCode(line: number): boolean;
  /** Bytes that hold decoded code, of somebody's, are about to change: linear-memory address and count. */
  codeChanges(host: number, bytes: number): void;
  /** A page has got its first decoded code: stores to it need another look. */
  codeAppears(): void;
  /** The meaning of physical addresses has changed: ROM mapped, A20. */
  mapChanges(): void;
}

export class PhysicalMap {
  readonly memory: WebAssembly.Memory;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
  readonly ram: Uint8Array;
  /** Linear-memory addresses: records (`recordCount` for each processor), one i64 of decoded lines a page of linear memory, RAM. */
  readonly records: number;
  readonly recordCount: number;
  readonly lines: number;
  readonly ramAt: number;
  /** Bytes of RAM from address 0; the rest begins at 4 GiB. */
  readonly lowBytes: number;
  /** Those who keep what they derive from memory: each processor. */
  readonly readers: MemoryReader[] = [];
  devices: DeviceMemory = { read: () => 0xffffffff, write() {} };
  a20 = true;
  /** Where cache lines are counted. Set before processors are made. */
  caches: CacheLines | undefined;
  private smram: SmramView = "none";
  private smm = false;
  /** READS, WRITES and COVERED of each page in RAM's range. */
  private readonly reach: Uint8Array;
  /** How often each page has got its first decoded code. */
  private readonly appearances: Uint8Array;
  private readonly romSpace: number;
  private readonly roms: { first: number; last: number; host: number }[] = [];
  private romEnd: number;
  /** Numbers of pages of RAM that devices cover. */
  private covered: ReadonlySet<number> = new Set();

  /** Processors that share it. */
  readonly processors: number;

  constructor(ramBytes: number, processors = 1, romSpace = ROM_SPACE, lowBytes = ramBytes) {
    this.romSpace = romSpace;
    this.processors = processors;
    this.lowBytes = lowBytes;
    if (ramBytes % PAGE || lowBytes % PAGE || lowBytes < 1 << 20 || lowBytes > ramBytes)
      throw new EngineError(`memory of ${lowBytes} of ${ramBytes} bytes: expected multiples of 4 KiB, at least 1 MiB`);
    this.records = at.FIRST_PROCESSOR + processors * at.PROCESSOR_BYTES;
    const recordBytes = Math.max(LEAST_RECORDS_BYTES, RECORDS_BYTES / processors) & -PAGE;
    this.recordCount = recordBytes / at.RECORD_BYTES;
    this.lines = this.records + processors * recordBytes;
    const pages = (ramBytes + romSpace) / PAGE;
    this.ramAt = (this.lines + pages * 8 + 0xffff) & ~0xffff;
    this.memory = allocate(this.ramAt + ramBytes + romSpace, ramBytes);
    this.bytes = new Uint8Array(this.memory.buffer as ArrayBuffer);
    this.view = new DataView(this.memory.buffer);
    this.ram = new Uint8Array(this.memory.buffer, this.ramAt, ramBytes);
    this.romEnd = this.ramAt + ramBytes;
    this.appearances = new Uint8Array(pages);
    this.reach = new Uint8Array(ramBytes / PAGE).fill(READS | WRITES);
    this.setReach(0xa0000, 0x60000, false, false);
  }

  /** Read-only pages at `hpa` (page-aligned); inside RAM's range they are seen where reads do not reach RAM. */
  mapRom(hpa: number, image: Uint8Array): void {
    if (hpa % PAGE || image.length % PAGE || image.length === 0) {
      throw new EngineError(`ROM of ${image.length} bytes at 0x${hpa.toString(16)}: expected whole pages of 4 KiB`);
    }
    const host = this.romEnd;
    if (host + image.length > this.ramAt + this.ram.length + this.romSpace)
      throw new EngineError(`ROM images: more than ${this.romSpace} bytes in all`);
    this.bytes.set(image, host);
    this.romEnd += image.length;
    this.roms.push({ first: hpa, last: hpa + image.length - 1, host });
    this.onMapChange();
  }

  /** Which accesses to a range inside RAM's (page-aligned) reach RAM; the others go to ROM or a device. */
  setReach(hpa: number, bytes: number, reads: boolean, writes: boolean): void {
    const reach = (reads ? READS : 0) | (writes ? WRITES : 0);
    const pages = this.reach.subarray(hpa / PAGE, (hpa + bytes) / PAGE);
    if (pages.every((now) => (now & ~COVERED) === reach)) return;
    for (let i = 0; i < pages.length; i++) pages[i] = reach | ((pages[i] as number) & COVERED);
    this.onMapChange();
  }

  /** The host bridge says who sees SMRAM. */
  setSmram(view: SmramView): void {
    this.smram = view;
    this.showSmram();
  }

  /** Whether the processor whose turn it is is in system management mode. Called at each change of either. */
  setSmm(active: boolean): void {
    if (active === this.smm) return;
    this.smm = active;
    this.showSmram();
  }

  private showSmram(): void {
    const shown = this.smram === "all" || (this.smram === "smm" && this.smm);
    this.setReach(SMRAM, SMRAM_BYTES, shown, shown);
  }

  /** Place in RAM of the byte at `a`, −1 where it is not RAM's. */
  private placeOf(a: number): number {
    if (a < this.lowBytes) return a;
    const place = a - FOUR_GIB + this.lowBytes;
    return a >= FOUR_GIB && place < this.ram.length ? place : -1;
  }

  /** How many bytes of RAM follow each other from `a` on. */
  ramFrom(a: number): number {
    if (a >= 0 && a < this.lowBytes) return this.lowBytes - a;
    return a >= FOUR_GIB ? Math.max(0, this.ram.length - this.lowBytes - (a - FOUR_GIB)) : 0;
  }

  /** Gives single pages of RAM (addresses, page-aligned) to devices, instead of those given so before. */
  cover(pages: ReadonlySet<number>): void {
    const inside = new Set([...pages].map((hpa) => this.placeOf(hpa) / PAGE).filter((page) => page >= 0));
    if (inside.size === this.covered.size && [...inside].every((page) => this.covered.has(page))) return;
    for (const page of this.covered) this.reach[page] = (this.reach[page] as number) & ~COVERED;
    for (const page of inside) this.reach[page] = (this.reach[page] as number) | COVERED;
    this.covered = inside;
    this.onMapChange();
  }

  /** Whether there is RAM at `hpa` that a device covers: the device sends on what is not for it. */
  isCovered(hpa: number): boolean {
    const place = this.placeOf(hpa);
    return place >= 0 && this.reach[place >>> 12] === (READS | WRITES | COVERED);
  }

  readCovered(hpa: number, size: AccessSize): number {
    return this.get(this.ramAt + this.placeOf(hpa), size);
  }

  writeCovered(hpa: number, value: number, size: AccessSize): void {
    this.put(this.ramAt + this.placeOf(hpa), value, size);
  }

  setA20(enabled: boolean): void {
    if (enabled === this.a20) return;
    this.a20 = enabled;
    this.onMapChange();
  }

  private masked(hpa: number): number {
    return this.a20 ? hpa : hpa - (hpa & 0x100000);
  }

  /** Address in linear memory of the page of `hpa` where it can be read as memory, else −1. `hpa` as the processor sends it. */
  readable(hpa: number): number {
    return this.readableAt(this.masked(hpa));
  }

  /** The same where it can be both read and written as RAM. */
  writable(hpa: number): number {
    return this.writableAt(this.masked(hpa));
  }

  /** `readable` of a physical address as the bus carries it: A20 is decided. */
  readableAt(a: number): number {
    const place = this.placeOf(a);
    if (place >= 0) {
      const reach = this.reach[place >>> 12] as number;
      if (reach & COVERED) return -1;
      if (reach & READS) return this.ramAt + place;
    }
    for (const rom of this.roms) if (a >= rom.first && a <= rom.last) return rom.host + (a - rom.first);
    return -1;
  }

  writableAt(a: number): number {
    const place = this.placeOf(a);
    return place >= 0 && this.reach[place >>> 12] === (READS | WRITES) ? this.ramAt + place : -1;
  }

  /** Addresses where RAM or ROM begins or ends, ascending, 0 and 4 GiB included. */
  edges(): number[] {
    const edges = new Set([0, this.lowBytes, FOUR_GIB, FOUR_GIB + this.ram.length - this.lowBytes]);
    const addressOf = (page: number) => page * PAGE + (page * PAGE < this.lowBytes ? 0 : FOUR_GIB - this.lowBytes);
    for (let page = 1; page < this.reach.length; page++)
      if (this.reach[page] !== this.reach[page - 1]) edges.add(addressOf(page));
    for (const page of this.covered) edges.add(addressOf(page)).add(addressOf(page) + PAGE);
    for (const { first, last } of this.roms) edges.add(first).add(last + 1);
    return [...edges].sort((a, b) => a - b);
  }

  /** What answers reads at `a`: RAM, RAM that takes no writes, ROM, or `undefined` for devices or nobody. */
  kindAt(a: number): "ram" | "shadow" | "rom" | undefined {
    if (this.writableAt(a) >= 0) return "ram";
    const host = this.readableAt(a);
    if (host < 0) return undefined;
    return host < this.ramAt + this.ram.length ? "shadow" : "rom";
  }

  /** Whether the line of linear-memory address `host` holds decoded code. */
  hasCode(host: number): boolean {
    const line = (host - this.ramAt) >>> 6;
    return ((this.bytes[this.lines + (line >>> 3)] as number) & (1 << (line & 7))) !== 0;
  }

  /** Bytes that hold decoded code are about to change: nobody has code of their lines afterwards. */
  onCodeWrite(host: number, bytes: number): void {
    for (const reader of this.readers) reader.codeChanges(host, bytes);
    for (let line = host >>> 6; line <= (host + bytes - 1) >>> 6; line++) this.setLine(line, false);
  }

  onMapChange(): void {
    for (const reader of this.readers) reader.mapChanges();
  }

  /** Whether any line of its page does, or is likely to again. */
  pageHasCode(host: number): boolean {
    if ((this.appearances[(host - this.ramAt) >>> 12] as number) >= RESTLESS) return true;
    const word = this.lines + ((host - this.ramAt) >>> 12) * 8;
    return this.view.getInt32(word, true) !== 0 || this.view.getInt32(word + 4, true) !== 0;
  }

  /** A processor has decoded code of a line (address divided by 64). */
  markCode(line: number): void {
    if (!this.pageHasCode(line << 6)) {
      const page = ((line << 6) - this.ramAt) >>> 12;
      this.appearances[page] = (this.appearances[page] as number) + 1;
      for (const reader of this.readers) reader.codeAppears();
    }
    this.setLine(line, true);
  }

  /** A processor has forgotten what it decoded of a line; others may not. */
  unmarkCode(line: number): void {
    if (this.readers.some((reader) => reader.holdsCode(line))) return;
    this.setLine(line, false);
    this.appearances[((line << 6) - this.ramAt) >>> 12] = 0;
  }

  private setLine(line: number, holds: boolean): void {
    const n = line - (this.ramAt >>> 6);
    const byte = this.lines + (n >>> 3);
    const bit = 1 << (n & 7);
    this.bytes[byte] = holds ? (this.bytes[byte] as number) | bit : (this.bytes[byte] as number) & ~bit;
  }

  read8(hpa: number): number {
    return this.read(hpa, 1);
  }

  write8(hpa: number, value: number): void {
    this.write(hpa, value, 1);
  }

  /** An access that does not cross a page. */
  read(hpa: number, size: AccessSize): number {
    return this.readAt(this.masked(hpa), size);
  }

  write(hpa: number, value: number, size: AccessSize): void {
    this.writeAt(this.masked(hpa), value, size);
  }

  readAt(a: number, size: AccessSize): number {
    const host = this.readableAt(a);
    if (host < 0) return this.devices.read(a, size) >>> 0;
    return this.get(host, size);
  }

  private get(host: number, size: AccessSize): number {
    return size === 1
      ? (this.bytes[host] as number)
      : size === 2
        ? this.view.getUint16(host, true)
        : this.view.getUint32(host, true);
  }

  writeAt(a: number, value: number, size: AccessSize): void {
    // RAM takes writes below a ROM, too, that reads do not see yet: how firmware copies itself.
    const place = this.placeOf(a);
    const isRam = place >= 0 && ((this.reach[place >>> 12] as number) & (WRITES | COVERED)) === WRITES;
    if (!isRam) {
      if (this.readableAt(a) < 0) this.devices.write(a, value >>> 0, size);
      return;
    }
    this.put(this.ramAt + place, value, size);
  }

  private put(host: number, value: number, size: AccessSize): void {
    if (this.hasCode(host) || this.hasCode(host + size - 1)) this.onCodeWrite(host, size);
    if (size === 1) this.bytes[host] = value;
    else if (size === 2) this.view.setUint16(host, value, true);
    else this.view.setUint32(host, value, true);
  }

  /** Four bytes on one page, without side effects: FF where there is no memory. */
  peek32(hpa: number): number {
    const host = this.readable(hpa);
    return host < 0 ? 0xffffffff : this.get(host, 4);
  }

  /** Bytes from `hpa` on, without side effects: FF where there is no memory. */
  peek(hpa: number, length: number): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(length).fill(0xff);
    for (let i = 0; i < length; ) {
      const count = Math.min(length - i, PAGE - ((hpa + i) % PAGE));
      const host = this.readable(hpa + i);
      if (host >= 0) out.set(this.bytes.subarray(host, host + count), i);
      i += count;
    }
    return out;
  }

  /** Puts bytes into RAM as a loader does; an EngineError where they do not fit. */
  load(hpa: number, image: Uint8Array): void {
    if (image.length > this.ramFrom(hpa)) {
      throw new EngineError(
        `${image.length} bytes at 0x${hpa.toString(16)} do not fit in ${this.ram.length} bytes of memory`,
      );
    }
    if (image.length === 0) return;
    const place = this.placeOf(hpa);
    for (let p = place - (place % 64); p < place + image.length; p += 64)
      if (this.hasCode(this.ramAt + p)) this.onCodeWrite(this.ramAt + p, 64);
    this.ram.set(image, place);
  }
}

/** Memory of its whole size; what nobody touches takes no room of the host's. */
function allocate(bytes: number, ramBytes: number): WebAssembly.Memory {
  const pages = Math.ceil(bytes / WASM_PAGE);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new EngineError(`there is no room here for a machine of ${ramBytes / 2 ** 20} MiB: give it less memory`);
  }
}
