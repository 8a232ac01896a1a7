/** What the guest wrote, back into the files of drives that ask for it (`snapshot=off`). */
import { writeFileSync } from "node:fs";
import type { Machine } from "../machine/machine.ts";
import { reasonOf } from "./images.ts";
import type { ImageOption, Options } from "./options.ts";
import { UsageError } from "./usage.ts";

/** Writes every such image that there is. */
export function writeBack(machine: Machine, { drives, floppies, cards }: Options): void {
  const { storage, floppies: controller, cardDisks } = machine.guest.pc.board;
  for (const [place, drive] of drives.entries()) keep(drive?.image, () => storage.disks[place]?.contents());
  for (const [unit, image] of floppies.entries()) keep(image, () => controller.contents(unit));
  for (const [place, card] of cards.entries())
    if (card.kind === "virtio-blk") keep(card.image, () => cardDisks.get(place)?.contents());
}

function keep(image: ImageOption | undefined, contents: () => Uint8Array | undefined): void {
  if (!image?.isKept) return;
  const bytes = contents();
  if (bytes === undefined) return;
  try {
    writeFileSync(image.path, bytes);
  } catch (error) {
    throw new UsageError(`${image.flag} ${image.path}: ${reasonOf(error)}; expected a file that can be written`);
  }
}
