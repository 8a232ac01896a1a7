import { expect, test } from "vitest";
import type { AccessSize } from "./bus.ts";
import { TestBus } from "./testbus.ts";

function recorder(widest?: AccessSize) {
  const seen: string[] = [];
  return {
    seen,
    registers: {
      ...(widest === undefined ? {} : { widest }),
      read: (address: number, size: AccessSize) => {
        seen.push(`r${address.toString(16)}.${size}`);
        return address & 0xff;
      },
      write: (address: number, value: number, size: AccessSize) => {
        seen.push(`w${address.toString(16)}.${size}=${value.toString(16)}`);
      },
    },
  };
}

test("an unclaimed port reads 0xFF, 0xFFFF, 0xFFFFFFFF and is reported once", () => {
  const bus = new TestBus();
  expect(bus.ports.read(0x300, 1)).toBe(0xff);
  expect(bus.ports.read(0x300, 2)).toBe(0xffff);
  expect(bus.ports.read(0x300, 4)).toBe(0xffffffff);
  expect(bus.events.map((e) => e.text)).toEqual([
    "port 0x300 read: nothing there",
    "port 0x301 read: nothing there",
    "port 0x302 read: nothing there",
    "port 0x303 read: nothing there",
  ]);
});

test("a 32-bit OUT to a byte device is four bytes, lowest address first", () => {
  const bus = new TestBus();
  const { seen, registers } = recorder();
  bus.ports.claim("a", 0x40, 4, registers);
  bus.ports.write(0x40, 0x44332211, 4);
  expect(seen).toEqual(["w40.1=11", "w41.1=22", "w42.1=33", "w43.1=44"]);
  expect(bus.ports.read(0x42, 2)).toBe(0x4342);
});

test("a 32-bit access to a 16-bit device is two, and one that runs past its end is bytes", () => {
  const bus = new TestBus();
  const { seen, registers } = recorder(2);
  bus.ports.claim("ide", 0x1f0, 4, registers);
  bus.ports.write(0x1f0, 0x44332211, 4);
  bus.ports.write(0x1f3, 0x2211, 2);
  expect(seen).toEqual(["w1f0.2=2211", "w1f2.2=4433", "w1f3.1=11"]);
});

test("a word at port 0xFFFF keeps to the port space", () => {
  const bus = new TestBus();
  expect(bus.ports.read(0xffff, 2)).toBe(0xffff);
  bus.ports.write(0xffff, 0x1234, 2);
});

test("a second claim of a port is an error that names both owners", () => {
  const bus = new TestBus();
  const { registers } = recorder();
  bus.ports.claim("first", 0x60, 1, registers);
  expect(() => bus.ports.claim("second", 0x5f, 2, registers)).toThrow(/twice/);
});

test("where ranges overlap, a claim hides a mapping, and rank 1 a mapping of rank 2, whichever came first", () => {
  const bus = new TestBus();
  const { registers } = recorder();
  for (const [space, ownerOf] of [
    [bus.ports, (port: number) => bus.ports.ownerOf(port)],
    [bus.mmio, (hpa: number) => bus.mmio.ownerOf(hpa)],
  ] as const) {
    const second = space.map("second", 0x1000, 0x20, registers, 2);
    const first = space.map("first", 0x1010, 0x20, registers, 1);
    space.claim("board", 0x1018, 1, registers);
    expect([0xfff, 0x1000, 0x100f, 0x1010, 0x1017, 0x1018, 0x1019, 0x102f, 0x1030].map(ownerOf)).toEqual([
      ...[undefined, "second", "second", "first", "first", "board", "first", "first", undefined],
    ]);
    first.unmap();
    expect([0x1010, 0x1018, 0x101f, 0x1020].map(ownerOf)).toEqual(["second", "board", "second", undefined]);
    second.unmap();
    expect([0x1010, 0x1018, 0x101f].map(ownerOf)).toEqual([undefined, "board", undefined]);
  }
});

test("MMIO goes to the claim that holds the address; between claims it is all ones", () => {
  const bus = new TestBus();
  const low = recorder(4);
  const high = recorder();
  bus.mmio.claim("low", 0xa0000, 0x10000, low.registers);
  bus.mmio.claim("high", 0xfee00000, 0x1000, high.registers);
  bus.mmio.write(0xa0010, 0x11223344, 4);
  bus.mmio.write(0xfee00ffe, 0x1122, 2);
  expect(bus.mmio.read(0xb0000, 2)).toBe(0xffff);
  expect(bus.mmio.read(0xafffe, 4)).toBe(0xfffffffe);
  expect(low.seen).toEqual(["wa0010.4=11223344", "rafffe.1", "raffff.1"]);
  expect(high.seen).toEqual(["wfee00ffe.1=22", "wfee00fff.1=11"]);
  expect(bus.events.length).toBe(1);
  expect(() => bus.mmio.claim("x", 0x9ffff, 2, low.registers)).toThrow(/twice/);
});
