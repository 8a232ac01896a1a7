# INT 19h: load the first sector of a disk and jump to it. INT 18h: nothing to boot.
# Source: IBM PC AT Technical Reference, section 5, BOOT_STRAP; Phoenix, Compaq and
# Intel, BIOS Boot Specification 1.01, 6.5 (state at 0000:7C00).

    .set BOOT_ADDRESS, 0x7C00
    .set BOOT_TRIES,   4            # the first read may see "disk changed", or a
                                    # motor that has not come up to speed
    .set BOOT_FLOPPY,  1
    .set BOOT_DISK,    2
int19:
    xor  %ax, %ax
    mov  %ax, %ss
    mov  $BOOT_ADDRESS, %sp
    mov  %ax, %es
    mov  $BDA_SEGMENT, %ax
    mov  %ax, %ds
    sti
    cld
# The set-up program's order: three numbers of four bits, 1 floppy, 2 hard disk. Those of
# devices we do not know (3 CD, 4 network) are passed over.
    mov  $CMOS_BOOT_12, %al
    call cmos_read
    movzbw %al, %cx
    mov  $CMOS_BOOT_3, %al
    call cmos_read
    and  $0xF0, %al
    shl  $4, %ax
    and  $0x0F00, %ax
    or   %ax, %cx
    jnz  1f
    mov  $0x21, %cx                 # none: floppy, hard disk
1:  push %cx
    and  $0x0F, %cl
    cmp  $BOOT_FLOPPY, %cl
    je   2f
    cmp  $BOOT_DISK, %cl
    jne  3f
    cmpb $0, BDA_DISKS
    je   3f
    mov  $0x80, %dl
    call boot_from
    jmp  3f
2:  testb $1, BDA_EQUIPMENT
    jz   4f
    xor  %dl, %dl
    call boot_from
3:  pop  %cx
    shr  $4, %cx
    jnz  1b
    int  $0x18
4:  mov  $msg_no_floppy, %si
    call say
    jmp  3b

# In: DL = drive, ES = 0. Comes back, having said why, if it does not boot.
boot_from:
    mov  $BOOT_TRIES, %bp
1:  mov  $0x0201, %ax               # AH=02h: read, AL=1 sector
    mov  $BOOT_ADDRESS, %bx         # to ES:BX
    mov  $0x0001, %cx               # cylinder 0, sector 1
    xor  %dh, %dh                   # head 0
    push %bp
    int  $0x13
    pop  %bp
    jnc  2f
    mov  %ah, %bl                   # keep the status over the reset
    xor  %ax, %ax                   # AH=00h: reset, then try again
    int  $0x13
    dec  %bp
    jnz  1b
    jmp  boot_read_failed

2:  mov  %es:BOOT_ADDRESS + 510, %ax
    cmp  $0xAA55, %ax
    jne  boot_no_signature
    push %dx
    mov  $msg_booting, %si
    call say
    mov  $name_of_floppy, %si
    test %dl, %dl
    jz   3f
    mov  $name_of_disk, %si
3:  call say
    mov  $msg_newline, %si
    call say
    pop  %dx

# A boot sector may rely on CS:IP = 0000:7C00, DL = its drive, interrupts on.
# Everything else we make the same for each of them.
    xor  %eax, %eax
    mov  %ax, %ds
    mov  %ax, %fs
    mov  %ax, %gs
    xor  %ebx, %ebx
    xor  %ecx, %ecx
    movzbl %dl, %edx
    mov  $BOOT_ADDRESS, %sp
    xor  %esi, %esi
    xor  %edi, %edi
    xor  %ebp, %ebp
    movzwl %sp, %esp
    ljmp $0, $BOOT_ADDRESS

boot_read_failed:                   # BL = status of INT 13h
    call say_drive
    mov  $msg_read_failed, %si
    call say
    mov  %bl, %al
    call print_hex8
    mov  $msg_status_end, %si
    jmp  say

boot_no_signature:                  # AX = the word that should be AA55
    push %ax
    call say_drive
    mov  $msg_no_signature, %si
    call say
    pop  %ax
    push %ax
    call print_hex8                 # in the order the bytes stand on disk
    mov  $' ', %al
    call *%di
    pop  %ax
    mov  %ah, %al
    call print_hex8
    mov  $msg_signature_end, %si
    jmp  say

say_drive:                          # at a line's start; DL = drive
    mov  $msg_floppy, %si
    test %dl, %dl
    jz   1f
    mov  $msg_disk, %si
1:  jmp  say

# IBM's machines started BASIC from ROM here.
int18:
    push %cs
    pop  %ds
    sti
    cld
    mov  $msg_no_device, %si
    call say
1:  hlt                             # ticks and Ctrl+Alt+Del still work
    jmp  1b

msg_booting:       .asciz "Booting from "
name_of_floppy:    .asciz "floppy A"
name_of_disk:      .asciz "hard disk C"
msg_newline:       .asciz "\n"
msg_floppy:        .asciz "Floppy A"
msg_disk:          .asciz "Hard disk C"
msg_read_failed:   .asciz ": cannot read its first sector, status "
msg_status_end:    .asciz "h\n"
msg_no_signature:  .asciz ": the first sector ends in "
msg_signature_end: .asciz ", not in 55 AA\n"
msg_no_floppy:     .asciz "No floppy drive\n"
msg_no_device:     .asciz "No bootable device.\n"
