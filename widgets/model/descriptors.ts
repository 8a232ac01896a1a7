// One descriptor of a GDT, LDT or IDT, decoded bit by bit, with what would fault in it and why. The bits are those of
// memory; nothing here reads a machine.
//
//   segment   63 Base 31–24 | G D/B L AVL | Limit 19–16 | P DPL S Type | Base 23–0 | Limit 15–0   0
//   gate      63 Offset 31–16             | P DPL 0 Type | count or IST | Selector | Offset 15–0  0
//   in long mode system segments and gates have a second half: 127 … | Base 63–32 or Offset 63–32   64
//
// Source: AMD APM vol. 2, 4.7 "Legacy Segment Descriptors", 4.8 "Long-Mode Segment Descriptors"; Intel SDM vol. 3A,
// 3.4.5, 5.8.3 and 6.11.
import { hex } from "./number.ts";

export type TableName = "gdt" | "ldt" | "idt";

/** A run of bits with a name. `fault`: what goes wrong for this value, and when. */
export interface Field {
  readonly name: string;
  readonly high: number;
  readonly low: number;
  readonly value: bigint;
  readonly says: string;
  readonly fault?: string;
}

export interface Descriptor {
  /** Bits of it: 32 for a real-mode vector, 64, or 128. */
  readonly width: number;
  readonly bits: bigint;
  readonly family: "segment" | "system" | "gate" | "vector" | "empty";
  /** "32-bit code", "64-bit TSS, busy", "interrupt gate". */
  readonly kind: string;
  readonly base?: bigint;
  readonly limit?: number;
  readonly dpl?: number;
  readonly present: boolean;
  /** Bits 8–23 of the second word, as SegmentView has them; of segments and system segments. */
  readonly attributes?: number;
  readonly target?: { readonly selector: number; readonly offset: bigint };
  /** From the highest bit down; together they are all bits. */
  readonly fields: readonly Field[];
}

/** What a descriptor means depends on where it is and what it leads to. */
export interface Place {
  readonly table: TableName;
  readonly index: number;
  readonly longMode: boolean;
  /** The IDT of real mode: far pointers. */
  readonly real?: boolean;
  /** The descriptor that a selector names, in the GDT or LDT; undefined beyond the limit. */
  readonly lookUp: (selector: number) => Descriptor | undefined;
}

const systemNames: Readonly<Record<number, string>> = {
  1: "16-bit TSS",
  2: "LDT",
  3: "16-bit TSS, busy",
  4: "16-bit call gate",
  5: "task gate",
  6: "16-bit interrupt gate",
  7: "16-bit trap gate",
  9: "TSS",
  11: "TSS, busy",
  12: "call gate",
  14: "interrupt gate",
  15: "trap gate",
};
const gateTypes = new Set([4, 5, 6, 7, 12, 14, 15]);
const longTypes = new Set([2, 9, 11, 12, 14, 15]);
const idtTypes = { legacy: new Set([5, 6, 7, 14, 15]), long: new Set([14, 15]) };

const cut = (bits: bigint, high: number, low: number): bigint =>
  (bits >> BigInt(low)) & ((1n << BigInt(high - low + 1)) - 1n);

/** How many bytes the entry that begins with `low` (its first eight bytes) takes. */
export function entryBytes(
  low: bigint,
  { table, longMode, real }: Pick<Place, "table" | "longMode" | "real">,
): 4 | 8 | 16 {
  if (table === "idt") return real ? 4 : longMode ? 16 : 8;
  const isSystem = cut(low, 44, 44) === 0n;
  const type = Number(cut(low, 43, 40));
  return longMode && isSystem && longTypes.has(type) ? 16 : 8;
}

/** Collects fields, from the highest bit down. */
class Fields {
  readonly all: Field[] = [];
  private readonly bits: bigint;
  constructor(bits: bigint) {
    this.bits = bits;
  }
  add(name: string, high: number, low: number, says: string, fault?: string | false): bigint {
    const value = cut(this.bits, high, low);
    this.all.push({ name, high, low, value, says, ...(fault ? { fault } : {}) });
    return value;
  }
  get(high: number, low = high): number {
    return Number(cut(this.bits, high, low));
  }
}

/** Decodes the entry whose bits are `bits` (low bit first in memory). */
export function decodeDescriptor(bits: bigint, place: Place): Descriptor {
  if (place.table === "idt" && place.real) return decodeVector(bits);
  const width = 8 * entryBytes(bits & 0xffffffffffffffffn, place);
  const fields = new Fields(bits);
  const type = fields.get(43, 40);
  const isSegment = fields.get(44) === 1 && place.table !== "idt";
  const isGate = place.table === "idt" || (!isSegment && gateTypes.has(type));
  const plain = isSegment
    ? decodeSegment(fields, place)
    : isGate
      ? decodeGate(fields, place)
      : decodeSystem(fields, place);
  const isEmpty = cut(bits, width - 1, 0) === 0n;
  return { ...plain, width, bits, fields: fields.all, ...(isEmpty ? { family: "empty" as const, kind: "empty" } : {}) };
}

