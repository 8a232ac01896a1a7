# Memory above 1 MiB from real mode: a segment register keeps the limit that a visit to
# protected mode gave it, so ES with base 0 and limit 4 GiB reaches everything.
# Source: AMD64 Architecture Programmer's Manual, volume 2, 4.5.3 (the hidden part of a
# segment register), 14.1 (what real mode loads of it).

    .set FLAT_DATA,  0x10           # selectors of apic.S's table
    .set SMALL_DATA, 0x18

# Out: ES = 0 with a limit of 4 GiB. Interrupts are off during the visit. Changes AX.
es_flat:
    push %dx
    mov  $FLAT_DATA, %dx
    jmp  1f
# Out: ES = 0 with its usual limit of 64 KiB.
es_small:
    push %dx
    mov  $SMALL_DATA, %dx
1:  pushf
    cli
    lgdtl %cs:apic_gdt
    mov  %cr0, %eax
    or   $1, %al
    mov  %eax, %cr0
    jmp  2f                         # CS stays what it is: base F0000, 16 bits
2:  mov  %dx, %es
    and  $0xFE, %al
    mov  %eax, %cr0
    jmp  3f
3:  xor  %ax, %ax
    mov  %ax, %es
    popf
    pop  %dx
    ret
