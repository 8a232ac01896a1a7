// The frame is what the processor pushed, in each mode: guests raise exceptions, and memory says what stood there.
import { beforeAll, expect, test } from "vitest";
import { type MachineEvent, openBench, type Workbench } from "../../engine/index.ts";
import { decodeErrorCode } from "./exceptions.ts";
import { decodeGate } from "./gate.ts";
import type { Reader } from "./reader.ts";
import { readStack } from "./stack-frame.ts";

let bench: Workbench;
beforeAll(async () => {
  bench = await openBench();
});

const protectedMode = `
        .code16
        cli
        lgdt gdtr
        mov $1, %eax
        mov %eax, %cr0
        ljmpl $8, $flat
        .code32
flat:   mov $16, %ax
        mov %ax, %ss
        mov $0x7000, %esp
        mov $0x23, %ax
        mov %ax, %ds
        lidt idtr
        mov $40, %ax
        ltr %ax
        push $2
        popf
`;
const tables = `
handler: push $0x1234
        hlt
        .balign 8
gdt:    .quad 0, 0x00CF9B000000FFFF, 0x00CF93000000FFFF, 0x00CFFB000000FFFF, 0x00CFF3000000FFFF
        .word 0x67, tss, 0x8900, 0
gdtr:   .word 47
        .long gdt
tss:    .long 0, 0x6000, 16
        .fill 23, 4, 0
idt:
        .rept 32
        .word handler, 8, GATE, 0
        .endr
idtr:   .word 32 * 8 - 1
        .long idt
`;

const bootable = new Uint8Array(512);
bootable.set([0x55, 0xaa], 510);

/** Runs code at 7C00 to its first exception, or INT, and some steps further. */
function run(source: string, steps: number) {
  const build = bench.assemble(source, { file: "t.S", origin: 0x7c00, codeBits: 16 });
  expect(build.diagnostics).toEqual([]);
  const machine = bench.powerOn({ memoryMiB: 2, floppies: [bootable], stopOnTripleFault: true });
  machine.run({ address: 0x7c00, ticks: 400_000_000 });
  machine.writeMemory("physical", 0x7c00, build.bytes);
  const events: MachineEvent[] = [];
  machine.onEvent = (event) => events.push(event);
  while (events.every(({ kind }) => kind !== "exception" && kind !== "interrupt")) machine.run({ ticks: 1 });
  machine.run({ ticks: steps });
  const reader: Reader = {
    systemRegisters: async () => undefined,
    registers: async () => machine.registers(),
    readMemory: async (space, address, length) => machine.readMemory(space, address, length),
    disassemble: async () => [],
    screen: async () => machine.screen(),
    devices: async () => machine.devices(),
    tlb: async () => machine.tlb(),
    walk: async (linear, access) => machine.walk(linear, access),
    board: async () => undefined,
  };
  return { symbols: build.symbols, read: () => readStack(reader, { status: machine.status(), events }) };
}

const named = (view: Awaited<ReturnType<typeof readStack>>) =>
  view?.slots.filter(({ by }) => by === "processor").map(({ name, value }) => [name, Number(value)]);

test("#GP in ring 0, 32-bit gate: error code, EIP of the culprit, CS, EFLAGS; a push of the handler lies below", async () => {
  const { read, symbols } = run(
    `.set GATE, 0x8E00\n${protectedMode} mov $0x1238, %ax\nculprit: mov %ax, %gs\n${tables}`,
    1,
  );
  const view = await read();
  expect(named(view)).toEqual([
    ["error code", 0x1238],
    ["EIP", symbols["culprit"]],
    ["CS", 8],
    ["EFLAGS", 0x10002], // RF: a fault's instruction will be executed again
  ]);
  expect(view?.slots[0]).toMatchObject({ by: "handler", value: 0x1234n, address: 0x7000 - 20 });
  expect(view?.frame).toMatchObject({ title: "#GP", ringChange: false, bottom: 0x7000 - 16 });
  expect(view?.frame?.gate).toMatchObject({ kind: "interrupt gate", selector: 8, present: true, dpl: 0, slot: 4 });
});

test("#GP in ring 3: ESP and SS as well, on the stack that the TSS names", async () => {
  const { read, symbols } = run(
    `.set GATE, 0x8F00\n${protectedMode} push $0x23\npush $0x5000\npush $2\npush $0x1b\npush $user\niret\nuser: cli\n${tables}`,
    0,
  );
  const view = await read();
  expect(named(view)).toEqual([
    ["error code", 0],
    ["EIP", symbols["user"]],
    ["CS", 0x1b],
    ["EFLAGS", 0x10002],
    ["ESP", 0x5000],
    ["SS", 0x23],
  ]);
  expect(view?.frame).toMatchObject({ ringChange: true, bottom: 0x6000 - 24 });
  expect(view?.frame?.gate?.kind).toBe("trap gate");
});

