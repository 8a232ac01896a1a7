# CD drives on the IDE channels: commands of SCSI, in packets of 12 bytes, by programmed
# I/O. INT 13h numbers the drives from E0h; their sectors have 2,048 bytes.
#
#   features 0: PIO   LBA 23:8: most bytes of a block, then how many it has
#
# Source: ATA/ATAPI-6, 8.23, 9.8; MMC-5, 6.22 (READ (10)), START STOP UNIT; SPC-3,
# 4.5, 6.27 (REQUEST SENSE), PREVENT ALLOW MEDIUM REMOVAL, TEST UNIT READY; Enhanced Disk Drive Specification 1.1. Not done: DMA.

    .set ATA_PACKET,     0xA0
    .set ATA_IDENTIFY_PACKET, 0xA1
    .set CD_BLOCK,       2048       # bytes
    .set CD_CHUNK,       16         # blocks a command
    .set CD_SENSE,       0x03       # commands
    .set CD_READ,        0x28
    .set CD_READY,       0x00
    .set CD_START_STOP,  0x1B       # byte 4: 2 ejects
    .set CD_PREVENT,     0x1E       # byte 4: 1 locks, 0 unlocks
    .set CD_LOCKS,       HD_FIRST   # byte: how many want it locked
    .set SENSE_BYTES,    18         # key in byte 2, additional code in byte 12
    .set SENSE_NOT_READY, 0x02      # keys
    .set SENSE_ATTENTION, 0x06
    .set SENSE_BECOMING, 0x04       # code: becoming ready
    .set CD_TRIES,       8
    .set CD_WAIT,        9          # ticks between them: half a second

# AH = 00h-15h, 41h-49h.
cd_table:
    .word hard_ok, hard_status, disk_bad, hard_protected, disk_bad
    .word disk_bad, disk_bad, disk_bad, disk_bad, hard_ok
    .word disk_bad, disk_bad, hard_ok, hard_ok, disk_bad, disk_bad
    .word hard_ok, hard_ok, disk_bad, disk_bad, hard_ok, disk_bad
    .word extensions, extended_read, hard_protected, extended_verify
    .word cd_lock, cd_eject, extended_seek, cd_parameters, cd_changed

hard_protected:
    mov  $DISK_PROTECTED, %ah
    ret

# AH=45h, AL=0 locks, 1 unlocks, 2 asks -> AL = 1 if it is locked.
cd_lock:
    mov  R_AL(%bp), %al
    mov  %fs:CD_LOCKS(%si), %bl
    cmp  $1, %al
    ja   2f
    je   1f
    mov  $DISK_MANY_LOCKS, %ah
    inc  %bl
    jz   cd_return
    jmp  3f
1:  mov  $DISK_NOT_LOCKED, %ah
    sub  $1, %bl
    jb   cd_return
    jmp  3f
2:  cmp  $2, %al
    jne  disk_bad
3:  mov  %bl, %fs:CD_LOCKS(%si)
    push %bx
    cmp  $1, %bl                    # the drive knows locked and not locked
    cmc
    setc %ah
    mov  %ah, R_AL(%bp)
    mov  $CD_PREVENT, %al
    call cd_order
    pop  %bx
cd_return:
    ret

# AH=46h. Whoever hooks INT 15h AH=52h may refuse.
cd_eject:
    mov  $DISK_LOCKED, %ah
    cmpb $0, %fs:CD_LOCKS(%si)
    jne  cd_return
    mov  $0x5200, %ax
    mov  R_DL(%bp), %dl
    clc
    int  $0x15
    jc   cd_return
    mov  $2 << 8 | CD_START_STOP, %ax
    call cd_order
    jnc  cd_return
    mov  $DISK_STUCK, %ah
    ret

cd_changed:                         # AH=49h -> AH = 06h if there is another disc since it was last asked for anything
    mov  $CD_READY, %ax
    jmp  cd_order_once

# Has the drive do AL, with AH in byte 4; asks again where it has news instead of an answer. Out: CF, AH = status. Changes
# EAX, BX, CX, DX, DI, ES.
cd_order:
    mov  $CD_TRIES, %bx
1:  push %ax
    call cd_order_once
    pop  %cx
    jnc  2f
    cmp  $DISK_CHANGED, %ah
    stc
    jne  2f
    mov  %cx, %ax
    dec  %bx
    jnz  1b
    mov  $DISK_TIMEOUT, %ah
    stc
