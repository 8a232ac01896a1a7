import { expect, test } from "vitest";
import { asserted, SLOT, TestDriver } from "./testvirtio.ts";
import { VirtioBlk } from "./virtioblk.ts";
import { VirtioRng } from "./virtiorng.ts";

const IMAGE = Uint8Array.from({ length: 8 * 512 }, (_, i) => (i >> 9) * 16 + (i & 15));
const EVENT_IDX = 1 << 29;
const INDIRECT = 1 << 28;

function disk(size = 8) {
  const driver = new TestDriver(size);
  const blk = new VirtioBlk(driver.bus, driver.pci, { name: "virtio-blk.0", slot: SLOT, image: IMAGE, serial: "RM7" });
  return { driver, blk };
}

/** A request's header. */
function header(type: number, sector: number): number[] {
  return [type, 0, 0, 0, 0, 0, 0, 0, sector & 0xff, sector >> 8, 0, 0, 0, 0, 0, 0];
}

test("the function is 1AF4:1001 with five capabilities of virtio and MSI-X of 2 vectors", () => {
  const { driver, blk } = disk();
  expect([driver.configRead(0), driver.configRead(8), driver.configRead(0x2c)]).toEqual([
    ...[0x10011af4, 0x01000000, 0x00021af4],
  ]);
  const kinds = blk.transport.pci.capabilities.map((at) => [
    blk.transport.pci.get(at, 1),
    blk.transport.pci.get(at + 3, 1),
    blk.transport.pci.get(at + 4, 1),
  ]);
  expect(kinds.slice(0, 5)).toEqual([9, 9, 9, 9, 9].map((id, i) => [id, [1, 3, 4, 2, 5][i], i < 4 ? 4 : 0]));
  const [msix] = blk.transport.pci.capabilities.slice(-1);
  expect([blk.transport.pci.get(msix, 1), blk.transport.pci.get(msix + 2, 2)]).toEqual([0x11, 1]);
});

test("a read of two sectors, a write and a read of what was written; pin and ISR", () => {
  const { driver, blk } = disk();
  driver.start(0);
  expect([driver.read(0x14, 1), driver.read(0x2000), driver.read(0x2014)]).toEqual([15, 8, 512]);
  const [, data, status] = driver.add([header(0, 3), 1024, 1]);
  driver.bus.ram[status] = 0xaa;
  driver.notify();
  expect(driver.used().index).toBe(0);
  driver.bus.wait(2000);
  expect(driver.used()).toEqual({ index: 1, entries: [[0, 1025]] });
  expect([driver.bus.ram[data], driver.bus.ram[data + 1023], driver.bus.ram[status]]).toEqual([0x30, 0x4f, 0]);
  expect(asserted(blk.transport)).toBe(true);
  expect([driver.read(0x1000, 1), driver.read(0x1000, 1), asserted(blk.transport)]).toEqual([1, 0, false]);
  driver.add([header(1, 7), Array<number>(512).fill(0x77), 1]);
  const [, again] = driver.add([header(0, 7), 512, 1]);
  driver.kick();
  expect(driver.used().entries.slice(1)).toEqual([
    [3, 1],
    [6, 513],
  ]);
  expect(driver.bus.ram.subarray(again, again + 512).every((byte) => byte === 0x77)).toBe(true);
  expect(IMAGE[7 * 512]).toBe(0x70);
});

test("past the end, in part of a sector, of unknown type: status 1, 1, 2; ID and flush", () => {
  const { driver } = disk(16);
  driver.start(0);
  const [past, part, odd] = [
    driver.add([header(0, 8), 512, 1])[2],
    driver.add([header(0, 0), 100, 1])[2],
    driver.add([header(99, 0), 512, 1])[2],
  ];
  const [, id, done] = driver.add([header(8, 0), 20, 1]);
  const [, flushed] = driver.add([header(4, 0), 1]);
  driver.bus.ram[done] = 9;
  driver.bus.ram[flushed] = 9;
  driver.kick();
  expect([past, part, odd, done, flushed].map((at) => driver.bus.ram[at])).toEqual([1, 1, 2, 0, 0]);
  expect([...driver.bus.ram.subarray(id, id + 4)]).toEqual([0x52, 0x4d, 0x37, 0]);
});

