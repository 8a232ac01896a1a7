# A kernel in 1,024 small pages, all of which may be written and executed. It
# gives its data one large page, and takes from each what it does not need.

        .code16
        .globl  start
        .set    CODE, 0x08
        .set    PD, 0x3000              # PD[0] and PD[1]: the first 4 MiB
        .set    PT_LOW, 0x4000          # of 000000 to 1FFFFF
        .set    PT_HIGH, 0x5000         # of 200000 to 3FFFFF
        .set    DATA, 0x200000
        .set    RESULT, 0x9000
start:  ljmp    $0, $here
here:   xor     %ax, %ax
        mov     %ax, %ds
        mov     %ax, %es
        mov     %ax, %ss
        mov     $0x9000, %sp            # not in the page of the code
        mov     $0x0201, %ax            # the disk's second sector, behind this
        mov     $2, %cx
        xor     %dh, %dh
        mov     $0x7E00, %bx
        int     $0x13
        cli
        cld
        mov     $0x1000, %di            # tables 1000 to 5FFF, IDT 6000, all zero
        mov     $0x6000 / 4, %cx
        xor     %eax, %eax
        rep stosl
        mov     $RESULT, %di
        mov     $0x400, %cx
        rep stosl
        movl    $0x2003, 0x1000
        movl    $0x3003, 0x2000
        movl    $PT_LOW + 3, PD
        movl    $PT_HIGH + 3, PD + 8
        mov     $PT_LOW, %di            # 4 MiB, 1,024 pages, each to itself
        mov     $0x003, %eax
1:      mov     %eax, (%di)
        add     $8, %di
        add     $0x1000, %eax
        cmp     $0x400003, %eax
        jb      1b
        movl    $CODE << 16 | fault, 0x6000 + 14 * 16
        movw    $0x8E00, 0x6004 + 14 * 16

        mov     $0x20, %eax
        mov     %eax, %cr4
        mov     $0x1000, %eax
        mov     %eax, %cr3
        mov     $0xC0000080, %ecx
        rdmsr
        or      $0x100, %eax            # EFER.LME
        wrmsr
        lgdt    gdtr
        lidt    idtr
        mov     %cr0, %eax
        or      $0x80000001, %eax       # PG and PE
        mov     %eax, %cr0
        ljmp    $CODE, $long

gdt:    .quad   0
        .quad   0x00209B0000000000
gdtr:   .word   gdtr - gdt - 1
        .long   gdt
idtr:   .word   0xFFF
        .long   0x6000

        .org    510
        .word   0xAA55

# The second sector, in the same page as the first.
        .code64
long:   mov     $DATA, %ebx             # uses the pages: all are remembered
1:      mov     %ebx, (%rbx)
        add     $0x1000, %ebx
        cmp     $DATA + 0x200000, %ebx
        jb      1b
        incb    mark

        call    remap
remapped:
        mov     $1f, %r15               # a write to the code must be refused
        incb    mark
1:      mov     $1f, %r15               # and so must a jump into the data
        mov     $DATA + 0x100000, %eax
        jmp     *%rax
1:      cli
2:      hlt
        jmp     2b

# A page fault: error code and address go to the log; on at R15.
fault:  mov     RESULT, %eax            # how many so far
        shl     $4, %eax
        pop     RESULT + 16(%rax)
        mov     %cr2, %rcx
        mov     RESULT, %edx
        shl     $4, %edx
        mov     %rcx, RESULT + 24(%rdx)
        incl    RESULT
        mov     $0x9000, %esp
        jmp     *%r15

mark:   .byte   0

# The data, 200000 to 3FFFFF, becomes one page of 2 MiB. Nothing that can be
# written may be executed, and the code not written.
remap:
        mov     $0xC0000080, %ecx       # bit 63 of entries means something now
        rdmsr
        or      $0x800, %eax            # EFER.NXE
        wrmsr
        mov     %cr0, %rax              # ring 0 obeys W, too
        or      $0x10000, %eax
        mov     %rax, %cr0
        movl    $0x200000 | 0x83, PD + 8       # present, writable, 2 MiB
        movl    $1 << 31, PD + 12       # NX
        mov     $PT_LOW, %ebx           # all that is writable: NX
1:      movl    $1 << 31, 4(%rbx)
        add     $8, %ebx
        cmp     $PT_LOW + 4096, %ebx
        jb      1b
        movl    $0x7001, PT_LOW + 7 * 8 # the code: not writable,
        movl    $0, PT_LOW + 7 * 8 + 4  # executable
        ret
