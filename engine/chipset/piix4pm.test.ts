import { expect, test } from "vitest";
import { PciBus } from "./pci.ts";
import { Piix4Pm } from "./piix4pm.ts";
import { Probe, TestBus } from "./testbus.ts";

const PM = 0x600;
const SECOND = 200_000_000;

function setUp() {
  const bus = new TestBus();
  const pci = new PciBus(bus);
  const sci = new Probe();
  const seen = { off: 0, smis: 0, sleeps: 0, wakes: 0 };
  const power = new Piix4Pm(bus, pci, {
    sci,
    powerOff: () => {
      seen.off++;
    },
    smi: () => {
      seen.smis++;
    },
    suspend: () => {
      seen.sleeps++;
    },
    wake: () => {
      seen.wakes++;
    },
  });
  power.reset();
  const config = (register: number, value: number, size: 1 | 2 | 4) => {
    bus.ports.write(0xcf8, 0x80000b00 + (register & 0xfc), 4);
    bus.ports.write(0xcfc + (register & 3), value, size);
  };
  config(0x40, PM + 1, 4);
  config(0x80, 1, 1);
  const read = (offset: number, size: 1 | 2 | 4) => bus.ports.read(PM + offset, size);
  const write = (offset: number, value: number) => bus.ports.write(PM + offset, value, 2);
  return { bus, sci, seen, power, config, read, write };
}

test("PMBASE moves the registers, and PMREGMISC bit 0 takes them away", () => {
  const { bus, config } = setUp();
  expect(bus.ports.ownerOf(PM)).toBe("piix4pm");
  config(0x40, 0xb001, 4);
  expect([bus.ports.ownerOf(PM), bus.ports.ownerOf(0xb03f)]).toEqual([undefined, "piix4pm"]);
  config(0x80, 0, 1);
  expect(bus.ports.ownerOf(0xb000)).toBeUndefined();
});

test("PMTMR counts 3,579,545 a second in 24 bits", () => {
  const { bus, read } = setUp();
  expect(read(8, 4)).toBe(0);
  bus.wait(SECOND);
  expect(read(8, 4)).toBe(3_579_545);
  bus.wait(4 * SECOND);
  expect(read(8, 4)).toBe(5 * 3_579_545 - 2 ** 24);
});

test("TMROF is set 2.34 s in, when bit 23 changes; with SCI_EN and its enable the SCI is high until it is cleared", () => {
  const { bus, sci, read, write } = setUp();
  write(2, 1);
  write(4, 1);
  bus.wait(2.3 * SECOND);
  expect([read(0, 2), sci.level]).toEqual([0, false]);
  bus.wait(0.1 * SECOND);
  expect([read(0, 2), sci.level]).toEqual([1, true]);
  write(0, 1);
  expect([read(0, 2), sci.level]).toEqual([0, false]);
  bus.wait(2.34 * SECOND);
  expect(sci.level).toBe(true);
});

test("the power button sets its status, an SCI only where it is enabled", () => {
  const { power, sci, read, write } = setUp();
  power.pressPowerButton();
  expect([read(0, 2), sci.level]).toEqual([0x100, false]);
  write(4, 1);
  write(2, 0x100);
  expect(sci.level).toBe(true);
});

test("SUS_EN with SUS_TYP 0 is soft off; SUS_EN reads 0, and other types than 0 and 1 do nothing", () => {
  const { seen, read, write } = setUp();
  write(4, 0x2801);
  expect([seen.off, seen.sleeps, read(4, 2)]).toEqual([0, 0, 0x0801]);
  write(4, 0x2001);
  expect([seen.off, read(4, 2)]).toEqual([1, 0x0001]);
});

test("SUS_TYP 1 sleeps until the clock's alarm, with RTC_EN, or the power button; the reset leaves WAK and why", () => {
  for (const [enable, woken] of [
    [0x400, 0x8400],
    [0, 0x8100],
  ] as const) {
    const { seen, power, config, read, write } = setUp();
    write(2, enable);
    write(4, 0x2400);
    expect([seen.sleeps, seen.off, read(4, 2) & 0x2000]).toEqual([1, 0, 0]);
    power.alarm();
    if (enable === 0) {
      expect(seen.wakes).toBe(0);
      power.pressPowerButton();
    }
    expect(seen.wakes).toBe(1);
    power.alarm();
    expect(seen.wakes).toBe(1);
    for (const status of [woken, 0]) {
      power.pci.reset();
      power.reset();
      config(0x40, PM + 1, 4);
      config(0x80, 1, 1);
      expect(read(0, 2)).toBe(status);
    }
  }
});

test("F1h and F0h at APMC set and clear SCI_EN; DEVACTB bit 25 makes each write an SMI", () => {
  const { power, seen, config, read } = setUp();
  power.apmc(0xf1);
  expect([read(4, 2), seen.smis]).toEqual([1, 0]);
  config(0x58, 0x02000000, 4);
  power.apmc(0xf0);
  expect([read(4, 2), seen.smis]).toEqual([0, 1]);
});

test("a transfer on the SMBus ends with a device error; GPE status is cleared by ones", () => {
  const { bus, config } = setUp();
  config(0x90, 0x701, 4);
  config(0xd2, 9, 1);
  bus.out(0x704, 0xa1);
  bus.out(0x702, 0x48);
  expect([bus.in(0x700), bus.in(0x702), bus.in(0x704)]).toEqual([4, 8, 0xa1]);
  bus.out(0x700, 4);
  expect(bus.in(0x700)).toBe(0);
  bus.out(0xafe2, 0x12);
  bus.out(0xafe3, 0x34);
  expect([bus.ports.read(0xafe0, 2), bus.ports.read(0xafe2, 2)]).toEqual([0, 0x3412]);
});
