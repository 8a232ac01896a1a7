# Power-on self-test: from the first instruction to INT 19h.
#
# Not modelled: tests of the processor, of RAM and of the ROM's checksum;
# they guard against broken hardware, and cost seconds.
# Source: IBM PC AT Technical Reference, section 5, POST1 and POST2.

    .macro CHECKPOINT number        # a card in a slot shows these to a technician
    mov  $\number, %al
    out  %al, $POST_CODE
    .endm

# The reset vector jumps here. The processor is in real mode, all RAM content
# is chance, there is no stack and no device is set up.
post:
    cli
    cld
    mov  $CMOS_SHUTDOWN | NMI_OFF, %al   # an NMI now would run through a vector
    out  %al, $CMOS_INDEX                # table that does not exist yet
    in   $CMOS_DATA, %al
    mov  %al, %ah
    mov  $CMOS_SHUTDOWN | NMI_OFF, %al
    out  %al, $CMOS_INDEX
    xor  %al, %al                        # the reason counts once
    out  %al, $CMOS_DATA
    test %ah, %ah
    jnz  resume

power_on:
    xor  %ax, %ax
    mov  %ax, %ss
    mov  $0x7C00, %sp               # the stack grows down from the boot sector
    CHECKPOINT 0x01
    call init_vectors
    CHECKPOINT 0x02
    call init_data_areas
    CHECKPOINT 0x03
    call init_dma
    call init_pics
    call init_apic
    CHECKPOINT 0x04
    call init_timer
    CHECKPOINT 0x05
    call init_rtc
    CHECKPOINT 0x06
    call a20_enable
    CHECKPOINT 0x07
    call init_keyboard
    CHECKPOINT 0x08
    call init_serial
    CHECKPOINT 0x0E
    call init_memory_top
    call init_mtrrs
    call init_pci
    call init_acpi
    CHECKPOINT 0x09
    call init_video
    call say_banner
    sti                             # ticks count from here on
    CHECKPOINT 0x0A
    call init_floppies
    call init_disks
    CHECKPOINT 0x0B
    call init_option_roms
    call init_pointers
    mov  $RTC_D, %al                # bit 7 clear: NMIs may come
    out  %al, $CMOS_INDEX
    in   $CMOS_DATA, %al
    CHECKPOINT 0x0C
    call finish_keyboard
    CHECKPOINT 0x0D
    int  $0x19                      # does not come back

# A 286 could leave protected mode only by a reset, so software stored a reason
# in CMOS 0Fh and an address at 40:67 before it pulled the reset line.
# AH = the reason. No stack yet.
resume:
    mov  $BDA_SEGMENT, %bx
    mov  %bx, %ds
    cmp  $0x05, %ah
    je   1f
    cmp  $0x0A, %ah
    je   2f
    cmp  $0x09, %ah
    je   3f
    cmp  $0x0B, %ah
    je   3f
    cmp  $0x0C, %ah
    je   4f
    cmp  $S3_REASON, %ah
    je   wake_up                    # suspend.S
    jmp  power_on                   # a reason we do not know: start afresh
1:  mov  $PIC_EOI, %al              # 05h: finish an interrupt, then jump
    out  %al, $PIC2_COMMAND
    out  %al, $PIC1_COMMAND
2:  ljmp *BDA_RESUME                # 0Ah: jump
3:  lss  BDA_RESUME, %sp            # 09h, 0Bh: 40:67 is a stack, return with IRET
    iret
4:  lss  BDA_RESUME, %sp            # 0Ch: the same with RETF
    lret

# Clears 0400-04FF except the warm-boot word, and places the extended data area
# below the 640 KiB (or less) that CMOS reports.
init_data_areas:
    mov  $BDA_SEGMENT, %ax
    mov  %ax, %ds
    mov  %ax, %es
    mov  BDA_WARM_BOOT, %dx
    xor  %di, %di
    mov  $0x80, %cx
    xor  %ax, %ax
    rep stosw
    mov  %dx, BDA_WARM_BOOT

    mov  $CMOS_BASE_KB, %al
    call cmos_read_word
    dec  %ax                        # one kilobyte is ours
    mov  %ax, BDA_BASE_KB
    shl  $6, %ax                    # KiB -> paragraphs
    mov  %ax, BDA_EBDA
    mov  %ax, %es
    xor  %di, %di
    mov  $512, %cx
    xor  %ax, %ax
    rep stosw
    movb $1, %es:EBDA_SIZE_KB

    mov  $CMOS_EQUIPMENT, %al       # coprocessor (bit 1) and mouse (bit 2):
    call cmos_read                  # the set-up program knows
    and  $0x06, %ax
    push %ax                        # an x87 answers; without one the word stays
    mov  %sp, %bp
    fninit
    fnstcw (%bp)
    pop  %dx
    cmp  $0x037F, %dx
    je   1f
    and  $0x04, %al
1:  or   $0x20, %ax                 # first screen: 80x25, colour
    mov  %ax, BDA_EQUIPMENT
    ret

# One line on the screen and on port 402h: who we are, and how much memory.
say_banner:
    mov  $msg_banner, %si
    call say
    movzwl BDA_BASE_KB, %eax
    call print_decimal
    mov  $msg_kib_and, %si
    call say
    call extended_kb
    call print_decimal
    mov  $msg_kib, %si
    jmp  say

msg_banner:  .asciz "Ring -1 BIOS, "
msg_kib_and: .asciz " KiB + "
msg_kib:     .asciz " KiB memory\n"
