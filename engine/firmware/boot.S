# INT 19h: load the first sector of a disk and jump to it. INT 18h: the next device, please
# (IBM's machines started BASIC from ROM).
# Source: IBM PC AT Technical Reference, section 5, BOOT_STRAP; Phoenix, Compaq and
# Intel, BIOS Boot Specification 1.01, 6.5 (state at 0000:7C00), 6.7.

    .set BOOT_ADDRESS, 0x7C00
    .set BOOT_TRIES,   4            # the first read may see "disk changed", or a
                                    # motor that has not come up to speed
int19:
    xor  %ax, %ax
    mov  %ax, %ss
    mov  $BOOT_ADDRESS, %sp
    mov  $BDA_SEGMENT, %ax
    mov  %ax, %ds
    mov  BDA_EBDA, %fs
    cld
    call boot_order
boot_next:
    xor  %ax, %ax
    mov  %ax, %ss
    mov  $BOOT_ADDRESS, %sp
    mov  %ax, %es
    sti
    cld
    mov  %fs:EBDA_BOOT_REST, %si
    shrw $4, %fs:EBDA_BOOT_REST
    and  $0x000F, %si               # 1 floppy, 2 hard disk, 3 CD, 4 network
    jz   no_device
    cmp  $BOOT_LAST, %si
    ja   boot_next
    add  %si, %si
    call *%cs:boot_devices(%si)     # comes back if it does not boot
int18:                              # a loader that found nothing, too
    mov  $BDA_SEGMENT, %ax
    mov  %ax, %ds
    mov  BDA_EBDA, %fs
    jmp  boot_next

boot_devices:
    .word no_device, boot_floppy, boot_disk, boot_cd, boot_network
    .set BOOT_LAST, 4

boot_floppy:
    xor  %dl, %dl
    testb $1, BDA_EQUIPMENT
    jnz  boot_from
    ret
boot_disk:
    mov  $0x80, %dl
    cmpb $0, BDA_DISKS
    jne  boot_from
    ret

boot_network:                       # by a card's ROM (optionrom.S), or by ourselves
    mov  %fs:EBDA_BEV, %bx
    test %bx, %bx
    jz   boot_own_network
    mov  $name_of_network, %si
    call say_booting
    mov  %fs:EBDA_BEV + 2, %ds
    jmp  call_rom

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
    mov  $name_of_floppy, %si
    test %dl, %dl
    jz   3f
    mov  $name_of_disk, %si
3:  call say_booting
    xor  %cx, %cx
    mov  $BOOT_ADDRESS, %bx

# A boot sector may rely on CS:IP = 0000:7C00, DL = its drive, interrupts on.
# Everything else we make the same for each of them. In: CX:BX = where it starts, DL.
boot_jump:
    mov  $BOOT_ADDRESS, %sp
    push %cx
    push %bx
    xor  %eax, %eax
    mov  %ax, %ds
    mov  %ax, %es
    mov  %ax, %fs
    mov  %ax, %gs
    xor  %ebx, %ebx
    xor  %ecx, %ecx
    movzbl %dl, %edx
    xor  %esi, %esi
    xor  %edi, %edi
    xor  %ebp, %ebp
    movzwl %sp, %esp
    lret

say_booting:                        # SI = from what; keeps DX
    push %si
    mov  $msg_booting, %si
    call say
    pop  %si
    call say
    mov  $msg_newline, %si
    jmp  say

boot_read_failed:                   # BL = status of INT 13h
    call say_drive
    mov  $msg_read_failed, %si
say_status:                         # SI = what failed, BL = status
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

no_device:
    mov  $msg_no_device, %si
    call say
1:  hlt                             # ticks and Ctrl+Alt+Del still work
    jmp  1b

msg_booting:       .asciz "Booting from "
name_of_floppy:    .asciz "floppy A"
name_of_disk:      .asciz "hard disk C"
name_of_network:   .asciz "the network"
msg_newline:       .asciz "\n"
msg_floppy:        .asciz "Floppy A"
msg_disk:          .asciz "Hard disk C"
msg_read_failed:   .asciz ": cannot read its first sector, status "
msg_status_end:    .asciz "h\n"
msg_no_signature:  .asciz ": the first sector ends in "
msg_signature_end: .asciz ", not in 55 AA\n"
msg_no_device:     .asciz "No bootable device.\n"
