# What kind of memory lies where, for the caches: RAM is written back, the video's window and
# the top of 4 GiB, where devices are, are not cached, ROMs are cached and protected. Every
# processor is told the same. Where nobody says so, systems do without PAT as well.
# Source: AMD64 Architecture Programmer's Manual, volume 2, 7.7; Intel MultiProcessor
# Specification 1.4, appendix B.4 (how other processors are started).

    .set CPUID_1_MTRR,    0x1000    # EDX
    .set CPUID_LARGEST,   0x80000000    # of the extended leaves
    .set CPUID_WIDTHS,    0x80000008
    .set MTRR_BASE,       0x200     # the first range that varies,
    .set MTRR_MASK,       0x201
    .set MTRR_64K,        0x250     # eight of 64 KiB,
    .set MTRR_16K,        0x258     # twice eight of 16 KiB,
    .set MTRR_4K,         0x268     # eight times eight of 4 KiB
    .set MTRR_4K_END,     0x270
    .set MTRR_DEFAULT,    0x2FF
    .set MTRR_VALID,      0x800     # of a mask
    .set MTRR_ON,         0xC00     # of the default: with fixed ranges
    .set WRITE_PROTECTED, 0x05
    .set WRITE_BACK,      0x06
    .set EIGHT,           0x01010101
    .set APIC_COMMAND,    0x300     # from APIC_BASE
    .set INIT_OTHERS,     0xC4500
    .set START_OTHERS,    0xC46F0   # at F0000: rom_start
    .set START_PATIENCE,  1000000

init_mtrrs:
    call apic_present
    jc   4f
    test $CPUID_1_MTRR, %dx
    jz   4f
    push %ds
    mov  BDA_EBDA, %ds
    mov  $0x80000000, %eax          # 2, 3, 3.5 … GiB: where there is no RAM any more
1:  cmp  EBDA_MEMORY_TOP, %eax
    jae  2f
    sar  $1, %eax
    jmp  1b
2:  mov  %eax, EBDA_DEVICES
    mov  $CPUID_LARGEST, %eax
    cpuid
    mov  $36, %cl
    cmp  $CPUID_WIDTHS, %eax
    jb   3f
    mov  $CPUID_WIDTHS, %eax
    cpuid
    mov  %al, %cl
3:  sub  $32, %cl
    mov  $1, %eax
    shl  %cl, %eax
    dec  %eax
    mov  %eax, EBDA_DEVICES + 4
    call mtrrs_everywhere
    pop  %ds
4:  ret

# In: DS = extended data area. Changes EAX, ECX, EDX, EDI, BP.
mtrrs_everywhere:
    mov  $1f, %bp
    jmp  mtrrs_here
1:  movb $1, EBDA_PROCESSORS
    mov  $CMOS_PROCESSORS, %al
    call cmos_read
    inc  %ax
    cmp  $1, %al
    je   4f
    mov  %al, %dl
    call es_flat
    mov  $APIC_BASE, %edi
    movl $INIT_OTHERS, %es:APIC_COMMAND(%edi)
    movl $START_OTHERS, %es:APIC_COMMAND(%edi)
    mov  $START_PATIENCE, %ecx
2:  pause
    cmp  %dl, EBDA_PROCESSORS
    jae  3f
    dec  %ecx
    jnz  2b
3:  movl $INIT_OTHERS, %es:APIC_COMMAND(%edi)   # they wait for a start as before
    call es_small
4:  ret

other_processor:                    # CS = F000, interrupts are off, and there is no stack
    mov  $BDA_SEGMENT, %ax
    mov  %ax, %ds
    mov  BDA_EBDA, %ds
    mov  $1f, %bp
    jmp  mtrrs_here
1:  lock incb EBDA_PROCESSORS
2:  hlt
    jmp  2b

# This processor's. In: DS = extended data area, BP = where to go then. Changes EAX, ECX, EDX.
mtrrs_here:
    mov  $WRITE_BACK * EIGHT, %eax  # to A0000
    mov  %eax, %edx
    mov  $MTRR_64K, %ecx
    wrmsr
    mov  $MTRR_16K, %ecx
    wrmsr
    xor  %eax, %eax                 # to C0000
    xor  %edx, %edx
    inc  %cx
    wrmsr
    mov  $WRITE_PROTECTED * EIGHT, %eax     # to 100000
    mov  %eax, %edx
    mov  $MTRR_4K, %ecx
1:  wrmsr
    inc  %cx
    cmp  $MTRR_4K_END, %cx
    jb   1b
    mov  EBDA_DEVICES, %eax
    xor  %edx, %edx
    mov  $MTRR_BASE, %ecx
    wrmsr
    or   $MTRR_VALID, %ax
    mov  EBDA_DEVICES + 4, %edx
    inc  %cx
    wrmsr
    mov  $MTRR_ON | WRITE_BACK, %eax
    xor  %edx, %edx
    mov  $MTRR_DEFAULT, %ecx
    wrmsr
    jmp  *%bp
