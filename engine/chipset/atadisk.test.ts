import { expect, test } from "vitest";
import { ideBench, patterned } from "./idetestbench.ts";

const SECTORS = 4096;
const DISK = patterned(SECTORS);
const LBA = 0xe0;
const sector = (n: number, count = 1) => DISK.subarray(n * 512, (n + count) * 512);
/** Word n of what IDENTIFY answers. */
const word = (bytes: Uint8Array, n: number) => bytes[2 * n] | (bytes[2 * n + 1] << 8);

test("after power-on the registers hold the signature of a disk: 1, 1, 0, 0, and error 1", () => {
  const { registers, bus } = ideBench(DISK);
  expect(registers()).toEqual([1, 1, 1, 0, 0, 0xa0]);
  expect(bus.in(0x1f7)).toBe(0x50);
});

test("where no drive is, registers read as 0; without device 1 its status does", () => {
  const { bus } = ideBench(DISK);
  expect([0x171, 0x172, 0x177, 0x376].map((port) => bus.in(port))).toEqual([0, 0, 0, 0]);
  bus.out(0x1f6, 0xb0);
  expect([bus.in(0x1f7), bus.in(0x3f6), bus.in(0x1f1)]).toEqual([0, 0, 0]);
  bus.out(0x1f7, 0xec);
  bus.wait(10_000);
  expect(bus.in(0x1f7)).toBe(0);
});

test("IDENTIFY DEVICE: 4,096 sectors, geometry 4/16/63, LBA, DMA, LBA48, and a sum of 0", () => {
  const { command, read, irqs, bus } = ideBench(DISK);
  expect(command(0xec)).toBe(0x58);
  expect(irqs[0].level).toBe(true);
  bus.in(0x1f7);
  expect(irqs[0].level).toBe(false);
  const answer = read();
  expect(answer.length).toBe(512);
  expect([0, 1, 3, 6, 47, 49, 53, 54, 55, 56, 60, 61, 80, 83, 100, 101].map((n) => word(answer, n))).toEqual([
    ...[0x40, 4, 16, 63, 0x8010, 0xf00, 7, 4, 16, 63, SECTORS, 0, 0x7e, 0x7400, SECTORS, 0],
  ]);
  expect(String.fromCharCode(answer[21], answer[20], answer[23], answer[22])).toBe("RM00");
  expect(answer.reduce((sum, byte) => sum + byte, 0) & 0xff).toBe(0);
  expect(bus.in(0x1f7)).toBe(0x50);
});

test("READ SECTORS of 3 by LBA: an interrupt for each, the last one's address and a count of 0 remain", () => {
  const { command, read, registers, irqs, bus } = ideBench(DISK);
  expect(command(0x20, [3, 0xff, 0x0e, 0, LBA])).toBe(0x58);
  expect(read()).toEqual(sector(0xeff, 3));
  expect(irqs[0].rises).toBe(1); // the status was not read between
  expect(registers()).toEqual([0, 0, 0x01, 0x0f, 0, LBA]);
  bus.in(0x1f7);
  command(0x20, [2, 0, 0, 0, LBA]);
  bus.in(0x1f7);
  for (let i = 0; i < 256; i++) bus.ports.read(0x1f0, 2);
  bus.wait(10_000);
  expect(irqs[0].rises).toBe(3);
});

test("READ SECTORS by cylinder, head, sector; INITIALIZE DEVICE PARAMETERS changes what they mean", () => {
  const { command, read, registers, bus } = ideBench(DISK);
  command(0x20, [1, 5, 1, 0, 0xa3]);
  expect(read()).toEqual(sector((16 + 3) * 63 + 4));
  expect(command(0x91, [17, 0, 0, 0, 0xa3])).toBe(0x50);
  command(0x20, [2, 17, 1, 0, 0xa1]);
  expect(read()).toEqual(sector((4 + 1) * 17 + 16, 2));
  expect(registers().slice(2)).toEqual([1, 1, 0, 0xa2]);
  expect(command(0x20, [1, 18, 0, 0, 0xa0])).toBe(0x51);
  expect(bus.in(0x1f1)).toBe(0x10);
});

test("a dword at the data port is two words", () => {
  const { command, bus } = ideBench(DISK);
  command(0x20, [1, 9, 0, 0, LBA]);
  expect(bus.ports.read(0x1f0, 4)).toBe(0x40094009);
});

