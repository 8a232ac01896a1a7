# Sets a video mode through the BIOS, fills its memory with a pattern (vga.test.ts has the same), and sends the registers
# that the BIOS chose to port 0xE9: miscellaneous output, sequencer 0-4, CRTC 0-18, graphics 0-8, attribute 0-14, DAC.
# MODE, SEGMENT, LIMIT (bytes, 0 for 64 KiB) and PLANAR are given on the command line.
    .code16
    .globl _start
_start:
    mov  $MODE, %ax
    int  $0x10
    cli
    cld
    mov  $SEGMENT, %ax
    mov  %ax, %es
    xor  %ax, %ax
    mov  %ax, %ds
    xor  %cl, %cl                   # plane
pass:
    .if PLANAR
    mov  $1, %ah
    shl  %cl, %ah
    mov  $2, %al
    mov  $0x3C4, %dx
    out  %ax, %dx
    .endif
    xor  %di, %di
1:  mov  %di, %ax                   # 7 * low byte + 13 * high byte + plane
    mov  %ah, %bl
    mov  $7, %bh
    mul  %bh
    xchg %ax, %bx
    mov  $13, %ah
    mul  %ah
    add  %bl, %al
    add  %cl, %al
    stosb
    cmp  $LIMIT, %di
    jne  1b
    inc  %cl
    .if PLANAR
    cmp  $4, %cl
    jb   pass
    .endif

    mov  $0x3CC, %dx
    in   %dx, %al
    out  %al, $0xE9
    mov  $0x3C4, %dx
    mov  $5, %cx
    call registers
    mov  $0x3D4, %dx
    mov  $25, %cx
    call registers
    mov  $0x3CE, %dx
    mov  $9, %cx
    call registers
    xor  %bl, %bl
2:  mov  $0x3DA, %dx
    in   %dx, %al
    mov  $0x3C0, %dx
    mov  %bl, %al
    out  %al, %dx
    inc  %dx
    in   %dx, %al
    out  %al, $0xE9
    inc  %bl
    cmp  $21, %bl
    jb   2b
    mov  $0x3DA, %dx
    in   %dx, %al
    mov  $0x3C0, %dx
    mov  $0x20, %al
    out  %al, %dx
    mov  $0x3C7, %dx
    xor  %al, %al
    out  %al, %dx
    mov  $0x3C9, %dx
    mov  $768, %cx
3:  in   %dx, %al
    out  %al, $0xE9
    loop 3b
4:  hlt
    jmp  4b
registers:
    xor  %ah, %ah
1:  mov  %ah, %al
    out  %al, %dx
    inc  %dx
    in   %dx, %al
    dec  %dx
    out  %al, $0xE9
    inc  %ah
    loop 1b
    ret
    .org 510
    .word 0xAA55
