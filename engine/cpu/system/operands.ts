/**
 * Operands of one decoded instruction, for operations in plain TypeScript. Values are unsigned numbers up to 32 bits, and
 * BigInts where a function's name says 64; offsets are BigInts in 64-bit mode.
 */
import type { Decoded, MemoryOperand, Operand } from "../../isa/decoded.ts";
import { EngineError } from "../../wasm/error.ts";
import type { Core } from "../core.ts";
import { FS } from "../segments.ts";
import type { LinearAddress } from "../translation.ts";

export type Bytes = 1 | 2 | 4;

/** Offset of a memory operand in its segment, at the width of an address. */
export function offsetOf(p: Core, o: MemoryOperand): LinearAddress {
  const hasBase = o.base >= 0 && o.base < 16;
  if (p.long) {
    let offset = o.displacement;
    if (hasBase) offset += p.register64(o.base);
    if (o.index >= 0) offset += p.register64(o.index) << BigInt(o.scale);
    return BigInt.asUintN(o.addressBits, offset);
  }
  let offset = Number(BigInt.asUintN(32, o.displacement));
  if (hasBase) offset += p.register(o.base);
  if (o.index >= 0) offset += p.register(o.index) * 2 ** o.scale;
  return o.addressBits === 16 ? offset & 0xffff : offset >>> 0;
}

/** `delta` bytes behind an offset, coming round at the width of an address. */
export function advance(offset: LinearAddress, delta: number, bits: number): LinearAddress {
  if (typeof offset === "bigint") return BigInt.asUintN(bits, offset + BigInt(delta));
  return bits === 16 ? (offset + delta) & 0xffff : (offset + delta) >>> 0;
}

/** Linear address of a memory operand that is not accessed: no check at all. */
export function addressOf(p: Core, o: MemoryOperand): LinearAddress {
  const offset = offsetOf(p, o);
  if (typeof offset === "number") return (p.segments.base(o.segment) + offset) >>> 0;
  return BigInt.asIntN(64, offset + (o.segment >= FS ? p.segments.base64(o.segment) : 0n));
}

export function operand(d: Decoded, index: number): Operand {
  const o = d.operands[index];
  if (!o) throw new EngineError(`${d.row.name}: no operand ${index}`);
  return o;
}

/** Linear address of `bytes` at `delta` behind the start of a memory operand, checked. */
function linearAt(p: Core, o: MemoryOperand, bytes: number, delta: number, write: boolean): LinearAddress {
  return p.memory.linear(o.segment, advance(offsetOf(p, o), delta, o.addressBits), bytes, write);
}

/** `bytes` at `delta` behind the start of a memory operand. */
export function loadMemory(p: Core, o: MemoryOperand, bytes: Bytes, delta = 0): number {
  return p.memory.load(linearAt(p, o, bytes, delta, false), bytes);
}

export function storeMemory(p: Core, o: MemoryOperand, value: number, bytes: Bytes, delta = 0): void {
  p.memory.store(linearAt(p, o, bytes, delta, true), value, bytes);
}

export function loadMemory64(p: Core, o: MemoryOperand, delta = 0): bigint {
  return p.memory.load64(linearAt(p, o, 8, delta, false));
}

export function storeMemory64(p: Core, o: MemoryOperand, value: bigint, delta = 0): void {
  p.memory.store64(linearAt(p, o, 8, delta, true), value);
}

/** The same of an operand of any width up to 64 bits, zero-extended. */
export function read64(p: Core, o: Operand): bigint {
  if (o.kind === "register" && o.bits === 64) return p.register64(o.number);
  if (o.kind === "memory" && o.bits === 64) return loadMemory64(p, o);
  return o.kind === "immediate" ? o.value : BigInt(read(p, o));
}

/** Stores what fits of `value` into an operand; 32 bits of a register clear its high half. */
export function write64(p: Core, o: Operand, value: bigint): void {
  if (o.kind === "register" && o.bits === 64) p.setRegister64(o.number, BigInt.asUintN(64, value));
  else if (o.kind === "memory" && o.bits === 64) storeMemory64(p, o, value);
  else write(p, o, Number(BigInt.asUintN(32, value)));
}

/** Value of a register, memory or immediate operand; of one of 64 bits the low half. */
export function read(p: Core, o: Operand): number {
  switch (o.kind) {
    case "register":
      return o.high ? p.register(o.number, 16) >> 8 : p.register(o.number, Math.min(o.bits, 32));
    case "immediate": {
      const value = Number(o.value);
      return value >= 0 && value <= 0xffffffff ? value : Number(BigInt.asUintN(32, o.value));
    }
    case "segment":
      return p.segments.selector(o.number);
    case "memory":
      return loadMemory(p, o, Math.min(o.bits / 8, 4) as Bytes);
    default:
      throw new EngineError(`cannot read an operand of kind ${o.kind}`);
  }
}

/** Stores a number; one of 64 bits gets zeros above it. */
export function write(p: Core, o: Operand, value: number): void {
  if (o.kind === "register") {
    if (o.high) p.setRegister(o.number, (p.register(o.number, 16) & 0xff) | ((value & 0xff) << 8), 16);
    else p.setRegister(o.number, value, Math.min(o.bits, 32));
  } else if (o.kind === "memory" && o.bits === 64) storeMemory64(p, o, BigInt(value >>> 0));
  else if (o.kind === "memory") storeMemory(p, o, value, (o.bits / 8) as Bytes);
  else throw new EngineError(`cannot write an operand of kind ${o.kind}`);
}

/** The same with an offset of up to 64 bits. */
export function farPointer64(p: Core, o: Operand, bits: number): { selector: number; offset: bigint } {
  if (o.kind === "memory" && bits === 64) return { offset: loadMemory64(p, o), selector: loadMemory(p, o, 2, 8) };
  const { selector, offset } = farPointer(p, o, bits);
  return { selector, offset: BigInt(offset) };
}

/** A far pointer: in the instruction or in memory, offset first. */
export function farPointer(p: Core, o: Operand, bits: number): { selector: number; offset: number } {
  if (o.kind === "far") return { selector: o.selector, offset: o.offset };
  if (o.kind !== "memory") throw new EngineError(`no far pointer in an operand of kind ${o.kind}`);
  const bytes = bits === 16 ? 2 : 4;
  return { offset: loadMemory(p, o, bytes), selector: loadMemory(p, o, 2, bytes) };
}
