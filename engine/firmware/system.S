# INT 11h equipment, and INT 15h: the services that found no better place.
# Source: IBM PC AT Technical Reference, section 5; RBIL INT 15h.
# What only multitasking systems hook is taken (52h, 80h-82h, 85h, 90h, 91h): AH = 0.
# Not modelled: joystick (84h), CPU microcode (D0h).

int11:                              # -> AX = equipment word
    push %ds
    push $BDA_SEGMENT
    pop  %ds
    mov  BDA_EQUIPMENT, %ax
    pop  %ds
    iret

int15:
    SERVICE_ENTER
    mov  $system_functions, %si
1:  mov  %cs:(%si), %al             # which functions, byte by byte: there are few
    cmp  %al, %ah
    je   2f
    add  $3, %si
    test %al, %al                   # AH=00h, cassette motor, ends the list
    jnz  1b
    call system_unsupported
    SERVICE_LEAVE
2:  mov  R_AL(%bp), %al
    call *%cs:1(%si)
    SERVICE_LEAVE

    .macro SYSTEM_FUNCTION number, routine
    .byte \number
    .word \routine
    .endm
system_functions:
    SYSTEM_FUNCTION 0x24, a20_service
    SYSTEM_FUNCTION 0x4F, key_intercept
    SYSTEM_FUNCTION 0x52, system_taken      # a disc is about to be ejected
    SYSTEM_FUNCTION 0x53, apm_service
    SYSTEM_FUNCTION 0x80, system_taken      # device opened, closed, program ended
    SYSTEM_FUNCTION 0x81, system_taken
    SYSTEM_FUNCTION 0x82, system_taken
    SYSTEM_FUNCTION 0x83, wait_event
    SYSTEM_FUNCTION 0x85, system_taken      # SysRq
    SYSTEM_FUNCTION 0x86, wait_here
    SYSTEM_FUNCTION 0x87, block_move
    SYSTEM_FUNCTION 0x88, memory_88
    SYSTEM_FUNCTION 0x89, protected_mode
    SYSTEM_FUNCTION 0x90, system_taken      # a device is busy, and was done: CF clear, who asked waits itself
    SYSTEM_FUNCTION 0x91, system_taken
    SYSTEM_FUNCTION 0xC0, configuration
    SYSTEM_FUNCTION 0xC1, ebda_segment
    SYSTEM_FUNCTION 0xC2, mouse_service
    SYSTEM_FUNCTION 0xE8, memory_E8
    SYSTEM_FUNCTION 0x00, system_unsupported

system_unsupported:
    movb $0x86, R_AH(%bp)
    orb  $FLAG_CF, R_FLAGS(%bp)
    ret

system_taken:
    movb $0, R_AH(%bp)
system_ok:
    andb $~FLAG_CF, R_FLAGS(%bp)
    ret

memory_E8:
    cmp  $0x20, %al
    je   memory_E820
    cmp  $0x01, %al
    je   memory_E801
    jmp  system_unsupported

# AH=4Fh: INT 09h shows every scan code here first. CF set: handle it; whoever
# hooks this may change AL, or return CF clear to swallow the key.
key_intercept:
    orb  $FLAG_CF, R_FLAGS(%bp)
    ret

wait_here:                          # AH=86h, CX:DX = microseconds
    push %ds
    pop  %es
    mov  $BDA_WAIT_ACTIVE, %di
    call rtc_wait_start
    jc   wait_busy
1:  sti
    hlt
    testb $0x80, BDA_WAIT_ACTIVE
    jz   1b
    movb $0, BDA_WAIT_ACTIVE
    jmp  system_ok

wait_event:                         # AH=83h, AL=00h: CX:DX = microseconds, ES:BX = byte
    cmp  $0x01, %al
    je   1f
    ja   system_unsupported
    mov  %bx, %di
    call rtc_wait_start
    jc   wait_busy
    jmp  system_ok
1:  call rtc_wait_stop              # AL=01h: cancel
    jmp  system_ok

wait_busy:
    movb $0x83, R_AH(%bp)
    orb  $FLAG_CF, R_FLAGS(%bp)
    ret

configuration:                      # AH=C0h -> ES:BX = table
    mov  %cs, R_ES(%bp)
    movw $configuration_table, R_BX(%bp)
    movb $0, R_AH(%bp)
    jmp  system_ok

ebda_segment:                       # AH=C1h -> ES
    mov  BDA_EBDA, %ax
    mov  %ax, R_ES(%bp)
    jmp  system_ok
