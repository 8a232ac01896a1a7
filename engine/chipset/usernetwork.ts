/**
 * A network of its own behind a card, as QEMU's `-netdev user`: nothing leaves the process.
 *
 *   10.0.2.2   gateway: answers ARP and pings, DHCP (port 67), TFTP (69)        MAC 52:55:0A:00:02:02
 *   10.0.2.3   name server with fixed answers (53)                              MAC 52:55:0A:00:02:03
 *   10.0.2.15  the guest
 *
 * Other ports of the gateway may lead to other machines (`portforwards.ts`). All else is answered as unreachable, a TCP
 * connection with RST. Answers leave at once and take 10 µs to the card. Of IPv6 it says that there is none
 * (`routeradvertisement.ts`). Not modelled: options of IP, fragments.
 *
 * Source: RFC 791, 792, 826, 1122; addresses as in QEMU, docs/system/devices/net.rst.
 */
import type { Bus, Device } from "./bus.ts";
import { answerDhcp } from "./dhcpserver.ts";
import { answerDns } from "./dnsserver.ts";
import { type EthernetCard, type EthernetNetwork, FrameQueue } from "./ethernet.ts";
import { setWord, sum16, word } from "./inetchecksum.ts";
import {
  addressBytes,
  type Ipv4,
  makeDatagram,
  makeIcmp,
  makePacket,
  type Packet,
  PROTOCOL,
  pseudoSum,
  type Route,
  readAddress,
  readDatagram,
  readPacket,
} from "./ipv4.ts";
import { PortForwards, type PortForwardsOptions } from "./portforwards.ts";
import { answerSolicitation, IPV6_TYPE } from "./routeradvertisement.ts";
import { answerTftp, type Transfer } from "./tftpserver.ts";
import { DNS, GATEWAY, GUEST, MASK, macOf } from "./useraddresses.ts";

export interface UserNetworkOptions {
  /** Unique in the machine: `"network.0"`. */
  readonly name: string;
  /** For TFTP, by path without a leading slash. */
  readonly files?: ReadonlyMap<string, Uint8Array> | undefined;
  /** What DHCP names as the file to boot. */
  readonly bootFile?: string | undefined;
  /** Names that the name server knows besides `gateway`, `dns` and `guest`. */
  readonly names?: ReadonlyMap<string, Ipv4> | undefined;
  /** Where it is joined with others. */
  readonly joined?: PortForwardsOptions | undefined;
}

const EVERYBODY = 0xffffffff;
const OWN_NAMES: readonly [string, Ipv4][] = [
  ["gateway", GATEWAY],
  ["dns", DNS],
  ["guest", GUEST],
];
const ARP_TYPE = 0x0806;
const PORT = { DNS: 53, DHCP: 67, DHCP_CLIENT: 68, TFTP: 69 } as const;
const ECHO = 8;
const UNREACHABLE = 3;
const HOST = 1;
const NO_PORT = 3;
const TCP = { FIN: 1, SYN: 2, RST: 4, ACK: 0x10 } as const;

/** The network; what is on its way to the card is in `queue`. */
export class UserNetwork implements Device, EthernetNetwork {
  readonly name: string;
  readonly state: { transfers: Transfer[] } = { transfers: [] };
  readonly queue: FrameQueue;
  /** Where it is joined with others. */
  readonly forwards: PortForwards | undefined;
  readonly #options: UserNetworkOptions;
  readonly #names: ReadonlyMap<string, Ipv4>;

  constructor(bus: Pick<Bus, "clock">, options: UserNetworkOptions) {
    this.name = options.name;
    this.#options = options;
    this.#names = new Map([...OWN_NAMES, ...(options.names ?? [])]);
    this.queue = new FrameQueue(bus, `${options.name}.frames`);
    this.forwards = options.joined && new PortForwards(`${options.name}.forwards`, options.joined);
  }

  attach(card: EthernetCard): void {
    this.queue.attach(card);
  }

  resume(): void {
    this.queue.resume();
  }

  reset(): void {
    this.state.transfers.length = 0;
  }

  /** A frame arrives from the other networks. */
  receive(frame: Uint8Array): void {
    const forGuest = this.forwards?.incoming(frame);
    if (forGuest !== undefined) this.queue.send(forGuest);
  }

  transmit(frame: Uint8Array): void {
    if (word(frame, 12) === ARP_TYPE) {
      this.#arp(frame);
      return;
    }
    if (word(frame, 12) === IPV6_TYPE) {
      const advertisement = answerSolicitation(frame, macOf(GATEWAY));
      if (advertisement) this.queue.send(advertisement);
      return;
    }
    const packet = readPacket(frame);
    // Multicast is nobody's; a switch gives frames for others to others.
    if (packet === undefined || (frame[0] & 1 && packet.to !== EVERYBODY && packet.to !== (GATEWAY | ~MASK) >>> 0))
      return;
    if (this.forwards?.outgoing(frame, packet)) return;
    if (packet.protocol === PROTOCOL.UDP) this.#udp(packet);
    else if (!isOurs(packet.to)) this.#unreachable(packet, HOST);
    else if (packet.protocol === PROTOCOL.ICMP) this.#icmp(packet);
    else if (packet.protocol === PROTOCOL.TCP) this.#refuse(packet);
  }

