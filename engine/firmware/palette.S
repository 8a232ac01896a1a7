# Colours (INT 10h AH=10h) and fonts (AH=11h) of a VGA.
# Source: IBM PS/2 and PC BIOS Interface Technical Reference, INT 10h; the colours of 256 as
# IBM's VGA had them.

    .set PALETTE_EGA,   0           # in a mode's table: 64 colours,
    .set PALETTE_MONO,  1           # greys,
    .set PALETTE_CGA,   2           # 16, bit 4 being "bright",
    .set PALETTE_256,   3           # or all

# In: CS:SI = the mode's table. Changes AX, BX, CX, DX, DI.
palette_load:
    testb $VGA_KEEP_PALETTE, BDA_VGA_FLAGS
    jnz  1f
    call palette_default
    xor  %bl, %bl
    mov  $256, %cx
    jmp  dac_sum_if
1:  ret
palette_default:
    mov  $VGA_DAC_MASK, %dx
    mov  $0xFF, %al
    out  %al, %dx
    mov  $VGA_DAC_WRITE, %dx
    xor  %al, %al                   # from entry 0 on; the DAC counts by itself
    out  %al, %dx
    inc  %dx
    mov  %cs:MODE_PALETTE(%si), %ah
    mov  $0x2004, %bx               # bits of red: one third BH, two thirds BL
    cmp  $PALETTE_MONO, %ah
    jne  1f
    mov  $0x1008, %bx
1:  xor  %cl, %cl                   # CL = entry
    cmp  $PALETTE_256, %ah
    je   palette_256
2:  mov  %cl, %al
    cmp  $PALETTE_CGA, %ah
    jne  3f
    call bright_colour
3:  call dac_ega
    inc  %cl
    cmp  $64, %cl
    jb   2b
    ret

# Bits 2-0 of AL are a colour, bit 4: a bright one. Out: AL = the same of an EGA.
bright_colour:
    test $0x10, %al
    jnz  1f
    and  $0x07, %al
    cmp  $0x06, %al                 # dark yellow is brown
    jne  2f
    mov  $0x14, %al
    ret
1:  or   $0x38, %al
    and  $0x3F, %al
2:  ret

# The 64 colours of an EGA: bits 2-0 are red, green, blue at two thirds of full
# intensity, bits 5-3 the same at one third. A monochrome screen has four greys: bit 3
# adds two thirds, bit 4 one third. In: AL = colour, BX = its bits of red, DX = the DAC.
# Keeps all but AL, CH.
dac_ega:
    push %bx
    push %cx
    mov  %al, %cl
    mov  $3, %ch
1:  xor  %al, %al
    test %bl, %cl
    jz   2f
    mov  $0x2A, %al
2:  test %bh, %cl
    jz   3f
    add  $0x15, %al
3:  out  %al, %dx
    cmp  $0x08, %bl                 # a grey is the same for green and blue
    je   4f
    shr  $1, %bh
    shr  $1, %bl
4:  dec  %ch
    jnz  1b
    pop  %cx
    pop  %bx
    ret

# 16 colours, 16 greys, a wheel of 24 in three brightnesses and three saturations, blacks.
palette_256:
    mov  %cl, %al
    and  $0x08, %al
    add  %al, %al
    or   %cl, %al
    call bright_colour
    call dac_ega
    inc  %cl
    cmp  $16, %cl
    jb   palette_256
    mov  $greys, %di
1:  mov  %cs:(%di), %al
    call dac_grey
    inc  %di
    cmp  $greys_end, %di
    jb   1b
    push %si
    mov  $wheel_levels, %bx
2:  xor  %di, %di
3:  movzbw %cs:wheel(%di), %si
    mov  %cs:(%bx,%si), %al
    out  %al, %dx
    movzbw %cs:wheel + 16(%di), %si
    mov  %cs:(%bx,%si), %al
    out  %al, %dx
    movzbw %cs:wheel + 8(%di), %si
    mov  %cs:(%bx,%si), %al
    out  %al, %dx
    inc  %di
    cmp  $24, %di
    jb   3b
    add  $5, %bx
    cmp  $wheel_levels_end, %bx
    jb   2b
    pop  %si
    mov  $8, %cl
