/**
 * FXSAVE, the XSAVE family and their loads: components of state in one area of memory.
 *
 *       0  FCW FSW  tags (a bit a register)  FOP   FIP [FCS]   FDP [FDS]   MXCSR  MXCSR_MASK       component 0, x87
 *      32  ST0–ST7, 16 bytes each, by their place on the stack
 *     160  XMM0–XMM15                                                                              component 1, SSE
 *     512  XSTATE_BV  XCOMP_BV  48 bytes of zeros                                                  XSAVE's header
 *     576  further components: in the standard form at their own offsets (CPUID leaf D), in the compacted form in turn
 *
 * Modelled: x87, SSE and PKRU; AVX has its place (`COMPONENTS`) when there are rows for it. There is no supervisor state
 * (IA32_XSS stays 0). Not modelled: XSAVEOPT's and XSAVES's leaving out of what has not changed since XRSTOR (they leave
 * out what has its first values).
 * Source: AMD APM vol. 2, 11.4 and 11.5; Intel SDM vol. 1, chapter 13; vol. 2, FXSAVE, XSAVE, XSAVEC, XSAVES, XRSTOR, XRSTORS.
 */
import type { Decoded, MemoryOperand } from "../../isa/decoded.ts";
import type { Core } from "../core.ts";
import * as fault from "../fault.ts";
import { raise } from "../fault.ts";
import * as at from "../layout.ts";
import { CR0_EM, CR0_TS, CR4_OSFXSR, CR4_OSXSAVE } from "../registers.ts";
import type { LinearAddress } from "../translation.ts";
import { onlyRing0 } from "./control.ts";
import { has, isIntel } from "./features.ts";
import { MXCSR_MASK } from "./media.ts";
import { offsetOf, operand } from "./operands.ts";
import type { Operation } from "./operation.ts";
import { initialize } from "./x87control.ts";
import { isEmptyPhysical, markPhysical, physical, wait } from "./x87state.ts";

const X87 = 1;
const SSE = 2;
const LEGACY = 512;
const HEADER = 64;
const COMPACTED = 1n << 63n;
const MXCSR_AT = 24;
const FIRST_MXCSR = 0x1f80;

/** Components behind the header: where they are in the standard form and in the processor's state. */
const COMPONENTS = [{ number: 9, feature: "PKU", offset: 0xa80, bytes: 8, state: at.PKRU, stateBytes: 4 }] as const;

/** The components that this processor has, as XCR0 may name them. */
const supported = (p: Core): number =>
  COMPONENTS.reduce((bits, c) => (has(p, c.feature) ? bits | (1 << c.number) : bits), X87 | SSE);

/**
 * Linear address of an area of `bytes`, aligned to `alignment`: else #GP(0), which comes between the checks of its first
 * byte and of its last, as processors have it.
 */
function areaOf(p: Core, d: Decoded, bytes: number, alignment: number, write: boolean): LinearAddress {
  const o = operand(d, 0) as MemoryOperand;
  const offset = offsetOf(p, o);
  const la = p.memory.linear(o.segment, offset, 1, write);
  if (Number(BigInt.asUintN(8, BigInt(la))) % alignment) raise(fault.GP, 0);
  p.memory.linear(o.segment, offset, bytes, write);
  if (write) p.memory.probeWrite(la, bytes);
  return la;
}

const plus = (la: LinearAddress, delta: number): LinearAddress =>
  typeof la === "number" ? la + delta : BigInt.asIntN(64, la + BigInt(delta));

function readArea(p: Core, la: LinearAddress, from: number, bytes: number): DataView {
  const view = new DataView(new ArrayBuffer(bytes));
  for (let i = 0; i < bytes; i += 8) view.setBigUint64(i, p.memory.load64(plus(la, from + i)), true);
  return view;
}

function writeArea(p: Core, la: LinearAddress, image: DataView, from: number, to: number): void {
  for (let i = from; i < to; i += 8) p.memory.store64(plus(la, i), image.getBigUint64(i, true));
}

// ---- components ------------------------------------------------------------------------------------------------------

/** XMM registers that this mode has. */
const registers = (p: Core): number => (p.long ? 16 : 8);

