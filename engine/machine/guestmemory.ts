/**
 * Memory as a debugger sees it: by physical or by linear address, without side effects on devices, accessed bits or time.
 */
import type { AddressSpaceName } from "./api.ts";
import type { Pc } from "./pc.ts";

const PAGE = 4096;
/** Linear addresses of 16- and 32-bit code wrap here. */
const LINEAR_END = 2 ** 32;

/** The bytes at `address`; FF where nothing is, or where a device is. */
export function readGuest(pc: Pc, space: AddressSpaceName, address: number, length: number): Uint8Array {
  if (space === "physical") return pc.map.peek(address, length);
  const bytes = new Uint8Array(length).fill(0xff);
  eachPage(pc, address, length, (hpa, at, count) => bytes.set(pc.map.peek(hpa, count), at));
  return bytes;
}

/** The pieces of RAM that writing `bytes` at `address` changes, by physical address. */
export function physicalPieces(
  pc: Pc,
  space: AddressSpaceName,
  address: number,
  bytes: Uint8Array,
): { hpa: number; bytes: Uint8Array }[] {
  const pieces: { hpa: number; bytes: Uint8Array }[] = [];
  const add = (hpa: number, at: number, count: number) => {
    const end = hpa + Math.min(count, pc.map.ramFrom(hpa));
    if (end > hpa) pieces.push({ hpa, bytes: bytes.slice(at, at + end - hpa) });
  };
  if (space === "physical") add(address, 0, bytes.length);
  else eachPage(pc, address, bytes.length, add);
  return pieces;
}

function eachPage(pc: Pc, la: number, length: number, piece: (hpa: number, at: number, count: number) => void): void {
  for (let at = 0; at < length; ) {
    const here = (la + at) % LINEAR_END;
    const count = Math.min(length - at, PAGE - (here % PAGE));
    const hpa = pc.cpu.translate(here);
    if (hpa >= 0) piece(hpa, at, count);
    at += count;
  }
}
