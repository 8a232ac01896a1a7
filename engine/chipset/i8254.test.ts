import { expect, test } from "vitest";
import { Frequency } from "./frequency.ts";
import { I8254, PIT_HZ } from "./i8254.ts";
import { Port61 } from "./port61.ts";
import { Probe, TestBus } from "./testbus.ts";

const crystal = new Frequency(PIT_HZ, 200_000_000);

/** A timer whose counter 2 is under test; `cycles(n)` gives what it holds and its OUT for the next n cycles. */
function timer() {
  const bus = new TestBus();
  bus.clock.advance(crystal.tickOf(1000));
  const out0 = new Probe();
  const out2 = new Probe();
  const pit = new I8254(bus, { outputs: [out0, undefined, out2] });
  const port61 = new Port61(bus, pit);
  const step = () => bus.clock.advance(crystal.tickOf(crystal.cyclesAt(bus.clock.now) + 1));
  const cycles = (n: number) => {
    const seen: string[] = [];
    for (let i = 0; i < n; i++) {
      step();
      bus.out(0x43, 0x80);
      seen.push(`${bus.in(0x42).toString(16)}${out2.level ? "+" : "-"}`);
      expect(out2.level).toBe(pit.output(2));
    }
    return seen.join(" ");
  };
  return { bus, pit, port61, out0, out2, step, cycles };
}

// The figures of the data sheet's "Mode Definitions": one column a cycle, + and - for OUT.

test("mode 0, LSB 4: OUT rises 5 cycles after the write, and CE goes on to 0xFF", () => {
  const t = timer();
  t.bus.out(0x61, 1);
  t.bus.out(0x43, 0x90);
  t.bus.out(0x42, 4);
  expect(t.cycles(7)).toBe("4- 3- 2- 1- 0+ ff+ fe+");
});

test("mode 0, LSB 3 with the gate low for 2 cycles counts 2 cycles later", () => {
  const t = timer();
  t.bus.out(0x61, 1);
  t.bus.out(0x43, 0x90);
  t.bus.out(0x42, 3);
  expect(t.cycles(2)).toBe("3- 2-");
  t.bus.out(0x61, 0);
  expect(t.cycles(2)).toBe("2- 2-");
  t.bus.out(0x61, 1);
  expect(t.cycles(3)).toBe("1- 0+ ff+");
});

test("mode 1, LSB 3: a gate edge gives a pulse of 3 cycles, a second one makes it longer", () => {
  const t = timer();
  t.bus.out(0x43, 0x92);
  t.bus.out(0x42, 3);
  t.step();
  expect(t.out2.level).toBe(true);
  t.bus.out(0x61, 1);
  expect(t.cycles(5)).toBe("3- 2- 1- 0+ ff+");
  t.bus.out(0x61, 0, 1);
  expect(t.cycles(2)).toBe("3- 2-");
  t.bus.out(0x61, 0, 1);
  expect(t.cycles(4)).toBe("3- 2- 1- 0+");
});

test("mode 2, LSB 3: OUT is low while CE is 1; a new count waits for the end of the period", () => {
  const t = timer();
  t.bus.out(0x61, 1);
  t.bus.out(0x43, 0x94);
  t.bus.out(0x42, 3);
  expect(t.cycles(5)).toBe("3+ 2+ 1- 3+ 2+");
  t.bus.out(0x42, 4);
  expect(t.cycles(6)).toBe("1- 4+ 3+ 2+ 1- 4+");
  t.bus.out(0x61, 0);
  expect(t.cycles(2)).toBe("4+ 4+");
  t.bus.out(0x61, 1);
  expect(t.cycles(2)).toBe("4+ 3+");
});

test("mode 3, LSB 4 and 5: halves of 2 and 2, of 3 and 2 cycles", () => {
  const even = timer();
  even.bus.out(0x61, 1);
  even.bus.out(0x43, 0x96);
  even.bus.out(0x42, 4);
  expect(even.cycles(6)).toBe("4+ 2+ 4- 2- 4+ 2+");
  const odd = timer();
  odd.bus.out(0x61, 1);
  odd.bus.out(0x43, 0x96);
  odd.bus.out(0x42, 5);
  expect(odd.cycles(8)).toBe("4+ 2+ 0+ 4- 2- 4+ 2+ 0+");
  odd.bus.out(0x61, 0);
  expect(odd.out2.level).toBe(true);
});

