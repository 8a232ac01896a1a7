import { describe, expect, test } from "vitest";
import { ApicBus } from "./apicbus.ts";
import { LocalApic } from "./lapic.ts";
import { readApicMsr, writeApicMsr } from "./lapicmsr.ts";
import { REGISTER as R, readPage, readRegister, writePage, writeRegister } from "./lapicregisters.ts";
import { TestBus } from "./testbus.ts";

/** A processor's inputs that remember. */
class Pins {
  intr = false;
  readonly seen: string[] = [];
  interrupt(level: boolean): void {
    this.intr = level;
  }
  nmi(): void {
    this.seen.push("NMI");
  }
  smi(): void {
    this.seen.push("SMI");
  }
  init(): void {
    this.seen.push("INIT");
  }
  startup(vector: number): void {
    this.seen.push(`SIPI ${vector.toString(16)}`);
  }
}

const FEATURES = { x2apic: true, tscDeadline: true, physicalBits: 40 };

/** `count` local APICs on one bus, software-enabled with spurious vector FFh. */
function apics(count = 1) {
  const bus = new TestBus();
  const messages = new ApicBus();
  const ends: number[] = [];
  messages.listeners.push({ endOfInterrupt: (vector) => ends.push(vector) });
  const pins = Array.from({ length: count }, () => new Pins());
  const all = pins.map(
    (processor, id) =>
      new LocalApic(bus, {
        id,
        boots: id === 0,
        messages,
        processor,
        timeStamp: { now: () => BigInt(bus.clock.now) * 10n, perTick: 10 },
        acknowledge8259: () => 0x08,
      }),
  );
  const write = (n: number, offset: number, value: number) => writeRegister(all[n] as LocalApic, offset, value);
  const read = (n: number, offset: number) => readRegister(all[n] as LocalApic, offset);
  for (let n = 0; n < count; n++) write(n, R.SVR, 0x1ff);
  const [apic, pin] = [all[0] as LocalApic, pins[0] as Pins];
  const send = (low: number, destination = 0) => {
    write(0, R.ICR_HIGH, destination << 24);
    write(0, R.ICR, low);
  };
  return { bus, messages, ends, pins, all, apic, pin, write, read, send };
}

const SELF = 0x40000;
const bit = (vector: number) => (1 << (vector & 31)) >>> 0;

test("after reset: version 14h with 6 LVT entries, SVR FF, DFR FFFFFFFF, all LVT entries masked (as QEMU's answers)", () => {
  const bus = new TestBus();
  const options = { id: 3, boots: false, messages: new ApicBus(), processor: new Pins() };
  const time = { timeStamp: { now: () => 0n, perTick: 10 }, acknowledge8259: () => 0 };
  const apic = new LocalApic(bus, { ...options, ...time });
  const values = [R.ID, R.VERSION, R.TPR, R.APR, R.PPR, R.LDR, R.DFR, R.SVR, R.ESR, R.ICR, R.LVT_TIMER, R.LVT_THERMAL];
  expect(values.map((offset) => readRegister(apic, offset))).toEqual([
    0x3000000, 0x50014, 0, 0, 0, 0, 0xffffffff, 0xff, 0, 0, 0x10000, 0x10000,
  ]);
  const more = [R.LVT_PERFORMANCE, R.LVT_LINT0, R.LVT_LINT1, R.LVT_ERROR, R.INITIAL_COUNT, R.CURRENT_COUNT, R.DIVIDE];
  expect(more.map((offset) => readRegister(apic, offset))).toEqual([0x10000, 0x10000, 0x10000, 0x10000, 0, 0, 0]);
});

