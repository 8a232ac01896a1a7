/**
 * This machine's own processor as the judge of the x87: random states and operands of every class for every encoding,
 * compared in registers (80 bits), control, status and tag words, pointers and opcode, EFLAGS, AX and memory. The elementary
 * functions may differ by one unit of the last place. RING_CASES sets the cases an encoding (default 100); RING_SEED the
 * seed. `npm run test:full` runs 10,000. Where there is no such processor, recorded hashes of its outcomes are compared. The selectors are not compared: processors have stopped keeping them.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { isX87 } from "../../engine/isa/encoding.ts";
import { TABLE } from "../../engine/isa/table.ts";
import { randomFrom } from "./cases.ts";
import { CASE_BYTES, DATA_BYTES, type FloatCase, makeFloatCase, RESULT_BYTES, STATE_BYTES } from "./x87cases.ts";
import { type Outcome, prepare, runEngine } from "./x87engine.ts";

const COUNT = Number(process.env.RING_CASES ?? (process.env.RING_FULL ? 10_000 : 100));
const SEED = Number(process.env.RING_SEED ?? 20261122);

const folder = mkdtempSync(join(tmpdir(), "ring-x87-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function compileHarness(bits: 32 | 64): string | undefined {
  if (process.arch !== "x64" || process.platform !== "linux") return undefined;
  const program = join(folder, `harness${bits}`);
  const source = join(import.meta.dirname, "x87harness.c");
  const gcc = spawnSync("gcc", [`-m${bits}`, "-O1", "-no-pie", "-static", "-o", program, source]);
  if (gcc.status !== 0) return undefined;
  return spawnSync(program, [], { input: "" }).status === 0 ? program : undefined;
}

const harnesses = { 32: compileHarness(32), 64: compileHarness(64) };

function runNative(program: string, cases: readonly FloatCase[]): Outcome[] {
  const input = Buffer.alloc(cases.length * CASE_BYTES);
  cases.forEach((c, i) => {
    const from = i * CASE_BYTES;
    input.set(c.state, from);
    input.set(c.code, from + STATE_BYTES);
    input.writeUInt32LE(c.code.length, from + STATE_BYTES + 16);
    input.writeUInt32LE(c.eax, from + STATE_BYTES + 20);
    input.writeUInt32LE(c.eflags, from + STATE_BYTES + 24);
    input.set(c.data, from + STATE_BYTES + 28);
  });
  const output = execFileSync(program, [], { input, maxBuffer: cases.length * RESULT_BYTES + 1024 });
  expect(output.length).toBe(cases.length * RESULT_BYTES);
  return cases.map((_, i) => {
    const from = i * RESULT_BYTES;
    const signal = output.readInt32LE(from + STATE_BYTES + 8);
    return {
      state: output.subarray(from, from + STATE_BYTES),
      eax: output.readUInt32LE(from + STATE_BYTES),
      eflags: output.readUInt32LE(from + STATE_BYTES + 4),
      exception: { 0: "none", 8: "#MF", 4: "#UD" }[signal] ?? `signal ${signal}`,
      data: output.subarray(from + STATE_BYTES + 12, from + RESULT_BYTES),
    };
  });
}

const ELEMENTARY = /^(F2XM1|FYL2X|FYL2XP1|FPATAN|FPTAN|FSIN|FCOS|FSINCOS)$/;
const hex = (n: number | bigint, digits: number) => n.toString(16).padStart(digits, "0");

const numberText = (s: DataView, n: number) =>
  `${hex(s.getUint16(36 + n * 10, true), 4)}.${hex(s.getBigUint64(28 + n * 10, true), 16)}`;

/** Units of the last place between two numbers of like exponents; infinite where they are of different kinds. */
function distance(a: DataView, b: DataView, n: number): bigint {
  const value = (s: DataView) => {
    const top = s.getUint16(36 + n * 10, true);
    const m = s.getBigUint64(28 + n * 10, true);
    // Neighbouring numbers are neighbouring integers.
    const size = (BigInt(top & 0x7fff) << 63n) + (top & 0x7fff ? m & ~(1n << 63n) : m);
    return top & 0x8000 ? -size : size;
  };
  const d = value(a) - value(b);
  return d < 0n ? -d : d;
}

