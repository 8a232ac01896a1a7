# Survive a page fault: a page appears where one was missing.

setup:  mov     $page_fault, %eax
        mov     %ax, IDT + 8 * 14
        movw    $0x08, IDT + 8 * 14 + 2
        movw    $0x8E00, IDT + 8 * 14 + 4
        shr     $16, %eax
        mov     %ax, IDT + 8 * 14 + 6
        lidt    idt_pointer
        ret

idt_pointer:
        .word   8 * 32 - 1
        .long   IDT

page_fault:
        mov     %cr2, %ebx
        pusha                           # 32 bytes; the error code is behind them
        testl   $1, 32(%esp)            # P: a page is there, and was not to be used so
        jnz     wild
        mov     %ebx, %edx
        sub     $HEAP, %edx
        cmp     $0x10000, %edx          # outside of the heap? (below it, too)
        jae     wild

        mov     NEXT_FRAME, %edi
        addl    $0x1000, NEXT_FRAME
        mov     %edi, %esi
        xor     %eax, %eax
        mov     $1024, %ecx
        cld
        rep stosl                       # what was in the frame is nobody's business
        shr     $12, %edx               # the page's number in the heap
        or      $3, %esi                # present, writable
        mov     %esi, TABLE(, %edx, 4)
        popa
        add     $4, %esp                # the error code
        iret                            # and the instruction again

wild:   mov     %ebx, WILD
        movl    $killed, 36(%esp)       # the saved EIP
        popa
        add     $4, %esp
        iret
