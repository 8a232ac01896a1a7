/**
 * The cards of a configuration on the PCI bus, from device 3 on in their order, as QEMU's `pc` places them.
 */
import type { Bus, Device } from "../chipset/bus.ts";
import type { DiskImage } from "../chipset/diskimage.ts";
import { E1000 } from "../chipset/e1000.ts";
import { EthernetLink } from "../chipset/ethernetlink.ts";
import { address, PROTOCOL } from "../chipset/ipv4.ts";
import type { PciBus } from "../chipset/pci.ts";
import { PciTestDevice } from "../chipset/pcitestdev.ts";
import { UserNetwork } from "../chipset/usernetwork.ts";
import { VirtioBlk } from "../chipset/virtioblk.ts";
import { VirtioConsole } from "../chipset/virtioconsole.ts";
import { VirtioNet } from "../chipset/virtionet.ts";
import { VirtioRng } from "../chipset/virtiorng.ts";
import type { CardConfiguration, NetworkCardConfiguration, UserNetworkConfiguration } from "./api.ts";

const FIRST_SLOT = 3;
/** Devices 3 to 31 are free. */
export const MAX_CARDS = 29;

/** How a configuration writes a card's address. */
export const MAC = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i;

/** Card `card` of the configuration sends its frame `number`, from 0, by its link. */
export type SendFrame = (card: number, frame: Uint8Array, number: number) => void;

/** Card `card` says bytes by one of its ports. */
export type SendBytes = (card: number, port: number, bytes: Uint8Array) => void;

export interface Cards {
  /** In the order of reset. */
  readonly devices: readonly Device[];
  /** Where frames from outside come in, by place in the configuration. */
  readonly links: ReadonlyMap<number, Joined>;
  readonly disks: ReadonlyMap<number, DiskImage>;
  readonly consoles: ReadonlyMap<number, VirtioConsole>;
}

/** A network that frames from outside reach. */
export type Joined = Pick<EthernetLink, "receive">;

interface Place {
  readonly name: string;
  readonly slot: number;
}

/** All parts of the cards, in the order of reset; their functions on the PCI bus are not among them. */
export function buildCards(
  bus: Bus,
  pci: PciBus,
  cards: readonly CardConfiguration[] = [],
  send: SendFrame = () => {},
  say: SendBytes = () => {},
): Cards {
  const links = new Map<number, Joined>();
  const disks = new Map<number, DiskImage>();
  const consoles = new Map<number, VirtioConsole>();
  const devices = cards.flatMap((card, n): Device[] => {
    const place = { name: `${card.kind}.${n}`, slot: FIRST_SLOT + n };
    if (isNetworkCard(card)) {
      const before = cards.slice(0, n).filter(isNetworkCard).length;
      const mac = macBytes(card.mac ?? defaultMac(before));
      const name = `${place.name}.network`;
      const network = networkOf(bus, card.network, mac, name, (frame, number) => send(n, frame, number));
      if (network !== undefined) links.set(n, network);
      return networkCard(bus, pci, card, { ...place, mac }, network);
    }
    if (card.kind === "virtio-blk") {
      const disk = new VirtioBlk(bus, pci, { ...place, image: card.image, serial: card.serial ?? "" });
      disks.set(n, disk.disk);
      return [disk, disk.transport];
    }
    if (card.kind === "virtio-serial") {
      const { ports } = card;
      const made = new VirtioConsole(bus, pci, { ...place, ports, send: (port, bytes) => say(n, port, bytes) });
      consoles.set(n, made);
      return [made, made.transport];
    }
    if (card.kind === "pci-testdev") return [new PciTestDevice(pci, place)];
    const source = new VirtioRng(bus, pci, { ...place, seed: card.seed ?? 0 });
    return [source, source.transport];
  });
  return { devices, links, disks, consoles };
}

function networkOf(
  bus: Bus,
  network: NetworkCardConfiguration["network"],
  mac: Uint8Array,
  name: string,
  send: (frame: Uint8Array, number: number) => void,
): UserNetwork | EthernetLink | undefined {
  if (network?.kind === "link") return new EthernetLink(bus, name, send);
  return network && userNetwork(bus, network, mac, name, send);
}

function networkCard(
  bus: Bus,
  pci: PciBus,
  card: NetworkCardConfiguration,
  place: Place & { readonly mac: Uint8Array },
  network: UserNetwork | EthernetLink | undefined,
): Device[] {
  const options = { ...place, network, rom: card.rom };
  const forwards = network instanceof UserNetwork && network.forwards ? [network.forwards] : [];
  const behind = network ? [network, network.queue, ...forwards] : [];
  if (card.kind === "e1000") return [new E1000(bus, pci, options), ...behind];
  const made = new VirtioNet(bus, pci, options);
  return [made, made.transport, ...behind];
}

function userNetwork(
  bus: Bus,
  { files = {}, bootFile, names = {}, address: own, forwards = [] }: UserNetworkConfiguration,
  guestMac: Uint8Array,
  name: string,
  send: (frame: Uint8Array, number: number) => void,
): UserNetwork {
  const numbered = forwards.map(({ protocol, port, to, toPort = port }) => ({
    ...{ port, toPort, to: address(to) },
    protocol: protocol === "udp" ? PROTOCOL.UDP : PROTOCOL.TCP,
  }));
  return new UserNetwork(bus, {
    name,
    bootFile,
    files: new Map(Object.entries(files)),
    names: new Map(Object.entries(names).map(([known, ip]) => [known.toLowerCase(), address(ip)])),
    joined: own === undefined ? undefined : { address: address(own), forwards: numbered, guestMac, send },
  });
}

/** As QEMU numbers cards that have no address given. */
function defaultMac(n: number): string {
  return `52:54:00:12:34:${(0x56 + n).toString(16)}`;
}

function macBytes(mac: string): Uint8Array {
  return Uint8Array.from(mac.split(":"), (pair) => Number.parseInt(pair, 16));
}

function isNetworkCard(card: CardConfiguration): card is NetworkCardConfiguration {
  return card.kind === "e1000" || card.kind === "virtio-net";
}
