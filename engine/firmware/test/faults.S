# Interrupts and exceptions nobody serves: what the BIOS says about them on port 402h.
    .include "probe.S"
probe:
    SAY  "start\n"
    int  $0x42
    int3
    int  $0x80
    SAY  "divide\n"
    xor  %cx, %cx
    div  %cx
    SAY  "not reached\n"
    ret
    PROBE_END
