/**
 * The x87's elementary functions. Results are those of exact arithmetic, rounded once; processors' own are within one unit
 * of the last place of them. Angles are reduced by π of 66 bits, as processors do. Source: AMD APM vol. 5; the tables of
 * special operands there. What has no result by them (F2XM1 from 1 on, FYL2XP1 down from −1) gives what processors give:
 * the operand.
 */
import type { Core } from "../core.ts";
import { type Exact, exact, type Float80, infinity, isInfinity, isZero, ONE, zero } from "../float80.ts";
import { C1, C2, DIVISION, INEXACT, INVALID, STACK_FAULT } from "../x87/library.ts";
import { FULL_PRECISION } from "../x87/rounding.ts";
import * as s from "../x87/series.ts";
import type { Operation } from "./operation.ts";
import * as x from "./x87state.ts";

/** What a function makes of its operands. */
type Result =
  | { readonly kind: "invalid" }
  /** Division by zero: infinity of a sign. */
  | { readonly kind: "pole"; readonly sign: 0 | 1 }
  /** This, which is not exact where `inexact` says so. */
  | { readonly kind: "number"; readonly value: Float80; readonly inexact?: boolean }
  /** To be rounded. It counts as inexact even where it is not: processors say so too. */
  | { readonly kind: "real"; readonly sign: 0 | 1; readonly value: Exact };

const INVALID_RESULT: Result = { kind: "invalid" };
const number = (value: Float80): Result => ({ kind: "number", value });
/** A number that stays as it is, beyond the range of a function. */
const left = (value: Float80): Result => ({ kind: "number", value, inexact: true });
const real = (sign: 0 | 1, value: Exact): Result => ({ kind: "real", sign, value });
const flip = (sign: 0 | 1, by: boolean): 0 | 1 => (by ? ((1 - sign) as 0 | 1) : sign);

/** Writes a result to register `to`; whether that was done. `flags`: the operands' exceptions, which are masked. */
function deliver(p: Core, to: number, result: Result, flags: number): boolean {
  const address = x.addressOf(p, to);
  const put = ({ sign, exponent, mantissa }: Float80, more: number) =>
    p.x87.put(p.cpu, address, BigInt.asIntN(64, mantissa), (sign << 15) | exponent, flags | more, 0);
  switch (result.kind) {
    case "invalid":
      return x.invalid(p, to);
    case "pole":
      // A denormal beside it is not told.
      if (x.stopped(p, DIVISION)) return false;
      p.x87.put(p.cpu, address, BigInt.asIntN(64, infinity(0).mantissa), (result.sign << 15) | 0x7fff, DIVISION, 0);
      return true;
    case "number":
      put(result.value, result.inexact ? INEXACT : 0);
      return true;
    case "real":
      x.finish(p, to, result.sign, result.value.m, result.value.e, true, flags | FULL_PRECISION);
      return true;
  }
}

/** A function of ST(0), which its result replaces. */
const ofOne =
  (f: (a: Float80) => Result): Operation =>
  (p, d) => {
    x.wait(p);
    x.note(p, d);
    if (x.isEmpty(p, 0)) {
      x.stackUnderflow(p, 0);
      return;
    }
    const address = x.addressOf(p, 0);
    const flags = p.x87.operands(p.cpu, address, address, address, 0);
    if (flags < 0 || x.stopped(p, flags)) return;
    deliver(p, 0, f(x.register(p, 0)), flags);
  };

/** A function of ST(1) and ST(0): its result replaces ST(1), and ST(0) is popped. */
const ofTwo =
  (f: (y: Float80, x: Float80) => Result): Operation =>
  (p, d) => {
    x.wait(p);
    x.note(p, d);
    if (x.isEmpty(p, 0) || x.isEmpty(p, 1)) {
      if (x.stackUnderflow(p, 1)) p.x87.pop(p.cpu);
      return;
    }
    const flags = p.x87.operands(p.cpu, x.addressOf(p, 1), x.addressOf(p, 1), x.addressOf(p, 0), 0);
    if (flags === -1) p.x87.pop(p.cpu);
    if (flags < 0) return;
    const result = f(x.register(p, 1), x.register(p, 0));
    if (result.kind !== "invalid" && result.kind !== "pole" && x.stopped(p, flags)) return;
    if (deliver(p, 1, result, flags)) p.x87.pop(p.cpu);
  };

// ---- powers and logarithms -----------------------------------------------------------------------------------------

