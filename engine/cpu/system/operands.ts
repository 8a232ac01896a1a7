/** Operands of one decoded instruction, for operations in plain TypeScript. Values are unsigned numbers up to 32 bits. */
import type { Decoded, MemoryOperand, Operand } from "../../isa/decoded.ts";
import { EngineError } from "../../wasm/error.ts";
import type { Core } from "../core.ts";

export type Bytes = 1 | 2 | 4;

/** Offset of a memory operand in its segment. */
export function offsetOf(p: Core, o: MemoryOperand): number {
  let offset = Number(BigInt.asUintN(32, o.displacement));
  if (o.base >= 0 && o.base < 16) offset += p.register(o.base);
  if (o.index >= 0) offset += p.register(o.index) * 2 ** o.scale;
  return o.addressBits === 16 ? offset & 0xffff : offset >>> 0;
}

export function operand(d: Decoded, index: number): Operand {
  const o = d.operands[index];
  if (!o) throw new EngineError(`${d.row.name}: no operand ${index}`);
  return o;
}

/** `bytes` at `delta` behind the start of a memory operand. */
export function loadMemory(p: Core, o: MemoryOperand, bytes: Bytes, delta = 0): number {
  const offset = wrapOffset(offsetOf(p, o) + delta, o.addressBits);
  return p.memory.load(p.memory.linear(o.segment, offset, bytes, false), bytes);
}

export function storeMemory(p: Core, o: MemoryOperand, value: number, bytes: Bytes, delta = 0): void {
  const offset = wrapOffset(offsetOf(p, o) + delta, o.addressBits);
  p.memory.store(p.memory.linear(o.segment, offset, bytes, true), value, bytes);
}

function wrapOffset(offset: number, bits: number): number {
  return bits === 16 ? offset & 0xffff : offset >>> 0;
}

/** Value of a register, memory or immediate operand. */
export function read(p: Core, o: Operand): number {
  switch (o.kind) {
    case "register":
      return o.high ? p.register(o.number, 16) >> 8 : p.register(o.number, o.bits);
    case "immediate":
      return Number(BigInt.asUintN(32, o.value));
    case "segment":
      return p.segments.selector(o.number);
    case "memory":
      return loadMemory(p, o, (o.bits / 8) as Bytes);
    default:
      throw new EngineError(`cannot read an operand of kind ${o.kind}`);
  }
}

export function write(p: Core, o: Operand, value: number): void {
  if (o.kind === "register") {
    if (o.high) p.setRegister(o.number, (p.register(o.number, 16) & 0xff) | ((value & 0xff) << 8), 16);
    else p.setRegister(o.number, value, o.bits);
  } else if (o.kind === "memory") storeMemory(p, o, value, (o.bits / 8) as Bytes);
  else throw new EngineError(`cannot write an operand of kind ${o.kind}`);
}

/** A far pointer: in the instruction or in memory, offset first. */
export function farPointer(p: Core, o: Operand, bits: number): { selector: number; offset: number } {
  if (o.kind === "far") return { selector: o.selector, offset: o.offset };
  if (o.kind !== "memory") throw new EngineError(`no far pointer in an operand of kind ${o.kind}`);
  const bytes = bits === 16 ? 2 : 4;
  return { offset: loadMemory(p, o, bytes), selector: loadMemory(p, o, 2, bytes) };
}
