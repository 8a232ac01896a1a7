// A page walk in words: what each entry's bits decide, which one refused, and what a page fault's error code says.
// Source: AMD APM vol. 2, 5.4.1 "Field Definitions" and 8.4.2 "Page-Fault Error Code".
import type { PageWalk, RegisterFile, SegmentView, WalkStep } from "../../engine/index.ts";
import type { Letter } from "./page-tables.ts";

/** Selector and offset in front of a linear address. */
export interface Segmented {
  readonly segment: SegmentView;
  readonly offset: bigint;
  /** In 64-bit mode bases (but FS's and GS's) and limits are not looked at. */
  readonly flat: boolean;
  /** The offset lies inside of the limit. */
  readonly inside: boolean;
}

/** What segmentation makes of an offset; `long`: 64-bit mode. */
export function throughSegment(segment: SegmentView, offset: bigint, long: boolean): Segmented {
  const expandsDown = (segment.attributes & 0x1c) === 0x14;
  const within = offset <= BigInt(segment.limit);
  return { segment, offset, flat: long, inside: long || within !== expandsDown };
}

/** "FS:EBX" is segment and offset; what has no segment is an address. */
export function splitSegment(of: string, registers: RegisterFile): { segment?: SegmentView; rest: string } {
  const match = /^\s*([C-GS]S):(.+)$/i.exec(of);
  const segment = match && registers.segments.find(({ name }) => name === match[1].toUpperCase());
  return match && segment ? { segment, rest: match[2] } : { rest: of };
}

/** An entry's bits as letters. */
export function stepLetters({ bits, leads, bytes, address }: WalkStep): Letter[] {
  const letters: Letter[] = [{ name: "P", says: "present", on: bits.present }];
  if (address !== undefined) {
    letters.push(
      { name: "W", says: "writable", on: bits.writable },
      { name: "U", says: "user", on: bits.user },
      { name: "A", says: "accessed", on: bits.accessed },
    );
  }
  if (leads === "page") {
    letters.push({ name: "D", says: "dirty", on: bits.dirty }, { name: "G", says: "global", on: bits.global });
  }
  if (bytes === 8 && address !== undefined) letters.push({ name: "NX", says: "no execute", on: bits.noExecute });
  return letters;
}

/** The step whose bit refused the access, and the bit's letter. */
export function decidingBit({ steps, outcome }: PageWalk): { step: number; letter: string } | undefined {
  if (outcome.kind !== "page fault") return undefined;
  const last = steps.length - 1;
  const first = (is: (step: WalkStep) => boolean) => Math.max(0, steps.findIndex(is));
  switch (outcome.cause) {
    case "not present":
      return { step: last, letter: "P" };
    case "read-only page":
      return { step: first(({ bits, address }) => address !== undefined && !bits.writable), letter: "W" };
    case "supervisor page":
      return { step: first(({ bits, address }) => address !== undefined && !bits.user), letter: "U" };
    case "no execution":
      return { step: first(({ bits }) => bits.noExecute), letter: "NX" };
    case "SMEP: user page":
    case "SMAP: user page":
      return { step: last, letter: "U" };
    default:
      return { step: last, letter: "" };
  }
}

const causes: Readonly<Record<string, string>> = {
  "not present": "the entry is not present",
  "reserved bit": "a bit is set that must be 0",
  "supervisor page": "U is 0, and the access comes from ring 3",
  "no execution": "NX is 1, and this is an instruction fetch",
  "SMEP: user page": "CR4.SMEP forbids ring 0 to execute a user page",
  "SMAP: user page": "CR4.SMAP forbids ring 0 to touch a user page while EFLAGS.AC is 0",
  "protection key": "PKRU forbids it for this page's key",
  "read-only page": "W is 0, and this is a write",
};

/** Why a walk ends in a fault. */
export const causeText = (cause: string): string => causes[cause] ?? cause;

/** The bits of a page fault's error code that are set, each in words; where P is clear, that as well. */
export function errorCodeBits(code: number): Letter[] {
  const bit = (name: string, at: number, one: string, zero: string): Letter => {
    const on = (code & (1 << at)) !== 0;
    return { name, on, says: on ? one : zero };
  };
  return [
    bit("P", 0, "the page was there, its rights refused", "an entry was not present"),
    bit("W", 1, "a write", "no write"),
    bit("U", 2, "from ring 3", "from ring 0, 1 or 2"),
    bit("RSVD", 3, "a reserved bit was set", "no reserved bit"),
    bit("I", 4, "an instruction fetch", "no fetch, or nothing that forbids one"),
    bit("PK", 5, "a protection key refused", "no protection key"),
  ];
}

/** The access that a page fault's error code tells of. */
export function accessOf(code: number): PageWalk["access"] {
  return { kind: code & 16 ? "execute" : code & 2 ? "write" : "read", user: (code & 4) !== 0 };
}

/** How many entries the walk reads from memory. */
export function references({ steps }: PageWalk): number {
  return steps.filter(({ address }) => address !== undefined).length;
}
