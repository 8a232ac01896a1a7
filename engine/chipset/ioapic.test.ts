import { expect, test } from "vitest";
import { ApicBus, type InterruptMessage } from "./apicbus.ts";
import { IOAPIC_BASE, IoApic } from "./ioapic.ts";
import { TestBus } from "./testbus.ts";

function setUp() {
  const bus = new TestBus();
  const messages = new ApicBus();
  const seen: InterruptMessage[] = [];
  messages.targets.push({
    isMeant: () => true,
    arbitrates: true,
    arbitrationPriority: 0,
    hasFocus: () => false,
    accept: (message) => void seen.push(message),
  });
  const apic = new IoApic(bus, { messages });
  const write = (register: number, value: number) => {
    bus.mmio.write(IOAPIC_BASE, register, 4);
    bus.mmio.write(IOAPIC_BASE + 0x10, value, 4);
  };
  const read = (register: number) => {
    bus.mmio.write(IOAPIC_BASE, register, 4);
    return bus.mmio.read(IOAPIC_BASE + 0x10, 4);
  };
  const vectors = () => seen.splice(0).map((message) => message.vector);
  return { bus, messages, apic, seen, write, read, vectors };
}

test("ID 0, version 20h with 24 entries, all masked; the ID has 4 bits, read-only bits of an entry stay clear", () => {
  const { read, write } = setUp();
  expect([read(0), read(1), read(2), read(0x10), read(0x3e), read(0x3f), read(0x40)]).toEqual([
    0, 0x170020, 0, 0x10000, 0x10000, 0, 0,
  ]);
  write(0, 0xffffffff);
  write(1, 0);
  write(0x12, 0xffffffff);
  write(0x13, 0x12345678);
  expect([read(0), read(2), read(1), read(0x12), read(0x13)]).toEqual([
    0x0f000000, 0x0f000000, 0x170020, 0x1afff, 0x12345678,
  ]);
});

test("an edge sends once; one that comes while the entry is masked is lost", () => {
  const { apic, write, vectors } = setUp();
  const line = apic.input(4);
  write(0x18, 0x10031);
  line.set(true);
  write(0x18, 0x31);
  expect(vectors()).toEqual([]);
  line.set(false);
  line.set(true);
  line.set(true);
  expect(vectors()).toEqual([0x31]);
});

test("an active-low edge is the falling one", () => {
  const { apic, write, vectors } = setUp();
  write(0x18, 0x2031);
  apic.input(4).set(true);
  expect(vectors()).toEqual([]);
  apic.input(4).set(false);
  expect(vectors()).toEqual([0x31]);
});

test("a level sends once, shows remote IRR, and sends again behind the EOI of its vector while it is high", () => {
  const { apic, messages, read, write, vectors } = setUp();
  const line = apic.input(10);
  write(0x24, 0x8042);
  line.set(true);
  expect([vectors(), read(0x24)]).toEqual([[0x42], 0xc042]);
  line.set(false);
  line.set(true);
  messages.endOfInterrupt(0x41);
  expect(vectors()).toEqual([]);
  messages.endOfInterrupt(0x42);
  expect(vectors()).toEqual([0x42]);
  line.set(false);
  messages.endOfInterrupt(0x42);
  expect([vectors(), read(0x24)]).toEqual([[], 0x8042]);
});

test("a level that waits behind a mask is sent by unmasking; turning the entry to edge clears remote IRR", () => {
  const { apic, read, write, vectors } = setUp();
  write(0x24, 0x18042);
  apic.input(10).set(true);
  expect(vectors()).toEqual([]);
  write(0x24, 0x8042);
  expect([vectors(), read(0x24)]).toEqual([[0x42], 0xc042]);
  write(0x24, 0x10042);
  expect([vectors(), read(0x24)]).toEqual([[], 0x10042]);
});

test("the EOI register at 40h ends a vector as an EOI does", () => {
  const { bus, apic, write, vectors } = setUp();
  write(0x24, 0x8042);
  apic.input(10).set(true);
  bus.mmio.write(IOAPIC_BASE + 0x40, 0x42, 4);
  expect(vectors()).toEqual([0x42, 0x42]);
});

test("the message says what the entry says; SMI, NMI, INIT and ExtINT are edges whatever it says", () => {
  const { apic, seen, write } = setUp();
  write(0x2f, 0x0a000000);
  write(0x2e, 0x8953);
  apic.input(15).set(true);
  expect(seen).toEqual([{ vector: 0x53, delivery: 1, level: true, destination: 10, logical: true, wide: false }]);
  for (const [n, delivery] of [2, 4, 5, 7].entries()) {
    seen.length = 0;
    write(0x10 + 2 * n, 0x8000 | (delivery << 8));
    apic.input(n).set(true);
    expect(seen).toMatchObject([{ delivery, level: false }]);
  }
});

test("a message-signalled interrupt: FEE0A004 with 8153h is level 53h to the lowest priority of logical 0Ah", () => {
  const { messages, seen } = setUp();
  messages.message(0xfee0a004, 0x8153);
  messages.message(0xfee0300c, 0x0041);
  messages.message(0xfee03000, 0x0041);
  expect(seen).toEqual([
    { vector: 0x53, delivery: 1, level: true, destination: 10, logical: true, wide: false },
    { vector: 0x41, delivery: 1, level: false, destination: 3, logical: true, wide: false },
    { vector: 0x41, delivery: 0, level: false, destination: 3, logical: false, wide: false },
  ]);
});

test("20,000 random writes and edges never throw", () => {
  const { bus, apic, messages } = setUp();
  let seed = 99;
  const random = () => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return seed >>> 4;
  };
  for (let i = 0; i < 20_000; i++) {
    bus.mmio.write(IOAPIC_BASE + (random() & 0x7c), random(), 4);
    bus.mmio.write(IOAPIC_BASE + (random() % 0xfff), random() & 0xff, 1);
    apic.input(random() % 24).set((random() & 1) !== 0);
    messages.endOfInterrupt(random() & 0xff);
    expect(bus.mmio.read(IOAPIC_BASE + 0x10, 4)).toBeGreaterThanOrEqual(0);
  }
});
