# INT 10h: the screen. The modes of a VGA, up to eight pages; linear modes are vbe.S's.
# Source: IBM PS/2 and PC BIOS Interface Technical Reference, INT 10h; RBIL INT 10h.

int10:
    SERVICE_ENTER
    DISPATCH int10_table, 0x1C, 1f
    SERVICE_LEAVE
1:  cmp  $0x4F, %ah
    jne  2f
    movw $0x0100, R_AX(%bp)         # not supported, unless we learn better
    call vbe_service
2:  SERVICE_LEAVE

int10_table:
    .word video_set_mode, cursor_set_shape, cursor_set, cursor_get
    .word light_pen, video_set_page, scroll_up, scroll_down
    .word cell_read, cell_write_both, cell_write, video_set_colour
    .word dot_write, dot_read, teletype, video_get_mode
    .word palette_service, font_service, video_configure, write_string
    .word video_nothing, video_nothing, video_nothing, video_nothing
    .word video_nothing, video_nothing, video_combination, video_state
    .word video_state_service

light_pen:                          # AH=04h -> AH = 0: it points nowhere, as there is none
    movb $0, R_AH(%bp)
video_nothing:
    ret

video_get_mode:                     # AH=0Fh -> AL mode, AH columns, BH page
    mov  BDA_VIDEO_MODE, %al
    mov  BDA_VIDEO_INFO, %ah        # bit 7: the last mode set did not clear the screen
    and  $0x80, %ah
    or   %ah, %al
    mov  BDA_COLUMNS, %ah
    mov  %ax, R_AX(%bp)
    mov  BDA_PAGE, %al
    mov  %al, R_BH(%bp)
    ret

cursor_set_shape:                   # AH=01h, CH = first line (bit 5: no cursor), CL = last
    mov  %cx, BDA_CURSOR_SHAPE
    testb $0x01, BDA_VIDEO_INFO     # scale from the 8 lines of a CGA character?
    jnz  1f
    test $0x20, %ch
    jnz  1f
    cmp  $0x08, %cl
    jae  1f
    call cursor_scale
1:  mov  $0x0A, %ah                 # CRTC cursor start, cursor end
    jmp  crtc_write_word

# Old programs count the lines of a CGA's 8x8 characters: 6, 7 is the underline.
# In, out: CX.
cursor_scale:
    mov  BDA_CHAR_HEIGHT, %dl
    mov  %cl, %al
    sub  %ch, %al
    cmp  $3, %al                    # the lowest lines: keep the distance to the bottom
    jae  1f
    cmp  $5, %ch
    jb   1f
    mov  $7, %al
    sub  %ch, %al
    mov  %dl, %ch
    sub  $2, %ch
    sub  %al, %ch
    mov  %dl, %cl
    sub  $2, %cl
    ret
1:  mov  %dl, %al                   # others: in proportion
    mul  %ch
    shr  $3, %ax
    mov  %al, %ch
    mov  %dl, %al
    inc  %cl
    mul  %cl
    shr  $3, %ax
    dec  %ax
    mov  %al, %cl
    ret

video_set_page:                     # AH=05h, AL = page
    cmp  $7, %al
    ja   1f
    mov  %al, BDA_PAGE
    cbw
    mulw BDA_PAGE_BYTES
    mov  %ax, BDA_PAGE_START
    mov  %ax, %cx
    shr  $1, %cx                    # the CRTC counts cells
    mov  $0x0C, %ah
    call crtc_write_word
    call cursor_show
1:  ret

# AH=0Bh, BH = 0: BL = border, and in a CGA's graphics modes bits 3-0 are the background and
# bit 4 makes the other colours bright; BH = 1: BL = which three colours, 0 or 1.
video_set_colour:
    mov  BDA_CRT_PALETTE, %al
    mov  %bl, %ch
    cmp  $1, %bh
    ja   5f
    je   2f
    and  $0xE0, %al
    mov  %bl, %ah
    and  $0x1F, %ah
    or   %ah, %al
    mov  %al, BDA_CRT_PALETTE
    and  $0x0F, %bl
    mov  %bl, %bh
    mov  $0x11, %bl                 # attribute controller: overscan
    call attribute_write
    mov  BDA_VIDEO_MODE, %al
    sub  $4, %al
    cmp  $2, %al
    ja   5f
    mov  %ch, %bh
    and  $0x0F, %bh
    cmp  $0x08, %bh                 # bright ones stand at 10h to 17h
    jb   1f
    add  $0x08, %bh
