# Survive a page fault. start.S calls setup in 32-bit code, ring 0, before
# paging is on.

setup:
        # 1. A gate for vector 14 in the table at IDT, and LIDT.
        ret

page_fault:
        # The error code lies on top of the stack; CR2 is the address.
        # 2. A page of the heap that is not there: take the frame at NEXT_FRAME,
        #    clear it, put it into TABLE, and return.
        # 3. Anything else: CR2 to WILD, and go on at killed.
        jmp     page_fault
