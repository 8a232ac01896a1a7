import { expect, test } from "vitest";
import { pcCmos } from "./cmos.ts";
import { Mc146818 } from "./mc146818.ts";
import { Probe, TestBus } from "./testbus.ts";

const SECOND = 200_000_000;

function rtc(date = "2026-02-28T23:59:58Z") {
  const bus = new TestBus();
  const irq = new Probe();
  const nmiMask = new Probe();
  const part = new Mc146818(bus, { irq, nmiMask, unixSeconds: Date.parse(date) / 1000 });
  const read = (index: number) => {
    bus.out(0x70, index);
    return bus.in(0x71);
  };
  const write = (index: number, value: number) => {
    bus.out(0x70, index);
    bus.out(0x71, value);
  };
  /** Year month day, day of week, hours minutes seconds: as hexadecimal digits. */
  const time = () => [0x32, 9, 8, 7, 6, 4, 2, 0].map((i) => read(i).toString(16).padStart(2, "0")).join(" ");
  return { bus, irq, nmiMask, part, read, write, time };
}

test("BCD, 24 hours: Saturday 2026-02-28 23:59:58 and two seconds later Sunday 2026-03-01", () => {
  const { bus, time } = rtc();
  expect(time()).toBe("20 26 02 28 07 23 59 58");
  bus.wait(2 * SECOND);
  expect(time()).toBe("20 26 03 01 01 00 00 00");
});

test("leap years and the century: 2028-02-29 exists, 2099 goes to 2100", () => {
  const leap = rtc("2028-02-28T23:59:59Z");
  leap.bus.wait(SECOND);
  expect(leap.time()).toBe("20 28 02 29 03 00 00 00");
  const century = rtc("2099-12-31T23:59:59Z");
  century.bus.wait(SECOND);
  expect(century.time()).toBe("21 00 01 01 06 00 00 00");
});

test("binary and 12 hours: 12 AM is 12, 1 PM is 0x81, and 11:59:59 PM goes to 12 AM", () => {
  const { bus, read, write } = rtc();
  write(11, 0x84);
  for (const [index, value] of [
    [0, 59],
    [2, 59],
    [4, 0x8b],
  ]) {
    write(index, value);
  }
  write(11, 0x04);
  bus.wait(SECOND);
  expect([read(4), read(2), read(0)]).toEqual([12, 0, 0]);
  write(4, 0x8c);
  bus.wait(3600 * SECOND);
  expect(read(4)).toBe(0x81);
});

test("UIP is up for the last 2,228 microseconds of a second, and never with SET", () => {
  const { bus, read, write } = rtc();
  bus.wait(SECOND - 445_601);
  expect(read(10)).toBe(0x26);
  bus.wait(1);
  expect(read(10)).toBe(0xa6);
  write(11, 0x82);
  expect(read(10)).toBe(0x26);
});

test("SET holds the time; out of divider reset the next update is half a second away", () => {
  const { bus, read, write } = rtc();
  write(11, 0x82);
  bus.wait(5 * SECOND);
  expect(read(0)).toBe(0x58);
  write(10, 0x76);
  write(11, 0x02);
  bus.wait(3 * SECOND);
  write(10, 0x26);
  bus.wait(SECOND / 2 - 1);
  expect(read(0)).toBe(0x58);
  bus.wait(1);
  expect(read(0)).toBe(0x59);
});

test("the update interrupt: IRQ 8 until C is read, which gives 0x90 and then 0", () => {
  const { bus, irq, read, write } = rtc();
  write(11, 0x12);
  bus.wait(SECOND);
  expect(irq.level).toBe(true);
  expect(read(12) & 0x90).toBe(0x90);
  expect(irq.level).toBe(false);
  expect(read(12)).toBe(0x00);
});

test("the alarm at 23:59:59, and with don't-care codes every second", () => {
  const { bus, irq, read, write } = rtc();
  write(1, 0x59);
  write(3, 0x59);
  write(5, 0x23);
  write(11, 0x22);
  bus.wait(SECOND);
  expect(read(12) & 0xa0).toBe(0xa0);
  bus.wait(2 * SECOND);
  expect(irq.level).toBe(false);
  for (const index of [1, 3, 5]) write(index, 0xff);
  bus.wait(SECOND);
  expect(irq.level).toBe(true);
});

