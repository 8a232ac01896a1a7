# INT 10h AH=1Ch and AX=4F04h: sizes; then a mode with colours of its own is saved, another one set, the first restored and
# saved again: both must be the same.
    .include "probe.S"

    .set FIRST,  0x2000             # segments
    .set SECOND, 0x2100

probe:
    mov  $0x1C00, %ax
    mov  $7, %cx
    xor  %bx, %bx
    int  $0x10
    call print8
    mov  $0x4F04, %ax
    xor  %dx, %dx
    mov  $15, %cx
    xor  %bx, %bx
    int  $0x10
    call print16
    call print_line
    mov  $0x0013, %ax
    int  $0x10
    mov  $0x1010, %ax               # colour 5
    mov  $5, %bx
    mov  $0x1122, %cx
    mov  $0x33, %dh
    int  $0x10
    mov  $0x1C, %ah
    mov  $7, %cx
    call around
    mov  $0x0F00, %ax
    int  $0x10
    call print8
    mov  $0x1015, %ax
    mov  $5, %bx
    int  $0x10
    mov  %cx, %ax
    call print16
    call print_line
    mov  $0x4F02, %ax
    mov  $0x4112, %bx
    int  $0x10
    mov  $0x4F06, %ax               # a longer line
    xor  %bl, %bl
    mov  $800, %cx
    int  $0x10
    mov  $15, %cx
    mov  $0x4F, %ah
    call around
    mov  $0x4F03, %ax
    int  $0x10
    mov  %bx, %ax
    call print16
    mov  $0x4F06, %ax
    mov  $1, %bl
    int  $0x10
    mov  %cx, %ax
    call print16
    jmp  print_line

# Saves, sets mode 3, restores, saves. AH = 1Ch or 4Fh, CX = parts.
around:
    mov  %ah, service
    mov  %cx, parts
    mov  $1, %al
    mov  $FIRST, %dx
    call state
    mov  $0x0003, %ax
    int  $0x10
    mov  $2, %al
    mov  $FIRST, %dx
    call state
    mov  $1, %al
    mov  $SECOND, %dx
    call state
    mov  $FIRST, %ax
    mov  %ax, %ds
    mov  $SECOND, %ax
    mov  %ax, %es
    xor  %si, %si
    xor  %di, %di
    mov  $0x1000, %cx
    repe cmpsb
    push $0
    pop  %ds
    setne %al
    call print8
    mov  %si, %ax
    call print16
    jmp  print_line
state:
    mov  %dx, %es
    xor  %bx, %bx
    mov  parts, %cx
    mov  service, %ah
    mov  %al, %dl
    cmp  $0x1C, %ah
    je   1f
    mov  $4, %al
1:  int  $0x10
    ret
service: .byte 0
parts: .word 0
    PROBE_END
