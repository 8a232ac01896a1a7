# INT 1Ah, INT 08h with INT 1Ch, INT 15h AH=86h and 83h.
    .include "probe.S"
probe:
    mov  $0x02, %ah                 # the clock's time and date, BCD
    int  $0x1A
    SAY  "time"
    mov  %cx, %ax
    call print16
    mov  %dh, %al
    call print8
    call print_line
    mov  $0x04, %ah
    int  $0x1A
    SAY  "date"
    mov  %cx, %ax
    call print16
    mov  %dx, %ax
    call print16
    call print_line
    mov  $0x00, %ah                 # ticks since midnight agree with the time
    int  $0x1A
    SAY  "ticks"
    mov  %cx, %ax
    call print16
    mov  %dx, %ax
    call print16
    call print_line

    movw $hook, 0x1C * 4            # how many ticks in two seconds of the clock?
    movw $0, 0x1C * 4 + 2
    call next_second
    movw $0, hooked
    call next_second
    call next_second
    mov  hooked, %ax
    SAY  "ticks in 2 s"
    call print16
    call print_line

    movw $0, hooked                 # wait a second: CX:DX = 000F4240
    mov  $0x000F, %cx
    mov  $0x4240, %dx
    mov  $0x86, %ah
    int  $0x15
    setc %al
    mov  hooked, %bx
    SAY  "wait 1 s"
    call print8
    mov  %bx, %ax
    call print16
    call print_line

    movw $0, hooked                 # the same, but go on meanwhile
    movb $0, flag
    mov  $0x000F, %cx
    mov  $0x4240, %dx
    mov  $flag, %bx
    mov  $0x8300, %ax
    int  $0x15
    setc %al
    SAY  "event in 1 s"
    call print8
1:  hlt
    testb $0x80, flag
    jz   1b
    mov  hooked, %ax
    call print16
    call print_line

    mov  $0x03, %ah                 # set 23:59:58, and the ticks 3 s before midnight
    mov  $0x2359, %cx
    mov  $0x5800, %dx
    int  $0x1A
    mov  $0x01, %ah
    mov  $0x0018, %cx
    mov  $0x00B0 - 20, %dx
    int  $0x1A
    mov  $0x001E, %cx               # two seconds
    mov  $0x8480, %dx
    mov  $0x86, %ah
    int  $0x15
    mov  $0x00, %ah
    int  $0x1A
    SAY  "midnight"
    call print8                     # AL = 1
    mov  %cx, %ax
    call print16
    call print_line
    mov  $0x00, %ah
    int  $0x1A
    SAY  "again"
    call print8                     # AL = 0: told once
    call print_line
    mov  $0x02, %ah
    int  $0x1A
    SAY  "new day"
    mov  %cx, %ax
    call print16
    call print_line
    ret

next_second:
    mov  $0x02, %ah
    int  $0x1A
    mov  %dh, %bl
1:  hlt
    mov  $0x02, %ah
    int  $0x1A
    cmp  %dh, %bl
    je   1b
    ret
hook:
    incw %cs:hooked
    iret
hooked: .word 0
flag:   .byte 0
    PROBE_END
