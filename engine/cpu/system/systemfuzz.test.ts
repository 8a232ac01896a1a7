/**
 * Random descriptor tables, gates, task-state segments and pages under random far transfers, interrupts, segment loads and
 * flag changes: `run` returns whatever they do, and in one piece, in slices, one instruction at a time and translated they
 * end alike. RING_ROUNDS sets how many, RING_SEED the first.
 */
import { expect, test } from "vitest";
import * as at from "../layout.ts";
import { DEFAULT_MODEL } from "../models.ts";
import { PhysicalMap } from "../physical.ts";
import { Processor } from "../processor.ts";
import { CS, LDTR, SS, TR } from "../segments.ts";

const ROUNDS = Number(process.env["RING_ROUNDS"] ?? (process.env["RING_FULL"] ? 20_000 : 80));
const SEED = Number(process.env["RING_SEED"] ?? 1);
const TICKS = 1500;
const RAM = 1 << 20;
/** What programs reach, but for a few wild addresses. */
const USED = 1 << 17;
const [GDT, IDT, LDT, TASKS, CODE, CODE_END] = [0x1000, 0x2000, 0x3000, 0x4000, 0x8000, 0xa000];
const PAGES = 0x18000;
const SELECTORS = 48;

const map = new PhysicalMap(RAM, 1);
const p = new Processor(
  map,
  { portRead: () => 0x5a, portWrite() {}, acknowledgeInterrupt: () => 0x2f, now: () => 0, event() {} },
  0,
  DEFAULT_MODEL,
);

/** Numbers from a seed (xorshift, 32 bits). */
function numbers(seed: number): (n: number) => number {
  let x = (seed * 2654435761) | 1;
  return (n) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % n;
  };
}

type Random = (n: number) => number;

const pick = <T>(r: Random, list: readonly T[]): T => list[r(list.length)] as T;
const selector = (r: Random): number =>
  r(12) === 0
    ? r(0x10000)
    : r(2)
      ? pick(r, [8, 0x10, 0x2b, 0x33])
      : r(SELECTORS) * 8 + pick(r, [0, 0, 0, 3, 3, 1, 2, 4, 7]);
const slot = (r: Random): number => CODE + r((CODE_END - CODE) / 16) * 16;

function putDescriptor(r: Random, where: number): void {
  const kind = r(10);
  const dpl = pick(r, [0, 0, 3, 3, 1, 2]) << 5;
  const present = r(12) ? 0x80 : 0;
  if (kind < 6) {
    const type = kind < 3 ? 8 | r(8) : r(8) | 2;
    const base = r(4) ? 0 : r(0x10000);
    const limit = r(3) ? 0xfffff : r(0x10000);
    const flags = pick(r, [0x40, 0x40, 0xc0, 0, 0x80]);
    map.write(where, (limit & 0xffff) | ((base & 0xffff) << 16), 4);
    map.write(where + 4, ((present | dpl | 0x10 | type) << 8) | (limit & 0xf0000) | (flags << 16), 4);
  } else if (kind < 8) {
    const type = pick(r, [1, 9, 9, 9, 3, 11, 2]);
    const base = type === 2 ? LDT : TASKS + r(16) * 0x100;
    const limit = r(8) ? 0xff : r(0x80);
    map.write(where, limit | (base << 16), 4);
    map.write(where + 4, ((present | dpl | type) << 8) | (base >>> 16), 4);
  } else putGate(r, where, [4, 12, 12, 5, 6, 14]);
}

function putGate(r: Random, where: number, types: readonly number[]): void {
  const present = r(12) ? 0x80 : 0;
  const access = present | (pick(r, [0, 3, 3, 1]) << 5) | pick(r, types);
  map.write(where, slot(r) | ((r(4) ? 8 : selector(r)) << 16), 4);
  map.write(where + 4, (access << 8) | r(4), 4);
}

function putTask(r: Random, base: number): void {
  for (let i = 0; i < 0x100; i += 4) map.write(base + i, 0, 4);
  const put = (offset: number, value: number) => map.write(base + offset, value >>> 0, 4);
  for (let level = 0; level < 3; level++) {
    put(4 + 8 * level, 0x10000 + r(0x1000) * 4);
    put(8 + 8 * level, r(6) ? (DATA_OF_LEVEL[level] as number) : selector(r));
  }
  put(0, selector(r));
  put(28, PAGES);
  put(32, slot(r));
  put(36, flagsOf(r));
  for (let n = 0; n < 8; n++) put(40 + 4 * n, n === 4 ? 0x12000 + r(0x1000) * 4 : r(0x10000));
  for (let n = 0; n < 6; n++) put(72 + 4 * n, selector(r));
  put(96, r(3) ? 0 : selector(r));
  put(100, (r(8) ? 0 : 1) | (pick(r, [0x68, 0x88, 0x200]) << 16));
}

