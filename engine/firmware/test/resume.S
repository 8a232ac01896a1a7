# Resets that are no restarts: CMOS 0Fh names the way back, 0040:0067 the place. Devices may
# or may not have been reset with the processor, so this keeps interrupts off and prints by
# itself. QEMU clears CMOS 0Fh at every reset, so there it restarts for ever.
    .include "probe.S"
    .set CMOS_SHUTDOWN, 0x0F

# Resets the processor with reason \number and the far pointer 0000:\offset at 40:67.
    .macro RESET number, offset
    mov  $0x40, %ax
    mov  %ax, %es
    movw $\offset, %es:0x67
    movw $0, %es:0x69
    cli
    mov  $CMOS_SHUTDOWN, %al
    out  %al, $0x70
    mov  $\number, %al
    out  %al, $0x71
    mov  $0xFE, %al                 # the 8042 pulls the reset line
    out  %al, $0x64
7:  hlt
    jmp  7b
    .endm

# Afterwards: what came back, how much of the stack was used, and the reason, which must be 0.
    .macro BACK name, stack
    mov  %sp, %bp
    sub  $\stack, %bp
    xor  %ax, %ax
    mov  %ax, %ds
    mov  %ax, %ss
    mov  $0x7C00, %sp
    mov  $0x00E3, %ax
    xor  %dx, %dx
    int  $0x14
    mov  $\name, %si
    call tell
    mov  %bp, %ax
    add  $'0', %al
    call tell_char
    mov  $CMOS_SHUTDOWN, %al
    out  %al, $0x70
    in   $0x71, %al
    add  $'0', %al
    call tell_char
    mov  $'\n', %al
    call tell_char
    .endm

probe:
    RESET 0x0A, 1f
1:  xor  %sp, %sp
    BACK jumped_0A, 0
    RESET 0x05, 2f
2:  xor  %sp, %sp
    BACK jumped_05, 0
    RESET 0x09, stack_iret
3:  BACK returned_09, stack_iret
    RESET 0x0C, stack_retf
4:  BACK returned_0C, stack_retf
    mov  $text_end, %si
    call tell
    jmp  probe_stop

tell:
    lodsb
    test %al, %al
    jz   1f
    call tell_char
    jmp  tell
1:  ret
tell_char:
    mov  $0x3F8, %dx
    out  %al, %dx
    mov  $0x3FD, %dx
1:  in   %dx, %al
    test $0x40, %al                 # gone: the next reset may take the UART with it
    jz   1b
    ret

jumped_0A:   .asciz "0A: jumped "
jumped_05:   .asciz "05: jumped "
returned_09: .asciz "09: returned "
returned_0C: .asciz "0C: returned "
stack_iret:  .word 3b, 0, 0x0002
stack_retf:  .word 4b, 0
    PROBE_END
