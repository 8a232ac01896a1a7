/**
 * The x87's state as plain TypeScript operations see it: registers by their place on the stack, status, control and tag
 * words, and the ends of a computation, which are the library's (x87/rounding.ts).
 */
import type { Decoded, MemoryOperand } from "../../isa/decoded.ts";
import type { Core } from "../core.ts";
import * as fault from "../fault.ts";
import { raise } from "../fault.ts";
import type { Float80 } from "../float80.ts";
import * as at from "../layout.ts";
import { CR0_EM, CR0_NE, CR0_TS } from "../registers.ts";
import { CS } from "../segments.ts";
import { BIAS, DENORMAL, DIVISION, INVALID, STACK_FAULT, SUMMARY } from "../x87/library.ts";
import { offsetOf } from "./operands.ts";

export const status = (p: Core): number => p.view.getUint16(at.X87_STATUS, true);
export const setStatus = (p: Core, value: number): void => p.view.setUint16(at.X87_STATUS, value, true);
export const control = (p: Core): number => p.view.getUint16(at.X87_CONTROL, true);
export const rounding = (p: Core): number => (control(p) >> 10) & 3;

/** Number in memory of register `number` of the stack. */
export const physical = (p: Core, number: number): number => ((status(p) >> 11) + number) & 7;
export const setTop = (p: Core, top: number): void => setStatus(p, (status(p) & ~0x3800) | ((top & 7) << 11));

export const isEmptyPhysical = (p: Core, r: number): boolean =>
  ((p.view.getUint16(at.X87_TAG, true) >> (2 * r)) & 3) === 3;
export const isEmpty = (p: Core, number: number): boolean => isEmptyPhysical(p, physical(p, number));
export function markPhysical(p: Core, r: number, empty: boolean): void {
  const tags = p.view.getUint16(at.X87_TAG, true) & ~(3 << (2 * r));
  p.view.setUint16(at.X87_TAG, tags | (empty ? 3 << (2 * r) : 0), true);
}

/** Address in linear memory of register `number` of the stack, as the library takes it. */
export const addressOf = (p: Core, number: number): number => p.cpu + at.X87 + physical(p, number) * 16;

/** A number at an offset from the processor. */
export function numberAt(p: Core, offset: number): Float80 {
  const top = p.view.getUint16(offset + 8, true);
  return { sign: (top >> 15) as 0 | 1, exponent: top & 0x7fff, mantissa: p.view.getBigUint64(offset, true) };
}
export const register = (p: Core, number: number): Float80 => numberAt(p, at.X87 + physical(p, number) * 16);

/** Writes a register, which is full then; no exception. */
export function setRegister(p: Core, number: number, f: Float80): void {
  const r = physical(p, number);
  p.view.setBigUint64(at.X87 + r * 16, f.mantissa, true);
  p.view.setUint16(at.X87 + r * 16 + 8, (f.sign << 15) | f.exponent, true);
  markPhysical(p, r, false);
}

/** Puts a number into the slot beside the stack. */
export function setSlot(p: Core, f: Float80): void {
  p.view.setBigUint64(at.X87_SLOT, f.mantissa, true);
  p.view.setUint16(at.X87_SLOT + 8, (f.sign << 15) | f.exponent, true);
}

/** #NM, where the x87 is not to be had. */
export function available(p: Core): void {
  if (p.control(0) & (CR0_EM | CR0_TS)) raise(fault.NM);
}

/** #NM, or the exception that waits (x87/emit.ts has the same for instructions in generated code). */
export function wait(p: Core): void {
  available(p);
  if (!(status(p) & SUMMARY)) return;
  if (p.control(0) & CR0_NE || !p.view.getUint8(at.X87_IGNORED)) raise(fault.MF);
}

/** Notes the instruction in progress, and its operand in memory, as the last. Comes behind all that can fault. */
export function note(p: Core, d: Decoded, memory?: MemoryOperand): void {
  // RIP is that of the next instruction.
  const bits = d.codeBits === 64 ? 64 : 32;
  p.view.setBigUint64(at.X87_IP, BigInt.asUintN(bits, p.rip - BigInt(d.length)), true);
  p.view.setUint16(at.X87_CS, p.segments.selector(CS), true);
  p.view.setUint16(at.X87_OPCODE, d.floatOpcode ?? 0, true);
  if (!memory) return;
  p.view.setBigUint64(at.X87_DP, BigInt(offsetOf(p, memory)), true);
  p.view.setUint16(at.X87_DS, p.segments.selector(memory.segment), true);
}

/**
 * Ends a computation whose exact result is (−1)^sign × magnitude × 2^exponent, and a little more than that where `more`:
 * rounds it into register `number`.
 */
export function finish(
  p: Core,
  number: number,
  sign: 0 | 1,
  magnitude: bigint,
  exponent: number,
  more: boolean,
  flags: number,
): void {
  const length = bitLength(magnitude);
  const shift = length - 128;
  let wide = shift > 0 ? magnitude >> BigInt(shift) : magnitude << BigInt(-shift);
  if (more || (shift > 0 && wide << BigInt(shift) !== magnitude)) wide |= 1n;
  const e = exponent + length - 1 + BIAS;
  p.x87.finish(p.cpu, addressOf(p, number), sign, e, BigInt.asIntN(64, wide >> 64n), BigInt.asIntN(64, wide), flags);
}

export function bitLength(n: bigint): number {
  return n === 0n ? 0 : n.toString(16).length * 4 - Math.clz32(Number.parseInt(n.toString(16)[0] as string, 16)) + 28;
}

/** An operand that is an empty register: the indefinite number into `number`, where that is masked. */
export function stackUnderflow(p: Core, number: number): boolean {
  return p.x87.invalid(p.cpu, addressOf(p, number), INVALID | STACK_FAULT) !== 0;
}
export function invalid(p: Core, number: number): boolean {
  return p.x87.invalid(p.cpu, addressOf(p, number), INVALID) !== 0;
}

/** Raises what is unmasked of the exceptions that stop an operation before its result; whether there was one. */
export function stopped(p: Core, flags: number): boolean {
  if (!(flags & ~control(p) & (DENORMAL | DIVISION))) return false;
  p.x87.raise(p.cpu, flags, 0);
  return true;
}
