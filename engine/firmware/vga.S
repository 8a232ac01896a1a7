# Setting a text mode: every register of a VGA, its colours and its font.
# Source: IBM PS/2 Hardware Interface Technical Reference, "Video Subsystem", and its
# table of register values for each mode.

# Offsets in a mode's table below.
    .set MODE_COLUMNS,   0          # byte
    .set MODE_PAGE,      1          # word: bytes of a page
    .set MODE_CRT_MODE,  3          # byte: what BDA_CRT_MODE shows
    .set MODE_MISC,      4          # byte
    .set MODE_SEQUENCER, 5          # 4 bytes, registers 1-4
    .set MODE_CRTC,      9          # 25 bytes
    .set MODE_ATTRIBUTE, 34         # 20 bytes
    .set MODE_GRAPHICS,  54         # 9 bytes
    .set MODE_SIZE,      63

# POST: an adapter's own BIOS, if there is one, else ours.
init_video:
    push %fs
    mov  BDA_EBDA, %fs
    movw $ROM_FIRST, %fs:EBDA_ROM_NEXT
    mov  $0xC000, %dx
    mov  $ROM_FIRST, %di
    call scan_option_roms
    call own_video
    jne  1f
    call video_pci_rom
1:  pop  %fs
    call own_video
    jne  1f
    movb $0x60, BDA_VIDEO_INFO      # 256 KiB
    movb $0x09, BDA_VIDEO_SWITCHES  # a colour screen
    movb $0x11, BDA_VGA_FLAGS       # VGA, 400 lines
    movb $0x08, BDA_DISPLAY
1:  mov  $0x0003, %ax
    int  $0x10
    ret

own_video:                          # ZF set if INT 10h is still ours; changes AX, ES
    xor  %ax, %ax
    mov  %ax, %es
    cmpw $BIOS_SEGMENT, %es:0x10 * 4 + 2
    ret

# AH=00h, AL = mode, bit 7: do not clear the screen.
video_set_mode:
    mov  %al, %ah
    and  $0x7F, %al
    mov  $mode_80x25, %si
    cmp  $0x07, %al
    je   1f
    cmp  $0x03, %al
    ja   video_no_mode
    cmp  $0x02, %al
    jae  2f
    mov  $mode_40x25, %si
    jmp  2f
1:  mov  $mode_mono, %si
2:  mov  %al, BDA_VIDEO_MODE
    and  $0x80, %ah
    andb $0x7F, BDA_VIDEO_INFO
    or   %ah, BDA_VIDEO_INFO

    mov  %cs:MODE_COLUMNS(%si), %al
    movzbw %al, %ax
    mov  %ax, BDA_COLUMNS
    mov  %cs:MODE_PAGE(%si), %ax
    mov  %ax, BDA_PAGE_BYTES
    mov  %cs:MODE_CRT_MODE(%si), %al
    mov  %al, BDA_CRT_MODE
    movb $0x30, BDA_CRT_PALETTE
    movb $24, BDA_ROWS
    movw $16, BDA_CHAR_HEIGHT
    movw $0, BDA_PAGE_START
    movb $0, BDA_PAGE
    movw $0x0607, BDA_CURSOR_SHAPE
    push %ds
    pop  %es
    mov  $BDA_CURSORS, %di
    mov  $8, %cx
    xor  %ax, %ax
    rep stosw

    call vga_program
    call palette_load
    mov  $font_8x16, %bx
    call font_load_rom
    testb $0x80, BDA_VIDEO_INFO
    jnz  3f
    call screen_segment
    xor  %di, %di
    mov  $0x0720, %ax               # grey blanks on black, all pages
    mov  $0x4000, %cx
    rep stosw
3:  mov  $0x20, %al                 # attribute controller: screen on
    mov  $VGA_ATTRIBUTE, %dx
    out  %al, %dx
    movb $0x30, R_AL(%bp)           # as IBM's: the last value written
    ret

video_no_mode:                      # a graphics mode: the screen stays as it is
    mov  $msg_no_mode, %si
    call log
    call print_hex8
    mov  $'\n', %al
    jmp  *%di
msg_no_mode: .asciz "No video mode "

# In: CS:SI = table. Changes AX, BX, CX, DX.
vga_program:
    mov  $CRTC_COLOUR, %bx
    mov  %cs:MODE_MISC(%si), %al
    test $0x01, %al                 # bit 0: CRTC at 3D4h, else 3B4h
    jnz  1f
    mov  $CRTC_MONO, %bx
