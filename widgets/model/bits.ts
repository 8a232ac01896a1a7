// Names of the processor's bits, and descriptors' attributes in words. Sources: AMD APM vol. 1, 3.1.4 (flags);
// vol. 2, 3.1.1 (CR0) and 4.7 (descriptors).
import type { SegmentView } from "../../engine/index.ts";

/** One named bit of a register. */
export interface Bit {
  readonly name: string;
  readonly bit: number;
  readonly says: string;
}

/** The flags of EFLAGS that stand as letters, high to low. */
export const flagBits: readonly Bit[] = [
  { name: "ID", bit: 21, says: "CPUID can be used" },
  { name: "AC", bit: 18, says: "alignment check" },
  { name: "VM", bit: 17, says: "virtual-8086 mode" },
  { name: "RF", bit: 16, says: "resume" },
  { name: "NT", bit: 14, says: "nested task" },
  { name: "OF", bit: 11, says: "overflow" },
  { name: "DF", bit: 10, says: "direction: down" },
  { name: "IF", bit: 9, says: "interrupts are taken" },
  { name: "TF", bit: 8, says: "single step" },
  { name: "SF", bit: 7, says: "sign: negative" },
  { name: "ZF", bit: 6, says: "zero" },
  { name: "AF", bit: 4, says: "carry out of bit 3" },
  { name: "PF", bit: 2, says: "even parity" },
  { name: "CF", bit: 0, says: "carry" },
];

/** The bits of CR0, high to low. */
export const cr0Bits: readonly Bit[] = [
  { name: "PG", bit: 31, says: "paging" },
  { name: "CD", bit: 30, says: "cache disable" },
  { name: "NW", bit: 29, says: "not writethrough" },
  { name: "AM", bit: 18, says: "alignment mask" },
  { name: "WP", bit: 16, says: "write protect" },
  { name: "NE", bit: 5, says: "numeric error" },
  { name: "ET", bit: 4, says: "extension type" },
  { name: "TS", bit: 3, says: "task switched" },
  { name: "EM", bit: 2, says: "emulation" },
  { name: "MP", bit: 1, says: "monitor coprocessor" },
  { name: "PE", bit: 0, says: "protection enable" },
];

/** Whether bit `bit` of `value` is 1. */
export function isSet(value: number | bigint, bit: number): boolean {
  return ((BigInt(value) >> BigInt(bit)) & 1n) === 1n;
}

/** EFLAGS bits 12 and 13. */
export function ioPrivilege(flags: number): number {
  return (flags >> 12) & 3;
}

const systemTypes: Readonly<Record<number, string>> = {
  1: "16-bit TSS",
  2: "LDT",
  3: "16-bit TSS, busy",
  9: "32-bit TSS",
  11: "32-bit TSS, busy",
};

/** A segment cache's attributes in words: "code, readable, 16-bit, DPL 0". */
export function describeSegment(segment: SegmentView): string {
  if (!segment.present) return "not present";
  const { attributes } = segment;
  const dpl = `DPL ${(attributes >> 5) & 3}`;
  if (!(attributes & 0x10)) return `${systemTypes[attributes & 15] ?? `type ${attributes & 15}`}, ${dpl}`;
  const size = attributes & 0x2000 ? "64-bit" : attributes & 0x4000 ? "32-bit" : "16-bit";
  if (attributes & 8) {
    const words = ["code"];
    if (attributes & 2) words.push("readable");
    if (attributes & 4) words.push("conforming");
    return [...words, size, dpl].join(", ");
  }
  const words = ["data", attributes & 2 ? "writable" : "read-only"];
  if (attributes & 4) words.push("expand-down");
  return [...words, size, dpl].join(", ");
}
