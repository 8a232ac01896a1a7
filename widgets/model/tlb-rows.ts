// What a TLB holds, against what the tables say and against the stop before: for <ring-tlb>.
import type { HeldTranslation, PageWalk } from "../../engine/index.ts";
import { pageSize } from "./number.ts";
import type { Letter } from "./page-tables.ts";

export interface TlbRow {
  readonly held: HeldTranslation;
  /** It was not there, or was another, at the stop before. */
  readonly isNew: boolean;
  /** Was there at the stop before, and is no more. */
  readonly isGone: boolean;
  /** How a walk would differ now, in words; undefined where it would not, or where another context's tables decide. */
  readonly stale: string | undefined;
}

/** One page of one context in one TLB. */
const keyOf = ({ tlb, linear, size, pcid, global }: HeldTranslation) =>
  `${tlb} ${linear} ${size} ${global ? "global" : pcid}`;

const sameAs = (a: HeldTranslation, b: HeldTranslation) =>
  a.physical === b.physical && a.writable === b.writable && a.user === b.user && a.executable === b.executable;

/**
 * Rows in order of linear addresses; what is gone stands where it stood. `before`: entries at the stop before, where that
 * is known. `walkOf`: what a read of the page would give now.
 */
export function tlbRows(
  now: readonly HeldTranslation[],
  before: readonly HeldTranslation[] | undefined,
  walkOf: (held: HeldTranslation) => PageWalk | undefined,
): TlbRow[] {
  const earlier = new Map((before ?? []).map((held) => [keyOf(held), held]));
  const rows: TlbRow[] = now.map((held) => {
    const was = earlier.get(keyOf(held));
    earlier.delete(keyOf(held));
    const walk = walkOf(held);
    const isNew = before !== undefined && (was === undefined || !sameAs(was, held));
    return { held, isNew, isGone: false, stale: walk && differences(held, walk) };
  });
  for (const held of earlier.values()) rows.push({ held, isNew: false, isGone: true, stale: undefined });
  const unsigned = (held: HeldTranslation) => BigInt.asUintN(64, held.linear);
  return rows.sort((a, b) => {
    const [x, y] = [unsigned(a.held), unsigned(b.held)];
    return x < y ? -1 : x > y ? 1 : a.held.pcid - b.held.pcid || a.held.tlb.localeCompare(b.held.tlb);
  });
}

/** What the tables say now of the page's first byte instead of what is held; undefined where they say the same. */
export function differences(held: HeldTranslation, { outcome }: PageWalk): string | undefined {
  if (outcome.kind !== "page") return "not mapped any more";
  const words: string[] = [];
  if (outcome.physical !== held.physical) words.push(outcome.physical.toString(16));
  // A part of a large page is as good as the page; the other way round it is not.
  if (outcome.size < held.size) words.push(`pages of ${pageSize(outcome.size)}`);
  const right = (name: "writable" | "user" | "executable", yes: string, no: string) => {
    if (outcome[name] !== held[name]) words.push(outcome[name] ? yes : no);
  };
  right("writable", "writable", "read-only");
  right("user", "for ring 3 too", "for ring 0 only");
  right("executable", "executable", "not executable");
  return words.length > 0 ? words.join(", ") : undefined;
}

/** An entry's bits as letters. */
export function heldLetters({ writable, user, dirty, global, executable }: HeldTranslation): Letter[] {
  return [
    { name: "W", says: "writable", on: writable },
    { name: "U", says: "user", on: user },
    { name: "D", says: "dirty", on: dirty },
    { name: "G", says: "global", on: global },
    { name: "NX", says: "no execute", on: !executable },
  ];
}