describe("priorities", () => {
  test("of 31h, 41h and 45h the 45h comes first, 41h of the same class waits for its end, then 31h", () => {
    const { apic, pin, send, write, read } = apics();
    for (const vector of [0x31, 0x45, 0x41]) send(SELF | vector);
    expect([apic.acknowledge(), pin.intr, read(0, R.PPR)]).toEqual([0x45, false, 0x40]);
    write(0, R.EOI, 0);
    expect([pin.intr, apic.acknowledge()]).toEqual([true, 0x41]);
    expect(read(0, R.ISR + 0x20)).toBe(bit(0x41));
    write(0, R.EOI, 0);
    expect(apic.acknowledge()).toBe(0x31);
    write(0, R.EOI, 0);
    expect([read(0, R.PPR), pin.intr]).toEqual([0, false]);
  });

  test("TPR 40h holds 45h back and lets 51h through; PPR and APR follow Intel SDM vol. 3, 11.6.2.4 and 11.8.3.1", () => {
    const { apic, pin, send, write, read } = apics();
    write(0, R.TPR, 0x43);
    send(SELF | 0x45);
    expect([pin.intr, read(0, R.PPR), read(0, R.APR)]).toEqual([false, 0x43, 0x43]);
    send(SELF | 0x51);
    expect([pin.intr, read(0, R.APR), apic.acknowledge(), read(0, R.PPR)]).toEqual([true, 0x50, 0x51, 0x50]);
    write(0, R.TPR, 0);
    expect(pin.intr).toBe(false);
    write(0, R.EOI, 0);
    expect([pin.intr, apic.acknowledge()]).toEqual([true, 0x45]);
  });

  test("an INTA whose request has gone gives the spurious vector, and nothing is in service", () => {
    const { apic, pin, send, write, read } = apics();
    send(SELF | 0x45);
    write(0, R.TPR, 0xf0);
    expect([pin.intr, apic.acknowledge(), read(0, R.ISR + 0x20), read(0, R.IRR + 0x20)]).toEqual([
      false,
      0xff,
      0,
      bit(0x45),
    ]);
  });
});

describe("IPIs", () => {
  test("physical destination 2 reaches APIC 2, FFh all, shorthands self, all, and all others", () => {
    const { pins, send } = apics(4);
    const reached = (low: number, destination: number) => {
      for (const pin of pins) pin.seen.length = 0;
      send(low | 0x400, destination);
      return pins.flatMap((pin, n) => (pin.seen.length > 0 ? [n] : []));
    };
    expect(reached(0, 2)).toEqual([2]);
    expect(reached(0, 0xff)).toEqual([0, 1, 2, 3]);
    expect(reached(0, 9)).toEqual([]);
    expect(reached(0x40000, 2)).toEqual([0]);
    expect(reached(0x80000, 2)).toEqual([0, 1, 2, 3]);
    expect(reached(0xc0000, 2)).toEqual([1, 2, 3]);
  });

  test("logical destinations: flat by any common bit, clusters by number and bit, cluster F all", () => {
    const { pins, send, write } = apics(4);
    const reached = (destination: number) => {
      for (const pin of pins) pin.seen.length = 0;
      send(0x800 | 0x400, destination);
      return pins.flatMap((pin, n) => (pin.seen.length > 0 ? [n] : []));
    };
    for (let n = 0; n < 4; n++) write(n, R.LDR, 1 << (24 + n));
    expect([reached(0x05), reached(0xf0), reached(0xff)]).toEqual([[0, 2], [], [0, 1, 2, 3]]);
    for (let n = 0; n < 4; n++) {
      write(n, R.DFR, 0);
      write(n, R.LDR, (((n >> 1) << 4) | (1 << (n & 1))) << 24);
    }
    expect([reached(0x01), reached(0x13), reached(0xf2), reached(0x23)]).toEqual([[0], [2, 3], [1, 3], []]);
  });

  test("NMI, SMI, INIT and start-up reach a software-disabled APIC; a fixed interrupt does not", () => {
    const { pins, send, write, read } = apics(2);
    write(1, R.SVR, 0xff);
    for (const low of [0x4400, 0x4200, 0xc500, 0x8500, 0x4612, 0x4041]) send(low, 1);
    // 8500h is the INIT level de-assert, which does nothing.
    expect(pins[1]?.seen).toEqual(["NMI", "SMI", "INIT", "SIPI 12"]);
    expect([read(1, R.IRR + 0x20), pins[1]?.intr]).toEqual([0, false]);
  });

  test("lowest priority goes to who has the vector, then to the lowest priority, then to the lowest number", () => {
    const { pins, send, write, read } = apics(3);
    const reached = (vector: number) => {
      send(0x80000 | 0x100 | vector);
      return pins.findIndex((_, n) => (read(n, R.IRR + ((vector >> 5) << 4)) as number) & bit(vector));
    };
    expect(reached(0x61)).toBe(0);
    write(0, R.TPR, 0x80);
    write(1, R.TPR, 0x20);
    expect(reached(0x71)).toBe(2);
    write(2, R.TPR, 0xf0);
    expect(reached(0x71)).toBe(2);
    expect(reached(0x73)).toBe(1);
  });

  test("vector 0Fh is an error of the sender (ESR 20h after a write), and comes as the error interrupt", () => {
    const { apic, read, send, write } = apics();
    write(0, R.LVT_ERROR, 0xe1);
    send(SELF | 0x0f);
    expect(read(0, R.ESR)).toBe(0);
    write(0, R.ESR, 0);
    expect([read(0, R.ESR), apic.acknowledge()]).toEqual([0x20, 0xe1]);
    write(0, R.ESR, 0);
    expect(read(0, R.ESR)).toBe(0);
  });

  test("an access to 040h is ESR bit 7; 32-bit registers only are written, parts can be read", () => {
    const { apic, read, write } = apics();
    readPage(apic, 0xfee00040, 4);
    write(0, R.ESR, 0);
    expect(read(0, R.ESR)).toBe(0x80);
    writePage(apic, 0xfee00080, 0x50, 1);
    writePage(apic, 0xfee00084, 0x60, 4);
    expect([readPage(apic, 0xfee00080, 4), readPage(apic, 0xfee00032, 1), readPage(apic, 0xfee00034, 4)]).toEqual([
      0, 5, 0,
    ]);
  });
});

