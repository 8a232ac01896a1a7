# INT 15h AH=C2h: a PS/2 mouse behind the 8042, and INT 74h (IRQ 12), which collects its
# packets and calls the program that wants them.
#
#   AL 00 off, on (BH)   01 reset   02 rate (BH)   03 resolution (BH)   04 which   05 begin, with packets
#      of BH bytes   06 BH = 0 status, 1 and 2 scaling   07 whom to call (ES:BX)
#
# That one finds on its stack, above the return address: 0, Y, X, status, a word each.
# Source: RBIL INT 15h AX=C200h to C207h; IBM PS/2 Hardware Interface Technical Reference, "Keyboard and
# auxiliary device controller".

    .set KBC_AUX_FULL,   0x20       # status: what waits is the mouse's
    .set MOUSE_ACK,      0xFA
    .set MOUSE_BYTES,    3
    .set MOUSE_READS,    8
    .set MOUSE_BAD_FUNCTION, 0x01   # AH
    .set MOUSE_BAD_INPUT, 0x02
    .set MOUSE_SILENT,   0x03
    .set MOUSE_NO_HANDLER, 0x05

mouse_service:
    cmp  $0x07, %al
    ja   mouse_bad_function
    movzbw %al, %si
    add  %si, %si
    mov  BDA_EBDA, %fs
    mov  R_BH(%bp), %bh
    call *%cs:mouse_table(%si)
mouse_answer:                       # AH = what it came to
    mov  %ah, R_AH(%bp)
    test %ah, %ah
    jz   system_ok
    orb  $FLAG_CF, R_FLAGS(%bp)
    ret
mouse_bad_function:
    mov  $MOUSE_BAD_FUNCTION, %ah
    jmp  mouse_answer
mouse_bad:
    mov  $MOUSE_BAD_INPUT, %ah
    ret

mouse_table:
    .word mouse_switch, mouse_reset, mouse_rate, mouse_resolution
    .word mouse_type, mouse_begin, mouse_extended, mouse_handler

mouse_switch:
    cmp  $1, %bh
    ja   mouse_bad
    jb   1f
    mov  $MOUSE_NO_HANDLER, %ah
    cmpl $0, %fs:EBDA_MOUSE_CALL
    je   2f
1:  movb $0, %fs:EBDA_MOUSE_INDEX
    mov  $0xF5, %al
    sub  %bh, %al
    jmp  mouse_send
2:  ret

mouse_reset:
    mov  $0xFF, %al
    call mouse_send
    jnz  1f
    call mouse_read                 # it tests itself
    call mouse_read_more
    mov  %al, R_BL(%bp)
    call mouse_read
    mov  %al, R_BH(%bp)
    movb $0, %fs:EBDA_MOUSE_INDEX
    xor  %ah, %ah
1:  ret

mouse_rate:
    cmp  $6, %bh
    ja   mouse_bad
    mov  $0xF3, %al
    call mouse_send
    jnz  1b
    movzbw %bh, %si
    mov  %cs:mouse_rates(%si), %al
    jmp  mouse_send
mouse_rates: .byte 10, 20, 40, 60, 80, 100, 200

mouse_resolution:
    cmp  $3, %bh
    ja   mouse_bad
    mov  $0xE8, %al
    call mouse_send
    jnz  1b
    mov  %bh, %al
    jmp  mouse_send

mouse_type:
    mov  $0xF2, %al
    call mouse_send
    jnz  1b
    call mouse_read
    mov  %al, R_BH(%bp)
    xor  %ah, %ah
    ret

mouse_begin:                        # packets have the size that the mouse gives them
    cmp  $MOUSE_BYTES, %bh
    jne  mouse_bad
    mov  $0xA8, %al                 # there is a mouse: its interrupt, too
    call kbc_command
    mov  $0x60, %al
    call kbc_command
    mov  $0x47, %al
    call kbc_write
    in   $PIC2_DATA, %al
    and  $0xEF, %al
    out  %al, $PIC2_DATA
    in   $PIC1_DATA, %al
    and  $0xFB, %al
    out  %al, $PIC1_DATA
    jmp  mouse_reset

