// Decoding against values that everybody's kernels use, and against the engine: what a random descriptor is said to be
// is what the processor caches when a guest loads it, and what is said to fault does.
import { beforeAll, expect, test } from "vitest";
import { type MachineEvent, openBench, type Snapshot, type Workbench } from "../../engine/index.ts";
import { type Descriptor, decodeDescriptor, type Place } from "./descriptors.ts";
import { readEntries } from "./descriptortables.ts";

const gdt: Place = { table: "gdt", index: 1, longMode: false, lookUp: () => undefined };
const long: Place = { ...gdt, longMode: true };
const faults = ({ fields }: Descriptor) => fields.flatMap(({ fault }) => fault ?? []);

test.each([
  [0x00cf9a000000ffffn, gdt, "32-bit code", 0n, 0xffffffff, 0],
  [0x00cffa000000ffffn, gdt, "32-bit code", 0n, 0xffffffff, 3],
  [0x00009a000000ffffn, gdt, "16-bit code", 0n, 0xffff, 0],
  [0x00af9a000000ffffn, long, "64-bit code", 0n, 0xffffffff, 0],
  [0x124092345678000fn, gdt, "32-bit data", 0x12345678n, 0xf, 0],
  [0x0040960000000fffn, gdt, "32-bit expand-down data", 0n, 0xfff, 0],
  [0x0000890000000067n, gdt, "32-bit TSS", 0n, 0x67, 0],
])("%x is %s", (bits, place, kind, base, limit, dpl) =>
  expect(decodeDescriptor(bits, place)).toMatchObject({ kind, base, limit, dpl, present: true }),
);

test("the fields of a descriptor are all its bits, each once", () => {
  for (const [bits, place] of [
    [0x00cf9a000000ffffn, gdt],
    [0x0000890000000067n, gdt],
    [0x0000890000000067n, long],
    [0x00008c0000080000n, gdt],
    [0x00008e0000080000n, { ...long, table: "idt" }],
    [0x00008500_00080000n, { ...gdt, table: "idt" }],
  ] as const) {
    const { fields, width } = decodeDescriptor(bits, place);
    let next = width - 1;
    for (const { high, low } of fields) {
      expect(high).toBe(next);
      next = low - 1;
    }
    expect(next).toBe(-1);
  }
});

test("what cannot work is marked with the exception that it raises", () => {
  const lookUp = (selector: number) => (selector === 0x10 ? decodeDescriptor(0x00cf92000000ffffn, gdt) : undefined);
  const idt: Place = { table: "idt", index: 14, longMode: false, lookUp };
  expect(faults(decodeDescriptor(0x00ef9a000000ffffn, long))[0]).toMatch(/L and D together/);
  expect(faults(decodeDescriptor(0x00008e0000100000n, idt))).toEqual(["leads to 32-bit data, not to code: #GP(0010)"]);
  expect(faults(decodeDescriptor(0x00008e0000400000n, idt))).toEqual(["beyond the table's limit: #GP(0040)"]);
  expect(faults(decodeDescriptor(0x00000e0000100000n, idt))).toEqual(["not present: #NP(72) when it is used"]);
  expect(faults(decodeDescriptor(0x00008c0000100000n, idt))).toEqual(["no gate of the IDT: #GP(72)"]);
  expect(faults(decodeDescriptor(0x0000810000000067n, long))[0]).toMatch(/type 1 is reserved in long mode/);
  expect(faults(decodeDescriptor(0x0000890000000020n, gdt))[0]).toMatch(/limit of 67 at least/);
});

// Against the processor ----------------------------------------------------------------------------------------------

let bench: Workbench;
beforeAll(async () => {
  bench = await openBench();
});

const TABLE = 0x8000;
/** Loads DS with selector 8 in protected mode. */
const guest = `.code16
  cli
  lgdt pointer
  mov %cr0, %eax
  or $1, %al
  mov %eax, %cr0
  mov $8, %ax
  mov %ax, %ds
after: hlt
pointer: .word 0x1f
  .long ${TABLE}
  .org 510
  .word 0xaa55`;

test("60 random descriptors: DS gets what the decoder says, or the exception that it says", () => {
  const { bytes, symbols } = bench.assemble(guest, { file: "t.S", origin: 0x7c00, codeBits: 16 });
  const machine = bench.powerOn({ memoryMiB: 1, floppies: [bytes], stopOnTripleFault: true });
  machine.run({ address: 0x7c00 });
  const start: Snapshot = machine.snapshot();
  let seed = 20260401;
  const random = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed >>> 8;
  };
  let loaded = 0;
  for (let i = 0; i < 60; i++) {
    const bits = (BigInt(random() & 0xffff) << 48n) | (BigInt(random() & 0xffff) << 32n) | (BigInt(random()) << 8n);
    // Mostly present segments: the rest would only say #GP.
    const chosen = i % 4 === 0 ? bits : bits | (1n << 44n) | (1n << 47n);
    machine.restore(start);
    const descriptor = new Uint8Array(new BigUint64Array([0n, chosen]).buffer);
    machine.writeMemory("physical", TABLE, descriptor);
    const events: MachineEvent[] = [];
    machine.onEvent = (event) => events.push(event);
    machine.run({ ticks: 40, address: symbols["after"] });
    const raised = events.find(({ kind }) => kind === "exception") as { name: string } | undefined;
    const said = decodeDescriptor(chosen, gdt);
    const usable = said.family === "segment" && (!((said.attributes ?? 0) & 8) || ((said.attributes ?? 0) & 2) !== 0);
    const expected = !usable ? "#GP" : said.present ? undefined : "#NP";
    expect([i, raised?.name], `${chosen.toString(16)}, seed 20260401`).toEqual([i, expected]);
    if (expected) continue;
    loaded++;
    const ds = machine.registers().segments.find(({ name }) => name === "DS")!;
    expect([BigInt(ds.base), ds.limit, ds.attributes & ~1]).toEqual([
      said.base,
      said.limit,
      (said.attributes ?? 0) & ~1,
    ]);
    const table = machine.readMemory("physical", TABLE, 32);
    const entry = readEntries("gdt", table, TABLE, machine.registers(), { gdt: table })[1];
    expect(entry.references).toEqual([{ register: "DS", differs: [] }]);
  }
  expect(loaded).toBeGreaterThan(20);
});

test("a descriptor that is changed after its load differs from what the register holds", () => {
  const { bytes, symbols } = bench.assemble(guest, { file: "t.S", origin: 0x7c00, codeBits: 16 });
  const machine = bench.powerOn({ memoryMiB: 1, floppies: [bytes], stopOnTripleFault: true });
  machine.run({ address: 0x7c00 });
  machine.writeMemory("physical", TABLE, new Uint8Array(new BigUint64Array([0n, 0x00cf93000000ffffn]).buffer));
  machine.run({ address: symbols["after"] });
  machine.writeMemory("physical", TABLE + 8, Uint8Array.of(0x34));
  machine.writeMemory("physical", TABLE + 15, Uint8Array.of(0x12));
  const table = machine.readMemory("physical", TABLE, 32);
  const [empty, entry] = readEntries("gdt", table, TABLE, machine.registers(), { gdt: table });
  expect(entry.references[0]?.differs).toEqual([
    { part: "base", cached: 0n, memory: 0x12000000n },
    { part: "limit", cached: 0xffffffffn, memory: 0xfff34fffn },
  ]);
  expect(empty.references.map(({ register }) => register)).toEqual(["ES", "CS", "SS", "FS", "GS"]);
});
