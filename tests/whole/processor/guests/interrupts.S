# Interrupts from outside: where exactly they come, what holds them back, what they interrupt, how they are refused.
# The timer's channel 0 counts once; its request is waited for with interrupts off, so that it is pending for certain.
        .include "frame.S"
        .set    IRQ0, 0x50
        .macro  arming w
# Both 8259s from the beginning, only the timer let through, its request pending. Changes AL.
arm\w:  call    program\w
1:      mov     $0x0a, %al                      # OCW3: read the requests
        out     %al, $0x20
        in      $0x20, %al
        test    $1, %al
        jz      1b
        mov     $0, %al
        ret
program\w:
        mov     $0x11, %al
        out     %al, $0x20
        mov     $IRQ0, %al
        out     %al, $0x21
        mov     $4, %al
        out     %al, $0x21
        mov     $1, %al
        out     %al, $0x21
        mov     $0xfe, %al
        out     %al, $0x21
        mov     $0x30, %al                      # channel 0, mode 0, both bytes
        out     %al, $0x43
        mov     $0x40, %al
        out     %al, $0x40
        mov     $0, %al
        out     %al, $0x40
        ret
# The same, counting again and again, the request not waited for.
repeat\w:
        call    program\w
        mov     $0x34, %al
        out     %al, $0x43
        mov     $0, %al
        out     %al, $0x40
        mov     $4, %al
        out     %al, $0x40
        ret
        .endm
        .code32
        arming  32
        .code16
        arming  16
        .code32
main:   gate    idt + 8 * 0x41, CODE32, leaf32, 0x8e
        gate    idt + 8 * 0x42, CODE32, leaf32, 0xef
        k32 "STI and two instructions"; call arm32; sti; nop; nop; end
        k32 "STI twice"; call arm32; sti; sti; nop; end
        k32 "STI and CLI"; call arm32; sti; cli; nop; end
        k32 "STI and POPF that clears IF"; call arm32; push $2; sti; popf; nop; end
        k32 "POPF"; call arm32; push $0x202; popf; nop; nop; end
        k32 "IRET"; call arm32; push $0x202; push %cs; push $1f; iret; nop; 1: nop; nop; end
        k32 "STI and HLT"; call arm32; sti; hlt; nop; end
        k32 "STI and a jump"; call arm32; sti; jmp 1f; nop; 1: nop; end
        k32 "STI and a fault"; call arm32; sti; ud2; nop; end
        k32 "STI and a division by zero"; call arm32; xor %ecx, %ecx; sti; div %ecx; end
        k32 "STI and a store to the next instruction"; call arm32; sti; movb $0x90, 1f; 1: nop; nop; end
        k32 "STI and a port"; call arm32; sti; out %al, $0x80; mov $0, %al; nop; end
        k32 "STI and INT, interrupt gate"; call arm32; sti; int $0x41; nop; end
        k32 "STI and INT, trap gate"; call arm32; movl $leaf32, origin; sti; int $0x42; nop; end
        k32 "MOV SS with IF set"; call arm32; mov %ss, %ecx; push $0x202; sti; mov %ecx, %ss; nop; nop; end
        k32 "MOV DS is no shadow"; call arm32; mov %ds, %ecx; sti; mov %ecx, %ds; nop; end
        k32 "POP SS and the next"; call arm32; push %ss; sti; pop %ss; nop; nop; end
        k32 "LSS and the next"; call arm32; movl $STACK, scratch; movw $DATA32, scratch + 4; sti; lss scratch, %esp; nop; nop; end
        k32 "a loop of one instruction"; call repeat32; sti; 1: jmp 1b; end
        mov     $handler, %eax
        mov     %ax, idt + 8 * IRQ0
        k32 "HLT, four times"; movl $0, ticks; call repeat32; sti; hlt; hlt; hlt; hlt; cli; mov ticks, %eax; end
        k32 "HLT until the count is 3"; movl $0, ticks; call repeat32; 1: sti; hlt; cli; cmpl $3, ticks; jb 1b; mov $0, %al; end
        # A repeated instruction is interrupted between two elements, with EIP at it and its registers up to date.
        k32 "REP STOSB interrupted"; call watch; mov $FLAT, %eax; mov %eax, %es; 1: mov $0x100000, %edi; mov $0x40000, %ecx; movl $2f, place; movl $0x140000, total; sti; nop; 2: rep stosb; cli; call watched; jz 1b; xor %ecx, %ecx; end
        k32 "REP MOVSD interrupted"; call watch; mov $FLAT, %eax; mov %eax, %es; mov %eax, %ds; 1: mov $0x100000, %edi; mov $0x100000, %esi; mov $0x40000, %ecx; movl $2f, %ss:place; movl $0x200000, %ss:total; sti; nop; 2: rep movsl; cli; call watched; jz 1b; xor %ecx, %ecx; end
        # QEMU 7.2 ends this one early now and then.
        cmpb    $'m', chosen
        jne     without_compare
        k32 "REPE CMPSB interrupted"; call watch; mov $FLAT, %eax; mov %eax, %es; mov %eax, %ds; 1: mov $0x100000, %edi; mov $0x100000, %esi; mov $0x40000, %ecx; movl $2f, %ss:place; movl $0x140000, %ss:total; sti; nop; 2: repe cmpsb; cli; call watched; jz 1b; xor %ecx, %ecx; end
