import { expect, test } from "vitest";
import type { LedgerCounts, RegisterFile } from "../../engine/index.ts";
import { evaluate, type Readable } from "./expression.ts";

const registers: RegisterFile = {
  general: ["EAX", "ECX", "EDX", "EBX", "ESP", "EBP", "ESI", "EDI"].map((name, i) => ({
    name,
    value: [0x60000011n, 2n, 0x80n, 0n, 0x7c00n, 0n, 0x7c1en, 0n][i],
  })),
  ip: 0x7c05n,
  flags: 0x246,
  segments: [
    { name: "CS", selector: 0, base: 0, limit: 0xffff, attributes: 0x9b, present: true },
    { name: "DS", selector: 0x7c0, base: 0x7c00, limit: 0xffff, attributes: 0x93, present: true },
    { name: "SS", selector: 0x23, base: 0, limit: 0xffffffff, attributes: 0xc0f3, present: true },
  ],
  gdtr: { base: 0xf1234, limit: 0x1f },
  idtr: { base: 0, limit: 0x3ff },
  control: [
    { name: "CR0", value: 0x60000011n },
    { name: "CR4", value: 0x20n },
    { name: "EFER", value: 0x100n },
  ],
};
const memory = new Map([
  [0x7dfe, 0x55],
  [0x7dff, 0xaa],
  [0x7c1e, 0x48],
]);
const machine: Readable = {
  registers: async () => registers,
  readMemory: async (_space, address, length) => Uint8Array.from({ length }, (_, i) => memory.get(address + i) ?? 0),
  screenRows: async () => ["Booting from floppy", "Hello"],
  serial: async () => "ready\r\n",
  tick: async () => 1204,
  ledger: async () => ({ walkReads: 4, flushes: 1 }) as LedgerCounts,
};

test.each([
  ["EAX", 0x60000011n],
  ["al", 0x11n],
  ["EIP", 0x7c05n],
  ["ZF", 1n],
  ["CF == 0", 1n],
  ["word[0x7dfe]", 0xaa55n],
  ["byte[ESI]", 0x48n],
  ["DS:0x1e", 0x7c1en],
  ["byte[DS:1eh]", 0x48n],
  ["CR0.PE", 1n],
  ["CR0.PG", 0n],
  ["CR4.PAE", 1n],
  ["EFER.LMA", 0n],
  ["EFLAGS.IF", 1n],
  ["DS.base", 0x7c00n],
  ["ds.limit + 1", 0x10000n],
  ["CS.DPL", 0n],
  ["CS.D", 0n],
  ["CPL", 3n],
  ["GDTR.limit", 0x1fn],
  ["tick", 1204n],
  ["2 + 3 * 4", 14n],
  ["(2 + 3) << 4", 80n],
  ["EAX & 0xff", 0x11n],
  ["-1", -1n],
  ["GDTR", 0xf1234n],
])("%s is %s", async (source, value) => expect(await evaluate(source, machine)).toEqual({ value }));

test("the screen and the serial line are text, rows counted from 0", async () => {
  expect(await evaluate("screen[1]", machine)).toEqual({ value: "Hello" });
  expect(await evaluate('screen[1] == "Hello"', machine)).toEqual({ value: 1n });
  expect(await evaluate("serial", machine)).toEqual({ value: "ready" });
});

test("where hex is bare, 7c00 and face are numbers, and a register's name stays the register", async () => {
  expect(await evaluate("7c00 + 1e", machine, "hex")).toEqual({ value: 0x7c1en });
  expect(await evaluate("face", machine, "hex")).toEqual({ value: 0xfacen });
  expect(await evaluate("ds", machine, "hex")).toEqual({ value: 0x7c0n });
});

test.each([
  ["EAY", "There is no register “EAY”."],
  ["word[0x7dfe", "“]” is missing before the end."],
  ["2 +", "Something is missing at the end."],
  ["7c00", "“7c00” is not a number."],
  ["2 2", "“2” is not expected here."],
  ["CR0.XX", "CR0 has no bit “XX”."],
  ["CS.X", "CS has no “X”."],
  ["EAX.PE", "“EAX” has no parts."],
  ["#", "“#” cannot be read."],
])("%s is refused: %s", async (source, message) => expect(await evaluate(source, machine)).toMatchObject({ message }));

test("ledger.walkReads is what the ledger counts, in any case; what it does not count is refused by name", async () => {
  expect(await evaluate("ledger.walkReads + 1", machine)).toEqual({ value: 5n });
  expect(await evaluate("LEDGER.FLUSHES", machine)).toEqual({ value: 1n });
  expect(await evaluate("ledger.walks", machine)).toMatchObject({ message: "The ledger counts no “walks”." });
});
