import { expect, test } from "vitest";
import { sum16, word } from "./inetchecksum.ts";
import { address, addressBytes, makeDatagram, makeIcmp, makePacket, readDatagram, readPacket } from "./ipv4.ts";
import { TestBus } from "./testbus.ts";
import { UserNetwork } from "./usernetwork.ts";

const GUEST = address("10.0.2.15");
const GATEWAY = address("10.0.2.2");
const DNS = address("10.0.2.3");
const MAC = Uint8Array.of(0x52, 0x54, 0, 0x12, 0x34, 0x56);
const ROUTER_MAC = Uint8Array.of(0x52, 0x55, 10, 0, 2, 2);
const ROUTE = { fromMac: MAC, toMac: ROUTER_MAC, from: GUEST, to: GATEWAY };
const FILE = Uint8Array.from({ length: 1200 }, (_, i) => i * 3);

function network() {
  const bus = new TestBus();
  const files = new Map([["boot/kernel", FILE]]);
  const names = new Map([["lab.example", address("10.0.2.9")]]);
  const made = new UserNetwork(bus, { name: "network.0", files, bootFile: "boot/kernel", names });
  const received: Uint8Array[] = [];
  made.attach({ receive: (frame) => received.push(frame) > 0 });
  return {
    ...{ bus, network: made, received },
    /** Sends, waits a millisecond, answers what came. */
    ask(frame: Uint8Array) {
      made.transmit(frame);
      bus.wait(200_000);
      return received.splice(0);
    },
    /** The answer's datagram to one of ours. */
    udp(toPort: number, data: Uint8Array, to = GATEWAY, from = GUEST) {
      const [frame] = this.ask(makeDatagram({ ...ROUTE, to, from }, { fromPort: 2000, toPort, data }));
      const packet = frame && readPacket(frame);
      return packet && readDatagram(packet);
    },
  };
}

test("ARP: gateway and name server answer for themselves, nobody for others", () => {
  const { ask } = network();
  const request = (ip: number) =>
    Uint8Array.of(...Array(6).fill(255), ...MAC, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, ...MAC, ...addressBytes(GUEST), ...Array(6).fill(0), ...addressBytes(ip)); // biome-ignore format: one packet
  const [reply] = ask(request(GATEWAY));
  expect([...reply]).toEqual([
    ...[...MAC, ...ROUTER_MAC, 8, 6, 0, 1, 8, 0, 6, 4, 0, 2],
    ...[...ROUTER_MAC, 10, 0, 2, 2, ...MAC, 10, 0, 2, 15],
  ]);
  expect(ask(request(DNS))[0][27]).toBe(3);
  expect(ask(request(address("10.0.2.77")))).toEqual([]);
});

test("a ping comes back with its data and a right checksum; to elsewhere, host unreachable", () => {
  const { ask } = network();
  const data = Uint8Array.of(0, 1, 0, 2, 9, 8, 7);
  const packet = readPacket(ask(makeIcmp(ROUTE, 8, 0, data))[0]);
  expect([packet?.from, packet?.to, [...(packet?.payload ?? [])].slice(4)]).toEqual([GATEWAY, GUEST, [...data]]);
  expect([packet?.payload[0], sum16(packet?.payload ?? MAC, 0, 11)]).toEqual([0, 0xffff]);
  const away = readPacket(ask(makeIcmp({ ...ROUTE, to: address("1.1.1.1") }, 8, 0, data))[0]);
  expect([away?.from, ...(away?.payload.subarray(0, 2) ?? [])]).toEqual([GATEWAY, 3, 1]);
});

function dhcp(type: number, more: readonly number[] = []): Uint8Array {
  const message = new Uint8Array(300);
  message.set([1, 1, 6, 0, 0xde, 0xad, 0xbe, 0xef]);
  message.set(MAC, 28);
  message.set([0x63, 0x82, 0x53, 0x63, 53, 1, type, ...more, 255], 236);
  return message;
}

test("DHCP offers and gives 10.0.2.15 with mask, router, name server and boot file; another address it refuses", () => {
  const { ask } = network();
  const send = (message: Uint8Array) => {
    const route = { fromMac: MAC, toMac: new Uint8Array(6).fill(255), from: 0, to: 0xffffffff };
    const [frame] = ask(makeDatagram(route, { fromPort: 68, toPort: 67, data: message }));
    const packet = readPacket(frame);
    expect(packet?.to).toBe(0xffffffff);
    return (packet && readDatagram(packet)?.data) as Uint8Array;
  };
  const offer = send(dhcp(1));
  expect([...offer.subarray(0, 8), ...offer.subarray(16, 24)]).toEqual([
    ...[2, 1, 6, 0, 0xde, 0xad, 0xbe, 0xef, 10, 0, 2, 15, 10, 0, 2, 2],
  ]);
  expect(new TextDecoder().decode(offer.subarray(108, 119))).toBe("boot/kernel");
  expect([...offer.subarray(240, 276)]).toEqual([
    ...[53, 1, 2, 54, 4, 10, 0, 2, 2, 1, 4, 255, 255, 255, 0, 3, 4, 10, 0, 2, 2],
    ...[6, 4, 10, 0, 2, 3, 51, 4, 0, 1, 0x51, 0x80, 255, 0, 0],
  ]);
  expect(send(dhcp(3, [50, 4, 10, 0, 2, 15, 54, 4, 10, 0, 2, 2]))[242]).toBe(5);
  expect(send(dhcp(3, [50, 4, 10, 0, 2, 99]))[242]).toBe(6);
});

