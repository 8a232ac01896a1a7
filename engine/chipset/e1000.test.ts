import { expect, test } from "vitest";
import { E1000 } from "./e1000.ts";
import { REG } from "./e1000registers.ts";
import type { EthernetNetwork } from "./ethernet.ts";
import { sum16, word } from "./inetchecksum.ts";
import { PciBus } from "./pci.ts";
import { Probe, TestBus } from "./testbus.ts";

const BASE = 0xfebc0000;
const MAC = Uint8Array.of(0x52, 0x54, 0, 0x12, 0x34, 0x56);
const TX_RING = 0x1000;
const RX_RING = 0x2000;
const BUFFERS = 0x4000;
const LINK = 2;

function card() {
  const bus = new TestBus();
  const pirq = new Probe();
  const pci = new PciBus(bus, [new Probe(), new Probe(), pirq, new Probe()]);
  const sent: Uint8Array[] = [];
  let resumed = 0;
  const network: EthernetNetwork = { attach() {}, transmit: (frame) => sent.push(frame), resume: () => resumed++ };
  const nic = new E1000(bus, pci, {
    name: "e1000.0",
    slot: 3,
    mac: MAC,
    network,
    rom: new Uint8Array(2048).fill(0x55),
  });
  const config = (register: number, value?: number) => {
    bus.ports.write(0xcf8, 0x80001800 + register, 4);
    if (value !== undefined) bus.ports.write(0xcfc, value, 4);
    return bus.ports.read(0xcfc, 4);
  };
  config(0x10, BASE);
  config(0x14, 0xc000);
  config(0x04, 7);
  const read = (register: number) => bus.mmio.read(BASE + register, 4);
  const write = (register: number, value: number) => bus.mmio.write(BASE + register, value, 4);
  /** Puts a transmit descriptor of four dwords at entry `n`. */
  const describe = (n: number, ...words: number[]) => {
    for (const [i, value] of words.entries()) bus.memory.write32(TX_RING + 16 * n + 4 * i, value >>> 0);
  };
  return {
    ...{ bus, pirq, nic, sent, config, read, write, describe },
    resumed: () => resumed,
    /** Rings of 8, receiver and transmitter on, buffers of 2,048 bytes. */
    start(rctl = 0x8002, tctl = 0x0a) {
      write(REG.TDBAL, TX_RING);
      write(REG.TDLEN, 128);
      write(REG.RDBAL, RX_RING);
      write(REG.RDLEN, 128);
      for (let n = 0; n < 8; n++) bus.memory.write32(RX_RING + 16 * n, BUFFERS + 0x800 * n);
      write(REG.RDT, 7);
      write(REG.RCTL, rctl);
      write(REG.TCTL, tctl);
    },
    descriptor(ring: number, n: number) {
      return [...bus.ram.subarray(ring + 16 * n + 8, ring + 16 * n + 16)];
    },
  };
}

function frameTo(to: readonly number[], length = 64): Uint8Array {
  const frame = Uint8Array.from({ length }, (_, i) => i);
  frame.set(to);
  frame.set([8, 6], 12);
  return frame;
}

const BROADCAST = [255, 255, 255, 255, 255, 255];

test("the function is 8086:100E revision 3 with 128 KiB of registers, 64 ports and a ROM; INTA", () => {
  const { config } = card();
  expect([config(0), config(8), config(0x2c), config(0x3c)]).toEqual([0x100e8086, 0x02000003, 0x11001af4, 0x100]);
  expect([config(0x10, 0xffffffff), config(0x14, 0xffffffff), config(0x30, 0xffffffff)]).toEqual([
    ...[0xfffe0000, 0xffffffc1, 0xfffff801],
  ]);
});

test("registers at reset are QEMU's: CTRL, STATUS, EECD, VET, LEDCTL, PBA, MANC, the station address", () => {
  const { read } = card();
  const found = [REG.CTRL, REG.STATUS, REG.EECD, REG.VET, REG.LEDCTL, REG.PBA, REG.MANC, REG.RAL0, REG.RAH0].map(read);
  expect(found).toEqual([
    ...[0x00140240, 0x80080783, 0x188, 0x8100, 0x602, 0x100030, 0x222300, 0x12005452, 0x80005634],
  ]);
});

