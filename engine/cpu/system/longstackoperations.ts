/** PUSH and POP of FS and GS, POP to memory, ENTER, in 64-bit mode. Source: AMD APM vol. 3, PUSH, POP, ENTER. */
import { SS } from "../segments.ts";
import { moveToSegment } from "./descriptors.ts";
import { LongStack, pushSize } from "./longstack.ts";
import { operand, read, write64 } from "./operands.ts";
import type { Operation } from "./operation.ts";

/** PUSH of a segment register: zero-extended to the operand size. */
export const longPush: Operation = (p, d) => {
  const stack = new LongStack(p);
  stack.push(BigInt(read(p, operand(d, 0))), pushSize(d.operandBits));
  stack.commit();
};

/** POP of a segment register, and of memory, whose address is computed with the stack pointer after the pop. */
export const longPop: Operation = (p, d) => {
  const to = operand(d, 0);
  const stack = new LongStack(p);
  const value = stack.pop(pushSize(d.operandBits));
  if (to.kind === "segment") {
    moveToSegment(p, to.number, Number(value & 0xffffn));
    stack.commit();
    return;
  }
  const before = p.register64(4);
  stack.commit();
  try {
    write64(p, to, value);
  } catch (e) {
    p.setRegister64(4, before);
    throw e;
  }
};

export const longEnter: Operation = (p, d) => {
  const size = pushSize(d.operandBits);
  const bytes = read(p, operand(d, 0));
  const level = read(p, operand(d, 1)) & 31;
  const stack = new LongStack(p);
  stack.probe(1 + level, size);
  stack.push(p.register64(5), size);
  const frame = stack.pointer;
  let link = p.register64(5);
  for (let i = 1; i < level; i++) {
    link = BigInt.asUintN(64, link - BigInt(size));
    const la = p.memory.linear(SS, link, size, false);
    stack.push(size === 8 ? p.memory.load64(la) : BigInt(p.memory.load(la, 2)), size);
  }
  if (level > 0) stack.push(frame, size);
  stack.drop(-bytes);
  // The word at the new top must be writable.
  p.memory.probeWrite(p.memory.linear(SS, stack.pointer, size, true), size);
  if (size === 8) p.setRegister64(5, frame);
  else p.setRegister(5, Number(frame & 0xffffn), 16);
  stack.commit();
};
