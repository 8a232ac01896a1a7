import { expect, test } from "vitest";
import type { CardConfiguration } from "./api.ts";
import { checkConfiguration } from "./configuration.ts";

const faults = (cards: unknown) =>
  checkConfiguration({ cards: cards as CardConfiguration[] }).map(({ part, message }) => `${part}: ${message}`);

test("cards with what they need have no faults", () => {
  const network = { kind: "user", files: { a: new Uint8Array(1) }, names: { lab: "10.0.2.9" } };
  const cards = [
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
