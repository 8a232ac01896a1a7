import { expect, test } from "vitest";
import { changedLines } from "./changedlines.ts";

test("an equal text has no changed lines", () => expect(changedLines("a\nb", "a\nb")).toEqual([]));
test("one line changed of three is line 2", () => expect(changedLines("a\nb\nc", "a\nx\nc")).toEqual([2]));
test("two lines put in after line 1 are lines 2 and 3", () =>
  expect(changedLines("a\nb", "a\nx\ny\nb")).toEqual([2, 3]));
test("a line taken out changes none", () => expect(changedLines("a\nb\nc", "a\nc")).toEqual([]));
test("lines 2 and 4 changed leave line 3", () =>
  expect(changedLines("a\nb\nc\nd\ne", "a\nB\nc\nD\ne")).toEqual([2, 4]));
