# Booting from a CD: a catalog on the disc names a piece of it that is loaded and started,
# and that from then on may play a floppy (drive 00h) or a hard disk (80h).
#
#   block 17  00 00 "CD001" 01 "EL TORITO SPECIFICATION"   47 block of the catalog
#   catalog   00 01, platform   1E 55 AA, all 16 words together 0
#             20 88 bootable   21 media: 0 none 1 1.2 MB 2 1.44 MB 3 2.88 MB 4 hard disk
#             22 segment   26 sectors of 512 bytes   28 first block
#
# Source: Phoenix and IBM, "El Torito" Bootable CD-ROM Format Specification 1.0. Not done:
# further entries of the catalog, starting another emulation (4B02h-4B04h).

    .set TORITO_BLOCK,   17
    .set TORITO_CATALOG, 0x47
    .set ENTRY,          0x20       # of the catalog
    .set ENTRY_BOOTABLE, 0x88
    .set MEDIA_TYPE,     0x0F
    .set MEDIA_HARD_DISK, 4

# What INT 13h AH=4Bh tells, EBDA_SPEC.
    .set SPEC_MEDIA,     0x01
    .set SPEC_DRIVE,     0x02
    .set SPEC_CONTROLLER, 0x03
    .set SPEC_LBA,       0x04
    .set SPEC_DEVICE,    0x08       # word, of IDE: bit 0, device 1
    .set SPEC_SEGMENT,   0x0C
    .set SPEC_COUNT,     0x0E
    .set SPEC_GEOMETRY,  0x10       # as CH, CL and DH of AH=08h
    .set SPEC_BYTES,     0x13

# In: DL = a drive of INT 13h. Out: CF set if it is the one that a CD plays; else DL as if
# there were no such thing. Keeps the rest.
emulated_drive:
    push %ax
    push %es
    mov  BDA_EBDA, %es
    testb $MEDIA_TYPE, %es:EBDA_SPEC + SPEC_MEDIA
    jz   2f
    mov  %es:EBDA_SPEC + SPEC_DRIVE, %al
    cmp  %al, %dl                   # CF clear
    je   1f
    xor  %dl, %al
    js   2f                         # a disk is no floppy
    cmp  $CD_DRIVES, %dl
    jae  2f
    dec  %dl
2:  stc
1:  cmc
    pop  %es
    pop  %ax
    ret

emulated_disk:                      # from int13
    push %fs
    mov  BDA_EBDA, %fs
    mov  $EBDA_EMULATED, %si
    mov  $emulated_table, %di
    test %dl, %dl
    js   hard_service
    cmp  $0x16, %ah
    jb   hard_service
    jne  hard_refuse
    mov  $DISK_OK, %ah              # it is never another one
    jmp  hard_return

# AH = 00h-15h, 41h-49h.
emulated_table:
    .word hard_ok, hard_status, hard_read, hard_protected, hard_verify
    .word hard_protected, disk_bad, disk_bad, emulated_parameters, hard_ok
    .word disk_bad, disk_bad, hard_ok, hard_ok, disk_bad, disk_bad
    .word hard_ok, hard_ok, disk_bad, disk_bad, hard_ok, emulated_type
    .word extensions, extended_read, hard_protected, extended_verify
    .word hard_fixed, hard_fixed, extended_seek, extended_parameters, hard_ok

emulated_parameters:                # AH=08h
    mov  %fs:EBDA_SPEC + SPEC_GEOMETRY, %ax
    xchg %al, %ah
    mov  %ax, R_CX(%bp)
    mov  %fs:EBDA_SPEC + SPEC_GEOMETRY + 2, %al
    mov  %al, R_DH(%bp)
    movb $0, R_AL(%bp)
    mov  BDA_DISKS, %al
    movzbw %fs:EBDA_SPEC + SPEC_MEDIA, %bx
    and  $MEDIA_TYPE, %bl
    cmp  $MEDIA_HARD_DISK, %bl
    je   1f
    movzbw %cs:media_types - 1(%bx), %bx
    mov  %bx, R_BX(%bp)
    shl  $3, %bx
    mov  %cs:drive_types + DRIVE_TABLE(%bx), %ax
    mov  %ax, R_DI(%bp)
    mov  %cs, R_ES(%bp)
    call floppy_count
1:  mov  %al, R_DL(%bp)
    mov  $DISK_OK, %ah
    ret
