import { expect, test } from "vitest";
import { openBench } from "../index.ts";
import type { MachineEvent } from "./api.ts";

const bench = await openBench();

/** A boot sector on a floppy, run from 7C00 on with all bus events told. */
function boot(source: string) {
  const { bytes, diagnostics } = bench.assemble(`${source}\n.org 510\n.word 0xaa55`, { file: "t.S", origin: 0x7c00 });
  expect(diagnostics).toEqual([]);
  const floppy = new Uint8Array(1_474_560);
  floppy.set(bytes);
  const machine = bench.powerOn({ memoryMiB: 2, floppies: [floppy], stopOnTripleFault: true });
  machine.run({ address: 0x7c00, ticks: 100_000_000 });
  expect(machine.status().address).toBe(0x7c00);
  const events: MachineEvent[] = [];
  machine.onEvent = (event) => events.push(event);
  return { machine, events };
}

test("OUT, a store to the display, a sector by DMA and the line it raises are told with the part that answers", () => {
  const { machine, events } = boot(`
    movw $0x3f8, %dx
    movb $0x41, %al
    outb %al, %dx
    movw $0xb800, %ax
    movw %ax, %es
    movw $0x0742, %es:160
    movw $0x0201, %ax
    xorw %bx, %bx
    movw %bx, %es
    movw $0x8000, %bx
    movw $0x0002, %cx
    xorw %dx, %dx
    int $0x13
    cli
    hlt`);
  machine.busEvents = new Set(["port", "mmio", "dma", "line"]);
  machine.run({ ticks: 200_000_000 });
  expect(machine.status().reason).toEqual({ kind: "halt", forever: true });
  const of = (kind: string) => events.filter((event) => event.kind === kind);
  expect(of("port")[0]).toMatchObject({
    write: true,
    port: 0x3f8,
    size: 1,
    value: 0x41,
    part: "ns16550.0",
    ip: 0x7c05,
  });
  expect(of("mmio")[0]).toMatchObject({
    write: true,
    address: 0xb80a0,
    size: 2,
    value: 0x0742,
    part: "vga",
    ip: 0x7c0b,
  });
  const dma = of("dma") as Extract<MachineEvent, { kind: "dma" }>[];
  expect(dma.length).toBe(512);
  expect(dma.every(({ write, part, length }) => write && part === "i8237" && length === 1)).toBe(true);
  expect([dma[0].address, dma[511].address]).toEqual([0x8000, 0x81ff]);
  // The drive's motor comes up to speed meanwhile: the timer ticks, and line 6 says that the controller is done.
  expect(of("line")).toContainEqual(expect.objectContaining({ line: 6, level: true }));
});

test("a run until an access to B80A0, DMA to 8000 or line 6 stops there; nobody else hears of them", () => {
  const program = `
    movw $0xb800, %ax
    movw %ax, %es
    movw $0x0742, %es:162
    movw $0x0742, %es:160
    movw $0x0201, %ax
    xorw %bx, %bx
    movw %bx, %es
    movw $0x8000, %bx
    movw $0x0002, %cx
    xorw %dx, %dx
    int $0x13
    cli
    hlt`;
  const { machine, events } = boot(program);
  machine.run({ event: { kind: "mmio", address: 0xb80a1 }, ticks: 1_000_000 });
  expect(machine.status().reason).toEqual({ kind: "until", what: "mmio" });
  expect(machine.readMemory("physical", 0x8000, 1)[0]).toBe(0);
  machine.run({ event: { kind: "line", line: 6 }, ticks: 200_000_000 });
  expect(machine.status().reason).toEqual({ kind: "until", what: "line" });
  const before = events.length;
  machine.run({ ticks: 200_000_000 });
  expect(events.slice(before).filter(({ kind }) => kind === "line" || kind === "mmio")).toEqual([]);
});

test("watching the buses changes nothing: the same hash with and without", () => {
  const program = "movw $0xb800, %ax\nmovw %ax, %es\nrep stosw\ncli\nhlt";
  const plain = boot(program).machine;
  const watched = boot(program).machine;
  watched.busEvents = new Set(["port", "mmio", "dma", "line"]);
  for (const machine of [plain, watched]) machine.run({ ticks: 50_000_000 });
  expect(watched.hash()).toBe(plain.hash());
});

test("the board's map: ports, memory from 0 to 4 GiB without a gap, functions with their BARs", () => {
  const { machine } = boot("cli\nhlt");
  const { ports, memory, pci } = machine.board();
  expect(ports).toContainEqual({ first: 0x3f8, last: 0x3ff, part: "ns16550.0" });
  expect(ports).toContainEqual({ first: 0x60, last: 0x60, part: "i8042" });
  expect(memory[0]).toEqual({ first: 0, last: 0x9ffff, kind: "ram" });
  expect(memory).toContainEqual({ first: 0xa0000, last: 0xbffff, kind: "device", part: "vga" });
  expect(memory).toContainEqual({ first: 0xfee00000, last: 0xfee00fff, kind: "device", part: "lapic.0" });
  expect(memory.at(-1)).toEqual({ first: 0xffff0000, last: 0xffffffff, kind: "rom" });
  for (const [i, range] of memory.entries()) expect(range.first).toBe(i === 0 ? 0 : memory[i - 1].last + 1);
  expect(pci.map(({ part, device, function: f }) => `${device}.${f} ${part}`)).toEqual([
    "0.0 i440fx",
    "1.0 piix3",
    "1.1 piixide",
    "1.3 piix4pm",
    "2.0 vgapci",
  ]);
  const display = pci.find(({ part }) => part === "vgapci");
  const frameBuffer = display?.bars.find(({ offset }) => offset === 0x10);
  expect(frameBuffer).toMatchObject({ kind: "memory", size: 0x1000000 });
  const answers = memory.find(({ first }) => first === frameBuffer?.at);
  expect(answers).toMatchObject({ kind: "device", part: "vgapci" });
});

test("an event's tick is that after its instruction, of a port's access as of a store", () => {
  const { machine, events } = boot("movw $0xb800, %ax\nmovw %ax, %es\nmovw %ax, %es:0\noutb %al, $0x80\ncli\nhlt");
  const from = machine.tick;
  machine.busEvents = new Set(["port", "mmio"]);
  machine.run({ ticks: 1000 });
  const ticks = events.filter(({ kind }) => kind === "mmio" || kind === "port").map(({ tick }) => tick - from);
  expect(ticks).toEqual([3, 4]);
});
