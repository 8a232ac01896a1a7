# VESA BIOS extensions, INT 10h AH=4Fh: linear modes of 8 to 32 bits a pixel, by the DISPI
# registers of Bochs's and QEMU's adapter, seen through a window of 64 KiB at A0000 or
# whole at a PCI address. Modes below 100h are those of AH=00h.
#
#   1CE  index   1CF  value   1-3 width, height, bits   4 enable: 80 keep memory, 40 linear,
#                20 DAC of 8 bits, 01 on   5 bank   6 width of a line   8, 9 what is shown
#
# Source: VESA BIOS Extension Core Functions Standard 3.0, 4; VBE/PM 1.0; VBE/DDC 1.1; QEMU,
# docs/specs/standard-vga.rst. Not done: the protected-mode interface (4F0Ah), modes of 4
# bits a pixel, CRTC timings, text in these modes.

    .set DISPI_INDEX,    0x1CE
    .set DISPI_ID,       0xB0C0     # and later ones
    .set DISPI_WIDTH,    1
    .set DISPI_HEIGHT,   2
    .set DISPI_BITS,     3
    .set DISPI_ENABLE,   4
    .set DISPI_BANK,     5
    .set DISPI_LINE,     6
    .set DISPI_X,        8
    .set DISPI_Y,        9
    .set DISPI_MEMORY,   10         # in 64 KiB
    .set DISPI_LONGEST,  16000      # pixels of a line
    .set DISPI_ON,       0x01
    .set DISPI_DAC_8,    0x20
    .set DISPI_LINEAR,   0x40
    .set DISPI_KEEP,     0x80

    .set VBE_FAILED,     0x014F     # AX
    .set VBE_NOT_NOW,    0x034F     # not in this mode
    .set VBE_INFO_BYTES, 256
    .set VBE_KEEP,       0x8000     # bits of BX at 4F02h
    .set VBE_LINEAR,     0x4000
    .set VBE_NUMBER,     0x01FF

# A mode's row below: number, width, height, bits.
    .set ROW_WIDTH,      2
    .set ROW_HEIGHT,     4
    .set ROW_BITS,       6
    .set ROW_BYTES,      8

vbe_service:                        # AX = 4Fxxh, others as the caller's
    cmp  $VBE_LAST, %al
    jbe  1f
    cmp  $0x10, %al
    je   vbe_power
    cmp  $0x15, %al
    je   vbe_display
    ret
1:  push %bx
    push %dx
    push %ax
    mov  $0, %bx
    call dispi_read
    and  $0xFFF0, %ax
    cmp  $DISPI_ID, %ax
    pop  %ax
    pop  %dx
    pop  %bx
    jne  2f
    movzbw %al, %si
    add  %si, %si
    movw $0x004F, R_AX(%bp)
    jmp  *%cs:vbe_table(%si)
2:  ret
vbe_table:
    .word vbe_information, vbe_mode_information, vbe_set, vbe_get, vbe_state
    .word vbe_window, vbe_line, vbe_start, vbe_dac, vbe_palette
    .set VBE_LAST, 9
vbe_failed:
    movw $VBE_FAILED, R_AX(%bp)
    ret
vbe_not_now:
    movw $VBE_NOT_NOW, R_AX(%bp)
    ret

