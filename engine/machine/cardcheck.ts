/** What is wrong with the cards of a configuration. */
import { MAX_CARDS } from "./cards.ts";

/** Tells of a fault: what is wrong, what was expected, and where below `cards`. */
type Report = (message: string, hint: string, path?: string) => void;

const CHECKS: Readonly<
  Record<string, (card: Readonly<Record<string, unknown>>, report: Report, path: string) => void>
> = {
  "virtio-blk": ({ image, serial }, report, path) => {
    if (!(image instanceof Uint8Array)) report("is not bytes", "The disk's whole contents.", `${path}.image`);
    else if (image.length === 0) report("is empty", "An image of at least 1 byte.", `${path}.image`);
    if (serial !== undefined && (typeof serial !== "string" || !/^[\x20-\x7e]{0,20}$/.test(serial)))
      report("is no serial number", "At most 20 characters of ASCII.", `${path}.serial`);
  },
  "virtio-rng": ({ seed }, report, path) => {
    if (seed !== undefined && (!Number.isInteger(seed) || (seed as number) < 0 || (seed as number) > 0xffffffff))
      report(`${seed} is not a seed`, "A whole number from 0 to 4,294,967,295.", `${path}.seed`);
  },
};

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
