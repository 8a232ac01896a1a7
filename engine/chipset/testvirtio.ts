/** A driver of virtio devices for tests: what one does to the registers and to rings in the test bus's 64 KiB. */
import { PciBus } from "./pci.ts";
import { TestBus } from "./testbus.ts";
import type { VirtioPci } from "./virtiopci.ts";

export const SLOT = 4;
const BASE = 0xfebf0000;
/** Queue n has its descriptors here, its available ring 400h and its used ring 800h behind. */
const RINGS = 0x1000;

/** One buffer of a chain: bytes to read, or a count of bytes to write. */
export type TestBuffer = readonly number[] | number;

export class TestDriver {
  readonly bus: TestBus;
  readonly pci: PciBus;
  readonly size: number;
  #next = 0x4000;
  #descriptor = 0;

  constructor(size = 8) {
    this.bus = new TestBus();
    this.pci = new PciBus(this.bus, []);
    this.size = size;
  }

  config(register: number, value: number): void {
    this.bus.ports.write(0xcf8, 0x80000000 + (SLOT << 11) + (register & 0xfc), 4);
    this.bus.ports.write(0xcfc, value, 4);
  }

  configRead(register: number): number {
    this.bus.ports.write(0xcf8, 0x80000000 + (SLOT << 11) + (register & 0xfc), 4);
    return this.bus.ports.read(0xcfc, 4);
  }

  read(offset: number, size: 1 | 2 | 4 = 4): number {
    return this.bus.mmio.read(BASE + offset, size);
  }

  write(offset: number, value: number, size: 1 | 2 | 4 = 4): void {
    this.bus.mmio.write(BASE + offset, value, size);
  }

  /** BARs in place: registers at FEBF0000h, legacy ones at port C000h, the table of MSI-X at FEBE0000h. */
  enable(): void {
    this.config(0x10, 0xc000);
    this.config(0x14, 0xfebe0000);
    this.config(0x20, BASE);
    this.config(0x04, 7);
  }

  /** From reset to DRIVER_OK with these features (low dword) and so many queues. */
  start(low: number, queues = 1): void {
    this.enable();
    this.write(0x14, 0, 1);
    this.write(0x14, 3, 1);
    for (const [select, bits] of [low, 1].entries()) {
      this.write(0x08, select);
      this.write(0x0c, bits);
    }
    this.write(0x14, 11, 1);
    for (let n = 0; n < queues; n++) {
      this.write(0x16, n, 2);
      this.write(0x18, this.size, 2);
      const at = RINGS + 0xc00 * n;
      for (const [i, address] of [at, at + 0x400, at + 0x800].entries()) this.write(0x20 + 8 * i, address);
      this.write(0x1c, 1, 2);
    }
    this.write(0x14, 15, 1);
  }

  descriptor(n: number, address: number, length: number, flags: number, next: number, queue = 0): void {
    const at = RINGS + 0xc00 * queue + 16 * n;
    this.bus.memory.write32(at, address);
    this.bus.memory.write32(at + 4, 0);
    this.bus.memory.write32(at + 8, length);
    this.bus.memory.write32(at + 12, flags | (next << 16));
  }

  /** Makes a chain available; answers where its buffers are. */
  add(buffers: readonly TestBuffer[], queue = 0): number[] {
    const places: number[] = [];
    const head = this.#descriptor % this.size;
    for (const [i, buffer] of buffers.entries()) {
      const writes = typeof buffer === "number";
      const length = writes ? buffer : buffer.length;
      if (!writes) this.bus.ram.set(buffer, this.#next);
      const n = this.#descriptor++ % this.size;
      const more = i < buffers.length - 1;
      this.descriptor(n, this.#next, length, (writes ? 2 : 0) | (more ? 1 : 0), (n + 1) % this.size, queue);
      places.push(this.#next);
      this.#next += (length + 15) & ~15;
      if (this.#next > 0xf000) this.#next = 0x4000;
    }
    this.offer(head, queue);
    return places;
  }

  offer(head: number, queue = 0): void {
    const available = RINGS + 0xc00 * queue + 0x400;
    const index = this.word(available + 2);
    this.setWord(available + 4 + 2 * (index % this.size), head);
    this.setWord(available + 2, index + 1);
  }

  notify(queue = 0): void {
    this.write(0x3000 + 4 * queue, queue, 2);
  }

  /** Notifies, and lets 10 ms pass. */
  kick(queue = 0): void {
    this.notify(queue);
    this.bus.wait(2_000_000);
  }

  used(queue = 0): { index: number; entries: [head: number, written: number][] } {
    const at = RINGS + 0xc00 * queue + 0x800;
    const index = this.word(at + 2);
    const entries = Array.from({ length: Math.min(index, this.size) }, (_, i): [number, number] => [
      this.bus.memory.read32(at + 4 + 8 * i),
      this.bus.memory.read32(at + 8 + 8 * i),
    ]);
    return { index, entries };
  }

  word(at: number): number {
    return this.bus.ram[at] | (this.bus.ram[at + 1] << 8);
  }

  setWord(at: number, value: number): void {
    this.bus.ram[at] = value;
    this.bus.ram[at + 1] = value >> 8;
  }

  available(queue = 0): number {
    return RINGS + 0xc00 * queue + 0x400;
  }

  usedRing(queue = 0): number {
    return RINGS + 0xc00 * queue + 0x800;
  }
}

/** Whether the device asserts its pin. */
export function asserted(transport: VirtioPci): boolean {
  return transport.pci.state.pin;
}
