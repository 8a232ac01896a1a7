/** The jump table: where generated code finds the record of a target that it has jumped to before. */
import type { Value } from "../isa/meaning.ts";
import * as w from "../wasm/expression.ts";
import type { FunctionBuilder } from "../wasm/module.ts";
import * as at from "./layout.ts";

const JUMP_MASK = at.JUMP_ENTRIES - 1;

/** Where the jump table has the target at offset `to` (i64): of a run of code, each offset in its own place. */
export function jumpSlot(cpu: Value, to: Value): Value {
  const low = w.wrap(to);
  const index = w.and(w.xor(low, w.wrap(w.shru(to, w.i64(12)))), w.i32(JUMP_MASK));
  return w.add(cpu, w.shl(index, w.i32(4)));
}

/** Whether the entry at `slot` of the jump table is for offset `to`, and still good. */
export function isJumpKnown(f: FunctionBuilder, cpu: Value, slot: Value, to: Value): Value {
  const tag = f.let(w.load("i32", 32, slot, at.JUMPS + 8));
  const tagged = (field: number) => w.eq(tag, w.load("i32", 32, cpu, field));
  return w.and(w.eq(w.load("i64", 64, slot, at.JUMPS), to), w.or(tagged(at.CODE_TAG), tagged(at.GLOBAL_CODE_TAG)));
}

/** The same as a number, from the low word. */
export function jumpIndex(low: number): number {
  return (low ^ (low >>> 12)) & JUMP_MASK;
}