const MINUS_ONE: Float80 = { ...ONE, sign: 1 };
const MINUS_HALF: Float80 = { ...ONE, sign: 1, exponent: 0x3ffe };

function power(a: Float80): Result {
  if (isZero(a)) return number(a);
  if (isInfinity(a)) return number(a.sign ? MINUS_ONE : a);
  if (isOne(a)) return left(a.sign ? MINUS_HALF : a);
  if (a.exponent >= 0x3fff) return left(a);
  return real(a.sign, s.powerLessOne(exact(a), a.sign === 1));
}

const isOne = (a: Float80): boolean => a.exponent === 0x3fff && a.mantissa === ONE.mantissa;

function logarithmTimes(y: Float80, a: Float80): Result {
  if (isZero(a)) {
    if (isZero(y)) return INVALID_RESULT;
    return isInfinity(y) ? number(infinity(flip(y.sign, true))) : { kind: "pole", sign: flip(y.sign, true) };
  }
  if (a.sign) return INVALID_RESULT;
  if (isInfinity(a)) return isZero(y) ? INVALID_RESULT : number(infinity(y.sign));
  if (isOne(a)) return isInfinity(y) ? INVALID_RESULT : number(zero(y.sign));
  const log = s.logarithm(exact(a));
  const sign = flip(y.sign, log.negative);
  if (isInfinity(y)) return number(infinity(sign));
  if (isZero(y)) return number(zero(sign));
  const factor = exact(y);
  return real(sign, s.multiply(factor, log.value));
}

function logarithmNearOneTimes(y: Float80, a: Float80): Result {
  const sign = flip(y.sign, a.sign === 1);
  if (isZero(a)) return isInfinity(y) ? INVALID_RESULT : number(zero(sign));
  if (isInfinity(a)) return a.sign || isZero(y) ? INVALID_RESULT : number(infinity(y.sign));
  const size = exact(a);
  if (isInfinity(y)) return number(infinity(sign));
  if (isZero(y)) return number(zero(sign));
  // 1 + x is not positive.
  if (a.sign && a.exponent >= 0x3fff) return left(a);
  return real(sign, s.multiply(exact(y), s.logarithmNearOne(size, a.sign === 1).value));
}

// ---- angles --------------------------------------------------------------------------------------------------------

/** π × quarters ÷ 4. */
function piQuarters(quarters: number): Exact {
  const pi = s.pi();
  return { m: pi.m * BigInt(quarters), e: pi.e - 2 };
}

function angle(y: Float80, a: Float80): Result {
  const { sign } = y;
  if (isInfinity(y)) return real(sign, piQuarters(isInfinity(a) ? (a.sign ? 3 : 1) : 2));
  if (isZero(y) || isInfinity(a)) return a.sign ? real(sign, s.pi()) : number(zero(sign));
  if (isZero(a)) return real(sign, piQuarters(2));
  const between = s.arctangent(exact(y), exact(a));
  return real(sign, a.sign ? s.minus(s.pi(), between) : between);
}

/** π to 66 bits, as processors have it: this × 2^−64. */
const PI_66 = 0x3243f6a8885a308d3n;
const PI_EXPONENT = -64;

interface Reduced {
  /** Quarter turns taken off. */
  readonly quadrant: number;
  /** What is left: between −π/4 and π/4. */
  readonly negative: boolean;
  readonly rest: Exact;
}

/** Takes quarter turns off an angle below 2^63. */
function reduce(a: Float80): Reduced {
  const { m, e } = exact(a);
  // In units of the quarter turn's last bit, or the angle's where that is smaller.
  const unit = Math.min(e, PI_EXPONENT - 1);
  if (e < -200) return { quadrant: 0, negative: a.sign === 1, rest: { m, e } };
  const turn = PI_66 << BigInt(PI_EXPONENT - 1 - unit);
  const whole = m << BigInt(e - unit);
  let quotient = whole / turn;
  let rest = whole - quotient * turn;
  let negative = false;
  if (rest * 2n > turn) {
    quotient += 1n;
    rest = turn - rest;
    negative = true;
  }
  const quarters = Number(quotient & 3n);
  return a.sign
    ? { quadrant: (4 - quarters) & 3, negative: !negative, rest: { m: rest, e: unit } }
    : { quadrant: quarters, negative, rest: { m: rest, e: unit } };
}

