# Your first IDT. start.S calls setup in 32-bit code, ring 0, interrupts off.

setup:
        # 1. Gates for vectors 0, 3, 6, 13 and 30h in the table at IDT.
        # 2. LIDT with its address and limit.
        ret

divide_error:
        incl    COUNTS + 4 * 0
        # 3. Go on behind the DIV, which is two bytes long.

breakpoint:
        incl    COUNTS + 4 * 3
        # 4. Go on.

invalid_opcode:
        incl    COUNTS + 4 * 6
        # 5. Go on behind the UD2, two bytes.

general_protection:
        incl    COUNTS + 4 * 13
        # 6. Go on behind the MOV, two bytes. What lies on top of the stack?

service:
        incl    COUNTS + 4 * 0x30
        # 7. EAX = EAX + EBX, and go on.
