# 16-bit and 32-bit code and stacks in protected mode, in all mixtures; prefixes; gates of the 286.
        .include "frame.S"
        .set    CODE32S, 0x60                   # 32-bit code of 64 KiB
        .set    GATE16, 0x68
        .set    GATE32, 0x70
        .set    TSS16, 0x78
        .set    GATE16_3, 0x80
        .set    STACK32_3, 0x88                 # ring 3 data, D/B as the other's
        .set    SMALL_STACK, 0x90               # 16-bit stack of 1000h bytes at F000h
        .set    CODE16_BIG, 0x98                # 16-bit code of 4 GiB
        .set    GATE32_TO16, 0xa0
        .set    BYTES3, 0xa8
main:   descriptor CODE32S, BASE, 0xffff, 0x9b, 0x40
        descriptor CODE16_BIG, BASE, 0xfffff, 0x9b, 0x80
        descriptor TSS16, BASE + tss16, 43, 0x81, 0
        descriptor BYTES3, BASE, 0xffff, 0xf3, 0
        gate    gdt + GATE16, CODE16, through16, 0x84
        gate    gdt + GATE32, CODE32, through32, 0x8c
        gate    gdt + GATE32_TO16, CODE16, through32_16, 0xec, 1
        gate    gdt + GATE16_3, CODE16, through16_3, 0xe4, 2
        gate    idt + 8 * 0x20, CODE16, leaf16, 0x86
        gate    idt + 8 * 0x21, CODE16, leaf16, 0x87
        gate    idt + 8 * 0x22, CODE32, leaf32, 0x8e
        gate    idt + 8 * 0x23, CODE32, leaf32, 0x8f
        gate    idt + 8 * 0x24, CODE16, leaf16, 0xe6
        gate    idt + 8 * 0x25, CODE32, leaf32, 0xee
        gate    idt + 8 * 0x26, CODE16, leaf16_to32, 0x8e

        k16 "16-bit code"; mov $0x1234, %ax; push %ax; pop %bx; end
        k16 "PUSH and POP of 32 bits"; pushl $0x12345678; pop %ebx; end
        k16 "PUSH of 16 bits writes 16"; pushl $-1; add $4, %sp; push %ax; sub $2, %sp; pop %ebx; end
        k16 "the 16-bit stack wraps"; mov $0x55550000, %esp; push %ax; mov %esp, %ebx; mov $STACK, %esp; end
        k16 "ESP above the stack stays"; mov $0xabcdf000, %esp; push %eax; pop %ebx; mov %esp, %ecx; end
        k16 "LEAVE with a 16-bit stack"; mov $0x1234efe0, %ebp; push %bp; mov %sp, %bp; leave; end
        k16 "ENTER of 32 bits with a 16-bit stack"; mov $0xdeadef80, %ebp; enterl $8, $2; mov %esp, %eax; mov %ebp, %ebx; end
        k16 "ENTER of 16 bits"; mov $0xdeadef80, %ebp; enterw $8, $2; mov %esp, %eax; mov %ebp, %ebx; end
        k16 "PUSHAD and POPAD"; pushal; mov $0, %eax; mov $0, %ebp; popal; end
        k16 "PUSHA keeps the upper halves"; pusha; mov $0x99999999, %eax; popa; end
        k16 "CALL and RET of 32 bits"; calll leaf_near32; end
        k16 "CALL and RET of 16 bits"; call leaf_near16; end
        k16 "CALL through a 32-bit register"; mov $leaf_near32, %eax; calll *%eax; end
        k16 "far call of 32 bits"; lcalll $CODE32, $leaf_far32; end
        k16 "far call of 16 bits"; lcall $CODE16, $leaf_far16; end
        k16 "far call of 16 bits into 32-bit code"; lcall $CODE32, $leaf_far16_32; end
        k16 "far call through a 16-bit gate"; lcall $GATE16, $0xffff; end
        k16 "far call through a 32-bit gate"; lcall $GATE32, $0xffff; end
        k16 "INT through a 16-bit interrupt gate"; int $0x20; end
        k16 "INT through a 16-bit trap gate"; int $0x21; end
        k16 "INT through a 32-bit gate"; int $0x22; end
        k16 "INT through a 32-bit gate to 16-bit code"; int $0x26; end
        k16 "16-bit addresses wrap"; movl $0x12345678, scratch; mov $0xfff0, %bx; mov scratch + 16(%bx), %eax; end
        k16 "a 32-bit address"; movl $0x12345678, scratch; mov $scratch - 0x100, %ebx; mov $0x40, %ecx; mov (%ebx,%ecx,4), %eax; end
        k16 "LEA of 32 bits, 16-bit address"; mov $0xfff8, %bx; mov $0x18, %si; leal (%bx,%si), %eax; end
        k16 "LEA of 16 bits, 32-bit address"; mov $0x12345678, %ebx; leaw 1(%ebx), %ax; end
        k16 "string moves with 32-bit addresses"; mov $text, %esi; mov $scratch, %edi; mov $4, %ecx; addr32 rep movsb; mov scratch, %eax; end
        k16 "string moves with 16-bit addresses keep upper halves"; mov $0x11110000 + text, %esi; mov $0x22220000 + scratch, %edi; mov $0x33330002, %ecx; rep movsw; mov scratch, %eax; end
        k16 "LOOP with CX and ECX"; mov $0x10002, %ecx; 1: loop 1b; mov %ecx, %eax; mov $3, %ecx; 2: addr32 loop 2b; end
        k16 "JECXZ"; mov $0x10000, %ecx; jcxz 1f; ud2; 1: jecxz 1b; end
        k16 "jump through a 16-bit word"; movl $0xffff0000 + 1f, scratch; jmp *scratch; ud2; 1: end
        k16 "jump through a 32-bit word"; movl $1f, scratch; jmpl *scratch; ud2; 1: end
        k16 "MOV of a segment into 32 bits"; mov $-1, %eax; .byte 0x66; mov %ds, %eax; end
        k16 "MOV of a segment into 16 bits"; mov $-1, %eax; .byte 0x8c, 0xd8; end
        k16 "LGDT of 16 bits"; sgdtl scratch; movl scratch + 2, %eax; movw $0xff, scratch + 16; orl $0xaa000000, %eax; mov %eax, scratch + 18; lgdtw scratch + 16; sgdtl scratch + 8; mov scratch + 10, %ebx; lgdtl scratch; xor %eax, %eax; end
        k16 "SGDT of 16 bits"; movl $-1, scratch + 2; sgdtw scratch; mov scratch + 2, %ebx; end
        k16 "SMSW, SLDT, STR of 16 bits"; mov $-1, %eax; mov $-1, %ebx; mov $-1, %ecx; smsw %ax; and $15, %ax; sldt %bx; str %cx; end
        k16 "PUSH of a segment, 16 and 32 bits"; push %ds; pop %ax; pushl $0; add $4, %sp; pushl %es; pop %ebx; end
        k16 "POP of a segment, 32 bits"; pushl $0xffff0000 + DATA32; popl %es; end
        k16 "POPF of 16 bits keeps AC and ID"; pushl $0x240002; popfl; pushw $0x8d7; popfw; pushfl; pop %eax; pushl $2; popfl; end
        k16 "IRET of 16 bits"; pushfw; pushw %cs; pushw $1f; iretw; 1: end
        k16 "IRET of 32 bits to 32-bit code"; pushfl; pushl $CODE32; pushl $leaf_end32; iretl; end
        k16 "RETF of 16 bits to 32-bit code"; pushw $CODE32; pushw $leaf_end32; lretw; end
        k16 "jump into 32-bit code and back"; ljmpl $CODE32, $1f; .code32; 1: mov $0x12345678, %eax; ljmpw $CODE16, $2f; .code16; 2: mov $0x9abc, %ax; end
        k16 "16-bit jump with an upper half"; ljmpl $CODE16_BIG, $1f; 1: mov $1, %ax; .byte 0xeb, 0; end
        k16 "prefix 66h twice"; .byte 0x66, 0x66, 0xb8, 1, 2, 3, 4; end
        k16 "prefixes 66h, 67h, segment"; movl $0x87654321, scratch; mov $scratch - 4, %ebx; .byte 0x2e, 0x66, 0x67, 0x8b, 0x43, 0x04; end
        k16 "67h before a 16-bit displacement"; movl $0x87654321, scratch; .byte 0x67, 0x66, 0xa1; .long scratch; end
        k16 "MOVZX and MOVSX"; mov $0x8081, %bx; movzbl %bl, %eax; movswl %bx, %ecx; movzbw %bh, %dx; end
        k16 "CWD, CDQ, CBW, CWDE"; mov $0x80, %al; cbw; cwd; mov %ax, %bx; cwde; cdq; end
        k16 "XLAT"; mov $text, %bx; mov $2, %al; xlat; end
        k16 "BSWAP of 16 bits is left alone"; mov $0x12345678, %eax; end
        k16 "segment load changes nothing but it"; mov $DATA32, %ax; mov %ax, %ds; mov scratch, %ax; xor %ax, %ax; end
        k16 "a 32-bit stack under 16-bit code"; mov $DATA32, %ax; mov %ax, %ss; mov $0x1f000 - BASE, %esp; push %ax; push %eax; mov %esp, %ebx; add $6, %esp; end
        k16 "CALL under 16-bit code and a 32-bit stack"; mov $DATA32, %ax; mov %ax, %ss; call leaf_near16; end

        k32 "a 16-bit stack under 32-bit code"; mov $DATA16, %eax; mov %eax, %ss; mov $0x77770000, %esp; push %eax; mov %esp, %ebx; pop %ecx; mov $STACK, %esp; end
        k32 "CALL and RET with a 16-bit stack"; mov $DATA16, %eax; mov %eax, %ss; mov $0x7777f000, %esp; call leaf_near32_32; end
        k32 "PUSHA of 16 bits"; pushaw; mov $0, %eax; popaw; end
        k32 "PUSH of 16 bits"; pushw $0x1234; mov %esp, %ebx; pop %ax; end
        k32 "RET of 16 bits"; push $0xffff0000 + 1f; .byte 0x66; ret; ud2; 1: mov %esp, %eax; add $2, %esp; end
        k32 "CALL of 16 bits"; .byte 0x66, 0xe8; .word leaf_near16_32 - 1f; 1: end
        k32 "JMP of 16 bits clears the upper half"; .byte 0x66, 0xeb, 0x00; end
        k32 "16-bit addresses"; movl $0x12345678, scratch; mov $0xffff0000 + scratch, %ebx; mov (%bx), %eax; end
        k32 "LOOP with CX"; mov $0x50002, %ecx; 1: addr16 loop 1b; end
        k32 "REP with CX"; mov $0x50002, %ecx; mov $0x10000 + text, %esi; mov $0x20000 + scratch, %edi; addr16 rep movsb; end
        k32 "INT through 16-bit gates"; int $0x20; end
        k32 "far call through a 16-bit gate from 32-bit code"; lcall $GATE16, $0; end
        k32 "far call of 16 bits, from 32-bit code"; lcallw $CODE16, $leaf_far16; end
        k32 "BSWAP"; mov $0x12345678, %eax; bswap %eax; end
        k32 "LEA with scale"; mov $0x1000, %ebx; mov $0x10, %esi; lea 8(%ebx,%esi,8), %eax; lea (,%esi,4), %ecx; end
        k32 "ESP as a base"; push $0x1234; mov (%esp), %eax; mov %eax, 4(%esp); pop %ebx; end
        k32 "POP to memory through ESP"; push $0x2222; push $0x1111; popl (%esp); pop %eax; end
        k32 "PUSH from memory through ESP"; push $0x1111; pushl (%esp); pop %eax; pop %ebx; end
        k32 "PUSH ESP"; push %esp; pop %eax; end
        k32 "POP ESP"; push $0xef00; pop %esp; end
        k32 "LEAVE"; mov $STACK - 16, %ebp; movl $0x5555, STACK - 16; leave; end
        k32 "XCHG with the stack pointer"; mov $0xe800, %eax; xchg %eax, %esp; push %ebx; end
        k32 "a 64 KiB code segment of 32 bits"; ljmp $CODE32S, $1f; 1: mov $1, %eax; end

        u16 "ring 3 in 16 bits"; push %ax; pop %bx; end
        u16 "a 16-bit interrupt gate to ring 0"; int $0x24; end
        u16 "a 32-bit interrupt gate to ring 0"; int $0x25; end
        u16 "a 16-bit call gate with two words"; pushw $0x1111; pushw $0x2222; lcall $GATE16_3 + 3, $0; end
        u16 "a 32-bit call gate with one doubleword"; pushl $0x12345678; lcall $GATE32_TO16 + 3, $0; end
        u16 "the upper half of ESP over a 16-bit gate"; mov $0x77770000 + USER, %esp; int $0x24; mov %esp, %eax; end
        u16 "the upper half of ESP over a 32-bit gate"; mov $0x77770000 + USER, %esp; int $0x25; mov %esp, %eax; end
        u32 "16-bit gate from 32-bit code"; int $0x24; end
        u32 "16-bit call gate from 32-bit code"; push $0x22221111; lcall $GATE16_3 + 3, $0; end
        u32 "16-bit stack in ring 3"; mov $BYTES3 + 3, %eax; mov %eax, %ss; mov $0x4444d000, %esp; push %ebx; int $0x25; mov %esp, %ecx; end
        movw    $INNER, tss16 + 2
        movw    $DATA16, tss16 + 4
        mov     $TSS16, %eax
        ltr     %ax
        u16 "a 286's TSS"; int $0x24; end
        u32 "a 286's TSS and a 32-bit gate"; int $0x25; end
        u32 "ports with a 286's TSS"; in $0x61, %al; end
        u16 "a call gate and a 286's TSS"; pushw $0x1111; pushw $0x2222; lcall $GATE16_3 + 3, $0; end
        finish

        .code16
