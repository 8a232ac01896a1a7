// One instruction at a time, as suites of single-step cases do: a state in, an instruction, the state that is left.
import { describe, expect, test } from "vitest";
import { openBench } from "../index.ts";

const bench = await openBench();
const bytes = (hex: string) => Uint8Array.from(hex.split(" "), (h) => Number.parseInt(h, 16));

describe("a case of an 8086: registers by their 16-bit names, memory by byte", () => {
  const p = bench.processor({ a20: false });
  const set = (registers: Record<string, number>) => {
    for (const [name, value] of Object.entries(registers)) p.write(name, value);
  };

  test("add byte [ss:bp+si+0x64], cl wraps in its segment, and sets CF, AF and ZF", () => {
    set({ CS: 0x31ed, IP: 0x1000, SS: 0x1d03, BP: 0xf000, SI: 0x0fff, CX: 0x1201, FLAGS: 2 });
    p.writeMemory(0x31ed0 + 0x1000, bytes("00 4a 64"));
    p.writeByte(0x1d030 + 0x63, 0xff);
    expect(p.step()).toEqual({ state: "running", exceptions: [] });
    expect([p.readByte(0x1d030 + 0x63), p.read("IP"), p.read("FLAGS")]).toEqual([0, 0x1003n, 0x0057n]);
  });

  test("with A20 held low FFFF:0010 is address 0", () => {
    set({ CS: 0x100, IP: 0, DS: 0xffff, AX: 0 });
    p.writeMemory(0x1000, bytes("a0 10 00")); // mov al, [0x10]
    p.writeByte(0, 0x5a);
    p.step();
    expect(p.read("AX")).toBe(0x5an);
  });

  test("a division by zero pushes FLAGS, CS and IP, and is told with its vector", () => {
    set({ CS: 0x100, IP: 0, SS: 0x200, SP: 0x100, FLAGS: 0x202, BX: 0 });
    p.writeMemory(0x1000, bytes("f6 f3")); // div bl
    p.writeMemory(0, bytes("34 12 00 30"));
    expect(p.step().exceptions).toEqual([{ vector: 0 }]);
    expect([p.read("CS"), p.read("IP"), p.read("SP")]).toEqual([0x3000n, 0x1234n, 0xfan]);
    expect([...p.readMemory(0x20fa, 6)]).toEqual([0, 0, 0, 1, 0x02, 0x02]);
  });

  test("a repeated instruction is one step, however often it is repeated", () => {
    set({ CS: 0x100, IP: 0, DS: 0x4000, ES: 0x5000, SI: 0, DI: 0, CX: 0x300, FLAGS: 2 });
    p.writeMemory(0x1000, bytes("f3 a4"));
    p.step();
    expect([p.read("CX"), p.read("DI"), p.read("IP")]).toEqual([0n, 0x300n, 2n]);
  });

  test("memory that was code is other code at once", () => {
    for (const [code, ax] of [
      ["b8 01 00", 1n],
      ["b8 02 00", 2n],
    ] as const) {
      set({ CS: 0x100, IP: 0 });
      p.writeMemory(0x1000, bytes(code));
      p.step();
      expect(p.read("AX")).toBe(ax);
    }
  });

  test("HLT halts; an interrupt goes on", () => {
    set({ CS: 0x100, IP: 0, SS: 0x200, SP: 0x100, FLAGS: 0x202 });
    p.writeMemory(0x1000, bytes("f4"));
    p.writeMemory(0x48 * 4, bytes("00 00 00 06"));
    p.writeMemory(0x6000, bytes("90"));
    expect(p.step().state).toBe("halted");
    p.interrupt(0x48);
    p.step();
    expect([p.read("CS"), p.read("IP")]).toEqual([0x600n, 1n]);
  });
});

describe("protected and long mode", () => {
  test("a load of DS takes base, limit and attributes from the descriptor; below its limit #GP(0)", () => {
    const p = bench.processor();
    p.writeMemory(0x3000, bytes("8e d8 8b 1d 00 10 00 00")); // mov ds, ax; mov ebx, [0x1000]
    p.writeMemory(0x2008, bytes("ff 0f 00 50 02 93 40 00"));
    for (const [name, value] of Object.entries({
      CR0: 1,
      "CS.selector": 0x10,
      "CS.base": 0,
      "CS.limit": 0xffffffff,
      "CS.attributes": 0xc09b,
      "GDTR.base": 0x2000,
      "GDTR.limit": 0x3f,
      EIP: 0x3000,
      EAX: 8,
    }))
      p.write(name, value);
    p.step();
    const ds = ["DS", "DS.base", "DS.limit", "DS.attributes"].map((name) => p.read(name));
    expect(ds).toEqual([8n, 0x25000n, 0xfffn, 0x4093n]);
    expect(p.step().exceptions[0]).toEqual({ vector: 13, errorCode: 0 });
  });

  test("64-bit registers, vectors and the x87 stack are read back as they were set", () => {
    const p = bench.processor({ cpu: "max" });
    const values: [string, bigint][] = [
      ["R9", 0x0123456789abcdefn],
      ["GS.base", 0xffff8000_00001000n],
      ["YMM3", (1n << 255n) | 7n],
      ["ST2", 0x3fff_8000000000000000n],
      ["DR7", 0x401n],
      ["MXCSR", 0x1f80n],
    ];
    for (const [name, value] of values) p.write(name, value);
    p.write("GS.limit", 0xffff);
    for (const [name, value] of values) expect(p.read(name)).toBe(value);
    expect(p.read("XMM3")).toBe(7n);
    p.write("RAX", -1n);
    p.write("AH", 0);
    expect(p.read("RAX")).toBe(0xffffffff_ffff00ffn);
    p.write("EAX", 1);
    expect(p.read("RAX")).toBe(1n);
    expect(p.writeMsr(0xc0000082, 0xffffffff81000000n)).toBe(true);
    expect([p.readMsr(0xc0000082), p.readMsr(0x12345678)]).toEqual([0xffffffff81000000n, undefined]);
  });
});

test("ports are answered from outside; two processors share nothing; a saved state comes back", () => {
  const written: number[][] = [];
  const p = bench.processor({ ports: { read: () => 0x77, write: (...w) => void written.push(w) } });
  const q = bench.processor();
  for (const each of [p, q]) {
    each.writeMemory(0x1000, bytes("e4 10 e7 20"));
    each.write("CS", 0x100);
    each.write("IP", 0);
  }
  const before = p.save();
  p.step();
  p.step();
  q.step();
  expect([p.read("AL"), q.read("AL"), written, p.ticks]).toEqual([0x77n, 0xffn, [[0x20, 0x77, 2]], 2]);
  p.restore(before);
  expect([p.read("AL"), p.read("IP")]).toEqual([0n, 0n]);
});

test.each([
  [() => bench.processor({ cpu: "8087" }), /^cpu: .*8087/],
  [() => bench.processor({ memoryMiB: 0 }), /memoryMiB: 0 is not a size of memory/],
  [() => bench.processor().read("EAZ"), /no register EAZ/],
  [() => bench.processor().writeMemory(0xfffff, new Uint8Array(2)), /2 bytes at 0xfffff do not fit/],
])("what cannot be done is said: %#", (action, message) => {
  expect(action).toThrow(message);
});
