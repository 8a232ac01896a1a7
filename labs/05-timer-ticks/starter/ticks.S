# The timer ticks. start.S calls setup in 32-bit code, ring 0, interrupts off.

setup:
        # 1. ICW1 to ICW4 to both 8259s: vectors 20h and 28h.
        # 2. OCW1: mask everything but IRQ 0.
        # 3. The 8254's counter 0: 100 times a second.
        ret

timer:
        # 4. Count in TICKS, end the interrupt, leave every register as it was.
        jmp     timer

spurious:
        # 5. IRQ 7, which nobody sent.
        jmp     spurious
