# Interrupts and exceptions nobody serves: what the BIOS says about them on port 402h.
    .include "probe.S"
probe:
    SAY  "start\n"
    int  $0x42
    int3
    int  $0x80
    mov  $0x3FC, %dx                # COM1 may interrupt, and has nothing to send
    mov  $0x0B, %al
    out  %al, %dx
    in   $0x21, %al
    and  $0xEF, %al
    out  %al, $0x21
    mov  $0x3F9, %dx
    mov  $0x02, %al
    out  %al, %dx
    hlt
    xor  %al, %al
    out  %al, %dx
    in   $0x21, %al                 # IRQ 4 is masked again
    SAY  "mask"
    call print8
    call print_line
    SAY  "divide\n"
    xor  %cx, %cx
    div  %cx
    SAY  "not reached\n"
    ret
    PROBE_END
