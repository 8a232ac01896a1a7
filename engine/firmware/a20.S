# Address line 20. An 8086 has 20 lines, so FFFF:0010 was address 0 again, and some
# programs counted on it. The AT has more lines, and a gate that can hold line 20 at 0.
# INT 15h AH=24h moves it; POST leaves it open, as PCs do since nobody counts on that.
# Source: RBIL INT 15h AX=2400h-2403h; IBM PS/2 Technical Reference, port 92h.

a20_service:                        # AH=24h
    movb $0, R_AH(%bp)
    cmp  $0x03, %al
    ja   system_unsupported
    je   a20_support
    cmp  $0x01, %al
    jb   a20_close_service
    je   a20_open_service
    call a20_state                  # AL=02h -> AL = 1 if open
    setnz R_AL(%bp)
    jmp  system_ok
a20_open_service:                   # AL=01h
    call a20_enable
    jmp  system_ok
a20_close_service:                  # AL=00h
    call a20_disable
    jmp  system_ok
a20_support:                        # AL=03h -> BX: bit 0 keyboard controller, bit 1 port 92h
    movw $0x0003, R_BX(%bp)
    jmp  system_ok

# Either gate opens the line. Changes AL.
a20_enable:
    in   $PORT_A, %al
    test $0x02, %al                 # do not write what is there: bit 0 resets
    jnz  1f
    or   $0x02, %al
    and  $0xFE, %al
    out  %al, $PORT_A
1:  ret

# Both gates must be closed. Changes AX.
a20_disable:
    in   $PORT_A, %al
    and  $0xFC, %al
    out  %al, $PORT_A
    pushf
    cli
    mov  $0xD1, %al                 # write the 8042's output port: bit 1 is A20,
    call kbc_command                # bit 0 the reset line (1: leave it alone)
    mov  $0xDD, %al
    call kbc_write
    popf
    ret

# Out: ZF clear if the line is open. Compares memory at 0:0 with that at FFFF:10, and
# if they look alike changes one to see whether the other follows. Changes AX.
a20_state:
    pushf
    push %ds
    push %es
    cli                             # the word is a vector
    xor  %ax, %ax
    mov  %ax, %ds
    dec  %ax
    mov  %ax, %es
    mov  0x0000, %ax
    cmp  %es:0x0010, %ax
    jne  1f
    notw 0x0000
    cmp  %es:0x0010, %ax            # still the old value: two different places
    sete %al
    notw 0x0000
    jmp  2f
1:  mov  $1, %al
2:  pop  %es
    pop  %ds
    popf
    test %al, %al
    ret
