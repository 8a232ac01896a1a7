/**
 * 80-bit floating point as whole numbers: the value is (−1)^sign × mantissa × 2^(exponent − 16446), exactly.
 * Source: AMD APM vol. 1, 6.3 "x87 Data Types"; Intel SDM vol. 1, 4.8.
 */

export interface Float80 {
  readonly sign: 0 | 1;
  /** Biased, 15 bits. */
  readonly exponent: number;
  /** 64 bits, the integer bit included. */
  readonly mantissa: bigint;
}

const INTEGER = 1n << 63n;
const QUIET = 1n << 62n;
const MAX = 0x7fff;

export const INDEFINITE: Float80 = { sign: 1, exponent: MAX, mantissa: INTEGER | QUIET };

export const isNaN80 = (f: Float80): boolean =>
  f.exponent === MAX && (f.mantissa & ~INTEGER) !== 0n && (f.mantissa & INTEGER) !== 0n;
export const isSignaling = (f: Float80): boolean => isNaN80(f) && (f.mantissa & QUIET) === 0n;
export const isInfinity = (f: Float80): boolean => f.exponent === MAX && f.mantissa === INTEGER;
export const isZero = (f: Float80): boolean => f.exponent === 0 && f.mantissa === 0n;
export const isDenormal = (f: Float80): boolean => f.exponent === 0 && f.mantissa !== 0n;
/** Pseudo-NaN, pseudo-infinity, unnormal: what the 80287 still took. */
export const isUnsupported = (f: Float80): boolean => f.exponent !== 0 && (f.mantissa & INTEGER) === 0n;

/** From a 32- or 64-bit number's bits. A signalling NaN stays one. */
export function widen80(bits: bigint, width: 32 | 64): Float80 {
  const fraction = width === 32 ? 23n : 52n;
  const bias = width === 32 ? 127 : 1023;
  const top = width === 32 ? 0xff : 0x7ff;
  const sign = Number((bits >> BigInt(width - 1)) & 1n) as 0 | 1;
  const exponent = Number((bits >> fraction) & BigInt(top));
  const rest = (bits & ((1n << fraction) - 1n)) << (63n - fraction);
  if (exponent === top) return { sign, exponent: MAX, mantissa: INTEGER | rest };
  if (exponent !== 0) return { sign, exponent: exponent - bias + 16383, mantissa: INTEGER | rest };
  if (rest === 0n) return { sign, exponent: 0, mantissa: 0n };
  // A denormal of the narrow format is a normal number here.
  const shift = 64 - rest.toString(2).length;
  return { sign, exponent: 1 - bias + 16383 - shift, mantissa: rest << BigInt(shift) };
}

/** Rounding control: to nearest even, down, up, towards zero. */
export type Rounding = 0 | 1 | 2 | 3;

/** Exception flags as the status word has them. */
export const INVALID = 1;
export const DENORMAL = 2;
export const OVERFLOW = 8;
export const UNDERFLOW = 16;
export const INEXACT = 32;

export interface Rounded {
  readonly value: Float80;
  readonly flags: number;
  /** The mantissa was rounded up (C1). */
  readonly up: boolean;
}

/**
 * Rounds (−1)^sign × magnitude × 2^(exponent − 16446), `magnitude` exact, to a mantissa of `precision` bits (24, 53, 64).
 * With masked exceptions: overflow gives infinity or the largest number, underflow a denormal.
 */
