# Fills the interrupt vector table, 0000:0000 to 0000:03FF.

# Every vector first gets a handler that reports it, then the known ones.
init_vectors:
    push %ds
    xor  %ax, %ax
    mov  %ax, %es
    xor  %di, %di
    mov  $256, %cx
1:  mov  $unexpected_interrupt, %ax
    stosw
    mov  $BIOS_SEGMENT, %ax
    stosw
    loop 1b

    push %cs
    pop  %ds
    mov  $low_vectors, %si          # 00h-1Fh
    xor  %di, %di
    mov  $32, %cx
    call copy_vectors
    mov  $high_vectors, %si         # 70h-77h, the second controller
    mov  $0x70 * 4, %di
    mov  $8, %cx
    call copy_vectors

    xor  %ax, %ax                   # 60h-67h belong to user programs; 1Dh, 1Fh,
    mov  $0x60 * 4, %di             # 41h and 46h point to tables we do not have
    mov  $16, %cx
    rep stosw
    mov  %ax, %es:0x1D * 4 + 2
    mov  %ax, %es:0x1F * 4 + 2
    mov  %ax, %es:0x41 * 4 + 2
    mov  %ax, %es:0x46 * 4 + 2
    movw $font_8x16, %es:0x43 * 4   # 43h: the font of the current mode
    movw $int_ignore, %es:0x4A * 4  # 4Ah: the clock's alarm, for whoever wants it
    pop  %ds
    ret

# In: DS:SI = CX offsets in this segment, ES:DI = first vector.
copy_vectors:
    movsw
    add  $2, %di                    # the segment is there already
    loop copy_vectors
    ret

low_vectors:
    .word int00, int01, int02_entry, int03, int04, int05_entry, int06, int07
    .word int08_entry, int09_entry, int0A, int0B        # IRQ 0 timer, 1 keyboard
    .word int0C, int0D, int0E_entry, int0F              # IRQ 6 floppy
    .word int10_entry, int11_entry, int12_entry, int13_entry
    .word int14_entry, int15_entry, int16_entry, int17_entry
    .word int18, int19_entry, int1A_entry
    .word int_ignore, int_ignore    # 1Bh Ctrl+Break, 1Ch tick: users hook them
    .word 0                         # 1Dh video parameters
    .word floppy_parameters         # 1Eh
    .word 0                         # 1Fh graphics characters 80h-FFh

high_vectors:
    .word int70, int71, int72, int73, int74, int75, int76, int77
