# PCI BIOS: the same questions to INT 1Ah AH=B1h and to the 32-bit entry that the BIOS32
# service directory names. Prints AH, CF and what was asked for.
    .include "probe.S"

    .macro ASK text, number
    SAY  "\text"
    mov  $0xB100 | \number, %eax
    call *ask
    call answer
    .endm

probe:
    movw $ask_16, ask
    call questions
    SAY  "in protected mode"
    call print_line
    call find_directory
    jc   1f
    movw $ask_32, ask
    call questions
1:  ret

questions:
    xor  %ecx, %ecx
    xor  %ebx, %ebx
    xor  %edx, %edx
    ASK  "there?", 0x01
    mov  $0x7000, %ecx              # PIIX3
    mov  $0x8086, %edx
    xor  %esi, %esi
    ASK  "PIIX3", 0x02
    mov  $0x7000, %ecx
    mov  $0x8086, %edx
    mov  $1, %esi
    ASK  "a second one", 0x02
    mov  $0xFFFF, %edx
    xor  %esi, %esi
    ASK  "vendor FFFF", 0x02
    mov  $0x010180, %ecx            # IDE
    xor  %edx, %edx
    xor  %esi, %esi
    ASK  "IDE", 0x03
    mov  $0x0008, %ebx
    mov  $0x0A, %edi
    xor  %ecx, %ecx
    ASK  "class byte", 0x08
    mov  $0x0A, %edi
    xor  %ecx, %ecx
    ASK  "class word", 0x09
    xor  %edi, %edi
    ASK  "identity", 0x0A
    mov  $0x63, %edi
    xor  %ecx, %ecx
    mov  $0x0B, %cl
    ASK  "write byte", 0x0B
    xor  %ecx, %ecx
    ASK  "read it", 0x08
    mov  $0x62, %edi
    mov  $0x0B0A, %ecx
    ASK  "write word", 0x0C
    mov  $0x60, %edi
    xor  %ecx, %ecx
    ASK  "read dword", 0x0A
    mov  $0x0B0B0A0A, %ecx
    ASK  "write dword", 0x0D
    mov  $0x010, %ebx
    mov  $0xF000, %edi
    ret

ask_16:
    int  $0x1A
    ret

# In: the registers, and EAX. The same with a far call to the 32-bit entry.
ask_32:
    mov  %eax, saved
    cli
    push %ds
    push %es
    lgdtl gdt_pointer
    mov  %cr0, %eax
    or   $1, %al
    mov  %eax, %cr0
    ljmp $0x08, $1f
    .code32
1:  mov  $0x10, %ax
    mov  %ax, %ds
    mov  %ax, %es
    mov  %ax, %ss
    movzwl %sp, %esp
    mov  saved, %eax
    lcall *entry
    mov  %eax, saved
    setc carry
    ljmp $0x18, $1f
    .code16
1:  mov  $0x20, %ax
    mov  %ax, %ds
    mov  %ax, %es
    mov  %ax, %ss
    mov  %cr0, %eax
    and  $0xFE, %al
    mov  %eax, %cr0
    ljmp $0, $1f
1:  xor  %ax, %ax
    mov  %ax, %ss
    pop  %es
    pop  %ds
    sti
    mov  saved, %eax
    shrb $1, carry
    ret

# "_32_" at a multiple of 16 from E0000 on; asks it for "$PCI".
find_directory:
    mov  $0xE000, %ax
1:  mov  %ax, %es
    cmpl $0x5F32335F, %es:0
    je   2f
    inc  %ax
    jnz  1b
    SAY  "no directory"
    call print_line
    stc
    ret
2:  mov  %es:4, %eax
    mov  %eax, entry
    mov  $0x49435024, %eax
    xor  %ebx, %ebx
    call ask_32
    add  %ebx, %edx
    mov  %edx, entry
    SAY  "service"
    call print8
    call print_line
    clc
    ret

answer:
    pushal
    mov  %sp, %bp
    pushf
    sbb  %al, %al
    call print8
    mov  29(%bp), %al               # AH
    call print8
    mov  16(%bp), %ax               # BX
    call print16
    mov  24(%bp), %eax              # ECX
    call print32
    call print_line
    popf
    popal
    ret

ask:    .word 0
saved:  .long 0
carry:  .byte 0
    .balign 4
entry:  .long 0
    .word 0x08
    .balign 8
gdt:
    .quad 0
    .quad 0x00CF9B000000FFFF        # 08 code, 4 GiB, 32 bits
    .quad 0x00CF93000000FFFF        # 10 data, 4 GiB
    .quad 0x00009B000000FFFF        # 18 code, 64 KiB, 16 bits
    .quad 0x000093000000FFFF        # 20 data, 64 KiB
gdt_pointer:
    .word 5 * 8 - 1
    .long gdt
    PROBE_END
