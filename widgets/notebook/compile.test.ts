import { describe, expect, test } from "vitest";
import { compileCell } from "./compile.ts";
import { type CellLanguage, type CompiledCell, sourcePosition } from "./compiled.ts";
import { createGuard } from "./guard.ts";
import { blankTypes } from "./types.ts";

const compile = (source: string, language: CellLanguage = "js"): CompiledCell => {
  const { cell, diagnostics } = compileCell(source, language, "test");
  if (!cell) throw new Error(JSON.stringify(diagnostics));
  return cell;
};
const evaluate = (cell: CompiledCell, values: Record<string, unknown> = {}) => {
  const all: Record<string, unknown> = { __guard: createGuard(50), ...values };
  return new Function(`"use strict"; return (${cell.body})`)()(...cell.inputs.map((name) => all[name]));
};

describe("a cell's source", () => {
  test("an expression is its value and is shown", () => {
    const cell = compile("x * 2");
    expect(cell).toMatchObject({ inputs: ["x"], outputs: [], autodisplay: true });
    expect(evaluate(cell, { x: 21 })).toBe(42);
  });
  test("statements name what the others see", () => {
    const cell = compile("const a = x + 1;\nconst b = a + 1;");
    expect(cell).toMatchObject({ inputs: ["x"], outputs: ["a", "b"], autodisplay: false });
    expect(evaluate(cell, { x: 1 })).toEqual({ a: 2, b: 3 });
  });
  test("a syntax error has line 2, column 11, counted from 1", () => {
    const { diagnostics } = compileCell("const a = 1;\nconst b = ;\n", "js", "sums");
    expect(diagnostics).toEqual([
      { file: "sums", line: 2, column: 11, message: "Unexpected token.", hint: expect.any(String), severity: "error" },
    ]);
  });
  test("an import is refused at its place", () => {
    const { diagnostics } = compileCell('const a = 1;\nconst x = await import("x");', "js", "c");
    expect(diagnostics).toMatchObject([{ line: 2, column: 17, message: "A cell cannot import." }]);
  });
  test("an assignment to another cell's name is refused with a hint", () => {
    expect(compileCell("total = 1", "js", "c").diagnostics).toMatchObject([
      { line: 1, column: 1, hint: expect.stringContaining("Another cell owns") },
    ]);
  });
  test("a throw at line 3, column 12 of the source is found through the guards before it", () => {
    const source = "const n = 3;\nfor (let i = 0; i < n; i++) i;\nconst f = () => missing.thing; f();";
    const cell = compile(source);
    const body = cell.body.split("\n");
    const line = body.findIndex((text) => text.includes("missing.thing")) + 1;
    const column = body[line - 1].indexOf("missing") + 1;
    expect(sourcePosition(cell, source, line, column)).toEqual({ line: 3, column: 17 });
  });
});

describe("the guard against endless loops", () => {
  for (const source of [
    "for (;;);",
    "while (true) {}",
    "do {} while (true)",
    "do x(); while (true)",
    "for (const x of (function* () { while (true) yield 1; })()) x;",
    "for (;;) try { for (;;); } catch {}",
    "if (true) while (true) for (;;) x();",
    "const f = (n) => n && f(n) && f(n); Array.from({ length: 1e9 }, () => x());",
    "const fib = (n) => n < 2 ? n : fib(n - 1) + fib(n - 2); fib(90);",
    "const o = { get a() { return x(); } }; for (;;) o.a;",
    "label: for (;;) continue label;",
  ]) {
    test(`stops ${source}`, () => {
      expect(() => evaluate(compile(source), { x: () => 0 })).toThrow("Stopped after 0.05 s");
    });
  }
  test("stops a loop that awaits only resolved promises", async () => {
    await expect(evaluate(compile("while (true) await 0;"))).rejects.toThrow("Stopped after 0.05 s");
  });
  test("leaves alone a loop that gives the thread back for 200 ms in all", async () => {
    const source = "let n = 0; while (n < 10) { for (let i = 0; i < 1000; i++); await wait(20); n++; }";
    const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    expect(await evaluate(compile(source), { wait })).toEqual({ n: 10 });
  });
  test("changes no value: arrows that answer objects, nested bare loops, labels, getters", () => {
    const source = `const f = () => ({ a: 1 });
let n = 0;
for (const i of [1, 2]) for (const j of [1, 2]) n += i * j;
outer: for (;;) { for (;;) break outer; }
const g = (a) => (b) => a + b;
const all = [f().a, n, g(1)(2)];`;
    expect(evaluate(compile(source))).toMatchObject({ all: [1, 9, 3] });
  });
});

describe("types become blanks", () => {
  test("annotations, arguments, as, satisfies, !, interfaces; same length, same lines", () => {
    const source = `interface A { x: number }
type B = string | undefined;
const f = <T,>(a: number, b?: B): T[] => [] as T[];
const m = new Map<string, A>();
const y = (m.get("k")! satisfies A) as unknown;
function is(v: unknown): v is A { return v !== undefined; }`;
    const plain = blankTypes(source);
    expect(plain.length).toBe(source.length);
    expect(plain.split("\n").length).toBe(source.split("\n").length);
    expect(new Function(`${plain}; return [f(1), m.size, y, is(1)]`)()).toEqual([[], 0, undefined, true]);
  });
  test("x !== y and !x keep their marks", () => expect(blankTypes("!x !== !y")).toBe("!x !== !y"));
  test("an enum is refused at its place", () => {
    expect(compileCell("1;\nenum E { A }", "ts", "c").diagnostics).toMatchObject([
      { line: 2, column: 1, message: "enums are not types." },
    ]);
  });
});
