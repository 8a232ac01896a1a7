# A boot sector: says where it was loaded, then stops for good.
# In: CS:IP = 0000:7C00, DL = the drive. Nothing else is promised.

        .code16
        .globl start

start:  ljmp    $0, $here       # some firmware arrives at 07C0:0000, the same byte
here:   xor     %ax, %ax
        mov     %ax, %ds        # the message is addressed from segment 0
        mov     %ax, %es
        mov     %ax, %ss        # no interrupt is taken between this and the next line
        mov     $0x7C00, %sp    # grows down, away from this sector
        cld

        mov     $message, %si
        mov     $0xB800, %ax    # straight to the screen, row 20
        mov     %ax, %es
        mov     $(20 * 160), %di
        mov     $0x07, %ah
next:   lodsb
        cmp     $' ', %al       # the line break at its end is not drawn
        jb      done
        stosw
        jmp     next

done:   cli                     # with IF = 0, HLT is the last instruction
        hlt
        jmp     done            # but for an NMI

message:
        .asciz  "Booted from 7C00\r\n"

        .org    510
        .word   0xAA55          # 55 AA: the firmware's sign that this can boot