# 4F00h -> at ES:DI: 00 "VESA"  04 version  06 text  0A abilities  0E modes  12 memory, and
# for callers of version 2 (who wrote "VBE2") 14 release, maker, product, its release. The
# list of modes stands in the block itself.
vbe_information:
    push %di
    push %es:(%di)                  # "VB" of "VBE2"
    mov  $VBE_INFO_BYTES / 2, %cx
    xor  %ax, %ax
    rep stosw
    pop  %cx
    pop  %di
    movl $0x41534556, %es:(%di)     # "VESA"
    movw $0x0300, %es:0x04(%di)
    movw $vbe_name, %es:0x06(%di)
    mov  %cs, %es:0x08(%di)
    movb $0x01, %es:0x0A(%di)       # the DAC can have 8 bits
    lea  0x22(%di), %ax
    mov  %ax, %es:0x0E(%di)
    mov  %es, %es:0x10(%di)
    mov  $DISPI_MEMORY, %bx
    call dispi_read
    mov  %ax, %es:0x12(%di)
    cmp  $0x4256, %cx
    jne  1f
    movw $0x0100, %es:0x14(%di)
    movw $vbe_name, %es:0x16(%di)
    mov  %cs, %es:0x18(%di)
    movw $vbe_name, %es:0x1A(%di)
    mov  %cs, %es:0x1C(%di)
    movw $vbe_release, %es:0x1E(%di)
    mov  %cs, %es:0x20(%di)
1:  add  $0x22, %di
    mov  $vbe_rows, %si
2:  mov  %cs:(%si), %ax
    stosw
    add  $ROW_BYTES, %si
    cmp  $vbe_rows_end, %si
    jb   2b
    mov  $-1, %ax
    stosw
    ret
vbe_name:    .asciz "Ring -1"
vbe_release: .asciz "1.0"

# In: CX = number, other bits may be set. Out: CS:SI = its row; or CF set. Changes AX.
vbe_find:
    mov  %cx, %ax
    and  $VBE_NUMBER, %ax
    mov  $vbe_rows, %si
1:  cmp  %cs:(%si), %ax
    je   2f                         # CF clear
    add  $ROW_BYTES, %si
    cmp  $vbe_rows_end, %si
    jb   1b
    stc
2:  ret

# In: CS:SI = row. Out: AX = bytes a line, CX = bytes a pixel. Changes DX.
vbe_line_bytes:
    movzwl %cs:ROW_BITS(%si), %ecx
    add  $7, %cx
    shr  $3, %cx
    mov  %cs:ROW_WIDTH(%si), %ax
    mul  %cx
    ret

# 4F01h, CX = mode -> 256 bytes at ES:DI.
vbe_mode_information:
    call vbe_find
    jc   vbe_failed
    push %di
    mov  $VBE_INFO_BYTES / 2, %cx
    xor  %ax, %ax
    rep stosw
    pop  %di
    movw $0x00BB, %es:(%di)         # there, described, colour, graphics, not a VGA's, linear, too
    movb $0x07, %es:0x02(%di)       # window A can be moved, read, written; no window B
    movw $64, %es:0x04(%di)         # by KiB
    movw $64, %es:0x06(%di)         # of KiB
    movw $0xA000, %es:0x08(%di)
    movw $vbe_window_far, %es:0x0C(%di)
    mov  %cs, %es:0x0E(%di)
    call vbe_line_bytes
    mov  %ax, %es:0x10(%di)
    mov  %ax, %es:0x32(%di)
    mov  %cs:ROW_HEIGHT(%si), %dx
    mov  %dx, %es:0x14(%di)
    movzwl %ax, %ebx                # bytes of a page
    movzwl %dx, %edx
    imul %edx, %ebx
    mov  %cs:ROW_WIDTH(%si), %ax
    mov  %ax, %es:0x12(%di)
    movw $0x1008, %es:0x16(%di)     # characters of 8x16
    movb $1, %es:0x18(%di)          # planes
    mov  %cs:ROW_BITS(%si), %al
    mov  %al, %es:0x19(%di)
    movb $1, %es:0x1A(%di)          # banks
    movb $1, %es:0x1E(%di)
    push %ebx
    mov  $DISPI_MEMORY, %bx
    call dispi_read
    pop  %ebx
    movzwl %ax, %eax
    shl  $16, %eax
    xor  %edx, %edx
    div  %ebx
    dec  %eax
    cmp  $0xFF, %eax
    jbe  1f
    mov  $0xFF, %al
