import { expect, test } from "vitest";
import { I8042, TRANSLATION } from "./i8042.ts";
import { Port92 } from "./port92.ts";
import { Ps2Keyboard } from "./ps2keyboard.ts";
import { PS2_KEYS } from "./ps2keys.ts";
import { Probe, TestBus } from "./testbus.ts";

const CABLE = 50_000;

function controller() {
  const bus = new TestBus();
  const keyboard = new Ps2Keyboard(bus);
  const [keyboardIrq, mouseIrq, a20] = [new Probe(), new Probe(), new Probe()];
  let resets = 0;
  const part = new I8042(bus, { keyboard, keyboardIrq, mouseIrq, a20, resetCpu: () => resets++ });
  const mode = (value: number) => {
    bus.out(0x64, 0x60);
    bus.out(0x60, value);
  };
  /** Everything that comes within 20 ms, as hexadecimal. */
  const drain = () => {
    const seen: string[] = [];
    for (let i = 0; i < 80; i++) {
      if (bus.in(0x64) & 1) seen.push(bus.in(0x60).toString(16).padStart(2, "0"));
      else bus.wait(CABLE);
    }
    return seen.join(" ");
  };
  const command = (...bytes: number[]) => {
    const seen: string[] = [];
    for (const byte of bytes) {
      bus.out(0x60, byte);
      seen.push(drain());
    }
    return seen.join(" ");
  };
  const press = (...names: string[]) => {
    for (const name of names) keyboard.key(name, true);
    const made = drain();
    for (const name of names.reverse()) keyboard.key(name, false);
    return `${made} / ${drain()}`;
  };
  return { bus, keyboard, part, keyboardIrq, mouseIrq, a20, mode, drain, command, press, resets: () => resets };
}

test("self test 0x55 sets SYS, line tests 0x00, the command byte reads back", () => {
  const { bus, mode, drain } = controller();
  expect(bus.in(0x64)).toBe(0x18);
  bus.out(0x64, 0xaa);
  expect(bus.in(0x64)).toBe(0x1d);
  expect(drain()).toBe("55");
  bus.out(0x64, 0xab);
  expect(drain()).toBe("00");
  mode(0x65);
  bus.out(0x64, 0x20);
  expect(drain()).toBe("65");
});

test("a key comes 250 microseconds later with IRQ 1, which falls when it is read", () => {
  const { bus, keyboard, keyboardIrq } = controller();
  keyboard.key("KeyA", true);
  bus.wait(CABLE - 1);
  expect(bus.in(0x64) & 1).toBe(0);
  bus.wait(1);
  expect([bus.in(0x64) & 0x21, keyboardIrq.level]).toEqual([1, true]);
  expect([bus.in(0x60), keyboardIrq.level, bus.in(0x60)]).toEqual([0x1c, false, 0x1c]);
});

test("translation makes set 1 of set 2: A is 1e / 9e, Right Control e0 1d / e0 9d, F7 41 / c1", () => {
  const { mode, press } = controller();
  mode(0x45);
  expect(press("KeyA")).toBe("1e / 9e");
  expect(press("ControlRight")).toBe("e0 1d / e0 9d");
  expect(press("F7")).toBe("41 / c1");
  expect(press("PrintScreen")).toBe("e0 2a e0 37 / e0 b7 e0 aa");
  expect(press("Pause")).toBe("e1 1d 45 e1 9d c5 / ");
  expect(press("ControlLeft", "Pause")).toBe("1d e0 46 e0 c6 / 9d");
  expect(press("AltLeft", "PrintScreen")).toBe("38 54 / d4 b8");
});

test("every key's set 1 code is the controller's translation of its set 2 code", () => {
  for (const [name, key] of PS2_KEYS) {
    const translated = (key.set2 & 0xff00) | TRANSLATION[key.set2 & 0xff];
    expect([name, translated]).toEqual([name, key.set1]);
  }
  expect(new Set([...TRANSLATION.subarray(1, 128)]).size).toBe(127);
});

