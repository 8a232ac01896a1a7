/**
 * A virtio network card: a queue to receive, one to send, and one to control its filters.
 *
 *   before a frame  0 flags (0: checksum wanted)  1 segmentation  2 header length  4 segment's length
 *                   6 checksum's start  8 its offset  A buffers (with merged buffers, and always in 1.x)
 *
 * Modelled: checksums and TCP segmentation when sending, merged buffers, filters. Not modelled: several pairs of queues,
 * UDP segmentation, receive offloads, VLAN filters.
 *
 * Source: OASIS Virtual I/O Device 1.2, 5.1.
 */
import type { Bus, Device } from "./bus.ts";
import type { EthernetCard, EthernetNetwork } from "./ethernet.ts";
import { segmentTcp, setWord, storeChecksum, sum16 } from "./inetchecksum.ts";
import type { PciBus } from "./pci.ts";
import { VirtioPci } from "./virtiopci.ts";
import type { Chain } from "./virtqueue.ts";

export interface VirtioNetOptions {
  /** Unique in the machine: `"virtio-net.0"`. */
  readonly name: string;
  /** Number of the PCI device. */
  readonly slot: number;
  /** Six bytes. */
  readonly mac: Uint8Array;
  /** What it is plugged into; nothing unless given. */
  readonly network?: EthernetNetwork | undefined;
  /** The expansion ROM. */
  readonly rom?: Uint8Array | undefined;
}

const CSUM = 0;
const MAC = 5;
const HOST_TSO4 = 11;
const MRG_RXBUF = 15;
const STATUS = 16;
const CTRL_VQ = 17;
const CTRL_RX = 18;
const CTRL_RX_EXTRA = 20;
const CTRL_MAC_ADDR = 23;
const VERSION_1 = 32;
const RECEIVE = 0;
const SEND = 1;
const NEEDS_CSUM = 1;
const GSO_TCPV4 = 1;
const LINK_UP = 1;
const MAX_PACKET = 65550;
/** Addresses that the filter keeps; with more, all of their kind are taken. */
const MAX_ADDRESSES = 64;
/** Commands of class CTRL_RX in their order. */
const MODES = ["promiscuous", "allMulticast", "allUnicast", "noMulticast", "noUnicast", "noBroadcast"] as const;

type Filter = Record<(typeof MODES)[number], boolean> & { unicast: Uint8Array[]; multicast: Uint8Array[] };

export class VirtioNet implements Device, EthernetCard {
  readonly name: string;
  readonly state: { mac: Uint8Array; filter: Filter };
  readonly transport: VirtioPci;
  readonly #options: VirtioNetOptions;

  constructor(bus: Pick<Bus, "clock">, pci: PciBus, options: VirtioNetOptions) {
    const { name, slot, mac, network, rom } = options;
    this.name = `${name}.card`;
    this.#options = options;
    this.state = { mac: mac.slice(), filter: newFilter() };
    this.transport = new VirtioPci(bus, pci, {
      name,
      slot,
      rom,
      type: 1,
      transitionalId: 0x1000,
      classCode: 0x020000,
      queueSizes: [256, 256, 64],
      features: [CSUM, MAC, HOST_TSO4, MRG_RXBUF, STATUS, CTRL_VQ, CTRL_RX, CTRL_RX_EXTRA, CTRL_MAC_ADDR],
      config: [
        ...[0, 1, 2, 3, 4, 5].map((i) => ({
          offset: i,
          size: 1 as const,
          get: () => this.state.mac[i],
          // Only legacy drivers set the address here.
          set: (value: number) => {
            if (!this.transport.has(VERSION_1)) this.state.mac[i] = value;
          },
        })),
        { offset: 6, size: 2, get: () => LINK_UP },
      ],
      configBytes: 8,
      waitingQueues: [RECEIVE],
      refilled: () => network?.resume(),
      request: (chain, n) => (n === SEND ? this.#send(chain) : this.#control(chain)),
      reset: () => this.reset(),
    });
    network?.attach(this);
  }

  reset(): void {
    this.state.mac.set(this.#options.mac);
    this.state.filter = newFilter();
  }

  get #headerBytes(): number {
    return this.transport.has(VERSION_1) || this.transport.has(MRG_RXBUF) ? 12 : 10;
  }

  // Sending -------------------------------------------------------------------------------------------------------------------

  #send({ readable }: Chain): number {
    const size = this.#headerBytes;
    if (readable.length < size) {
      this.transport.broken();
      return 0;
    }
    const header = new DataView(readable.read(0, size).buffer);
    const frame = readable.read(size, MAX_PACKET);
    for (const each of this.#offload(header, frame)) this.#options.network?.transmit(each);
    return 0;
  }

  #offload(header: DataView, frame: Uint8Array): readonly Uint8Array[] {
    const flags = header.getUint8(0);
    const start = header.getUint16(6, true);
    const offset = header.getUint16(8, true);
    if (!(flags & NEEDS_CSUM) || start + offset + 2 > frame.length) return [frame];
    const isTcp4 = (header.getUint8(1) & 0x7f) === GSO_TCPV4 && start + 20 <= frame.length && start >= 34;
    if (!isTcp4) {
      storeChecksum(frame, start, frame.length, start + offset);
      return [frame];
    }
    const payload = start + (frame[start + 12] >> 4) * 4;
    if (payload >= frame.length || payload < start + 20) return [frame];
    setWord(frame, start + 16, sum16(frame, 26, 34, frame[23]));
    return segmentTcp(frame, { ip: 14, tcp: start, payload, bytes: header.getUint16(4, true) });
  }

