# Text cells (and what stands for them in a graphics mode, graphics.S): a character and its attribute, two bytes each, at B8000 (B0000 for a
# monochrome screen). Eight pages; each has its own cursor.

# Out: ES = the screen's segment. Changes AX.
screen_segment:
    mov  $0xB800, %ax
    cmpb $7, BDA_VIDEO_MODE
    jne  1f
    mov  $0xB000, %ax
1:  mov  %ax, %es
    ret

# In: DH = row, DL = column, BH = page. Out: ES:DI = cell. Changes AX.
cell_address:
    push %dx
    mov  %dh, %al
    mulb BDA_COLUMNS
    pop  %dx
    movzbw %dl, %di
    add  %ax, %di
    add  %di, %di                   # two bytes a cell
    push %dx
    movzbw %bh, %ax
    mulw BDA_PAGE_BYTES
    pop  %dx
    add  %ax, %di
    jmp  screen_segment

# In: BH = page. Out: DX = its cursor, SI = where that is kept.
cursor_position:
    movzbw %bh, %si
    and  $7, %si
    add  %si, %si
    mov  BDA_CURSORS(%si), %dx
    ret

cursor_set:                         # AH=02h, BH page, DH row, DL column
    movzbw %bh, %si
    and  $7, %si
    add  %si, %si
    mov  %dx, BDA_CURSORS(%si)
    cmp  BDA_PAGE, %bh
    je   cursor_show
    ret

# Tells the CRTC where the shown page's cursor is. Changes AX, CX, DX, SI, DI.
cursor_show:
    push %bx
    push %es
    mov  BDA_PAGE, %bh
    call cursor_position
    call cell_address
    mov  %di, %cx
    shr  $1, %cx                    # in cells
    mov  $0x0E, %ah
    call crtc_write_word
    pop  %es
    pop  %bx
    ret

cursor_get:                         # AH=03h, BH page -> DX position, CX shape
    call cursor_position
    mov  %dx, R_DX(%bp)
    mov  BDA_CURSOR_SHAPE, %ax
    mov  %ax, R_CX(%bp)
    movw $0, R_AX(%bp)
    ret

cell_read:                          # AH=08h, BH page -> AL character, AH attribute
    call cursor_position
    call in_graphics
    jc   recognize
    call cell_address
    mov  %es:(%di), %ax
    mov  %ax, R_AX(%bp)
    ret

cell_write_both:                    # AH=09h, AL character, BL attribute, CX times
    jcxz 1f
    call in_graphics
    jc   draw_characters
    push %ax
    call cursor_position
    call cell_address
    pop  %ax
    mov  %bl, %ah
    rep stosw
1:  ret

cell_write:                         # AH=0Ah: the attributes stay
    jcxz 2f
    call in_graphics
    jc   draw_characters
    push %ax
    call cursor_position
    call cell_address
    pop  %ax
1:  stosb
    inc  %di
    loop 1b
2:  ret

# In: AL = character, CX = times, BL = colour, BH = page.
draw_characters:
    call cursor_position
1:  call draw_character
    inc  %dl
    cmp  BDA_COLUMNS, %dl
    jb   2f
    xor  %dl, %dl
    inc  %dh
2:  loop 1b
    ret

# In: AL = character, BL = colour in a graphics mode, BH = page, DX = row and column. Changes AX, DI, ES.
cell_put:
    call in_graphics
    jc   draw_character
    push %ax
    call cell_address
    pop  %ax
    mov  %al, %es:(%di)             # the attribute stays
    ret

# AH=0Eh, AL = character: writes like a teleprinter, with CR, LF, BS, BEL. Always to the
# page that is shown: IBM's ignores BH, and many a boot sector leaves chance in it.
teletype:
    mov  BDA_PAGE, %bh
    call cursor_position
    call teletype_at
    jmp  cursor_set

# In: AL = character, BH = page, DX = cursor, BL = colour in a graphics mode. Out: DX = new
# cursor. Keeps BX, CX.
teletype_at:
    cmp  $0x0D, %al
    je   3f
    cmp  $0x0A, %al
    je   1f
    cmp  $0x08, %al
    je   4f
    cmp  $0x07, %al
    je   bell_on
    call cell_put
    inc  %dl
    cmp  BDA_COLUMNS, %dl
    jb   2f
    xor  %dl, %dl                   # behind the last column: next line