test("without translation: set 2 f0 prefix, set 1 bit 7, set 3 single codes", () => {
  const { command, press } = controller();
  expect(press("ArrowUp")).toBe("e0 75 / e0 f0 75");
  expect(command(0xf0, 1)).toBe("fa fa");
  expect(press("ArrowUp")).toBe("e0 48 / e0 c8");
  expect(command(0xf0, 3)).toBe("fa fa");
  expect(press("ArrowUp")).toBe("63 / f0 63");
  expect(press("F1")).toBe("07 / ");
  expect(command(0xf0, 0)).toBe("fa fa 03");
  expect(command(0xf8)).toBe("fa");
  expect(press("F1")).toBe("07 / f0 07");
});

test("keyboard commands: identify, echo, LEDs, rate, bad parameter, resend, reset", () => {
  const { keyboard, command } = controller();
  expect(command(0xf2)).toBe("fa ab 83");
  expect(command(0xee)).toBe("ee");
  expect(command(0xed, 0x05)).toBe("fa fa");
  expect(keyboard.state.leds).toBe(5);
  expect(command(0xf3, 0x00)).toBe("fa fa");
  expect(keyboard.typematic().delayMs).toBe(250);
  expect(keyboard.typematic().perSecond).toBeCloseTo(30, 0);
  expect(command(0xf0, 9)).toBe("fa fe");
  expect(command(0x12)).toBe("fe");
  expect(command(0xff)).toBe("fa aa");
  expect(keyboard.state.leds).toBe(0);
  expect(command(0xfe)).toBe("aa");
});

test("disabled by F5 it says nothing of keys; the 17th byte is an overrun", () => {
  const { mode, keyboard, command, drain } = controller();
  command(0xf5);
  keyboard.key("KeyA", true);
  expect(drain()).toBe("");
  command(0xf4);
  mode(0x10);
  for (let i = 0; i < 20; i++) keyboard.key("KeyB", true);
  mode(0x00);
  expect(drain()).toBe(`${"32 ".repeat(15)}00`);
});

test("the interface disabled by 0xAD holds keys back; a byte to the keyboard opens it", () => {
  const { bus, keyboard, drain } = controller();
  bus.out(0x64, 0xad);
  keyboard.key("KeyA", true);
  expect(drain()).toBe("");
  bus.out(0x60, 0xee);
  expect(drain()).toBe("ee 1c");
});

test("A20 by the output port and by DD and DF; a pulse of bit 0 resets the processor", () => {
  const { bus, a20, drain, resets } = controller();
  expect(a20.level).toBe(true);
  bus.out(0x64, 0xd1);
  bus.out(0x60, 0xdd);
  expect(a20.level).toBe(false);
  bus.out(0x64, 0xd0);
  expect(drain()).toBe("cd");
  bus.out(0x64, 0xdf);
  expect(a20.level).toBe(true);
  bus.out(0x64, 0xff);
  expect(resets()).toBe(0);
  bus.out(0x64, 0xfe);
  expect(resets()).toBe(1);
});

test("no mouse: a byte to it gives 0xFE with TO and AUXB; D3 fakes one with IRQ 12", () => {
  const { bus, mouseIrq, keyboardIrq } = controller();
  bus.out(0x64, 0xd4);
  bus.out(0x60, 0xff);
  expect(bus.in(0x64) & 0x61).toBe(0x61);
  expect(bus.in(0x60)).toBe(0xfe);
  bus.out(0x64, 0xd3);
  bus.out(0x60, 0x12);
  expect([mouseIrq.level, keyboardIrq.level, bus.in(0x64) & 0x61]).toEqual([true, false, 0x21]);
  expect(bus.in(0x60)).toBe(0x12);
});

test("a controller's answer waits for a full buffer, and unknown commands are logged once", () => {
  const { bus, keyboard, drain } = controller();
  keyboard.key("KeyA", true);
  bus.wait(CABLE);
  bus.out(0x64, 0xaa);
  expect(drain()).toBe("1c 55");
  bus.out(0x64, 0xac, 0xac);
  expect(bus.events.filter((e) => e.part === "i8042").length).toBe(1);
});

test("port 92h: bit 1 is A20, a rise of bit 0 resets, both read back", () => {
  const bus = new TestBus();
  const a20 = new Probe();
  let resets = 0;
  new Port92(bus, { a20, resetCpu: () => resets++ });
  bus.out(0x92, 0x02);
  expect([a20.level, bus.in(0x92)]).toEqual([true, 2]);
  bus.out(0x92, 0x03, 0x03);
  expect(resets).toBe(1);
});
