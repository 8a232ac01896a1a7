# INT 13h of the first hard disk: what it says of itself, the content of 2 MiB by
# packets and by cylinder, head and sector, the errors, writing.
    .include "probe.S"
    .set BUFFER, 0x1000             # segment

    .macro STATUS text
    pushf
    SAY  "\text"
    popf
    call print_status
    .endm

    .macro ASK number
    mov  $\number, %ah
    mov  boot_drive, %dl
    int  $0x13
    .endm

probe:
    ASK  0x08
    push %dx
    push %cx
    SAY  "geometry"
    pop  %ax
    call print16
    pop  %ax
    call print16
    call print_line
    ASK  0x15
    push %dx
    push %cx
    mov  %ah, %al
    SAY  "type"
    call print8
    pop  %ax
    call print16
    pop  %ax
    call print16
    call print_line
    mov  $0x55AA, %bx
    ASK  0x41
    sbb  %dl, %dl
    SAY  "extensions"
    mov  %bx, %ax
    call print16
    mov  %cl, %al
    and  $1, %al
    call print8
    mov  %dl, %al
    call print8
    call print_line
    mov  $info, %si
    ASK  0x48
    SAY  "sectors"
    mov  info + 20, %eax
    call print32
    mov  info + 16, %eax
    call print32
    mov  info + 24, %ax
    call print16
    call print_line

# 4096 sectors, 64 a packet: sum = rotate left (sum) + dword.
    xor  %edi, %edi
1:  movw $64, packet + 2
    mov  $packet, %si
    ASK  0x42
    jc   3f
    mov  $BUFFER, %ax
    mov  %ax, %es
    xor  %si, %si
    mov  $64 * 128, %cx
2:  rol  $1, %edi
    add  %es:(%si), %edi
    add  $4, %si
    loop 2b
    mov  packet + 8, %eax
    add  $64, %eax
    mov  %eax, packet + 8
    cmp  $4096, %eax
    jb   1b
3:  SAY  "sum"
    mov  %edi, %eax
    call print32
    call print_line

# The last sector; from there past the end.
    movw $1, packet + 2
    mov  info + 16, %eax
    dec  %eax
    mov  %eax, packet + 8
    mov  $packet, %si
    ASK  0x42
    STATUS "last"
    mov  $BUFFER, %ax
    mov  %ax, %es
    mov  %es:508, %eax
    SAY  "it ends"
    call print32
    call print_line
    movw $64, packet + 2
    mov  $packet, %si
    ASK  0x42
    sbb  %al, %al
    SAY  "past the end"
    call print8
    call print_line

# Sector 1 of cylinder 2, head 3, and the same by its number.
    mov  $BUFFER, %ax
    mov  %ax, %es
    xor  %bx, %bx
    mov  $0x0201, %cx
    mov  $0x03, %dh
    mov  $0x01, %al
    ASK  0x02
    STATUS "by head"
    mov  %es:0, %eax
    SAY  "it starts"
    call print32
    call print_line
    mov  $0x0200, %cx               # no sector 0
    mov  $0x01, %al
    ASK  0x02
    sbb  %al, %al
    SAY  "sector 0"
    call print8
    call print_line
    mov  $0x0201, %cx
    mov  $0x05, %al
    ASK  0x04
    sbb  %al, %al
    SAY  "verify"
    call print8
    call print_line

# 120 sectors written in one go, and one by head.
    mov  $0x2000, %ax
    mov  %ax, %es
    xor  %di, %di
    mov  $120 * 256, %cx
    mov  $0x1234, %ax
4:  stosw
    add  $0x0101, %ax
    loop 4b
    movw $120, packet + 2
    movw $0x2000, packet + 6
    movl $1000, packet + 8
    mov  $packet, %si
    mov  $0, %al
    ASK  0x43
    STATUS "write packet"
    mov  $0x2000, %ax
    mov  %ax, %es
    xor  %bx, %bx
    mov  $0x0303, %cx
    mov  $0x00, %dh
    mov  $0x01, %al
    ASK  0x03
    STATUS "write"
    mov  $0x81, %dl
    mov  $0x02, %ah
    int  $0x13
    sbb  %al, %al
    SAY  "second disk"
    call print8
    call print_line
    mov  $0x0475, %si
    lodsb
    SAY  "disks"
    call print8
    call print_line
    mov  $0xFF, %al
    ASK  0x00
    sbb  %al, %al
    SAY  "reset"
    call print8
    call print_line
    ret
print_status:                       # CF, AH, AL
    push %ax
    setc %al
    call print8
    pop  %ax
    push %ax
    mov  %ah, %al
    call print8
    pop  %ax
    call print8
    jmp  print_line
    .balign 4
packet: .byte 16, 0
    .word 64, 0, BUFFER
    .quad 0
info: .word 26
    .fill 28, 1, 0
    PROBE_END
