# The BIOS data area: 256 bytes at 0040:0000. Services run with DS = 40h,
# so these names are offsets. Source: RBIL, MEMORY.LST.

    .set BIOS_SEGMENT,    0xF000
    .set BDA_SEGMENT,     0x40

    .set BDA_COM,         0x00      # 4 words: port of COM1..COM4, 0 = none
    .set BDA_EBDA,        0x0E      # segment of the extended data area
    .set BDA_EQUIPMENT,   0x10      # word that INT 11h returns
    .set BDA_BASE_KB,     0x13      # word that INT 12h returns

    .set BDA_KEY_FLAGS,   0x17      # shift keys and locks, see keyboard.S
    .set BDA_KEY_FLAGS2,  0x18      # the same keys, while held down
    .set BDA_ALT_CODE,    0x19      # number being typed with Alt and the keypad
    .set BDA_KEY_HEAD,    0x1A      # ring buffer: next to read
    .set BDA_KEY_TAIL,    0x1C      # ring buffer: next to write
    .set BDA_KEY_BUFFER,  0x1E      # 16 words, scan code and character
    .set BDA_KEY_START,   0x80      # where the ring begins
    .set BDA_KEY_END,     0x82      # and ends
    .set BDA_KEY_MODE,    0x96      # E0/E1 prefix seen, right Ctrl and Alt
    .set BDA_KEY_LEDS,    0x97      # bit 6: the keyboard owes us an ACK, bit 5: its test

    .set BDA_CALIBRATED,  0x3E      # bit n: drive n knows its track; bit 7: IRQ 6 came
    .set BDA_MOTORS,      0x3F      # bit n: motor of drive n is on
    .set BDA_MOTOR_TICKS, 0x40      # ticks until the motors stop
    .set BDA_FLOPPY_STATUS, 0x41    # of the last operation
    .set BDA_FLOPPY_RESULT, 0x42    # 7 bytes: ST0 ST1 ST2 C H R N
    .set BDA_FLOPPY_MEDIA, 0x90     # per drive: rate (7-6), known (4)
    .set BDA_FLOPPY_TRACK, 0x94     # per drive: where its head is

    .set BDA_VIDEO_MODE,  0x49
    .set BDA_COLUMNS,     0x4A      # word
    .set BDA_PAGE_BYTES,  0x4C      # bytes of one page
    .set BDA_PAGE_START,  0x4E      # offset of the page that is shown
    .set BDA_CURSORS,     0x50      # 8 words: row (high), column (low)
    .set BDA_CURSOR_SHAPE, 0x60     # first line (high), last line (low)
    .set BDA_PAGE,        0x62      # number of the page that is shown
    .set BDA_CRTC,        0x63      # 3D4h or 3B4h
    .set BDA_CRT_MODE,    0x65      # what a CGA's mode register would hold
    .set BDA_CRT_PALETTE, 0x66
    .set BDA_ROWS,        0x84      # rows - 1
    .set BDA_CHAR_HEIGHT, 0x85      # word
    .set BDA_VIDEO_INFO,  0x87
    .set BDA_VIDEO_SWITCHES, 0x88
    .set BDA_VGA_FLAGS,   0x89
    .set VGA_GREY_SUMMING, 0x02     # its bits: colours become greys,
    .set VGA_KEEP_PALETTE, 0x08     # setting a mode leaves them alone,
    .set VGA_LINES,       0x90      # and text has 350 lines, or
    .set VGA_400_LINES,   0x10
    .set VGA_200_LINES,   0x80
    .set BDA_DISPLAY,     0x8A

    .set BDA_RESUME,      0x67      # far pointer for a reset that is no restart
    .set BDA_TICKS,       0x6C      # dword: timer ticks since midnight
    .set BDA_MIDNIGHT,    0x70      # 1: midnight passed since INT 1Ah AH=00h
    .set BDA_BREAK,       0x71      # bit 7: Ctrl+Break was pressed
    .set BDA_WARM_BOOT,   0x72      # 1234h: restart, do not power on
    .set BDA_DISK_STATUS, 0x74
    .set BDA_DISKS,       0x75      # number of hard disks
    .set BDA_COM_TIMEOUT, 0x7C      # 4 bytes, seconds
    .set BDA_WAIT_FLAG,   0x98      # far pointer to the byte a wait will mark
    .set BDA_WAIT_US,     0x9C      # dword: microseconds left
    .set BDA_WAIT_ACTIVE, 0xA0      # bit 0: a wait runs, bit 7: it is over

