/**
 * Stores into pages that hold decoded code, in WebAssembly: a stack below 7C00 shares its page with the boot sector, so
 * these are too many for TypeScript. The fast TLB has such a page with bit 0 of its address set, which no fast look-up
 * matches; here the line's bit decides whether the store can go ahead. All else is handed on.
 */
import type { Callee, Expression } from "../wasm/expression.ts";
import * as w from "../wasm/expression.ts";
import { assembleModule, FunctionBuilder, importedFunction, type Signature } from "../wasm/module.ts";
import type { ImportFunctions } from "./importfunctions.ts";
import * as at from "./layout.ts";
import { typeOf } from "./media.ts";
import type { PhysicalMap } from "./physical.ts";

/** In the fast TLB's write table: the page holds decoded code. */
export const CODE_PAGE = 1;

const ACCESS: Signature = { parameters: ["i32", "i32", "i32", "i32"], results: ["i32"] };
const IMPORTS = [
  { name: "store", type: 0 },
  { name: "update", type: 0 },
] as const;
const shape = { types: [ACCESS], imports: IMPORTS };

/** `store` and `update` of `functions`, with the common case of code pages served in front of them. */
export function withCodePages(
  map: PhysicalMap,
  functions: Pick<ImportFunctions, "store" | "update">,
): Pick<ImportFunctions, "store" | "update"> {
  const store = emit(map, importedFunction(shape, "store"), (f, host, bits) => {
    const from = w.add(f.parameter(0), w.i32(at.SCRATCH));
    for (const size of [8, 16, 32, 64, 128] as const) {
      f.if(w.eq(bits, w.i32(size)), () => {
        f.store(size, host, w.load(typeOf(size), size, from));
        f.return(w.i32(0));
      });
    }
  });
  const update = emit(map, importedFunction(shape, "update"), (f, host) => f.return(host));
  const module = new WebAssembly.Module(
    assembleModule({
      ...shape,
      functions: [
        { type: 0, builder: store },
        { type: 0, builder: update },
      ],
      exports: [
        { name: "store", function: 0 },
        { name: "update", function: 1 },
      ],
    }),
  );
  const table = new WebAssembly.Table({ initial: 1, element: "anyfunc" });
  const instance = new WebAssembly.Instance(module, { e: { memory: map.memory, table, ...functions } });
  return instance.exports as unknown as Pick<ImportFunctions, "store" | "update">;
}

/** (cpu, la low, la high, bits): `serve` where the access is on one code page and in lines without code, else `otherwise`. */
function emit(
  map: PhysicalMap,
  otherwise: Callee,
  serve: (f: FunctionBuilder, host: Expression, bits: Expression) => void,
): FunctionBuilder {
  const f = new FunctionBuilder(ACCESS);
  const [cpu, la, high, bits] = [0, 1, 2, 3].map((i) => f.parameter(i)) as [
    Expression,
    Expression,
    Expression,
    Expression,
  ];
  const index = w.and(w.shru(la, w.i32(8)), w.i32((at.FAST_TLB_ENTRIES - 1) << 4));
  const slot = f.let(w.add(index, w.load("i32", 32, cpu, at.TLB_WRITE)));
  const last = f.let(w.sub(w.shru(bits, w.i32(3)), w.i32(1)));
  const linear = w.or(w.extendU(la), w.shl(w.extendU(high), w.i64(32)));
  const page = w.or(w.and(w.add(linear, w.extendU(last)), w.i64(-4096)), w.i64(CODE_PAGE));
  f.if(w.eq(w.load("i64", 64, slot), page), () => {
    const host = f.let(w.add(la, w.load("i32", 32, slot, 8)));
    const isCode = (address: Expression) => {
      const line = f.let(w.shru(w.sub(address, w.i32(map.ramAt)), w.i32(6)));
      return w.shru(w.load("i32", 8, w.shru(line, w.i32(3)), map.lines), w.and(line, w.i32(7)));
    };
    const held = w.and(w.or(isCode(host), isCode(w.add(host, last))), w.i32(1));
    f.if(w.eqz(held), () => serve(f, host, bits));
  });
  f.return(w.call(otherwise, cpu, la, high, bits));
  return f;
}
