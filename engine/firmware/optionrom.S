# Option ROMs: adapter cards bring their own BIOS, between C0000 and DFFFF. Those of PCI cards
# are copied there (pcirom.S).
# Source: IBM PC AT Technical Reference, section 5, ROM_SCAN; Phoenix, Compaq and
# Intel, BIOS Boot Specification 1.01, 5.3.2, 7, appendix D; Plug and Play BIOS Specification 1.0A, 3.
#
#   00 55 AA   02 length in 512-byte units   03 entry, called far   1A expansion header
#   all bytes together make 0 modulo 256
#
#   header of plug and play: 00 "$PnP"   06 next   16 connects its disks   1A boots from it

    .set ROM_LENGTH,    0x02
    .set ROM_ENTRY,     0x03
    .set ROM_HEADER,    0x1A
    .set PNP_NEXT,      0x06
    .set PNP_CONNECT,   0x16        # BCV
    .set PNP_BOOT,      0x1A        # BEV
    .set ROM_FIRST,     0xC800      # below lies video, which goes first
    .set ROM_END,       0xE000

init_option_roms:
    push %fs
    mov  BDA_EBDA, %fs
    mov  %fs:EBDA_ROM_NEXT, %dx
    mov  $ROM_END, %di
    call scan_option_roms
    call scan_pci_roms
    pop  %fs
    ret

# In: DX = first segment, DI = where to stop, FS = extended data area. Calls each ROM found.
scan_option_roms:
    push %ds
1:  cmp  %di, %dx
    jae  4f
    mov  %dx, %ds
    add  $0x80, %dx                 # they start at multiples of 2 KiB
    cmpw $0xAA55, 0
    jne  1b
    call rom_bytes
    call rom_sum
    jnz  1b
    or   $-1, %ax                   # on no bus that has numbers
    call run_option_rom
    call rom_bytes
    call rom_end
    cmp  %dx, %ax                   # the next one starts behind it
    jb   1b
    mov  %ax, %dx
    add  $0x3FF, %ax
    and  $0xFC00, %ax               # a copy in RAM not in the same 16 KiB
    cmp  %fs:EBDA_ROM_NEXT, %ax
    jbe  1b
    mov  %ax, %fs:EBDA_ROM_NEXT
    jmp  1b
4:  pop  %ds
    ret

rom_bytes:                          # DS:0 = ROM -> ECX
    movzbl ROM_LENGTH, %ecx
    shl  $9, %ecx
    ret

# In: DS:0 = ROM, ECX = its bytes. Out: AX = the segment behind it, at a multiple of 2 KiB.
# Changes ECX.
rom_end:
    mov  %ds, %ax
    shr  $4, %ecx
    add  %cx, %ax
    add  $0x7F, %ax
    and  $0xFF80, %ax
    ret

# In: DS:0 = ROM, ECX = bytes. Out: ZF set if there are some and they sum up to 0. Changes AL, ESI.
# A ROM is at most 127.5 KiB, so offsets beyond a segment need DS to move.
rom_sum:
    push %ds
    push %ecx
    mov  $1, %al
    jecxz 3f
    dec  %ax
1:  xor  %si, %si
2:  add  (%si), %al
    inc  %si
    dec  %ecx
    jz   3f
    test $0x0FFF, %si
    jnz  2b
    mov  %ds, %si                   # every 4 KiB
    add  $0x100, %si
    mov  %si, %ds
    jmp  1b
3:  pop  %ecx
    pop  %ds
    test %al, %al
    ret

# A far call to DS:0003 with AX = bus, device and function, ES:DI = our plug and play header.
# The ROM keeps nothing but the stack. Then it connects what it has, or is remembered as
# what the network boots from.
run_option_rom:
    pushal
    push %ds
    push %es
    push %fs
    mov  $ROM_ENTRY, %bx
    call call_rom
    movzwl ROM_HEADER, %ebx
    mov  $8, %cx                    # a chain of headers may be a ring
1:  test %bx, %bx
    jz   4f
    cmpl $0x506E5024, (%bx)         # "$PnP"
    jne  4f
    push %bx
    push %cx
    mov  PNP_CONNECT(%bx), %bx
    test %bx, %bx
    jz   2f
    call call_rom
2:  pop  %cx
    pop  %bx
    mov  PNP_BOOT(%bx), %ax
    test %ax, %ax
    jz   3f
    cmpw $0, %fs:EBDA_BEV
    jne  3f
    mov  %ax, %fs:EBDA_BEV
    mov  %ds, %fs:EBDA_BEV + 2
3:  movzbw PNP_NEXT(%bx), %bx       # in 16 bytes
    shl  $4, %bx
    loop 1b
4:  pop  %fs
    pop  %es
    pop  %ds
    popal
    ret

# In: DS:BX = a routine of a ROM, AX for it. Keeps DS and FS.
call_rom:
    push %ds
    push %fs
    mov  %ds, %dx
    push %cs
    push $1f                        # where it returns to
    push %dx
    push %bx
    push %cs
    pop  %es
    mov  $pnp_header, %di
    or   $-1, %bx                   # no card select number, no read port
    or   $-1, %dx
    push $BDA_SEGMENT
    pop  %ds
    lret
1:  cld
    pop  %fs
    pop  %ds
    ret
