import { expect, test } from "vitest";
import { PcTestDevice } from "./pctestdev.ts";
import { Probe, TestBus } from "./testbus.ts";

test("E0 keeps four bytes at any width, E4 shows them; 2000h + n drives line n; FF000000 is memory", () => {
  const bus = new TestBus();
  const lines = Array.from({ length: 16 }, () => new Probe());
  new PcTestDevice(bus, (n) => lines[n]);
  bus.ports.write(0xe0, 0x12345678, 4);
  bus.ports.write(0xe1, 0xbeef, 2);
  expect([bus.ports.read(0xe0, 4), bus.in(0xe3), bus.ports.read(0xe4, 4), bus.in(0xe6)]).toEqual([
    ...[0x12beef78, 0x12, 0x12beef78, 0xbe],
  ]);
  bus.ports.write(0x2005, 1, 1);
  expect(lines.map((line) => line.level).indexOf(true)).toBe(5);
  bus.ports.write(0x2005, 0, 4);
  expect(lines[5].level).toBe(false);
  bus.mmio.write(0xff00fffc, 0xcafef00d, 4);
  expect([bus.mmio.read(0xff00fffc, 4), bus.mmio.read(0xff00fffe, 1)]).toEqual([0xcafef00d, 0xfe]);
});
