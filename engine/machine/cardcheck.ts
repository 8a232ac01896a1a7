/** What is wrong with the cards of a configuration. */
import { address } from "../chipset/ipv4.ts";
import { FIRST_GIVEN } from "../chipset/portforwards.ts";
import { GATEWAY, MASK } from "../chipset/useraddresses.ts";
import { MAC, MAX_CARDS } from "./cards.ts";

/** Tells of a fault: what is wrong, what was expected, and where below `cards`. */
type Report = (message: string, hint: string, path?: string) => void;

const MAX_CARD_ROM = 512 * 1024;
const MAX_FORWARDS = 64;
/** What the gateway itself answers: DHCP and TFTP. */
const TAKEN = ["udp 67", "udp 69"];

const CHECKS: Readonly<
  Record<string, (card: Readonly<Record<string, unknown>>, report: Report, path: string) => void>
> = {
  "virtio-blk": ({ image, serial }, report, path) => {
    if (!(image instanceof Uint8Array)) report("is not bytes", "The disk's whole contents.", `${path}.image`);
    else if (image.length === 0) report("is empty", "An image of at least 1 byte.", `${path}.image`);
    if (serial !== undefined && (typeof serial !== "string" || !/^[\x20-\x7e]{0,20}$/.test(serial)))
      report("is no serial number", "At most 20 characters of ASCII.", `${path}.serial`);
  },
  "virtio-serial": ({ ports }, report, path) => {
    if (!Array.isArray(ports) || ports.length < 1 || ports.length > 8)
      report("is not a list of 1 to 8 ports", "Ports by number, undefined where there is none.", `${path}.ports`);
    else
      for (const [n, port] of ports.entries())
        if (port !== undefined && !/^[\x20-\x7e]{0,31}$/.test(String(port?.name ?? "")))
          report("is no name of a port", "At most 31 characters of ASCII.", `${path}.ports[${n}].name`);
  },
  "pci-testdev": () => {},
  e1000: networkCard,
  "virtio-net": networkCard,
  "virtio-rng": ({ seed }, report, path) => {
    if (seed !== undefined && (!Number.isInteger(seed) || (seed as number) < 0 || (seed as number) > 0xffffffff))
      report(`${seed} is not a seed`, "A whole number from 0 to 4,294,967,295.", `${path}.seed`);
  },
};

function networkCard(card: Readonly<Record<string, unknown>>, report: Report, path: string): void {
  const { mac, rom, network } = card;
  if (mac !== undefined && (typeof mac !== "string" || !MAC.test(mac) || Number.parseInt(mac.slice(0, 2), 16) & 1))
    report(
      `${mac} is not a card's address`,
      "Six pairs of digits as in 52:54:00:12:34:56, the first even.",
      `${path}.mac`,
    );
  if (rom !== undefined && (!(rom instanceof Uint8Array) || rom.length < 512 || rom.length > MAX_CARD_ROM))
    report("is no ROM", "An option ROM of 512 bytes to 512 KiB, as pxe-e1000.rom.", `${path}.rom`);
  if (network === undefined) return;
  const { kind, files = {}, bootFile = "", names = {} } = (network ?? {}) as Readonly<Record<string, unknown>>;
  const at = `${path}.network`;
  if (kind === "link") return;
  if (kind !== "user") report(`is no kind of network: ${kind}`, "There are user and link.", `${at}.kind`);
  for (const [name, bytes] of Object.entries(files ?? {}))
    if (!(bytes instanceof Uint8Array)) report("is not bytes", "A file's contents.", `${at}.files["${name}"]`);
  if (typeof bootFile !== "string" || !/^[\x20-\x7e]{0,127}$/.test(bootFile))
    report("is no name of a file", "At most 127 characters of ASCII.", `${at}.bootFile`);
  for (const [name, ip] of Object.entries(names ?? {}))
    if (!isAddress(ip)) report(`${ip} is not an address`, "Four numbers as in 10.0.2.2.", `${at}.names["${name}"]`);
  checkForwards(network as Readonly<Record<string, unknown>>, report, at);
}

/** The address of a user network among others, and its port forwards. */
function checkForwards({ address: own, forwards }: Readonly<Record<string, unknown>>, report: Report, at: string) {
  const OUTSIDE = "Four numbers as in 192.168.7.1, outside 10.0.2.0/24.";
  if (own !== undefined && !isOutside(own)) report(`${own} is no address among networks`, OUTSIDE, `${at}.address`);
  if (forwards === undefined) return;
  if (!Array.isArray(forwards) || forwards.length > MAX_FORWARDS) {
    report(`is not a list of at most ${MAX_FORWARDS} forwards`, "Ports of the gateway.", `${at}.forwards`);
    return;
  }
  if (own === undefined) report("lead nowhere without an address of the network", OUTSIDE, `${at}.forwards`);
  const ports = new Set<string>(TAKEN);
  const targets = new Set<string>();
  for (const [i, forward] of forwards.entries()) {
    const { protocol, port, to, toPort = port } = (forward ?? {}) as Readonly<Record<string, unknown>>;
    const path = `${at}.forwards[${i}]`;
    const target = `${protocol} ${to}:${toPort}`;
    if (protocol !== "udp" && protocol !== "tcp")
      report(`is no protocol that is forwarded: ${protocol}`, "There are udp and tcp.", `${path}.protocol`);
    if (!isPort(port, FIRST_GIVEN - 1)) report(`${port} is not a port`, "From 1 to 49151.", `${path}.port`);
    else if (ports.has(`${protocol} ${port}`))
      report(`${protocol} ${port} is taken`, "A port that leads elsewhere, or answers itself.", `${path}.port`);
    if (!isOutside(to) || to === own) report(`${to} is not another network`, OUTSIDE, `${path}.to`);
    if (!isPort(toPort, 65535)) report(`${toPort} is not a port`, "From 1 to 65535.", `${path}.toPort`);
    else if (targets.has(target)) report(`${target} has a forward already`, "One port a target.", path);
    ports.add(`${protocol} ${port}`);
    targets.add(target);
  }
}

function isPort(port: unknown, last: number): boolean {
  return Number.isInteger(port) && (port as number) >= 1 && (port as number) <= last;
}

function isOutside(ip: unknown): boolean {
  return isAddress(ip) && ((address(ip as string) ^ GATEWAY) & MASK) !== 0;
}

function isAddress(ip: unknown): boolean {
  const parts = typeof ip === "string" ? ip.split(".") : [];
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
}

export function checkCards(value: unknown, report: Report): void {
  if (!Array.isArray(value) || value.length > MAX_CARDS) {
    report(`is not a list of at most ${MAX_CARDS} cards`, "Cards by kind, on the PCI bus from device 3 on.");
    return;
  }
  for (const [i, card] of value.entries()) {
    const { kind } = (card ?? {}) as { kind?: unknown };
    const check = typeof kind === "string" && Object.hasOwn(CHECKS, kind) ? CHECKS[kind] : undefined;
    if (check === undefined)
      report(`is no kind of card: ${kind}`, `One of ${Object.keys(CHECKS).join(", ")}.`, `[${i}].kind`);
    else check(card, report, `[${i}]`);
  }
}
