import { expect, test } from "vitest";
import { packLines, unpackLines } from "./packedlines.ts";

test("lines come back as they were, addresses up to FFFFFFFF included", () => {
  const lines = [
    { address: 0xffff_fff0, length: 5, file: "bios.S", line: 41 },
    { address: 0xf_e05b, length: 1, file: "post.S", line: 7 },
    { address: 0xf_e05c, length: 2, file: "bios.S", line: 42 },
  ];
  expect(packLines(lines).files).toEqual(["bios.S", "post.S"]);
  expect(unpackLines(packLines(lines))).toEqual(lines);
  expect(unpackLines(packLines([]))).toEqual([]);
});
