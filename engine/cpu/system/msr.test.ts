// Model-specific registers whose values hang together, or differ by vendor: what QEMU's model cannot tell.
import { expect, test } from "vitest";
import * as at from "../layout.ts";
import { type Model, modelNamed } from "../models.ts";
import { PhysicalMap } from "../physical.ts";
import { Processor } from "../processor.ts";
import { CS, SS } from "../segments.ts";
import { MSR_TABLE, readMsr, writeMsr } from "./msr.ts";

const AMD = modelNamed("max") as Model;
const INTEL = modelNamed("Nehalem") as Model;

function processor(model: Model, more: Partial<ConstructorParameters<typeof Processor>[1]> = {}) {
  const map = new PhysicalMap(1 << 20, 1);
  const plain = { portRead: () => 0, portWrite() {}, acknowledgeInterrupt: () => 0, now: () => 1000, event() {} };
  return new Processor(map, { ...plain, ...more }, 0, model);
}

test("no two registers share a slot, and none reaches into the performance counters", () => {
  const slots = MSR_TABLE.map((r) => r.slot).filter((slot) => slot >= 0);
  expect(new Set(slots).size).toBe(slots.length);
  expect(Math.max(...slots)).toBeLessThan(at.PERFORMANCE);
});

test("TSC is ten a tick, and a write moves it", () => {
  const p = processor(AMD);
  expect(readMsr(p, 0x10)).toBe(10_000n);
  expect(writeMsr(p, 0x10, 0xffff_ffff_ffff_fff0n)).toBe(true);
  expect(readMsr(p, 0x10)).toBe(0xffff_ffff_ffff_fff0n);
});

test("a write to TSC moves TSC_ADJUST by as much, and one to TSC_ADJUST the counter", () => {
  const p = processor({ ...AMD, features: new Set([...AMD.features, "TSC_ADJUST"]) });
  writeMsr(p, 0x10, 10_500n);
  expect(readMsr(p, 0x3b)).toBe(500n);
  writeMsr(p, 0x3b, 100n);
  expect(readMsr(p, 0x10)).toBe(10_100n);
});

test("each vendor has its own: SYSCFG is AMD's, MISC_ENABLE Intel's (and max's), and number 8B both", () => {
  const [amd, intel] = [processor(modelNamed("qemu64") as Model), processor(INTEL)];
  for (const vendor of ["AuthenticAMD", "GenuineIntel"]) {
    const virtual = processor({ ...AMD, vendor });
    for (const value of [0x4_00c5_0809n, 0x4_00c5_1889n])
      expect([writeMsr(virtual, 0x1a0, value), readMsr(virtual, 0x1a0)]).toEqual([true, value]);
    for (const number of [0x402, 0x403])
      expect([writeMsr(virtual, number, (1n << 64n) - 1n), readMsr(virtual, number)]).toEqual([true, (1n << 64n) - 1n]);
  }
  expect([readMsr(amd, 0xc0010010), readMsr(intel, 0xc0010010)]).toEqual([0n, undefined]);
  expect([readMsr(amd, 0x1a0), readMsr(intel, 0x1a0)]).toEqual([undefined, 0x1801n]);
  expect([readMsr(amd, 0x8b), readMsr(intel, 0x8b)]).toEqual([0x1000065n, 0x1_0000_0000n]);
});

test("RdMem and WrMem of a fixed range are taken once SYSCFG.MtrrFixDramModEn is set", () => {
  const p = processor(AMD);
  expect(writeMsr(p, 0x250, 0x1e1e1e1e1e1e1e1en)).toBe(false);
  writeMsr(p, 0xc0010010, 0x80000n);
  expect(writeMsr(p, 0x250, 0x1e1e1e1e1e1e1e1en)).toBe(true);
});

test("a machine check's status takes anything but 0 only with HWCR.McStatusWrEn", () => {
  const p = processor(AMD);
  expect([writeMsr(p, 0x401, 0n), writeMsr(p, 0x401, 5n)]).toEqual([true, false]);
  writeMsr(p, 0xc0010015, 0x1040000n);
  expect(writeMsr(p, 0x401, 5n)).toBe(true);
});

test("a bank's control takes all or nothing, its address anything on AMD's processors and only 0 on Intel's", () => {
  const [amd, intel] = [processor(AMD), processor(INTEL)];
  const all = 0xffff_ffff_ffff_ffffn;
  for (const p of [amd, intel]) {
    expect([0n, all, 5n].map((value) => writeMsr(p, 0x404, value))).toEqual([true, true, false]);
    expect([0n, all, 1n << 63n].map((value) => writeMsr(p, 0x406, value))).toEqual([true, p === amd, p === amd]);
  }
  expect([writeMsr(amd, 0x410, all & ~0x400n), writeMsr(intel, 0x410, all & ~0x400n)]).toEqual([true, false]);
});