1:  mov  %al, %es:0x1D(%di)         # further pages
    mov  %al, %es:0x34(%di)
    mov  %al, %es:0x35(%di)
    call vbe_frame_buffer
    mov  %eax, %es:0x28(%di)
    mov  %cs:ROW_BITS(%si), %al
    movb $4, %es:0x1B(%di)          # packed pixels
    mov  $vbe_colours, %si
2:  cmp  %cs:(%si), %al
    je   3f
    add  $9, %si
    cmp  $vbe_colours_end, %si
    jb   2b
    ret                             # 8 bits: by palette
3:  movb $6, %es:0x1B(%di)          # direct colour
    inc  %si
    add  $0x1F, %di
    push %si
    push %di
    mov  $8, %cx
    rep movsb %cs:(%si), %es:(%di)
    pop  %di
    pop  %si
    add  $0x36 - 0x1F, %di
    mov  $8, %cx
    rep movsb %cs:(%si), %es:(%di)
    ret

# Bits of a pixel; then size and place of red, green, blue and the rest.
vbe_colours:
    .byte 15, 5, 10, 5, 5, 5, 0, 1, 15
    .byte 16, 5, 11, 6, 5, 5, 0, 0, 0
    .byte 24, 8, 16, 8, 8, 8, 0, 0, 0
    .byte 32, 8, 16, 8, 8, 8, 0, 8, 24
vbe_colours_end:

# Out: EAX = the adapter's memory, or 0. Keeps the rest.
vbe_frame_buffer:
    push %bx
    push %dx
    push %di
    or   $-1, %bx
1:  call pci_next
    mov  $0, %eax
    jc   2f
    mov  $PCI_CLASS, %di
    call pci_read_word
    cmp  $PCI_CLASS_VGA, %ax
    jne  1b
    mov  $PCI_BAR0, %di
    call pci_read
    and  $~15, %eax
2:  pop  %di
    pop  %dx
    pop  %bx
    ret

# 4F02h, BX = mode, bit 14 for its linear memory, bit 15 to keep what is in it.
vbe_set:
    test $0x3E00, %bx               # timings of one's own (bit 11), others reserved
    jnz  vbe_failed
    mov  %bx, %cx
    test $0x0100, %bx
    jnz  1f
    mov  %bl, %al                   # one of the VGA's
    and  $0x7F, %al
    shr  $8, %bx
    and  $0x80, %bl
    or   %bl, %al
    call video_set_mode
    movb $0x4F, R_AL(%bp)
    ret
1:  call vbe_find
    jc   vbe_failed
    push %cx
    push %si
    mov  $0x93, %al                 # the VGA's registers as for 256 colours, its memory kept
    call video_set_mode
    pop  %si
    pop  %cx
    mov  %cs:ROW_WIDTH(%si), %ax
    mov  $DISPI_WIDTH, %bx
    call dispi_write
    mov  %cs:ROW_HEIGHT(%si), %ax
    inc  %bx
    call dispi_write
    mov  %cs:ROW_BITS(%si), %ax
    inc  %bx
    call dispi_write
    mov  $DISPI_ON, %ax
    test $VBE_LINEAR, %cx
    jz   2f
    or   $DISPI_LINEAR, %al
2:  test $VBE_KEEP, %cx
    jz   3f
    or   $DISPI_KEEP, %al
3:  inc  %bx
    call dispi_write
    and  $VBE_KEEP | VBE_LINEAR | VBE_NUMBER, %cx
    push %es
    mov  BDA_EBDA, %es
    mov  %cx, %es:EBDA_VBE_MODE
    pop  %es
    movb $MODE_OF_VBE, BDA_VIDEO_MODE
    mov  %cs:ROW_WIDTH(%si), %ax
    shr  $3, %ax
    mov  %ax, BDA_COLUMNS
    mov  %cs:ROW_HEIGHT(%si), %ax
    shr  $4, %ax
    dec  %ax
    mov  %al, BDA_ROWS
    movw $16, BDA_CHAR_HEIGHT
    movb $0x4F, R_AL(%bp)
    ret

