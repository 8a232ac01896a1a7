import fc from "fast-check";
import { expect, test } from "vitest";
import { replaceWord, setWord, sum16, word } from "./inetchecksum.ts";
import {
  address,
  makeDatagram,
  makePacket,
  type Packet,
  PROTOCOL,
  pseudoSum,
  readDatagram,
  readPacket,
} from "./ipv4.ts";
import type { Forward } from "./portforwards.ts";
import { TestBus } from "./testbus.ts";
import { GATEWAY, GUEST, macOf } from "./useraddresses.ts";
import { UserNetwork } from "./usernetwork.ts";

const A = address("192.168.7.1");
const B = address("192.168.7.2");
const MAC = Uint8Array.of(0x52, 0x54, 0, 0x12, 0x34, 0x56);
const ROUTE = { fromMac: MAC, toMac: macOf(GATEWAY), from: GUEST, to: GATEWAY };
const { TCP, UDP } = PROTOCOL;
const SYN = 2;
const ACK = 0x10;

/** Networks at these addresses on one wire, each with what its guest got, and all that was on the wire. */
function wire(...sides: readonly (readonly [number, readonly Forward[]])[]) {
  const bus = new TestBus();
  const sent: { from: number; frame: Uint8Array; number: number }[] = [];
  const networks = sides.map(([own, forwards], from) => {
    const send = (frame: Uint8Array, number: number) => {
      sent.push({ from, frame, number });
      for (const other of networks) if (other !== networks[from]) other.receive(frame);
    };
    const joined = { address: own, forwards, guestMac: Uint8Array.of(0x52, 0x54, 0, 0, 0, from), send };
    return new UserNetwork(bus, { name: `network.${from}`, joined });
  });
  const got: Uint8Array[][] = networks.map(() => []);
  for (const [n, network] of networks.entries()) network.attach({ receive: (frame) => got[n].push(frame) > 0 });
  /** Lets 10 ms pass: what each guest got since. */
  const wait = () => {
    bus.wait(2_000_000);
    return got.map((frames) => frames.splice(0));
  };
  const send = (n: number, frame: Uint8Array) => {
    networks[n].transmit(frame);
    return wait();
  };
  return { networks, sent, send, wait };
}

/** A and B, whose guest answers at UDP 7 and TCP 80: ports 1007 and 8080 of A's gateway. */
function pair() {
  const forwards = [
    { protocol: UDP, port: 1007, to: B, toPort: 7 },
    { protocol: TCP, port: 8080, to: B, toPort: 80 },
  ];
  return wire([A, forwards], [B, []]);
}

function packetOf(frame: Uint8Array | undefined): Packet {
  const packet = readPacket(frame ?? new Uint8Array(0)); // minds the header's checksum
  expect(packet).toBeDefined();
  return packet as Packet;
}

function datagram(frame: Uint8Array | undefined) {
  const { from, to, ...packet } = packetOf(frame);
  const { data, fromPort, toPort } = readDatagram({ from, to, ...packet }) ?? {}; // minds the datagram's
  return { from, fromPort, to, toPort, data: [...(data ?? [])] };
}

/** A segment with a right checksum, with the option of a largest segment where it is a SYN. */
function segment(fromPort: number, toPort: number, sequence: number, acknowledged: number, flags: number, data = "") {
  const header = flags & SYN ? 24 : 20;
  const payload = new Uint8Array(header + data.length);
  const words = [fromPort, toPort, 0, sequence, 0, acknowledged, (header << 10) | flags, 0x2000, 0, 0];
  for (const [i, value] of words.entries()) setWord(payload, 2 * i, value);
  if (flags & SYN) payload.set([2, 4, 5, 0xb4], 20);
  payload.set(new TextEncoder().encode(data), header);
  setWord(payload, 16, ~sum16(payload, 0, payload.length, pseudoSum(ROUTE, TCP, payload.length)) & 0xffff);
  return makePacket({ ...ROUTE, protocol: TCP, payload });
}

/** Ends and the rest of a segment whose checksum is right. */
function readSegment(frame: Uint8Array | undefined) {
  const packet = packetOf(frame);
  const { payload, from, to } = packet;
  expect(sum16(payload, 0, payload.length, pseudoSum(packet, TCP, payload.length))).toBe(0xffff);
  const text = new TextDecoder().decode(payload.subarray((payload[12] >> 4) * 4));
  return [from, word(payload, 0), to, word(payload, 2), word(payload, 6), word(payload, 10), payload[13], text];
}

