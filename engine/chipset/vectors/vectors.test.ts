/**
 * The scripts of scripts.ts on our devices, against what QEMU answered (qemu.json).
 *
 * `RING_RECORD=1 npx vitest run engine/chipset/vectors` writes qemu.json anew; with RING_FULL=1, and where QEMU and GNU as
 * are installed, a test makes sure that it still is what QEMU answers.
 */

import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testBoard } from "../testboard.ts";
import { KEY_SETUPS, KEYS_NOT_COMPARED, QEMU_KEYS } from "./keys.ts";
import { PCI_SCRIPTS } from "./pciscripts.ts";
import { SCRIPTS } from "./scripts.ts";

const ALL = { ...SCRIPTS, ...PCI_SCRIPTS };
const FILE = new URL("./qemu.json", import.meta.url);
const KEYS_FILE = new URL("./qemukeys.json", import.meta.url);
const RECORDER = new URL("./recorder.S", import.meta.url);
const OPERATIONS = ["end", "out", "in", "poll", "fill", "dump", "listen", "outw", "inw", "outl", "inl"];
/** Bytes of the operations that access more than one. */
const WIDTHS: { [operation: string]: 2 | 4 } = { outw: 2, inw: 2, outl: 4, inl: 4 };

/** `[operation, numbers]`, one value of an `out` each. */
function parse(script: string): [string, number[]][] {
  return script
    .split(/[;\n]/)
    .map((line) => line.trim().split(/\s+/))
    .filter(([operation]) => operation !== "")
    .flatMap(([operation, ...words]): [string, number[]][] => {
      const numbers = words.map((word) => Number.parseInt(word, 16));
      if (!operation.startsWith("out")) return [[operation, numbers]];
      return numbers.slice(1).map((value) => [operation, [numbers[0], value]]);
    });
}

