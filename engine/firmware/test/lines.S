# INT 10h AX=12xxh BL=30h to 33h, AX=101Bh, AX=4F10h: lines of text, colours that stay or become greys, the display's power.
    .include "probe.S"

    .set STATE, 0x9000

    .macro VIDEO ax, bx=0, cx=0, dx=0
    mov  $\ax, %ax
    mov  $\bx, %bx
    mov  $\cx, %cx
    mov  $\dx, %dx
    int  $0x10
    .endm

probe:
    VIDEO 0x1200, 0x0030
    call text
    VIDEO 0x1201, 0x0030
    call text
    VIDEO 0x1203, 0x0030            # no such number
    call text
    VIDEO 0x1202, 0x0030
    call text

    VIDEO 0x1200, 0x0033
    call print8
    VIDEO 0x0003
    VIDEO 0x1010, 5, 0, 0x3F00
    mov  $4, %bl
    call colour
    mov  $5, %bl
    call colour
    VIDEO 0x1201, 0x0033
    VIDEO 0x0003
    mov  $4, %bl
    call colour
    VIDEO 0x101B, 4, 1
    mov  $4, %bl
    call colour
    call print_line

    VIDEO 0x0003
    VIDEO 0x1000, 0x2A01            # register 1 = 2Ah
    VIDEO 0x1010, 4, 0x0203, 0x0100
    VIDEO 0x1201, 0x0031
    call print8
    call colours_of_mode
    VIDEO 0x1200, 0x0031
    call colours_of_mode
    call print_line

    VIDEO 0x1201, 0x0032
    call print8
    call misc
    VIDEO 0x1200, 0x0032
    call misc
    call print_line

    VIDEO 0x4F10
    call print16
    mov  %bx, %ax
    call print16
    VIDEO 0x4F10, 0x0401
    call power
    VIDEO 0x4F10, 0x0301            # both at once
    call power
    VIDEO 0x0003
    call power
    call print_line

    mov  $0x0E, %al                 # colours and pages of modes 0Eh to 13h
1:  push %ax
    xor  %ah, %ah
    int  $0x10
    call state
    mov  STATE + 0x27, %ax
    call print16
    mov  STATE + 0x29, %al
    call print8
    pop  %ax
    inc  %ax
    cmp  $0x14, %al
    jb   1b
    VIDEO 0x0003
    jmp  print_line

# AL; of modes 3 and 7 the lines as AH=1Bh says, of the screen and of a character, output register; rows of 8 lines.
text:
    call print8
    VIDEO 0x0003
    call text_mode
    VIDEO 0x1112
    mov  0x484, %al
    call print8
    VIDEO 0x0007
    call text_mode
    VIDEO 0x0003
    jmp  print_line
state:
    xor  %ax, %ax
    mov  %ax, %es
    mov  $STATE, %di
    VIDEO 0x1B00
    ret
text_mode:
    call state
    mov  STATE + 0x2A, %al
    call print8
    mov  0x463, %dx
    mov  $0x09, %al
    call register
    mov  0x485, %al
    call print8
misc:
    mov  $0x3CC, %dx
    in   %dx, %al
    jmp  print8

colours_of_mode:
    VIDEO 0x0003
    VIDEO 0x1007, 1
    mov  %bh, %al
    call print8
    mov  $4, %bl
colour:                             # entry BL of the DAC
    mov  $0x1015, %ax
    int  $0x10
    mov  %dh, %al
    call print8
    mov  %cx, %ax
    jmp  print16

power:                              # AX of the last call; the state; the clocking mode
    call print16
    VIDEO 0x4F10, 0x0002
    mov  %bh, %al
    call print8
    mov  $0x3C4, %dx
    mov  $0x01, %al
register:                           # AL at port DX
    out  %al, %dx
    inc  %dx
    in   %dx, %al
    jmp  print8
    PROBE_END
