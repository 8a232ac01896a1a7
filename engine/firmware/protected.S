# INT 15h AH=89h: to protected mode, for good. BH and BL = the first vectors of the two interrupt controllers, ES:SI = a
# descriptor table of eight entries, of which we fill the last:
#
#   00 null   08 this table   10 interrupt table   18 DS   20 ES   28 SS   30 CS   38 our code
#
# Out: AH = 0, CF clear, all interrupts masked, BP lost; or AH = FFh, CF set: A20 stays closed.
# Source: IBM PC AT Technical Reference, section 5, VIRTUAL_MODE; RBIL INT 15h AH=89h.

    .set GATE_TABLE,  0x08
    .set GATE_VECTORS, 0x10
    .set GATE_DS,     0x18
    .set GATE_ES,     0x20
    .set GATE_SS,     0x28
    .set GATE_CS,     0x30
    .set GATE_BIOS,   0x38

protected_mode:
    cli
    call a20_enable
    call a20_state
    mov  $0xFF, %ah
    jz   1f
    mov  R_BH(%bp), %ah
    mov  R_BL(%bp), %bl
    call pics_at
    mov  $0xFF, %al
    out  %al, $PIC1_DATA
    out  %al, $PIC2_DATA
    mov  R_SI(%bp), %si
    movl $0x0000FFFF, %es:GATE_BIOS(%si)    # base F0000, limit FFFF, code
    movl $0x00009B0F, %es:GATE_BIOS + 4(%si)
    mov  %bp, %sp                   # the caller's registers, but for BP
    popal
    pop  %es
    pop  %ds
    pop  %bp                        # where it goes on
    add  $4, %sp                    # without CS and the flags
    lgdt %es:GATE_TABLE(%si)        # 24-bit bases, as a descriptor has them
    lidt %es:GATE_VECTORS(%si)
    smsw %ax
    or   $1, %al
    lmsw %ax
    ljmp $GATE_BIOS, $2f
2:  mov  $GATE_DS, %ax
    mov  %ax, %ds
    mov  $GATE_ES, %ax
    mov  %ax, %es
    mov  $GATE_SS, %ax
    mov  %ax, %ss
    push $GATE_CS
    push %bp
    xor  %ax, %ax                   # CF clear
    lret
1:  mov  %ah, R_AH(%bp)
    orb  $FLAG_CF, R_FLAGS(%bp)
    ret
