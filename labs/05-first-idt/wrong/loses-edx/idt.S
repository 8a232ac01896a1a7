# Your first IDT: five gates, five handlers.

        .macro  gate vector, handler
        mov     $\handler, %eax
        mov     %ax, IDT + 8 * \vector          # offset, bits 15-0
        movw    $0x08, IDT + 8 * \vector + 2    # selector of its code
        movw    $0x8E00, IDT + 8 * \vector + 4  # P, DPL 0, 32-bit interrupt gate
        shr     $16, %eax
        mov     %ax, IDT + 8 * \vector + 6      # offset, bits 31-16
        .endm

setup:  gate    0, divide_error
        gate    3, breakpoint
        gate    6, invalid_opcode
        gate    13, general_protection
        gate    0x30, service
        lidt    idt_pointer
        ret

idt_pointer:
        .word   8 * 0x31 - 1
        .long   IDT

divide_error:
        incl    COUNTS + 4 * 0
        addl    $2, (%esp)              # a fault: the DIV would come again
        iret

breakpoint:
        incl    COUNTS + 4 * 3
        iret                            # a trap: EIP is behind it already

invalid_opcode:
        mov     $COUNTS + 4 * 6, %edx
        incl    (%edx)
        addl    $2, (%esp)
        iret

general_protection:
        incl    COUNTS + 4 * 13
        addl    $2, 4(%esp)             # the error code lies on top
        add     $4, %esp                # IRET does not take it off
        iret

service:
        incl    COUNTS + 4 * 0x30
        add     %ebx, %eax
        iret
