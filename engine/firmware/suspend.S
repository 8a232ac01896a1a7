# The way back from the sleep that keeps RAM (ACPI's S3): the machine was reset, CMOS 0Fh says
# FEh, and the FACS where the system goes on. Devices that stand before it are set up as POST
# does it; the rest is the system's, and so is all memory but our own.
# Not done: waking vectors of 64 bits (the FACS's X_Firmware_Waking_Vector).
# Source: ACPI Specification 2.0, 5.2.4.4 (RSDP), 5.2.9 (FACS), 15.1.3.

    .set S3_REASON,      0xFE
    .set S3_STACK,       0x400      # the extended data area's end
    .set RSDP_RSDT,      16
    .set SDT_LENGTH,     4
    .set SDT_ENTRIES,    36
    .set FADT_FACS,      36
    .set FACS_VECTOR,    12
    .set TEXT_RSD,       0x20445352 # "RSD "
    .set TEXT_PTR,       0x20525450 # "PTR "
    .set TEXT_FACP,      0x50434146 # "FACP"

# In: DS = BDA. No stack yet.
wake_up:
    mov  BDA_EBDA, %ss
    mov  $S3_STACK, %sp
    call a20_enable
    call init_dma
    call init_pics
    call open_low_zone
    jc   power_on
    call init_pci
    call close_shadow               # reading the F segment reaches the copy again
    mov  BDA_EBDA, %ds
    cmpl $0, EBDA_DEVICES
    je   7f
    call mtrrs_everywhere
7:  mov  $LOW_ZONE, %esi
    call es_flat
1:  cmp  EBDA_LOW_TOP, %esi
    jae  power_on                   # no tables: start afresh
    cmpl $TEXT_RSD, %es:(%esi)
    jne  2f
    cmpl $TEXT_PTR, %es:4(%esi)
    je   3f
2:  add  $16, %esi
    jmp  1b
3:  mov  %es:RSDP_RSDT(%esi), %esi
    mov  %es:SDT_LENGTH(%esi), %ecx
    sub  $SDT_ENTRIES, %ecx
    shr  $2, %ecx
    jz   power_on
4:  mov  %es:SDT_ENTRIES(%esi), %edi
    cmpl $TEXT_FACP, %es:(%edi)
    je   5f
    add  $4, %esi
    loopl 4b
    jmp  power_on
5:  mov  %es:FADT_FACS(%edi), %edi
    mov  %es:FACS_VECTOR(%edi), %ebx
    call es_small
    test %ebx, %ebx
    jz   power_on
    xor  %ax, %ax
    mov  %ax, %ds                   # what nobody promises, but systems count on
    mov  %ebx, %eax                 # linear, below 1 MiB
    shr  $4, %eax
    and  $15, %bx
    push %ax
    push %bx
    lret
