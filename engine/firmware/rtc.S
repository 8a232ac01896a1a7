# MC146818: CMOS memory, the clock's time and date, its alarm, its 1024 Hz interrupt.
# Source: Motorola MC146818A data sheet; IBM PC AT Technical Reference, section 5.

    .set RTC_PERIOD_US, 976         # 1024 Hz
    .set RTC_PIE,  0x40
    .set RTC_AIE,  0x20
    .set RTC_SET,  0x80

# In: AL = register. Out: AL. The index port's bit 7 switches NMIs: off during the
# access, on again after it, the index parked on a register that reading cannot harm.
cmos_read:
    or   $NMI_OFF, %al
    out  %al, $CMOS_INDEX
    in   $CMOS_DATA, %al
    push %ax
    mov  $RTC_D, %al
    out  %al, $CMOS_INDEX
    in   $CMOS_DATA, %al
    pop  %ax
    ret

# In: AL = register, AH = value. Changes AL.
cmos_write:
    or   $NMI_OFF, %al
    out  %al, $CMOS_INDEX
    mov  %ah, %al
    out  %al, $CMOS_DATA
    mov  $RTC_D, %al
    out  %al, $CMOS_INDEX
    in   $CMOS_DATA, %al
    ret

# In: AL = first of two registers, low byte first. Out: AX.
cmos_read_word:
    push %cx
    mov  %al, %cl
    inc  %al
    call cmos_read
    mov  %al, %ch
    mov  %cl, %al
    call cmos_read
    mov  %ch, %ah
    pop  %cx
    ret

# 32768 Hz crystal, 1024 Hz rate, 24 hours, BCD, no interrupts; then count the
# ticks since midnight from the time of day.
init_rtc:
    mov  $0x2600 | RTC_A, %ax
    call cmos_write
    mov  $RTC_B, %al
    call cmos_read
    and  $0x01, %al                 # daylight saving: as set up
    or   $0x02, %al
    mov  %al, %ah
    mov  $RTC_B, %al
    call cmos_write
    mov  $RTC_C, %al                # drop what is pending
    call cmos_read

    call rtc_stable
    mov  $RTC_HOURS, %al
    call cmos_read_bcd
    imul $3600, %eax, %ebx
    mov  $RTC_MINUTES, %al
    call cmos_read_bcd
    imul $60, %eax, %eax
    add  %eax, %ebx
    mov  $RTC_SECONDS, %al
    call cmos_read_bcd
    add  %ebx, %eax                 # seconds since midnight
    mov  $PIT_HZ, %ebx
    mul  %ebx                       # EDX:EAX = timer clocks
    shrd $16, %edx, %eax            # 65536 of them are one tick
    mov  %eax, BDA_TICKS
    ret

# In: AL = register that holds BCD. Out: EAX = its value.
cmos_read_bcd:
    call cmos_read
    mov  %al, %ah
    and  $0x0F, %al
    shr  $4, %ah
    aad                             # AL = AH * 10 + AL
    movzbl %al, %eax
    ret

# Waits while the clock counts: for at most 2 ms its registers are in motion.
rtc_stable:
    push %cx
    xor  %cx, %cx                   # give up on a clock that never settles
1:  mov  $RTC_A, %al
    call cmos_read
    test $0x80, %al
    loopnz 1b
    pop  %cx
    ret

rtc_read_time:                      # AH=02h -> CH:CL:DH BCD, DL daylight saving
    call rtc_stable
    mov  $RTC_HOURS, %al
    call cmos_read
    mov  %al, R_CH(%bp)
    mov  $RTC_MINUTES, %al
    call cmos_read
    mov  %al, R_CL(%bp)
    mov  $RTC_SECONDS, %al
    call cmos_read
    mov  %al, R_DH(%bp)
    mov  $RTC_B, %al
    call cmos_read
    and  $0x01, %al
    mov  %al, R_DL(%bp)
    jmp  rtc_done

rtc_read_date:                      # AH=04h -> CX = century and year, DH month, DL day
    call rtc_stable
    mov  $CMOS_CENTURY, %al
    call cmos_read
    mov  %al, R_CH(%bp)
    mov  $RTC_YEAR, %al
    call cmos_read
    mov  %al, R_CL(%bp)
    mov  $RTC_MONTH, %al
    call cmos_read
    mov  %al, R_DH(%bp)
    mov  $RTC_DAY, %al
    call cmos_read
    mov  %al, R_DL(%bp)
rtc_done:
    andb $~FLAG_CF, R_FLAGS(%bp)
    movb $0, R_AH(%bp)
    ret

