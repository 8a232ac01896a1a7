/**
 * Loads of data segments that were made before, in generated code: a selector whose descriptor is still what it was when
 * it was checked, at the same privilege, is loaded by copying. Whatever is not so goes to the operation in TypeScript,
 * which remembers it here. Derived: no guest can tell.
 *
 *     entry  0  i32  tag: changes with mode, privilege and mapping    20  i32  where the TLB's entry of its page is
 *            4  i32  selector                                         24  i64  that entry's first two words
 *            8  i64  the descriptor's bytes                           32  32 bytes: the segment register
 *           16  i32  where they are in linear memory                  64  i64  GDTR's base     72  i32  its limit
 *                                                                     80  i64  the TLB entry's last two words
 */
import type { Value } from "../isa/meaning.ts";
import * as w from "../wasm/expression.ts";
import type { FunctionBuilder } from "../wasm/module.ts";
import type { Core } from "./core.ts";
import * as at from "./layout.ts";

const ENTRY_BYTES = 128;
const INDEX_MASK = at.SEGMENT_CACHE_ENTRIES - 1;

/** The entry for selector `sel`: by its index in the table and its privilege. */
function entryOf(cpu: Value, sel: Value): Value {
  const index = w.and(w.xor(w.shru(sel, w.i32(3)), w.shl(sel, w.i32(2))), w.i32(INDEX_MASK));
  return w.add(cpu, w.shl(index, w.i32(7)));
}

/**
 * Loads the segment register at byte `register` of the file with selector `sel` (both locals) where that is remembered;
 * `otherwise`, which leaves, where it is not. SS and CS are never loaded so.
 */
export function emitSegmentLoad(
  f: FunctionBuilder,
  cpu: Value,
  register: Value,
  sel: Value,
  otherwise: () => void,
): void {
  const entry = f.let(entryOf(cpu, sel));
  const field = (offset: number) => w.load("i32", 32, entry, at.SEGMENT_CACHE + offset);
  const wide = (offset: number) => w.load("i64", 64, entry, at.SEGMENT_CACHE + offset);
  const slot = f.let(w.add(cpu, register));
  const flat = at.SEGMENT_FLAT;
  const same = [
    w.eq(field(0), w.load("i32", 32, cpu, at.SEGMENT_TAG)),
    w.eq(field(4), sel),
    w.eq(w.load("i64", 64, field(16)), wide(8)),
    w.eq(w.load("i64", 64, field(20)), wide(24)),
    w.eq(w.load("i64", 64, field(20), 8), wide(80)),
    w.eq(wide(64), w.load("i64", 64, cpu, at.GDTR_BASE)),
    w.eq(field(72), w.load("i32", 32, cpu, at.GDTR_LIMIT)),
    w.eq(field(32 + flat), w.load("i32", 32, slot, at.SEGMENTS + flat)),
    w.geu(w.sub(register, w.i32(at.SEGMENT_BYTES)), w.i32(2 * at.SEGMENT_BYTES)),
  ].reduce((all, one) => w.and(all, one));
  f.if(w.eqz(same), otherwise);
  for (let i = 0; i < at.SEGMENT_BYTES; i += 8) f.store(64, slot, wide(32 + i), at.SEGMENTS + i);
}

/** Remembers what segment register `n` holds, which was loaded from the descriptor at linear address `la` of the GDT. */
export function rememberSegment(p: Core, n: number, selector: number, la: number | bigint): void {
  if (selector & 4) return;
  const place = p.memory.hostOf(la);
  if (!place) return;
  const index = ((selector >>> 3) ^ (selector << 2)) & INDEX_MASK;
  const entry = at.SEGMENT_CACHE + index * ENTRY_BYTES;
  const v = p.view;
  const { view: memory, bytes } = p.map;
  v.setInt32(entry, v.getInt32(at.SEGMENT_TAG, true), true);
  v.setInt32(entry + 4, selector, true);
  v.setBigUint64(entry + 8, memory.getBigUint64(place.host, true), true);
  v.setInt32(entry + 16, place.host, true);
  v.setInt32(entry + 20, place.tlb, true);
  v.setBigUint64(entry + 24, memory.getBigUint64(place.tlb, true), true);
  v.setBigUint64(entry + 80, memory.getBigUint64(place.tlb + 8, true), true);
  const slot = p.cpu + at.SEGMENTS + n * at.SEGMENT_BYTES;
  bytes.copyWithin(p.cpu + entry + 32, slot, slot + at.SEGMENT_BYTES);
  v.setBigUint64(entry + 64, v.getBigUint64(at.GDTR_BASE, true), true);
  v.setInt32(entry + 72, v.getInt32(at.GDTR_LIMIT, true), true);
}