/** Answers as hexadecimal, with only those bits that their `in` compares. */
function shown(script: string, answers: readonly number[]): string {
  const masks = parse(script).flatMap(([operation, [, second]]) => {
    if (operation === "in") return [second ?? 0xff];
    if (operation in WIDTHS && operation.startsWith("in")) {
      return Array.from({ length: WIDTHS[operation] }, (_, i) => ((second ?? -1) >>> (8 * i)) & 0xff);
    }
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
    else if (operation === "outw" || operation === "outl") bus.ports.write(first, second, WIDTHS[operation]);
    else if (operation === "inw" || operation === "inl") {
      const value = bus.ports.read(first, WIDTHS[operation]);
      for (let i = 0; i < WIDTHS[operation]; i++) answers.push((value >>> (8 * i)) & 0xff);
    } else if (operation === "poll") {
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
    if (operation === "listen") continue;
    word(numbers[0]);
    if (operation.startsWith("in")) continue;
    if (operation in WIDTHS) {
      for (let i = 0; i < WIDTHS[operation]; i++) bytes.push((numbers[1] >>> (8 * i)) & 0xff);
      continue;
    }
    if (operation === "fill" || operation === "dump") word(numbers[1]);
    bytes.push(...numbers.slice(operation === "fill" || operation === "dump" ? 2 : 1));
  }
  return Uint8Array.from([...bytes, 0]);
}

/** QEMU's arguments to run a script from a folder, and the file that its answers come to. */
function prepare(script: string, folder: string): { args: string[]; answers: string } {
  const file = (name: string) => join(folder, name);
  execFileSync("as", ["--32", "-o", file("boot.o"), RECORDER.pathname]);
  execFileSync("ld", ["-m", "elf_i386", "-Ttext=0x7c00", "--oformat=binary", "-o", file("boot.bin"), file("boot.o")]);
  const image = disk(readFileSync(file("boot.bin")));
  image.set(encode(script), 40 * 36 * 512);
  writeFileSync(file("disk.img"), image);
  writeFileSync(file("answers"), "");
  const args = [
    ...["-m", "16", "-display", "none", "-serial", "null", "-serial", "null", "-no-reboot"],
    ...["-drive", `file=${file("disk.img")},if=floppy,format=raw,snapshot=on`, "-boot", "a", "-rtc", "base=2026-01-01"],
    ...["-drive", `file=${file("disk.img")},if=ide,index=0,format=raw,snapshot=on`],
    ...["-drive", `file=${file("disk.img")},if=ide,index=2,media=cdrom,format=raw,readonly=on`],
    ...["-debugcon", `file:${file("answers")}`, "-device", "isa-debug-exit,iobase=0x501,iosize=1"],
  ];
  return { args, answers: file("answers") };
}

/** The script on QEMU. */
function theirs(script: string, folder: string): string {
  const { args, answers } = prepare(script, folder);
  const run = spawnSync("qemu-system-i386", [...args, "-monitor", "none"], { timeout: 60_000 });
  expect(run.status, String(run.stderr)).toBe(1);
  return shown(script, [...readFileSync(answers)]);
}

/** What each key sends on QEMU when it goes down and up. */
async function theirKeys(setup: string, folder: string): Promise<{ [code: string]: string }> {
  const { args, answers } = prepare(`${setup}; listen`, folder);
  const qemu = spawn("qemu-system-i386", [...args, "-monitor", "stdio"], { stdio: ["pipe", "ignore", "ignore"] });
  /** Waits until there are more than `count` answers and, for 200 ms, no further ones. */
  const answersAfter = async (count: number) => {
    let [bytes, quiet] = [readFileSync(answers), 0];
    for (let i = 0; i < 200 && quiet < 4; i++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const now = readFileSync(answers);
      quiet = now.length > count && now.length === bytes.length ? quiet + 1 : 0;
      bytes = now;
    }
    return bytes;
  };
  const keys: { [code: string]: string } = {};
  try {
    let before = (await answersAfter(0)).length;
    for (const [code, name] of QEMU_KEYS) {
      qemu.stdin.write(`sendkey ${name} 30\n`);
      const bytes = await answersAfter(before);
      keys[code] = Buffer.from(bytes.subarray(before)).toString("hex");
      before = bytes.length;
    }
  } finally {
    qemu.kill();
  }
  return keys;
}

/** What each key sends on our devices. */
function ourKeys(setup: string): { [code: string]: string } {
  const { bus, keyboard } = testBoard(disk(new Uint8Array(512)));
  for (const [operation, [first, second]] of parse(setup)) {
    if (operation === "out") bus.out(first, second);
    else if (operation === "in") bus.in(first);
    bus.wait(2_000_000);
  }
  const keys: { [code: string]: string } = {};
  for (const [code] of QEMU_KEYS) {
    keyboard.key(code, true);
    keyboard.key(code, false);
    keys[code] = "";
    for (let i = 0; i < 50; i++) {
      if (bus.in(0x64) & 1) keys[code] += bus.in(0x60).toString(16).padStart(2, "0");
      bus.wait(50_000);
    }
  }
  return keys;
}

const record = process.env["RING_RECORD"] === "1";
const installed = ["qemu-system-i386", "as", "ld"].every((tool) => spawnSync(tool, ["--version"]).status === 0);

test.skipIf(!installed || !(record || process.env["RING_FULL"]))(
  `qemu.json is what QEMU answers${installed ? "" : " (skipped: needs qemu-system-i386 and GNU as)"}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), "vectors-"));
    try {
      const answers = Object.fromEntries(Object.entries(ALL).map(([name, script]) => [name, theirs(script, folder)]));
      if (record) writeFileSync(FILE, `${JSON.stringify(answers, null, 2)}\n`);
      else expect(answers).toEqual(JSON.parse(readFileSync(FILE, "utf8")));
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  300_000,
);

test.skipIf(!installed || !record)(
  "recording what QEMU's keys send (only with RING_RECORD=1)",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "vectors-"));
    try {
      const sets: { [name: string]: { [code: string]: string } } = {};
      for (const [name, setup] of Object.entries(KEY_SETUPS)) sets[name] = await theirKeys(setup, folder);
      writeFileSync(KEYS_FILE, `${JSON.stringify(sets, null, 2)}\n`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  300_000,
);

for (const [name, setup] of Object.entries(KEY_SETUPS)) {
  test(`what ${QEMU_KEYS.length} keys send, ${name}: as QEMU`, () => {
    const recorded = JSON.parse(readFileSync(KEYS_FILE, "utf8")) as { [name: string]: { [code: string]: string } };
    const compared = ([code]: [string, string]) => !KEYS_NOT_COMPARED[name]?.includes(code);
    const ours = Object.entries(ourKeys(setup)).filter(compared);
    expect(ours).toEqual(Object.entries(recorded[name]).filter(compared));
  });
}

for (const [name, script] of Object.entries(ALL)) {
  test(`${name}: as QEMU`, () => {
    const recorded = JSON.parse(readFileSync(FILE, "utf8")) as { [name: string]: string };
    expect(ours(script)).toBe(recorded[name]);
  });
}
