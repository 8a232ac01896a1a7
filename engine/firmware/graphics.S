# Graphics modes: dots (INT 10h AH=0Ch, 0Dh), characters and scrolling, by four layouts:
#
#   two bits     B8000, even lines, odd ones 8 KiB on; 4 pixels a byte        modes 4, 5
#   one bit      the same, 8 pixels a byte                                    6
#   planes       A0000, 8 pixels at an address, a bit in each of four planes  0Dh-12h
#   bytes        A0000, a pixel a byte                                        13h
#
# Vector 43h points to the characters; of 8 lines, those from 80h on are at vector 1Fh.
# Source: IBM PS/2 Hardware Interface Technical Reference, "Video Subsystem"; RBIL INT 10h
# AH=09h, 0Ch, 0Dh. Not done: text in VESA modes, the background of AH=0Bh BH=01h.

    .set LAYOUT_TEXT,    0          # in a mode's table
    .set LAYOUT_TWO,     1
    .set LAYOUT_ONE,     2
    .set LAYOUT_PLANES,  3
    .set LAYOUT_BYTES,   4
    .set XOR,            0x80       # of a colour, but where it has 8 bits

# Out: CF set in a graphics mode. Keeps the rest.
in_graphics:
    cmpb $7, BDA_VIDEO_MODE
    je   1f
    cmpb $4, BDA_VIDEO_MODE
    cmc
1:  ret

# Out: AL = the mode's layout; LAYOUT_TEXT in a VESA mode, where nothing is drawn.
layout:
    push %si
    mov  BDA_VIDEO_MODE, %al
    call find_mode
    mov  $LAYOUT_TEXT, %al
    jc   1f
    mov  %cs:MODE_LAYOUT(%si), %al
1:  pop  %si
    ret

# In: DX = line, AL = layout, BH = page. Out: ES:DI = its first byte, SI = bytes that a
# character is wide. Changes AH.
line_address:
    push %ax
    push %dx
    cmp  $LAYOUT_PLANES, %al
    jae  2f
    mov  $0xB800, %di
    mov  %di, %es
    xor  %di, %di
    shr  $1, %dx                    # odd lines
    jnc  1f
    mov  $0x2000, %di
1:  imul $80, %dx, %dx
    add  %dx, %di
    mov  $2, %si
    cmp  $LAYOUT_TWO, %al
    je   4f
    dec  %si
    jmp  4f
2:  mov  $0xA000, %di
    mov  %di, %es
    mov  $1, %si
    mov  BDA_COLUMNS, %di
    cmp  $LAYOUT_PLANES, %al
    je   3f
    mov  $8, %si
    shl  $3, %di
3:  imul %dx, %di
    movzbw %bh, %ax
    mulw BDA_PAGE_BYTES
    add  %ax, %di
4:  pop  %dx
    pop  %ax
    ret

# In: CX = column, DX = line, BH = page, AL = layout. Out: ES:DI = byte, CL = shift, AH = bits
# of the pixel in it. Changes SI.
dot_address:
    call line_address
    mov  %cx, %si
    cmp  $LAYOUT_TWO, %al
    je   1f
    cmp  $LAYOUT_BYTES, %al
    je   2f
    shr  $3, %si
    add  %si, %di
    not  %cl
    and  $7, %cl
    mov  $0x01, %ah
    shl  %cl, %ah
    ret
1:  shr  $2, %si
    add  %si, %di
    not  %cl
    and  $3, %cl
    add  %cl, %cl
    mov  $0x03, %ah
    shl  %cl, %ah
    ret
2:  add  %si, %di
    xor  %cl, %cl
    mov  $0xFF, %ah
    ret

dot_write:                          # AH=0Ch: AL = colour, CX, DX, BH = page
    mov  %al, %bl
    call layout
# In: BL = colour, AL = layout. Keeps AX, BX, CX, DX, SI.
draw_dot:
    push %ax
    push %cx
    push %si
    push %es
    cmp  $LAYOUT_TEXT, %al
    je   9f
    call dot_address
    cmp  $LAYOUT_PLANES, %al
    je   3f
    mov  %bl, %ch
    cmp  $LAYOUT_BYTES, %al
    je   1f
    shl  %cl, %ch
    and  %ah, %ch
    test $XOR, %bl
    jnz  2f
1:  not  %ah
    and  %es:(%di), %ah
    or   %ah, %ch
    mov  %ch, %es:(%di)
    jmp  9f
2:  xor  %ch, %es:(%di)
    jmp  9f
