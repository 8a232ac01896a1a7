import { expect, test } from "vitest";
import { PciBus } from "./pci.ts";
import { TestBus } from "./testbus.ts";
import { Vga } from "./vga.ts";
import { addVga } from "./vgapci.ts";

const [XRES, YRES, BPP, ENABLE, BANK, VIRT_WIDTH, X_OFFSET, Y_OFFSET] = [1, 2, 3, 4, 5, 6, 8, 9];
const LFB = 0xe0000000;

function setUp() {
  const bus = new TestBus();
  const pci = new PciBus(bus);
  const vga = new Vga(bus);
  addVga(pci, vga, undefined);
  const config = (register: number, value: number) => {
    bus.ports.write(0xcf8, 0x80001000 + register, 4);
    bus.ports.write(0xcfc, value, 4);
  };
  config(0x10, LFB);
  config(0x18, LFB + 0x1000000);
  config(4, 2);
  const set = (index: number, value: number) => {
    bus.ports.write(0x1ce, index, 2);
    bus.ports.write(0x1cf, value, 2);
  };
  const get = (index: number) => {
    bus.ports.write(0x1ce, index, 2);
    return bus.ports.read(0x1cf, 2);
  };
  const mode = (width: number, height: number, bits: number, enable = 0x41) => {
    for (const [index, value] of [[XRES, width], [YRES, height], [BPP, bits], [ENABLE, enable]]) set(index, value); // biome-ignore format: pairs
  };
  return { bus, vga, set, get, mode };
}

test("ID B0C5, 16 MiB, and with ENABLE bit 1 the maxima 16000, 12000, 32", () => {
  const { set, get } = setUp();
  expect([get(0), get(10), get(ENABLE)]).toEqual([0xb0c5, 256, 0]);
  set(0, 0xb0c2);
  set(0, 0x1234);
  expect(get(0)).toBe(0xb0c2);
  set(ENABLE, 2);
  expect([get(XRES), get(YRES), get(BPP)]).toEqual([16000, 12000, 32]);
});

test("800x600x32: what is stored at the framebuffer is in the picture, red 10 green 20 blue 30", () => {
  const { bus, vga, mode, get } = setUp();
  mode(800, 600, 32);
  expect([get(VIRT_WIDTH), get(7)]).toEqual([800, 5242]);
  bus.mmio.write(LFB + 4 * (800 * 2 + 3), 0x102030, 4);
  const { width, height, pixels } = vga.frame();
  expect([width, height, vga.textScreen().text]).toEqual([800, 600, false]);
  expect([...pixels.subarray(4 * (800 * 2 + 3), 4 * (800 * 2 + 4))]).toEqual([0x10, 0x20, 0x30, 0xff]);
});

test("15, 16 and 24 bits a pixel", () => {
  const { bus, vga, mode } = setUp();
  for (const [bits, value, colour] of [
    [15, (31 << 10) | (16 << 5) | 1, [255, 132, 8]],
    [16, (31 << 11) | (32 << 5) | 1, [255, 130, 8]],
    [24, 0x112233, [0x11, 0x22, 0x33]],
  ] as const) {
    mode(320, 200, bits, 0);
    mode(320, 200, bits);
    bus.mmio.write(LFB, value, 4);
    expect([...vga.frame().pixels.subarray(0, 3)]).toEqual(colour);
  }
});

test("8 bits a pixel through the DAC of 6 bits, and of 8 where ENABLE says so", () => {
  const { bus, vga, mode } = setUp();
  mode(640, 480, 8);
  bus.mmio.write(LFB + 1, 7, 1);
  bus.out(0x3c8, 7);
  bus.out(0x3c9, 0xff, 0x20, 0x01);
  expect([...vga.frame().pixels.subarray(4, 7)]).toEqual([0xff, 0x82, 0x04]);
  mode(640, 480, 8, 0x61 | 0x80);
  bus.out(0x3c8, 7);
  bus.out(0x3c9, 0xf0, 0x21, 0x03);
  expect([...vga.frame().pixels.subarray(4, 7)]).toEqual([0xf0, 0x21, 0x03]);
});

test("bank 3 shows the fourth 64 KiB at A0000; panning moves the start; turning off gives the VGA back", () => {
  const { bus, vga, mode, set, get } = setUp();
  mode(1024, 768, 8);
  set(BANK, 3);
  bus.mmio.write(0xa0010, 0x55, 1);
  expect([bus.mmio.read(LFB + 0x30010, 1), bus.mmio.read(0xb8000, 1)]).toEqual([0x55, 0xff]);
  set(VIRT_WIDTH, 2048);
  set(X_OFFSET, 16);
  set(Y_OFFSET, 0x30000 / 2048);
  bus.mmio.write(LFB + 0x30010, 0, 1);
  bus.out(0x3c6, 0xff);
  bus.out(0x3c8, 0x99);
  bus.out(0x3c9, 63, 0, 0);
  bus.mmio.write(LFB + 0x30010, 0x99, 1);
  expect([...vga.frame().pixels.subarray(0, 3)]).toEqual([255, 0, 0]);
  set(Y_OFFSET, 0xffff);
  expect(get(Y_OFFSET)).toBe(0);
  set(ENABLE, 0);
  expect(vga.frame().width).not.toBe(1024);
});

test("a mode that does not fit in 16 MiB gets as many lines as do; BAR 2 has the registers", () => {
  const { bus, mode, get } = setUp();
  mode(3000, 3000, 32);
  expect([get(XRES), get(YRES)]).toEqual([3000, 1398]);
  expect(bus.mmio.read(LFB + 0x1000502, 2)).toBe(3000);
  bus.mmio.write(LFB + 0x1000502, 640, 2);
  expect([get(XRES), bus.mmio.read(LFB + 0x1000600, 4), bus.mmio.read(LFB + 0x1000604, 4)]).toEqual([
    ...[640, 8, 0x1e1e1e1e],
  ]);
  bus.mmio.write(LFB + 0x1000408, 0x12, 1);
  expect(bus.in(0x3c8)).toBe(0x12);
});
