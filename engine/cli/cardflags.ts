/**
 * The cards of a command line: `-device virtio-blk-pci,drive=…`, `-drive if=virtio`, `-device virtio-rng-pci`, spelled as
 * QEMU spells them.
 */
import { UsageError } from "./usage.ts";

/** A card, with files not yet read. */
export type CardOption =
  | { readonly kind: "virtio-blk"; readonly path: string; readonly serial?: string; readonly flag: string }
  | { readonly kind: "virtio-rng" };

/** What `-drive if=none,id=…` gave, and cards by order; references are looked up when all flags are read. */
export class CardFlags {
  readonly drives = new Map<string, string>();
  readonly #cards: (() => CardOption)[] = [];

  add(card: () => CardOption): void {
    this.#cards.push(card);
  }

  addDisk(path: string, serial: string | undefined, flag: string): void {
    this.add(() => ({ kind: "virtio-blk", path, flag, ...(serial === undefined ? {} : { serial }) }));
  }

  /** Makes a card of `-device name,…`; false where `name` is none. */
  device(name: string, given: Readonly<Record<string, string>>): boolean {
    switch (name) {
      case "virtio-blk-pci":
      case "virtio-blk":
        expectKeys(name, given, ["drive", "serial", ...MODERN, "bootindex"]);
        this.add(() => this.#disk(given));
        return true;
      case "virtio-rng-pci":
      case "virtio-rng":
        expectKeys(name, given, [...MODERN, "rng", "max-bytes", "period"]);
        this.add(() => ({ kind: "virtio-rng" }));
        return true;
    }
    return false;
  }

  /** All cards, in the order of their flags. */
  finish(): CardOption[] {
    return this.#cards.map((card) => card());
  }

  #disk({ drive, serial }: Readonly<Record<string, string>>): CardOption {
    const path = drive === undefined ? undefined : this.drives.get(drive);
    if (path === undefined)
      throw new UsageError(`-device virtio-blk-pci,drive=${drive ?? ""}: expected the id of a -drive if=none`);
    const flag = `-drive id=${drive}`;
    return { kind: "virtio-blk", path, flag, ...(serial === undefined ? {} : { serial }) };
  }
}

/** Properties that say what is so anyway. */
const MODERN = ["id", "bus", "disable-legacy", "disable-modern"];

export function expectKeys(name: string, given: Readonly<Record<string, string>>, known: readonly string[]): void {
  const odd = Object.keys(given).find((key) => !known.includes(key));
  if (odd !== undefined) throw new UsageError(`-device ${name},${odd}=: expected ${known.join(", ")}`);
}
