import { expect, test } from "vitest";
import { ideBench, patterned } from "./idetestbench.ts";

const SECTORS = 300;
const DISC = patterned(SECTORS, 2048);

function drive(disc: Uint8Array | undefined = DISC) {
  const bench = ideBench(undefined, disc);
  Object.assign(bench, { base: 0x170, control: 0x376 });
  /** Status, error, interrupt reason. */
  const outcome = () => [bench.bus.in(0x177), bench.bus.in(0x171), bench.bus.in(0x172)];
  const sense = () => {
    const bytes = bench.packet([0x03, 0, 0, 0, 18]);
    return [bytes[2], bytes[12], bytes[13]];
  };
  return { ...bench, outcome, sense };
}

test("signature EB14h; IDENTIFY DEVICE is refused with it, IDENTIFY PACKET DEVICE answers 85C0h", () => {
  const { registers, command, read, bus } = drive();
  expect([bus.in(0x177), registers()]).toEqual([0, [1, 1, 1, 0x14, 0xeb, 0xa0]]);
  expect([command(0xec), registers()]).toEqual([0x51, [4, 1, 1, 0x14, 0xeb, 0xa0]]);
  command(0xa1);
  const answer = read();
  expect([answer.length, answer[0] | (answer[1] << 8)]).toEqual([512, 0x85c0]);
});

test("PACKET asks for 12 bytes without an interrupt, with C/D set and I/O clear", () => {
  const { command, bus, irqs } = drive();
  expect(command(0xa0, [0, 0, 0xfe, 0xff])).toBe(0x58);
  expect([bus.in(0x172), irqs[1].rises]).toEqual([1, 0]);
});

test("READ (10) by PIO comes in blocks of the byte count limit, and ends with C/D and I/O", () => {
  const { packet, outcome, irqs } = drive();
  const bytes = packet([0x28, 0, 0, 0, 0, 10, 0, 0, 3], 4096);
  expect(bytes).toEqual(DISC.subarray(10 * 2048, 13 * 2048));
  expect(outcome()).toEqual([0x50, 0, 3]);
  expect(irqs[1].rises).toBe(1);
});

test("a block of data says its length: 2,048 of a limit of 3,000 take the whole limit", () => {
  const { command, bus, settle } = drive();
  command(0xa0, [0, 0, 3000 & 0xff, 3000 >> 8]);
  for (const word of [0x0028, 0, 0, 0, 0x0002, 0]) bus.ports.write(0x170, word, 2);
  expect(settle()).toBe(0x58);
  expect([bus.in(0x172), bus.in(0x174) | (bus.in(0x175) << 8)]).toEqual([2, 3000]);
});

test("READ (12) by DMA", () => {
  const { command, bus, startDma, outcome, settle } = drive();
  startDma([[0x4000, 0x1000]], true);
  command(0xa0, [0, 0, 0, 0], 1);
  for (const word of [0x00a8, 0, 0x0700, 0, 0x0200, 0]) bus.ports.write(0x170, word, 2);
  settle();
  bus.wait(50_000);
  expect(outcome()[0]).toBe(0x50);
  expect(bus.ram.subarray(0x4000, 0x5000)).toEqual(DISC.subarray(7 * 2048, 9 * 2048));
});

test("READ CAPACITY: last sector 299, blocks of 2,048", () => {
  expect([...drive().packet([0x25])]).toEqual([0, 0, 1, 43, 0, 0, 8, 0]);
});

test("INQUIRY: a removable CD device; the allocation length cuts it", () => {
  const { packet } = drive();
  const answer = packet([0x12, 0, 0, 0, 96]);
  expect([answer.length, ...answer.subarray(0, 5)]).toEqual([36, 5, 0x80, 0, 0x21, 31]);
  expect(packet([0x12, 0, 0, 0, 5]).length).toBe(6); // a word more than asked
});

