# INT 10h: what a test then reads from video memory.
    .include "probe.S"
probe:
    mov  $0x0003, %ax
    int  $0x10
    mov  $0x0F, %ah
    int  $0x10
    SAY  "mode"
    call print16
    call print_line
    mov  $0x03, %ah
    mov  $0, %bh
    int  $0x10
    SAY  "cursor"
    mov  %cx, %ax
    call print16
    mov  %dx, %ax
    call print16
    call print_line
    mov  $0x1A00, %ax
    int  $0x10
    SAY  "combination"
    call print8
    mov  %bx, %ax
    call print16
    call print_line
    mov  $0x12, %ah
    mov  $0x10, %bl
    int  $0x10
    SAY  "EGA"
    mov  %bx, %ax
    call print16
    mov  %cl, %al
    call print8
    call print_line
    mov  $0x1130, %ax
    mov  $0x06, %bh
    push %bp
    int  $0x10
    SAY  "font"
    mov  %es:0x41 * 16 + 2(%bp), %eax       # the letter A has some pixels
    pop  %bp
    test %eax, %eax
    setnz %al
    call print8
    mov  %cx, %ax
    call print16
    mov  %dl, %al
    call print8
    call print_line

    mov  $40, %cx                   # 40 lines: 16 of them scroll away
1:  push %cx
    mov  $line, %si
2:  lodsb
    test %al, %al
    jz   3f
    mov  $0x0E, %ah
    mov  $0x0007, %bx
    int  $0x10
    jmp  2b
3:  incb digits + 1
    cmpb $'9', digits + 1
    jbe  4f
    movb $'0', digits + 1
    incb digits
4:  pop  %cx
    loop 1b

    mov  $0x0E08, %ax               # backspace, tab as a character, a full line
    int  $0x10
    mov  $0x0E09, %ax
    int  $0x10
    mov  $79, %cx
5:  mov  $0x0E2E, %ax
    int  $0x10
    loop 5b

    push %ds
    pop  %es
    mov  $0x1301, %ax               # a string in colour
    mov  $0x001E, %bx
    mov  $11, %cx
    mov  $0x0A14, %dx
    mov  $string, %bp
    int  $0x10
    mov  $0x1303, %ax               # with its own attributes
    mov  $3, %cx
    mov  $0x0B14, %dx
    mov  $coloured, %bp
    int  $0x10
    mov  $0x03, %ah
    mov  $0, %bh
    int  $0x10
    SAY  "after string"
    mov  %dx, %ax
    call print16
    call print_line

    mov  $0x0602, %ax               # scroll a window up by 2, another down by 1
    mov  $0x4F, %bh
    mov  $0x0228, %cx
    mov  $0x0732, %dx
    int  $0x10
    mov  $0x0701, %ax
    mov  $0x2F, %bh
    mov  $0x0C28, %cx
    mov  $0x1032, %dx
    int  $0x10
    mov  $0x0600, %ax               # clear one
    mov  $0x30, %bh
    mov  $0x1300, %cx
    mov  $0x15FF, %dx               # too wide: clipped
    int  $0x10

    mov  $0x02, %ah                 # characters with and without attributes
    mov  $0, %bh
    mov  $0x0C05, %dx
    int  $0x10
    mov  $0x0958, %ax
    mov  $0x001C, %bx
    mov  $5, %cx
    int  $0x10
    mov  $0x0A59, %ax
    mov  $3, %cx
    int  $0x10
    mov  $0x08, %ah
    int  $0x10
    SAY  "cell"
    call print16
    call print_line

    mov  $0x02, %ah                 # page 1 is written unseen
    mov  $1, %bh
    mov  $0x0102, %dx
    int  $0x10
    mov  $0x0E50, %ax
    int  $0x10
    mov  $0x03, %ah
    int  $0x10
    SAY  "page 1"
    mov  %dx, %ax
    call print16
    call print_line
    mov  $0x02, %ah
    mov  $0, %bh
    mov  $0x1603, %dx
    int  $0x10
    ret
line:     .ascii "line "
digits:   .asciz "00\r\n"
string:   .ascii "in colour\r\n"
coloured: .byte 'a', 0x41, 'b', 0x42, 'c', 0x43
    PROBE_END
