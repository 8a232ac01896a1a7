        .code16
        # AX = 20 + 22; the byte at 8000 = AL; then stop for good.
stop:   jmp     stop
