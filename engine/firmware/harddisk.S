# INT 13h for hard disks, 80h and up, and the way to CD drives, E0h and up. Source: IBM PC
# AT Technical Reference, section 5, HARD DISK I/O; RBIL INT 13h; Phoenix, Enhanced Disk
# Drive Specification 1.1.
#
# A packet of the extensions (42h to 48h), at the caller's DS:SI:
#   00 size, 10h   02 sectors   04 buffer, offset and segment   08 first sector, 64 bits
#
# Not done: formatting (05h), long sectors (0Ah, 0Bh), flat buffer addresses, the device parameter table that EDD 1.1 may add to 48h.

    .set PACKET_COUNT,   2
    .set PACKET_BUFFER,  4
    .set PACKET_LBA,     8
    .set PACKET_BYTES,   16
    .set HD_INFO_BYTES,  26         # what 48h tells
    .set HD_CHS_VALID,   2
    .set EDD_VERSION,    0x21       # EDD 1.1
    .set EDD_ACCESS,     0x01       # 42h-44h, 47h, 48h

    .set CD_DRIVES,      0xE0       # and up

hard_disk:                          # from int13, DL = 80h and up
    push %fs
    mov  BDA_EBDA, %fs
    mov  $hard_table, %di
    mov  $EBDA_DISKS, %si
    mov  %fs:EBDA_DISK_COUNT, %al
    movzbw %dl, %bx
    sub  $CD_DRIVES, %bl
    jb   1f
    mov  $cd_table, %di
    mov  $EBDA_CDS, %si
    mov  %fs:EBDA_CD_COUNT, %al
    jmp  2f
1:  sub  $0x80 - CD_DRIVES, %bl
2:  cmp  %al, %bl
    jae  hard_absent
    shl  $5, %bx                    # HD_BYTES
    add  %bx, %si
# In: FS:SI = disk, CS:DI = table, the caller's FS on the stack.
hard_service:
    movzbw %ah, %bx
    cmp  $0x15, %ah
    jbe  1f
    sub  $0x41 - 0x16, %bx          # 41h-49h follow
    cmp  $0x16, %bx
    jl   hard_refuse
    cmp  $0x1E, %bx
    ja   hard_refuse
1:  add  %bx, %bx
    call *%cs:(%bx,%di)
hard_return:                        # AH = status
    pop  %fs
    mov  %ah, BDA_DISK_STATUS
    mov  %ah, R_AH(%bp)
    andb $~FLAG_CF, R_FLAGS(%bp)
    test %ah, %ah
    jz   1f
    orb  $FLAG_CF, R_FLAGS(%bp)
1:  SERVICE_LEAVE

hard_absent:
    cmp  $0x15, %ah
    jne  hard_refuse
    pop  %fs
    movb $0, R_AH(%bp)              # no such drive, which is no error
    andb $~FLAG_CF, R_FLAGS(%bp)
    SERVICE_LEAVE
hard_refuse:
    mov  $DISK_BAD_REQUEST, %ah
    jmp  hard_return

# Who moves sectors, by HD_KIND. In: EBDA_HD_COUNT sectors from EBDA_HD_LBA on, at
# EBDA_HD_BUFFER (segment:offset), as EBDA_HD_COMMAND says. Out: AH = status,
# EBDA_HD_DONE = sectors. Each changes EAX, EBX, ECX, EDX, DI, ES.
hard_drivers:
    .word ata_transfer, cd_transfer, emulated_transfer, virtio_transfer
hard_move:
    movzbw %fs:HD_KIND(%si), %bx
    jmp  *%cs:hard_drivers(%bx)

# Each: FS:SI = disk. Out: AH = status.
hard_table:
    .word hard_reset, hard_status, hard_read, hard_write, hard_verify
    .word disk_bad, disk_bad, disk_bad, hard_parameters, hard_ok
    .word disk_bad, disk_bad, hard_ok, hard_reset, disk_bad, disk_bad
    .word hard_ok, hard_ok, disk_bad, disk_bad, hard_ok, hard_type
    .word extensions, extended_read, extended_write, extended_verify
    .word hard_fixed, hard_fixed, extended_seek, extended_parameters, hard_ok