/** The x87's part of the legacy area: bytes 0–23 and 32–159. */
function saveX87(p: Core, image: DataView, wide: boolean): void {
  const v = p.view;
  image.setUint16(0, v.getUint16(at.X87_CONTROL, true), true);
  image.setUint16(2, v.getUint16(at.X87_STATUS, true), true);
  let inUse = 0;
  for (let r = 0; r < 8; r++) if (!isEmptyPhysical(p, r)) inUse |= 1 << r;
  image.setUint16(4, inUse, true);
  image.setUint16(6, v.getUint16(at.X87_OPCODE, true) & 0x7ff, true);
  for (const [to, pointer, selector] of [
    [8, at.X87_IP, at.X87_CS],
    [16, at.X87_DP, at.X87_DS],
  ] as const) {
    if (wide) image.setBigUint64(to, v.getBigUint64(pointer, true), true);
    else {
      image.setUint32(to, v.getUint32(pointer, true), true);
      image.setUint32(to + 4, v.getUint16(selector, true), true);
    }
  }
  for (let n = 0; n < 8; n++) {
    const from = at.X87 + physical(p, n) * 16;
    image.setBigUint64(32 + n * 16, v.getBigUint64(from, true), true);
    image.setBigUint64(40 + n * 16, BigInt(v.getUint16(from + 8, true)), true);
  }
}

function loadX87(p: Core, image: DataView, wide: boolean): void {
  const v = p.view;
  v.setUint16(at.X87_STATUS, image.getUint16(2, true), true);
  for (let r = 0; r < 8; r++) markPhysical(p, r, !(image.getUint8(4) & (1 << r)));
  v.setUint16(at.X87_OPCODE, image.getUint16(6, true) & 0x7ff, true);
  for (const [from, pointer, selector] of [
    [8, at.X87_IP, at.X87_CS],
    [16, at.X87_DP, at.X87_DS],
  ] as const) {
    v.setBigUint64(pointer, wide ? image.getBigUint64(from, true) : BigInt(image.getUint32(from, true)), true);
    v.setUint16(selector, wide ? 0 : image.getUint16(from + 4, true), true);
  }
  for (let n = 0; n < 8; n++) {
    const to = at.X87 + physical(p, n) * 16;
    v.setBigUint64(to, image.getBigUint64(32 + n * 16, true), true);
    v.setUint16(to + 8, image.getUint16(40 + n * 16, true), true);
  }
  // Sets the summary of exceptions that are waiting, too.
  p.x87.setControl(p.cpu, image.getUint16(0, true));
}

function firstX87(p: Core): void {
  initialize(p);
  for (let i = 0; i < 128; i++) p.view.setUint8(at.X87 + i, 0);
}

function saveXmm(p: Core, image: DataView): void {
  for (let i = 0; i < registers(p) * 16; i++) image.setUint8(160 + i, p.view.getUint8(at.XMM + i));
}

function loadXmm(p: Core, image: DataView | undefined): void {
  for (let i = 0; i < registers(p) * 16; i++) p.view.setUint8(at.XMM + i, image ? image.getUint8(160 + i) : 0);
}

const isZeros = (p: Core, from: number, bytes: number): boolean => {
  for (let i = 0; i < bytes; i++) if (p.view.getUint8(from + i)) return false;
  return true;
};

/** Components that do not have their first values: XINUSE. */
function inUse(p: Core): number {
  const v = p.view;
  const first =
    v.getUint16(at.X87_CONTROL, true) === 0x37f &&
    v.getUint16(at.X87_STATUS, true) === 0 &&
    v.getUint16(at.X87_TAG, true) === 0xffff &&
    isZeros(p, at.X87, 128) &&
    isZeros(p, at.X87_IP, at.X87_OPCODE + 2 - at.X87_IP);
  let bits = (first ? 0 : X87) | (isZeros(p, at.XMM, registers(p) * 16) ? 0 : SSE);
  for (const c of COMPONENTS) if (!isZeros(p, c.state, c.stateBytes)) bits |= 1 << c.number;
  return bits & supported(p);
}

/** Where the components of `states` behind the header are in an area. */
function places(states: number, compacted: boolean): { c: (typeof COMPONENTS)[number]; at: number }[] {
  let next = LEGACY + HEADER;
  return COMPONENTS.filter((c) => states & (1 << c.number)).map((c) => {
    const place = { c, at: compacted ? next : c.offset };
    next += c.bytes;
    return place;
  });
}

/** Bytes of the whole area. */
const sizeOf = (states: number, compacted: boolean): number =>
  places(states, compacted).reduce((end, p) => Math.max(end, p.at + p.c.bytes), LEGACY + HEADER);

// ---- instructions ----------------------------------------------------------------------------------------------------