2:  ret
cd_order_once:
    movl $0, %fs:EBDA_PACKET
    mov  %al, %fs:EBDA_PACKET
    movzbl %ah, %eax
    mov  %eax, %fs:EBDA_PACKET + 4
    movl $0, %fs:EBDA_PACKET + 8
    movw $0, %fs:EBDA_SKIP
    movl $0, %fs:EBDA_TAKE
    call cd_packet
    jc   cd_sense
    mov  $DISK_OK, %ah
    ret

# AH=48h -> as of a hard disk. Of the disc we say nothing: it may be another one soon.
cd_parameters:
    mov  R_DS(%bp), %es
    mov  R_SI(%bp), %di
    cmpw $HD_INFO_BYTES, %es:(%di)
    jb   disk_bad
    mov  $HD_INFO_BYTES, %ax
    stosw
    mov  $0x0074, %ax               # removable, says when it changes, can be locked
    stosw
    or   $-1, %eax
    mov  $5, %cx
    rep stosl
    mov  $CD_BLOCK, %ax
    stosw
    mov  $DISK_OK, %ah
    ret

# In: FS:SI = a packet device whose ports and device are filled in. Out: CF set if it is no
# CD drive. Changes EAX, CX, DX.
identify_packet:
    mov  $ATA_IDENTIFY_PACKET, %al
    call ata_issue
    call ata_data
    jc   1f
    mov  %fs:HD_BASE(%si), %dx
    in   %dx, %ax                   # word 0, bits 12-8: which kind; 5 is CD
    push %ax
    mov  $255, %cx
    call words_ignore
    call ata_finish
    pop  %ax
    and  $0x1F, %ah
    cmp  $0x05, %ah
    jne  1f
    movb $KIND_CD, %fs:HD_KIND(%si)
    or   $-1, %eax                  # the disc's end is the drive's to know
    mov  %eax, %fs:HD_TOTAL(%si)
    mov  %eax, %fs:HD_TOTAL + 4(%si)
    clc
    ret
1:  call ata_finish
    stc
    ret

# Reads CX words from port DX. Changes AX.
words_ignore:
    jcxz 2f
1:  in   %dx, %ax
    loop 1b
2:  ret

cd_transfer:                        # see hard_drivers
    movw $0, %fs:EBDA_HD_DONE
1:  movzwl %fs:EBDA_HD_COUNT, %ebx
    test %bx, %bx
    mov  $DISK_OK, %ah
    jz   4f
    cmp  $CD_CHUNK, %bx
    jbe  2f
    mov  $CD_CHUNK, %bx
2:  movw $0, %fs:EBDA_SKIP
    mov  %ebx, %eax
    shl  $10, %eax                  # words
    cmpb $ATA_VERIFY, %fs:EBDA_HD_COMMAND
    jne  3f
    xor  %eax, %eax
3:  mov  %eax, %fs:EBDA_TAKE
    mov  $DISK_NO_SECTOR, %ah
    cmpl $0, %fs:EBDA_HD_LBA + 4    # READ (10) has 32 bits
    jne  4f
    mov  %fs:EBDA_HD_LBA, %eax
    push %bx
    call cd_read
    pop  %bx
    jc   4f
    mov  %bx, %ax
    call ata_passed
    jmp  1b
4:  ret

# In: FS:SI = drive, EAX = block, BX = how many; EBDA_SKIP and EBDA_TAKE say which words of
# them go to EBDA_HD_BUFFER. Out: CF, AH = status. A drive that has news (another disc, a
# reset) tells them in place of an answer, and one that spins up says so: both are asked
# again. Changes EAX, BX, CX, DX, DI, ES.
cd_read:
    mov  $CD_TRIES, %cx
1:  push %eax
    push %bx
    push %cx
    bswap %eax
    movl $CD_READ, %fs:EBDA_PACKET
    mov  %eax, %fs:EBDA_PACKET + 2
    xchg %bl, %bh
    movb $0, %fs:EBDA_PACKET + 6
    mov  %bx, %fs:EBDA_PACKET + 7
    movb $0, %fs:EBDA_PACKET + 9
    movw $0, %fs:EBDA_PACKET + 10
    call cd_packet
    jnc  2f
    call cd_sense
2:  pop  %cx
    pop  %bx
    jnc  4f
    cmp  $DISK_CHANGED, %ah
    je   3f
    cmp  $DISK_TIMEOUT, %ah         # becoming ready
    stc
    jne  4f
    call cd_pause
3:  pop  %eax
    loop 1b
    mov  $DISK_TIMEOUT, %ah
    stc
    ret
4:  mov  %ax, %dx
    pop  %eax
    mov  %dx, %ax
    ret

cd_pause:                           # half a second; changes DX, DI
    push %ax
    mov  BDA_TICKS, %di
