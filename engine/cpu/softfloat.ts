/**
 * Binary floating point of 32 and 64 bits on integers, exact in every bit and flag as SSE has it: four roundings, NaNs that
 * propagate, tininess after rounding, flush to zero, denormals taken for zeros.
 * Source: AMD APM vol. 1, 4.8 "SSE Floating-Point"; Intel SDM vol. 1, 4.8, 4.9, 11.5 and appendix E; IEEE 754-2008.
 *
 * A number is its bits in a bigint. Operations add the exceptions that they meet to `env.flags`.
 */

/** The exceptions, at their places in MXCSR. */
export const IE = 1;
export const DE = 2;
export const ZE = 4;
export const OE = 8;
export const UE = 16;
export const PE = 32;

/** What an operation depends on besides its operands, and the exceptions it met. */
export interface Environment {
  /** 0 to nearest, 1 down, 2 up, 3 toward zero: MXCSR.RC. */
  readonly rounding: number;
  /** Tiny results become zeros: MXCSR.FZ, which counts only while underflow is masked. */
  readonly flushes: boolean;
  /** Denormal operands are zeros: MXCSR.DAZ. */
  readonly ignoresDenormals: boolean;
  /** Exceptions that are masked, as the flags are placed. */
  readonly masked: number;
  flags: number;
}

export interface Format {
  readonly bits: 32 | 64;
  /** Bits of the fraction, without the leading one. */
  readonly fraction: number;
  readonly bias: number;
}

export const SINGLE: Format = { bits: 32, fraction: 23, bias: 127 };
export const DOUBLE: Format = { bits: 64, fraction: 52, bias: 1023 };

const maximumExponent = (f: Format) => 2 * f.bias + 1;
const signBit = (f: Format) => 1n << BigInt(f.bits - 1);
const fractionMask = (f: Format) => (1n << BigInt(f.fraction)) - 1n;
const exponentField = (f: Format, a: bigint) => Number((a >> BigInt(f.fraction)) & BigInt(maximumExponent(f)));

const isNegative = (f: Format, a: bigint) => (a & signBit(f)) !== 0n;
const magnitude = (f: Format, a: bigint) => a & (signBit(f) - 1n);
const infinity = (f: Format) => BigInt(maximumExponent(f)) << BigInt(f.fraction);
const isNotANumber = (f: Format, a: bigint) => magnitude(f, a) > infinity(f);
const isInfinite = (f: Format, a: bigint) => magnitude(f, a) === infinity(f);
const quietBit = (f: Format) => 1n << BigInt(f.fraction - 1);
export const isSignalling = (f: Format, a: bigint) => isNotANumber(f, a) && (a & quietBit(f)) === 0n;
const isZero = (f: Format, a: bigint) => magnitude(f, a) === 0n;
const isDenormal = (f: Format, a: bigint) => exponentField(f, a) === 0 && !isZero(f, a);
/** What an invalid operation gives: a negative quiet NaN without payload. */
export const defaultNaN = (f: Format) => signBit(f) | infinity(f) | quietBit(f);

/** A finite number as ± mantissa × 2^exponent. */
interface Unpacked {
  readonly negative: boolean;
  readonly exponent: number;
  readonly mantissa: bigint;
}

function unpack(f: Format, a: bigint): Unpacked {
  const field = exponentField(f, a);
  const fraction = a & fractionMask(f);
  const mantissa = field ? fraction | (1n << BigInt(f.fraction)) : fraction;
  return { negative: isNegative(f, a), exponent: (field || 1) - f.bias - f.fraction, mantissa };
}

function lengthOf(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}

/** `value` shifted right with what falls out decided by the rounding; whether anything fell out. */
function shiftRounded(
  value: bigint,
  shift: number,
  negative: boolean,
  rounding: number,
): { value: bigint; exact: boolean } {
  if (shift <= 0) return { value: value << BigInt(-shift), exact: true };
  const kept = value >> BigInt(shift);
  const lost = value - (kept << BigInt(shift));
  if (lost === 0n) return { value: kept, exact: true };
  const half = 1n << BigInt(shift - 1);
  const up =
    rounding === 0
      ? lost > half || (lost === half && (kept & 1n) === 1n)
      : rounding === 1
        ? negative
        : rounding === 2
          ? !negative
          : false;
  return { value: up ? kept + 1n : kept, exact: false };
}

