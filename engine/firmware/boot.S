# INT 19h: load the first sector of a disk and jump to it. INT 18h: nothing to boot.
# Source: IBM PC AT Technical Reference, section 5, BOOT_STRAP; Phoenix, Compaq and
# Intel, BIOS Boot Specification 1.01, 6.5 (state at 0000:7C00).

    .set BOOT_ADDRESS, 0x7C00
    .set BOOT_TRIES,   4            # the first read may see "disk changed", or a
                                    # motor that has not come up to speed
int19:
    xor  %ax, %ax
    mov  %ax, %ss
    mov  $BOOT_ADDRESS, %sp
    mov  %ax, %es
    mov  $BDA_SEGMENT, %ax
    mov  %ax, %ds
    sti
    cld
    testb $1, BDA_EQUIPMENT
    jz   no_floppy

    mov  $BOOT_TRIES, %di
1:  mov  $0x0201, %ax               # AH=02h: read, AL=1 sector
    mov  $BOOT_ADDRESS, %bx         # to ES:BX
    mov  $0x0001, %cx               # cylinder 0, sector 1
    xor  %dx, %dx                   # head 0, drive A
    int  $0x13
    jnc  2f
    mov  %ah, %bl                   # keep the status over the reset
    xor  %ax, %ax                   # AH=00h: reset, then try again
    int  $0x13
    dec  %di
    jnz  1b
    jmp  boot_read_failed

2:  mov  %es:BOOT_ADDRESS + 510, %ax
    cmp  $0xAA55, %ax
    jne  boot_no_signature
    mov  $msg_booting, %si
    call say

# A boot sector may rely on CS:IP = 0000:7C00, DL = its drive, interrupts on.
# Everything else we make the same for each of them.
    xor  %eax, %eax
    mov  %ax, %ds
    mov  %ax, %fs
    mov  %ax, %gs
    xor  %ebx, %ebx
    xor  %ecx, %ecx
    xor  %edx, %edx
    xor  %esi, %esi
    xor  %edi, %edi
    xor  %ebp, %ebp
    movzwl %sp, %esp
    ljmp $0, $BOOT_ADDRESS

boot_read_failed:                   # BL = status of INT 13h
    mov  $msg_read_failed, %si
    call say
    mov  %bl, %al
    call print_hex8
    mov  $msg_status_end, %si
    call say
    int  $0x18

boot_no_signature:                  # AX = the word that should be AA55
    mov  $msg_no_signature, %si
    push %ax
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
    call say
    int  $0x18

no_floppy:
    mov  $msg_no_floppy, %si
    call say
    int  $0x18

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

msg_booting:       .asciz "Booting from floppy A\n"
msg_read_failed:   .asciz "Floppy A: cannot read its first sector, status "
msg_status_end:    .asciz "h\n"
msg_no_signature:  .asciz "Floppy A: the first sector ends in "
msg_signature_end: .asciz ", not in 55 AA\n"
msg_no_floppy:     .asciz "No floppy drive\n"
msg_no_device:     .asciz "No bootable device.\n"