test("mode 4, LSB 3: OUT is low for the one cycle in which CE is 0", () => {
  const t = timer();
  t.bus.out(0x61, 1);
  t.bus.out(0x43, 0x98);
  t.bus.out(0x42, 3);
  expect(t.cycles(6)).toBe("3+ 2+ 1+ 0- ff+ fe+");
});

test("mode 5, LSB 3: the same after a gate edge", () => {
  const t = timer();
  t.bus.out(0x43, 0x9a);
  t.bus.out(0x42, 3);
  t.bus.out(0x61, 1);
  expect(t.cycles(6)).toBe("3+ 2+ 1+ 0- ff+ fe+");
});

test("BCD: 0x1000 counts to 0x0999, and 0 is 10,000", () => {
  const t = timer();
  t.bus.out(0x61, 1);
  t.bus.out(0x43, 0xb1);
  t.bus.out(0x42, 0x00, 0x10);
  t.step();
  t.step();
  expect([t.bus.in(0x42), t.bus.in(0x42)]).toEqual([0x99, 0x09]);
  expect(t.pit.describe(2).count).toBe(1000);
  t.bus.out(0x42, 0, 0);
  expect(t.pit.describe(2).count).toBe(10000);
});

test("a latched count stays, a second latch is ignored, and both bytes end it", () => {
  const t = timer();
  t.bus.out(0x61, 1);
  t.bus.out(0x43, 0xb4);
  t.bus.out(0x42, 0x34, 0x12);
  t.step();
  t.bus.out(0x43, 0x80);
  t.step();
  t.bus.out(0x43, 0x80);
  expect([t.bus.in(0x42), t.bus.in(0x42)]).toEqual([0x34, 0x12]);
  expect([t.bus.in(0x42), t.bus.in(0x42)]).toEqual([0x33, 0x12]);
});

test("read-back gives status first: OUT, null count until the load, the control word's six bits", () => {
  const t = timer();
  t.bus.out(0x61, 1);
  t.bus.out(0x43, 0xb4);
  t.bus.out(0x43, 0xe8);
  expect(t.bus.in(0x42)).toBe(0x80 | 0x40 | 0x34);
  t.bus.out(0x42, 7, 0);
  t.bus.out(0x43, 0xe8);
  expect(t.bus.in(0x42)).toBe(0x80 | 0x40 | 0x34);
  t.step();
  t.bus.out(0x43, 0xc8);
  expect([t.bus.in(0x42), t.bus.in(0x42), t.bus.in(0x42)]).toEqual([0x80 | 0x34, 7, 0]);
});

test("mode 0 stops between the two bytes of a count", () => {
  const t = timer();
  t.bus.out(0x61, 1);
  t.bus.out(0x43, 0xb0);
  t.bus.out(0x42, 9, 0);
  t.step();
  t.step();
  t.bus.out(0x42, 5);
  t.step();
  t.step();
  expect([t.bus.in(0x42), t.bus.in(0x42)]).toEqual([8, 0]);
  t.bus.out(0x42, 0);
  t.step();
  expect([t.bus.in(0x42), t.bus.in(0x42)]).toEqual([5, 0]);
});

test("counter 0 at 11,932 rises 1,000 times in 10 s, as 1,193,182 / 11,932 says", () => {
  const t = timer();
  t.bus.out(0x43, 0x34);
  t.bus.out(0x40, 11932 & 0xff, 11932 >> 8);
  t.out0.rises = 0;
  t.bus.wait(10 * 200_000_000);
  expect(t.out0.rises).toBe(Math.floor((10 * PIT_HZ - 1) / 11932));
});

test("port 61h: bit 4 toggles each 18 cycles, bit 5 is OUT 2, the low nibble reads back", () => {
  const t = timer();
  t.bus.out(0x61, 0xfe);
  expect(t.bus.in(0x61) & 0x0f).toBe(0x0e);
  let toggles = 0;
  let last = t.bus.in(0x61) & 0x10;
  for (let i = 0; i < 181; i++) {
    t.step();
    const bit = t.bus.in(0x61) & 0x10;
    if (bit !== last) toggles++;
    last = bit;
  }
  expect(toggles).toBe(10);
  t.bus.out(0x43, 0xb0);
  expect(t.bus.in(0x61) & 0x20).toBe(0);
  t.bus.out(0x43, 0xb6);
  expect(t.bus.in(0x61) & 0x20).toBe(0x20);
  t.bus.out(0x42, 0xa9, 0x04);
  t.bus.out(0x61, 3);
  expect(t.port61.toneHz()).toBeCloseTo(1000.15, 2);
});