describe("local interrupts", () => {
  test("virtual wire mode: LINT0 as ExtINT brings the 8259's vector; masked or software-disabled it does not", () => {
    const { apic, pin, write } = apics();
    apic.lint(0).set(true);
    expect(pin.intr).toBe(false);
    write(0, R.LVT_LINT0, 0x700);
    expect([pin.intr, apic.acknowledge()]).toEqual([true, 0x08]);
    write(0, R.SVR, 0xff);
    expect([pin.intr, readRegister(apic, R.LVT_LINT0)]).toEqual([false, 0x10700]);
    write(0, R.LVT_LINT0, 0x700);
    expect(readRegister(apic, R.LVT_LINT0)).toBe(0x10700);
  });

  test("with APIC_BASE's enable bit clear LINT0 is INTR and LINT1 is NMI", () => {
    const { apic, pin } = apics();
    expect(writeApicMsr(apic, 0x1b, 0xfee00100n, FEATURES)).toBe(true);
    apic.lint(0).set(true);
    apic.lint(1).set(true);
    expect([pin.intr, apic.acknowledge(), pin.seen, apic.answers(0xfee00000)]).toEqual([true, 8, ["NMI"], false]);
  });

  test("a level-triggered LINT1 interrupts again after its EOI while the pin is high, and shows remote IRR", () => {
    const { apic, pin, read, write, ends } = apics();
    write(0, R.LVT_LINT1, 0x8052);
    apic.lint(1).set(true);
    expect([read(0, R.LVT_LINT1), apic.acknowledge(), read(0, R.TMR + 0x20)]).toEqual([0xc052, 0x52, bit(0x52)]);
    write(0, R.EOI, 0);
    expect([pin.intr, apic.acknowledge()]).toEqual([true, 0x52]);
    apic.lint(1).set(false);
    write(0, R.EOI, 0);
    expect([pin.intr, read(0, R.LVT_LINT1), ends]).toEqual([false, 0x8052, [0x52, 0x52]]);
  });

  test("a performance counter's interrupt as NMI masks its entry", () => {
    const { apic, pin, read, write } = apics();
    write(0, R.LVT_PERFORMANCE, 0x400);
    apic.raise("performance");
    apic.raise("performance");
    expect([pin.seen, read(0, R.LVT_PERFORMANCE)]).toEqual([["NMI"], 0x10400]);
  });
});

