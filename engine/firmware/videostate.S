# Saving and restoring the state of the display: INT 10h AH=1Ch and AX=4F04h. What is in its memory is the caller's affair.
#
#   AL (4F04h: DL) = 0 -> BX = blocks of 64 bytes; 1 saves to ES:BX, 2 restores from there
#   CX = parts, in the order in which they stand there: 3 DISPI registers (4F04h alone), 0 the VGA's
#        registers, 1 data area and fonts' vectors, 2 DAC
#
# Source: IBM PS/2 and PC BIOS Interface Technical Reference, INT 10h; VESA BIOS Extension Core Functions
# Standard 3.0, 4.7. Not saved: the latches.

    .set VGA_MISC_READ,  0x3CC
    .set VGA_FEATURE_READ, 0x3CA
    .set VGA_SEQUENCER_REGISTERS, 5
    .set VGA_CRTC_REGISTERS, 25
    .set VGA_GRAPHICS_REGISTERS, 9
    .set VGA_ATTRIBUTE_REGISTERS, 21
    .set DAC_BYTES,      3 * 256
    .set DISPI_REGISTERS, 9         # 1 to 9
    .set STATE_MODE_BYTES, 30       # from BDA_VIDEO_MODE on
    .set STATE_ROWS_BYTES, 7        # from BDA_ROWS on

video_state_service:                # AH=1Ch
    test $0xFFF8, %cx
    jnz  1f
    call state_service
    jc   1f
    movb $0x1C, R_AL(%bp)
1:  ret

vbe_state:                          # 4F04h
    mov  %dl, %al
    and  $0x0F, %cx
    call state_service
    jc   vbe_failed
    ret

# Out: CF set if AL is none of 0 to 2.
state_service:
    cmp  $2, %al
    ja   2f
    xor  %dx, %dx                   # blocks so far
    mov  $state_parts, %si
    movzbw %al, %di
    add  %di, %di
1:  test %cs:(%si), %cx
    jz   3f
    call state_part
3:  add  $8, %si
    cmp  $state_parts_end, %si
    jb   1b
    test %di, %di
    jnz  4f
    mov  %dx, R_BX(%bp)
4:  clc
    ret
2:  stc
    ret

state_parts:                        # bit, then blocks, who saves, who restores
    .word 8, 1, dispi_save, dispi_restore
    .word 1, 2, vga_save, vga_restore
    .word 2, 1, data_save, data_restore
    .word 4, 13, dac_save, dac_restore
state_parts_end:

# In: CS:SI = part, DI = 0, 2, 4: size, save, restore; ES:BX = where. Out: DX, BX moved on.
state_part:
    add  %cs:2(%si), %dx
    test %di, %di
    jz   1f
    push %cx
    push %dx
    push %di
    push %si
    push %bx
    add  %si, %di
    mov  %cs:2(%di), %ax            # past bit and blocks
    mov  %bx, %di                   # savers write at ES:DI, restorers read at ES:SI
    mov  %bx, %si
    call *%ax
    pop  %bx
    pop  %si
    pop  %di
    pop  %dx
    pop  %cx
    mov  %cs:2(%si), %ax
    shl  $6, %ax
    add  %ax, %bx
1:  ret

# Miscellaneous output, feature control, four indices, then the registers.
vga_save:
    mov  $VGA_MISC_READ, %dx
    in   %dx, %al
    stosb
    mov  $VGA_FEATURE_READ, %dx
    in   %dx, %al
    stosb
    mov  $VGA_SEQUENCER, %dx
    in   %dx, %al
    stosb
    mov  BDA_CRTC, %dx
    in   %dx, %al
    stosb
    mov  $VGA_GRAPHICS, %dx
    in   %dx, %al
    stosb
    call attribute_index
    in   %dx, %al
    stosb
    mov  $VGA_SEQUENCER, %dx
    mov  $VGA_SEQUENCER_REGISTERS, %cx
    call registers_save
    mov  BDA_CRTC, %dx
    mov  $VGA_CRTC_REGISTERS, %cx
    call registers_save
    mov  $VGA_GRAPHICS, %dx
    mov  $VGA_GRAPHICS_REGISTERS, %cx
    call registers_save
    xor  %bl, %bl
1:  call attribute_index
    mov  %bl, %al
    or   $0x20, %al                 # the screen stays on
    out  %al, %dx
    inc  %dx
    in   %dx, %al
    stosb
    inc  %bl
    cmp  $VGA_ATTRIBUTE_REGISTERS, %bl
    jb   1b
    call attribute_index
    mov  $0x20, %al
    out  %al, %dx
    ret

vga_restore:
    lodsb %es:(%si), %al
    mov  $VGA_MISC, %dx
    out  %al, %dx
    mov  $CRTC_MONO, %dx
    test $0x01, %al
    jz   1f
    mov  $CRTC_COLOUR, %dx
