import { expect, test } from "vitest";
import { TestBus } from "./testbus.ts";
import { Vga } from "./vga.ts";

/** Register values of the VGA BIOS's modes, from the IBM reference's tables of default values. */
const MODES = {
  text: {
    misc: 0x67,
    sequencer: [0x03, 0x00, 0x03, 0x00, 0x02],
    crtc: "5f 4f 50 82 55 81 bf 1f 00 4f 0d 0e 00 00 00 00 9c 8e 8f 28 1f 96 b9 a3 ff",
    graphics: [0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x0e, 0x00, 0xff],
    attribute: "00 01 02 03 04 05 14 07 38 39 3a 3b 3c 3d 3e 3f 0c 00 0f 08 00",
  },
  planar640x480: {
    misc: 0xe3,
    sequencer: [0x03, 0x01, 0x0f, 0x00, 0x06],
    crtc: "5f 4f 50 82 54 80 0b 3e 00 40 00 00 00 00 00 00 ea 8c df 28 00 e7 04 e3 ff",
    graphics: [0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0x0f, 0xff],
    attribute: "00 01 02 03 04 05 14 07 38 39 3a 3b 3c 3d 3e 3f 01 00 0f 00 00",
  },
  linear320x200: {
    misc: 0x63,
    sequencer: [0x03, 0x01, 0x0f, 0x00, 0x0e],
    crtc: "5f 4f 50 82 54 80 bf 1f 00 41 00 00 00 00 00 00 9c 8e 8f 28 40 96 b9 a3 ff",
    graphics: [0x00, 0x00, 0x00, 0x00, 0x00, 0x40, 0x05, 0x0f, 0xff],
    attribute: "00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 41 00 0f 00 00",
  },
  cga320x200: {
    misc: 0x63,
    sequencer: [0x03, 0x09, 0x03, 0x00, 0x02],
    crtc: "2d 27 28 90 2b 80 bf 1f 00 c1 00 00 00 00 00 00 9c 8e 8f 14 00 96 b9 a2 ff",
    graphics: [0x00, 0x00, 0x00, 0x00, 0x00, 0x30, 0x0f, 0x00, 0xff],
    attribute: "00 13 15 17 02 04 06 07 10 11 12 13 14 15 16 17 01 00 03 00 00",
  },
};

function vga(mode: keyof typeof MODES) {
  const bus = new TestBus();
  const part = new Vga(bus);
  const { misc, sequencer, crtc, graphics, attribute } = MODES[mode];
  const bytes = (text: string) => text.split(" ").map((byte) => Number.parseInt(byte, 16));
  bus.out(0x3c2, misc);
  sequencer.forEach((value, i) => {
    bus.ports.write(0x3c4, i | (value << 8), 2);
  });
  bus.ports.write(0x3d4, 0x0011, 2);
  bytes(crtc).forEach((value, i) => {
    bus.ports.write(0x3d4, i | (value << 8), 2);
  });
  graphics.forEach((value, i) => {
    bus.ports.write(0x3ce, i | (value << 8), 2);
  });
  bus.in(0x3da);
  bytes(attribute).forEach((value, i) => {
    bus.out(0x3c0, i, value);
  });
  bus.out(0x3c0, 0x20);
  bus.out(0x3c8, 0);
  for (let i = 0; i < 256; i++) bus.out(0x3c9, i & 0x3f, (i >> 2) & 0x3f, 63 - (i & 0x3f));
  const pixel = (x: number, y: number) => {
    const { width, pixels } = part.frame();
    const at = 4 * (y * width + x);
    return [...pixels.subarray(at, at + 3)];
  };
  /** The colour that the DAC was given for an entry, as 8 bits. */
  const colour = (i: number) => [i & 0x3f, (i >> 2) & 0x3f, 63 - (i & 0x3f)].map((six) => (six << 2) | (six >> 4));
  return { bus, part, pixel, colour };
}

test("mode 3: 80 x 25 cells of B8000, character and attribute", () => {
  const { bus, part } = vga("text");
  bus.mmio.write(0xb8000, 0x1f48, 2);
  bus.mmio.write(0xb8000 + 2 * (24 * 80 + 79), 0x21, 1);
  bus.mmio.write(0xb8000 + 2 * (24 * 80 + 79) + 1, 0x4e, 1);
  const screen = part.textScreen();
  expect([screen.text, screen.blank, screen.columns, screen.rows]).toEqual([true, false, 80, 25]);
  expect([screen.cells[0], screen.cells[1999]]).toEqual([0x1f48, 0x4e21]);
  expect([screen.cellWidth, screen.cellHeight, screen.blink]).toEqual([9, 16, true]);
  expect(bus.mmio.read(0xb8000, 4)).toBe(0x00001f48);
  expect(bus.mmio.read(0xa0000, 2)).toBe(0xffff);
});

