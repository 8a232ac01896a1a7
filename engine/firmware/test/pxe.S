# A program from the network asks PXE: where it is, three ways; what DHCP said; and reads a
# file's first block with its own TFTP by the datagrams of PXE. Says on COM1 what it finds, then "!".
#
#   S  !PXE on the stack, sum 0      E  ES:BX = PXENV+, sum 0, and its pointer is the same !PXE
#   I  INT 1Ah AX=5650h says ES:BX   C  the cached answer: our address is 10.0.2.15
#   M  the card's address is the one that was asked with
#   U  datagram opened, sent;        then the file's text

    .code16
start:
    mov  %sp, %bp
    mov  %es, %cs:environment + 2
    mov  %bx, %cs:environment
    les  4(%bp), %di
    push %cs
    pop  %ds
    mov  %di, bang
    mov  %es, bang + 2
    mov  %di, %si
    cmpl $0x45585021, %es:(%si)
    jne  bad
    movzbw %es:4(%si), %cx
    call sum
    jne  bad
    mov  $'S', %al
    call say

    les  environment, %si
    cmpl $0x4E455850, %es:(%si)
    jne  bad
    movzbw %es:8(%si), %cx
    call sum
    jne  bad
    mov  %es:0x28(%si), %eax
    cmp  bang, %eax
    jne  bad
    mov  $'E', %al
    call say

    xor  %bx, %bx
    mov  %bx, %es
    mov  $0x5650, %ax
    int  $0x1A
    jc   bad
    cmp  $0x564E, %ax
    jne  bad
    cmp  environment, %bx
    jne  bad
    mov  $'I', %al
    call say

    mov  $0x71, %bx
    mov  $cached, %di
    call by_stack
    jne  bad
    les  cached + 6, %si
    cmpl $0x0F02000A, %es:0x10(%si)
    jne  bad
    mov  $'C', %al
    call say

    mov  $0x0C, %bx
    mov  $information, %di
    call by_registers
    jne  bad
    mov  information + 12, %eax
    cmp  %eax, %es:0x1C(%si)
    jne  bad
    cmpw $6, information + 10
    jne  bad
    mov  $'M', %al
    call say

    mov  %es:0x10(%si), %eax
    mov  %eax, udp_open + 2
    mov  $0x30, %bx
    mov  $udp_open, %di
    call by_stack
    jne  bad
    mov  $0x33, %bx
    mov  $udp_write, %di
    call by_stack
    jne  bad
    mov  $'U', %al
    call say
    mov  $30000, %cx
1:  push %cx
    movw $600, udp_read + 14
    mov  $0x32, %bx
    mov  $udp_read, %di
    call by_stack
    pop  %cx
    je   2f
    loop 1b
    jmp  bad
2:  cmpl $0x01000300, block
    jne  bad
    cmpl $0x0202000A, udp_read + 2
    jne  bad
    mov  $block + 4, %si
    mov  udp_read + 14, %cx
    sub  $4, %cx
3:  lodsb
    call say
    loop 3b
    mov  $'!', %al
    call say
    jmp  end
bad:
    mov  $'?', %al
    call say
    mov  $'!', %al
    call say
end:
    hlt
    jmp  end

# ZF set if the CX bytes at ES:SI add up to 0. Keeps SI.
sum:
    push %si
    xor  %al, %al
1:  add  %es:(%si), %al
    inc  %si
    loop 1b
    test %al, %al
    pop  %si
    ret

# BX = function, DS:DI = structure. ZF set if all is well. Keep ES, SI.
by_stack:
    push %es
    push %si
    les  bang, %si
    mov  %es:0x10(%si), %eax
    mov  %eax, entry
    push %ds
    push %di
    push %bx
    lcall *entry
    add  $6, %sp
    pop  %si
    pop  %es
    test %ax, %ax
    ret
by_registers:
    push %es
    push %si
    les  environment, %si
    mov  %es:0x0A(%si), %eax
    mov  %eax, entry
    push %ds
    pop  %es
    lcall *entry
    pop  %si
    pop  %es
    test %ax, %ax
    ret

say:
    push %dx
    mov  $0x3F8, %dx
    out  %al, %dx
    pop  %dx
    ret

    .balign 4
environment: .long 0
bang:        .long 0
entry:       .long 0
cached:      .word 0, 2, 0, 0, 0, 0
information: .fill 64, 1, 0
udp_open:    .word 0
             .long 0
udp_write:   .word 0
             .long 0x0202000A, 0        # to 10.0.2.2
             .word 0x1107, 0x4500, request_end - request, request, 0
udp_read:    .word 0
             .long 0, 0
             .word 0, 0x1107, 0, block, 0
request:     .byte 0, 1
             .asciz "a/text"
             .asciz "octet"
request_end:
block:
