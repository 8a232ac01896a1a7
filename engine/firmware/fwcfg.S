# What the machine tells us through fw_cfg, QEMU's firmware configuration device: files
# by name, moved by the device itself.
#
#   510  selects an item   511  its next byte   514  address of a DMA structure, big-endian
#
# Source: QEMU, docs/specs/fw_cfg.rst. Not used: a device without DMA, writing.

    .set FWCFG_SELECT,    0x510
    .set FWCFG_DATA,      0x511
    .set FWCFG_DMA,       0x514
    .set FWCFG_SIGNATURE, 0x00
    .set FWCFG_FEATURES,  0x01
    .set FWCFG_DIRECTORY, 0x19
    .set FWCFG_HAS_DMA,   0x02
    .set FWCFG_READ,      0x02      # of a structure's control word
    .set FWCFG_SKIP,      0x04
    .set FWCFG_SELECTS,   0x08
    .set FWCFG_ERROR,     0x01

# An entry of the directory as it comes: size, key (big-endian), 2 bytes, name.
    .set FILE_SIZE,       0
    .set FILE_KEY,        4
    .set FILE_NAME,       8
    .set FILE_ENTRY,      64
    .set FILE_NAME_BYTES, 56

# Out: CF set if there is no such device. Changes EAX, DX.
fwcfg_present:
    mov  $FWCFG_SIGNATURE, %ax
    call fwcfg_first_dword
    cmp  $0x554D4551, %eax          # "QEMU"
    jne  1f
    mov  $FWCFG_FEATURES, %ax
    call fwcfg_first_dword
    test $FWCFG_HAS_DMA, %al
    jz   1f
    clc
    ret
1:  stc
    ret

# In: AX = key. Out: EAX = its first four bytes. Changes DX.
fwcfg_first_dword:
    mov  $FWCFG_SELECT, %dx
    out  %ax, %dx
    mov  $FWCFG_DATA, %dx
    push %cx
    mov  $4, %cx
1:  in   %dx, %al
    ror  $8, %eax
    loop 1b
    pop  %cx
    ret

# In: EAX = control (key in its upper half), ECX = bytes, EDI = linear address,
# DS = extended data area. Changes EAX, DX.
fwcfg_dma:
    bswap %eax
    mov  %eax, EBDA_DMA
    mov  %ecx, %eax
    bswap %eax
    mov  %eax, EBDA_DMA + 4
    movl $0, EBDA_DMA + 8
    mov  %edi, %eax
    bswap %eax
    mov  %eax, EBDA_DMA + 12
    xor  %eax, %eax
    mov  $FWCFG_DMA, %dx
    out  %eax, %dx
    mov  $EBDA_DMA, %ax
    call ebda_linear
    bswap %eax
    add  $4, %dx
    out  %eax, %dx
1:  mov  EBDA_DMA, %eax             # done when nothing but an error is left of control
    and  $~(FWCFG_ERROR << 24), %eax
    jnz  1b
    ret

# In: AX = offset in the extended data area, which DS is. Out: EAX = linear address.
ebda_linear:
    push %edx
    movzwl %ax, %eax
    mov  %ds, %dx
    movzwl %dx, %edx
    shl  $4, %edx
    add  %edx, %eax
    pop  %edx
    ret

# In: DS:SI = a name of 56 bytes, filled up with zeros; BX = where in DS its entry goes.
# Out: CF clear, the entry in BX; or CF set: no such file. Changes EAX, ECX, EDX, EDI.
fwcfg_find:
    mov  %bx, %ax
    call ebda_linear
    mov  %eax, %edi
    mov  $4, %ecx
    mov  $FWCFG_DIRECTORY << 16 | FWCFG_SELECTS | FWCFG_READ, %eax
    call fwcfg_dma
    mov  (%bx), %eax                # how many
    bswap %eax
    mov  %eax, %ecx
1:  sub  $1, %ecx
    jc   2f
    push %ecx
    mov  $FILE_ENTRY, %ecx
    mov  $FWCFG_READ, %eax
    call fwcfg_dma
    pop  %ecx
    call same_name
    jne  1b
    clc
2:  ret

# In: DS:SI = name, BX = an entry. Out: ZF set if it is of that name. Changes EAX.
same_name:
    push %bx
    push %cx
    push %si
    mov  $FILE_NAME_BYTES / 4, %cx
1:  mov  (%si), %eax
    cmp  FILE_NAME(%bx), %eax
    jne  2f
    lea  4(%si), %si
    lea  4(%bx), %bx
    loop 1b
2:  pop  %si
    pop  %cx
    pop  %bx
    ret

# In: BX = an entry, EDI = linear address. Reads the whole file there. Changes EAX, ECX, EDX.
fwcfg_load:
    mov  FILE_SIZE(%bx), %ecx
    bswap %ecx
    mov  FILE_KEY(%bx), %ax
    xchg %al, %ah
    shl  $16, %eax
    mov  $FWCFG_SELECTS | FWCFG_READ, %ax
    jmp  fwcfg_dma