vbe_get:                            # 4F03h -> BX
    call vbe_mode_on
    jnc  1f
    mov  BDA_VIDEO_MODE, %al
    movzbw %al, %ax
1:  mov  %ax, R_BX(%bp)
    ret

# Out: AX = the mode as 4F02h got it; CF set if it is one of the VGA's.
vbe_mode_on:
    push %es
    mov  BDA_EBDA, %es
    mov  %es:EBDA_VBE_MODE, %ax
    pop  %es
    cmp  $1, %ax
    ret

# From video_set_mode: the VGA's own registers say what is shown. Changes AX, BX, DX.
vbe_off:
    call vbe_mode_on
    jc   1f
    push %es
    mov  BDA_EBDA, %es
    movw $0, %es:EBDA_VBE_MODE
    pop  %es
    xor  %ax, %ax
    mov  $DISPI_ENABLE, %bx
    jmp  dispi_write
1:  ret

# 4F05h, BL = 0: BH = 0 moves the window to DX, 1 -> DX.
vbe_window:
    test %bl, %bl
    jnz  vbe_failed
    cmp  $1, %bh
    ja   vbe_failed
    call vbe_mode_on
    jc   vbe_not_now
    test $VBE_LINEAR, %ax
    jnz  vbe_not_now
    cmp  $1, %bh
    mov  $DISPI_BANK, %bx
    je   1f
    mov  %dx, %ax
    call dispi_write
    call dispi_read
    cmp  R_DX(%bp), %ax             # there is no such bank
    jne  vbe_failed
    ret
1:  call dispi_read
    mov  %ax, R_DX(%bp)
    ret
vbe_window_far:                     # the same by a far call; changes AX and DX
    mov  $0x4F05, %ax
    int  $0x10
    lret

# 4F06h: BL = 0 sets a line of CX pixels, 2 of CX bytes, 1 and 3 ask what it is and can be
# -> BX bytes, CX pixels, DX lines.
vbe_line:
    cmp  $3, %bl
    ja   vbe_failed
    call vbe_pixel_bytes
    jc   vbe_not_now
    mov  %ax, %si                   # bytes a pixel
    cmp  $1, %bl
    je   3f
    ja   1f
    mov  %cx, %ax
    jmp  2f
1:  mov  %cx, %ax
    cmp  $2, %bl
    je   4f
    mov  $0xFFF8, %ax               # as long as 16 bits hold
4:  xor  %dx, %dx
    div  %si
    cmp  $3, %bl
    jne  2f
    cmp  $DISPI_LONGEST, %ax
    jbe  5f
    mov  $DISPI_LONGEST, %ax
    jmp  5f
2:  mov  $DISPI_LINE, %bx
    call dispi_write
3:  mov  $DISPI_LINE, %bx
    call dispi_read
5:  mov  %ax, R_CX(%bp)
    mul  %si
    mov  %ax, R_BX(%bp)
    movzwl %ax, %ecx
    mov  $DISPI_MEMORY, %bx
    call dispi_read
    movzwl %ax, %eax
    shl  $16, %eax
    xor  %edx, %edx
    div  %ecx
    cmp  $0xFFFF, %eax
    jbe  6f
    mov  $-1, %ax
6:  mov  %ax, R_DX(%bp)
    ret

# Out: AX = bytes a pixel of the mode that is on; CF set if there is none. Changes DX.
vbe_pixel_bytes:
    call vbe_mode_on
    jc   1f
    push %bx
    mov  $DISPI_BITS, %bx
    call dispi_read
    pop  %bx
    add  $7, %ax
    shr  $3, %ax                    # CF clear or bit 2 of the sum
    clc
1:  ret

# 4F07h: BL = 0, or 80h at retrace: shows from pixel CX of line DX on; 1 -> BH, CX, DX.
vbe_start:
    call vbe_mode_on
    jc   vbe_not_now
    and  $0x7F, %bl
    cmp  $1, %bl
    ja   vbe_failed
    je   1f
    push %dx
    mov  %cx, %ax
    mov  $DISPI_X, %bx
    call dispi_write
    pop  %ax
    inc  %bx
    call dispi_write
    call dispi_read
    cmp  R_DX(%bp), %ax             # it does not fit into memory
    jne  vbe_failed
    ret
