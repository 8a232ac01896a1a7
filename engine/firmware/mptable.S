# The MP table: processors, buses, the I/O APIC and which interrupt comes in at which of
# its pins, for systems with several processors and without ACPI. The table is made in the
# E segment, the pointer to it lies in ours.
#
#   header  00 "PCMP"  04 bytes  06 version  07 sum 0  22 entries  24 local APICs' address
#   entries 00 processor: APIC, version, 1 usable 2 boots, signature, features
#           01 bus   02 I/O APIC   03 interrupt: 00 of a device, flags, bus, IRQ, APIC, pin
#           04 the same at a local APIC: 03 of the 8259s, 01 NMI
#
# Source: Intel MultiProcessor Specification 1.4, 4.

    .set MP_MAX,         2048
    .set MP_BYTES,       0x04
    .set MP_SUM,         0x07
    .set MP_ENTRIES,     0x22
    .set MP_POINTER_SUM, 0x0A
    .set MP_LEVEL,       0x0D       # active high, level triggered
    .set MP_PCI_IRQS,    0x0E20     # 9 to 11, which pci_interrupt gives, and 5, which it may
    .set PCI_BUS,        0
    .set ISA_BUS,        1
    .set CMOS_PROCESSORS, 0x5F      # less one

# In: DS = extended data area, the F segment is writable. Changes everything but DS.
init_mp:
    call apic_present
    jc   9f
    push %eax
    mov  $MP_MAX, %ecx
    mov  $16, %eax
    call low_allocate
    pop  %eax
    jc   9f
    push %es
    mov  %edi, %ecx
    shr  $4, %ecx
    mov  %cx, %es
    xor  %di, %di
    mov  $mp_header, %si
    mov  $mp_header_end - mp_header, %cx
    rep movsb %cs:(%si), %es:(%di)

    mov  %eax, %ebp                 # processors
    mov  $CMOS_PROCESSORS, %al
    call cmos_read
    and  $0x0F, %al
    mov  %al, %cl
    xor  %ch, %ch
    mov  $0x03, %bl                 # the first one starts the system
1:  xor  %al, %al
    mov  %ch, %ah
    stosw
    mov  $0x14, %al                 # an integrated APIC
    mov  %bl, %ah
    stosw
    mov  %ebp, %eax
    stosl
    mov  %edx, %eax
    stosl
    xor  %eax, %eax
    stosl
    stosl
    incw %es:MP_ENTRIES
    mov  $0x01, %bl
    inc  %ch
    cmp  %cl, %ch
    jbe  1b

    mov  $mp_fixed, %si
    mov  $mp_fixed_end - mp_fixed, %cx
    rep movsb %cs:(%si), %es:(%di)
    addw $(mp_fixed_end - mp_fixed) / 8, %es:MP_ENTRIES

    xor  %cx, %cx                   # interrupts of the ISA bus
2:  mov  $MP_PCI_IRQS | 0x04, %ax   # those of PCI come below, 2 is the second 8259
    bt   %cx, %ax
    jc   4f
    mov  $ISA_BUS, %bl
    mov  %cl, %bh
    xor  %dx, %dx
    mov  %cl, %al
    test %al, %al
    jnz  3f
    mov  $2, %al                    # the timer
3:  call mp_interrupt
4:  inc  %cx
    cmp  $16, %cx
    jb   2b

    or   $-1, %bx                   # and of PCI
5:  push %di
    call pci_next
    jc   7f
    mov  $PCI_PIN, %di
    call pci_read_byte
    mov  %al, %ah
    mov  $PCI_IRQ, %di
    call pci_read_byte
    pop  %di
    sub  $1, %ah
    jc   5b
    push %bx
    and  $0xF8, %bl                 # 6-2 device, 1-0 pin
    shr  $1, %bl
    mov  %bl, %bh
    or   %ah, %bh
    mov  $PCI_BUS, %bl
    mov  $MP_LEVEL, %dx
    call mp_interrupt
    pop  %bx
    jmp  5b

7:  pop  %di
    mov  %di, %es:MP_BYTES
    mov  %di, %cx
    xor  %di, %di
    mov  $MP_SUM, %bx
    call checksum
    mov  %es, %ax
    movzwl %ax, %eax
    shl  $4, %eax
    push %cs
    pop  %es
    mov  %eax, %es:mp_pointer + 4
    movw $0x0401, %es:mp_pointer + 8        # 16 bytes, version 1.4
    mov  $mp_pointer, %di
    mov  $16, %cx
    mov  $mp_pointer + MP_POINTER_SUM, %bx
    movl $~0x5F504D5F, %es:(%di)    # "_MP_", which so stands nowhere else
    notl %es:(%di)
    call checksum
    pop  %es
9:  ret

# In: BL, BH = bus and what interrupts on it, DX = flags, AL = pin, ES:DI. Changes AX.
mp_interrupt:
    push %ax
    mov  $0x0003, %ax
    stosw
    mov  %dx, %ax
    stosw
    mov  %bx, %ax
    stosw
    pop  %ax
    mov  %al, %ah
    xor  %al, %al                   # I/O APIC 0
    stosw
    incw %es:MP_ENTRIES
    ret

mp_header:
    .ascii "PCMP"
    .word 0
    .byte 4, 0                      # version 1.4
    .ascii "RING    RING PC     "
    .long 0
    .word 0, 0
    .long APIC_BASE, 0
mp_header_end:
mp_fixed:
    .byte 1, PCI_BUS
    .ascii "PCI   "
    .byte 1, ISA_BUS
    .ascii "ISA   "
    .byte 2, 0, 0x11, 1
    .long 0xFEC00000
    .byte 4, 3, 0, 0, ISA_BUS, 0, 0, 0      # LINT0 of the first
    .byte 4, 1, 0, 0, ISA_BUS, 0, 0xFF, 1   # LINT1 of all
mp_fixed_end:
