# The first processor works for a long time while the other waits for a start-up message, sends it, and counts in EBX how
# often it looks before the other has been there.
        .set    BASE, 0x10000
        .set    APIC, 0xfee00000
        .set    MAGIC, 0x1badb002
        .set    FLAGS, 0x00010000
        .code32
header: .long   MAGIC, FLAGS, -(MAGIC + FLAGS)
        .long   BASE + header, BASE, 0, 0, BASE + start
start:  cli
        mov     $0xff, %al
        out     %al, $0x21
        movl    $0x1ff, APIC + 0xf0
        movl    $0xc4500, APIC + 0x300          # INIT to all others
        mov     $100000, %ecx
1:      loop    1b
        xor     %ebx, %ebx
        movl    $0xc4611, APIC + 0x300          # start-up at 11000
2:      cmpl    $0, BASE + been
        jne     3f
        inc     %ebx
        jmp     2b
3:      mov     $0, %al
        out     %al, $0xf4
4:      hlt
        jmp     4b
been:   .long   0
        .org    0x1000
        .code16
        cli
        mov     $BASE >> 4, %ax
        mov     %ax, %ds
        incl    been
1:      hlt
        jmp     1b