4:  xor  %al, %al
    call dac_grey
    dec  %cl
    jnz  4b
    ret
dac_grey:
    out  %al, %dx
    out  %al, %dx
    out  %al, %dx
    ret
greys:
    .byte 0x00, 0x05, 0x08, 0x0B, 0x0E, 0x11, 0x14, 0x18, 0x1C, 0x20, 0x24, 0x28, 0x2D, 0x32, 0x38, 0x3F
greys_end:
wheel:                              # which level red has from blue on; green and blue 16 and 8 further
    .byte 0, 1, 2, 3, 4, 4, 4, 4, 4, 4, 4, 4, 4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0
    .byte 0, 1, 2, 3, 4, 4, 4, 4, 4, 4, 4, 4, 4, 3, 2, 1
wheel_levels:
    .byte 0x00, 0x10, 0x1F, 0x2F, 0x3F, 0x1F, 0x27, 0x2F, 0x37, 0x3F, 0x2D, 0x31, 0x36, 0x3A, 0x3F
    .byte 0x00, 0x07, 0x0E, 0x15, 0x1C, 0x0E, 0x11, 0x15, 0x18, 0x1C, 0x14, 0x16, 0x18, 0x1A, 0x1C
    .byte 0x00, 0x04, 0x08, 0x0C, 0x10, 0x08, 0x0A, 0x0C, 0x0E, 0x10, 0x0B, 0x0C, 0x0D, 0x0F, 0x10
wheel_levels_end:

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
    cmp  $0x08, %al
    je   palette_read_border
    cmp  $0x09, %al
    je   palette_read_all
    cmp  $0x10, %al
    je   dac_write
    cmp  $0x12, %al
    je   dac_write_block
    cmp  $0x15, %al
    je   dac_read
    cmp  $0x17, %al
    je   dac_read_block
    cmp  $0x13, %al
    je   dac_page
    cmp  $0x18, %al
    je   dac_mask
    cmp  $0x19, %al
    je   dac_mask_read
    cmp  $0x1A, %al
    je   dac_page_read
    cmp  $0x1B, %al
    je   dac_sum
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

palette_read_border:                # AL=08h -> BH
    mov  $0x11, %bl
    jmp  palette_read
palette_read_all:                   # AL=09h: 16 registers and the border to ES:DX
    mov  %dx, %di
    xor  %bl, %bl
1:  call attribute_read
    mov  %bh, %es:(%di)
    inc  %di
    inc  %bl
    cmp  $16, %bl
    jb   1b
    inc  %bl
    call attribute_read
    mov  %bh, %es:(%di)
    ret

# AL=13h: BL = 0: 4 pages of 64 colours (BH = 0) or 16 of 16 (1); BL = 1: page BH.
dac_page:
    mov  %bh, %cl
    cmp  $1, %bl
    ja   2f
    mov  $0x10, %bl                 # attribute mode control, bit 7
    je   1f
    call attribute_read
    and  $0x7F, %bh
    shl  $7, %cl
    or   %cl, %bh
    jmp  attribute_write
1:  call attribute_read
    test $0x80, %bh
    mov  $0x14, %bl                 # colour select
    mov  %cl, %bh
    jnz  3f
    shl  $2, %bh
3:  and  $0x0F, %bh
    jmp  attribute_write
2:  ret

dac_page_read:                      # AL=1Ah -> BL, BH as 13h takes them
    mov  $0x10, %bl
    call attribute_read
    mov  %bh, %cl
    shr  $7, %cl
    mov  %cl, R_BL(%bp)
    mov  $0x14, %bl
    call attribute_read
    and  $0x0F, %bh
    test %cl, %cl
    jnz  1f
    shr  $2, %bh
1:  mov  %bh, R_BH(%bp)
    ret

dac_mask:                           # AL=18h, BL
    mov  $VGA_DAC_MASK, %dx
    mov  %bl, %al
    out  %al, %dx
    ret
