# INT 16h: the key buffer's reading end.
# Source: IBM PC AT Technical Reference, section 5, KEYBOARD_IO_1; RBIL INT 16h.

int16:
    SERVICE_ENTER
    DISPATCH int16_table, 0x12, 1f
    SERVICE_LEAVE
1:  cmp  $0x92, %ah                 # are there 10h to 12h?
    jne  2f
    movb $0x80, R_AH(%bp)
2:  SERVICE_LEAVE
int16_table:
    .word key_read, key_peek, key_shifts, key_rate, key_nothing, key_push
    .word key_nothing, key_nothing, key_nothing, key_services, key_identity, key_nothing
    .word key_nothing, key_nothing, key_nothing, key_nothing
    .word key_read_101, key_peek_101, key_shifts_101

key_services:                       # AH=09h -> AL: 0305h, 0Ah, 10h to 12h are there
    movb $0x34, R_AL(%bp)
    ret

key_identity:                       # AH=0Ah -> BX: 101 or 102 keys
    movw $0x41AB, R_BX(%bp)
key_nothing:
    ret

# AH=00h, waits -> AX. Keys that an 84-key keyboard lacks are skipped or look like
# those it has.
key_read:
    call key_wait
    call key_old_style
    jc   key_read
    mov  %ax, R_AX(%bp)
    ret

key_read_101:                       # AH=10h -> AX
    call key_wait
    mov  %ax, R_AX(%bp)
    ret

key_peek:                           # AH=01h -> ZF set, or AX; the key stays
    sti
    cli
    call key_first
    jz   key_none
    call key_old_style
    jnc  key_there
    call key_wait                   # one that must not be seen
    jmp  key_peek
key_peek_101:                       # AH=11h
    sti
    cli
    call key_first
    jz   key_none
key_there:
    mov  %ax, R_AX(%bp)
    andb $~FLAG_ZF, R_FLAGS(%bp)
    ret
key_none:
    orb  $FLAG_ZF, R_FLAGS(%bp)
    ret

# Out: AX = the oldest key, ZF set if there is none. Interrupts must be off.
key_first:
    mov  BDA_KEY_HEAD, %si
    mov  (%si), %ax
    cmp  BDA_KEY_TAIL, %si
    ret

# Out: AX = the oldest key, taken out. Sleeps while there is none: "sti; hlt" lets
# no interrupt in between.
key_wait:
    cli
    call key_first
    jnz  1f
    sti
    hlt
    jmp  key_wait
1:  mov  %si, %di
    call key_advance
    mov  %di, BDA_KEY_HEAD
    sti
    ret

# In, out: AX. CF set if old software must not see it.
key_old_style:
    cmp  $0xE0, %ah                 # Enter and / of the keypad
    je   2f
    cmp  $0x84, %ah                 # F11, F12, Ctrl+Up ...
    ja   4f
    cmp  $0xE0, %al                 # grey keys
    jne  1f
    test %ah, %ah
    jz   1f                         # the letter E0, typed with Alt
    xor  %al, %al
1:  clc
    ret
2:  mov  $0x1C, %ah
    cmp  $'/', %al
    jne  3f
    mov  $0x35, %ah
3:  clc
    ret
4:  stc
    ret

key_shifts:                         # AH=02h -> AL = shift keys and locks
    mov  BDA_KEY_FLAGS, %al
    mov  %al, R_AL(%bp)
    ret

key_shifts_101:                     # AH=12h -> also AH: left and right Ctrl and Alt, held locks
    mov  BDA_KEY_FLAGS, %al
    mov  BDA_KEY_FLAGS2, %ah
    and  $0x73, %ah                 # left Ctrl, left Alt; Scroll, Num, Caps held
    mov  BDA_KEY_MODE, %bl
    and  $KEY_RCTRL | KEY_RALT, %bl
    or   %bl, %ah
    mov  %ax, R_AX(%bp)
    ret

# AX=0305h: typematic rate BL (0: 30 a second, 1Fh: 2) and delay BH (0-3: 250 ms and
# up). Polled, so that INT 09h does not take the keyboard's ACKs.
key_rate:
    cmp  $0x05, %al
    jne  key_nothing
    cli
    mov  $0xF3, %al
    call kbc_write
    call kbc_read
    jc   key_nothing
    mov  %bh, %al
    and  $0x03, %al
    shl  $5, %al
    and  $0x1F, %bl
    or   %bl, %al
    call kbc_write
    jmp  kbc_read

key_push:                           # AH=05h, CX = key -> AL = 1 if the buffer is full
    cli
    mov  %cx, %ax
    call key_store
    setc R_AL(%bp)
    ret