1:  mov  %dx, BDA_CRTC
    add  $6, %dx
    lodsb %es:(%si), %al
    out  %al, %dx
    push %si
    add  $4, %si
    mov  $VGA_SEQUENCER, %dx
    mov  $VGA_SEQUENCER_REGISTERS, %cx
    call registers_restore
    mov  BDA_CRTC, %dx
    mov  $0x0011, %ax               # bit 7 of this one protects the first eight
    out  %ax, %dx
    mov  $VGA_CRTC_REGISTERS, %cx
    call registers_restore
    mov  $VGA_GRAPHICS, %dx
    mov  $VGA_GRAPHICS_REGISTERS, %cx
    call registers_restore
    xor  %bl, %bl
2:  lodsb %es:(%si), %al
    mov  %al, %bh
    call attribute_write_dark
    inc  %bl
    cmp  $VGA_ATTRIBUTE_REGISTERS, %bl
    jb   2b
    pop  %si
    mov  $VGA_SEQUENCER, %dx
    lodsb %es:(%si), %al
    out  %al, %dx
    mov  BDA_CRTC, %dx
    lodsb %es:(%si), %al
    out  %al, %dx
    mov  $VGA_GRAPHICS, %dx
    lodsb %es:(%si), %al
    out  %al, %dx
    call attribute_index
    lodsb %es:(%si), %al
    out  %al, %dx
    jmp  attribute_index            # an index comes next

# CX registers from 0 on, by index and value at DX and above.
registers_save:
    xor  %ah, %ah
1:  mov  %ah, %al
    out  %al, %dx
    inc  %dx
    in   %dx, %al
    stosb
    dec  %dx
    inc  %ah
    loop 1b
    ret
registers_restore:
    xor  %bl, %bl
1:  lodsb %es:(%si), %al
    mov  %al, %ah
    mov  %bl, %al
    out  %ax, %dx
    inc  %bl
    loop 1b
    ret

data_save:
    mov  $BDA_VIDEO_MODE, %si
    mov  $STATE_MODE_BYTES, %cx
    rep movsb
    mov  $BDA_ROWS, %si
    mov  $STATE_ROWS_BYTES, %cx
    rep movsb
    push %ds
    xor  %ax, %ax
    mov  %ax, %ds
    mov  0x1F * 4, %eax
    stosl
    mov  0x43 * 4, %eax
    stosl
    pop  %ds
    ret

data_restore:
    push %es                        # the other way round
    push %ds
    pop  %es
    pop  %ds
    mov  $BDA_VIDEO_MODE, %di
    mov  $STATE_MODE_BYTES, %cx
    rep movsb
    mov  $BDA_ROWS, %di
    mov  $STATE_ROWS_BYTES, %cx
    rep movsb
    push %es
    xor  %ax, %ax
    mov  %ax, %es
    mov  $0x1F * 4, %di
    movsl
    mov  $0x43 * 4, %di
    movsl
    push %ds
    pop  %es
    pop  %ds
    ret

# Mask, index, colours.
dac_save:
    mov  $VGA_DAC_MASK, %dx
    in   %dx, %al
    stosb
    mov  $VGA_DAC_WRITE, %dx
    in   %dx, %al
    stosb
    dec  %dx                        # VGA_DAC_READ
    xor  %al, %al
    out  %al, %dx
    mov  $VGA_DAC_DATA, %dx
    mov  $DAC_BYTES, %cx
    rep insb
    mov  $VGA_DAC_WRITE, %dx
    mov  %es:1(%bx), %al
    out  %al, %dx
    ret

dac_restore:
    mov  $VGA_DAC_MASK, %dx
    lodsb %es:(%si), %al
    out  %al, %dx
    inc  %si
    mov  $VGA_DAC_WRITE, %dx
    xor  %al, %al
    out  %al, %dx
    inc  %dx
    mov  $DAC_BYTES, %cx
    rep outsb %es:(%si), %dx
    dec  %dx
    mov  %es:1(%bx), %al
    out  %al, %dx
    ret

# The DISPI registers, and the mode as 4F02h got it.
dispi_save:
    mov  $1, %bx
    mov  $DISPI_REGISTERS, %cx
1:  call dispi_read
    cmp  $DISPI_ENABLE, %bl
    jne  2f
    and  $~DISPI_KEEP & 0xFFFF, %ax # which is no state, but how it came to be
2:  stosw
    inc  %bx
    loop 1b
    push %fs
    mov  BDA_EBDA, %fs
    mov  %fs:EBDA_VBE_MODE, %ax
    pop  %fs
    stosw
    ret

dispi_restore:
    mov  $DISPI_ENABLE, %bx         # off, while width, height and bits change
    xor  %ax, %ax
    call dispi_write
    mov  %es:2 * (DISPI_ENABLE - 1)(%si), %cx
    test $DISPI_ON, %cl
    jz   2f
    mov  $1, %bx
1:  lodsw %es:(%si), %ax
    cmp  $DISPI_ENABLE, %bl
    jne  3f
    or   $DISPI_KEEP, %al
3:  call dispi_write
    inc  %bx
    cmp  $DISPI_REGISTERS, %bl
    jbe  1b
    jmp  4f
2:  add  $2 * DISPI_REGISTERS, %si
4:  lodsw %es:(%si), %ax
    push %fs
    mov  BDA_EBDA, %fs
    mov  %ax, %fs:EBDA_VBE_MODE
    pop  %fs
    ret
