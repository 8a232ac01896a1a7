import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { assemble } from "./assembler.ts";
import { FLOPPY_FORMATS, type Floppy, fat12Floppy, floppyFrom, sizeOf } from "./floppy.ts";

function imageOf(floppy: Floppy): Uint8Array {
  if ("problem" in floppy) throw new Error(floppy.problem.message);
  return floppy.bytes;
}

const problemOf = (floppy: Floppy) => ("problem" in floppy ? floppy.problem.message : "");

/** Runs a tool on an image; what it printed, and whether it was content. */
function tool(
  image: Uint8Array,
  command: string,
  args: (file: string) => string[],
): { status: number | null; output: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), "ring-"));
  try {
    const file = join(folder, "floppy.img");
    writeFileSync(file, image);
    const run = spawnSync(command, args(file), { maxBuffer: 1 << 26 });
    return { status: run.status, output: run.stdout };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const has = (command: string) => spawnSync(command, ["--version"]).error === undefined;
const pattern = (length: number, step: number) => Uint8Array.from({ length }, (_, i) => (i * step + (i >> 8)) & 0xff);

describe("floppyFrom", () => {
  test("puts a boot sector on a disk of 1,474,560 bytes", () => {
    const sector = assemble("cli\nhlt\n.org 510\n.word 0xaa55").bytes;
    const image = imageOf(floppyFrom(sector));
    expect(image.length).toBe(1_474_560);
    expect([image[0], image[1], image[510], image[511], image[512]]).toEqual([0xfa, 0xf4, 0x55, 0xaa, 0]);
  });

  test("has the sizes that PC drives read", () => {
    const sizes = [...FLOPPY_FORMATS.values()].map((f) => `${f.name} ${sizeOf(f) / 1024}`);
    expect(sizes).toEqual([
      "160K 160",
      "180K 180",
      "320K 320",
      "360K 360",
      "720K 720",
      "1.2M 1200",
      "1.44M 1440",
      "2.88M 2880",
    ]);
  });

  test("says by how much a program is too large", () => {
    expect(problemOf(floppyFrom(new Uint8Array(400_000), "360K"))).toBe(
      "400000 bytes do not fit on a 360K disk of 368640",
    );
  });
});

describe("fat12Floppy", () => {
  const files = [
    { name: "KERNEL.BIN", bytes: pattern(40_000, 7) },
    { name: "readme.txt", bytes: new TextEncoder().encode("hello\n") },
    { name: "EMPTY", bytes: new Uint8Array(0) },
    { name: "LAST.DAT", bytes: pattern(512, 3) },
  ];

  for (const format of FLOPPY_FORMATS.keys()) {
    test.skipIf(!has("fsck.fat"))(`${format}: fsck.fat finds nothing wrong`, () => {
      const { status, output } = tool(imageOf(fat12Floppy(files, { format, label: "RING" })), "fsck.fat", (f) => [
        "-n",
        f,
      ]);
      expect(`${status} ${output}`).toMatch(/^0 /);
    });

    test.skipIf(!has("mtype"))(`${format}: mtools read each file back`, () => {
      const image = imageOf(fat12Floppy(files, { format }));
      for (const f of files) {
        const { output } = tool(image, "mtype", (file) => ["-i", file, `::${f.name}`]);
        expect(Buffer.compare(output, Buffer.from(f.bytes))).toBe(0);
      }
    });
  }

  test("keeps a boot sector's code around the parameter block", () => {
    const boot = assemble("jmp start\n.org 62\nstart: hlt\njmp start\n.org 510\n.word 0xaa55").bytes;
    const image = imageOf(fat12Floppy([], { boot }));
    expect([image[0], image[1], image[62], image[63]]).toEqual([0xeb, 0x3c, 0xf4, 0xeb]);
    expect(String.fromCharCode(...image.slice(54, 59))).toBe("FAT12");
  });

  test("refuses what would not work, and says why", () => {
    const big = { name: "BIG", bytes: new Uint8Array(1_457_665) };
    expect(problemOf(fat12Floppy([big]))).toBe("`BIG` has 1457665 bytes, and 1457664 are left on a 1.44M disk");
    expect(problemOf(fat12Floppy([{ name: "much too long.name", bytes: big.bytes }]))).toMatch(/is no name/);
    expect(problemOf(fat12Floppy([files[3]!, { name: "last.dat", bytes: files[3]!.bytes }]))).toMatch(/two files/);
    expect(problemOf(fat12Floppy([], { boot: new Uint8Array(512).fill(0xfa) }))).toMatch(/parameter block/);
  });
});
