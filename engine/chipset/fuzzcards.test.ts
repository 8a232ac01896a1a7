import fc from "fast-check";
import { expect, test } from "vitest";
import type { AccessSize, Device } from "./bus.ts";
import { E1000 } from "./e1000.ts";
import { makeDatagram } from "./ipv4.ts";
import { PciBus } from "./pci.ts";
import { TestBus } from "./testbus.ts";
import { UserNetwork } from "./usernetwork.ts";
import { VirtioBlk } from "./virtioblk.ts";
import { VirtioConsole } from "./virtioconsole.ts";
import { VirtioNet } from "./virtionet.ts";
import { VirtioRng } from "./virtiorng.ts";

const MAC = Uint8Array.of(0x52, 0x54, 0, 0x12, 0x34, 0x56);
const FIRST_SLOT = 3;
const CARDS = 5;
const BASE = 0xfe000000;
const STRIDE = 0x100000;

/** The cards with their BARs in place; memory behind them is 64 KiB that repeats, their own registers never. */
function board() {
  const bus = new TestBus();
  const pci = new PciBus(bus, []);
  const files = new Map([["k", new Uint8Array(3000)]]);
  const networks = [0, 1].map((n) => new UserNetwork(bus, { name: `network.${n}`, files }));
  const place = (n: number) => ({ name: `card.${n}`, slot: FIRST_SLOT + n });
  const blk = new VirtioBlk(bus, pci, { ...place(0), image: new Uint8Array(65536), serial: "S" });
  const rng = new VirtioRng(bus, pci, place(1));
  const net = new VirtioNet(bus, pci, { ...place(2), mac: MAC, network: networks[0] });
  const e1000 = new E1000(bus, pci, { ...place(3), mac: MAC, network: networks[1], rom: new Uint8Array(512) });
  const ports = [{ isConsole: true }, { isConsole: false, name: "p" }];
  const console = new VirtioConsole(bus, pci, { ...place(4), ports, send: () => {} });
  const devices: Device[] = [
    ...[
      bus.clock,
      ...pci.functions,
      console,
      console.transport,
      blk,
      blk.transport,
      rng,
      rng.transport,
      net,
      net.transport,
      e1000,
    ],
    ...networks.flatMap((network) => [network, network.queue]),
  ];
  const config = (slot: number, register: number, value: number, size: AccessSize = 4) => {
    bus.ports.write(0xcf8, 0x80000000 + (slot << 11) + (register & 0xfc), 4);
    bus.ports.write(0xcfc + (register & 3), value, size);
  };
  for (let n = 0; n < CARDS; n++) {
    const isNic = n === 3;
    config(FIRST_SLOT + n, 0x10, isNic ? BASE + n * STRIDE : 0xc000 + 256 * n);
    config(FIRST_SLOT + n, 0x14, isNic ? 0xc000 + 256 * n : BASE + n * STRIDE + 0x80000);
    config(FIRST_SLOT + n, 0x20, BASE + n * STRIDE);
    config(FIRST_SLOT + n, 0x04, 7);
  }
  const save = () => [structuredClone(devices.map((device) => device.state)), bus.ram.slice()] as const;
  const restore = ([states, ram]: ReturnType<typeof save>) => {
    devices.forEach((device, i) => {
      Object.assign(device.state, structuredClone(states[i]));
    });
    bus.ram.set(ram);
    for (const device of devices) device.restored?.();
  };
  return { bus, networks, console, config, save, restore };
}

type Board = ReturnType<typeof board>;

