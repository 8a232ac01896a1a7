/**
 * The pictures of VGA modes, pixel by pixel, against QEMU's: vga.json has the registers that its BIOS chose for a mode and
 * the SHA-256 of its screen dump, six bits a colour. `RING_RECORD=1 npx vitest run engine/chipset/vectors` writes it anew.
 *
 * Text is not compared: QEMU shows nine-dot characters of 40 columns in eight, and repeats the eighth dot of 0xB0 to 0xBF.
 */

import { execFileSync, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TestBus } from "../testbus.ts";
import { Vga } from "../vga.ts";

const FILE = new URL("./vga.json", import.meta.url);
const RECORDER = new URL("./vgarecorder.S", import.meta.url);

interface Mode {
  readonly number: number;
  readonly segment: number;
  readonly bytes: number;
  readonly planar: boolean;
}

const MODES: { readonly [name: string]: Mode } = {
  "4: 320x200, 4 colours": { number: 0x04, segment: 0xb800, bytes: 0x4000, planar: false },
  "6: 640x200, 2 colours": { number: 0x06, segment: 0xb800, bytes: 0x4000, planar: false },
  "0Dh: 320x200, 16 colours": { number: 0x0d, segment: 0xa000, bytes: 8000, planar: true },
  "12h: 640x480, 16 colours": { number: 0x12, segment: 0xa000, bytes: 0x9600, planar: true },
  "13h: 320x200, 256 colours": { number: 0x13, segment: 0xa000, bytes: 0x10000, planar: false },
};

interface Recorded {
  /** Base64: miscellaneous output, sequencer, CRTC, graphics, attribute, DAC. */
  readonly registers: string;
  readonly width: number;
  readonly height: number;
  readonly sha256: string;
}

/** The hash of RGB pixels, six bits a colour: how a DAC's six become eight is not its affair. */
function hash(rgb: Uint8Array): string {
  return createHash("sha256")
    .update(rgb.map((value) => value >> 2))
    .digest("hex");
}

function ours(mode: Mode, recorded: Recorded): { width: number; height: number; sha256: string } {
  const bytes = [...Buffer.from(recorded.registers, "base64")];
  const bus = new TestBus();
  const vga = new Vga(bus);
  const indexed = (port: number, count: number) => {
    bytes.splice(0, count).forEach((value, i) => {
      bus.ports.write(port, i | (value << 8), 2);
    });
  };
  bus.out(0x3c2, ...bytes.splice(0, 1));
  indexed(0x3c4, 5);
  // What protects CRTC 0 to 7 comes after them.
  indexed(0x3d4, 25);
  indexed(0x3ce, 9);
  bus.in(0x3da);
  bytes.splice(0, 21).forEach((value, i) => {
    bus.out(0x3c0, i, value);
  });
  bus.out(0x3c0, 0x20);
  bus.out(0x3c8, 0);
  bus.out(0x3c9, ...bytes);
  for (let plane = 0; plane < (mode.planar ? 4 : 1); plane++) {
    if (mode.planar) bus.ports.write(0x3c4, 0x02 | (0x100 << plane), 2);
    for (let i = 0; i < mode.bytes; i++) {
      bus.mmio.write(16 * mode.segment + i, (7 * (i & 0xff) + 13 * (i >> 8) + plane) & 0xff, 1);
    }
  }
  const { width, height, pixels } = vga.frame();
  return { width, height, sha256: hash(Uint8Array.from(pixels.filter((_, i) => (i & 3) !== 3))) };
}

async function theirs(mode: Mode, folder: string): Promise<Recorded> {
  const file = (name: string) => join(folder, name);
  const symbols = { MODE: mode.number, SEGMENT: mode.segment, LIMIT: mode.bytes & 0xffff, PLANAR: Number(mode.planar) };
  const defines = Object.entries(symbols).flatMap(([name, value]) => ["--defsym", `${name}=${value}`]);
  execFileSync("as", ["--32", ...defines, "-o", file("boot.o"), RECORDER.pathname]);
  execFileSync("ld", ["-m", "elf_i386", "-Ttext=0x7c00", "--oformat=binary", "-o", file("boot.bin"), file("boot.o")]);
  const image = Buffer.alloc(1474560);
  readFileSync(file("boot.bin")).copy(image);
  writeFileSync(file("disk.img"), image);
  writeFileSync(file("registers"), "");
  rmSync(file("picture"), { force: true });
  const drive = ["-drive", `file=${file("disk.img")},if=floppy,format=raw`, "-boot", "a"];
  const console = ["-debugcon", `file:${file("registers")}`, "-display", "none", "-monitor", "stdio"];
  const qemu = spawn("qemu-system-i386", [...drive, ...console], { stdio: ["pipe", "ignore", "ignore"] });
  const until = async (done: () => boolean) => {
    for (let i = 0; i < 600 && !done(); i++) await new Promise((resolve) => setTimeout(resolve, 100));
  };
  try {
    await until(() => readFileSync(file("registers")).length === 829);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    qemu.stdin.write(`screendump ${file("picture")}\n`);
    await until(() => existsSync(file("picture")));
    await new Promise((resolve) => setTimeout(resolve, 1000));
  } finally {
    qemu.kill();
  }
  const picture = readFileSync(file("picture"));
  const [, size] = picture.toString("latin1", 0, 20).split("\n");
  const [width, height] = size.split(" ").map(Number);
  const rgb = picture.subarray(picture.length - 3 * width * height);
  return { registers: readFileSync(file("registers")).toString("base64"), width, height, sha256: hash(rgb) };
}

const installed = ["qemu-system-i386", "as", "ld"].every((tool) => spawnSync(tool, ["--version"]).status === 0);

test.skipIf(!installed || process.env["RING_RECORD"] !== "1")(
  "recording QEMU's pictures (only with RING_RECORD=1)",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "vectors-"));
    try {
      const modes: { [name: string]: Recorded } = {};
      for (const [name, mode] of Object.entries(MODES)) modes[name] = await theirs(mode, folder);
      writeFileSync(FILE, `${JSON.stringify(modes, null, 2)}\n`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  300_000,
);

for (const [name, mode] of Object.entries(MODES)) {
  test(`mode ${name}: every pixel as QEMU`, () => {
    const recorded = (JSON.parse(readFileSync(FILE, "utf8")) as { [name: string]: Recorded })[name];
    expect(ours(mode, recorded)).toEqual({ width: recorded.width, height: recorded.height, sha256: recorded.sha256 });
  });
}
