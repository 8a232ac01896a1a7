# INT 13h to drive A, which is empty; booted from a hard disk.
    .include "probe.S"

    .macro ASK text, ax
    mov  $\ax, %ax
    mov  $0x9000, %bx
    mov  $0x0001, %cx
    xor  %dx, %dx
    mov  %dx, %es
    int  $0x13
    SAY  "\text"
    mov  %ah, %al
    call print8
    call print_line
    .endm

probe:
    ASK  "type", 0x1500
    ASK  "changed", 0x1600
    ASK  "read", 0x0201
    ASK  "status", 0x0100
    ASK  "verify", 0x0401
    ASK  "write", 0x0301
    ASK  "reset", 0x0000
    ASK  "read again", 0x0201
    ASK  "still changed", 0x1600
    ret
    PROBE_END
