/**
 * The x87 unit: what FNINIT, FNCLEX, the stack's bookkeeping, and the loads and stores of environment and state do.
 * Source: AMD APM vol. 1, 6.2 "Registers", and vol. 2, 11.4.4 "x87 state"; Intel SDM vol. 1, 8.1.10, figures 8-9 to 8-12.
 */
import type { Decoded, MemoryOperand } from "../../isa/decoded.ts";
import { EngineError } from "../../wasm/error.ts";
import type { Core } from "../core.ts";
import * as at from "../layout.ts";
import { BUSY, C1, SUMMARY } from "../x87/library.ts";
import { loadMemory, offsetOf, operand, storeMemory } from "./operands.ts";
import type { Operation } from "./operation.ts";
import * as x from "./x87state.ts";

function memoryOf(d: Decoded): MemoryOperand {
  const o = operand(d, 0);
  if (o.kind !== "memory") throw new EngineError(`${d.row.name}: its operand is in memory`);
  return o;
}

/** Source: AMD APM vol. 5, FINIT. */
export function initialize(p: Core): void {
  p.view.setUint16(at.X87_CONTROL, 0x37f, true);
  p.view.setUint16(at.X87_STATUS, 0, true);
  p.view.setUint8(at.X87_IGNORED, 0);
  p.view.setUint16(at.X87_TAG, 0xffff, true);
  clearPointers(p);
}

function clearPointers(p: Core): void {
  p.view.setBigUint64(at.X87_IP, 0n, true);
  p.view.setBigUint64(at.X87_DP, 0n, true);
  p.view.setUint32(at.X87_CS, 0, true);
  p.view.setUint16(at.X87_OPCODE, 0, true);
}

/** The tag word in full: 0 a number, 1 zero, 2 anything else, 3 empty, by register in memory. */
export function fullTags(p: Core): number {
  let tags = 0;
  for (let r = 0; r < 8; r++) {
    const f = x.numberAt(p, at.X87 + r * 16);
    const isNormal = f.mantissa >> 63n === 1n && f.exponent !== 0 && f.exponent !== 0x7fff;
    const isZero = f.mantissa === 0n && f.exponent === 0;
    const tag = x.isEmptyPhysical(p, r) ? 3 : isNormal ? 0 : isZero ? 1 : 2;
    tags |= tag << (2 * r);
  }
  return tags;
}

/** Takes a tag word over: only which registers are empty counts. */
export function setTags(p: Core, tags: number): void {
  for (let r = 0; r < 8; r++) x.markPhysical(p, r, ((tags >> (2 * r)) & 3) === 3);
}

/** Addresses have the real-mode layout in real and virtual-8086 mode. */
const isReal = (p: Core): boolean => !p.protectedMode || p.virtual8086;

/** The words of the environment, 16 or 32 bits each, in order. */
function environment(p: Core, wide: boolean): number[] {
  const v = p.view;
  const ip = v.getUint32(at.X87_IP, true);
  const dp = v.getUint32(at.X87_DP, true);
  const [cs, ds] = [v.getUint16(at.X87_CS, true), v.getUint16(at.X87_DS, true)];
  const opcode = v.getUint16(at.X87_OPCODE, true) & 0x7ff;
  const words = [x.control(p), x.status(p), fullTags(p)];
  // What is reserved in a 32-bit word is all ones.
  const half = (word: number) => (wide ? (word | 0xffff0000) >>> 0 : word & 0xffff);
  if (!isReal(p)) {
    const pointers = wide ? [ip, cs | (opcode << 16), dp] : [ip & 0xffff, cs, dp & 0xffff];
    return [...words.map(half), ...pointers, half(ds)];
  }
  // Linear addresses: 16 bits in one word, 4 or 16 more in the next.
  const high = (linear: number) => (wide ? (Math.floor(linear / 0x10000) & 0xffff) << 12 : (linear >>> 4) & 0xf000);
  const [code, data] = [cs * 16 + ip, ds * 16 + dp];
  return [...words.map(half), half(code), high(code) | opcode, half(data), high(data)];
}

function storeEnvironment(p: Core, o: MemoryOperand, bits: number): void {
  const bytes = bits === 16 ? 2 : 4;
  environment(p, bytes === 4).forEach((word, n) => {
    storeMemory(p, o, word, bytes, n * bytes);
  });
}

/** Makes sure that an operand does not cross its segment's limit; loads of its parts would come round at 64 KiB. */
function inside(p: Core, o: MemoryOperand): void {
  p.memory.linear(o.segment, offsetOf(p, o), o.bits / 8, false);
}

