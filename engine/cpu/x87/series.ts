/**
 * Elementary functions to some 180 bits, from power series on whole numbers: the same everywhere, and close enough that the
 * x87's 64 bits come out rounded right but for about one case in 2^100. A number is m × 2^e; a series is summed in fixed
 * point with P bits behind the point, and is a factor near 1 of its argument, so that small arguments lose nothing.
 */
import type { Exact } from "../float80.ts";

/** Bits behind the point. */
const P = 192;
const ONE = 1n << BigInt(P);

const lengthOf = (n: bigint): number => n.toString(2).length;

/** At most 256 bits of a number; the rest is cut. */
function trim(x: Exact): Exact {
  const extra = lengthOf(x.m) - 256;
  return extra > 0 ? { m: x.m >> BigInt(extra), e: x.e + extra } : x;
}

/** A positive number in fixed point; far below the last bit it is 0. */
function fixed(x: Exact): bigint {
  const shift = x.e + P;
  if (shift >= 0) return x.m << BigInt(shift);
  return -shift > 4096 ? 0n : x.m >> BigInt(-shift);
}

const fromFixed = (m: bigint): Exact => ({ m, e: -P });
const multiply = (a: Exact, b: Exact): Exact => trim({ m: a.m * b.m, e: a.e + b.e });
/** a ÷ b to 256 bits and more. */
function divide(a: Exact, b: Exact): Exact {
  const shift = Math.max(0, 256 + lengthOf(b.m) - lengthOf(a.m));
  return { m: (a.m << BigInt(shift)) / b.m, e: a.e - b.e - shift };
}
/** a + b or a − b (not below 0), exactly; both near in size, or the smaller one cut 512 bits below the larger. */
function combine(a: Exact, b: Exact, sign: 1n | -1n): Exact {
  const [aTop, bTop] = [a.e + lengthOf(a.m), b.e + lengthOf(b.m)];
  const e = Math.max(Math.min(a.e, b.e), Math.max(aTop, bTop) - 640);
  const at = (x: Exact) => (x.e >= e ? x.m << BigInt(x.e - e) : e - x.e > 4096 ? 0n : x.m >> BigInt(e - x.e));
  return trim({ m: at(a) + sign * at(b), e });
}
const plus = (a: Exact, b: Exact): Exact => (a.m === 0n ? b : b.m === 0n ? a : combine(a, b, 1n));
export const minus = (a: Exact, b: Exact): Exact => (b.m === 0n ? a : combine(a, b, -1n));
/** −1, 0, 1. */
function compare(a: Exact, b: Exact): number {
  const difference = a.e + lengthOf(a.m) - b.e - lengthOf(b.m);
  if (difference !== 0) return difference;
  const e = Math.min(a.e, b.e);
  const [x, y] = [a.m << BigInt(a.e - e), b.m << BigInt(b.e - e)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Σ of terms, each the last times `factor`, divided by what `divisor` says; signs alternate where `alternates`. */
function series(factor: bigint, alternates: boolean, divisor: (k: number) => number): bigint {
  let sum = ONE;
  let term = ONE;
  for (let k = 1; term !== 0n; k++) {
    term = ((term * factor) >> BigInt(P)) / BigInt(divisor(k));
    sum += alternates && k % 2 ? -term : term;
  }
  // Too small for a second term, it is still there.
  return alternates ? sum - 1n : sum;
}

/** Σ ±z^k ÷ (2k + 1), of the squares that atan (alternating) and atanh are made of. */
function oddSeries(square: bigint, alternates: boolean): bigint {
  let sum = ONE;
  let power = ONE;
  for (let k = 1; power !== 0n; k++) {
    power = (power * square) >> BigInt(P);
    const term = power / BigInt(2 * k + 1);
    sum += alternates && k % 2 ? -term : term;
  }
  return alternates ? sum - 1n : sum;
}

const square = (x: Exact): bigint => {
  const f = fixed(x);
  return (f * f) >> BigInt(P);
};

/** atan x, for x up to about 1/16. */
const smallArctangent = (x: Exact): Exact => multiply(x, fromFixed(oddSeries(square(x), true)));
const hyperbolic = (z: Exact): Exact => multiply(z, fromFixed(oddSeries(square(z), false)));

const ratio = (a: number, b: number): Exact => divide({ m: BigInt(a), e: 0 }, { m: BigInt(b), e: 0 });

let constants: { readonly ln2: Exact; readonly pi: Exact; readonly arctangents: readonly Exact[] } | undefined;

/** ln 2 = 2 atanh 1/3; π = 16 atan 1/5 − 4 atan 1/239; atan k/16 from the one before. */
function known(): NonNullable<typeof constants> {
  if (constants) return constants;
  const double = (x: Exact, times: number): Exact => ({ m: x.m, e: x.e + times });
  const arctangents: Exact[] = [{ m: 0n, e: 0 }];
  for (let k = 1; k <= 16; k++)
    arctangents.push(plus(arctangents[k - 1] as Exact, smallArctangent(ratio(16, 256 + k * (k - 1)))));
  const pi = minus(double(smallArctangent(ratio(1, 5)), 4), double(smallArctangent(ratio(1, 239)), 2));
  constants = { ln2: double(hyperbolic(ratio(1, 3)), 1), pi, arctangents };
  return constants;
}

export const pi = (): Exact => known().pi;

/** 2^x − 1 for 0 < x ≤ 1, or 1 − 2^−x where `negative`. */
export function powerLessOne(x: Exact, negative: boolean): Exact {
  const y = multiply(x, known().ln2);
  return multiply(y, fromFixed(series(fixed(y), negative, (k) => k + 1)));
}

const TWO: Exact = { m: 1n, e: 1 };
const UNIT: Exact = { m: 1n, e: 0 };
/** 2 z (1 + z²/3 + …) ÷ ln 2, which is log2 of (1 + z) ÷ (1 − z). */
function logarithmOfRatio(z: Exact): Exact {
  const { m, e } = hyperbolic(z);
  return divide({ m, e: e + 1 }, known().ln2);
}

/** log2 x as its sign and magnitude; 0 only for 1. */
export function logarithm(x: Exact): { negative: boolean; value: Exact } {
  const top = x.e + lengthOf(x.m) - 1;
  // A mantissa between √½ and √2: 1.4142 is near enough.
  const unit: Exact = { m: x.m, e: x.e - top };
  const isHigh = compare(unit, ratio(14142, 10000)) > 0;
  const mantissa: Exact = isHigh ? { m: unit.m, e: unit.e - 1 } : unit;
  const whole = isHigh ? top + 1 : top;
  const below = compare(mantissa, UNIT) < 0;
  const difference = below ? minus(UNIT, mantissa) : minus(mantissa, UNIT);
  const part = difference.m === 0n ? difference : logarithmOfRatio(divide(difference, plus(mantissa, UNIT)));
  const size: Exact = { m: BigInt(Math.abs(whole)), e: 0 };
  if (whole === 0) return { negative: below, value: part };
  const negative = whole < 0;
  return { negative, value: negative === below ? plus(size, part) : minus(size, part) };
}

/** log2 (1 + x), or of 1 − x where `negative`. */
export function logarithmNearOne(x: Exact, negative: boolean): { negative: boolean; value: Exact } {
  if (compare(x, { m: 1n, e: -1 }) > 0) return logarithm(negative ? minus(UNIT, x) : plus(UNIT, x));
  const z = divide(x, negative ? minus(TWO, x) : plus(TWO, x));
  return { negative, value: logarithmOfRatio(z) };
}

/** atan y ÷ x, for positive numbers: between 0 and π/2. */
export function arctangent(y: Exact, x: Exact): Exact {
  if (compare(y, x) > 0) {
    const { m, e } = known().pi;
    return minus({ m, e: e - 1 }, arctangent(x, y));
  }
  const t = divide(y, x);
  const k = Number((fixed(t) + (ONE >> 5n)) >> BigInt(P - 4));
  if (k === 0) return smallArctangent(t);
  // atan t = atan c + atan (t − c) ÷ (1 + t c)
  const c = ratio(k, 16);
  const below = compare(t, c) < 0;
  const rest = divide(below ? minus(c, t) : minus(t, c), plus(UNIT, multiply(t, c)));
  const start = known().arctangents[k] as Exact;
  if (rest.m === 0n) return start;
  return below ? minus(start, smallArctangent(rest)) : plus(start, smallArctangent(rest));
}

/** sin r for 0 ≤ r ≤ π/4. */
export const sine = (r: Exact): Exact => multiply(r, fromFixed(series(square(r), true, (k) => 2 * k * (2 * k + 1))));
/** cos r for 0 ≤ r ≤ π/4. */
export const cosine = (r: Exact): Exact => fromFixed(series(square(r), true, (k) => (2 * k - 1) * 2 * k));
export { divide, multiply };