test("WRITE SECTORS stores beside the image: what was written is read, the image keeps its bytes", () => {
  const { command, write, read, irqs, hda, bus } = ideBench(DISK);
  const data = Uint8Array.from({ length: 1024 }, (_, i) => 255 - (i & 0xff));
  expect(command(0x30, [2, 7, 0, 0, LBA])).toBe(0x58);
  expect(irqs[0].rises).toBe(0);
  write(data);
  expect(bus.in(0x1f7)).toBe(0x50);
  command(0x20, [3, 7, 0, 0, LBA]);
  expect(read()).toEqual(Uint8Array.from([...data, ...sector(9)]));
  expect(DISK[7 * 512]).toBe(7);
  expect(hda?.state.changes.blocks).toEqual([0, 1]);
  expect(hda?.disk.contents().subarray(7 * 512, 9 * 512)).toEqual(data);
});

test("SET MULTIPLE 4, READ MULTIPLE of 6: blocks of 4 and 2 sectors, one interrupt each", () => {
  const { command, bus, irqs } = ideBench(DISK);
  expect(command(0xc4, [1, 0, 0, 0, LBA])).toBe(0x51);
  expect(command(0xc6, [3])).toBe(0x51);
  expect(command(0xc6, [4])).toBe(0x50);
  bus.in(0x1f7);
  irqs[0].rises = 0;
  command(0xc4, [6, 0, 0, 0, LBA]);
  for (const words of [1024, 512]) {
    bus.wait(10_000);
    expect(bus.in(0x1f7)).toBe(0x58);
    for (let i = 0; i < words; i++) bus.ports.read(0x1f0, 2);
  }
  expect([bus.in(0x1f7), irqs[0].rises]).toEqual([0x50, 2]);
});

test("READ SECTORS EXT takes the bytes written before as the upper halves; HOB reads them", () => {
  const { command, read, bus } = ideBench(DISK);
  for (const register of [2, 3, 4, 5]) bus.out(0x1f0 + register, 0);
  command(0x24, [2, 0x10, 0x02, 0, 0x40]);
  expect(read()).toEqual(sector(0x210, 2));
  bus.out(0x1f3, 0x12);
  bus.out(0x1f3, 0x34);
  expect(bus.in(0x1f3)).toBe(0x34);
  bus.out(0x3f6, 0x80);
  expect(bus.in(0x1f3)).toBe(0x12);
  bus.out(0x1f2, 0);
  expect(bus.in(0x1f3)).toBe(0x34);
});

test("a read past the end gives the sectors that are there, then IDNF with the address of the first that is not", () => {
  const { command, read, registers, bus } = ideBench(DISK);
  command(0x20, [4, 0xfe, 0x0f, 0, LBA]);
  expect(read()).toEqual(sector(0xffe, 2));
  expect(bus.in(0x1f7)).toBe(0x51);
  expect(registers()).toEqual([0x10, 4, 0, 0x10, 0, LBA]);
  expect(command(0x40, [255, 0, 0x0f, 0, LBA])).toBe(0x50);
  expect(command(0x40, [0, 1, 0x0f, 0, LBA])).toBe(0x51);
});

test("READ DMA scatters 5 sectors over two descriptors, and ends with an interrupt and an idle bus master", () => {
  const { command, startDma, bus, irqs, master, settle } = ideBench(DISK);
  startDma([[0x2000, 0x300], [0x4000, 0x700]], true); // biome-ignore format: pairs
  command(0xc8, [5, 3, 0, 0, LBA]);
  settle();
  bus.wait(10_000);
  expect(bus.ram.subarray(0x2000, 0x2300)).toEqual(DISK.subarray(3 * 512, 3 * 512 + 0x300));
  expect(bus.ram.subarray(0x4000, 0x4700)).toEqual(DISK.subarray(3 * 512 + 0x300, 8 * 512));
  expect([bus.in(master + 2), irqs[0].level, bus.in(0x1f7)]).toEqual([0x04, true, 0x50]);
  bus.out(master, 0);
  bus.out(master + 2, 4);
  expect(bus.in(master + 2)).toBe(0);
});

