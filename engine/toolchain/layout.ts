/**
 * Gives every fragment its place, every section its address, and writes the image. Short jumps grow until all reach;
 * `.org`, alignments and counted space follow. Source: as, write.c "relax_segment"; ld, "-Ttext".
 */
import type { Location } from "./diagnostic.ts";
import { addressOf, type Evaluated, evaluate } from "./expression.ts";
import { noOperations } from "./nops.ts";
import type { Fragment, Patch, Reference, Section, Tail } from "./sections.ts";
import type { SourceSymbol } from "./symbols.ts";

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

/** After this many passes every jump is made near, for a source in which one grows another without end. */
const PATIENT_PASSES = 100;
const MOST_PASSES = 200;

/** Places everything; the number of passes it took, which later evaluations must exceed. */
export function placeAll(r: LayoutRequest): number {
  const tailed = r.sections.flatMap((s) => s.fragments.filter((f) => f.tail));
  const jumps = tailed.filter((f) => f.tail?.kind === "jump");
  place(r, 1);
  let pass = 1;
  for (; pass < MOST_PASSES; pass++) {
    let grew = false;
    for (const f of jumps) grew = growJump(f, pass, pass > PATIENT_PASSES) || grew;
    const moved = place(r, pass + 1);
    if (!grew && !moved) return pass + 2;
  }
  const culprit = tailed.find((f) => f.tail?.kind === "org" || f.tail?.kind === "space");
  const tail = culprit?.tail;
  const reference = tail?.kind === "org" ? tail.target : tail?.kind === "space" ? tail.count : undefined;
  if (reference) {
    const message = "the size of this depends on itself, and never settles";
    r.error(reference.location, message, "Count from a label that stands before it.");
  }
  return pass + 1;
}