media_types: .byte 2, 4, 5          # as CMOS counts drives

emulated_type:                      # AH=15h
    testb $0x80, %fs:EBDA_SPEC + SPEC_DRIVE
    jnz  hard_type
    pop  %ax                        # 1, a floppy without a change line, is no error
    pop  %fs
    movb $1, R_AH(%bp)
    andb $~FLAG_CF, R_FLAGS(%bp)
    SERVICE_LEAVE

emulated_transfer:                  # see hard_drivers
    movw $0, %fs:EBDA_HD_DONE
1:  movzwl %fs:EBDA_HD_COUNT, %ebx
    test %bx, %bx
    mov  $DISK_OK, %ah
    jz   4f
    cmp  $ATA_CHUNK, %bx
    jbe  2f
    mov  $ATA_CHUNK, %bx
2:  mov  %fs:EBDA_HD_LBA, %eax      # four sectors a block
    mov  %ax, %cx
    and  $3, %cx
    shr  $2, %eax
    add  %fs:HD_FIRST(%si), %eax
    mov  %cx, %dx
    shl  $8, %dx                    # words
    mov  %dx, %fs:EBDA_SKIP
    mov  %ebx, %edx
    shl  $8, %edx
    cmpb $ATA_VERIFY, %fs:EBDA_HD_COMMAND
    jne  3f
    xor  %edx, %edx
3:  mov  %edx, %fs:EBDA_TAKE
    add  %bx, %cx
    add  $3, %cx
    shr  $2, %cx
    push %bx
    mov  %cx, %bx
    call cd_read
    pop  %bx
    jc   4f
    mov  %bx, %ax
    call ata_passed
    jmp  1b
4:  ret

# AX=4B01h -> EBDA_SPEC at DS:SI; AX=4B00h ends the emulation, too.
emulation_service:
    push %fs
    mov  BDA_EBDA, %fs
    cmp  $1, %al
    ja   hard_refuse
    cmpb $0, %fs:EBDA_SPEC          # not booted from a CD
    je   hard_refuse
    mov  R_DS(%bp), %es
    mov  R_SI(%bp), %di
    mov  $EBDA_SPEC, %si
    mov  $SPEC_BYTES, %cx
    rep movsb %fs:(%si), %es:(%di)
    test %al, %al
    jnz  1f
    andb $~MEDIA_TYPE, %fs:EBDA_SPEC + SPEC_MEDIA
    call show_drives
1:  mov  $DISK_OK, %ah
    jmp  hard_return

# The data area tells how many drives there are: with the emulated one. Changes AX, BX.
show_drives:
    xor  %bx, %bx                   # BL floppies, BH disks
    mov  $CMOS_FLOPPIES, %al
    call cmos_read
    test $0xF0, %al
    jz   1f
    inc  %bx
    test $0x0F, %al
    jz   1f
    inc  %bx
1:  mov  %fs:EBDA_DISK_COUNT, %bh
    testb $MEDIA_TYPE, %fs:EBDA_SPEC + SPEC_MEDIA
    jz   3f
    testb $0x80, %fs:EBDA_SPEC + SPEC_DRIVE
    jz   2f
    inc  %bh
    jmp  3f
2:  inc  %bl
3:  mov  %bh, BDA_DISKS
    andb $0x3E, BDA_EQUIPMENT       # bit 0: there is one, bits 7-6: how many more
    dec  %bl
    js   4f
    shl  $6, %bl
    inc  %bl
    or   %bl, BDA_EQUIPMENT
4:  ret

# Boots from the first drive with a disc that can be booted; comes back if there is none.
boot_cd:
    xor  %bx, %bx
1:  cmp  %fs:EBDA_CD_COUNT, %bl
    jae  2f
    push %bx
    mov  %bx, %si
    shl  $5, %si                    # HD_BYTES
    add  $EBDA_CDS, %si
    call boot_disc
    pop  %bx
    inc  %bx
    jmp  1b
2:  ret

# In: FS:SI = drive, BL = its number.
boot_disc:
    mov  $TORITO_BLOCK, %eax
    call read_block
    jc   disc_failed
    mov  $torito_mark, %di
    mov  $BOOT_ADDRESS, %bp
