# Addresses that never changed since the first PC, because programs jump to them or
# read what lies there; and the last 16 bytes, where the processor starts.
# Source: IBM PC AT Technical Reference, section 5 (addresses in the listing).

# Pointers that systems find by their mark at a multiple of 16: POST fills them in (shadow.S).
    .org 0xDFC0
smbios_anchor:  .fill 32, 1, 0
mp_pointer:     .fill 16, 1, 0

    .org 0xE05B
post_entry:     jmp post

    .set BIOS32_SUM, 0x4D         # what make all bytes of each 0
    .set PNP_SUM,    0x3F
    .org 0xE060
bios32_directory:                   # of 32-bit services
    .ascii "_32_"
    .long BIOS_SEGMENT << 4 + 0xE0A0
    .byte 0, 1, BIOS32_SUM, 0, 0, 0, 0, 0

    .org 0xE070
pnp_header:                         # expansion ROMs look for it; we serve no functions
    .ascii "$PnP"
    .byte 0x10, 0x21
    .word 0
    .byte PNP_SUM
    .long 0
    .word 0xE0D0, BIOS_SEGMENT      # entry, real mode
    .word 0xE0D0                    # and protected mode
    .long BIOS_SEGMENT << 4
    .long 0
    .word BIOS_SEGMENT
    .long BIOS_SEGMENT << 4

# In: EAX = which service, EBX = 0. Out: AL = 0, EBX = base, ECX = bytes, EDX = entry; or AL
# = 80h there is none, 81h unknown function (BL).
    .org 0xE0A0
    .code32
bios32_entry:
    cmp  $0x49435024, %eax          # "$PCI"
    jne  1f
    test %bl, %bl
    jnz  2f
    mov  $BIOS_SEGMENT << 4, %ebx
    mov  $0x10000, %ecx
    mov  $pci_entry_32, %edx
    xor  %al, %al
    lret
1:  mov  $0x80, %al
    lret
2:  mov  $0x81, %al
    lret
    .code16

    .org 0xE0D0
pnp_entry:
    mov  $0x82, %ax                 # function not supported
    lret
    .org 0xE2C3
int02_entry:    jmp int02
    .org 0xE6F2
int19_entry:    jmp int19

    .org 0xE6F5
configuration_table:                # INT 15h AH=C0h
    .word 8                         # bytes that follow
    .byte 0xFC, 0x00, 0x00          # model AT, submodel, revision
    .byte 0x74                      # second 8259, clock, INT 15h AH=4Fh, EBDA
    .byte 0, 0, 0, 0

    .org 0xE739
int14_entry:    jmp int14
    .org 0xE82E
int16_entry:    jmp int16
    .org 0xE987
int09_entry:    jmp int09
    .org 0xEC59
int13_entry:    jmp int13
    .org 0xEF57
int0E_entry:    jmp int0E
    .org 0xEFC7
floppy_parameters:                  # vector 1Eh: a 1.44 MB drive
    FLOPPY_TABLE 0xAF, 18, 0x1B, 0x6C
    .org 0xEFD2
int17_entry:    jmp int17
    .org 0xF065
int10_entry:    jmp int10
    .org 0xF841
int12_entry:    jmp int12
    .org 0xF84D
int11_entry:    jmp int11
    .org 0xF859
int15_entry:    jmp int15
    .org 0xFE6E
int1A_entry:    jmp int1A
    .org 0xFEA5
int08_entry:    jmp int08
    .org 0xFF53
int_return:     iret
    .org 0xFF54
int05_entry:    iret                # print screen: no printer

# The processor's first instruction, at physical FFFFFFF0. CS still has base FFFF0000;
# the far jump reloads it and so arrives at F000:E05B, 000FE05B.
    .org 0xFFF0
reset_vector:   ljmp $BIOS_SEGMENT, $post_entry
    .org 0xFFF5
    .ascii "11/22/26"               # date of this BIOS
    .org 0xFFFE
    .byte 0xFC                      # model: AT
    .byte 0x00
