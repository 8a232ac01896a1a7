# The two IDE channels: who is there, and sectors of hard disks by programmed I/O.
#
#   base +0 data  +2 count  +3..+5 LBA  +6 device: 6 LBA, 4 device 1, 3:0 LBA 27:24
#        +7 status: 7 BSY  5 DF  3 DRQ  0 ERR;  writing: a command        control: 1 nIEN  2 SRST
#
# Services run with FS = the extended data area. The channels' interrupts stay off while a
# command runs: we ask.
# Source: ATA/ATAPI-6, 6.2, 7, 8.15, 8.27, 8.34, 8.53, 8.62, 9.2. Not done: DMA, disks
# that know only cylinders, heads and sectors, several sectors an interrupt.

    .set ATA_COUNT,      2
    .set ATA_LBA,        3
    .set ATA_DEVICE,     6
    .set ATA_STATUS,     7
    .set ATA_BSY,        0x80
    .set ATA_DF,         0x20
    .set ATA_DRQ,        0x08
    .set ATA_ERR,        0x01
    .set ATA_NIEN,       0x02
    .set ATA_SRST,       0x04
    .set ATA_READ,       0x20       # with 48-bit addresses: +4, +4, +2
    .set ATA_WRITE,      0x30
    .set ATA_VERIFY,     0x40
    .set ATA_IDENTIFY,   0xEC       # packet devices refuse it, and leave this in LBA 23:8
    .set ATA_PACKET_SIGN, 0xEB14
    .set ATA_CHUNK,      64         # sectors a command
    .set ATA_TICKS,      182        # 10 s

# What we know of a disk, or a CD drive.
    .set HD_BASE,        0          # word: port
    .set HD_CONTROL,     2          # word: port
    .set HD_DEVICE,      4          # byte: E0h or F0h; of virtio, the PCI device
    .set HD_LBA48,       5          # byte: 1 if it takes addresses of 48 bits
    .set HD_CYLINDERS,   6          # words: as INT 13h shows it
    .set HD_HEADS,       8
    .set HD_SECTORS,     10
    .set HD_OWN,         12         # three words: as it says itself
    .set HD_TOTAL,       18         # 8 bytes: sectors
    .set HD_KIND,        26         # byte: who moves them, twice the number in hard_drivers
    .set HD_FIRST,       28         # dword: of an emulated disk, its first block on the CD
    .set HD_BYTES,       32
    .set KIND_ATA,       0
    .set KIND_CD,        2
    .set KIND_EMULATED,  4
    .set KIND_VIRTIO,    6

    .set ID_CYLINDERS,   1 * 2      # words of IDENTIFY
    .set ID_HEADS,       3 * 2
    .set ID_SECTORS,     6 * 2
    .set ID_CAPABLE,     49 * 2     # bit 9: LBA
    .set ID_TOTAL28,     60 * 2
    .set ID_COMMANDS,    83 * 2     # bit 10: 48-bit addresses
    .set ID_TOTAL48,     100 * 2

init_disks:
    push %es
    push %fs
    mov  BDA_EBDA, %fs
    push %ss
    pop  %es
    xor  %ax, %ax
    mov  %ax, %fs:EBDA_DISK_COUNT   # and EBDA_CD_COUNT
    mov  $channels, %di
1:  mov  %fs:EBDA_DISK_COUNT, %al
    mov  $EBDA_DISKS, %si
    call ata_look
    jc   2f
    incb %fs:EBDA_DISK_COUNT
    jmp  3f
2:  jnz  3f
    mov  %fs:EBDA_CD_COUNT, %al
    mov  $EBDA_CDS, %si
    call new_disk
    call identify_packet
    jc   3f
    incb %fs:EBDA_CD_COUNT
3:  add  $6, %di
    cmp  $channels_end, %di
    jb   1b
    call init_virtio_disks
    mov  %fs:EBDA_DISK_COUNT, %al
    mov  %al, BDA_DISKS
    pop  %fs
    pop  %es
    ret

