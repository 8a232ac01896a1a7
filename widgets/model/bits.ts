// Names of the processor's bits, and descriptors' attributes in words. Sources: AMD APM vol. 1, 3.1.4 (flags);
// vol. 2, 3.1 (control registers, EFER), 4.7 (descriptors) and 13.1.1 (debug registers).
import type { RegisterFile, SegmentView } from "../../engine/index.ts";

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

/** The bits of CR4 that the engine knows, high to low. */
export const cr4Bits: readonly Bit[] = [
  { name: "PKE", bit: 22, says: "protection keys" },
  { name: "SMAP", bit: 21, says: "no access to user pages in rings 0 to 2" },
  { name: "SMEP", bit: 20, says: "no execution of user pages in rings 0 to 2" },
  { name: "OSXSAVE", bit: 18, says: "XSAVE and extended states" },
  { name: "PCIDE", bit: 17, says: "process-context identifiers" },
  { name: "FSGSBASE", bit: 16, says: "RDFSBASE and its like" },
  { name: "LA57", bit: 12, says: "five levels of page tables" },
  { name: "UMIP", bit: 11, says: "no SGDT and its like in ring 3" },
  { name: "OSXMMEXCPT", bit: 10, says: "SIMD exceptions" },
  { name: "OSFXSR", bit: 9, says: "SSE and FXSAVE" },
  { name: "PCE", bit: 8, says: "RDPMC in every ring" },
  { name: "PGE", bit: 7, says: "global pages" },
  { name: "MCE", bit: 6, says: "machine checks" },
  { name: "PAE", bit: 5, says: "physical-address extension" },
  { name: "PSE", bit: 4, says: "pages of 4 MiB" },
  { name: "DE", bit: 3, says: "debugging extensions" },
  { name: "TSD", bit: 2, says: "RDTSC in ring 0 only" },
  { name: "PVI", bit: 1, says: "protected-mode virtual interrupts" },
  { name: "VME", bit: 0, says: "virtual-8086 extensions" },
];

/** The bits of EFER, high to low. */
export const eferBits: readonly Bit[] = [
  { name: "FFXSR", bit: 14, says: "fast FXSAVE" },
  { name: "SVME", bit: 12, says: "secure virtual machine" },
  { name: "NXE", bit: 11, says: "no-execute pages" },
  { name: "LMA", bit: 10, says: "long mode is active" },
  { name: "LME", bit: 8, says: "long mode enable" },
  { name: "SCE", bit: 0, says: "SYSCALL" },
];

/** DR6: what a debug exception was for. */
export const dr6Bits: readonly Bit[] = [
  { name: "BT", bit: 15, says: "task switch" },
  { name: "BS", bit: 14, says: "single step" },
  { name: "BD", bit: 13, says: "access to a debug register" },
  { name: "B3", bit: 3, says: "breakpoint 3 met" },
  { name: "B2", bit: 2, says: "breakpoint 2 met" },
  { name: "B1", bit: 1, says: "breakpoint 1 met" },
  { name: "B0", bit: 0, says: "breakpoint 0 met" },
];

/** DR7: which breakpoints are armed. What each watches is in bits 16 to 31. */
export const dr7Bits: readonly Bit[] = [
  { name: "GD", bit: 13, says: "debug registers are guarded" },
  ...[3, 2, 1, 0].flatMap((n) => [
    { name: `G${n}`, bit: 2 * n + 1, says: `breakpoint ${n}, all tasks` },
    { name: `L${n}`, bit: 2 * n, says: `breakpoint ${n}, this task` },
  ]),
];

/** The registers whose bits have names. */
export const namedBits: Readonly<Record<string, readonly Bit[]>> = {
  CR0: cr0Bits,
  CR4: cr4Bits,
  EFER: eferBits,
  EFLAGS: flagBits,
  DR6: dr6Bits,
  DR7: dr7Bits,
};

/** Whether bit `bit` of `value` is 1. */
export function isSet(value: number | bigint, bit: number): boolean {
  return ((BigInt(value) >> BigInt(bit)) & 1n) === 1n;
}

/** EFLAGS bits 12 and 13. */
export function ioPrivilege(flags: number): number {
  return (flags >> 12) & 3;
}

/** What keeps interrupts away besides IF, in sentences; "" where nothing does. */
export function describeHolds({ holds }: Pick<RegisterFile, "holds">): string {
  if (!holds) return "";
  const shadow = holds.shadow ? [`No interrupt before the next instruction is done (${holds.shadow}).`] : [];
  const waits = holds.nmiWaits ? "Another has come, and waits for it." : "Another would wait for it.";
  return [...shadow, ...(holds.nmi ? [`An NMI came and no IRET since. ${waits}`] : [])].join(" ");
}

const systemTypes: Readonly<Record<number, string>> = {
  1: "16-bit TSS",
  2: "LDT",
  3: "16-bit TSS, busy",
  9: "32-bit TSS",
  11: "32-bit TSS, busy",
};

/** A segment cache's attributes in words: "code, readable, 16-bit, DPL 0". `longMode`: a TSS has its 64-bit layout. */
export function describeSegment(segment: SegmentView, longMode = false): string {
  if (!segment.present) return (segment.selector & 0xfffc) === 0 ? "null: nothing may be accessed" : "not present";
  const attributes = segment.attributes;
  const dpl = `DPL ${(attributes >> 5) & 3}`;
  if (!(attributes & 0x10)) {
    const name = systemTypes[attributes & 15] ?? `type ${attributes & 15}`;
    return `${longMode ? name.replace("32-bit", "64-bit") : name}, ${dpl}`;
  }
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
