# How much memory there is: INT 12h, and INT 15h AX=E820h, AX=E801h, AH=88h.
#
# The sizes come from CMOS memory, where the machine's maker put them: 640 KiB and
# the rest up to 16 MiB as AT and PS/2 did, the rest as later PCs do.
# Source: RBIL INT 15h; ACPI Specification, chapter 15 "System Address Map Interfaces".

    .set SMAP,       0x534D4150     # "SMAP"
    .set MEMORY_USABLE,   1
    .set MEMORY_RESERVED, 2

int12:                              # -> AX = KiB from address 0
    push %ds
    push $BDA_SEGMENT
    pop  %ds
    mov  BDA_BASE_KB, %ax
    pop  %ds
    iret

# Out: EAX = KiB from 1 MiB upwards, as far as 4 GiB.
extended_kb:
    mov  $CMOS_ABOVE_16M, %al
    call cmos_read_word
    test %ax, %ax
    jz   1f
    movzwl %ax, %eax
    shl  $6, %eax                   # 64 KiB blocks
    add  $15 * 1024, %eax
    ret
1:  mov  $CMOS_FOUND_KB, %al
    call cmos_read_word
    test %ax, %ax
    jnz  2f
    mov  $CMOS_EXTENDED_KB, %al
    call cmos_read_word
2:  movzwl %ax, %eax
    ret

# Out: EAX = of these, how many KiB are not ours (acpi.S takes some at the end).
usable_kb:
    push %ds
    mov  BDA_EBDA, %ds
    mov  EBDA_MEMORY_TOP, %eax
    pop  %ds
    shr  $10, %eax
    sub  $1024, %eax
    ret

init_memory_top:
    call extended_kb
    add  $1024, %eax
    shl  $10, %eax
    push %ds
    mov  BDA_EBDA, %ds
    mov  %eax, EBDA_MEMORY_TOP
    pop  %ds
    ret

memory_88:                          # AH=88h -> AX = KiB above 1 MiB
    call usable_kb
    cmp  $63 * 1024, %eax           # old callers add to it in 16 bits
    jbe  1f
    mov  $63 * 1024, %ax
1:  mov  %ax, R_AX(%bp)
    jmp  system_ok

memory_E801:                        # -> AX, CX = KiB from 1 to 16 MiB; BX, DX = 64 KiB
    call usable_kb                  # blocks above 16 MiB
    xor  %ebx, %ebx
    cmp  $15 * 1024, %eax
    jbe  1f
    mov  %eax, %ebx
    sub  $15 * 1024, %ebx
    shr  $6, %ebx
    mov  $15 * 1024, %ax
1:  mov  %ax, R_AX(%bp)
    mov  %ax, R_CX(%bp)
    mov  %bx, R_BX(%bp)
    mov  %bx, R_DX(%bp)
    jmp  system_ok

# AX=E820h: one range a call. In: EBX = 0, or what the last call returned; EDX = SMAP;
# ECX = size of the buffer at ES:DI. Out: 20 bytes there (base, length: 64 bits each;
# type: 32 bits), EAX = SMAP, ECX = 20, EBX = 0 after the last one.
memory_E820:
    cmp  $SMAP, %edx
    jne  system_unsupported
    cmp  $20, %ecx
    jb   system_unsupported
    cmp  $MEMORY_RANGES, %ebx
    jae  system_unsupported
    xor  %ecx, %ecx                 # EDX:EAX = base, ECX:EBX = length
    xor  %edx, %edx
    mov  %bx, %si
    add  %si, %si
    push %si
    call *%cs:memory_ranges(%si)
    mov  %eax, %es:(%di)
    mov  %edx, %es:4(%di)
    mov  %ebx, %es:8(%di)
    mov  %ecx, %es:12(%di)
    movzwl %si, %eax
    mov  %eax, %es:16(%di)
    pop  %si
    shr  $1, %si                    # which one was it?
    inc  %si
    cmp  $RANGE_TABLES, %si
    jne  3f
    call extended_kb                # so may this one
    mov  %eax, %ebx
    call usable_kb
    cmp  %eax, %ebx
    jne  1f
    inc  %si
3:  cmp  $MEMORY_RANGES - 1, %si
    jb   1f
    ja   2f
    call blocks_above_4g            # the last range may be empty
    jnz  1f
2:  xor  %si, %si
1:  movzwl %si, %ebx
    mov  %ebx, R_EBX(%bp)
    movl $20, R_ECX(%bp)
    movl $SMAP, R_EAX(%bp)
    andb $~FLAG_CF, R_FLAGS(%bp)
    ret

    .set MEMORY_RANGES, 7
    .set RANGE_TABLES,  4
memory_ranges:
    .word range_base, range_ebda, range_rom, range_extended, range_tables, range_reset, range_above_4g

# Each: ECX, EDX = 0 in; EDX:EAX = base, ECX:EBX = length, SI = type out.
range_base:                         # 0 to the extended data area
    movzwl BDA_BASE_KB, %ebx
    shl  $10, %ebx
    xor  %eax, %eax
    mov  $MEMORY_USABLE, %si
    ret
range_ebda:                         # from there to the screen at A0000
    movzwl BDA_BASE_KB, %eax
    shl  $10, %eax
    mov  $0xA0000, %ebx
    sub  %eax, %ebx
    mov  $MEMORY_RESERVED, %si
    ret
range_rom:                          # the E segment, this ROM
    mov  $0xE0000, %eax
    mov  $0x20000, %ebx
    mov  $MEMORY_RESERVED, %si
    ret
range_extended:                     # from 1 MiB
    call usable_kb
    mov  %eax, %ebx
    shl  $10, %ebx
    mov  $0x100000, %eax
    mov  $MEMORY_USABLE, %si
    ret
range_tables:                       # ACPI tables at the end of memory
    call usable_kb
    mov  %eax, %esi
    call extended_kb
    mov  %eax, %ebx
    sub  %esi, %ebx
    shl  $10, %ebx
    lea  1024(%esi), %eax
    shl  $10, %eax
    mov  $MEMORY_RESERVED, %si
    ret
range_reset:                        # this ROM again, where the processor wakes up
    mov  $0xFFFF0000, %eax
    mov  $0x10000, %ebx
    mov  $MEMORY_RESERVED, %si
    ret
range_above_4g:
    call blocks_above_4g
    mov  %eax, %ebx
    mov  %eax, %ecx
    shl  $16, %ebx
    shr  $16, %ecx
    xor  %eax, %eax
    mov  $1, %edx
    mov  $MEMORY_USABLE, %si
    ret

# Out: EAX = 64 KiB blocks above 4 GiB; ZF set if there are none.
blocks_above_4g:
    mov  $CMOS_ABOVE_4G + 2, %al
    call cmos_read
    movzbl %al, %eax
    shl  $16, %eax
    push %eax
    mov  $CMOS_ABOVE_4G, %al
    call cmos_read_word
    movzwl %ax, %eax
    pop  %ebx
    or   %ebx, %eax
    ret
