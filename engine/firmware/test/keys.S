# INT 16h: prints each key that AH=10h returns, then those of AH=00h, and the shift flags.
# The first Esc changes over, the second ends.
    .include "probe.S"
probe:
    SAY  "ready\n"
1:  mov  $0x10, %ah
    int  $0x16
    push %ax
    call print16
    mov  $0x12, %ah
    int  $0x16
    call print16
    call print_line
    pop  %ax
    cmp  $0x1B, %al
    jne  1b
    SAY  "old\n"
2:  mov  $0x01, %ah
    int  $0x16
    jz   2b
    mov  %ax, %bx
    mov  $0x00, %ah
    int  $0x16
    cmp  %ax, %bx                   # what was peeked at is what is read
    je   3f
    SAY  "differs"
3:  push %ax
    call print16
    mov  $0x02, %ah
    int  $0x16
    call print8
    call print_line
    pop  %ax
    cmp  $0x1B, %al
    jne  2b
    mov  $0x05, %ah                 # push a key, read it back
    mov  $0x3B41, %cx
    int  $0x16
    call print8
    mov  $0x00, %ah
    int  $0x16
    call print16
    call print_line
    ret
    PROBE_END
