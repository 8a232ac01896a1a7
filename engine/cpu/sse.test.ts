/** SSE's operations where no processor can be the judge: approximations' bounds, and who gets which exception. */
import { beforeEach, expect, it } from "vitest";
import { codeOf, type FloatKind } from "../isa/floatoperation.ts";
import { randomFrom } from "../isa/samples.ts";
import type { Fault } from "./fault.ts";
import * as at from "./layout.ts";
import { CR4_OSXMMEXCPT } from "./registers.ts";
import { floatOperation } from "./sse.ts";

const owner = {
  view: new DataView(new ArrayBuffer(at.MEDIA_B + 16)),
  cr4: CR4_OSXMMEXCPT,
  control: () => owner.cr4,
  pendingFault: undefined as Fault | undefined,
};

beforeEach(() => {
  owner.view.setUint32(at.MXCSR, 0x1f80, true);
  owner.cr4 = CR4_OSXMMEXCPT;
  owner.pendingFault = undefined;
});

/** One single to another. */
function one(kind: FloatKind, a: number, b = 0): number {
  owner.view.setFloat32(at.MEDIA_A, a, true);
  owner.view.setFloat32(at.MEDIA_B, b, true);
  floatOperation(owner, codeOf({ kind, from: "f32", to: "f32", lanes: 1 }), 0);
  return owner.view.getFloat32(at.MEDIA_A, true);
}

it("reciprocals are within 1.5 × 2^−12 of the exact value on 20,000 numbers, and raise nothing", () => {
  const random = randomFrom(3);
  for (let i = 0; i < 20_000; i++) {
    const a = Math.fround((1 + random(2 ** 23) / 2 ** 23) * 2 ** (random(240) - 120));
    expect(Math.abs(one("reciprocal", a) * a - 1)).toBeLessThanOrEqual(1.5 * 2 ** -12);
    expect(Math.abs(one("reciprocalRoot", a) * Math.sqrt(a) - 1)).toBeLessThanOrEqual(1.5 * 2 ** -12);
  }
  expect(owner.view.getUint32(at.MXCSR, true)).toBe(0x1f80);
});

it("zeros and denormals have infinite reciprocals, infinities those of zero, with their signs", () => {
  expect([0, -0, 1e-40, Infinity, -Infinity].map((a) => one("reciprocal", a))).toEqual([
    Infinity,
    -Infinity,
    Infinity,
    0,
    -0,
  ]);
  expect(one("reciprocalRoot", -1)).toBeNaN();
});

it("an exception that is not masked is #XM with CR4.OSXMMEXCPT, else #UD, and its flag is up either way", () => {
  owner.view.setUint32(at.MXCSR, 0x1d80, true);
  one("div", 1, 0);
  expect(owner.pendingFault).toEqual({ vector: 19 });
  expect(owner.view.getUint32(at.MXCSR, true)).toBe(0x1d84);
  owner.cr4 = 0;
  one("div", 1, 0);
  expect(owner.pendingFault).toEqual({ vector: 6 });
});
