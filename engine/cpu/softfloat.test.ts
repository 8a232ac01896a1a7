/** The soft floats against this host's doubles (nearest) and against the definition of the other roundings. */
import { describe, expect, it } from "vitest";
import { randomFrom } from "../isa/samples.ts";
import * as soft from "./softfloat.ts";
import { DOUBLE, type Environment, type Format, SINGLE } from "./softfloat.ts";

const view = new DataView(new ArrayBuffer(8));
const doubleOf = (bits: bigint) => {
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
};
const bitsOf = (value: number) => {
  view.setFloat64(0, value);
  return view.getBigUint64(0);
};
const singleBits = (value: number) => {
  view.setFloat32(0, value);
  return BigInt(view.getUint32(0));
};
const environment = (rounding = 0): Environment => ({
  rounding,
  flushes: false,
  ignoresDenormals: false,
  masked: 0x3f,
  flags: 0,
});

const random = randomFrom(7);
const word = () => BigInt(random(2 ** 32));
/** Any bits, or numbers near each other. */
const number = () =>
  random(2)
    ? (word() << 32n) | word()
    : ((word() & 0x80000000n) << 32n) | (BigInt(0x3f0 + random(32)) << 52n) | (word() << 20n);

const OPERATIONS: Record<string, { soft: typeof soft.multiply; host: (a: number, b: number) => number }> = {
  add: { soft: soft.add, host: (a, b) => a + b },
  multiply: { soft: soft.multiply, host: (a, b) => a * b },
  divide: { soft: soft.divide, host: (a, b) => a / b },
  squareRoot: { soft: (e, f, a) => soft.squareRoot(e, f, a), host: (a) => Math.sqrt(a) },
};

describe.each(Object.entries(OPERATIONS))("%s", (_name, operation) => {
  it("gives the host's double on 20,000 pairs, and a NaN where that is one", () => {
    for (let i = 0; i < 20_000; i++) {
      const [a, b] = [number(), number()];
      const expected = operation.host(doubleOf(a), doubleOf(b));
      const result = operation.soft(environment(), DOUBLE, a, b);
      if (Number.isNaN(expected)) expect(doubleOf(result)).toBeNaN();
      else expect(result, `${a.toString(16)} ${b.toString(16)}`).toBe(bitsOf(expected));
    }
  });

  it("rounds down and up to neighbours around the exact result, and toward zero to the lesser, in size", () => {
    for (let i = 0; i < 5000; i++) {
      const [a, b] = [number(), number()];
      const at = (rounding: number) => {
        const env = environment(rounding);
        return { value: doubleOf(operation.soft(env, DOUBLE, a, b)), flags: env.flags };
      };
      const [near, down, up, zero] = [at(0), at(1), at(2), at(3)];
      if (Number.isNaN(near.value)) continue;
      expect(down.value).toBeLessThanOrEqual(up.value);
      expect([down.value, up.value]).toContain(near.value);
      expect(Math.abs(zero.value)).toBe(Math.min(Math.abs(down.value), Math.abs(up.value)));
      expect(down.value < up.value).toBe((near.flags & soft.PE) !== 0);
    }
  });
});

it("a double becomes the host's single on 20,000 numbers", () => {
  for (let i = 0; i < 20_000; i++) {
    const a = random(2) ? number() : (BigInt(0x360 + random(64)) << 52n) | (word() << 20n);
    if (Number.isNaN(doubleOf(a))) continue;
    expect(soft.convert(environment(), DOUBLE, SINGLE, a)).toBe(singleBits(doubleOf(a)));
  }
});

it("2.5 to an integer is 2, 2, 3, 2 in the four roundings, and 2^31 is the integer indefinite", () => {
  const of = (f: Format, a: bigint, rounding: number) => soft.toInteger(environment(rounding), f, a, 32);
  expect([0, 1, 2, 3].map((r) => of(DOUBLE, bitsOf(2.5), r))).toEqual([2n, 2n, 3n, 2n]);
  const env = environment();
  expect(soft.toInteger(env, DOUBLE, bitsOf(2 ** 31), 32)).toBe(-(2n ** 31n));
  expect(env.flags).toBe(soft.IE);
});

it("the least normal single halved is a denormal, exact and without underflow while that is masked", () => {
  const env = environment();
  expect(soft.multiply(env, SINGLE, 0x00800000n, 0x3f000000n)).toBe(0x00400000n);
  expect(env.flags).toBe(0);
  const flushing = { ...environment(), flushes: true };
  expect(soft.multiply(flushing, SINGLE, 0x00800000n, 0x3f000000n)).toBe(0n);
  expect(flushing.flags).toBe(soft.UE | soft.PE);
});