hard_reset:                         # 00h, 0Dh
    cmpb $KIND_ATA, %fs:HD_KIND(%si)
    je   ata_reset
hard_ok:                            # 09h, 0Ch, 10h, 11h, 14h: nothing to do on such a disk
    mov  $DISK_OK, %ah
    ret

hard_fixed:                         # AH=45h, 46h: it cannot be taken out
    mov  $DISK_NOT_REMOVABLE, %ah
    ret

hard_status:                        # AH=01h -> AH = status of the last operation
    mov  BDA_DISK_STATUS, %ah
    ret

hard_read:                          # AH=02h -> AL = sectors
    movb $ATA_READ, %fs:EBDA_HD_COMMAND
    jmp  1f
hard_write:                         # AH=03h
    movb $ATA_WRITE, %fs:EBDA_HD_COMMAND
    jmp  1f
hard_verify:                        # AH=04h
    movb $ATA_VERIFY, %fs:EBDA_HD_COMMAND
1:  movzbw R_AL(%bp), %ax
    dec  %ax
    cmp  $0x7F, %ax                 # 1 to 128 sectors
    ja   disk_bad
    inc  %ax
    mov  %ax, %fs:EBDA_HD_COUNT
    movzbl R_CL(%bp), %ecx
    mov  R_CH(%bp), %bl
    mov  %cl, %bh
    shr  $6, %bh
    movzwl %bx, %ebx                # cylinder
    and  $0x3F, %cl                 # sector, from 1
    jz   disk_bad
    cmp  %fs:HD_SECTORS(%si), %cx
    ja   disk_bad
    cmp  %fs:HD_CYLINDERS(%si), %bx
    jae  disk_bad
    movzbl R_DH(%bp), %edx          # head
    cmp  %fs:HD_HEADS(%si), %dx
    jae  disk_bad
    movzwl %fs:HD_HEADS(%si), %eax
    imul %ebx, %eax
    add  %edx, %eax
    movzwl %fs:HD_SECTORS(%si), %edx
    imul %edx, %eax
    lea  -1(%eax, %ecx), %eax
    mov  %eax, %fs:EBDA_HD_LBA
    movl $0, %fs:EBDA_HD_LBA + 4
    mov  R_BX(%bp), %ax
    mov  %ax, %fs:EBDA_HD_BUFFER
    mov  R_ES(%bp), %ax
    mov  %ax, %fs:EBDA_HD_BUFFER + 2
    call hard_inside
    jc   2f
    call hard_move
2:  mov  %fs:EBDA_HD_DONE, %al
    mov  %al, R_AL(%bp)
    ret

# Out: CF set, AH = status and nothing done if the sectors are not all on the disk.
# Changes EAX, ECX, EDX.
hard_inside:
    movw $0, %fs:EBDA_HD_DONE
    mov  %fs:EBDA_HD_LBA, %eax
    mov  %fs:EBDA_HD_LBA + 4, %edx
    movzwl %fs:EBDA_HD_COUNT, %ecx
    add  %ecx, %eax
    adc  $0, %edx
    jc   1f
    mov  %fs:HD_TOTAL(%si), %ecx
    sub  %eax, %ecx
    mov  %fs:HD_TOTAL + 4(%si), %ecx
    sbb  %edx, %ecx
    jc   1f
    ret
1:  mov  $DISK_BAD_REQUEST, %ah
    stc
    ret

# AH=08h -> CH, CL last cylinder and sector, DH last head, DL number of disks. As on the
# AT, the last cylinder of all is not told: tests of the drive may use it.
hard_parameters:
    call told_cylinders
    dec  %ax
    shl  $6, %ah
    or   %fs:HD_SECTORS(%si), %ah
    xchg %al, %ah                   # AH = cylinder 7:0, AL = 9:8 and sectors
    mov  %ax, R_CX(%bp)
    mov  %fs:HD_HEADS(%si), %ax
    dec  %ax
    mov  %al, R_DH(%bp)
    mov  BDA_DISKS, %al
    mov  %al, R_DL(%bp)
    movb $0, R_AL(%bp)
    mov  $DISK_OK, %ah
    ret

