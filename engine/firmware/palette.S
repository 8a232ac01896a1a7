# Colours (INT 10h AH=10h) and fonts (AH=11h) of a VGA in text mode.
# Source: IBM PS/2 and PC BIOS Interface Technical Reference, INT 10h.
# Not modelled: 8x8 and 8x14 fonts, grey-scale summing, DAC pages.

# The 64 colours of an EGA: bits 2-0 are red, green, blue at two thirds of full
# intensity, bits 5-3 the same at one third. A monochrome screen has four greys: bit 3
# adds two thirds, bit 4 one third. Changes AX, CX, DX.
palette_load:
    mov  $VGA_DAC_MASK, %dx
    mov  $0xFF, %al
    out  %al, %dx
    mov  $VGA_DAC_WRITE, %dx
    xor  %al, %al                   # from entry 0 on; the DAC counts by itself
    out  %al, %dx
    inc  %dx
    xor  %cl, %cl                   # CL = entry
1:  mov  $3, %ch
    mov  $0x2004, %bx               # bits of red: one third BH, two thirds BL
2:  cmpb $7, BDA_VIDEO_MODE
    jne  3f
    mov  $0x1008, %bx
3:  xor  %al, %al
    test %bl, %cl
    jz   4f
    mov  $0x2A, %al
4:  test %bh, %cl
    jz   5f
    add  $0x15, %al
5:  out  %al, %dx
    shr  $1, %bh                    # then green, then blue
    shr  $1, %bl
    dec  %ch
    jnz  2b
    inc  %cl
    cmp  $64, %cl
    jb   1b
    ret

palette_service:                    # AH=10h, AL = what
    cmp  $0x00, %al
    je   attribute_write            # register BL = BH
    cmp  $0x01, %al
    je   palette_border
    cmp  $0x02, %al
    je   palette_write_all
    cmp  $0x03, %al
    je   palette_blink
    cmp  $0x07, %al
    je   palette_read
    cmp  $0x10, %al
    je   dac_write
    cmp  $0x12, %al
    je   dac_write_block
    cmp  $0x15, %al
    je   dac_read
    cmp  $0x17, %al
    je   dac_read_block
    ret

palette_border:                     # AL=01h, BH
    mov  $0x11, %bl
    jmp  attribute_write
palette_write_all:                  # AL=02h: 16 registers and the border at ES:DX
    mov  %dx, %si
    xor  %bl, %bl
1:  mov  %es:(%si), %bh
    inc  %si
    call attribute_write
    inc  %bl
    cmp  $16, %bl
    jb   1b
    mov  %es:(%si), %bh
    jmp  palette_border
palette_blink:                      # AL=03h, BL: attribute bit 7 blinks (1) or is bright
    mov  %bl, %ch
    mov  $0x10, %bl                 # attribute mode control
    call attribute_read
    and  $0xF7, %bh
    and  $0x01, %ch
    shl  $3, %ch
    or   %ch, %bh
    jmp  attribute_write
palette_read:                       # AL=07h, BL -> BH
    call attribute_read
    mov  %bh, R_BH(%bp)
    ret

# In: BL = register. Out: BH. Changes AL, DX.
attribute_read:
    call attribute_index
    mov  %bl, %al
    or   $0x20, %al
    out  %al, %dx
    inc  %dx
    in   %dx, %al
    mov  %al, %bh
    jmp  attribute_index            # the next write is an index again

dac_write:                          # AL=10h: entry BX = red DH, green CH, blue CL
    mov  %dh, %ah
    mov  $VGA_DAC_WRITE, %dx
    mov  %bl, %al
    out  %al, %dx
    inc  %dx
    mov  %ah, %al
    out  %al, %dx
    mov  %ch, %al
    out  %al, %dx
    mov  %cl, %al
    out  %al, %dx
    ret
dac_read:                           # AL=15h, BL -> DH, CH, CL
    mov  $VGA_DAC_READ, %dx
    mov  %bl, %al
    out  %al, %dx
    mov  $VGA_DAC_DATA, %dx
    in   %dx, %al
    mov  %al, R_DH(%bp)
    in   %dx, %al
    mov  %al, R_CH(%bp)
    in   %dx, %al
    mov  %al, R_CL(%bp)
    ret
dac_write_block:                    # AL=12h: CX entries from BX on, at ES:DX
    mov  %dx, %si
    mov  $VGA_DAC_WRITE, %dx
    mov  %bl, %al
    out  %al, %dx
    inc  %dx
    imul $3, %cx, %cx
    jcxz 2f
1:  mov  %es:(%si), %al
    inc  %si
    out  %al, %dx
    loop 1b
2:  ret
dac_read_block:                     # AL=17h
    mov  %dx, %di
    mov  $VGA_DAC_READ, %dx
    mov  %bl, %al
    out  %al, %dx
    mov  $VGA_DAC_DATA, %dx
    imul $3, %cx, %cx
    jcxz 2f
