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
        xor     %bx, %bx        # page 0
next:   lodsb
        test    %al, %al
        jz      done
        mov     $0x0E, %ah      # teletype output
        int     $0x10
        jmp     next

done:   hlt                     # the timer wakes it 18 times a second
        jmp     done

message:
        .asciz  "Booted from 7C00\r\n"

        .org    510
        .word   0xAA55          # 55 AA: the firmware's sign that this can boot
