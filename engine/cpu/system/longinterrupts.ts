/**
 * Delivery of exceptions and interrupts in long mode: gates of 16 bytes, always to 64-bit code, always with SS:RSP on the
 * stack, whose pointer is a multiple of 16 first.
 *
 *     gate    15–0 offset │ 31–16 selector │ 34–32 IST │ 43–40 type (E interrupt, F trap) │ 46–45 DPL │ 47 P
 *             63–48 offset 31–16 │ 95–64 offset 63–32
 *     pushed  SS, RSP, RFLAGS, CS, RIP, the error code where there is one: eight bytes each
 *
 * Source: AMD APM vol. 2, 8.9 "Long-Mode Interrupt Control Transfers"; Intel SDM vol. 2, INT n; vol. 3A, 6.14.
 */
import type { Core } from "../core.ts";
import * as fault from "../fault.ts";
import { raise } from "../fault.ts";
import * as at from "../layout.ts";
import { IF, NT, RF, TF, VM } from "../registers.ts";
import { CONFORMING, CS, P, SS } from "../segments.ts";
import { split } from "../translation.ts";
import { isCanonical } from "./canonical.ts";
import {
  codeOf,
  dplOf,
  findDescriptor,
  isCode,
  isNull,
  isPresent,
  plus,
  SYSTEM_INTERRUPT32,
  SYSTEM_TRAP32,
  setCodeSegment,
} from "./descriptors.ts";
import { isLongCode, longStackOf, setNullStackSegment } from "./longdescriptors.ts";
import { LongStack } from "./longstack.ts";

/** What is delivered. `pushedFlags`: the image of RFLAGS, with RF as it shall be. */
export interface LongDelivery {
  readonly vector: number;
  /** INT n and its like: the gate's DPL counts, and error codes say that the program itself is the cause. */
  readonly software: boolean;
  readonly pushedFlags: number;
  readonly errorCode: number | undefined;
}

/** Enters the handler. */
export function deliverLong(p: Core, { vector, software, pushedFlags, errorCode }: LongDelivery): void {
  const external = software ? 0 : 1;
  const inTable = vector * 8 + 2 + external;
  if (vector * 16 + 15 > p.view.getUint32(at.IDTR_LIMIT, true)) raise(fault.GP, inTable);
  const gate = plus(p.view.getBigInt64(at.IDTR_BASE, true), vector * 16);
  const [low, high] = split(p.memory.load64(gate, "system"));
  const type = (high >>> 8) & 0x1f;
  if (type !== SYSTEM_INTERRUPT32 && type !== SYSTEM_TRAP32) raise(fault.GP, inTable);
  const cpl = p.cpl;
  if (software && ((high >>> 13) & 3) < cpl) raise(fault.GP, inTable);
  if (!((high >>> 8) & P)) raise(fault.NP, inTable);

  const selector = low >>> 16;
  if (isNull(selector)) raise(fault.GP, external);
  const code = findDescriptor(p, selector) ?? raise(fault.GP, codeOf(selector) + external);
  if (!isCode(code) || dplOf(code) > cpl || !isLongCode(code)) raise(fault.GP, codeOf(selector) + external);
  if (code.attributes & 0x4000) raise(fault.GP, codeOf(selector) + external);
  if (!isPresent(code)) raise(fault.NP, codeOf(selector) + external);

  const offset =
    BigInt(((high & 0xffff0000) | (low & 0xffff)) >>> 0) | (BigInt(p.memory.load(plus(gate, 8), 4, "system")) << 32n);
  const level = code.attributes & CONFORMING ? cpl : dplOf(code);
  const ist = high & 7;
  const top = ist || level < cpl ? longStackOf(p, level, ist, external) : p.register64(4);
  const stack = new LongStack(p, top & ~15n, level === 3 ? "current" : "supervisor", external);
  const frame = [
    BigInt(p.segments.selector(SS)),
    p.register64(4),
    BigInt(pushedFlags),
    BigInt(p.segments.selector(CS)),
    p.rip,
  ];
  if (errorCode !== undefined) frame.push(BigInt(errorCode));
  if (!isCanonical(p, offset)) {
    stack.probe(frame.length, 8);
    raise(fault.GP, external);
  }
  stack.pushAll(frame);

  setCodeSegment(p, code, level);
  if (level < cpl) setNullStackSegment(p, level, level);
  stack.commit();
  p.rip = offset;
  p.flags &= ~(TF | NT | RF | VM | (type === SYSTEM_INTERRUPT32 ? IF : 0));
}
