/**
 * The cards of a command line: `-device virtio-blk-pci,drive=…`, `-drive if=virtio`, `-device virtio-rng-pci`,
 * `-netdev user,…`, `-device e1000,netdev=…`, `-nic user,…`, `-net nic -net user`, spelled as QEMU spells them. Unlike
 * there, no card is in the machine that nobody asked for.
 */
import { bootDevice } from "./bootindex.ts";
import type { Drive } from "./driveflags.ts";
import type { CardOption, NetworkCardOption, NetworkOption, Options, PortOption } from "./options.ts";
import { expectKeys, integer, type Properties } from "./properties.ts";
import { UsageError } from "./usage.ts";

/** Cards by QEMU's names. */
const NETWORK_CARDS: Readonly<Record<string, NetworkCardOption["kind"]>> = {
  e1000: "e1000",
  "e1000-82540em": "e1000",
  "virtio-net-pci": "virtio-net",
  "virtio-net": "virtio-net",
  virtio: "virtio-net",
};

/** Of the first card on the PCI bus. */
const FIRST_SLOT = 3;

/** Cards by order; references are looked up when all flags are read. */
export class CardFlags {
  readonly netdevs = new Map<string, NetworkOption>();
  readonly #options: Options;
  readonly #cards: (() => CardOption)[] = [];
  /** Ports of the last virtio-serial-pci. */
  #serial: (PortOption | undefined)[] | undefined;
  /** Of `-net user`. */
  #legacyNetwork: NetworkOption | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  add(card: () => CardOption): void {
    this.#cards.push(card);
  }

  addDisk({ image, serial }: Drive): void {
    if (image !== undefined)
      this.add(() => ({ kind: "virtio-blk", image, ...(serial === undefined ? {} : { serial }) }));
  }

  /** Makes a card of `-device name,…`; false where `name` is none. `drives`: by id. */
  device(name: string, given: Properties, drives: ReadonlyMap<string, Drive>): boolean {
    switch (name) {
      case "virtio-blk-pci":
      case "virtio-blk":
        expectKeys(`-device ${name}`, given, ["drive", "serial", ...MODERN]);
        bootDevice(this.#options, `-device ${name}`, given, `scsi@${this.#nextSlot()}/disk@0,0`);
        this.add(() => diskCard(given, drives));
        return true;
      case "virtio-rng-pci":
      case "virtio-rng":
        expectKeys(`-device ${name}`, given, [...MODERN, "rng", "max-bytes", "period"]);
        this.add(() => ({ kind: "virtio-rng" }));
        return true;
      case "pci-testdev":
        expectKeys("-device pci-testdev", given, ["id", "bus", "addr"]);
        this.add(() => ({ kind: "pci-testdev" }));
        return true;
      case "virtio-serial-pci":
      case "virtio-serial": {
        expectKeys(`-device ${name}`, given, ["max_ports", ...MODERN]);
        const ports: (PortOption | undefined)[] = [];
        this.#serial = ports;
        this.add(() => ({ kind: "virtio-serial", ports: ports.length > 0 ? ports : [undefined] }));
        return true;
      }
      case "virtconsole":
      case "virtserialport":
        this.#port(name, given);
        return true;
    }
    const kind = Object.hasOwn(NETWORK_CARDS, name) ? NETWORK_CARDS[name] : undefined;
    if (kind === undefined || name === "virtio") return false;
    expectKeys(`-device ${name}`, given, ["netdev", "mac", "romfile", ...MODERN]);
    bootDevice(this.#options, `-device ${name}`, given, `ethernet@${this.#nextSlot()}/ethernet-phy@0`);
    this.add(() => networkCard(kind, given, given["netdev"] === undefined ? undefined : this.#netdev(given["netdev"])));
    return true;
  }

  /** `-netdev user,id=…`. */
  netdev(kind: string, { id, ...given }: Properties): void {
    if (id === undefined) throw new UsageError(`-netdev ${kind}: expected id=ID`);
    this.netdevs.set(id, network("-netdev", kind, given));
  }

  /** `-nic user,model=…`; a card and its network in one. */
  nic(kind: string, { model = "e1000", mac, romfile, id: _, ...given }: Properties): void {
    if (kind === "none") return;
    const behind = network("-nic", kind, given);
    this.add(() =>
      networkCard(cardKind("-nic", model), { ...(mac ? { mac } : {}), ...(romfile ? { romfile } : {}) }, behind),
    );
  }

  /** `-net nic,…`, `-net user,…`: every such card is on every such network. */
  net(kind: string, given: Properties): void {
    if (kind === "none") return;
    if (kind !== "nic") {
      this.#legacyNetwork = network("-net", kind, given);
      return;
    }
    const { model = "e1000", macaddr, ...odd } = given;
    expectKeys("-net nic", odd, []);
    this.add(() => networkCard(cardKind("-net nic", model), macaddr ? { mac: macaddr } : {}, this.#legacyNetwork));
  }

  /** The PCI device of the next card, as paths write it. */
  #nextSlot(): string {
    return (FIRST_SLOT + this.#cards.length).toString(16);
  }

  /** All cards, in the order of their flags. */
  finish(): CardOption[] {
    return this.#cards.map((card) => card());
  }

  /** Number 0 is for a console, as there. */
  #port(kind: string, given: Properties): void {
    const flag = `-device ${kind}`;
    expectKeys(flag, given, ["chardev", "name", "nr", "bus", "id"]);
    const { chardev, name, nr } = given;
    const ports = this.#serial;
    if (ports === undefined) throw new UsageError(`${flag}: expected a -device virtio-serial-pci before it`);
    if (chardev === undefined) throw new UsageError(`${flag}: expected chardev=ID`);
    const isConsole = kind === "virtconsole";
    const next = isConsole && ports[0] === undefined ? 0 : Math.max(1, ports.length);
    const number = nr === undefined ? next : integer(`${flag},nr=`, nr);
    if (number > 7 || ports[number] !== undefined)
      throw new UsageError(`${flag},nr=${number}: expected a free number from 0 to 7`);
    while (ports.length < number) ports.push(undefined);
    ports[number] = { isConsole, chardev, ...(name === undefined ? {} : { name }) };
  }

  #netdev(id: string): NetworkOption {
    const found = this.netdevs.get(id);
    if (found === undefined) throw new UsageError(`-device …,netdev=${id}: expected the id of a -netdev`);
    return found;
  }
}

function diskCard({ drive, serial }: Properties, drives: ReadonlyMap<string, Drive>): CardOption {
  const found = drives.get(drive ?? "");
  if (found?.image === undefined)
    throw new UsageError(`-device virtio-blk-pci,drive=${drive ?? ""}: expected the id of a -drive if=none`);
  const number = serial ?? found.serial;
  return { kind: "virtio-blk", image: found.image, ...(number === undefined ? {} : { serial: number }) };
}

/** Properties that say what is so anyway. */
const MODERN = ["id", "bus", "addr", "bootindex", "disable-legacy", "disable-modern"];

function cardKind(flag: string, model: string): NetworkCardOption["kind"] {
  const kind = Object.hasOwn(NETWORK_CARDS, model) ? NETWORK_CARDS[model] : undefined;
  if (kind === undefined) throw new UsageError(`${flag},model=${model}: expected e1000 or virtio-net-pci`);
  return kind;
}

function networkCard(
  kind: NetworkCardOption["kind"],
  given: Properties,
  behind: NetworkOption | undefined,
): CardOption {
  const { mac, romfile } = given;
  return { kind, ...(mac ? { mac } : {}), ...(romfile ? { romfile } : {}), ...(behind ? { network: behind } : {}) };
}

function network(flag: string, kind: string, given: Properties): NetworkOption {
  if (kind !== "user") throw new UsageError(`${flag} ${kind} is not supported yet; the nearest is user`);
  for (const key of ["hostfwd", "guestfwd"])
    if (key in given)
      throw new UsageError(
        `${flag} user,${key}= is not supported: a run uses no sockets of the host, so that it can repeat`,
      );
  expectKeys(`${flag} user`, given, ["tftp", "bootfile", "restrict", "ipv6"]);
  const { tftp, bootfile } = given;
  return { ...(tftp ? { tftp } : {}), ...(bootfile ? { bootfile } : {}) };
}
