# Real mode: interrupts through the vector table, limits, far transfers, unreal mode, round trips to protected mode,
# single steps, flags, stacks that wrap.
        .include "frame.S"
        .set    SEG, BASE >> 4
        .set    EXPANDED, 0x60                  # 16-bit data, base 30000h, bytes 0–0fffh
        .set    BIG, 0x68                       # data, 4 GiB, from 0
        .set    BIG_STACK, 0x70                 # 32-bit stack
main:   descriptor EXPANDED, 0x30000, 0xfff, 0x93, 0
        descriptor BIG, 0, 0xfffff, 0x93, 0xc0
        descriptor BIG_STACK, BASE, 0xfffff, 0x93, 0xc0
        to_real here
        .code16
here:
        real "nothing"; stop
        real "INT"; int $0x40; stop
        real "INT and IRET"; mov $leaf_iret, %ax; call set_vector; movw $0x8d7, %ax; push %ax; popf; int $0x41; stop
        real "the handler's flags"; mov $leaf_flags, %ax; call set_vector; pushw $0x7202; popf; int $0x41; pushw $2; popf; stop
        real "IRET takes all 16 bits of the flags"; pushw $0x7cd7; push %cs; pushw $1f; iret; 1: pushf; pop %ax; pushw $2; popf; stop
        real "IRETD"; mov $0x244002, %eax; push %eax; pushl $SEG; pushl $1f; iretl; 1: pushfl; pop %eax; pushl $2; popfl; stop
        real "POPF"; pushw $0x7ed5; popf; pushf; pop %ax; pushw $2; popf; stop
        real "POPFD"; pushl $0x3ffcd5; popfl; pushfl; pop %eax; pushl $2; popfl; stop
        real "PUSHFD after POPF keeps the upper half"; pushl $0x200002; popfl; pushw $2; popf; pushfl; pop %eax; pushl $2; popfl; stop
        real "INT0 by division"; xor %cx, %cx; div %cx; stop
        real "divide overflow"; mov $0xffff, %dx; mov $2, %cx; div %cx; stop
        real "IDIV of the smallest"; mov $0x8000, %ax; mov $0xffff, %dx; mov $0xffff, %cx; idiv %cx; stop
        real "IDIV of -32768 by -1"; mov $0x8000, %ax; cwd; mov $-1, %cx; idiv %cx; stop
        real "AAM by 0"; aam $0; stop
        real "BOUND"; mov $7, %ax; bound %ax, bounds; stop
        real "INTO"; mov $0x7f, %al; inc %al; into; stop
        real "INT3"; int3; stop
        real "undefined instruction"; ud2; stop
        real "LOCK on a register"; .byte 0xf0, 0x01, 0xc0; stop
        real "LAR is not for real mode"; .byte 0x0f, 0x02, 0xc0; stop
        real "VERR is not for real mode"; .byte 0x0f, 0x00, 0xe0; stop
        real "ARPL is not for real mode"; .byte 0x63, 0xc0; stop
        real "SLDT is not for real mode"; .byte 0x0f, 0x00, 0xc0; stop
        real "LTR is not for real mode"; .byte 0x0f, 0x00, 0xd8; stop
        real "STR is not for real mode"; .byte 0x0f, 0x00, 0xc8; stop
        real "SGDT"; sgdt scratch; mov scratch, %ax; mov scratch + 2, %ebx; stop
        real "LGDT of 16 bits takes 24 bits of base"; sgdt scratch; movw $0x123, scratch + 8; movl $0xff012345, scratch + 10; lgdtw scratch + 8; sgdt scratch + 16; mov scratch + 18, %eax; lgdtl scratch; stop
        real "SMSW"; smsw %ax; and $15, %ax; stop

        # Limits.
        real "a word at FFFEh"; mov $0xfffe, %bx; mov (%bx), %ax; xor %ax, %ax; stop
        real "a byte at FFFFh"; mov $0xffff, %bx; mov (%bx), %al; xor %ax, %ax; stop
        real "address wraps at 64 KiB"; movl $0x12345678, scratch; mov $0xfff0, %bx; mov scratch + 16(%bx), %eax; stop
        real "SI + BX wrap"; movl $0x12345678, scratch; mov $0x8000, %bx; mov $0x8000, %si; mov scratch(%bx,%si), %eax; stop
        real "far jump"; ljmp $SEG, $1f; 1: stop
        real "far jump to another selector of the same place"; ljmp $SEG - 1, $1f + 16; 1: ljmp $SEG, $2f; 2: stop
        real "far call"; lcall $SEG, $leaf_far; stop
        real "far call, 32 bits"; lcalll $SEG, $leaf_far32; stop
        real "far call in memory"; movw $leaf_far, scratch; movw $SEG, scratch + 2; lcall *scratch; stop
        real "far jump in memory"; movw $1f, scratch; movw $SEG, scratch + 2; ljmp *scratch; 1: stop
        real "RETF with parameters"; pushw $1; pushw $2; lcall $SEG, $leaf_far4; stop
        real "near call and RET with parameters"; pushw $1; call leaf_near2; stop
        real "near jump of 32 bits"; jmpl *1f; 1: .long 2f; 2: stop
        real "PUSH SP"; push %sp; pop %ax; stop
        real "PUSHA"; pusha; pop %ax; pop %cx; pop %dx; pop %bx; add $8, %sp; stop
        real "PUSHA and POPA"; pusha; mov $0, %ax; mov $0, %di; popa; stop
        real "PUSH of an immediate byte"; push $-2; pop %ax; stop
        real "ENTER and LEAVE"; mov $STACK - 0x100, %bp; enter $8, $3; mov %sp, %ax; mov %bp, %bx; leave; stop
        real "the stack wraps"; xor %sp, %sp; pushw $0x1234; mov %sp, %ax; mov $2, %sp; mov %ss:0xfffe, %bx; stop
        real "the upper half of ESP stays"; mov $0x5678f000, %esp; push %eax; mov %esp, %eax; pop %ebx; stop
        real "POP of SP"; pushw $0xeff0; pop %sp; stop
        real "POP to memory through SP"; mov $STACK, %esp; pushw $0x4321; pushw $0x1234; popw (%esp); mov (%esp), %ax; stop
        real "LES"; movw $0x1234, scratch; movw $0x5678, scratch + 2; les scratch, %ax; stop
        real "a segment override"; mov $0x2222, %ax; mov %ax, %fs; mov %ds:scratch, %ax; xor %ax, %ax; stop
        real "REP MOVSB, none"; xor %cx, %cx; rep movsb; stop
        real "REP STOSB"; mov $scratch, %di; mov $5, %cx; rep stosb; stop
        real "REP STOSW down"; mov $scratch + 8, %di; mov $3, %cx; std; rep stosw; cld; stop
        real "REP of 32-bit addresses"; mov $scratch, %edi; mov $2, %ecx; addr32 rep stosb; stop
        real "REPE CMPSB"; mov $text1, %si; mov $text2, %di; mov $8, %cx; repe cmpsb; stop
        real "REPNE SCASB"; mov $text1, %di; mov $'e', %al; mov $8, %cx; repne scasb; stop
        real "REP STOSB wraps DI"; push %es; mov $0x3000, %ax; mov %ax, %es; mov $0xfffe, %di; mov $4, %cx; rep stosb; pop %es; stop
        real "LOOP counts CX"; mov $0x10003, %ecx; xor %ax, %ax; 1: inc %ax; loop 1b; stop
        real "LOOP of 32 bits"; mov $3, %ecx; xor %ax, %ax; 1: inc %ax; addr32 loop 1b; stop
        real "JCXZ"; mov $0x10000, %ecx; jcxz 1f; ud2; 1: jecxz 2f; jmp 3f; 2: ud2; 3: stop

        # Single steps.
        real "one step"; pushw $0x102; popf; nop; nop; stop
        mov     $count_steps, %ax
        mov     %ax, %cx
        call    set_vector_1
        real "steps through five instructions"; call trace; nop; nop; nop; nop; nop; call untrace; stop
        real "steps through REP"; mov $4, %cx; mov $scratch, %di; call trace; rep stosb; call untrace; stop
        real "no step behind MOV SS"; call trace; mov %ss, %ax; mov %ax, %ss; nop; nop; call untrace; stop
        real "no step behind POP SS"; push %ss; call trace; pop %ss; nop; nop; call untrace; stop
        real "a step behind LSS"; mov %ss, scratch + 2; movw $STACK - 2, scratch; call trace; lss scratch, %sp; nop; call untrace; mov $STACK, %sp; stop
        real "a step behind MOV DS"; mov %ds, %ax; call trace; mov %ax, %ds; nop; call untrace; stop
        real "two loads of SS"; mov %ss, %ax; call trace; mov %ax, %ss; mov %ax, %ss; nop; nop; call untrace; mov $0, %bx; mov $0, %dx; stop
        real "steps over INT"; mov $leaf_iret, %ax; call set_vector; call trace; int $0x41; nop; call untrace; stop
        real "steps through IRET"; mov $leaf_iret, %ax; call set_vector; call trace; pushf; push %cs; pushw $1f; iret; 1: nop; call untrace; stop
        real "a step behind POPF that clears TF"; call trace; pushw $2; popf; nop; mov steps, %ax; stop
        real "a step and a fault"; mov $leaf_iret3, %ax; call set_vector_6; call trace; ud2; nop; call untrace; stop
        real "steps over a port"; call trace; in $0x61, %al; out %al, $0x80; call untrace; xor %ax, %ax; stop
        real "steps over STI and CLI"; call trace; sti; nop; cli; call untrace; stop
        real "DR6 shows the step"; xor %eax, %eax; mov %eax, %dr6; call trace; nop; call untrace; mov %dr6, %eax; stop

        # Instruction length and the limit.
        real "15 bytes"; .byte 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x90; stop
        real "16 bytes"; .byte 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x90; stop
        real "15 bytes with an immediate"; .byte 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x66, 0xb8, 1, 2, 3, 4; stop
        real "16 bytes with an immediate"; .byte 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x66, 0xb8, 1, 2, 3, 4; stop
        real "redundant prefixes"; .byte 0x66, 0x67, 0x66, 0x67, 0xb8, 1, 2, 3, 4; stop
        real "the last of two REPs counts"; mov $text1, %di; mov $'e', %al; mov $8, %cx; .byte 0xf3, 0xf2, 0xae; stop
        real "the last of two segments counts"; movb $9, scratch; .byte 0x26, 0x3e, 0xa0; .word scratch; stop

        # Unreal mode: limits survive.
        real "4 GiB limits survive the switch"; call make_big; xor %ax, %ax; mov %ax, %fs; movl $0x12345678, %fs:0x200000; mov %fs:0x200000, %ebx; xor %eax, %eax; stop
        real "and a load in real mode"; mov $0x1000, %ax; mov %ax, %fs; movl $0x87654321, %fs:0x201000; mov %fs:0x201000, %ebx; stop
        real "REP with 32-bit addresses above 1 MiB"; mov $0, %ax; mov %ax, %es; mov $0x200000, %edi; mov $4, %ecx; mov $0xa5, %al; push %ds; call make_big_es; addr32 rep stosb; mov %es:0x200000, %ebx; pop %ds; movzbl %al, %eax; stop
        real "a 32-bit stack survives"; call make_big_stack; mov $0x0001eff0, %esp; push %ax; mov %esp, %eax; mov $STACK, %esp; call make_small_stack; stop
        real "round trip by way of 32 bits"; call round_trip; movzwl %ax, %eax; stop
        real "interrupts with the vectors elsewhere"; call move_vectors; int $0x41; mov %ax, %bx; lidt real_idtr; stop

        cmpb    $'m', chosen
        jne     done_all
        real "IRETD beyond the limit"; pushl $2; pushl $SEG; pushl $0x10000; iretl; stop
        real "a word at FFFFh"; mov $0xffff, %bx; mov (%bx), %ax; stop
        real "a word at FFFFh, stored"; mov $0xffff, %bx; mov %ax, (%bx); stop
        real "a doubleword at FFFDh"; mov $0xfffd, %bx; mov (%bx), %eax; stop
        real "a word at FFFFh through BP"; mov $0xffff, %bp; mov (%bp), %ax; stop
        real "above 64 KiB with a 32-bit address"; mov $0x10000, %ebx; mov %ds:(%ebx), %al; stop
        real "SS above 64 KiB with a 32-bit address"; mov $0x10000, %ebp; mov (%ebp), %al; stop
        real "LODSW at FFFFh"; mov $0xffff, %si; lodsw; stop
        real "MOVSW at FFFFh keeps everything"; mov $0xffff, %si; mov $3, %cx; rep movsw; stop
        real "REP MOVSW up to FFFFh"; push %ds; mov $0x3000, %ax; mov %ax, %ds; mov %ax, %es; mov $0xfffb, %si; mov $0x100, %di; mov $9, %cx; rep movsw; stop
        real "XCHG at FFFFh"; mov $0xffff, %bx; xchg %ax, (%bx); stop
        real "CMPXCHG8B at FFFCh"; mov $0xfffc, %bx; cmpxchg8b (%bx); stop
        real "LES at FFFDh"; mov $0xfffd, %bx; les (%bx), %ax; stop
        real "far jump in memory at FFFDh"; mov $0xfffd, %bx; ljmp *(%bx); stop
        real "BOUND at FFFDh"; mov $0xfffd, %bx; bound %ax, (%bx); stop
        real "SGDT at FFFCh"; mov $0xfffc, %bx; sgdt (%bx); stop
        real "LGDT at FFFCh"; mov $0xfffc, %bx; lgdt (%bx); stop
        real "near jump beyond the limit"; jmpl *1f; 1: .long 0x10000; stop
        real "near call beyond the limit keeps ESP"; calll *1f; 1: .long 0x12345; stop
        real "near return beyond the limit keeps ESP"; pushl $0x10000; retl; stop
        real "far jump beyond the limit"; ljmpl $SEG, $0x10000; stop
        real "far call beyond the limit keeps ESP"; lcalll $SEG, $0x10000; stop
        real "relative jump of 32 bits beyond the limit"; .byte 0x66, 0xe9; .long 0x10000; stop
        real "relative jump of 16 bits wraps"; movl $0x907f01cd, 0xfff0; movb $0xcd, 0xfff0; movb $0x7f, 0xfff1; movw $0xfff0, origin; jmp 0xfff0; stop
        real "an instruction over the limit"; movb $0xb8, 0xfffe; movw $0xfffe, origin; jmp 0xfffe; stop
        real "running beyond the limit"; movb $0x90, 0xffff; movw $0, origin; jmp 0xffff; stop
