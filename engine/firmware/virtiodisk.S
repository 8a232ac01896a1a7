# Disks on virtio, by the registers that such a PCI card has for drivers older than virtio
# 1.0: one request at a time, moved by the device itself.
#
#   port +4 features  +8 page of the queue  +C its size  +E which queue  +10 there is something
#        +12 status: 1 seen, 2 known, 4 ready   +13 reading lets the interrupt go   +14 sectors
#   queue, at a multiple of 4 KiB: descriptors of 16 bytes (address, bytes, flags: 1 next, 2
#        written by the device; next); requests: flags, count, numbers; at the next 4 KiB what
#        is done: flags, count, ...
#
# Queues lie in the E segment, 12 KiB each, so there are few.
# Source: OASIS Virtual I/O Device 1.2, 2.7, 4.1.4.8, 5.2. Not done: virtio 1.0 registers.

    .set ID_VIRTIO_DISK, 0x10011AF4
    .set PCI_MASTER,     0x04       # of the command
    .set VIRTIO_FEATURES, 0x04
    .set VIRTIO_PAGE,    0x08
    .set VIRTIO_SIZE,    0x0C
    .set VIRTIO_SELECT,  0x0E
    .set VIRTIO_NOTIFY,  0x10
    .set VIRTIO_STATUS,  0x12
    .set VIRTIO_ISR,     0x13
    .set VIRTIO_CONFIG,  0x14
    .set QUEUE_MAX,      256
    .set QUEUE_BYTES,    0x3020     # with a request behind it
    .set QUEUE_HEADER,   0x3000     # kind, 0, sector: 16 bytes
    .set QUEUE_STATUS,   0x3010     # what came of it
    .set DESCRIPTOR_NEXT, 1
    .set DESCRIPTOR_WRITE, 2
    .set HD_QUEUE,       HD_FIRST   # dword: where its queue is
    .set HD_QUEUE_SIZE,  HD_CONTROL # word

# Adds the disks of all cards to the list. In: FS = extended data area. Changes everything but
# DS, ES, FS.
init_virtio_disks:
    or   $-1, %bx
1:  call pci_next
    jc   2f
    cmp  $ID_VIRTIO_DISK, %eax
    jne  1b
    cmpb $EBDA_DISKS_MAX, %fs:EBDA_DISK_COUNT
    jae  2f
    movzbw %fs:EBDA_DISK_COUNT, %si
    shl  $5, %si                    # HD_BYTES
    add  $EBDA_DISKS, %si
    push %bx
    call virtio_disk
    pop  %bx
    jc   1b
    incb %fs:EBDA_DISK_COUNT
    jmp  1b
2:  ret

# In: BX = function, FS:SI = a place in the list. Out: CF clear, and all filled in; or CF set.
virtio_disk:
    push %es
    mov  $PCI_BAR0, %di
    call pci_read
    test $1, %al                    # ports
    jz   9f
    and  $~3, %ax
    jz   9f
    mov  %ax, %fs:HD_BASE(%si)
    mov  %bx, %ax
    shr  $3, %al
    mov  %al, %fs:HD_DEVICE(%si)    # the PCI device
    mov  $PCI_COMMAND, %di
    call pci_read_word
    or   $PCI_MASTER, %al
    call pci_write_word
    mov  %fs:HD_BASE(%si), %bx
    mov  $0, %al                    # reset
    call virtio_status
    mov  $3, %al
    call virtio_status
    lea  VIRTIO_FEATURES(%bx), %dx  # nothing special
    xor  %eax, %eax
    out  %eax, %dx
    lea  VIRTIO_SELECT(%bx), %dx
    out  %ax, %dx
    lea  VIRTIO_SIZE(%bx), %dx
    in   %dx, %ax
    mov  %ax, %fs:HD_QUEUE_SIZE(%si)
    dec  %ax
    cmp  $QUEUE_MAX, %ax
    jae  9f
    push %ds
    mov  BDA_EBDA, %ds
    mov  $QUEUE_BYTES, %ecx
    mov  $0x1000, %eax
    call low_allocate
    pop  %ds
    jc   9f
    mov  %edi, %fs:HD_QUEUE(%si)
    mov  %edi, %eax
    shr  $4, %eax
    mov  %ax, %es
    xor  %di, %di
    xor  %eax, %eax
    mov  $QUEUE_BYTES / 4, %cx
    rep stosl
    mov  %fs:HD_QUEUE(%si), %eax
    shr  $12, %eax
    lea  VIRTIO_PAGE(%bx), %dx
    out  %eax, %dx
    mov  $7, %al
    call virtio_status
    lea  VIRTIO_CONFIG(%bx), %dx
    in   %dx, %eax
    mov  %eax, %fs:HD_TOTAL(%si)
    add  $4, %dx
    in   %dx, %eax
    mov  %eax, %fs:HD_TOTAL + 4(%si)
    mov  %eax, %edx
    mov  %fs:HD_TOTAL(%si), %eax
    movb $KIND_VIRTIO, %fs:HD_KIND(%si)
    mov  $16, %bx                   # as a disk on IDE would say
    mov  $63, %cx
    mov  %bx, %fs:HD_OWN + 2(%si)
    mov  %cx, %fs:HD_OWN + 4(%si)
    movw $16383, %fs:HD_OWN(%si)
    test %edx, %edx
    jnz  1f
    push %eax
    mov  $16 * 63, %ecx
    div  %ecx
    xor  %edx, %edx
    cmp  $16383, %eax
    jae  2f
    cmp  $1, %ax                    # a small disk has one cylinder, too
    adc  $0, %ax
    mov  %ax, %fs:HD_OWN(%si)