/** AMD's processors raise #NM also where CR0.EM is set, Intel's #UD (the manuals' pages of FXSAVE). */
function legacyAvailable(p: Core): void {
  if (p.control(0) & CR0_EM) raise(isIntel(p) ? fault.UD : fault.NM);
  if (p.control(0) & CR0_TS) raise(fault.NM);
}

const saveLegacy =
  (wide: boolean): Operation =>
  (p, d) => {
    legacyAvailable(p);
    const la = areaOf(p, d, LEGACY, 16, true);
    const image = new DataView(new ArrayBuffer(LEGACY));
    saveX87(p, image, wide);
    image.setUint32(MXCSR_AT, p.view.getUint32(at.MXCSR, true), true);
    image.setUint32(MXCSR_AT + 4, MXCSR_MASK, true);
    saveXmm(p, image);
    // Without CR4.OSFXSR there is nothing of SSE; what the mode lacks, and the last bytes, stay the program's.
    const end = p.control(4) & CR4_OSFXSR ? 160 + registers(p) * 16 : 160;
    writeArea(p, la, image, 0, end);
  };

const loadLegacy =
  (wide: boolean): Operation =>
  (p, d) => {
    legacyAvailable(p);
    if (!(p.control(0) & CR0_EM)) wait(p);
    const la = areaOf(p, d, LEGACY, 16, false);
    const image = readArea(p, la, 0, LEGACY);
    const withSse = (p.control(4) & CR4_OSFXSR) !== 0;
    const mxcsr = image.getUint32(MXCSR_AT, true);
    if (withSse && mxcsr & ~MXCSR_MASK) raise(fault.GP, 0);
    loadX87(p, image, wide);
    if (!withSse) return;
    p.view.setUint32(at.MXCSR, mxcsr, true);
    loadXmm(p, image);
  };

/** #UD without CR4.OSXSAVE, #GP(0) for a supervisor's instruction, #NM with CR0.TS; the components that are asked for. */
function requested(p: Core, supervisor: boolean): number {
  if (!(p.control(4) & CR4_OSXSAVE)) raise(fault.UD);
  if (supervisor) onlyRing0(p);
  if (p.control(0) & CR0_TS) raise(fault.NM);
  return p.view.getUint32(at.XCR0, true) & p.register(0);
}

/**
 * `optimized` leaves out components with their first values; `compacted` also puts them one behind the other; `supervisor`
 * is that for privilege level 0.
 */
type Way = "plain" | "optimized" | "compacted" | "supervisor";

const save =
  (wide: boolean, way: Way): Operation =>
  (p, d) => {
    const optimized = way !== "plain";
    const compacted = way === "compacted" || way === "supervisor";
    const asked = requested(p, way === "supervisor");
    const la = areaOf(p, d, sizeOf(asked, compacted), 64, true);
    const using = inUse(p);
    const mxcsr = p.view.getUint32(at.MXCSR, true);
    // In the compacted form MXCSR is a part of SSE's component, which has its first values only with MXCSR's.
    const counted = compacted && mxcsr !== FIRST_MXCSR ? using | SSE : using;
    const written = optimized ? asked & counted : asked;
    const image = new DataView(new ArrayBuffer(sizeOf(asked, compacted)));
    saveX87(p, image, wide);
    saveXmm(p, image);
    if (written & X87) {
      writeArea(p, la, image, 0, MXCSR_AT);
      writeArea(p, la, image, 32, 160);
    }
    if (compacted ? written & SSE : asked & SSE) {
      p.memory.store(plus(la, MXCSR_AT), mxcsr, 4);
      p.memory.store(plus(la, MXCSR_AT + 4), MXCSR_MASK, 4);
    }
    if (written & SSE) writeArea(p, la, image, 160, 160 + registers(p) * 16);
    for (const { c, at: place } of places(asked, compacted)) {
      if (!(written & (1 << c.number))) continue;
      for (let i = 0; i < c.stateBytes; i++) image.setUint8(place + i, p.view.getUint8(c.state + i));
      writeArea(p, la, image, place, place + c.bytes);
    }
    if (compacted) {
      p.memory.store64(plus(la, LEGACY), BigInt(written));
      p.memory.store64(plus(la, LEGACY + 8), COMPACTED | BigInt(asked));
    } else {
      const old = p.memory.load64(plus(la, LEGACY));
      p.memory.store64(plus(la, LEGACY), (old & ~BigInt(asked)) | BigInt(using & asked));
    }
  };

