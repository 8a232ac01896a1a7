/** Data instructions too wide or too rare for generated code: decimal adjust, 64-bit division, CMPXCHG8B, POP to memory. */

import type { Core } from "../core.ts";
import * as fault from "../fault.ts";
import { raise } from "../fault.ts";
import * as at from "../layout.ts";
import { AF, CF, OF, PF, SF, TSC_PER_TICK, ZF } from "../registers.ts";
import { identify } from "./identity.ts";
import { loadMemory, offsetOf, operand, read, read64, storeMemory } from "./operands.ts";
import type { Operation } from "./operation.ts";

function evenParity(value: number): boolean {
  let v = value & 0xff;
  v ^= v >> 4;
  return ((0x6996 >> (v & 15)) & 1) === 0;
}

/** SF, ZF and PF of a byte, with the other status flags as given. */
function byteFlags(p: Core, value: number, others: number): void {
  const v = value & 0xff;
  const own = (v & 0x80 ? SF : 0) | (v === 0 ? ZF : 0) | (evenParity(v) ? PF : 0);
  p.flags = (p.flags & ~(SF | ZF | PF | AF | CF | OF)) | own | others;
}

/** Source: AMD APM vol. 3, DAA and DAS. OF is undefined; it is cleared. */
const decimalAdjust =
  (sign: 1 | -1): Operation =>
  (p) => {
    const old = p.register(0, 8);
    const { flags } = p;
    let al = old;
    let others = 0;
    if ((old & 15) > 9 || flags & AF) {
      al += sign * 6;
      others |= AF;
      if (al < 0 || al > 0xff) others |= CF;
    }
    if (old > 0x99 || flags & CF) {
      al += sign * 0x60;
      others |= CF;
    } else if (sign > 0) others &= ~CF;
    if (flags & CF) others |= CF;
    p.setRegister(0, al & 0xff, 8);
    byteFlags(p, al, others);
  };

const asciiAdjust =
  (sign: 1 | -1): Operation =>
  (p) => {
    const ax = p.register(0, 16);
    const adjust = (ax & 15) > 9 || (p.flags & AF) !== 0;
    const result = adjust ? (ax + sign * 0x106) & 0xffff : ax;
    p.setRegister(0, result & 0xff0f, 16);
    byteFlags(p, result & 15, adjust ? AF | CF : 0);
  };

const aam: Operation = (p, d) => {
  const base = read(p, operand(d, 0));
  if (base === 0) raise(fault.DE);
  const al = p.register(0, 8);
  p.setRegister(0, (Math.floor(al / base) << 8) | (al % base), 16);
  byteFlags(p, al % base, 0);
};

const aad: Operation = (p, d) => {
  const base = read(p, operand(d, 0));
  const ax = p.register(0, 16);
  const al = ((ax & 0xff) + (ax >> 8) * base) & 0xff;
  p.setRegister(0, al, 16);
  byteFlags(p, al, 0);
};

function register64(p: Core, n: number): bigint {
  return p.view.getBigUint64(at.GPR + n * 8, true);
}

/** DIV and IDIV of 128 by 64 bits; narrower ones are generated code. */
const divide =
  (signed: boolean): Operation =>
  (p, d) => {
    const cast = (bits: number, v: bigint) => (signed ? BigInt.asIntN(bits, v) : BigInt.asUintN(bits, v));
    const divisor = cast(64, read64(p, operand(d, 0)));
    if (divisor === 0n) raise(fault.DE);
    const dividend = cast(128, (register64(p, 2) << 64n) | register64(p, 0));
    const quotient = dividend / divisor;
    if (cast(64, quotient) !== quotient) raise(fault.DE);
    p.view.setBigUint64(at.GPR, BigInt.asUintN(64, quotient), true);
    p.view.setBigUint64(at.GPR + 16, BigInt.asUintN(64, dividend % divisor), true);
  };

/** Source: AMD APM vol. 3, CMPXCHG8B: the destination is written in either case. */
const compareExchange8: Operation = (p, d) => {
  const o = operand(d, 0);
  if (o.kind !== "memory") return raise(fault.UD);
  p.memory.probeWrite(p.memory.linear(o.segment, offsetOf(p, o), 8, true), 8);
  const low = loadMemory(p, o, 4);
  const high = loadMemory(p, o, 4, 4);
  const equal = low === p.register(0) && high === p.register(2);
  storeMemory(p, o, equal ? p.register(3) : low, 4);
  storeMemory(p, o, equal ? p.register(1) : high, 4, 4);
  if (!equal) {
    p.setRegister(0, low);
    p.setRegister(2, high);
  }
  p.flags = equal ? p.flags | ZF : p.flags & ~ZF;
};

const identifyProcessor: Operation = (p) => {
  const answer = identify(p, p.register(0), p.register(1));
  [0, 3, 1, 2].forEach((register, i) => {
    p.setRegister(register, answer[i] as number);
  });
};

const readTimeStamp: Operation = (p) => {
  if (p.control(4) & 4 && p.cpl !== 0) raise(fault.GP, 0);
  const tsc = BigInt.asUintN(64, BigInt(p.surroundings.now()) * TSC_PER_TICK + p.view.getBigInt64(at.TSC_OFFSET, true));
  p.setRegister(0, Number(tsc & 0xffffffffn));
  p.setRegister(2, Number(tsc >> 32n));
};

export const DATA_OPERATIONS: Readonly<Record<string, Operation>> = {
  DAA: decimalAdjust(1),
  DAS: decimalAdjust(-1),
  AAA: asciiAdjust(1),
  AAS: asciiAdjust(-1),
  AAM: aam,
  AAD: aad,
  DIV: divide(false),
  IDIV: divide(true),
  CMPXCHG8B: compareExchange8,
  CPUID: identifyProcessor,
  RDTSC: readTimeStamp,
  SALC: (p) => p.setRegister(0, p.flags & CF ? 0xff : 0, 8),
};
