/**
 * Runs cases of cases64.ts on this machine's own processor, by way of harness64.c, and on the engine in 64-bit mode with
 * paging, where only the code's page and the data's two are mapped; and says where they differ.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import * as at from "../../engine/cpu/layout.ts";
import { DEFAULT_MODEL } from "../../engine/cpu/models.ts";
import { PhysicalMap } from "../../engine/cpu/physical.ts";
import { Processor } from "../../engine/cpu/processor.ts";
import { CR4_FSGSBASE, CR4_PAE } from "../../engine/cpu/registers.ts";
import { CS, DS, ES, FS, GS, SS } from "../../engine/cpu/segments.ts";
import { FEATURE_BITS } from "../../engine/isa/features.ts";
import { CODE, DATA, DATA_BYTES, definedFlags, filling, results } from "./cases.ts";
import type { Case64 } from "./cases64.ts";

const CASE_BYTES = 19 * 8 + 24;
const RESULT_BYTES = 23 * 8;

/** Compiles the harness into `folder`; undefined where that cannot be. */
export function compileHarness64(folder: string): string | undefined {
  if (process.arch !== "x64" || process.platform !== "linux") return undefined;
  const program = join(folder, "harness64");
  const source = join(import.meta.dirname, "harness64.c");
  const options = ["-m64", "-O1", "-no-pie", "-fno-stack-protector", "-static", "-o", program];
  const gcc = spawnSync("gcc", [...options, source]);
  return gcc.status === 0 ? program : undefined;
}

/** What is left after one instruction. */
export interface Outcome64 {
  readonly general: BigUint64Array;
  readonly flags: number;
  readonly rip: bigint;
  /** `none`, or the exception's name, with #PF its error code and address. */
  readonly exception: string;
  readonly fs: bigint;
  readonly gs: bigint;
  readonly data: Uint8Array;
}

const EXCEPTIONS: Readonly<Record<number, string>> = { 0: "#DE", 3: "none", 6: "#UD", 12: "#SS", 13: "#GP", 17: "#AC" };

/** Linux says "present" of every address that no program may have, so that bit is left out there. */
const pageFault = (error: number, address: bigint) =>
  `#PF(${address >= 0x7ffffffff000n ? error & ~1 : error}) at ${hex(address)}`;

/** On this machine's processor. */
export function runNative64(program: string, cases: readonly Omit<Case64, "row" | "decoded">[]): Outcome64[] {
  const input = Buffer.alloc(cases.length * CASE_BYTES);
  cases.forEach((c, i) => {
    const from = i * CASE_BYTES;
    c.general.forEach((r, n) => {
      input.writeBigUInt64LE(r, from + n * 8);
    });
    input.writeBigUInt64LE(BigInt(c.flags), from + 128);
    input.writeBigUInt64LE(c.fs, from + 136);
    input.writeBigUInt64LE(c.gs, from + 144);
    input.set(c.code, from + 152);
    input.writeUInt8(c.code.length, from + 171);
    input.writeUInt32LE(c.seed, from + 172);
  });
  const output = execFileSync(program, [], { input, maxBuffer: Number.POSITIVE_INFINITY });
  return Array.from(results(output, RESULT_BYTES, cases), ({ fixed, data }) => {
    const word = (n: number) => fixed.readBigUInt64LE(n * 8);
    const vector = Number(word(18));
    const exception =
      vector === 14 ? pageFault(Number(word(19)), word(20)) : (EXCEPTIONS[vector] ?? `vector ${vector}`);
    return {
      general: BigUint64Array.from({ length: 16 }, (_v, n) => word(n)),
      flags: Number(word(16)),
      // The INT3 behind the instruction has been executed.
      rip: word(17) - (exception === "none" ? 1n : 0n),
      exception,
      fs: word(21),
      gs: word(22),
      data,
    };
  });
}

const map = new PhysicalMap(4 << 20, 1);
let exception = "none";
// A user program may only be judged on what this machine's processor has as well; the table's rows are run in any case.
const model = { ...DEFAULT_MODEL, features: new Set([...DEFAULT_MODEL.features, ...FEATURE_BITS.keys()]) };
const processor = new Processor(
  map,
  {
    portRead: () => 0xff,
    portWrite() {},
    acknowledgeInterrupt: () => 0,
    now: () => 0,
    event(e) {
      if (e.kind !== "exception" || exception !== "none") return;
      exception = e.name === "#PF" ? pageFault(e.errorCode ?? 0, processor.view.getBigUint64(at.CR2, true)) : e.name;
      throw new Stopped();
    },
  },
  0,
  model,
);
/** Page tables of four levels: the code's page and the data's at their own addresses, for user programs to write. */
const TABLES = 0x10000;
for (const [level, entry] of [0, 0, 0].entries())
  map.view.setUint32(map.ramAt + TABLES + level * 4096 + entry * 8, (TABLES + (level + 1) * 4096) | 0x67, true);