# In: CS:DI = a channel and device, SI = a list, AL = how many it has. Out: FS:SI = the
# next of it, with ports and device. Changes AX, EAX.
new_disk:
    cbw
    shl  $5, %ax                    # HD_BYTES
    add  %ax, %si
    mov  %cs:(%di), %eax
    mov  %eax, %fs:HD_BASE(%si)
    mov  %cs:4(%di), %al
    mov  %al, %fs:HD_DEVICE(%si)
    ret

channels:                           # base, control, device
    .word 0x1F0, 0x3F6, 0xE0
    .word 0x1F0, 0x3F6, 0xF0
    .word 0x170, 0x376, 0xE0
    .word 0x170, 0x376, 0xF0
channels_end:

# In: as new_disk. Out: CF clear, and FS:SI = the disk, all known of it; or CF set, and ZF
# set if it is a packet device. Needs ES = SS. Changes EAX, EBX, ECX, EDX, BP.
ata_look:
    call new_disk
    push %di
    call ata_select
    inc  %dx
    in   %dx, %al                   # an empty cable floats high
    cmp  $0xFF, %al
    je   8f
    dec  %dx
    xor  %al, %al
    dec  %dx
    out  %al, %dx                   # no signature yet
    dec  %dx
    out  %al, %dx
    call ata_wait
    jc   8f
    mov  $ATA_IDENTIFY, %al
    call ata_issue
    call ata_data
    jc   7f
    sub  $512, %sp
    mov  %sp, %di
    mov  %sp, %bp
    mov  %fs:HD_BASE(%si), %dx
    mov  $256, %cx
    rep insw
    call ata_finish
    testb $0x02, ID_CAPABLE + 1(%bp)
    jz   6f
    mov  ID_CYLINDERS(%bp), %ax
    mov  %ax, %fs:HD_OWN(%si)
    mov  ID_HEADS(%bp), %bx
    mov  %bx, %fs:HD_OWN + 2(%si)
    mov  ID_SECTORS(%bp), %cx
    mov  %cx, %fs:HD_OWN + 4(%si)
    mov  ID_TOTAL28(%bp), %eax
    xor  %edx, %edx
    movb $0, %fs:HD_LBA48(%si)
    testb $0x04, ID_COMMANDS + 1(%bp)
    jz   1f
    movb $1, %fs:HD_LBA48(%si)
    mov  ID_TOTAL48(%bp), %eax
    mov  ID_TOTAL48 + 4(%bp), %edx
1:  mov  %eax, %fs:HD_TOTAL(%si)
    mov  %edx, %fs:HD_TOTAL + 4(%si)
    movb $KIND_ATA, %fs:HD_KIND(%si)
    add  $512, %sp
    pop  %di
    jmp  hd_geometry
6:  add  $512, %sp
    jmp  8f
7:  call ata_finish
    mov  %fs:HD_BASE(%si), %dx
    add  $ATA_LBA + 1, %dx
    in   %dx, %al
    inc  %dx
    mov  %al, %ah
    in   %dx, %al
    xchg %al, %ah
    pop  %di
    cmp  $ATA_PACKET_SIGN, %ax
    stc
    ret
8:  pop  %di
    or   $1, %al                    # ZF clear
    stc
    ret

# In: FS:SI = disk; EDX:EAX = its sectors; BX, CX = its own heads and sectors. Cylinders
# have ten bits in INT 13h: a disk with more is shown with 63 sectors and as many heads as
# it takes, 16 to 255 ("LBA assisted", whatever CMOS says). Out: CF clear. Changes EAX, EBX, ECX, EDX.
hd_geometry:
    mov  %bx, %fs:HD_HEADS(%si)
    mov  %cx, %fs:HD_SECTORS(%si)
    cmpw $1024, %fs:HD_OWN(%si)
    ja   1f
    mov  %fs:HD_OWN(%si), %ax
    jmp  4f
1:  test %edx, %edx
    jz   2f
    mov  $-1, %eax
    xor  %edx, %edx