1:  mov  $DISPI_X, %bx
    call dispi_read
    mov  %ax, R_CX(%bp)
    inc  %bx
    call dispi_read
    mov  %ax, R_DX(%bp)
    movb $0, R_BH(%bp)
    ret

# 4F08h: BL = 0 gives the DAC BH bits a colour, 6 or 8; 1 asks -> BH.
vbe_dac:
    cmp  $1, %bl
    ja   vbe_failed
    mov  %bx, %cx
    push %dx
    call vbe_pixel_bytes
    pop  %dx
    jc   vbe_not_now
    dec  %ax                        # direct colours have no DAC
    jnz  vbe_not_now
    mov  $DISPI_ENABLE, %bx
    call dispi_read
    cmp  $1, %cl
    je   2f
    and  $~DISPI_DAC_8 & 0xFFFF, %ax
    cmp  $8, %ch
    jb   1f
    or   $DISPI_DAC_8, %al
1:  or   $DISPI_KEEP, %al
    push %ax
    mov  $DISPI_BANK, %bx           # which enabling sets to 0
    call dispi_read
    mov  %ax, %cx
    pop  %ax
    push %ax
    mov  $DISPI_ENABLE, %bx
    call dispi_write
    inc  %bx
    mov  %cx, %ax
    call dispi_write
    pop  %ax
2:  mov  $6, %bl
    test $DISPI_DAC_8, %al
    jz   3f
    mov  $8, %bl
3:  mov  %bl, R_BH(%bp)
    ret

# 4F09h: CX entries from DX on, four bytes each (blue, green, red, none) at ES:DI: BL = 0 or
# 80h writes, 1 reads them.
vbe_palette:
    and  $0x7F, %bl
    cmp  $1, %bl
    ja   vbe_failed
    mov  %dl, %al
    je   2f
    mov  $VGA_DAC_WRITE, %dx
    out  %al, %dx
    inc  %dx
    jcxz 4f
1:  mov  %es:2(%di), %al
    out  %al, %dx
    mov  %es:1(%di), %al
    out  %al, %dx
    mov  %es:(%di), %al
    out  %al, %dx
    add  $4, %di
    loop 1b
    ret
2:  mov  $VGA_DAC_READ, %dx
    out  %al, %dx
    mov  $VGA_DAC_DATA, %dx
    jcxz 4f
3:  in   %dx, %al
    mov  %al, %es:2(%di)
    in   %dx, %al
    mov  %al, %es:1(%di)
    in   %dx, %al
    mov  %al, %es:(%di)
    movb $0, %es:3(%di)
    add  $4, %di
    loop 3b
4:  ret

# 4F10h, the display's power: BL = 0 -> BL version, BH states besides on: standby 1, suspend 2,
# off 4, reduced 8; BL = 1 sets BH, 2 -> BH. What is not on shows nothing. Setting a mode of
# the VGA switches it on.
vbe_power:
    movw $0x004F, R_AX(%bp)
    push %fs
    mov  BDA_EBDA, %fs
    cmp  $1, %bl
    jb   2f
    je   1f
    cmp  $2, %bl
    jne  4f
    mov  %fs:EBDA_VBE_POWER, %bh
    mov  %bh, R_BH(%bp)
    jmp  3f
1:  cmp  $8, %bh
    ja   4f
    mov  %bh, %al
    dec  %al
    test %bh, %al                   # two at a time
    jnz  4f
    mov  %bh, %fs:EBDA_VBE_POWER
    cmp  $1, %bh
    sbb  %al, %al
    inc  %al
    call screen_draw
    jmp  3f
2:  movw $0x0F10, R_BX(%bp)
3:  pop  %fs
    ret