test("DNS: a known name has its address, another does not exist", () => {
  const net = network();
  const query = (name: string) =>
    Uint8Array.of(0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...name.split(".").flatMap((l) => [l.length, ...new TextEncoder().encode(l)]), 0, 0, 1, 0, 1); // biome-ignore format: one packet
  const known = net.udp(53, query("Lab.Example"), DNS)?.data as Uint8Array;
  expect([word(known, 2), word(known, 6), [...known.subarray(-4)]]).toEqual([0x8580, 1, [10, 0, 2, 9]]);
  const unknown = net.udp(53, query("x.example"), DNS)?.data as Uint8Array;
  expect([unknown[3] & 15, word(unknown, 6)]).toEqual([3, 0]);
});

test("TFTP: blocks of 512 to a short last one; a lost block comes again; options; errors by number", () => {
  const net = network();
  const read = (...words: string[]) =>
    Uint8Array.of(0, 1, ...new TextEncoder().encode(words.map((w) => `${w}\0`).join("")));
  const first = net.udp(69, read("/boot/kernel", "octet"));
  expect([first?.fromPort, first?.toPort, first?.data.length, word(first?.data ?? MAC, 2)]).toEqual([69, 2000, 516, 1]);
  const ack = (block: number) => net.udp(69, Uint8Array.of(0, 4, block >> 8, block))?.data as Uint8Array;
  expect([ack(1)[3], ack(1)[3]]).toEqual([2, 2]);
  const last = ack(2);
  expect([last.length, last[3], last[4]]).toEqual([4 + 176, 3, FILE[1024]]);
  expect(ack(3)).toBeUndefined();
  const options = net.udp(69, read("boot/kernel", "octet", "tsize", "0", "blksize", "9000"))?.data as Uint8Array;
  expect(new TextDecoder().decode(options)).toBe("\0\u0006tsize\x001200\0blksize\x001428\0");
  expect(ack(0).length).toBe(1204);
  expect([...(net.udp(69, read("none", "octet"))?.data ?? [])].slice(0, 4)).toEqual([0, 5, 0, 1]);
  expect([...(net.udp(69, read("boot/kernel", "netascii"))?.data ?? [])].slice(0, 4)).toEqual([0, 5, 0, 4]);
});

test("TFTP's block numbers go round past 65,535", () => {
  const net = network();
  net.network.state.transfers.push({ port: 2000, file: "boot/kernel", blockSize: 8, sent: 100 });
  const reply = net.udp(69, Uint8Array.of(0, 4, 0, 99))?.data as Uint8Array;
  expect([reply[3], reply[4]]).toEqual([100, FILE[99 * 8]]);
  net.network.state.transfers[0].sent = 65536;
  expect(net.udp(69, Uint8Array.of(0, 4, 0, 0))).toBeUndefined();
});

test("a port of UDP where nobody is: port unreachable; a TCP connection: RST for its SYN", () => {
  const { ask } = network();
  const closed = readPacket(ask(makeDatagram(ROUTE, { fromPort: 5, toPort: 9, data: MAC }))[0]);
  expect([...(closed?.payload.subarray(0, 2) ?? [])]).toEqual([3, 3]);
  const syn = Uint8Array.of(4, 0, 0, 80, 0, 0, 1, 255, 0, 0, 0, 0, 0x50, 2, 1, 0, 0, 0, 0, 0);
  const answer = readPacket(ask(makePacket({ ...ROUTE, protocol: 6, payload: syn }))[0]);
  expect([...(answer?.payload.subarray(0, 14) ?? [])]).toEqual([0, 80, 4, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0x50, 0x14]);
});

test("what the card has no room for waits, 512 frames at most, and goes on when there is room", () => {
  const bus = new TestBus();
  const made = new UserNetwork(bus, { name: "network.0" });
  let room = false;
  let taken = 0;
  made.attach({ receive: () => (room ? ++taken > 0 : false) });
  for (let i = 0; i < 600; i++) made.transmit(makeIcmp(ROUTE, 8, 0, MAC));
  bus.wait(10_000_000);
  expect([taken, made.queue.state.frames.length, bus.clock.nextDeadline]).toEqual([0, 512, Number.POSITIVE_INFINITY]);
  room = true;
  made.resume();
  bus.wait(10_000_000);
  expect([taken, made.queue.state.frames.length]).toEqual([512, 0]);
});
