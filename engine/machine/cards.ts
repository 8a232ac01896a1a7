/**
 * The cards of a configuration on the PCI bus, from device 3 on in their order, as QEMU's `pc` places them.
 */
import type { Bus, Device } from "../chipset/bus.ts";
import type { PciBus } from "../chipset/pci.ts";
import { VirtioBlk } from "../chipset/virtioblk.ts";
import { VirtioRng } from "../chipset/virtiorng.ts";
import type { CardConfiguration } from "./api.ts";

const FIRST_SLOT = 3;
/** Devices 3 to 31 are free. */
export const MAX_CARDS = 29;

/** All parts of the cards, in the order of reset; their functions on the PCI bus are not among them. */
export function buildCards(bus: Bus, pci: PciBus, cards: readonly CardConfiguration[] = []): Device[] {
  return cards.flatMap((card, n) => partsOf(bus, pci, card, { name: `${card.kind}.${n}`, slot: FIRST_SLOT + n }));
}

function partsOf(bus: Bus, pci: PciBus, card: CardConfiguration, place: { name: string; slot: number }): Device[] {
  if (card.kind === "virtio-blk") {
    const disk = new VirtioBlk(bus, pci, { ...place, image: card.image, serial: card.serial ?? "" });
    return [disk, disk.transport];
  }
  const source = new VirtioRng(bus, pci, { ...place, seed: card.seed ?? 0 });
  return [source, source.transport];
}
