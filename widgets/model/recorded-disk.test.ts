import { expect, test } from "vitest";
import { recordDisk, recordedImage, textMark } from "./recorded-disk.ts";

const image = new Uint8Array(1024);
image.set([0xfa, 0xf4], 0);
image.set([0x55, 0xaa], 510);
const disk = recordDisk("#boot", "\ncli\nhlt\n", image);

test("a disk comes back for its source's text, however that begins and ends", () => {
  expect(atob(disk.bytes).length).toBe(512);
  expect(recordedImage([disk], "#boot", "cli\nhlt", 1024)).toEqual(image);
});

test("an edited source, another source and a page that recorded none get no disk", () => {
  expect(recordedImage([disk], "#boot", "cli\nhlt # mine\n", 1024)).toBeUndefined();
  expect(recordedImage([disk], "#other", "cli\nhlt", 1024)).toBeUndefined();
  expect(recordedImage(undefined, "#boot", "cli\nhlt", 1024)).toBeUndefined();
});

test("marks differ where two characters are exchanged", () => {
  expect(textMark("mov %ax, %bx")).not.toBe(textMark("mov %bx, %ax"));
});
