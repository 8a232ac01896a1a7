/**
 * This machine's own processor as the judge of MMX and SSE: random instructions of every row in 32- and 64-bit code,
 * compared in general, MMX and XMM registers, MXCSR, flags, memory and exception.
 * RING_CASES sets the cases an encoding (default 100); RING_SEED the seed. `npm run test:full` runs 10,000.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import * as at from "../../engine/cpu/layout.ts";
import { DEFAULT_MODEL, type Model } from "../../engine/cpu/models.ts";
import { PhysicalMap } from "../../engine/cpu/physical.ts";
import { Processor } from "../../engine/cpu/processor.ts";
import { CS, DS, ES, FS, GS, SS } from "../../engine/cpu/segments.ts";
import { TABLE } from "../../engine/isa/table.ts";
import { CODE, DATA, DATA_BYTES, definedFlags, filling, randomFrom, results } from "./cases.ts";
import { type MediaCase, makeMediaCase, mediaEncodings } from "./mediacases.ts";

const COUNT = Number(process.env.RING_CASES ?? (process.env.RING_FULL ? 10_000 : 100));
const SEED = Number(process.env.RING_SEED ?? 20261122);
const CASE_BYTES = 640;
const RESULT_BYTES = 608;

const folder = mkdtempSync(join(tmpdir(), "ring-media-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function compileHarness(bits: 32 | 64): string | undefined {
  if (process.arch !== "x64" || process.platform !== "linux") return undefined;
  const program = join(folder, `media${bits}`);
  const source = join(import.meta.dirname, "media.c");
  const gcc = spawnSync("gcc", [`-m${bits}`, "-O1", "-no-pie", "-static", "-o", program, source]);
  if (gcc.status !== 0) return undefined;
  return spawnSync(program, [], { input: "" }).status === 0 ? program : undefined;
}

interface Outcome {
  readonly registers: readonly bigint[];
  readonly flags: number;
  readonly ip: number;
  readonly exception: string;
  readonly data: Uint8Array;
  readonly mxcsr: number;
  readonly top: number;
  readonly inUse: number;
  /** MMX registers in physical order, 10 bytes each. */
  readonly stack: readonly string[];
  readonly xmm: readonly string[];
}

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).reverse().toString("hex");

function runNative(program: string, bits: 32 | 64, cases: readonly MediaCase[]): Outcome[] {
  const input = Buffer.alloc(cases.length * CASE_BYTES);
  cases.forEach((c, i) => {
    const start = i * CASE_BYTES;
    c.registers.forEach((r, n) => {
      input.writeBigUInt64LE(r, start + n * 8);
    });
    input.writeUInt32LE(c.flags, start + 64);
    input.set(c.code, start + 72);
    input.writeUInt8(c.code.length, start + 95);
    input.writeUInt32LE(c.seed, start + 96);
    input.writeUInt32LE(c.operandAt, start + 100);
    input.set(c.operand, start + 104);
    const media = start + 128;
    input.writeUInt16LE(0x37f, media);
    input.writeUInt16LE(c.top << 11, media + 2);
    input.writeUInt8(c.inUse, media + 4);
    input.writeUInt32LE(c.mxcsr, media + 24);
    for (let n = 0; n < 8; n++) {
      const physical = (c.top + n) & 7;
      input.set(c.stack.subarray(physical * 16, physical * 16 + 10), media + 32 + n * 16);
    }
    input.set(c.xmm, media + 160);
  });
  const output = execFileSync(program, [], { input, maxBuffer: Number.POSITIVE_INFINITY });
  return Array.from(results(output, RESULT_BYTES, cases), ({ fixed, data }) => {
    const signal = fixed.readUInt32LE(80);
    const exception = { 5: "none", 8: "#XM", 4: "#UD" }[signal] ?? "memory";
    const media = 96;
    const top = (fixed.readUInt16LE(media + 2) >> 11) & 7;
    return {
      registers: Array.from({ length: 8 }, (_v, n) => fixed.readBigUInt64LE(n * 8)),
      flags: fixed.readUInt32LE(64),
      // The INT3 behind the instruction has been executed.
      ip: Number(fixed.readBigUInt64LE(72)) - (exception === "none" ? 1 : 0),
      exception,
      data,
      mxcsr: fixed.readUInt32LE(media + 24),
      top,
      inUse: fixed.readUInt8(media + 4),
      stack: Array.from({ length: 8 }, (_v, n) => {
        const from = media + 32 + ((n - top) & 7) * 16;
        return hexOf(fixed.subarray(from, from + 10));
      }),
      xmm: Array.from({ length: bits === 64 ? 16 : 8 }, (_v, n) =>
        hexOf(fixed.subarray(media + 160 + n * 16, media + 176 + n * 16)),
      ),
    };
  });
}