test("a datagram to port 1007 of A's gateway comes to port 7 of B's guest from its gateway, and the answer to A's", () => {
  const { send, sent } = pair();
  const [, [there]] = send(0, makeDatagram(ROUTE, { fromPort: 2000, toPort: 1007, data: Uint8Array.of(1, 2, 3) }));
  expect(datagram(there)).toEqual({ from: GATEWAY, fromPort: 49152, to: GUEST, toPort: 7, data: [1, 2, 3] });
  expect([...there.subarray(0, 12)]).toEqual([0x52, 0x54, 0, 0, 0, 1, 0x52, 0x55, 10, 0, 2, 2]);
  const answer = makeDatagram(ROUTE, { fromPort: 7, toPort: 49152, data: Uint8Array.of(4, 5) });
  const [[back]] = send(1, answer);
  expect(datagram(back)).toEqual({ from: GATEWAY, fromPort: 1007, to: GUEST, toPort: 2000, data: [4, 5] });
  expect(sent.map(({ frame, number }) => ({ ...datagram(frame), number }))).toEqual([
    { from: A, fromPort: 2000, to: B, toPort: 7, data: [1, 2, 3], number: 0 },
    { from: B, fromPort: 7, to: A, toPort: 2000, data: [4, 5], number: 0 },
  ]);
});

test("a TCP connection: SYN with its options, SYN-ACK, ACK with data and FIN, all with right checksums", () => {
  const { send } = pair();
  const [, [syn]] = send(0, segment(40000, 8080, 100, 0, SYN));
  expect(readSegment(syn)).toEqual([GATEWAY, 49152, GUEST, 80, 100, 0, SYN, ""]);
  expect([...packetOf(syn).payload.subarray(20)]).toEqual([2, 4, 5, 0xb4]);
  const [[both]] = send(1, segment(80, 49152, 900, 101, SYN | ACK));
  expect(readSegment(both)).toEqual([GATEWAY, 8080, GUEST, 40000, 900, 101, SYN | ACK, ""]);
  const [, [data]] = send(0, segment(40000, 8080, 101, 901, ACK | 1, "GET /"));
  expect(readSegment(data)).toEqual([GATEWAY, 49152, GUEST, 80, 101, 901, ACK | 1, "GET /"]);
});

test("two guests with the same port of their own are two ports of B's gateway; each gets its own answer", () => {
  const C = address("192.168.7.3");
  const forwards = [{ protocol: UDP, port: 1007, to: B, toPort: 7 }];
  const { send } = wire([A, forwards], [B, []], [C, forwards]);
  const ask = makeDatagram(ROUTE, { fromPort: 2000, toPort: 1007, data: MAC });
  const ports = [0, 2, 0].map((n) => datagram(send(n, ask)[1][0]).fromPort);
  expect(ports).toEqual([49152, 49153, 49152]);
  const answer = (toPort: number) => send(1, makeDatagram(ROUTE, { fromPort: 7, toPort, data: MAC }));
  expect(answer(49152).map((frames) => frames.length)).toEqual([1, 0, 0]);
  expect(answer(49153).map((frames) => frames.length)).toEqual([0, 0, 1]);
});

test("where each has a forward to the other's very port, both see one port of their gateway, whoever speaks first", () => {
  const sides = [
    [A, [{ protocol: UDP, port: 5000, to: B, toPort: 6000 }]],
    [B, [{ protocol: UDP, port: 5001, to: A, toPort: 4000 }]],
  ] as const;
  const fromA = makeDatagram(ROUTE, { fromPort: 4000, toPort: 5000, data: MAC });
  const fromB = makeDatagram(ROUTE, { fromPort: 6000, toPort: 5001, data: MAC });
  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    const { send, networks } = wire(...sides);
    for (const n of order) {
      const seen = datagram(send(n, n === 0 ? fromA : fromB)[1 - n][0]);
      expect([seen.fromPort, seen.toPort]).toEqual(n === 0 ? [5001, 6000] : [5000, 4000]);
    }
    expect(networks.map(({ forwards }) => forwards?.state.peers)).toEqual([[], []]);
  }
});

test("what was wrong stays wrong, a datagram without a checksum stays without, and one of FFFFh is not made 0", () => {
  const { send } = pair();
  const good = makeDatagram(ROUTE, { fromPort: 2000, toPort: 1007, data: MAC });
  const none = good.slice();
  setWord(none, 40, 0);
  expect(word(send(0, none)[1][0], 40)).toBe(0);
  const wrong = good.slice();
  wrong[45] ^= 1;
  const [, [there]] = send(0, wrong);
  expect(readDatagram(packetOf(there))).toBeUndefined();
  // A word that makes up for all the others: the checksum there is 0, which is sent as FFFFh.
  const zero = makeDatagram(ROUTE, { fromPort: 2000, toPort: 1007, data: Uint8Array.of(0, 0) });
  setWord(zero, 42, sum16(zero, 40, 42));
  const there0 = packetOf(send(0, zero)[1][0]).payload;
  const makesUp = ~sum16(there0.slice(0, 6), 0, 6, pseudoSum({ from: GATEWAY, to: GUEST }, UDP, 10)) & 0xffff;
  const data = Uint8Array.of(makesUp >> 8, makesUp);
  const [, [full]] = send(0, makeDatagram(ROUTE, { fromPort: 2000, toPort: 1007, data }));
  expect([word(full, 40), readDatagram(packetOf(full))?.fromPort]).toEqual([0xffff, 49152]);
});