1:  xor  %bl, %bl
    call attribute_write
    mov  $0x10, %cl
    jmp  3f
2:  and  $0xDF, %al
    and  $1, %ch
    jz   4f
    or   $0x20, %al
4:  mov  %al, BDA_CRT_PALETTE
    mov  $0x01, %cl
3:  and  %cl, %ch                   # bit CL of colours 1 to 3 is as in CH
    not  %cl
    mov  $1, %bl
6:  call attribute_read
    and  %cl, %bh
    or   %ch, %bh
    call attribute_write
    inc  %bl
    cmp  $4, %bl
    jb   6b
5:  ret

# AH=12h, BL = what, AL = how -> AL = 12h: done.
video_configure:
    cmp  $0x10, %bl
    je   video_configuration
    movzbw %bl, %si
    sub  $0x30, %si
    jz   video_lines
    cmp  $(configure_table_end - configure_table) / 2, %si
    jae  1f
    cmp  $1, %al
    ja   1f
    add  %si, %si
    jmp  *%cs:configure_table(%si)
1:  ret
configure_table:
    .word video_nothing, video_default_palette, video_addressing, video_grey_summing
    .word cursor_scaling, video_nothing, screen_refresh
configure_table_end:

video_configuration:                # BL=10h: what is there? BH = 0 colour, 1 mono,
    xor  %bh, %bh                   # BL = 3: 256 KiB, CL = switches
    cmpb $7, BDA_VIDEO_MODE
    jne  1f
    inc  %bh
1:  mov  $0x03, %bl
    mov  %bx, R_BX(%bp)
    mov  BDA_VIDEO_SWITCHES, %al
    and  $0x0F, %ax
    mov  %ax, R_CX(%bp)
    ret

video_lines:                        # BL=30h: lines of text modes from the next on: AL = 0
    mov  $VGA_200_LINES, %ah        # 200, 1 350, 2 400
    cmp  $1, %al
    jb   1f
    mov  $0, %ah
    je   1f
    mov  $VGA_400_LINES, %ah
    cmp  $2, %al
    ja   video_nothing
1:  mov  $VGA_LINES, %al
    jmp  vga_flag
video_default_palette:              # BL=31h: does a mode set its colours? AL = 0 yes, 1 no
    mov  %al, %ah
    shl  $3, %ah
    mov  $VGA_KEEP_PALETTE, %al
    jmp  vga_flag
video_grey_summing:                 # BL=33h: do colours become greys? AL = 0 yes, 1 no
    mov  %al, %ah
    xor  $1, %ah
    shl  $1, %ah
    mov  $VGA_GREY_SUMMING, %al
vga_flag:                           # the bits AL of BDA_VGA_FLAGS are as in AH
    not  %al
    and  %al, BDA_VGA_FLAGS
    or   %ah, BDA_VGA_FLAGS
    jmp  configured
video_addressing:                   # BL=32h: is the memory seen? AL = 0 yes, 1 no
    mov  %al, %ah
    xor  $1, %ah
    shl  $1, %ah
    mov  $VGA_MISC_READ, %dx
    in   %dx, %al
    and  $0xFD, %al
    or   %ah, %al
    mov  $VGA_MISC, %dx
    out  %al, %dx
    jmp  configured
cursor_scaling:                     # BL=34h: scale cursor shapes? AL = 0 yes, 1 no
    andb $0xFE, BDA_VIDEO_INFO
    or   %al, BDA_VIDEO_INFO
configured:
    movb $0x12, R_AL(%bp)
    ret
screen_refresh:                     # BL=36h: is the screen drawn? AL = 0 yes, 1 no
    call screen_draw
    jmp  configured