done_all:
        finish_real

set_vector:
        push    %es
        pushw   $0
        pop     %es
        mov     %ax, %es:0x41 * 4
        pop     %es
        ret
set_vector_1:
        push    %es
        pushw   $0
        pop     %es
        mov     %ax, %es:1 * 4
        pop     %es
        ret
set_vector_6:
        push    %es
        pushw   $0
        pop     %es
        mov     %ax, %es:6 * 4
        pop     %es
        ret
leaf_iret:
        mov     $0x4141, %ax
        iret
# Skips the UD2 that raised it, counts.
leaf_iret3:
        push    %bp
        mov     %sp, %bp
        addw    $2, 2(%bp)
        pop     %bp
        incw    %cs:steps
        iret
leaf_flags:
        pushf
        pop     %ax
        iret
leaf_far:
        mov     $0xfafa, %ax
        lret
leaf_far32:
        mov     %esp, %ecx
        mov     (%esp), %eax
        mov     4(%esp), %bx
        lretl
leaf_far4:
        mov     $0xfafa, %ax
        lret    $4
leaf_near2:
        mov     $0xfafa, %ax
        ret     $2
# Counts single steps, and sums up where they were.
count_steps:
        push    %bp
        mov     %sp, %bp
        push    %ax
        mov     2(%bp), %ax
        sub     %cs:origin, %ax
        cmp     $64, %ax                        # not those in `trace` and its like
        jae     1f
        add     %ax, %cs:places