/** Reads an environment; the function it answers puts it into place, when all has been read. */
function loadEnvironment(p: Core, o: MemoryOperand, bits: number): () => void {
  inside(p, o);
  const bytes = bits === 16 ? 2 : 4;
  const words = Array.from({ length: 7 }, (_, n) => loadMemory(p, o, bytes, n * bytes));
  return () => {
    const [control, status, tags, w3, w4, w5, w6] = words as [number, number, number, number, number, number, number];
    const v = p.view;
    x.setStatus(p, status & 0xffff & ~(SUMMARY | BUSY));
    setTags(p, tags);
    p.x87.setControl(p.cpu, control & 0xffff);
    clearPointers(p);
    if (isReal(p)) {
      const high = (word: number) => (bytes === 4 ? ((word >>> 12) & 0xffff) << 16 : (word & 0xf000) << 4);
      v.setUint32(at.X87_IP, (w3 & 0xffff) + high(w4), true);
      v.setUint32(at.X87_DP, (w5 & 0xffff) + high(w6), true);
      v.setUint16(at.X87_OPCODE, w4 & 0x7ff, true);
      return;
    }
    v.setUint32(at.X87_IP, w3, true);
    v.setUint16(at.X87_CS, w4, true);
    v.setUint32(at.X87_DP, w5, true);
    v.setUint16(at.X87_DS, w6, true);
    if (bytes === 4) v.setUint16(at.X87_OPCODE, (w4 >>> 16) & 0x7ff, true);
  };
}

/** Makes sure that all of an operand can be written. */
function probe(p: Core, o: MemoryOperand): void {
  const bytes = o.bits / 8;
  p.memory.probeWrite(p.memory.linear(o.segment, offsetOf(p, o), bytes, true), bytes);
}

const environmentBytes = (d: Decoded): number => (d.operandBits === 16 ? 14 : 28);

export const X87_CONTROL_OPERATIONS: Readonly<Record<string, Operation>> = {
  ESC: x.available,
  FNINIT(p) {
    x.available(p);
    initialize(p);
  },
  FNCLEX(p) {
    x.available(p);
    x.setStatus(p, x.status(p) & 0x7f00);
    p.view.setUint8(at.X87_IGNORED, 0);
  },
  FFREE(p, d) {
    x.wait(p);
    x.note(p, d);
    const o = operand(d, 0);
    x.setStatus(p, x.status(p) & ~C1);
    if (o.kind === "st") x.markPhysical(p, x.physical(p, o.number), true);
  },
  FFREEP(p, d) {
    x.wait(p);
    x.note(p, d);
    const o = operand(d, 0);
    x.setStatus(p, x.status(p) & ~C1);
    if (o.kind === "st") x.markPhysical(p, x.physical(p, o.number), true);
    p.x87.pop(p.cpu);
  },
  FINCSTP(p, d) {
    x.wait(p);
    x.note(p, d);
    x.setStatus(p, x.status(p) & ~C1);
    x.setTop(p, x.physical(p, 1));
  },
  FDECSTP(p, d) {
    x.wait(p);
    x.note(p, d);
    x.setStatus(p, x.status(p) & ~C1);
    x.setTop(p, x.physical(p, 7));
  },
  FNSTENV(p, d) {
    x.available(p);
    const o = memoryOf(d);
    probe(p, o);
    storeEnvironment(p, o, d.operandBits);
    p.x87.setControl(p.cpu, x.control(p) | 0x3f);
  },
  FLDENV(p, d) {
    x.wait(p);
    loadEnvironment(p, memoryOf(d), d.operandBits)();
  },
  FNSAVE(p, d) {
    x.available(p);
    const o = memoryOf(d);
    probe(p, o);
    storeEnvironment(p, o, d.operandBits);
    for (let n = 0; n < 8; n++) {
      const from = at.X87 + x.physical(p, n) * 16;
      const to = environmentBytes(d) + n * 10;
      storeMemory(p, o, p.view.getUint32(from, true), 4, to);
      storeMemory(p, o, p.view.getUint32(from + 4, true), 4, to + 4);
      storeMemory(p, o, p.view.getUint16(from + 8, true), 2, to + 8);
    }
    initialize(p);
  },
  FRSTOR(p, d) {
    x.wait(p);
    const o = memoryOf(d);
    const commit = loadEnvironment(p, o, d.operandBits);
    const registers = Array.from({ length: 8 }, (_, n) => {
      const from = environmentBytes(d) + n * 10;
      return [loadMemory(p, o, 4, from), loadMemory(p, o, 4, from + 4), loadMemory(p, o, 2, from + 8)] as const;
    });
    commit();
    registers.forEach(([low, high, top], n) => {
      const to = at.X87 + x.physical(p, n) * 16;
      p.view.setUint32(to, low, true);
      p.view.setUint32(to + 4, high, true);
      p.view.setUint16(to + 8, top, true);
    });
  },
};
