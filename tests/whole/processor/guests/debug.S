# Debug registers: breakpoints on code, data and ports, DR6 and DR7, RF, single steps, and what comes first.
        .include "frame.S"
        .set    GLOBAL, 2                       # DR7.G0
        .set    CODE, 0
        .set    STORES, 1 << 16
        .set    PORTS, 2 << 16
        .set    ACCESSES, 3 << 16
        .set    TWO, 1 << 18
        .set    FOUR, 3 << 18
        .set    CR4_DE, 8
        .set    GD, 0x2000
        .set    TASK_B, 0x60
main:   movw    $CODE32, idt + 8 * 0x40 + 2
        gate    idt + 8 * 0x40, CODE32, leaf, 0xee
        gate    idt + 8 * 0x41, CODE32, leaf, 0xef
        jmp     attempts

reset:  xor     %eax, %eax
        mov     %eax, %dr7
        mov     %eax, %dr0
        mov     %eax, %dr1
        mov     %eax, %dr2
        mov     %eax, %dr3
        mov     %eax, %dr6
        mov     %eax, %cr4
        movl    $0, scratch
        movl    $0, scratch + 4
        ret
        .macro  d32 name:req
        call    reset
        k32     "\name"
        .endm
# What DR6 says behind an attempt.
        .macro  dr6 name:req
        mov     %dr6, %eax
        value   "\name, DR6"
        .endm
# Arms DR0 at BASE + `where` with what DR7 says of it. Changes EAX.
        .macro  arm where, what
        mov     $BASE + \where, %eax
        mov     %eax, %dr0
        mov     $GLOBAL | (\what), %eax
        mov     %eax, %dr7
        .endm