rtc_write_time:                     # AH=03h, registers as for 02h
    call rtc_stop
    mov  %ch, %ah
    mov  $RTC_HOURS, %al
    call cmos_write
    mov  %cl, %ah
    mov  $RTC_MINUTES, %al
    call cmos_write
    mov  %dh, %ah
    mov  $RTC_SECONDS, %al
    call cmos_write
    and  $0x01, %dl
    jmp  rtc_start

rtc_write_date:                     # AH=05h, registers as for 04h
    call rtc_stop
    mov  %ch, %ah
    mov  $CMOS_CENTURY, %al
    call cmos_write
    mov  %cl, %ah
    mov  $RTC_YEAR, %al
    call cmos_write
    mov  %dh, %ah
    mov  $RTC_MONTH, %al
    call cmos_write
    mov  %dl, %ah
    mov  $RTC_DAY, %al
    call cmos_write
    mov  $RTC_B, %al
    call cmos_read
    and  $0x01, %al
    mov  %al, %dl
rtc_start:                          # DL = daylight saving
    mov  $RTC_B, %al
    call cmos_read
    and  $0x7E, %al                 # SET and daylight saving off
    or   %dl, %al
    mov  %al, %ah
    mov  $RTC_B, %al
    call cmos_write
    jmp  rtc_done

# AH=06h: INT 4Ah at CH:CL:DH, BCD (FFh: any), every day until AH=07h. CF set: there is an alarm already.
alarm_set:
    mov  $RTC_B, %al
    call cmos_read
    test $RTC_AIE, %al
    jnz  1f
    call rtc_stop
    mov  %ch, %ah
    mov  $RTC_HOURS + 1, %al
    call cmos_write
    mov  %cl, %ah
    mov  $RTC_MINUTES + 1, %al
    call cmos_write
    mov  %dh, %ah
    mov  $RTC_SECONDS + 1, %al
    call cmos_write
    call rtc_irq_open
    mov  $RTC_B, %al
    call cmos_read
    and  $~RTC_SET & 0xFF, %al
    or   $RTC_AIE, %al
    jmp  2f
1:  orb  $FLAG_CF, R_FLAGS(%bp)
    ret

alarm_cancel:                       # AH=07h
    mov  $RTC_B, %al
    call cmos_read
    and  $~RTC_AIE & 0xFF, %al
2:  mov  %al, %ah
    mov  $RTC_B, %al
    call cmos_write
    jmp  rtc_done

rtc_stop:                           # bit SET: the registers stand still
    mov  $RTC_B, %al
    call cmos_read
    or   $RTC_SET, %al
    mov  %al, %ah
    mov  $RTC_B, %al
    jmp  cmos_write

# IRQ 8: counts down a wait that INT 15h AH=83h or 86h started.
int70:
    SERVICE_ENTER
    mov  $RTC_C, %al
    call cmos_read                  # without this read it never interrupts again
    mov  %al, %bl
    test $RTC_PIE, %bl
    jz   1f
    testb $0x01, BDA_WAIT_ACTIVE
    jz   1f
    subl $RTC_PERIOD_US, BDA_WAIT_US
    jnc  1f
    call rtc_wait_stop
    les  BDA_WAIT_FLAG, %di
    orb  $0x80, %es:(%di)
1:  test $0x20, %bl                 # alarm
    jz   2f
    int  $0x4A
2:  cli
    call eoi2
    SERVICE_LEAVE

rtc_wait_stop:
    movb $0, BDA_WAIT_ACTIVE
    mov  $RTC_B, %al
    call cmos_read
    and  $~RTC_PIE, %al
    jmp  1f
# In: CX:DX = microseconds, ES:DI = byte whose bit 7 will say that they are over.
# Out: CF set if a wait runs already. Changes AX.
rtc_wait_start:
    cli
    testb $0x01, BDA_WAIT_ACTIVE
    stc
    jnz  2f
    mov  %dx, BDA_WAIT_US
    mov  %cx, BDA_WAIT_US + 2
    mov  %di, BDA_WAIT_FLAG
    mov  %es, BDA_WAIT_FLAG + 2
    movb $0x01, BDA_WAIT_ACTIVE
    call rtc_irq_open
    mov  $RTC_B, %al
    call cmos_read
    or   $RTC_PIE, %al
1:  mov  %al, %ah
    mov  $RTC_B, %al
    call cmos_write
    clc
2:  ret

rtc_irq_open:                       # the way from the clock to the processor; changes AL
    in   $PIC2_DATA, %al
    and  $~0x01, %al
    out  %al, $PIC2_DATA
    in   $PIC1_DATA, %al
    and  $~0x04, %al
    out  %al, $PIC1_DATA
    ret
