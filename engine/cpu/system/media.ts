/**
 * Instructions of MMX and SSE in plain TypeScript: MXCSR, stores under a mask, string comparisons.
 * Source: AMD APM vol. 4 and 5; Intel SDM vol. 2, 4.1 "Imm8 control byte operation for PCMPESTRI / …".
 */
import type { Decoded, MemoryOperand } from "../../isa/decoded.ts";
import { EngineError } from "../../wasm/error.ts";
import type { Core } from "../core.ts";
import * as fault from "../fault.ts";
import { raise } from "../fault.ts";
import * as at from "../layout.ts";
import { AF, CF, CR0_EM, CR0_TS, CR4_OSFXSR, OF, PF, SF, ZF } from "../registers.ts";
import { advance, loadMemory, loadMemory64, offsetOf, operand, read, storeMemory } from "./operands.ts";
import type { Operation } from "./operation.ts";
import { wait } from "./x87state.ts";

/** Bits of MXCSR that there are. */
export const MXCSR_MASK = 0xffff;

/** What `Meaning.media` checks, for XMM registers. */
function sseAvailable(p: Core): void {
  if (p.control(0) & CR0_EM || !(p.control(4) & CR4_OSFXSR)) raise(fault.UD);
  if (p.control(0) & CR0_TS) raise(fault.NM);
}

/** The same for MMX registers. */
function mmxAvailable(p: Core): void {
  if (p.control(0) & CR0_EM) raise(fault.UD);
  wait(p);
}

/** DS:rDI, or another segment's, for the stores under a mask. */
function destination(d: Decoded): MemoryOperand {
  return {
    kind: "memory",
    bits: 8,
    segment: d.segmentPrefix >= 0 ? d.segmentPrefix : 3,
    override: d.segmentPrefix >= 0,
    base: 7,
    index: -1,
    scale: 0,
    displacement: 0n,
    displacementBytes: 0,
    addressBits: d.addressBits,
  };
}

/** Bytes of a register operand, from its file. */
function registerBytes(p: Core, d: Decoded, index: number): Uint8Array {
  const o = operand(d, index);
  if (o.kind !== "xmm" && o.kind !== "mmx") throw new EngineError(`${d.row.name}: no media register ${index}`);
  const from = (o.kind === "xmm" ? at.XMM : at.X87) + o.number * 16;
  return Uint8Array.from({ length: o.kind === "xmm" ? 16 : 8 }, (_, i) => p.view.getUint8(from + i));
}

/** Stores chosen bytes, all or none: each is checked before the first is stored. */
function storeMasked(p: Core, d: Decoded): void {
  const bytes = registerBytes(p, d, 0);
  const mask = registerBytes(p, d, 1);
  const to = destination(d);
  const chosen = [...bytes.keys()].filter((i) => (mask[i] as number) & 0x80);
  const start = offsetOf(p, to);
  for (const i of chosen) {
    const offset = advance(start, i, to.addressBits);
    p.memory.probeWrite(p.memory.linear(to.segment, offset, 1, true), 1);
  }
  for (const i of chosen) storeMemory(p, to, bytes[i] as number, 1, i);
}

/** The second operand's 16 bytes, which need not be aligned. */
function sourceBytes(p: Core, d: Decoded): Uint8Array {
  const o = operand(d, 1);
  if (o.kind !== "memory") return registerBytes(p, d, 1);
  const [low, high] = [loadMemory64(p, o), loadMemory64(p, o, 8)];
  return Uint8Array.from({ length: 16 }, (_, i) => Number(((i < 8 ? low : high) >> BigInt((i % 8) * 8)) & 0xffn));
}

/** Elements of a string: bytes or words, signed or not. */
function elements(bytes: Uint8Array, control: number): number[] {
  const words = (control & 1) !== 0;
  const signed = (control & 2) !== 0;
  return Array.from({ length: words ? 8 : 16 }, (_, i) => {
    const value = words ? (bytes[2 * i] as number) | ((bytes[2 * i + 1] as number) << 8) : (bytes[i] as number);
    const shift = words ? 16 : 24;
    return signed ? (value << shift) >> shift : value;
  });
}

/** A string's length by a register: its absolute value, at most all elements. */
function explicitLength(p: Core, register: number, wide: boolean, most: number): number {
  const value = wide ? BigInt.asIntN(64, p.register64(register)) : BigInt(p.register(register) | 0);
  const size = value < 0n ? -value : value;
  return size > BigInt(most) ? most : Number(size);
}

function implicitLength(string: readonly number[]): number {
  const zero = string.indexOf(0);
  return zero < 0 ? string.length : zero;
}

