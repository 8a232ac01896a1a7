import fc from "fast-check";
import { expect, test } from "vitest";
import { lineDifference } from "./difference.ts";

const text = fc.array(fc.constantFrom("a", "b", "c", ""), { maxLength: 9 }).map((lines) => lines.join("\n"));

test("without its added lines it is the text before, without its removed ones the text after", () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = lineDifference(before, after);
      const without = (kind: string) => lines.filter((line) => line.kind !== kind).map((line) => line.text);
      expect(without("added").join("\n")).toBe(before);
      expect(without("removed").join("\n")).toBe(after);
    }),
  );
});

test("one changed line of three is one removed and one added", () => {
  expect(lineDifference("cli\nhlt\njmp", "cli\nnop\njmp").map(({ kind }) => kind)).toEqual([
    "same",
    "removed",
    "added",
    "same",
  ]);
});
