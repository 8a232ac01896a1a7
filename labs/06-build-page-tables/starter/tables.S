# Page tables for long mode. The frame is done: from real mode to 32-bit
# protected mode, then to 64 bits. `build` is yours.

        .code16
        .globl  start
        .set    CODE32, 0x08
        .set    DATA32, 0x10
        .set    CODE64, 0x18
start:  ljmp    $0, $here
here:   cli
        xor     %ax, %ax
        mov     %ax, %ds
        lgdt    gdtr
        mov     %cr0, %eax
        or      $1, %al                 # PE
        mov     %eax, %cr0
        ljmpl   $CODE32, $flat

        .code32
flat:   mov     $DATA32, %ax
        mov     %ax, %ds
        mov     %ax, %es
        mov     %ax, %ss
        mov     $0x7C00, %esp
        cld

        call    build                   # answers where the root is, in EAX

        mov     %eax, %cr3
        mov     $0x20, %eax
        mov     %eax, %cr4              # PAE
        mov     $0xC0000080, %ecx
        rdmsr
        or      $0x100, %eax            # EFER.LME
        wrmsr
        mov     %cr0, %eax
        or      $0x80010000, %eax       # PG and WP
        mov     %eax, %cr0
        ljmp    $CODE64, $long

        .code64
long:   cli
        hlt
        jmp     long

# In:   32-bit code, flat segments, paging off. Memory from 10000 to 1FFFF is
#       yours for tables; what is in it, nobody knows.
# Out:  EAX = physical address of the first table.
        .code32
build:
        # 1. A clean page for each table.
        # 2. 1000 to 1FFFFF, each page to itself. Page 0 stays absent.
        # 3. 7FFFFFFFE000, two pages, to 80000: for ring 3, too.
        # 4. FFFF800000000000, 16 pages, to 100000: read-only.
        xor     %eax, %eax
        ret

gdt:    .quad   0
        .quad   0x00CF9A000000FFFF      # 32-bit code
        .quad   0x00CF92000000FFFF      # data
        .quad   0x00209A0000000000      # 64-bit code
gdtr:   .word   gdtr - gdt - 1
        .long   gdt

        .org    510
        .word   0xAA55
