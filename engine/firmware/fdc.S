# The 82077 floppy controller: commands go in byte by byte, IRQ 6 says they are done,
# and result bytes come out. Source: Intel 82077AA data sheet, "Command Set".

    .set FDC_SPECIFY,     0x03
    .set FDC_RECALIBRATE, 0x07
    .set FDC_SENSE,       0x08
    .set FDC_SEEK,        0x0F
    .set FDC_IRQ_CAME,    0x80      # in BDA_CALIBRATED

    .set ST0, BDA_FLOPPY_RESULT

# INT 0Eh, IRQ 6.
int0E:
    push %ds
    push %ax
    mov  $BDA_SEGMENT, %ax
    mov  %ax, %ds
    orb  $FDC_IRQ_CAME, BDA_CALIBRATED
    call eoi
    pop  %ax
    pop  %ds
    iret

# Out: AH = status. Changes AL.
fdc_reset:
    push %cx
    push %dx
    push %si
    push %es
    movb $0, BDA_CALIBRATED
    mov  BDA_MOTORS, %al
    shl  $4, %al
    or   $0x08, %al                 # bit 2 clear: reset
    mov  $FDC_DOR, %dx
    out  %al, %dx
    out  %al, $POST_CODE            # a few microseconds
    out  %al, $POST_CODE
    or   $0x04, %al
    out  %al, %dx
    call fdc_wait_irq
    jc   2f
    mov  $4, %cx                    # each of four drives reports that it was reset
1:  call fdc_sense
    jc   2f
    loop 1b
    call floppy_table
    mov  $FDC_SPECIFY, %al
    call fdc_send
    mov  %es:TABLE_SPECIFY(%si), %al
    call fdc_send
    mov  %es:TABLE_SPECIFY + 1(%si), %al
    call fdc_send
    jc   2f
    xor  %ah, %ah
    jmp  3f
2:  mov  $DISK_CONTROLLER, %ah
3:  pop  %es
    pop  %si
    pop  %dx
    pop  %cx
    ret

# In: AL. Out: CF set if the controller does not listen. Keeps the rest.
fdc_send:
    push %ax
    push %cx
    push %dx
    mov  %al, %ah
    mov  $FDC_MSR, %dx
    xor  %cx, %cx
1:  in   %dx, %al
    and  $0xC0, %al
    cmp  $0x80, %al                 # ready, and the direction is towards it
    loopne 1b
    stc
    jne  2f
    mov  %ah, %al
    inc  %dx
    out  %al, %dx
    clc
2:  pop  %dx
    pop  %cx
    pop  %ax
    ret

# Reads the result bytes of a command. Out: CF set if there are none. Changes AL.
fdc_results:
    push %bx
    push %cx
    push %dx
    xor  %bx, %bx
1:  mov  $FDC_MSR, %dx
    xor  %cx, %cx
2:  in   %dx, %al
    test $0x80, %al
    loopz 2b
    jz   3f
    test $0x40, %al                 # it wants a command again: that was all
    jz   3f
    inc  %dx
    in   %dx, %al
    mov  %al, BDA_FLOPPY_RESULT(%bx)
    inc  %bx
    cmp  $7, %bx
    jb   1b
3:  cmp  $1, %bx
    pop  %dx
    pop  %cx
    pop  %bx
    ret

# Sleeps until IRQ 6 came. Out: CF set after two seconds without it. Changes AL.
fdc_wait_irq:
    push %ax
    push %si
    push %di
    mov  BDA_TICKS, %si
    mov  $37, %di
1:  cli
    testb $FDC_IRQ_CAME, BDA_CALIBRATED
    jnz  2f
    call tick_wait
    jnc  1b
    sti
    jmp  3f
2:  andb $~FDC_IRQ_CAME, BDA_CALIBRATED
    sti
    clc
3:  pop  %di
    pop  %si
    pop  %ax
    ret

# Asks what the interrupt after a seek was about. Out: CF set without an answer.
# Changes AL.
fdc_sense:
    mov  $FDC_SENSE, %al
    call fdc_send
    jc   1f
    call fdc_results
1:  ret

# Moves the head of drive DL to track 0. Out: AH = status. Changes AL.
fdc_recalibrate:
    push %bx
    push %cx
    movzbw %dl, %bx
    movb $0, BDA_FLOPPY_TRACK(%bx)
    mov  $2, %cx                    # one command makes up to 79 steps
1:  andb $~FDC_IRQ_CAME, BDA_CALIBRATED
    mov  $FDC_RECALIBRATE, %al
    call fdc_send
    mov  %dl, %al
    call fdc_send
    jc   3f
    call fdc_wait_irq
    jc   4f
    call fdc_sense
    jc   3f
    mov  ST0, %al
    and  $0xF0, %al                 # seek end, and no equipment check
    cmp  $0x20, %al
    je   2f
    loop 1b
    mov  $DISK_SEEK, %ah
    jmp  5f
2:  mov  %dl, %cl
    mov  $1, %al
    shl  %cl, %al
    or   %al, BDA_CALIBRATED
    xor  %ah, %ah
    jmp  5f
3:  mov  $DISK_CONTROLLER, %ah
    jmp  5f
4:  mov  $DISK_TIMEOUT, %ah
5:  pop  %cx
    pop  %bx
    ret

# Moves it to cylinder CH. Out: AH = status. Changes AL.
fdc_seek:
    push %bx
    movzbw %dl, %bx
    bt   %bx, BDA_CALIBRATED
    jc   1f
    call fdc_recalibrate
    test %ah, %ah
    jnz  3f
1:  xor  %ah, %ah
    cmp  BDA_FLOPPY_TRACK(%bx), %ch
    je   3f
    andb $~FDC_IRQ_CAME, BDA_CALIBRATED
    mov  $FDC_SEEK, %al
    call fdc_send
    call fdc_send_drive
    mov  %ch, %al
    call fdc_send
    call fdc_wait_irq
    mov  $DISK_TIMEOUT, %ah
    jc   3f
    call fdc_sense
    mov  $DISK_SEEK, %ah
    jc   3f
    mov  ST0, %al
    and  $0xF0, %al
    cmp  $0x20, %al
    jne  3f
    mov  %ch, BDA_FLOPPY_TRACK(%bx)
    xor  %ah, %ah
    cmpb $0x03, R_AH(%bp)           # writing: the head must have come to rest
    jne  3f
    mov  BDA_TICKS, %si
    mov  $1, %di
2:  call tick_wait
    jnc  2b
    xor  %ah, %ah
3:  pop  %bx
    ret

# The second byte of most commands: head DH, drive DL. Changes AL.
fdc_send_drive:
    mov  %dh, %al
    shl  $2, %al
    or   %dl, %al
    jmp  fdc_send