describe("the timer counts at 1 GHz, 5 a tick", () => {
  test("one-shot, divided by 2: 1,000 counts take 400 ticks, and then it stands at 0", () => {
    const { apic, bus, pin, read, write } = apics();
    write(0, R.LVT_TIMER, 0x40);
    write(0, R.INITIAL_COUNT, 1000);
    bus.wait(100);
    expect(read(0, R.CURRENT_COUNT)).toBe(750);
    bus.wait(299);
    expect(pin.intr).toBe(false);
    bus.wait(1);
    expect([pin.intr, apic.acknowledge(), read(0, R.CURRENT_COUNT)]).toEqual([true, 0x40, 0]);
    write(0, R.EOI, 0);
    bus.wait(10_000);
    expect(pin.intr).toBe(false);
  });

  test("periodic, divided by 1: 5,000 counts are 1,000 ticks, again and again", () => {
    const { apic, bus, pin, read, write } = apics();
    write(0, R.DIVIDE, 0xb);
    write(0, R.LVT_TIMER, 0x20041);
    write(0, R.INITIAL_COUNT, 5000);
    let count = 0;
    for (let tick = 0; tick < 10_500; tick += 100) {
      bus.wait(100);
      if (!pin.intr) continue;
      expect(bus.clock.now % 1000).toBe(0);
      expect(apic.acknowledge()).toBe(0x41);
      write(0, R.EOI, 0);
      count++;
    }
    expect([count, read(0, R.CURRENT_COUNT)]).toEqual([10, 2500]);
    write(0, R.INITIAL_COUNT, 0);
    bus.wait(5000);
    expect([pin.intr, read(0, R.CURRENT_COUNT)]).toEqual([false, 0]);
  });

  test("a one-shot count that has run out stays at 0 in periodic mode, until the initial count is written", () => {
    const { bus, pin, read, write } = apics();
    write(0, R.DIVIDE, 0xb);
    write(0, R.LVT_TIMER, 0x10041);
    write(0, R.INITIAL_COUNT, 1000);
    bus.wait(201);
    write(0, R.LVT_TIMER, 0x20041);
    bus.wait(1000);
    expect([pin.intr, read(0, R.CURRENT_COUNT), read(0, R.INITIAL_COUNT)]).toEqual([false, 0, 1000]);
    write(0, R.INITIAL_COUNT, 1000);
    bus.wait(300);
    expect([pin.intr, read(0, R.CURRENT_COUNT)]).toEqual([true, 500]);
  });

  test("a masked timer counts on; unmasked, the next period interrupts", () => {
    const { bus, pin, read, write } = apics();
    write(0, R.DIVIDE, 0xb);
    write(0, R.LVT_TIMER, 0x30041);
    write(0, R.INITIAL_COUNT, 5000);
    bus.wait(2500);
    expect([pin.intr, read(0, R.CURRENT_COUNT)]).toEqual([false, 2500]);
    write(0, R.LVT_TIMER, 0x20041);
    bus.wait(499);
    expect(pin.intr).toBe(false);
    bus.wait(1);
    expect(pin.intr).toBe(true);
  });

  test("a new divisor takes the count that is left: 1,000 by 1 for 100 ticks, then 500 by 16 are 1,600 ticks", () => {
    const { bus, pin, read, write } = apics();
    write(0, R.DIVIDE, 0xb);
    write(0, R.LVT_TIMER, 0x41);
    write(0, R.INITIAL_COUNT, 1000);
    bus.wait(100);
    write(0, R.DIVIDE, 0x3);
    expect(read(0, R.CURRENT_COUNT)).toBe(500);
    bus.wait(1599);
    expect(pin.intr).toBe(false);
    bus.wait(1);
    expect(pin.intr).toBe(true);
  });

  test("TSC deadline 5,005 (10 a tick): at tick 501; the MSR is then 0, counts are 0, other modes ignore it", () => {
    const { apic, bus, pin, read, write } = apics();
    expect(writeApicMsr(apic, 0x6e0, 5005n, FEATURES)).toBe(true);
    expect(readApicMsr(apic, 0x6e0, FEATURES)).toBe(0n);
    write(0, R.LVT_TIMER, 0x40042);
    write(0, R.INITIAL_COUNT, 100);
    expect(read(0, R.INITIAL_COUNT)).toBe(0);
    writeApicMsr(apic, 0x6e0, 5005n, FEATURES);
    expect(readApicMsr(apic, 0x6e0, FEATURES)).toBe(5005n);
    bus.wait(500);
    expect(pin.intr).toBe(false);
    bus.wait(1);
    expect([pin.intr, apic.acknowledge(), readApicMsr(apic, 0x6e0, FEATURES)]).toEqual([true, 0x42, 0n]);
    write(0, R.EOI, 0);
    writeApicMsr(apic, 0x6e0, 1n, FEATURES);
    bus.wait(1);
    expect(pin.intr).toBe(true);
  });
});

