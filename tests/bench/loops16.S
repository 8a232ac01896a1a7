# A boot sector of 16-bit integer loops in real mode. Each prints "BEGIN name", then "END name checksum" on COM1; at the
# end "DONE".
        .code16
        .globl  _start
_start: cli
        xor     %ax, %ax
        mov     %ax, %ds
        mov     %ax, %es
        mov     %ax, %ss
        mov     $0x7c00, %sp
        cld

        mov     $name_mix, %si
        mov     $mix, %di
        call    timed
        mov     $name_bytes, %si
        mov     $bytes, %di
        call    timed
        mov     $name_calls, %si
        mov     $calls, %di
        call    timed
        mov     $done, %si
        call    puts
1:      hlt
        jmp     1b

# Runs the kernel at DI, named by SI; it leaves its checksum in AX.
timed:  push    %si
        mov     $begin, %si
        call    puts
        pop     %si
        push    %si
        call    puts
        mov     $newline, %si
        call    puts
        call    *%di
        push    %ax
        mov     $end, %si
        call    puts
        pop     %ax
        pop     %si
        push    %ax
        call    puts
        mov     $' ', %al
        call    putc
        pop     %bx
        mov     $4, %cx
2:      rol     $4, %bx
        mov     %bl, %al
        and     $15, %al
        add     $'0', %al
        cmp     $'9', %al
        jbe     3f
        add     $'a'-'9'-1, %al
3:      call    putc
        loop    2b
        mov     $newline, %si
        # fall through
puts:   lodsb
        test    %al, %al
        jz      4f
        call    putc
        jmp     puts
4:      ret

putc:   push    %ax
        mov     $0x3fd, %dx
5:      in      %dx, %al
        test    $0x20, %al
        jz      5b
        pop     %ax
        mov     $0x3f8, %dx
        out     %al, %dx
        ret

# Arithmetic in registers.
mix:    mov     $1, %ax
        mov     $600, %di
6:      mov     $0, %cx
7:      add     %cx, %ax
        rol     $3, %ax
        xor     $0x1234, %ax
        mov     %ax, %bx
        shr     $5, %bx
        adc     %bx, %ax
        dec     %cx
        jnz     7b
        dec     %di
        jnz     6b
        ret

# Byte loads and stores in 16 KiB, by way of a segment override too.
bytes:  mov     $0x1000, %ax
        mov     %ax, %es
        xor     %ax, %ax
        mov     $800, %di
8:      mov     $0x4000, %si
9:      dec     %si
        mov     %es:(%si), %bl
        add     %bl, %al
        xor     %al, %ah
        mov     %ah, 0x8000(%si)
        mov     0x8000(%si), %bl
        inc     %bl
        mov     %bl, %es:(%si)
        test    %si, %si
        jnz     9b
        dec     %di
        jnz     8b
        ret

# Calls and returns, pushes and pops.
calls:  mov     $120, %di
        xor     %ax, %ax
10:     mov     $20000, %cx
11:     push    %cx
        call    leaf
        pop     %cx
        loop    11b
        dec     %di
        jnz     10b
        ret
leaf:   push    %bx
        mov     %ax, %bx
        add     %cx, %ax
        xor     %bx, %ax
        pop     %bx
        ret

begin:          .asciz "BEGIN "
end:            .asciz "END "
done:           .asciz "DONE\n"
newline:        .asciz "\n"
name_mix:       .asciz "mix16"
name_bytes:     .asciz "bytes16"
name_calls:     .asciz "calls16"

        .org    510
        .word   0xaa55
