# INT 13h: geometry, every sector's content, the errors, writing.
    .include "probe.S"
    .set BUFFER, 0x1000             # segment: 64 KiB aligned, so a track always fits

    .macro STATUS text
    pushf
    SAY  "\text"
    popf
    call print_status
    .endm

probe:
    mov  $0x08, %ah
    xor  %dl, %dl
    int  $0x13
    mov  %cl, sectors
    mov  %ch, cylinders
    push %dx
    push %cx
    SAY  "geometry"
    mov  %bl, %al
    call print8
    pop  %ax
    call print16
    pop  %ax
    call print16
    call print_line
    push %ds
    pop  %es

    mov  $0x15, %ah
    xor  %dl, %dl
    int  $0x13
    SAY  "type"
    mov  %ah, %al
    call print8
    call print_line

# How many sectors has a track of this disk? The largest number that can be read.
    mov  $candidates, %si
7:  lodsb
    mov  %al, sectors
    mov  $BUFFER, %ax
    mov  %ax, %es
    xor  %bx, %bx
    mov  $0x0201, %ax
    mov  sectors, %cl
    mov  $0, %ch
    xor  %dx, %dx
    int  $0x13
    jc   7b
    SAY  "sectors"
    mov  sectors, %al
    call print8
    call print_line

# All sectors, a track a call: sum = rotate left (sum) + dword.
    xor  %edi, %edi
    mov  $0, %ch
1:  mov  $0, %dh
2:  mov  $BUFFER, %ax
    mov  %ax, %es
    xor  %bx, %bx
    mov  $0x02, %ah
    mov  sectors, %al
    mov  $1, %cl
    mov  boot_drive, %dl
    int  $0x13
    jc   3f
    cmp  sectors, %al
    jne  3f
    push %cx
    movzbw sectors, %cx
    shl  $7, %cx
    xor  %si, %si
4:  rol  $1, %edi
    add  %es:(%si), %edi
    add  $4, %si
    loop 4b
    pop  %cx
    inc  %dh
    cmp  $2, %dh
    jb   2b
    inc  %ch
    cmp  cylinders, %ch
    jbe  1b
    SAY  "sum"
    mov  %edi, %eax
    call print32
    call print_line
    jmp  5f
3:  STATUS "read failed"
5:
# Both sides of a cylinder in one call: the controller goes to the next head by itself.
    mov  $BUFFER, %ax
    mov  %ax, %es
    mov  $0x0204, %ax
    xor  %bx, %bx
    mov  sectors, %cl
    dec  %cl
    mov  $5, %ch
    xor  %dx, %dx
    int  $0x13
    STATUS "two heads"

    mov  $0x0200, %ax
    mov  $0x0001, %cx
    xor  %dx, %dx
    int  $0x13
    STATUS "no sectors"
    mov  $0x0201, %ax
    mov  $0x0001, %cx
    xor  %dx, %dx
    mov  sectors, %cl
    inc  %cl
    int  $0x13
    STATUS "past the track"
    mov  $0x01, %ah
    xor  %dx, %dx
    int  $0x13
    STATUS "last status"
    mov  $0x0201, %ax
    mov  $0xFF00, %bx               # the end of a 64 KiB page lies inside
    mov  $0x0001, %cx
    xor  %dx, %dx
    int  $0x13
    STATUS "boundary"
    mov  $0x0201, %ax
    xor  %bx, %bx
    mov  $0x0001, %cx
    mov  $0x0001, %dx
    int  $0x13
    STATUS "drive B"
    mov  $0x0201, %ax
    mov  $0x0001, %cx
    mov  $0x0080, %dx
    int  $0x13
    STATUS "disk 80"
    mov  $0x0404, %ax
    mov  $0x0001, %cx
    xor  %dx, %dx
    int  $0x13
    STATUS "verify"
    mov  $0x16, %ah
    xor  %dx, %dx
    int  $0x13
    STATUS "change line"
    mov  $0x41, %ah
    mov  $0x55AA, %bx
    xor  %dx, %dx
    int  $0x13
    STATUS "extensions"

# Writing: sector 3 of cylinder 40, head 1.
    mov  $BUFFER, %ax
    mov  %ax, %es
    xor  %bx, %bx
    xor  %di, %di
    mov  $256, %cx
    mov  $0x1234, %ax
6:  stosw
    add  $0x0101, %ax
    loop 6b
    mov  $0x0301, %ax
    mov  $0x2803, %cx
    mov  $0x0100, %dx
    int  $0x13
    STATUS "write"
    ret

# CF and AX as INT 13h left them; AL only where it counts sectors.
print_status:
    push %ax
    setc %al
    call print8
    pop  %ax
    push %ax
    mov  %ah, %al
    call print8
    pop  %ax
    call print8
    jmp  print_line
sectors:   .byte 0
candidates: .byte 36, 18, 15, 9
cylinders: .byte 0
    PROBE_END
