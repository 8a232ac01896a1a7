# I/O ports of a PC/AT and the bits this BIOS uses.
# Source: IBM PC AT Technical Reference, section 1 "I/O address map".

# 8237 DMA controllers. Channel 2 serves the floppy; channel 4 joins the two chips.
    .set DMA1_ADDRESS2,  0x04
    .set DMA1_COUNT2,    0x05
    .set DMA1_MASK,      0x0A       # bits 1-0 channel, bit 2: masked
    .set DMA1_MODE,      0x0B
    .set DMA1_FLIPFLOP,  0x0C       # a write here: next byte is the low one
    .set DMA1_CLEAR,     0x0D
    .set DMA2_MASK,      0xD4
    .set DMA2_MODE,      0xD6
    .set DMA2_CLEAR,     0xDA
    .set DMA_PAGE2,      0x81       # address bits 23-16 of channel 2
    .set DMA_CASCADE,    0xC0
    .set DMA_TO_MEMORY,  0x46       # single mode, channel 2
    .set DMA_FROM_MEMORY, 0x4A

# 8259 interrupt controllers
    .set PIC1_COMMAND,   0x20
    .set PIC1_DATA,      0x21
    .set PIC2_COMMAND,   0xA0
    .set PIC2_DATA,      0xA1
    .set PIC_EOI,        0x20       # OCW2: non-specific end of interrupt
    .set PIC_READ_ISR,   0x0B       # OCW3: next read gives the in-service bits

# FERR# of the x87: a write drops IRQ 13
    .set COPROCESSOR_ERROR, 0xF0

# 8254 timer; system control port B
    .set PIT_CHANNEL0,   0x40
    .set PIT_CHANNEL2,   0x42
    .set PIT_MODE,       0x43
    .set PORT_B,         0x61       # bits 1-0: speaker data, gate of channel 2

# 8042 keyboard controller
    .set KBC_DATA,       0x60
    .set KBC_STATUS,     0x64       # read
    .set KBC_COMMAND,    0x64       # write
    .set KBC_OUTPUT_FULL, 0x01      # a byte waits for us at 60h
    .set KBC_INPUT_FULL, 0x02       # the controller has not taken our last byte

# MC146818 clock and CMOS memory
    .set CMOS_INDEX,     0x70       # bit 7: NMI disabled
    .set CMOS_DATA,      0x71
    .set NMI_OFF,        0x80

    .set POST_CODE,      0x80       # where POST leaves its checkpoints
    .set PORT_A,         0x92       # bit 0: fast reset, bit 1: fast A20 gate
    .set DEBUG_PORT,     0x402      # debug console: one byte, one character

# 82077 floppy controller
    .set FDC_DOR,        0x3F2      # motors (7-4), DMA gate (3), not reset (2), drive (1-0)
    .set FDC_MSR,        0x3F4      # bit 7: ready, bit 6: controller to us
    .set FDC_FIFO,       0x3F5
    .set FDC_DIR,        0x3F7      # read, bit 7: disk change line
    .set FDC_CCR,        0x3F7      # write: data rate

# VGA
    .set VGA_ATTRIBUTE,  0x3C0
    .set VGA_ATTRIBUTE_READ, 0x3C1
    .set VGA_MISC,       0x3C2
    .set VGA_MISC_READ,  0x3CC
    .set VGA_SEQUENCER,  0x3C4
    .set VGA_DAC_MASK,   0x3C6
    .set VGA_DAC_READ,   0x3C7
    .set VGA_DAC_WRITE,  0x3C8
    .set VGA_DAC_DATA,   0x3C9
    .set VGA_GRAPHICS,   0x3CE
    .set CRTC_COLOUR,    0x3D4
    .set CRTC_MONO,      0x3B4

# 16550 UART registers, relative to its base
    .set UART_DATA,      0          # DLAB=1: divisor, low byte
    .set UART_IER,       1          # DLAB=1: divisor, high byte
    .set UART_IIR,       2
    .set UART_LCR,       3
    .set UART_MCR,       4
    .set UART_LSR,       5
    .set UART_MSR,       6
    .set LCR_DLAB,       0x80
    .set LSR_DATA_READY, 0x01
    .set LSR_THR_EMPTY,  0x20

# CMOS registers: the first fourteen are the clock's.
    .set RTC_SECONDS,    0x00
    .set RTC_MINUTES,    0x02
    .set RTC_HOURS,      0x04
    .set RTC_DAY,        0x07
    .set RTC_MONTH,      0x08
    .set RTC_YEAR,       0x09
    .set RTC_A,          0x0A       # bit 7: update in progress
    .set RTC_B,          0x0B       # bit 7 SET, 6 PIE, 5 AIE, 1 24-hour, 0 DSE
    .set RTC_C,          0x0C       # interrupt flags; reading clears them
    .set RTC_D,          0x0D
    .set CMOS_SHUTDOWN,  0x0F       # why the processor was reset
    .set CMOS_FLOPPIES,  0x10       # drive types: A in bits 7-4, B in bits 3-0
    .set CMOS_EQUIPMENT, 0x14
    .set CMOS_BASE_KB,   0x15       # 15h/16h: KiB below 1 MiB
    .set CMOS_EXTENDED_KB, 0x17     # 17h/18h: KiB above 1 MiB, as set up
    .set CMOS_FOUND_KB,  0x30       # 30h/31h: the same, as found
    .set CMOS_CENTURY,   0x32
    .set CMOS_ABOVE_16M, 0x34       # 34h/35h: 64 KiB blocks above 16 MiB
    .set CMOS_BOOT_3,    0x38       # bits 7-4: third boot device
    .set CMOS_BOOT_12,   0x3D       # bits 3-0: first, 7-4: second
    .set CMOS_ABOVE_4G,  0x5B       # 5Bh-5Dh: 64 KiB blocks above 4 GiB
