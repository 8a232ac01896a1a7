import { expect, test } from "vitest";
import type { MachineEvent } from "../../engine/index.ts";
import { eventBeside, mergeEvents, mostEvents } from "./event-log.ts";

const int = (tick: number): MachineEvent => ({
  tick,
  kind: "interrupt",
  vector: 8,
  origin: "hardware",
  cs: 0,
  ip: 0,
  ax: 0,
});
const ticks = (events: readonly MachineEvent[]) => events.map(({ tick }) => tick);

test("newer events go behind, known ones are not told twice, late ones find their place", () => {
  const known = mergeEvents([], [int(5), int(9)]);
  expect(ticks(mergeEvents(known, [int(12)]))).toEqual([5, 9, 12]);
  expect(mergeEvents(known, [int(5), int(9)])).toBe(known);
  expect(ticks(mergeEvents(known, [int(7), int(9)]))).toEqual([5, 7, 9]);
});

test("of 50,000 interrupts and one mode change at most 20,000 stay, the mode change among them", () => {
  const many: MachineEvent[] = Array.from({ length: 50_000 }, (_, i) => int(i + 1));
  const kept = mergeEvents([{ tick: 0, kind: "mode", mode: "protected 32" }], many);
  expect(kept.length).toBeLessThanOrEqual(mostEvents);
  expect(kept[0]).toMatchObject({ kind: "mode" });
  expect(kept.at(-1)!.tick).toBeGreaterThan(49_990);
});

test("beside tick 9 of 5, 9, 12 stand 5 and 12", () => {
  const events = [int(5), int(9), int(12)];
  expect(eventBeside(events, 9, -1)?.tick).toBe(5);
  expect(eventBeside(events, 9, 1)?.tick).toBe(12);
  expect(eventBeside(events, 12, 1)).toBeUndefined();
  expect(eventBeside(events, 5, -1)).toBeUndefined();
});
