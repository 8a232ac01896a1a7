/**
 * This machine's own processor as the judge: random instructions of every row that a user program can run, in 16- and
 * 32-bit operand sizes and segments, compared in registers, flags (those the row defines), memory and exception.
 * RING_CASES sets the cases an encoding (default 100); RING_SEED the seed. `npm run test:full` runs 10,000.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { PhysicalMap } from "../../engine/cpu/physical.ts";
import { Processor } from "../../engine/cpu/processor.ts";
import { CS, DS, ES, FS, GS, SS } from "../../engine/cpu/segments.ts";
import {
  type Case,
  CODE,
  DATA,
  DATA_BYTES,
  definedFlags,
  encodingsUnderTest,
  filling,
  makeCase,
  randomFrom,
  results,
} from "./cases.ts";
import { isRefused, lockedCodes } from "./locked.ts";

const COUNT = Number(process.env.RING_CASES ?? (process.env.RING_FULL ? 10_000 : 100));
const SEED = Number(process.env.RING_SEED ?? 20261122);
const RESULT_BYTES = 9 * 4 + 4 + 4;

const folder = mkdtempSync(join(tmpdir(), "ring-native-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function compileHarness(): string | undefined {
  if (process.arch !== "x64" || process.platform !== "linux") return undefined;
  const program = join(folder, "harness");
  const gcc = spawnSync("gcc", [
    "-m32",
    "-O1",
    "-no-pie",
    "-static",
    "-o",
    program,
    join(import.meta.dirname, "harness.c"),
  ]);
  if (gcc.status !== 0) return undefined;
  // A kernel may refuse 32-bit programs.
  return spawnSync(program, [], { input: "" }).status === 0 ? program : undefined;
}

const harness = compileHarness();

interface Outcome {
  readonly registers: Uint32Array;
  readonly eip: number;
  /** `none`, or the exception's name. */
  readonly exception: string;
  readonly data: Uint8Array;
}

function runNative(
  program: string,
  bits: 16 | 32,
  cases: readonly Pick<Case, "code" | "registers" | "seed">[],
): Outcome[] {
  const input = Buffer.alloc(cases.length * 64);
  cases.forEach((c, i) => {
    c.registers.forEach((r, n) => {
      input.writeUInt32LE(r, i * 64 + n * 4);
    });
    input.set(c.code, i * 64 + 36);
    input.writeUInt8(c.code.length, i * 64 + 59);
    input.writeUInt32LE(c.seed, i * 64 + 60);
  });
  const output = execFileSync(program, [String(bits)], { input, maxBuffer: Number.POSITIVE_INFINITY });
  return Array.from(results(output, RESULT_BYTES, cases), ({ fixed, data }) => {
    const registers = Uint32Array.from({ length: 9 }, (_v, n) => fixed.readUInt32LE(n * 4));
    const signal = fixed.readInt32LE(40);
    const exception = { 5: "none", 8: "#DE", 4: "#UD" }[signal] ?? "memory or bound";
    // The INT3 behind the instruction has been executed.
    const eip = fixed.readUInt32LE(36) - (exception === "none" ? 1 : 0);
    return { registers, eip, exception, data };
  });
}

const map = new PhysicalMap(4 << 20, 1);
let exception = "none";
const processor = new Processor(map, {
  portRead: () => 0xff,
  portWrite() {},
  acknowledgeInterrupt: () => 0,
  now: () => 0,
  event(e) {
    if (e.kind !== "exception" || exception !== "none") return;
    exception = e.name === "#DE" || e.name === "#UD" ? e.name : "memory or bound";
    throw new Stopped();
  },
});
/** Ends a run at its first exception, before anything of its delivery shows. */
class Stopped extends Error {}

function runEngine(c: Case, bits: 16 | 32): Outcome {
  const p = processor;
  exception = "none";
  p.reset();
  p.setControl(0, 0x11);
  const [code, data] = bits === 16 ? [CODE, DATA] : [0, 0];
  const attributes = bits === 16 ? 0 : 0xc000;
  const limit = (bytes: number) => (bits === 16 ? bytes - 1 : 0xffffffff);
  p.segments.set(CS, { selector: 0x23, base: code, limit: limit(4096), attributes: 0xfb | attributes });
  for (const n of [DS, ES, SS, FS, GS])
    p.segments.set(n, { selector: 0x2b, base: data, limit: limit(DATA_BYTES), attributes: 0xf3 | attributes });
  map.load(CODE, new Uint8Array(64).fill(0xf4));
  map.load(CODE, c.code);
  map.ram.set(filling(c.seed), DATA);
  for (let n = 0; n < 8; n++) p.setRegister(n, c.registers[n] as number);
  p.flags = c.registers[8] as number;
  const start = bits === 16 ? 0 : CODE;
  p.ip = start;
  p.restored();
  try {
    // Repetitions count as ticks; where the instruction has ended, RIP is behind it.
    for (let i = 0; i < 256 && (i === 0 || p.ip === start); i++) p.run(1);
  } catch (e) {
    if (!(e instanceof Stopped)) throw e;
  }
  const registers = Uint32Array.from({ length: 9 }, (_v, n) => (n < 8 ? p.register(n) : p.flags));
  return { registers, eip: p.ip, exception, data: map.ram.slice(DATA, DATA + DATA_BYTES) };
}

