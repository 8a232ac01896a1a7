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
const MAX = 0x7fff;

export const isInfinity = (f: Float80): boolean => f.exponent === MAX && f.mantissa === INTEGER;
export const isZero = (f: Float80): boolean => f.exponent === 0 && f.mantissa === 0n;

export const zero = (sign: 0 | 1): Float80 => ({ sign, exponent: 0, mantissa: 0n });
export const infinity = (sign: 0 | 1): Float80 => ({ sign, exponent: MAX, mantissa: INTEGER });
export const ONE: Float80 = { sign: 0, exponent: 0x3fff, mantissa: INTEGER };

/** A positive number of any size, exactly: m × 2^e. */
export interface Exact {
  readonly m: bigint;
  readonly e: number;
}

/** The magnitude of a finite number. */
export function exact(f: Float80): Exact {
  return { m: f.mantissa, e: Math.max(f.exponent, 1) - 16446 };
}