test("rate 6 interrupts 1,024 times a second where C is read each time", () => {
  const { bus, irq, read, write } = rtc();
  write(11, 0x42);
  let count = 0;
  const end = bus.clock.now + SECOND;
  while (bus.clock.nextDeadline <= end) {
    bus.clock.advance(bus.clock.nextDeadline);
    if (!irq.level) continue;
    count++;
    expect(read(12) & 0xc0).toBe(0xc0);
  }
  expect(count).toBe(1024);
});

test("PF comes without PIE, and enabling PIE then interrupts at once", () => {
  const { bus, irq, read, write } = rtc();
  read(12);
  bus.wait(SECOND / 1024 + 1);
  write(11, 0x42);
  expect(irq.level).toBe(true);
  write(10, 0x2f);
  read(12);
  bus.wait(SECOND / 4);
  expect(read(12) & 0x40).toBe(0);
  bus.wait(SECOND / 2);
  expect(read(12) & 0x40).toBe(0x40);
});

test("daylight saving: April's last Sunday skips 2:00, October's repeats 1:00 once", () => {
  const spring = rtc("2026-04-26T01:59:59Z");
  spring.write(11, 0x03);
  spring.bus.wait(SECOND);
  expect(spring.time()).toBe("20 26 04 26 01 03 00 00");
  const autumn = rtc("2026-10-25T01:59:59Z");
  autumn.write(11, 0x03);
  autumn.bus.wait(SECOND);
  expect(autumn.time()).toBe("20 26 10 25 01 01 00 00");
  autumn.bus.wait(3600 * SECOND);
  expect(autumn.time()).toBe("20 26 10 25 01 02 00 00");
});

test("port 0x70 reads 0xFF, its bit 7 masks NMI, C and D cannot be written, D is 0x80", () => {
  const { bus, nmiMask, read, write } = rtc();
  bus.out(0x70, 0x8f);
  expect([nmiMask.level, bus.in(0x70)]).toEqual([true, 0xff]);
  write(13, 0);
  expect([nmiMask.level, read(13)]).toEqual([false, 0x80]);
  write(0x0f, 0x5a);
  expect(read(0x0f)).toBe(0x5a);
});

test("a reset keeps time and memory and clears PIE, AIE, UIE", () => {
  const { part, read, write } = rtc();
  write(0x40, 0x77);
  write(11, 0x72);
  part.reset();
  expect([read(11), read(0x40), read(0)]).toEqual([0x02, 0x77, 0x58]);
});

test("CMOS of QEMU's pc with a disk of 8 MiB and one of 1 GiB: types 47, 16 heads of 63 sectors, translation of the second", () => {
  // As above, of qemu-system-i386 -hda … -hdd ….
  const bytes = new Map(pcCmos({ memoryBytes: 64 << 20, disks: [16384, undefined, undefined, 2097152] }));
  const hex = (indices: number[]) => indices.map((i) => bytes.get(i)?.toString(16)).join(" ");
  expect(hex([0x12, 0x19, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x21, 0x22, 0x23])).toBe(
    "f0 2f 10 0 10 ff ff c8 10 0 3f",
  );
  expect(hex([0x39, 0x1a, 0x24])).toBe("40  ");
});

test("CMOS of QEMU's pc with 64 MiB, one 1.44M floppy, boot order ac", () => {
  // Read from qemu-system-i386 -m 64 -fda … -boot order=ac -S with its monitor's `o` and `i`.
  const bytes = new Map(pcCmos({ memoryBytes: 64 << 20, floppies: ["1.44M"], bootOrder: "ac", mouse: true }));
  const hex = (indices: number[]) => indices.map((i) => bytes.get(i)?.toString(16)).join(" ");
  expect(hex([0x10, 0x14, 0x15, 0x16, 0x17, 0x18])).toBe("40 7 80 2 0 fc");
  expect(hex([0x30, 0x31, 0x34, 0x35, 0x38, 0x3d, 0x5b, 0x5c, 0x5d, 0x5f])).toBe("0 fc 0 3 0 21 0 0 0 0");
});
