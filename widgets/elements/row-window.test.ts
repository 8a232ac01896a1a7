import { expect, test } from "vitest";
import { rowWindow, scrollFor } from "./row-window.ts";

const none = { from: 0, to: 0 };

test("of 300 rows, a box of 26 at the top has rows 0 to 38 in the page", () => {
  expect(rowWindow(0, 20, 26, 300, none)).toEqual({ from: 0, to: 39 });
});

test("the window stands while fewer than 6 rows were scrolled, then moves", () => {
  const at100 = rowWindow(2000, 20, 26, 300, none);
  expect(at100).toEqual({ from: 88, to: 139 });
  expect(rowWindow(2100, 20, 26, 300, at100)).toBe(at100);
  expect(rowWindow(2140, 20, 26, 300, at100)).toEqual({ from: 95, to: 146 });
});

test("a list shorter than its box is there whole; a shorter list after a long one, too", () => {
  expect(rowWindow(0, 20, 26, 10, none)).toEqual({ from: 0, to: 10 });
  expect(rowWindow(0, 20, 26, 10, { from: 0, to: 39 })).toEqual({ from: 0, to: 10 });
});

test("a row out of the box is scrolled to with two rows beside it; one in it is left; high is a quarter down", () => {
  expect(scrollFor(100, 0, 20, 26, false)).toBe((103 - 26) * 20);
  expect(scrollFor(10, 2000, 20, 26, false)).toBe(160);
  expect(scrollFor(10, 100, 20, 26, false)).toBe(100);
  expect(scrollFor(100, 0, 20, 24, true)).toBe(94 * 20);
});