without_compare:
        k32 "REP INSB interrupted"; call watch; mov $FLAT, %eax; mov %eax, %es; mov $0x61, %edx; 1: mov $0x100000, %edi; mov $0x8000, %ecx; movl $2f, place; movl $0x108000, total; sti; nop; 2: rep insb; cli; call watched; jz 1b; xor %ecx, %ecx; end
        k32 "REP OUTSB interrupted"; call watch; mov $FLAT, %eax; mov %eax, %ds; mov $0x80, %edx; 1: mov $0x100000, %esi; mov $0x8000, %ecx; mov %esi, %edi; movl $2f, %ss:place; movl $0x108000, %ss:total; sti; nop; 2: rep outsb; cli; call watched; jz 1b; xor %ecx, %ecx; end
        movw    $handler, idt + 8 * IRQ0
        k32 "a loop and its flags are not disturbed"; movl $0, ticks; call repeat32; xor %eax, %eax; xor %ebx, %ebx; sti; 1: add $0x12345679, %eax; adc $0, %ebx; cmpl $5, ticks; jb 1b; cli; cmp $1, %ebx; sbb %eax, %eax; xor %ebx, %ebx; end
        .macro  irq_user name:req
        call    arm32
        movl    $0x202, flags_at_launch
        u32 "\name"
        .endm
        movw    $stubs + IRQ0 * 16, idt + 8 * IRQ0
        irq_user "ring 3 is interrupted before its first instruction"; nop; end
        movw    $0x8f00, idt + 8 * IRQ0 + 4
        k32 "through a trap gate"; call arm32; sti; nop; nop; end
        # Refused.
        movw    $0x0e00, idt + 8 * IRQ0 + 4
        k32 "an absent gate"; call arm32; sti; nop; nop; end
        movw    $0x8c00, idt + 8 * IRQ0 + 4
        k32 "a gate of no kind"; call arm32; sti; nop; nop; end
        movw    $0x8e00, idt + 8 * IRQ0 + 4
        movw    $DATA32, idt + 8 * IRQ0 + 2
        k32 "a gate to data"; call arm32; sti; nop; nop; end
        movw    $0, idt + 8 * IRQ0 + 2
        k32 "a gate to null"; call arm32; sti; nop; nop; end
        movw    $0x1000, idt + 8 * IRQ0 + 2
        k32 "a gate to beyond the table"; call arm32; sti; nop; nop; end
        movw    $CODE32, idt + 8 * IRQ0 + 2
        lidt    short_idtr
        k32 "a vector beyond the table"; call arm32; sti; nop; nop; end
        lidt    idtr
        to_real here
        .code16
here:
        real "STI and two instructions, real mode"; call arm16; sti; nop; nop; stop
        real "STI and CLI, real mode"; call arm16; sti; cli; stop
        real "POPF, real mode"; call arm16; pushw $0x202; popf; nop; nop; stop
        real "IRET, real mode"; call arm16; pushw $0x202; push %cs; pushw $1f; iret; nop; 1: nop; stop
        real "STI and HLT, real mode"; call arm16; sti; hlt; nop; stop
        real "MOV SS, real mode"; call arm16; mov %ss, %cx; sti; mov %cx, %ss; nop; nop; stop
        real "INT clears IF"; call arm16; movw $leaf16, %es:0; sti; int $0x40; stop
        real "a loop of one instruction, real mode"; call repeat16; sti; 1: jmp 1b; stop
        real "LOCK and STI"; call arm16; sti; lock incw scratch; nop; stop
        finish_real
        .code32
handler:
        incl    %ss:ticks
        push    %eax
        mov     $0x20, %al
        out     %al, $0x20
        pop     %eax
        iret
# From here on the timer's interrupts are looked at by `examine`.
watch:  movl    $0, ticks
        movl    $0, wrong
        movw    $examine, idt + 8 * IRQ0
        jmp     repeat32
# ZF: none came while the instruction ran. EAX: 1 where what was seen then was right each time; EDI, ESI as they end.
watched:
        push    $DATA32
        pop     %ds
        mov     wrong, %eax
        inc     %eax
        cmpl    $0, ticks
        ret
examine:
        push    %eax
        mov     4(%esp), %eax
        cmp     %ss:place, %eax
        jne     2f
        mov     %edi, %eax
        cmp     $0x80, %dl
        jne     1f
        mov     %esi, %eax
1:      incl    %ss:ticks
        # Bytes: pointer and count add up; doublewords: the pointer and four times the count.
        cmpl    $0x200000, %ss:total
        jne     3f
        add     %ecx, %eax
        add     %ecx, %eax
        add     %ecx, %eax
3:      add     %ecx, %eax
        cmp     %ss:total, %eax
        je      2f
        incl    %ss:wrong
2:      mov     $0x20, %al
        out     %al, $0x20
        pop     %eax
        iret
leaf32: mov     $0x1234, %ecx
        iret
        .code16
leaf16: iret
        .balign 8
ticks:  .long   0
wrong:  .long   0
place:  .long   0
total:  .long   0
scratch:
        .skip   16
short_idtr:
        .word   8 * IRQ0 - 1
        .long   BASE + idt
