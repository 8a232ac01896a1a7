// What AMD's and Intel's processors do differently about system calls, which QEMU's one model cannot tell.
import { expect, test } from "vitest";
import * as at from "../layout.ts";
import { type Model, modelNamed } from "../models.ts";
import { PhysicalMap } from "../physical.ts";
import { Processor } from "../processor.ts";
import { CS, DS, ES, SS } from "../segments.ts";
import { writeMsr } from "./msr.ts";

const AMD = modelNamed("max") as Model;
const INTEL = modelNamed("Nehalem") as Model;
const CODE = 0x2000;
const TABLES = 0x10000;
const IDT = 0x8000;
const GDT = 0x9000;

type Kind = "64" | "compatibility" | "legacy";

/** A processor at CODE in a mode and at a privilege level, every vector leading to a HLT; and what it said. */
function start(model: Model, kind: Kind, level: 0 | 3, hex: string) {
  const map = new PhysicalMap(1 << 20, 1);
  const events: string[] = [];
  const surroundings = { portRead: () => 0, portWrite() {}, acknowledgeInterrupt: () => 0, now: () => 0 };
  const p = new Processor(
    map,
    {
      ...surroundings,
      event(e) {
        if (e.kind === "exception")
          events.push(`${e.name} ${e.errorCode ?? "-"} at ${p.rip.toString(16)}, level ${p.cpl}`);
      },
    },
    0,
    model,
  );
  const v = new DataView(map.memory.buffer, map.ramAt, 1 << 20);
  map.load(
    CODE,
    Uint8Array.from(hex.split(" "), (h) => Number.parseInt(h, 16)),
  );
  map.load(0x3000, Uint8Array.of(0xf4));
  v.setUint32(TABLES, (TABLES + 0x1000) | 7, true);
  v.setUint32(TABLES + 0x1000, (TABLES + 0x2000) | 7, true);
  v.setUint32(TABLES + 0x2000, 0x87, true);
  v.setBigUint64(GDT + 8, 0x00af9b000000ffffn, true);
  for (let i = 0; i < 0x1000; i += 16) v.setBigUint64(IDT + i, 0x00008e0000083000n, true);
  v.setBigUint64(0xa000 + 4, 0x7000n, true);
  p.view.setUint32(at.GDTR_BASE, GDT, true);
  p.view.setUint32(at.IDTR_BASE, IDT, true);
  p.view.setUint32(at.IDTR_LIMIT, 0xfff, true);
  p.segments.set(at.TR, { selector: 0x40, base: 0xa000, limit: 0x67, attributes: 0x8b });
  const ring = level << 5;
  const flat = { base: 0, limit: 0xffffffff };
  p.segments.set(CS, { ...flat, selector: 8 | level, attributes: (kind === "64" ? 0xa09b : 0xc09b) | ring });
  for (const n of [DS, ES, SS]) p.segments.set(n, { ...flat, selector: 16 | level, attributes: 0xc093 | ring });
  p.setControl(0, kind === "legacy" ? 0x11 : 0x80000011);
  p.setControl(4, 0x20);
  p.view.setUint32(at.CR3, TABLES, true);
  p.view.setUint32(at.EFER, kind === "legacy" ? 1 : 0x501, true);
  p.setRegister64(4, 0x6000n);
  for (const [number, value] of [
    [0xc0000081, (0x4bn << 48n) | (0x38n << 32n) | 0x3000n],
    [0xc0000082, 0x3000n],
    [0xc0000083, 0x3000n],
    [0xc0000084, 0x100n],
    [0x174, 0x38n],
    [0x175, 0x5000n],
    [0x176, 0x3000n],
  ] as const) {
    expect(writeMsr(p, number, value)).toBe(true);
  }
  p.ip = CODE;
  p.restored();
  return { p, events };
}

const SYSCALL = "0f 05";
const SYSRETQ = "48 0f 07";
const SYSENTER = "0f 34";

test("SYSCALL in compatibility mode goes to CSTAR on AMD's processors and is #UD on Intel's", () => {
  const amd = start(AMD, "compatibility", 3, SYSCALL);
  amd.p.run(10);
  expect(amd.events).toEqual([]);
  expect([amd.p.rip, amd.p.register64(1), amd.p.cpl]).toEqual([0x3001n, 0x2002n, 0]);
  const intel = start(INTEL, "compatibility", 3, SYSCALL);
  intel.p.run(10);
  expect(intel.events).toEqual(["#UD - at 2000, level 3"]);
});

test("SYSCALL outside of long mode goes to STAR's low half on AMD's processors, with IF cleared, and is #UD on Intel's", () => {
  const amd = start(AMD, "legacy", 3, SYSCALL);
  amd.p.flags = 0x202;
  amd.p.run(10);
  expect([amd.p.rip, amd.p.register64(1), amd.p.flags, amd.p.segments.selector(CS)]).toEqual([
    0x3001n,
    0x2002n,
    2,
    0x38,
  ]);
  const intel = start(INTEL, "legacy", 0, SYSCALL);
  intel.p.run(1);
  expect(intel.events[0]).toBe("#UD - at 2000, level 0");
});

test("SYSENTER in compatibility mode enters 64-bit code on Intel's processors and is #UD on AMD's", () => {
  const intel = start(INTEL, "compatibility", 3, SYSENTER);
  intel.p.run(10);
  expect(intel.events).toEqual([]);
  expect([intel.p.rip, intel.p.register64(4), intel.p.modeNow, intel.p.cpl]).toEqual([0x3001n, 0x5000n, "long", 0]);
  const amd = start(AMD, "compatibility", 3, SYSENTER);
  amd.p.run(10);
  expect(amd.events).toEqual(["#UD - at 2000, level 3"]);
});

test("SYSRETQ to what is not canonical is #GP at level 0 on Intel's processors, and at level 3 on AMD's", () => {
  const run = (model: Model) => {
    const { p, events } = start(model, "64", 0, SYSRETQ);
    p.setRegister64(1, 0x8000_0000_0000n);
    p.setRegister64(11, 2n);
    p.run(10);
    return events;
  };
  expect(run(INTEL)).toEqual(["#GP 0 at 2000, level 0"]);
  expect(run(AMD)).toEqual(["#GP 0 at 800000000000, level 3"]);
});

test("a single step that SFMASK ends is not reported in the kernel; one that SYSRET begins is reported at once", () => {
  const call = start(AMD, "64", 3, SYSCALL);
  call.p.flags = 0x102;
  call.p.run(10);
  expect(call.events).toEqual([]);
  expect(call.p.register64(11)).toBe(0x102n);
  const back = start(AMD, "64", 0, SYSRETQ);
  back.p.setRegister64(1, 0x3000n);
  back.p.setRegister64(11, 0x102n);
  back.p.run(10);
  expect(back.events).toEqual(["#DB - at 3000, level 3"]);
});
