# INT 15h AH=C2h: prints AX (AH) and what comes back, then each packet of the mouse as its handler finds it.
    .include "probe.S"

    .macro MOUSE al, bx=0
    mov  $0xC200 + \al, %ax
    mov  $\bx, %bx
    call ask
    .endm

probe:
    MOUSE 0x09                      # no such function
    MOUSE 0x05, 0x0300
    MOUSE 0x01
    MOUSE 0x04
    MOUSE 0x02, 0x0500
    MOUSE 0x03, 0x0200
    MOUSE 0x03, 0x0700              # no such resolution
    MOUSE 0x06, 0x0200
    MOUSE 0x06, 0x0000
    MOUSE 0x06, 0x0100
    xor  %ax, %ax
    mov  %ax, %es
    mov  $0xC207, %ax
    mov  $packet, %bx
    call ask
    MOUSE 0x00, 0x0100
    SAY  "ready\n"
1:  sti
    hlt
    cli
    mov  got, %al
    cmp  shown, %al
    je   1b
    mov  %al, shown
    mov  saved, %ax
    call print16
    mov  saved + 2, %ax
    call print16
    mov  saved + 4, %ax
    call print16
    call print_line
    cmpb $2, shown
    jb   1b
    MOUSE 0x00, 0x0000
    ret

# Calls the service: carry, AH, BX, CL, DL.
ask:
    xor  %cx, %cx
    xor  %dx, %dx
    stc
    int  $0x15
    push %dx
    push %cx
    push %bx
    push %ax
    mov  $0, %al
    adc  $0, %al
    call print8
    pop  %ax
    mov  %ah, %al
    call print8
    pop  %ax
    call print16
    pop  %ax
    call print8
    pop  %ax
    call print8
    jmp  print_line

packet:                             # above the return address: 0, Y, X, status
    push %bp
    mov  %sp, %bp
    push %ax
    push %ds
    xor  %ax, %ax
    mov  %ax, %ds
    mov  8(%bp), %ax
    mov  %ax, saved + 4
    mov  10(%bp), %ax
    mov  %ax, saved + 2
    mov  12(%bp), %ax
    mov  %ax, saved
    incb got
    pop  %ds
    pop  %ax
    pop  %bp
    lret

got:    .byte 0
shown:  .byte 0
saved:  .word 0, 0, 0
    PROBE_END