mouse_extended:
    cmp  $2, %bh
    ja   mouse_bad
    je   1f
    cmp  $1, %bh
    mov  $0xE6, %al                 # one to one
    je   mouse_send
    mov  $0xE9, %al
    call mouse_send
    jnz  3f
    call mouse_read
    mov  %al, R_BL(%bp)
    call mouse_read
    mov  %al, R_CL(%bp)
    call mouse_read
    mov  %al, R_DL(%bp)
    xor  %ah, %ah
    ret
1:  mov  $0xE7, %al                 # two to one
    jmp  mouse_send

mouse_handler:
    mov  R_BX(%bp), %ax
    mov  %ax, %fs:EBDA_MOUSE_CALL
    mov  R_ES(%bp), %ax
    mov  %ax, %fs:EBDA_MOUSE_CALL + 2
    xor  %ah, %ah
3:  ret

# Sends AL to the mouse. Out: ZF set, AH = 0, if it says yes; or AH = MOUSE_SILENT. Keeps BX.
mouse_send:
    push %ax
    mov  $0xD4, %al
    call kbc_command
    pop  %ax
    call kbc_write
    call mouse_read
    mov  $MOUSE_SILENT, %ah
    jc   1f
    cmp  $MOUSE_ACK, %al
    jne  1f
    xor  %ah, %ah
1:  test %ah, %ah
    ret

# Out: AL = the mouse's next byte; CF set if there is none. What comes from the keyboard meanwhile is
# lost. Changes CX.
mouse_read:
    mov  $MOUSE_READS, %cx
1:  call kbc_wait_full
    jc   3f
    test $KBC_AUX_FULL, %al
    in   $KBC_DATA, %al
    jnz  2f
    loop 1b
    stc
    ret
2:  clc
3:  ret

# The same where CF is set and it may take its time, half a second; its interrupt is held back
# meanwhile.
mouse_read_more:
    jnc  3f
    in   $PIC2_DATA, %al
    push %ax
    or   $0x10, %al
    out  %al, $PIC2_DATA
    mov  $9, %di
1:  mov  BDA_TICKS, %si
2:  sti
    hlt
    cli
    call mouse_read
    jnc  4f
    cmp  BDA_TICKS, %si
    je   2b
    dec  %di
    jnz  1b
    stc
4:  pop  %cx
    mov  %al, %ah
    mov  %cl, %al
    out  %al, $PIC2_DATA
    mov  %ah, %al
3:  ret

# Out: AL = status with something to read; or CF set.
kbc_wait_full:
    push %cx
    xor  %cx, %cx
1:  in   $KBC_STATUS, %al
    test $KBC_OUTPUT_FULL, %al
    jnz  2f
    out  %al, $POST_CODE
    loop 1b
    stc
2:  pop  %cx
    ret

# INT 74h. Collects a packet, and calls who wants it.
int74:
    SERVICE_ENTER
    mov  BDA_EBDA, %fs
    in   $KBC_STATUS, %al
    and  $KBC_OUTPUT_FULL | KBC_AUX_FULL, %al
    cmp  $KBC_OUTPUT_FULL | KBC_AUX_FULL, %al
    jne  8f                         # a command has read it already
    in   $KBC_DATA, %al
    movzbw %fs:EBDA_MOUSE_INDEX, %si
    mov  %al, %fs:EBDA_MOUSE_PACKET(%si)
    inc  %si
    cmp  $MOUSE_BYTES, %si
    jb   7f
    movb $0, %fs:EBDA_MOUSE_INDEX
    cmpl $0, %fs:EBDA_MOUSE_CALL
    je   8f
    call eoi2
    movzbw %fs:EBDA_MOUSE_PACKET, %ax
    push %ax
    movzbw %fs:EBDA_MOUSE_PACKET + 1, %ax
    push %ax
    movzbw %fs:EBDA_MOUSE_PACKET + 2, %ax
    push %ax
    push $0
    sti
    lcall *%fs:EBDA_MOUSE_CALL
    cli
    add  $8, %sp
    SERVICE_LEAVE
7:  mov  %si, %ax
    mov  %al, %fs:EBDA_MOUSE_INDEX
8:  call eoi2
    SERVICE_LEAVE