function differences(c: FloatCase, native: Outcome, engine: Outcome): string[] {
  if (native.exception !== engine.exception)
    return [`exception: native ${native.exception}, engine ${engine.exception}`];
  if (native.exception !== "none") return [];
  const found: string[] = [];
  const [a, b] = [new DataView(native.state.buffer, native.state.byteOffset), new DataView(engine.state.buffer)];
  const isElementary = ELEMENTARY.test(c.row.name);
  const compare = (what: string, x: number, y: number, mask = 0xffffffff) => {
    if ((x ^ y) & mask) found.push(`${what}: native ${hex((x & mask) >>> 0, 4)}, engine ${hex((y & mask) >>> 0, 4)}`);
  };
  compare("control", a.getUint16(0, true), b.getUint16(0, true));
  compare("status", a.getUint16(4, true), b.getUint16(4, true), isElementary ? 0xffff & ~0x200 : 0xffff);
  compare("tags", a.getUint16(8, true), b.getUint16(8, true));
  for (let n = 0; n < 8; n++) {
    const allowed = isElementary && n < 2 ? 1n : 0n;
    if (distance(a, b, n) > allowed) found.push(`ST(${n}): native ${numberText(a, n)}, engine ${numberText(b, n)}`);
  }
  compare("FIP", a.getUint32(12, true), b.getUint32(12, true));
  compare("FOP", a.getUint16(18, true), b.getUint16(18, true));
  compare("FDP", a.getUint32(20, true), b.getUint32(20, true));
  compare("EAX", native.eax, engine.eax);
  compare("EFLAGS", native.eflags, engine.eflags, 0x8d5);
  for (let i = 0; i < DATA_BYTES; i++) {
    if (native.data[i] === engine.data[i]) continue;
    const bytes = (data: Uint8Array) => Buffer.from(data.subarray(0, 28)).toString("hex");
    found.push(`memory from byte ${i}: native ${bytes(native.data)}, engine ${bytes(engine.data)}`);
    break;
  }
  return found;
}

function listing(c: FloatCase): string {
  const bytes = Array.from(c.code, (b) => `0x${hex(b, 2)}`).join(", ");
  const s = new DataView(c.state.buffer);
  const words = `control ${hex(s.getUint16(0, true), 4)} status ${hex(s.getUint16(4, true), 4)} tags ${hex(s.getUint16(8, true), 4)}`;
  const numbers = Array.from({ length: 8 }, (_, n) => numberText(s, n)).join(" ");
  return `.byte ${bytes}  # ${c.row.name}\n${words}\n${numbers}\ndata ${Buffer.from(c.data.subarray(0, 28)).toString("hex")}`;
}

