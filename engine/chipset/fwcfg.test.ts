import { expect, test } from "vitest";
import { FwCfg } from "./fwcfg.ts";
import { TestBus } from "./testbus.ts";

const LARGE = Uint8Array.from({ length: 0x9000 }, (_, i) => i * 7);
const text = (bytes: readonly number[]) => String.fromCharCode(...bytes);

function setUp() {
  const bus = new TestBus();
  const items = new Map([[5, Uint8Array.of(2, 0)]]);
  const files = new Map([
    ["opt/b", Uint8Array.of(1, 2, 3)],
    ["etc/a", LARGE],
  ]);
  const device = new FwCfg(bus, { items, files });
  const read = (key: number, count: number) => {
    bus.ports.write(0x510, key, 2);
    return Array.from({ length: count }, () => bus.in(0x511));
  };
  const swap = (value: number) => new DataView(Uint32Array.of(value).buffer).getUint32(0);
  /** Control, length, address at 100h; what control is afterwards. */
  const dma = (control: number, length: number, address: number) => {
    for (const [i, word] of [control, length, 0, address].entries()) bus.memory.write32(0x100 + 4 * i, swap(word));
    bus.ports.write(0x514, 0, 4);
    bus.ports.write(0x518, swap(0x100), 4);
    return swap(bus.memory.read32(0x100));
  };
  return { bus, device, read, dma };
}

test('key 0 is "QEMU", key 1 says DMA; past an item\'s end and at unknown keys come zeros', () => {
  const { read } = setUp();
  expect([text(read(0, 4)), read(1, 4), read(5, 4), read(0x7777, 2)]).toEqual([
    "QEMU",
    [3, 0, 0, 0],
    [2, 0, 0, 0],
    [0, 0],
  ]);
});

test("the directory lists files by name with size and key, big-endian", () => {
  const { read } = setUp();
  const directory = read(0x19, 4 + 128);
  expect(directory.slice(0, 12)).toEqual([0, 0, 0, 2, 0, 0, 0x90, 0, 0, 0x20, 0, 0]);
  expect(text(directory.slice(12, 18))).toBe("etc/a\0");
  expect(directory.slice(68, 76)).toEqual([0, 0, 0, 3, 0, 0x21, 0, 0]);
  expect(read(0x21, 4)).toEqual([1, 2, 3, 0]);
});

test('514h reads "QEMU CFG"; a DMA read selects, copies and clears the control word', () => {
  const { bus, dma } = setUp();
  const bytes = (value: number) => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);
  expect(text([...bytes(bus.ports.read(0x514, 4)), ...bytes(bus.ports.read(0x518, 4))])).toBe("QEMU CFG");
  expect(dma(0x0020_000a, 0x1000, 0x2000)).toBe(0);
  expect(bus.ram.subarray(0x2000, 0x3000)).toEqual(LARGE.subarray(0, 0x1000));
  expect(dma(4, 0x7000, 0)).toBe(0);
  expect(dma(2, 0x2000, 0x2000)).toBe(0);
  expect(bus.ram.subarray(0x2000, 0x3000)).toEqual(LARGE.subarray(0x8000));
  expect(bus.ram.subarray(0x3000, 0x4000).every((byte) => byte === 0)).toBe(true);
});

test("a write ends with the error bit; more than 64 KiB take 10 µs a piece, until a reset", () => {
  const { bus, device, dma } = setUp();
  expect(dma(0x0020_0018, 1, 0x2000)).toBe(1);
  let stored = 0;
  bus.memory.writeBytes = (_hpa, source) => {
    stored += source.length;
  };
  dma(0x0020_000a, 0x28000, 0x2000);
  expect(stored).toBe(0x10000);
  bus.wait(2000);
  expect(stored).toBe(0x20000);
  bus.wait(2000);
  // The rest, and the control word.
  expect(stored).toBe(0x28004);
  dma(0x0020_000a, 0xffffffff, 0x2000);
  device.reset();
  expect(bus.clock.nextDeadline).toBe(Number.POSITIVE_INFINITY);
});
