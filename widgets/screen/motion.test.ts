import fc from "fast-check";
import { expect, test } from "vitest";
import { dotsPerPixel, Motion, notchesOf } from "./motion.ts";

test("1024 × 768 dots in a box of 608 × 380 are 2.02 to a pixel, as the height decides; no box is one to one", () => {
  expect(dotsPerPixel({ width: 1024, height: 768 }, { width: 608, height: 380 })).toBeCloseTo(768 / 380, 12);
  expect(dotsPerPixel({ width: 640, height: 400 }, { width: 320, height: 200 })).toBe(2);
  expect(dotsPerPixel({ width: 640, height: 400 }, { width: 1280, height: 800 })).toBe(0.5);
  expect(dotsPerPixel({ width: 640, height: 400 }, { width: 0, height: 0 })).toBe(1);
});

test("a notch is 100 pixels, 3 lines or a page; towards the user is down", () => {
  expect(notchesOf({ deltaY: 200, deltaMode: 0 })).toBe(2);
  expect(notchesOf({ deltaY: -3, deltaMode: 1 })).toBe(-1);
  expect(notchesOf({ deltaY: 1, deltaMode: 2 })).toBe(1);
});

test("30 moves of 0.1 are 3 dots, a tenth is none yet, and what was taken is gone", () => {
  const motion = new Motion();
  motion.move(0.1, -0.1);
  expect(motion.isDue).toBe(false);
  expect(motion.take()).toEqual({ right: 0, down: 0, back: 0 });
  for (let i = 0; i < 29; i++) motion.move(0.1, -0.1);
  expect(motion.isDue).toBe(true);
  expect(motion.take()).toEqual({ right: 3, down: -3, back: 0 });
  expect(motion.isDue).toBe(false);
});

test("a quarter of a notch at a time, the wheel turns once in four", () => {
  const motion = new Motion();
  const counts: number[] = [];
  for (let i = 0; i < 8; i++) {
    motion.turn(0.25);
    counts.push(motion.take().back);
  }
  expect(counts.reduce((sum, count) => sum + count)).toBe(2);
  expect(counts.filter((count) => count === 1)).toHaveLength(2);
});

test("whatever the scale and wherever it is taken, sums are within half a dot of the way", () => {
  const step = fc.record({
    pixels: fc.integer({ min: -500, max: 500 }),
    scale: fc.double({ min: 0.1, max: 8, noNaN: true }),
    taken: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const motion = new Motion();
      let [way, sum] = [0, 0];
      for (const { pixels, scale, taken } of steps) {
        motion.move(pixels * scale, 0);
        way += pixels * scale;
        if (taken) sum += motion.take().right;
      }
      sum += motion.take().right;
      expect(Math.abs(way - sum)).toBeLessThanOrEqual(0.5 + 1e-6);
    }),
  );
});
