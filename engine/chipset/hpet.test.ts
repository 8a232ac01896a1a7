import { describe, expect, test } from "vitest";
import { HPET_BASE, Hpet } from "./hpet.ts";
import { Probe, TestBus } from "./testbus.ts";

/** At 200 M ticks a second the counter goes one every two ticks. */
function setUp() {
  const bus = new TestBus();
  const routes = new Map<number, Probe>();
  const route = (n: number) => {
    if (!routes.has(n)) routes.set(n, new Probe());
    return routes.get(n) as Probe;
  };
  const legacy = [new Probe(), new Probe()] as const;
  const replaced: boolean[] = [];
  const hpet = new Hpet(bus, { route, legacy, replace: (on) => void replaced.push(on) });
  const read = (offset: number) => bus.mmio.read(HPET_BASE + offset, 4);
  const write = (offset: number, value: number) => bus.mmio.write(HPET_BASE + offset, value >>> 0, 4);
  return { bus, hpet, read, write, route, legacy, replaced };
}

const EDGE_16 = (16 << 9) | 4;

test("capabilities: vendor 8086h, legacy replacement, 64 bits, 3 timers, 10 ns; timers can be periodic and of 64 bits", () => {
  const { read } = setUp();
  expect([read(0), read(4), read(0x10), read(0x20), read(0xf0), read(0xf4)]).toEqual([
    0x8086a201, 10_000_000, 0, 0, 0, 0,
  ]);
  for (const n of [0, 1, 2]) {
    expect([read(0x100 + 32 * n), read(0x108 + 32 * n), read(0x10c + 32 * n)]).toEqual([0x30, 0xffffffff, 0xffffffff]);
    expect(read(0x104 + 32 * n) & 0x00ff0004).toBe(0x00ff0004);
  }
});

test("the counter stands still until it is enabled, then goes 100 in 200 ticks, carries, and stops again", () => {
  const { bus, read, write } = setUp();
  write(0xf0, 0xffffff9c);
  write(0xf4, 5);
  bus.wait(1000);
  expect([read(0xf0), read(0xf4)]).toEqual([0xffffff9c, 5]);
  write(0x10, 1);
  bus.wait(202);
  expect([read(0xf0), read(0xf4)]).toEqual([1, 6]);
  write(0x10, 0);
  bus.wait(1000);
  expect([read(0xf0), read(0xf4)]).toEqual([1, 6]);
});

describe("timers", () => {
  test("one-shot, edge: a pulse on its route when the counter gets there, once in 2^64", () => {
    const { bus, write, route } = setUp();
    write(0x120, EDGE_16);
    write(0x128, 500);
    write(0x12c, 0);
    write(0x10, 1);
    bus.wait(999);
    expect(route(16).rises).toBe(0);
    bus.wait(1);
    expect([route(16).rises, route(16).level]).toEqual([1, false]);
    bus.wait(100_000);
    expect(route(16).rises).toBe(1);
  });

  test("one-shot of 32 bits comes again when the low half has gone around", () => {
    const { bus, write, route } = setUp();
    write(0x120, EDGE_16 | 0x100);
    write(0x128, 500);
    write(0x10, 1);
    bus.wait(1000);
    expect(route(16).rises).toBe(1);
    bus.wait(2 ** 33);
    expect(route(16).rises).toBe(2);
  });

  test("a comparator that the counter has passed does not interrupt", () => {
    const { bus, read, write, route } = setUp();
    write(0x120, EDGE_16);
    write(0x10, 1);
    bus.wait(2000);
    write(0x128, 500);
    write(0x12c, 0);
    bus.wait(10_000);
    expect([route(16).rises, read(0x128)]).toEqual([0, 500]);
  });

  test("periodic: accumulator 300, then every 100; the comparator shows the next", () => {
    const { bus, read, write, route } = setUp();
    write(0x100, (17 << 9) | 0x4c);
    write(0x108, 300);
    write(0x108, 100);
    expect(read(0x100) & 0x40).toBe(0);
    write(0x10c, 0);
    write(0x100, (17 << 9) | 0x4c);
    write(0x10c, 0);
    write(0x10, 1);
    bus.wait(600);
    expect([route(17).rises, read(0x108)]).toEqual([1, 400]);
    bus.wait(2000);
    expect([route(17).rises, read(0x108)]).toEqual([11, 1400]);
  });

  test("one write of 64 bits sets accumulator and period alike", () => {
    const { bus, write, route } = setUp();
    write(0x100, (17 << 9) | 0x4c);
    write(0x108, 300);
    write(0x10c, 0);
    write(0x10, 1);
    bus.wait(3 * 600);
    expect(route(17).rises).toBe(3);
  });

  test("level: the status bit and the line stay until 1 is written to the bit; without enable only the bit", () => {
    const { bus, read, write, route } = setUp();
    write(0x140, (18 << 9) | 2);
    write(0x148, 100);
    write(0x14c, 0);
    write(0x10, 1);
    bus.wait(200);
    expect([read(0x20), route(18).level]).toEqual([4, false]);
    write(0x140, (18 << 9) | 6);
    expect(route(18).level).toBe(true);
    write(0x20, 3);
    expect([read(0x20), route(18).level]).toEqual([4, true]);
    write(0x20, 4);
    expect([read(0x20), route(18).level]).toEqual([0, false]);
  });

  test("legacy replacement: timer 0 is IRQ 0, timer 1 is IRQ 8, the usual parts are cut off meanwhile", () => {
    const { bus, write, legacy, replaced } = setUp();
    for (const n of [0, 1]) {
      write(0x100 + 32 * n, EDGE_16);
      write(0x108 + 32 * n, 100 + n);
      write(0x10c + 32 * n, 0);
    }
    write(0x10, 3);
    bus.wait(202);
    expect(legacy.map((line) => line.rises)).toEqual([1, 1]);
    write(0x10, 1);
    expect(replaced).toEqual([false, true, false]);
  });

  test("a route that is not in its capabilities leads nowhere", () => {
    const { bus, write, route } = setUp();
    write(0x120, (5 << 9) | 4);
    write(0x128, 500);
    write(0x12c, 0);
    write(0x10, 1);
    bus.wait(1000);
    expect(route(5).rises).toBe(0);
  });
});

test("50,000 random writes of all widths, with time between, never throw and never hold time still", () => {
  const { bus, hpet } = setUp();
  let seed = 4711;
  const random = () => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return seed >>> 3;
  };
  for (let i = 0; i < 50_000; i++) {
    const size = ([1, 2, 4] as const)[random() % 3] as 1 | 2 | 4;
    const offset = random() % 0x180;
    bus.mmio.write(HPET_BASE + (offset - (offset % size)), random() & (size === 4 ? -1 : (1 << (8 * size)) - 1), size);
    bus.mmio.read(HPET_BASE + (random() % 0x180), 1);
    if (i % 8 === 0) bus.wait(random() & 0x3f);
    if (i % 1000 === 0) hpet.restored();
  }
  expect(bus.clock.now).toBeGreaterThan(100_000);
});
