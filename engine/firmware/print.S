# Messages. "say" writes to the screen and to the debug console, "log" to the
# console only. Both leave the address of their character routine in DI, which
# the number printers use.

# In: CS:SI = text, ends with 0. Out: DI = say_char. Keeps AX, BX, CX, DX.
say:
    mov  $say_char, %di
    jmp  print
log:
    mov  $log_char, %di
print:
    push %ax
1:  mov  %cs:(%si), %al
    inc  %si
    test %al, %al
    jz   2f
    call *%di
    jmp  1b
2:  pop  %ax
    ret

# In: AL = character; a line feed also returns to column 0 on the screen.
say_char:
    call log_char
    push %ax
    push %bx
    mov  $0x07, %bx                 # page 0
    cmp  $'\n', %al
    jne  1f
    mov  $0x0E0D, %ax
    int  $0x10
    mov  $'\n', %al
1:  mov  $0x0E, %ah                 # through INT 10h: an adapter's own BIOS
    int  $0x10                      # may have taken it over
    pop  %bx
    pop  %ax
    ret

log_char:
    push %dx
    mov  $DEBUG_PORT, %dx
    out  %al, %dx
    pop  %dx
    ret

# In: AX, or AL; DI = character routine.
print_hex16:
    xchg %al, %ah
    call print_hex8
    xchg %al, %ah
print_hex8:
    push %ax
    shr  $4, %al
    call print_digit
    pop  %ax
print_digit:
    push %ax
    and  $0x0F, %al
    add  $'0', %al
    cmp  $'9', %al
    jbe  1f
    add  $7, %al                    # from ':' to 'A'
1:  call *%di
    pop  %ax
    ret

# In: EAX, unsigned; DI = character routine. Changes EAX, ECX, EDX.
print_decimal:
    xor  %edx, %edx
    mov  $10, %ecx
    div  %ecx
    push %dx                        # the last digit is printed last
    test %eax, %eax
    jz   1f
    call print_decimal
1:  pop  %ax
    jmp  print_digit