3:  push %dx                        # by the colour's planes, where the mask has a bit
    mov  $VGA_GRAPHICS, %dx
    mov  $0x08, %al
    out  %ax, %dx
    mov  $0x0205, %ax
    out  %ax, %dx
    mov  $0x0003, %ax
    test $XOR, %bl
    jz   4f
    mov  $0x18, %ah
4:  out  %ax, %dx
    mov  %es:(%di), %al             # the others come from here
    mov  %bl, %es:(%di)
    mov  $0x0003, %ax
    out  %ax, %dx
    mov  $0x0005, %ax
    out  %ax, %dx
    mov  $0xFF08, %ax
    out  %ax, %dx
    pop  %dx
9:  pop  %es
    pop  %si
    pop  %cx
    pop  %ax
    ret

dot_read:                           # AH=0Dh: CX, DX, BH -> AL
    call layout
    cmp  $LAYOUT_TEXT, %al
    je   1f
    call read_dot
    mov  %bl, R_AL(%bp)
1:  ret
# In: CX, DX, BH, AL = layout. Out: BL = colour. Keeps the rest.
read_dot:
    push %ax
    push %cx
    push %si
    push %es
    call dot_address
    cmp  $LAYOUT_PLANES, %al
    je   1f
    mov  %es:(%di), %bl
    and  %ah, %bl
    shr  %cl, %bl
    jmp  3f
1:  push %dx
    mov  %ah, %ch
    xor  %bl, %bl
    mov  $VGA_GRAPHICS, %dx
    mov  $0x0304, %ax               # planes 3 to 0
2:  out  %ax, %dx
    add  %bl, %bl
    test %ch, %es:(%di)
    jz   4f
    inc  %bl
4:  dec  %ah
    jns  2b
    mov  $0x0004, %ax
    out  %ax, %dx
    pop  %dx
3:  pop  %es
    pop  %si
    pop  %cx
    pop  %ax
    ret

# In: AL = character. Out: ES:SI = its lines. Changes AX.
glyph_address:
    push %bx
    mov  $0x43 * 4, %si
    cmpb $8, BDA_CHAR_HEIGHT
    jne  1f
    cmpb $6, BDA_VIDEO_MODE         # vector 43h may have half of them in a CGA's modes
    ja   1f
    test %al, %al
    jns  1f
    and  $0x7F, %al
    mov  $0x1F * 4, %si
1:  xor  %bx, %bx
    mov  %bx, %es
    les  %es:(%si), %bx
    mulb BDA_CHAR_HEIGHT
    add  %ax, %bx
    mov  %bx, %si
    pop  %bx
    ret

# In: DH, DL = row, column. Out: DX, CX = the line and column of its upper left dot. Changes AX.
cell_dots:
    movzbw %dl, %cx
    shl  $3, %cx
    mov  %dh, %al
    mulb BDA_CHAR_HEIGHT
    mov  %ax, %dx
    ret

# In: AL = character, BL = colour (bit 7: XOR), BH = page, DX = row and column. Keeps
# everything.
draw_character:
    pushal
    push %es
    mov  %al, %ah
    call layout
    cmp  $LAYOUT_TEXT, %al
    je   6f
    push %ax
    mov  %ah, %al
    call glyph_address
    call cell_dots
    pop  %ax
    mov  BDA_CHAR_HEIGHT, %ah
1:  push %ax
    push %cx
    push %si
    mov  %es:(%si), %ah
    mov  $8, %si
2:  shl  $1, %ah
    jc   4f
    test $XOR, %bl                  # the background, which XOR leaves alone
    jz   3f
    cmp  $LAYOUT_BYTES, %al
    jne  5f
3:  push %bx
    xor  %bl, %bl
    call draw_dot
    pop  %bx
    jmp  5f
4:  call draw_dot
5:  inc  %cx
    dec  %si
    jnz  2b
    pop  %si
    pop  %cx
    pop  %ax
    inc  %si
    inc  %dx
    dec  %ah
    jnz  1b
6:  pop  %es
    popal
    ret

# AH=08h in a graphics mode: which character looks like the cell DX of page BH? -> AL, 0 if none.
recognize:
    call layout
    movb $0, R_AL(%bp)
    cmp  $LAYOUT_TEXT, %al
    je   7f
    push %bp
    sub  $32, %sp                   # its lines
    mov  %sp, %bp
    push %ax
    call cell_dots
    pop  %ax
    xor  %si, %si
1:  mov  $0x01, %ah                 # falls out after eight
    push %cx
