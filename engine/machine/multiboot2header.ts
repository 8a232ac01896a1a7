/**
 * The header of a Multiboot 2 kernel: tags by which it says what it needs. A tag that is not optional and not known is a
 * fault.
 *
 * Source: Multiboot2 Specification 2.0, 3.1 "OS image format".
 */
import type { HeaderAddresses, KernelFault, WantedMode } from "./kernel.ts";

const MAGIC = 0xe85250d6;
const SEARCHED = 32768;
const I386 = 0;
const OPTIONAL = 1;
const TAG = {
  end: 0,
  request: 1,
  addresses: 2,
  entry: 3,
  console: 4,
  display: 5,
  align: 6,
  efi: 7,
  entry32: 8,
  entry64: 9,
  relocatable: 10,
} as const;
/** Information tags that the specification has. */
const MOST_REQUESTED = 21;

export interface Header2 {
  readonly addresses?: HeaderAddresses;
  readonly entry?: number;
  readonly display?: WantedMode;
}

/** Where the header is; -1 for nowhere. */
export function findHeader2(view: DataView): number {
  for (let at = 0; at + 16 <= Math.min(view.byteLength, SEARCHED); at += 8) {
    if (view.getUint32(at, true) !== MAGIC) continue;
    const sum = [0, 4, 8, 12].reduce((all, n) => all + view.getUint32(at + n, true), 0);
    if (sum % 2 ** 32 === 0) return at;
  }
  return -1;
}

export function readHeader2(view: DataView, header: number): Header2 | KernelFault {
  const architecture = view.getUint32(header + 4, true);
  if (architecture !== I386)
    return { offset: header + 4, message: `expected architecture 0 (i386), not ${architecture}` };
  const end = Math.min(view.byteLength, header + view.getUint32(header + 8, true));
  let read: Header2 = {};
  let addresses: Omit<HeaderAddresses, "entry"> | undefined;
  for (let at = header + 16; at + 8 <= end; ) {
    const [type, flags, size] = [view.getUint16(at, true), view.getUint16(at + 2, true), view.getUint32(at + 4, true)];
    if (type === TAG.end) break;
    if (size < 8 || at + size > end) return { offset: at + 4, message: "expected a tag inside the header" };
    const word = (n: number) => (8 + 4 * n + 4 <= size ? view.getUint32(at + 8 + 4 * n, true) : 0);
    if (type === TAG.request) {
      for (let n = 0; 8 + 4 * n < size; n++)
        if (word(n) > MOST_REQUESTED && !(flags & OPTIONAL))
          return {
            offset: at + 8 + 4 * n,
            message: `the kernel requires information of type ${word(n)}, which we lack`,
          };
    } else if (type === TAG.addresses) {
      addresses = { header: word(0), load: word(1), loadEnd: word(2), bssEnd: word(3) };
    } else if (type === TAG.entry) read = { ...read, entry: word(0) };
    else if (type === TAG.display) {
      const [width, height, depth] = [word(0), word(1), word(2)];
      read = { ...read, display: { isText: depth === 0 && width > 0 && width <= 132, width, height, depth } };
    } else if (type > TAG.relocatable || type === TAG.efi) {
      if (!(flags & OPTIONAL))
        return { offset: at, message: `the header requires what tag ${type} says, which we lack` };
    }
    at += (size + 7) & ~7;
  }
  if (addresses === undefined) return read;
  if (read.entry === undefined)
    return { offset: header, message: "expected an entry address beside the load addresses" };
  return { ...read, addresses: { ...addresses, entry: read.entry } };
}