test("the local APIC's are its own", () => {
  const written: [number, bigint][] = [];
  const p = processor(AMD, {
    msrRead: (n) => (n === 0x1b ? 0xfee00900n : undefined),
    msrWrite(n, value) {
      written.push([n, value]);
      return n === 0x1b;
    },
  });
  expect([readMsr(p, 0x1b), readMsr(p, 0x802)]).toEqual([0xfee00900n, undefined]);
  expect([writeMsr(p, 0x1b, 0xfee00800n), writeMsr(p, 0x80b, 0n)]).toEqual([true, false]);
  expect(written).toEqual([
    [0x1b, 0xfee00800n],
    [0x80b, 0n],
  ]);
});

test("counters count instructions at the levels that they are asked for, and a cycle for each", () => {
  const p = processor(AMD);
  p.map.load(0x1000, new Uint8Array(100).fill(0x90));
  const flat = { base: 0, limit: 0xffffffff };
  const run = (level: number, ticks: number) => {
    p.setControl(0, 0x11);
    p.segments.set(CS, { ...flat, selector: 8 | level, attributes: 0xc09b | (level << 5) });
    p.segments.set(SS, { ...flat, selector: 16 | level, attributes: 0xc093 | (level << 5) });
    p.ip = 0x1000;
    p.executed = 0;
    p.updateMode();
    p.run(ticks);
    p.executed = 0;
  };
  const [ALL, USER, KERNEL] = [0x4300c0n, 0x4100c0n, 0x4200c0n];
  p.executed = 0;
  for (const [i, select] of [ALL, USER, KERNEL, 0x430076n].entries()) writeMsr(p, 0xc0010000 + i, select);
  run(0, 7);
  run(3, 20);
  run(0, 4);
  const values = [0, 1, 2, 3].map((i) => readMsr(p, 0xc0010004 + i));
  expect(values).toEqual([31n, 20n, 11n, 31n]);
  writeMsr(p, 0xc0010000, 0n);
  run(0, 5);
  expect(readMsr(p, 0xc0010004)).toBe(31n);
  writeMsr(p, 0xc0010004, 0xffff_ffff_fffen);
  writeMsr(p, 0xc0010000, ALL);
  run(0, 3);
  expect(readMsr(p, 0xc0010004)).toBe(1n);
});

test("a counter that overflows makes its interrupt behind that instruction, in one run and in slices of one", () => {
  for (const slice of [1, 3, 100]) {
    let overflows: number[] = [];
    const p = processor(AMD, { counterOverflow: () => overflows.push(p.ip - 0x1000) });
    p.map.load(0x1000, new Uint8Array(200).fill(0x90));
    for (const n of [CS, SS]) p.segments.set(n, { selector: 0, base: 0, limit: 0xffff, attributes: 0x93 });
    p.ip = 0x1000;
    p.restored();
    const run = (ticks: number) => {
      for (let left = ticks; left > 0; left -= slice) p.run(Math.min(left, slice));
    };
    writeMsr(p, 0xc0010004, (1n << 48n) - 10n);
    writeMsr(p, 0xc0010000, 0x5300c0n);
    run(50);
    expect([overflows, readMsr(p, 0xc0010004)]).toEqual([[10], 40n]);
    // A counter of ring 3 counts nothing here.
    overflows = [];
    writeMsr(p, 0xc0010001, 0x530076n);
    writeMsr(p, 0xc0010005, (1n << 48n) - 10n);
    writeMsr(p, 0xc0010002, 0x5100c0n);
    writeMsr(p, 0xc0010006, (1n << 48n) - 1n);
    run(50);
    expect([overflows, readMsr(p, 0xc0010005), readMsr(p, 0xc0010006)]).toEqual([[60], 40n, (1n << 48n) - 1n]);
    writeMsr(p, 0xc0010000, 0x4300c0n);
    writeMsr(p, 0xc0010004, (1n << 48n) - 1n);
    run(10);
    expect(overflows).toEqual([60]);
  }
});

test("branches are counted, taken or not, with interrupts and exceptions, in one run, in slices, and one at a time", () => {
  for (const [slice, careful] of [
    [1, false],
    [3, false],
    [10_000, false],
    [10_000, true],
  ] as const) {
    const overflows: number[] = [];
    const p = processor(AMD, { counterOverflow: () => overflows.push(p.ip) });
    p.careful = careful;
    // BX times: 100 times NOP; LOOP. JZ, not taken; CALL to RET; REP STOSB, five; INT 3, to IRET; JNZ. Then UD2, to HLT.
    const loop = [0xb9, 100, 0, 0x90, 0xe2, 0xfd];
    const others = [
      0x85, 0xe4, 0x74, 0xf6, 0xe8, 0x0b, 0, 0xb9, 5, 0, 0xf3, 0xaa, 0xcc, 0x4b, 0x75, 0xea, 0x0f, 0x0b, 0xc3,
    ];
    p.map.load(0x1000, Uint8Array.of(...loop, ...others));
    p.map.load(0x2000, Uint8Array.of(0xcf));
    p.map.load(12, Uint8Array.of(0, 0x20, 0, 0));
    p.map.load(24, Uint8Array.of(0, 0x30, 0, 0));
    p.map.load(0x3000, Uint8Array.of(0xf4));
    for (const n of [CS, SS]) p.segments.set(n, { selector: 0, base: 0, limit: 0xffff, attributes: 0x93 });
    p.ip = 0x1000;
    p.setRegister(3, 10);
    p.setRegister(4, 0x8000);
    p.setRegister(7, 0x4000);
    p.restored();
    writeMsr(p, 0xc0010000, 0x5300c2n);
    writeMsr(p, 0xc0010004, (1n << 48n) - 103n);
    for (let left = 20_000; left > 0 && !p.halted; left -= slice) p.run(Math.min(left, slice));
    expect([readMsr(p, 0xc0010004), overflows]).toEqual([10n * 106n + 1n - 103n, [0x100d]]);
  }
});

