/**
 * Links between pages while paging is on: they are not kept in the records, as the page at the other end may become
 * another one, but looked up in the jump table, in WebAssembly. All else is handed on to TypeScript.
 */
import type { Expression } from "../wasm/expression.ts";
import * as w from "../wasm/expression.ts";
import { assembleModule, FunctionBuilder, importedFunction, type Signature } from "../wasm/module.ts";
import { isJumpKnown, jumpSlot } from "./emitter.ts";
import type { ImportFunctions } from "./importfunctions.ts";
import * as at from "./layout.ts";
import type { PhysicalMap } from "./physical.ts";

const LINK: Signature = { parameters: ["i32", "i32", "i32", "i32"], results: ["i32"] };
const shape = { types: [LINK], imports: [{ name: "link", type: 0 }] } as const;

/** `link` with the jump table in front of it. */
export function withCrossPages(map: PhysicalMap, link: ImportFunctions["link"]): ImportFunctions["link"] {
  const f = new FunctionBuilder(LINK);
  const [cpu, record, field, ticks] = [0, 1, 2, 3].map((i) => f.parameter(i)) as [
    Expression,
    Expression,
    Expression,
    Expression,
  ];
  f.if(w.load("i32", 32, cpu, at.PAGED), () => {
    const from = f.let(w.load("i64", 64, record, at.R_RIP));
    const next = w.add(from, w.load("i64", 8, record, at.R_LENGTH));
    const isTarget = w.eq(field, w.i32(at.R_LINK_TARGET));
    const to = f.let(w.select(isTarget, w.load("i64", 64, record, at.R_TARGET), next));
    const slot = f.let(jumpSlot(cpu, to));
    const crosses = w.ne(w.shru(from, w.i64(12)), w.shru(to, w.i64(12)));
    f.if(w.and(crosses, isJumpKnown(f, cpu, slot, to)), () => f.return(w.load("i32", 32, slot, at.JUMPS + 12)));
  });
  f.return(w.call(importedFunction(shape, "link"), cpu, record, field, ticks));
  const module = new WebAssembly.Module(
    assembleModule({ ...shape, functions: [{ type: 0, builder: f }], exports: [{ name: "link", function: 0 }] }),
  );
  const table = new WebAssembly.Table({ initial: 1, element: "anyfunc" });
  const instance = new WebAssembly.Instance(module, { e: { memory: map.memory, table, link } });
  return instance.exports.link as ImportFunctions["link"];
}