2:  pop  %eax
    mov  $63, %cx
1:  call hd_geometry
    pop  %es
    ret
9:  pop  %es
    stc
    ret

virtio_status:                      # BX = port, AL; changes DX
    lea  VIRTIO_STATUS(%bx), %dx
    out  %al, %dx
    ret

virtio_transfer:                    # see hard_drivers
    movw $0, %fs:EBDA_HD_DONE
1:  mov  %fs:EBDA_HD_COUNT, %bx
    test %bx, %bx
    mov  $DISK_OK, %ah
    jz   5f
    cmp  $ATA_CHUNK, %bx
    jbe  2f
    mov  $ATA_CHUNK, %bx
2:  cmpb $ATA_VERIFY, %fs:EBDA_HD_COMMAND
    je   4f
    mov  %fs:HD_QUEUE(%si), %ecx
    mov  %ecx, %eax
    shr  $4, %eax
    mov  %ax, %es
    xor  %edx, %edx                 # 0 reads, 1 writes
    cmpb $ATA_WRITE, %fs:EBDA_HD_COMMAND
    sete %dl
    mov  %edx, %es:QUEUE_HEADER
    mov  %fs:EBDA_HD_LBA, %eax
    mov  %eax, %es:QUEUE_HEADER + 8
    mov  %fs:EBDA_HD_LBA + 4, %eax
    mov  %eax, %es:QUEUE_HEADER + 12
    lea  QUEUE_HEADER(%ecx), %eax
    mov  %eax, %es:0x00
    movl $16, %es:0x08
    movl $1 << 16 | DESCRIPTOR_NEXT, %es:0x0C
    add  $QUEUE_STATUS - QUEUE_HEADER, %eax
    mov  %eax, %es:0x20
    movl $1, %es:0x28
    movl $DESCRIPTOR_WRITE, %es:0x2C
    movzwl %fs:EBDA_HD_BUFFER + 2, %eax
    shl  $4, %eax
    movzwl %fs:EBDA_HD_BUFFER, %ecx
    add  %ecx, %eax
    mov  %eax, %es:0x10
    movzwl %bx, %eax
    shl  $9, %eax
    mov  %eax, %es:0x18
    xor  $1, %dl                    # who writes into the buffer?
    add  %dl, %dl
    or   $DESCRIPTOR_NEXT, %dl
    or   $2 << 16, %edx
    mov  %edx, %es:0x1C
    call virtio_request
    jc   5f
    shl  $5, %bx                    # paragraphs
    add  %bx, %fs:EBDA_HD_BUFFER + 2
    shr  $5, %bx
4:  mov  %bx, %ax
    call ata_passed
    jmp  1b
5:  ret

# Puts descriptor 0 into the queue ES and waits for it. In: FS:SI = disk. Out: CF, AH = status.
# Changes EAX, CX, DX, DI.
virtio_request:
    mov  %fs:HD_QUEUE_SIZE(%si), %cx
    mov  %cx, %di
    shl  $4, %di                    # behind the descriptors
    movb $0xFF, %es:QUEUE_STATUS
    movw $1, %es:(%di)              # no interrupt, please
    mov  %es:2(%di), %ax
    dec  %cx
    and  %ax, %cx                   # its place
    add  %cx, %cx
    push %di
    add  %cx, %di
    movw $0, %es:4(%di)
    pop  %di
    inc  %ax
    mov  %ax, %es:2(%di)
    mov  %fs:HD_QUEUE_SIZE(%si), %cx
    add  %cx, %di                   # what is done: the next 4 KiB behind 6 bytes and 2 each
    add  %cx, %di
    add  $6 + 0xFFF, %di
    and  $0xF000, %di
    mov  %ax, %cx
    mov  %fs:HD_BASE(%si), %dx
    add  $VIRTIO_NOTIFY, %dx
    xor  %ax, %ax
    out  %ax, %dx
    mov  BDA_TICKS, %dx
1:  cmp  %cx, %es:2(%di)
    je   2f
    mov  BDA_TICKS, %ax
    sub  %dx, %ax
    cmp  $ATA_TICKS, %ax
    jb   1b
    mov  $DISK_TIMEOUT, %ah
    stc
    ret
2:  mov  %fs:HD_BASE(%si), %dx
    add  $VIRTIO_ISR, %dx
    in   %dx, %al
    mov  $DISK_CONTROLLER, %ah
    cmpb $1, %es:QUEUE_STATUS       # 0 is good
    cmc
    jc   3f
    xor  %ah, %ah
3:  ret
