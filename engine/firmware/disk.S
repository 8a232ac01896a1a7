# INT 13h: disks. Drives 00h and 01h are floppies, those from 80h on harddisk.S's; a disk
# that a CD plays (eltorito.S) is 00h or 80h, and the others move up by one.
# Source: IBM PC AT Technical Reference, section 5, DISKETTE_IO_1; RBIL INT 13h.
# Not modelled: formatting (05h, 17h, 18h).

# Status codes, in AH and BDA_FLOPPY_STATUS.
    .set DISK_OK,           0x00
    .set DISK_BAD_REQUEST,  0x01
    .set DISK_NO_MARK,      0x02    # no address mark: unformatted, or wrong data rate
    .set DISK_PROTECTED,    0x03
    .set DISK_NO_SECTOR,    0x04
    .set DISK_CHANGED,      0x06
    .set DISK_DMA_OVERRUN,  0x08
    .set DISK_DMA_BOUNDARY, 0x09    # the buffer crosses a multiple of 64 KiB
    .set DISK_BAD_CRC,      0x10
    .set DISK_CONTROLLER,   0x20
    .set DISK_NO_MEDIUM,    0x31
    .set DISK_SEEK,         0x40
    .set DISK_TIMEOUT,      0x80
    .set DISK_NOT_LOCKED,   0xB0
    .set DISK_LOCKED,       0xB1
    .set DISK_NOT_REMOVABLE, 0xB2
    .set DISK_MANY_LOCKS,   0xB4
    .set DISK_STUCK,        0xB5    # a valid request to eject it failed

int13:
    SERVICE_ENTER
    sti                             # the controller answers by IRQ 6
    cmp  $0x4B, %ah
    je   emulation_service
    call emulated_drive
    jc   emulated_disk
    cmp  $0x80, %dl
    jae  hard_disk
    cmp  $0x15, %ah
    je   disk_type
    DISPATCH int13_table, 0x18, disk_refuse
disk_return:                        # AH = status
    mov  %ah, BDA_FLOPPY_STATUS
    mov  %ah, R_AH(%bp)
    andb $~FLAG_CF, R_FLAGS(%bp)
    test %ah, %ah
    jz   1f
    orb  $FLAG_CF, R_FLAGS(%bp)
1:  SERVICE_LEAVE

disk_refuse:
    mov  $DISK_BAD_REQUEST, %ah
    jmp  disk_return

# Each: AL, BX, CX, DX, ES as the caller's. Out: AH = status.
int13_table:
    .word disk_reset, disk_status, floppy_transfer, floppy_transfer
    .word floppy_transfer, disk_bad, disk_bad, disk_bad
    .word disk_parameters, disk_bad, disk_bad, disk_bad
    .word disk_bad, disk_bad, disk_bad, disk_bad
    .word disk_bad, disk_bad, disk_bad, disk_bad
    .word disk_bad, disk_bad, disk_change, disk_bad
    .word disk_bad

disk_bad:
    mov  $DISK_BAD_REQUEST, %ah
    ret

disk_reset:                         # AH=00h
    call floppy_exists
    jc   disk_bad
    jmp  fdc_reset

disk_status:                        # AH=01h -> AH = status of the last operation
    mov  BDA_FLOPPY_STATUS, %ah
    ret

# AH=08h -> BL type, CH last cylinder, CL sectors a track, DH last head, DL number of
# drives, ES:DI parameter table. What the drive can do, not what is in it.
disk_parameters:
    call floppy_exists
    jc   disk_bad
    call floppy_type
    movzbw %al, %bx
    mov  %bx, R_BX(%bp)
    shl  $3, %bx
    mov  %cs:drive_types + DRIVE_CYLINDER(%bx), %ch
    mov  %cs:drive_types + DRIVE_SECTORS(%bx), %cl
    mov  %cx, R_CX(%bp)
    call floppy_count
    mov  %al, R_DL(%bp)
    movb $1, R_DH(%bp)
    mov  %cs:drive_types + DRIVE_TABLE(%bx), %ax
    mov  %ax, R_DI(%bp)
    mov  %cs, R_ES(%bp)
    movw $0, R_AX(%bp)
    xor  %ah, %ah
    ret

# AH=15h -> AH = 0 no drive, 1 floppy, 2 floppy with a change line.
disk_type:
    xor  %ah, %ah
    call floppy_exists
    jc   1f
    call floppy_type
    mov  $1, %ah
    cmp  $TYPE_360K, %al
    je   1f
    inc  %ah
1:  mov  %ah, R_AH(%bp)
    andb $~FLAG_CF, R_FLAGS(%bp)
    SERVICE_LEAVE

disk_change:                        # AH=16h -> AH = 06h: another disk, or none
    call floppy_exists
    jc   disk_bad
    call motor_on
    call motor_linger
    call change_line
    mov  $DISK_OK, %ah
    jz   1f
    mov  $DISK_CHANGED, %ah
1:  ret
