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

        # 1. Three page tables at PML4, PDPT and PD that map the first 2 MiB to itself.
        # 2. CR3, CR4.PAE, EFER.LME, and then CR0.PG.
        # 3. A descriptor of 64-bit code, a far jump to it, and .code64.
        # 4. Store 0x1122334455667788 at 0x6000, then stop for good.
1:      jmp     1b

        .balign 8
gdt:    .quad   0
        .quad   0x00CF9A000000FFFF      # 08: code, 32-bit
        .quad   0x00CF92000000FFFF      # 10: data
pointer:
        .word   . - gdt - 1
        .long   gdt

        .org    510
        .word   0xAA55
