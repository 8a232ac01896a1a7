/**
 * Packets of IPv4 on Ethernet, read and made: headers without options, no fragments.
 *
 * Source: RFC 791, 792, 768, 826, 894.
 */
import { setWord, storeChecksum, sum16, word } from "./inetchecksum.ts";

/** An address as a number: 10.0.2.15 is 0A00020Fh. */
export type Ipv4 = number;

export const PROTOCOL = { ICMP: 1, TCP: 6, UDP: 17 } as const;
const ETHERNET = 14;
const HEADER = 20;
const UDP_HEADER = 8;
const IPV4_TYPE = 0x0800;

/** Who sends to whom. */
export interface Route {
  readonly fromMac: Uint8Array;
  readonly toMac: Uint8Array;
  readonly from: Ipv4;
  readonly to: Ipv4;
}

/** A packet of IPv4. */
export interface Packet extends Route {
  readonly protocol: number;
  readonly payload: Uint8Array;
}

export interface Datagram {
  readonly fromPort: number;
  readonly toPort: number;
  readonly data: Uint8Array;
}

export function address(text: string): Ipv4 {
  return text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function addressBytes(ip: Ipv4): number[] {
  return [24, 16, 8, 0].map((shift) => (ip >>> shift) & 0xff);
}

export function readAddress(bytes: Uint8Array, at: number): Ipv4 {
  return (word(bytes, at) * 0x10000 + word(bytes, at + 2)) >>> 0;
}

/** The packet in a frame; undefined where there is none, or one with a wrong checksum, or a fragment. */
export function readPacket(frame: Uint8Array): Packet | undefined {
  if (word(frame, 12) !== IPV4_TYPE || frame.length < ETHERNET + HEADER || frame[14] >> 4 !== 4) return undefined;
  const header = (frame[14] & 15) * 4;
  const total = word(frame, 16);
  if (header < HEADER || total < header || ETHERNET + total > frame.length) return undefined;
  if (sum16(frame, ETHERNET, ETHERNET + header) !== 0xffff || word(frame, 20) & 0x3fff) return undefined;
  return {
    fromMac: frame.subarray(6, 12),
    toMac: frame.subarray(0, 6),
    from: readAddress(frame, 26),
    to: readAddress(frame, 30),
    protocol: frame[23],
    payload: frame.subarray(ETHERNET + header, ETHERNET + total),
  };
}

/** The frame of a packet. */
export function makePacket({ fromMac, toMac, from, to, protocol, payload }: Packet): Uint8Array {
  const frame = new Uint8Array(ETHERNET + HEADER + payload.length);
  frame.set(toMac);
  frame.set(fromMac, 6);
  setWord(frame, 12, IPV4_TYPE);
  frame[14] = 0x45;
  setWord(frame, 16, HEADER + payload.length);
  frame[22] = 64;
  frame[23] = protocol;
  frame.set([...addressBytes(from), ...addressBytes(to)], 26);
  storeChecksum(frame, ETHERNET, ETHERNET + HEADER, 24);
  frame.set(payload, ETHERNET + HEADER);
  return frame;
}

/** The sum of a pseudo-header (RFC 768, 793). */
export function pseudoSum({ from, to }: Pick<Route, "from" | "to">, protocol: number, length: number): number {
  return sum16(Uint8Array.of(...addressBytes(from), ...addressBytes(to)), 0, 8, protocol + length);
}

/** The datagram in a packet of UDP; undefined where its length or its checksum is wrong. */
export function readDatagram(packet: Packet): Datagram | undefined {
  const { payload } = packet;
  const length = word(payload, 4);
  if (length < UDP_HEADER || length > payload.length) return undefined;
  const sum = sum16(payload, 0, length, pseudoSum(packet, PROTOCOL.UDP, length));
  if (word(payload, 6) !== 0 && sum !== 0xffff) return undefined;
  return { fromPort: word(payload, 0), toPort: word(payload, 2), data: payload.subarray(UDP_HEADER, length) };
}

export function makeDatagram(route: Route, { fromPort, toPort, data }: Datagram): Uint8Array {
  const payload = new Uint8Array(UDP_HEADER + data.length);
  setWord(payload, 0, fromPort);
  setWord(payload, 2, toPort);
  setWord(payload, 4, payload.length);
  payload.set(data, UDP_HEADER);
  const sum = ~sum16(payload, 0, payload.length, pseudoSum(route, PROTOCOL.UDP, payload.length)) & 0xffff;
  setWord(payload, 6, sum || 0xffff);
  return makePacket({ ...route, protocol: PROTOCOL.UDP, payload });
}

/** A message of ICMP: type, code, the rest of its header, data. */
export function makeIcmp(route: Route, type: number, code: number, rest: Uint8Array): Uint8Array {
  const payload = new Uint8Array(4 + rest.length);
  payload[0] = type;
  payload[1] = code;
  payload.set(rest, 4);
  storeChecksum(payload, 0, payload.length, 2);
  return makePacket({ ...route, protocol: PROTOCOL.ICMP, payload });
}
