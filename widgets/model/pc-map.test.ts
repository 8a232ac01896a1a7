import { expect, test } from "vitest";
import { openBench } from "../../engine/index.ts";
import { partOf } from "./parts.ts";
import { placeParts, registersOf } from "./pc-map.ts";

const bench = await openBench();
const machine = bench.powerOn({ memoryMiB: 16 });
machine.run({ ticks: 5_000_000 });
const parts = placeParts(machine.board());

test("every part of the board is known by a title and a sentence", () => {
  expect(parts.filter(({ says }) => says === "").map(({ name }) => name)).toEqual([]);
  expect(parts.length).toBeGreaterThan(20);
});

test("the floors: local APIC, host bridge with RAM and ROM, five PCI functions, the rest behind ISA", () => {
  const on = (floor: string) => parts.filter((part) => part.floor === floor).map(({ name }) => name);
  expect(on("processor")).toEqual(["lapic.0"]);
  expect(on("host").sort()).toEqual(["i440fx", "ram", "rom"]);
  expect(on("pci").sort()).toEqual(["piix3", "piix4pm", "piixide", "vgapci"]);
  expect(on("isa")).toContain("ns16550.0");
});

test("the keyboard controller answers at 60h and 64h, the display at B8000", () => {
  const ports = parts.find(({ name }) => name === "i8042")?.ports;
  expect(ports).toEqual([
    { first: 0x60, last: 0x60 },
    { first: 0x64, last: 0x64 },
  ]);
  const display = parts.find(({ name }) => name === "vgapci");
  expect(display?.memory.some(({ first, last }) => first <= 0xb8000 && 0xb8000 <= last)).toBe(true);
});

test("registers are read by name from the devices' states", () => {
  const rows = registersOf(partOf("i8259"), machine.devices() as Record<string, object>);
  expect(rows).toContainEqual({ name: "i8259.master.icw2", value: expect.stringMatching(/^[0-9a-f]+$/) });
});
