# A boot sector that leaves real mode for good.
# In: CS:IP = 0000:7C00 in real mode, from any firmware.

        .code16
        .globl start

start:  cli                             # there is no IDT for the new mode
        xor     %ax, %ax
        mov     %ax, %ds
        lgdt    pointer
        mov     %cr0, %eax
        or      $1, %eax                # PE
        mov     %eax, %cr0

flat:   mov     $0x10, %ax
        mov     %ax, %ds
        mov     %ax, %es
        mov     %ax, %ss
        mov     $0x7C00, %esp
        mov     $0x280000, %ebx
        movl    $0x0032C0DE, (%ebx)
1:      hlt
        jmp     1b

        .balign 8
gdt:    .quad   0                       # the null descriptor
        .quad   0x00CF9A000000FFFF      # 08: code, 32-bit, 4 GiB, ring 0
        .quad   0x00CF92000000FFFF      # 10: data, writable, the same
pointer:
        .word   . - gdt - 1             # the limit is the last byte's offset
        .long   gdt

        .org    510
        .word   0xAA55
