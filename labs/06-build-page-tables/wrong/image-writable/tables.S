# Page tables for long mode: page 0 absent, the rest of the first 2 MiB itself,
# a stack for ring 3 below the middle, a read-only image above it.

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
        .set    PML4, 0x10000
        .set    PDPT_LOW, 0x11000
        .set    PD_LOW, 0x12000
        .set    PT_LOW, 0x13000
        .set    PDPT_STACK, 0x14000
        .set    PD_STACK, 0x15000
        .set    PT_STACK, 0x16000
        .set    PDPT_HIGH, 0x17000
        .set    PD_HIGH, 0x18000
        .set    PT_HIGH, 0x19000
build:
        mov     $PML4, %edi             # ten clean tables
        mov     $10 * 1024, %ecx
        xor     %eax, %eax
        rep stosl

        movl    $PDPT_LOW + 3, PML4     # 3: present, writable
        movl    $PD_LOW + 3, PDPT_LOW
        movl    $PT_LOW + 3, PD_LOW
        mov     $PT_LOW + 8 * 1, %edi
        mov     $0x01003, %eax
1:      mov     %eax, (%edi)            # each page to itself, but for page 0
        add     $0x1000, %eax
        add     $8, %edi
        cmp     $0x200003, %eax
        jb      1b

        movl    $PDPT_STACK + 7, PML4 + 255 * 8        # 7: for ring 3, too
        movl    $PD_STACK + 7, PDPT_STACK + 511 * 8
        movl    $PT_STACK + 7, PD_STACK + 511 * 8
        movl    $0x80000 + 7, PT_STACK + 510 * 8
        movl    $0x81000 + 7, PT_STACK + 511 * 8

        movl    $PDPT_HIGH + 3, PML4 + 256 * 8
        movl    $PD_HIGH + 3, PDPT_HIGH
        movl    $PT_HIGH + 3, PD_HIGH
        mov     $PT_HIGH, %edi
        mov     $0x100003, %eax         # 3: present, writable
1:      mov     %eax, (%edi)
        add     $0x1000, %eax
        add     $8, %edi
        cmp     $0x110003, %eax
        jb      1b

        mov     $PML4, %eax
        ret

gdt:    .quad   0
        .quad   0x00CF9A000000FFFF      # 32-bit code
        .quad   0x00CF92000000FFFF      # data
        .quad   0x00209A0000000000      # 64-bit code
gdtr:   .word   gdtr - gdt - 1
        .long   gdt

        .org    510
        .word   0xAA55
