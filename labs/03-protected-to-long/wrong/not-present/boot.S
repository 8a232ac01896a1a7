# A boot sector that goes on from 32-bit protected mode to 64 bits.

        .set    PML4, 0x1000            # page tables, a page each
        .set    PDPT, 0x2000
        .set    PD,   0x3000

        .code16
        .globl start

start:  cli
        xor     %ax, %ax
        mov     %ax, %ds
        lgdt    pointer
        mov     %cr0, %eax
        or      $1, %eax
        mov     %eax, %cr0
        ljmp    $0x08, $flat

        .code32
flat:   mov     $0x10, %ax
        mov     %ax, %ds
        mov     %ax, %es
        mov     %ax, %ss
        mov     $0x7C00, %esp

        mov     $PML4, %edi             # memory holds anything: clear the tables
        xor     %eax, %eax
        mov     $(3 * 1024), %ecx
        rep stosl
        movl    $(PDPT + 3), PML4       # present, writable
        movl    $(PD + 3), PDPT
        movl    $0x82, PD               # a page of 2 MiB: present, writable, PS

        mov     $PML4, %eax
        mov     %eax, %cr3
        mov     %cr4, %eax
        or      $0x20, %eax             # PAE
        mov     %eax, %cr4
        mov     $0xC0000080, %ecx       # EFER
        rdmsr
        or      $0x100, %eax            # LME
        wrmsr
        mov     %cr0, %eax
        or      $0x80000000, %eax       # PG: long mode begins, still with 32-bit code
        mov     %eax, %cr0
        ljmp    $0x18, $wide            # CS.L

        .code64
wide:   mov     $0x1122334455667788, %rax
        mov     %rax, 0x6000
1:      hlt
        jmp     1b

        .balign 8
gdt:    .quad   0
        .quad   0x00CF9A000000FFFF      # 08: code, 32-bit
        .quad   0x00CF92000000FFFF      # 10: data
        .quad   0x00AF9A000000FFFF      # 18: code, 64-bit: L, not D
pointer:
        .word   . - gdt - 1
        .long   gdt

        .org    510
        .word   0xAA55