test("without a disc commands end with NOT READY, 3A 00; REQUEST SENSE tells it once", () => {
  const { packet, outcome, sense, hdc, bus } = drive();
  hdc.eject();
  expect(packet([0x00]).length).toBe(0);
  expect(outcome()).toEqual([0x51, 0x20, 3]);
  expect(sense()).toEqual([2, 0x3a, 0]);
  expect(sense()).toEqual([0, 0, 0]);
  hdc.insert("disc");
  packet([0x00]);
  expect([bus.in(0x171) >> 4, sense()]).toEqual([6, [6, 0x28, 0]]);
  packet([0x00]);
  expect(outcome()).toEqual([0x50, 0, 3]);
});

test("sectors past the end and unknown commands: ILLEGAL REQUEST, 21 00 and 20 00", () => {
  const { packet, outcome, sense } = drive();
  packet([0x28, 0, 0, 0, 1, 43, 0, 0, 2]);
  expect([outcome()[1], sense()]).toEqual([0x50, [5, 0x21, 0]]);
  packet([0xff]);
  expect([outcome()[1], sense()]).toEqual([0x50, [5, 0x20, 0]]);
});

test("READ TOC: track 1 at 0 and the lead-out at 300, also as minutes, and the raw table", () => {
  const { packet } = drive();
  expect([...packet([0x43, 0, 0, 0, 0, 0, 0, 0, 0xff])]).toEqual([
    ...[0, 18, 1, 1, 0, 0x14, 1, 0, 0, 0, 0, 0, 0, 0x14, 0xaa, 0, 0, 0, 1, 44],
  ]);
  expect([...packet([0x43, 2, 0, 0, 0, 0, 0xaa, 0, 12])].slice(8)).toEqual([0, 0, 6, 0]);
  expect(packet([0x43, 0, 2, 0, 0, 0, 0, 0, 0xff]).length).toBe(48);
});

test("GET CONFIGURATION: CD-ROM is the current profile, and 7 features", () => {
  const { packet } = drive();
  const answer = packet([0x46, 0, 0, 0, 0, 0, 0, 0, 0xff]);
  expect([answer[3] + 4, answer[7], answer[8 + 3]]).toEqual([answer.length, 8, 8]);
  expect(packet([0x46, 2, 0, 0x1e, 0, 0, 0, 0, 0xff]).length).toBe(16);
});

test("START STOP UNIT opens the tray unless the medium is locked", () => {
  const { packet, sense, hdc } = drive();
  packet([0x1e, 0, 0, 0, 1]);
  packet([0x1b, 0, 0, 0, 2]);
  expect([sense(), hdc.state.cd.open]).toEqual([[5, 0x53, 2], false]);
  packet([0x1e, 0, 0, 0, 0]);
  packet([0x1b, 0, 0, 0, 2]);
  expect([hdc.state.cd.open, hdc.state.cd.image]).toEqual([true, ""]);
});

test("MODE SENSE page 2A says that the drive ejects and locks; READ CD gives whole sectors of 2,352 bytes", () => {
  const { packet } = drive();
  const page = packet([0x5a, 0, 0x2a, 0, 0, 0, 0, 0, 0xff]);
  expect([page.length, page[1] + 2, page[8], page[14] & 0x09]).toEqual([30, 30, 0x2a, 9]);
  const raw = packet([0xbe, 0, 0, 0, 0, 75, 0, 0, 1, 0xf8]);
  expect([raw.length, ...raw.subarray(0, 2), ...raw.subarray(12, 20)]).toEqual([
    2352, 0, 255, 0, 3, 0, 1, 75, 14, 75, 14,
  ]);
});

test("DEVICE RESET ends a transfer and leaves the signature", () => {
  const { command, bus, registers } = drive();
  command(0xa0, [0, 0, 0, 8]);
  bus.out(0x177, 0x08);
  bus.wait(10_000);
  expect([bus.in(0x177), registers()]).toEqual([0, [1, 1, 1, 0x14, 0xeb, 0xa0]]);
});
