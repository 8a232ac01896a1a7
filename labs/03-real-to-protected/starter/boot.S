# A boot sector that leaves real mode for good.
# In: CS:IP = 0000:7C00 in real mode, from any firmware.

        .code16
        .globl start

start:
        # 1. Interrupts off: there is no IDT for the new mode.
        # 2. Load GDTR, then set CR0.PE.
        # 3. Jump far to 32-bit code, and load the data segments.
        # 4. Store 0x0032C0DE at 0x280000, then stop for good.
        jmp     start

        .balign 8
gdt:    .quad   0                       # the null descriptor
pointer:
        .word   . - gdt - 1             # the limit is the last byte's offset
        .long   gdt

        .org    510
        .word   0xAA55