test("the EEPROM by EERD and bit by bit: the address, and words that add up to BABAh", () => {
  const { read, write } = card();
  const words = Array.from({ length: 64 }, (_, n) => {
    write(REG.EERD, (n << 8) | 1);
    return read(REG.EERD) >>> 16;
  });
  expect([words.slice(0, 3), words[0x0d], words[0x3f]]).toEqual([[0x5452, 0x1200, 0x5634], 0x100e, 0x79ad]);
  expect(words.reduce((sum, word) => sum + word, 0) & 0xffff).toBe(0xbaba);
  const clock = (di: number) => {
    for (const sk of [0, 1, 0]) write(REG.EECD, 2 | (di << 2) | sk);
    return (read(REG.EECD) >> 3) & 1;
  };
  const command = (bits: string) => [...bits].map((bit) => clock(Number(bit)));
  write(REG.EECD, 0x40);
  expect(read(REG.EECD) & 0xc0).toBe(0xc0);
  write(REG.EECD, 2);
  expect(command("110000001").at(-1)).toBe(0);
  expect(Number.parseInt(Array.from({ length: 16 }, () => clock(0)).join(""), 2)).toBe(0x1200);
  write(REG.EECD, 0);
  for (const bits of ["100110000", "101001000" + "1010101111001101"]) {
    write(REG.EECD, 2);
    command(bits);
    write(REG.EECD, 0);
  }
  write(REG.EERD, (8 << 8) | 1);
  expect(read(REG.EERD)).toBe(0xabcd0810);
});

test("the PHY: identification, an error where there is none; a negotiation takes the link down for half a second", () => {
  const { bus, read, write } = card();
  const phy = (register: number, address = 1) => {
    write(REG.MDIC, (2 << 26) | (address << 21) | (register << 16));
    return read(REG.MDIC);
  };
  expect([phy(2), phy(3), phy(7), phy(0x1f, 2) >>> 28]).toEqual([0x18220141, 0x18230c20, 0x58270000, 5]);
  expect([phy(1) & 4, read(REG.STATUS) & LINK]).toEqual([4, LINK]);
  write(REG.MDIC, (1 << 26) | (1 << 21) | 0x1200);
  expect([phy(1) & 4, read(REG.STATUS) & LINK, read(REG.ICR)]).toEqual([0, 0, 4]);
  bus.wait(100_000_001);
  expect([phy(1) & 4, read(REG.STATUS) & LINK, read(REG.ICR)]).toEqual([4, LINK, 4]);
});

test("the pin follows ICR and IMS; reading ICR clears it; the throttle spaces interrupts", () => {
  const { bus, pirq, read, write } = card();
  write(REG.ICS, 0x80);
  expect(pirq.level).toBe(false);
  write(REG.IMS, 0x80);
  expect([pirq.level, read(REG.ICR), pirq.level, read(REG.ICR)]).toEqual([true, 0x80, false, 0]);
  write(REG.IMC, 0x80);
  expect(read(REG.IMS)).toBe(0);
  write(REG.IMS, 0x80);
  write(REG.ITR, 1000);
  write(REG.ICS, 0x80);
  read(REG.ICR);
  write(REG.ICS, 0x80);
  expect(pirq.level).toBe(false);
  bus.wait(51_000);
  expect(pirq.level).toBe(false);
  bus.wait(201);
  expect(pirq.level).toBe(true);
});

test("a legacy descriptor of two parts is one frame; DD, TXDW, TXQE and the statistics say so", () => {
  const { bus, sent, read, write, describe, start, descriptor } = card();
  start();
  bus.ram.set(frameTo(BROADCAST, 40), BUFFERS);
  bus.ram.set([1, 2, 3], 0x9000);
  describe(0, BUFFERS, 0, 40 | (0x08 << 24), 0);
  describe(1, 0x9000, 0, 3 | (0x0b << 24), 0);
  write(REG.TDT, 2);
  expect(sent).toEqual([]);
  bus.wait(400);
  expect(sent.length).toBe(1);
  expect([sent[0].length, sent[0][40], sent[0][42], sent[0][43]]).toEqual([60, 1, 3, 0]);
  expect([read(REG.TDH), read(REG.ICR), descriptor(TX_RING, 0)[4], descriptor(TX_RING, 1)[4]]).toEqual([2, 3, 1, 1]);
  expect([read(REG.GPTC), read(REG.BPTC), read(REG.GPTC), read(REG.TOTL), read(REG.PTC64)]).toEqual([1, 1, 0, 64, 1]);
});

