# Limits, and what is left unchanged where an instruction faults half-way; exceptions while an exception is delivered;
# stacks of inner rings that are not what they should be.
        .include "frame.S"
        .set    SMALL, 0x63                     # ring 3: data of bytes 0–0fffh at 8000h
        .set    DOWN16, 0x6b                    # expand-down, B = 0: 1000h–0ffffh
        .set    DOWN32, 0x73                    # expand-down, B = 1: 10000h–0ffffffffh
        .set    PAGE, 0x7b                      # one page by granularity
        .set    ONE, 0x83                       # one byte
        .set    SMALL_CODE, 0x8b                # ring 3 code, 32-bit, the image's first 0b000h bytes
        .set    CODE1, 0x91                     # ring 1
        .set    DATA1, 0x99
        .set    ABSENT1, 0xa1
        .set    GATE_TO1, 0xab
        .set    SMALL1, 0xb1                    # ring 1 stack of 16 bytes
        .set    SHORT_TSS, 0xb8
        .set    GATE_BEYOND, 0xc3
        .set    CODE0S, 0xc8                    # ring 0, of 16 bytes
        .set    EMPTY_DOWN, 0xdb                # expand-down of everything below: nothing is inside
main:   descriptor SMALL, BASE + 0x8000, 0xfff, 0xf3, 0x40
        descriptor DOWN16, BASE, 0xfff, 0xf7, 0
        descriptor DOWN32, BASE - 0x10000, 0xf, 0xf7, 0xc0
        descriptor PAGE, BASE + 0x8000, 0, 0xf3, 0xc0
        descriptor ONE, BASE + 0x8000, 0, 0xf3, 0x40
        descriptor SMALL_CODE, BASE, 0xafff, 0xfb, 0x40
        descriptor CODE1, BASE, 0xfffff, 0xbb, 0xc0
        descriptor DATA1, BASE, 0xfffff, 0xb3, 0xc0
        descriptor ABSENT1, BASE, 0xfffff, 0x33, 0xc0
        descriptor SMALL1, BASE, 15, 0xb3, 0x40
        descriptor SHORT_TSS, BASE + tss, 0xc, 0x89, 0
        descriptor CODE0S, BASE, 15, 0x9b, 0x40
        descriptor EMPTY_DOWN, BASE, 0xffff, 0xf7, 0
        gate    gdt + (GATE_TO1 & ~7), CODE1, to_ring1, 0xec, 1
        gate    gdt + (GATE_BEYOND & ~7), CODE0S, 16, 0xec, 0
        gate    idt + 8 * 0x20, CODE1, to_ring1_int, 0xee
        gate    idt + 8 * 0x21, CODE0S, 16, 0xee
        movl    $0xb000, tss + 12               # ring 1's stack
        .set    SS1, tss + 16

        # Inner stacks.
        movl    $DATA1, SS1
        u32 "call gate to ring 1"; push $0x1234; lcall $GATE_TO1, $0; end
        u32 "interrupt to ring 1"; int $0x20; end
        movl    $0, SS1
        u32 "null inner SS, call"; push $0x1234; lcall $GATE_TO1, $0; end
        u32 "null inner SS, interrupt"; int $0x20; end
        movl    $DATA32, SS1
        u32 "inner SS of another ring, call"; push $0x1234; lcall $GATE_TO1, $0; end
        u32 "inner SS of another ring, interrupt"; int $0x20; end
        movl    $DATA1 & ~3, SS1
        u32 "inner SS with another RPL"; push $0x1234; lcall $GATE_TO1, $0; end
        movl    $ABSENT1, SS1
        u32 "absent inner SS, call"; push $0x1234; lcall $GATE_TO1, $0; end
        u32 "absent inner SS, interrupt"; int $0x20; end
        movl    $0x1001, SS1
        u32 "inner SS beyond the table"; push $0x1234; lcall $GATE_TO1, $0; end
        movl    $CODE1, SS1
        u32 "code as inner SS"; push $0x1234; lcall $GATE_TO1, $0; end
        movl    $DATA1, SS1
        mov     $SHORT_TSS, %eax
        ltr     %ax
        u32 "TSS too short, call"; push $0x1234; lcall $GATE_TO1, $0; end
        u32 "TSS too short, interrupt"; int $0x20; end
        andb    $0xfd, gdt + TSS + 5
        mov     $TSS, %eax
        ltr     %ax

        # One exception while another is delivered: AMD APM vol. 2, 8.2.9.
        movw    $0x0e00, idt + 8 * 13 + 4       # #GP's gate is absent
        k32 "#GP without its gate"; mov $0x1000, %eax; mov %eax, %ds; end
        k32 "#GP of ring 0 by INT"; int $0x88; end
        k32 "the second of #DE and #GP"; xor %ecx, %ecx; div %ecx; end
        movw    $0x8e00, idt + 8 * 13 + 4
        movw    $0x0e00, idt + 8 * 6 + 4
        k32 "#UD without its gate is #NP"; ud2; end
        movw    $0x8e00, idt + 8 * 6 + 4
        movw    $0x0e00, idt + 8 * 0 + 4
        k32 "#DE without its gate is #DF"; xor %ecx, %ecx; div %ecx; end
        movw    $0x8e00, idt + 8 * 0 + 4
        movw    $0x0e00, idt + 8 * 3 + 4
        k32 "INT3 without its gate"; int3; end
        movw    $0x8e00, idt + 8 * 3 + 4
        movw    $0x0e00, idt + 8 * 1 + 4
        k32 "#DB without its gate"; pushf; orl $0x100, (%esp); popf; nop; end
        movw    $0x8e00, idt + 8 * 1 + 4
        movw    $DATA32, idt + 8 * 6 + 2
        k32 "#UD to data is #GP"; ud2; end
        movw    $0, idt + 8 * 6 + 2
        k32 "#UD to null is #GP"; ud2; end
        movw    $CODE32, idt + 8 * 6 + 2
        movw    $0, idt + 8 * 12 + 2
        k32 "#SS to null is #DF"; mov $ABSENT1 & ~3, %eax; mov %eax, %ss; end
        movw    $CODE32, idt + 8 * 12 + 2
        movw    $0x8c00, idt + 8 * 11 + 4
        k32 "#NP to a call gate is #DF"; mov $ABSENT1, %eax; mov %eax, %ds; end
        movw    $0x8e00, idt + 8 * 11 + 4
        movw    $0x2e00, idt + 8 * 6 + 4
        u32 "#UD in ring 3, gate absent"; ud2; end
        movw    $0x8e00, idt + 8 * 6 + 4
        movl    $0, SS1
        movw    $CODE1, idt + 8 * 6 + 2
        u32 "#UD to ring 1 without a stack is #TS"; ud2; end
        movw    $CODE1, idt + 8 * 13 + 2
        u32 "#GP to ring 1 without a stack is #DF"; cli; end
        movw    $CODE32, idt + 8 * 6 + 2
        movw    $CODE32, idt + 8 * 13 + 2
        movl    $DATA1, SS1

        # What of a faulting instruction is left: nothing. These fault by selectors, which QEMU checks as well.
        k32 "LDS of an absent segment"; movl $0x99, scratch; movw $ABSENT1, scratch + 4; lds scratch, %ebx; end
        k32 "POP DS of an absent segment"; push $ABSENT1; pop %ds; end
        k32 "IRET to ring 3 with an absent SS"; push $ABSENT1 + 2; push $0x1111; push $0xcd7; push $UCODE32; push $0x2222; iret; end
        k32 "DIV by a memory operand of 0"; movl $0, scratch; divl scratch; end
        k32 "DIV overflow keeps EAX and EDX"; mov $5, %edx; movl $5, scratch; divl scratch; end
        cmpb    $'m', chosen
        jne     done_all

        # Limits.
        .macro  small name, selector
        u32 "\name"
        mov     $\selector, %eax
        mov     %eax, %fs
        .endm
        small "the last byte", SMALL; mov %fs:0xfff, %al; end
        small "the last doubleword", SMALL; mov %fs:0xffc, %ebx; end
        small "a byte beyond", SMALL; mov %fs:0x1000, %al; end
        small "a word over the limit", SMALL; mov %fs:0xfff, %ax; end
        small "a doubleword over the limit, written", SMALL; mov %eax, %fs:0xffd; end
        small "CMPXCHG8B over the limit", SMALL; cmpxchg8b %fs:0xff9; end
        small "at -1", SMALL; mov %fs:0xffffffff, %al; end
        small "a doubleword around 4 GiB", SMALL; mov %fs:0xfffffffe, %eax; end
        small "the only byte", ONE; mov %fs:0, %bl; end
        small "a word where there is one byte", ONE; mov %fs:0, %bx; end
        small "the last byte of a page", PAGE; mov %fs:0xfff, %bl; end
        small "behind the page", PAGE; mov %fs:0x1000, %bl; end
        small "expand-down, below", DOWN16; mov %fs:0xfff, %bl; end
        small "expand-down, a word over its lower end", DOWN16; mov %fs:0xfff, %bx; end
        small "expand-down, the first byte", DOWN16; cmpb $0, %fs:0x1000; end
        small "expand-down, the last byte", DOWN16; cmpb $0, %fs:0xffff; end
        small "expand-down, a word over its upper end", DOWN16; mov %fs:0xffff, %bx; end
        small "expand-down, above 64 KiB", DOWN16; mov %fs:0x10000, %bx; end
        small "expand-down of 32 bits, below", DOWN32; mov %fs:0xffff, %bx; end
        small "expand-down of 32 bits, the first word", DOWN32; movw %fs:0x10000, %bx; end
        small "expand-down of nothing", EMPTY_DOWN; mov %fs:0xffff, %bl; end
        small "read-modify-write keeps the flags", SMALL; stc; addl $1, %fs:0xffe; end
        small "SHL keeps the flags", SMALL; stc; shll $4, %fs:0xffe; end
        small "XCHG keeps the register", SMALL; xchg %ebx, %fs:0xffe; end
        small "XADD keeps the register", SMALL; xadd %ebx, %fs:0xffe; end
        small "CMPXCHG keeps everything", SMALL; cmpxchg %ebx, %fs:0xffe; end
        small "BTS with a register reaches beyond", SMALL; mov $0x8000, %ebx; bts %ebx, %fs:0; end
        small "BT with a register, the last doubleword", SMALL; mov $0x7fff, %ebx; bt %ebx, %fs:0; end
        small "LES over the limit", SMALL; les %fs:0xffb, %ebx; end
        small "far jump over the limit", SMALL; ljmp *%fs:0xffb; end
        small "jump through memory beyond", SMALL; jmp *%fs:0xffe; end
        small "call through memory beyond keeps ESP", SMALL; call *%fs:0xffe; end
        small "PUSH from memory beyond keeps ESP", SMALL; pushl %fs:0xffe; end
        small "POP to memory beyond keeps ESP", SMALL; push $1; popl %fs:0xffe; end
        small "XLAT beyond", SMALL; mov $0xfff, %ebx; mov $1, %al; xlat %fs:(%ebx); end
        small "LODSD over the limit", SMALL; mov $0xffe, %esi; lodsl %fs:(%esi); end
        small "CMPSB, the first operand", SMALL; mov $0x1000, %esi; mov $0, %edi; stc; cmpsb %es:(%edi), %fs:(%esi); end
        small "DIV by an operand beyond is #GP", SMALL; xor %edx, %edx; divl %fs:0xffe; end
        small "BOUND over the limit", SMALL; bound %eax, %fs:0xff9; end
        small "LOCK on what takes none is #UD first", SMALL; .byte 0xf0, 0x64, 0x8b, 0x1d, 0xfe, 0x0f, 0, 0; end
        small "MOV to a segment from beyond", SMALL; mov %fs:0xfff, %ds; end
        small "SGDT over the limit", SMALL; sgdt %fs:0xffb; end
        u32 "STOSD over the limit"; mov $SMALL, %eax; mov %eax, %es; mov $0xffe, %edi; stosl; end
        u32 "REP STOSB up to the limit"; mov $SMALL, %eax; mov %eax, %es; mov $0xff0, %edi; mov $0x20, %ecx; rep stosb; end
        u32 "REP STOSD up to the limit"; mov $SMALL, %eax; mov %eax, %es; mov $0xfe2, %edi; mov $0x20, %ecx; rep stosl; end
        u32 "REP STOSB down from the limit"; mov $SMALL, %eax; mov %eax, %es; mov $3, %edi; mov $0x20, %ecx; std; rep stosb; end
        u32 "REP MOVSD, the destination ends"; mov $SMALL, %eax; mov %eax, %es; mov $0xff0, %edi; mov $scratch, %esi; mov $9, %ecx; rep movsl; end
        u32 "REP MOVSD, the source ends"; mov $SMALL, %eax; mov %eax, %ds; mov $0xff0, %esi; mov $scratch, %edi; mov $9, %ecx; rep movsl; end
        u32 "REPE CMPSB up to the limit"; mov $SMALL, %eax; mov %eax, %ds; mov %eax, %es; mov $0xff0, %esi; mov $0xff0, %edi; mov $99, %ecx; repe cmpsb; end
        u32 "REP SCASB up to the limit"; mov $SMALL, %eax; mov %eax, %es; mov $0xff0, %edi; mov $99, %ecx; mov $0x77, %al; repne scasb; end
        u32 "MOVSB, the second operand"; mov $SMALL, %eax; mov %eax, %es; mov $0x1000, %edi; mov $scratch, %esi; movsb; end

        # Stacks.
        .macro  down name, pointer
        u32 "\name"
        mov     $DOWN16, %eax
        mov     %eax, %ss
        mov     $\pointer, %esp
        .endm
        down "PUSH at the end of the stack", 0x1002; push %eax; end
        down "PUSH of 16 bits at the end", 0x1002; pushw %ax; end
        down "PUSH beyond the end", 0x1000; pushw %ax; end
        down "PUSHAD half-way", 0x1010; pushal; end
        down "PUSHA half-way", 0x1008; pushaw; end
        down "PUSHA that just fits", 0x1010; pushaw; end
        down "CALL at the end", 0x1002; call far_away; end
        down "far CALL half-way", 0x1004; lcall $UCODE32, $0; end
        down "ENTER at the end", 0x1002; enter $0, $0; end
        down "ENTER half-way", 0x1008; mov $0x2000, %ebp; enter $0, $3; end
        down "ENTER whose frame is too large", 0x1100; enter $0x200, $0; end
        down "PUSHF at the end", 0x1002; pushf; end
        down "PUSH of a segment at the end", 0x1002; push %ds; end
        down "a gate copies parameters that are not there", 0xfffe; lcall $GATE_TO1, $0; end
        .macro  up name, pointer
        u32 "\name"
        mov     $SMALL, %eax
        mov     %eax, %ss
        mov     $\pointer, %esp
        .endm
        up "POP over the limit", 0xffe; pop %ebx; end
        up "POP of the last doubleword", 0xffc; pop %ebx; end
        up "POPAD half-way", 0xff0; popal; end
        up "POPA half-way", 0xff8; popaw; end
        up "POPF over the limit", 0xffe; popf; end
        up "RET over the limit", 0xffe; ret; end
        up "RETF half-way", 0xffc; lret; end
        up "IRET half-way", 0xff8; iret; end
        up "IRET without any", 0x1000; iret; end
        up "LEAVE over the limit", 0x100; mov $0xffe, %ebp; leave; end
        up "POP of a segment over the limit", 0xffe; pop %ds; end
        up "EBP means SS", 0x100; mov $0xffe, %ebp; mov (%ebp), %eax; end
        up "ESP means SS", 0xffe; mov (%esp), %eax; end
        up "an override means not SS", 0x100; mov $0x2ffe, %ebp; mov %ds:(%ebp), %ax; xor %eax, %eax; end
        up "ENTER of a link over the limit", 0x100; mov $0x1002, %ebp; enter $0, $2; end

        # Code.
        u32 "far jump beyond the limit, 32 bits"; ljmp $SMALL_CODE, $0xb000; end
        u32 "far call beyond the limit, 32 bits, keeps ESP"; lcall $SMALL_CODE, $0xb000; end
        u32 "the last byte of the segment"; movb $0x90, 0xafff; ljmp $SMALL_CODE, $1f; 1: mov $0xafff, %eax; movl $0xb000, origin; jmp *%eax; end
        u32 "an instruction over the limit, 32 bits"; movb $0xb8, 0xaffe; ljmp $SMALL_CODE, $1f; 1: mov $0xaffe, %eax; movl $0xaffe, origin; jmp *%eax; end
        u32 "an opcode that ends at the limit is whole"; movw $0x9090, 0xaffc; movw $0x7fcd, 0xaffe; ljmp $SMALL_CODE, $1f; 1: mov $0xaffc, %eax; movl $0xaffc, origin; jmp *%eax; end
        u32 "near jump beyond"; ljmp $SMALL_CODE, $1f; 1: mov $0xb000, %eax; jmp *%eax; end
        u32 "near call beyond keeps ESP"; ljmp $SMALL_CODE, $1f; 1: mov $0xb000, %eax; call *%eax; end
        u32 "near return beyond keeps ESP"; ljmp $SMALL_CODE, $1f; 1: push $0xb000; ret; end
        u32 "JZ beyond, not taken"; ljmp $SMALL_CODE, $1f; 1: test %esp, %esp; .byte 0x0f, 0x84; .long 0xb000; end
        u32 "JNZ beyond, taken"; ljmp $SMALL_CODE, $1f; 1: test %esp, %esp; .byte 0x0f, 0x85; .long 0xb000; end
        u32 "RETF beyond the limit"; push $SMALL_CODE; push $0xb000; lret; end
        u32 "IRET beyond the limit"; pushf; push $SMALL_CODE; push $0xb000; iret; end
        u32 "a call gate beyond the limit"; lcall $GATE_BEYOND, $0; end
        u32 "an interrupt gate beyond the limit"; int $0x21; end
        movl    $SMALL1, SS1
        movl    $12, tss + 12
        u32 "an inner stack too small, call"; push $0x1234; lcall $GATE_TO1, $0; end
        u32 "an inner stack too small, interrupt"; int $0x20; end
done_all:
        finish
far_away:
        ret
to_ring1:
        mov     %cs, %eax
        mov     %ss, %ebx
        mov     %esp, %ecx
        mov     8(%esp), %edx
        lret    $4
to_ring1_int:
        mov     %cs, %eax
        mov     %ss, %ebx
        mov     %esp, %ecx
        iret
        .balign 8
scratch:
        .skip   64
