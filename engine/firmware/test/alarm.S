# INT 1Ah AH=06h and 07h: an alarm at 23:59:59 finds the clock at 23:59:58, a second one is refused, and none comes after it is
# cancelled.
    .include "probe.S"

probe:
    mov  $0x0300, %ax
    mov  $0x2359, %cx
    mov  $0x5800, %dx
    int  $0x1A
    cli
    movw $alarm, 0x4A * 4
    movw $0, 0x4A * 4 + 2
    sti
    call set
    call set
    mov  $4000, %cx                 # interrupts at most
1:  hlt
    cmpb $0, rung
    loope 1b
    mov  $0x0200, %ax
    int  $0x1A
    mov  %cx, %ax
    call print16
    mov  %dh, %al
    call print8
    mov  rung, %al
    call print8
    call print_line
    mov  $0x0700, %ax
    int  $0x1A
    setc %al
    call print8
    call set
    mov  $0x0700, %ax
    int  $0x1A
    ret
set:
    mov  $0x0600, %ax
    mov  $0x2359, %cx
    mov  $0x5900, %dx
    int  $0x1A
    setc %al
    call print8
    jmp  print_line
alarm:
    push %ds
    push $0
    pop  %ds
    incb rung
    pop  %ds
    iret
rung: .byte 0
    PROBE_END
