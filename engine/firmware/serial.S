# INT 14h: serial ports, polled. INT 17h: there is no printer.
# Source: IBM PC AT Technical Reference, section 5, RS232_IO; National
# Semiconductor PC16550D data sheet.
# Not modelled: waiting for DSR and CTS, which a three-wire cable does not have.

# Looks for a UART at the four usual places: an interrupt enable register that holds
# what is written, and the identification register of an idle transmitter.
init_serial:
    mov  $com_ports, %si
    xor  %di, %di                   # BDA_COM
1:  mov  %cs:(%si), %dx
    add  $UART_IER, %dx
    mov  $0x02, %al                 # "transmitter empty" may interrupt
    out  %al, %dx
    in   %dx, %al
    cmp  $0x02, %al
    jne  2f
    inc  %dx
    in   %dx, %al                   # so it does: reason 1 of 4, FIFO bits aside
    and  $0x3F, %al
    cmp  $0x02, %al
    jne  2f
    dec  %dx
    xor  %al, %al
    out  %al, %dx
    dec  %dx
    mov  %dx, (%di)
    add  $2, %di
    addw $0x0200, BDA_EQUIPMENT     # bits 11-9: how many
    push %si
    mov  $0xE3, %al                 # 9600 baud, no parity, 1 stop bit, 8 data bits
    call serial_set
    pop  %si
2:  add  $2, %si
    cmp  $com_ports_end, %si
    jb   1b
    movl $0x0A0A0A0A, BDA_COM_TIMEOUT
    ret
com_ports:
    .word 0x3F8, 0x2F8, 0x3E8, 0x2E8
com_ports_end:

# INT 14h, DX = port number.
int14:
    SERVICE_ENTER
    cmp  $3, %dx
    ja   1f
    mov  %dx, %bx
    add  %bx, %bx
    mov  BDA_COM(%bx), %dx          # DX = its base
    test %dx, %dx
    jz   1f
    DISPATCH int14_table, 3, 1f
    SERVICE_LEAVE
1:  movb $0x80, R_AH(%bp)           # no such port: timed out
    SERVICE_LEAVE
int14_table:
    .word serial_init, serial_send, serial_receive, serial_status

serial_init:                        # AH=00h, AL = parameters -> as AH=03h
    call serial_set
serial_status:                      # AH=03h -> AH = line status, AL = modem status
    add  $UART_LSR, %dx
    in   %dx, %al
    mov  %al, R_AH(%bp)
    inc  %dx
    in   %dx, %al
    mov  %al, R_AL(%bp)
    ret

serial_send:                        # AH=01h, AL = character -> AH = line status
    mov  $LSR_THR_EMPTY, %cl
    call serial_wait
    jc   1f
    mov  R_AL(%bp), %al
    out  %al, %dx
1:  ret

serial_receive:                     # AH=02h -> AL = character, AH = line errors
    mov  $LSR_DATA_READY, %cl
    call serial_wait
    jc   1f
    in   %dx, %al
    mov  %al, R_AL(%bp)
    andb $0x1E, R_AH(%bp)
1:  ret

# Waits for a bit of the line status. In: CL = bit, DX = base, BX = 2 * number.
# Out: AH in the frame = line status; CF and its bit 7 set if the wait timed out.
serial_wait:
    shr  $1, %bx
    movzbw BDA_COM_TIMEOUT(%bx), %di
    imul $18, %di, %di              # seconds -> ticks
    mov  BDA_TICKS, %si
    sti
1:  add  $UART_LSR, %dx
    in   %dx, %al
    sub  $UART_LSR, %dx
    mov  %al, R_AH(%bp)
    test %cl, %al
    jnz  2f
    mov  BDA_TICKS, %ax             # no sleep: the line is faster than the tick
    sub  %si, %ax
    cmp  %di, %ax
    jbe  1b
    orb  $0x80, R_AH(%bp)
    stc
    ret
2:  clc
    ret

# In: DX = base, AL = baud rate (7-5), parity (4-3), stop bits (2), length (1-0).
# Changes AX, SI.
serial_set:
    push %ax
    shr  $5, %al
    movzbw %al, %si
    add  %si, %si
    add  $UART_LCR, %dx
    mov  $LCR_DLAB, %al             # the first two registers become the divisor
    out  %al, %dx
    sub  $UART_LCR, %dx
    mov  %cs:baud_divisors(%si), %ax
    out  %al, %dx
    inc  %dx
    mov  %ah, %al
    out  %al, %dx
    add  $UART_LCR - 1, %dx
    pop  %ax
    and  $0x1F, %al
    out  %al, %dx
    inc  %dx
    mov  $0x03, %al                 # DTR, RTS: we are here
    out  %al, %dx
    sub  $UART_MCR, %dx
    ret
baud_divisors:                      # 110 150 300 600 1200 2400 4800 9600
    .word 1047, 768, 384, 192, 96, 48, 24, 12

int17:                              # printer: AH = 01h, timed out
    mov  $0x01, %ah
    iret