1:
        incw    %cs:steps
        pop     %ax
        pop     %bp
        iret
trace:  movw    $0, steps
        movw    $0, places
        pushf
        push    %bp
        mov     %sp, %bp
        orw     $0x100, 2(%bp)
        pop     %bp
        popf
        ret
untrace:
        pushf
        push    %bp
        mov     %sp, %bp
        andw    $0xfeff, 2(%bp)
        pop     %bp
        popf
        mov     steps, %bx
        mov     places, %dx
        ret
steps:  .word   0
places: .word   0
make_big:
        lgdtl   gdtr
        mov     %cr0, %eax
        or      $1, %al
        mov     %eax, %cr0
        mov     $BIG, %bx
        mov     %bx, %fs
        and     $~1, %al
        mov     %eax, %cr0
        ret
make_big_es:
        mov     %cr0, %eax
        or      $1, %al
        mov     %eax, %cr0
        mov     $BIG, %bx
        mov     %bx, %es
        and     $~1, %al
        mov     %eax, %cr0
        mov     $0xa5, %al
        ret
make_big_stack:
        mov     %cr0, %eax
        or      $1, %al
        mov     %eax, %cr0
        mov     $BIG_STACK, %bx
        mov     %bx, %ss
        and     $~1, %al
        mov     %eax, %cr0
        ret