const DATA_OF_LEVEL = [0x10, 0x39, 0x42];

const flagsOf = (r: Random): number =>
  2 | (r(4) << 12) | pick(r, [0, 0, 0x200, 0x4000, 0x100, 0x20000, 0x40000, 0x90200]);

/** One instruction with its operands. */
function instruction(r: Random): number[] {
  const word = (v: number) => [v & 0xff, (v >> 8) & 0xff];
  const long = (v: number) => [...word(v), ...word(v >>> 16)];
  const far = () => [...long(slot(r)), ...word(selector(r))];
  const modrm = () => [0xc0 | r(64)];
  return pick(r, [
    () => [0x9a, ...far()],
    () => [0xea, ...far()],
    () => [0x66, 0x9a, ...word(slot(r)), ...word(selector(r))],
    () => [0xcd, r(0x40)],
    () => [0xcf],
    () => [0x66, 0xcf],
    () => [0xcb],
    () => [0xca, r(16), 0],
    () => [0x68, ...long(selector(r))],
    () => [0x68, ...long(slot(r))],
    () => [0x68, ...long(flagsOf(r))],
    () => [0xb8, ...long(selector(r))],
    () => [0xbc, ...long(0x10000 + r(0x2000) * 2)],
    () => [0x8e, 0xc0 | (r(6) << 3)],
    () => [0x0e + 8 * r(3)],
    () => [pick(r, [0x07, 0x17, 0x1f])],
    () => [0x9d],
    () => [0x9c],
    () => [pick(r, [0xfa, 0xfb, 0xf4, 0xcc, 0xce, 0xf1, 0x60, 0x61, 0xc9, 0x90])],
    () => [0x0f, pick(r, [0x02, 0x03, 0x06, 0x0b]), ...modrm()],
    () => [0x0f, 0x00, ...modrm()],
    () => [0x0f, 0x01, 0xe0 | r(32)],
    () => [0x63, ...modrm()],
    () => [0x0f, pick(r, [0xa0, 0xa1, 0xa8, 0xa9])],
    () => [pick(r, [0xe4, 0xe6]), r(256)],
    () => [pick(r, [0x6c, 0x6e, 0xa4, 0xa5, 0xaa, 0xab])],
    () => [0xf3, pick(r, [0x6c, 0x6e, 0xa4, 0xa5, 0xaa, 0xab])],
    () => [0xb9, ...long(r(40))],
    () => [0xbf, ...long(0x14000 + r(0x1000))],
    () => [0xa1, ...long(0x14000 + r(0x1000))],
    () => [0xa3, ...long(r(20) ? 0x14000 + r(0x1000) : GDT + r(0x200))],
    () => [0x0f, 0x20, 0xc0],
    () => [0x0d, ...long(pick(r, [8, 0x40000, 1]))],
    () => [0x0f, 0x22, 0xc0],
    () => [0xc8, r(32), 0, r(4)],
    () => [0x62, 0x05, ...long(0x14000 + r(64))],
    () => [0x0f, 0xb2, 0x25, ...long(0x14000 + r(64))],
    () => [0xc4, 0x05, ...long(0x14000 + r(64))],
  ])();
}

/** Page tables of the first 4 MiB, each page where it is, most of them with all rights. */
function putPages(r: Random): void {
  map.write(PAGES, (PAGES + 0x1000) | 7, 4);
  for (let i = 0; i < 1024; i++) {
    const flags = i < 32 && r(6) === 0 ? r(8) : 7;
    map.write(PAGES + 0x1000 + 4 * i, (i << 12) | flags, 4);
  }
}