1:  mov  %cs:(%di), %al
    cmp  %es:(%bp), %al
    jne  disc_plain
    inc  %di
    inc  %bp
    cmp  $torito_mark_end, %di
    jb   1b
    mov  %es:BOOT_ADDRESS + TORITO_CATALOG, %eax
    call read_block
    jc   disc_failed
    mov  $BOOT_ADDRESS, %di
    cmpb $1, %es:(%di)
    jne  disc_wrong
    cmpw $0xAA55, %es:0x1E(%di)
    jne  disc_wrong
    mov  $16, %cx
    xor  %ax, %ax
2:  add  %es:(%di), %ax
    add  $2, %di
    loop 2b
    test %ax, %ax
    jnz  disc_wrong
    cmpb $ENTRY_BOOTABLE, %es:(%di) # DI = the entry
    jne  disc_plain
    mov  %es:1(%di), %al
    mov  %al, %ah
    and  $MEDIA_TYPE, %ah
    cmp  $MEDIA_HARD_DISK, %ah
    ja   disc_wrong
    call describe_disc

    mov  %fs:EBDA_SPEC + SPEC_SEGMENT, %dx
    movzwl %dx, %eax                # from 7C00 on, where no stack is, up to our own
    shl  $4, %eax
    cmp  $BOOT_ADDRESS, %eax
    jb   disc_place
    movzwl %fs:EBDA_SPEC + SPEC_COUNT, %ecx
    shl  $9, %ecx
    add  %ecx, %eax
    movzwl BDA_BASE_KB, %ecx
    shl  $10, %ecx
    cmp  %ecx, %eax
    ja   disc_place
    xor  %eax, %eax
    mov  %fs:EBDA_SPEC + SPEC_COUNT, %cx
    call read_disc
    jc   disc_failed
    call play_disk
    jc   disc_plain
    call show_drives
    mov  $msg_cd, %si
    call say_booting
    mov  %fs:EBDA_SPEC + SPEC_DRIVE, %dl
    mov  %fs:EBDA_SPEC + SPEC_SEGMENT, %cx
    mov  %cx, %bx                   # 07C0:0000 is 0000:7C00
    and  $0x0FFF, %bx
    shl  $4, %bx
    and  $0xF000, %cx
    jmp  boot_jump

disc_failed:                        # AH = status
    mov  %ah, %bl
    mov  $msg_no_disc, %si
    cmp  $DISK_NO_MEDIUM, %bl
    je   disc_say
    mov  $msg_cd, %si
    call say
    mov  $msg_cannot_read, %si
    jmp  say_status
disc_plain:
    mov  $msg_plain_disc, %si
    jmp  disc_say
disc_wrong:
    mov  $msg_wrong_catalog, %si
    jmp  disc_say
disc_place:
    mov  $msg_wrong_place, %si
disc_say:
    push %si
    mov  $msg_cd, %si
    call say
    pop  %si
    movb $0, %fs:EBDA_SPEC + SPEC_MEDIA
    movb $0, %fs:EBDA_SPEC
    jmp  say

# In: FS:SI = drive, EAX = block. Out: it at 7C00, ES = 0; or CF set, AH = status. Changes
# EAX, ECX, EDX, DI, BX.
read_block:
    push %bx
    mov  $BOOT_ADDRESS >> 4, %dx
    mov  $1, %cx
    call read_disc
    pop  %bx
    push $0
    pop  %es
    ret

# In: FS:SI = drive or emulated disk, EAX = first sector, CX = sectors, DX = segment. Out: CF,
# AH = status.
read_disc:
    mov  %eax, %fs:EBDA_HD_LBA
    movl $0, %fs:EBDA_HD_LBA + 4
    movw $0, %fs:EBDA_HD_BUFFER
    mov  %dx, %fs:EBDA_HD_BUFFER + 2
    mov  %cx, %fs:EBDA_HD_COUNT
    movb $ATA_READ, %fs:EBDA_HD_COMMAND
    call hard_move
    cmp  $1, %ah
    cmc
    ret

# In: FS:SI = drive, BL = its number, ES:DI = the catalog's entry, AL, AH = its media byte and
# type. Out: EBDA_SPEC, and SI = EBDA_EMULATED, without a geometry. Changes EAX, ECX, DX.
describe_disc:
    movb $SPEC_BYTES, %fs:EBDA_SPEC
    mov  %al, %fs:EBDA_SPEC + SPEC_MEDIA
    mov  %bl, %al
    add  $CD_DRIVES, %al
    test %ah, %ah
    jz   1f
    cmp  $MEDIA_HARD_DISK, %ah
    mov  $0x80, %al
    je   1f
    mov  $0x00, %al