test("zeros are written to a range; a range past the end is refused", () => {
  const { driver, blk } = disk(16);
  driver.start(0);
  const range = (sector: number, count: number) => [sector, ...Array(7).fill(0), count, ...Array(7).fill(0)];
  const [, , good] = driver.add([header(13, 0), range(2, 2), 1]);
  const [, , bad] = driver.add([header(13, 0), range(7, 2), 1]);
  driver.kick();
  expect([driver.bus.ram[good], driver.bus.ram[bad]]).toEqual([0, 1]);
  const bytes = new Uint8Array(3 * 512);
  blk.disk.read(2 * 512, bytes);
  expect([bytes[1], bytes[1023], bytes[1025]]).toEqual([0, 0, 0x41]);
});

test("an indirect table of 40 descriptors is one chain of a queue of 8", () => {
  const { driver } = disk();
  driver.start(INDIRECT);
  const { memory, ram } = driver.bus;
  const table = 0x3000;
  ram.set(header(0, 1), 0x2f00);
  const entry = (n: number, address: number, length: number, flags: number) => {
    for (const [i, word] of [address, 0, length, flags | ((n + 1) << 16)].entries())
      memory.write32(table + 16 * n + 4 * i, word);
  };
  entry(0, 0x2f00, 16, 1);
  for (let n = 1; n < 39; n++) entry(n, 0x5000 + 16 * n, n < 38 ? 13 : 512 - 37 * 13, 3);
  entry(39, 0x7000, 1, 2);
  ram[0x7000] = 9;
  driver.descriptor(0, table, 16 * 40, 4, 0);
  driver.offer(0);
  driver.kick();
  expect(driver.used().entries).toEqual([[0, 513]]);
  expect([ram[0x7000], ram[0x5010], ram[0x5020], ram[0x5260]]).toEqual([0, 0x10, 0x1d, 0x10 + ((37 * 13) & 15)]);
});

test("with an event index there is an interrupt at the index asked for, and the device says when to notify", () => {
  const { driver, blk } = disk(16);
  driver.start(EVENT_IDX);
  const usedEvent = driver.available() + 4 + 2 * 16;
  const availEvent = driver.usedRing() + 4 + 8 * 16;
  driver.setWord(usedEvent, 1);
  driver.add([header(4, 0), 1]);
  driver.kick();
  expect([driver.used().index, asserted(blk.transport), driver.word(availEvent)]).toEqual([1, false, 1]);
  driver.add([header(4, 0), 1]);
  driver.kick();
  expect([driver.used().index, asserted(blk.transport), driver.word(availEvent)]).toEqual([2, true, 2]);
});

test("without it the flag in the available ring silences interrupts", () => {
  const { driver, blk } = disk();
  driver.start(0);
  driver.setWord(driver.available(), 1);
  driver.add([header(4, 0), 1]);
  driver.kick();
  expect([driver.used().index, asserted(blk.transport)]).toEqual([1, false]);
});

test("MSI-X: a request is message 1's dword, and neither ISR nor pin", () => {
  const { driver, blk } = disk();
  driver.start(0);
  const [msix] = blk.transport.pci.capabilities.slice(-1);
  for (const [i, word] of [0x3f00, 0, 0x4321, 0].entries()) driver.bus.mmio.write(0xfebe0010 + 4 * i, word, 4);
  driver.config(msix, 0x80000000);
  driver.write(0x1a, 1, 2);
  driver.write(0x10, 0, 2);
  driver.write(0x1a, 7, 2);
  expect(driver.read(0x1a, 2)).toBe(0xffff);
  driver.write(0x1a, 1, 2);
  driver.add([header(4, 0), 1]);
  driver.kick();
  expect([driver.bus.memory.read32(0x3f00), driver.read(0x1000, 1), asserted(blk.transport)]).toEqual([
    0x4321,
    0,
    false,
  ]);
});

test("features that were not offered are not taken, nor a 1.x driver without VERSION_1", () => {
  const { driver } = disk();
  driver.enable();
  driver.write(0x14, 3, 1);
  driver.write(0x08, 1);
  driver.write(0x0c, 1);
  driver.write(0x08, 0);
  driver.write(0x0c, 1 << 5);
  driver.write(0x14, 11, 1);
  expect(driver.read(0x14, 1)).toBe(3);
  driver.write(0x0c, 1 << 9);
  driver.write(0x14, 11, 1);
  expect(driver.read(0x14, 1)).toBe(11);
  driver.write(0x14, 0, 1);
  driver.write(0x14, 3, 1);
  driver.write(0x14, 11, 1);
  expect(driver.read(0x14, 1)).toBe(3);
});

