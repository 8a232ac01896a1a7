import { expect, test } from "vitest";
import { I8042 } from "./i8042.ts";
import { Ps2Keyboard } from "./ps2keyboard.ts";
import { Ps2Mouse } from "./ps2mouse.ts";
import { Probe, TestBus } from "./testbus.ts";

function aux() {
  const bus = new TestBus();
  const mouse = new Ps2Mouse(bus);
  const [keyboardIrq, mouseIrq, a20] = [new Probe(), new Probe(), new Probe()];
  new I8042(bus, { keyboard: new Ps2Keyboard(bus), mouse, keyboardIrq, mouseIrq, a20, resetCpu: () => {} });
  const drain = () => {
    const seen: string[] = [];
    for (let i = 0; i < 60; i++) {
      if ((bus.in(0x64) & 0x21) === 0x21) seen.push(bus.in(0x60).toString(16).padStart(2, "0"));
      else bus.wait(50_000);
    }
    return seen.join(" ");
  };
  const command = (...bytes: number[]) => {
    for (const byte of bytes) {
      bus.out(0x64, 0xd4);
      bus.out(0x60, byte);
    }
    return drain();
  };
  return { bus, mouse, mouseIrq, keyboardIrq, drain, command };
}

test("reset answers FA AA 00, identify FA 00, status FA 00 02 64", () => {
  const { command } = aux();
  expect(command(0xff)).toBe("fa aa 00");
  expect(command(0xf2)).toBe("fa 00");
  expect(command(0xe9)).toBe("fa 00 02 64");
});

test("enabled, a movement of 5 right, 3 down with the left button is 29 05 fd on IRQ 12", () => {
  const { mouse, mouseIrq, keyboardIrq, command, drain } = aux();
  mouse.move(5, -3, 0, 1);
  expect(drain()).toBe("");
  command(0xf4);
  const rises = mouseIrq.rises;
  mouse.move(5, -3, 0, 1);
  expect(drain()).toBe("29 05 fd");
  expect([mouseIrq.rises - rises, keyboardIrq.rises]).toEqual([3, 0]);
});

test("movement adds up while a packet is under way; what it cannot hold goes with the next: 1,000 are 100 + 3 × 255 + 135", () => {
  const { mouse, command, drain } = aux();
  command(0xf4);
  for (let i = 0; i < 10; i++) mouse.move(100, 0, 0, 0);
  expect(drain()).toBe("08 64 00 08 ff 00 08 ff 00 08 ff 00 08 87 00");
  mouse.move(0, -300, 0, 0);
  expect(drain()).toBe("28 00 01 28 00 d3");
});

test("at 2:1 a packet holds half of that: 200 right are 2 × 127 and 2 × 73", () => {
  const { mouse, command, drain } = aux();
  command(0xe7, 0xf4);
  mouse.move(200, 0, 0, 0);
  expect(drain()).toBe("08 fe 00 08 92 00");
});

test("a wheel turned by 10 goes with two packets of identity 4, and with none of a mouse without one", () => {
  const { mouse, command, drain } = aux();
  command(0xf4);
  mouse.move(0, 0, 10, 0);
  expect(drain()).toBe("08 00 00");
  command(0xf3, 200, 0xf3, 100, 0xf3, 80, 0xf3, 200, 0xf3, 200, 0xf3, 80);
  mouse.move(0, 0, 10, 0);
  expect(drain()).toBe("08 00 00 07 08 00 00 03");
});

test("a press and its release while a packet is under way have packets of their own, each with its way; of 20, the last counts", () => {
  const { mouse, command, drain } = aux();
  command(0xf4);
  mouse.move(1, 0, 0, 0);
  mouse.move(2, 0, 0, 0);
  mouse.move(0, 0, 0, 1);
  mouse.move(300, 0, 0, 1);
  mouse.move(0, 0, 0, 0);
  expect(drain()).toBe("08 01 00 08 02 00 09 ff 00 09 2d 00 08 00 00");
  mouse.move(1, 0, 0, 0);
  for (let i = 1; i <= 20; i++) mouse.move(0, 1, 0, i % 2);
  mouse.move(0, 0, 0, 4);
  const packets = `${drain()} ${drain()}`.match(/.. .. ../g) ?? [];
  expect([packets.length, packets[1], packets.at(-1)]).toEqual([17, "09 00 01", "0c 00 05"]);
});

test("it is in use once it is enabled or in remote mode, until it is told otherwise", () => {
  const { mouse, command } = aux();
  const after = (...bytes: number[]) => {
    command(...bytes);
    return mouse.isInUse;
  };
  expect([mouse.isInUse, after(0xf4), after(0xf5), after(0xf0), after(0xea), after(0xf4), after(0xff)]).toEqual([
    false,
    true,
    false,
    true,
    false,
    true,
    false,
  ]);
});

test("rates 200, 100, 80 make a wheel mouse, 200, 200, 80 then one of five buttons", () => {
  const { mouse, command, drain } = aux();
  expect(command(0xf3, 200, 0xf3, 100, 0xf3, 80, 0xf2)).toBe("fa fa fa fa fa fa fa 03");
  command(0xf4);
  mouse.move(0, 0, -1, 0);
  expect(drain()).toBe("08 00 00 ff");
  expect(command(0xf3, 200, 0xf3, 200, 0xf3, 80, 0xf2)).toBe("fa fa fa fa fa fa fa 04");
  mouse.move(0, 0, 1, 0x10);
  expect(drain()).toBe("08 00 00 21");
});

test("remote mode sends only when asked, wrap mode gives back what it gets, bad parameters are FC", () => {
  const { mouse, command, drain } = aux();
  command(0xf4);
  expect(command(0xf0)).toBe("fa");
  mouse.move(1, 1, 0, 0);
  expect(drain()).toBe("");
  expect(command(0xeb)).toBe("fa 08 01 01");
  expect(command(0xee)).toBe("fa");
  expect(command(0x12, 0xf4)).toBe("12 f4");
  expect(command(0xec)).toBe("fa");
  expect(command(0xf3, 33)).toBe("fa fc");
  expect(command(0x00)).toBe("fe");
});
