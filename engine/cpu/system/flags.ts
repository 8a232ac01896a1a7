/** Instructions that move or change flags, and the interrupt flag's privilege. Source: AMD APM vol. 3, CLI, STI, POPF. */

import type { Core } from "../core.ts";
import * as fault from "../fault.ts";
import { raise } from "../fault.ts";
import * as at from "../layout.ts";
import { AF, CF, IF, IOPL, PF, RF, SF, SHADOW_STI, VIF, VIP, VM, ZF } from "../registers.ts";
import { LongStack } from "./longstack.ts";
import type { Operation } from "./operation.ts";
import { Stack } from "./stack.ts";
import {
  interruptFlag,
  ioplOf,
  lacksInterruptRight,
  pushedFlags,
  requireFlagsRight,
  setFlagsVirtually,
} from "./virtual8086.ts";

const LOW_FIVE = SF | ZF | AF | PF | CF;

function setInterruptFlag(p: Core): void {
  if (interruptFlag(p) === VIF) {
    if (p.flags & VIP) raise(fault.GP, 0);
    p.flags |= VIF;
    return;
  }
  if (p.flags & IF) return;
  p.flags |= IF;
  p.view.setUint32(at.SHADOW, p.view.getUint32(at.SHADOW, true) | SHADOW_STI, true);
  p.mustLeave = true;
}

const push =
  (size: 2 | 4): Operation =>
  (p) => {
    const image = pushedFlags(p, size);
    const stack = new Stack(p);
    stack.push(image, size);
    stack.commit();
  };

/** The flags of a POPF, those of them that may change. */
function setPopped(p: Core, value: number, size: 2 | 4): void {
  const old = p.flags;
  let changeable = size === 2 ? 0x7fd5 : 0x247fd5;
  if (p.protectedMode && p.cpl > 0) changeable &= ~IOPL;
  if (p.protectedMode && p.cpl > ioplOf(old)) changeable &= ~IF;
  p.flags = ((old & ~changeable) | (value & changeable)) & ~RF;
}

const pop =
  (size: 2 | 4): Operation =>
  (p) => {
    requireFlagsRight(p, size);
    const stack = new Stack(p);
    const value = stack.pop(size);
    if (lacksInterruptRight(p)) setFlagsVirtually(p, value);
    else setPopped(p, value, size);
    stack.commit();
    p.mustLeave = true;
  };

/** PUSHF and PUSHFQ in 64-bit mode. */
const longPush =
  (size: 2 | 8): Operation =>
  (p) => {
    const stack = new LongStack(p);
    stack.push(BigInt(p.flags & ~(VM | RF)), size);
    stack.commit();
  };

const longPop =
  (size: 2 | 8): Operation =>
  (p) => {
    const stack = new LongStack(p);
    const value = Number(BigInt.asUintN(32, stack.pop(size)));
    setPopped(p, value, size === 2 ? 2 : 4);
    stack.commit();
    p.mustLeave = true;
  };

/** By mode: 64-bit, or the others. */
const inMode =
  (long: Operation, other: Operation): Operation =>
  (p, d) =>
    p.long ? long(p, d) : other(p, d);

export const FLAG_OPERATIONS: Readonly<Record<string, Operation>> = {
  CLI: (p) => {
    p.flags &= ~interruptFlag(p);
  },
  STI: setInterruptFlag,
  LAHF: (p) => p.setRegister(0, (p.register(0, 8) & 0xff) | (((p.flags & LOW_FIVE) | 2) << 8), 16),
  SAHF: (p) => {
    p.flags = (p.flags & ~LOW_FIVE) | ((p.register(0, 16) >> 8) & LOW_FIVE);
  },
  PUSHF: inMode(longPush(2), push(2)),
  PUSHFD: push(4),
  PUSHFQ: longPush(8),
  POPF: inMode(longPop(2), pop(2)),
  POPFD: pop(4),
  POPFQ: longPop(8),
};
