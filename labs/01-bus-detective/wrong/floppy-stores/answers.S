# One line an access: its number, who answers, what comes back (or, for 9, who stores the sector, and its first word).
# Who is one of NOBODY RAM ROM BRIDGE DISPLAY DISK FLOPPY DMA PIC TIMER CLOCK KEYBOARD COM1 COM2 PORTA.

        answer  1, COM1, 0x60           # line status: nothing to send, nothing waits
        answer  2, KEYBOARD, 0x14       # passed its self-test, not locked, no byte waits
        answer  3, CLOCK, 0x02          # register B: 24-hour, BCD
        answer  4, PIC, 0xb8            # the mask: IRQ 0, 1, 2 and 6 may come
        answer  5, PORTA, 0x02          # address line 20 passes
        answer  6, NOBODY, 0xff         # no COM4: nobody drives the bus
        answer  7, BRIDGE, 0x12378086   # Intel's 82441FX
        answer  8, DISPLAY, 0x1f42      # its memory keeps what is stored
        answer  9, FLOPPY, 0x6553          # "Se", the low byte first

# Two that this page's machine does not run. They are checked after you hand in.

        answer  10, COM2, 0x60          # as COM1
        answer  11, BRIDGE, 0x8086      # the vendor of 00:01.0