  /** 16 operation (1 asks, 2 answers), 18 sender's MAC, 1C its address, 20 target's MAC, 26 its address. */
  #arp(frame: Uint8Array): void {
    if (frame.length < 42 || word(frame, 20) !== 1) return;
    const target = readAddress(frame, 38);
    if (!isOurs(target)) return;
    const reply = new Uint8Array(42);
    reply.set(frame.subarray(6, 12));
    reply.set(macOf(target), 6);
    reply.set(frame.subarray(12, 20), 12);
    setWord(reply, 20, 2);
    reply.set(macOf(target), 22);
    reply.set(addressBytes(target), 28);
    reply.set(frame.subarray(22, 32), 32);
    this.queue.send(reply);
  }

  #icmp(packet: Packet): void {
    const { payload } = packet;
    if (payload.length < 8 || payload[0] !== ECHO || sum16(payload, 0, payload.length) !== 0xffff) return;
    this.queue.send(makeIcmp(back(packet), 0, 0, payload.subarray(4)));
  }

  #udp(packet: Packet): void {
    const datagram = readDatagram(packet);
    if (datagram === undefined) return;
    const { fromPort, toPort, data } = datagram;
    const server = isOurs(packet.to) || packet.to === EVERYBODY;
    if (toPort === PORT.DHCP && server) {
      this.#dhcp(packet, data);
      return;
    }
    if (!isOurs(packet.to)) {
      if (!(packet.toMac[0] & 1)) this.#unreachable(packet, HOST);
      return;
    }
    const send = (reply: Uint8Array | undefined) => {
      if (reply) this.queue.send(makeDatagram(back(packet), { fromPort: toPort, toPort: fromPort, data: reply }));
    };
    if (toPort === PORT.DNS && packet.to === DNS) send(answerDns(data, this.#names));
    else if (toPort === PORT.TFTP && packet.to === GATEWAY)
      send(answerTftp(data, fromPort, this.state.transfers, this.#options.files ?? new Map()));
    else this.#unreachable(packet, NO_PORT);
  }

  /** The answer goes to everybody, since the guest has no address yet, but to its card alone. */
  #dhcp(packet: Packet, message: Uint8Array): void {
    const { bootFile } = this.#options;
    const reply = answerDhcp(message, { guest: GUEST, mask: MASK, gateway: GATEWAY, dns: DNS, bootFile });
    if (reply === undefined) return;
    const to = packet.from === 0 ? EVERYBODY : packet.from;
    const route = { fromMac: macOf(GATEWAY), toMac: packet.fromMac, from: GATEWAY, to };
    this.queue.send(makeDatagram(route, { fromPort: PORT.DHCP, toPort: PORT.DHCP_CLIENT, data: reply }));
  }

  /** The first bytes of the packet come back, with its header. */
  #unreachable(packet: Packet, code: number): void {
    if (packet.protocol === PROTOCOL.ICMP && packet.payload[0] !== ECHO) return;
    if (packet.from === 0) return;
    const header = makePacket({ ...packet, payload: packet.payload.subarray(0, 8) }).subarray(14);
    setWord(header, 2, 20 + packet.payload.length);
    setWord(header, 10, 0);
    setWord(header, 10, ~sum16(header, 0, 20) & 0xffff);
    const route = code === HOST ? { ...back(packet), from: GATEWAY } : back(packet);
    this.queue.send(
      makeIcmp({ ...route, fromMac: macOf(route.from) }, UNREACHABLE, code, Uint8Array.of(0, 0, 0, 0, ...header)),
    );
  }

  /** Nobody listens: RST (RFC 793, 3.4). */
  #refuse(packet: Packet): void {
    const { payload } = packet;
    if (payload.length < 20 || payload[13] & TCP.RST) return;
    const flags = payload[13];
    const reply = new Uint8Array(20);
    reply.set(payload.subarray(2, 4));
    reply.set(payload.subarray(0, 2), 2);
    reply[12] = 0x50;
    if (flags & TCP.ACK) {
      reply.set(payload.subarray(8, 12), 4);
      reply[13] = TCP.RST;
    } else {
      const length = payload.length - (payload[12] >> 4) * 4 + (flags & TCP.SYN ? 1 : 0) + (flags & TCP.FIN ? 1 : 0);
      reply.set(addressBytes((readAddress(payload, 4) + Math.max(0, length)) >>> 0), 8);
      reply[13] = TCP.RST | TCP.ACK;
    }
    const route = back(packet);
    setWord(reply, 16, ~sum16(reply, 0, 20, pseudoSum(route, PROTOCOL.TCP, 20)) & 0xffff);
    this.queue.send(makePacket({ ...route, protocol: PROTOCOL.TCP, payload: reply }));
  }
}

function isOurs(ip: Ipv4): boolean {
  return ip === GATEWAY || ip === DNS;
}

/** The way back to who sent the packet. */
function back(packet: Packet): Route {
  return { fromMac: macOf(packet.to), toMac: packet.fromMac, from: packet.to, to: packet.from };
}
