# $PIR: how the four interrupt pins of each PCI slot are wired to the PIIX3's PIRQ
# registers, for systems without ACPI. They find it at a multiple of 16 from F0000 up.
#
#   00 "$PIR"   04 version 1.0   06 bytes   08 bus, device and function of the router
#   0A IRQs for PCI alone   0C compatible router   10 data   1F checksum   20 slots
#   slot: bus, device * 8, four times PIRQ register and IRQs (a word), slot number, 0
#
# Source: Microsoft, PCI IRQ Routing Table Specification 1.0.

    .set PIR_SLOTS,  31             # devices 1 to 31
    .set PIR_BYTES,  32 + 16 * PIR_SLOTS
    .set PIR_IRQS,   0x0C20         # 5, 10, 11
    .set PIR_SUM,    0x96           # what makes the sum of all bytes 0

    .balign 16
pir_table:
    .ascii "$PIR"
    .word 0x0100, PIR_BYTES
    .byte 0, 0x08                   # 00:01.0
    .word 0
    .long 0x122E8086                # works as 82371FB does
    .long 0
    .fill 11, 1, 0
    .byte PIR_SUM
    .set device, 0
    .rept PIR_SLOTS
    .set device, device + 1
    .byte 0, device * 8
    .byte PIIX3_PIRQ + ((device + 3) & 3)
    .word PIR_IRQS
    .byte PIIX3_PIRQ + ((device + 4) & 3)
    .word PIR_IRQS
    .byte PIIX3_PIRQ + ((device + 5) & 3)
    .word PIR_IRQS
    .byte PIIX3_PIRQ + ((device + 6) & 3)
    .word PIR_IRQS
    .byte device, 0
    .endr
