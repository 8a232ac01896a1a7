import { expect, test } from "vitest";
import { floppyFormat } from "./floppydisk.ts";
import { DmaPages, I8237 } from "./i8237.ts";
import { I82077 } from "./i82077.ts";
import { Probe, TestBus } from "./testbus.ts";

const MILLISECOND = 200_000;

/** An image whose sector n is filled with n + 1. */
function image(bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, i) => (i >> 9) + 1);
}

function controller(bytes = 1474560) {
  const bus = new TestBus();
  const pages = new DmaPages(bus);
  const first = new I8237(bus, { name: "i8237.0", base: 0x00, stride: 1, page: (n) => pages.page(n) });
  const second = new I8237(bus, { name: "i8237.1", base: 0xc0, stride: 2, page: (n) => pages.page(n + 4) });
  second.cascade(first);
  bus.out(0xd6, 0xc0);
  bus.out(0xd4, 0x00);
  const irq = new Probe();
  const images = new Map([["disk", image(bytes)]]);
  const fdc = new I82077(bus, { irq, dma: first.channel(2), image: (name) => images.get(name) });
  fdc.insert(0, "disk");
  /** Sends a command and gives its result bytes as hexadecimal. */
  const command = (...values: number[]) => {
    for (const value of values) {
      expect(bus.in(0x3f4) & 0xc0).toBe(0x80);
      bus.out(0x3f5, value);
    }
    bus.wait(50 * MILLISECOND);
    return results();
  };
  const results = () => {
    const seen: string[] = [];
    while ((bus.in(0x3f4) & 0xd0) === 0xd0) seen.push(bus.in(0x3f5).toString(16).padStart(2, "0"));
    return seen.join(" ");
  };
  const dma = (mode: number, address: number, bytes: number) => {
    bus.out(0x0a, 0x06);
    bus.out(0x0c, 0);
    bus.out(0x0b, mode);
    bus.out(0x04, address & 0xff, address >> 8);
    bus.out(0x05, (bytes - 1) & 0xff, (bytes - 1) >> 8);
    bus.out(0x0a, 0x02);
  };
  /** Out of reset with drive 0's motor on, 500 kbit/s, at track 0. */
  const start = () => {
    bus.out(0x3f2, 0x1c);
    bus.wait(MILLISECOND);
    for (let n = 0; n < 4; n++) expect(command(0x08)).toBe(`c${n} 00`);
    bus.out(0x3f7, 0x00);
    command(0x03, 0xdf, 0x02);
    command(0x07, 0x00);
    expect(command(0x08)).toBe("20 00");
  };
  return { bus, fdc, irq, command, results, dma, start };
}

test("a reset interrupts once; four SENSE INTERRUPTs report the drives, the fifth is invalid", () => {
  const { bus, irq, command } = controller();
  expect(bus.in(0x3f4)).toBe(0);
  bus.out(0x3f2, 0x0c);
  expect(irq.level).toBe(false);
  bus.wait(MILLISECOND);
  expect([irq.level, bus.in(0x3f4)]).toEqual([true, 0x80]);
  expect([1, 2, 3, 4, 5].map(() => command(0x08))).toEqual(["c0 00", "c1 00", "c2 00", "c3 00", "80"]);
  expect([irq.level, irq.rises]).toEqual([false, 1]);
  bus.out(0x3f4, 0x80);
  bus.wait(MILLISECOND);
  expect(irq.rises).toBe(2);
});

test("VERSION 0x90, LOCK, DUMPREG, SENSE DRIVE, an invalid command 0x80", () => {
  const { command, start } = controller();
  start();
  expect(command(0x10)).toBe("90");
  expect(command(0x13, 0x00, 0x57, 0x12)).toBe("");
  expect(command(0x94)).toBe("10");
  expect(command(0x12, 0x8c)).toBe("");
  expect(command(0x0e)).toBe("00 00 00 00 df 02 00 8c 57 12");
  expect(command(0x04, 0x04)).toBe("3c");
  expect(command(0x11)).toBe("80");
  expect(command(0x1f)).toBe("80");
});