type Plain = Omit<Descriptor, "width" | "bits" | "fields">;

function decodeVector(bits: bigint): Descriptor {
  const fields = new Fields(bits);
  const selector = Number(fields.add("Segment", 31, 16, "CS becomes this, its base 16 times this"));
  const offset = fields.add("Offset", 15, 0, "IP becomes this");
  return {
    width: 32,
    bits,
    family: bits === 0n ? "empty" : "vector",
    kind: bits === 0n ? "empty" : "far pointer",
    present: bits !== 0n,
    target: { selector, offset },
    fields: fields.all,
  };
}

const dplSays = "the outermost ring that may use it";

function decodeSegment(f: Fields, { longMode, table }: Place): Plain {
  const isCode = f.get(43) === 1;
  const inLong = longMode && isCode && f.get(53) === 1;
  const granular = f.get(55) === 1;
  f.add("Base 31–24", 63, 56, "highest byte of the base");
  f.add("G", 55, 55, granular ? "the limit counts pages of 4 KiB" : "the limit counts bytes");
  f.add(
    isCode ? "D" : "B",
    54,
    54,
    f.get(54) ? "32-bit operands and stack pointer" : "16-bit operands and stack pointer",
  );
  const both = longMode && isCode && f.get(53) === 1 && f.get(54) === 1;
  f.add(
    "L",
    53,
    53,
    f.get(53) ? "64-bit code, in long mode" : "not 64-bit code",
    both && "L and D together are reserved: #GP when CS is loaded",
  );
  f.add("AVL", 52, 52, "for software");
  f.add("Limit 19–16", 51, 48, "highest four bits of the limit");
  const missing = f.get(47) === 0 && "not present: #NP when it is loaded (#SS into SS)";
  f.add("P", 47, 47, f.get(47) ? "present" : "not present", missing);
  const dpl = Number(f.add("DPL", 46, 45, dplSays));
  f.add("S", 44, 44, "code or data, not system");
  f.add("Type", 43, 43, isCode ? "code" : "data");
  if (isCode) f.add("C", 42, 42, f.get(42) ? "conforming: runs in its caller's ring" : "runs in ring DPL only");
  else f.add("E", 42, 42, f.get(42) ? "expand-down: valid above the limit" : "valid up to the limit");
  f.add(
    isCode ? "R" : "W",
    41,
    41,
    isCode ? (f.get(41) ? "may be read" : "may only be executed") : f.get(41) ? "may be written" : "may only be read",
  );
  f.add("A", 40, 40, f.get(40) ? "accessed: has been loaded" : "not loaded yet");
  f.add("Base 23–0", 39, 16, "lower three bytes of the base");
  f.add("Limit 15–0", 15, 0, "lower bits of the limit");
  const isLongCode = isCode && f.get(53) === 1;
  const size = inLong ? "64-bit" : f.get(54) ? "32-bit" : "16-bit";
  const words = [
    size,
    f.get(42) ? (isCode ? "conforming" : "expand-down") : "",
    isCode ? "code" : "data",
    !isCode && !f.get(41) ? "(read-only)" : "",
    isLongCode && !longMode ? "(in long mode 64-bit)" : "",
  ];
  return {
    family: "segment",
    kind: `${table === "ldt" ? "local " : ""}${words.filter(Boolean).join(" ")}`,
    ...baseAndLimit(f),
    dpl,
    present: f.get(47) === 1,
  };
}

function baseAndLimit(f: Fields): { base: bigint; limit: number; attributes: number } {
  const limit = f.get(15, 0) | (f.get(51, 48) << 16);
  return {
    base: BigInt(f.get(39, 16)) | (BigInt(f.get(63, 56)) << 24n),
    limit: f.get(55) ? limit * 4096 + 4095 : limit,
    attributes: (f.get(55, 52) << 12) | f.get(47, 40),
  };
}

function decodeSystem(f: Fields, place: Place): Plain {
  const { longMode, table } = place;
  const type = f.get(43, 40);
  const known = type in systemNames && (!longMode || longTypes.has(type));
  const wide = longMode && longTypes.has(type);
  const isTss = type === 9 || type === 11 || type === 1 || type === 3;
  let base = baseAndLimit(f).base;
  if (wide) {
    f.add("reserved", 127, 96, "bits 108–104 are 0", f.get(108, 104) !== 0 && "#GP when it is loaded: they must be 0");
    base |= f.add("Base 63–32", 95, 64, "higher half of the base") << 32n;
  }
  f.add("Base 31–24", 63, 56, "highest byte of the lower base");
  f.add("G", 55, 55, f.get(55) ? "the limit counts pages of 4 KiB" : "the limit counts bytes");
  f.add("–", 54, 53, "not used");
  f.add("AVL", 52, 52, "for software");
  f.add("Limit 19–16", 51, 48, "highest four bits of the limit");
  f.add("P", 47, 47, f.get(47) ? "present" : "not present", f.get(47) === 0 && "not present: #NP when it is loaded");
  const dpl = Number(f.add("DPL", 46, 45, isTss ? "the outermost ring that may switch to it" : "not used by LLDT"));
  f.add("S", 44, 44, "a system descriptor");
  const bad = !known
    ? `type ${hex(type)} is reserved${longMode ? " in long mode" : ""}: #GP when it is used`
    : table === "ldt" && "LDT and TSS descriptors stand in the GDT: #GP in an LDT";
  f.add("Type", 43, 40, systemNames[type] ?? "reserved", bad);
  f.add("Base 23–0", 39, 16, "lower three bytes of the base");
  const { limit, attributes } = baseAndLimit(f);
  const least = type & 8 ? 0x67 : 0x2b;
  const short = isTss && limit < least && `a TSS has a limit of ${hex(least)} at least: #TS when it is used`;
  f.add("Limit 15–0", 15, 0, "lower bits of the limit", short);
  const size = isTss && type & 8 ? (longMode ? "64-bit " : "32-bit ") : "";
  return {
    family: "system",
    kind: known ? size + systemNames[type] : "reserved type",
    base,
    limit,
    attributes,
    dpl,
    present: f.get(47) === 1,
  };
}