const MODEL: Model = { ...DEFAULT_MODEL, name: "test", features: new Set(TABLE.map((row) => row.feature)) };
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
      exception =
        e.vector === 19 ? "#XM" : e.name === "#UD" ? e.name : /#(GP|PF|SS|AC)/.test(e.name) ? "memory" : e.name;
      throw new Stopped();
    },
  },
  0,
  MODEL,
);

function runEngine(c: MediaCase, bits: 32 | 64): Outcome {
  const p = processor;
  exception = "none";
  // What the case does not set stays as the first reset left it.
  p.setControl(0, 0x11);
  p.setControl(4, 0x600);
  p.view.setUint32(at.EFER, bits === 64 ? 0x500 : 0, true);
  p.segments.set(CS, { selector: 0x23, base: 0, limit: 0xffffffff, attributes: bits === 64 ? 0xa0fb : 0xc0fb });
  for (const n of [DS, ES, SS, FS, GS])
    p.segments.set(n, { selector: 0x2b, base: 0, limit: 0xffffffff, attributes: 0xc0f3 });
  map.load(CODE, new Uint8Array(64).fill(0xf4));
  map.load(CODE, c.code);
  map.ram.set(filling(c.seed), DATA);
  map.load(DATA + c.operandAt, c.operand);
  c.registers.forEach((r, n) => {
    p.view.setBigUint64(at.GPR + n * 8, r, true);
  });
  const state = new Uint8Array(map.memory.buffer, p.cpu, at.STATE_BYTES);
  state.set(c.xmm, at.XMM);
  state.set(c.stack, at.X87);
  p.view.setUint16(at.X87_CONTROL, 0x37f, true);
  p.view.setUint16(at.X87_STATUS, c.top << 11, true);
  let tags = 0;
  for (let n = 0; n < 8; n++) if (!(c.inUse & (1 << n))) tags |= 3 << (2 * n);
  p.view.setUint16(at.X87_TAG, tags, true);
  p.view.setUint32(at.MXCSR, c.mxcsr, true);
  p.flags = c.flags;
  p.ip = CODE;
  p.restored();
  try {
    p.run(1);
  } catch (e) {
    if (!(e instanceof Stopped)) throw e;
  }
  const tagWord = p.view.getUint16(at.X87_TAG, true);
  return {
    registers: Array.from({ length: 8 }, (_v, n) => BigInt.asUintN(bits, p.view.getBigUint64(at.GPR + n * 8, true))),
    flags: p.flags,
    ip: Number(p.ip),
    exception,
    data: map.ram.slice(DATA, DATA + DATA_BYTES),
    mxcsr: p.view.getUint32(at.MXCSR, true),
    top: (p.view.getUint16(at.X87_STATUS, true) >> 11) & 7,
    inUse: Array.from({ length: 8 }, (_v, n) => ((tagWord >> (2 * n)) & 3) !== 3).reduce(
      (s, on, n) => s | (on ? 1 << n : 0),
      0,
    ),
    stack: Array.from({ length: 8 }, (_v, n) => hexOf(state.subarray(at.X87 + n * 16, at.X87 + n * 16 + 10))),
    xmm: Array.from({ length: bits === 64 ? 16 : 8 }, (_v, n) =>
      hexOf(state.subarray(at.XMM + n * 16, at.XMM + n * 16 + 16)),
    ),
  };
}

const NAMES = ["RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI"];
const hex = (n: number | bigint) => n.toString(16);