test("SEEK reports seek end and the cylinder; MSR shows the drive meanwhile; a step clears the change line", () => {
  const { bus, command, start } = controller();
  expect(bus.in(0x3f7)).toBe(0x80);
  start();
  expect(bus.in(0x3f7)).toBe(0x00);
  for (const value of [0x0f, 0x04, 0x28]) bus.out(0x3f5, value);
  expect(bus.in(0x3f4)).toBe(0x81);
  bus.wait(10 * MILLISECOND);
  expect([bus.in(0x3f4), command(0x08)]).toEqual([0x80, "20 28"]);
  expect(command(0x04, 0x00)).toBe("28");
  command(0xcf, 0x00, 0x02);
  expect(command(0x08)).toBe("20 2a");
  command(0x8f, 0x00, 0x2a);
  expect(command(0x08)).toBe("20 00");
});

test("RECALIBRATE from cylinder 83 stops after 79 steps with equipment check", () => {
  const { command, start } = controller();
  start();
  command(0x0f, 0x00, 83);
  command(0x08);
  command(0x07, 0x00);
  expect(command(0x08)).toBe("70 00");
  command(0x07, 0x00);
  expect(command(0x08)).toBe("20 00");
});

test("READ DATA by DMA: sector 1 with TC gives C 0, H 0, R 2", () => {
  const { bus, irq, command, dma, start } = controller();
  start();
  dma(0x46, 0x1000, 512);
  for (const value of [0xe6, 0, 0, 0, 1, 2, 18, 0x1b, 0xff]) bus.out(0x3f5, value);
  expect(bus.in(0x3f4)).toBe(0x10);
  bus.wait(MILLISECOND);
  expect(irq.level).toBe(true);
  expect(command()).toBe("00 00 00 00 00 02 02");
  expect(irq.level).toBe(false);
  expect([bus.ram[0x1000], bus.ram[0x11ff], bus.ram[0x1200]]).toEqual([1, 1, 0]);
});

test("multi-track: 36 sectors end at C 1, H 0, R 1; 19 sectors at H 1, R 2", () => {
  const { bus, command, dma, start } = controller();
  start();
  dma(0x46, 0x0000, 36 * 512);
  expect(command(0xe6, 0, 0, 0, 1, 2, 18, 0x1b, 0xff)).toBe("00 00 00 01 00 01 02");
  expect([bus.ram[0], bus.ram[18 * 512], bus.ram[35 * 512 + 511]]).toEqual([1, 19, 36]);
  dma(0x46, 0x0000, 19 * 512);
  expect(command(0xe6, 0, 0, 0, 1, 2, 18, 0x1b, 0xff)).toBe("04 00 00 00 01 02 02");
});

test("without TC at EOT: abnormal, EN", () => {
  const { command, dma, start } = controller();
  start();
  dma(0x46, 0x0000, 4 * 512);
  expect(command(0x66, 0, 0, 0, 17, 2, 18, 0x1b, 0xff)).toBe("40 80 00 01 00 01 02");
});

test("a wrong cylinder is ND and WC, a wrong head, sector 19 or N = 3 is ND, a wrong rate is MA", () => {
  const { bus, command, dma, start } = controller();
  start();
  dma(0x46, 0, 512);
  expect(command(0xe6, 0, 5, 0, 1, 2, 18, 0x1b, 0xff)).toBe("40 04 10 05 00 01 02");
  expect(command(0xe6, 0, 0, 1, 1, 2, 18, 0x1b, 0xff)).toBe("40 04 00 00 01 01 02");
  expect(command(0xe6, 0, 0, 0, 19, 2, 19, 0x1b, 0xff)).toBe("40 04 00 00 00 13 02");
  expect(command(0xe6, 0, 0, 0, 1, 3, 18, 0x1b, 0xff)).toBe("40 04 00 00 00 01 03");
  bus.out(0x3f7, 0x02);
  expect(command(0xe6, 0, 0, 0, 1, 2, 18, 0x1b, 0xff)).toBe("40 01 00 00 00 01 02");
});

