// Interrupts and returns that are done as they were before end in the state that the long way ends in.
import { expect, test } from "vitest";
import { randomFrom } from "../isa/samples.ts";
import { assemble } from "../toolchain/assembler.ts";
import type { ProcessorEvent } from "./core.ts";
import * as at from "./layout.ts";
import { PhysicalMap } from "./physical.ts";
import { Processor } from "./processor.ts";
import { nothingAround } from "./testsurroundings.ts";

const ROUNDS = process.env.RING_FULL ? 100 : 6;
const CALLS = 24;

/** What a handler may do besides: each changes something that a remembered delivery or return depends on, or nothing. */
const CHANGES = [
  "nop",
  "movl $middle + 0x6000, tss + 4",
  "movl $middle + 0x6800, tss + 4",
  "xorb $0x01, idt + 0x30 * 8 + 5", // a trap gate, an interrupt gate
  "xorb $0x01, idt + 0x31 * 8 + 5",
  "xorw $(first - second), idt + 0x31 * 8",
  "xorb $0x10, gdt + 0x18 + 5 + 1", // the user's code has AVL
  "xorb $0x10, gdt + 0x08 + 5 + 1",
  "andb $0xfe, gdt + 0x18 + 5", // and was not accessed
  "andb $0xfe, gdt + 0x10 + 5",
  "invlpg gdt",
  "invlpg tss",
  "xorl $0x8000, pages + 4 * 0x20; invlpg gdt", // the tables are in another page, which differs
  "mov %cr3, %eax; mov %eax, %cr3",
  "lidt idtr2",
  "lidt idtr",
  "lgdt gdtr",
  "xorl $0x1000, 40(%esp)", // IOPL of where it returns to
  "xorl $0x200, 40(%esp)",
  "xorl $0x40000, 40(%esp)",
  "orl $0x100, 40(%esp)",
  "mov %cr0, %eax; xor $0x40000, %eax; mov %eax, %cr0",
  "mov $0x10, %eax; mov %eax, %fs",
  "mov $3, %eax; mov %eax, %gs",
  "movl $middle, %eax; mov %eax, %dr0; mov $0x00010001, %eax; mov %eax, %dr7",
  "xor %eax, %eax; mov %eax, %dr7",
];

/** Ring 0 calls ring 0, then goes to ring 3, which calls it. Tables at 20000h, which is page 28000h for the other mapping. */
function guest(random: (n: number) => number): string {
  const change = () => CHANGES[random(CHANGES.length)] as string;
  const calls = (user: boolean) =>
    Array.from({ length: CALLS }, () => {
      const vector = [0x30, 0x31, 0x31, 0x30, 0x32, 3][random(6)] as number;
      const fault = user && random(6) === 0 ? "mov %eax, 0x50000" : "";
      return `${fault}\n add $${random(1000)}, %ebx\n int $${vector}`;
    }).join("\n");
  return `
        .code32
        .set tss, 0x20800
        .set gdt, 0x20000
        .set idt, 0x20100
        .set pages, 0x31000
start:  call    calls0
        push    $0x23
        push    $middle + 0x4000
        push    $0x3202
        push    $0x1b
        push    $user
        mov     $0x23, %eax
        mov     %eax, %ds
        mov     %eax, %es
        iret
calls0: mov     $20, %ecx
1:      ${calls(false)}
        dec     %ecx
        jnz     1b
        ret
user:   mov     $20, %ecx
1:      ${calls(true)}
        dec     %ecx
        jnz     1b
        int     $0x33
first:  pusha
        ${change()}
        ${change()}
        popa
        iret
second: pusha
        push    %ds
        mov     $0x10, %eax
        mov     %eax, %ds
        incl    %ds:count
        pop     %ds
        testb   $7, count
        jnz     1f
        ${change()}
1:      popa
        iret
third:  pusha
        int     $0x30
        popa
        iret
step:   iret
fault:  add     $4, %esp
        addl    $5, (%esp)
        iret
last:   hlt
        jmp     last
count:  .long   0
idtr:   .word   0x1ff
        .long   idt
idtr2:  .word   0x1f7
        .long   idt
gdtr:   .word   0x2f
        .long   gdt
        .align  4096
middle: .long   0
`;
}