for (const page of [CODE, DATA, DATA + 4096])
  map.view.setUint32(map.ramAt + TABLES + 3 * 4096 + (page >> 12) * 8, page | 0x67, true);

/** Ends a run at its first exception, before anything of its delivery shows. */
class Stopped extends Error {}

/** On the engine. */
export function runEngine64(c: Case64): Outcome64 {
  const p = processor;
  exception = "none";
  p.reset();
  p.setControl(0, 0x80000011);
  p.setControl(3, TABLES);
  p.setControl(4, CR4_PAE | CR4_FSGSBASE);
  p.view.setUint32(at.EFER, 0xd01, true);
  p.segments.set(CS, { selector: 0x33, base: 0, limit: 0xffffffff, attributes: 0xa0fb });
  for (const n of [DS, ES, SS, FS, GS])
    p.segments.set(n, { selector: 0x2b, base: 0, limit: 0xffffffff, attributes: 0xc0f3 });
  const baseOf = (n: number) => at.SEGMENTS + n * at.SEGMENT_BYTES + at.SEGMENT_BASE;
  p.view.setBigUint64(baseOf(FS), c.fs, true);
  p.view.setBigUint64(baseOf(GS), c.gs, true);
  map.load(CODE, new Uint8Array(64).fill(0xf4));
  map.load(CODE, c.code);
  map.ram.set(filling(c.seed), DATA);
  c.general.forEach((v, n) => {
    p.view.setBigUint64(at.GPR + n * 8, v, true);
  });
  p.flags = c.flags;
  p.ip = CODE;
  p.restored();
  try {
    // Repetitions count as ticks; where the instruction has ended, RIP is behind it.
    for (let i = 0; i < 256 && (i === 0 || p.view.getBigUint64(at.RIP, true) === BigInt(CODE)); i++) p.run(1);
  } catch (e) {
    if (!(e instanceof Stopped)) throw e;
  }
  return {
    general: BigUint64Array.from({ length: 16 }, (_v, n) => p.view.getBigUint64(at.GPR + n * 8, true)),
    flags: p.flags,
    rip: p.view.getBigUint64(at.RIP, true),
    exception,
    fs: p.view.getBigUint64(baseOf(FS), true),
    gs: p.view.getBigUint64(baseOf(GS), true),
    data: map.ram.slice(DATA, DATA + DATA_BYTES),
  };
}

const NAMES = [
  "RAX",
  "RCX",
  "RDX",
  "RBX",
  "RSP",
  "RBP",
  "RSI",
  "RDI",
  ...Array.from({ length: 8 }, (_, i) => `R${i + 8}`),
];
const hex = (n: bigint | number) => n.toString(16).padStart(typeof n === "bigint" ? 16 : 8, "0");

/** Where two outcomes of a case differ, in lines. */
export function differences64(c: Case64, native: Outcome64, engine: Outcome64): string[] {
  const found: string[] = [];
  if (native.exception !== engine.exception)
    return [`exception: native ${native.exception}, engine ${engine.exception}`];
  const same = (name: string, a: bigint, b: bigint) => {
    if (a !== b) found.push(`${name}: native ${hex(a)}, engine ${hex(b)}`);
  };
  NAMES.forEach((name, n) => {
    same(name, native.general[n] as bigint, engine.general[n] as bigint);
  });
  same("FS base", native.fs, engine.fs);
  same("GS base", native.gs, engine.gs);
  same("RIP", native.rip, engine.rip);
  const mask = c.row.name.startsWith("POPF") ? 0x8d5 : definedFlags(c.row) | 0x400;
  if (native.exception === "none" && (native.flags ^ engine.flags) & mask)
    found.push(`RFLAGS: native ${hex(native.flags & mask)}, engine ${hex(engine.flags & mask)}`);
  const isSame = Buffer.compare(native.data, engine.data) === 0;
  const at_ = isSame ? -1 : native.data.findIndex((b, i) => b !== engine.data[i]);
  if (at_ >= 0) found.push(`byte at ${hex(DATA + at_)}: native ${native.data[at_]}, engine ${engine.data[at_]}`);
  return found;
}

/** A case as one can paste it into an assembler's source. */
export function listing64(c: Case64): string {
  const bytes = Array.from(c.code, (b) => `0x${b.toString(16).padStart(2, "0")}`).join(", ");
  const registers = NAMES.map((name, n) => `${name}=${hex(c.general[n] as bigint)}`).join(" ");
  return `.byte ${bytes}  # ${c.row.name}\n${registers} RFLAGS=${hex(c.flags)} FS=${hex(c.fs)} GS=${hex(c.gs)} data seed ${c.seed}`;
}