leaf_near32:
        mov     (%esp), %eax
        mov     %esp, %ebx
        retl
leaf_near16:
        mov     %esp, %ebx
        ret
leaf_far16:
        mov     %esp, %ecx
        lret
leaf16: mov     %esp, %ecx
        mov     %ss, %dx
        pushf
        pop     %bx
        iretw
leaf16_to32:
        mov     %esp, %ecx
        iretl
through16:
        mov     %esp, %ecx
        movzwl  %sp, %eax
        mov     (%eax), %eax
        lretw
through16_3:
        mov     %esp, %ebp
        mov     %ss, %di
        movzwl  %sp, %ebx
        mov     %ss:(%ebx), %eax
        mov     %ss:4(%ebx), %ecx
        mov     %ss:8(%ebx), %edx
        lretw   $4
through32_16:
        mov     %esp, %ebp
        movzwl  %sp, %ebx
        mov     %ss:(%ebx), %eax
        mov     %ss:8(%ebx), %ecx
        mov     %ss:12(%ebx), %edx
        lretl   $4
        .code32
leaf_near32_32:
        mov     %esp, %ebx
        ret
leaf_near16_32:
        mov     %esp, %ebx
        .byte   0x66
        ret
leaf_far32:
        mov     %esp, %ecx
        lretl
leaf_far16_32:
        mov     %esp, %ecx
        lretw
leaf32: mov     %esp, %ecx
        mov     %ss, %edx
        pushf
        pop     %ebx
        iretl
through32:
        mov     %esp, %ecx
        lretl
leaf_end32:
        int     $END_OF_ATTEMPT
        .balign 8
text:   .ascii  "abcdefghijklmnop"
scratch:
        .skip   64
tss16:  .skip   44
