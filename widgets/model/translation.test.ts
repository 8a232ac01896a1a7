// What views make of page tables, against the engine's own walk of them.
import { beforeAll, expect, test } from "vitest";
import { type HeldTranslation, type Machine, openBench, type PageWalk } from "../../engine/index.ts";
import {
  foldTable,
  linearOf,
  linearText,
  listMappings,
  type PagingMode,
  pagingMode,
  tableValues,
} from "./page-tables.ts";
import type { Reader } from "./reader.ts";
import { differences, tlbRows } from "./tlb-rows.ts";
import { readTables, readTlb, readWalk } from "./translation.ts";
import { decidingBit, errorCodeBits, references } from "./walk-words.ts";

let machine: Machine;
let reader: Reader;

beforeAll(async () => {
  machine = (await openBench()).powerOn({ memoryMiB: 4 });
  reader = {
    registers: async () => machine.registers(),
    readMemory: async (space, address, length) => machine.readMemory(space, address, length),
    disassemble: async () => [],
    screen: async () => machine.screen(),
    devices: async () => machine.devices(),
    systemRegisters: async () => machine.systemRegisters(),
    board: async () => undefined,
    tlb: async () => machine.tlb(),
    walk: async (linear, access) => machine.walk(linear, access),
  } as Reader;
});

const instant = () => ({ status: machine.status(), events: [] });

/** Entries of tables by physical address, and the control registers that use them. */
function set(entries: Record<number, bigint>, bytes: 4 | 8, controls: Record<string, bigint>): void {
  machine.writeMemory("physical", 0x1000, new Uint8Array(0x6000));
  for (const [address, value] of Object.entries(entries)) {
    const entry = new DataView(new ArrayBuffer(8));
    entry.setBigUint64(0, value, true);
    machine.writeMemory("physical", Number(address), new Uint8Array(entry.buffer, 0, bytes));
  }
  for (const [name, value] of Object.entries(controls)) machine.writeRegister(name, value);
}

const legacy = () =>
  set({ 0x100c: 0x2007n, 0x2014: 0x9025n, 0x1010: 0x40_0083n }, 4, {
    CR3: 0x1000n,
    CR4: 0x10n,
    EFER: 0n,
    CR0: 0x8000_0011n,
  });
const long = () =>
  set({ 0x1008: 0x2003n, 0x2010: 0x3003n, 0x3018: 0x4003n, 0x4020: 0x8000_0000_0000_9003n, 0x3020: 0x20_0087n }, 8, {
    CR3: 0x1000n,
    CR4: 0x20n,
    EFER: 0xd00n,
    CR0: 0x8000_0011n,
  });

test.each([
  ["32-bit, 4 KiB", legacy, "0xc05123", [3, 5], 0x9000],
  ["32-bit, 4 MiB", legacy, "0x1012345", [4], 0x40_0000],
  ["4-level, 4 KiB", long, "0x80806042a0", [1, 2, 3, 4], 0x9000],
  ["4-level, 2 MiB", long, "0x8080812345", [1, 2, 4], 0x20_0000],
])("%s: the tree's path is the walk's", async (_, setUp, of, path, page) => {
  setUp();
  const read = await readTables(reader, instant(), of);
  expect(read?.path).toEqual(path);
  const walk = machine.walk(BigInt(of), { kind: "read", user: false });
  expect(walk.steps.map(({ index }) => index)).toEqual(path);
  expect(read?.tables.map(({ values }, i) => values[path[i]])).toEqual(walk.steps.map(({ value }) => value));
  expect(walk.outcome).toMatchObject({ kind: "page", page });
  const tables = new Map<number, readonly bigint[]>();
  for (let at = 0x1000; at < 0x7000; at += 0x1000) {
    tables.set(at, tableValues(read?.mode as PagingMode, machine.readMemory("physical", at, 4096)));
  }
  const { mappings } = listMappings(read?.mode as PagingMode, (address) => tables.get(address) ?? []);
  const la = BigInt(of);
  const mapping = mappings.find((one) => la >= one.la && la < one.la + BigInt(one.bytes));
  const { writable, user, executable } = walk.outcome as Extract<PageWalk["outcome"], { kind: "page" }>;
  expect(mapping).toMatchObject({ pa: page, writable, user, executable });
});

