import { expect, test } from "vitest";
import { TickClock } from "./clock.ts";
import { Frequency } from "./frequency.ts";

test("timers fire by deadline, then by creation, each at its own tick", () => {
  const clock = new TickClock(1000);
  const seen: string[] = [];
  const b = clock.timer("b", () => seen.push(`b${clock.now}`));
  const a = clock.timer("a", () => seen.push(`a${clock.now}`));
  const c = clock.timer("c", () => seen.push(`c${clock.now}`));
  a.arm(5);
  b.arm(5);
  c.arm(3);
  expect(clock.nextDeadline).toBe(3);
  clock.advance(4);
  expect(clock.now).toBe(4);
  clock.advance(5);
  expect(seen).toEqual(["c3", "b5", "a5"]);
  expect(clock.nextDeadline).toBe(Number.POSITIVE_INFINITY);
});

test("a timer that always arms itself for the past fires once a tick", () => {
  const clock = new TickClock(1000);
  let fired = 0;
  const timer = clock.timer("t", () => {
    fired++;
    timer.arm(0);
  });
  timer.arm(0);
  clock.advance(10);
  expect(fired).toBe(11);
});

test("deadlineMoved tells of every change outside advance", () => {
  const clock = new TickClock(1000);
  const seen: number[] = [];
  clock.deadlineMoved = (next) => seen.push(next);
  const a = clock.timer("a", () => {});
  const b = clock.timer("b", () => {});
  a.arm(9);
  b.arm(12);
  a.cancel();
  b.cancel();
  expect(seen).toEqual([9, 12, Number.POSITIVE_INFINITY]);
});

test("a restored clock fires what the saved one would have", () => {
  const make = () => {
    const clock = new TickClock(1000);
    const seen: number[] = [];
    const timer = clock.timer("t", (deadline) => {
      seen.push(deadline);
      timer.arm(deadline + 7);
    });
    return { clock, seen, timer };
  };
  const first = make();
  first.timer.arm(7);
  first.clock.advance(10);
  const saved = structuredClone(first.clock.state);
  const second = make();
  Object.assign(second.clock.state, saved);
  second.clock.restored();
  second.clock.advance(30);
  expect(second.seen).toEqual([14, 21, 28]);
});

test("1,193,182 Hz in 200 MHz ticks does not drift in a year", () => {
  const pit = new Frequency(1_193_182, 200_000_000);
  const year = 365 * 86400;
  expect(pit.cyclesAt(year * 200_000_000)).toBe(year * 1_193_182);
  expect(pit.tickOf(year * 1_193_182)).toBe(year * 200_000_000);
  for (const cycle of [0, 1, 2, 65536, 1_193_181, 1_193_182, 37_630_000_001]) {
    const tick = pit.tickOf(cycle);
    expect(pit.cyclesAt(tick)).toBe(cycle);
    if (tick > 0) expect(pit.cyclesAt(tick - 1)).toBe(cycle - 1);
  }
});

test("a billion ticks a second still count the VGA's 28.322 MHz exactly", () => {
  const dots = new Frequency(28_322_000, 1_000_000_000);
  expect(dots.cyclesAt(10 ** 15 + 500_000_000)).toBe(28_322_000 * 1_000_000 + 14_161_000);
  expect(() => new Frequency(28_322_003, 999_999_999)).toThrow(/exactly/);
});