dac_mask_read:                      # AL=19h -> BL
    mov  $VGA_DAC_MASK, %dx
    in   %dx, %al
    mov  %al, R_BL(%bp)
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
    mov  $1, %cx
    jmp  dac_sum_if
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
2:  mov  R_CX(%bp), %cx

# CX entries of the DAC from BL on become greys: always, or if AX=1200h BL=33h asked for it.
# Changes AX, BX, CX, DX.
dac_sum_if:
    testb $VGA_GREY_SUMMING, BDA_VGA_FLAGS
    jz   2f
dac_sum:                            # AL=1Bh
    jcxz 2f
    push %si
1:  mov  $VGA_DAC_READ, %dx
    mov  %bl, %al
    out  %al, %dx
    mov  $VGA_DAC_DATA, %dx
    mov  $0x80, %si                 # 0.30 red, 0.59 green, 0.11 blue, in 256ths
    mov  $77, %ah
    call dac_sum_add
    mov  $151, %ah
    call dac_sum_add
    mov  $28, %ah
    call dac_sum_add
    mov  $VGA_DAC_WRITE, %dx
    mov  %bl, %al
    out  %al, %dx
    inc  %dx
    mov  %si, %ax
    mov  %ah, %al
    call dac_grey
    inc  %bl
    loop 1b
    pop  %si
2:  ret
dac_sum_add:
    in   %dx, %al
    mul  %ah
    add  %ax, %si
    ret

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
    cmp  $0x20, %al
    jae  font_graphics
    mov  %al, %ah
    and  $0x0F, %ah
    jz   font_load_user
    cmp  $0x03, %ah
    je   font_select
    mov  %bl, %al
    mov  $14, %bh                   # AL=01h, 02h, 04h: 8x14, 8x8, 8x16 into block BL
    mov  $font_8x14, %si
    cmp  $0x01, %ah
    je   1f
    mov  $8, %bh
    mov  $font_8x8, %si
    cmp  $0x02, %ah
    je   1f
    mov  $16, %bh
    mov  $font_8x16, %si
    cmp  $0x04, %ah
    je   1f
    ret
1:  push %cs
    pop  %es
    mov  $256, %cx
    xor  %dx, %dx
    jmp  font_load

# Out: BX = the font of BDA_CHAR_HEIGHT lines.
font_of_height:
    mov  $font_8x16, %bx
    cmpb $16, BDA_CHAR_HEIGHT
    je   1f
    mov  $font_8x14, %bx
    cmpb $14, BDA_CHAR_HEIGHT
    je   1f
    mov  $font_8x8, %bx
1:  ret

# Vector 43h points to BX, 1Fh to the upper half of the smallest font. Changes AX, ES.
font_current:
    xor  %ax, %ax
    mov  %ax, %es
    mov  %bx, %es:0x43 * 4
    mov  %cs, %es:0x43 * 4 + 2
    movw $font_8x8 + 128 * 8, %es:0x1F * 4
    mov  %cs, %es:0x1F * 4 + 2
    ret

# AL=20h: ES:BP are the upper characters, 8 lines each; 21h: ES:BP are characters of CX lines;
# 22h, 23h, 24h: 8x14, 8x8, 8x16. BL = 0: DL rows; 1, 2, 3: 14, 25, 43.
font_graphics:
    mov  %es, %di
    mov  R_BP(%bp), %si
    cmp  $0x20, %al
    je   3f
    cmp  $0x24, %al
    ja   4f
    cmp  $0x21, %al
    je   1f
    mov  %cs, %di
    mov  $14, %cx
    mov  $font_8x14, %si
    cmp  $0x22, %al
    je   1f
    mov  $8, %cx
    mov  $font_8x8, %si
    cmp  $0x23, %al
    je   1f
    mov  $16, %cx
    mov  $font_8x16, %si
1:  mov  %cx, BDA_CHAR_HEIGHT
    mov  %dl, %al
    cmp  $1, %bl
    jb   2f
    mov  $14, %al
    je   2f
    mov  $25, %al
    cmp  $2, %bl
    je   2f
    mov  $43, %al
2:  dec  %ax
    mov  %al, BDA_ROWS
3:  mov  $0x43 * 4, %bx
    cmpb $0x20, R_AL(%bp)
    jne  5f
    mov  $0x1F * 4, %bx
