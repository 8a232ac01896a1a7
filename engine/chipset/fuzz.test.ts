import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { AccessSize } from "./bus.ts";
import { testBoard } from "./testboard.ts";
import { TestBus } from "./testbus.ts";
import { Vga } from "./vga.ts";

const IMAGE = Uint8Array.from({ length: 368640 }, (_, i) => i >> 9);

function board() {
  const parts = testBoard(IMAGE);
  const { bus, devices } = parts;
  for (const [register, value] of MAPPED) {
    bus.ports.write(0xcf8, 0x80000000 + register, 4);
    bus.ports.write(0xcfc, value, 4);
  }
  const save = () => [structuredClone(devices.map((device) => device.state)), bus.ram.slice()] as const;
  const restore = ([states, ram]: ReturnType<typeof save>) => {
    devices.forEach((device, i) => {
      Object.assign(device.state, structuredClone(states[i]));
    });
    bus.ram.set(ram);
    for (const device of devices) device.restored?.();
  };
  return { ...parts, save, restore };
}

type Board = ReturnType<typeof board>;

const PORTS = [
  ...[0x00, 0x02, 0x04, 0x05, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x20, 0x21, 0x40, 0x41, 0x42, 0x43],
  ...[0x60, 0x61, 0x64, 0x70, 0x71, 0x80, 0x81, 0x87, 0x92, 0xa0, 0xa1, 0xc0, 0xc2, 0xd0, 0xd2, 0xd4, 0xd6, 0xda],
  ...[0xe9, 0x3b4, 0x3b5, 0x3c0, 0x3c1, 0x3c2, 0x3c4, 0x3c5, 0x3c7, 0x3c8, 0x3c9, 0x3ce, 0x3cf, 0x3d4, 0x3d5, 0x3da],
  ...[0x1ce, 0x1cf, 0x1f0, 0x1f1, 0x1f2, 0x1f3, 0x1f4, 0x1f5, 0x1f6, 0x1f7, 0x3f6, 0x170, 0x172, 0x174, 0x176, 0x177],
  ...[0x376, 0x510, 0x511, 0x514, 0x518, 0xb2, 0xb3, 0xafe0, 0xafe2, 0xb000, 0xb002, 0xb004, 0xb008, 0xb100, 0xb102],
  ...[0xc000, 0xc002, 0xc004, 0xc008, 0xc00a, 0xc00c, 0xcf8, 0xcf9, 0xcfc, 0xcfc, 0xcfc, 0xcfd, 0xcfe],
  ...[0x3f2, 0x3f4, 0x3f5, 0x3f7, 0x3f8, 0x3f9, 0x3fa, 0x3fb, 0x3fc, 0x3fd, 0x3fe, 0x4d0, 0x4d1, 0x501, 0x9999],
];

const size = fc.constantFrom<AccessSize>(1, 1, 1, 2, 4);
/** Small values and bit patterns find more than uniform ones. */
const value = fc.oneof(fc.nat(255), fc.nat(15), fc.nat(0xffffffff));
/** Commands of several bytes, with sectors and counts that exist. */
const bytes = fc
  .tuple(
    fc.constantFrom(0xe6, 0x45, 0x4d, 0x42, 0x16, 0x0f, 0x07, 0x08, 0x03, 0x13, 0xf3),
    fc.array(fc.nat(9), { maxLength: 9 }),
  )
  .map(([first, rest]) => [first, ...rest]);
