# What classic programs ask to find out which processor they run on, and the bits that hardware does not let go.
        .include "frame.S"
main:   mov     %cr0, %eax
        and     $0x7fffffef, %eax
        mov     %eax, %cr0
        k32 "CR0.ET cannot be cleared"; mov %cr0, %eax; and $0x10, %eax; end
        k32 "CR0 takes MP, EM, TS, NE, WP, AM"; mov %cr0, %edx; mov %edx, %eax; or $0x5002e, %eax; mov %eax, %cr0; mov %cr0, %ebx; and $0x5003f, %ebx; mov %edx, %cr0; mov $0, %eax; mov $0, %edx; end
        k32 "EFLAGS.AC toggles, a 486"; pushf; pop %eax; xor $0x40000, %eax; push %eax; popf; pushf; pop %ebx; xor %eax, %ebx; push $2; popf; end
        k32 "EFLAGS.ID toggles, CPUID"; pushf; pop %eax; xor $0x200000, %eax; push %eax; popf; pushf; pop %ebx; xor %eax, %ebx; push $2; popf; end
        k32 "CPUID has a leaf 1"; xor %eax, %eax; cpuid; cmp $1, %eax; sbb %eax, %eax; mov $0, %ebx; mov $0, %ecx; mov $0, %edx; end
        k32 "CPUID leaf 1, family 15, FPU, TSC, CX8, CMOV"; mov $1, %eax; cpuid; shr $8, %eax; and $15, %eax; and $0x8111, %edx; mov $0, %ecx; mov $0, %ebx; end
        k32 "reserved flags"; push $-1 & ~0x20300; popf; pushf; pop %eax; push $2; popf; end
        k32 "flags, all cleared"; push $0; popf; pushf; pop %eax; end
        k32 "SAHF and LAHF"; mov $0xff, %ah; sahf; mov $0, %ah; lahf; end
        k32 "shifts count by 5 bits"; mov $33, %cl; mov $1, %eax; shl %cl, %eax; mov $1, %ebx; mov $32, %cl; stc; shl %cl, %ebx; end
        k32 "RDTSC goes on"; rdtsc; mov %eax, %ebx; nop; rdtsc; cmp %eax, %ebx; sbb %eax, %eax; mov $0, %ebx; mov $0, %edx; end

        # ESC and WAIT. EM, MP and TS in EAX.
        .macro  with bits
        mov     %cr0, %eax
        and     $~14, %eax
        or      $\bits, %eax
        mov     %eax, %cr0
        .endm
        with    4
        k32 "ESC with EM"; .byte 0xd9, 0xd0; end
        k32 "FNINIT with EM"; .byte 0xdb, 0xe3; end
        k32 "FNSTSW with EM"; .byte 0xdf, 0xe0; end
        k32 "ESC to memory with EM"; .byte 0xdd, 0x05; .long scratch; end
        k32 "WAIT with EM"; fwait; end
        with    8
        k32 "ESC with TS"; .byte 0xd9, 0xd0; end
        k32 "WAIT with TS"; fwait; end
        with    10
        k32 "ESC with MP and TS"; .byte 0xd9, 0xd0; end
        k32 "WAIT with MP and TS"; fwait; end
        k32 "CLTS, then WAIT"; clts; fwait; end
        with    2
        k32 "WAIT with MP"; fwait; end
        with    14
        u32 "WAIT in ring 3"; fwait; end
        with    0
        k32 "WAIT"; fwait; end

        # Debug registers as storage.
        k32 "DR0 to DR3"; mov $0x12345678, %eax; mov %eax, %dr0; not %eax; mov %eax, %dr3; mov %dr0, %ebx; mov %dr3, %ecx; mov $0x5a5a, %edx; mov %edx, %dr1; mov %edx, %dr2; mov %dr2, %edx; end
        k32 "DR6 after zeros"; xor %eax, %eax; mov %eax, %dr6; mov %dr6, %ebx; end
        k32 "DR7 after zeros"; xor %eax, %eax; mov %eax, %dr7; mov %dr7, %ebx; end
        k32 "DR7's length and kind fields"; mov $0xfff00000, %eax; mov %eax, %dr7; mov %dr7, %ebx; xor %eax, %eax; mov %eax, %dr7; end
        k32 "DR4 is DR6"; mov $0xe00f, %eax; mov %eax, %dr6; mov %dr4, %ebx; xor %eax, %eax; mov %eax, %dr6; end
        k32 "DR5 is DR7"; xor %eax, %eax; mov %eax, %dr5; mov %dr7, %ebx; end
        k32 "a single step sets BS"; xor %eax, %eax; mov %eax, %dr6; mov $stepper, %eax; mov %ax, idt + 8; pushf; orl $0x100, (%esp); popf; nop; mov %dr6, %ebx; mov $stubs + 16, %eax; mov %ax, idt + 8; end
        cmpb    $'m', chosen
        jne     without
        k32 "DR6 after ones"; mov $-1, %eax; mov %eax, %dr6; mov %dr6, %ebx; end
without:
        to_real here
        .code16
here:   real "8086, bits 12 to 15 of the flags are not all ones"; pushf; pop %ax; and $0xfff, %ax; push %ax; popf; pushf; pop %ax; and $0xf000, %ax; mov %ax, %bx; stop
        real "286, bits 12 to 14 are not all zeros"; pushf; pop %ax; or $0xf000, %ax; push %ax; popf; pushf; pop %ax; push $2; popf; stop
        real "PUSH SP pushes the old SP"; push %sp; pop %ax; cmp %sp, %ax; stop
        real "the 186 masks its shifts"; mov $33, %cl; mov $1, %ax; shl %cl, %ax; stop
        real "AAD by 16"; mov $0x0203, %ax; .byte 0xd5, 0x10; stop
        real "MUL clears ZF or not"; xor %ax, %ax; mov $1, %al; mul %al; mov $0, %ax; stop
        real "SALC"; stc; .byte 0xd6; stop
        real "0F is no POP CS"; .byte 0x0f, 0x0b; stop
        real "FNSTSW with EM, real mode"; mov %cr0, %eax; or $4, %al; mov %eax, %cr0; mov $0, %eax; .byte 0xdf, 0xe0; stop
        real "CR0 from real mode"; mov %cr0, %eax; and $0x11, %eax; stop
        finish_real
        .code32
stepper:
        add     $0x100, %ebp
        iret
        .balign 8
scratch:
        .skip   16
