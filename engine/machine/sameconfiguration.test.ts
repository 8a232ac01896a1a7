import { expect, test } from "vitest";
import { sameConfiguration } from "./sameconfiguration.ts";

const image = (at: number, byte: number, length = 1026) => {
  const bytes = new Uint8Array(length);
  bytes[at] = byte;
  return bytes;
};

test("equal disks in other arrays, and a part that is undefined beside one that is not there, are the same", () => {
  const one = { memoryMiB: 16, floppies: [image(3, 7), undefined], rtcBase: undefined };
  expect(sameConfiguration(one, { memoryMiB: 16, floppies: [image(3, 7)] })).toBe(true);
  const shifted = image(4, 7, 1027).subarray(1);
  expect(sameConfiguration({ floppies: [image(3, 7)] }, { floppies: [shifted] })).toBe(true);
});

test("another byte in the first word or the last, another length, another memory: not the same", () => {
  const one = { memoryMiB: 16, floppies: [image(3, 7)] };
  for (const other of [
    { memoryMiB: 16, floppies: [image(2, 7)] },
    { memoryMiB: 16, floppies: [image(1025, 7)] },
    { memoryMiB: 16, floppies: [image(3, 7, 1028)] },
    { memoryMiB: 16, floppies: [undefined, image(3, 7)] },
    { memoryMiB: 2, floppies: [image(3, 7)] },
    { memoryMiB: 16 },
  ])
    expect(sameConfiguration(one, other)).toBe(false);
});
