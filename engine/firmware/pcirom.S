# Expansion ROMs of PCI cards: each may hold several images behind one register. The one
# for a PC is copied to RAM between C0000 and DFFFF, and called like an option ROM.
#
#   image   00 55 AA   02 bytes to be copied, in 512   18 its data structure
#           data  00 "PCIR"  04 vendor, device  10 bytes of the image, in 512
#                 14 kind: 0 PC  15 bit 7: the last one
#
# The 440FX maps RAM there in blocks of 16 KiB (5A-5D: bits 5-4 and 1-0, write and read).
# Source: PCI Firmware Specification 3.0, 5.1; Intel 82441FX data sheet.

    .set PCI_ROM,       0x30        # register; bit 0: answers
    .set PCI_ROM_MASK,  0xFFFFF800
    .set IMAGE_DATA,    0x18
    .set DATA_DEVICE,   0x04
    .set DATA_LENGTH,   0x10
    .set DATA_KIND,     0x14
    .set DATA_LAST,     0x15
    .set PCI_CLASS_VGA, 0x0300
    .set HOST_PAM1,     0x5A        # C0000-C3FFF; next: C4000-C7FFF
    .set RAM_OPEN,      3
    .set RAM_READ_ONLY, 1

# The display adapter's. In: FS = extended data area.
video_pci_rom:
    or   $-1, %bx
1:  call pci_next
    jc   2f
    mov  $PCI_CLASS, %di
    call pci_read_word
    cmp  $PCI_CLASS_VGA, %ax
    jne  1b
    mov  $0xC000, %ax
    jmp  pci_rom
2:  ret

# All others. In: FS = extended data area.
scan_pci_roms:
    or   $-1, %bx
1:  call pci_next
    jc   2f
    mov  $PCI_CLASS, %di
    call pci_read_word
    cmp  $PCI_CLASS_VGA, %ax
    je   1b
    mov  %fs:EBDA_ROM_NEXT, %ax
    call pci_rom
    jmp  1b
2:  ret

# In: BX = function, AX = segment, FS = extended data area. Copies its ROM there and runs it,
# if it has one. Changes everything but BX, DS, FS.
pci_rom:
    push %ds
    push %es
    push %bx
    mov  %ax, %ds
    mov  $PCI_ROM, %di
    mov  $PCI_ROM_MASK, %eax
    call pci_write
    call pci_read
    and  $PCI_ROM_MASK, %eax
    jz   9f
    mov  %fs:EBDA_PCI_MEMORY, %edi  # a place for now, behind what is in use
    mov  %eax, %ecx
    neg  %ecx
    lea  -1(%edi, %ecx), %edi
    and  %eax, %edi
    add  %edi, %ecx                 # its end
    jc   9f
    cmp  $MEMORY_END, %ecx
    ja   9f
    mov  %edi, %esi
    lea  1(%edi), %eax
    mov  $PCI_ROM, %di
    call pci_write
    xor  %di, %di
    call pci_read
    mov  %eax, %edx                 # vendor and device
    call es_flat
    mov  %esi, %edi
    call find_image
    jc   1f
    call copy_image
1:  pushf
    call es_small
    mov  $PCI_ROM, %di
    xor  %eax, %eax
    call pci_write
    popf
    jc   9f
    call rom_bytes
    call rom_sum
    jnz  9f
    mov  %bx, %ax
    call run_option_rom
    call rom_bytes                  # it may need less of itself now
    mov  %ecx, %edx
    call rom_end
    cmp  %fs:EBDA_ROM_NEXT, %ax
    jbe  2f
    mov  %ax, %fs:EBDA_ROM_NEXT
2:  mov  %edx, %ecx
    mov  $RAM_READ_ONLY, %al
    call rom_ram
9:  pop  %bx
    pop  %es
    pop  %ds
    ret

# In: ES:EDI = first image, ECX = where the ROM ends, EDX = vendor and device. Out: CF clear,
# EDI = the image for a PC; or CF set: there is none. Changes EAX, ESI.
find_image:
    cmp  %ecx, %edi
    jae  2f
    cmpw $0xAA55, %es:(%edi)
    jne  2f
    movzwl %es:IMAGE_DATA(%edi), %esi
    add  %edi, %esi
    cmpl $0x52494350, %es:(%esi)    # "PCIR"
    jne  2f
    cmpb $0, %es:DATA_KIND(%esi)
    jne  1f
    cmp  %es:DATA_DEVICE(%esi), %edx
    je   3f                         # CF clear
1:  testb $0x80, %es:DATA_LAST(%esi)
    jnz  2f
    movzwl %es:DATA_LENGTH(%esi), %eax
    shl  $9, %eax
    jz   2f
    add  %eax, %edi
    jnc  find_image
2:  stc
3:  ret

# In: ES:EDI = image, DS = where to. Out: CF set if there is no room. Changes EAX, ECX, EDX,
# ESI, EDI.
copy_image:
    movzbl %es:ROM_LENGTH(%edi), %ecx
    shl  $9, %ecx
    jz   1f
    mov  %edi, %esi
    mov  %ds, %ax
    movzwl %ax, %eax
    shl  $4, %eax
    mov  %eax, %edi
    add  %ecx, %eax
    cmp  $ROM_END << 4, %eax
    ja   1f
    mov  $RAM_OPEN, %al
    call rom_ram
    jc   1f
    shr  $2, %ecx
    rep movsl %es:(%esi), %es:(%edi)
    clc
    ret
1:  stc
    ret

# In: DS:0 and ECX bytes, AL = RAM_OPEN or RAM_READ_ONLY for the blocks that they touch. Out: CF
# set if there is no such bridge. Keeps the rest.
rom_ram:
    pushal
    mov  %al, %dl
    push %dx
    call host_bridge
    pop  %dx
    jc   4f
    mov  %ds, %si                   # first and last block
    shr  $4, %ecx
    mov  %si, %bp
    add  %cx, %bp
    dec  %bp
    shr  $10, %si
    shr  $10, %bp
1:  cmp  %bp, %si
    ja   3f
    lea  -(0xC000 >> 10)(%si), %di
    mov  %di, %cx
    shr  $1, %di
    add  $HOST_PAM1, %di
    push %dx
    call pci_read_byte
    pop  %dx
    mov  $0xF0, %ah
    mov  %dl, %ch
    test $1, %cl
    jz   2f
    mov  $0x0F, %ah
    shl  $4, %ch
2:  and  %ah, %al
    or   %ch, %al
    push %dx
    call pci_write_byte
    pop  %dx
    inc  %si
    jmp  1b
3:  clc
4:  popal
    ret
