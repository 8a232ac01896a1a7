# INT 13h of a CD: booted from without emulation, or from what plays a floppy or a hard disk.
    .include "probe.S"
    .set BUFFER, 0x1000             # segment

    .macro ASK number
    mov  $\number, %ax
    mov  boot_drive, %dl
    int  $0x13
    .endm
    .macro STATUS text              # CF, AH
    sbb  %al, %al
    push %ax
    SAY  "\text"
    pop  %ax
    push %ax
    call print8
    pop  %ax
    mov  %ah, %al
    call print8
    call print_line
    .endm

probe:
    SAY  "drive"
    mov  boot_drive, %al
    call print8
    call print_line
    mov  $spec, %si
    ASK  0x4B01
    STATUS "emulation"
    SAY  "size, media, drive"
    mov  spec, %al
    call print8
    mov  spec + 1, %al
    and  $0x0F, %al
    call print8
    mov  spec + 2, %al
    call print8
    SAY  ", controller"
    mov  spec + 3, %al
    call print8
    mov  spec + 8, %ax
    call print16
    SAY  ", image"
    mov  spec + 4, %eax
    call print32
    mov  spec + 12, %ax
    call print16
    mov  spec + 14, %ax
    call print16
    call print_line
    cmpb $0xE0, boot_drive
    jae  no_emulation

    ASK  0x0800
    push %dx
    push %cx
    push %bx
    STATUS "geometry"
    pop  %ax
    call print8                     # type
    pop  %ax
    call print16
    pop  %ax
    call print16
    call print_line
    mov  0x0475, %al
    SAY  "disks"
    call print8
    int  $0x11
    SAY  ", equipment"
    and  $0xC1, %ax
    call print16
    call print_line

    xor  %edi, %edi                 # five times five sectors of cylinder 1, head 1
    mov  $5, %bp
    mov  $0x0101, %cx
1:  mov  $BUFFER, %ax
    mov  %ax, %es
    xor  %bx, %bx
    mov  $1, %dh
    ASK  0x0205
    jc   2f
    push %cx
    mov  $5 * 128, %cx
    call add_buffer
    pop  %cx
    add  $2, %cl
    dec  %bp
    jnz  1b
2:  sbb  %al, %al
    SAY  "read"
    call print8
    call print_line
    call print_sum
    mov  $0x0101, %cx
    mov  $0, %dh
    ASK  0x0401
    STATUS "verify"
    mov  $BUFFER, %ax
    mov  %ax, %es
    xor  %bx, %bx
    mov  $0x0101, %cx
    mov  $0, %dh
    ASK  0x0301
    STATUS "write"
    mov  $0xFF01, %cx
    mov  $0, %dh
    xor  %bx, %bx
    ASK  0x0201
    sbb  %al, %al
    SAY  "no such cylinder"
    call print8
    call print_line
    mov  $spec, %si
    ASK  0x4B00
    STATUS "end"
    mov  0x0475, %al
    SAY  "disks"
    call print8
    call print_line
    ret

no_emulation:
    mov  $0x55AA, %bx
    ASK  0x4100
    push %bx
    push %cx
    sbb  %al, %al
    SAY  "extensions"
    call print8
    pop  %ax
    and  $0x01, %al
    call print8
    pop  %ax
    call print16
    call print_line
    mov  $info, %si
    ASK  0x4800
    STATUS "parameters"
    mov  info + 2, %ax
    call print16
    mov  info + 16, %eax
    call print32
    mov  info + 24, %ax
    call print16
    call print_line
    xor  %edi, %edi
1:  mov  $packet, %si
    ASK  0x4200
    jc   2f
    mov  $BUFFER, %ax
    mov  %ax, %es
    mov  $20 * 512, %cx
    call add_buffer
    addl $20, packet + 8
    cmpl $300, packet + 8
    jb   1b
2:  sbb  %al, %al
    SAY  "read"
    call print8
    call print_line
    call print_sum
    movl $100000, packet + 8
    mov  $packet, %si
    ASK  0x4200
    sbb  %al, %al
    SAY  "past the end"
    call print8
    call print_line
    movl $0, packet + 8
    mov  $packet, %si
    ASK  0x4300
    STATUS "write"
    ret

# EDI = rotate left (EDI) + dword, for CX dwords at the buffer.
add_buffer:
    push %es
    mov  $BUFFER, %ax
    mov  %ax, %es
    xor  %si, %si
1:  rol  $1, %edi
    add  %es:(%si), %edi
    add  $4, %si
    loop 1b
    pop  %es
    ret
print_sum:
    SAY  "sum"
    mov  %edi, %eax
    call print32
    jmp  print_line

    .balign 4
packet: .byte 16, 0
    .word 20, 0, BUFFER
    .quad 0
info: .word 26
    .fill 28, 1, 0
spec: .byte 0x13
    .fill 31, 1, 0
    PROBE_END
