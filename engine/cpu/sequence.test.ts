import { expect, test } from "vitest";
import { PhysicalMap } from "./physical.ts";
import { Processor } from "./processor.ts";
import { nothingAround } from "./testsurroundings.ts";

type Way = "one by one" | "careful" | "sequences" | "translated";

/** Registers and memory after `code` at 0000:1000 in real mode, all segments at 0, run until it halts. */
function run(code: readonly number[], way: Way, slice = 10_000) {
  const map = new PhysicalMap(1 << 20, 1);
  const p = new Processor(map, nothingAround);
  map.load(0x1000, Uint8Array.from(code));
  p.segments.set(1, { selector: 0, base: 0, limit: 0xffff, attributes: 0x93 });
  p.ip = 0x1000;
  p.restored();
  p.careful = way === "careful";
  p.eager = way === "sequences";
  p.translating = way === "translated";
  let ticks = 0;
  for (let calls = 0; calls < 1000; calls++) {
    const stop = p.run(slice);
    ticks += p.executed;
    if (stop === "halted") break;
  }
  const memory = Buffer.concat([p.state, map.peek(0, 0x3000)]).toString("latin1");
  return { ticks, ax: p.register(0, 16), bx: p.register(3, 16), memory };
}

const u16 = (n: number) => [n & 0xff, n >> 8];
const at = (offset: number) => u16(0x1000 + offset);

/** By how the store is made: each stores 5 over the immediate of `mov al, 0`, which comes a few instructions later. */
const STORES: Record<string, readonly number[]> = {
  MOV: [0xb3, 0x07, 0xc6, 0x06, ...at(11), 0x05, 0xb7, 0x09, 0x40, 0xb0, 0x00, 0x40, 0xf4],
  "ADD, which reads first": [0xb3, 0x07, 0x80, 0x06, ...at(11), 0x05, 0xb7, 0x09, 0x40, 0xb0, 0x00, 0x40, 0xf4],
  PUSH: [0xbc, ...at(14), 0x31, 0xc0, 0x68, 0x05, 0x40, 0xb3, 0x07, 0x40, 0xb0, 0x00, 0x90, 0xf4],
};

for (const [name, code] of Object.entries(STORES)) {
  test(`in the midst of a sequence or a translated block, ${name} may change the instructions behind it`, () => {
    const careful = run(code, "careful");
    expect(careful.ax & 0xff).toBeGreaterThanOrEqual(5);
    expect(run(code, "one by one")).toEqual(careful);
    for (const way of ["sequences", "translated"] as const)
      for (const slice of [10_000, 1, 2, 3, 4]) expect(run(code, way, slice)).toEqual(careful);
  });
}

test("a store to another line goes on in the sequence, with the flags and registers of one that does not", () => {
  // mov cx, 300; again: add ax, cx; mov [2000h], ax; adc bx, 3; add [2002h], bx; push ax; pop dx; loop again; hlt
  const again = [0x01, 0xc8, 0xa3, 0x00, 0x20, 0x83, 0xd3, 0x03, 0x01, 0x1e, 0x02, 0x20, 0x50, 0x5a, 0xe2, 0xf0, 0xf4];
  const code = [0xbc, 0x00, 0x30, 0xb9, ...u16(300), ...again];
  const careful = run(code, "careful");
  expect(careful.ticks).toBe(3 + 300 * 7);
  for (const way of ["one by one", "sequences", "translated"] as const) expect(run(code, way)).toEqual(careful);
});
