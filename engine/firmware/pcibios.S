# PCI configuration space, and the services on it that systems ask a BIOS for: INT 1Ah
# AH=B1h in real mode, and the same as a routine of 32-bit protected mode, which systems
# find through the BIOS32 service directory ("_32_", bios32.S). One text, assembled twice.
#
#   CF8  31 enable  23:16 bus  15:11 device  10:8 function  7:2 register     CFC  data
#
# Below, BX = bus, device and function (bits 15-8, 7-3, 2-0), DI = register.
# Source: PCI BIOS Specification 2.1, 3; Standard BIOS 32-bit Service Directory Proposal
# 0.4. Not done: special cycles (06h), setting an interrupt (0Fh); in protected mode the
# routing table (0Eh), which lies open as $PIR.

    .set PCI_ADDRESS,   0xCF8
    .set PCI_DATA,      0xCFC
    .set PCI_VERSION,   0x0210
    .set PCI_UNSUPPORTED, 0x81      # what AH says
    .set PCI_BAD_VENDOR, 0x83
    .set PCI_NO_DEVICE, 0x86
    .set PCI_BAD_REGISTER, 0x87
    .set PCI_BUFFER_SMALL, 0x89

    .macro PCI_CODE suffix=
# Writes the address of BX, DI. Out: DX = data port. Keeps EAX.
pci_address\suffix:
    push %eax
    movzwl %bx, %eax
    shl  $8, %eax
    or   $0x80000000, %eax
    mov  %di, %dx
    mov  %dl, %al
    and  $0xFC, %al
    mov  $PCI_ADDRESS, %dx
    out  %eax, %dx
    mov  %di, %dx
    and  $3, %dx
    add  $PCI_DATA, %dx
    pop  %eax
    ret

# Each changes DX.
pci_read\suffix:                    # -> EAX
    call pci_address\suffix
    in   %dx, %eax
    ret
pci_read_word\suffix:               # -> AX
    call pci_address\suffix
    in   %dx, %ax
    ret
pci_read_byte\suffix:               # -> AL
    call pci_address\suffix
    in   %dx, %al
    ret
pci_write\suffix:                   # EAX
    call pci_address\suffix
    out  %eax, %dx
    ret
pci_write_word\suffix:              # AX
    call pci_address\suffix
    out  %ax, %dx
    ret
pci_write_byte\suffix:              # AL
    call pci_address\suffix
    out  %al, %dx
    ret

# In: BX = a function of bus 0, or FFFFh. Out: CF clear, BX = the next that answers, EAX =
# its vendor and device; or CF set: there is none. Changes DX, DI.
pci_next\suffix:
    inc  %bx
    cmp  $0x100, %bx
    jae  4f
    test $7, %bl
    jz   2f
    push %bx                        # further functions: if function 0 says so
    and  $0xF8, %bl
    mov  $PCI_HEADER, %di
    call pci_read_byte\suffix
    pop  %bx
    test $0x80, %al
    jnz  2f
1:  or   $7, %bl
    jmp  pci_next\suffix
2:  xor  %di, %di
    call pci_read\suffix
    cmp  $0xFFFF, %ax
    jne  3f
    test $7, %bl                    # no function 0, no others
    jz   1b
    jmp  pci_next\suffix
3:  clc
    ret
4:  stc
    ret

# AL = function, the rest as the specification has it. Out: AH = status, CF set if that is
# not 0, and what was asked for.
pci_bios\suffix:
    cmp  $0x01, %al
    je   pci_present\suffix
    cmp  $0x03, %al
    jbe  pci_find\suffix
    cmp  $0x08, %al
    jb   1f
    cmp  $0x0D, %al
    jbe  pci_access\suffix
1:  mov  $PCI_UNSUPPORTED, %ah
    stc
    ret

pci_present\suffix:                 # AL=01h -> EDX "PCI ", AL mechanism 1, BX version, CL last bus
    mov  $0x20494350, %edx
    mov  $PCI_VERSION, %bx
    xor  %cl, %cl
    mov  $0x0001, %ax
    ret

