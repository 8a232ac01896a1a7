# What nobody else handles: processor exceptions, interrupts of devices that have
# no driver, and INT instructions without a service. Each says so on port 402h.
#
# In real mode the vectors of exceptions 08h-0Fh are also those of IRQ 0-7. The
# interrupt controller tells which it was: it knows whether an IRQ is in service.

int00:  push $0x00                  # #DE divide error
    jmp  exception
int06:  push $0x06                  # #UD invalid opcode
    jmp  exception
int07:  push $0x07                  # #NM no coprocessor
    jmp  exception

# A fault returns to the instruction that failed, which would fail again.
# Stack: vector, IP, CS, FLAGS.
exception:
    pop  %ax
    mov  %sp, %bp
    mov  $msg_exception, %si
    call log
    call print_hex8
    mov  $msg_at, %si
    call log
    mov  2(%bp), %ax
    call print_hex16
    mov  $':', %al
    call *%di
    mov  (%bp), %ax
    call print_hex16
    mov  $msg_stopped, %si
    call log
    cli
1:  hlt
    jmp  1b

# Traps, on the other hand, return behind their instruction: report and go on.
int01:  push $0x01                  # #DB single step, breakpoint register
    jmp  trap
int03:  push $0x03                  # #BP breakpoint
    jmp  trap
int04:  push $0x04                  # #OF INTO
trap:
    SERVICE_ENTER                   # the vector lies where a frame has its IP
    mov  R_IP(%bp), %ax
    add  $2, %bp                    # now R_IP, R_CS and R_FLAGS are right
    mov  $msg_trap, %si
    call report
    popal
    pop  %es
    pop  %ds
    add  $2, %sp
    iret

# An INT without a service: the instruction (CD nn) stands before the return address.
unexpected_interrupt:
    SERVICE_ENTER
    les  R_IP(%bp), %bx
    mov  %es:-1(%bx), %al
    mov  $msg_unexpected, %si
    call report
    SERVICE_LEAVE

# In: AL = number, SI = what happened, BP = frame. Changes AX, SI, DI.
report:
    call log
    call print_hex8
    mov  $msg_at, %si
    call log
    mov  R_CS(%bp), %ax
    call print_hex16
    mov  $':', %al
    call *%di
    mov  R_IP(%bp), %ax
    call print_hex16
    mov  $'\n', %al
    jmp  *%di

# IRQs without a driver. In: the vector, on the stack.
    .macro IRQ_STUB vector
int\vector:
    push $0x\vector
    jmp  irq_unexpected
    .endm

    .irp vector, 0A, 0B, 0C, 0D, 0F, 71, 72, 73, 76, 77
    IRQ_STUB \vector
    .endr

# IRQ 13: an exception of the x87, which the port lets go. Programs from the time
# when the 8087 asserted NMI expect it as INT 02h.
int75:
    push %ax
    mov  $0, %al
    out  %al, $COPROCESSOR_ERROR
    mov  $PIC_EOI, %al
    out  %al, $PIC2_COMMAND
    out  %al, $PIC1_COMMAND
    pop  %ax
    int  $0x02
    iret

# Acknowledge and mask an IRQ nobody serves, so that it cannot come back for ever.
irq_unexpected:
    SERVICE_ENTER
    mov  R_IP(%bp), %cl             # the vector lies where a frame has its IP
    add  $2, %bp
    mov  $1, %ch
    cmp  $0x70, %cl
    jae  1f

    and  $7, %cl                    # first controller
    shl  %cl, %ch
    mov  $PIC_READ_ISR, %al
    out  %al, $PIC1_COMMAND
    in   $PIC1_COMMAND, %al
    test %ch, %al
    jz   3f
    in   $PIC1_DATA, %al
    or   %ch, %al
    out  %al, $PIC1_DATA
    jmp  2f

1:  and  $7, %cl                    # second controller, hangs on IRQ 2 of the first
    shl  %cl, %ch
    in   $PIC2_DATA, %al
    or   %ch, %al
    out  %al, $PIC2_DATA
    mov  $PIC_EOI, %al
    out  %al, $PIC2_COMMAND
    add  $8, %cl
2:  mov  $PIC_EOI, %al
    out  %al, $PIC1_COMMAND
    mov  %cl, %al
    mov  $msg_irq, %si
    call report
4:  popal
    pop  %es
    pop  %ds
    add  $2, %sp                    # drop the vector
    iret

3:  cmp  $7, %cl                    # IRQ 7 without its bit: noise on the line
    je   4b
    popal                           # no IRQ at all: #TS, #NP, #SS or #GP
    pop  %es
    pop  %ds
    jmp  exception

# A parity or bus error pulls the NMI pin.
int02:
    SERVICE_ENTER
    mov  $msg_nmi, %si
    mov  $0x02, %al
    call report
    SERVICE_LEAVE

int_ignore:
    iret

msg_exception:  .asciz "\nException "
msg_at:         .asciz "h at "
msg_stopped:    .asciz ", stopped.\n"
msg_trap:       .asciz "Trap "
msg_unexpected: .asciz "No service for INT "
msg_irq:        .asciz "Nobody serves IRQ "
msg_nmi:        .asciz "NMI, vector "
