/**
 * The scripts of scripts.ts on our devices, against what QEMU answered (qemu.json).
 *
 * `RING_RECORD=1 npx vitest run engine/chipset/vectors` writes qemu.json anew; with RING_FULL=1, and where QEMU and GNU as
 * are installed, a test makes sure that it still is what QEMU answers.
 */

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testBoard } from "../testboard.ts";
import { SCRIPTS } from "./scripts.ts";

const FILE = new URL("./qemu.json", import.meta.url);
const RECORDER = new URL("./recorder.S", import.meta.url);
const OPERATIONS = ["end", "out", "in", "poll", "fill", "dump"];

/** `[operation, numbers]`, one value of an `out` each. */
function parse(script: string): [string, number[]][] {
  return script
    .split(/[;\n]/)
    .map((line) => line.trim().split(/\s+/))
    .filter(([operation]) => operation !== "")
    .flatMap(([operation, ...words]): [string, number[]][] => {
      const numbers = words.map((word) => Number.parseInt(word, 16));
      if (operation !== "out") return [[operation, numbers]];
      return numbers.slice(1).map((value) => [operation, [numbers[0], value]]);
    });
}

/** Answers as hexadecimal, with only those bits that their `in` compares. */
function shown(script: string, answers: readonly number[]): string {
  const masks = parse(script).flatMap(([operation, [, second]]) => {
    if (operation === "in") return [second ?? 0xff];
    return operation === "dump" ? Array<number>(second).fill(0xff) : [];
  });
  return answers.map((byte, i) => (byte & (masks[i] ?? 0xff)).toString(16).padStart(2, "0")).join(" ");
}

/** A disk whose sector n holds n + 1; the first is the boot sector. */
function disk(boot: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from({ length: 1474560 }, (_, i) => (i >> 9) + 1);
  bytes.set(boot);
  return bytes;
}

/** The script on our devices. */
function ours(script: string): string {
  const { bus } = testBoard(disk(new Uint8Array(512)));
  const answers: number[] = [];
  const at = (address: number) => 0x20000 + address;
  const ram = new Uint8Array(0x10000);
  bus.memory.read8 = (hpa) => ram[hpa - 0x20000];
  bus.memory.write8 = (hpa, value) => {
    ram[hpa - 0x20000] = value;
  };
  for (const [operation, [first, second, third]] of parse(script)) {
    if (operation === "out") bus.out(first, second);
    else if (operation === "in") answers.push(bus.in(first));
    else if (operation === "poll") {
      for (let i = 0; i < 20_000 && (bus.in(first) & second) !== third; i++) bus.wait(50_000);
    } else if (operation === "fill") ram.fill(third, first, first + second);
    else for (let i = 0; i < second; i++) answers.push(bus.memory.read8(at(first + i)));
    bus.wait(30_000);
  }
  return shown(script, answers);
}

/** The script as the recorder's bytes. */
function encode(script: string): Uint8Array {
  const bytes: number[] = [];
  const word = (value: number) => bytes.push(value & 0xff, value >> 8);
  for (const [operation, numbers] of parse(script)) {
    bytes.push(OPERATIONS.indexOf(operation));
    word(numbers[0]);
    if (operation === "in") continue;
    if (operation === "fill" || operation === "dump") word(numbers[1]);
    bytes.push(...numbers.slice(operation === "fill" || operation === "dump" ? 2 : 1));
  }
  return Uint8Array.from([...bytes, 0]);
}

/** The script on QEMU. */
function theirs(script: string, folder: string): string {
  const file = (name: string) => join(folder, name);
  execFileSync("as", ["--32", "-o", file("boot.o"), RECORDER.pathname]);
  execFileSync("ld", ["-m", "elf_i386", "-Ttext=0x7c00", "--oformat=binary", "-o", file("boot.bin"), file("boot.o")]);
  const image = disk(readFileSync(file("boot.bin")));
  image.set(encode(script), 40 * 36 * 512);
  writeFileSync(file("disk.img"), image);
  writeFileSync(file("answers"), "");
  const run = spawnSync(
    "qemu-system-i386",
    [
      ...["-m", "16", "-display", "none", "-monitor", "none", "-serial", "null", "-serial", "null", "-no-reboot"],
      ...["-drive", `file=${file("disk.img")},if=floppy,format=raw`, "-boot", "a", "-rtc", "base=2026-01-01"],
      ...["-debugcon", `file:${file("answers")}`, "-device", "isa-debug-exit,iobase=0x501,iosize=1"],
    ],
    { timeout: 60_000 },
  );
  expect(run.status, String(run.stderr)).toBe(1);
  return shown(script, [...readFileSync(file("answers"))]);
}

const record = process.env["RING_RECORD"] === "1";
const installed = ["qemu-system-i386", "as", "ld"].every((tool) => spawnSync(tool, ["--version"]).status === 0);

test.skipIf(!installed || !(record || process.env["RING_FULL"]))(
  `qemu.json is what QEMU answers${installed ? "" : " (skipped: needs qemu-system-i386 and GNU as)"}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), "vectors-"));
    try {
      const answers = Object.fromEntries(
        Object.entries(SCRIPTS).map(([name, script]) => [name, theirs(script, folder)]),
      );
      if (record) writeFileSync(FILE, `${JSON.stringify(answers, null, 2)}\n`);
      else expect(answers).toEqual(JSON.parse(readFileSync(FILE, "utf8")));
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  300_000,
);

for (const [name, script] of Object.entries(SCRIPTS)) {
  test(`${name}: as QEMU`, () => {
    const recorded = JSON.parse(readFileSync(FILE, "utf8")) as { [name: string]: string };
    expect(ours(script)).toBe(recorded[name]);
  });
}
