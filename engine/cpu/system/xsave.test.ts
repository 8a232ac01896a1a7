/** FXSAVE and the XSAVE family on a bare processor: what areas of memory hold, and what is refused. */
import { beforeEach, describe, expect, it } from "vitest";
import { TABLE } from "../../isa/table.ts";
import * as at from "../layout.ts";
import { DEFAULT_MODEL } from "../models.ts";
import { PhysicalMap } from "../physical.ts";
import { Processor } from "../processor.ts";
import { CR4_OSFXSR, CR4_OSXSAVE } from "../registers.ts";
import { CS, DS, ES, SS } from "../segments.ts";

const AREA = 0x8000;
const map = new PhysicalMap(1 << 20, 1);
let exceptions: string[] = [];
const p = new Processor(
  map,
  {
    portRead: () => 0xff,
    portWrite() {},
    acknowledgeInterrupt: () => 0,
    now: () => 0,
    event(e) {
      if (e.kind !== "exception") return;
      exceptions.push(e.name);
      p.attention();
    },
  },
  0,
  { ...DEFAULT_MODEL, name: "test", features: new Set(TABLE.map((row) => row.feature).concat("XGETBV1", "PKU")) },
);

const view = () => new DataView(map.memory.buffer, map.ramAt + AREA, 4096);

/** Runs one instruction, its memory operand at EBX; the exception it raised. */
function run(hex: string, eax = 7): string | undefined {
  const bytes = hex.split(" ").map((h) => Number.parseInt(h, 16));
  map.load(0x1000, Uint8Array.from([...bytes, 0xf4]));
  p.ip = 0x1000;
  p.setRegister(0, eax);
  p.setRegister(2, 0);
  p.restored();
  exceptions = [];
  const before = p.state.slice();
  p.run(1);
  // There is nobody to deliver an exception to.
  if (exceptions.length) p.state.set(before);
  return exceptions[0];
}

beforeEach(() => {
  p.reset();
  for (const n of [DS, ES, SS]) p.segments.set(n, { selector: 16, base: 0, limit: 0xffffffff, attributes: 0xc093 });
  p.segments.set(CS, { selector: 8, base: 0, limit: 0xffffffff, attributes: 0xc09b });
  p.setControl(0, 0x11);
  p.setControl(4, CR4_OSFXSR | CR4_OSXSAVE);
  p.view.setUint32(at.XCR0, 0x203, true);
  p.setRegister(3, AREA);
  map.ram.fill(0xcc, AREA, AREA + 4096);
  for (let i = 0; i < 128; i++) p.view.setUint8(at.XMM + i, i + 1);
  for (let i = 0; i < 10; i++) p.view.setUint8(at.X87 + 3 * 16 + i, 0xa0 + i);
  p.view.setUint16(at.X87_CONTROL, 0x27f, true);
  p.view.setUint16(at.X87_STATUS, 3 << 11, true);
  p.view.setUint16(at.X87_TAG, 0xff3f, true);
  p.view.setUint32(at.MXCSR, 0x9fc0, true);
  p.view.setUint32(at.PKRU, 0x55, true);
});

const FXSAVE = "0f ae 03";
const FXRSTOR = "0f ae 0b";
const XSAVE = "0f ae 23";
const XRSTOR = "0f ae 2b";
const XSAVEOPT = "0f ae 33";
const XSAVEC = "0f c7 23";
const XSAVES = "0f c7 2b";
const XRSTORS = "0f c7 1b";

/** All of the state that an area holds. */
const state = () => Array.from(new Uint8Array(map.memory.buffer, p.cpu, at.STATE_BYTES).slice(at.X87, at.XMM + 128));

it("FXSAVE stores ST(0) first, a tag bit a physical register, and eight XMM registers outside of 64-bit mode", () => {
  expect(run(FXSAVE)).toBeUndefined();
  const v = view();
  expect([v.getUint16(0, true), v.getUint16(2, true), v.getUint8(4)]).toEqual([0x27f, 3 << 11, 1 << 3]);
  expect([v.getUint32(24, true), v.getUint32(28, true)]).toEqual([0x9fc0, 0xffff]);
  expect(v.getUint8(32)).toBe(0xa0);
  expect([v.getUint8(160), v.getUint8(287), v.getUint8(288)]).toEqual([1, 128, 0xcc]);
});

describe.each([
  ["FXSAVE", FXSAVE, FXRSTOR, 0],
  ["XSAVE", XSAVE, XRSTOR, 0x203],
  ["XSAVEOPT", XSAVEOPT, XRSTOR, 0x203],
  ["XSAVEC", XSAVEC, XRSTOR, 0x203],
  ["XSAVES", XSAVES, XRSTORS, 0x203],
])("%s", (_name, save, restore, components) => {
  it("and its load give back what was there", () => {
    const before = state();
    // XSAVE keeps what the header says of components that it does not write; it must hold zeros.
    for (let i = 512; i < 576; i++) view().setUint8(i, 0);
    expect(run(save, components)).toBeUndefined();
    p.view.setUint32(at.MXCSR, 0x1f80, true);
    p.view.setUint32(at.PKRU, components ? 0 : 0x55, true);
    for (let i = 0; i < 128; i++) p.view.setUint8(at.XMM + i, 0);
    for (let i = 0; i < 128; i++) p.view.setUint8(at.X87 + i, 0);
    p.view.setUint16(at.X87_STATUS, 0, true);
    p.view.setUint16(at.X87_TAG, 0xffff, true);
    expect(run(restore, components)).toBeUndefined();
    expect(state()).toEqual(before);
  });
});

