# PCI set-up: every function of bus 0 gets ports and memory for its base address
# registers and an interrupt, and decodes them from then on; the bridges of a 440FX and
# PIIX3 board are told where interrupts go and where power management answers.
#
# BX = device and function (bits 7-3, 2-0), DI = register (pcibios.S).
# Source: PCI Local Bus Specification 3.0, 6.2.5; PCI BIOS Specification 2.1; data sheets
# of 82441FX, 82371SB, 82371AB. Not done: bridges to further buses.

    .set PCI_COMMAND,   0x04
    .set PCI_CLASS,     0x0A
    .set PCI_HEADER,    0x0E        # bit 7: further functions
    .set PCI_BAR0,      0x10
    .set PCI_BAR_END,   0x28
    .set PCI_IRQ,       0x3C
    .set PCI_PIN,       0x3D        # 1 is INTA#
    .set PCI_DECODE,    0x03        # of the command: ports, memory

    .set PORTS_FIRST,   0xC000
    .set PORTS_END,     0x10000
    .set MEMORY_FIRST,  0xE0000000
    .set MEMORY_END,    0xFEC00000  # the I/O APIC's

    .set ID_440FX,      0x12378086
    .set ID_PIIX3,      0x70008086
    .set ID_PIIX3_IDE,  0x70108086
    .set ID_PIIX4_PM,   0x71138086
    .set HOST_PAM5,     0x5E        # E0000-E7FFF; the next: E8000-EFFFF
    .set PIIX3_PIRQ,    0x60        # four bytes
    .set IDE_TIMING,    0x40        # two words, bit 15: the channel's ports answer
    .set PM_BASE,       0x40
    .set PM_ENABLE,     0x80        # bit 0
    .set SMBUS_BASE,    0x90
    .set SMBUS_ENABLE,  0xD2        # bit 0, bit 3: IRQ 9
    .set PM_PORTS,      0x600       # what the ACPI tables say, too
    .set SMBUS_PORTS,   0x700
    .set PM_IRQ,        9
    .set ELCR2,         0x4D1       # IRQ 8-15: level triggered
    .set ELCR_10_11,    0x0C

init_pci:
    push %ebp
    mov  $PORTS_FIRST, %esi         # next free port
    mov  $MEMORY_FIRST, %ebp        # next free address
    or   $-1, %bx
1:  call pci_next
    jc   2f
    call pci_set_up
    jmp  1b
2:  push %fs
    mov  BDA_EBDA, %fs
    mov  %ebp, %fs:EBDA_PCI_MEMORY
    pop  %fs
    pop  %ebp
    ret

# In: EAX = vendor and device.
pci_set_up:
    cmp  $ID_440FX, %eax            # nothing to place
    je   9f
    cmp  $ID_PIIX3, %eax
    je   pci_route
    cmp  $ID_PIIX3_IDE, %eax
    jne  1f
    mov  $IDE_TIMING, %di
    mov  $0x80008000, %eax
    call pci_write
    jmp  2f
1:  cmp  $ID_PIIX4_PM, %eax
    jne  2f
    mov  $PM_BASE, %di
    mov  $PM_PORTS | 1, %eax
    call pci_write
    mov  $PM_ENABLE, %di
    mov  $1, %al
    call pci_write_byte
    mov  $SMBUS_BASE, %di
    mov  $SMBUS_PORTS | 1, %eax
    call pci_write
    mov  $SMBUS_ENABLE, %di
    mov  $0x09, %al
    call pci_write_byte
2:  mov  $PCI_HEADER, %di
    call pci_read_byte
    test $0x7F, %al                 # a bridge to another bus has other registers
    jnz  9f
    mov  $PCI_COMMAND, %di          # nothing answers at the addresses that ask for sizes
    call pci_read
    and  $~PCI_DECODE & 0xFFFF, %ax
    movzwl %ax, %eax                # a 1 in the status half would clear something
    call pci_write
    mov  $PCI_BAR0, %di
3:  call pci_place
    add  $4, %di
    cmp  $PCI_BAR_END, %di
    jb   3b
    call pci_interrupt
    mov  $PCI_COMMAND, %di
    call pci_read
    or   $PCI_DECODE, %ax
    movzwl %ax, %eax
    call pci_write
9:  ret

# PIRQA to D: to IRQ 10, 10, 11, 11, which become level triggered.
pci_route:
    mov  $PIIX3_PIRQ, %di
    mov  $0x0B0B0A0A, %eax
    call pci_write
    mov  $ELCR2, %dx
    mov  $ELCR_10_11, %al
    out  %al, %dx
    ret

# Pin p of device d is wired to PIRQ (d + p - 1) mod 4, INTA# being 0.
pci_interrupt:
    mov  $PCI_PIN, %di
    call pci_read_byte
    cmp  $1, %al
    jb   2f
    mov  %bl, %ah
    shr  $3, %ah
    lea  2(%eax), %cx
    add  %ah, %cl
    mov  $10, %al
    test $2, %cl
    jz   1f
    inc  %al
1:  cmp  $0x0B, %bx                 # power management has a wire of its own
    jne  3f
    mov  $PM_IRQ, %al
3:  mov  $PCI_IRQ, %di
    call pci_write_byte
2:  ret

# Gives the register DI a range of ports (from ESI) or memory (from EBP), if it wants
# one. A register of 64 bits takes the next, too. What does not fit stays at 0.
# Changes EAX, ECX, EDX; DI, ESI, EBP as said.
pci_place:
    mov  $-1, %eax
    call pci_write
    call pci_read
    test %eax, %eax
    jz   9f
    mov  %eax, %ecx
    test $1, %al
    jnz  5f
    and  $~15, %ecx
    neg  %ecx                       # its size
    push %ax
    lea  -1(%ebp, %ecx), %eax
    neg  %ecx
    and  %ecx, %eax                 # rounded up to a multiple
    neg  %ecx
    cmp  %ebp, %eax
    jb   2f                         # past 4 GiB
    add  %eax, %ecx
    jc   2f
    cmp  $MEMORY_END, %ecx
    ja   2f
    mov  %ecx, %ebp
    jmp  3f
2:  xor  %eax, %eax
3:  call pci_write
    pop  %ax
    and  $0x06, %al
    cmp  $0x04, %al
    jne  9f
    add  $4, %di
    xor  %eax, %eax
    jmp  pci_write
5:  and  $~3, %ecx
    or   $0xFFFF0000, %ecx          # the upper half may be missing
    neg  %ecx
    lea  -1(%esi, %ecx), %eax
    neg  %ecx
    and  %ecx, %eax
    neg  %ecx
    add  %eax, %ecx
    cmp  $PORTS_END, %ecx
    ja   6f
    mov  %ecx, %esi
    jmp  pci_write
6:  xor  %eax, %eax
    jmp  pci_write
9:  ret

# RAM in the E segment. Out: CF set if there is no host bridge that we know.
open_low_zone:
    mov  $0x33, %al                 # reads and writes go to RAM
    jmp  1f
close_low_zone:
    xor  %al, %al
1:  push %ax
    call host_bridge
    pop  %ax
    jc   2f
    mov  $HOST_PAM5, %di
    call pci_write_byte
    inc  %di
    call pci_write_byte
    clc
2:  ret

# Out: BX = the 440FX; CF set if there is none. Changes EAX, DX, DI.
host_bridge:
    xor  %bx, %bx
    xor  %di, %di
    call pci_read
    cmp  $ID_440FX, %eax
    je   1f
    stc
1:  ret
