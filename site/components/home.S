# The disk of the home page's PC: greets, then types back what is typed.
# The firmware loads these 512 bytes at 0000:7C00 and jumps to them.
        .code16
start:  cli
        xorw    %ax, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        movw    $0x7c00, %sp
        sti
        cld
        movw    $0x0001, %ax            # 40 by 25 characters; this clears the screen
        int     $0x10

        movw    $text, %si
print:  lodsb
        testb   %al, %al
        jz      keys
        cmpb    $16, %al                # bytes 1 to 15 choose a colour
        jae     draw
        cmpb    $'\n', %al
        je      line
        cmpb    $'\r', %al
        je      move
        movb    %al, colour
        jmp     print
draw:   movb    $0x09, %ah              # the character in its colour, where the cursor is
        xorb    %bh, %bh
        movb    colour, %bl
        movw    $1, %cx
        int     $0x10
        jmp     move
line:   movb    $'\r', %al
        call    say
        movb    $'\n', %al
move:   call    say
        jmp     print

keys:   xorb    %ah, %ah                # waits for a key
        int     $0x16
        testb   %al, %al
        jz      keys
        call    say
        cmpb    $'\r', %al
        jne     keys
        movb    $'\n', %al
        call    say
        jmp     keys

say:    movb    $0x0e, %ah              # teletype: the character, and the cursor moves on
        xorb    %bh, %bh
        int     $0x10
        ret

colour: .byte   7
text:   .ascii  "\n \016Ring -1\007\n\n"
        .ascii  " This is a PC. Its firmware has tested\n"
        .ascii  " it and read one sector of a floppy\n"
        .ascii  " disk. That sector drew this.\n\n"
        .ascii  " All of it runs in the page you are\n"
        .ascii  " reading: no server, no installation.\n\n"
        .asciz  " \017Click here and type: \007"

        .org    510
        .word   0xaa55
