        .code16
        xor     %ax, %ax
        mov     %ax, %ds
        mov     $20, %ax
        add     $22, %ax
        mov     %al, 0x8000
stop:   cli
        hlt
        jmp     stop
