import { expect, test } from "vitest";
import type { MachineStatus } from "../../engine/index.ts";
import { findLastChange } from "./last-change.ts";

/** A machine whose one value is what the last entry at or before its tick says. */
function machine(now: number, writes: readonly (readonly [tick: number, value: string])[]) {
  const state = {
    status: { tick: now } as MachineStatus,
    looks: 0,
    async goTo(tick: number) {
      state.status = { ...state.status, tick };
      return state.status;
    },
    step: async () => state.goTo(state.status.tick + 1),
  };
  const read = async () => {
    state.looks++;
    return writes.findLast(([tick]) => tick < state.status.tick)?.[1] ?? "";
  };
  return { state, read };
}

test("a write 12 instructions ago is found after at most 33 looks", async () => {
  const { state, read } = machine(10_000, [
    [500, "a"],
    [9_988, "b"],
  ]);
  expect(await findLastChange(state, read)).toBe(9_988);
  expect(state.looks).toBeLessThanOrEqual(33);
});

test("of writes that changed and changed back within 4,096 instructions, the last is found", async () => {
  const { state, read } = machine(10_000, [
    [7_000, "a"],
    [7_001, "b"],
    [7_002, "a"],
  ]);
  expect(await findLastChange(state, read)).toBe(7_002);
});

test("a write at 17 of 1,000,000 is found after fewer than 5,000 looks", async () => {
  const { state, read } = machine(1_000_000, [[17, "x"]]);
  expect(await findLastChange(state, read)).toBe(17);
  expect(state.looks).toBeLessThan(5_000);
});

test("a value that never changed has no such instruction", async () => {
  const { state, read } = machine(3_000, []);
  expect(await findLastChange(state, read)).toBeUndefined();
});
