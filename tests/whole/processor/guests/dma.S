# DMA into code that has been run: sectors are read over a function by the BIOS, and the function is called again. The floppy
# holds this very image, so a sector of it is 512 of these bytes.
        .include "frame.S"
        .set    SEG, BASE >> 4
main:   lidt    real_idtr
        ljmp    $CODE16, $1f
        .code16
1:      mov     $DATA16, %ax
        mov     %ax, %ds
        mov     %ax, %es
        mov     %ax, %ss
        mov     %cr0, %eax
        and     $~1, %al
        mov     %eax, %cr0
        ljmp    $SEG, $2f
2:      mov     $SEG, %ax
        mov     %ax, %ds
        mov     %ax, %es
        mov     %ax, %ss
        mov     $0xb8, %al                      # timer, keyboard, the other 8259, floppy
        out     %al, $0x21
        xor     %eax, %eax
        call    place
        movzwl  %ax, %eax
        value_real "before"
        mov     $first, %si
        call    over
        value_real "the first sector"
        mov     $second, %si
        call    over
        value_real "the second sector"
        mov     $first, %si
        call    over
        value_real "the first again"
        mov     $place, %si
        call    over
        value_real "what was there at first"
        # The call behind the read is in the sector that is read.
        mov     $third, %si
        mov     $place, %bx
        call    position
        jmp     tail
back:   movzwl  %ax, %eax
        value_real "the code that follows INT 13h"
        finish_real

# Reads the sector of SI over `place`, and calls it. EAX: what it said, or FFFFxxxxh where the read failed.
over:   mov     $place, %bx
        call    position
        int     $0x13
        jnc     4f
        call    position                        # the first answer may be that the disk was changed
        int     $0x13
        jc      3f
4:
        call    place
        movzwl  %ax, %eax
        ret
3:      or      $0xffff0000, %eax
        ret
# What INT 13h wants for the sector of the image at SI (18 sectors a track, 2 heads).
position:
        mov     %si, %ax
        shr     $9, %ax
        mov     $18, %cl
        div     %cl
        mov     %ah, %cl
        inc     %cl
        mov     %al, %ch
        shr     $1, %ch
        mov     %al, %dh
        and     $1, %dh
        mov     $0, %dl
        mov     $0x0201, %ax
        ret

        .balign 512
first:  mov     $0x1111, %ax
        ret
        .balign 512
second: mov     $0x2222, %ax
        nop
        ret
        .balign 512
third:  .fill   16, 1, 0x90
        int     $0x13
        mov     $0x3333, %ax
        .byte   0xe9                            # JMP back, as it is encoded behind `tail`
        .word   back - (place + 16 + 8)
        .balign 512
place:  mov     $0x0123, %ax
        ret
        .org    place + 16
tail:   int     $0x13
        mov     $0x0000, %ax
        jmp     back
        .balign 512