function prepare(source: string) {
  const events: ProcessorEvent[] = [];
  let noted = 0;
  const map = new PhysicalMap(1 << 20, 1);
  const p = new Processor(map, {
    ...nothingAround,
    event(event, executed) {
      events.push(event);
      if (executed !== undefined) noted++;
    },
  });
  const { bytes, symbols, diagnostics } = assemble(source, { file: "gates.S", layout: { ".text": 0x1000 } });
  expect(diagnostics).toEqual([]);
  const of = (name: string) => Number(symbols.get(name));
  map.load(0x1000, bytes);
  const put = (address: number, ...words: number[]) => {
    for (const [i, word] of words.entries()) map.write(address + i * 4, word >>> 0, 4);
  };
  const gate = (base: number, vector: number, handler: string, access: number) =>
    put(base + 0x100 + vector * 8, (of(handler) & 0xffff) | 0x80000, (of(handler) & 0xffff0000) | (access << 8));
  for (const base of [0x20000, 0x28000]) {
    put(base, 0, 0, 0xffff, 0xcf9a00, 0xffff, 0xcf9200, 0xffff, 0xcffa00, 0xffff, 0xcff200, 0x08000067, 0x8902);
    for (const [vector, handler] of [
      [0x30, "first"],
      [0x31, "second"],
      [0x32, "third"],
      [0x33, "last"],
      [1, "step"],
      [3, "step"],
    ] as const)
      gate(base, vector, handler, base === 0x20000 ? 0xee : 0xef);
    for (const vector of [8, 10, 11, 12, 13, 17]) gate(base, vector, "last", 0x8e);
    gate(base, 14, "fault", 0x8e);
    put(base + 0x800, 0, of("middle") + 0x6000, 0x10);
    put(base + 0x800 + 100, 0x680000);
  }
  put(0x30000, 0x31007);
  for (let page = 0; page < 256; page++) put(0x31000 + page * 4, (page << 12) | (page === 0x50 ? 3 : 7));
  const flat = (selector: number, attributes: number) => ({ selector, base: 0, limit: 0xffffffff, attributes });
  for (const n of [0, 2, 3, 4, 5]) p.segments.set(n, flat(0x10, 0xc093));
  p.segments.set(1, flat(8, 0xc09b));
  p.segments.set(7, { selector: 0x28, base: 0x20800, limit: 0x67, attributes: 0x8b });
  p.view.setUint32(at.GDTR_BASE, 0x20000, true);
  p.view.setUint32(at.GDTR_LIMIT, 0x2f, true);
  p.view.setUint32(at.IDTR_BASE, 0x20100, true);
  p.view.setUint32(at.IDTR_LIMIT, 0x1ff, true);
  p.setControl(3, 0x30000);
  p.setControl(0, 0x80010011);
  p.setRegister(4, of("middle") + 0x7000);
  p.ip = of("start");
  p.restored();
  return { p, map, events, noted: () => noted };
}

/** Ticks of one guest. */
const TICKS = 20_000;

test(`${ROUNDS} random guests whose gates, segments, stacks and pages change end as they do when nothing is remembered`, () => {
  let noted = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const source = guest(randomFrom(round + 1));
    const long = prepare(source);
    let ticks = 0;
    while (ticks < TICKS && long.p.run(1) === "budget") {
      ticks += long.p.executed;
      new Uint8Array(long.p.view.buffer, long.p.cpu + at.GATES, at.NOTES - at.GATES).fill(0);
    }
    const quick = prepare(source);
    for (let done = 0; done < TICKS && quick.p.run(Math.min(977, TICKS - done)) === "budget"; )
      done += quick.p.executed;
    noted += quick.noted();
    expect(quick.events, `round ${round}`).toEqual(long.events);
    const differs = quick.p.state.findIndex((byte, i) => byte !== long.p.state[i]);
    expect(differs, `round ${round}: state`).toBe(-1);
    expect(Buffer.compare(quick.map.ram, long.map.ram), `round ${round}: memory`).toBe(0);
  }
  // Software interrupts that generated code did by itself.
  expect(noted).toBeGreaterThan(20 * ROUNDS);
});
