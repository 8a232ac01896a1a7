# The memory types that POST set up, of the first processor and of the second, which this starts.
    .include "probe.S"

    .set START, 0x9000              # where the second one starts

probe:
    call types
    cli
    lgdtl descriptors
    mov  %cr0, %eax
    or   $1, %al
    mov  %eax, %cr0
    jmp  1f
1:  mov  $8, %dx
    mov  %dx, %fs                   # 4 GiB, for as long as it is not loaded again
    and  $0xFE, %al
    mov  %eax, %cr0
    jmp  2f
2:  movb $0xEA, START               # JMP to "second"
    movl $second, START + 1
    mov  $0xFEE00000, %edi
    movl $0xC4500, %fs:0x300(%edi)  # INIT, then start, all others
    movl $0xC4600 | START >> 12, %fs:0x300(%edi)
3:  pause
    cmpb $0, done
    je   3b
    sti
    ret
second:
    xor  %ax, %ax
    mov  %ax, %ds
    mov  %ax, %es
    mov  %ax, %ss
    mov  $START, %sp
    call types
    movb $1, done
4:  hlt
    jmp  4b

types:
    mov  $numbers, %si
1:  mov  (%si), %cx
    jcxz 2f
    movzwl %cx, %ecx
    push %si
    rdmsr
    push %eax
    mov  %edx, %eax
    call print32
    pop  %eax
    call print32
    call print_line
    pop  %si
    add  $2, %si
    jmp  1b
2:  ret
numbers:
    .word 0x2FF, 0x200, 0x201, 0x250, 0x258, 0x259, 0x268, 0x26F, 0
done:
    .byte 0
    .balign 8
table:
    .quad 0, 0x008F93000000FFFF
descriptors:
    .word 15
    .long table
    PROBE_END