const NAMES = ["EAX", "ECX", "EDX", "EBX", "ESP", "EBP", "ESI", "EDI"];
const hex = (n: number) => (n >>> 0).toString(16).padStart(8, "0");

function differences(c: Case, native: Outcome, engine: Outcome): string[] {
  const found: string[] = [];
  if (native.exception !== engine.exception)
    return [`exception: native ${native.exception}, engine ${engine.exception}`];
  NAMES.forEach((name, n) => {
    const [a, b] = [native.registers[n] as number, engine.registers[n] as number];
    if (a !== b) found.push(`${name}: native ${hex(a)}, engine ${hex(b)}`);
  });
  const mask = c.row.name.startsWith("POPF") ? 0x8d5 : definedFlags(c.row) | 0x400;
  if (native.exception === "none") {
    const [a, b] = [native.registers[8] as number, engine.registers[8] as number];
    if ((a ^ b) & mask) found.push(`EFLAGS: native ${hex(a & mask)}, engine ${hex(b & mask)}`);
  }
  if (native.eip !== engine.eip) found.push(`EIP: native ${hex(native.eip)}, engine ${hex(engine.eip)}`);
  if (Buffer.compare(native.data, engine.data) !== 0) {
    const i = native.data.findIndex((byte, at) => byte !== engine.data[at]);
    found.push(`byte at ${hex(DATA + i)}: native ${native.data[i]}, engine ${engine.data[i]}`);
  }
  return found;
}

function listing(c: Case): string {
  const bytes = Array.from(c.code, (b) => `0x${b.toString(16).padStart(2, "0")}`).join(", ");
  const registers = NAMES.map((name, n) => `${name}=${hex(c.registers[n] as number)}`).join(" ");
  return `.byte ${bytes}  # ${c.row.name}\n${registers} EFLAGS=${hex(c.registers[8] as number)} data seed ${c.seed}`;
}

describe.skipIf(!harness).each([32, 16] as const)(
  `against this processor, %i-bit segments, ${COUNT} cases an encoding, seed ${SEED}`,
  (bits) => {
    let number = 0;
    for (const { row, encoding } of encodingsUnderTest()) {
      const seed = SEED + ++number * 7919 + bits;
      it(`${row.name}  ${encoding.text}`, () => {
        const random = randomFrom(seed);
        for (let done = 0; done < COUNT; done += 1000) {
          const cases: Case[] = [];
          const dataSeed = random();
          for (let tries = 0; cases.length < Math.min(1000, COUNT - done) && tries < 20_000; tries++) {
            const c = makeCase(encoding, bits, dataSeed, random);
            if (c) cases.push(c);
          }
          expect(cases.length, "cases made").toBeGreaterThan(0);
          const native = runNative(harness as string, bits, cases);
          cases.forEach((c, i) => {
            const found = differences(c, native[i] as Outcome, runEngine(c, bits));
            if (found.length) expect.fail(`seed ${seed}:\n${listing(c)}\n${found.join("\n")}`);
          });
        }
      });
    }
  },
);

describe.skipIf(!harness)("LOCK raises #UD where this processor says so", () => {
  for (const bits of [32, 16] as const) {
    it(`${bits}-bit code, every encoding`, () => {
      const random = randomFrom(SEED + bits);
      const cases: (Pick<Case, "code" | "registers" | "seed"> & { readonly isRefused: boolean })[] = [];
      for (const code of lockedCodes(bits, COUNT, random)) {
        const registers = Uint32Array.from({ length: 9 }, (_, n) =>
          n === 8 ? 0x202 : (bits === 16 ? 0 : DATA) + 0x800,
        );
        cases.push({ code, registers, seed: 1, isRefused: isRefused(code, bits) });
      }
      const native = runNative(harness as string, bits, cases);
      const found = cases.flatMap((c, i) => {
        const isUd = native[i]?.exception === "#UD";
        return isUd === c.isRefused ? [] : [`${Buffer.from(c.code).toString("hex")}: native ${isUd ? "#UD" : "runs"}`];
      });
      expect(found).toEqual([]);
    });
  }
});

it.skipIf(harness)("skipped: no gcc that makes 32-bit x86 programs, or no processor that runs them", () => {
  expect(harness).toBeUndefined();
});