4:  movw $VBE_FAILED, R_AX(%bp)
    jmp  3b

# 4F15h: BL = 0 -> BL 2 (DDC2), BH seconds; 1: block DX of the display's own data to ES:DI. The
# adapter shows it at the start of its registers in memory, if it knows a display.
vbe_display:
    movw $VBE_FAILED, R_AX(%bp)
    cmp  $1, %bl
    ja   1f
    test %dx, %dx
    jnz  1f
    call vbe_frame_buffer
    test %eax, %eax
    jz   1f
    push %bx
    or   $-1, %bx
2:  call pci_next
    mov  $PCI_CLASS, %di
    call pci_read_word
    cmp  $PCI_CLASS_VGA, %ax
    jne  2b
    mov  $PCI_BAR0 + 8, %di
    call pci_read
    pop  %bx
    and  $~15, %eax
    jz   1f
    mov  %eax, %esi
    movzwl R_DI(%bp), %edi
    movzwl R_ES(%bp), %eax
    shl  $4, %eax
    add  %eax, %edi
    call es_flat
    cmpl $0xFFFFFF00, %es:(%esi)    # how such a block starts
    jne  3f
    movw $0x004F, R_AX(%bp)
    movw $0x0102, R_BX(%bp)
    test %bl, %bl
    jz   3f
    mov  $128 / 4, %ecx
    rep movsl %es:(%esi), %es:(%edi)
3:  call es_small
1:  ret

# In: BX = register, AX = value. Changes DX.
dispi_write:
    push %ax
    mov  $DISPI_INDEX, %dx
    mov  %bx, %ax
    out  %ax, %dx
    inc  %dx
    pop  %ax
    out  %ax, %dx
    ret
# In: BX = register. Out: AX. Changes DX.
dispi_read:
    mov  $DISPI_INDEX, %dx
    mov  %bx, %ax
    out  %ax, %dx
    inc  %dx
    in   %dx, %ax
    ret

    .macro VBE_MODE number, width, height, bits
    .word \number, \width, \height, \bits
    .endm
vbe_rows:
    VBE_MODE 0x100, 640, 400, 8
    VBE_MODE 0x101, 640, 480, 8
    VBE_MODE 0x103, 800, 600, 8
    VBE_MODE 0x105, 1024, 768, 8
    VBE_MODE 0x107, 1280, 1024, 8
    VBE_MODE 0x10D, 320, 200, 15
    VBE_MODE 0x10E, 320, 200, 16
    VBE_MODE 0x10F, 320, 200, 24
    VBE_MODE 0x110, 640, 480, 15
    VBE_MODE 0x111, 640, 480, 16
    VBE_MODE 0x112, 640, 480, 24
    VBE_MODE 0x113, 800, 600, 15
    VBE_MODE 0x114, 800, 600, 16
    VBE_MODE 0x115, 800, 600, 24
    VBE_MODE 0x116, 1024, 768, 15
    VBE_MODE 0x117, 1024, 768, 16
    VBE_MODE 0x118, 1024, 768, 24
    VBE_MODE 0x119, 1280, 1024, 15
    VBE_MODE 0x11A, 1280, 1024, 16
    VBE_MODE 0x11B, 1280, 1024, 24
    VBE_MODE 0x11C, 1600, 1200, 8
    VBE_MODE 0x11D, 1600, 1200, 15
    VBE_MODE 0x11E, 1600, 1200, 16
    VBE_MODE 0x11F, 1600, 1200, 24
    VBE_MODE 0x140, 320, 200, 32
    VBE_MODE 0x141, 640, 400, 32
    VBE_MODE 0x142, 640, 480, 32
    VBE_MODE 0x143, 800, 600, 32
    VBE_MODE 0x144, 1024, 768, 32
    VBE_MODE 0x145, 1280, 1024, 32
    VBE_MODE 0x146, 320, 200, 8
    VBE_MODE 0x147, 1600, 1200, 32
vbe_rows_end:
