/** Whether two configurations say the same: two machines of one configuration are one machine (design.md). */
import type { MachineConfiguration } from "./api.ts";

export function sameConfiguration(one: MachineConfiguration, other: MachineConfiguration): boolean {
  return same(one, other);
}

/** Plain data and bytes; a part that is undefined is as one that is not there. */
function same(one: unknown, other: unknown): boolean {
  if (one instanceof Uint8Array || other instanceof Uint8Array) {
    return one instanceof Uint8Array && other instanceof Uint8Array && sameBytes(one, other);
  }
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return one === other;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [a, b] = [one as Record<string, unknown>, other as Record<string, unknown>];
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => same(a[name], b[name]));
}

/** Word by word: a disk image has a million bytes, and this may be the first code that runs. */
function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  const words = one.byteOffset % 4 === 0 && other.byteOffset % 4 === 0 ? one.length >>> 2 : 0;
  const a = new Uint32Array(one.buffer, words && one.byteOffset, words);
  const b = new Uint32Array(other.buffer, words && other.byteOffset, words);
  for (let i = 0; i < words; i++) if (a[i] !== b[i]) return false;
  for (let i = words * 4; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}
