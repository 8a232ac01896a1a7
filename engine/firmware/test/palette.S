# INT 10h AH=0Bh, AX=1000h to 101Ah, AX=1200h BL=36h: what is set is read back.
    .include "probe.S"

    .set TABLE, 0x9000

    .macro VIDEO ax, bx=0, dx=0
    mov  $\ax, %ax
    mov  $\bx, %bx
    mov  $\dx, %dx
    int  $0x10
    .endm
    .macro SHOW_BX ax, bx=0
    VIDEO \ax, \bx
    mov  %bx, %ax
    call print16
    .endm

probe:
    VIDEO 0x1000, 0x2A05            # register 5 = 2Ah
    SHOW_BX 0x1007, 0x0005
    VIDEO 0x1001, 0x0300            # border
    SHOW_BX 0x1008
    VIDEO 0x1018, 0x003F
    SHOW_BX 0x1019
    VIDEO 0x1018, 0x00FF
    VIDEO 0x1013, 0x0100            # 16 pages
    VIDEO 0x1013, 0x0901            # the tenth
    SHOW_BX 0x101A
    VIDEO 0x1013, 0x0000
    VIDEO 0x1013, 0x0201
    SHOW_BX 0x101A
    VIDEO 0x1013, 0x0001
    call print_line
    call all
    mov  $0x0004, %ax
    int  $0x10
    call all
    VIDEO 0x0B00, 0x0019            # background, bright
    call all
    VIDEO 0x0B00, 0x0100            # the other three
    call all
    mov  $0x0003, %ax
    int  $0x10
    VIDEO 0x1201, 0x0036
    call print8
    call clocking
    VIDEO 0x1200, 0x0036
    call print8
    call clocking
    jmp  print_line

clocking:
    mov  $0x3C4, %dx
    mov  $1, %al
    out  %al, %dx
    inc  %dx
    in   %dx, %al
    jmp  print8

all:                                # all seventeen
    xor  %ax, %ax
    mov  %ax, %es
    VIDEO 0x1009, 0, TABLE
    mov  $TABLE, %si
    mov  $17, %cx
1:  lodsb
    call print8
    loop 1b
    jmp  print_line
    PROBE_END
