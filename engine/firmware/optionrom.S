# Option ROMs: adapter cards bring their own BIOS, between C0000 and DFFFF.
# Source: IBM PC AT Technical Reference, section 5, ROM_SCAN; Phoenix, Compaq and
# Intel, BIOS Boot Specification 1.01, appendix D.
#
#   00 55 AA   02 length in 512-byte units   03 entry, called far
#   all bytes together make 0 modulo 256

init_option_roms:
    mov  $0xC800, %dx               # below lies video, which went first
    mov  $0xE000, %di

# In: DX = first segment, DI = where to stop. Calls each ROM found.
scan_option_roms:
    push %ds
1:  mov  %dx, %ds
    add  $0x80, %dx                 # they start at multiples of 2 KiB
    cmpw $0xAA55, 0
    jne  3f
    movzbl 2, %ecx
    shl  $9, %ecx
    call rom_sum
    jnz  3f
    mov  %ds, %ax
    shr  $4, %ecx
    add  %cx, %ax                   # the next one starts behind it
    add  $0x7F, %ax
    and  $0xFF80, %ax
    mov  %ax, %dx
    call run_option_rom
3:  cmp  %di, %dx
    jb   1b
    pop  %ds
    ret

# In: DS:0 = ROM, ECX = bytes. Out: ZF set if they sum up to 0. Changes AL, ESI.
# A ROM is at most 127.5 KiB, so offsets beyond a segment need DS to move.
rom_sum:
    push %ds
    push %ecx
    xor  %al, %al
    jecxz 3f
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

# A far call to DS:0003; the ROM keeps nothing but the stack.
run_option_rom:
    pushal
    push %ds
    push %es
    mov  %ds, %dx
    mov  $BDA_SEGMENT, %ax
    mov  %ax, %ds
    push %cs
    push $1f                        # where it returns to
    push %dx
    push $0x0003
    lret
1:  cld
    pop  %es
    pop  %ds
    popal
    ret