test("DebugCtl.LBR records the last branch that was taken, and at an exception the one before it, too", () => {
  const p = processor(AMD);
  const record = () => [0x1db, 0x1dc, 0x1dd, 0x1de].map((number) => Number(readMsr(p, number)));
  // NOP; JZ, not taken; JMP over a byte; REP STOSB, three; UD2. At 2000h: HLT
  p.map.load(0x1000, Uint8Array.of(0x90, 0x74, 0x02, 0xeb, 0x01, 0xf4, 0xf3, 0xaa, 0x0f, 0x0b));
  p.map.load(0x2000, Uint8Array.of(0xf4));
  p.map.load(6 * 4, Uint8Array.of(0x00, 0x20, 0, 0));
  p.map.load(3 * 4, Uint8Array.of(0x00, 0x21, 0, 0));
  for (const n of [CS, SS, 0]) p.segments.set(n, { selector: 0, base: 0, limit: 0xffff, attributes: 0x93 });
  p.setRegister(4, 0x8000);
  p.setRegister(7, 0x9000);
  p.setRegister(1, 3);
  p.ip = 0x1000;
  p.flags = 2;
  p.restored();
  expect(writeMsr(p, 0x1d9, 1n)).toBe(true);
  p.run(2);
  expect(record()).toEqual([0, 0, 0, 0]);
  p.run(4);
  expect([p.ip, ...record()]).toEqual([0x1008, 0x1003, 0x1006, 0, 0]);
  p.run(2);
  expect(record()).toEqual([0x1008, 0x2000, 0x1003, 0x1006]);
  // INT3 in the handler's place, then ICEBP: a #DB ends the recording.
  p.map.load(0x3000, Uint8Array.of(0xcc));
  p.map.load(0x2100, Uint8Array.of(0xf1));
  p.map.load(4, Uint8Array.of(0x00, 0x20, 0, 0));
  p.halted = false;
  p.ip = 0x3000;
  p.run(3);
  expect([...record(), Number(readMsr(p, 0x1d9))]).toEqual([0x3000, 0x2100, 0x1008, 0x2000, 0]);
});

test("with DebugCtl.BTF a single step goes to the next branch that is taken, and #DB clears the bit", () => {
  const p = processor(AMD);
  // NOP; JZ, not taken; JMP over a byte; NOP; HLT
  p.map.load(0x1000, Uint8Array.of(0x90, 0x74, 0x02, 0xeb, 0x01, 0xf4, 0x90, 0xf4));
  p.map.load(0x2000, Uint8Array.of(0xf4));
  p.map.load(4, Uint8Array.of(0x00, 0x20, 0, 0));
  for (const n of [CS, SS]) p.segments.set(n, { selector: 0, base: 0, limit: 0xffff, attributes: 0x93 });
  p.view.setUint32(at.IDTR_LIMIT, 0x3ff, true);
  p.setRegister(4, 0x6000);
  p.ip = 0x1000;
  p.flags = 0x102;
  p.updateMode();
  writeMsr(p, 0x1d9, 2n);
  p.run(20);
  expect(p.map.view.getUint16(p.map.ramAt + 0x6000 - 6, true)).toBe(0x1006);
  expect(readMsr(p, 0x1d9)).toBe(0n);
});

test("with LA57, what is kept may be an address of 57 bits although four levels are on; without, of 48", () => {
  for (const features of [AMD.features, new Set([...AMD.features, "LA57" as const])]) {
    const p = processor({ ...AMD, features });
    const takes = (value: bigint) =>
      ["LSTAR", "FS_BASE", "KERNEL_GS_BASE"].map((name) => writeMsr(p, numberOf(name), value));
    const wide = features.has("LA57");
    expect(takes(0xaaaa_aaaa_aaaa_aaaan)).toEqual([false, false, false]);
    expect(takes(0xffff_aaaa_aaaa_aaaan)).toEqual([true, true, true]);
    expect(takes(0xffaa_aaaa_aaaa_aaaan)).toEqual([wide, wide, wide]);
  }
});

const numberOf = (name: string): number => MSR_TABLE.find((r) => r.name === name)?.number ?? -1;