/** Approximations: their values are the processor's own; here only the bound that the manuals give is tested, elsewhere. */
const APPROXIMATE = /^R(SQRT|CP)[PS]S$/;

function differences(c: MediaCase, native: Outcome, engine: Outcome): string[] {
  const found: string[] = [];
  const see = (what: string, a: number | bigint | string, b: number | bigint | string) => {
    if (a !== b)
      found.push(`${what}: native ${typeof a === "string" ? a : hex(a)}, engine ${typeof b === "string" ? b : hex(b)}`);
  };
  see("exception", native.exception, engine.exception);
  see("MXCSR", native.mxcsr, engine.mxcsr);
  if (found.length && native.exception !== engine.exception) return found;
  for (const [n, name] of NAMES.entries()) see(name, native.registers[n] as bigint, engine.registers[n] as bigint);
  if (native.exception === "none") {
    const mask = definedFlags(c.row) | 0x400;
    see("flags", native.flags & mask, engine.flags & mask);
  }
  see("RIP", native.ip, engine.ip);
  see("TOP", native.top, engine.top);
  see("registers in use", native.inUse, engine.inUse);
  for (const [n, a] of native.stack.entries()) see(`MM${n} (physical)`, a, engine.stack[n] as string);
  if (!APPROXIMATE.test(c.row.name))
    for (const [n, a] of native.xmm.entries()) see(`XMM${n}`, a, engine.xmm[n] as string);
  // FXSAVE's pointers to the last x87 instruction are the harness's own, and MXCSR_MASK is the processor's.
  const isOwn = (i: number) => c.row.name.startsWith("FXSAVE") && ((i >= 6 && i < 24) || (i >= 28 && i < 32));
  const isSame = Buffer.compare(native.data, engine.data) === 0;
  for (let i = 0; i < DATA_BYTES && !isSame; i++) {
    if (native.data[i] !== engine.data[i] && !isOwn(i - c.operandAt)) {
      found.push(`byte at ${hex(DATA + i)}: native ${native.data[i]}, engine ${engine.data[i]}`);
      break;
    }
  }
  return found;
}

/** The case as text: the instruction, what it read, and the settings. */
function listing(c: MediaCase): string {
  const bytes = Array.from(c.code, (b) => `0x${b.toString(16).padStart(2, "0")}`).join(", ");
  const operands = c.decoded.operands.map((o) => {
    if (o.kind === "xmm") return `XMM${o.number}=${hexOf(c.xmm.subarray(o.number * 16, o.number * 16 + 16))}`;
    if (o.kind === "mmx") return `MM${o.number}=${hexOf(c.stack.subarray(o.number * 16, o.number * 16 + 8))}`;
    if (o.kind === "register") return `${NAMES[o.number]}=${hex(c.registers[o.number] as bigint)}`;
    if (o.kind === "memory") return `[${hex(DATA + c.operandAt)}]=${hexOf(c.operand)}`;
    return o.kind === "immediate" ? `immediate ${hex(o.value)}` : o.kind;
  });
  return `.byte ${bytes}  # ${c.row.name} (${c.decoded.encoding.text})\n${operands.join(" ")} MXCSR=${hex(c.mxcsr)} flags=${hex(c.flags)}`;
}

const harnesses = { 32: compileHarness(32), 64: compileHarness(64) } as const;

describe.each([32, 64] as const)(
  `MMX and SSE against this processor, %i-bit code, ${COUNT} cases an encoding, seed ${SEED}`,
  (bits) => {
    const harness = harnesses[bits];
    let number = 0;
    for (const { row, encoding } of mediaEncodings(bits)) {
      const seed = SEED + ++number * 7919 + bits;
      it.skipIf(!harness)(`${row.name}  ${encoding.text}`, { timeout: 600_000 }, () => {
        const random = randomFrom(seed);
        for (let done = 0; done < COUNT; done += 500) {
          const cases: MediaCase[] = [];
          const dataSeed = random();
          for (let tries = 0; cases.length < Math.min(500, COUNT - done) && tries < 20_000; tries++) {
            const c = makeMediaCase(encoding, bits, dataSeed, random);
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