/** One pass over all fragments; true where anything moved. */
function place(r: LayoutRequest, pass: number): boolean {
  let moved = false;
  for (const section of r.sections) {
    let offset = 0;
    for (const f of section.fragments) {
      if (f.offset !== offset) moved = true;
      f.offset = offset;
      offset += f.length;
      if (!f.tail) continue;
      const length = tailLength(f.tail, offset, section, pass);
      const bounded = length > r.maxBytes ? r.maxBytes + 1 : length;
      if (bounded !== f.tailLength) moved = true;
      f.tailLength = bounded;
      offset += Math.max(0, bounded);
    }
    section.size = offset;
  }
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

/** Bytes of a tail that begins at `offset`; negative where `.org` would go back. */
function tailLength(tail: Tail, offset: number, section: Section, pass: number): number {
  switch (tail.kind) {
    case "jump":
      return tail.isNear ? tail.near.length : tail.short.length;
    case "align": {
      const skip = (tail.alignment - (offset % tail.alignment)) % tail.alignment;
      return skip > tail.most ? 0 : skip;
    }
    case "org": {
      const e = evaluate(tail.target.expression, -pass);
      if (e.missing) return 0;
      const target = e.section && e.section !== section ? addressOf(e) - BigInt(section.address) : e.value;
      return Number(target) - offset;
    }
    case "space": {
      const e = evaluate(tail.count.expression, -pass);
      return e.missing ? 0 : Number(addressOf(e)) * tail.unit.length;
    }
  }
}

/** Makes a jump near where its target is out of reach; true where it did. */
function growJump(f: Fragment, pass: number, always: boolean): boolean {
  const tail = f.tail as Extract<Tail, { kind: "jump" }>;
  if (tail.isNear) return false;
  if (always) return (tail.isNear = true);
  const e = tail.target.expression;
  const label = e.kind === "symbol" ? e.symbol.definition : undefined;
  let distance: number;
  const from = f.offset + f.length + tail.short.length;
  if (label?.kind === "label") {
    if (label.section !== f.section) return (tail.isNear = true);
    distance = label.fragment.offset + label.offset - from;
  } else {
    const target = evaluate(e, pass);
    if (target.missing || target.section !== f.section) return (tail.isNear = true);
    distance = Number(target.value) - from;
  }
  if (distance >= -128 && distance <= 127) return false;
  return (tail.isNear = true);
}

/** Writes a section's bytes; problems go to `r`. */
export function writeSection(section: Section, r: LayoutRequest, pass: number): Uint8Array {
  const out = new Uint8Array(section.isNoBits ? 0 : section.size);
  for (const f of section.fragments) {
    if (!section.isNoBits) out.set(section.data.subarray(f.start, f.start + f.length), f.offset);
    if (f.tail) writeTail(f, f.tail, out, section, r, pass);
  }
  for (const p of section.patches) writePatch(p, out, section, r, pass);
  return out;
}

function writeTail(f: Fragment, tail: Tail, out: Uint8Array, section: Section, r: LayoutRequest, pass: number): void {
  const at = f.offset + f.length;
  if (tail.kind === "jump") {
    const bytes = tail.isNear ? tail.near : tail.short;
    out.set(bytes, at);
    const start = tail.isNear ? tail.nearFixup.at : bytes.length - 1;
    const size = bytes.length - start;
    write(
      out,
      {
        place: at + start,
        bytes: size,
        end: size,
        extendedTo: 0,
        wraps: tail.wraps && tail.isNear,
        reference: tail.target,
      },
      section,
      r,
      pass,
    );
    return;
  }
  if (tail.kind === "org" && f.tailLength < 0) {
    const e = evaluate(tail.target.expression, pass);
    r.error(
      tail.target.location,
      `.org goes back: this place is 0x${at.toString(16)} already, ${-f.tailLength} byte${f.tailLength === -1 ? "" : "s"} past 0x${e.value.toString(16)}`,
      "What stands before it is too long, or the number is too small.",
    );
  }
  if (tail.kind === "space" && f.tailLength < 0) {
    r.error(
      tail.count.location,
      `the count is negative: ${f.tailLength / (tail.unit.length || 1)}`,
      `What stands before it is ${-f.tailLength} byte${f.tailLength === -1 ? "" : "s"} too long.`,
    );
  }
  const reference = tail.kind === "org" ? tail.target : tail.kind === "space" ? tail.count : undefined;
  if (reference) report(evaluate(reference.expression, pass), reference, r);
  if (f.tailLength <= 0 || section.isNoBits) return;
  if (tail.kind === "org") out.fill(tail.fill, at, at + f.tailLength);
  else if (tail.kind === "space")
    for (let i = 0; i < f.tailLength; i++) out[at + i] = tail.unit[i % tail.unit.length] as number;
  else if (!tail.fill)
    out.set(section.isCode ? noOperations(f.tailLength, tail.codeBits) : new Uint8Array(f.tailLength), at);
  else
    for (let i = 0; i < f.tailLength; i++)
      out[at + i] = tail.fill[(i + tail.fill.length - (f.tailLength % tail.fill.length)) % tail.fill.length] as number;
}

function report(e: Evaluated, reference: Reference, r: LayoutRequest): boolean {
  if (!e.missing) return true;
  r.missing(e.missing, reference.location);
  return false;
}

function writePatch(p: Patch, out: Uint8Array, section: Section, r: LayoutRequest, pass: number): void {
  write(
    out,
    {
      place: p.fragment.offset + p.offset,
      bytes: p.bytes,
      end: p.end,
      extendedTo: p.extendedTo,
      wraps: p.wraps,
      reference: p.reference,
    },
    section,
    r,
    pass,
  );
}

interface Write {
  readonly place: number;
  readonly bytes: number;
  readonly end: number | undefined;
  readonly extendedTo: 0 | 16 | 32 | 64;
  readonly wraps: boolean;
  readonly reference: Reference;
}

function write(out: Uint8Array, w: Write, section: Section, r: LayoutRequest, pass: number): void {
  const e = evaluate(w.reference.expression, pass);
  if (!report(e, w.reference, r)) return;
  const bits = 8 * w.bytes;
  let value = addressOf(e);
  if (w.end !== undefined) value -= BigInt(section.address + w.place + w.end);
  checkRange(value, bits, w, e, r);
  value = BigInt.asUintN(bits, value);
  for (let i = 0; i < w.bytes; i++) {
    out[w.place + i] = Number(value & 0xffn);
    value >>= 8n;
  }
}

function checkRange(value: bigint, bits: number, w: Write, e: Evaluated, r: LayoutRequest): void {
  const half = 1n << BigInt(bits - 1);
  const hex = (v: bigint) => (v < 0n ? `-0x${(-v).toString(16)}` : `0x${v.toString(16)}`);
  if (w.end !== undefined) {
    const reach = w.wraps ? 2n * half : half;
    if (value >= -reach && value < reach) return;
    const hint =
      bits === 8
        ? "This instruction has only a short form, which reaches 128 bytes back and 127 forward: jump around a jmp instead."
        : "";
    r.error(
      w.reference.location,
      `the target is ${value < 0n ? -value : value} bytes away, too far for ${bits} bits`,
      hint,
    );
    return;
  }
  const signed = w.extendedTo !== 0 && w.extendedTo > bits;
  if (value >= (signed ? -half : -2n * half) && value < (signed ? half : 2n * half)) return;
  // An address of 32 bits that is seen as signed (0xFFFFFFF0) is what 64-bit arithmetic leaves.
  const left = hex(BigInt.asUintN(bits, value));
  const message = `${e.section ? `the address ${hex(value)}` : hex(value)} does not fit in ${w.reference.what} of ${bits} bits`;
  if (e.section)
    r.error(
      w.reference.location,
      message,
      bits === 16 ? "Where does this code run? Labels count from the origin." : "",
    );
  else r.warn(w.reference.location, `${message}; ${left} is left of it`, "");
}
