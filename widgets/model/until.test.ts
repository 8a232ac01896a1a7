import { expect, test } from "vitest";
import type { MachineStatus } from "../../engine/index.ts";
import { labelIn, parseUntil, reached, runBudget } from "./until.ts";

test.each([
  ["0x7c00", { address: 0x7c00, ticks: runBudget }],
  ["7c00h", { address: 0x7c00, ticks: runBudget }],
  ["1,204", { tick: 1204 }],
  ["tick 1204", { tick: 1204 }],
  ["+100", { ticks: 100 }],
  ["halt", { event: { kind: "halt" }, ticks: runBudget }],
  ["int 0x13", { event: { kind: "interrupt", vector: 0x13 }, ticks: runBudget }],
  ["exception 6", { event: { kind: "exception", vector: 6 }, ticks: runBudget }],
  ["port 0x3f8", { event: { kind: "port", port: 0x3f8 }, ticks: runBudget }],
  ["mmio 0xb8000", { event: { kind: "mmio", address: 0xb8000 }, ticks: runBudget }],
  ["dma", { event: { kind: "dma" }, ticks: runBudget }],
  ["line 1", { event: { kind: "line", line: 1 }, ticks: runBudget }],
  ["screen: Hello, 0x10", { screen: "Hello, 0x10", ticks: runBudget }],
  ["serial: ready", { serial: "ready", ticks: runBudget }],
])("%s", (text, value) => expect(parseUntil(text)).toEqual({ value }));

test("a label is the address that the source gives it, and one that it lacks is refused", () => {
  expect(parseUntil("label done", { done: 0x7c24 })).toEqual({ value: { address: 0x7c24, ticks: runBudget } });
  expect(parseUntil("label toString", { done: 1 })).toMatchObject({
    message: "The machine's source has no label “toString”.",
  });
  expect([labelIn("label done"), labelIn("halt")]).toEqual(["done", undefined]);
});

test("“7c00” without a mark is refused with the ways to say it", () => {
  expect(parseUntil("7c00")).toMatchObject({ message: "“7c00” is no place to stop at." });
});

test("a run until a triple fault has come there whether it stopped by the fault or by the event", () => {
  const until = { event: { kind: "triple fault" } } as const;
  const at = (state: string, kind: string) => ({ state, reason: { kind } }) as unknown as MachineStatus;
  expect(reached(until, at("faulted", "triple fault"))).toBe(true);
  expect(reached(until, at("paused", "until"))).toBe(true);
  expect(reached(until, at("paused", "budget"))).toBe(false);
});
