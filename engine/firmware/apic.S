# The local APIC: a processor that has one hears the 8259s through it, and only if
# somebody says so. POST sets up "virtual wire mode": the 8259's line comes in as
# LINT0, the NMI as LINT1, and the rest of the PC looks as it did before APICs.
# Source: Intel MultiProcessor Specification 1.4, 3.6.2.2 and appendix A; AMD64
# Architecture Programmer's Manual, volume 2, 16.3.

    .set EFLAGS_ID,       0x200000
    .set CPUID_1_APIC,    0x200     # EDX
    .set APIC_BASE,       0xFEE00000
    .set APIC_SPURIOUS,   0x0F0      # from APIC_BASE
    .set APIC_LINT0,      0x350
    .set APIC_LINT1,      0x360

# Out: CF clear, EAX = the processor's signature, EDX = its features; or CF set: it has no
# local APIC. Changes EBX, ECX.
apic_present:
    pushfl                          # a 486 has no CPUID if this bit does not move
    pop  %eax
    mov  %eax, %ecx
    xor  $EFLAGS_ID, %eax
    push %eax
    popfl
    pushfl
    pop  %eax
    push %ecx                       # as it was
    popfl
    xor  %ecx, %eax
    test $EFLAGS_ID, %eax
    jz   1f
    mov  $1, %eax
    cpuid
    test $CPUID_1_APIC, %edx
    jz   1f
    ret                             # CF clear
1:  stc
    ret

init_apic:
    call apic_present
    jc   2f
    cli
    lgdtl %cs:apic_gdt              # its registers lie far above 1 MiB
    mov  %cr0, %eax
    or   $1, %al
    mov  %eax, %cr0
    ljmp $0x08, $1f
1:  mov  $0x10, %ax
    mov  %ax, %es
    mov  $APIC_BASE, %edi
    movl $0x10F, %es:APIC_SPURIOUS(%edi)    # on; a spurious interrupt looks like IRQ 7
    movl $0x700, %es:APIC_LINT0(%edi)       # ExtINT: the vector comes from the 8259
    movl $0x400, %es:APIC_LINT1(%edi)       # NMI
    mov  $0x18, %ax
    mov  %ax, %es                   # a 64 KiB limit again, before real mode
    mov  %cr0, %eax
    and  $0xFE, %al
    mov  %eax, %cr0
    ljmp $BIOS_SEGMENT, $1f
1:  xor  %ax, %ax
    mov  %ax, %es
2:  ret

    .balign 8
apic_descriptors:
    .quad 0
    .quad 0x00009B0F0000FFFF        # 08 code, base F0000
    .quad 0x008F93000000FFFF        # 10 data, 4 GiB
    .quad 0x000093000000FFFF        # 18 data, 64 KiB
apic_gdt:
    .word 4 * 8 - 1
    .long 0xF0000 + apic_descriptors
