// A performance counter's overflow, from its MSR by the local APIC to the handler.
import { expect, test } from "vitest";
import { openBench } from "../index.ts";

const GUEST = `
        .code32
header: .long   0x1badb002, 0x00010000, -(0x1badb002 + 0x00010000), header, 0x100000, 0, 0, start
start:  mov     $0x200000, %esp
        lgdt    gdtr
        ljmp    $8, $1f
1:      mov     $0x10, %eax
        mov     %eax, %ds
        mov     %eax, %ss
        lidt    idtr
        movl    $0x1ff, 0xfee000f0      # the APIC is on
        movl    $0x40, 0xfee00340       # LVT, performance
        mov     $0xc0010004, %ecx
        mov     $0xfffffc18, %eax       # 1,000 before it overflows
        mov     $0xffff, %edx
        wrmsr
        sti
        mov     $0xc0010000, %ecx
        mov     $0x5300c0, %eax         # instructions, of any level, with an interrupt
        xor     %edx, %edx
        xor     %ebx, %ebx
        wrmsr
1:      inc     %ebx
        jmp     1b
handler:
        mov     0xfee00340, %ecx
end:    hlt
        .balign 8
gdt:    .quad   0, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdtr:   .word   23
        .long   gdt
        .balign 8
idt:    .fill   0x40, 8, 0
        .word   handler - header, 8, 0x8e00, 0x10
idtr:   .word   0x41 * 8 - 1
        .long   idt
`;

test("after 1,000 instructions the handler runs, and its entry in the APIC is masked", async () => {
  const bench = await openBench();
  const built = bench.assemble(GUEST, { file: "guest.S", origin: 0x100000, codeBits: 32 });
  expect(built.diagnostics).toEqual([]);
  const run = (slice: number) => {
    const machine = bench.powerOn({ memoryMiB: 4, kernel: { image: built.bytes }, cpu: "max" });
    const end = built.symbols["end"] as number;
    machine.run({ address: built.symbols["start"] as number });
    for (let i = 0; machine.status().address !== end && i < 5000; i++) machine.run({ address: end, ticks: slice });
    const value = (name: string) => Number(machine.guest.pc.cpu.readRegister(name));
    return { loops: value("EBX"), entry: value("ECX"), tick: machine.tick, hash: machine.hash() };
  };
  const once = run(10_000);
  // The counting begins behind WRMSR: 500 rounds of two.
  expect(once).toMatchObject({ loops: 500, entry: 0x10040 });
  expect(run(7)).toEqual(once);
});

/** Ring 3 asks for a system call after every 300 rounds of a loop; the counter counts instructions of ring 0 alone. */
const LEVELS = `
        .code32
header: .long   0x1badb002, 0x00010000, -(0x1badb002 + 0x00010000), header, 0x100000, 0, 0, start
start:  mov     $0x200000, %esp
        lgdt    gdtr
        ljmp    $8, $1f
1:      mov     $0x10, %eax
        mov     %eax, %ss
        mov     $0x23, %eax
        mov     %eax, %ds
        lidt    idtr
        mov     $0x28, %eax
        ltr     %ax
        movl    $0x1ff, 0xfee000f0
        movl    $0x40, 0xfee00340
        mov     $0xc0010004, %ecx
        mov     $0xfffffc18, %eax       # 1,000 before it overflows
        mov     $0xffff, %edx
        wrmsr
        mov     $0xc0010000, %ecx
        mov     $0x5200c0, %eax         # instructions of ring 0, with an interrupt
        xor     %edx, %edx
        xor     %edi, %edi
        wrmsr
        push    $0x23
        push    $0x280000
        push    $0x202
        push    $0x1b
        push    $user
        iret
user:   mov     $300, %esi
1:      dec     %esi
        jnz     1b
        int     $0x41
        jmp     user
call:   inc     %edi
        iret
handler:
        mov     0xfee00340, %ecx
end:    hlt
        .balign 8
gdt:    .quad   0, 0x00cf9b000000ffff, 0x00cf93000000ffff, 0x00cffb000000ffff, 0x00cff3000000ffff
        .word   103, task - header, 0x8910, 0
gdtr:   .word   47
        .long   gdt
        .balign 8
idt:    .fill   0x40, 8, 0
        .word   handler - header, 8, 0x8e00, 0x10
        .word   call - header, 8, 0xef00, 0x10
idtr:   .word   0x42 * 8 - 1
        .long   idt
task:   .long   0, 0x200000, 0x10
        .fill   92, 1, 0
`;

test.each([
  // IRET and five PUSHes lead to ring 3; a call is INC and IRET.
  { select: "0x5200c0", calls: (1000 - 6) / 2, name: "ring 0's 1,000 instructions are over after 497 system calls" },
  // A round of ring 3's loop is 602 instructions, and JMP behind the call.
  { select: "0x5300c0", calls: 1, name: "all levels' 1,000 instructions are over after one" },
])("$name, wherever the run is cut", async ({ select, calls }) => {
  const bench = await openBench();
  const built = bench.assemble(LEVELS.replace("0x5200c0", select), {
    file: "levels.S",
    origin: 0x100000,
    codeBits: 32,
  });
  expect(built.diagnostics).toEqual([]);
  const run = (slice: number) => {
    const machine = bench.powerOn({ memoryMiB: 4, kernel: { image: built.bytes }, cpu: "max" });
    const end = built.symbols["end"] as number;
    machine.run({ address: built.symbols["start"] as number });
    const begin = machine.tick;
    for (let i = 0; machine.status().address !== end && i < 100_000; i++) machine.run({ address: end, ticks: slice });
    const calls = Number(machine.guest.pc.cpu.readRegister("EDI"));
    return { calls, ticks: machine.tick - begin, hash: machine.hash() };
  };
  const once = run(10_000_000);
  expect(once.calls).toBe(calls);
  expect(run(97)).toEqual(once);
});
