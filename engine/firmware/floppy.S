# Floppy drives: what they are, what lies in them, and transfers with retries.
# Source: IBM PC AT Technical Reference, section 5, DISKETTE_IO_1; Intel 82077AA data
# sheet, "Data Rate Select"; RBIL MEMORY.LST 0040:0090.
# Not modelled: double stepping (a 360 KiB disk in a 1.2 MiB drive).

    .set TYPE_360K, 1               # as CMOS register 10h counts them
    .set EBDA_SECTORS, 0x12         # 2 bytes: sectors a track of the disk in A, B
    .set MEDIA_KNOWN, 0x10          # in BDA_FLOPPY_MEDIA
    .set FLOPPY_TRIES, 3

# Data rates, as FDC_CCR wants them.
    .set RATE_500K, 0
    .set RATE_300K, 1
    .set RATE_250K, 2
    .set RATE_1M,   3

# For each type: last cylinder, sectors, parameter table, formats.
    .set DRIVE_CYLINDER, 0
    .set DRIVE_SECTORS,  1
    .set DRIVE_TABLE,    2
    .set DRIVE_FORMATS,  4
    .macro DRIVE cylinder, sectors, table, formats
    .byte \cylinder, \sectors
    .word \table, \formats, 0
    .endm
drive_types:
    DRIVE 0, 0, floppy_parameters, formats_none
    DRIVE 39, 9, parameters_360k, formats_360k
    DRIVE 79, 15, parameters_1200k, formats_1200k
    DRIVE 79, 9, parameters_720k, formats_720k
    DRIVE 79, 18, floppy_parameters, formats_1440k
    DRIVE 79, 36, parameters_2880k, formats_2880k
    DRIVE 79, 36, parameters_2880k, formats_2880k

# Formats a drive can read: data rate and the sectors a track that go with it.
formats_2880k: .byte RATE_1M, 36
formats_1440k: .byte RATE_500K, 18
formats_720k:
formats_360k:  .byte RATE_250K, 9
formats_none:  .byte 0xFF
formats_1200k: .byte RATE_500K, 15, RATE_300K, 9, 0xFF

# Parameter tables: step rate and head unload, head load and DMA, ticks until the motor
# stops, sector size 2 (512), sectors, gap, unused, gap and filler for formatting, head
# settle (ms), motor start (1/8 s). Vector 1Eh points to one; programs may change it.
    .set TABLE_SPECIFY,   0
    .set TABLE_MOTOR_OFF, 2
    .set TABLE_SIZE_CODE, 3
    .set TABLE_SECTORS,   4
    .set TABLE_GAP,       5
    .set TABLE_UNUSED,    6
    .set TABLE_MOTOR_ON,  10
    .macro FLOPPY_TABLE specify, sectors, gap, format_gap
    .byte \specify, 0x02, 37, 2, \sectors, \gap, 0xFF, \format_gap, 0xF6, 15, 8
    .endm
parameters_360k:  FLOPPY_TABLE 0xDF, 9, 0x2A, 0x50
parameters_1200k: FLOPPY_TABLE 0xDF, 15, 0x1B, 0x54
parameters_720k:  FLOPPY_TABLE 0xDF, 9, 0x2A, 0x50
parameters_2880k: FLOPPY_TABLE 0xAF, 36, 0x1B, 0x53

init_floppies:
    mov  $CMOS_FLOPPIES, %al
    call cmos_read
    test $0xF0, %al
    jz   2f
    orb  $0x01, BDA_EQUIPMENT
    test $0x0F, %al
    jz   1f
    orb  $0x40, BDA_EQUIPMENT       # two of them
1:  call fdc_reset
2:  ret

# Out: AL = number of drives. Keeps the rest.
floppy_count:
    xor  %al, %al
    testb $0x01, BDA_EQUIPMENT
    jz   1f
    mov  BDA_EQUIPMENT, %al
    shr  $6, %al
    inc  %al
1:  ret

# In: DL = drive. Out: CF set if there is none.
floppy_exists:
    push %ax
    call floppy_count
    cmp  %al, %dl
    cmc
    pop  %ax
    ret

# In: DL = drive. Out: AL = type. Keeps the rest.
floppy_type:
    mov  $CMOS_FLOPPIES, %al
    call cmos_read
    test %dl, %dl
    jnz  1f
    shr  $4, %al
1:  and  $0x0F, %al
    cmp  $6, %al
    jbe  2f
    xor  %al, %al                   # no such type
2:  ret

# Out: ES:SI = the parameter table in use.
floppy_table:
    xor  %si, %si
    mov  %si, %es
    les  %es:0x1E * 4, %si
    ret

# AH=02h, 03h, 04h. AL = sectors, CH = cylinder, CL = sector, DH = head, DL = drive.
# Out: AH = status, AL in the frame = sectors transferred.
floppy_transfer:
    movb $0, R_AL(%bp)
    call floppy_exists
    jc   disk_bad
    test %al, %al
    jz   disk_bad
    cmp  $1, %dh
    ja   disk_bad
    mov  %al, %bl                   # BL = sectors
    call motor_on
    call media_ready
    jc   3f
    mov  $FLOPPY_TRIES, %bh
