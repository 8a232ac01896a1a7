import { expect, test } from "vitest";
import { PhysicalMap } from "./physical.ts";
import { Processor, type Surroundings } from "./processor.ts";

function two() {
  const map = new PhysicalMap(1 << 20, 2);
  const surroundings: Surroundings = {
    portRead: () => 0xff,
    portWrite() {},
    acknowledgeInterrupt: () => 0,
    now: () => 0,
    event() {},
  };
  const processors = [0, 1].map((number) => new Processor(map, surroundings, number)) as [Processor, Processor];
  return { map, processors };
}

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.split(" "), (h) => Number.parseInt(h, 16));
}

test("processor 1 waits after reset; a start-up message with vector 12h starts it at 1200:0000", () => {
  const { map, processors } = two();
  const [first, second] = processors;
  map.load(0x12000, bytes("40 f4")); // inc ax; hlt
  expect([first.halted, second.halted, second.waitsForStartup]).toEqual([false, true, true]);
  expect(second.run(10)).toBe("halted");
  expect([second.executed, second.canWake]).toEqual([0, false]);
  second.startup(0x12);
  second.startup(0x13);
  expect(second.canWake).toBe(true);
  expect(second.run(10)).toBe("halted");
  expect([second.executed, second.register(0), second.segments.selector(1)]).toEqual([2, 1, 0x1200]);
  second.startup(0x14);
  expect(second.canWake).toBe(false);
});

test("INIT keeps MSRs, XMM registers and the caches' bits of CR0, and a start-up message behind it waits for it", () => {
  const { map, processors } = two();
  const second = processors[1];
  map.load(0x5000, bytes("f4"));
  second.startup(5);
  second.run(10);
  second.setRegister(0, 77);
  second.setControl(0, 0x40000011);
  second.state[1024] = 9;
  second.state[2048] = 8;
  second.init();
  second.startup(5);
  expect(second.run(0x10)).toBe("halted");
  expect(second.register(0)).toBe(0);
  expect(second.control(0)).toBe(0x40000010);
  expect([second.state[1024], second.state[2048], second.executed]).toEqual([9, 8, 1]);
});

test("code that one processor overwrites is decoded anew by the other", () => {
  const { map, processors } = two();
  const [first, second] = processors;
  map.load(0x5000, bytes("b8 11 11 90 f4")); // mov ax, 1111h
  second.startup(5);
  second.run(10);
  expect(second.register(0)).toBe(0x1111);
  map.load(0x6000, bytes("c7 06 01 50 22 22 f4")); // mov word [5001h], 2222h
  const jump = () => {
    first.segments.set(1, { ...first.segments.get(1), selector: 0x600, base: 0x6000 });
    first.segments.set(3, { ...first.segments.get(3), selector: 0, base: 0 });
    first.ip = 0;
    first.halted = false;
    first.updateMode();
  };
  jump();
  first.run(10);
  second.init();
  second.startup(5);
  second.run(10);
  expect(second.register(0)).toBe(0x2222);
});

test("a store after another processor decoded the page still reaches its code, whatever the storer had cached", () => {
  const { map, processors } = two();
  const [first, second] = processors;
  // mov al, [5100h] … mov byte [5100h], al warms the write entry of page 5; then the code byte is stored.
  map.load(0x6000, bytes("a2 00 51 f4 c6 06 01 50 77 f4"));
  first.segments.set(1, { ...first.segments.get(1), selector: 0x600, base: 0x6000 });
  first.ip = 0;
  first.updateMode();
  first.run(10);
  map.load(0x5000, bytes("b8 11 11 90 f4"));
  second.startup(5);
  second.run(10);
  expect(second.register(0)).toBe(0x1111);
  first.halted = false;
  first.run(10);
  second.init();
  second.startup(5);
  second.run(10);
  expect(second.register(0)).toBe(0x1177);
});
