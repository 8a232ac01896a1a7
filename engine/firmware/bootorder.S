# What to boot from, first to last: fw_cfg's file "bootorder", where the machine has one, then the set-up program's
# order (CMOS), then whatever neither names. The file has a device a line, by its path as Open Firmware writes it; we look for
#
#   …/floppy@0   …/drive@C/disk@U (channel and unit of IDE)   …/scsi@S/… (a virtio disk at PCI device S)   …/ethernet@…
#
# Disks and CD drives that it names come first among their like, the first disk as 80h. "HALT" ends it all.
# Source: QEMU, docs/specs/fw_cfg.rst ("bootorder"); Open Firmware, IEEE 1275-1994, 2.2.1. Not done: ROMs of their own in
# it, a CD between two disks.

    .set ORDER_AT,       BOOT_ADDRESS       # where it is read to, with DS = 0
    .set ORDER_MAX,      0x2000
    .set ORDER_ENTRY,    EBDA_COMMAND       # its entry of the directory
    .set ORDER_NAME,     EBDA_COMMAND + 64

# Out: EBDA_BOOT_REST = kinds of four bits, the first in bits 3-0. DS = data area, FS = extended. Changes all others.
boot_order:
    movw $0, %fs:EBDA_BOOT_REST
    call order_file
    jc   3f
    mov  $CMOS_BOOT_12, %al
    call cmos_read
    movzbw %al, %si
    mov  $CMOS_BOOT_3, %al
    call cmos_read
    and  $0xF0, %al
    shl  $4, %ax
    and  $0x0F00, %ax
    or   %ax, %si
    call order_kinds
    mov  $0x4321, %si               # floppy, hard disk, CD, network
order_kinds:                        # SI = kinds, the first in bits 3-0
    mov  %si, %ax
    and  $0x0F, %al
    jz   2f
    call order_add
2:  shr  $4, %si
    jnz  order_kinds
3:  ret

# In: AL = a kind: the next, unless it is there already. Changes BX, CX, DX.
order_add:
    mov  %fs:EBDA_BOOT_REST, %bx
    xor  %cl, %cl
1:  mov  %bx, %dx
    shr  %cl, %dx
    and  $0x0F, %dl
    jz   2f
    cmp  %al, %dl
    je   3f
    add  $4, %cl
    cmp  $16, %cl
    jb   1b
3:  ret
2:  movzbw %al, %dx
    shl  %cl, %dx
    or   %dx, %fs:EBDA_BOOT_REST
    ret

# Out: CF set if nothing else is to be tried. Keeps DS, FS.
order_file:
    call fwcfg_present
    jc   8f
    push %ds
    mov  %fs, %ax
    mov  %ax, %ds
    mov  %ax, %es
    mov  $order_name, %si
    mov  $ORDER_NAME, %di
    mov  $FILE_NAME_BYTES, %cx
    rep movsb %cs:(%si), %es:(%di)
    mov  $ORDER_NAME, %si
    mov  $ORDER_ENTRY, %bx
    call fwcfg_find
    jc   7f
    mov  FILE_SIZE(%bx), %ecx
    bswap %ecx
    cmp  $ORDER_MAX, %ecx
    jae  7f
    mov  $ORDER_AT, %edi
    push %cx
    call fwcfg_load
    pop  %cx
    xor  %ax, %ax
    mov  %ax, %ds
    mov  $ORDER_AT, %si
    mov  %si, %bp
    add  %cx, %bp                   # where it ends
    movb $0, %ds:(%bp)
    xor  %cx, %cx                   # disks and CDs that have their place
1:  cmpl $0x544C4148, (%si)         # "HALT"
    je   9f
    call order_line
2:  cmp  %bp, %si                   # the next line
    jae  7f
    lodsb
    cmp  $0x0A, %al
    jne  2b
    jmp  1b
7:  pop  %ds
8:  clc
    ret
9:  pop  %ds
    stc
    ret
order_name: .asciz "bootorder"
    .fill order_name + FILE_NAME_BYTES - ., 1, 0

# In: DS:SI = a line, CL = disks in place, CH = CDs. Out: CX. Changes EAX, BX, DX, DI.
order_line:
    mov  $order_floppy, %di
    mov  $1, %al
    call order_word
    je   order_kind
    mov  $order_network, %di
    mov  $4, %al
    call order_word
    je   order_kind
    mov  $order_virtio, %di
    call order_word
    jne  1f
    call order_digit                # the PCI device
    mov  %al, %ah
    mov  $KIND_VIRTIO, %dh
    xor  %dl, %dl
    jmp  order_disk
