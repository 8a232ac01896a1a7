# Graphics modes: characters of a font of our own, scrolling, dots; then a sum over the
# screen's memory, the cursor, and what is read back.
    .include "probe.S"
    .set FONT, 0x9000

    .macro VIDEO number
    mov  $\number, %ax
    int  $0x10
    .endm

probe:
    mov  $FONT, %di                 # any bits will do
    mov  $0xACE1, %ax
    mov  $256 * 16 / 2, %cx
1:  imul $25173, %ax, %ax
    add  $13849, %ax
    mov  %ax, (%di)
    add  $2, %di
    loop 1b
    mov  $modes, %si
2:  xor  %ah, %ah
    lodsb
    cmp  $0xFF, %al
    je   3f
    push %si
    mov  %al, mode
    int  $0x10
    SAY  "mode"
    mov  mode, %al
    call print8
    call print_line
    call one_mode
    pop  %si
    jmp  2b
3:  mov  $0x0003, %ax
    int  $0x10
    ret
modes: .byte 0x04, 0x06, 0x0D, 0x10, 0x12, 0x13, 0xFF
mode:  .byte 0

one_mode:
    xor  %ax, %ax
    mov  %ax, %es
    mov  $FONT, %bp
    mov  0x485, %cx                 # lines of a character
    mov  0x484, %dl
    inc  %dl
    mov  $0, %bl
    VIDEO 0x1121
    mov  $FONT + 128 * 8, %bp
    VIDEO 0x1120
    mov  $0x0205, %dx               # "A" to "Z" at row 2, column 5
    mov  $0, %bh
    VIDEO 0x0200
    mov  $'A', %al
1:  mov  $0x0E, %ah
    mov  $0x0003, %bx
    int  $0x10
    inc  %al
    cmp  $'Z', %al
    jbe  1b
    mov  $0x0402, %dx               # five times 9Ah, and the same once over it by XOR
    mov  $0, %bh
    VIDEO 0x0200
    mov  $0x0001, %bx
    mov  $5, %cx
    VIDEO 0x099A
    mov  $0x0081, %bx
    mov  $3, %cx
    VIDEO 0x099B
    mov  $0x00, %bh
    VIDEO 0x0800
    SAY  "read back"
    call print8
    mov  $0x0500, %dx
    VIDEO 0x0200
    mov  $1, %cx
    mov  $0x0002, %bx
    VIDEO 0x0951
    VIDEO 0x0800
    call print8
    call print_line
    mov  $0, %si                    # a line of dots, and one by XOR over it
2:  mov  %si, %cx
    lea  50(%si), %dx
    mov  $0, %bh
    mov  $0x01, %al
    mov  $0x0C, %ah
    int  $0x10
    inc  %si
    cmp  $100, %si
    jb   2b
3:  dec  %si
    mov  %si, %cx
    mov  $60, %dx
    mov  $0, %bh
    mov  $0x81, %al
    mov  $0x0C, %ah
    int  $0x10
    test %si, %si
    jnz  3b
    SAY  "dots"
    mov  $10, %cx
    mov  $60, %dx
    call dot
    mov  $11, %cx
    call dot
    mov  $7, %cx
    mov  $57, %dx
    call dot
    call print_line
    call sum
    mov  $0x0203, %cx               # part of it up by two rows, all down by one
    mov  $0x1020, %dx
    mov  $0x02, %bh
    VIDEO 0x0602
    mov  $0x0000, %cx
    mov  $0x1827, %dx
    mov  $0x00, %bh
    VIDEO 0x0701
    call sum
    mov  0x484, %dh                 # over the last row
    mov  $5, %dl
    mov  $0, %bh
    VIDEO 0x0200
    mov  $'a', %al
4:  push %ax
    mov  $0x0E, %ah
    mov  $0x0001, %bx
    int  $0x10
    pop  %ax
    inc  %al
    cmp  $'a' + 80, %al
    jb   4b
    mov  $0, %bh
    VIDEO 0x0300
    SAY  "cursor"
    mov  %dx, %ax
    call print16
    call print_line
    jmp  sum

dot:
    mov  $0, %bh
    VIDEO 0x0D00
    jmp  print8

# Over what the screen shows: B8000 in modes 4 and 6, else A0000, plane by plane.
sum:
    xor  %edi, %edi
    mov  $0xB800, %ax
    cmpb $0x06, mode
    jbe  2f
    mov  $3, %bl
    mov  $0xA000, %ax
    cmpb $0x13, mode
    je   2f
1:  mov  $0x3CE, %dx
    mov  $0x04, %al
    mov  %bl, %ah
    out  %ax, %dx
    mov  $0xA000, %ax
    call 3f
    dec  %bl
    jns  1b
    mov  $0x0004, %ax
    out  %ax, %dx
    jmp  4f
2:  call 3f
4:  SAY  "sum"
    mov  %edi, %eax
    call print32
    jmp  print_line
3:  mov  %ax, %es
    xor  %si, %si
    mov  $4000, %cx
5:  rol  $1, %edi
    add  %es:(%si), %edi
    add  $4, %si
    loop 5b
    ret
    PROBE_END