describe.each([32, 64] as const)(
  `%i-bit code against this processor, ${COUNT} cases an encoding, seed ${SEED}`,
  (bits) => {
    const harness = harnesses[bits];
    let number = 0;
    for (const row of TABLE) {
      if (row.name === "ESC") continue;
      for (const encoding of row.encodings) {
        if (!isX87(encoding) && row.name !== "WAIT") continue;
        const seed = SEED + ++number * 7919 + bits - 32;
        it.skipIf(!harness)(`${row.name}  ${encoding.text}`, { timeout: 600_000 }, () => {
          const random = randomFrom(seed);
          prepare(bits);
          const failures: string[] = [];
          for (let done = 0; done < COUNT; done += 1000) {
            const cases: FloatCase[] = [];
            while (cases.length < Math.min(1000, COUNT - done)) {
              const c = makeFloatCase(row, encoding, bits, random);
              if (c) cases.push(c);
            }
            const native = runNative(harness as string, cases);
            cases.forEach((c, i) => {
              const engine = runEngine(c);
              let found = differences(c, native[i] as Outcome, engine);
              // A change of tasks between the instruction and FNSAVE loses the pointers.
              for (
                let again = 0;
                again < 5 && found.length && found.every((f) => /^F(IP|DP|OP): native 0+,/.test(f));
                again++
              )
                found = differences(c, runNative(harness as string, [c])[0] as Outcome, engine);
              if (found.length) failures.push(`${listing(c)}\n${found.join("\n")}`);
            });
          }
          if (failures.length)
            expect.fail(`seed ${seed}, ${failures.length} of ${COUNT}:\n${failures.slice(0, 3).join("\n\n")}`);
        });
      }
    }
  },
);

/** What of an outcome is the same on every processor, as one number (FNV-1a). */
function hashOf(outcomes: readonly Outcome[]): string {
  let h = 0x811c9dc5;
  const add = (bytes: Iterable<number>) => {
    for (const byte of bytes) h = Math.imul(h ^ byte, 0x01000193) >>> 0;
  };
  for (const o of outcomes) {
    add(Buffer.from(o.exception));
    if (o.exception !== "none") continue;
    const state = Uint8Array.from(o.state);
    // Not the reserved halves of words, nor the selectors.
    for (const reserved of [2, 6, 10, 16, 24]) state.fill(0, reserved, reserved + 2);
    state.fill(0, 26, 28);
    add(state);
    add(o.data);
    add([o.eax & 0xff, (o.eax >> 8) & 0xff, o.eflags & 0xd5, (o.eflags >> 8) & 8]);
  }
  return hex(h, 8);
}

const RECORD = join(import.meta.dirname, "x87.hashes.txt");
const RECORDED_CASES = 100;

/** Cases of every encoding but the elementary functions, whose last place is the processor's own. */
function* recordedCases(): Generator<{ name: string; cases: FloatCase[] }> {
  let number = 0;
  for (const row of TABLE) {
    if (row.name === "ESC" || ELEMENTARY.test(row.name)) continue;
    for (const encoding of row.encodings) {
      if (!isX87(encoding) && row.name !== "WAIT") continue;
      const random = randomFrom(87 + ++number * 7919);
      const cases: FloatCase[] = [];
      while (cases.length < RECORDED_CASES) {
        const c = makeFloatCase(row, encoding, 32, random);
        if (c) cases.push(c);
      }
      yield { name: `${row.name} ${encoding.text.replace(/ +/g, " ")}`, cases };
    }
  }
}

it("without such a processor: hashes of what it did with 100 cases an encoding (RING_RECORD=1 makes them)", () => {
  const program = harnesses[32];
  if (process.env.RING_RECORD && program) {
    const lines = [...recordedCases()].map(({ name, cases }) => `${name}: ${hashOf(steady(program, cases))}\n`);
    writeFileSync(RECORD, lines.join(""));
  }
  prepare(32);
  const found = [...recordedCases()].map(({ name, cases }) => `${name}: ${hashOf(cases.map(runEngine))}\n`);
  expect(found.join("")).toBe(readFileSync(RECORD, "utf8"));
});

/** Native outcomes, each twice the same: a change of tasks loses the pointers. */
function steady(program: string, cases: readonly FloatCase[]): Outcome[] {
  for (let tries = 0; ; tries++) {
    const [a, b] = [runNative(program, cases), runNative(program, cases)];
    if (hashOf(a) === hashOf(b) || tries === 20) return a;
  }
}

it.skipIf(harnesses[32] && harnesses[64])(
  "skipped: no gcc that makes x86 programs of both sizes, or no processor that runs them",
  () => {
    expect(harnesses[32] && harnesses[64]).toBeUndefined();
  },
);
