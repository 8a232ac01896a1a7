/**
 * Rare arithmetic of the x87: remainders, scaling, exponent and significand, packed decimal. Source: AMD APM vol. 5, FPREM,
 * FPREM1, FSCALE, FXTRACT, FBLD, FBSTP.
 */
import type { MemoryOperand } from "../../isa/decoded.ts";
import { EngineError } from "../../wasm/error.ts";
import type { Core } from "../core.ts";
import { exact, type Float80, infinity, isInfinity, isZero, zero } from "../float80.ts";
import { BIAS, C0, C1, C2, C3, DIVISION, INEXACT, INVALID, SLOT, STACK_FAULT } from "../x87/library.ts";
import { FULL_PRECISION } from "../x87/rounding.ts";
import { loadMemory, offsetOf, operand, storeMemory } from "./operands.ts";
import type { Operation } from "./operation.ts";
import * as x from "./x87state.ts";

/** ST(0) and ST(1) for an operation that leaves its result in ST(0); undefined where it is over already. */
function twoOperands(p: Core): { a: Float80; b: Float80; flags: number } | undefined {
  if (x.isEmpty(p, 0) || x.isEmpty(p, 1)) {
    x.stackUnderflow(p, 0);
    return undefined;
  }
  const [a, b] = [x.register(p, 0), x.register(p, 1)];
  const flags = p.x87.operands(p.cpu, x.addressOf(p, 0), x.addressOf(p, 0), x.addressOf(p, 1), 0);
  return flags < 0 ? undefined : { a, b, flags };
}

/** Writes a number to ST(0) with the exceptions of its operands, which are masked. */
function put(p: Core, f: Float80, flags: number): void {
  p.x87.put(p.cpu, x.addressOf(p, 0), BigInt.asIntN(64, f.mantissa), (f.sign << 15) | f.exponent, flags, 0);
}

const remainder =
  (nearest: boolean): Operation =>
  (p, d) => {
    x.wait(p);
    x.note(p, d);
    x.setStatus(p, x.status(p) & ~C2);
    const operands = twoOperands(p);
    if (!operands) return;
    const { a, b, flags } = operands;
    if (isInfinity(a) || isZero(b)) {
      x.invalid(p, 0);
      return;
    }
    if (x.stopped(p, flags)) return;
    const quotientBits = (q: number, partial: boolean) => {
      const bits = (q & 4 ? C0 : 0) | (q & 2 ? C3 : 0) | (q & 1 ? C1 : 0) | (partial ? C2 : 0);
      x.setStatus(p, (x.status(p) & ~(C0 | C1 | C2 | C3)) | bits);
    };
    if (isZero(a)) {
      p.x87.raise(p.cpu, flags, 0);
      quotientBits(0, false);
      return;
    }
    const [x0, y0] = [exact(a), exact(b)];
    const top = (n: bigint, e: number) => e + x.bitLength(n);
    const distance = top(x0.m, x0.e) - top(y0.m, y0.e);
    if (isInfinity(b) || distance < -1) {
      // Less than half of the divisor: it is the remainder.
      x.finish(p, 0, a.sign, x0.m, x0.e, false, flags | FULL_PRECISION);
      quotientBits(0, false);
      return;
    }
    // At a larger distance only some of the quotient's bits are made, 32 to 63 of them.
    const partial = distance >= 64;
    const skipped = partial ? distance - ((distance & 31) | 32) : 0;
    const e = Math.min(x0.e, y0.e + skipped);
    const whole = x0.m << BigInt(x0.e - e);
    const divisor = y0.m << BigInt(y0.e + skipped - e);
    let q = whole / divisor;
    let rest = whole % divisor;
    let { sign } = a;
    if (nearest && !partial && (rest * 2n > divisor || (rest * 2n === divisor && (q & 1n) === 1n))) {
      q += 1n;
      rest = divisor - rest;
      sign = (1 - sign) as 0 | 1;
    }
    if (rest === 0n) put(p, zero(a.sign), flags);
    else x.finish(p, 0, sign, rest, e, false, flags | FULL_PRECISION);
    quotientBits(partial ? 0 : Number(q & 7n), partial);
  };

const scale: Operation = (p, d) => {
  x.wait(p);
  x.note(p, d);
  const operands = twoOperands(p);
  if (!operands) return;
  const { a, b, flags } = operands;
  if (isInfinity(b)) {
    if (b.sign ? isInfinity(a) : isZero(a)) x.invalid(p, 0);
    else if (!x.stopped(p, flags)) put(p, b.sign ? zero(a.sign) : infinity(a.sign), flags);
    return;
  }
  if (x.stopped(p, flags)) return;
  if (isZero(a) || isInfinity(a)) {
    put(p, a, flags);
    return;
  }
  // A power beyond 2^16 is as good as any: the result overflows or vanishes.
  const places = b.exponent - BIAS;
  const magnitude = places < 0 ? 0 : places > 16 ? 0x20000 : Number(b.mantissa >> BigInt(63 - places));
  const { m, e } = exact(a);
  x.finish(p, 0, a.sign, m, e + (b.sign ? -magnitude : magnitude), false, flags | FULL_PRECISION);
};