test("a changed word's checksum is what summing all again gives (RFC 1624's own example: DD2F, 5555 to 3285 gives 0000)", () => {
  const bytes = Uint8Array.of(0x55, 0x55, 0xdd, 0x2f);
  replaceWord(bytes, 0, 0x3285, [2]);
  expect([...bytes]).toEqual([0x32, 0x85, 0, 0]);
});

test("a port that leads nowhere is refused as ever; a frame for another network is nobody's", () => {
  const { send, networks, sent } = pair();
  const [[refused]] = send(0, segment(40000, 8081, 1, 0, SYN));
  expect(packetOf(refused).payload[13]).toBe(0x14);
  const [[closed]] = send(0, makeDatagram(ROUTE, { fromPort: 1, toPort: 49152, data: MAC }));
  expect([...packetOf(closed).payload.subarray(0, 2)]).toEqual([3, 3]);
  const to = address("192.168.7.9");
  networks[1].receive(makeDatagram({ ...ROUTE, from: A, to }, { fromPort: 1, toPort: 7, data: MAC }));
  expect([networks[1].queue.state.frames.length, networks[1].forwards?.state.peers, sent]).toEqual([0, [], []]);
});

test("256 peers are remembered: one that still speaks keeps its port, the one silent longest loses it", () => {
  const { send, networks } = pair();
  const from = (fromPort: number) =>
    datagram(send(0, makeDatagram(ROUTE, { fromPort, toPort: 1007, data: MAC }))[1][0]).fromPort;
  for (let n = 0; n < 256; n++) expect(from(1000 + n)).toBe(49152 + n);
  expect([from(1000), from(1256), from(1000)]).toEqual([49152, 49408, 49152]);
  expect(networks[1].forwards?.state.peers.length).toBe(256);
  expect(from(1001)).toBe(49409);
  // The given ports go round, past those that are still somebody's.
  (networks[1].forwards as { state: { next: number } }).state.next = 65535;
  expect([from(3000), from(3001), from(3002)]).toEqual([65535, 49153, 49154]);
});

const port = fc.constantFrom(7, 80, 1007, 2000, 8080, 49152, 49153, 65535);
const step = fc.record({
  side: fc.nat(1),
  outside: fc.boolean(),
  protocol: fc.constantFrom<number>(UDP, TCP, TCP, 1, 99),
  payload: fc.uint8Array({ maxLength: 60 }),
  ports: fc.option(fc.tuple(port, port)),
  from: fc.constantFrom(GUEST, A, B, 0),
  to: fc.constantFrom(GATEWAY, A, B, 0xffffffff),
  damage: fc.option(fc.tuple(fc.nat(60), fc.nat(255)), { freq: 4 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function perform({ networks, send }: ReturnType<typeof pair>, steps: readonly Step[]) {
  return steps.map(({ side, outside, payload, ports, damage, ...packet }) => {
    for (const [i, value] of (ports ?? []).entries()) if (payload.length >= 4) setWord(payload, 2 * i, value);
    const frame = makePacket({ ...ROUTE, ...packet, payload });
    if (damage) frame[damage[0] % frame.length] = damage[1];
    if (!outside) return send(side, frame);
    networks[side].receive(frame);
    return undefined;
  });
}

test("whatever comes from a guest or from outside, nothing throws or grows, and a restored pair goes on as the saved one", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.array(step, { maxLength: 30 }), (before, after) => {
      const devices = (of: ReturnType<typeof pair>) =>
        of.networks.flatMap((each) => [each, each.queue, each.forwards as NonNullable<typeof each.forwards>]);
      const first = pair();
      perform(first, before);
      first.wait();
      const second = pair();
      const states = structuredClone(devices(first).map(({ state }) => state));
      for (const [i, { state }] of devices(second).entries()) Object.assign(state, states[i]);
      expect(perform(second, after)).toEqual(perform(first, after));
      expect(devices(second).map(({ state }) => state)).toEqual(devices(first).map(({ state }) => state));
      for (const { forwards } of first.networks) expect(forwards?.state.peers.length).toBeLessThanOrEqual(256);
    }),
    { numRuns: process.env["RING_FULL"] ? 5000 : 200 },
  );
}, 120_000);
