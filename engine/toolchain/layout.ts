/**
 * Writes the bytes of placed sections: fragments, their tails, and the values that waited for addresses. What does not fit is
 * reported where ld would refuse it. Source: Using ld; System V ABI, Intel386 supplement, "Relocation".
 */
import { addressOf, evaluate } from "./evaluate.ts";
import { noOperations } from "./nops.ts";
import type { Evaluated, Fragment, Patch, Reference, Tail } from "./program.ts";
import { type LayoutRequest, orgTarget } from "./relax.ts";
import type { Section } from "./sections.ts";

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
  const back = tail.kind === "org" ? at - orgTarget(tail.target, section, pass) : 0;
  if (tail.kind === "org" && back > 0) {
    const target = (at - back).toString(16);
    r.error(
      tail.target.location,
      `.org goes back: this place is 0x${at.toString(16)} already, ${back} byte${back === 1 ? "" : "s"} past 0x${target}`,
      "What stands before it is too long, or the number is too small.",
    );
  }
  const count = tail.kind === "space" ? Number(addressOf(evaluate(tail.count.expression, pass))) : 0;
  if (tail.kind === "space" && count < 0) {
    const bytes = -count * tail.unit.length;
    const hint = `What stands before it is ${bytes} byte${bytes === 1 ? "" : "s"} too long.`;
    r.error(tail.count.location, `the count is negative: ${count}`, hint);
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