const extract: Operation = (p, d) => {
  x.wait(p);
  x.note(p, d);
  if (x.isEmpty(p, 0) || !x.isEmpty(p, 7)) {
    if (p.x87.raise(p.cpu, INVALID | STACK_FAULT, x.isEmpty(p, 0) ? 0 : C1)) return;
    const indefinite: Float80 = { sign: 1, exponent: 0x7fff, mantissa: 3n << 62n };
    both(p, indefinite, indefinite);
    return;
  }
  const a = x.register(p, 0);
  const address = x.addressOf(p, 0);
  const flags = p.x87.operands(p.cpu, address, address, address, 0);
  if (flags === -2) return;
  if (flags === -1) {
    both(p, x.register(p, 0), x.register(p, 0));
    return;
  }
  if (x.stopped(p, flags | (isZero(a) ? DIVISION : 0))) return;
  p.x87.raise(p.cpu, flags | (isZero(a) ? DIVISION : 0), 0);
  if (isZero(a)) both(p, infinity(1), a);
  else if (isInfinity(a)) both(p, infinity(0), a);
  else {
    const { m, e } = exact(a);
    const length = x.bitLength(m);
    both(p, whole(e + length - 1), { sign: a.sign, exponent: BIAS, mantissa: m << BigInt(64 - length) });
  }
};

/** Replaces ST(0) by the first number, and pushes the second. */
function both(p: Core, first: Float80, second: Float80): void {
  x.setRegister(p, 0, first);
  x.setTop(p, x.physical(p, 7));
  x.setRegister(p, 0, second);
}

/** An integer of a few bits. */
function whole(n: number): Float80 {
  if (n === 0) return zero(0);
  const magnitude = BigInt(Math.abs(n));
  const length = x.bitLength(magnitude);
  return { sign: n < 0 ? 1 : 0, exponent: BIAS + length - 1, mantissa: magnitude << BigInt(64 - length) };
}

// ---- packed decimal ------------------------------------------------------------------------------------------------

const DECIMAL_BYTES = 10;
const LARGEST_DECIMAL = 10n ** 18n - 1n;

function decimalOperand(o: ReturnType<typeof operand>): MemoryOperand {
  if (o.kind !== "memory") throw new EngineError("packed decimal is in memory");
  return o;
}

const loadDecimal: Operation = (p, d) => {
  x.wait(p);
  const o = decimalOperand(operand(d, 0));
  p.memory.linear(o.segment, offsetOf(p, o), DECIMAL_BYTES, false);
  const bytes = [0, 4, 8].flatMap((at) => {
    const word = loadMemory(p, o, at === 8 ? 2 : 4, at);
    return Array.from({ length: at === 8 ? 2 : 4 }, (_, i) => (word >>> (8 * i)) & 0xff);
  });
  x.note(p, d, o);
  let value = 0n;
  for (let i = 8; i >= 0; i--) {
    const byte = bytes[i] as number;
    value = value * 100n + BigInt((byte >> 4) * 10 + (byte & 15));
  }
  const length = x.bitLength(value);
  const sign = ((bytes[9] as number) >> 7) as 0 | 1;
  const number =
    value === 0n ? zero(sign) : { sign, exponent: BIAS + length - 1, mantissa: value << BigInt(64 - length) };
  x.setSlot(p, number);
  p.x87.push(p.cpu, SLOT, 0);
};

/** ST(0) as a whole number by the control word's rounding; undefined where it has none of 18 digits. */
function rounded(p: Core, a: Float80): { value: bigint; inexact: boolean; up: boolean } | undefined {
  if (a.exponent >= BIAS + 64 || (a.exponent !== 0 && a.mantissa >> 63n === 0n)) return undefined;
  const { m, e } = exact(a);
  const value = e >= 0 ? m << BigInt(e) : -e > 80 ? 0n : m >> BigInt(-e);
  const twice = e >= 0 ? 0n : -e > 80 ? (m === 0n ? 0n : 1n) : 2n * (m - (value << BigInt(-e)));
  const unit = e >= 0 || -e > 80 ? 2n : 1n << BigInt(-e);
  const mode = x.rounding(p);
  const nearest = twice > unit || (twice === unit && (value & 1n) === 1n);
  const up = twice !== 0n && (mode === 0 ? nearest : mode === (a.sign ? 1 : 2));
  const result = up ? value + 1n : value;
  return result > LARGEST_DECIMAL ? undefined : { value: result, inexact: twice !== 0n, up };
}

const storeDecimal: Operation = (p, d) => {
  x.wait(p);
  const o = decimalOperand(operand(d, 0));
  p.memory.probeWrite(p.memory.linear(o.segment, offsetOf(p, o), DECIMAL_BYTES, true), DECIMAL_BYTES);
  x.note(p, d, o);
  const empty = x.isEmpty(p, 0);
  const a = x.register(p, 0);
  const result = empty ? undefined : rounded(p, a);
  const flags = empty ? INVALID | STACK_FAULT : result ? (result.inexact ? INEXACT : 0) : INVALID;
  const unmasked = p.x87.raise(p.cpu, flags, result?.up ? C1 : 0);
  if (unmasked & INVALID) return;
  let bytes = [0, 0, 0, 0, 0, 0, 0, 0xc0, 0xff, 0xff];
  if (result) {
    const digits = result.value.toString().padStart(18, "0");
    bytes = Array.from({ length: 9 }, (_, i) => Number.parseInt(digits.slice(16 - 2 * i, 18 - 2 * i), 16));
    bytes.push(a.sign << 7);
  }
  bytes.forEach((byte, i) => {
    storeMemory(p, o, byte, 1, i);
  });
  p.x87.pop(p.cpu);
};

export const X87_NUMBER_OPERATIONS: Readonly<Record<string, Operation>> = {
  FPREM: remainder(false),
  FPREM1: remainder(true),
  FSCALE: scale,
  FXTRACT: extract,
  FBLD: loadDecimal,
  FBSTP: storeDecimal,
};
