// The tables that GDTR, LDTR, IDTR and TR point to: where they lie, which entries they hold, and which of them the
// segment registers were loaded from. What a register holds is a copy (AMD APM vol. 2, 4.5.2): where memory says
// something else since, the difference is told.
import type { RegisterFile, SegmentView } from "../../engine/index.ts";
import { type Descriptor, decodeDescriptor, entryBytes, type Place, type TableName } from "./descriptors.ts";
import type { Reader } from "./reader.ts";

export interface TableRange {
  readonly base: number;
  /** Bytes of it, as its limit says. */
  readonly bytes: number;
}

/** An entry of a table, with the segment registers that name it. */
export interface Entry {
  readonly index: number;
  /** As a program names it: selector with RPL 0, or vector. */
  readonly name: number;
  readonly address: number;
  readonly descriptor: Descriptor;
  readonly references: readonly Reference[];
}

/** A segment register that holds the entry's selector. */
export interface Reference {
  readonly register: SegmentView["name"];
  /** What its hidden part holds otherwise than memory does, in words; empty where they agree. */
  readonly differs: readonly Difference[];
}

export interface Difference {
  readonly part: "base" | "limit" | "attributes";
  readonly cached: bigint;
  readonly memory: bigint;
}

/** Bytes of a GDT or LDT that are read at most. */
const MOST_BYTES = 4096;
const VECTORS = 256;

/** Bytes of a table that are read: of an IDT no more than there are vectors. */
export function bytesRead(of: TableName | "tss", range: TableRange, registers: RegisterFile): number {
  const { protectedMode, longMode } = modesOf(registers);
  return Math.min(range.bytes, of === "idt" ? VECTORS * (longMode ? 16 : protectedMode ? 8 : 4) : MOST_BYTES);
}

/** The modes that change what the tables mean. */
export function modesOf(registers: RegisterFile): { protectedMode: boolean; longMode: boolean } {
  const value = (name: string) => registers.control.find((one) => one.name === name)?.value ?? 0n;
  return { protectedMode: (value("CR0") & 1n) !== 0n, longMode: (value("EFER") & 0x400n) !== 0n };
}

/** Where a table lies; undefined: there is none (an LDTR that is null). */
export function tableRange(of: TableName | "tss", registers: RegisterFile): TableRange | undefined {
  if (of === "gdt" || of === "idt") {
    const { base, limit } = of === "gdt" ? registers.gdtr : registers.idtr;
    return { base, bytes: limit + 1 };
  }
  const segment = registers.segments.find(({ name }) => name === (of === "ldt" ? "LDTR" : "TR"));
  if (!segment?.present || (of === "ldt" && (segment.selector & 0xfffc) === 0)) return undefined;
  return { base: segment.base, bytes: segment.limit + 1 };
}

/** The bytes of GDT and LDT that are known. */
export interface Tables {
  readonly gdt?: Uint8Array;
  readonly ldt?: Uint8Array;
}

/** All that a view of table `of` shows at an instant: its bytes, and those of the tables that it leads to. */
export async function readDescriptors(reader: Reader, of = "gdt") {
  const registers = await reader.registers();
  if (!registers) return undefined;
  const read = async (table: TableName | "tss") => {
    const range = tableRange(table, registers);
    return range && reader.readMemory("linear", range.base, bytesRead(table, range, registers));
  };
  const [own, gdt, ldt] = await Promise.all([read(of as TableName | "tss"), read("gdt"), read("ldt")]);
  const tables: Tables = { ...(gdt ? { gdt } : {}), ...(ldt ? { ldt } : {}) };
  return { registers, own, tables };
}

/** Looks selectors up in the tables, as a processor in that mode would. */
export function finder(tables: Tables, longMode: boolean): Place["lookUp"] {
  return function lookUp(selector) {
    const table = selector & 4 ? "ldt" : "gdt";
    const bytes = tables[table];
    const at = selector & 0xfff8;
    if (!bytes || at + 8 > bytes.length) return undefined;
    // One step is enough for whoever asks where a gate leads.
    const place: Place = { table, index: at >> 3, longMode, lookUp: () => undefined };
    return decodeDescriptor(bitsAt(bytes, at, 16), place);
  };
}

function bitsAt(bytes: Uint8Array, at: number, length: number): bigint {
  return bytes.subarray(at, at + length).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** The whole entries of a table's bytes. */
export function readEntries(
  of: TableName,
  bytes: Uint8Array,
  base: number,
  registers: RegisterFile,
  tables: Tables,
): Entry[] {
  const { protectedMode, longMode } = modesOf(registers);
  const real = of === "idt" && !protectedMode;
  const lookUp = finder(tables, longMode);
  const entries: Entry[] = [];
  const unit = real ? 4 : of === "idt" && longMode ? 16 : 8;
  for (let at = 0; at + unit <= bytes.length; ) {
    const index = at / unit;
    const place: Place = { table: of, index, longMode, real, lookUp };
    const size = entryBytes(bitsAt(bytes, at, 8), place);
    const descriptor = decodeDescriptor(bitsAt(bytes, at, size), place);
    const name = of === "idt" ? index : at | (of === "ldt" ? 4 : 0);
    const references = of === "idt" || !protectedMode ? [] : referencesTo(name, descriptor, registers);
    entries.push({ index, name, address: base + at, descriptor, references });
    at += size;
  }
  return entries;
}

function referencesTo(selector: number, descriptor: Descriptor, registers: RegisterFile): Reference[] {
  const names = registers.segments.filter(({ name, selector: held, present }) => {
    // A null selector names nothing; with a present segment behind it, it is a copy from before.
    const isNull = (held & 0xfffc) === 0;
    return (held & 0xfffc) === selector && (!isNull || (present && name !== "LDTR" && name !== "TR"));
  });
  return names.map((segment) => ({ register: segment.name, differs: differences(segment, descriptor) }));
}

/** TR is loaded with its type made busy; A is set by the load, in memory and in the copy. */
function differences(segment: SegmentView, { base, limit, attributes, family }: Descriptor): Difference[] {
  if (base === undefined || limit === undefined || attributes === undefined || family === "empty") {
    return [{ part: "attributes", cached: BigInt(segment.attributes), memory: 0n }];
  }
  const mask = family === "segment" ? 0xf0fe : 0xf0fd;
  const found: Difference[] = [];
  if (BigInt.asUintN(32, base) !== BigInt(segment.base >>> 0))
    found.push({ part: "base", cached: BigInt(segment.base), memory: base });
  if (limit !== segment.limit) found.push({ part: "limit", cached: BigInt(segment.limit), memory: BigInt(limit) });
  if ((attributes & mask) !== (segment.attributes & mask)) {
    found.push({ part: "attributes", cached: BigInt(segment.attributes), memory: BigInt(attributes) });
  }
  return found;
}

/** Segment registers whose selectors name no entry of the tables, though the processor is in protected mode. */
export function strays(registers: RegisterFile, tables: Tables): SegmentView[] {
  const { protectedMode, longMode } = modesOf(registers);
  if (!protectedMode || (registers.flags & 0x20000) !== 0) return [];
  const lookUp = finder(tables, longMode);
  return registers.segments.filter(
    ({ selector, present }) => present && (selector & 0xfffc) !== 0 && !lookUp(selector),
  );
}