/** The sine `quarters` quarter turns farther on: 0 sin, 1 cos. */
function sineOf({ quadrant, negative, rest }: Reduced, quarters: 0 | 1): Result {
  const turns = quadrant + quarters;
  const isCosine = (turns & 1) === 1;
  const sign = flip(isCosine || !negative ? 0 : 1, (turns & 2) !== 0);
  if (rest.m === 0n) return number(isCosine ? { ...ONE, sign } : zero(sign));
  return real(sign, isCosine ? s.cosine(rest) : s.sine(rest));
}

const ONE_EXACT: Exact = { m: 1n, e: 0 };

function tangentOf({ quadrant, negative, rest }: Reduced): Result {
  const isInverse = (quadrant & 1) === 1;
  const sign = flip(negative ? 1 : 0, isInverse);
  if (rest.m === 0n) return number(zero(sign));
  // So near to a quarter turn's end that the series has no second term.
  if (rest.e + x.bitLength(rest.m) < -100) return real(sign, isInverse ? s.divide(ONE_EXACT, rest) : rest);
  const [sine, cosine] = [s.sine(rest), s.cosine(rest)];
  return real(sign, isInverse ? s.divide(cosine, sine) : s.divide(sine, cosine));
}

const tooLarge = (a: Float80): boolean => !isInfinity(a) && a.exponent >= 0x3fff + 63;

/** A function of the angle in ST(0); C2 tells that the angle is too large, and it stays. `pushes`: what comes on top. */
const ofAngle =
  (f: (r: Reduced, a: Float80) => Result, pushes?: (r: Reduced, a: Float80) => Result): Operation =>
  (p, d) => {
    x.wait(p);
    x.note(p, d);
    x.setStatus(p, x.status(p) & ~C2);
    if (x.isEmpty(p, 0) || (pushes && !x.isEmpty(p, 7))) {
      stackFault(p, pushes !== undefined);
      return;
    }
    const address = x.addressOf(p, 0);
    const a = x.register(p, 0);
    const flags = p.x87.operands(p.cpu, address, address, address, 0);
    if (flags === -2) return;
    x.setStatus(p, x.status(p) & ~C1);
    if (flags === -1) {
      if (pushes) pushCopy(p);
      return;
    }
    if (isInfinity(a)) {
      if (x.invalid(p, 0) && pushes) pushCopy(p);
      return;
    }
    if (tooLarge(a)) {
      x.setStatus(p, x.status(p) | C2);
      return;
    }
    if (x.stopped(p, flags)) return;
    const reduced = reduce(a);
    deliver(p, 0, isZero(a) ? f({ ...reduced, negative: false }, a) : f(reduced, a), flags);
    if (!pushes) return;
    // Pushed after the other result: the status word is that of both.
    const c1 = x.status(p) & C1;
    x.setTop(p, x.physical(p, 7));
    x.markPhysical(p, x.physical(p, 0), false);
    deliver(p, 0, pushes(reduced, a), 0);
    if (pushes === one) x.setStatus(p, (x.status(p) & ~C1) | c1);
  };

/** No operand, or no room for the second result: two indefinite numbers where that is masked. */
function stackFault(p: Core, pushes: boolean): void {
  const c1 = x.isEmpty(p, 0) ? 0 : C1;
  if (p.x87.raise(p.cpu, INVALID | STACK_FAULT, c1)) return;
  x.setRegister(p, 0, { sign: 1, exponent: 0x7fff, mantissa: 3n << 62n });
  if (pushes) pushCopy(p);
}

/** Pushes what ST(0) is: the same NaN twice. */
function pushCopy(p: Core): void {
  const value = x.register(p, 0);
  x.setTop(p, x.physical(p, 7));
  x.setRegister(p, 0, value);
}

const one = (): Result => number(ONE);

const signedZero = (a: Float80, other: Result): Result => (isZero(a) ? number(a) : other);

export const X87_FUNCTION_OPERATIONS: Readonly<Record<string, Operation>> = {
  F2XM1: ofOne(power),
  FYL2X: ofTwo(logarithmTimes),
  FYL2XP1: ofTwo(logarithmNearOneTimes),
  FPATAN: ofTwo(angle),
  FSIN: ofAngle((r, a) => signedZero(a, sineOf(r, 0))),
  FCOS: ofAngle((r) => sineOf(r, 1)),
  FSINCOS: ofAngle(
    (r, a) => signedZero(a, sineOf(r, 0)),
    (r) => sineOf(r, 1),
  ),
  FPTAN: ofAngle((r, a) => signedZero(a, tangentOf(r)), one),
};
