# The timer ticks: two 8259s, one 8254, one handler of five instructions.

setup:  mov     $0x11, %al              # ICW1: begin, edges, a pair, ICW4 follows
        out     %al, $0x20
        out     %al, $0xA0
        mov     $0x08, %al              # ICW2: vectors
        out     %al, $0x21
        mov     $0x28, %al
        out     %al, $0xA1
        mov     $0x04, %al              # ICW3: the second one is on input 2
        out     %al, $0x21
        mov     $0x02, %al
        out     %al, $0xA1
        mov     $0x01, %al              # ICW4: x86
        out     %al, $0x21
        out     %al, $0xA1
        mov     $0xFE, %al              # OCW1: IRQ 0 alone
        out     %al, $0x21
        mov     $0xFF, %al
        out     %al, $0xA1

        mov     $0x34, %al              # counter 0, low byte then high, mode 2
        out     %al, $0x43
        mov     $(1193182 / 100) & 0xFF, %al
        out     %al, $0x40
        mov     $(1193182 / 100) >> 8, %al
        out     %al, $0x40
        ret

timer:  push    %eax
        incl    TICKS
        mov     $0x20, %al              # end of interrupt
        out     %al, $0x20
        pop     %eax
        iret

spurious:
        push    %eax
        mov     $0x0B, %al              # the next read gives the ISR
        out     %al, $0x20
        in      $0x20, %al
        test    $0x80, %al
        jz      1f                      # nothing in service: nothing to end
        mov     $0x20, %al
        out     %al, $0x20
1:      pop     %eax
        iret
