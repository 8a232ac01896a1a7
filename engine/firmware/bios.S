# The Ring -1 BIOS: one 64 KiB ROM image, seen at F0000 and at 4 GiB - 64 KiB.
#
# Everything runs in segment F000, so a label's value is its offset there.
# Code starts at the bottom and grows up; the addresses that software of the
# 1980s relied on are pinned near the top (entries.S); the last 16 bytes hold
# the first instruction the processor runs after a reset.
#
# Source: IBM Personal Computer AT Technical Reference (1984), section 5 "System
# BIOS"; Ralf Brown's Interrupt List, release 61 (cited as RBIL).

    .text
    .code16

    .include "ports.S"              # names for I/O ports and their bits
    .include "bda.S"                # names for the BIOS data area
    .include "frame.S"              # how a service sees its caller's registers

rom_start:
    jmp  other_processor            # what a start-up message F0h leads to (mtrr.S)
    .include "post.S"               # from the reset vector to INT 19h
    .include "boot.S"               # INT 19h, INT 18h
    .include "bootorder.S"          # what to boot from
    .include "print.S"              # messages on the screen and on port 402h
    .include "vectors.S"            # fills the interrupt vector table
    .include "exceptions.S"         # what nobody else handles
    .include "pic.S"                # 8259 interrupt controllers, 8237 DMA
    .include "apic.S"               # the local APIC, if there is one
    .include "mtrr.S"               # memory types, of every processor
    .include "clock.S"              # 8254 tick, INT 08h, INT 1Ah
    .include "rtc.S"                # CMOS memory, real-time clock, INT 70h
    .include "memory.S"             # memory sizes, INT 12h, E820, E801, 88h
    .include "system.S"             # INT 11h, INT 15h
    .include "a20.S"                # the gate on address line 20
    .include "blockmove.S"          # INT 15h AH=87h: a visit to protected mode
    .include "protected.S"          # INT 15h AH=89h: protected mode for good
    .include "keyboard.S"           # 8042 controller, INT 09h
    .include "mouse.S"              # INT 15h AH=C2h, INT 74h
    .include "keymap.S"             # scan code -> character
    .include "keys.S"               # INT 16h
    .include "serial.S"             # INT 14h, INT 17h
    .include "video.S"              # INT 10h
    .include "text.S"               # cells, cursor, scrolling
    .include "vga.S"                # mode set, registers of a VGA
    .include "palette.S"            # colours, fonts, INT 10h AH=10h..12h
    .include "graphics.S"           # dots and characters in graphics modes
    .include "vbe.S"                # VESA: linear modes
    .include "videostate.S"         # all that saved and restored
    .include "optionrom.S"          # ROMs of adapter cards
    .include "pcirom.S"             # those of PCI cards
    .include "pcibios.S"            # PCI configuration space, INT 1Ah AH=B1h
    .include "pci.S"                # PCI set-up
    .include "apm.S"                # power management
    .include "pir.S"                # who is wired to which interrupt
    .include "flat.S"               # memory above 1 MiB from real mode
    .include "fwcfg.S"              # files that the machine hands over
    .include "acpi.S"               # ACPI tables among them
    .include "shadow.S"             # this ROM as RAM, for what only POST knows
    .include "suspend.S"            # the way back from a sleep that kept RAM
    .include "smbios.S"             # what the machine is made of
    .include "mptable.S"            # processors and interrupts, without ACPI
    .include "disk.S"               # INT 13h
    .include "harddisk.S"           # hard disks
    .include "ata.S"                # their two IDE channels
    .include "virtiodisk.S"         # hard disks on virtio
    .include "atapi.S"              # CD drives on them
    .include "eltorito.S"           # booting from a CD
    .include "netboot.S"            # booting from the network: DHCP, TFTP
    .include "pxe.S"                # what a program from the network may ask for
    .include "udp.S"                # datagrams
    .include "e1000.S"              # Intel's 82540EM card
    .include "floppy.S"             # drives and media
    .include "fdc.S"                # 82077 floppy controller: reset, seek, INT 0Eh
    .include "transfer.S"           # its commands that move sectors
    .include "glyph.S"
    .balign 16
    .set FONT_LINES, 16
font_8x16:
    .include "font.S"               # the 8x16 characters
    .set FONT_LINES, 14
font_8x14:
    .include "font.S"               # and again, as 8x14
    .include "font8.S"              # the 8x8 characters
rom_code_end:
    .include "entries.S"            # fixed addresses, reset vector