make_small_stack:
        push    %eax
        mov     %cr0, %eax
        or      $1, %al
        mov     %eax, %cr0
        mov     $DATA16, %bx
        mov     %bx, %ss
        and     $~1, %al
        mov     %eax, %cr0
        mov     $SEG, %ax
        mov     %ax, %ss
        pop     %eax
        ret
# Real → 16-bit protected → 32-bit protected and back, a register for each station.
round_trip:
        push    %ds
        push    %ss
        mov     %cr0, %eax
        or      $1, %al
        mov     %eax, %cr0
        ljmp    $CODE16, $1f
1:      mov     $DATA16, %ax
        mov     %ax, %ds
        mov     %ax, %ss
        mov     %cs, %si
        ljmp    $CODE32, $2f
        .code32
2:      mov     $DATA32, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     $0xc0de0032, %edx
        mov     %cs, %edi
        ljmp    $CODE16, $3f
        .code16
3:      mov     $DATA16, %ax
        mov     %ax, %ds
        mov     %ax, %es
        mov     %cr0, %eax
        and     $~1, %al
        mov     %eax, %cr0
        ljmp    $SEG, $4f
4:      pop     %ss
        pop     %ds
        mov     %cs, %ax
        mov     %ax, %es
        ret
# Interrupts by a table at scratch, whose every vector is leaf_iret's.
move_vectors:
        mov     $0x42 * 2, %cx
        mov     $table, %di
1:      movw    $leaf_iret, (%di)
        movw    $SEG, 2(%di)
        add     $4, %di
        cmp     $table + 0x42 * 4, %di
        jb      1b
        lidtl   table_idtr
        ret
table_idtr:
        .word   0x42 * 4 - 1
        .long   BASE + table
bounds: .word   0, 5
text1:  .ascii  "abcdefgh"
text2:  .ascii  "abcdXfgh"
        .balign 4
scratch:
        .skip   32
table:  .skip   0x42 * 4
