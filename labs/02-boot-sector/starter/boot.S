# A boot sector. The firmware loads these bytes at 0000:7C00 and jumps there;
# DL holds the drive. The other registers hold whatever they hold.

        .code16
        .globl start

start:
        # 1. Set DS, ES and a stack of your own.
        # 2. Print "Booted from 7C00" with INT 10h, AH = 0Eh: one character a call.
        # 3. Stop for good, with interrupts off.
        jmp     start

message:
        .asciz  "Booted from 7C00"

        # 4. Bytes 510 and 511 are still missing.
