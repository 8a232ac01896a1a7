import { expect, test } from "vitest";
import type { DmaDevice, Line } from "./bus.ts";
import { DmaPages, I8237 } from "./i8237.ts";
import { TestBus } from "./testbus.ts";

/** A device that wants `want` transfers: it gives 1, 2, 3 … and keeps what it gets. */
class Peer implements DmaDevice {
  want = 0;
  given = 0;
  readonly got: number[] = [];
  terminalAt: number[] = [];
  dreq: Line | undefined;

  start(want: number): void {
    this.want = want;
    this.dreq?.set(false);
    this.dreq?.set(want > 0);
  }

  dmaRead(terminalCount: boolean): number {
    this.given++;
    this.#served(terminalCount);
    return this.given;
  }

  dmaWrite(value: number, terminalCount: boolean): void {
    this.got.push(value);
    this.#served(terminalCount);
  }

  #served(terminalCount: boolean): void {
    if (terminalCount) this.terminalAt.push(this.given + this.got.length);
    if (--this.want === 0) this.dreq?.set(false);
  }
}

function pair() {
  const bus = new TestBus();
  const pages = new DmaPages(bus);
  const first = new I8237(bus, { name: "i8237.0", base: 0x00, stride: 1, page: (n) => pages.page(n) });
  const second = new I8237(bus, { name: "i8237.1", base: 0xc0, stride: 2, page: (n) => pages.page(n + 4) });
  second.cascade(first);
  bus.out(0xd6, 0xc0);
  bus.out(0xd4, 0x00);
  const peer = new Peer();
  peer.dreq = first.channel(2).attach(peer);
  /** Programs channel 2. */
  const program = (mode: number, address: number, count: number) => {
    bus.out(0x0a, 0x06);
    bus.out(0x0c, 0);
    bus.out(0x0b, mode | 2);
    bus.out(0x04, address & 0xff, address >> 8);
    bus.out(0x05, count & 0xff, count >> 8);
    bus.out(0x0a, 0x02);
  };
  return { bus, pages, first, second, peer, program };
}

test("single mode, to memory: 4 bytes, address and count step, TC with the last and the channel is masked", () => {
  const { bus, peer, program } = pair();
  program(0x44, 0x1000, 3);
  peer.start(3);
  expect([...bus.ram.subarray(0x1000, 0x1004)]).toEqual([1, 2, 3, 0]);
  expect([bus.in(0x04), bus.in(0x04), bus.in(0x05), bus.in(0x05)]).toEqual([0x03, 0x10, 0, 0]);
  peer.start(5);
  expect(peer.terminalAt).toEqual([4]);
  expect([bus.in(0x08), bus.in(0x08)]).toEqual([0x44, 0x40]);
  expect(bus.in(0x0f)).toBe(0x0f);
  expect([bus.in(0x05), bus.in(0x05)]).toEqual([0xff, 0xff]);
});

test("from memory, with decrement", () => {
  const { bus, peer, program } = pair();
  bus.ram.set([10, 20, 30], 0x2000);
  program(0x68, 0x2002, 2);
  peer.start(3);
  expect(peer.got).toEqual([30, 20, 10]);
});

test("auto-initialize starts again and stays unmasked", () => {
  const { bus, peer, program } = pair();
  program(0x54, 0x3000, 1);
  peer.start(2);
  peer.start(2);
  expect([...bus.ram.subarray(0x3000, 0x3003)]).toEqual([3, 4, 0]);
  expect(bus.in(0x0f) & 4).toBe(0);
});

test("verify takes bytes and writes nothing; a request waits for mask, controller and cascade", () => {
  const { bus, peer, program } = pair();
  program(0x40, 0x3000, 1);
  peer.start(1);
  expect([peer.given, bus.ram[0x3000]]).toEqual([1, 0]);
  bus.out(0x0a, 0x06);
  peer.start(1);
  expect([peer.given, bus.in(0x08)]).toEqual([1, 0x40]);
  bus.out(0xd4, 0x04);
  bus.out(0x0a, 0x02);
  expect(peer.given).toBe(1);
  bus.out(0xd4, 0x00);
  expect(peer.given).toBe(2);
});

test("the page register gives bits 23:16, and the address wraps within 64 KiB", () => {
  const { bus, pages, program, peer } = pair();
  const written: number[] = [];
  bus.memory.write8 = (hpa) => written.push(hpa);
  bus.out(0x81, 0x12);
  program(0x44, 0xffff, 1);
  peer.start(2);
  expect(written).toEqual([0x12ffff, 0x120000]);
  expect(pages.page(2)).toBe(0x12);
});

test("the second controller moves words at twice the address", () => {
  const { bus, second } = pair();
  const peer = new Peer();
  peer.dreq = second.channel(1).attach(peer);
  bus.out(0xd8, 0);
  bus.out(0xd6, 0x45);
  bus.out(0xc4, 0x00, 0x08);
  bus.out(0xc6, 0x01, 0x00);
  bus.out(0xd4, 0x01);
  peer.start(2);
  expect([...bus.ram.subarray(0x1000, 0x1004)]).toEqual([1, 0, 2, 0]);
});

test("memory to memory copies 4 bytes by a software request, with address hold one byte 4 times", () => {
  const { bus } = pair();
  bus.ram.set([1, 2, 3, 4], 0x100);
  const copy = (command: number, to: number) => {
    bus.out(0x0d, 0);
    bus.out(0x08, command);
    bus.out(0x0b, 0x88, 0x85);
    bus.out(0x00, 0x00, 0x01);
    bus.out(0x02, to & 0xff, to >> 8);
    bus.out(0x03, 0x03, 0x00);
    bus.out(0x09, 0x04);
  };
  copy(0x01, 0x200);
  expect([...bus.ram.subarray(0x200, 0x205)]).toEqual([1, 2, 3, 4, 0]);
  copy(0x03, 0x300);
  expect([...bus.ram.subarray(0x300, 0x305)]).toEqual([1, 1, 1, 1, 0]);
  expect(bus.in(0x0d)).toBe(1);
});

test("a software request of a channel without a device ends at its count", () => {
  const { bus, program } = pair();
  program(0x84, 0x4000, 0xffff);
  bus.out(0x0a, 0x06);
  bus.out(0x09, 0x06);
  expect(bus.in(0x08) & 0x04).toBe(0x04);
});
