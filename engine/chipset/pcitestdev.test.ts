// QEMU's PCI test device as a guest meets it; the values are what QEMU 7.2 gives.
import { expect, test } from "vitest";
import { openBench } from "../index.ts";

const bench = await openBench();
const CONFIG = 0x80000000 | (3 << 11);

function card() {
  const machine = bench.powerOn({ cards: [{ kind: "pci-testdev" }] });
  const config = (offset: number) => {
    machine.writePort(0xcf8, CONFIG + offset, 4);
    return machine.readPort(0xcfc, 4);
  };
  const id = config(0);
  machine.writePort(0xcf8, CONFIG + 0x14, 4);
  machine.writePort(0xcfc, 0xc100, 4);
  config(4);
  machine.writePort(0xcfc, 1, 2);
  const header = () => Array.from({ length: 40 }, (_, i) => machine.readPort(0xc100 + i));
  return { machine, id, header };
}

test("a chosen test shows its header, and counts what is written where and as it says", () => {
  const { machine, id, header } = card();
  expect(id).toBe(0x00051b36);
  expect(header().every((byte) => byte === 0)).toBe(true);
  machine.writePort(0xc100, 0);
  expect(header().slice(0, 16)).toEqual([3, 1, 0, 0, 0x83, 0, 0, 0, 0xfa, 0, 0, 0, 0, 0, 0, 0]);
  expect(String.fromCharCode(...header().slice(16))).toMatch(/^portio-no-eventfd\0/);
  for (const [port, value, size] of [
    [0xc183, 0xfa, 1],
    [0xc183, 0xfb, 1],
    [0xc184, 0xfa, 1],
  ] as const)
    machine.writePort(port, value, size);
  expect(header()[12]).toBe(1);
  machine.writePort(0xc100, 0);
  expect(header()[12]).toBe(0);
});

test("tests with a notifier count nothing, and one that there is not chooses none", () => {
  const { machine, header } = card();
  machine.writePort(0xc100, 1);
  machine.writePort(0xc184, 0xce);
  expect([header()[0], header()[8], header()[12]]).toEqual([4, 0xce, 0]);
  machine.writePort(0xc100, 3);
  expect(header()[1]).toBe(0);
});
