import { expect, test } from "vitest";
import { PhysicalMap } from "./physical.ts";
import { Processor } from "./processor.ts";
import { nothingAround } from "./testsurroundings.ts";

/** Registers and memory after `code` at 0000:1000, run in slices of `slice` ticks until it halts. */
function run(code: readonly number[], slice: number) {
  const map = new PhysicalMap(1 << 20, 1);
  const p = new Processor(map, nothingAround);
  map.load(0x1000, Uint8Array.from(code));
  p.segments.set(1, { selector: 0x100, base: 0x1000, limit: 0xffff, attributes: 0x93 });
  p.ip = 0;
  p.restored();
  let ticks = 0;
  for (let calls = 0; calls < 1000; calls++) {
    const stop = p.run(slice);
    ticks += p.executed;
    if (stop === "halted") break;
  }
  return {
    ticks,
    cx: p.register(1, 16),
    di: p.register(7, 16),
    ax: p.register(0, 16),
    code: [...map.peek(0x1000, 20)],
  };
}

test("a repeated store that reaches its own bytes ends there: what they say then goes on, however the run is cut", () => {
  // mov di, 1007h; mov cx, 9; mov al, F4h; rep stosb: its own prefix is at 1008h, and becomes HLT.
  const code = [0xbf, 0x07, 0x10, 0xb9, 0x09, 0x00, 0xb0, 0xf4, 0xf3, 0xaa, 0x90, 0x90];
  const whole = run(code, 1000);
  expect(whole).toMatchObject({ ticks: 6, cx: 7, di: 0x1009 });
  for (const slice of [1, 2, 3, 4]) expect(run(code, slice), `slices of ${slice}`).toEqual(whole);
});