/** Checks an area's header: #GP(0) for what is not zero, or names what there is not. What it holds, and in which form. */
function readHeader(
  p: Core,
  la: LinearAddress,
  supervisor: boolean,
): { states: number; compacted: boolean; layout: number } {
  const header = readArea(p, la, LEGACY, HEADER);
  const states = header.getBigUint64(0, true);
  const layout = header.getBigUint64(8, true);
  const compacted = (layout & COMPACTED) !== 0n;
  const known = BigInt(p.view.getUint32(at.XCR0, true));
  if (states & ~known) raise(fault.GP, 0);
  if (compacted) {
    if (!(has(p, "XSAVEC") || has(p, "XSAVES")) || layout & ~COMPACTED & ~known || states & ~layout) raise(fault.GP, 0);
  } else if (layout || supervisor) raise(fault.GP, 0);
  for (let i = 16; i < (compacted ? HEADER : 24); i += 8) if (header.getBigUint64(i, true)) raise(fault.GP, 0);
  return { states: Number(states), compacted, layout: Number(layout & ~COMPACTED) };
}

/** `supervisor`: from the compacted form alone, at privilege level 0. */
const restore =
  (wide: boolean, supervisor = false): Operation =>
  (p, d) => {
    const asked = requested(p, supervisor);
    const la = areaOf(p, d, LEGACY + HEADER, 64, false);
    const { states, compacted, layout } = readHeader(p, la, supervisor);
    const image = readArea(p, la, 0, LEGACY);
    const loaded = asked & states;
    const mxcsr = image.getUint32(MXCSR_AT, true);
    const loadsMxcsr = compacted ? loaded & SSE : asked & SSE;
    if (loadsMxcsr && mxcsr & ~MXCSR_MASK) raise(fault.GP, 0);
    const further = places(compacted ? layout : asked, compacted)
      .filter(({ c }) => asked & (1 << c.number))
      .map(({ c, at: place }) => ({
        c,
        image: loaded & (1 << c.number) ? readArea(p, la, place, c.bytes) : undefined,
      }));
    if (loaded & X87) loadX87(p, image, wide);
    else if (asked & X87) firstX87(p);
    if (asked & SSE) loadXmm(p, loaded & SSE ? image : undefined);
    if (loadsMxcsr) p.view.setUint32(at.MXCSR, mxcsr, true);
    else if (asked & SSE) p.view.setUint32(at.MXCSR, FIRST_MXCSR, true);
    const keys = p.view.getUint32(at.PKRU, true);
    for (const { c, image: component } of further) {
      for (let i = 0; i < c.stateBytes; i++) p.view.setUint8(c.state + i, component ? component.getUint8(i) : 0);
    }
    if (p.view.getUint32(at.PKRU, true) !== keys) p.mappingChanged();
  };

export const XSAVE_OPERATIONS: Readonly<Record<string, Operation>> = {
  FXSAVE: saveLegacy(false),
  FXSAVE64: saveLegacy(true),
  FXRSTOR: loadLegacy(false),
  FXRSTOR64: loadLegacy(true),
  XSAVE: save(false, "plain"),
  XSAVE64: save(true, "plain"),
  XSAVEOPT: save(false, "optimized"),
  XSAVEOPT64: save(true, "optimized"),
  XSAVEC: save(false, "compacted"),
  XSAVEC64: save(true, "compacted"),
  XSAVES: save(false, "supervisor"),
  XSAVES64: save(true, "supervisor"),
  XRSTOR: restore(false),
  XRSTOR64: restore(true),
  XRSTORS: restore(false, true),
  XRSTORS64: restore(true, true),
  XGETBV(p) {
    if (!(p.control(4) & CR4_OSXSAVE)) raise(fault.UD);
    const index = p.register(1);
    if (index > 1 || (index === 1 && !has(p, "XGETBV1"))) raise(fault.GP, 0);
    const value = p.view.getUint32(at.XCR0, true);
    p.setRegister(0, index ? value & inUse(p) : value);
    p.setRegister(2, p.view.getUint32(at.XCR0 + 4, true));
  },
  XSETBV(p) {
    if (!(p.control(4) & CR4_OSXSAVE)) raise(fault.UD);
    if (p.cpl !== 0 || p.register(1) !== 0) raise(fault.GP, 0);
    const value = p.register(0);
    if (p.register(2) || !(value & X87) || value & ~supported(p)) raise(fault.GP, 0);
    p.view.setUint32(at.XCR0, value, true);
  },
};
