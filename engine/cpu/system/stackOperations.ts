/** PUSH and POP of segment registers and of all registers, POP to memory, ENTER. */
import { DB, SS } from "../segments.ts";
import { moveToSegment } from "./descriptors.ts";
import { longEnter, longPop, longPush } from "./longstackoperations.ts";
import { operand, read, write } from "./operands.ts";
import type { Operation } from "./operation.ts";
import { Stack } from "./stack.ts";

const sizeOf = (bits: number): 2 | 4 => (bits === 16 ? 2 : 4);

/** PUSH of a segment register: a 32-bit push writes only the selector's two bytes (as processors since the Pentium do). */
const push: Operation = (p, d) => {
  const stack = new Stack(p);
  const size = sizeOf(d.operandBits);
  const selector = read(p, operand(d, 0));
  if (size === 4) {
    stack.probe(4, 4);
    stack.drop(-4);
    const below = new Stack(p, undefined, stack.pointer + 2);
    below.push(selector, 2);
  } else stack.push(selector, 2);
  stack.commit();
};

/** POP of a segment register, and of memory, whose address is computed with the stack pointer after the pop. */
const pop: Operation = (p, d) => {
  const to = operand(d, 0);
  const stack = new Stack(p);
  const size = sizeOf(d.operandBits);
  if (to.kind === "segment") {
    const selector = stack.pop(size) & 0xffff;
    moveToSegment(p, to.number, selector);
    // A new SS changes the segment, not the pointer that the old one popped to.
    const bits = stack.segment.attributes & DB ? 32 : 16;
    p.setRegister(4, stack.pointer, bits);
    return;
  }
  const value = stack.pop(size);
  const before = p.register(4);
  stack.commit();
  try {
    write(p, to, value);
  } catch (e) {
    p.setRegister(4, before);
    throw e;
  }
};

const pushAll =
  (size: 2 | 4): Operation =>
  (p) => {
    const stack = new Stack(p);
    stack.probe(8 * size, size);
    for (let n = 0; n < 8; n++) stack.push(p.register(n), size);
    stack.commit();
  };

/** Read before any register changes. */
const popped = new Uint32Array(8);

const popAll =
  (size: 2 | 4): Operation =>
  (p) => {
    const stack = new Stack(p);
    for (let n = 7; n >= 0; n--) popped[n] = stack.pop(size);
    for (let n = 0; n < 8; n++) {
      // The stack pointer that PUSHA stored is read and not used.
      if (n !== 4) p.setRegister(n, popped[n] as number, size * 8);
    }
    stack.commit();
  };

/** Source: AMD APM vol. 3, ENTER. */
const enter: Operation = (p, d) => {
  const size = sizeOf(d.operandBits);
  const bytes = read(p, operand(d, 0));
  const level = read(p, operand(d, 1)) & 31;
  const stack = new Stack(p);
  const mask = stack.segment.attributes & DB ? 0xffffffff : 0xffff;
  stack.probe((1 + level) * size, size);
  stack.push(p.register(5), size);
  const frame = stack.pointer;
  let link = p.register(5);
  for (let i = 1; i < level; i++) {
    link -= size;
    const offset = (link & mask) >>> 0;
    stack.push(p.memory.load(p.memory.linear(SS, offset, size, false), size), size);
  }
  if (level > 0) stack.push(frame, size);
  stack.drop(-bytes);
  // The word at the new top must be writable (AMD APM vol. 3, ENTER).
  p.memory.probeWrite(p.memory.linear(SS, (stack.pointer & mask) >>> 0, size, true), size);
  p.setRegister(5, frame, size === 2 ? 16 : 32);
  stack.commit();
};

export const STACK_OPERATIONS: Readonly<Record<string, Operation>> = {
  PUSH: (p, d) => (p.long ? longPush(p, d) : push(p, d)),
  POP: (p, d) => (p.long ? longPop(p, d) : pop(p, d)),
  PUSHA: pushAll(2),
  PUSHAD: pushAll(4),
  POPA: popAll(2),
  POPAD: popAll(4),
  ENTER: (p, d) => (p.long ? longEnter(p, d) : enter(p, d)),
};
