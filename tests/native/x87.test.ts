/**
 * This machine's own processor as the judge of the x87: random states and operands of every class for every encoding,
 * compared in registers (80 bits), control, status and tag words, pointers and opcode, EFLAGS, AX and memory. The elementary
 * functions may differ by one unit of the last place. RING_CASES sets the cases an encoding (default 100); RING_SEED the
 * seed. `npm run test:full` runs 10,000. The selectors are not compared: processors have stopped keeping them.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import * as at from "../../engine/cpu/layout.ts";
import { PhysicalMap } from "../../engine/cpu/physical.ts";
import { Processor } from "../../engine/cpu/processor.ts";
import { CS, DS, ES, FS, GS, SS } from "../../engine/cpu/segments.ts";
import { fullTags } from "../../engine/cpu/system/x87control.ts";
import { isX87 } from "../../engine/isa/encoding.ts";
import { TABLE } from "../../engine/isa/table.ts";
import { randomFrom } from "./cases.ts";
import {
  CASE_BYTES,
  CODE,
  DATA,
  DATA_BYTES,
  type FloatCase,
  makeFloatCase,
  RESULT_BYTES,
  STATE_BYTES,
} from "./x87cases.ts";

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

interface Outcome {
  /** As FNSAVE stores it. */
  readonly state: Uint8Array;
  readonly eax: number;
  readonly eflags: number;
  readonly exception: string;
  readonly data: Uint8Array;
}

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

const map = new PhysicalMap(4 << 20, 1);
let exception = "none";
/** Ends a run at its first exception, before anything of its delivery shows. */
class Stopped extends Error {}
const processor = new Processor(
  map,
  {
    portRead: () => 0xff,
    portWrite() {},
    acknowledgeInterrupt: () => 0,
    now: () => 0,
    event(e) {
      if (e.kind !== "exception" || exception !== "none") return;
      exception = e.name;
      throw new Stopped();
    },
  },
  0,
  {
    name: "test",
    features: new Set(["8086", "186", "286", "386", "486", "CMOV", "FPU", "SSE3", "LM"]),
    signature: 0,
    vendor: "",
    brand: "",
  } as never,
);

function prepare(bits: 32 | 64): void {
  processor.reset();
  processor.setControl(0, 0x31);
  // Long mode is active.
  if (bits === 64) processor.view.setUint32(at.EFER, 0x500, true);
  processor.segments.set(CS, { selector: 0x23, base: 0, limit: 0xffffffff, attributes: bits === 64 ? 0xa0fb : 0xc0fb });
  for (const n of [DS, ES, SS, FS, GS])
    processor.segments.set(n, { selector: 0x2b, base: 0, limit: 0xffffffff, attributes: 0xc0f3 });
  map.load(CODE, new Uint8Array(64).fill(0xf4));
  processor.restored();
}

/** The state as FRSTOR takes it over. */
function loadState(state: Uint8Array): void {
  const s = new DataView(state.buffer, state.byteOffset);
  const { view } = processor;
  const status = s.getUint16(4, true);
  view.setUint16(at.X87_STATUS, status & 0x7f7f, true);
  for (let r = 0, tags = s.getUint16(8, true); r < 8; r++) {
    const empty = ((tags >> (2 * r)) & 3) === 3;
    const old = view.getUint16(at.X87_TAG, true) & ~(3 << (2 * r));
    view.setUint16(at.X87_TAG, old | (empty ? 3 << (2 * r) : 0), true);
  }
  processor.x87.setControl(processor.cpu, s.getUint16(0, true));
  for (let n = 0; n < 8; n++) {
    const to = at.X87 + (((status >> 11) + n) & 7) * 16;
    view.setBigUint64(to, s.getBigUint64(28 + n * 10, true), true);
    view.setUint16(to + 8, s.getUint16(36 + n * 10, true), true);
  }
  for (const [field, value] of [
    [at.X87_IP, 0n],
    [at.X87_DP, 0n],
  ] as const)
    view.setBigUint64(field, value, true);
  view.setUint16(at.X87_OPCODE, 0, true);
}

function storedState(): Uint8Array {
  const state = new Uint8Array(STATE_BYTES);
  const s = new DataView(state.buffer);
  const { view } = processor;
  const status = view.getUint16(at.X87_STATUS, true);
  s.setUint16(0, view.getUint16(at.X87_CONTROL, true), true);
  s.setUint16(4, status, true);
  s.setUint16(8, fullTags(processor), true);
  s.setUint32(12, view.getUint32(at.X87_IP, true), true);
  s.setUint16(18, view.getUint16(at.X87_OPCODE, true), true);
  s.setUint32(20, view.getUint32(at.X87_DP, true), true);
  for (let n = 0; n < 8; n++) {
    const from = at.X87 + (((status >> 11) + n) & 7) * 16;
    s.setBigUint64(28 + n * 10, view.getBigUint64(from, true), true);
    s.setUint16(36 + n * 10, view.getUint16(from + 8, true), true);
  }
  return state;
}

function runEngine(c: FloatCase): Outcome {
  const p = processor;
  exception = "none";
  map.load(CODE, c.code);
  map.ram.set(c.data, DATA);
  loadState(c.state);
  p.setRegister(0, c.eax);
  p.flags = c.eflags;
  p.ip = CODE;
  try {
    p.run(1);
  } catch (e) {
    if (!(e instanceof Stopped)) throw e;
  }
  return {
    state: storedState(),
    eax: p.register(0),
    eflags: p.flags,
    exception,
    data: map.ram.slice(DATA, DATA + DATA_BYTES),
  };
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

it.skipIf(harnesses[32] && harnesses[64])(
  "skipped: no gcc that makes x86 programs of both sizes, or no processor that runs them",
  () => {
    expect(harnesses[32] && harnesses[64]).toBeUndefined();
  },
);
