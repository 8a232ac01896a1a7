/** Vector and floating-point operations of the builder, run by this host's WebAssembly. */
import { expect, it } from "vitest";
import type { Expression } from "./expression.ts";
import * as w from "./expression.ts";
import * as fl from "./float.ts";
import { assembleModule, FunctionBuilder } from "./module.ts";
import { bitselect, extract, replace, shuffle, splat, test, v, v128 } from "./vector.ts";

/** Stores a vector at 32, its operands at 0 and 16; gives the sixteen bytes. */
function run(bytes: readonly number[], make: (a: Expression, b: Expression) => Expression): Uint8Array {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const view = new Uint8Array(memory.buffer);
  view.set(bytes);
  const f = new FunctionBuilder({ parameters: [], results: [] });
  const result = make(f.let(w.load("v128", 128, w.i32(0))), f.let(w.load("v128", 128, w.i32(16))));
  const bits = { v128: 128, i32: 32, i64: 64, f32: 32, f64: 64 }[result.type];
  f.store(bits, w.i32(32), result);
  const module = new WebAssembly.Module(
    assembleModule({
      types: [f.signature],
      imports: [],
      functions: [{ type: 0, builder: f }],
      exports: [{ name: "run", function: 0 }],
    }),
  );
  const table = new WebAssembly.Table({ initial: 1, element: "anyfunc" });
  const instance = new WebAssembly.Instance(module, { e: { memory, table } });
  (instance.exports.run as () => void)();
  return view.slice(32, 48);
}

const A = Array.from({ length: 32 }, (_, i) => (i < 16 ? i * 17 : 255 - i));
const words = (b: Uint8Array) => Array.from(new Uint16Array(b.buffer));

it("lanes are added, compared, shifted and chosen", () => {
  expect(run(A, (a, b) => v("i8x16.add_sat_u", a, b))[15]).toBe(255);
  expect(words(run(A, (a) => v("i16x8.shr_u", a, w.i32(8))))[1]).toBe(51);
  expect(run(A, (a, b) => shuffle(a, b, [31, 0, ...Array(14).fill(1)])).slice(0, 3)).toEqual(
    Uint8Array.from([224, 0, 17]),
  );
  expect(run(A, (a, b) => bitselect(a, b, v128(0xffn, 0n))).slice(0, 2)).toEqual(Uint8Array.from([0, 238]));
  expect(run(A, (a) => test("i8x16.bitmask", a)).slice(0, 2)).toEqual(Uint8Array.from([0, 0xff]));
  expect(run(A, (a) => extract("i16x8.extract_lane_u", a, 7))[0]).toBe(238);
  expect(run(A, (a) => replace("i64x2.replace_lane", a, 1, w.i64(5n))).slice(7, 9)).toEqual(Uint8Array.from([119, 5]));
  expect(words(run(A, () => splat("i16x8.splat", w.i32(0x1234))))).toEqual(Array(8).fill(0x1234));
});

it("a narrow load fills the vector with zeros", () => {
  expect(run(A, () => w.load("v128", 32, w.i32(16))).slice(0, 6)).toEqual(Uint8Array.from([239, 238, 237, 236, 0, 0]));
});

it("1.5 + 2.25 is 3.75 in both formats, and their bits are integers", () => {
  const one = (type: "f32" | "f64", a: number, b: number) =>
    fl.fdiv(fl.convertSigned(type, w.i32(a)), fl.convertSigned(type, w.i32(b)));
  const sum = (type: "f32" | "f64") => fl.reinterpret(fl.fadd(one(type, 3, 2), one(type, 9, 4)));
  expect(new Float32Array(run(A, () => sum("f32")).buffer)[0]).toBe(3.75);
  expect(new Float64Array(run(A, () => sum("f64")).buffer)[0]).toBe(3.75);
  expect(new Int32Array(run(A, () => fl.truncateSigned("i32", one("f64", -7, 2))).buffer)[0]).toBe(-3);
});

it("an operation on other types than its own is an error of ours", () => {
  expect(() => v("i8x16.add", w.i32(1), w.i32(2))).toThrow("operand is i32");
  expect(() => w.add(v128(0n, 0n), v128(0n, 0n))).toThrow("operands are v128");
});