/** Rounds ± mantissa × 2^exponent (mantissa > 0; its last bit may stand for anything lost below it) to a number. */
function pack(env: Environment, f: Format, { negative, exponent, mantissa }: Unpacked): bigint {
  const sign = negative ? signBit(f) : 0n;
  const precision = f.fraction + 1;
  const length = lengthOf(mantissa);
  const least = 1 - f.bias - f.fraction;
  const round = (shift: number) => shiftRounded(mantissa, shift, negative, env.rounding);
  // As if the exponent had no bounds.
  let { value, exact } = round(length - precision);
  let last = exponent + length - precision;
  if (lengthOf(value) > precision) {
    value >>= 1n;
    last++;
  }
  if (last < least) {
    if (!(env.masked & UE)) {
      env.flags |= exact ? UE : UE | PE;
      return sign;
    }
    if (env.flushes) {
      env.flags |= UE | PE;
      return sign;
    }
    const denormal = round(least - exponent);
    if (!denormal.exact) env.flags |= UE | PE;
    // A carry makes the exponent field 1, as it should.
    return sign | denormal.value;
  }
  if (last > f.bias - f.fraction) {
    // Where overflow is not masked, "inexact" speaks of the result with an exponent brought into range.
    env.flags |= env.masked & OE || !exact ? OE | PE : OE;
    const toInfinity = env.rounding === 0 || (env.rounding === 1 && negative) || (env.rounding === 2 && !negative);
    return sign | (toInfinity ? infinity(f) : infinity(f) - 1n);
  }
  if (!exact) env.flags |= PE;
  return sign | (BigInt(last - least + 1) << BigInt(f.fraction)) | (value & fractionMask(f));
}

/** The NaN that an operation on `a` and `b` gives where one of them is a NaN: the first, made quiet. */
function propagate(env: Environment, f: Format, a: bigint, b: bigint): bigint | undefined {
  const first = isNotANumber(f, a);
  if (!first && !isNotANumber(f, b)) return undefined;
  if (isSignalling(f, a) || isSignalling(f, b)) env.flags |= IE;
  return (first ? a : b) | quietBit(f);
}

function invalid(env: Environment, f: Format): bigint {
  env.flags |= IE;
  return defaultNaN(f);
}

/** An operand as MXCSR.DAZ has it. */
function daz(env: Environment, f: Format, a: bigint): bigint {
  return env.ignoresDenormals && isDenormal(f, a) ? a & signBit(f) : a;
}

function noteDenormals(env: Environment, f: Format, ...operands: readonly bigint[]): void {
  if (operands.some((a) => isDenormal(f, a))) env.flags |= DE;
}

export function add(env: Environment, f: Format, a0: bigint, b0: bigint, subtracts = false): bigint {
  const nan = propagate(env, f, a0, b0);
  if (nan !== undefined) return nan;
  const a = daz(env, f, a0);
  const b = daz(env, f, b0) ^ (subtracts ? signBit(f) : 0n);
  if (isInfinite(f, a) && isInfinite(f, b) && a !== b) return invalid(env, f);
  noteDenormals(env, f, a, b);
  if (isInfinite(f, a)) return a;
  if (isInfinite(f, b)) return b;
  const [x, y] = [unpack(f, a), unpack(f, b)];
  const exponent = Math.min(x.exponent, y.exponent);
  const value = (u: Unpacked) => (u.negative ? -u.mantissa : u.mantissa) << BigInt(u.exponent - exponent);
  const sum = value(x) + value(y);
  if (sum === 0n) {
    const negative = x.negative === y.negative ? x.negative : env.rounding === 1;
    return negative ? signBit(f) : 0n;
  }
  return pack(env, f, { negative: sum < 0n, exponent, mantissa: sum < 0n ? -sum : sum });
}

export function multiply(env: Environment, f: Format, a0: bigint, b0: bigint): bigint {
  const nan = propagate(env, f, a0, b0);
  if (nan !== undefined) return nan;
  const [a, b] = [daz(env, f, a0), daz(env, f, b0)];
  const sign = (a ^ b) & signBit(f);
  const infinite = isInfinite(f, a) || isInfinite(f, b);
  const zero = isZero(f, a) || isZero(f, b);
  if (infinite && zero) return invalid(env, f);
  noteDenormals(env, f, a, b);
  if (infinite) return sign | infinity(f);
  if (zero) return sign;
  const [x, y] = [unpack(f, a), unpack(f, b)];
  return pack(env, f, { negative: sign !== 0n, exponent: x.exponent + y.exponent, mantissa: x.mantissa * y.mantissa });
}

export function divide(env: Environment, f: Format, a0: bigint, b0: bigint): bigint {
  const nan = propagate(env, f, a0, b0);
  if (nan !== undefined) return nan;
  const [a, b] = [daz(env, f, a0), daz(env, f, b0)];
  const sign = (a ^ b) & signBit(f);
  if ((isInfinite(f, a) && isInfinite(f, b)) || (isZero(f, a) && isZero(f, b))) return invalid(env, f);
  if (isZero(f, b) && !isInfinite(f, a)) {
    env.flags |= ZE;
    return sign | infinity(f);
  }
  noteDenormals(env, f, a, b);
  if (isInfinite(f, a)) return sign | infinity(f);
  if (isZero(f, a) || isInfinite(f, b)) return sign;
  const [x, y] = [unpack(f, a), unpack(f, b)];
  // Enough places for a quotient of full precision behind the least dividend, and one for what is lost.
  const places = 2 * f.fraction + 6;
  const dividend = x.mantissa << BigInt(places);
  const quotient = dividend / y.mantissa;
  const rest = dividend % y.mantissa === 0n ? 0n : 1n;
  const exponent = x.exponent - y.exponent - places - 1;
  return pack(env, f, { negative: sign !== 0n, exponent, mantissa: (quotient << 1n) | rest });
}

