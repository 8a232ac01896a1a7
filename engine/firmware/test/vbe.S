# VESA: the adapter, some modes, and what can be asked of and set in each of them.
    .include "probe.S"
    .set BLOCK, 0x9000

    .macro ASK text, number
    SAY  "\text"
    mov  $\number, %ax
    int  $0x10
    call print16
    .endm
    .macro FIELD offset
    mov  BLOCK + \offset, %ax
    call print16
    .endm

probe:
    xor  %ax, %ax
    mov  %ax, %es
    movl $0x32454256, BLOCK
    mov  $BLOCK, %di
    ASK  "adapter", 0x4F00
    FIELD 0
    FIELD 2
    FIELD 4
    FIELD 0x12
    call print_line
    les  BLOCK + 0x0E, %si          # is each mode of ours in the list?
    xor  %cx, %cx
1:  mov  %es:(%si), %ax
    add  $2, %si
    inc  %ax
    jz   3f
    dec  %ax
    mov  $modes, %di
2:  cmp  (%di), %ax
    jne  4f
    inc  %cx
4:  add  $2, %di
    cmpw $0, (%di)
    jne  2b
    jmp  1b
3:  SAY  "of ours"
    mov  %cx, %ax
    call print16
    call print_line
    mov  $modes, %si
5:  lodsw
    test %ax, %ax
    jz   6f
    push %si
    mov  %ax, mode
    SAY  "mode"
    mov  mode, %ax
    call print16
    call print_line
    call one_mode
    pop  %si
    jmp  5b
6:  mov  $0x01FE, %cx
    mov  $BLOCK, %di
    ASK  "no such mode", 0x4F01
    call print_line
    mov  $0x0003, %bx
    ASK  "text", 0x4F02
    ASK  ", on", 0x4F03
    mov  %bx, %ax
    call print16
    jmp  print_line
modes: .word 0x101, 0x111, 0x112, 0x115, 0x118, 0x144, 0
mode:  .word 0

one_mode:
    xor  %ax, %ax
    mov  %ax, %es
    mov  $BLOCK, %di
    mov  mode, %cx
    ASK  "described", 0x4F01
    FIELD 0x00
    FIELD 0x02
    FIELD 0x04
    FIELD 0x06
    FIELD 0x08
    FIELD 0x10
    FIELD 0x12
    FIELD 0x14
    FIELD 0x16
    FIELD 0x18
    FIELD 0x1A
    FIELD 0x1F
    FIELD 0x21
    FIELD 0x23
    FIELD 0x25
    call print_line
    mov  mode, %bx
    or   $0x4000, %bx
    ASK  "set", 0x4F02
    ASK  ", on", 0x4F03
    mov  %bx, %ax
    call print16
    mov  $0x0003, %dx
    mov  $0, %bx
    ASK  ", bank", 0x4F05
    mov  $0x0100, %bx
    xor  %dx, %dx
    ASK  "", 0x4F05
    mov  %dx, %ax
    call print16
    call print_line
    mov  $0x1234, %ax               # seen through the window
    push %es
    mov  $0xA000, %di
    mov  %di, %es
    mov  %ax, %es:0x10
    mov  %es:0x10, %ax
    pop  %es
    SAY  "memory"
    call print16
    mov  $1, %bl
    ASK  ", line", 0x4F06
    call line
    mov  $1600, %cx
    mov  $0, %bl
    ASK  ", longer", 0x4F06
    call line
    mov  $8192, %cx
    mov  $2, %bl
    ASK  ", in bytes", 0x4F06
    call line
    call print_line
    mov  $8, %cx
    mov  $20, %dx
    mov  $0, %bx
    ASK  "start", 0x4F07
    mov  $1, %bx
    ASK  "", 0x4F07
    mov  %cx, %ax
    call print16
    mov  %dx, %ax
    call print16
    mov  $0x0800, %bx
    ASK  ", DAC", 0x4F08
    mov  %bh, %al
    call print8
    mov  $0x0001, %bx
    ASK  "", 0x4F08
    mov  %bh, %al
    call print8
    mov  $0x0600, %bx
    ASK  "", 0x4F08
    mov  %bh, %al
    call print8
    call print_line
    mov  $colours, %di
    mov  $2, %cx
    mov  $5, %dx
    mov  $0, %bl
    ASK  "palette", 0x4F09
    mov  $BLOCK, %di
    mov  $2, %cx
    mov  $5, %dx
    mov  $1, %bl
    ASK  "", 0x4F09
    FIELD 0
    FIELD 2
    FIELD 4
    FIELD 6
    jmp  print_line
colours: .byte 1, 2, 3, 0, 0x3F, 0x20, 0x10, 0

line:
    push %dx
    push %cx
    mov  %bx, %ax
    call print16
    pop  %ax
    call print16
    pop  %ax
    jmp  print16
    PROBE_END
