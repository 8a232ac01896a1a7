// What is said to be next is what the processor then gets, with the 8259s and with the APICs.
import { beforeAll, expect, test } from "vitest";
import { type MachineEvent, openBench, type Workbench } from "../../engine/index.ts";
import { readControllers } from "./interrupt-controllers.ts";
import * as lines from "./interrupt-lines.ts";
import type { Reader } from "./reader.ts";

let bench: Workbench;
beforeAll(async () => {
  bench = await openBench();
});

function boot(source: string) {
  const build = bench.assemble(source, { file: "t.S", origin: 0x7c00, codeBits: 16 });
  expect(build.diagnostics).toEqual([]);
  const floppy = new Uint8Array(512);
  floppy.set(build.bytes);
  const machine = bench.powerOn({ memoryMiB: 2, floppies: [floppy], stopOnTripleFault: true });
  machine.run({ address: 0x7c00, ticks: 400_000_000 });
  const reader = {
    devices: async () => machine.devices(),
    registers: async () => machine.registers(),
  } as unknown as Reader;
  return { machine, read: async () => (await readControllers(reader, machine.tick))! };
}

/** Polls with IF = 0 until something is announced, then lets the processor take it. */
async function nextTaken(source: string) {
  const { machine, read } = boot(source);
  const taken: number[] = [];
  machine.onEvent = (event: MachineEvent) => {
    if (event.kind === "interrupt" && event.origin === "hardware") taken.push(event.vector);
  };
  while (!(await read()).next) machine.run({ ticks: 20_000 });
  const said = await read();
  machine.writeRegister("EFLAGS", 0x202n);
  machine.run({ ticks: 2 });
  return { said, taken, after: await read() };
}

test("the timer's IRQ 0 is next with vector 08h, and is then in service until the EOI", async () => {
  const { said, taken, after } = await nextTaken(".code16\ncli\n1: jmp 1b\n.org 510\n.word 0xAA55");
  expect(said.next).toEqual({ vector: 8, source: "IRQ 0 (timer)" });
  expect(said.takes).toBe(false);
  expect(taken).toEqual([8]);
  expect(after.master?.isr).toBe(1);
  expect(lines.whyNot({ ...after.master!, irr: 2, imr: 0 }, 1, true)).toBe("waits: IR0 is in service");
});

test("with IRQ 0 masked and a key pressed the keyboard's is next, at the base that ICW2 gave", async () => {
  const source = `.code16\ncli\nmov $0x11, %al\nout %al, $0x20\nmov $0x20, %al\nout %al, $0x21\nmov $4, %al\nout %al, $0x21
    mov $1, %al\nout %al, $0x21\nmov $0xfd, %al\nout %al, $0x21
    mov $0xd2, %al\nout %al, $0x64\nmov $0x1e, %al\nout %al, $0x60\n1: jmp 1b\n.org 510\n.word 0xAA55`;
  const { said, taken } = await nextTaken(source);
  expect(said.next).toEqual({ vector: 0x21, source: "IRQ 1 (keyboard)" });
  expect(taken).toEqual([0x21]);
});

test("the clock's IRQ 8 comes through the second 8259, with its vector", async () => {
  const source = `.code16\ncli\nmov $0xfb, %al\nout %al, $0x21\nmov $0xfe, %al\nout %al, $0xa1\nmov $0x0b, %al\nout %al, $0x70
    mov $0x42, %al\nout %al, $0x71\nmov $0x0c, %al\nout %al, $0x70\nin $0x71, %al\n1: jmp 1b\n.org 510\n.word 0xAA55`;
  const { said, taken } = await nextTaken(source);
  expect(said.next).toEqual({ vector: 0x70, source: "IRQ 8 (clock)" });
  expect(taken).toEqual([0x70]);
});

test("an ExtINT message outlives the 8259's request: masked before INTA, it brings the spurious vector of IR7", async () => {
  const { machine, read } =
    boot(`.code16\ncli\nxor %ax, %ax\nmov %ax, %ds\nlgdt gdtr\nmov %cr0, %eax\nor $1, %al\nmov %eax, %cr0
    ljmpl $8, $flat\ngdtr: .word 23\n.long gdt\n.balign 8\ngdt: .quad 0, 0x00CF9B000000FFFF, 0x00CF93000000FFFF\n.code32
    flat: mov $16, %ax\nmov %ax, %ds\nmovl $0x14, 0xFEC00000\nmovl $0x700, 0xFEC00010
    1: in $0x20, %al\ntest $1, %al\njz 1b\nmov $0xff, %al\nout %al, $0x21\nmasked: jmp masked\n.org 510\n.word 0xAA55`);
  machine.run({ ticks: 20_000_000 });
  const { next, master, takes } = await read();
  expect([master?.output, takes]).toEqual([false, false]);
  expect(next).toEqual({
    vector: 0x0f,
    source: "An ExtINT message, while the 8259 has no request: spurious IRQ 7",
  });
});

test("rotated priorities: after IR3 as the lowest, IR4 goes before IR0", () => {
  const { master } = {
    master: {
      irr: 0x11,
      imr: 0,
      isr: 0,
      lowest: 3,
      expects: 0,
      specialMask: false,
      icw3: 4,
      icw4: 1,
    } as lines.PicState,
  };
  expect(lines.nextInput(master, true)).toBe(4);
  expect(lines.whyNot(master, 0, true)).toBe("after IR4");
});

test("a local APIC holds back what is not above its task priority", () => {
  const irr = new Array<number>(8).fill(0);
  irr[2] = 1 << 1; // vector 41h
  const state = { enabled: true, tpr: 0x40, irr, isr: new Array<number>(8).fill(0) } as unknown as lines.LocalApicState;
  expect(lines.nextVector(state)).toBeUndefined();
  expect(lines.nextVector({ ...state, tpr: 0x30 })).toBe(0x41);
  expect(lines.processorPriority({ ...state, tpr: 0x12 })).toBe(0x12);
});

test("entries in words: LVT LINT0 as virtual wire, a level-triggered redirection", () => {
  expect(lines.readEntry(0x700)).toMatchObject({ delivery: "ExtINT", masked: false, trigger: "edge" });
  expect(lines.readEntry(0xa931)).toMatchObject({ vector: 0x31, delivery: "lowest", masked: false, trigger: "level" });
  expect(lines.timerDivisor(0b1011)).toBe(1);
  expect(lines.timerDivisor(0b0011)).toBe(16);
});