const size = fc.constantFrom<AccessSize>(1, 2, 4, 4);
const value = fc.oneof(fc.nat(15), fc.nat(0xffff), fc.nat(0xffffffff), fc.constantFrom(0xffffffff, 0x1000, 0x2000));
const card = fc.nat(CARDS - 1);
/** Registers where something happens, and any at all. */
const offset = fc.oneof(
  ...[fc.nat(0x37), fc.constantFrom(0x1000, 0x2000, 0x3000, 0x3004, 0x3008), fc.nat(0x3fff), fc.nat(0x1ffff)],
  fc.constantFrom(0x00, 0x10, 0x14, 0x20, 0xc0, 0xc4, 0xc8, 0xd0, 0xd8, 0x100, 0x400, 0x2800, 0x2808, 0x2810, 0x2818),
  fc.constantFrom(0x2820, 0x282c, 0x3800, 0x3808, 0x3810, 0x3818, 0x3820, 0x382c, 0x5000),
);
/** A descriptor of either kind, with flags that make chains. */
const words = fc.tuple(fc.nat(0xffff), fc.constantFrom(0, 0, 0, 0xffffffff), fc.nat(0x2ffff), fc.nat(0xffffffff));
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ write: card, offset, size, value }) },
  { weight: 3, arbitrary: fc.record({ read: card, offset, size }) },
  { weight: 2, arbitrary: fc.record({ out: fc.nat(0x3ff), size, value }) },
  { weight: 2, arbitrary: fc.record({ in: fc.nat(0x3ff), size }) },
  {
    weight: 1,
    arbitrary: fc.record({ config: card, register: fc.integer({ min: 0x40, max: 0xff }), value: fc.nat(255) }),
  },
  { weight: 4, arbitrary: fc.record({ descriptor: fc.nat(0x7ff), words }) },
  { weight: 3, arbitrary: fc.record({ poke: fc.nat(0xffff), value: fc.nat(255) }) },
  { weight: 3, arbitrary: fc.record({ wait: fc.oneof(fc.nat(1000), fc.nat(1_000_000)) }) },
  { weight: 1, arbitrary: fc.record({ frame: fc.uint8Array({ maxLength: 1600 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ datagram: fc.uint8Array({ maxLength: 400 }), port: fc.constantFrom(53, 67, 69, 7) }),
  },
  { weight: 2, arbitrary: fc.record({ virtio: fc.constantFrom(0, 1, 2, 4), features: fc.nat(0xffffffff) }) },
  { weight: 2, arbitrary: fc.record({ rings: fc.nat(0xffff), count: fc.integer({ min: 1, max: 32 }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A driver's way to DRIVER_OK, with what it should not have asked for left out or not. */
function startVirtio({ bus }: Board, n: number, features: number): void {
  const at = BASE + n * STRIDE;
  const set = (offset: number, value: number, size: AccessSize) => bus.mmio.write(at + offset, value >>> 0, size);
  for (const [
    offset,
    value,
    size,
  ] of [[0x14, 0, 1], [0x14, 3, 1], [8, 0, 4], [0xc, features & 0x30000000, 4], [8, 1, 4], [0xc, 1, 4], [0x14, 11, 1]] as const) // biome-ignore format: a script
    set(offset, value, size);
  for (let queue = 0; queue < 3; queue++) {
    set(0x16, queue, 2);
    set(0x18, 8, 2);
    for (const [i, ring] of [0x1000, 0x1400, 0x1800].entries()) set(0x20 + 8 * i, ring + 0x1000 * queue, 4);
    set(0x1c, 1, 2);
  }
  set(0x14, 15, 1);
  for (let queue = 0; queue < 3; queue++) set(0x3000 + 4 * queue, queue, 2);
}

function perform(on: Board, steps: Step[]): unknown[] {
  const { bus } = on;
  const cut = (v: number, bytes: number) => (bytes === 4 ? v >>> 0 : v & (2 ** (8 * bytes) - 1));
  return steps.map((s) => {
    if ("write" in s) bus.mmio.write(BASE + s.write * STRIDE + s.offset, cut(s.value, s.size), s.size);
    else if ("read" in s) return bus.mmio.read(BASE + s.read * STRIDE + s.offset, s.size);
    else if ("out" in s) bus.ports.write(0xc000 + s.out, cut(s.value, s.size), s.size);
    else if ("in" in s) return bus.ports.read(0xc000 + s.in, s.size);
    else if ("config" in s) on.config(FIRST_SLOT + s.config, s.register, s.value, 1);
    else if ("descriptor" in s)
      for (const [i, word] of s.words.entries()) bus.memory.write32(16 * s.descriptor + 4 * i, word);
    else if ("poke" in s) bus.ram[s.poke] = s.value;
    else if ("wait" in s) bus.wait(s.wait);
    else if ("frame" in s) {
      for (const network of on.networks) network.transmit(s.frame);
      for (const port of [0, 1, 2]) on.console.receive(port, s.frame);
    } else if ("datagram" in s) {
      const route = { fromMac: MAC, toMac: MAC, from: 0x0a00020f, to: s.port === 53 ? 0x0a000203 : 0x0a000202 };
      const frame = makeDatagram(route, { fromPort: 9, toPort: s.port, data: s.datagram });
      for (const network of on.networks) network.transmit(frame);
    } else if ("virtio" in s) startVirtio(on, s.virtio, s.features);
    else {
      const at = BASE + 3 * STRIDE;
      const script = [[0x2800, s.rings], [0x2808, 16 * s.count], [0x3800, s.rings], [0x3808, 16 * s.count], [0x100, 0x801a], [0x400, 10], [0x2818, s.count - 1], [0x3818, s.count - 1]] as const; // biome-ignore format: a script
      for (const [register, v] of script) bus.mmio.write(at + register, v, 4);
    }
    return bus.clock.nextDeadline;
  });
}

test("whatever is written to every card, nothing throws or grows, and a restored machine answers as the saved one", () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 200, size: "max" }),
      fc.array(step, { maxLength: 100 }),
      (before, after) => {
        const first = board();
        perform(first, before);
        const saved = first.save();
        const second = board();
        second.restore(saved);
        const answers = perform(first, after);
        expect(perform(second, after)).toEqual(answers);
        expect(second.save()).toEqual(first.save());
        expect(first.console.state.messages.length).toBeLessThanOrEqual(256);
        for (const { queue, state } of first.networks) {
          expect(queue.state.frames.length).toBeLessThanOrEqual(512);
          expect(state.transfers.length).toBeLessThanOrEqual(20);
        }
      },
    ),
    { numRuns: Number(process.env["RING_FULL"] ? 1000 : 50) },
  );
}, 300_000);