describe("x2APIC mode", () => {
  const X2APIC = 0xfee00d00n;

  test("APIC_BASE: xAPIC to x2APIC and disabled is allowed, back to xAPIC and other ways are #GP, so are reserved bits", () => {
    const { apic } = apics();
    const base = (value: bigint) => writeApicMsr(apic, 0x1b, value, FEATURES);
    expect(readApicMsr(apic, 0x1b, FEATURES)).toBe(0xfee00900n);
    expect([base(0xfee00500n), base(0xfee00901n), base(0x1000_fee00900n), base(X2APIC)]).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect([base(0xfee00900n), apic.answers(0xfee00000), readApicMsr(apic, 0x1b, FEATURES)]).toEqual([
      false,
      false,
      X2APIC,
    ]);
    expect([base(0xfee00100n), base(X2APIC), base(0xfee00900n)]).toEqual([true, false, true]);
    expect(writeApicMsr(apic, 0x1b, X2APIC, { ...FEATURES, x2apic: false })).toBe(false);
  });

  test("MSRs 800h on are #GP in xAPIC mode; in x2APIC mode ID and LDR follow the initial ID, ICR has 64 bits", () => {
    const { all, pins } = apics(3);
    const apic = all[2] as LocalApic;
    expect(readApicMsr(apic, 0x802, FEATURES)).toBeUndefined();
    for (const each of all) writeApicMsr(each, 0x1b, 0xfee00c00n, FEATURES);
    const get = (msr: number) => readApicMsr(apic, msr, FEATURES);
    const put = (msr: number, value: bigint) => writeApicMsr(apic, msr, value, FEATURES);
    expect([get(0x802), get(0x803), get(0x80d), get(0x80e), get(0x831), get(0x82f), get(0x840)]).toEqual([
      2n,
      0x50014n,
      4n,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect([put(0x802, 1n), put(0x80d, 1n), put(0x808, 0x100n), put(0x80b, 1n), put(0x83f, 0x100n)]).toEqual(
      Array(5).fill(false),
    );
    expect([put(0x80b, 0n), put(0x828, 0n), put(0x808, 0x20n), put(0x80f, 0x1ffn)]).toEqual([true, true, true, true]);
    expect(put(0x830, (1n << 32n) | 0x400n)).toBe(true);
    expect(put(0x830, (3n << 32n) | 0xc00n)).toBe(true);
    expect(put(0x830, (0xffffffffn << 32n) | 0x400n)).toBe(true);
    expect(pins.map((pin) => pin.seen.length)).toEqual([2, 3, 1]);
    put(0x83f, 0x55n);
    expect([get(0x822), pins[2]?.intr]).toEqual([BigInt(bit(0x55)), true]);
  });
});

test("INIT clears all but the ID and APIC_BASE; it stops the timer", () => {
  const { bus, pin, read, send, write } = apics();
  write(0, R.ID, 0x5000000);
  write(0, R.LVT_TIMER, 0x41);
  write(0, R.INITIAL_COUNT, 1000);
  send(SELF | 0x61);
  send(0xc500, 5);
  bus.wait(10_000);
  expect([pin.seen, pin.intr, read(0, R.SVR), read(0, R.LVT_TIMER), read(0, R.ID)]).toEqual([
    ["INIT"],
    false,
    0xff,
    0x10000,
    0x5000000,
  ]);
});

test("100,000 random writes to every register never throw, and the state stays numbers of 32 bits", () => {
  const { all, bus } = apics(2);
  let seed = 12345;
  const random = () => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return seed;
  };
  for (let i = 0; i < 100_000; i++) {
    const apic = all[random() & 1] as LocalApic;
    const value = random() ^ (random() << 16);
    if (random() & 0x100) writePage(apic, 0xfee00000 + (random() & 0xff0), value >>> 0, 4);
    else
      writeApicMsr(
        apic,
        [0x1b, 0x6e0, 0x800 + (random() & 0xff)][random() % 3] as number,
        BigInt(value >>> 0) << BigInt(random() & 31),
        FEATURES,
      );
    readPage(apic, 0xfee00000 + (random() & 0xfff), 1);
    if (i % 16 === 0) bus.wait(random() & 0xff);
    apic.acknowledge();
  }
  for (const apic of all) {
    for (const value of Object.values(apic.state)) if (typeof value === "number") expect(value >= 0).toBe(true);
  }
});
