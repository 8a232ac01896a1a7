/**
 * The jump table's second look, in WebAssembly in front of TypeScript.
 *
 * Links between pages while paging is on: they are not kept in the records, as the page at the other end may become
 * another one, but looked up in the jump table.
 *
 * Entries made before a load of CR3: the page at the other end has mostly stayed what it was. Once one jump to the page has
 * found out where it is now, the others need not be looked for.
 */
import type { Value } from "../isa/meaning.ts";
import type { Expression } from "../wasm/expression.ts";
import * as w from "../wasm/expression.ts";
import { assembleModule, FunctionBuilder, importedFunction, type Signature } from "../wasm/module.ts";
import type { ImportFunctions } from "./importfunctions.ts";
import { isJumpKnown, jumpSlot } from "./jumptable.ts";
import * as at from "./layout.ts";
import type { PhysicalMap } from "./physical.ts";

type Finders = Pick<ImportFunctions, "link" | "jump">;

const FINDER: Signature = { parameters: ["i32", "i32", "i32", "i32"], results: ["i32"] };
const IMPORTS = [
  { name: "link", type: 0 },
  { name: "jump", type: 0 },
] as const;
const shape = { types: [FINDER], imports: IMPORTS };

/** `finders` with the second look in front of them. */
export function withCrossPages(map: PhysicalMap, finders: Finders): Finders {
  const module = new WebAssembly.Module(
    assembleModule({
      ...shape,
      functions: [
        { type: 0, builder: emitLink() },
        { type: 0, builder: emitJump() },
      ],
      exports: [
        { name: "link", function: 0 },
        { name: "jump", function: 1 },
      ],
    }),
  );
  const table = new WebAssembly.Table({ initial: 1, element: "anyfunc" });
  const instance = new WebAssembly.Instance(module, { e: { memory: map.memory, table, ...finders } });
  return instance.exports as unknown as Finders;
}

const parametersOf = (f: FunctionBuilder) =>
  [0, 1, 2, 3].map((i) => f.parameter(i)) as [Expression, Expression, Expression, Expression];

/** (cpu, record, which link, ticks) */
function emitLink(): FunctionBuilder {
  const f = new FunctionBuilder(FINDER);
  const [cpu, record, field, ticks] = parametersOf(f);
  f.if(w.load("i32", 32, cpu, at.PAGED), () => {
    const from = f.let(w.load("i64", 64, record, at.R_RIP));
    const next = w.add(from, w.load("i64", 8, record, at.R_LENGTH));
    const isTarget = w.eq(field, w.i32(at.R_LINK_TARGET));
    const to = f.let(w.select(isTarget, w.load("i64", 64, record, at.R_TARGET), next));
    f.if(w.ne(w.shru(from, w.i64(12)), w.shru(to, w.i64(12))), () => {
      const slot = f.let(jumpSlot(cpu, to));
      f.if(isJumpKnown(f, cpu, slot, to), () => f.return(w.load("i32", 32, slot, at.JUMPS + 12)));
      renew(f, cpu, slot, to);
    });
  });
  f.return(w.call(importedFunction(shape, "link"), cpu, record, field, ticks));
  return f;
}

/** (cpu, offset low, offset high, ticks): the jump table does not know the offset. */
function emitJump(): FunctionBuilder {
  const f = new FunctionBuilder(FINDER);
  const [cpu, low, high, ticks] = parametersOf(f);
  const to = f.let(w.or(w.extendU(low), w.shl(w.extendU(high), w.i64(32))));
  renew(f, cpu, f.let(jumpSlot(cpu, to)), to);
  f.return(w.call(importedFunction(shape, "jump"), cpu, low, high, ticks));
  return f;
}

/** Returns the record of the entry at `slot` where it is for `to`, and its page is still where it was. */
function renew(f: FunctionBuilder, cpu: Value, slot: Value, to: Value): void {
  const tag = f.let(w.load("i32", 32, slot, at.JUMPS + 8));
  const now = f.let(w.load("i32", 32, cpu, at.CODE_TAG));
  // Of one mode and privilege, whatever the epoch: not negative, as the tags of global pages are.
  const isOld = w.eqz(w.and(w.xor(tag, now), w.i32(SIGN | (2 * at.MAX_MODES - 1))));
  f.if(w.and(w.eq(w.load("i64", 64, slot, at.JUMPS), to), isOld), () => {
    const index = w.and(w.wrap(w.shru(to, w.i64(8))), w.i32((at.CODE_PAGE_ENTRIES - 1) << 4));
    const page = f.let(w.add(cpu, index));
    const record = f.let(w.load("i32", 32, slot, at.JUMPS + 12));
    const host = w.add(w.wrap(to), w.load("i32", 32, page, at.CODE_PAGES + 12));
    const isHere = w.and(
      w.eq(w.load("i64", 64, page, at.CODE_PAGES), w.and(to, w.i64(-4096))),
      w.and(w.eq(w.load("i32", 32, page, at.CODE_PAGES + 8), now), w.eq(w.load("i32", 32, record, at.R_HOST), host)),
    );
    f.if(isHere, () => {
      f.store(32, slot, now, at.JUMPS + 8);
      f.return(record);
    });
  });
}

const SIGN = 1 << 31;