5:  xor  %ax, %ax
    mov  %ax, %es
    mov  %si, %es:(%bx)
    mov  %di, %es:2(%bx)
4:  ret

# In: BX = font of BDA_CHAR_HEIGHT lines in this segment. Changes everything but DS and BP.
font_load_rom:
    push %cs
    pop  %es
    mov  %bx, %si
    mov  BDA_CHAR_HEIGHT, %bh
    xor  %al, %al
    mov  $256, %cx
    xor  %dx, %dx
    jmp  font_to_plane
font_load_user:                     # CX characters from DX on, BH bytes each, at
    mov  %bh, %al                   # ES:BP, into block BL
    dec  %al
    cmp  $31, %al
    ja   font_bad
    mov  %bl, %al
    mov  R_BP(%bp), %si
font_load:
    push %bx
    call font_to_plane
    pop  %bx
    testb $0x10, R_AL(%bp)          # AL=10h to 14h: the screen has as many rows as fit
    jnz  font_rows
font_bad:
    ret

# Characters of BH lines on the screen: rows, the cursor in the last two lines. Changes AX, BX,
# CX, DX, SI, DI.
font_rows:
    mov  %bh, %bl
    xor  %bh, %bh
    mov  %bx, BDA_CHAR_HEIGHT
    mov  BDA_CRTC, %dx
    mov  $0x09, %al                 # bits 4-0: lines of a row, less one
    out  %al, %dx
    inc  %dx
    in   %dx, %al
    and  $0xE0, %al
    lea  -1(%bx), %cx
    or   %cl, %al
    out  %al, %dx
    mov  %al, %ah                   # bit 7: each line is drawn twice
    dec  %dx
    mov  $0x12, %al                 # lines of the screen: bits 7-0, and two elsewhere
    out  %al, %dx
    inc  %dx
    in   %dx, %al
    mov  %al, %cl
    dec  %dx
    mov  $0x07, %al
    out  %al, %dx
    inc  %dx
    in   %dx, %al
    xor  %ch, %ch
    test $0x02, %al
    jz   1f
    mov  $1, %ch
1:  test $0x40, %al
    jz   2f
    or   $2, %ch
2:  inc  %cx
    test $0x80, %ah
    jz   3f
    shr  $1, %cx
3:  mov  %cx, %ax
    xor  %dx, %dx
    div  %bx
    mov  %al, %cl                   # rows
    dec  %ax
    mov  %al, BDA_ROWS
    mov  %cl, %al
    mulb BDA_COLUMNS
    add  %ax, %ax
    add  $0xFF, %ax
    xor  %al, %al
    add  $0x100, %ax
    mov  %ax, BDA_PAGE_BYTES
    mov  %bl, %ch
    dec  %ch
    mov  %ch, %cl
    dec  %ch
    mov  %cx, BDA_CURSOR_SHAPE
    mov  $0x0A, %ah
    jmp  crtc_write_word

# Plane 2 holds 32 bytes a character. To write there, the VGA must forget for a
# moment that characters live in plane 0 and attributes in plane 1.
# In: AL = block, BH = height, CX = number, DX = first, ES:SI = font.
font_to_plane:
    test %cx, %cx
    jz   4f
    movzbw %al, %di
    shl  $14, %di                   # blocks 0-3 16 KiB apart, 4-7 between them
    and  $0x04, %ax
    shl  $11, %ax
    add  %ax, %di
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
    shr  $1, %cx
    rep movsw
    adc  %cx, %cx                   # an odd height's last row
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
2:  mov  $font_8x14, %ax            # the fonts that are here
    cmp  $0x02, %bh
    je   4f
    cmp  $0x05, %bh
    je   4f
    mov  $font_8x8, %ax
    cmp  $0x03, %bh
    je   4f
    mov  $font_8x8 + 128 * 8, %ax
    cmp  $0x04, %bh
    je   4f
    mov  $font_8x16, %ax
4:  mov  %cs, %si
3:  mov  %ax, R_BP(%bp)
    mov  %si, R_ES(%bp)
    ret
