import { expect, test } from "vitest";
import { Ns16550 } from "./ns16550.ts";
import { Probe, TestBus } from "./testbus.ts";

/** COM1 at 115,200 baud, 8 data bits, no parity, 1 stop bit: a character is 17,361 ticks. */
const CHARACTER = 17361;

function uart(overrun = false, hasty = false) {
  const bus = new TestBus();
  const irq = new Probe();
  const sent: string[] = [];
  const breaks: boolean[] = [];
  const com = new Ns16550(bus, {
    name: "ns16550.0",
    base: 0x3f8,
    irq,
    send: (byte) => sent.push(`${bus.clock.now}:${String.fromCharCode(byte)}`),
    sendBreak: (active) => breaks.push(active),
    overrun,
    hasty,
  });
  bus.out(0x3fb, 0x83);
  bus.out(0x3f8, 1);
  bus.out(0x3f9, 0);
  bus.out(0x3fb, 0x03);
  return { bus, irq, com, sent, breaks };
}

test("after reset: IIR 0x01, LSR 0x60, MSR 0xB0, LCR, MCR, IER 0", () => {
  const { bus, com } = uart();
  com.reset();
  expect([1, 2, 3, 4, 5, 6].map((r) => bus.in(0x3f8 + r))).toEqual([0, 1, 0, 0, 0x60, 0xb0]);
});

test("a character leaves after 10 bits of time; THRE comes at once, TEMT with its end", () => {
  const { bus, sent } = uart();
  bus.out(0x3f8, 0x41);
  expect(bus.in(0x3fd)).toBe(0x20);
  bus.out(0x3f8, 0x42);
  expect(bus.in(0x3fd)).toBe(0x00);
  bus.wait(CHARACTER);
  expect(bus.in(0x3fd)).toBe(0x20);
  bus.wait(CHARACTER);
  expect(bus.in(0x3fd)).toBe(0x60);
  expect(sent).toEqual([`${CHARACTER}:A`, `${2 * CHARACTER}:B`]);
});

test("the frame's length counts: 7E2 at 300 baud is 11 bits", () => {
  const { bus, sent } = uart();
  bus.out(0x3fb, 0x83);
  bus.out(0x3f8, 0x80);
  bus.out(0x3f9, 0x01);
  bus.out(0x3fb, 0x1e);
  bus.out(0x3f8, 0xc1);
  bus.wait(Math.floor((11 * 200_000_000) / 300) - 1);
  expect(sent).toEqual([]);
  bus.wait(1);
  expect(sent).toEqual([`${Math.floor((11 * 200_000_000) / 300)}:A`]);
});

test("a hasty transmitter takes 200 ticks and sends 8 bits where the frame has 5", () => {
  for (const [hasty, expected] of [
    [true, "200:A"],
    [false, "12152:\x01"],
  ] as const) {
    const { bus, sent } = uart(false, hasty);
    bus.out(0x3fb, 0);
    bus.out(0x3f8, 0x41);
    bus.wait(20_000);
    expect(sent).toEqual([expected]);
  }
});

test("THRE interrupts when it is enabled, and again after each write; reading IIR ends it", () => {
  const { bus, irq } = uart();
  bus.out(0x3f9, 0x02);
  expect(irq.level).toBe(true);
  expect(bus.in(0x3fa)).toBe(0x02);
  expect(irq.level).toBe(false);
  expect(bus.in(0x3fa)).toBe(0x01);
  bus.out(0x3f8, 0x41, 0x42);
  expect(irq.level).toBe(false);
  bus.wait(CHARACTER);
  expect(bus.in(0x3fa)).toBe(0x02);
});

test("a received character: DR and RDA until RBR is read; the next waits for it", () => {
  const { bus, irq, com } = uart();
  bus.out(0x3f9, 0x01);
  com.receive(0x61);
  com.receive(0x62);
  bus.wait(CHARACTER - 1);
  expect(irq.level).toBe(false);
  bus.wait(1);
  expect([irq.level, bus.in(0x3fa), bus.in(0x3fd)]).toEqual([true, 0x04, 0x61]);
  bus.wait(10 * CHARACTER);
  expect(bus.in(0x3f8)).toBe(0x61);
  expect(bus.in(0x3fd)).toBe(0x60);
  bus.wait(CHARACTER);
  expect(bus.in(0x3f8)).toBe(0x62);
  expect(bus.in(0x3f8)).toBe(0);
});