1:  push %bx
    push %cx
    push %dx
    call fdc_transfer
    pop  %dx
    pop  %cx
    pop  %bx
    test %ah, %ah
    jz   2f
    cmp  $DISK_PROTECTED, %ah       # these will not go away
    je   3f
    cmp  $DISK_DMA_BOUNDARY, %ah
    je   3f
    cmp  $DISK_TIMEOUT, %ah
    je   4f
    andb $0xFC, BDA_CALIBRATED      # the head may be elsewhere than we think
    dec  %bh
    jnz  1b
    jmp  3f
2:  mov  %bl, R_AL(%bp)
3:  jmp  motor_linger
4:  call fdc_reset                  # it may still be looking for something
    mov  $DISK_TIMEOUT, %ah
    jmp  motor_linger

# Finds out whether there is a disk, and how it is recorded. In: DL = drive, its motor on.
# Out: CF and AH = status. Changes AL.
media_ready:
    push %bx
    push %cx
    push %dx
    push %si
    movzbw %dl, %di
    call change_line
    jz   1f
    movb $0, BDA_FLOPPY_MEDIA(%di)
    call fdc_recalibrate            # a step resets the line, if a disk is in
    mov  $1, %ch
    call fdc_seek
    call change_line
    mov  $DISK_TIMEOUT, %ah
    jnz  8f
    mov  $DISK_CHANGED, %ah         # the caller must know: it may hold old sectors
    jmp  8f
1:  mov  BDA_FLOPPY_MEDIA(%di), %al
    test $MEDIA_KNOWN, %al
    jnz  4f
    call floppy_type                # try what this drive can read
    movzbw %al, %si
    shl  $3, %si
    mov  %cs:drive_types + DRIVE_FORMATS(%si), %si
    mov  $DISK_NO_MARK, %ah
2:  mov  %cs:(%si), %al
    cmp  $0xFF, %al
    je   8f
    call fdc_set_rate
    call fdc_read_id
    test %ah, %ah
    jz   3f
    cmp  $DISK_TIMEOUT, %ah         # nothing turns in there
    je   7f
    add  $2, %si
    jmp  2b
3:  push %es
    mov  BDA_EBDA, %es
    mov  %cs:1(%si), %al
    mov  %al, %es:EBDA_SECTORS(%di)
    pop  %es
    mov  %cs:(%si), %al
    shl  $6, %al                    # the rate lives in bits 7-6
    or   $MEDIA_KNOWN | 0x07, %al
    mov  %al, BDA_FLOPPY_MEDIA(%di)
4:  shr  $6, %al
    call fdc_set_rate
    clc
    jmp  9f
7:  call fdc_reset
    mov  $DISK_TIMEOUT, %ah
8:  stc
9:  pop  %si
    pop  %dx
    pop  %cx
    pop  %bx
    ret

# In: DL = drive, selected. Out: ZF clear if its disk was changed or taken out.
# A 360 KiB drive has no such line. Changes AL.
change_line:
    call floppy_type
    cmp  $TYPE_360K, %al
    je   1f
    push %dx
    mov  $FDC_DIR, %dx
    in   %dx, %al
    pop  %dx
    test $0x80, %al
1:  ret

# Starts the drive's motor and selects it. Reading needs no wait: until the disk is up
# to speed no sector is found, and that is tried again. Writing does. In: DL = drive.
# Changes AL.
motor_on:
    push %cx
    push %dx
    push %si
    push %es
    movb $0xFF, BDA_MOTOR_TICKS     # INT 08h must not stop it now
    mov  %dl, %cl
    mov  $0x11, %ch
    shl  %cl, %ch                   # bits n and 4+n
    mov  %ch, %al
    and  $0xF0, %al
    or   $0x0C, %al
    or   %dl, %al
    mov  $FDC_DOR, %dx
    out  %al, %dx
    and  $0x0F, %ch
    xchg %ch, BDA_MOTORS
    test BDA_MOTORS, %ch            # did it turn already?
    jnz  2f
    cmpb $0x03, R_AH(%bp)
    jne  2f
    call floppy_table
    mov  %es:TABLE_MOTOR_ON(%si), %al
    mov  $9, %ah                    # 1/8 s -> ticks, a little more
    mul  %ah
    shr  $2, %ax
    mov  %ax, %di
    mov  BDA_TICKS, %si
1:  call tick_wait
    jnc  1b
2:  pop  %es
    pop  %si
    pop  %dx
    pop  %cx
    ret

# The motor runs on for a while, since the next request is usually near. Keeps AH.
motor_linger:
    push %si
    push %es
    call floppy_table
    mov  %es:TABLE_MOTOR_OFF(%si), %al
    mov  %al, BDA_MOTOR_TICKS
    pop  %es
    pop  %si
    ret

# From INT 08h. Changes AL, DX.
motors_off:
    andb $0xF0, BDA_MOTORS
    mov  $0x0C, %al
    mov  $FDC_DOR, %dx
    out  %al, %dx
    ret