test("the start address scrolls, and the cursor follows its address", () => {
  const { bus, part } = vga("text");
  bus.mmio.write(0xb8000 + 160, 0x0741, 2);
  bus.ports.write(0x3d4, 0x500d, 2);
  bus.ports.write(0x3d4, 0x000e, 2);
  bus.ports.write(0x3d4, 0xa30f, 2);
  const { cells, cursor } = part.textScreen();
  expect(cells[0]).toBe(0x0741);
  expect(cursor).toMatchObject({ row: 1, column: 3, visible: true, start: 13, end: 14 });
  bus.ports.write(0x3d4, 0x200a, 2);
  expect(part.textScreen().cursor.visible).toBe(false);
});

test("attribute colours go through the palette and the DAC: colour 6 is entry 0x14", () => {
  const { part, colour } = vga("text");
  expect([...part.textScreen().palette.subarray(18, 21)]).toEqual(colour(0x14));
  expect([...part.textScreen().palette.subarray(45, 48)]).toEqual(colour(0x3f));
});

test("a font written to plane 2 is the font that the screen has", () => {
  const { bus, part, pixel, colour } = vga("text");
  const glyph = [0x80, 0x01];
  for (const value of [0x0402, 0x0704]) bus.ports.write(0x3c4, value, 2);
  for (const value of [0x0204, 0x0005, 0x0406]) bus.ports.write(0x3ce, value, 2);
  glyph.forEach((line, i) => {
    bus.mmio.write(0xa0000 + 32 * 0xc4 + i, line, 1);
  });
  for (const value of [0x0302, 0x0204]) bus.ports.write(0x3c4, value, 2);
  for (const value of [0x0004, 0x1005, 0x0e06]) bus.ports.write(0x3ce, value, 2);
  bus.mmio.write(0xb8000, 0x1ec4, 2);
  expect([...part.textScreen().fonts[0].subarray(32 * 0xc4, 32 * 0xc4 + 3)]).toEqual([0x80, 0x01, 0]);
  expect(part.frame()).toMatchObject({ width: 720, height: 400 });
  // Foreground 14 is DAC 0x3E, background 1 is DAC 1; a line-graphics character repeats its eighth dot.
  expect(pixel(0, 0)).toEqual(colour(0x3e));
  expect(pixel(1, 0)).toEqual(colour(1));
  expect([pixel(7, 1), pixel(8, 1), pixel(8, 0)]).toEqual([colour(0x3e), colour(0x3e), colour(1)]);
});

test("mode 3 retraces 70 times a second, and status 1 shows lines and retrace", () => {
  const { bus, part } = vga("text");
  bus.wait(200_000_000);
  expect(part.frames()).toBe(70);
  let [retraces, blanks, last] = [0, 0, 0];
  for (let i = 0; i < 28571; i++) {
    bus.wait(100);
    const status = bus.in(0x3da);
    if (status & 8 && !last) retraces++;
    if (status & 1) blanks++;
    last = status & 8;
  }
  expect(retraces).toBe(1);
  // 80 of 100 characters and 400 of 449 lines show something: 71 %.
  expect(blanks / 28571).toBeCloseTo(1 - (0.8 * 400) / 449, 2);
});

