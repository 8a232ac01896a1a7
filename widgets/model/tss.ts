// The fields of a task-state segment, in its three layouts, with what would fault. Source: AMD APM vol. 2, 12.2.2
// "32-bit TSS" (12.2.4 for the I/O map), 12.2.5 "64-Bit Task State Segment"; Intel SDM vol. 3A, 8.2.1 and 8.7.
import type { Descriptor } from "./descriptors.ts";
import { hex } from "./number.ts";

export interface TssField {
  readonly name: string;
  readonly offset: number;
  readonly size: 2 | 4 | 8;
  readonly value: bigint;
  readonly says: string;
  readonly fault?: string;
}

type Row = readonly [name: string, offset: number, size: 2 | 4 | 8, says: string];

const general = ["EAX", "ECX", "EDX", "EBX", "ESP", "EBP", "ESI", "EDI"];
const segments = ["ES", "CS", "SS", "DS", "FS", "GS"];

const rows16: readonly Row[] = [
  ["Link", 0, 2, "the task before, for IRET"],
  ...[0, 1, 2].flatMap((n): Row[] => [
    [`SP${n}`, 2 + 4 * n, 2, `stack pointer when ring ${n} is entered`],
    [`SS${n}`, 4 + 4 * n, 2, `its segment`],
  ]),
];
const rows32: readonly Row[] = [
  ["Link", 0, 2, "the task before, for IRET"],
  ...[0, 1, 2].flatMap((n): Row[] => [
    [`ESP${n}`, 4 + 8 * n, 4, `stack pointer when ring ${n} is entered from an outer one`],
    [`SS${n}`, 8 + 8 * n, 2, "its segment"],
  ]),
  ["CR3", 28, 4, "page tables, for a task switch"],
  ["EIP", 32, 4, "where the task goes on"],
  ["EFLAGS", 36, 4, "its flags"],
  ...general.map((name, n): Row => [name, 40 + 4 * n, 4, "its register"]),
  ...segments.map((name, n): Row => [name, 72 + 4 * n, 2, "its selector"]),
  ["LDT", 96, 2, "its LDT"],
  ["T", 100, 2, "bit 0: #DB when the task is switched to"],
  ["I/O map", 102, 2, "offset of the bit map of allowed ports"],
];
const rows64: readonly Row[] = [
  ...[0, 1, 2].map((n): Row => [`RSP${n}`, 4 + 8 * n, 8, `stack pointer when ring ${n} is entered from an outer one`]),
  ...[1, 2, 3, 4, 5, 6, 7].map((n): Row => [`IST${n}`, 28 + 8 * n, 8, `stack ${n} for gates that ask for it`]),
  ["I/O map", 102, 2, "offset of the bit map of allowed ports"],
];

/** The layout that TR's cached type and the mode name; `lookUp` finds what SS0 to SS2 name. */
export function decodeTss(
  bytes: Uint8Array,
  limit: number,
  type: number,
  longMode: boolean,
  lookUp: (selector: number) => Descriptor | undefined,
): TssField[] {
  const rows = !(type & 8) ? rows16 : longMode ? rows64 : rows32;
  return rows
    .filter(([, offset, size]) => offset + size <= bytes.length)
    .map(([name, offset, size, says]) => {
      const value = bytes.subarray(offset, offset + size).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
      const fault = faultOf(name, value, limit, lookUp);
      return { name, offset, size, value, says, ...(fault ? { fault } : {}) };
    });
}

function faultOf(
  name: string,
  value: bigint,
  limit: number,
  lookUp: (selector: number) => Descriptor | undefined,
): string {
  if (name === "I/O map") {
    return value > BigInt(limit) ? "beyond the limit: no port is allowed above IOPL, IN and OUT are #GP(0)" : "";
  }
  const ring = /^SS([012])$/.exec(name)?.[1];
  if (ring !== undefined) return stackFault(Number(value), Number(ring), lookUp);
  if (/^(RSP|IST)/.test(name)) {
    const canonical = BigInt.asUintN(64, BigInt.asIntN(48, value)) === value;
    return canonical ? "" : "not canonical: #SS(0) when something is pushed there";
  }
  return "";
}

/** What loading SS from the TSS would say (AMD APM vol. 2, 4.11.2; Intel SDM vol. 3A, 5.8.5). */
function stackFault(selector: number, ring: number, lookUp: (selector: number) => Descriptor | undefined): string {
  const when = `when ring ${ring} is entered from an outer ring`;
  // Rings 1 and 2 are hardly ever used, and their stacks then left out.
  if ((selector & 0xfffc) === 0) return ring === 0 ? `null: #TS(0) ${when}` : "";
  const code = hex(selector & 0xfffc, 4);
  const found = lookUp(selector);
  if (!found) return `beyond the table's limit: #TS(${code}) ${when}`;
  const attributes = found.attributes ?? 0;
  const writable = found.family === "segment" && !(attributes & 8) && (attributes & 2) !== 0;
  if (!writable) return `not a writable data segment: #TS(${code}) ${when}`;
  if ((selector & 3) !== ring || found.dpl !== ring) return `RPL and DPL must be ${ring}: #TS(${code}) ${when}`;
  if (!found.present) return `not present: #SS(${code}) ${when}`;
  return "";
}