test("a table longer than the command leaves the bus master active; a shorter one leaves the disk waiting", () => {
  const { command, startDma, bus, master } = ideBench(DISK);
  startDma([[0x2000, 0x1000]], true);
  command(0xc8, [1, 0, 0, 0, LBA]);
  bus.wait(10_000);
  expect([bus.in(master + 2), bus.in(0x1f7)]).toEqual([0x05, 0x50]);
  bus.out(master, 0);
  startDma([[0x2000, 0x200]], true);
  command(0xc8, [2, 0, 0, 0, LBA]);
  bus.wait(20_000);
  expect([bus.in(master + 2), bus.in(0x1f7)]).toEqual([0x00, 0x58]);
  bus.out(master, 0);
  startDma([[0x2200, 0x200]], true);
  bus.wait(20_000);
  expect([bus.in(master + 2), bus.in(0x1f7)]).toEqual([0x04, 0x50]);
  expect(bus.ram.subarray(0x2200, 0x2400)).toEqual(sector(1));
});

test("WRITE DMA EXT of 300 sectors from memory", () => {
  const { command, startDma, bus, hda, settle } = ideBench(DISK);
  for (let i = 0; i < 0x8000; i++) bus.ram[0x4000 + i] = i >> 7;
  for (const [register, upper] of [1, 0, 0, 0].entries()) bus.out(0x1f2 + register, upper);
  // 300 sectors are 25,800h bytes: the first 8000h of memory again and again.
  startDma([...Array.from({ length: 4 }, () => [0x4000, 0x8000] as const), [0x4000, 0x5800]], false);
  command(0x35, [300 - 256, 8, 0, 0, LBA]);
  for (let i = 0; i < 10; i++) bus.wait(100_000);
  expect([settle(), bus.in(0x1f7)]).toEqual([0x50, 0x50]);
  const written = hda?.disk.contents().subarray(8 * 512, 308 * 512) ?? new Uint8Array(0);
  expect([written.length, written[0x8000 - 1], written[0x8000], written[0x257ff]]).toEqual([0x25800, 0xff, 0, 0xaf]);
  expect(hda?.disk.contents()[308 * 512]).toBe(308 & 0xff);
});

test("nIEN holds the interrupt back; SRST is busy while set and leaves the signature", () => {
  const { command, bus, irqs, registers } = ideBench(DISK);
  bus.out(0x3f6, 2);
  command(0xe7);
  expect(irqs[0].level).toBe(false);
  bus.out(0x3f6, 0);
  expect(irqs[0].level).toBe(true);
  command(0x20, [1, 5, 6, 7, LBA]);
  bus.out(0x3f6, 4);
  expect(bus.in(0x3f6)).toBe(0x80);
  bus.out(0x3f6, 0);
  expect([bus.in(0x1f7), registers()]).toEqual([0x50, [1, 1, 1, 0, 0, 0xe0]]);
});

test("READ NATIVE MAX, CHECK POWER MODE, EXECUTE DEVICE DIAGNOSTIC, SET FEATURES, and commands that are refused", () => {
  const { command, registers, bus, irqs } = ideBench(DISK);
  expect([command(0xf8, [0, 0, 0, 0, LBA]), registers().slice(2)]).toEqual([0x50, [0xff, 0x0f, 0, LBA]]);
  expect([command(0xe5), registers()[1]]).toEqual([0x50, 0xff]);
  expect([command(0x90), registers()]).toEqual([0x50, [1, 1, 1, 0, 0, 0xe0]]);
  expect(irqs[0].level).toBe(true);
  expect(command(0xef, [0x44], 0x03)).toBe(0x50);
  expect(command(0xef, [0x99], 0x03)).toBe(0x51);
  expect(command(0xef, [0], 0x82)).toBe(0x50);
  for (const refused of [0x00, 0x08, 0xa0, 0xa1, 0xb0, 0xf5, 0xff]) {
    expect([command(refused), bus.in(0x1f1)]).toEqual([0x51, 4]);
  }
});

test("commands while busy are lost, and a restored drive goes on where the saved one was", () => {
  const one = ideBench(DISK);
  one.command(0x20, [2, 100, 0, 0, LBA]);
  for (let i = 0; i < 100; i++) one.bus.ports.read(0x1f0, 2);
  const two = ideBench(DISK);
  Object.assign(two.hda?.state ?? {}, structuredClone(one.hda?.state));
  two.hda?.restored();
  expect(two.read()).toEqual(one.read());
});
