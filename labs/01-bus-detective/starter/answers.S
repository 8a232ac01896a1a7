# One line an access: its number, who answers, what comes back (or, for 9, who stores the sector, and its first word).
# Who is one of NOBODY RAM ROM BRIDGE DISPLAY DISK FLOPPY DMA PIC TIMER CLOCK KEYBOARD COM1 COM2 PORTA.

        answer  1, NOBODY, 0x00         # inb from 3FD
        answer  2, NOBODY, 0x00         # inb from 64
        answer  3, NOBODY, 0x00         # 0B to 70, inb from 71
        answer  4, NOBODY, 0x00         # inb from 21
        answer  5, NOBODY, 0x00         # inb from 92
        answer  6, NOBODY, 0x00         # inb from 2E8
        answer  7, NOBODY, 0x00000000   # 80000000 to CF8, inl from CFC
        answer  8, NOBODY, 0x0000       # 1F42 stored at B8000, and loaded again
        answer  9, NOBODY, 0x0000       # who stores sector 3 at 8000, and its first word

# Two that this page's machine does not run. They are checked after you hand in.

        answer  10, NOBODY, 0x00        # inb from 2FD
        answer  11, NOBODY, 0x0000      # 80000800 to CF8, inw from CFC
