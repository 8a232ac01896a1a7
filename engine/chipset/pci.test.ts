import { expect, test } from "vitest";
import type { AccessSize } from "./bus.ts";
import { PciBus } from "./pci.ts";
import type { PciFunctionOptions } from "./pcifunction.ts";
import { Probe, TestBus } from "./testbus.ts";

const CARD = { name: "card", device: 3, vendorId: 0x8086, deviceId: 0x100e, classCode: 0x020000 };
const COMMAND = 0x04;

function setUp(options: Partial<PciFunctionOptions> = {}) {
  const bus = new TestBus();
  const pirqs = [new Probe(), new Probe(), new Probe(), new Probe()];
  const pci = new PciBus(bus, pirqs);
  const card = pci.add({ ...CARD, ...options });
  const select = (device: number, register: number) =>
    bus.ports.write(0xcf8, 0x80000000 + (device << 11) + (register & 0xfc), 4);
  return {
    bus,
    pci,
    pirqs,
    card,
    read(register: number, size: AccessSize = 4, device = 3) {
      select(device, register);
      return bus.ports.read(0xcfc + (register & 3), size);
    },
    write(register: number, value: number, size: AccessSize = 4, device = 3) {
      select(device, register);
      bus.ports.write(0xcfc + (register & 3), value, size);
    },
    levels: () => pirqs.map((pirq) => pirq.level),
  };
}

/** Registers that answer their offset and remember what was written. */
function memory() {
  const writes: string[] = [];
  return {
    writes,
    registers: {
      widest: 4 as AccessSize,
      read: (offset: number) => offset,
      write: (offset: number, value: number) => {
        writes.push(`${offset.toString(16)}=${value.toString(16)}`);
      },
    },
  };
}

test("CF8 keeps 80FFFFFC of a dword; bytes and words there are not the bus's", () => {
  const { bus, pci } = setUp();
  const behind: string[] = [];
  pci.behind = { read: (port) => port & 0xff, write: (port, value) => behind.push(`${port.toString(16)}=${value}`) };
  bus.ports.write(0xcf8, 0xffffffff, 4);
  expect(bus.ports.read(0xcf8, 4)).toBe(0x80fffffc);
  bus.ports.write(0xcf9, 6, 1);
  bus.ports.write(0xcfa, 0x201, 2);
  expect(behind).toEqual(["cf9=6", "cfa=1", "cfb=2"]);
  expect(bus.ports.read(0xcf8, 2)).toBe(0xf9f8);
  expect(bus.ports.read(0xcf8, 4)).toBe(0x80fffffc);
});

test("bytes, words and dwords of a function's registers; all ones from other functions, buses, and without enable", () => {
  const { bus, read } = setUp({ subsystemVendorId: 0x1af4, subsystemId: 0x1100, revision: 3 });
  expect([read(0), read(8), read(0x2c)]).toEqual([0x100e8086, 0x02000003, 0x11001af4]);
  expect([read(2, 2), read(1, 1), read(0x0b, 1), read(0x2e, 2)]).toEqual([0x100e, 0x80, 0x02, 0x1100]);
  expect([read(0, 4, 4), read(0, 2, 4), read(0, 1, 4)]).toEqual([0xffffffff, 0xffff, 0xff]);
  bus.ports.write(0xcf8, 0x80000000 + (1 << 16) + (3 << 11), 4);
  expect(bus.ports.read(0xcfc, 4)).toBe(0xffffffff);
  bus.ports.write(0xcf8, 3 << 11, 4);
  expect(bus.ports.read(0xcfc, 4)).toBe(0xffffffff);
});

test("read-only bits keep their value: ID, class, header; COMMAND takes 0507", () => {
  const { read, write } = setUp();
  for (let register = 0; register < 0x100; register += 4) write(register, 0xffffffff);
  expect([read(0), read(4), read(8), read(0x0c), read(0x10), read(0x3c), read(0x40)]).toEqual([
    ...[0x100e8086, 0x00000507, 0x02000000, 0x000000ff, 0, 0, 0],
  ]);
});

test("a BAR answers all ones with its size, and maps its ports where it points while COMMAND allows I/O", () => {
  const { registers } = memory();
  const { bus, read, write } = setUp({ bars: [{ kind: "io", size: 64, registers }] });
  write(0x10, 0xffffffff);
  expect(read(0x10)).toBe(0xffffffc1);
  write(0x10, 0xc040);
  expect(read(0x10)).toBe(0xc041);
  expect(bus.ports.read(0xc048, 4)).toBe(0xffffffff);
  write(COMMAND, 1, 2);
  expect(bus.ports.read(0xc048, 4)).toBe(8);
  write(0x10, 0xd000);
  expect([bus.ports.read(0xc048, 4), bus.ports.read(0xd008, 4)]).toEqual([0xffffffff, 8]);
  write(COMMAND, 2, 2);
  expect(bus.ports.ownerOf(0xd008)).toBeUndefined();
});

