# How a service sees its caller. INT pushed FLAGS, CS and IP; we push the rest
# and point BP at it. A service changes a caller's register by changing its
# place in the frame, and works with DS = the BIOS data area:
#
#   BP+ 0 EDI   4 ESI   8 EBP  12 ESP  16 EBX  20 EDX  24 ECX  28 EAX
#      32 ES   34 DS   36 IP   38 CS   40 FLAGS

    .set R_DI,    0
    .set R_SI,    4
    .set R_BP,    8
    .set R_EBX,  16
    .set R_BX,   16
    .set R_BL,   16
    .set R_BH,   17
    .set R_EDX,  20
    .set R_DX,   20
    .set R_DL,   20
    .set R_DH,   21
    .set R_ECX,  24
    .set R_CX,   24
    .set R_CL,   24
    .set R_CH,   25
    .set R_EAX,  28
    .set R_AX,   28
    .set R_AL,   28
    .set R_AH,   29
    .set R_ES,   32
    .set R_DS,   34
    .set R_IP,   36
    .set R_CS,   38
    .set R_FLAGS, 40

    .set FLAG_CF, 0x01
    .set FLAG_ZF, 0x40

    .macro SERVICE_ENTER
    push %ds
    push %es
    pushal
    mov  %sp, %bp
    push $BDA_SEGMENT
    pop  %ds
    cld
    .endm

    .macro SERVICE_LEAVE
    popal
    pop  %es
    pop  %ds
    iret
    .endm

# Calls the routine for function AH: TABLE has LAST+1 words, and the code
# goes on at OTHERWISE for a number past its end. Changes SI only.
    .macro DISPATCH table, last, otherwise
    cmp  $\last, %ah
    ja   \otherwise
    movzbw %ah, %si
    add  %si, %si
    call *%cs:\table(%si)
    .endm
