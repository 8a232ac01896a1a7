# Ring 3 and back, three ways. start.S comes here in ring 0, in 64-bit mode.

setup:
        # 1. RSP0 in the TSS at tss, its descriptor at gdt_tss, and LTR.
        # 2. An interrupt gate for vector 80h at IDT + 0x800, to on_interrupt.
        # 3. A call gate at gdt_gate, to on_gate.
        # 4. EFER.SCE, STAR, LSTAR and SFMASK for SYSCALL, to on_syscall.
        # 5. IRETQ to user in ring 3, with the stack USER_STACK.
        jmp     setup

on_interrupt:
        incq    by_interrupt
        # 6. Go back.

on_gate:
        incq    by_gate
        # 7. Go back.

on_syscall:                             # still on the stack of ring 3
        incq    by_syscall
        # 8. Go back.
