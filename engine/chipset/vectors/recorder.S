# Loads a register script (see scripts.ts) from cylinder 40, runs it, and sends its answers to port 0xE9.
# Records: 1 port value: out; 2 port: in; 3 port mask value: poll; 4 address count value:
# fill; 5 address count: dump; 6: send what comes from port 0x60, for ever; 0: exit. Ports, addresses and counts are words.
# 7 port value: out of a word; 8 port: in of a word; 9 port value: out of a dword; 10 port: in of a dword.
    .code16
    .globl _start
_start:
    mov  $0x1000, %ax
    mov  %ax, %es
    xor  %bx, %bx
    mov  $0x0208, %ax               # read 8 sectors
    mov  $0x2801, %cx
    xor  %dx, %dx
    int  $0x13
    cli
    cld
    xor  %si, %si
    mov  $0x1000, %ax
    mov  %ax, %ds
    mov  $0x2000, %ax
    mov  %ax, %es
next:
    lodsb
    cmp  $1, %al
    je   op_out
    cmp  $2, %al
    je   op_in
    cmp  $3, %al
    je   op_poll
    cmp  $4, %al
    je   op_fill
    cmp  $5, %al
    je   op_dump
    cmp  $6, %al
    je   listen
    cmp  $7, %al
    je   op_outw
    cmp  $8, %al
    je   op_inw
    cmp  $9, %al
    je   op_outl
    cmp  $10, %al
    je   op_inl
    mov  $0x501, %dx
    out  %al, %dx
1:  hlt
    jmp  1b
listen:
    in   $0x64, %al
    test $1, %al
    jz   listen
    in   $0x60, %al
    out  %al, $0xE9
    jmp  listen
op_out:
    lodsw
    mov  %ax, %dx
    lodsb
    out  %al, %dx
    call pause
    jmp  next
op_in:
    lodsw
    mov  %ax, %dx
    in   %dx, %al
    out  %al, $0xE9
    jmp  next
op_outw:
    lodsw
    mov  %ax, %dx
    lodsw
    out  %ax, %dx
    call pause
    jmp  next
op_outl:
    lodsw
    mov  %ax, %dx
    lodsl
    out  %eax, %dx
    call pause
    jmp  next
op_inw:
    lodsw
    mov  %ax, %dx
    in   %dx, %ax
    mov  $2, %cx
    jmp  1f
op_inl:
    lodsw
    mov  %ax, %dx
    in   %dx, %eax
    mov  $4, %cx
1:  out  %al, $0xE9
    shr  $8, %eax
    loop 1b
    jmp  next
op_poll:
    lodsw
    mov  %ax, %dx
    lodsw                           # AL = mask, AH = value
    mov  $0x40000, %ecx
1:  mov  %ax, %bx
    in   %dx, %al
    and  %bl, %al
    cmp  %bh, %al
    mov  %bx, %ax
    je   next
    call pause
    dec  %ecx
    jnz  1b
    jmp  next
op_fill:
    lodsw
    mov  %ax, %di
    lodsw
    mov  %ax, %cx
    lodsb
    rep  stosb
    jmp  next
op_dump:
    lodsw
    mov  %ax, %bx
    lodsw
    mov  %ax, %cx
1:  mov  %es:(%bx), %al
    out  %al, $0xE9
    inc  %bx
    loop 1b
    jmp  next
pause:
    push %ax
    push %cx
    mov  $40, %cx
1:  in   $0x84, %al
    loop 1b
    pop  %cx
    pop  %ax
    ret
    .org 510
    .word 0xAA55