1:  mov  $order_drive, %di
    call order_word
    jne  9f
    mov  $0xF0, %dl                 # base, low byte
    cmpb $'0', (%bx)
    je   2f
    mov  $0x70, %dl
2:  mov  $order_unit, %di
    call order_word
    jne  9f
    mov  $0xE0, %ah
    cmpb $'0', (%bx)
    je   3f
    mov  $0xF0, %ah
3:  mov  $KIND_ATA, %dh
    call order_disk
    jnc  9f
    mov  $KIND_CD, %dh
    jmp  order_disk
order_kind:
    push %cx
    call order_add
    pop  %cx
9:  ret

order_floppy:  .asciz "/floppy@0"
order_network: .asciz "/ethernet@"
order_virtio:  .asciz "/scsi@"
order_drive:   .asciz "/drive@"
order_unit:    .asciz "/disk@"

# In: DS:SI = a line, CS:DI = a word. Out: ZF set and BX behind the word, if it is in the line. Keeps AX.
order_word:
    push %ax
    push %si
1:  mov  %si, %bx
    push %di
2:  mov  %cs:(%di), %al
    test %al, %al
    jz   3f
    cmp  (%bx), %al
    jne  4f
    inc  %bx
    inc  %di
    jmp  2b
4:  pop  %di
    mov  (%si), %al
    inc  %si
    cmp  $0x20, %al                 # line feed, or the end
    jae  1b
    pop  %si
    pop  %ax
    ret                             # ZF clear
3:  pop  %di
    pop  %si
    pop  %ax
    ret                             # ZF set

# In: DS:BX = hexadecimal digits. Out: AL = their value. Changes BX.
order_digit:
    xor  %al, %al
1:  mov  (%bx), %ah
    inc  %bx
    sub  $'0', %ah
    jb   3f
    cmp  $10, %ah
    jb   2f
    sub  $'a' - '0' - 10, %ah
    cmp  $10, %ah
    jb   3f
    cmp  $15, %ah
    ja   3f
2:  shl  $4, %al
    or   %ah, %al
    jmp  1b
3:  ret

# In: DH = kind of a disk, AH = its HD_DEVICE, DL = low byte of its HD_BASE (if DH is not KIND_VIRTIO), CX as
# order_line. Out: CF set if there is none; or it has the next place among its like, and their kind is next. Changes BX,
# DI, AX.
order_disk:
    mov  $EBDA_DISKS, %di
    mov  %fs:EBDA_DISK_COUNT, %bl
    mov  %cl, %bh                   # in place
    mov  $2, %al
    cmp  $KIND_CD, %dh
    jne  1f
    mov  $EBDA_CDS, %di
    mov  %fs:EBDA_CD_COUNT, %bl
    mov  %ch, %bh
    inc  %al
1:  push %si
    push %ax
    movzbw %bh, %si
    shl  $5, %si                    # HD_BYTES
    add  %di, %si                   # the place for it
    movzbw %bl, %bx
    shl  $5, %bx
    add  %di, %bx                   # the end
    mov  %si, %di
2:  cmp  %bx, %di
    jae  8f
    cmp  %fs:HD_KIND(%di), %dh
    jne  3f
    cmp  %fs:HD_DEVICE(%di), %ah
    jne  3f
    cmp  $KIND_VIRTIO, %dh
    je   4f
    cmp  %fs:HD_BASE(%di), %dl
    je   4f
3:  add  $HD_BYTES, %di
    jmp  2b
4:  call order_move
    pop  %ax
    pop  %si
    cmp  $KIND_CD, %dh
    je   5f
    inc  %cl
    jmp  6f
5:  inc  %ch
6:  push %dx
    call order_kind
    pop  %dx
    clc
    ret
8:  pop  %ax
    pop  %si
    stc
    ret

# Moves the disk at FS:DI to FS:SI, and those between one further. Changes DI.
order_move:
    push %ds
    push %es
    push %cx
    push %si
    mov  %fs, %cx
    mov  %cx, %ds
    mov  %cx, %es
1:  cmp  %si, %di
    je   3f
    push %si
    lea  -HD_BYTES(%di), %si        # changes place with the one before it
    mov  $HD_BYTES / 2, %cx
2:  mov  (%si), %ax
    xchg %ax, (%di)
    mov  %ax, (%si)
    add  $2, %si
    add  $2, %di
    loop 2b
    sub  $2 * HD_BYTES, %di
    pop  %si
    jmp  1b
3:  pop  %si
    pop  %cx
    pop  %es
    pop  %ds
    ret