2:  push %bx
    call read_dot
    cmp  $1, %bl
    cmc
    pop  %bx
    adc  %ah, %ah
    inc  %cx
    jnc  2b
    pop  %cx
    inc  %dx
    mov  %ah, (%bp,%si)
    inc  %si
    cmp  BDA_CHAR_HEIGHT, %si
    jb   1b
    xor  %cl, %cl
3:  mov  %cl, %al
    call glyph_address
    xor  %di, %di
4:  mov  (%bp,%di), %al
    cmp  %es:(%si), %al
    jne  5f
    inc  %si
    inc  %di
    cmp  BDA_CHAR_HEIGHT, %di
    jb   4b
    jmp  6f
5:  inc  %cl
    jnz  3b
6:  add  $32, %sp
    pop  %bp
    mov  %cl, R_AL(%bp)
7:  ret


# Moves rows and clears others. In: AH = rows to move, AL = rows to clear, BL = page, BH = colour
# of the new, CL and CH = left column, upper row, DL = columns, DH = lower row, SI = 1 upwards, -1
# downwards. Changes everything but BP and DS.
scroll_graphics:
    push %fs
    mov  BDA_EBDA, %fs
    mov  %cl, %fs:EBDA_SCROLL_LEFT
    mov  %dl, %fs:EBDA_SCROLL_WIDTH
    mov  %bh, %fs:EBDA_SCROLL_COLOUR
    mov  %bl, %bh
    mov  %ax, %di
    mov  %ch, %al                   # the first line to fill is the first of all,
    test %si, %si
    jns  1f
    mov  %dh, %al                   # or the last
    inc  %ax
1:  mulb BDA_CHAR_HEIGHT
    test %si, %si
    jns  2f
    dec  %ax
2:  mov  %ax, %dx
    mov  %di, %ax
    mulb BDA_CHAR_HEIGHT
    push %ax                        # lines to clear
    imul %si, %ax
    mov  %ax, %fs:EBDA_SCROLL_BY
    mov  %di, %ax
    mov  %ah, %al
    mulb BDA_CHAR_HEIGHT
    mov  %ax, %cx                   # lines to move
    call layout
    mov  $0x01, %ah                 # write mode 1: all planes, from the latches
    call write_mode
3:  jcxz 4f
    call move_line
    add  %si, %dx
    dec  %cx
    jmp  3b
4:  pop  %cx
    mov  $0x02, %ah                 # write mode 2: a colour
    call write_mode
5:  call fill_line
    add  %si, %dx
    loop 5b
    mov  $0x00, %ah
    call write_mode
    pop  %fs
    ret

# In: AL = layout, AH = write mode, if there are planes. Keeps everything.
write_mode:
    cmp  $LAYOUT_PLANES, %al
    jne  1f
    push %ax
    push %dx
    mov  $0x05, %al
    mov  $VGA_GRAPHICS, %dx
    out  %ax, %dx
    pop  %dx
    pop  %ax
1:  ret

# In: DX = line, BH = page, AL = layout. Out: ES:DI, CX = the window's bytes in it. Changes AH, SI.
window_line:
    call line_address
    push %ax
    movzbw %fs:EBDA_SCROLL_LEFT, %ax
    imul %si, %ax
    add  %ax, %di
    movzbw %fs:EBDA_SCROLL_WIDTH, %cx
    imul %si, %cx
    pop  %ax
    ret

# Fills line DX from that which is EBDA_SCROLL_BY further. Keeps AL, CX, DX, SI.
move_line:
    cmp  $LAYOUT_TEXT, %al
    je   1f
    pusha
    push %ds
    push %dx
    add  %fs:EBDA_SCROLL_BY, %dx
    call window_line
    pop  %dx
    push %di
    call window_line
    pop  %si
    push %es
    pop  %ds
    rep movsb
    pop  %ds
    popa
1:  ret

# Fills line DX with EBDA_SCROLL_COLOUR. Keeps AL, CX, DX, SI.
fill_line:
    cmp  $LAYOUT_TEXT, %al
    je   3f
    pusha
    call window_line
    mov  %fs:EBDA_SCROLL_COLOUR, %ah
    cmp  $LAYOUT_PLANES, %al
    jae  2f
    cmp  $LAYOUT_TWO, %al
    mov  $0x55, %al                 # the same in all pixels of a byte
    je   1f
    mov  $0xFF, %al
    and  $0x01, %ah
1:  and  $0x03, %ah
    mul  %ah
    mov  %al, %ah
2:  mov  %ah, %al
    rep stosb
    popa
3:  ret
