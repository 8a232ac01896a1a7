# ACPI tables: the machine knows them, and hands over a script that says how to place
# them: allocate memory for a file, add a file's address to a field, make a checksum.
#
#   128 bytes a command:  1 allocate   +4 file   +60 alignment   +64 zone: 1 high, 2 below 1 MiB
#                         2 pointer    +4 in file   +60 to file   +116 offset   +120 size
#                         3 checksum   +4 file   +60 where   +64 start   +68 bytes
#
# High is the top of memory below 4 GiB, which INT 15h then reports as reserved. Below
# 1 MiB is RAM in the E segment, where systems look for the RSDP at multiples of 16.
# Not done: command 4, a pointer for the machine; pointers of 1 and 2 bytes.
# Source: QEMU, hw/acpi/bios-linker-loader.c; ACPI Specification 2.0, 5.2.4.1.

    .set LINK_FILE,      4
    .set LINK_ALIGN,     60
    .set LINK_ZONE,      64
    .set LINK_TARGET,    60
    .set LINK_OFFSET,    116
    .set LINK_SIZE,      120
    .set LINK_WHERE,     60
    .set LINK_START,     64
    .set LINK_BYTES,     68
    .set LINK_COMMAND,   128
    .set ZONE_HIGH,      1
    .set LOW_ZONE,       0xE0000
    .set LOW_ZONE_END,   0xF0000
    .set PAGE,           0x1000

# Of a file that has a place, the first dword of its entry is that place.
    .set FILE_ADDRESS,   0

init_acpi:
    push %ds
    push %es
    mov  BDA_EBDA, %ds
    movl $LOW_ZONE_END, EBDA_LOW_TOP
    call open_low_zone
    jc   3f
    movl $LOW_ZONE, EBDA_LOW_TOP
    call fwcfg_present
    jc   3f
    mov  $EBDA_COMMAND, %di
    mov  $script_name, %si
    call copy_name
    mov  $EBDA_COMMAND, %si
    mov  $EBDA_SCRIPT, %bx
    call fwcfg_find
    jc   3f
    call es_flat
    mov  EBDA_SCRIPT + FILE_SIZE, %ecx
    bswap %ecx
    shr  $7, %ecx                   # commands
    xor  %ebp, %ebp                 # the one to do
1:  cmp  %ecx, %ebp
    jae  2f
    push %ecx
    push %ebp
    call read_command
    call link_command
    pop  %ebp
    pop  %ecx
    inc  %ebp
    jmp  1b
2:  call es_small
    andl $-PAGE, EBDA_MEMORY_TOP    # reserved by the page
    cmpb $0, EBDA_LINK_FAILED
    je   3f
    call close_low_zone             # half of the tables are worse than none
    movl $LOW_ZONE_END, EBDA_LOW_TOP
3:  pop  %es
    pop  %ds
    ret

script_name: .asciz "etc/table-loader"

# In: CS:SI = text, DS:DI = 56 bytes. Copies it, filled up with zeros. Changes AL, CX, SI, DI.
copy_name:
    mov  $FILE_NAME_BYTES, %cx
1:  mov  %cs:(%si), %al
    mov  %al, (%di)
    inc  %di
    cmp  $1, %al                    # CF set at the end: stay there
    cmc
    adc  $0, %si
    loop 1b
    ret

# In: EBP = its number. Changes EAX, ECX, EDX, EDI.
read_command:
    mov  $EBDA_COMMAND, %ax
    call ebda_linear
    mov  %eax, %edi
    mov  %ebp, %ecx
    shl  $7, %ecx
    mov  EBDA_SCRIPT + FILE_KEY, %ax
    xchg %al, %ah
    shl  $16, %eax
    mov  $FWCFG_SELECTS | FWCFG_SKIP, %ax
    call fwcfg_dma
    mov  $LINK_COMMAND, %ecx
    mov  $FWCFG_READ, %eax
    jmp  fwcfg_dma

link_command:
    mov  EBDA_COMMAND, %al
    cmp  $1, %al
    je   link_allocate
    cmp  $2, %al
    je   link_pointer
    cmp  $3, %al
    je   link_checksum
    ret

link_allocate:
    mov  EBDA_FILES_COUNT, %bx
    cmp  $EBDA_FILES_MAX, %bx
    jae  link_failed
    shl  $6, %bx
    add  $EBDA_FILES, %bx
    mov  $EBDA_COMMAND + LINK_FILE, %si
    call fwcfg_find
    jc   link_failed
    mov  FILE_SIZE(%bx), %ecx
    bswap %ecx
    mov  EBDA_COMMAND + LINK_ALIGN, %eax
    cmpb $ZONE_HIGH, EBDA_COMMAND + LINK_ZONE
    je   1f
    call low_allocate
    jc   link_failed
    jmp  2f
1:  mov  EBDA_MEMORY_TOP, %edi      # downwards: round down
    sub  %ecx, %edi
    jc   link_failed
    neg  %eax
    and  %eax, %edi
    cmp  $0x200000, %edi            # the first megabyte above 1 MiB is for others
    jb   link_failed
    mov  %edi, EBDA_MEMORY_TOP
2:  call fwcfg_load
    mov  %edi, FILE_ADDRESS(%bx)
    incw EBDA_FILES_COUNT
    ret
link_failed:
    movb $1, EBDA_LINK_FAILED
    ret

# In: ECX = bytes, EAX = alignment, DS = extended data area. Out: EDI = where in the E
# segment; or CF set: there is no room. Changes EAX.
low_allocate:
    mov  EBDA_LOW_TOP, %edi
    dec  %eax
    add  %eax, %edi
    not  %eax
    and  %eax, %edi
    mov  %edi, %eax
    add  %ecx, %eax
    jc   1f
    cmp  $LOW_ZONE_END + 1, %eax
    cmc
    jc   1f
    mov  %eax, EBDA_LOW_TOP
1:  ret

# In: DS:SI = name. Out: CF clear, EDI = where that file is. Changes EAX, BX, CX.
placed_file:
    mov  EBDA_FILES_COUNT, %cx
    mov  $EBDA_FILES, %bx
1:  sub  $1, %cx
    jc   2f
    call same_name
    lea  FILE_ENTRY(%bx), %bx
    jne  1b
    mov  FILE_ADDRESS - FILE_ENTRY(%bx), %edi
    clc
2:  ret

link_pointer:
    mov  $EBDA_COMMAND + LINK_TARGET, %si
    call placed_file
    jc   1f
    mov  %edi, %edx
    mov  $EBDA_COMMAND + LINK_FILE, %si
    call placed_file
    jc   1f
    add  EBDA_COMMAND + LINK_OFFSET, %edi
    mov  EBDA_COMMAND + LINK_SIZE, %al
    cmp  $4, %al
    jb   1f
    add  %edx, %es:(%edi)
    jnc  1f
    cmp  $8, %al
    jne  1f
    incl %es:4(%edi)
1:  ret

link_checksum:
    mov  $EBDA_COMMAND + LINK_FILE, %si
    call placed_file
    jc   3f
    mov  EBDA_COMMAND + LINK_BYTES, %ecx
    mov  %edi, %esi
    add  EBDA_COMMAND + LINK_START, %esi
    xor  %al, %al
    jecxz 2f
1:  add  %es:(%esi), %al
    inc  %esi
    dec  %ecx
    jnz  1b
2:  add  EBDA_COMMAND + LINK_WHERE, %edi
    sub  %al, %es:(%edi)
3:  ret