1:  in   %dx, %al
    stosb
    loop 1b
2:  ret

font_service:                       # AH=11h
    cmp  $0x30, %al
    je   font_information
    mov  %al, %ah
    and  $0xEF, %ah                 # AL bit 4: also recompute the screen, which has
    jz   font_load_user             # 400 lines and 16 to a row either way
    cmp  $0x04, %ah
    je   1f
    cmp  $0x03, %al
    je   font_select
    ret
1:  mov  %bl, %al                   # AL=04h, 14h: our font into block BL
    mov  $font_8x16, %bx
    push %cs
    pop  %es
    jmp  font_load_block

# In: BX = font in this segment. Changes everything but DS and BP.
font_load_rom:
    push %cs
    pop  %es
    xor  %al, %al
font_load_block:                    # AL = block
    mov  %bx, %si
    mov  $256, %cx
    xor  %dx, %dx
    mov  $16, %bh
    jmp  1f
font_load_user:                     # CX characters from DX on, BH bytes each, at
    mov  %bl, %al                   # ES:BP, into block BL
    mov  R_BP(%bp), %si

# Plane 2 holds 32 bytes a character. To write there, the VGA must forget for a
# moment that characters live in plane 0 and attributes in plane 1.
# In: AL = block, BH = height, CX = number, DX = first, ES:SI = font.
1:  test %cx, %cx
    jz   4f
    movzbw %al, %di
    shl  $14, %di                   # blocks 0-3, 16 KiB apart
    shl  $5, %dx
    add  %dx, %di
    push %si
    mov  $font_access, %si
    call vga_write_list
    pop  %si
    mov  $0xA000, %ax
    push %ds
    push %es
    pop  %ds
    mov  %ax, %es
2:  push %cx
    push %di
    movzbw %bh, %cx
    rep movsb
    pop  %di
    pop  %cx
    add  $32, %di
    loop 2b
    pop  %ds
    mov  $text_access, %si
    cmpb $7, BDA_VIDEO_MODE
    jne  3f
    mov  $mono_access, %si
3:  call vga_write_list
4:  ret

# In: CS:SI = port, index, value; ... 0. Changes AX, DX, SI.
vga_write_list:
    mov  %cs:(%si), %dx
    test %dx, %dx
    jz   1f
    mov  %cs:2(%si), %ax
    out  %ax, %dx
    add  $4, %si
    jmp  vga_write_list
1:  ret

    .macro VGA_SET port, index, value
    .word \port
    .byte \index, \value
    .endm
font_access:
    VGA_SET VGA_SEQUENCER, 2, 0x04          # write plane 2 only
    VGA_SET VGA_SEQUENCER, 4, 0x07          # one address after the other in a plane
    VGA_SET VGA_GRAPHICS, 4, 0x02           # read plane 2
    VGA_SET VGA_GRAPHICS, 5, 0x00           # no odd/even
    VGA_SET VGA_GRAPHICS, 6, 0x04           # seen at A0000, 64 KiB
    .word 0
text_access:
    VGA_SET VGA_GRAPHICS, 6, 0x0E           # seen at B8000, 32 KiB
    VGA_SET VGA_SEQUENCER, 2, 0x03          # planes 0 and 1,
    VGA_SET VGA_SEQUENCER, 4, 0x03          # even addresses in one, odd in the other
    VGA_SET VGA_GRAPHICS, 4, 0x00
    VGA_SET VGA_GRAPHICS, 5, 0x10
    .word 0
mono_access:
    VGA_SET VGA_GRAPHICS, 6, 0x0A           # seen at B0000, 32 KiB
    VGA_SET VGA_SEQUENCER, 2, 0x03
    VGA_SET VGA_SEQUENCER, 4, 0x03
    VGA_SET VGA_GRAPHICS, 4, 0x00
    VGA_SET VGA_GRAPHICS, 5, 0x10
    .word 0

font_select:                        # AL=03h, BL: which blocks attribute bit 3 chooses
    mov  $0x03, %al
    mov  %bl, %ah
    mov  $VGA_SEQUENCER, %dx
    out  %ax, %dx
    ret

# AL=30h, BH = which -> ES:BP font, CX bytes a character, DL rows - 1.
font_information:
    mov  BDA_CHAR_HEIGHT, %ax
    mov  %ax, R_CX(%bp)
    mov  BDA_ROWS, %al
    mov  %al, R_DL(%bp)
    cmp  $0x01, %bh                 # 00h, 01h: what vectors 1Fh, 43h point to
    ja   2f
    mov  $0x1F * 4, %si
    jb   1f
    mov  $0x43 * 4, %si
1:  xor  %ax, %ax
    mov  %ax, %es
    mov  %es:(%si), %ax
    mov  %es:2(%si), %si
    jmp  3f
2:  mov  $font_8x16, %ax            # we have the one
    mov  %cs, %si
3:  mov  %ax, R_BP(%bp)
    mov  %si, R_ES(%bp)
    ret