test("checksums by a context: IP's and UDP's go where it says", () => {
  const { bus, sent, write, describe, start } = card();
  start();
  const frame = frameTo(BROADCAST, 60);
  frame.set([8, 0, 0x45, 0, 0, 46, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 2, 15, 10, 0, 2, 2], 12);
  frame.set([0, 9, 0, 9, 0, 26], 34);
  const pseudo = sum16(frame, 26, 34, 17 + 26);
  frame.set([pseudo >> 8, pseudo & 0xff], 40);
  bus.ram.set(frame, BUFFERS);
  describe(0, 14 | (24 << 8) | (33 << 16), 34 | (40 << 8), 0x20 << 24, 0);
  describe(1, BUFFERS, 0, 60 | (1 << 20) | (0x2b << 24), 3 << 8);
  write(REG.TDT, 2);
  bus.wait(400);
  expect(sum16(sent[0], 14, 34)).toBe(0xffff);
  expect(sum16(sent[0], 34, 60, sum16(sent[0], 26, 34, 17 + 26))).toBe(0xffff);
});

test("segmentation cuts 2,500 bytes of TCP into frames of 1,000: lengths, sequence, flags, checksums", () => {
  const { bus, sent, read, write, describe, start } = card();
  start();
  const packet = Uint8Array.from({ length: 54 + 2500 }, (_, i) => i * 7);
  packet.set([8, 0, 0x45, 0, 0, 0, 0xff, 0xff, 0, 0, 64, 6, 0, 0, 10, 0, 2, 15, 10, 0, 2, 2], 12);
  packet.set([0, 80, 4, 0, 0xff, 0xff, 0xff, 0x00, 0, 0, 0, 1, 0x50, 0x19, 1, 0, 0, 0, 0, 0], 34);
  const pseudo = sum16(packet, 26, 34, 6);
  packet.set([pseudo >> 8, pseudo & 0xff], 50);
  bus.ram.set(packet, BUFFERS);
  describe(0, 14 | (24 << 8) | (33 << 16), 34 | (50 << 8), 2500 | (0x27 << 24), (54 << 8) | (1000 << 16));
  describe(1, BUFFERS, 0, 54 | (1 << 20) | (0x26 << 24), 3 << 8);
  describe(2, BUFFERS + 54, 0, 2500 | (1 << 20) | (0x2f << 24), 3 << 8);
  write(REG.TDT, 3);
  bus.wait(1000);
  const facts = sent.map((frame) => [
    ...[frame.length, word(frame, 16), word(frame, 18), word(frame, 38) * 65536 + word(frame, 40), frame[47]],
    ...[sum16(frame, 14, 34), sum16(frame, 34, frame.length, sum16(frame, 26, 34, 6 + frame.length - 34))],
  ]);
  expect(facts).toEqual([
    [1054, 1040, 0xffff, 0xffffff00, 0x10, 0xffff, 0xffff],
    [1054, 1040, 0x0000, 0x000002e8, 0x10, 0xffff, 0xffff],
    [554, 540, 0x0001, 0x000006d0, 0x19, 0xffff, 0xffff],
  ]);
  expect(read(REG.TSCTC)).toBe(1);
});

test("a frame lies in the next buffer with its FCS, length and status; RXT0 interrupts", () => {
  const { bus, nic, pirq, read, write, start, descriptor } = card();
  start();
  write(REG.IMS, 0x80);
  expect(nic.receive(frameTo(BROADCAST, 42))).toBe(true);
  expect([read(REG.RDH), descriptor(RX_RING, 0).slice(0, 2), descriptor(RX_RING, 0).slice(4, 6)]).toEqual([
    ...[1, [64, 0], [7, 0]],
  ]);
  expect([bus.ram[BUFFERS], bus.ram[BUFFERS + 41], bus.ram[BUFFERS + 42]]).toEqual([0xff, 41, 0]);
  // The CRC over a frame with its FCS leaves a constant (IEEE 802.3, 3.2.9).
  let crc = 0xffffffff;
  for (const byte of bus.ram.subarray(BUFFERS, BUFFERS + 64)) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  expect(crc >>> 0).toBe(0xdebb20e3);
  expect([pirq.level, read(REG.ICR) & 0x80, read(REG.GPRC), read(REG.BPRC)]).toEqual([true, 0x80, 1, 1]);
});