it("XSAVEC puts PKRU right behind the header, XSAVE at its own offset", () => {
  run(XSAVEC, 0x203);
  expect(view().getUint32(576, true)).toBe(0x55);
  expect(view().getBigUint64(512, true)).toBe(0x203n);
  expect(view().getBigUint64(520, true)).toBe((1n << 63n) | 0x203n);
  run(XSAVE, 0x203);
  expect(view().getUint32(0xa80, true)).toBe(0x55);
});

it("XRSTORS takes the compacted form alone, and with XSAVES belongs to privilege level 0", () => {
  for (let i = 512; i < 576; i++) view().setUint8(i, 0);
  run(XSAVE, 0x203);
  expect([run(XRSTOR, 0x203), run(XRSTORS, 0x203)]).toEqual([undefined, "#GP"]);
  run(XSAVES, 0x203);
  const header = view().getBigUint64(520, true);
  expect(header).toBe((1n << 63n) | 0x203n);
  expect(run(XRSTORS, 0x203)).toBeUndefined();
  view().setBigUint64(520, header | 0x100n, true);
  expect(run(XRSTORS, 0x203)).toBe("#GP");
  view().setBigUint64(520, header, true);
  for (const n of [CS, SS]) p.segments.set(n, { ...p.segments.get(n), attributes: p.segments.attributes(n) | 0x60 });
  expect([run(XSAVES, 0x203), run(XRSTORS, 0x203)]).toEqual(["#GP", "#GP"]);
  expect(run(XSAVEC, 0x203)).toBeUndefined();
});

it("XSAVEOPT leaves out a component with its first values, and XRSTOR gives them back", () => {
  for (let i = 512; i < 576; i++) view().setUint8(i, 0);
  p.view.setUint32(at.PKRU, 0, true);
  for (let i = 0; i < 128; i++) p.view.setUint8(at.XMM + i, 0);
  run(XSAVEOPT, 0x203);
  expect(view().getBigUint64(512, true)).toBe(1n);
  expect(view().getUint8(160)).toBe(0xcc);
  expect(view().getUint32(24, true)).toBe(0x9fc0);
  p.view.setUint8(at.XMM, 9);
  p.view.setUint32(at.PKRU, 9, true);
  expect(run(XRSTOR, 0x203)).toBeUndefined();
  expect([p.view.getUint8(at.XMM), p.view.getUint32(at.PKRU, true)]).toEqual([0, 0]);
});

it("what is misaligned, reserved or unknown is #GP; without CR4.OSXSAVE #UD; with CR0.TS #NM", () => {
  p.setRegister(3, AREA + 16);
  expect(run(XSAVE)).toBe("#GP");
  p.setRegister(3, AREA + 8);
  expect(run(FXSAVE)).toBe("#GP");
  p.setRegister(3, AREA);
  run(FXSAVE);
  view().setUint32(24, 0x10000, true);
  expect(run(FXRSTOR)).toBe("#GP");
  for (let i = 512; i < 576; i++) view().setUint8(i, 0);
  run(XSAVE);
  for (const [offset, value] of [
    [512, 4],
    [520, 1],
    [528, 1],
  ] as const) {
    view().setUint8(offset, view().getUint8(offset) ^ value);
    expect(run(XRSTOR), `byte ${offset}`).toBe("#GP");
    view().setUint8(offset, view().getUint8(offset) ^ value);
  }
  expect(run(XRSTOR)).toBeUndefined();
  p.setControl(0, 0x19);
  expect(run(XSAVE)).toBe("#NM");
  expect(run(FXSAVE)).toBe("#NM");
  p.setControl(0, 0x11);
  p.setControl(4, CR4_OSFXSR);
  expect(run(XSAVE)).toBe("#UD");
});

it("XSETBV takes components that there are, x87 among them; XGETBV reads them, and those in use", () => {
  p.setRegister(1, 0);
  expect(run("0f 01 d1", 3)).toBeUndefined();
  for (const refused of [2, 7, 0x80000001]) expect(run("0f 01 d1", refused)).toBe("#GP");
  p.setRegister(1, 0);
  expect(run("0f 01 d0")).toBeUndefined();
  expect(p.register(0)).toBe(3);
  for (let i = 0; i < 256; i++) p.view.setUint8(at.XMM + i, 0);
  p.setRegister(1, 1);
  run("0f 01 d0");
  expect(p.register(0)).toBe(1);
  p.setRegister(1, 2);
  expect(run("0f 01 d0")).toBe("#GP");
});
