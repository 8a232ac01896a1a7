# Ring 3 and back, three ways. start.S comes here in ring 0, in 64-bit mode.

setup:  movq    $KERNEL_STACK, tss + 4  # RSP0: where gates find a stack

        mov     $tss, %eax              # descriptor 30: a TSS of 104 bytes
        movw    $103, gdt_tss
        mov     %ax, gdt_tss + 2
        shr     $16, %eax
        mov     %al, gdt_tss + 4
        movb    $0x89, gdt_tss + 5      # present, DPL 0, type 9
        mov     $0x30, %eax
        ltr     %ax

        mov     $on_interrupt, %eax     # vector 80h: an interrupt gate for ring 3
        mov     %ax, IDT + 0x800
        movw    $0x08, IDT + 0x802
        movw    $0xEE00, IDT + 0x804    # present, DPL 3, type E
        shr     $16, %eax
        mov     %ax, IDT + 0x806

        mov     $on_gate, %eax          # descriptor 40: a call gate for ring 3
        mov     %ax, gdt_gate
        movw    $0x08, gdt_gate + 2
        movw    $0xEC00, gdt_gate + 4   # present, DPL 3, type C
        shr     $16, %eax
        mov     %ax, gdt_gate + 6

        mov     $0xC0000080, %ecx       # EFER.SCE
        rdmsr
        or      $1, %eax
        wrmsr
        mov     $0xC0000081, %ecx       # STAR: SYSCALL gets 08 and 10, SYSRET 2B and 23
        xor     %eax, %eax
        mov     $0x00180008, %edx
        wrmsr
        mov     $0xC0000082, %ecx       # LSTAR
        mov     $on_syscall, %eax
        xor     %edx, %edx
        wrmsr
        mov     $0xC0000084, %ecx       # SFMASK: IF, DF and TF are off in ring 0
        mov     $0x700, %eax
        xor     %edx, %edx
        wrmsr

        pushq   $0x23                   # SS
        pushq   $USER_STACK             # RSP
        pushq   $0x02                   # RFLAGS: IF = 0
        pushq   $0x2B                   # CS
        pushq   $user                   # RIP
        iretq

on_interrupt:
        incq    by_interrupt
        iretq

on_gate:
        incq    by_gate
        lretq

on_syscall:                             # still on the stack of ring 3
        incq    by_syscall
        sysretq                         # RIP from RCX, RFLAGS from R11
