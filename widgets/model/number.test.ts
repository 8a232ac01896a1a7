import { expect, test } from "vitest";
import { binary, byteSize, counted, grouped, hex, parseNumber, parseWithin, splitZeros } from "./number.ts";

test("0x7c24 padded to 8 digits is 00007c24, its leading zeros apart", () => {
  expect(hex(0x7c24, 8)).toBe("00007c24");
  expect(splitZeros("00007c24")).toEqual(["0000", "7c24"]);
  expect(splitZeros("00000000")).toEqual(["0000000", "0"]);
});

test("-1 in 8 digits is ffffffff", () => expect(hex(-1, 8)).toBe("ffffffff"));

test("1204 is grouped as 1,204 and 999 stays", () => {
  expect(grouped(1204)).toBe("1,204");
  expect(grouped(999)).toBe("999");
  expect(grouped(12345678n)).toBe("12,345,678");
});

test("16 bits of 0x1204 come in two groups of eight", () => expect(binary(0x1204n, 16)).toBe("00010010 00000100"));

test("sizes: 512 bytes, 17 kB, 1.5 MB", () => {
  expect([512, 17_000, 1_474_560].map(byteSize)).toEqual(["512 bytes", "17 kB", "1.5 MB"]);
});

test("1 flag, 2 flags", () => expect([counted(1, "flag"), counted(2, "flag")]).toEqual(["1 flag", "2 flags"]));

test.each([
  ["0x7C00", 0x7c00n],
  ["7c00h", 0x7c00n],
  ["31744", 31744n],
  ["31,744", 31744n],
  ["0b1010", 10n],
  ["-1", -1n],
  [" 0x00_ff ", 255n],
])("a question reads %s", (typed, value) => expect(parseNumber(typed)).toEqual({ value }));

test("bare 7c00 is hex in an address and refused, with the spelling to use, in a question", () => {
  expect(parseNumber("7c00", "hex")).toEqual({ value: 0x7c00n });
  expect(parseNumber("7c00")).toMatchObject({ hint: "If it is hex, type 0x7c00 or 7c00h." });
});

test("a register of 16 bits takes ffff and -1 and refuses 10000", () => {
  expect(parseWithin("ffff", 16)).toEqual({ value: 0xffffn });
  expect(parseWithin("-1", 16)).toEqual({ value: 0xffffn });
  expect(parseWithin("10000", 16)).toMatchObject({ message: "10000 does not fit in 16 bits." });
});