function prepare(seed: number): void {
  const r = numbers(seed);
  map.ram.fill(0);
  for (let i = 1; i < SELECTORS; i++) putDescriptor(r, GDT + 8 * i);
  // A few that are always good, so that most systems live for a while: code and data of level 0, the task, the LDT, code
  // and data of level 3, data of levels 1 and 2.
  for (const [i, access] of [0, 0x9b, 0x93, 0, 0, 0xfb, 0xf3, 0xb3, 0xd3].entries()) {
    if (!access) continue;
    map.write(GDT + 8 * i, 0xffff, 4);
    map.write(GDT + 8 * i + 4, 0xcf0000 | (access << 8), 4);
  }
  map.write(GDT + 24, 0xff | (TASKS << 16), 4);
  map.write(GDT + 28, 0x8b00, 4);
  map.write(GDT + 32, 0x3f | (LDT << 16), 4);
  map.write(GDT + 36, 0x8200, 4);
  for (let i = 0; i < 8; i++) putDescriptor(r, LDT + 8 * i);
  for (let i = 0; i < 64; i++) putGate(r, IDT + 8 * i, [14, 14, 14, 15, 6, 7, 5, 12]);
  for (let i = 0; i < 16; i++) putTask(r, TASKS + 0x100 * i);
  for (let i = 0; i < 0x1000; i += 4) map.write(0x14000 + i, r(3) ? r(0x8000) : selector(r), 4);
  const bytes: number[] = [];
  while (bytes.length < CODE_END - CODE) {
    const next = instruction(r);
    const room = 16 - (bytes.length % 16);
    bytes.push(...(next.length <= room ? next : Array(room).fill(0x90)));
  }
  map.load(CODE, Uint8Array.from(bytes));
  p.reset();
  putPages(r);
  p.setControl(3, PAGES);
  p.setControl(0, (0x11 | (r(2) ? 0x40000 : 0) | (r(3) ? 0 : 0x80000000) | (r(2) ? 0x10000 : 0)) >>> 0);
  p.setControl(4, r(3) ? 0 : 3);
  const level = pick(r, [0, 0, 3, 1]);
  const wide = { base: 0, limit: 0xffffffff };
  p.segments.set(CS, { ...wide, selector: 8 | level, attributes: 0xc09b | (level << 5) });
  for (const n of [0, SS, 3]) p.segments.set(n, { ...wide, selector: 16 | level, attributes: 0xc093 | (level << 5) });
  p.segments.set(TR, { selector: 24, base: TASKS, limit: 0xff, attributes: 0x8b });
  p.segments.set(LDTR, { selector: 32, base: LDT, limit: 0x3f, attributes: 0x82 });
  for (const [base, limit, where, size] of [
    [at.GDTR_BASE, at.GDTR_LIMIT, GDT, SELECTORS * 8 - 1],
    [at.IDTR_BASE, at.IDTR_LIMIT, IDT, 0x1ff],
  ] as const) {
    p.view.setBigUint64(base, BigInt(where), true);
    p.view.setUint32(limit, size, true);
  }
  p.setRegister(4, 0x12000);
  p.flags = flagsOf(r) & ~0x20000;
  p.ip = slot(r);
  p.restored();
}

const text = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes.slice());

/** Runs with an interrupt and an NMI at fixed moments; the state's bytes and memory's as text. */
function outcome(slice: number): string {
  let done = 0;
  for (const [until, act] of [
    [TICKS / 3, () => p.setInterrupt(true)],
    [TICKS / 2, () => p.nmi()],
    [TICKS, () => {}],
  ] as const) {
    while (done < until) {
      const stop = p.run(Math.min(slice, until - done));
      done += p.executed;
      if (stop === "halted") done = until;
      if (stop === "shutdown") return `shutdown ${text(p.state)}${text(map.ram.subarray(0, USED))}`;
    }
    act();
  }
  p.setInterrupt(false);
  return text(p.state) + text(map.ram.subarray(0, USED));
}

/** Where two outcomes differ first. */
function difference(a: string, b: string): string {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return i < p.state.length ? `state byte ${i}` : `RAM byte 0x${(i - p.state.length).toString(16)}`;
}

test(`${ROUNDS} random systems neither throw nor hang, and do not depend on how they are run (seed ${SEED})`, {
  timeout: 3_600_000,
}, () => {
  const ends = { shutdown: 0, other: 0 };
  for (let i = 0; i < ROUNDS; i++) {
    const seed = SEED + i;
    let first: string | undefined;
    for (const [way, slice] of [
      ["in one piece", TICKS],
      ["in slices", 1 + (seed % 13)],
      ["one instruction at a time", TICKS],
      ["as sequences", TICKS],
      ["translated", TICKS],
    ] as const) {
      p.careful = way === "one instruction at a time";
      p.eager = way === "as sequences";
      p.translating = way === "translated";
      prepare(seed);
      const end = outcome(slice);
      if (first === undefined) {
        first = end;
        ends[end.startsWith("shutdown") ? "shutdown" : "other"]++;
      } else if (end !== first) expect.fail(`seed ${seed}, ${way}: differs at ${difference(first, end)}`);
    }
  }
  p.careful = false;
  console.log(ends);
});