test("WRITE DATA keeps the image and gives the new contents; protected it is NW", () => {
  const { bus, fdc, command, dma, start } = controller();
  start();
  bus.ram.fill(0xab, 0x2000, 0x2200);
  dma(0x4a, 0x2000, 512);
  command(0x0f, 0x04, 1);
  command(0x08);
  expect(command(0xc5, 4, 1, 1, 18, 2, 18, 0x1b, 0xff)).toBe("00 00 00 02 00 01 02");
  const sector = 2 * 18 + 18 + 17;
  expect(fdc.contents(0)?.[sector * 512]).toBe(0xab);
  expect(Object.keys(fdc.state.drives[0].written)).toEqual([String(sector)]);
  fdc.insert(0, "disk", true);
  expect(bus.in(0x3f7)).toBe(0x80);
  expect(fdc.contents(0)?.[sector * 512]).toBe((sector + 1) & 0xff);
  expect(command(0xc5, 4, 1, 1, 18, 2, 18, 0x1b, 0xff)).toBe("44 02 00 01 01 12 02");
  expect(command(0x04, 0x00)).toBe("68");
});

test("a write that TC cuts at byte 100 fills the sector with zeros", () => {
  const { bus, fdc, command, dma, start } = controller();
  start();
  bus.ram.fill(0xcd, 0x2000, 0x2200);
  dma(0x4a, 0x2000, 100);
  expect(command(0x45, 0, 0, 0, 3, 2, 18, 0x1b, 0xff)).toBe("00 00 00 00 00 04 02");
  expect([...(fdc.contents(0)?.subarray(1024 + 98, 1024 + 102) ?? [])]).toEqual([0xcd, 0xcd, 0, 0]);
});

test("non-DMA: the processor reads each byte with RQM, DIO and NDMA set; it ends at EOT", () => {
  const { bus, irq, command, results, start } = controller();
  start();
  command(0x03, 0xdf, 0x03);
  for (const value of [0x46, 0, 0, 0, 17, 2, 18, 0x1b, 0xff]) bus.out(0x3f5, value);
  expect(bus.in(0x3f4)).toBe(0x30);
  const bytes: number[] = [];
  for (let i = 0; i < 4 && (bus.in(0x3f4) & 0x10) !== 0; i++) {
    bus.wait(MILLISECOND);
    if (bus.in(0x3f4) === 0xf0) expect(irq.level).toBe(true);
    while (bus.in(0x3f4) === 0xf0) bytes.push(bus.in(0x3f5));
  }
  expect([bytes.length, bytes[0], bytes[1023]]).toEqual([1024, 17, 18]);
  expect(results()).toBe("40 80 00 01 00 01 02");
});

test("READ ID finds the cylinder under the head; FORMAT fills its sectors; VERIFY moves nothing", () => {
  const { bus, fdc, command, dma, start } = controller();
  start();
  command(0x0f, 0x00, 7);
  command(0x08);
  expect(command(0x4a, 0x04)).toMatch(/^04 00 00 07 01 (0[1-9a-f]|1[0-2]) 02$/);
  for (let i = 0; i < 18; i++) bus.ram.set([7, 1, i + 1, 2], 0x3000 + 4 * i);
  dma(0x4a, 0x3000, 72);
  expect(command(0x4d, 0x04, 2, 18, 0x54, 0xf6).slice(0, 8)).toBe("04 00 00");
  expect(
    fdc
      .contents(0)
      ?.subarray((7 * 36 + 18) * 512, (7 * 36 + 36) * 512)
      .every((b) => b === 0xf6),
  ).toBe(true);
  expect(command(0xf6, 0x80, 7, 0, 1, 2, 18, 0x1b, 5)).toBe("00 00 00 07 00 06 02");
  expect(command(0x76, 0x00, 7, 0, 1, 2, 18, 0x1b, 0xff)).toBe("00 00 00 08 00 01 02");
});

test("READ TRACK reads from the index; READ DELETED DATA of a normal sector sets CM", () => {
  const { bus, command, dma, start } = controller();
  start();
  dma(0x46, 0x0000, 18 * 512);
  expect(command(0x42, 0, 0, 0, 1, 2, 3, 0x1b, 0xff)).toBe("00 00 00 00 00 04 02");
  expect([bus.ram[0], bus.ram[1024], bus.ram[1536]]).toEqual([1, 3, 0]);
  dma(0x46, 0x0000, 512 * 2);
  expect(command(0x4c, 0, 0, 0, 1, 2, 18, 0x1b, 0xff)).toBe("00 00 40 00 00 01 02");
});

test("CONFIGURE's implied seek goes to the cylinder before it reads", () => {
  const { bus, command, dma, start } = controller();
  start();
  command(0x13, 0, 0x47, 0);
  dma(0x46, 0x0000, 512);
  expect(command(0xe6, 0, 40, 0, 1, 2, 18, 0x1b, 0xff)).toBe("00 00 00 28 00 02 02");
  expect(bus.ram[0]).toBe((40 * 36 + 1) & 0xff);
});