test("paging off: no mode, no tables, and the linear address is the physical one", async () => {
  set({}, 4, { CR0: 0x11n, CR4: 0n, EFER: 0n });
  expect(await readTables(reader, instant(), "")).toEqual({ mode: undefined, tables: [], path: [] });
  const answer = await readWalk(reader, instant(), { of: "0x1234", access: "read", ring: 0 });
  expect(answer).toMatchObject({ value: { walk: { paging: "off", outcome: { physical: 0x1234 } } } });
});

test("a write from ring 3 to a supervisor page is decided by the first U that is 0, and its code is 7", async () => {
  long();
  const answer = await readWalk(reader, instant(), { of: "0x80806042a0", access: "write", ring: 3 });
  if (!answer || !("value" in answer)) throw new Error("no walk");
  const { walk } = answer.value;
  expect(walk.outcome).toMatchObject({ kind: "page fault", errorCode: 7 });
  expect(decidingBit(walk)).toEqual({ step: 0, letter: "U" });
  expect(references(walk)).toBe(4);
  const set = errorCodeBits(7).filter(({ on }) => on);
  expect(set.map(({ name }) => name)).toEqual(["P", "W", "U"]);
});

test("a fetch from a page with NX is decided by that bit, in the last entry", () => {
  long();
  expect(decidingBit(machine.walk(0x80_8060_42a0n, { kind: "execute", user: false }))).toEqual({
    step: 3,
    letter: "NX",
  });
});

test("an expression that is none is refused with a hint", async () => {
  const answer = await readWalk(reader, instant(), { of: "RQX", access: "read", ring: undefined });
  expect(answer).toHaveProperty("hint");
});

test("512 pages in a row are one row, 511 absent entries another, one entry 512 times a third", () => {
  const mode = { ...(pagingMode(machine.registers()) as PagingMode) };
  const row = (values: bigint[]) => foldTable(mode, 3, values).map(({ index, count, step }) => [index, count, step]);
  expect(row(Array.from({ length: 512 }, (_, i) => BigInt(i * 4096 + 3)))).toEqual([[0, 512, 4096]]);
  expect(row([3n, ...new Array<bigint>(511).fill(0n)])).toEqual([
    [0, 1, 0],
    [1, 511, 0],
  ]);
  expect(row(new Array<bigint>(512).fill(0x8003n))).toEqual([[0, 512, 0]]);
});

test("entry 256 of the root is the first linear address of the higher half, sign-extended", () => {
  const mode = pagingMode(machine.registers()) as PagingMode;
  expect(linearText(mode, linearOf(mode, [256]))).toBe("ffff800000000000");
  expect(linearText(mode, linearOf(mode, [1]))).toBe("008000000000");
});

const held: HeldTranslation = {
  tlb: "data",
  linear: 0x80_8060_4000n,
  physical: 0x9000,
  size: 4096,
  writable: true,
  user: false,
  executable: false,
  dirty: false,
  global: false,
  pcid: 0,
  key: 0,
  set: 4,
  age: 0,
};

test("an entry is stale where the tables say another page or other rights; D and A do not make it so", () => {
  long();
  const walk = machine.walk(held.linear, { kind: "read", user: false });
  expect(differences(held, walk)).toBeUndefined();
  expect(differences({ ...held, physical: 0x8000 }, walk)).toBe("9000");
  expect(differences({ ...held, writable: false }, walk)).toBe("writable");
  expect(differences({ ...held, size: 0x20_0000 }, walk)).toBe("pages of 4 KiB");
  const large = machine.walk(0x80_8081_0000n, { kind: "read", user: false });
  expect(differences({ ...held, physical: 0x21_0000, user: true, executable: true }, large)).toBe("for ring 0 only");
  expect(differences({ ...held, linear: 0n }, machine.walk(0n, { kind: "read" }))).toBe("not mapped any more");
});

test("since the last stop: one came, one went, one stayed", () => {
  const at = (linear: bigint) => ({ ...held, linear });
  const rows = tlbRows([at(1n << 12n), at(3n << 12n)], [at(1n << 12n), at(2n << 12n)], () => undefined);
  expect(rows.map(({ held, isNew, isGone }) => [held.linear, isNew, isGone])).toEqual([
    [1n << 12n, false, false],
    [2n << 12n, false, true],
    [3n << 12n, true, false],
  ]);
});

test("an empty TLB reads as such, without contexts", async () => {
  expect(await readTlb(reader, "data")).toMatchObject({ entries: [], contexts: false });
});
