# Floppy sectors: commands of the 82077 that find, read, write and verify them.
# Source: Intel 82077AA data sheet, "Data Transfer Commands", "Result Phase".

    .set FDC_PERPENDICULAR, 0x12
    .set FDC_READ_ID,     0x4A      # MFM
    .set FDC_READ,        0xE6      # both heads, MFM, skip deleted
    .set FDC_WRITE,       0xC5
    .set FDC_VERIFY,      0xF6
    .set ST1, BDA_FLOPPY_RESULT + 1
    .set RESULT_C, BDA_FLOPPY_RESULT + 3
    .set RESULT_H, BDA_FLOPPY_RESULT + 4
    .set RESULT_R, BDA_FLOPPY_RESULT + 5

# In: AL = data rate. 1 Mbit/s disks are recorded vertically. Changes AL.
fdc_set_rate:
    push %dx
    mov  $FDC_CCR, %dx
    out  %al, %dx
    pop  %dx
    cmp  $RATE_1M, %al
    jne  1f
    mov  $FDC_PERPENDICULAR, %al
    call fdc_send
    mov  $0x8C, %al                 # drives 0 and 1, when they run at this rate
    call fdc_send
1:  ret

# Reads whatever sector header comes by first on the current track. Out: AH = status.
# Changes AL.
fdc_read_id:
    push %bx
    movzbw %dl, %bx
    bt   %bx, BDA_CALIBRATED
    pop  %bx
    jc   1f
    call fdc_recalibrate
    test %ah, %ah
    jnz  2f
1:  andb $~FDC_IRQ_CAME, BDA_CALIBRATED
    mov  $FDC_READ_ID, %al
    call fdc_send
    call fdc_send_drive
    call fdc_finish
2:  ret

# Waits for the end of a command that transfers. Out: AH = status. Changes AL.
fdc_finish:
    mov  $DISK_TIMEOUT, %ah
    call fdc_wait_irq
    jc   3f
    call fdc_results
    mov  $DISK_CONTROLLER, %ah
    jc   3f
    xor  %ah, %ah
    testb $0xC0, ST0                # ended normally
    jz   3f
    push %si
    mov  $fdc_errors, %si
1:  mov  %cs:(%si), %al
    mov  %cs:1(%si), %ah
    add  $2, %si
    test %al, %al
    jz   2f
    test %al, ST1
    jz   1b
2:  pop  %si
3:  ret
fdc_errors:                         # bit of ST1, status
    .byte 0x80, DISK_NO_SECTOR      # past the last sector
    .byte 0x20, DISK_BAD_CRC
    .byte 0x10, DISK_DMA_OVERRUN
    .byte 0x04, DISK_NO_SECTOR
    .byte 0x02, DISK_PROTECTED
    .byte 0x01, DISK_NO_MARK
    .byte 0x00, DISK_CONTROLLER

# One attempt. In: BL = sectors, CH = cylinder, CL = sector, DH = head, DL = drive; the
# caller's AH and ES:BX in the frame. Out: AH = status, AL in the frame = sectors
# transferred. Changes all but BP.
fdc_transfer:
    cmpb $0x04, R_AH(%bp)           # verifying moves no data
    je   2f
    push %bx
    push %cx
    push %dx
    movzbw %bl, %cx
    shl  $9, %cx
    mov  $DMA_TO_MEMORY, %al
    cmpb $0x02, R_AH(%bp)
    je   1f
    mov  $DMA_FROM_MEMORY, %al
1:  mov  R_BX(%bp), %bx
    mov  R_ES(%bp), %es
    call dma_setup
    pop  %dx
    pop  %cx
    pop  %bx
    mov  $DISK_DMA_BOUNDARY, %ah
    jc   9f
2:  call fdc_seek
    test %ah, %ah
    jnz  9f
    call last_sector
    mov  %al, %bh                   # BH = last sector of a track
    andb $~FDC_IRQ_CAME, BDA_CALIBRATED

    movzbw R_AH(%bp), %si
    mov  %cs:fdc_commands - 2(%si), %al
    call fdc_send
    cmpb $0x04, R_AH(%bp)
    jne  3f
    mov  %dh, %al                   # verify: bit 7, and a count instead of DMA's
    shl  $2, %al
    or   %dl, %al
    or   $0x80, %al
    call fdc_send
    jmp  4f
3:  call fdc_send_drive
4:  mov  %ch, %al                   # C
    call fdc_send
    mov  %dh, %al                   # H
    call fdc_send
    mov  %cl, %al                   # R
    call fdc_send
    call floppy_table
    mov  %es:TABLE_SIZE_CODE(%si), %al      # N
    call fdc_send
    mov  %bh, %al                   # EOT
    call fdc_send
    mov  %es:TABLE_GAP(%si), %al    # GPL
    call fdc_send
    mov  %es:TABLE_UNUSED(%si), %al # DTL, or the count
    cmpb $0x04, R_AH(%bp)
    jne  5f
    mov  %bl, %al
5:  call fdc_send
    mov  $DISK_CONTROLLER, %ah
    jc   9f
    call fdc_finish
    test %ah, %ah
    jz   9f
    cmp  $DISK_TIMEOUT, %ah
    je   9f

    mov  RESULT_C, %al              # where it stopped, less where it began
    sub  %ch, %al
    add  %al, %al
    add  RESULT_H, %al
    sub  %dh, %al
    mov  %ah, %dl
    imul %bh                        # a track each
    add  RESULT_R, %al
    sub  %cl, %al
    mov  %al, R_AL(%bp)
    mov  %dl, %ah
9:  ret
fdc_commands:
    .byte FDC_READ, FDC_WRITE, FDC_VERIFY

# In: DL = drive. Out: AL = last sector of a track: what the disk's format says, or what
# a program's own parameter table at vector 1Eh says. Changes SI, ES.
last_sector:
    call floppy_table
    mov  %es:TABLE_SECTORS(%si), %al
    mov  %es, %si
    cmp  $BIOS_SEGMENT, %si
    jne  1f
    mov  BDA_EBDA, %es
    movzbw %dl, %si
    mov  %es:EBDA_SECTORS(%si), %al
1:  ret