test.each([
  ["a chain that goes round", (d: TestDriver) => d.descriptor(0, 0x5000, 16, 1, 0)],
  ["an index past the table", (d: TestDriver) => d.descriptor(0, 0x5000, 16, 1, 8)],
  ["an indirect table in an indirect table", (d: TestDriver) => d.descriptor(0, 0x1000, 16, 4, 0)],
  ["an indirect table of 15 bytes", (d: TestDriver) => d.descriptor(0, 0x5000, 15, 4, 0)],
  [
    "a buffer to read behind one to write",
    (d: TestDriver) => {
      d.descriptor(0, 0x5000, 16, 3, 1);
      d.descriptor(1, 0x5000, 16, 0, 0);
    },
  ],
  ["no byte for the status", (d: TestDriver) => d.descriptor(0, 0x5000, 16, 0, 0)],
  ["9 chains in a queue of 8", (d: TestDriver) => d.setWord(d.available() + 2, 8)],
])("%s: DEVICE_NEEDS_RESET and a configuration interrupt, and a reset mends it", (_what, wrong) => {
  const { driver, blk } = disk();
  driver.start(INDIRECT);
  wrong(driver);
  driver.offer(0);
  driver.kick();
  expect([driver.read(0x14, 1), asserted(blk.transport), driver.read(0x1000, 1)]).toEqual([0x4f, true, 2]);
  driver.bus.ram.fill(0);
  driver.start(0);
  const [, status] = driver.add([header(4, 0), 1]);
  driver.bus.ram[status] = 9;
  driver.kick();
  expect([driver.read(0x14, 1), driver.bus.ram[status]]).toEqual([15, 0]);
});

test("legacy registers: queue by page number, notification, ISR, the configuration at 14h", () => {
  const { driver } = disk();
  const { ports, ram } = driver.bus;
  driver.enable();
  for (const status of [0, 1, 3]) ports.write(0xc012, status, 1);
  expect([ports.read(0xc000, 4) & 0x39000000, ports.read(0xc00c, 2), ports.read(0xc014, 4)]).toEqual([
    ...[0x38000000, 256, 8],
  ]);
  ports.write(0xc004, 0, 4);
  ports.write(0xc008, 1, 4);
  ports.write(0xc012, 7, 1);
  ram.set(header(0, 5), 0x5000);
  driver.descriptor(0, 0x5000, 16, 1, 1);
  driver.descriptor(1, 0x6000, 512, 3, 2);
  driver.descriptor(2, 0x7000, 1, 2, 0);
  driver.setWord(0x2002, 1);
  ports.write(0xc010, 0, 2);
  driver.bus.wait(100_000);
  expect([driver.word(0x3002), driver.bus.memory.read32(0x3008), ram[0x6000]]).toEqual([1, 513, 0x50]);
  expect([ports.read(0xc013, 1), ports.read(0xc013, 1)]).toEqual([1, 0]);
});

test("BAR 4 by way of configuration space: the number of queues", () => {
  const { driver, blk } = disk();
  driver.enable();
  const at = blk.transport.pci.capabilities[4];
  driver.config(at + 4, 4);
  driver.config(at + 8, 0x12);
  driver.config(at + 12, 2);
  expect(driver.configRead(at + 16) & 0xffff).toBe(1);
  driver.config(at + 8, 0x14);
  driver.config(at + 12, 1);
  driver.config(at + 16, 3);
  expect(driver.read(0x14, 1)).toBe(3);
});

test("an entropy source fills its buffers, with the same bytes for the same seed", () => {
  const draw = (seed: number) => {
    const driver = new TestDriver();
    new VirtioRng(driver.bus, driver.pci, { name: "virtio-rng.0", slot: SLOT, seed });
    driver.start(0);
    const [at, second] = driver.add([61, 32]);
    driver.kick();
    expect(driver.used().entries).toEqual([[0, 93]]);
    return [...driver.bus.ram.subarray(at, at + 61), ...driver.bus.ram.subarray(second, second + 32)];
  };
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  expect(new Set(draw(3)).size).toBeGreaterThan(60);
});