# In: AL = 0: the screen is drawn, 1: it is dark. Changes AX, DX.
screen_draw:
    mov  %al, %ah
    mov  $VGA_SEQUENCER, %dx
    mov  $0x01, %al                 # clocking mode, bit 5
    out  %al, %dx
    inc  %dx
    in   %dx, %al
    and  $0xDF, %al
    shl  $5, %ah
    or   %ah, %al
    out  %al, %dx
    ret

video_combination:                  # AX=1A00h -> BL = 8: VGA with a colour screen
    test %al, %al
    jnz  1f
    movb $0x1A, R_AL(%bp)
    movb $0, R_BH(%bp)
    mov  BDA_DISPLAY, %al
    mov  %al, R_BL(%bp)
1:  ret

# AH=1Bh, BX=0 -> 64 bytes at ES:DI: what we can do, and what the mode is.
video_state:
    test %bx, %bx
    jnz  2f
    push %di
    mov  $32, %cx
    xor  %ax, %ax
    rep stosw
    pop  %di
    movw $video_abilities, %es:(%di)
    mov  %cs, %es:2(%di)
    push %di
    add  $4, %di
    mov  $BDA_VIDEO_MODE, %si       # 30 bytes as the data area has them
    mov  $30, %cx
    rep movsb
    pop  %di
    mov  BDA_ROWS, %al
    inc  %al
    mov  %al, %es:0x22(%di)
    mov  BDA_CHAR_HEIGHT, %ax
    mov  %ax, %es:0x23(%di)
    mov  BDA_DISPLAY, %al
    mov  %al, %es:0x25(%di)
    movzbw BDA_VIDEO_MODE, %si
    cmp  $MODE_LAST, %si
    ja   1f
    imul $3, %si, %si
    mov  %cs:video_colours(%si), %ax
    mov  %ax, %es:0x27(%di)
    mov  %cs:video_colours + 2(%si), %al
    mov  %al, %es:0x29(%di)
1:
    call scan_lines
    mov  %al, %es:0x2A(%di)
    mov  BDA_VGA_FLAGS, %al
    and  $VGA_GREY_SUMMING | VGA_KEEP_PALETTE, %al
    mov  %al, %es:0x2D(%di)
    movb $3, %es:0x31(%di)          # 256 KiB
    movb $0x1B, R_AL(%bp)
2:  ret
video_abilities:                    # modes 0-7, 0D-13; 200, 350, 400 lines; 8 fonts, 2 at a time;
    .byte 0xFF, 0xE0, 0x0F, 0, 0, 0, 0, 0x07, 8, 2, 0xFF, 0x0E, 0, 0, 0, 0  # all of AH=10h to 12h, 1Ch

    .macro MODE_COLOURS colours, pages, modes=1
    .rept \modes
    .word \colours
    .byte \pages
    .endr
    .endm
video_colours:                      # of each mode; 0: one
    MODE_COLOURS 16, 8, 4
    MODE_COLOURS 4, 1, 2
    MODE_COLOURS 2, 1
    MODE_COLOURS 0, 8
    MODE_COLOURS 0, 0, 5
    MODE_COLOURS 16, 8
    MODE_COLOURS 16, 4
    MODE_COLOURS 0, 2
    MODE_COLOURS 16, 2
    MODE_COLOURS 2, 1
    MODE_COLOURS 16, 1
    MODE_COLOURS 256, 1

# Out: AL = 0, 1, 2, 3: the mode has 200, 350, 400, 480 lines, by the signals of the display and
# whether each is drawn twice. Changes DX.
scan_lines:
    mov  $VGA_MISC_READ, %dx
    in   %dx, %al
    shr  $6, %al
    cmp  $2, %al
    je   1f
    ja   2f
    mov  BDA_CRTC, %dx
    mov  $0x09, %al
    out  %al, %dx
    inc  %dx
    in   %dx, %al
    not  %al
    shr  $7, %al
    shl  $1, %al
    ret
1:  mov  $1, %al
2:  ret
