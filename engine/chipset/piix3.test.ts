import { expect, test } from "vitest";
import { testBoard } from "./testboard.ts";

function setUp() {
  const parts = testBoard(new Uint8Array(1474560));
  const { bus, pci } = parts;
  for (const device of parts.devices) device.reset();
  const write = (fn: number, register: number, value: number, size: 1 | 2 | 4 = 1) => {
    bus.ports.write(0xcf8, 0x80000800 + (fn << 8) + (register & 0xfc), 4);
    bus.ports.write(0xcfc + (register & 3), value, size);
  };
  const read = (fn: number, register: number, size: 1 | 2 | 4 = 1) => {
    bus.ports.write(0xcf8, 0x80000800 + (fn << 8) + (register & 0xfc), 4);
    return bus.ports.read(0xcfc + (register & 3), size);
  };
  const card = pci.add({ name: "card", device: 4, vendorId: 1, deviceId: 1, classCode: 0, interruptPin: 1 });
  /** Requests of both 8259s. */
  const requests = () =>
    [0x20, 0xa0].map((port) => {
      bus.out(port, 0x0a);
      return bus.in(port);
    });
  bus.out(0x4d0, 0x20);
  bus.out(0x4d1, 0x0c);
  return { ...parts, card, write, read, requests };
}

test("8086:7000 with functions 1 and 3, an ISA bridge", () => {
  const { read } = setUp();
  expect([read(0, 0, 4), read(0, 8, 4), read(0, 0x0e), read(1, 0, 4), read(3, 0, 4)]).toEqual([
    ...[0x70008086, 0x06010000, 0x80, 0x70108086, 0x71138086],
  ]);
});

test("PIRQD of device 4 goes to no IRQ at reset, then to 11, to 5 while asserted, and away with bit 7", () => {
  const { card, write, requests } = setUp();
  card.interrupt.set(true);
  expect(requests()).toEqual([0, 0]);
  write(0, 0x63, 11);
  expect(requests()).toEqual([4, 8]); // IRQ 11, and the cascade
  write(0, 0x63, 5);
  expect(requests()).toEqual([0x20, 0]);
  write(0, 0x63, 0x85);
  expect(requests()).toEqual([0, 0]);
});

test("IRQ 0, 1, 2, 8 and 13 cannot be reached; two pins on one line hold it until both let go", () => {
  const { pci, card, write, requests } = setUp();
  const other = pci.add({ name: "other", device: 5, vendorId: 1, deviceId: 1, classCode: 0, interruptPin: 1 });
  card.interrupt.set(true);
  for (const irq of [0, 1, 2, 8, 13]) {
    write(0, 0x63, irq);
    expect(requests()).toEqual([0, 0]);
  }
  write(0, 0x60, 10);
  write(0, 0x63, 10);
  other.interrupt.set(true);
  card.interrupt.set(false);
  expect(requests()[1]).toBe(4);
  other.interrupt.set(false);
  expect(requests()[1]).toBe(0);
});

test("CF9: bit 2 resets at its rise, bits 2:1 are kept", () => {
  const { bus, board } = setUp();
  bus.out(0xcf9, 2);
  expect([board.resets, bus.in(0xcf9)]).toEqual([0, 2]);
  bus.out(0xcf9, 6, 6);
  expect([board.resets, bus.in(0xcf9)]).toEqual([1, 6]);
});

test("APMC gives an SMI where SMICNTL and SMIEN let it, and SMIREQ says why until 0 is written", () => {
  const { bus, board, write, read } = setUp();
  bus.out(0xb2, 0x12);
  bus.out(0xb3, 0x34);
  expect([bus.in(0xb2), bus.in(0xb3), board.smis]).toEqual([0x12, 0x34, 0]);
  write(0, 0xa2, 0x80);
  write(0, 0xa0, 0x09);
  bus.out(0xb2, 1);
  expect([board.smis, read(0, 0xaa)]).toEqual([1, 0x80]);
  write(0, 0xaa, 0xff);
  expect(read(0, 0xaa)).toBe(0x80);
  write(0, 0xaa, 0x7f);
  expect(read(0, 0xaa)).toBe(0);
});
