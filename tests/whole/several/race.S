# Two or more processors add to one counter, each 3,000 times, without LOCK: what is lost depends on their turns alone.
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
        movl    $0xc4500, APIC + 0x300          # INIT, then start-up at 11000, to all others
        movl    $0xc4611, APIC + 0x300
        mov     $0x5f, %al
        out     %al, $0x70
        in      $0x71, %al
        movzbl  %al, %ebx
1:      pause
        cmp     %ebx, BASE + ready
        jne     1b
        movl    $1, BASE + go
        mov     $3000, %ecx
2:      mov     BASE + counter, %eax
        inc     %eax
        mov     %eax, BASE + counter
        loop    2b
        lock incl BASE + done
        inc     %ebx
3:      pause
        cmp     %ebx, BASE + done
        jne     3b
        mov     BASE + counter, %edx
        mov     $8, %ecx
4:      rol     $4, %edx
        mov     %edx, %eax
        and     $15, %al
        add     $'0', %al
        cmp     $'9', %al
        jbe     5f
        add     $39, %al
5:      out     %al, $0xe9
        loop    4b
        mov     $0, %al
        out     %al, $0xf4
6:      hlt
        jmp     6b
        .balign 8
gdt:    .quad   0, 0x00cf9b000000ffff, 0x00cf93000000ffff
ready:  .long   0
go:     .long   0
done:   .long   0
counter: .long  0
        .org    0x1000
        .code16
        cli
        lgdtl   %cs:others_gdtr - 0x1000
        mov     %cr0, %eax
        or      $1, %al
        mov     %eax, %cr0
        ljmpl   $8, $BASE + others
others_gdtr:
        .word   23
        .long   BASE + gdt
        .code32
others: mov     $16, %eax
        mov     %eax, %ds
        lock incl BASE + ready
1:      pause
        cmpl    $0, BASE + go
        je      1b
        mov     $3000, %ecx
2:      mov     BASE + counter, %eax
        inc     %eax
        mov     %eax, BASE + counter
        loop    2b
        lock incl BASE + done
3:      hlt
        jmp     3b