test("a BAR of 0, and one that holds all ones while memory is enabled, map nothing", () => {
  const { registers } = memory();
  const { bus, write } = setUp({ bars: [{ kind: "memory", size: 0x1000, registers }] });
  write(COMMAND, 2, 2);
  expect(bus.mmio.ownerOf(0)).toBeUndefined();
  write(0x10, 0xffffffff);
  expect(bus.mmio.ownerOf(0xfffff000)).toBeUndefined();
  write(0x10, 0xfebf0000);
  expect([bus.mmio.ownerOf(0xfebf0fff), bus.mmio.ownerOf(0xfebf1000)]).toEqual(["card", undefined]);
});

test("a BAR of 64 bits takes two registers and maps above 4 GiB", () => {
  const { registers, writes } = memory();
  const bar = { kind: "memory", size: 0x4000, registers, wide: true, prefetchable: true } as const;
  const { bus, read, write } = setUp({ bars: [undefined, bar] });
  write(0x14, 0xffffffff);
  write(0x18, 0xffffffff);
  expect([read(0x14), read(0x18)]).toEqual([0xffffc00c, 0xffffffff]);
  write(0x14, 0x8000);
  write(0x18, 0x12);
  write(COMMAND, 2, 2);
  bus.mmio.write(0x12_0000_8010, 5, 4);
  expect(writes).toEqual(["10=5"]);
  expect(bus.mmio.read(0x12_0000_800c, 4)).toBe(0xc);
});

test("two BARs at one address: the function of the lower number answers, whichever came first", () => {
  const first = memory();
  const { bus, pci, write } = setUp({ bars: [{ kind: "io", size: 16, registers: first.registers }] });
  const second = memory();
  pci.add({ ...CARD, name: "second", device: 2, bars: [{ kind: "io", size: 16, registers: second.registers }] });
  for (const device of [3, 2]) {
    write(0x10, 0xc000, 4, device);
    write(COMMAND, 1, 2, device);
  }
  bus.ports.write(0xc004, 1, 4);
  write(COMMAND, 0, 2, 2);
  bus.ports.write(0xc004, 2, 4);
  expect([second.writes, first.writes]).toEqual([["4=1"], ["4=2"]]);
});

test("the expansion ROM answers with memory and its own enable bit; its size is a power of 2", () => {
  const rom = Uint8Array.from({ length: 0x9000 }, (_, i) => i >> 8);
  const { bus, read, write } = setUp({ rom });
  write(0x30, 0xffffffff);
  expect(read(0x30)).toBe(0xffff0001);
  write(0x30, 0xfeb00000);
  write(COMMAND, 2, 2);
  expect(bus.mmio.read(0xfeb01000, 1)).toBe(0xff);
  write(0x30, 0xfeb00001);
  expect(bus.mmio.read(0xfeb01000, 2)).toBe(0x1010);
  expect(bus.mmio.read(0xfeb09000, 1)).toBe(0xff);
});

test("capabilities form a list from 34h, and STATUS says that there is one", () => {
  const { card, read, write } = setUp({
    capabilities: [
      { id: 9, body: [6, 0xaa, 0xbb, 0xcc] },
      { id: 1, body: [2, 0, 0, 0, 0, 0], writable: [0, 0, 3] },
    ],
    messages: { msiVectors: 1 },
  });
  expect(card.capabilities).toEqual([0x40, 0x48, 0x50]);
  expect(read(6, 2) & 0x10).toBe(0x10);
  expect([read(0x34), read(0x40), read(0x44), read(0x48), read(0x50)]).toEqual([
    ...[0x40, 0xaa064809, 0xccbb, 0x00025001, 0x00800005],
  ]);
  write(0x40, 0xffffffff);
  write(0x4c, 0xffffffff);
  expect([read(0x40), read(0x4c)]).toEqual([0xaa064809, 3]);
});

test("INTA of device 3 is PIRQC, INTB PIRQD; COMMAND bit 10 silences it and STATUS bit 3 shows it", () => {
  const { card, pci, levels, read, write } = setUp({ interruptPin: 1 });
  const other = pci.add({ ...CARD, name: "other", device: 7, interruptPin: 1 });
  const third = pci.add({ ...CARD, name: "third", device: 7, function: 2, interruptPin: 2 });
  card.interrupt.set(true);
  expect([levels(), read(6, 2) & 8]).toEqual([[false, false, true, false], 8]);
  other.interrupt.set(true);
  third.interrupt.set(true);
  card.interrupt.set(false);
  expect(levels()).toEqual([false, false, true, true]);
  write(COMMAND, 0x400, 2, 7);
  expect(levels()).toEqual([false, false, false, true]);
  expect(read(0x3c, 2)).toBe(0x100);
  expect(read(0x0c, 4, 7)).toBe(0x800000);
});