# AL=02h: the SIth with device CX and vendor DX; AL=03h: with class ECX. Out: BX.
pci_find\suffix:
    push %ecx
    push %edx
    push %esi
    push %edi
    push %ebp
    push %ebx
    mov  %eax, %ebp
    mov  $PCI_UNSUPPORTED, %ah
    test %al, %al
    jz   5f
    test $1, %al
    jnz  1f
    shl  $16, %ecx                  # as the register has them
    mov  %dx, %cx
    mov  $PCI_BAD_VENDOR, %ah
    cmp  $0xFFFF, %dx
    je   5f
1:  or   $-1, %bx
2:  call pci_next\suffix
    jc   4f
    test $1, %bp
    jz   3f
    mov  $PCI_CLASS - 2, %di
    call pci_read\suffix
    shr  $8, %eax
3:  cmp  %ecx, %eax
    jne  2b
    sub  $1, %si
    jnc  2b
    pop  %edi                       # instead of the BX that came
    xor  %ah, %ah
    jmp  6f
4:  mov  $PCI_NO_DEVICE, %ah
5:  pop  %ebx
    stc
6:  mov  %ah, %dl
    mov  %ebp, %eax
    mov  %dl, %ah
    pop  %ebp
    pop  %edi
    pop  %esi
    pop  %edx
    pop  %ecx
    ret

# AL = 08h, 09h, 0Ah: reads register DI of BX into CL, CX, ECX; 0Bh, 0Ch, 0Dh: writes it.
pci_access\suffix:
    cmp  $0xFF, %di
    ja   7f
    push %edx
    push %eax
    cmp  $0x08, %al
    je   1f
    cmp  $0x0B, %al
    je   4f
    test $1, %di                    # words at even places
    jnz  6f
    cmp  $0x09, %al
    je   2f
    cmp  $0x0C, %al
    je   5f
    test $3, %di
    jnz  6f
    cmp  $0x0A, %al
    je   3f
    mov  %ecx, %eax
    call pci_write\suffix
    jmp  8f
1:  call pci_read_byte\suffix
    mov  %al, %cl
    jmp  8f
2:  call pci_read_word\suffix
    mov  %ax, %cx
    jmp  8f
3:  call pci_read\suffix
    mov  %eax, %ecx
    jmp  8f
4:  mov  %cl, %al
    call pci_write_byte\suffix
    jmp  8f
5:  mov  %cx, %ax
    call pci_write_word\suffix
    jmp  8f
6:  pop  %eax
    pop  %edx
7:  mov  $PCI_BAD_REGISTER, %ah
    stc
    ret
8:  pop  %eax
    pop  %edx
    xor  %ah, %ah                   # CF clear
    ret
    .endm

    PCI_CODE

# INT 1Ah AH=B1h. As 32-bit software does, 01h may ask with bit 7 of AL set.
pci_service:
    push %ebp
    and  $0x7F, %al
    cmp  $0x0E, %al
    je   2f
    call pci_bios
1:  pop  %ebp
    mov  %eax, R_EAX(%bp)
    mov  %ebx, R_EBX(%bp)
    mov  %ecx, R_ECX(%bp)
    mov  %edx, R_EDX(%bp)
    setc %al
    andb $~FLAG_CF, R_FLAGS(%bp)
    or   %al, R_FLAGS(%bp)
    SERVICE_LEAVE
2:  call pci_routing
    jmp  1b

# AL=0Eh: the slots of $PIR. In: ES:DI = size (word) and address (offset, segment) of a
# buffer. Out: it filled, its size as used or needed, BX = IRQs that are for PCI alone.
pci_routing:
    push %ecx
    push %es
    mov  $PIR_SLOTS * 16, %cx
    mov  %es:(%di), %bx
    mov  %cx, %es:(%di)
    cmp  %cx, %bx
    mov  $PIR_IRQS, %bx
    mov  $PCI_BUFFER_SMALL, %ah
    jb   1f
    les  %es:2(%di), %di
    mov  $pir_table + 32, %si
    rep movsb %cs:(%si), %es:(%di)
    xor  %ah, %ah
1:  pop  %es
    pop  %ecx
    ret

    .code32
    PCI_CODE _32

# Called far, AH = B1h, AL = function.
pci_entry_32:
    and  $0x7F, %al
    call pci_bios_32
    lret
    .code16