/** The comparison's result, a bit for each element of the second string, before its polarity. */
function aggregate(
  a: readonly number[],
  b: readonly number[],
  lengths: readonly [number, number],
  control: number,
): number {
  const [inA, inB] = lengths;
  const n = a.length;
  let result = 0;
  for (let j = 0; j < n; j++) {
    let holds = false;
    switch ((control >> 2) & 3) {
      case 0: // any of the first string's elements
        holds = j < inB && a.slice(0, inA).includes(b[j] as number);
        break;
      case 1: // in one of the first string's ranges
        for (let i = 0; i + 1 < inA && j < inB; i += 2)
          holds ||= (a[i] as number) <= (b[j] as number) && (b[j] as number) <= (a[i + 1] as number);
        break;
      case 2: // equal at the same place; both behind their ends counts
        holds = j < inA && j < inB ? a[j] === b[j] : j >= inA && j >= inB;
        break;
      default: // the first string begins here, or would beyond the last element
        holds = true;
        for (let i = 0; i < inA && i + j < n; i++) holds &&= i + j < inB && a[i] === b[i + j];
    }
    if (holds) result |= 1 << j;
  }
  return result;
}

/** Compares strings: the mask, one bit an element of the second, and the flags. */
function compareStrings(p: Core, d: Decoded, explicit: boolean): { mask: number; count: number; control: number } {
  sseAvailable(p);
  const control = read(p, operand(d, 2));
  const b = elements(sourceBytes(p, d), control);
  const a = elements(registerBytes(p, d, 0), control);
  const n = a.length;
  const wide = d.operandBits === 64;
  const inA = explicit ? explicitLength(p, 0, wide, n) : implicitLength(a);
  const inB = explicit ? explicitLength(p, 2, wide, n) : implicitLength(b);
  const all = (1 << n) - 1;
  const plain = aggregate(a, b, [inA, inB], control);
  const polarity = (control >> 4) & 3;
  const mask = polarity === 1 ? plain ^ all : polarity === 3 ? plain ^ ((1 << inB) - 1) : plain;
  const flags = (mask ? CF : 0) | (inB < n ? ZF : 0) | (inA < n ? SF : 0) | (mask & 1 ? OF : 0);
  p.flags = (p.flags & ~(CF | ZF | SF | OF | AF | PF)) | flags;
  return { mask, count: n, control };
}

/** The place of the lowest or highest element that the mask names, or how many there are, in ECX. */
const toIndex =
  (explicit: boolean): Operation =>
  (p, d) => {
    const { mask, count, control } = compareStrings(p, d, explicit);
    const index = !mask ? count : control & 0x40 ? 31 - Math.clz32(mask) : 31 - Math.clz32(mask & -mask);
    p.setRegister(1, index);
  };

/** The mask in XMM0: a bit, or a whole element of ones, each. */
const toMask =
  (explicit: boolean): Operation =>
  (p, d) => {
    const { mask, count, control } = compareStrings(p, d, explicit);
    const bytes = new Uint8Array(16);
    const size = 16 / count;
    if (control & 0x40) for (let i = 0; i < 16; i++) bytes[i] = mask & (1 << Math.floor(i / size)) ? 0xff : 0;
    else {
      bytes[0] = mask;
      bytes[1] = mask >> 8;
    }
    bytes.forEach((byte, i) => {
      p.view.setUint8(at.XMM + i, byte);
    });
  };

export const MEDIA_OPERATIONS: Readonly<Record<string, Operation>> = {
  LDMXCSR(p, d) {
    sseAvailable(p);
    const o = operand(d, 0);
    if (o.kind !== "memory") return raise(fault.UD);
    const value = loadMemory(p, o, 4);
    if (value & ~MXCSR_MASK) raise(fault.GP, 0);
    p.view.setUint32(at.MXCSR, value, true);
  },
  STMXCSR(p, d) {
    sseAvailable(p);
    const o = operand(d, 0);
    if (o.kind !== "memory") return raise(fault.UD);
    storeMemory(p, o, p.view.getUint32(at.MXCSR, true), 4);
  },
  MASKMOVQ(p, d) {
    mmxAvailable(p);
    storeMasked(p, d);
    p.view.setUint16(at.X87_STATUS, p.view.getUint16(at.X87_STATUS, true) & ~0x3800, true);
    p.view.setUint16(at.X87_TAG, 0, true);
  },
  MASKMOVDQU(p, d) {
    sseAvailable(p);
    storeMasked(p, d);
  },
  PCMPESTRM: toMask(true),
  PCMPESTRM64: toMask(true),
  PCMPESTRI64: toIndex(true),
  PCMPESTRI: toIndex(true),
  PCMPISTRM: toMask(false),
  PCMPISTRI: toIndex(false),
};
