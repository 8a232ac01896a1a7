import { expect, test } from "vitest";
import type { CardConfiguration } from "./api.ts";
import { checkConfiguration } from "./configuration.ts";

const faults = (cards: unknown) =>
  checkConfiguration({ cards: cards as CardConfiguration[] }).map(({ part, message }) => `${part}: ${message}`);

test("cards with what they need have no faults", () => {
  const network = { kind: "user", files: { a: new Uint8Array(1) }, names: { lab: "10.0.2.9" } };
  const forwards = [
    { protocol: "udp", port: 7, to: "192.168.7.2" },
    { protocol: "tcp", port: 7, to: "192.168.7.2", toPort: 65535 },
  ];
  const cards = [
    { kind: "e1000", network: { kind: "user", address: "192.168.7.1", forwards } },
    { kind: "virtio-blk", image: new Uint8Array(512), serial: "S1" },
    { kind: "virtio-rng", seed: 7 },
    { kind: "e1000", mac: "52:54:00:12:34:56", network },
    { kind: "virtio-net", network: { kind: "link" } },
  ];
  expect(faults(cards)).toEqual([]);
});

test("each fault names the card and its part", () => {
  expect(faults("e1000")).toEqual(["cards: is not a list of at most 29 cards"]);
  expect(faults(Array(30).fill({ kind: "virtio-rng" }))).toEqual(["cards: is not a list of at most 29 cards"]);
  const network = { kind: "user", bootFile: "x".repeat(128), names: { lab: "10.0.2.256" }, files: { k: "text" } };
  const cards = [
    { kind: "rtl8139" },
    { kind: "virtio-blk", image: new Uint8Array(0) },
    { kind: "virtio-rng", seed: -1 },
    { kind: "e1000", mac: "01:54:00:12:34:56", rom: new Uint8Array(5) },
    { kind: "virtio-net", network },
    { kind: "e1000", network: { kind: "tap" } },
    null,
  ];
  expect(faults(cards)).toEqual([
    "cards[0].kind: is no kind of card: rtl8139",
    "cards[1].image: is empty",
    "cards[2].seed: -1 is not a seed",
    "cards[3].mac: 01:54:00:12:34:56 is not a card's address",
    "cards[3].rom: is no ROM",
    'cards[4].network.files["k"]: is not bytes',
    "cards[4].network.bootFile: is no name of a file",
    'cards[4].network.names["lab"]: 10.0.2.256 is not an address',
    "cards[5].network.kind: is no kind of network: tap",
    "cards[6].kind: is no kind of card: undefined",
  ]);
});

test("each fault of a port forward names the forward and its part", () => {
  const good = { protocol: "tcp", port: 80, to: "192.168.7.2" };
  const forwards = [
    ...[good, { ...good, to: "192.168.7.3" }, { ...good, port: 81, toPort: 80 }, { ...good, protocol: "icmp" }],
    ...[
      { ...good, port: 49152 },
      { ...good, port: 82, to: "10.0.2.15" },
      { ...good, port: 83, to: "192.168.7.1" },
    ],
    ...[{ ...good, port: 84, toPort: 0 }, { ...good, protocol: "udp", port: 69 }, null],
  ];
  const network = { kind: "user", address: "192.168.7.1", forwards };
  expect(faults([{ kind: "e1000", network }])).toEqual(
    [
      "[1].port: tcp 80 is taken",
      "[2]: tcp 192.168.7.2:80 has a forward already",
      "[3].protocol: is no protocol that is forwarded: icmp",
      "[4].port: 49152 is not a port",
      "[5].to: 10.0.2.15 is not another network",
      "[6].to: 192.168.7.1 is not another network",
      "[7].toPort: 0 is not a port",
      "[8].port: udp 69 is taken",
      "[9].protocol: is no protocol that is forwarded: undefined",
      "[9].port: undefined is not a port",
      "[9].to: undefined is not another network",
      "[9].toPort: undefined is not a port",
    ].map((fault) => `cards[0].network.forwards${fault}`),
  );
  expect(faults([{ kind: "e1000", network: { kind: "user", address: "10.0.2.7", forwards: 1 } }])).toEqual([
    "cards[0].network.address: 10.0.2.7 is no address among networks",
    "cards[0].network.forwards: is not a list of at most 64 forwards",
  ]);
  expect(faults([{ kind: "e1000", network: { kind: "user", forwards: [good] } }])).toEqual([
    "cards[0].network.forwards: lead nowhere without an address of the network",
  ]);
});