# The extended data area: the top kilobyte below 640 KiB.
    .set EBDA_SIZE_KB,    0x00      # byte
    .set EBDA_BELL_TICKS, 0x10      # byte: ticks until the speaker falls silent
    .set EBDA_MEMORY_TOP, 0x14      # dword: where memory below 4 GiB ends for systems
    .set EBDA_LOW_TOP,    0x18      # dword: what is free of the E segment starts here
    .set EBDA_FILES_COUNT, 0x1C     # word: files in EBDA_FILES
    .set EBDA_LINK_FAILED, 0x1E     # byte: a command of the script could not be done
    .set EBDA_DMA,        0x20      # 16 bytes: a structure for fw_cfg
    .set EBDA_SCRIPT,     0x40      # directory entry of the script
    .set EBDA_COMMAND,    0x80      # 128 bytes: its command in progress
    .set EBDA_FILES,      0x100     # 64 bytes each: files that it allocated
    .set EBDA_FILES_MAX,  8

# When the tables are placed, disks are listed where their files were.
    .set EBDA_DISKS,      0x100     # 32 bytes each: hard disks (ata.S)
    .set EBDA_DISKS_MAX,  12
    .set EBDA_CDS,        0x280     # 32 bytes each: CD drives
    .set EBDA_CDS_MAX,    4
    .set EBDA_EMULATED,   0x300     # 32 bytes: the disk that a CD plays (eltorito.S)
    .set EBDA_SPEC,       0x320     # 19 bytes: what INT 13h AH=4Bh tells of it
    .set EBDA_PACKET,     0x340     # 12 bytes: a command for a CD drive
    .set EBDA_SKIP,       0x34C     # word: of what it answers, pass over so many words,
    .set EBDA_TAKE,       0x350     # dword: take so many, and ignore the rest
    .set EBDA_BOOT_REST,  0x354     # word: what INT 19h has still to try
    .set EBDA_DISK_COUNT, 0x356     # byte: hard disks
    .set EBDA_CD_COUNT,   0x357     # byte: CD drives
    .set EBDA_ROM_NEXT,   0x358     # word: segment that is free for the next ROM
    .set EBDA_BEV,        0x35C     # far pointer to what boots from the network, or 0
    .set EBDA_PCI_MEMORY, 0x360     # dword: from here on no PCI card answers
    .set EBDA_VBE_POWER,  0x365     # byte: the display's power, as 4F10h got it
    .set EBDA_VBE_MODE,   0x366     # word: as 4F02h got it, or 0
    .set EBDA_SCROLL_BY,  0x368     # word: what scrolling in a graphics mode moves by, lines
    .set EBDA_SCROLL_LEFT, 0x36A    # byte: columns
    .set EBDA_SCROLL_WIDTH, 0x36B   # byte: columns
    .set EBDA_SCROLL_COLOUR, 0x36C  # byte
    .set EBDA_NET,        0x36E     # word: segment of what our network boot keeps (e1000.S), or 0
    .set EBDA_MOUSE_CALL, 0x370     # far pointer to who wants the mouse's packets, or 0
    .set EBDA_MOUSE_INDEX, 0x374    # byte: how many of these there are,
    .set EBDA_MOUSE_PACKET, 0x375   # 3 bytes
    .set EBDA_HD_LBA,     0x380     # 8 bytes: the transfer in progress goes on at this sector
    .set EBDA_HD_BUFFER,  0x388     # with this offset and segment,
    .set EBDA_HD_COUNT,   0x38C     # word: has this many to go
    .set EBDA_HD_DONE,    0x38E     # word: and this many done
    .set EBDA_HD_COMMAND, 0x390     # byte: ATA_READ, ATA_WRITE or ATA_VERIFY
    .set EBDA_PROCESSORS, 0x391     # byte: how many have their memory types (mtrr.S)
    .set EBDA_DEVICES,    0x398     # 8 bytes: mask of where devices are, up to 4 GiB; 0: no MTRRs