told_cylinders:                     # -> EAX
    movzwl %fs:HD_CYLINDERS(%si), %eax
    cmp  $2, %ax
    jb   1f
    dec  %ax
1:  ret

# AH=15h -> AH = 3, CX:DX = sectors of what AH=08h shows.
hard_type:
    call told_cylinders
    movzwl %fs:HD_HEADS(%si), %ecx
    imul %ecx, %eax
    movzwl %fs:HD_SECTORS(%si), %ecx
    imul %ecx, %eax
    mov  %ax, R_DX(%bp)
    shr  $16, %eax
    mov  %ax, R_CX(%bp)
    pop  %ax                        # 3 is no error
    pop  %fs
    movb $0, BDA_DISK_STATUS
    movb $3, R_AH(%bp)
    andb $~FLAG_CF, R_FLAGS(%bp)
    SERVICE_LEAVE

# AH=41h, BX=55AAh -> BX = AA55h, AH = version, CX = what there is.
extensions:
    cmpw $0x55AA, R_BX(%bp)
    jne  disk_bad
    movw $0xAA55, R_BX(%bp)
    movw $EDD_ACCESS, R_CX(%bp)
    pop  %ax
    pop  %fs
    movb $0, BDA_DISK_STATUS
    movb $EDD_VERSION, R_AH(%bp)
    andb $~FLAG_CF, R_FLAGS(%bp)
    SERVICE_LEAVE

extended_read:                      # AH=42h
    movb $ATA_READ, %fs:EBDA_HD_COMMAND
    jmp  1f
extended_write:                     # AH=43h, AL = 2: verify, too (a disk does it by itself)
    movb $ATA_WRITE, %fs:EBDA_HD_COMMAND
    jmp  1f
extended_verify:                    # AH=44h
    movb $ATA_VERIFY, %fs:EBDA_HD_COMMAND
1:  call read_packet
    jc   2f
    call hard_move
2:  mov  R_DS(%bp), %es             # how many it were
    mov  R_SI(%bp), %di
    mov  %fs:EBDA_HD_DONE, %cx
    mov  %cx, %es:PACKET_COUNT(%di)
    ret
extended_seek:                      # AH=47h
    call read_packet
    jc   1f
    mov  $DISK_OK, %ah
1:  ret

# Out: CF clear; or set, AH = status. Changes EAX, ECX, EDX, DI, ES.
read_packet:
    movw $0, %fs:EBDA_HD_DONE
    mov  R_DS(%bp), %es
    mov  R_SI(%bp), %di
    cmpb $PACKET_BYTES, %es:(%di)
    jb   1f
    mov  %es:PACKET_COUNT(%di), %ax
    mov  %ax, %fs:EBDA_HD_COUNT
    mov  %es:PACKET_BUFFER(%di), %eax
    mov  %eax, %fs:EBDA_HD_BUFFER
    mov  %es:PACKET_LBA(%di), %eax
    mov  %eax, %fs:EBDA_HD_LBA
    mov  %es:PACKET_LBA + 4(%di), %eax
    mov  %eax, %fs:EBDA_HD_LBA + 4
    jmp  hard_inside
1:  mov  $DISK_BAD_REQUEST, %ah
    stc
    ret

# AH=48h -> 26 bytes at DS:SI: size, flags, own cylinders, heads, sectors, all sectors, 512.
extended_parameters:
    mov  R_DS(%bp), %es
    mov  R_SI(%bp), %di
    cmpw $HD_INFO_BYTES, %es:(%di)
    jb   disk_bad
    mov  $HD_INFO_BYTES, %ax
    stosw
    mov  $HD_CHS_VALID, %ax
    stosw
    movzwl %fs:HD_OWN(%si), %eax
    stosl
    movzwl %fs:HD_OWN + 2(%si), %eax
    stosl
    movzwl %fs:HD_OWN + 4(%si), %eax
    stosl
    mov  %fs:HD_TOTAL(%si), %eax
    stosl
    mov  %fs:HD_TOTAL + 4(%si), %eax
    stosl
    mov  $512, %ax
    stosw
    mov  $DISK_OK, %ah
    ret
