# Memory sizes: INT 12h, INT 15h E820h, E801h, 88h; and the equipment word.
    .include "probe.S"
probe:
    int  $0x11
    SAY  "equipment"
    call print16
    call print_line
    int  $0x12
    SAY  "int12"
    call print16
    call print_line

    mov  $0x88, %ah
    int  $0x15
    SAY  "int15 88"
    call print16
    call print_line

    mov  $0xE801, %ax
    int  $0x15
    SAY  "int15 E801"
    call print16
    mov  %bx, %ax
    call print16
    mov  %cx, %ax
    call print16
    mov  %dx, %ax
    call print16
    call print_line

    xor  %ebx, %ebx
1:  mov  $0xE820, %eax
    mov  $0x534D4150, %edx
    mov  $20, %ecx
    mov  $range, %di
    int  $0x15
    jc   2f
    cmp  $0x534D4150, %eax
    jne  2f
    SAY  "E820"
    mov  range + 4, %eax
    call print32
    mov  range, %eax
    call print32
    mov  range + 12, %eax
    call print32
    mov  range + 8, %eax
    call print32
    mov  range + 16, %eax
    call print32
    call print_line
    test %ebx, %ebx
    jnz  1b
2:  mov  $0xD042, %ax               # no microcode
    xor  %bx, %bx
    int  $0x15
    sbb  %al, %al
    SAY  "int15 D042"
    call print16
    call print_line
    mov  $0xC0, %ah
    int  $0x15
    SAY  "model"
    mov  %es:2(%bx), %al
    call print8
    push %ds
    pop  %es
    call print_line
    ret
range:  .fill 20, 1, 0
    PROBE_END
