# Advanced power management: INT 15h AH=53h, and the same as routines of 16- and 32-bit protected mode, which
# 5302h and 5303h tell of. A machine like ours can do two things: wait for an interrupt, and switch itself off.
#
# BX = device: 0 the BIOS, 1 all that it manages; there are no others. What is connected is not kept: any
# function is served at any time.
# Source: Intel and Microsoft, Advanced Power Management BIOS Interface Specification 1.2, 4; RBIL INT 15h
# AH=53h. Not done: standby, suspend, events, states and timers of single devices (09h, 0Ch, 0Dh, 11h and up).

    .set APM_BAD_DEVICE, 0x09       # what AH says
    .set APM_BAD_VALUE,  0x0A
    .set APM_UNSUPPORTED, 0x0C
    .set APM_CANNOT,     0x60       # enter this state
    .set APM_NO_EVENT,   0x80
    .set APM_SEGMENT_BYTES, 0xFFF0
    .set PM_CONTROL,     PM_PORTS + 4
    .set PM_SOFT_OFF,    0x2000     # sleep now; 0 in bits 12-10 is off

    .macro APM_CODE suffix=
# AL = function, the rest as the specification has it. Out: CF clear and what was asked for, or CF set
# and AH = why not.
apm\suffix:
    cmp  $0x05, %al
    je   apm_idle\suffix
    cmp  $0x07, %al
    je   apm_power\suffix
    cmp  $0x0A, %al
    je   apm_supply\suffix
    cmp  $0x0B, %al
    je   apm_event\suffix
    cmp  $0x0E, %al
    je   apm_version\suffix
    cmp  $0x10, %al
    je   apm_abilities\suffix
    cmp  $0x04, %al                 # disconnect
    je   1f
    cmp  $0x06, %al                 # busy: we never slowed down
    je   1f
    cmp  $0x08, %al                 # enable, engage: nothing to switch
    je   1f
    cmp  $0x0F, %al
    je   1f
    mov  $APM_UNSUPPORTED, %ah
    stc
    ret
1:  xor  %ah, %ah                   # CF clear
    ret

apm_idle\suffix:
    pushf
    sti
    hlt
    popf
    xor  %ah, %ah
    ret

apm_power\suffix:                   # CX = 0 on, 1 standby, 2 suspend, 3 off
    mov  $APM_BAD_DEVICE, %ah
    cmp  $1, %bx
    jne  2f
    mov  $APM_BAD_VALUE, %ah
    cmp  $3, %cx
    ja   2f
    je   1f
    mov  $APM_CANNOT, %ah
    test %cx, %cx
    jnz  2f
    xor  %ah, %ah
    ret
1:  push %edx
    push %eax
    mov  $PM_CONTROL, %dx
    mov  $PM_SOFT_OFF, %ax
    out  %ax, %dx
    pop  %eax
    pop  %edx
    mov  $APM_CANNOT, %ah           # still here
2:  stc
    ret

apm_supply\suffix:                  # AL=0Ah -> BH = 1 mains, no battery, CX, DX how long it would last
    mov  $0x01FF, %bx
    mov  $0x80FF, %cx
    mov  $0xFFFF, %dx
    xor  %ah, %ah
    ret

apm_event\suffix:
    mov  $APM_NO_EVENT, %ah
    stc
    ret

apm_version\suffix:
    mov  $0x0102, %ax
    clc
    ret

apm_abilities\suffix:               # AL=10h -> BL = batteries, CX = what it can wake by
    xor  %bl, %bl
    xor  %cx, %cx
    xor  %ah, %ah
    ret
    .endm

    APM_CODE

apm_service:                        # AH=53h
    cmp  $0x03, %al
    jbe  2f
    call apm
    mov  %ax, R_AX(%bp)
    mov  %bx, R_BX(%bp)
    mov  %cx, R_CX(%bp)
    mov  %dx, R_DX(%bp)
    jnc  system_ok
1:  orb  $FLAG_CF, R_FLAGS(%bp)
    ret
2:  je   apm_connect_32
    cmp  $0x01, %al
    je   system_ok                  # real mode: nothing to tell
    ja   apm_connect_16
    movw $0x0102, R_AX(%bp)         # AL=00h: version 1.2
    movw $0x504D, R_BX(%bp)         # "PM"
    movw $0x0003, R_CX(%bp)         # from 16- and from 32-bit protected mode
    jmp  system_ok

apm_connect_16:                     # -> AX, CX = code, data; BX = entry; SI, DI = sizes
    movw $apm_entry_16, R_BX(%bp)
    movw $APM_SEGMENT_BYTES, R_SI(%bp)
    jmp  1f
apm_connect_32:                     # -> AX, CX, DX = 32- and 16-bit code, data; EBX = entry; ESI, DI = sizes
    movl $apm_entry_32, R_EBX(%bp)
    movl $APM_SEGMENT_BYTES << 16 | APM_SEGMENT_BYTES, R_SI(%bp)
    movw $BIOS_SEGMENT, R_DX(%bp)
1:  movw $BIOS_SEGMENT, R_AX(%bp)
    movw $BIOS_SEGMENT, R_CX(%bp)
    movw $APM_SEGMENT_BYTES, R_DI(%bp)
    jmp  system_ok

apm_entry_16:
    call apm
    lret

    .code32
    APM_CODE _32

apm_entry_32:
    call apm_32
    lret
    .code16
