import { expect, test } from "vitest";
import { chosenByMachine, growth, orderByTicks, readGuess, showNumber } from "./prediction.ts";

test("in a question about hex, 10 is 16 and 4E is 78", () => {
  expect(readGuess("10", "hex")).toEqual({ value: 16n });
  expect(readGuess("4E", "hex")).toEqual({ value: 78n });
});

test("in another question 10 is ten, and 4E can only be hex", () => {
  expect(readGuess("10", "decimal")).toEqual({ value: 10n });
  expect(readGuess("4E", "decimal")).toEqual({ value: 78n });
  expect(readGuess("soon", "decimal")).toHaveProperty("message");
});

test("a measured 8,192 is “about ten thousand” of 100, 10,000 and 1,000,000", () => {
  expect(chosenByMachine(["100", "10000", "1000000"], 8192n)).toBe(1);
  expect(chosenByMachine(["100", "10000", "1000000"], 480_321n)).toBe(2);
  expect(chosenByMachine(["0x10", "0x13"], 0x13n)).toBe(1);
  expect(chosenByMachine(["F000", "none"], 0xf000n)).toBe(-1);
});

test("4e shows its decimal, 1,204 stands alone", () => {
  expect(showNumber(0x4en, "hex")).toBe("4e (78)");
  expect(showNumber(1204n, "decimal")).toBe("1,204");
});

test("places reached at 500, 20 and never come as second, first, third", () => {
  expect(orderByTicks([500, 20, undefined])).toEqual([1, 0, 2]);
});

test("from 9 to 13 is a growth of 4; without a place before, the value stands", () => {
  expect(growth(9n, 13n)).toBe(4n);
  expect(growth(undefined, 13n)).toBe(13n);
  expect(growth(undefined, "text")).toBe("text");
});