test("INT3 through a 16-bit gate: slots of two bytes, IP after the instruction, no error code", async () => {
  const { read, symbols } = run(`.set GATE, 0x8600\n${protectedMode} int3\nafter: hlt\n${tables}`, 0);
  const view = await read();
  expect(view?.slot).toBe(2);
  expect(named(view)).toEqual([
    ["IP", symbols["after"]],
    ["CS", 8],
    ["FLAGS", 2],
  ]);
  expect(view?.slots.find(({ name }) => name === "IP")?.says).toBe("the instruction after the INT");
});

const longMode = `
        .code16
        cli
        lgdt gdtr
        movl $0x2003, 0x1000
        movl $0x3003, 0x2000
        movl $0x83, 0x3000              # the first 2 MiB
        mov $0x1000, %eax
        mov %eax, %cr3
        mov $0x20, %eax                 # PAE
        mov %eax, %cr4
        mov $0xC0000080, %ecx
        mov $0x100, %eax                # LME
        wrmsr
        mov $0x80000001, %eax
        mov %eax, %cr0
        ljmpl $8, $flat
        .code64
flat:   mov $16, %ax
        mov %ax, %ss
        mov $0x7008, %esp
        lidt idtr
        push $2
        popf
        movb $1, (%rax)                 # RAX = 8000_0010: nothing is mapped there
        .balign 8
gdt:    .quad 0, 0x00AF9B000000FFFF, 0x00CF93000000FFFF
gdtr:   .word 23
        .long gdt
        .balign 16
idt:
        .rept 32
        .word handler, 8, 0x8E00, 0, 0, 0, 0, 0
        .endr
idtr:   .word 32 * 16 - 1
        .quad idt
handler: hlt
`;

test("#PF in long mode: eight bytes a slot, RSP and SS always, on a stack aligned to 16", async () => {
  const { read, symbols } = run(longMode, 0);
  const view = await read();
  expect(view?.slot).toBe(8);
  expect(named(view)?.map(([name]) => name)).toEqual(["error code", "RIP", "CS", "RFLAGS", "RSP", "SS"]);
  expect(named(view)?.at(-2)).toEqual(["RSP", 0x7008]);
  expect(named(view)?.[0]).toEqual(["error code", 2]);
  expect(named(view)?.[1]?.[1]).toBeLessThan(symbols["gdt"] ?? 0);
  expect(view?.frame).toMatchObject({ title: "#PF", ringChange: false, bottom: 0x7000 - 48 });
  expect(view?.frame?.errorCode.map(({ says }) => says)).toEqual([
    "no page is there",
    "a write",
    "by the supervisor (CPL below 3)",
  ]);
});

test("real mode: three words through the vector table; after IRET the frame is gone", async () => {
  const source = `.code16\nxor %ax, %ax\nmov %ax, %ds\nmov %ax, %ss\nmov $0x7000, %sp\nmovw $handler, 0x180\nmovw %ax, 0x182
    cli\nint $0x60\nafter: hlt\nhandler: iret`;
  const inside = run(source, 0);
  expect(named(await inside.read())).toEqual([
    ["IP", inside.symbols["after"]],
    ["CS", 0],
    ["FLAGS", 0x46],
  ]);
  const view = await run(source, 1).read();
  expect(view?.frame).toBeUndefined();
  expect(view).toMatchObject({ top: 0x7000, slot: 2 });
});

test("gates of 8 bytes and of 16: offsets of 32 and 64 bits, DPL, IST", () => {
  const gate = (...words: number[]) => decodeGate(new Uint8Array(Uint32Array.from(words).buffer));
  expect(gate(0x00085678, 0x1234ee00)).toMatchObject({ kind: "interrupt gate", offset: 0x12345678n, dpl: 3, slot: 4 });
  expect(gate(0x00280000, 0x00008500)).toMatchObject({ kind: "task gate", selector: 0x28, present: true });
  expect(gate(0x00085678, 0x12340f02, 0xffff8000, 0)).toMatchObject({
    kind: "trap gate",
    offset: 0xffff800012345678n,
    present: false,
    ist: 2,
    slot: 8,
  });
});

test("error codes: a page fault's bits, a selector's table and index, a gate of the IDT", () => {
  const short = (vector: number, code: number) =>
    decodeErrorCode(vector, code).map(({ name, value }) => `${name} ${value}`);
  expect(short(14, 0x2)).toEqual(["P 0", "R/W 1", "U/S 0"]);
  expect(short(14, 0x15)).toEqual(["P 1", "R/W 0", "U/S 1", "I/D 1"]);
  expect(short(13, 0x1238)).toEqual(["index 247", "TI 0", "IDT 0", "EXT 0"]);
  expect(short(11, 0x103)).toEqual(["index 20", "IDT 1", "EXT 1"]);
  expect(short(8, 0)).toEqual(["code 0"]);
  expect(decodeErrorCode(3, 0)).toEqual([]);
});
