/**
 * How UDP and TCP get from the guest of one user network to the guest of another: by translated addresses and ports.
 *
 * Each network has an address among the others. To a guest, whoever is out there is a port of its gateway:
 *
 *   guest A                      A's network to B's                 guest B
 *   10.0.2.15:s → 10.0.2.2:p     A's address:s → B's address:q      10.0.2.2:n → 10.0.2.15:q
 *
 * A's forward says that `p` leads to port `q` at B's address; `n` stands for A's port `s`, and B's network gave it, from
 * 49152 on, when the first packet came (where B has a forward to just there, it is that one's port). The answer goes the
 * same way back. One port of a gateway is one peer, whatever the guest's own port is, and the other way round: so no
 * packet is ambiguous, and nothing needs to know how TCP's connections begin and end. 256 peers are remembered, then the
 * one heard of longest ago is forgotten.
 *
 * All else of a packet stays as it is, so a checksum that was wrong stays wrong. Not modelled: fragments, errors by ICMP
 * about what was forwarded, ARP between the networks (the MAC follows from the address).
 *
 * Source: RFC 3022 (translation), RFC 4787, REQ-1 (one mapping a peer), RFC 1624, equation 3 (checksums), RFC 768.
 */
import type { Device } from "./bus.ts";
import { replaceWord, setWord, word } from "./inetchecksum.ts";
import { type Ipv4, type Packet, PROTOCOL, readPacket } from "./ipv4.ts";
import { GATEWAY, GUEST, macOf } from "./useraddresses.ts";

/** Port `port` of the gateway leads to port `toPort` of the guest whose network is at `to`. */
export interface Forward {
  /** UDP or TCP, by its number. */
  readonly protocol: number;
  readonly port: number;
  readonly to: Ipv4;
  readonly toPort: number;
}

export interface PortForwardsOptions {
  /** The network's own address among the others. */
  readonly address: Ipv4;
  /** One a port and one a target. */
  readonly forwards: readonly Forward[];
  /** The card's, for who has not yet spoken. */
  readonly guestMac: Uint8Array;
  /** Gets each frame to the other networks with its number, from 0. */
  readonly send: (frame: Uint8Array, number: number) => void;
}

/** Ports from here on are given to peers that come by themselves. */
export const FIRST_GIVEN = 49152;
const MAX_PEERS = 256;
const LAST_PORT = 65535;
/** Offsets in a frame: MACs, then addresses of IPv4, then its header's checksum. */
const AT = { TO_MAC: 0, FROM_MAC: 6, IP: 14, SUM: 24, FROM: 26, TO: 30 } as const;
/** By protocol: the shortest header, and where in it the checksum is. */
const TRANSPORTS: { readonly [protocol: number]: { readonly least: number; readonly sum: number } | undefined } = {
  [PROTOCOL.UDP]: { least: 8, sum: 6 },
  [PROTOCOL.TCP]: { least: 20, sum: 16 },
};

/** One end of a packet. */
interface End {
  readonly mac: Uint8Array;
  readonly ip: Ipv4;
  readonly port: number;
}

/** The port forwards of one network; `peers` are in the order in which they were heard of, the latest last. */
export class PortForwards implements Device {
  readonly name: string;
  readonly state: { sent: number; next: number; peers: Forward[] } = { sent: 0, next: FIRST_GIVEN, peers: [] };
  readonly #options: PortForwardsOptions;

  constructor(name: string, options: PortForwardsOptions) {
    this.name = name;
    this.#options = options;
  }

  /** The numbers go on: whoever counts frames is not reset, and old connections are not mistaken for new ones. */
  reset(): void {
    this.state.peers.length = 0;
  }

  /** Sends on what the guest sent; false: its port leads nowhere. */
  outgoing(frame: Uint8Array, packet: Packet): boolean {
    const { protocol, payload } = packet;
    if (packet.from !== GUEST || packet.to !== GATEWAY || !isWhole(packet)) return false;
    const port = word(payload, 2);
    const peer =
      this.#options.forwards.find((each) => each.protocol === protocol && each.port === port) ??
      this.#heard(this.state.peers.findIndex((each) => each.protocol === protocol && each.port === port));
    if (peer === undefined) return false;
    const { address, send } = this.#options;
    const from = { mac: macOf(address), ip: address, port: word(payload, 0) };
    send(translated(frame, protocol, from, { mac: macOf(peer.to), ip: peer.to, port: peer.toPort }), this.state.sent++);
    return true;
  }

  /** What of a frame from the other networks is for the guest, as it will see it. */
  incoming(frame: Uint8Array): Uint8Array | undefined {
    const packet = readPacket(frame);
    if (packet === undefined || packet.to !== this.#options.address || !isWhole(packet)) return undefined;
    const { protocol, payload } = packet;
    const from = { mac: macOf(GATEWAY), ip: GATEWAY, port: this.#portOf(protocol, packet.from, word(payload, 0)) };
    return translated(frame, protocol, from, { mac: this.#options.guestMac, ip: GUEST, port: word(payload, 2) });
  }

  /** The gateway's port that stands for a peer. */
  #portOf(protocol: number, to: Ipv4, toPort: number): number {
    const isIt = (each: Forward) => each.protocol === protocol && each.to === to && each.toPort === toPort;
    const known = this.#options.forwards.find(isIt) ?? this.#heard(this.state.peers.findIndex(isIt));
    if (known !== undefined) return known.port;
    const { peers } = this.state;
    if (peers.length >= MAX_PEERS) peers.shift();
    const given = new Set(peers.map((each) => each.port));
    let port = this.state.next;
    while (given.has(port)) port = following(port);
    this.state.next = following(port);
    peers.push({ protocol, port, to, toPort });
    return port;
  }

  /** The peer at `index` of the list, now its last. */
  #heard(index: number): Forward | undefined {
    const { peers } = this.state;
    if (index < 0) return undefined;
    peers.push(...peers.splice(index, 1));
    return peers[peers.length - 1];
  }
}

function following(port: number): number {
  return port === LAST_PORT ? FIRST_GIVEN : port + 1;
}

function isWhole({ protocol, payload }: Packet): boolean {
  const transport = TRANSPORTS[protocol];
  return transport !== undefined && payload.length >= transport.least;
}

/** A copy of the frame between other ends. */
function translated(frame: Uint8Array, protocol: number, from: End, to: End): Uint8Array {
  const out = frame.slice();
  out.set(to.mac, AT.TO_MAC);
  out.set(from.mac, AT.FROM_MAC);
  const transport = AT.IP + (out[AT.IP] & 15) * 4;
  const sum = transport + (TRANSPORTS[protocol]?.sum ?? 0);
  // A datagram's checksum of 0 says that there is none.
  const sums = protocol === PROTOCOL.UDP && word(out, sum) === 0 ? [] : [sum];
  for (const [at, ip] of [[AT.FROM, from.ip] as const, [AT.TO, to.ip] as const]) {
    replaceWord(out, at, ip >>> 16, [AT.SUM, ...sums]);
    replaceWord(out, at + 2, ip & 0xffff, [AT.SUM, ...sums]);
  }
  replaceWord(out, transport, from.port, sums);
  replaceWord(out, transport + 2, to.port, sums);
  if (protocol === PROTOCOL.UDP && sums.length > 0 && word(out, sum) === 0) setWord(out, sum, 0xffff);
  return out;
}
