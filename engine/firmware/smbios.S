# SMBIOS: what the machine is made of, as its owner may read it. The machine hands over
# the structures and their entry point without addresses; we put a structure on ourselves
# before them, in the E segment, and the entry point where systems look for it, in ours.
#
#   05 sum of all 31 bytes is 0   08 longest structure   10 "_DMI_"   15 sum from 10 on is 0
#   16 bytes of all structures   18 address   1C how many   (offsets of the entry point,
#   but the first, which is 04)
#
# Source: System Management BIOS Reference Specification 2.8 (DSP0134), 5.2.1, 7.1.
# Not done: the entry point of version 3.

    .set SMBIOS_ANCHOR_BYTES, 31
    .set SMBIOS_SUM,     0x04
    .set SMBIOS_LONGEST, 0x08
    .set SMBIOS_DMI_SUM, 0x15
    .set SMBIOS_BYTES,   0x16
    .set SMBIOS_ADDRESS, 0x18
    .set SMBIOS_COUNT,   0x1C

# In: DS = extended data area, the F segment is writable.
init_smbios:
    push %es
    mov  $anchor_name, %si
    call find_file
    jc   9f
    cmpl $SMBIOS_ANCHOR_BYTES << 24, EBDA_COMMAND + FILE_ENTRY + FILE_SIZE
    jne  9f
    mov  $BIOS_SEGMENT << 4 + smbios_anchor, %edi
    call fwcfg_load
    mov  $tables_name, %si
    call find_file
    jc   8f
    mov  EBDA_COMMAND + FILE_ENTRY + FILE_SIZE, %ecx
    bswap %ecx
    push %ecx
    add  $bios_information_end - bios_information, %ecx
    mov  $16, %eax
    call low_allocate
    pop  %ecx
    jc   8f
    push %edi
    add  $bios_information_end - bios_information, %edi
    call fwcfg_load
    pop  %edi

    push %cs
    pop  %es
    mov  %edi, %es:smbios_anchor + SMBIOS_ADDRESS
    mov  EBDA_COMMAND + FILE_ENTRY + FILE_SIZE, %ecx
    bswap %ecx
    mov  $bios_information_end - bios_information, %ax
    add  %ax, %cx
    mov  %cx, %es:smbios_anchor + SMBIOS_BYTES
    incw %es:smbios_anchor + SMBIOS_COUNT
    cmp  %es:smbios_anchor + SMBIOS_LONGEST, %ax
    jbe  1f
    mov  %ax, %es:smbios_anchor + SMBIOS_LONGEST
1:  mov  $smbios_anchor + 0x10, %di
    mov  $SMBIOS_ANCHOR_BYTES - 0x10, %cx
    mov  $smbios_anchor + SMBIOS_DMI_SUM, %bx
    call checksum
    mov  $smbios_anchor, %di
    mov  $SMBIOS_ANCHOR_BYTES, %cx
    mov  $smbios_anchor + SMBIOS_SUM, %bx
    call checksum
    mov  %es:smbios_anchor + SMBIOS_ADDRESS, %eax
    shr  $4, %eax                   # a multiple of 16
    mov  %ax, %es
    xor  %di, %di
    mov  $bios_information, %si
    mov  $bios_information_end - bios_information, %cx
    rep movsb %cs:(%si), %es:(%di)
    jmp  9f
8:  push %cs                        # no tables: no entry point
    pop  %es
    movb $0, %es:smbios_anchor
9:  pop  %es
    ret

# In: CS:SI = a file's name, DS = extended data area. Out: CF set if there is none; else BX
# = its entry (fwcfg.S), behind EBDA_COMMAND. Changes EAX, ECX, EDX, EDI, SI.
find_file:
    mov  $EBDA_COMMAND, %di
    call copy_name
    mov  $EBDA_COMMAND, %si
    mov  $EBDA_COMMAND + FILE_ENTRY, %bx
    jmp  fwcfg_find

# Makes the sum of the CX bytes at ES:DI 0 by that at ES:BX. Changes AL, CX, DI.
checksum:
    movb $0, %es:(%bx)
    xor  %al, %al
1:  sub  %es:(%di), %al
    inc  %di
    loop 1b
    mov  %al, %es:(%bx)
    ret

anchor_name: .asciz "etc/smbios/smbios-anchor"
tables_name: .asciz "etc/smbios/smbios-tables"

# Type 0: who wrote this BIOS.
bios_information:
    .byte 0, 24
    .word 0                         # handle
    .byte 1, 2                      # maker, version
    .word BIOS_SEGMENT
    .byte 3, 0                      # date; 64 KiB
    .quad 0x00018090                # PCI, shadow RAM, CD, may choose what boots
    .byte 0x01, 0x00                # ACPI
    .byte 0, 0, 0xFF, 0xFF          # release, controller's release
    .asciz "Ring -1"
    .asciz "1.0"
    .asciz "11/22/2026"
    .byte 0
bios_information_end:
