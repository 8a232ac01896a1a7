import { expect, test } from "vitest";
import type { EthernetNetwork } from "./ethernet.ts";
import { sum16, word } from "./inetchecksum.ts";
import { asserted, SLOT, TestDriver } from "./testvirtio.ts";
import { VirtioNet } from "./virtionet.ts";

const MAC = Uint8Array.of(0x52, 0x54, 0, 0x12, 0x34, 0x56);
const MRG_RXBUF = 1 << 15;
const CTRL = (1 << 17) | (1 << 18);
const OFFLOADS = 1 | (1 << 11);

function card(features: number, size = 8) {
  const driver = new TestDriver(size);
  const sent: Uint8Array[] = [];
  let resumed = 0;
  const network: EthernetNetwork = { attach() {}, transmit: (frame) => sent.push(frame), resume: () => resumed++ };
  const net = new VirtioNet(driver.bus, driver.pci, { name: "virtio-net.0", slot: SLOT, mac: MAC, network });
  driver.start(features, 3);
  return { driver, net, sent, resumed: () => resumed };
}

const frame = (length: number) => Uint8Array.from({ length }, (_, i) => (i < 6 ? MAC[i] : i));
const header = (...bytes: number[]) => [...bytes, ...Array<number>(12 - bytes.length).fill(0)];

test("the function is 1AF4:1000, an Ethernet controller; its configuration has the address and a link that is up", () => {
  const { driver } = card(0);
  expect([driver.configRead(0), driver.configRead(8), driver.configRead(0x2c)]).toEqual([
    ...[0x10001af4, 0x02000000, 0x00011af4],
  ]);
  expect([driver.read(0x2000), driver.read(0x2004, 2), driver.read(0x2006, 2)]).toEqual([0x12005452, 0x5634, 1]);
});

test("what is behind the header is sent, from one buffer or from several", () => {
  const { driver, net, sent } = card(0);
  driver.add([[...header(), ...frame(60)]], 1);
  driver.add([header(), [...frame(20)], [...frame(44)].slice(4)], 1);
  driver.kick(1);
  expect(sent.map((each) => each.length)).toEqual([60, 60]);
  expect([sent[0][59], sent[1][19], sent[1][20], driver.used(1).index, asserted(net.transport)]).toEqual([
    ...[59, 19, 0x34, 2, true],
  ]);
});

test("a checksum is finished where the header asks, and TCP is cut into segments", () => {
  const { driver, sent } = card(OFFLOADS);
  const packet = Uint8Array.from({ length: 54 + 250 }, (_, i) => i);
  packet.set([8, 0, 0x45, 0, 1, 34, 0, 7, 0, 0, 64, 6, 0, 0, 10, 0, 2, 15, 10, 0, 2, 2], 12);
  packet.set([0, 80, 4, 0, 0, 0, 0, 9, 0, 0, 0, 1, 0x50, 0x18, 1, 0, 0, 0, 0, 0], 34);
  const pseudo = sum16(packet, 26, 34, 6 + 270);
  packet.set([pseudo >> 8, pseudo & 0xff], 50);
  driver.add([header(1, 0, 0, 0, 0, 0, 34, 0, 16), [...packet]], 1);
  driver.add([header(1, 1, 54, 0, 100, 0, 34, 0, 16), [...packet]], 1);
  driver.kick(1);
  const facts = sent.map((each) => [
    ...[each.length, word(each, 16), word(each, 40), each[47]],
    sum16(each, 34, each.length, sum16(each, 26, 34, 6 + each.length - 34)),
  ]);
  expect(facts).toEqual([
    [304, 290, 9, 0x18, 0xffff],
    [154, 140, 9, 0x10, 0xffff],
    [154, 140, 109, 0x10, 0xffff],
    [104, 90, 209, 0x18, 0xffff],
  ]);
  expect(sent.slice(1).map((each) => [word(each, 18), sum16(each, 14, 34)])).toEqual([
    ...[
      [7, 0xffff],
      [8, 0xffff],
      [9, 0xffff],
    ],
  ]);
});

test("a frame is received behind a header of 12 bytes that counts its buffers", () => {
  const { driver, net } = card(0);
  const [at] = driver.add([2000]);
  driver.kick();
  expect(driver.used().index).toBe(0);
  expect(net.receive(frame(100))).toBe(true);
  expect(driver.used()).toEqual({ index: 1, entries: [[0, 112]] });
  expect([driver.bus.ram[at + 10], driver.bus.ram[at + 12], driver.bus.ram[at + 111]]).toEqual([1, 0x52, 99]);
  expect([asserted(net.transport), driver.read(0x1000, 1)]).toEqual([true, 1]);
});

test("merged buffers: 300 bytes in three of 128; with two they wait until the driver adds one", () => {
  const { driver, net, resumed } = card(MRG_RXBUF);
  const [first] = driver.add([128]);
  driver.add([128]);
  driver.kick();
  expect([net.receive(frame(300)), driver.used().index]).toEqual([false, 0]);
  driver.add([128]);
  const before = resumed();
  driver.kick();
  expect(resumed()).toBe(before + 1);
  expect([net.receive(frame(300)), driver.bus.ram[first + 10]]).toEqual([true, 3]);
  expect(driver.used().entries.map(([, written]) => written)).toEqual([128, 128, 56]);
});

test("the control queue: promiscuous off, multicast by table, a new address; an unknown command fails", () => {
  const { driver, net } = card(CTRL, 16);
  const control = (kind: number, command: number, data: number[]) => {
    const [, , ack] = driver.add([[kind, command], data, 1], 2);
    driver.bus.ram[ack] = 9;
    driver.kick(2);
    return driver.bus.ram[ack];
  };
  const takes = (to: number[]) => {
    driver.add([200]);
    driver.kick();
    const before = driver.used().index;
    net.receive(Uint8Array.of(...to, ...Array<number>(54).fill(0)));
    return driver.used().index !== before;
  };
  const other = [2, 0, 0, 0, 0, 1];
  const group = [1, 0, 0x5e, 0, 0, 5];
  expect(takes(other)).toBe(true);
  expect(control(0, 0, [0])).toBe(0);
  expect([takes(other), takes(group)]).toEqual([false, false]);
  expect(control(1, 0, [0, 0, 0, 0, 1, 0, 0, 0, ...group])).toBe(0);
  expect(takes(group)).toBe(true);
  expect(control(1, 1, other)).toBe(0);
  expect([takes(other), takes([...MAC])]).toEqual([true, false]);
  expect([control(9, 0, [0]), control(1, 0, [255, 0, 0, 0])]).toEqual([1, 1]);
});

test("frames that come before the driver is ready, and after a reset, are lost and not kept", () => {
  const { driver, net } = card(0);
  driver.write(0x14, 0, 1);
  expect(net.receive(frame(60))).toBe(true);
});
