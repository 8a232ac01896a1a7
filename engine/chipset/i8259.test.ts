import { expect, test } from "vitest";
import { I8259 } from "./i8259.ts";
import { Probe, TestBus } from "./testbus.ts";

/** The pair of a PC, initialized as its firmware does: vectors 8 and 0x70, cascade on 2, nothing masked. */
function pair(icw4 = 1) {
  const bus = new TestBus();
  const int = new Probe();
  const master = new I8259(bus, { name: "m", base: 0x20, elcr: 0x4d0, elcrMask: 0xf8, master: true, output: int });
  const slave = new I8259(bus, {
    name: "s",
    base: 0xa0,
    elcr: 0x4d1,
    elcrMask: 0xde,
    master: false,
    output: master.input(2),
  });
  master.attach(2, slave);
  bus.out(0x20, 0x11);
  bus.out(0x21, 0x08, 0x04, icw4);
  bus.out(0xa0, 0x11);
  bus.out(0xa1, 0x70, 0x02, icw4);
  return { bus, int, master, slave };
}

test("IRQ 0 before IRQ 1, and IRQ 1 waits for the EOI of IRQ 0", () => {
  const { bus, int, master } = pair();
  master.input(1).set(true);
  master.input(0).set(true);
  expect(bus.in(0x20)).toBe(0x03);
  expect(master.acknowledge()).toBe(0x08);
  expect(int.level).toBe(false);
  bus.out(0x20, 0x0b);
  expect(bus.in(0x20)).toBe(0x01);
  bus.out(0x20, 0x20);
  expect(int.level).toBe(true);
  expect(master.acknowledge()).toBe(0x09);
});

test("a slave's request sets ISR bit 2 of the master and gives the slave's vector", () => {
  const { bus, int, master, slave } = pair();
  slave.input(6).set(true);
  expect(int.level).toBe(true);
  expect(master.acknowledge()).toBe(0x76);
  bus.out(0x20, 0x0b);
  bus.out(0xa0, 0x0b);
  expect([bus.in(0x20), bus.in(0xa0)]).toEqual([0x04, 0x40]);
});

test("a line that falls before INTA is spurious: vector 7 (or slave vector 7), no slave ISR bit", () => {
  const { bus, master, slave } = pair();
  master.input(3).set(true);
  master.input(3).set(false);
  expect(master.acknowledge()).toBe(0x0f);
  bus.out(0x20, 0x0b);
  expect(bus.in(0x20)).toBe(0);
  slave.input(4).set(true);
  bus.out(0xa1, 0x10); // masked between INT and INTA
  expect(master.acknowledge()).toBe(0x0f);
});

test("an edge is taken once; a level again after its EOI", () => {
  const { bus, int, master } = pair();
  master.input(5).set(true);
  master.acknowledge();
  bus.out(0x20, 0x20);
  expect(int.level).toBe(false);
  bus.out(0x4d0, 0xff);
  expect(bus.in(0x4d0)).toBe(0xf8);
  expect(int.level).toBe(true);
  expect(master.acknowledge()).toBe(0x0d);
  bus.out(0x20, 0x65);
  expect(int.level).toBe(true);
  master.input(5).set(false);
  expect(int.level).toBe(false);
});

test("ICW1 clears the mask and the edge latches: a line that stayed high is no request", () => {
  const { bus, int, master } = pair();
  bus.out(0x21, 0xff);
  master.input(4).set(true);
  bus.out(0x20, 0x11);
  bus.out(0x21, 0x08, 0x04, 0x01);
  expect(bus.in(0x21)).toBe(0);
  expect(int.level).toBe(false);
  master.input(4).set(false);
  master.input(4).set(true);
  expect(master.acknowledge()).toBe(0x0c);
});

test("ICW1 with LTIM makes every input a level", () => {
  const { bus, int, master } = pair();
  master.input(4).set(true);
  bus.out(0x20, 0x19);
  bus.out(0x21, 0x08, 0x04, 0x01);
  expect(int.level).toBe(true);
});

test("automatic EOI leaves no ISR bit, and rotates where it was told to", () => {
  const { bus, int, master } = pair(0x03);
  bus.out(0x20, 0x80);
  master.input(0).set(true);
  master.input(1).set(true);
  expect(master.acknowledge()).toBe(0x08);
  expect(int.level).toBe(true);
  master.input(0).set(false);
  master.input(0).set(true);
  expect(master.acknowledge()).toBe(0x09);
  expect(master.acknowledge()).toBe(0x08);
});

test("rotate on non-specific EOI makes the served input the lowest", () => {
  const { bus, master } = pair();
  master.input(4).set(true);
  master.acknowledge();
  bus.out(0x20, 0xa0);
  master.input(4).set(false);
  master.input(4).set(true);
  master.input(6).set(true);
  expect(master.acknowledge()).toBe(0x0e);
});

test("set priority 0xC5 makes IR6 the highest", () => {
  const { bus, master } = pair();
  bus.out(0x20, 0xc5);
  for (const n of [0, 6, 7]) master.input(n).set(true);
  expect(master.acknowledge()).toBe(0x0e);
  bus.out(0x20, 0x20);
  expect(master.acknowledge()).toBe(0x0f);
  bus.out(0x20, 0x20);
  expect(master.acknowledge()).toBe(0x08);
});

test("special mask mode lets lower inputs through, and a non-specific EOI spares what is masked", () => {
  const { bus, int, master } = pair();
  master.input(1).set(true);
  master.acknowledge();
  master.input(6).set(true);
  expect(int.level).toBe(false);
  bus.out(0x21, 0x02);
  bus.out(0x20, 0x68);
  expect(master.acknowledge()).toBe(0x0e);
  bus.out(0x20, 0x20, 0x0b);
  expect(bus.in(0x20)).toBe(0x02);
  bus.out(0x20, 0x61);
  expect(bus.in(0x20)).toBe(0);
});

test("special fully nested mode takes a higher request of a slave already in service", () => {
  const nested = pair(0x11);
  nested.slave.input(5).set(true);
  expect(nested.master.acknowledge()).toBe(0x75);
  nested.slave.input(1).set(true);
  expect(nested.int.level).toBe(true);
  expect(nested.master.acknowledge()).toBe(0x71);
  const plain = pair();
  plain.slave.input(5).set(true);
  plain.master.acknowledge();
  plain.slave.input(1).set(true);
  expect(plain.int.level).toBe(false);
});

test("poll answers 0x80 | n and takes n into service; 0 where nothing asks", () => {
  const { bus, int, master } = pair();
  master.input(3).set(true);
  bus.out(0x20, 0x0c);
  expect(bus.in(0x20)).toBe(0x83);
  expect(int.level).toBe(false);
  bus.out(0x20, 0x0b);
  expect(bus.in(0x20)).toBe(0x08);
  bus.out(0x20, 0x20, 0x0c);
  expect(bus.in(0x21)).toBe(0);
  expect(bus.in(0x21)).toBe(0);
});

test("without ICW4 the vector is the low byte of an 8080 CALL's address", () => {
  const { bus, master } = pair();
  bus.out(0x20, 0x36 & ~0x01); // ADI interval 4, single, A7:5 = 001
  bus.out(0x21, 0x12);
  master.input(3).set(true);
  expect(master.acknowledge()).toBe(0x2c);
});