/** Port and value pairs that bring a part to where it does something. */
const SETUPS: readonly (readonly [number, number])[][] = [
  [
    [0x3f2, 0x1c],
    [0x3f7, 1],
  ],
  [
    [0xd6, 0xc0],
    [0xd4, 0],
    [0x0b, 0x46],
    [0x0a, 2],
  ],
  [
    [0x0b, 0x5a],
    [0x08, 0],
    [0x0a, 2],
  ],
  [
    [0x64, 0x60],
    [0x60, 0x47],
  ],
  [
    [0x43, 0x34],
    [0x40, 0x80],
    [0x40, 0],
  ],
  [
    [0x20, 0x11],
    [0x21, 8],
    [0x21, 4],
    [0x21, 1],
  ],
  [
    [0x70, 11],
    [0x71, 0x72],
  ],
  [
    [0x3f9, 0x0f],
    [0x3fa, 0x81],
  ],
  // READ SECTORS and READ MULTIPLE of 3, READ DMA and WRITE DMA; PACKET.
  ...[0x20, 0xc4, 0xc8, 0xca, 0x30].map((command): [number, number][] => [
    [0x1f6, 0xe0],
    [0x1f2, 3],
    [0x1f3, 7],
    [0x1f4, 0],
    [0x1f5, 0],
    [0x1f7, command],
  ]),
  [
    [0x176, 0xa0],
    [0x174, 0x00],
    [0x175, 0x08],
    [0x177, 0xa0],
  ],
  [
    [0xc000, 9],
    [0xc008, 9],
  ],
];
/** The bus master at C000, power management at B000 and B100, the framebuffer at E0000000. */
const MAPPED: readonly (readonly [number, number])[] = [
  [0x0920, 0xc000],
  [0x0904, 5],
  [0x0b40, 0xb000],
  [0x0b80, 1],
  [0x0b90, 0xb100],
  [0x0bd0, 0x10000],
  [0x0b04, 1],
  [0x1010, 0xe0000000],
  [0x1018, 0xe1000000],
  [0x1004, 2],
];
/** An access to the configuration space of a function that is there. */
const config = fc.record({
  config: fc.constantFrom(0x0000, 0x0800, 0x0900, 0x0b00, 0x1000),
  register: fc.oneof(fc.nat(255), fc.constantFrom(0x04, 0x10, 0x20, 0x30, 0x40, 0x59, 0x60, 0x72, 0x80, 0x90, 0xd2)),
  size,
  value,
});
const step = fc.oneof(
  { weight: 3, arbitrary: config },
  { weight: 6, arbitrary: fc.record({ out: fc.constantFrom(...PORTS), size, value }) },
  { weight: 4, arbitrary: fc.record({ in: fc.constantFrom(...PORTS), size }) },
  { weight: 2, arbitrary: fc.record({ store: fc.nat(0x1ffff), size, value }) },
  { weight: 1, arbitrary: fc.record({ load: fc.nat(0x1ffff), size }) },
  { weight: 3, arbitrary: fc.record({ wait: fc.oneof(fc.nat(500), fc.nat(100_000), fc.nat(2_000_000)) }) },
  {
    weight: 1,
    arbitrary: fc.record({ key: fc.constantFrom("KeyA", "Pause", "PrintScreen", "F1"), down: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ receive: fc.nat(255) }) },
  { weight: 1, arbitrary: fc.record({ mouse: fc.integer({ min: -300, max: 300 }) }) },
  { weight: 1, arbitrary: fc.constant({ acknowledge: true }) },
  { weight: 2, arbitrary: fc.record({ burst: fc.constantFrom(0x3f5, 0x60, 0x42, 0x05), bytes }) },
  { weight: 1, arbitrary: fc.array(fc.nat(255), { minLength: 1, maxLength: 12 }).map((packet) => ({ packet })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom(0x28, 0xa8, 0x12, 0x43, 0x46, 0x5a, 0x4a, 0xbe, 0x1b),
        fc.array(fc.nat(9), { maxLength: 11 }),
      )
      .map(([first, rest]) => ({ packet: [first, ...rest] })),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      linear: fc.oneof(fc.nat(0xfffff), fc.integer({ min: 0x1000000, max: 0x1000fff })),
      size,
      value,
    }),
  },
  { weight: 2, arbitrary: fc.constantFrom(...SETUPS).map((setup) => ({ setup })) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Does the steps and tells what could be read, including lines to the processor. */
function perform(on: Board, steps: Step[]): unknown[] {
  return steps.map((s) => {
    // A real access gives each port no more than it has bits; the spaces split what is wider.
    const cut = (v: number, bytes: number) => (bytes === 4 ? v >>> 0 : v & (2 ** (8 * bytes) - 1));
    if ("out" in s) on.bus.ports.write(s.out, cut(s.value, s.size), s.size);
    else if ("burst" in s) on.bus.out(s.burst, ...s.bytes);
    else if ("setup" in s) for (const [port, v] of s.setup) on.bus.out(port, v);
    else if ("config" in s) {
      on.bus.ports.write(0xcf8, 0x80000000 + s.config + (s.register & 0xfc), 4);
      const port = 0xcfc + (s.register & 3 & -s.size);
      on.bus.ports.write(port, cut(s.value, s.size), s.size);
      return on.bus.ports.read(port, s.size);
    } else if ("packet" in s) {
      for (let i = 0; i < 12; i += 2) on.bus.ports.write(0x170, (s.packet[i] ?? 0) | ((s.packet[i + 1] ?? 0) << 8), 2);
    } else if ("linear" in s) on.bus.mmio.write(0xe0000000 + s.linear, cut(s.value, s.size), s.size);
    else if ("in" in s) return on.bus.ports.read(s.in, s.size);
    else if ("store" in s) on.bus.mmio.write(0xa0000 + s.store, cut(s.value, s.size), s.size);
    else if ("load" in s) return on.bus.mmio.read(0xa0000 + s.load, s.size);
    else if ("wait" in s) on.bus.wait(s.wait);
    else if ("key" in s) on.keyboard.key(s.key, s.down);
    else if ("receive" in s) on.com1.receive(s.receive);
    else if ("mouse" in s) on.mouse.move(s.mouse, -s.mouse, 1, s.mouse & 7);
    else return on.master.acknowledge();
    return on.bus.clock.nextDeadline;
  });
}

/** State as text; arrays by their digest, because comparing 16 MiB of display memory byte by byte takes seconds. */
function shown(state: unknown): string {
  return JSON.stringify(state, (_, v) =>
    ArrayBuffer.isView(v)
      ? createHash("md5")
          .update(new Uint8Array(v.buffer, v.byteOffset, v.byteLength))
          .digest("hex")
      : v,
  );
}

test("whatever is written to every register, nothing throws or grows, and a restored board answers as the saved one", () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 400, size: "max" }),
      fc.array(step, { maxLength: 200 }),
      (before, after) => {
        const first = board();
        perform(first, before);
        const saved = first.save();
        const second = board();
        second.restore(saved);
        const answers = perform(first, after);
        expect(perform(second, after)).toEqual(answers);
        expect(shown(second.save())).toBe(shown(first.save()));
        const screen = first.vga.textScreen();
        expect(screen.cells.length).toBe(screen.rows * screen.columns);
        // Lists of the state: what came from the host is at most one byte a step, the rest is bounded.
        const lists = JSON.stringify(first.save()[0], (_, v) => (ArrayBuffer.isView(v) ? undefined : v)).length;
        expect(lists).toBeLessThan(20_000);
      },
    ),
    { numRuns: Number(process.env["RING_FULL"] ? 2000 : 60) },
  );
}, 300_000);

test("a frame can be drawn from any registers", () => {
  const registers = fc.array(fc.record({ out: fc.integer({ min: 0x3c0, max: 0x3df }), size, value }), {
    maxLength: 120,
  });
  fc.assert(
    fc.property(registers, (steps) => {
      const bus = new TestBus();
      const vga = new Vga(bus);
      for (const s of steps) bus.ports.write(s.out, s.value & 0xff, 1);
      const { width, height, pixels } = vga.frame();
      expect(pixels.length).toBe(4 * width * height);
    }),
    { numRuns: 40 },
  );
}, 60_000);
