# Code that changes code: the very next instruction, the same line, other blocks and pages, by every kind of store.
        .include "frame.S"
main:
        k32 "the next instruction"; movb $0x43, 1f; 1: nop; end
        k32 "the next instruction's immediate"; movl $0x12345678, 1f + 1; 1: mov $0, %eax; end
        k32 "the next but one"; movb $0x43, 1f; nop; 1: nop; end
        k32 "a jump's displacement"; movb $0, 1f + 1; 1: jmp 2f; nop; 2: end
        k32 "a jump becomes nothing"; movw $0x9090, 1f; 1: jmp 2f; inc %eax; 2: end
        k32 "nothing becomes a jump"; movw $0x01eb, 1f; 1: nop; nop; inc %eax; end
        k32 "one instruction becomes three"; movl $0x42414043, 1f; 1: mov $0x90000000, %eax; end
        k32 "a loop that counts in itself"; mov $5, %ecx; xor %eax, %eax; 1: add $1, %eax; incb 1b + 2; loop 1b; end
        k32 "a loop that changes what is behind it"; mov $5, %ecx; 1: incb 2f + 1; loop 1b; 2: mov $1, %al; end
        k32 "a loop that changes its beginning"; mov $3, %ecx; xor %eax, %eax; 1: inc %eax; nop; nop; nop; movb $0x90, 1b; loop 1b; end
        k32 "a loop ended by a store"; mov $0, %eax; 1: inc %eax; cmp $1000, %eax; jne 2f; movw $0x9090, 2f; 2: jmp 1b; inc %ebx; end
        k32 "a called function"; call leaf; mov %eax, %ebx; incb leaf + 1; call leaf; mov %eax, %ecx; incb leaf + 1; call leaf; end
        k32 "a called function, a thousand times"; mov $1000, %ecx; xor %ebx, %ebx; 1: call leaf; add %eax, %ebx; incb leaf + 1; loop 1b; end
        k32 "a function over two pages"; movb $0x11, straddle + 1; call straddle; mov %eax, %ebx; movb $0x22, straddle + 4; call straddle; mov %eax, %ecx; movb $0x33, straddle + 1; call straddle; end
        k32 "one store over two pages"; movl $0x5566b877, straddle - 1; call straddle; mov %eax, %ebx; movl $0x99887766, straddle + 1; call straddle; end
        k32 "a word over two lines"; call straddle2; mov %eax, %ebx; movw $0x4321, straddle2 + 1; call straddle2; end
        k32 "data in the line of code"; mov $1000, %ecx; 1: incl beside; loop 1b; mov beside, %eax; end
        k32 "by way of another segment"; mov $FLAT, %eax; mov %eax, %fs; movb $0x43, %fs:1f + BASE; 1: nop; end
        k32 "REP MOVSB over the following code"; mov $incs, %esi; mov $1f, %edi; mov $4, %ecx; rep movsb; 1: nop; nop; nop; nop; end
        k32 "REP STOSB over the following code"; mov $1f, %edi; mov $0x43, %al; mov $4, %ecx; rep stosb; 1: nop; nop; nop; nop; end
        k32 "STOSB"; mov $1f, %edi; mov $0x43, %al; stosb; 1: nop; end
        k32 "MOVSB"; mov $incs, %esi; mov $1f, %edi; movsb; 1: nop; end
        k32 "PUSH"; mov $1f + 4, %esp; push $0x43434343; 1: nop; nop; nop; nop; mov $STACK, %esp; end
        k32 "PUSHA"; mov %esp, %edx; mov $0x43434343, %eax; mov %eax, %ebx; mov $1f + 4, %esp; pushal; 1: nop; nop; nop; nop; mov $STACK, %esp; end
        k32 "POP to memory"; push $0x43434343; popl 1f; 1: nop; nop; nop; nop; end
        k32 "XCHG"; mov $0x43, %al; xchg %al, 1f; 1: nop; end
        k32 "LOCK XADD"; mov $0x43 - 0x90, %al; lock xadd %al, 1f; 1: nop; end
        k32 "CMPXCHG"; mov $0x90, %al; mov $0x43, %cl; cmpxchg %cl, 1f; 1: nop; end
        k32 "CMPXCHG8B"; mov 1f, %eax; mov 1f + 4, %edx; mov $0x43434343, %ebx; mov $0x43434343, %ecx; cmpxchg8b 1f; 1: .fill 8, 1, 0x90; end
        k32 "BTS, BTR, BTC"; btsl $0, 1f; btrl $4, 1f; btcl $5, 1f; 1: .byte 0x72, 0x90, 0x90, 0x90; end
        k32 "SETcc"; xor %eax, %eax; setz 1f + 1; 1: mov $0x77, %al; end
        k32 "SHLD"; mov $0x43434343, %eax; shldl $8, %eax, 1f; 1: .byte 0x90, 0x90, 0x90, 0x90; end
        k32 "NOT, NEG, ROL"; notb 1f; rolb $1, 1f; 1: .byte 0x5e; end
        k32 "ADC with a carry"; stc; adcb $0xb2, 1f; 1: nop; end
        k32 "MOV of a segment"; mov %ds, 1f + 1; 1: mov $0, %eax; end
        k32 "SMSW"; movl $0x77777777, 1f + 1; smsw 1f + 1; 1: mov $0, %eax; and $0xffff000f, %eax; end
        k32 "SGDT"; mov $buffer, %eax; mov %eax, %ecx; movl $0, (%eax); sgdt 1f; 1: nop; nop; nop; nop; nop; nop; .byte 0; mov buffer, %ebx; end
        k32 "INS"; mov $1f + 1, %edi; mov $0x61, %edx; insb; 1: mov $0, %al; xor %al, %al; end
        k32 "ENTER"; mov $1f + 4, %esp; mov $0x43434343, %ebp; enter $0, $0; 1: nop; nop; nop; nop; mov $STACK, %esp; mov $0, %ebp; end
        k32 "ARPL"; movb $0x43, 1f; mov $3, %eax; arpl %ax, 1f; 1: inc %eax; nop; end
        k32 "code on the stack"; push $0xc3434343; call *%esp; pop %eax; end
        k32 "code on the stack, changed"; push $0xc3434343; call *%esp; movb $0x40, (%esp); mov %esp, %edx; call *%edx; pop %ecx; mov $0, %edx; end
        k32 "code copied and run, twice"; mov $leaf, %esi; mov $buffer, %edi; mov $6, %ecx; rep movsb; movl $1, buffer + 1; call buffer; mov %eax, %ebx; mov $leaf, %esi; mov $buffer, %edi; mov $6, %ecx; rep movsb; movl $2, buffer + 1; call buffer; end
        k32 "one code in two sizes"; call both; mov %eax, %ebx; ljmp $CODE16, $1f; .code16; 1: call both; mov %eax, %ecx; ljmpl $CODE32, $2f; .code32; 2: movb $0x99, both + 1; call both; mov %eax, %edx; ljmp $CODE16, $3f; .code16; 3: call both; ljmpl $CODE32, $4f; .code32; 4: end
        k32 "a store that does not change"; mov $100, %ecx; 1: movb $0x90, 2f; 2: nop; inc %eax; loop 1b; end
        k32 "a conditional path that was never run"; xor %eax, %eax; 1: test %eax, %eax; jnz 2f; movb $0x43, 2f; inc %eax; jmp 1b; 2: nop; end
        k32 "two blocks that change each other"; mov $20, %ecx; xor %eax, %eax; xor %edx, %edx; 1: xorb $0x08, 2f; 3: inc %eax; loop 2f; jmp 4f; 2: inc %edx; xorb $0x08, 3b; jmp 1b; 4: end
        k32 "by an interrupt handler"; movb $0x40, 1f; mov $handler, %eax; mov %ax, idt + 8 * 0x20; mov $1f, %esi; mov $0x40, %eax; int $0x20; 1: .byte 0x40; end
        k32 "the instruction that a fault returns to"; mov $1f, %esi; mov $mender, %eax; mov %ax, idt + 8 * 6; 1: ud2; mov $stubs + 6 * 16, %eax; mov %ax, idt + 8 * 6; end
        k32 "under single steps"; mov $stepper, %eax; mov %ax, idt + 8; pushf; orl $0x100, (%esp); popf; movb $0x43, 1f; 1: nop; movb $0x41, 2f; nop; 2: nop; pushf; andl $0xfffffeff, (%esp); popf; end
        k32 "a prefix is put before"; mov $buffer, %ecx; movl $0, (%ecx); movb $0x66, 1f; 1: nop; mov $0x11111111, %eax; .byte 0x90, 0x90; end
        k32 "REP becomes none"; mov $3, %ecx; mov $buffer, %edi; movb $0x90, 1f; 1: rep stosb; end
        k32 "a longer instruction swallows the next"; movb $0xb8, 1f; 1: nop; inc %ebx; inc %ebx; inc %ebx; inc %ebx; inc %ecx; end
        k32 "MUL with its operand in code"; mov $3, %eax; incl 1f + 1; mull 1f + 1; 1: mov $5, %ebx; end
        k32 "a thousand generated functions"; mov $1000, %ecx; xor %ebx, %ebx; 1: mov %ecx, %eax; shl $2, %eax; movb $0xb8, generated(%eax); mov %cl, generated + 1(%eax); movw $0, generated + 2(%eax); movl $0xc300 << 8, generated + 4(%eax); lea generated(%eax), %eax; movb $0xc3, 5(%eax); call *%eax; add %eax, %ebx; loop 1b; end
        finish
leaf:   mov     $1, %eax
        ret
beside: .long   0
incs:   .byte   0x40, 0x41, 0x42, 0x43
handler:
        movb    $0x43, (%esi)
        iret
# Makes of the UD2 at (%esi) INC EBX, INC ECX.
mender: movw    $0x4143, (%esi)
        iret
stepper:
        add     $0x100, %ebp
        iret
both:   .byte   0xb8, 1, 2, 0x90, 0x90          # MOV $0x90900201, %EAX or MOV $0x201, %AX; NOP; NOP
        ret
        .balign 16
buffer: .skip   16
        .balign 64
        .skip   62
straddle2:
        mov     $0x1234, %eax
        ret
        .balign 4096
        .skip   4094
straddle:
        mov     $0, %eax
        ret
        .set    generated, 0x8800
