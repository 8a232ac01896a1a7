# INT 15h AH=24h (A20) and AH=87h (block move).
    .include "probe.S"
probe:
    mov  $0x2403, %ax
    int  $0x15
    SAY  "support"
    call print_cf
    mov  %bx, %ax
    call print16
    call print_line
    mov  $0x2400, %ax
    int  $0x15
    SAY  "close"
    call print_cf
    call print_state
    mov  $0x2401, %ax
    int  $0x15
    SAY  "open"
    call print_cf
    call print_state

    mov  $0x5A5A, %ax               # 2 KiB of a pattern to 3 MiB, and back
    mov  $0x2000, %bx
    mov  %bx, %es
    xor  %di, %di
    mov  $1024, %cx
1:  stosw
    imul $25173, %ax, %ax
    add  $13849, %ax
    loop 1b
    mov  $0x2400, %ax               # a closed gate must not matter
    int  $0x15
    movb $0x02, source + 4          # 020000
    movb $0x30, target + 4          # 300000
    call move
    SAY  "up"
    call print_status
    movb $0x30, source + 4
    movb $0x03, target + 4          # 030000
    call move
    SAY  "down"
    call print_status
    push %ds
    mov  $0x2000, %ax
    mov  %ax, %ds
    mov  $0x3000, %ax
    mov  %ax, %es
    xor  %si, %si
    xor  %di, %di
    mov  $1024, %cx
    repe cmpsw
    pop  %ds
    sete %al
    SAY  "equal"
    call print8
    call print_state                # and it is closed again
    movb $0x13, source + 5          # a descriptor that is not present
    call move
    SAY  "bad"
    call print_status
    SAY  "alive\n"
    ret

move:
    push %ds
    pop  %es
    mov  $descriptors, %si
    mov  $1024, %cx
    mov  $0x87, %ah
    int  $0x15
    ret
print_cf:
    pushf
    push %ax
    setc %al
    call print8
    pop  %ax
    popf
    ret
print_status:
    call print_cf
    mov  %ah, %al
    call print8
    jmp  print_line

# What AX=2402h says, and what memory says: 1 if FFFF:7E10 is 0000:7E00.
print_state:
    mov  $0x2402, %ax
    int  $0x15
    call print8
    mov  $0xFFFF, %ax
    mov  %ax, %es
    movw $0x1111, marker
    movw $0x2222, %es:marker + 0x10
    cmpw $0x2222, marker
    sete %al
    call print8
    jmp  print_line
marker: .word 0

descriptors:
    .quad 0
    .quad 0
source: .word 0xFFFF, 0
    .byte 0, 0x93, 0, 0
target: .word 0xFFFF, 0
    .byte 0, 0x93, 0, 0
    .quad 0
    .quad 0
    PROBE_END
