# The start of every probe: a boot sector that loads the rest of its track, and
# printing on COM1 through INT 14h. A probe is a program that asks the BIOS and prints the
# answers, one a line, so that a test can compare them with another BIOS's or the host's.
# It is linked at 7C00, defines "probe", and ends with PROBE_END.

    .code16
    .text
probe_start:
    ljmp $0, $1f
1:  xor  %ax, %ax
    mov  %ax, %ds
    mov  %ax, %ss
    mov  $0x7C00, %sp
    sti
    cld
    mov  %dl, boot_drive
    cmp  $0xE0, %dl                 # what a CD boots without emulation is there already
    jae  3f
    mov  $3, %si
2:  xor  %ax, %ax
    mov  %ax, %es
    mov  $0x0208, %ax               # 8 sectors from sector 2 on
    mov  $0x7E00, %bx
    mov  $0x0002, %cx
    mov  boot_drive, %dl
    mov  $0, %dh
    int  $0x13
    jnc  3f
    dec  %si
    jnz  2b
    mov  $text_load_failed, %si
    call print
    jmp  probe_stop
3:  mov  $0x00E3, %ax               # COM1: 9600 8N1
    xor  %dx, %dx
    int  $0x14
    mov  $0x3FB, %dx                # and then 115200, which INT 14h does not know
    mov  $0x83, %al
    out  %al, %dx
    mov  $0x3F8, %dx
    mov  $1, %ax
    out  %ax, %dx
    mov  $0x3FB, %dx
    mov  $0x03, %al
    out  %al, %dx
    call probe
    mov  $text_end, %si
    call print
probe_stop:
    hlt
    jmp  probe_stop

# In: DS:SI = text, 0 at its end.
print:
    push %ax
1:  lodsb
    test %al, %al
    jz   2f
    call print_char
    jmp  1b
2:  pop  %ax
    ret
print_char:
    push %ax
    push %dx
    mov  $0x01, %ah
    xor  %dx, %dx
    int  $0x14
    pop  %dx
    pop  %ax
    ret
print_line:
    push %ax
    mov  $'\n', %al
    call print_char
    pop  %ax
    ret
# In: EAX; prints a blank and 8 digits. The others take AX, AL.
print32:
    ror  $16, %eax
    call print16
    ror  $16, %eax
    push %ax
    mov  %ah, %al
    call print_digits
    pop  %ax
    jmp  print_digits
print16:
    xchg %al, %ah
    call print8
    xchg %al, %ah
    jmp  print_digits
print8:
    push %ax
    mov  $' ', %al
    call print_char
    pop  %ax
print_digits:
    push %ax
    shr  $4, %al
    call 1f
    pop  %ax
1:  push %ax
    and  $0x0F, %al
    cmp  $10, %al
    sbb  $0x69, %al
    das
    call print_char
    pop  %ax
    ret

boot_drive: .byte 0
text_end:   .asciz "end\n"
text_load_failed: .asciz "load failed\n"
    .org 510
    .word 0xAA55

# Prints a text given in place, then goes on.
    .macro SAY text
    push %si
    mov  $9f, %si
    call print
    pop  %si
    jmp  8f
9:  .asciz "\text"
8:
    .endm
    .macro PROBE_END
    .org 9 * 512
    .endm
