# What POST leaves of the x87, and how its exception comes by way of IRQ 13 to INT 02h. (Not for QEMU: its FLD1 does not
# look whether an exception waits.)
    .include "probe.S"
probe:
    fnstcw word                     # FNINIT was
    mov  word, %ax
    SAY  "control"
    call print16
    call print_line
    int  $0x11
    and  $0x02, %al
    SAY  "coprocessor"
    call print8
    call print_line

    movw $handler, 4 * 0x02         # INT 02h
    movw %cs, 4 * 0x02 + 2
    in   $0xA1, %al                 # IRQ 13 may come
    and  $0xDF, %al
    out  %al, $0xA1
    fldcw unmasked
    fld1
    fldz
    fdivrp                          # 1 by 0: waits
    movb $1, stage
    fld1                            # meets it
    movb $2, stage
    fnclex
    SAY  "INT 02h came"
    mov  count, %al
    call print8
    mov  seen_stage, %al
    call print8
    mov  seen_status, %ax
    call print16
    call print_line

    ret

handler:
    push %ax
    incb count
    mov  stage, %al
    mov  %al, seen_stage
    fnstsw seen_status
    pop  %ax
    iret

unmasked:    .word 0x037B
word:        .word 0xFFFF
count:       .byte 0
stage:       .byte 0
seen_stage:  .byte 0
seen_status: .word 0
    PROBE_END