test("mode 12h: write modes 0 to 3, functions, latches and colour compare", () => {
  const { bus, part, pixel, colour } = vga("planar640x480");
  const gr = (index: number, value: number) => bus.ports.write(0x3ce, index | (value << 8), 2);
  gr(0, 0x0a);
  gr(1, 0x0f);
  gr(8, 0x80);
  bus.mmio.read(0xa0000, 1);
  bus.mmio.write(0xa0000, 0xff, 1);
  expect(part.frame()).toMatchObject({ width: 640, height: 480 });
  expect([pixel(0, 0), pixel(1, 0)]).toEqual([colour(0x3a), colour(0)]);
  gr(1, 0);
  gr(8, 0xff);
  gr(5, 1); // copy by the latches
  bus.mmio.read(0xa0000, 1);
  expect(bus.mmio.peek(0xa0050)).toBe(0); // which another look leaves alone
  bus.mmio.write(0xa0050, 0, 1);
  expect(pixel(0, 1)).toEqual(colour(0x3a));
  gr(5, 2); // a colour
  bus.mmio.write(0xa0051, 0x05, 1);
  expect(pixel(15, 1)).toEqual(colour(0x05));
  gr(3, 0x18); // exclusive or
  bus.mmio.read(0xa0051, 1);
  bus.mmio.write(0xa0051, 0x0f, 1);
  expect(pixel(15, 1)).toEqual(colour(0x3a));
  gr(3, 0x04); // mode 3: rotate by 4, and with the bit mask
  gr(5, 3);
  gr(8, 0x0f);
  gr(0, 0x03);
  bus.mmio.read(0xa0052, 1);
  bus.mmio.write(0xa0052, 0xf3, 1);
  expect([pixel(19, 1), pixel(20, 1), pixel(23, 1)]).toEqual([colour(0), colour(3), colour(3)]);
  gr(5, 8); // colour compare
  gr(2, 0x03);
  gr(7, 0x0f);
  expect(bus.mmio.read(0xa0052, 1)).toBe(0x0f);
  gr(7, 0x00);
  expect(bus.mmio.read(0xa0052, 1)).toBe(0xff);
  gr(5, 0);
  gr(4, 1);
  expect(bus.mmio.read(0xa0051, 1)).toBe(0xff);
});

test("mode 13h: byte x of row y is at A0000 + 320 y + x, two dots by two lines", () => {
  const { bus, part, pixel, colour } = vga("linear320x200");
  bus.mmio.write(0xa0000 + 320 * 199 + 319, 200, 1);
  bus.mmio.write(0xa0000, 0x04030201, 4);
  expect(part.frame()).toMatchObject({ width: 640, height: 400 });
  expect([pixel(638, 399), pixel(639, 398), pixel(637, 399)]).toEqual([colour(200), colour(200), colour(0)]);
  expect([pixel(0, 0), pixel(2, 1), pixel(7, 0)]).toEqual([colour(1), colour(2), colour(4)]);
  expect(bus.mmio.read(0xa0002, 1)).toBe(3);
});

test("unchained 320x200 (mode X): SR2 chooses one of four pixels", () => {
  const { bus, pixel, colour } = vga("linear320x200");
  bus.ports.write(0x3c4, 0x0604, 2);
  bus.ports.write(0x3d4, 0x0014, 2);
  bus.ports.write(0x3d4, 0xe317, 2);
  bus.ports.write(0x3c4, 0x0402, 2);
  bus.mmio.write(0xa0000 + 80, 77, 1);
  expect([pixel(4, 2), pixel(3, 2), pixel(6, 2)]).toEqual([colour(77), colour(0), colour(0)]);
});

test("mode 4: four pixels a byte, odd lines 8 KiB further", () => {
  const { bus, part, pixel, colour } = vga("cga320x200");
  bus.mmio.write(0xb8000, 0x1b, 1);
  bus.mmio.write(0xba000, 0xc0, 1);
  expect(part.frame()).toMatchObject({ width: 640, height: 400 });
  expect([pixel(0, 0), pixel(2, 0), pixel(4, 1), pixel(6, 1)]).toEqual([
    colour(0),
    colour(0x13),
    colour(0x15),
    colour(0x17),
  ]);
  expect([pixel(0, 2), pixel(2, 2)]).toEqual([colour(0x17), colour(0)]);
});

test("ports: CRTC protection, the DAC's three parts, mono addresses, the attribute flip-flop", () => {
  const { bus } = vga("text");
  bus.ports.write(0x3d4, 0xff00, 2);
  expect(bus.ports.read(0x3d4, 2)).toBe(0x5f00);
  expect(bus.in(0x3b4)).toBe(0xff);
  bus.out(0x3c7, 5);
  expect([bus.in(0x3c7), bus.in(0x3c9), bus.in(0x3c9), bus.in(0x3c9), bus.in(0x3c9)]).toEqual([3, 5, 1, 58, 6]);
  bus.in(0x3da);
  bus.out(0x3c0, 0x30);
  expect([bus.in(0x3c0), bus.in(0x3c1)]).toEqual([0, 0x0c]);
  expect(bus.in(0x3cc)).toBe(0x67);
});