1:  mov  %bx, BDA_CRTC
    mov  $VGA_SEQUENCER, %dx
    mov  $0x0100, %ax               # stop while the clock changes
    out  %ax, %dx
    mov  %cs:MODE_MISC(%si), %al
    mov  $VGA_MISC, %dx
    out  %al, %dx
    push %si
    add  $MODE_SEQUENCER, %si
    mov  $VGA_SEQUENCER, %dx
    mov  $0x01, %bl
    mov  $4, %cx
    call write_registers
    mov  $0x0300, %ax               # go on
    out  %ax, %dx

    mov  BDA_CRTC, %dx
    mov  $0x0011, %ax               # bit 7 here protects registers 0-7
    out  %ax, %dx
    xor  %bl, %bl
    mov  $25, %cx
    call write_registers
    add  $20, %si
    mov  $VGA_GRAPHICS, %dx
    xor  %bl, %bl
    mov  $9, %cx
    call write_registers
    pop  %si

    push %si
    add  $MODE_ATTRIBUTE, %si
    xor  %bl, %bl
    mov  $20, %cx
2:  mov  %cs:(%si), %bh
    inc  %si
    call attribute_write_dark
    inc  %bl
    loop 2b
    mov  $0x0014, %bx               # colour select: not used
    call attribute_write_dark
    pop  %si
    ret

# Index, then value, for CX registers from BL on at port DX. In, out: CS:SI.
write_registers:
    mov  %bl, %al
    mov  %cs:(%si), %ah
    out  %ax, %dx
    inc  %si
    inc  %bl
    loop write_registers
    ret

# The attribute controller takes index and value at one port, in turn; reading the
# status port makes the next one an index. Its bit 5 connects the screen.
# In: BL = register, BH = value. Changes AX, DX.
attribute_write_dark:
    xor  %ah, %ah
    jmp  1f
attribute_write:
    mov  $0x20, %ah
1:  call attribute_index
    mov  %bl, %al
    or   %ah, %al
    out  %al, %dx
    mov  %bh, %al
    out  %al, %dx
    ret
attribute_index:                    # Changes AL, DX
    mov  BDA_CRTC, %dx
    add  $6, %dx
    in   %dx, %al
    mov  $VGA_ATTRIBUTE, %dx
    ret

# Two CRTC registers that hold a word. In: AH = the first, CX = value. Changes AX, DX.
crtc_write_word:
    mov  BDA_CRTC, %dx
    mov  %ah, %al
    mov  %ch, %ah
    out  %ax, %dx
    inc  %al
    mov  %cl, %ah
    out  %ax, %dx
    ret

# 720x400, 9x16 characters, 70 Hz.
mode_80x25:
    .byte 80, 0x00, 0x10, 0x29, 0x67
    .byte 0x00, 0x03, 0x00, 0x02
    .byte 0x5F, 0x4F, 0x50, 0x82, 0x55, 0x81, 0xBF, 0x1F, 0x00, 0x4F, 0x0D, 0x0E
    .byte 0x00, 0x00, 0x00, 0x00, 0x9C, 0x8E, 0x8F, 0x28, 0x1F, 0x96, 0xB9, 0xA3, 0xFF
    .byte 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x14, 0x07
    .byte 0x38, 0x39, 0x3A, 0x3B, 0x3C, 0x3D, 0x3E, 0x3F, 0x0C, 0x00, 0x0F, 0x08
    .byte 0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x0E, 0x00, 0xFF

# 360x400: half the dot clock.
mode_40x25:
    .byte 40, 0x00, 0x08, 0x28, 0x67
    .byte 0x08, 0x03, 0x00, 0x02
    .byte 0x2D, 0x27, 0x28, 0x90, 0x2B, 0xA0, 0xBF, 0x1F, 0x00, 0x4F, 0x0D, 0x0E
    .byte 0x00, 0x00, 0x00, 0x00, 0x9C, 0x8E, 0x8F, 0x14, 0x1F, 0x96, 0xB9, 0xA3, 0xFF
    .byte 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x14, 0x07
    .byte 0x38, 0x39, 0x3A, 0x3B, 0x3C, 0x3D, 0x3E, 0x3F, 0x0C, 0x00, 0x0F, 0x08
    .byte 0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x0E, 0x00, 0xFF

# As 80x25, at B0000, CRTC at 3B4h; attributes mean normal, bright, underlined.
mode_mono:
    .byte 80, 0x00, 0x10, 0x29, 0x66
    .byte 0x00, 0x03, 0x00, 0x02
    .byte 0x5F, 0x4F, 0x50, 0x82, 0x55, 0x81, 0xBF, 0x1F, 0x00, 0x4F, 0x0D, 0x0E
    .byte 0x00, 0x00, 0x00, 0x00, 0x9C, 0x8E, 0x8F, 0x28, 0x0F, 0x96, 0xB9, 0xA3, 0xFF
    .byte 0x00, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08
    .byte 0x10, 0x18, 0x18, 0x18, 0x18, 0x18, 0x18, 0x18, 0x0E, 0x00, 0x0F, 0x08
    .byte 0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x0A, 0x00, 0xFF
