/**
 * Jumps whose target lies beyond CS's limit: they fault only if they are taken; and accesses beyond what there is of
 * linear addresses. Source: AMD APM vol. 3, Jcc, LOOPcc; vol. 2, 5.3.1 "Canonical Address Form".
 */
import { CONDITIONS } from "../isa/conditions.ts";
import type { Decoded } from "../isa/decoded.ts";
import type { Core } from "./core.ts";
import { CF, OF, PF, SF, ZF } from "./registers.ts";
import { MOVES_STACK, NAMES_STACK } from "./traits.ts";

/** Does what a branch to beyond the limit does where it is not taken; false where it is taken, and has no effect. */
export function passBranch(p: Core, d: Decoded): boolean {
  if (isTaken(p, d)) return false;
  if (d.row.name.startsWith("LOOP")) p.setRegister(1, p.register(1, d.addressBits) - 1, d.addressBits);
  p.ip += d.length;
  return true;
}

function isTaken(p: Core, d: Decoded): boolean {
  const counter = p.register(1, d.addressBits);
  switch (d.row.name) {
    case "JCXZ":
    case "JECXZ":
      return counter === 0;
    case "LOOP":
      return counter !== 1;
    case "LOOPE":
      return counter !== 1 && holds(p, 4);
    case "LOOPNE":
      return counter !== 1 && holds(p, 5);
    default: {
      const code = JUMP_CONDITIONS[d.row.name];
      return code === undefined || holds(p, code);
    }
  }
}

function holds(p: Core, code: number): boolean {
  const f = p.flags;
  const bit = (mask: number) => (f & mask) !== 0;
  const less = bit(SF) !== bit(OF);
  const values = [bit(OF), bit(CF), bit(ZF), bit(CF) || bit(ZF), bit(SF), bit(PF), less, less || bit(ZF)];
  return values[code >> 1] !== ((code & 1) === 1);
}

const JUMP_CONDITIONS: Record<string, number> = Object.fromEntries(
  CONDITIONS.map(({ name }, code) => [`J${name}`, code]),
);

/**
 * Whether the access that was not canonical, or reached past 4 GiB, was to the stack: it raises #SS instead of #GP. `traits`:
 * `traitsOf` its instruction.
 */
export function isStackAccess(p: Core, traits: number): boolean {
  const { beyond } = p.memory;
  if (traits & NAMES_STACK) return true;
  const pointers = [p.register64(4), p.register64(5)];
  const onStack = (pointer: bigint) => beyond + 16n >= pointer && beyond <= pointer + 16n;
  return (traits & MOVES_STACK) !== 0 && pointers.some(onStack);
}