attempts:
        d32 "DR7 reads bit 10"; mov %dr7, %eax; end
        d32 "DR7 after ones but GD"; mov $0xffffdfff, %eax; mov %eax, %dr7; mov %dr7, %ebx; xor %ecx, %ecx; mov %ecx, %dr7; end
        d32 "DR6 at first"; mov %dr6, %eax; end
        d32 "DR0 to DR3 keep"; mov $0x12345678, %eax; mov %eax, %dr0; mov %eax, %dr1; mov %eax, %dr2; mov %eax, %dr3; mov %dr0, %ebx; mov %dr3, %ecx; end
        d32 "DR4 is DR6, DR5 is DR7"; mov $0x402, %eax; mov %eax, %dr5; mov %dr7, %ebx; mov %dr4, %ecx; end
        d32 "DR4 with CR4.DE"; mov $CR4_DE, %eax; mov %eax, %cr4; mov %dr4, %eax; end
        d32 "DR5 with CR4.DE"; mov $CR4_DE, %eax; mov %eax, %cr4; mov %eax, %dr5; end
        call    reset
        u32 "DR0 in ring 3"; mov %dr0, %eax; end

        call    reset
        u32 "debug registers of ring 0 only"; mov %eax, %dr7; end

        d32 "data, stored"; arm scratch, STORES + FOUR; mov %ecx, scratch; nop; end
        dr6 "data, stored"
        d32 "data, only read"; arm scratch, STORES + FOUR; mov scratch, %ecx; nop; end
        dr6 "data, only read"
        d32 "data, read"; arm scratch, ACCESSES + FOUR; mov scratch, %ecx; nop; end
        d32 "data, written where accesses count"; arm scratch, ACCESSES + FOUR; movb $1, scratch + 3; nop; end
        d32 "data, beside"; arm scratch, ACCESSES + FOUR; mov scratch + 4, %ecx; mov scratch - 4, %ecx; nop; end
        d32 "data, reaching into it"; arm scratch, ACCESSES + FOUR; mov scratch - 3, %ecx; nop; end
        d32 "data, one byte"; arm scratch + 1, STORES; movb $1, scratch; movb $1, scratch + 2; movb $1, scratch + 1; nop; end
        d32 "data, two bytes, the address rounded"; arm scratch + 1, STORES + TWO; movb $1, scratch + 2; movb $1, scratch; nop; end
        d32 "data, four bytes, the address rounded"; arm scratch + 3, STORES + FOUR; movb $1, scratch + 4; movb $1, scratch; nop; end
        d32 "data, ADD to memory"; arm scratch, STORES + FOUR; add %ecx, scratch; nop; end
        d32 "data, CMP with memory"; arm scratch, STORES + FOUR; cmp %ecx, scratch; nop; end
        d32 "data, XCHG"; arm scratch, STORES + FOUR; xchg %ecx, scratch; nop; end
        d32 "data, PUSH"; arm STACK - 0x104, STORES + FOUR; sub $0x100, %esp; push %ecx; nop; end
        d32 "data, CALL"; arm STACK - 0x104, STORES + FOUR; sub $0x100, %esp; call 1f; nop; 1: nop; end
        d32 "data, PUSHA"; arm STACK - 0x110, STORES + FOUR; sub $0x100, %esp; pusha; nop; end
        d32 "data, each element of REP STOSB"; mov $4, %ecx; mov $scratch, %edi; arm scratch, STORES + FOUR; rep stosb; nop; end
        d32 "data, REP STOSB comes to it"; mov $8, %ecx; mov $scratch, %edi; arm scratch + 4, STORES + FOUR; rep stosb; nop; end
        d32 "data, REP MOVSB"; mov $4, %ecx; mov $scratch, %esi; mov $scratch + 8, %edi; arm scratch, ACCESSES + FOUR; rep movsb; nop; end
        d32 "data, SCASB"; mov $scratch, %edi; arm scratch, ACCESSES + FOUR; scasb; nop; end
        d32 "data, a jump through it"; movl $1f, scratch; arm scratch, ACCESSES + FOUR; jmp *scratch; nop; 1: nop; end
        d32 "data, and a fault comes first"; arm scratch, ACCESSES + FOUR; mov $scratch, %esi; xor %ecx, %ecx; mov %ecx, %es; mov $scratch, %edi; divl scratch; nop; end
        dr6 "data, and a fault comes first"
        d32 "data, and a step"; arm scratch, STORES + FOUR; pushf; orl $0x100, (%esp); popf; mov %ecx, scratch; nop; end
        d32 "DR6 keeps BS alone"; mov $0x4001, %eax; mov %eax, %dr6; mov $BASE + scratch, %eax; mov %eax, %dr1; mov $0xd00008, %eax; mov %eax, %dr7; mov %ecx, scratch; nop; end
        dr6 "DR6 keeps BS alone"
        d32 "data, in the next instruction's shadow"; arm scratch, ACCESSES + FOUR; movl $DATA32, scratch; nop; end
        d32 "data, XLAT"; arm scratch, ACCESSES + FOUR; mov $scratch, %ebx; xor %eax, %eax; xlat; nop; end
        d32 "data, BTS by register"; arm scratch + 4, STORES + FOUR; mov $33, %ecx; bts %ecx, scratch; nop; end
        d32 "data, CMPXCHG that stores nothing new"; arm scratch, STORES + FOUR; cmpxchg %ecx, scratch; nop; end
        d32 "data, LES"; arm scratch + 4, ACCESSES + FOUR; movl $0x10, %ss:scratch + 4; nop; end
        call    reset
        arm     scratch, STORES + FOUR
        u32 "data, in ring 3"; mov %ecx, scratch; nop; end
        dr6 "data, in ring 3"

        d32 "port"; mov $0x80, %eax; mov %eax, %dr0; mov $CR4_DE, %eax; mov %eax, %cr4; mov $GLOBAL + PORTS, %eax; mov %eax, %dr7; out %al, $0x81; out %al, $0x80; nop; end
        dr6 "port"
        d32 "port without CR4.DE"; mov $0x80, %eax; mov %eax, %dr0; mov $GLOBAL + PORTS, %eax; mov %eax, %dr7; out %al, $0x80; nop; end
        d32 "port, a word over it"; mov $0x81, %eax; mov %eax, %dr0; mov $CR4_DE, %eax; mov %eax, %cr4; mov $GLOBAL + PORTS, %eax; mov %eax, %dr7; out %ax, $0x80; nop; end
        d32 "port, OUTSB"; mov $0x80, %eax; mov %eax, %dr0; mov $CR4_DE, %eax; mov %eax, %cr4; mov $GLOBAL + PORTS, %eax; mov %eax, %dr7; mov $scratch, %esi; mov $0x80, %edx; outsb; nop; end
        d32 "port, REP OUTSB"; mov $0x80, %eax; mov %eax, %dr0; mov $CR4_DE, %eax; mov %eax, %cr4; mov $GLOBAL + PORTS, %eax; mov %eax, %dr7; mov $scratch, %esi; mov $0x80, %edx; mov $3, %ecx; rep outsb; nop; end

        .macro  step
        pushf
        orl     $0x100, (%esp)
        popf
        .endm
        d32 "step"; step; nop; nop; end
        dr6 "step"
        d32 "step into INT"; step; int $0x40; nop; end
        d32 "step over CALL"; step; call 1f; nop; 1: nop; end
        d32 "step, REP STOSB"; mov $3, %ecx; mov $scratch, %edi; step; rep stosb; nop; end
        d32 "step, REP STOSB, none"; xor %ecx, %ecx; mov $scratch, %edi; step; rep stosb; nop; end
        d32 "step, a fault"; step; ud2; nop; end
        dr6 "step, a fault"
        d32 "step, POPF clears TF"; push $2; step; popf; nop; end
        d32 "step, MOV SS"; mov %ss, %ecx; step; mov %ecx, %ss; nop; nop; end
        d32 "step, POP SS"; push %ss; step; pop %ss; nop; nop; end
        d32 "step, MOV SS and INT"; mov %ss, %ecx; step; mov %ecx, %ss; int $0x40; nop; end
        d32 "step, IRET sets TF"; push $0x102; push %cs; push $1f; iret; 1: nop; nop; end
        d32 "step, IRET clears TF"; push $2; push %cs; push $1f; step; iret; 1: nop; nop; end
        d32 "step, a jump to itself"; step; 1: jmp 1b; end

        # What QEMU 7.2 lacks.
        cmpb    $'m', chosen
        jne     done_all
        # QEMU compares breakpoints with EIP instead of the linear address, and never gets behind one.
        d32 "code, met"; arm 1f, CODE; nop; 1: nop; nop; end
        dr6 "code"
        d32 "code, not armed"; mov $BASE + 1f, %eax; mov %eax, %dr0; nop; 1: nop; end
        dr6 "code, not armed"
        d32 "code, armed locally"; arm 1f, 0; mov $1, %eax; mov %eax, %dr7; 1: nop; end
        d32 "code, the middle of an instruction"; arm 1f + 1, CODE; nop; 1: mov $1, %ecx; nop; end
        d32 "code, on a jump's target"; arm 1f, CODE; jmp 1f; nop; 1: nop; end
        d32 "code, on an undefined instruction"; arm 1f, CODE; 1: ud2; end
        dr6 "code, on an undefined instruction"
        d32 "code, in a loop"; arm 1f, CODE; mov $2, %ecx; 1: dec %ecx; jnz 1b; end
        d32 "code, on a repeated instruction"; arm 1f, CODE; mov $3, %ecx; mov $scratch, %edi; 1: rep stosb; end
        d32 "code, RF passes it once"; arm 1f, CODE; mov $2, %ecx; push $0x10002; push %cs; push $1f; iret; 1: dec %ecx; jnz 1b; end
        d32 "code, RF lasts for one instruction"; arm 2f, CODE; push $0x10002; push %cs; push $1f; iret; 1: nop; 2: nop; end
        d32 "code, POPF gives no RF"; arm 1f, CODE; push $0x10002; popf; 1: nop; end
        d32 "code, RF passes a repeated instruction"; arm 1f, CODE; mov $3, %ecx; mov $scratch, %edi; push $0x10002; push %cs; push $1f; iret; 1: rep stosb; nop; end
        d32 "two on one instruction"; arm 1f, CODE; mov $BASE + 1f, %eax; mov %eax, %dr3; mov $0x82, %eax; mov %eax, %dr7; nop; 1: nop; end
        dr6 "two on one instruction"
        d32 "GD, MOV from DR0"; mov $GD, %eax; mov %eax, %dr7; mov %dr0, %ebx; end
        dr6 "GD"
        mov     %dr7, %eax
        value "GD is cleared for the handler"
        d32 "GD, MOV to DR7"; mov $GD, %eax; mov %eax, %dr7; mov %eax, %dr7; end
        d32 "data, MOV SS from it waits"; movl $DATA32, scratch; arm scratch, ACCESSES + FOUR; mov scratch, %ss; nop; nop; end
        d32 "data, MOV SS from it, and INT"; movl $leaf, origin; movl $DATA32, scratch; arm scratch, ACCESSES + FOUR; mov scratch, %ss; int $0x40; nop; end
        dr6 "data, MOV SS from it, and INT"
        d32 "data, MOV SS from it, and a fault"; movl $stubs + 16 * 6, origin; movl $DATA32, scratch; arm scratch, ACCESSES + FOUR; mov scratch, %ss; ud2; nop; end
        d32 "code, behind MOV SS"; mov %ss, %ecx; arm 1f, CODE; mov %ecx, %ss; 1: nop; nop; end
        d32 "RF in a #DB's image, code"; movw $look, idt + 8; arm 1f, CODE; 1: nop; end
        d32 "RF in a #DB's image, data"; arm scratch, STORES + FOUR; mov %ecx, scratch; nop; end
        d32 "RF in a #DB's image, amid REP"; mov $3, %ecx; mov $scratch, %edi; arm scratch, STORES; rep stosb; nop; end
        d32 "RF in a #DB's image, the last of REP"; mov $1, %ecx; mov $scratch, %edi; arm scratch, STORES; rep stosb; nop; end
        movw    $stubs + 16, idt + 8
        d32 "step over HLT wakes it"; step; hlt; nop; end
        d32 "ICEBP leaves DR6"; .byte 0xf1; nop; end
        dr6 "ICEBP leaves DR6"
        d32 "CMPXCHG8B is one access"; arm scratch + 4, STORES + FOUR; cmpxchg8b scratch; nop; end
done_all:
        call    reset
        finish
look:   mov     8(%esp), %eax
        and     $0x10000, %eax
        int     $END_OF_ATTEMPT
leaf:   iret
        .balign 16
        .long   0
scratch:
        .skip   32