function decodeGate(f: Fields, place: Place): Plain {
  const { longMode, table, index } = place;
  const type = f.get(43, 40);
  const isTask = type === 5;
  const isCall = type === 4 || type === 12;
  const inIdt = table === "idt";
  const error = hex(index * 8 + 2);
  const allowed = inIdt
    ? f.get(44) === 0 && idtTypes[longMode ? "long" : "legacy"].has(type)
    : isCall || isTask
      ? !longMode || type === 12
      : false;
  const selector = f.get(31, 16);
  const wide = type >= 8;
  let offset = BigInt(f.get(15, 0)) | (wide ? BigInt(f.get(63, 48)) << 16n : 0n);
  if (longMode) {
    f.add(
      "reserved",
      127,
      96,
      inIdt ? "not used" : "bits 108–104 are 0",
      !inIdt && f.get(108, 104) !== 0 && "#GP: they must be 0",
    );
    offset |= f.add("Offset 63–32", 95, 64, "higher half of the handler's RIP") << 32n;
  }
  f.add(
    "Offset 31–16",
    63,
    48,
    isTask ? "not used by a task gate" : wide ? "of the handler" : "not used by a 16-bit gate",
  );
  const missing = f.get(47) === 0 && allowed && `not present: #NP(${inIdt ? error : "its selector"}) when it is used`;
  f.add("P", 47, 47, f.get(47) ? "present" : "not present", missing);
  const dpl = Number(f.add("DPL", 46, 45, inIdt ? "the outermost ring whose INT n may use it" : dplSays));
  f.add("S", 44, 44, "a system descriptor", inIdt && f.get(44) === 1 && `must be 0 in a gate: #GP(${error})`);
  const bad = inIdt ? `no gate of the IDT: #GP(${error})` : "an interrupt or trap gate belongs into the IDT: #GP here";
  const isEmptyVector = inIdt && f.get(63, 0) === 0;
  f.add(
    "Type",
    43,
    40,
    systemNames[type] ?? "reserved",
    !allowed && (isEmptyVector ? `no gate: #GP(${error}) when vector ${index} is raised` : bad),
  );
  if (longMode && inIdt) {
    f.add("reserved", 39, 35, "not used");
    f.add(
      "IST",
      34,
      32,
      f.get(34, 32) ? `always on stack IST${f.get(34, 32)} of the TSS` : "the stack of the ring that is entered",
    );
  } else if (isCall && !longMode) {
    f.add("reserved", 39, 37, "not used");
    f.add("Count", 36, 32, "parameters copied to the inner stack");
  } else f.add("reserved", 39, 32, "not used");
  f.add("Selector", 31, 16, "where it leads", allowed && f.get(47) === 1 && targetFault(selector, isTask, place));
  f.add("Offset 15–0", 15, 0, isTask ? "not used by a task gate" : "of the handler");
  return {
    family: "gate",
    kind: allowed ? systemNames[type] : "no valid gate",
    dpl,
    present: f.get(47) === 1,
    target: { selector, offset: isTask ? 0n : offset },
  };
}

/** What is wrong with the segment that a gate leads to; false: nothing. */
function targetFault(selector: number, isTask: boolean, { longMode, lookUp }: Place): string | false {
  const code = hex(selector & 0xfffc, 4);
  if ((selector & 0xfffc) === 0) return "a null selector: #GP(0)";
  const target = lookUp(selector);
  if (!target) return `beyond the table's limit: #GP(${code})`;
  if (isTask) return target.family !== "system" && `not a TSS: #GP(${code})`;
  const isCode = target.family === "segment" && ((target.attributes ?? 0) & 8) !== 0;
  if (!isCode) return `leads to ${target.kind}, not to code: #GP(${code})`;
  if (!target.present) return `its code segment is not present: #NP(${code})`;
  if (longMode && !((target.attributes ?? 0) & 0x2000)) return `not 64-bit code: #GP(${code})`;
  return false;
}