2:  mov  $63, %ecx
    mov  %cx, %fs:HD_SECTORS(%si)
    div  %ecx                       # tracks
    mov  $16, %ebx
3:  mov  %ebx, %ecx
    shl  $10, %ecx
    cmp  %ecx, %eax
    jbe  5f
    add  %ebx, %ebx
    cmp  $256, %ebx
    jb   3b
    mov  $255, %ebx
5:  mov  %bx, %fs:HD_HEADS(%si)
    xor  %edx, %edx
    div  %ebx
    cmp  $1024, %eax
    jbe  4f
    mov  $1024, %ax
4:  mov  %ax, %fs:HD_CYLINDERS(%si)
    clc
    ret

# Waits until the device is not busy. Out: AL = status; CF set after 10 s. Changes DX.
ata_wait:
    push %bx
    mov  %fs:HD_BASE(%si), %dx
    add  $ATA_STATUS, %dx
    mov  BDA_TICKS, %bx
1:  in   %dx, %al
    test $ATA_BSY, %al
    jz   2f                         # CF clear
    push %ax
    mov  BDA_TICKS, %ax
    sub  %bx, %ax
    cmp  $ATA_TICKS, %ax
    pop  %ax
    jb   1b
    stc
2:  pop  %bx
    ret

# In: AL = command. Interrupts of the channel are off from here to ata_finish. Changes AX, DX.
ata_issue:
    push %ax
    mov  %fs:HD_CONTROL(%si), %dx
    mov  $ATA_NIEN, %al
    out  %al, %dx
    pop  %ax
    mov  %fs:HD_BASE(%si), %dx
    add  $ATA_STATUS, %dx
    out  %al, %dx
    mov  %fs:HD_CONTROL(%si), %dx   # 400 ns until the status is true
    in   %dx, %al
    in   %dx, %al
    in   %dx, %al
    in   %dx, %al
    ret

# Waits for a sector's turn. Out: CF clear; or set, AH = status of INT 13h. Changes AL, DX.
ata_data:
    call ata_good
    jc   1f
    test $ATA_DRQ, %al
    jnz  1f                         # CF clear
    mov  $DISK_CONTROLLER, %ah
    stc
1:  ret

# Waits for the end of a command. Out: as ata_data, AL = status. Changes DX.
ata_good:
    call ata_wait
    mov  $DISK_TIMEOUT, %ah
    jc   1f
    mov  $DISK_CONTROLLER, %ah
    test $ATA_DF, %al
    jnz  2f
    mov  $DISK_NO_SECTOR, %ah
    test $ATA_ERR, %al
    jnz  2f
    xor  %ah, %ah
1:  ret
2:  stc
    ret

ata_finish:                         # interrupts may come again; changes AL, DX
    mov  %fs:HD_BASE(%si), %dx
    add  $ATA_STATUS, %dx
    in   %dx, %al                   # takes back one that waits
    mov  %fs:HD_CONTROL(%si), %dx
    xor  %al, %al
    out  %al, %dx
    ret

# Both devices of the channel. Out: AH = status. Changes AL, CX, DX.
ata_reset:
    mov  %fs:HD_CONTROL(%si), %dx
    mov  $ATA_SRST | ATA_NIEN, %al
    out  %al, %dx
    mov  $16, %cx
1:  in   %dx, %al                   # 5 µs
    loop 1b
    mov  $ATA_NIEN, %al
    out  %al, %dx
    call ata_wait
    call ata_select
    call ata_good
    push %ax
    call ata_finish
    pop  %ax
    ret

ata_select:                         # changes AL, DX
    mov  %fs:HD_BASE(%si), %dx
    add  $ATA_DEVICE, %dx
    mov  %fs:HD_DEVICE(%si), %al
    out  %al, %dx
    ret

ata_transfer:                       # see hard_drivers
    movw $0, %fs:EBDA_HD_DONE
1:  mov  %fs:EBDA_HD_COUNT, %bx
    test %bx, %bx
    mov  $DISK_OK, %ah
    jz   9f
    cmp  $ATA_CHUNK, %bx
    jbe  2f
    mov  $ATA_CHUNK, %bx