1:  mov  BDA_TICKS, %ax
    sub  %di, %ax
    cmp  $CD_WAIT, %ax
    jb   1b
    pop  %ax
    ret

# What went wrong with the last command. Out: CF set, AH = status. Changes EAX, CX, DX, DI, ES.
cd_sense:
    cmp  $DISK_TIMEOUT, %ah         # it does not even answer
    mov  $DISK_CONTROLLER, %ah
    je   1f
    pushl %fs:EBDA_HD_BUFFER        # the answer goes onto the stack
    pushl %fs:EBDA_TAKE
    pushw %fs:EBDA_SKIP
    sub  $SENSE_BYTES, %sp
    mov  %sp, %fs:EBDA_HD_BUFFER
    mov  %ss, %fs:EBDA_HD_BUFFER + 2
    movl $SENSE_BYTES / 2, %fs:EBDA_TAKE
    movw $0, %fs:EBDA_SKIP
    movl $CD_SENSE, %fs:EBDA_PACKET
    movl $SENSE_BYTES, %fs:EBDA_PACKET + 4
    movl $0, %fs:EBDA_PACKET + 8
    call cd_packet
    push %bp
    mov  %sp, %bp
    mov  2 + 2(%bp), %cl            # key
    mov  2 + 12(%bp), %ch           # additional code
    pop  %bp
    lea  SENSE_BYTES(%esp), %esp    # keeps CF
    popw %fs:EBDA_SKIP
    popl %fs:EBDA_TAKE
    popl %fs:EBDA_HD_BUFFER
    mov  $DISK_CONTROLLER, %ah
    jc   1f
    and  $0x0F, %cl
    mov  $DISK_CHANGED, %ah
    cmp  $SENSE_ATTENTION, %cl
    je   1f
    cmp  $SENSE_NOT_READY, %cl
    mov  $DISK_NO_SECTOR, %ah
    jne  1f
    mov  $DISK_TIMEOUT, %ah
    cmp  $SENSE_BECOMING, %ch
    je   1f
    mov  $DISK_NO_MEDIUM, %ah
1:  stc
    ret

# Sends EBDA_PACKET and takes the answer, as EBDA_SKIP and EBDA_TAKE say. Out: CF, AH =
# status. Changes EAX, CX, DX, DI, ES.
cd_packet:
    call ata_select
    call ata_wait
    mov  $DISK_TIMEOUT, %ah
    jc   3f
    mov  %fs:HD_BASE(%si), %dx
    inc  %dx
    xor  %al, %al
    out  %al, %dx
    add  $3, %dx                    # LBA 15:8
    out  %al, %dx
    inc  %dx
    mov  $CD_BLOCK >> 8, %al
    out  %al, %dx
    mov  $ATA_PACKET, %al
    call ata_issue
    call ata_data
    jc   3f
    push %si
    mov  %fs:HD_BASE(%si), %dx
    mov  $EBDA_PACKET, %si
    mov  $6, %cx
    rep outsw %fs:(%si), %dx
    pop  %si
1:  mov  %fs:HD_CONTROL(%si), %dx   # 400 ns
    in   %dx, %al
    call ata_good
    jc   3f
    test $ATA_DRQ, %al
    jz   3f                         # over; CF is clear
    mov  %fs:HD_BASE(%si), %dx
    add  $ATA_LBA + 1, %dx
    in   %dx, %al
    mov  %al, %cl
    inc  %dx
    in   %dx, %al
    mov  %al, %ch
    shr  $1, %cx                    # words
    mov  $DISK_CONTROLLER, %ah
    jz   2f                         # a block of nothing would come for ever
    call cd_words
    jmp  1b
2:  stc
3:  push %ax
    pushf
    call ata_finish
    popf
    pop  %ax
    ret

# Takes a block of CX words. Changes EAX, CX, DX, DI, ES.
cd_words:
    mov  %fs:HD_BASE(%si), %dx
    push %bx
    mov  %cx, %bx                   # of which are left
    mov  %fs:EBDA_SKIP, %cx
    cmp  %bx, %cx
    jbe  1f
    mov  %bx, %cx
1:  sub  %cx, %bx
    sub  %cx, %fs:EBDA_SKIP
    call words_ignore
    call hard_buffer
    movzwl %bx, %ecx
    cmp  %fs:EBDA_TAKE, %ecx
    jbe  2f
    mov  %fs:EBDA_TAKE, %ecx
2:  sub  %cx, %bx
    sub  %ecx, %fs:EBDA_TAKE
    rep insw
    mov  %di, %fs:EBDA_HD_BUFFER
    mov  %bx, %cx
    pop  %bx
    jmp  words_ignore