  // Reception -------------------------------------------------------------------------------------------------------------------

  receive(frame: Uint8Array): boolean {
    if (!this.transport.ready(RECEIVE) || !this.#accepts(frame)) return true;
    const size = this.#headerBytes;
    const bytes = new Uint8Array(size + frame.length);
    bytes.set(frame, size);
    const queue = this.transport.queues[RECEIVE];
    const chains: Chain[] = [];
    let room = 0;
    while (room < bytes.length) {
      const chain = queue.take();
      if (chain === undefined) {
        for (let i = 0; i < chains.length; i++) queue.putBack();
        return !this.transport.ready(RECEIVE);
      }
      chains.push(chain);
      room += chain.writable.length;
      if (!this.transport.has(MRG_RXBUF)) break;
      if (chain.writable.length === 0) {
        this.transport.broken();
        return true;
      }
    }
    if (size === 12) bytes[10] = chains.length;
    let at = 0;
    for (const chain of chains) {
      const written = room < bytes.length ? 0 : chain.writable.write(0, bytes.subarray(at));
      queue.give(chain, written);
      at += written;
    }
    this.transport.tell(RECEIVE);
    return true;
  }

  #accepts(frame: Uint8Array): boolean {
    const { filter, mac } = this.state;
    const is = (other: Uint8Array) => other.every((byte, i) => byte === frame[i]);
    if (filter.promiscuous) return true;
    if (frame[0] & 1) {
      if (frame.subarray(0, 6).every((byte) => byte === 0xff)) return !filter.noBroadcast;
      return !filter.noMulticast && (filter.allMulticast || filter.multicast.some(is));
    }
    return !filter.noUnicast && (filter.allUnicast || is(mac) || filter.unicast.some(is));
  }

  // Control -----------------------------------------------------------------------------------------------------------------------

  /** 0 class, 1 command, data; the answer is a byte: 0 done, 1 not. */
  #control({ readable, writable }: Chain): number {
    const [kind, command, ...data] = readable.read(0, 2 + 8 + 12 * MAX_ADDRESSES * 2);
    let done = false;
    if (kind === 0 && data.length > 0 && command < MODES.length) {
      this.state.filter[MODES[command]] = data[0] !== 0;
      done = true;
    } else if (kind === 1) done = this.#setAddresses(command, Uint8Array.from(data));
    return writable.write(0, Uint8Array.of(done ? 0 : 1));
  }

  #setAddresses(command: number, data: Uint8Array): boolean {
    const { filter, mac } = this.state;
    if (command === 1 && data.length >= 6) {
      mac.set(data.subarray(0, 6));
      return true;
    }
    if (command !== 0) return false;
    let at = 0;
    const table = (): Uint8Array[] | undefined => {
      if (at + 4 > data.length) return undefined;
      const count = new DataView(data.buffer).getUint32(at, true);
      at += 4;
      if (count > MAX_ADDRESSES || at + 6 * count > data.length) return undefined;
      const list = Array.from({ length: count }, (_, i) => data.slice(at + 6 * i, at + 6 * i + 6));
      at += 6 * count;
      return list;
    };
    const unicast = table();
    const multicast = unicast && table();
    if (unicast === undefined || multicast === undefined) return false;
    Object.assign(filter, { unicast, multicast });
    return true;
  }
}

/** Everything for the card passes until the driver says otherwise. */
function newFilter(): Filter {
  return {
    promiscuous: true,
    allMulticast: false,
    allUnicast: false,
    noMulticast: false,
    noUnicast: false,
    noBroadcast: false,
    unicast: [],
    multicast: [],
  };
}
