// Every register of every device of a PC that has everything, as the wired machine says who answers where: random accesses by
// the processor's buses, with the firmware's own handlers behind its interrupts. A device that is new on the board is in it.
import { expect, test } from "vitest";
import type { AccessSize } from "../chipset/bus.ts";
import type { MachineConfiguration } from "./api.ts";
import type { Machine } from "./machine.ts";
import { buildOnDisk, firmwareOnDisk } from "./ondisk.ts";
import { powerOn } from "./resources.ts";

const EVERYTHING: MachineConfiguration = {
  memoryMiB: 8,
  processors: 2,
  serialPorts: 4,
  testDevice: true,
  debugExit: { iobase: 0xf4, iosize: 4 },
  floppies: [new Uint8Array(1_474_560), new Uint8Array(737_280)],
  drives: [
    { kind: "disk", image: new Uint8Array(1 << 20) },
    { kind: "cdrom" },
    { kind: "cdrom", image: new Uint8Array(65_536) },
    { kind: "disk", image: new Uint8Array(1 << 16) },
  ],
  cards: [
    { kind: "e1000", network: { kind: "user", files: { k: new Uint8Array(3000) } } },
    { kind: "virtio-net", network: { kind: "link" } },
    { kind: "virtio-blk", image: new Uint8Array(65_536) },
    { kind: "virtio-rng" },
    { kind: "virtio-serial", ports: [{ isConsole: true }, { isConsole: false, name: "p" }] },
    { kind: "pci-testdev" },
  ],
};

/** Parts without registers of their own, and who leads to them; `x.pci`, `x.network` and the like are behind `x`. */
const BEHIND: Readonly<Record<string, string>> = {
  clock: "all",
  ioports: "all",
  turns: "the processors",
  "lapic.1": "lapic.0's place, for the second processor",
  interruptlines: "i8259",
  legacyreplacement: "hpet",
  hda: "piixide",
  hdb: "piixide",
  hdc: "piixide",
  hdd: "piixide",
  a20: "port92, i8042",
  typist: "ps2keyboard",
  ps2keyboard: "i8042",
  ps2mouse: "i8042",
};

const resources = { build: buildOnDisk(), firmware: firmwareOnDisk };

/** As firmware leaves it: functions on the PCI bus answer. */
function start(): Machine {
  const machine = powerOn(EVERYTHING, resources, { history: false });
  machine.run({ screen: "No bootable device.", ticks: 2_000_000_000 });
  return machine;
}

/** mulberry32. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
}

interface Register {
  readonly part: string;
  readonly space: "port" | "memory" | "configuration";
  readonly first: number;
  readonly last: number;
}

/** Who answers where at the start; afterwards much of it is elsewhere, which is part of the test. */
function registers(machine: Machine): Map<string, Register[]> {
  const { ports, memory, pci } = machine.board();
  const found: Register[] = [
    ...ports.map((range): Register => ({ space: "port", ...range })),
    ...memory.flatMap(({ kind, part = "", first, last }): Register[] =>
      kind === "device" ? [{ space: "memory", part, first, last }] : [],
    ),
    ...pci.map(({ part, device, function: n }): Register => {
      const first = 0x80000000 + (device << 11) + (n << 8);
      return { space: "configuration", part, first, last: first + 255 };
    }),
  ];
  return Map.groupBy(found, ({ part }) => part);
}

/** One access; the answer of a read, or of what was written. */
function access(machine: Machine, { space, first, last }: Register, next: () => number): number {
  const size = ([1, 1, 2, 4] as const)[next() & 3] as AccessSize;
  const near = next() & 1 ? 64 : last - first + 1;
  const at = first + ((next() % Math.min(near, last - first + 1)) & -size);
  const value = [next(), next() & 0xff, next() & 15, 0x1000 * (next() & 0x7ff)][next() & 3] as number;
  const cut = size === 4 ? value >>> 0 : value & (2 ** (8 * size) - 1);
  const isWrite = (next() & 3) !== 0;
  if (space === "memory") {
    const { devices } = machine.guest.pc.map;
    if (isWrite) devices?.write(at, cut, size);
    return devices?.read(at, size) ?? 0;
  }
  if (space === "configuration") machine.writePort(0xcf8, at & ~3, 4);
  const port = space === "port" ? at : 0xcfc + (at & 3);
  if (isWrite) machine.writePort(port, cut, size);
  return machine.readPort(port, size);
}

/** `count` accesses, a part as likely as another, and now and then time for what they have begun. */
function perform(machine: Machine, parts: readonly Register[][], seed: number, count: number): number[] {
  const next = numbers(seed);
  const answers: number[] = [];
  for (let i = 0; i < count; i++) {
    const ranges = parts[next() % parts.length] as Register[];
    answers.push(access(machine, ranges[next() % ranges.length] as Register, next));
    if (next() % 16 === 0) machine.mouse({ right: (next() & 63) - 32, buttons: next() & 7 });
    if (next() % 16 === 0) machine.key("KeyA", (next() & 1) === 0);
    if (next() % 8 === 0) machine.run({ ticks: next() % 20_000 });
    if (["exited", "faulted"].includes(machine.status().state)) machine.reset();
  }
  return answers;
}

test("every device has registers that the machine tells of, or is known to be behind another's", () => {
  const machine = start();
  const told = registers(machine);
  const isBehind = (name: string) => name in BEHIND || [...told.keys()].some((part) => name.startsWith(`${part}.`));
  const silent = machine.guest.pc.devices.map(({ name }) => name).filter((name) => !told.has(name));
  expect(silent.filter((name) => !isBehind(name))).toEqual([]);
  expect(Object.keys(BEHIND).filter((name) => !silent.includes(name))).toEqual([]);
});

const RUNS = process.env["RING_FULL"] ? 100 : 3;

test("random accesses to all of them: nothing throws or fails, and a restored machine answers as the saved one", () => {
  const fresh = start();
  const begun = fresh.snapshot();
  const parts = [...registers(fresh).values()];
  for (let seed = 1; seed <= RUNS; seed++) {
    const [first, second] = [0, 1].map(() => powerOn(EVERYTHING, resources, { history: false })) as [Machine, Machine];
    first.restore(begun);
    perform(first, parts, seed, 400);
    const saved = first.snapshot();
    expect([seed, second.restore(saved)]).toEqual([seed, undefined]);
    const answers = perform(first, parts, seed + 1_000_000, 200);
    expect([seed, perform(second, parts, seed + 1_000_000, 200)]).toEqual([seed, answers]);
    expect([seed, first.status().state]).not.toEqual([seed, "failed"]);
    expect([seed, second.hash()]).toEqual([seed, first.hash()]);
    // What devices keep is bounded: beside memory, no more than a screen and the disks' written sectors.
    expect(saved.data.length - begun.data.length).toBeLessThan(32 << 20);
  }
}, 1_200_000);