test("a DMA controller that does not answer is an overrun: ST1 0x10", () => {
  const { bus, command, start } = controller();
  start();
  bus.out(0x0a, 0x06);
  expect(command(0xe6, 0, 0, 0, 1, 2, 18, 0x1b, 0xff)).toBe("40 10 00 00 00 01 02");
});

test("with the motor off a read waits until a reset, or until the motor is on", () => {
  const { bus, command, dma, start, results } = controller();
  start();
  dma(0x46, 0, 512);
  bus.out(0x3f2, 0x0c);
  expect(command(0xe6, 0, 0, 0, 1, 2, 18, 0x1b, 0xff)).toBe("");
  expect(bus.in(0x3f4)).toBe(0x10);
  bus.out(0x3f2, 0x1c);
  bus.wait(MILLISECOND);
  expect(results()).toBe("00 00 00 00 00 02 02");
  bus.out(0x3f2, 0x0c);
  expect(command(0x4a, 0)).toBe("");
  bus.out(0x3f2, 0x08);
  bus.out(0x3f2, 0x0c);
  bus.wait(MILLISECOND);
  expect(bus.in(0x3f4)).toBe(0x80);
});

test("a drive that turns without a disk has no address marks: READ ID, READ, WRITE and FORMAT end with MA at every rate", () => {
  const { bus, fdc, irq, command, dma, start } = controller();
  start();
  fdc.eject(0);
  for (const rate of [0, 1, 2, 3]) {
    bus.out(0x3f7, rate);
    const { rises } = irq;
    expect(command(0x4a, 0)).toMatch(/^40 01 00/);
    expect(irq.rises).toBe(rises + 1);
  }
  bus.out(0x3f7, 0);
  dma(0x46, 0x1000, 512);
  expect(command(0xe6, 0, 0, 0, 1, 2, 18, 0x1b, 0xff)).toBe("40 01 00 00 00 01 02");
  expect(command(0xc5, 0, 0, 0, 1, 2, 18, 0x1b, 0xff)).toBe("40 01 00 00 00 01 02");
  expect(command(0x4d, 0, 2, 18, 0x54, 0xf6)).toMatch(/^40 01 00/);
  expect(bus.ram[0x1000]).toBe(0);
});

test("the change line stays up through steps of an empty drive; a step with a disk in takes it down", () => {
  const { bus, fdc, command, start } = controller();
  start();
  fdc.eject(0);
  expect(bus.in(0x3f7)).toBe(0x80);
  command(0x0f, 0x00, 0x01);
  expect([command(0x08), bus.in(0x3f7)]).toEqual(["20 01", 0x80]);
  fdc.insert(0, "disk");
  expect(bus.in(0x3f7)).toBe(0x80);
  command(0x07, 0x00);
  expect([command(0x08), bus.in(0x3f7)]).toEqual(["20 00", 0x00]);
});

test("formats by size: 360K 40x2x9, 1.2M 80x2x15, 2.88M 80x2x36; 512 bytes are the start of a 1.44M disk", () => {
  const shape = (size: number) => {
    const format = floppyFormat(size);
    return format === undefined ? undefined : `${format.cylinders}x${format.heads}x${format.sectors} ${format.drive}`;
  };
  expect(shape(163840)).toBe("40x1x8 1.2M");
  expect(shape(368640)).toBe("40x2x9 1.2M");
  expect(shape(737280)).toBe("80x2x9 1.44M");
  expect(shape(1228800)).toBe("80x2x15 1.2M");
  expect(shape(2949120)).toBe("80x2x36 2.88M");
  expect(shape(512)).toBe("80x2x18 1.44M");
  expect([shape(0), shape(2949121)]).toEqual([undefined, undefined]);
});

test("a short image reads as zeros behind its end", () => {
  const { bus, command, dma, start } = controller(512);
  start();
  bus.ram.fill(0xee, 0, 1024);
  dma(0x46, 0x0000, 1024);
  command(0xe6, 0, 0, 0, 1, 2, 18, 0x1b, 0xff);
  expect([bus.ram[511], bus.ram[512]]).toEqual([1, 0]);
});
