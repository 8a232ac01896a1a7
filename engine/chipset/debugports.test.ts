import { expect, test } from "vitest";
import { DebugConsole } from "./debugconsole.ts";
import { IsaDebugExit } from "./isadebugexit.ts";
import { Port80 } from "./port80.ts";
import { TestBus } from "./testbus.ts";

test("the debug console passes bytes on and reads 0xE9, also at port 0x402", () => {
  const bus = new TestBus();
  const seen: number[] = [];
  new DebugConsole(bus, { name: "debugconsole.402", iobase: 0x402, send: (byte) => seen.push(byte) });
  bus.out(0x402, 0x48, 0x69);
  expect(seen).toEqual([0x48, 0x69]);
  expect(bus.in(0x402)).toBe(0xe9);
});

test("isa-debug-exit: writing 0x10 exits with 33, a 32-bit 0xFFFFFFFF with 0xFFFFFFFF", () => {
  const bus = new TestBus();
  const seen: number[] = [];
  new IsaDebugExit(bus, { iobase: 0xf4, iosize: 4, exit: (status) => seen.push(status) });
  bus.out(0xf4, 0x10);
  bus.ports.write(0xf4, 0xffffffff, 4);
  expect(seen).toEqual([33, 0xffffffff]);
  expect(bus.in(0xf4)).toBe(0);
});

test("port 80h keeps the last POST code", () => {
  const bus = new TestBus();
  const seen: number[] = [];
  const port = new Port80(bus, (code) => seen.push(code));
  bus.out(0x80, 0x12, 0x34);
  expect([bus.in(0x80), port.state.code]).toEqual([0x34, 0x34]);
  expect(seen).toEqual([0x12, 0x34]);
});
