# A small kernel that remaps pages, and tells the processor each time that it
# takes away something that may be remembered.

        .code16
        .globl  start
        .set    CODE, 0x08
        .set    PT, 0x4000              # of 400000 to 5FFFFF
        .set    WINDOW, 0x400000        # PT[0]
        .set    BOOK, 0x401000          # PT[1]
        .set    FRESH, 0x402000         # PT[2]
        .set    RESULT, 0x9000
start:  ljmp    $0, $here
here:   cli
        xor     %ax, %ax
        mov     %ax, %ds
        mov     %ax, %es
        mov     %ax, %ss
        mov     $start, %sp
        cld
        mov     $0x1000, %di            # tables 1000 to 4FFF, IDT 5000, all zero
        mov     $0x5000 / 4, %cx
        xor     %eax, %eax
        rep stosl
        mov     $RESULT, %di
        mov     $0x400, %cx
        rep stosl
        movl    $0x2003, 0x1000
        movl    $0x3003, 0x2000
        movl    $0x0183, 0x3000         # the first 2 MiB, global: this kernel
        movl    $PT + 3, 0x3010
        movl    $CODE << 16 | refused, 0x5000 + 14 * 16
        movw    $0x8E00, 0x5004 + 14 * 16

        mov     $0x2000, %ax            # the numbers: 1, 2, 4 ... in the first
        mov     $1, %ebx                # words of the frames 20000 to 27000
1:      mov     %ax, %es
        mov     %ebx, %es:0
        add     $0x100, %ax
        add     %ebx, %ebx
        cmp     $0x2800, %ax
        jb      1b

        mov     $0xA0, %eax
        mov     %eax, %cr4              # PAE and PGE
        mov     $0x1000, %eax
        mov     %eax, %cr3
        mov     $0xC0000080, %ecx
        rdmsr
        or      $0x100, %eax
        wrmsr
        lgdt    gdtr
        lidt    idtr
        mov     %cr0, %eax
        or      $0x80010001, %eax       # PG, WP, PE
        mov     %eax, %cr0
        ljmp    $CODE, $sum

        .code64
# Adds up the numbers of eight frames, each seen through one window.
sum:    mov     $WINDOW, %ebx
        xor     %edx, %edx
        mov     $0x20003, %ecx
1:      mov     %ecx, PT                # the window shows the next frame
        invlpg  (%rbx)
        add     (%rbx), %edx
        add     $0x1000, %ecx
        cmp     $0x28003, %ecx
        jb      1b
        mov     %edx, RESULT

# Writes a page, then closes it for writing: the second write must be refused.
close:  mov     $BOOK, %ebx
        movl    $0x28003, PT + 8
        movl    $1, (%rbx)
        andl    $~2, PT + 8             # W = 0
        mov     $WINDOW, %eax           # all that the table maps, to be safe
2:      invlpg  (%rax)
        add     $0x1000, %eax
        cmp     $WINDOW + 0x200000, %eax
        jb      2b
        movl    $2, (%rbx)
after:

# Adds a page that was not there.
add:    mov     $FRESH, %ebx
        movl    $0x29003, PT + 16
        movl    $3, (%rbx)

        cli
1:      hlt
        jmp     1b

# A page fault: its error code and address go to RESULT + 8 and RESULT + 16.
refused:
        pop     RESULT + 8
        mov     %cr2, %rax
        mov     %rax, RESULT + 16
        incl    RESULT + 4
        mov     $start, %esp
        jmp     after

# The linear address of the first entry that goes stale.
found:  .quad   WINDOW

gdt:    .quad   0
        .quad   0x00209A0000000000
gdtr:   .word   gdtr - gdt - 1
        .long   gdt
idtr:   .word   0xFFF
        .long   0x5000

        .org    510
        .word   0xAA55