test("filters: own address, others, multicast by table and by all, promiscuous", () => {
  const { nic, read, write, start } = card();
  start();
  const taken = (to: readonly number[]) => {
    const before = read(REG.RDH);
    nic.receive(frameTo(to));
    const moved = read(REG.RDH) !== before;
    write(REG.RDT, (read(REG.RDH) + 7) % 8);
    return moved;
  };
  const other = [0x52, 0x54, 0, 0, 0, 1];
  const group = [0x01, 0, 0x5e, 0, 0, 0xfb];
  expect([taken([...MAC]), taken(other), taken(group), taken(BROADCAST)]).toEqual([true, false, false, true]);
  const hash = ((group[4] | (group[5] << 8)) >> 4) & 0xfff;
  write(REG.MTA + 4 * (hash >> 5), 1 << (hash & 31));
  expect(taken(group)).toBe(true);
  write(REG.RCTL, 0x000a);
  expect([taken(other), taken(BROADCAST)]).toEqual([true, false]);
  write(REG.RCTL, 0x0012);
  expect([taken(other), taken([1, 0, 0x5e, 1, 1, 1])]).toEqual([false, true]);
  write(REG.RCTL, 0);
  expect(taken([...MAC])).toBe(false);
});

test("without free buffers a frame waits, RXO is raised, and a new tail asks the network to go on", () => {
  const { nic, read, write, start, resumed } = card();
  start();
  for (let i = 0; i < 7; i++) expect(nic.receive(frameTo(BROADCAST))).toBe(true);
  read(REG.ICR);
  expect([nic.receive(frameTo(BROADCAST)), read(REG.ICR) & 0x40, read(REG.RNBC)]).toEqual([false, 0x40, 1]);
  const before = resumed();
  write(REG.RDT, 2);
  expect([resumed(), nic.receive(frameTo(BROADCAST))]).toEqual([before + 1, true]);
});

test("a long frame takes several buffers of 256 bytes with LPE, and none without", () => {
  const { nic, read, start, descriptor } = card();
  start(0x8002 | (3 << 16));
  nic.receive(frameTo(BROADCAST, 1600));
  expect([read(REG.RDH), read(REG.ROC)]).toEqual([0, 1]);
  start(0x8022 | (3 << 16));
  nic.receive(frameTo(BROADCAST, 600));
  expect([read(REG.RDH), ...[0, 1, 2].map((n) => descriptor(RX_RING, n)[4] & 3)]).toEqual([3, 1, 1, 3]);
});

test("received checksums are checked where RXCSUM asks", () => {
  const { nic, write, start, descriptor } = card();
  start();
  const frame = frameTo(BROADCAST, 60);
  frame.set([8, 0, 0x45, 0, 0, 46, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 2, 15, 10, 0, 2, 2], 12);
  const header = ~sum16(frame, 14, 34) & 0xffff;
  frame.set([header >> 8, header & 0xff, 10, 0, 2, 15, 10, 0, 2, 2, 0, 9, 0, 9, 0, 26, 1, 1], 24);
  write(REG.RXCSUM, 0x300);
  nic.receive(frame);
  expect(descriptor(RX_RING, 0).slice(4, 6)).toEqual([0x63, 0x20]);
});

test("CTRL.RST gives registers back their values and keeps EEPROM and PHY; registers by ports", () => {
  const { bus, read, write, start } = card();
  start();
  write(REG.IMS, 0xffff);
  write(REG.CTRL, read(REG.CTRL) | 0x04000000);
  expect([read(REG.CTRL), read(REG.RCTL), read(REG.RDT), read(REG.IMS)]).toEqual([0x00140240, 0, 0, 0]);
  bus.ports.write(0xc000, REG.RCTL, 4);
  bus.ports.write(0xc004, 0x8002, 4);
  expect([read(REG.RCTL), bus.ports.read(0xc004, 4)]).toEqual([0x8002, 0x8002]);
});

test("a tail past the ring's end, and descriptors that point at the card itself, do nothing for ever", () => {
  const { bus, read, write, describe, start } = card();
  start();
  write(REG.TDT, 100);
  bus.wait(1_000_000);
  expect(read(REG.TDH)).toBe(0);
  for (let n = 0; n < 8; n++) describe(n, BASE + REG.TDT, 0, 0xffff | (0x09 << 24), 0);
  write(REG.TDT, 7);
  bus.wait(10_000_000);
  expect(read(REG.TDH)).toBe(7);
});