/** The largest integer whose square is at most `n`. */
function integerRoot(n: bigint): bigint {
  let root = 1n << BigInt((lengthOf(n) + 1) >> 1);
  for (;;) {
    const next = (root + n / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

export function squareRoot(env: Environment, f: Format, a0: bigint): bigint {
  const nan = propagate(env, f, a0, a0);
  if (nan !== undefined) return nan;
  const a = daz(env, f, a0);
  if (isZero(f, a)) return a;
  if (isNegative(f, a)) return invalid(env, f);
  noteDenormals(env, f, a);
  if (isInfinite(f, a)) return a;
  const x = unpack(f, a);
  // An even exponent, and twice the places that the root needs.
  const places = 2 * f.fraction + 8 + ((x.exponent + 2 * f.fraction) & 1);
  const radicand = x.mantissa << BigInt(places);
  const root = integerRoot(radicand);
  const rest = root * root === radicand ? 0n : 1n;
  return pack(env, f, { negative: false, exponent: (x.exponent - places) / 2 - 1, mantissa: (root << 1n) | rest });
}

/** −1, 0 or 1; undefined where an operand is a NaN. No exception. */
function order(f: Format, a: bigint, b: bigint): -1 | 0 | 1 | undefined {
  if (isNotANumber(f, a) || isNotANumber(f, b)) return undefined;
  const value = (n: bigint) => (isNegative(f, n) ? -magnitude(f, n) : magnitude(f, n));
  const [x, y] = [value(a), value(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** The same with the exceptions of a comparison: invalid for a signalling NaN, or for any where `signals`. */
export function compare(env: Environment, f: Format, a0: bigint, b0: bigint, signals: boolean): -1 | 0 | 1 | undefined {
  const [a, b] = [daz(env, f, a0), daz(env, f, b0)];
  const result = order(f, a, b);
  if (result === undefined) {
    if (signals || isSignalling(f, a) || isSignalling(f, b)) env.flags |= IE;
  } else noteDenormals(env, f, a, b);
  return result;
}

/** MIN (`sign` −1) or MAX (1): the second operand where they are equal, zeros, or one is a NaN. */
export function extreme(env: Environment, f: Format, a: bigint, b: bigint, sign: -1 | 1): bigint {
  return daz(env, f, compare(env, f, a, b, true) === sign ? a : b);
}

/** To an integer of `bits`, as a signed bigint; what does not fit is the least one, invalid. */
export function toInteger(env: Environment, f: Format, a0: bigint, bits: 32 | 64, rounding = env.rounding): bigint {
  const least = -(1n << BigInt(bits - 1));
  const fail = () => {
    env.flags |= IE;
    return least;
  };
  if (isNotANumber(f, a0) || isInfinite(f, a0)) return fail();
  const x = unpack(f, daz(env, f, a0));
  const { value, exact } = shiftRounded(x.mantissa, -x.exponent, x.negative, rounding);
  const signed = x.negative ? -value : value;
  if (signed < least || signed >= -least) return fail();
  if (!exact) env.flags |= PE;
  return signed;
}

/** From a signed integer. */
export function fromInteger(env: Environment, f: Format, value: bigint): bigint {
  if (value === 0n) return 0n;
  return pack(env, f, { negative: value < 0n, exponent: 0, mantissa: value < 0n ? -value : value });
}

/** From one format to the other. */
export function convert(env: Environment, from: Format, to: Format, a0: bigint): bigint {
  const sign = isNegative(from, a0) ? signBit(to) : 0n;
  if (isNotANumber(from, a0)) {
    if (isSignalling(from, a0)) env.flags |= IE;
    const shift = to.fraction - from.fraction;
    const payload = a0 & fractionMask(from);
    const moved = shift > 0 ? payload << BigInt(shift) : payload >> BigInt(-shift);
    return sign | infinity(to) | quietBit(to) | moved;
  }
  const a = daz(env, from, a0);
  noteDenormals(env, from, a);
  if (isInfinite(from, a)) return sign | infinity(to);
  if (isZero(from, a)) return sign;
  return pack(env, to, unpack(from, a));
}

/** To an integral number of the same format; `quietly`, without the inexact exception. */
export function roundToIntegral(env: Environment, f: Format, a0: bigint, rounding: number, quietly: boolean): bigint {
  const nan = propagate(env, f, a0, a0);
  if (nan !== undefined) return nan;
  const a = daz(env, f, a0);
  if (isInfinite(f, a) || isZero(f, a)) return a;
  const x = unpack(f, a);
  if (x.exponent >= 0) return a;
  const { value, exact } = shiftRounded(x.mantissa, -x.exponent, x.negative, rounding);
  if (!exact && !quietly) env.flags |= PE;
  const sign = a & signBit(f);
  return value === 0n ? sign : sign | magnitude(f, fromInteger(env, f, value));
}
