/**
 * Gives every fragment its place in its section, as GNU as does: sections are walked again and again, each fragment moved by
 * what those before it grew; a jump whose target is out of reach becomes near and stays so. A target further on is taken to
 * move along, except across an alignment or `.org`, which may take the growth up. Only the same walk gives the same jumps.
 * Source: GNU Binutils 2.40, gas/write.c, relax_segment and relax_frag.
 */
import type { Location } from "./diagnostic.ts";
import { addressOf, evaluate, placeOf } from "./evaluate.ts";
import type { Fragment, Placed, Reference, SourceSymbol, Tail } from "./program.ts";
import type { Section } from "./sections.ts";

export interface LayoutRequest {
  readonly sections: readonly Section[];
  /** Address of the first section that `addresses` does not place. */
  readonly origin: number;
  /** Addresses by section name. */
  readonly addresses: Readonly<Record<string, number>>;
  readonly maxBytes: number;
  error(location: Location, message: string, hint: string): void;
  warn(location: Location, message: string, hint: string): void;
  missing(symbol: SourceSymbol, location: Location): void;
}

/** Steps of work after which every jump is made near, for a source in which one grows another without end. */
const PATIENCE = 50_000_000;
const LAST_PASSES = 50;
const MOST_ROUNDS = 50;

/** A walk over all sections, and how its evaluations are told apart. */
interface Walk {
  readonly request: LayoutRequest;
  /** Changes with every evaluation, for places move all the time. */
  stamp: number;
}

/** Places fragments and sections; the number that later evaluations must exceed. */
export function placeAll(request: LayoutRequest): number {
  const walk: Walk = { request, stamp: 1 };
  for (const section of request.sections) start(section);
  placeSections(request);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let settled = true;
    for (const section of request.sections) if (!settle(section, walk)) settled = false;
    const moved = placeSections(request);
    if (settled && !moved) return walk.stamp + 1;
  }
  reportRestless(request);
  return walk.stamp + 1;
}

/** Every jump short, alignments as that has them, `.org` and counted space empty. */
function start(section: Section): void {
  let offset = 0;
  let region = 0;
  section.fragments.forEach((f, order) => {
    f.order = order;
    f.region = region;
    f.offset = offset;
    offset += f.length;
    if (f.tail?.kind === "align") f.tailLength = alignmentAt(f.tail, offset);
    if (f.tail?.kind === "align" || f.tail?.kind === "org") region++;
    offset += f.tailLength;
  });
  section.size = offset;
}

/** Walks a section until nothing grows; false where the last walk changed something, or patience ended. */
function settle(section: Section, walk: Walk): boolean {
  const most = Math.max(10, Math.min(1000, Math.floor(PATIENCE / section.fragments.length)));
  for (let pass = 0; pass < most + LAST_PASSES; pass++) {
    if (!walkOnce(section, walk, pass >= most)) return pass === 0;
  }
  return false;
}

/** One walk; true where anything grew or shrank. */
function walkOnce(section: Section, walk: Walk, isHasty: boolean): boolean {
  const room = section.room(walk.request.maxBytes);
  let stretch = 0;
  let changed = false;
  for (const f of section.fragments) {
    f.offset += stretch;
    if (!f.tail) continue;
    const length = Math.min(room + 1, lengthOf(f, f.tail, stretch, walk, isHasty));
    if (length === f.tailLength) continue;
    stretch += length - f.tailLength;
    f.tailLength = length;
    changed = true;
  }
  section.size += stretch;
  return changed;
}

function alignmentAt(tail: Extract<Tail, { kind: "align" }>, offset: number): number {
  const skip = (tail.alignment - (offset % tail.alignment)) % tail.alignment;
  return skip > tail.most ? 0 : skip;
}

/** Bytes of a tail now. */
function lengthOf(f: Fragment, tail: Tail, stretch: number, walk: Walk, isHasty: boolean): number {
  const at = f.offset + f.length;
  switch (tail.kind) {
    case "jump":
      if (!tail.isNear && (isHasty || !reaches(f, tail, stretch, walk))) tail.isNear = true;
      return tail.isNear ? tail.near.length : tail.short.length;
    case "align":
      return alignmentAt(tail, at);
    case "org":
      return Math.max(0, orgTarget(tail.target, f.section, walk.stamp++) - at);
    case "space": {
      const e = evaluate(tail.count.expression, walk.stamp++);
      return e.missing ? 0 : Math.max(0, Number(addressOf(e)) * tail.unit.length);
    }
  }
}

/** Where `.org` leads, in its section; 0 where it is not known. */
export function orgTarget(target: Reference, section: Placed, stamp: number): number {
  const e = evaluate(target.expression, stamp);
  if (e.missing) return 0;
  return Number(e.section && e.section !== section ? addressOf(e) - BigInt(section.address) : e.value);
}

/** Whether a short jump's target is in its reach, so far as this walk knows. */
function reaches(f: Fragment, tail: Extract<Tail, { kind: "jump" }>, stretch: number, walk: Walk): boolean {
  const place = placeOf(tail.target.expression);
  let target: number;
  const from = f.offset + f.length;
  if (place) {
    if (place.fragment.section !== f.section) return false;
    target = place.fragment.offset + place.offset + Number(place.addend);
    if (stretch !== 0 && place.fragment.order > f.order) {
      if (stretch < 0 || place.fragment.region === f.region) target += stretch;
      else if (target < from) target = from + tail.short.length;
    }
  } else {
    const e = evaluate(tail.target.expression, walk.stamp++);
    if (e.missing || e.section !== f.section) return false;
    target = Number(e.value);
  }
  const distance = target - from - tail.short.length;
  return distance >= -128 && distance <= 127;
}

/** Addresses of sections, one after the other; true where one moved. */
function placeSections(r: LayoutRequest): boolean {
  let moved = false;
  let next = r.origin;
  for (const section of r.sections) {
    const fixed = r.addresses[section.name];
    const address = fixed ?? Math.ceil(next / section.alignment) * section.alignment;
    if (section.address !== address) moved = true;
    section.address = address;
    if (section.size || fixed !== undefined) next = address + section.size;
  }
  return moved;
}

function reportRestless(r: LayoutRequest): void {
  const tails = r.sections.flatMap((s) => s.fragments.map((f) => f.tail));
  const tail = tails.find((t) => t?.kind === "org" || t?.kind === "space");
  const reference = tail?.kind === "org" ? tail.target : tail?.kind === "space" ? tail.count : undefined;
  const message = "the size of this depends on itself, and never settles";
  if (reference) r.error(reference.location, message, "Count from a label that stands before it.");
}