1:  inc  %dh
    cmp  BDA_ROWS, %dh
    jbe  2f
    dec  %dh                        # below the last row: everything moves up
    push %bx
    push %cx
    push %dx
    call cell_address
    mov  %bh, %bl                   # the page
    mov  %es:1(%di), %bh            # the new line takes the cursor's attribute
    call in_graphics
    jnc  5f
    xor  %bh, %bh
5:  xor  %cx, %cx
    mov  BDA_COLUMNS, %dl
    dec  %dl
    mov  $1, %al
    call scroll_up_page
    pop  %dx
    pop  %cx
    pop  %bx
2:  ret
3:  xor  %dl, %dl
    ret
4:  test %dl, %dl
    jz   2b
    dec  %dl
    ret

# AH=06h, 07h: AL = lines (0: clear), BH = attribute of new lines, CX = upper left,
# DX = lower right corner.
scroll_up:
    mov  BDA_PAGE, %bl
# In: as above, and BL = page. Changes everything but BP.
scroll_up_page:
    mov  $1, %si                    # rows are handled from the top down
    jmp  scroll_window
scroll_down:
    mov  BDA_PAGE, %bl
    mov  $-1, %si                   # from the bottom up
scroll_window:
    cmp  BDA_ROWS, %dh              # keep the window on the screen
    jbe  1f
    mov  BDA_ROWS, %dh
1:  cmp  BDA_COLUMNS, %dl
    jb   2f
    mov  BDA_COLUMNS, %dl
    dec  %dl
2:  mov  %dh, %ah
    sub  %ch, %ah
    jb   9f                         # upside down: nothing to do
    inc  %ah                        # AH = height
    sub  %cl, %dl
    jb   9f
    inc  %dl                        # DL = width
    test %al, %al
    jz   3f
    cmp  %ah, %al
    jbe  4f
3:  mov  %ah, %al
4:  sub  %al, %ah                   # AH = rows to move, AL = rows to clear
    call in_graphics
    jc   scroll_graphics
    push %ax
    push %dx
    mov  %cl, %dl
    test %si, %si
    js   5f
    mov  %ch, %dh
5:  xchg %bl, %bh                   # BH = page, BL = attribute
    call cell_address               # ES:DI = first row to fill
    mov  BDA_COLUMNS, %dx
    add  %dx, %dx
    imul %si, %dx                   # DX = bytes to the next one
    pop  %cx
    movzbw %cl, %cx                 # CX = width
    pop  %ax
    push %ax
    movzbw %al, %ax
    imul %dx, %ax
    mov  %di, %si
    add  %ax, %si                   # ES:SI = the row that moves there
    pop  %ax

    push %ds
    push %es
    pop  %ds
6:  test %ah, %ah
    jz   7f
    push %cx
    push %si
    push %di
    rep movsw
    pop  %di
    pop  %si
    pop  %cx
    add  %dx, %si
    add  %dx, %di
    dec  %ah
    jmp  6b
7:  mov  %al, %bh
    mov  %bl, %ah
    mov  $' ', %al
8:  push %cx
    push %di
    rep stosw
    pop  %di
    pop  %cx
    add  %dx, %di
    dec  %bh
    jnz  8b
    pop  %ds
9:  ret

# AH=13h: CX characters at ES:BP, from DX on, page BH. AL bit 0: move the cursor
# there; bit 1: each character is followed by its attribute (else BL is).
write_string:
    jcxz 4f
    mov  R_BP(%bp), %si
1:  push %cx
    push %ax
    mov  %al, %ah
    mov  %es:(%si), %al
    inc  %si
    test $0x02, %ah
    jz   2f
    mov  %es:(%si), %bl
    inc  %si
2:  push %si
    push %es
    cmp  $0x0D, %al                 # a control character has no colour
    ja   3f
    cmp  $0x07, %al
    jb   3f
    cmp  $0x09, %al
    je   3f
    cmp  $0x0B, %al
    jb   5f
    cmp  $0x0D, %al
    je   5f
3:  call in_graphics
    jc   5f
    push %ax
    call cell_address
    pop  %ax
    mov  %bl, %es:1(%di)
5:  call teletype_at
    pop  %es
    pop  %si
    pop  %ax
    pop  %cx
    loop 1b
    test $0x01, %al
    jz   4f
    jmp  cursor_set
4:  ret
