import { describe, expect, it } from "vitest";
import { configurationOf, describe as described, fault, type OwnFile, type Place, recognise } from "./own-files.ts";

function bytes(length: number, ...put: readonly (readonly [at: number, text: string])[]): Uint8Array {
  const all = new Uint8Array(length);
  for (const [at, text] of put) for (const [i, character] of [...text].entries()) all[at + i] = character.charCodeAt(0);
  return all;
}
const file = (place: Place, name: string, length = 512): OwnFile => ({ name, place, bytes: new Uint8Array(length) });

describe("a file is told by its bytes", () => {
  it.each([
    ["floppy", "a boot sector", bytes(512, [510, "\x55\xaa"])],
    ["floppy", "1.44 MB of anything", bytes(1_474_560)],
    ["disk", "4 MB of anything", bytes(4_000_000)],
    ["cdrom", "ISO 9660, with a boot sector in front", bytes(65536, [510, "\x55\xaa"], [32769, "CD001"])],
    ["kernel", "Linux's bzImage", bytes(4096, [0x202, "HdrS"], [510, "\x55\xaa"])],
    ["kernel", "an ELF file", bytes(4096, [0, "\x7fELF"])],
    ["kernel", "Multiboot's word at byte 8188", bytes(16384, [8188, "\x02\xb0\xad\x1b"])],
    ["floppy", "Multiboot's word at byte 8192", bytes(16384, [8192, "\x02\xb0\xad\x1b"])],
    ["kernel", "Multiboot 2's word at byte 32764", bytes(65537, [32764, "\xd6\x50\x52\xe8"])],
    ["initrd", "gzip", bytes(100, [0, "\x1f\x8b"])],
    ["initrd", "cpio", bytes(100, [0, "070701"])],
    ["bios", "128 KiB with a far jump at the reset vector", bytes(131072, [131056, "\xea"])],
  ])("%s: %s", (place, _what, image) => {
    expect(recognise(image)).toBe(place);
  });
});

it("says whether a PC would start it", () => {
  const disk = { name: "a.img", place: "disk" } as const;
  expect(described({ ...disk, bytes: bytes(512, [510, "\x55\xaa"]) })).toBe("512 bytes, with a boot sector");
  expect(described({ ...disk, bytes: bytes(5) })).toBe("5 bytes, no boot signature: not to be started from");
  const cd = bytes(40000, [34823, "EL TORITO SPECIFICATION"]);
  expect(described({ name: "a.iso", place: "cdrom", bytes: cd })).toBe("40 kB, can be started from");
});

it("says what is wrong with a file at its place", () => {
  const fine = file("disk", "a.img");
  expect(fault(fine, [fine])).toBe("");
  const empty = file("disk", "empty.img", 0);
  expect(fault(empty, [empty])).toBe("empty.img is empty.");
  const large = file("floppy", "large.img", 3_000_000);
  expect(fault(large, [large])).toBe("large.img has 3.0 MB; a floppy has at most 2.9 MB.");
  const odd = file("bios", "odd.bin", 65537);
  expect(fault(odd, [odd])).toBe("odd.bin has 65,537 bytes; firmware has 64, 128, 192 or 256 KiB.");
  const cds = [file("cdrom", "a.iso"), file("cdrom", "b.iso")];
  expect(cds.map((cd) => fault(cd, cds))).toEqual(["", "b.iso is one CD too many: this PC takes 1."]);
  const alone = file("initrd", "root.gz");
  expect(fault(alone, [alone])).toContain("goes with a Linux kernel");
  expect(fault(alone, [file("kernel", "linux"), alone])).toBe("");
});

it("makes a machine of files: the first is tried first, CD at hdc, and what is not given is taken out", () => {
  const [cd, disk, second] = [file("cdrom", "a.iso"), file("disk", "a.img"), file("disk", "b.img")];
  const made = configurationOf([cd, disk, second], "quiet");
  expect(made.bootOrder).toBe("dca");
  expect(made.drives?.map((drive) => drive?.kind)).toEqual(["disk", "disk", "cdrom", undefined]);
  expect(made.drives?.[1]?.image).toBe(second.bytes);
  expect({ ...made, drives: 0 }).toEqual({
    floppies: [],
    kernel: undefined,
    bios: undefined,
    bootOrder: "dca",
    drives: 0,
  });
  const [kernel, initrd] = [file("kernel", "linux"), file("initrd", "root.gz")];
  expect(configurationOf([kernel, initrd], "quiet").kernel).toEqual({
    image: kernel.bytes,
    initrd: initrd.bytes,
    commandLine: "quiet",
  });
});
