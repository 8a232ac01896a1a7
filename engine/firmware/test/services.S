# Calls services of the BIOS as a table says, and prints of each call: the interrupt and AX, then CF, AX, BX, CX, DX,
# DI and ES as they come back. The table stands at 8400h, for the test to fill in; a row of 9 bytes: interrupt (0 ends
# it), AX, BX, CX, DX. DS:SI and ES:DI point to 512 bytes at 9000h that begin with 001Eh.
    .include "probe.S"

    .set SCRATCH, 0x9000
    .set TABLE,   0x8400

probe:
    mov  $TABLE, %si
1:  mov  (%si), %al
    test %al, %al
    jz   2f
    mov  %al, call_number + 1
    mov  %al, row
    push %si
    mov  $SCRATCH, %di
    mov  $256, %cx
    xor  %ax, %ax
    rep stosw
    movw $0x001E, SCRATCH
    mov  1(%si), %ax
    mov  %ax, row_ax
    mov  3(%si), %bx
    mov  5(%si), %cx
    mov  7(%si), %dx
    mov  $SCRATCH, %si
    mov  $SCRATCH, %di
    stc
call_number:
    int  $0
    cli
    pushf
    push %es
    push %di
    push %dx
    push %cx
    push %bx
    push %ax
    xor  %ax, %ax
    mov  %ax, %ds
    mov  %ax, %es
    mov  row, %al
    call print_digits
    mov  row_ax, %ax
    call print16
    mov  $':', %al
    call print_char
    pop  %dx                        # AX, BX, CX, DX, DI, ES
    pop  %bx
    pop  %cx
    pop  %si
    pop  %di
    pop  %bp
    pop  %ax
    and  $1, %al
    call print8
    mov  %dx, %ax
    call print16
    mov  %bx, %ax
    call print16
    mov  %cx, %ax
    call print16
    mov  %si, %ax
    call print16
    mov  %di, %ax
    call print16
    mov  %bp, %ax
    call print16
    call print_line
    cld
    sti
    pop  %si
    add  $9, %si
    jmp  1b
2:  ret

row:      .byte 0
row_ax:   .word 0
    .org TABLE - 0x7C00
    PROBE_END
