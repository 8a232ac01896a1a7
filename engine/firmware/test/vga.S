# Every register of the VGA after setting each mode, and what the data area says of it.
    .include "probe.S"
probe:
    mov  $modes, %si
1:  xor  %ah, %ah
    lodsb
    cmp  $0xFF, %al
    je   2f
    push %si
    push %ax
    int  $0x10
    SAY  "mode"
    pop  %ax
    call print8
    call print_line
    call one_mode
    pop  %si
    jmp  1b
2:  ret
modes: .byte 0x03, 0x02, 0x01, 0x00, 0x04, 0x05, 0x06, 0x0D, 0x0E, 0x0F, 0x10, 0x11, 0x12, 0x13, 0x07, 0xFF

one_mode:
    call registers
    mov  $0x40, %ax
    mov  %ax, %es
    SAY  "0040:0049"
    mov  $0x49, %si
1:  mov  %es:(%si), %al
    call print8
    inc  %si
    cmp  $0x66, %si
    jb   1b
    SAY  "\n0040:0084"
    mov  $0x84, %si
1:  mov  %es:(%si), %al
    call print8
    inc  %si
    cmp  $0x87, %si
    jb   1b
    call print_line
    ret

registers:
    SAY  "misc"
    mov  $0x3CC, %dx
    in   %dx, %al
    call print8
    mov  %al, %bl
    SAY  "\nsequencer"
    mov  $0x3C4, %dx
    mov  $5, %cx
    call indexed
    SAY  "CRTC"
    mov  $0x3B4, %dx
    test $1, %bl
    jz   1f
    mov  $0x3D4, %dx
1:  push %dx
    mov  $25, %cx
    call indexed
    SAY  "graphics"
    mov  $0x3CE, %dx
    mov  $9, %cx
    call indexed
    SAY  "attribute"
    pop  %bx
    add  $6, %bx
    xor  %cl, %cl
2:  mov  %bx, %dx
    in   %dx, %al
    mov  $0x3C0, %dx
    mov  %cl, %al
    or   $0x20, %al
    out  %al, %dx
    inc  %dx
    in   %dx, %al
    call print8
    inc  %cl
    cmp  $21, %cl
    jb   2b
    mov  %bx, %dx
    in   %dx, %al
    SAY  "\nDAC"
    mov  $0x3C7, %dx
    xor  %al, %al
    out  %al, %dx
    mov  $0x3C9, %dx
    mov  $64 * 3, %cx
    cmpb $0x13, 0x449
    jne  3f
    mov  $256 * 3, %cx
3:  in   %dx, %al
    call print8
    loop 3b
    jmp  print_line
indexed:
    xor  %ah, %ah
1:  mov  %ah, %al
    out  %al, %dx
    inc  %dx
    in   %dx, %al
    dec  %dx
    call print8
    inc  %ah
    loop 1b
    jmp  print_line
    PROBE_END
