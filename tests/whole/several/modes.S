# The local APIC's other modes, which QEMU's translator does not have: x2APIC mode by its MSRs, the deadline of the
# time-stamp counter, the page of registers moved into RAM, the APIC disabled. Two processors.
        .set    BASE, 0x10000
        .set    APIC, 0xfee00000
        .set    MAGIC, 0x1badb002
        .set    FLAGS, 0x00010000
        .set    CODE32, 8
        .set    DATA32, 16
        .set    FLAT, 24
        .code32
header: .long   MAGIC, FLAGS, -(MAGIC + FLAGS)
        .long   BASE + header, BASE, 0, 0, BASE + start
        .macro  segments
        mov     $DATA32, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        mov     $FLAT, %eax
        mov     %eax, %fs
        .endm
start:  cli
        mov     $0xff, %al
        out     %al, $0x21
        out     %al, $0xa1
        lgdt    BASE + gdtr
        ljmp    $CODE32, $1f
1:      segments
        mov     $0x41000, %esp
        mov     $idt, %edi
        mov     $256, %ecx
1:      movl    $(CODE32 << 16) | (unexpected - header), (%edi)
        movl    $0x8e00, 4(%edi)
        add     $8, %edi
        loop    1b
        movw    $on_gp - header, idt + 8 * 13
        movw    $on_timer - header, idt + 8 * 0x50
        movw    $on_mail - header, idt + 8 * 0x41
        movw    $on_irq0 - header, idt + 8 * 0x68
        lidt    idtr
        mov     $begin, %esi
        call    puts
        movl    $0x1ff, %fs:APIC + 0xf0
        movl    $0xc4500, %fs:APIC + 0x300
        movl    $0xc4612, %fs:APIC + 0x300
1:      pause
        cmpl    $0, alive
        je      1b

        .macro  say name:req
        jmp     9f
8:      .asciz  "\name:"
9:      mov     $8b, %esi
        call    puts
        .endm
        .macro  line
        mov     $10, %al
        out     %al, $0xe9
        .endm
        # EDX:EAX to MSR; prints 0, or 0xd where that is #GP(0).
        .macro  put msr, low, high=0
        mov     $\msr, %ecx
        mov     $\low, %eax
        mov     $\high, %edx
        call    try_write
        .endm
        .macro  get msr
        mov     $\msr, %ecx
        call    try_read
        .endm

        say "xAPIC mode has no 802, and cannot be left for EN=0 EXTD=1 or reserved bits"
        get     0x802
        put     0x1b, 0xfee00500
        put     0x1b, 0xfee00901
        put     0x1b, 0xfee00900, 0x100
        get     0x1b
        line
        say "x2APIC mode, and the page is gone"
        put     0x1b, 0xfee00d00
        get     0x1b
        mov     %fs:APIC + 0x20, %eax
        call    hex
        line
        say "ID, version, LDR, SVR"
        get     0x802
        get     0x803
        get     0x80d
        get     0x80f
        line
        say "what is not there or cannot be written"
        get     0x80e
        get     0x831
        get     0x82f
        get     0x80b
        put     0x802, 0
        put     0x80b, 1
        put     0x808, 0x100
        put     0x80f, 0x1ff, 1
        line
        say "self IPI, an IPI to APIC 1 with a destination of 32 bits, one to a logical set"
        sti
        put     0x83f, 0x41
        mov     mail, %eax
        call    hex
        put     0x830, 0x41, 1
1:      pause
        cmpl    $1, mail + 4
        jb      1b
        put     0x830, 0x841, 3
1:      pause
        cmpl    $2, mail
        jb      1b
        cmpl    $2, mail + 4
        jb      1b
        mov     mail, %eax
        call    hex
        mov     mail + 4, %eax
        call    hex
        line
        say "TSC deadline: 0 in other modes; armed, then 0 behind the interrupt, which was not early"
        rdtsc
        add     $1000000, %eax
        adc     $0, %edx
        mov     $0x6e0, %ecx
        wrmsr
        get     0x6e0
        put     0x832, 0x40050
        rdtsc
        add     $100000, %eax
        adc     $0, %edx
        mov     %eax, deadline
        mov     $0x6e0, %ecx
        wrmsr
        rdmsr
        cmp     %eax, deadline
        sete    %al
        movzbl  %al, %eax
        call    hex
1:      hlt
        cmpl    $1, timer
        jb      1b
        mov     fired, %eax
        sub     deadline, %eax
        cmp     $10000, %eax
        setb    %al
        movzbl  %al, %eax
        call    hex
        get     0x6e0
        line
        say "a deadline in the past comes at once, 0 disarms"
        put     0x6e0, 1
        nop
        mov     timer, %eax
        call    hex
        rdtsc
        add     $20000, %eax
        adc     $0, %edx
        mov     $0x6e0, %ecx
        wrmsr
        put     0x6e0, 0
        mov     $10000, %ecx
1:      loop    1b
        mov     timer, %eax
        call    hex
        line
        cli
        say "back to xAPIC mode only by way of disabled; then all is as at reset, the 8259 comes through meanwhile"
        put     0x1b, 0xfee00900
        put     0x1b, 0xfee00100
        mov     $1, %eax
        cpuid
        shr     $9, %edx
        and     $1, %edx
        mov     %edx, %eax
        call    hex
        mov     $0x11, %al                      # the 8259, with IRQ 0 at 68
        out     %al, $0x20
        mov     $0x68, %al
        out     %al, $0x21
        mov     $4, %al
        out     %al, $0x21
        mov     $1, %al
        out     %al, $0x21
        mov     $0xfe, %al
        out     %al, $0x21
        mov     $0x34, %al
        out     %al, $0x43
        mov     $0, %al
        out     %al, $0x40
        mov     $0x10, %al
        out     %al, $0x40
        sti
