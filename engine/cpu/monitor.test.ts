import { expect, test } from "vitest";
import { PhysicalMap } from "./physical.ts";
import { Processor } from "./processor.ts";
import { nothingAround } from "./testsurroundings.ts";

const bytes = (hex: string) => Uint8Array.from(hex.split(" "), (h) => Number.parseInt(h, 16));

/** Two processors in real mode, both at 0000:1000 when they have started. */
function two(code: string) {
  const map = new PhysicalMap(1 << 20, 2);
  map.load(0x1000, bytes(code));
  const [first, second] = [0, 1].map((n) => new Processor(map, nothingAround, n)) as [Processor, Processor];
  second.startup(1);
  second.run(0);
  for (const p of [first, second]) {
    p.halted = false;
    p.segments.set(1, { selector: 0x100, base: 0x1000, limit: 0xffff, attributes: 0x93 });
    p.ip = 0;
    p.restored();
  }
  return { map, first, second };
}

// mov eax, 3000h; xor ecx, ecx; xor edx, edx; monitor; mwait; inc bx; hlt
const WAITS = "66 b8 00 30 00 00 66 31 c9 66 31 d2 0f 01 c8 0f 01 c9 43 f4";

test("MWAIT stops until another processor stores to the line of 64 bytes at DS:EAX, and no other line", () => {
  const { map, first } = two(WAITS);
  expect(first.run(100)).toBe("halted");
  expect([first.executed, first.canWake, first.register(3)]).toEqual([5, false, 0]);
  map.write(0x3040, 1, 4);
  map.write(0x2fff, 1, 1);
  expect(first.run(100)).toBe("halted");
  map.write(0x303f, 1, 1);
  expect(first.halted).toBe(false);
  expect(first.run(100)).toBe("halted");
  expect([first.executed, first.register(3)]).toEqual([2, 1]);
});

test("a store of the other processor's own instruction wakes it, too", () => {
  const { map, first, second } = two(WAITS);
  expect(first.run(100)).toBe("halted");
  map.load(0x1800, bytes("c7 06 08 30 34 12 f4")); // mov word [3008h], 1234h; hlt
  second.ip = 0x800;
  expect(second.run(100)).toBe("halted");
  expect(first.halted).toBe(false);
});

test("a store between MONITOR and MWAIT leaves MWAIT nothing to wait for", () => {
  // … monitor; mov [3000h], eax; mwait; inc bx; hlt
  const { first } = two("66 b8 00 30 00 00 66 31 c9 66 31 d2 0f 01 c8 66 a3 00 30 0f 01 c9 43 f4");
  expect(first.run(100)).toBe("halted");
  expect([first.executed, first.register(3)]).toEqual([8, 1]);
});

test("an interrupt ends MWAIT; a masked one only where ECX bit 0 asks for it", () => {
  // mov eax, 3000h; xor ecx, ecx; xor edx, edx; monitor; mov cl, N; mwait; inc bx; hlt
  const asks = (n: number) => two(`66 b8 00 30 00 00 66 31 c9 66 31 d2 0f 01 c8 b1 0${n} 0f 01 c9 43 f4`).first;
  const [masked, either] = [asks(0), asks(1)];
  for (const p of [masked, either]) {
    expect(p.run(100)).toBe("halted");
    p.setInterrupt(true);
  }
  expect([masked.canWake, either.canWake]).toEqual([false, true]);
  expect(either.run(100)).toBe("halted");
  expect(either.register(3)).toBe(1);
  masked.flags |= 0x200;
  expect(masked.canWake).toBe(true);
});

test("RDRAND draws from the processor's state: the same state, the same numbers", () => {
  const { first } = two("66 0f c7 f0 66 0f c7 f3 f4"); // rdrand eax; rdrand ebx; hlt
  const start = first.state.slice();
  first.run(100);
  const drawn = [first.register(0), first.register(3), first.flags & 0x8d5];
  expect(drawn[0]).not.toBe(drawn[1]);
  expect(drawn[2]).toBe(1);
  first.state.set(start);
  first.restored();
  first.run(100);
  expect([first.register(0), first.register(3), first.flags & 0x8d5]).toEqual(drawn);
});
