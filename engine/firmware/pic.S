# 8259 interrupt controllers and 8237 DMA controllers: their state after POST.
# Source: Intel 8259A data sheet, "Programming the 8259A"; Intel 8237A data sheet.

# IRQ 0-7 -> vectors 08h-0Fh, IRQ 8-15 -> 70h-77h. (08h-0Fh are also exceptions:
# the PC is older than the 286, which reserved them.)
init_pics:
    mov  $0x08, %ah
    mov  $0x70, %bl
    call pics_at
    mov  $0xB8, %al                 # masks: timer, keyboard, second chip and floppy
    out  %al, $PIC1_DATA            # may interrupt
    mov  $0xFE, %al                 # and the clock
    out  %al, $PIC2_DATA
    ret

# In: AH, BL = first vectors of the two chips. Changes AL.
pics_at:
    mov  $0x11, %al                 # ICW1: edge triggered, cascaded, ICW4 follows
    out  %al, $PIC1_COMMAND
    out  %al, $PIC2_COMMAND
    mov  %ah, %al                   # ICW2: first vector
    out  %al, $PIC1_DATA
    mov  %bl, %al
    out  %al, $PIC2_DATA
    mov  $0x04, %al                 # ICW3: the second chip is on input 2
    out  %al, $PIC1_DATA
    mov  $0x02, %al                 # ICW3: and knows it
    out  %al, $PIC2_DATA
    mov  $0x01, %al                 # ICW4: 8086 mode, we send the EOI
    out  %al, $PIC1_DATA
    out  %al, $PIC2_DATA
    ret

# An interrupt handler's last words. eoi2 is for IRQ 8-15. Changes AL.
eoi2:
    mov  $PIC_EOI, %al
    out  %al, $PIC2_COMMAND
eoi:
    mov  $PIC_EOI, %al
    out  %al, $PIC1_COMMAND
    ret

# Channel 4 (channel 0 of the second chip) passes the first chip's requests on.
init_dma:
    out  %al, $DMA1_CLEAR           # any value: reset
    out  %al, $DMA2_CLEAR
    mov  $DMA_CASCADE, %al
    out  %al, $DMA2_MODE
    xor  %al, %al                   # unmask channel 4
    out  %al, $DMA2_MASK
    ret

# Programs channel 2 for one transfer. In: AL = mode, ES:BX = buffer, CX = bytes.
# Out: CF set if the buffer crosses a 64 KiB boundary: the 8237 counts 16 bits,
# the upper ones stand still in a page register. Changes AX, DX.
dma_setup:
    push %ax
    mov  %es, %ax
    movzwl %ax, %eax
    shl  $4, %eax
    movzwl %bx, %edx
    add  %edx, %eax                 # EAX = physical address
    mov  %ax, %dx
    dec  %cx
    add  %cx, %dx                   # does the last byte lie on the same page?
    jc   9f
    mov  %eax, %edx
    mov  $0x06, %al                 # mask channel 2 while we change it
    out  %al, $DMA1_MASK
    pop  %ax
    out  %al, $DMA1_FLIPFLOP
    out  %al, $DMA1_MODE
    mov  %dl, %al
    out  %al, $DMA1_ADDRESS2
    mov  %dh, %al
    out  %al, $DMA1_ADDRESS2
    shr  $16, %edx
    mov  %dl, %al
    out  %al, $DMA_PAGE2
    mov  %cl, %al                   # the chip wants the count less one
    out  %al, $DMA1_COUNT2
    mov  %ch, %al
    out  %al, $DMA1_COUNT2
    inc  %cx
    mov  $0x02, %al                 # unmask
    out  %al, $DMA1_MASK
    clc
    ret
9:  inc  %cx                        # keeps CF
    pop  %ax
    ret