1:      hlt
        cmpl    $2, irqs
        jb      1b
        cli
        put     0x1b, 0xfee00900
        mov     %fs:APIC + 0xf0, %eax
        call    hex
        mov     irqs, %ebx
        sti
        mov     $200000, %ecx
1:      pause
        loop    1b
        cmp     irqs, %ebx
        sete    %al
        movzbl  %al, %eax
        call    hex
        line
        say "the page at 200000 in RAM: it is this processor's APIC, and RAM to the other"
        movl    $0x12345678, %fs:0x200080
        put     0x1b, 0x200900
        movl    $0x1ff, %fs:0x2000f0
        movl    $0x20, %fs:0x200080
        mov     %fs:0x200080, %eax
        call    hex
        mov     %fs:APIC + 0x80, %eax
        call    hex
        movl    $0x200080, peek
        movl    $0x01000000, %fs:0x200310       # to APIC 1: look there
        movl    $0x4042, %fs:0x200300
1:      pause
        cmpl    $0, peek
        jne     1b
        mov     peeked, %eax
        call    hex
        put     0x1b, 0xfee00900
        mov     %fs:0x200080, %eax
        call    hex
        line
        say "unexpected interrupts"
        mov     surprises, %eax
        call    hex
        line
        mov     $0, %al
        out     %al, $0xf4
1:      hlt
        jmp     1b

# ---- routines --------------------------------------------------------------------------------------------------------
try_write:
        movl    $1f - header, resume
        wrmsr
        xor     %eax, %eax
        jmp     hex
1:      mov     $13, %eax
        jmp     hex
try_read:
        movl    $1f - header, resume
        xor     %edx, %edx
        rdmsr
        jmp     hex
1:      mov     $13, %eax
        jmp     hex
on_gp:  add     $4, %esp                        # the error code
        push    %eax
        mov     resume, %eax
        mov     %eax, 4(%esp)
        pop     %eax
        iret
on_timer:
        push    %eax
        push    %ecx
        push    %edx
        incl    timer
        rdtsc
        mov     %eax, fired
        jmp     ended
on_mail:
        push    %eax
        push    %ecx
        push    %edx
        mov     $0x802, %ecx
        rdmsr
        lock incl mail(,%eax,4)
ended:  mov     $0x80b, %ecx
        xor     %eax, %eax
        xor     %edx, %edx
        wrmsr
        pop     %edx
        pop     %ecx
        pop     %eax
        iret
on_irq0:
        push    %eax
        incl    irqs
        mov     $0x20, %al
        out     %al, $0x20
        pop     %eax
        iret
# For the other processor, which stays in xAPIC mode from here on.
on_peek:
        push    %eax
        push    %ebx
        mov     peek, %ebx
        mov     %fs:(%ebx), %eax
        mov     %eax, peeked
        movl    $0, peek
        pop     %ebx
        pop     %eax
        iret
unexpected:
        lock incl surprises
        iret
puts:   lodsb
        test    %al, %al
        jz      1f
        out     %al, $0xe9
        jmp     puts
1:      ret
hex:    pusha
        mov     %eax, %edx
        mov     $' ', %al
        out     %al, $0xe9
        mov     $8, %ecx
1:      rol     $4, %edx
        mov     %edx, %eax
        and     $15, %al
        add     $'0', %al
        cmp     $'9', %al
        jbe     2f
        add     $39, %al
2:      out     %al, $0xe9
        loop    1b
        popa
        ret
begin:  .asciz  "BEGIN\n"
        .balign 8
gdt:    .quad   0
        .word   0xffff, BASE & 0xffff
        .byte   BASE >> 16, 0x9b, 0xcf, 0
        .word   0xffff, BASE & 0xffff
        .byte   BASE >> 16, 0x93, 0xcf, 0
        .quad   0x00cf93000000ffff
gdt_end:
gdtr:   .word   gdt_end - gdt - 1
        .long   BASE + gdt
idtr:   .word   0x7ff
        .long   BASE + idt
        .balign 4
alive:  .long   0
resume: .long   0
timer:  .long   0
fired:  .long   0
deadline: .long 0
irqs:   .long   0
peek:   .long   0
peeked: .long   0
surprises: .long 0
mail:   .long   0, 0
        .org    0x2000
        .code16
        cli
        lgdtl   %cs:others_gdtr - 0x2000
        mov     %cr0, %eax
        or      $1, %al
        mov     %eax, %cr0
        ljmpl   $CODE32, $others
others_gdtr:
        .word   gdt_end - gdt - 1
        .long   BASE + gdt
        .code32
others: segments
        mov     $0x42000, %esp
        lidt    idtr
        movw    $on_peek - header, idt + 8 * 0x42
        movl    $0x1ff, %fs:APIC + 0xf0
        mov     $0x1b, %ecx
        rdmsr
        or      $0x400, %eax
        wrmsr
        movl    $1, alive
        sti
1:      hlt
        jmp     1b
        .balign 8
idt:    .skip   0x800
