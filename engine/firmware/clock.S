# The timer tick (8254 channel 0, IRQ 0, INT 08h) and INT 1Ah.
# Source: IBM PC AT Technical Reference, section 5, TIMER_INT and TIME_OF_DAY;
# Intel 8254 data sheet, "Control Word Format".

    .set PIT_HZ,        1193182
    .set TICKS_A_DAY,   0x1800B0    # 24 h * 3600 s * PIT_HZ / 65536

# Channel 0, mode 3, counts 65536 (written as 0): 18.2 interrupts a second.
init_timer:
    mov  $0x36, %al
    out  %al, $PIT_MODE
    xor  %al, %al
    out  %al, $PIT_CHANNEL0
    out  %al, $PIT_CHANNEL0
    ret

# IRQ 0.
int08:
    push %ds
    push %es
    push %eax
    push %dx
    mov  $BDA_SEGMENT, %ax
    mov  %ax, %ds
    incl BDA_TICKS
    cmpl $TICKS_A_DAY, BDA_TICKS
    jb   1f
    movl $0, BDA_TICKS
    movb $1, BDA_MIDNIGHT
1:  cmpb $0, BDA_MOTOR_TICKS        # floppy motors run on for a while
    je   2f
    decb BDA_MOTOR_TICKS
    jnz  2f
    call motors_off
2:  mov  BDA_EBDA, %es              # a bell rings for some ticks
    cmpb $0, %es:EBDA_BELL_TICKS
    je   3f
    decb %es:EBDA_BELL_TICKS
    jnz  3f
    call bell_off
3:  int  $0x1C                      # whoever wants to be called 18 times a second
    cli
    call eoi
    pop  %dx
    pop  %eax
    pop  %es
    pop  %ds
    iret

# Out: CF set once DI ticks have passed since the tick in SI (the low word of
# BDA_TICKS). Sleeps until the next interrupt otherwise. Changes AX.
# Used as: mov BDA_TICKS, %si; mov $n, %di; 1: check; call tick_wait; jnc 1b.
tick_wait:
    sti
    hlt
    mov  BDA_TICKS, %ax
    sub  %si, %ax
    cmp  %ax, %di                   # CF: DI is below what has passed
    ret

# The bell: 8254 channel 2 drives the speaker with 896 Hz, as IBM's did.
bell_on:
    mov  $0xB6, %al                 # channel 2, low then high byte, mode 3
    out  %al, $PIT_MODE
    mov  $(PIT_HZ / 896) & 0xFF, %al
    out  %al, $PIT_CHANNEL2
    mov  $(PIT_HZ / 896) >> 8, %al
    out  %al, $PIT_CHANNEL2
    in   $PORT_B, %al
    or   $0x03, %al
    out  %al, $PORT_B
    push %es
    mov  BDA_EBDA, %es
    movb $4, %es:EBDA_BELL_TICKS
    pop  %es
    ret
bell_off:
    in   $PORT_B, %al
    and  $0xFC, %al
    out  %al, $PORT_B
    ret

# INT 1Ah: time of day, PCI, PXE.
int1A:
    SERVICE_ENTER
    cmp  $0xB1, %ah
    je   pci_service
    cmp  $0x5650, %ax
    je   pxe_service
    DISPATCH int1A_table, 7, time_unknown
    SERVICE_LEAVE
int1A_table:
    .word ticks_read, ticks_write
    .word rtc_read_time, rtc_write_time, rtc_read_date, rtc_write_date
    .word alarm_set, alarm_cancel

time_unknown:
    orb  $FLAG_CF, R_FLAGS(%bp)
    SERVICE_LEAVE

ticks_read:                         # AH=00h -> CX:DX ticks, AL midnight passed
    cli
    mov  BDA_TICKS, %ax
    mov  %ax, R_DX(%bp)
    mov  BDA_TICKS + 2, %ax
    mov  %ax, R_CX(%bp)
    xor  %al, %al
    xchg %al, BDA_MIDNIGHT
    mov  %al, R_AL(%bp)
    andb $~FLAG_CF, R_FLAGS(%bp)
    ret

ticks_write:                        # AH=01h, CX:DX ticks
    cli
    mov  %dx, BDA_TICKS
    mov  %cx, BDA_TICKS + 2
    movb $0, BDA_MIDNIGHT
    andb $~FLAG_CF, R_FLAGS(%bp)
    ret
