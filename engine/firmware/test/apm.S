# APM, and protected mode by INT 15h AH=89h: asks in real mode, connects for 32 bits, goes to protected mode, asks there, and
# has the machine switched off. There is no BIOS to print with over there: characters go to COM1.
    .include "probe.S"

probe:
    mov  $0x5300, %ax
    xor  %bx, %bx
    int  $0x15
    call print_answer
    mov  $0x5303, %ax
    xor  %bx, %bx
    int  $0x15
    mov  %ebx, entry
    mov  %ax, %bx
    call print_answer
    movzwl %bx, %eax                # the code's base
    shl  $4, %eax
    or   %eax, apm_code + 2

    mov  $0x2820, %bx               # vectors 28h and 20h on
    mov  $table, %si
    mov  $0x8900, %ax
    mov  $0x1234, %cx
    mov  $0x5678, %dx
    int  $0x15
    jc   1f
    mov  %cx, %di
    mov  %dx, %bp
    smsw %ax
    and  $1, %al
    call say8
    mov  %di, %ax
    call say16
    mov  %bp, %ax
    call say16
    mov  %cs, %ax
    call say16
    mov  %ds, %ax
    call say16
    mov  %es, %ax
    call say16
    mov  %ss, %ax
    call say16
    in   $0x21, %al
    call say8
    in   $0xA1, %al
    call say8
    call say_line
    ljmp $0x40, $2f
1:  SAY  "refused\n"
    ret

    .code32
2:  mov  $0x530A, %eax
    mov  $1, %ebx
    lcall *apm_pointer
    setc %al
    mov  %ebx, %edi
    mov  %ecx, %ebp
    ljmp $0x30, $3f
    .code16
3:  call say8
    mov  %di, %ax
    call say16
    mov  %bp, %ax
    call say16
    call say_line
    ljmp $0x40, $4f
    .code32
4:  mov  $0x5307, %eax
    mov  $1, %ebx
    mov  $3, %ecx
    lcall *apm_pointer
    hlt
    .code16

print_answer:                       # AX, BX, CX, CF
    setc carry
    call print16
    mov  %cx, %ax
    call print16
    mov  carry, %al
    call print8
    jmp  print_line

say8:
    push %ax
    mov  $' ', %al
    call say
    pop  %ax
say_digits:
    push %ax
    shr  $4, %al
    call 1f
    pop  %ax
1:  push %ax
    and  $0x0F, %al
    cmp  $10, %al
    sbb  $0x69, %al
    das
    call say
    pop  %ax
    ret
say16:
    xchg %al, %ah
    call say8
    xchg %al, %ah
    jmp  say_digits
say_line:
    mov  $'\n', %al
say:
    push %dx
    push %ax
    mov  $0x3FD, %dx
1:  in   %dx, %al
    test $0x20, %al
    jz   1b
    pop  %ax
    mov  $0x3F8, %dx
    out  %al, %dx
    pop  %dx
    ret

carry: .byte 0
apm_pointer:
entry: .long 0
    .word 0x48
    .balign 8
table:
    .quad 0
    .quad table << 16 | 0x4F                # 08: bases of 24 bits
    .quad table << 16                       # 10: no interrupts
    .quad 0x000093000000FFFF                # 18 DS, 20 ES, 28 SS
    .quad 0x000093000000FFFF
    .quad 0x000093000000FFFF
    .quad 0x00009B000000FFFF                # 30 CS
    .quad 0                                 # 38: the BIOS's
    .quad 0x00CF9B000000FFFF                # 40: 32-bit code
apm_code:
    .quad 0x00409B000000FFFF                # 48: APM's
    PROBE_END
