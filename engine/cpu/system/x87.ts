/** The x87's stack and control, as far as FADD needs them. Source: AMD APM vol. 1, chapter 6. */

import type { Operand } from "../../isa/decoded.ts";
import type { Core } from "../core.ts";
import * as fault from "../fault.ts";
import { raise } from "../fault.ts";
import { add80, type Float80, INDEFINITE, INVALID, isZero, type Rounded, type Rounding, widen80 } from "../float80.ts";
import * as at from "../layout.ts";
import { CR0_EM, CR0_TS } from "../registers.ts";
import { loadMemory, operand } from "./operands.ts";
import type { Operation } from "./operation.ts";

const STACK_FAULT = 0x40;
const C1 = 0x200;
const EMPTY = 3;

const physical = (p: Core, i: number): number => (((p.view.getUint16(at.X87_STATUS, true) >> 11) & 7) + i) & 7;
const tagOf = (p: Core, r: number): number => (p.view.getUint16(at.X87_TAG, true) >> (2 * r)) & 3;

function readStack(p: Core, i: number): Float80 | undefined {
  const r = physical(p, i);
  if (tagOf(p, r) === EMPTY) return undefined;
  const top = p.view.getUint16(at.X87 + r * 16 + 8, true);
  return { sign: (top >> 15) as 0 | 1, exponent: top & 0x7fff, mantissa: p.view.getBigUint64(at.X87 + r * 16, true) };
}

function writeStack(p: Core, i: number, f: Float80): void {
  const r = physical(p, i);
  p.view.setBigUint64(at.X87 + r * 16, f.mantissa, true);
  p.view.setUint16(at.X87 + r * 16 + 8, (f.sign << 15) | f.exponent, true);
  const tag = isZero(f) ? 1 : f.exponent === 0x7fff || f.exponent === 0 ? 2 : 0;
  const tags = p.view.getUint16(at.X87_TAG, true) & ~(3 << (2 * r));
  p.view.setUint16(at.X87_TAG, tags | (tag << (2 * r)), true);
}

function source(p: Core, o: Operand): Float80 | undefined {
  if (o.kind === "st") return readStack(p, o.number);
  if (o.kind !== "memory") return raise(fault.UD);
  const low = BigInt(loadMemory(p, o, 4));
  if (o.bits === 32) return widen80(low, 32);
  return widen80(low | (BigInt(loadMemory(p, o, 4, 4)) << 32n), 64);
}

/** Commits a result, or only the exceptions where one of them is not masked. */
function finish(p: Core, i: number, result: Rounded): void {
  const control = p.view.getUint16(at.X87_CONTROL, true);
  let status = p.view.getUint16(at.X87_STATUS, true) & ~C1;
  status |= result.flags | (result.up ? C1 : 0);
  const unmasked = result.flags & ~control & 0x3f;
  if (unmasked) status |= 0x8080;
  p.view.setUint16(at.X87_STATUS, status, true);
  if (!(unmasked & (INVALID | 2))) writeStack(p, i, result.value);
}

const add: Operation = (p, d) => {
  if (p.control(0) & (CR0_EM | CR0_TS)) raise(fault.NM);
  if (p.view.getUint16(at.X87_STATUS, true) & 0x80) raise(fault.MF);
  const first = operand(d, 0);
  const [to, from]: [number, Operand] = first.kind === "st" ? [first.number, operand(d, 1)] : [0, first];
  const b = source(p, from);
  const a = readStack(p, to);
  const control = p.view.getUint16(at.X87_CONTROL, true);
  const precision = [24, 24, 53, 64][(control >> 8) & 3] as number;
  const rounding = ((control >> 10) & 3) as Rounding;
  if (!a || !b) return finish(p, to, { value: INDEFINITE, flags: INVALID | STACK_FAULT, up: false });
  finish(p, to, add80(a, b, precision, rounding));
};

export const X87_OPERATIONS: Readonly<Record<string, Operation>> = {
  FADD: add,
  ESC: (p) => {
    if (p.control(0) & (CR0_EM | CR0_TS)) raise(fault.NM);
  },
  WAIT: (p) => {
    if ((p.control(0) & (CR0_TS | 2)) === (CR0_TS | 2)) raise(fault.NM);
  },
};