test("a far end that does not wait overruns: OE, and RBR holds the newer character", () => {
  const { bus, com } = uart(true);
  bus.out(0x3f9, 0x05);
  for (const c of [0x61, 0x62]) com.receive(c);
  bus.wait(2 * CHARACTER);
  expect(bus.in(0x3fa)).toBe(0x06);
  expect(bus.in(0x3fd)).toBe(0x63);
  expect(bus.in(0x3fd)).toBe(0x61);
  expect(bus.in(0x3f8)).toBe(0x62);
});

test("FIFO, trigger 8: no interrupt at 7 characters but the time-out after 4 more; 0xCC then 0xC1", () => {
  const { bus, irq, com } = uart();
  bus.out(0x3fa, 0x81);
  bus.out(0x3f9, 0x01);
  for (let i = 0; i < 7; i++) com.receive(0x30 + i);
  bus.wait(7 * CHARACTER);
  expect(irq.level).toBe(false);
  bus.wait(4 * CHARACTER);
  expect(bus.in(0x3fa)).toBe(0xcc);
  expect(bus.in(0x3f8)).toBe(0x30);
  expect(bus.in(0x3fa)).toBe(0xc1);
  com.receive(0x37);
  com.receive(0x38);
  bus.wait(2 * CHARACTER);
  expect(bus.in(0x3fa)).toBe(0xc4);
});

test("a FIFO overrun keeps the first 16 characters", () => {
  const { bus, com } = uart(true);
  bus.out(0x3fa, 0x01);
  for (let i = 0; i < 18; i++) com.receive(i);
  bus.wait(18 * CHARACTER);
  expect(bus.in(0x3fd)).toBe(0x63);
  expect(Array.from({ length: 17 }, () => bus.in(0x3f8))).toEqual([...Array(16).keys(), 0]);
});

test("a break in the FIFO sets LSR bit 7 at once and BI when it comes to the top", () => {
  const { bus, com } = uart();
  bus.out(0x3fa, 0x01);
  com.receive(0x41);
  com.receiveBreak();
  bus.wait(2 * CHARACTER);
  expect(bus.in(0x3fd)).toBe(0xe1);
  expect(bus.in(0x3f8)).toBe(0x41);
  expect(bus.in(0x3fd)).toBe(0xf1);
  expect(bus.in(0x3fd)).toBe(0x61);
});

test("the transmitter FIFO takes 16 and interrupts when it is empty", () => {
  const { bus, irq, sent } = uart();
  bus.out(0x3fa, 0x01);
  bus.out(0x3f9, 0x02);
  bus.in(0x3fa);
  for (let i = 0; i < 17; i++) bus.out(0x3f8, 0x41 + i);
  expect([irq.level, bus.in(0x3fd)]).toEqual([false, 0x00]);
  bus.wait(16 * CHARACTER);
  expect([irq.level, bus.in(0x3fd)]).toEqual([true, 0x20]);
  bus.wait(CHARACTER);
  expect(sent.length).toBe(17);
});

test("loopback: the character comes back, RTS DTR OUT1 OUT2 are CTS DSR RI DCD, nothing is sent", () => {
  const { bus, com, sent } = uart();
  bus.out(0x3fc, 0x1a);
  expect(bus.in(0x3fe) & 0xf0).toBe(0x90);
  com.receive(0x55);
  bus.out(0x3f8, 0x7e);
  bus.wait(CHARACTER);
  expect(bus.in(0x3f8)).toBe(0x7e);
  expect(sent).toEqual([]);
  bus.out(0x3fc, 0x0b);
  bus.wait(CHARACTER);
  expect(bus.in(0x3f8)).toBe(0x55);
});

test("MSR reports changes once, the ring indicator only at its end", () => {
  const { bus, irq, com } = uart();
  bus.out(0x3f9, 0x08);
  com.setModem({ cts: false, ri: true });
  expect([irq.level, bus.in(0x3fa), bus.in(0x3fe)]).toEqual([true, 0x00, 0xe1]);
  expect([irq.level, bus.in(0x3fe)]).toEqual([false, 0xe0]);
  com.setModem({ ri: false });
  expect(bus.in(0x3fe)).toBe(0xa4);
});

test("LCR bit 6 is a break on the line, SCR a byte of memory, the divisor latch reads back", () => {
  const { bus, breaks, com } = uart();
  bus.out(0x3fb, 0x43, 0x03);
  expect(breaks).toEqual([true, false]);
  bus.out(0x3ff, 0xa5);
  expect(bus.in(0x3ff)).toBe(0xa5);
  bus.out(0x3fb, 0x83);
  expect([bus.in(0x3f8), bus.in(0x3f9), com.baud()]).toEqual([1, 0, 115200]);
});