2:  call ata_select
    call ata_good                   # an error of the last command is none of this
    cmp  $DISK_TIMEOUT, %ah
    je   9f
    call ata_address
    call ata_issue
    cmpb $ATA_VERIFY, %fs:EBDA_HD_COMMAND
    je   6f
3:  call ata_data
    jc   8f
    call hard_buffer
    mov  $256, %cx
    mov  %fs:HD_BASE(%si), %dx
    cmpb $ATA_WRITE, %fs:EBDA_HD_COMMAND
    je   4f
    rep insw
    jmp  5f
4:  push %si
    mov  %di, %si
    rep outsw %es:(%si), %dx
    pop  %si
5:  addw $512, %fs:EBDA_HD_BUFFER
    mov  $1, %ax
    call ata_passed
    dec  %bx
    jnz  3b
6:  call ata_good
    jc   9f
    mov  %bx, %ax                   # a verified chunk is done as a whole
    call ata_passed
    jmp  1b
9:  push %ax
    call ata_finish
    pop  %ax
    ret

# Out: ES:DI = EBDA_HD_BUFFER, which now has a small offset: what comes never wraps. Changes AX.
hard_buffer:
    mov  %fs:EBDA_HD_BUFFER, %di
    mov  %di, %ax
    shr  $4, %ax
    add  %fs:EBDA_HD_BUFFER + 2, %ax
    mov  %ax, %es
    mov  %ax, %fs:EBDA_HD_BUFFER + 2
    and  $15, %di
    mov  %di, %fs:EBDA_HD_BUFFER
    ret

ata_passed:                         # AX sectors are done
    add  %ax, %fs:EBDA_HD_DONE
    sub  %ax, %fs:EBDA_HD_COUNT
    movzwl %ax, %eax
    add  %eax, %fs:EBDA_HD_LBA
    adcl $0, %fs:EBDA_HD_LBA + 4
    ret

# In: BX = sectors of this command. Writes address and count. Out: AL = the command.
# Addresses that end beyond 28 bits take the longer commands. Changes EAX, ECX, DX.
ata_address:
    mov  %fs:HD_BASE(%si), %dx
    add  $ATA_COUNT, %dx
    mov  %fs:EBDA_HD_LBA, %ecx
    cmpb $0, %fs:HD_LBA48(%si)
    je   3f
    mov  %ecx, %eax
    add  $ATA_CHUNK, %eax
    jc   1f
    shr  $28, %eax
    or   %fs:EBDA_HD_LBA + 4, %eax
    jnz  1f
3:  call ata_low_bytes
    shr  $24, %ecx
    mov  %cl, %al
    or   %fs:HD_DEVICE(%si), %al
    out  %al, %dx
    mov  %fs:EBDA_HD_COMMAND, %al
    ret
1:  push %ecx
    shr  $24, %ecx                  # LBA 31:24, 39:32, 47:40 go first
    mov  %fs:EBDA_HD_LBA + 4, %ax
    shl  $8, %eax
    mov  %cl, %al
    mov  %eax, %ecx
    push %bx
    mov  %bh, %bl
    call ata_low_bytes
    pop  %bx
    pop  %ecx
    sub  $4, %dx
    call ata_low_bytes
    mov  %fs:HD_DEVICE(%si), %al
    out  %al, %dx
    mov  %fs:EBDA_HD_COMMAND, %al
    add  $4, %al
    cmp  $ATA_VERIFY + 4, %al
    jne  2f
    sub  $2, %al
2:  ret

# In: BL = count, ECX = LBA, DX = port of the count. Out: DX = device port. Changes AL.
ata_low_bytes:
    mov  %bl, %al
    out  %al, %dx
    inc  %dx
    mov  %cl, %al
    out  %al, %dx
    inc  %dx
    mov  %ch, %al
    out  %al, %dx
    inc  %dx
    push %ecx
    shr  $16, %ecx
    mov  %cl, %al
    pop  %ecx
    out  %al, %dx
    inc  %dx
    ret
