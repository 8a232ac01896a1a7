/**
 * Many elements of REP MOVS and REP STOS at one go: as many as lie on one page of source and destination, in RAM that the
 * fast TLB knows, inside the segments' limits and the ticks that are left, going upward, and not overlapping so that the
 * order could be seen. Whatever is not so is left to the element by element way; no guest can tell.
 */
import type { Bulk, Meaning, Value } from "../isa/meaning.ts";
import { truncate } from "../isa/width.ts";
import * as w from "../wasm/expression.ts";
import type { FunctionBuilder } from "../wasm/module.ts";
import * as at from "./layout.ts";
import type { Addressing } from "./shape.ts";

/** Fewer are not worth the look. */
const FEWEST = 8;
const DF = 0x400;
const ES_SLOT = w.i32(at.SEGMENTS);

/** What it needs of an emitter. */
interface Context extends Pick<Meaning, "addressBits" | "let" | "register"> {
  readonly f: FunctionBuilder;
  readonly cpu: Value;
  readonly ticks: Value;
  readonly shape: { readonly addressing: Addressing; readonly operandAddressing: Addressing };
  operandSegment(): Value;
}

/** Sets `done` (a local i32) to the number of elements done, 0 where it must go the slow way; rSI, rDI and memory follow. */
export function emitBulk(x: Context, { kind, bits }: Bulk, done: Value): void {
  const { f, cpu } = x;
  f.assign(done, w.i32(0));
  const shift = w.i32(Math.log2(bits / 8));
  const count = x.register(1, x.addressBits).get();
  const upward = w.eqz(w.and(w.load("i32", 32, cpu, at.SYSTEM_FLAGS), w.i32(DF)));
  f.if(w.and(upward, w.geu(count, w.constantLike(count, FEWEST))), () => {
    const to = sideOf(x, 7, ES_SLOT, at.TLB_WRITE, at.SEGMENT_WRITE_END, x.shape.addressing);
    const from =
      kind === "move"
        ? sideOf(x, 6, x.operandSegment(), at.TLB_READ, at.SEGMENT_READ_END, x.shape.operandAddressing)
        : undefined;
    let n = least(x, atMostPage(x, count), w.add(x.ticks, w.i32(1)));
    n = least(x, n, w.shru(to.pageBytes, shift));
    if (from) n = least(x, n, w.shru(from.pageBytes, shift));
    const bytes = x.let(w.shl(n, shift));
    let good = w.and(w.ne(n, w.i32(0)), w.and(to.inTlb, to.fits(bytes)));
    if (from) {
      const apart = w.or(w.leu(to.host, from.host), w.geu(to.host, w.add(from.host, bytes)));
      good = w.and(w.and(good, apart), w.and(from.inTlb, from.fits(bytes)));
    }
    f.if(good, () => {
      if (from) f.memoryCopy(to.host, from.host, bytes);
      else fill(x, bits, to.host, bytes);
      to.advance(bytes);
      from?.advance(bytes);
      f.assign(done, n);
    });
  });
}

/** A count as an i32: no more than a page's bytes are of interest. */
function atMostPage(x: Context, count: Value): Value {
  if (count.type === "i32") return count;
  const page = w.i64(4096);
  return x.let(w.wrap(w.select(w.ltu(count, page), count, page)));
}

function least(x: Context, a: Value, b: Value): Value {
  return x.let(w.select(w.ltu(a, b), a, b));
}

/** One end of the copy: where it is in linear memory, and what must hold for `bytes` from there. */
function sideOf(x: Context, register: 6 | 7, segment: Value, table: number, end: number, addressing: Addressing) {
  const { f, cpu } = x;
  const place = x.register(register, x.addressBits);
  const offset = place.get();
  const slot = x.let(w.add(cpu, segment));
  const la =
    addressing === "flat"
      ? offset
      : addressing === "long"
        ? x.let(w.extendU(offset))
        : addressing === "based"
          ? x.let(w.add(w.extendU(offset), w.load("i64", 64, slot, at.SEGMENT_BASE)))
          : x.let(w.add(offset, w.load("i32", 32, slot, at.SEGMENT_BASE)));
  const low = w.wrap(la);
  const index = w.and(w.shru(low, w.i32(8)), w.i32((at.FAST_TLB_ENTRIES - 1) << 4));
  const entry = x.let(w.add(index, w.load("i32", 32, cpu, table)));
  const page = w.and(w.extendU(la), w.i64(-4096));
  return {
    host: x.let(w.add(low, w.load("i32", 32, entry, 8))),
    /** Bytes to the end of its page. */
    pageBytes: w.sub(w.i32(4096), w.and(low, w.i32(0xfff))),
    inTlb: x.let(w.eq(w.load("i64", 64, entry), page)),
    fits(bytes: Value): Value {
      // A page does not reach past 4 GiB, but an offset of 16 bits may come round, or the segment end, within one; and an
      // offset of 32 bits in 64-bit mode where the segment has a base.
      if (offset.type === "i64") return w.i32(1);
      const last = w.add(offset, bytes);
      const inAddress = x.addressBits === 16 ? w.leu(last, w.i32(0x10000)) : w.leu(offset, w.sub(last, w.i32(1)));
      if (addressing !== "segmented") return inAddress;
      const limit = f.copy(w.load("i32", 32, slot, end));
      const inSegment = w.and(w.leu(offset, limit), w.leu(bytes, w.sub(limit, offset)));
      return w.and(inAddress, inSegment);
    },
    advance: (bytes: Value) => {
      const delta = offset.type === "i64" ? w.extendU(bytes) : bytes;
      place.set(truncate(w.add(offset, delta), x.addressBits));
    },
  };
}

/** Stores the accumulator over `bytes` from `host`. */
function fill(x: Context, bits: number, host: Value, bytes: Value): void {
  const { f } = x;
  if (bits === 8) {
    f.memoryFill(host, x.register(0, 8).get(), bytes);
    return;
  }
  const value = x.register(0, bits as 16 | 32 | 64).get();
  const cursor = f.copy(host);
  const end = x.let(w.add(host, bytes));
  f.loop((again) => {
    f.store(bits, cursor, value);
    f.assign(cursor, w.add(cursor, w.i32(bits / 8)));
    f.brIf(again, w.ltu(cursor, end));
  });
}