test("memory is reached while COMMAND lets the function master the bus", () => {
  const { bus, card, write } = setUp();
  bus.ram[0x1234] = 7;
  expect([card.memory.read8(0x1234), card.memory.read32(0x1234)]).toEqual([0xff, 0xffffffff]);
  card.memory.write8(0x1234, 1);
  write(COMMAND, 4, 2);
  expect(card.memory.read8(0x1234)).toBe(7);
  card.memory.write32(0x1234, 0x11223344);
  const bytes = new Uint8Array(3);
  card.memory.readBytes(0x1235, bytes);
  expect([...bytes]).toEqual([0x33, 0x22, 0x11]);
});

test("an MSI is a dword to its address, data with the vector in its low bits; a masked one waits", () => {
  const { bus, card, levels, read, write } = setUp({ interruptPin: 1, messages: { msiVectors: 4, msiMasks: true } });
  expect(read(0x40, 4)).toBe(0x01840005);
  card.interrupt.set(true);
  expect([card.notify(0), levels()[2]]).toEqual([false, true]);
  write(COMMAND, 4, 2);
  write(0x44, 0x1002);
  write(0x4c, 0x4547, 2);
  write(0x42, 0x21, 2);
  expect([card.usesMessages, levels()[2]]).toEqual([true, false]);
  expect(card.notify(3)).toBe(true);
  expect(bus.memory.read32(0x1000)).toBe(0x4547);
  card.notify(2);
  expect(bus.memory.read32(0x1000)).toBe(0x4546);
  write(0x50, 4);
  card.notify(2);
  card.notify(1);
  expect([bus.memory.read32(0x1000), read(0x54)]).toEqual([0x4545, 4]);
  write(0x50, 0);
  expect([bus.memory.read32(0x1000), read(0x54)]).toEqual([0x4546, 0]);
  write(0x42, 0x01, 2);
  card.notify(3);
  expect(bus.memory.read32(0x1000)).toBe(0x4547);
});

test("MSI-X: the table in its BAR, each vector masked at first, pending bits while masked", () => {
  const { registers, writes } = memory();
  const bar = { kind: "memory", size: 0x1000, registers } as const;
  const messages = { msixVectors: 3, msixBar: 1, msixTable: 0x800 };
  const { bus, card, read, write } = setUp({ bars: [undefined, bar], messages });
  expect([read(0x40), read(0x44), read(0x48)]).toEqual([0x00020011, 0x801, 0x831]);
  write(0x14, 0xfebf0000);
  write(COMMAND, 6, 2);
  const table = (vector: number, words: number[]) => {
    for (const [i, word] of words.entries()) bus.mmio.write(0xfebf0800 + 16 * vector + 4 * i, word, 4);
  };
  expect(bus.mmio.read(0xfebf080c, 4)).toBe(1);
  table(1, [0x2000, 0, 0xabcd, 0]);
  table(2, [0x2004, 0, 0x1234, 1]);
  write(0x42, 0x8000, 2);
  card.notify(1);
  card.notify(2);
  expect([bus.memory.read32(0x2000), bus.memory.read32(0x2004)]).toEqual([0xabcd, 0]);
  expect(bus.mmio.read(0xfebf0830, 4)).toBe(4);
  table(2, [0x2004, 0, 0x1234, 0]);
  expect([bus.memory.read32(0x2004), bus.mmio.read(0xfebf0830, 4)]).toEqual([0x1234, 0]);
  write(0x42, 0xc000, 2);
  bus.memory.write32(0x2000, 0);
  card.notify(1);
  expect(bus.memory.read32(0x2000)).toBe(0);
  write(0x42, 0x8000, 2);
  expect(bus.memory.read32(0x2000)).toBe(0xabcd);
  bus.mmio.write(0xfebf0010, 9, 4);
  expect([bus.mmio.read(0xfebf0020, 4), writes]).toEqual([0x20, ["10=9"]]);
});

test("a reset takes BARs away and lowers the pin; restored registers map again", () => {
  const { registers } = memory();
  const { bus, card, levels, write } = setUp({ interruptPin: 1, bars: [{ kind: "io", size: 16, registers }] });
  write(0x10, 0xc000);
  write(COMMAND, 1, 2);
  card.interrupt.set(true);
  const saved = structuredClone(card.state);
  card.reset();
  expect([bus.ports.ownerOf(0xc000), levels()[2]]).toEqual([undefined, false]);
  Object.assign(card.state, saved);
  card.restored();
  expect(bus.ports.ownerOf(0xc000)).toBe("card");
});