1:  mov  %al, %fs:EBDA_SPEC + SPEC_DRIVE
    mov  %fs:HD_BASE(%si), %al      # 170h is the second channel
    cmp  $0x70, %al
    sete %fs:EBDA_SPEC + SPEC_CONTROLLER
    mov  %fs:HD_DEVICE(%si), %al
    shr  $4, %al
    and  $1, %ax
    mov  %ax, %fs:EBDA_SPEC + SPEC_DEVICE
    movw $0, %fs:EBDA_SPEC + 0x0A
    mov  %es:2(%di), %ax
    test %ax, %ax
    jnz  2f
    mov  $BOOT_ADDRESS >> 4, %ax
2:  mov  %ax, %fs:EBDA_SPEC + SPEC_SEGMENT
    mov  %es:6(%di), %ax
    test %ax, %ax
    jnz  3f
    inc  %ax
3:  mov  %ax, %fs:EBDA_SPEC + SPEC_COUNT
    movw $0, %fs:EBDA_SPEC + SPEC_GEOMETRY
    movb $0, %fs:EBDA_SPEC + SPEC_GEOMETRY + 2
    mov  %es:8(%di), %eax
    mov  %eax, %fs:EBDA_SPEC + SPEC_LBA
    mov  %fs:HD_BASE(%si), %edx
    mov  %fs:HD_DEVICE(%si), %cl
    mov  $EBDA_EMULATED, %si
    mov  %edx, %fs:HD_BASE(%si)
    mov  %cl, %fs:HD_DEVICE(%si)
    mov  %eax, %fs:HD_FIRST(%si)
    movb $KIND_EMULATED, %fs:HD_KIND(%si)
    ret

# The geometry of what the CD plays: a floppy's by its type, a hard disk's as the end of its
# first partition tells (1BEh: 5 head, 6 sector and cylinder 9:8, 7 cylinder). In: FS:SI =
# EBDA_EMULATED. Out: CF set if the disk has none. Changes EAX, BX, CX, DX.
play_disk:
    movzbw %fs:EBDA_SPEC + SPEC_MEDIA, %bx
    and  $MEDIA_TYPE, %bl
    jz   2f
    mov  $79, %ch
    mov  $1, %dh
    mov  %cs:media_sectors - 1(%bx), %cl
    cmp  $MEDIA_HARD_DISK, %bl
    jne  1f
    mov  %fs:EBDA_SPEC + SPEC_SEGMENT, %es
    mov  %es:0x1BE + 6, %cx
    mov  %es:0x1BE + 5, %dh
1:  mov  %ch, %fs:EBDA_SPEC + SPEC_GEOMETRY
    mov  %cl, %fs:EBDA_SPEC + SPEC_GEOMETRY + 1
    mov  %dh, %fs:EBDA_SPEC + SPEC_GEOMETRY + 2
    movzbl %dh, %eax
    inc  %ax
    mov  %ax, %fs:HD_HEADS(%si)
    mov  %ax, %fs:HD_OWN + 2(%si)
    movzbl %cl, %edx
    and  $0x3F, %dl
    jz   3f
    mov  %dx, %fs:HD_SECTORS(%si)
    mov  %dx, %fs:HD_OWN + 4(%si)
    mul  %edx
    movzbl %ch, %edx
    mov  %cl, %dh
    shr  $6, %dh
    inc  %dx
    mov  %dx, %fs:HD_CYLINDERS(%si)
    mov  %dx, %fs:HD_OWN(%si)
    mul  %edx
    mov  %eax, %fs:HD_TOTAL(%si)
    movl $0, %fs:HD_TOTAL + 4(%si)
2:  clc
    ret
3:  stc
    ret
media_sectors: .byte 15, 18, 36, 0

torito_mark:       .byte 0
                   .ascii "CD001\001EL TORITO SPECIFICATION"
torito_mark_end:
msg_cd:            .asciz "CD"
msg_cannot_read:   .asciz ": cannot read it, status "
msg_no_disc:       .asciz ": no disc\n"
msg_plain_disc:    .asciz ": nothing on it to boot\n"
msg_wrong_catalog: .asciz ": its boot catalog is wrong\n"
msg_wrong_place:   .asciz ": what it boots does not fit between 7C00 and the end of base memory\n"