export function round80(
  sign: 0 | 1,
  exponent: number,
  magnitude: bigint,
  precision: number,
  rounding: Rounding,
): Rounded {
  if (magnitude === 0n) return { value: { sign, exponent: 0, mantissa: 0n }, flags: 0, up: false };
  let excess = magnitude.toString(2).length - 64;
  let e = exponent + excess;
  let flags = 0;
  const tiny = e < 1;
  if (tiny) {
    excess += 1 - e;
    e = 1;
  }
  const drop = excess + (64 - precision);
  const unit = drop > 0 ? 1n << BigInt(drop) : 1n;
  let kept = drop > 0 ? magnitude >> BigInt(drop) : magnitude;
  const rest = drop > 0 ? magnitude & (unit - 1n) : 0n;
  let up = false;
  if (rest !== 0n) {
    flags |= INEXACT | (tiny ? UNDERFLOW : 0);
    const half = unit >> 1n;
    if (rounding === 0) up = rest > half || (rest === half && (kept & 1n) === 1n);
    else if (rounding === 1) up = sign === 1;
    else if (rounding === 2) up = sign === 0;
    if (up) kept += 1n;
  }
  const shift = BigInt(drop > 0 ? 64 - precision : -excess);
  let mantissa = drop > 0 ? kept << shift : excess < 0 ? kept << shift : kept;
  if (mantissa >> 64n) {
    mantissa >>= 1n;
    e++;
  }
  if (e >= MAX) {
    const toInfinity = rounding === 0 || (rounding === 1 && sign === 1) || (rounding === 2 && sign === 0);
    const largest = ((1n << BigInt(precision)) - 1n) << BigInt(64 - precision);
    const value: Float80 = toInfinity
      ? { sign, exponent: MAX, mantissa: INTEGER }
      : { sign, exponent: MAX - 1, mantissa: largest };
    return { value, flags: flags | OVERFLOW | INEXACT, up: toInfinity };
  }
  const biased = mantissa & INTEGER ? e : 0;
  return { value: { sign, exponent: biased, mantissa }, flags, up };
}

const quiet = (f: Float80): Float80 => ({ ...f, mantissa: f.mantissa | QUIET });

/** The NaN that two operands, at least one of them a NaN, make: the one with the larger mantissa (AMD APM vol. 1, 6.3.4). */
function pickNaN(a: Float80, b: Float80): Rounded {
  const flags = isSignaling(a) || isSignaling(b) ? INVALID : 0;
  if (!isNaN80(a)) return { value: quiet(b), flags, up: false };
  if (!isNaN80(b)) return { value: quiet(a), flags, up: false };
  // With one signalling and one quiet NaN the quiet one is the result.
  if (isSignaling(a) !== isSignaling(b)) return { value: isSignaling(a) ? b : a, flags, up: false };
  const first = a.mantissa > b.mantissa || (a.mantissa === b.mantissa && a.sign === 0);
  return { value: quiet(first ? a : b), flags, up: false };
}

/** a + b. */
export function add80(a: Float80, b: Float80, precision: number, rounding: Rounding): Rounded {
  if (isUnsupported(a) || isUnsupported(b)) return { value: INDEFINITE, flags: INVALID, up: false };
  if (isNaN80(a) || isNaN80(b)) return pickNaN(a, b);
  const denormal = isDenormal(a) || isDenormal(b) ? DENORMAL : 0;
  if (isInfinity(a) || isInfinity(b)) {
    if (isInfinity(a) && isInfinity(b) && a.sign !== b.sign) return { value: INDEFINITE, flags: INVALID, up: false };
    return { value: isInfinity(a) ? a : b, flags: denormal, up: false };
  }
  const ea = Math.max(a.exponent, 1);
  const eb = Math.max(b.exponent, 1);
  const e = Math.min(ea, eb);
  const signed = (f: Float80, ef: number) => (f.sign ? -1n : 1n) * (f.mantissa << BigInt(ef - e));
  const sum = signed(a, ea) + signed(b, eb);
  if (sum === 0n) {
    const sign = a.sign === b.sign ? a.sign : rounding === 1 ? 1 : 0;
    return { value: { sign, exponent: 0, mantissa: 0n }, flags: denormal, up: false };
  }
  const rounded = round80(sum < 0n ? 1 : 0, e, sum < 0n ? -sum : sum, precision, rounding);
  return { ...rounded, flags: rounded.flags | denormal };
}
