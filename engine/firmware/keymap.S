# From key to scan code and character, and the keys that do something at once.
# Source: IBM PC AT Technical Reference, section 5; RBIL Table 00006 (INT 16h codes).

# In: BH = key, BL = prefixes (keyboard.S). Puts a word into the key buffer.
ordinary_key:
    mov  BDA_KEY_FLAGS, %cl
    mov  %cl, %al
    and  $KEY_CTRL | KEY_ALT, %al
    cmp  $KEY_CTRL | KEY_ALT, %al
    jne  1f
    cmp  $0x53, %bh                 # Ctrl+Alt+Del
    je   restart
1:  test $KEY_CTRL, %cl
    jz   2f
    cmp  $0x46, %bh                 # Ctrl+Break
    je   break_key
2:  test $KEY_E0, %bl
    jnz  extended_key
    cmp  $KEY_LAST, %bh
    ja   9f

    movzbw %bh, %si                 # four words for each key
    shl  $3, %si
    add  $key_table, %si
    test $KEY_ALT, %cl
    jnz  5f
    test $KEY_CTRL, %cl
    jnz  4f
    mov  %cs:(%si), %ax             # neither: is it shifted?
    mov  %cl, %ch
    and  $KEY_RSHIFT | KEY_LSHIFT, %ch
    setnz %ch
    cmp  $0x47, %bh                 # keypad digits: NumLk turns Shift around
    jb   3f
    cmp  $0x53, %bh
    ja   7f
    test $KEY_NUM, %cl
    jz   7f
    xor  $1, %ch
    jmp  7f
3:  cmp  $'a', %al                  # letters: so does CapsLk
    jb   7f
    cmp  $'z', %al
    ja   7f
    test $KEY_CAPS, %cl
    jz   7f
    xor  $1, %ch
7:  test %ch, %ch
    jz   8f
    mov  %cs:2(%si), %ax
    jmp  8f
4:  mov  %cs:4(%si), %ax
    jmp  8f
5:  cmp  $0x47, %bh                 # Alt and a keypad digit: a character by number
    jb   6f
    cmp  $0x53, %bh
    jae  6f
    mov  %cs:2(%si), %al
    sub  $'0', %al
    cmp  $9, %al
    ja   6f
    mov  %al, %cl
    mov  BDA_ALT_CODE, %al
    mov  $10, %ah
    mul  %ah
    add  %cl, %al
    mov  %al, BDA_ALT_CODE
    ret
6:  mov  %cs:6(%si), %ax
8:  test %ax, %ax
    jnz  key_store
9:  ret

# Grey keys carry the prefix E0; their character is E0 too, so that INT 16h AH=10h
# can tell them from the keypad.
extended_key:
    mov  %bh, %ah
    cmp  $0x1C, %bh                 # Enter
    mov  $0x0D, %al
    mov  $0x0A, %ch
    mov  $0xA6, %dh
    je   2f
    cmp  $0x35, %bh                 # /
    mov  $'/', %al
    mov  $0x00, %ch
    mov  $0xA4, %dh
    je   3f
    cmp  $0x37, %bh                 # Print Screen
    je   print_screen
    cmp  $0x47, %bh
    jb   9b
    cmp  $0x53, %bh
    ja   9b
    mov  $0xE0, %al                 # arrows and their neighbours
    test $KEY_ALT, %cl
    jnz  1f
    test $KEY_CTRL, %cl
    jz   key_store
    movzbw %bh, %si
    shl  $3, %si
    mov  %cs:key_table + 5(%si), %ah
    jmp  key_store
1:  add  $0x50, %ah
    xor  %al, %al
    jmp  key_store
2:  mov  $0xE0, %ah
    test $KEY_ALT, %cl
    jnz  4f
    test $KEY_CTRL, %cl
    jz   key_store
    mov  %ch, %al
    jmp  key_store
3:  mov  $0xE0, %ah
    test $KEY_ALT, %cl
    jnz  4f
    test $KEY_CTRL, %cl
    jz   key_store
    mov  $0x9500, %ax
    jmp  key_store
4:  mov  %dh, %ah
    xor  %al, %al

# In: AX = scan code and character. A full buffer answers with a beep.
key_store:
    mov  BDA_KEY_TAIL, %si
    mov  %si, %di
    call key_advance
    cmp  BDA_KEY_HEAD, %di
    je   1f
    mov  %ax, (%si)
    mov  %di, BDA_KEY_TAIL
    clc
    ret
1:  call bell_on
    stc
    ret

# In, out: DI = a place in the ring.
key_advance:
    add  $2, %di
    cmp  BDA_KEY_END, %di
    jb   1f
    mov  BDA_KEY_START, %di
1:  ret

print_screen:
    int  $0x05
    ret

break_key:
    mov  BDA_KEY_START, %ax         # an empty buffer
    mov  %ax, BDA_KEY_HEAD
    mov  %ax, BDA_KEY_TAIL
    movb $0x80, BDA_BREAK
    int  $0x1B
    xor  %ax, %ax
    jmp  key_store

restart:
    movw $0x1234, BDA_WARM_BOOT
    mov  $0xFE, %al                 # pulse the processor's reset line
    call kbc_command
    cli
1:  hlt
    jmp  1b

# Each key: alone, with Shift, with Ctrl, with Alt. 0: nothing.
    .macro KEY alone=0, shift=0, ctrl=0, alt=0
    .word \alone, \shift, \ctrl, \alt
    .endm
    .macro LETTER code, char
    KEY \code<<8|\char, \code<<8|(\char-0x20), \code<<8|(\char-0x60), \code<<8
    .endm
    .macro FUNCTION_KEY number      # F1 to F10
    KEY (0x3A+\number)<<8, (0x53+\number)<<8, (0x5D+\number)<<8, (0x67+\number)<<8
    .endm

    .set KEY_LAST, 0x58
    .balign 2
key_table:
    KEY
    KEY 0x011B, 0x011B, 0x011B, 0x0100      # 01 Esc
    KEY 0x0231, 0x0221, 0x0000, 0x7800      # 02 1 !
    KEY 0x0332, 0x0340, 0x0300, 0x7900      # 03 2 @
    KEY 0x0433, 0x0423, 0x0000, 0x7A00      # 04 3
    KEY 0x0534, 0x0524, 0x0000, 0x7B00      # 05 4 $
    KEY 0x0635, 0x0625, 0x0000, 0x7C00      # 06 5 %
    KEY 0x0736, 0x075E, 0x071E, 0x7D00      # 07 6 ^
    KEY 0x0837, 0x0826, 0x0000, 0x7E00      # 08 7 &
    KEY 0x0938, 0x092A, 0x0000, 0x7F00      # 09 8 *
    KEY 0x0A39, 0x0A28, 0x0000, 0x8000      # 0A 9 (
    KEY 0x0B30, 0x0B29, 0x0000, 0x8100      # 0B 0 )
    KEY 0x0C2D, 0x0C5F, 0x0C1F, 0x8200      # 0C - _
    KEY 0x0D3D, 0x0D2B, 0x0000, 0x8300      # 0D = +
    KEY 0x0E08, 0x0E08, 0x0E7F, 0x0E00      # 0E Backspace
    KEY 0x0F09, 0x0F00, 0x9400, 0xA500      # 0F Tab
    LETTER 0x10, 0x71                       # Q
    LETTER 0x11, 0x77                       # W
    LETTER 0x12, 0x65                       # E
    LETTER 0x13, 0x72                       # R
    LETTER 0x14, 0x74                       # T
    LETTER 0x15, 0x79                       # Y
    LETTER 0x16, 0x75                       # U
    LETTER 0x17, 0x69                       # I
    LETTER 0x18, 0x6F                       # O
    LETTER 0x19, 0x70                       # P
    KEY 0x1A5B, 0x1A7B, 0x1A1B, 0x1A00      # 1A [ {
    KEY 0x1B5D, 0x1B7D, 0x1B1D, 0x1B00      # 1B ] }
    KEY 0x1C0D, 0x1C0D, 0x1C0A, 0x1C00      # 1C Enter
    KEY                                     # 1D Ctrl
    LETTER 0x1E, 0x61                       # A
    LETTER 0x1F, 0x73                       # S
    LETTER 0x20, 0x64                       # D
    LETTER 0x21, 0x66                       # F
    LETTER 0x22, 0x67                       # G
    LETTER 0x23, 0x68                       # H
    LETTER 0x24, 0x6A                       # J
    LETTER 0x25, 0x6B                       # K
    LETTER 0x26, 0x6C                       # L
    KEY 0x273B, 0x273A, 0x0000, 0x2700      # 27 semicolon, colon
    KEY 0x2827, 0x2822, 0x0000, 0x2800      # 28 quotes
    KEY 0x2960, 0x297E, 0x0000, 0x2900      # 29 ` ~
    KEY                                     # 2A left Shift
    KEY 0x2B5C, 0x2B7C, 0x2B1C, 0x2B00      # 2B backslash, bar
    LETTER 0x2C, 0x7A                       # Z
    LETTER 0x2D, 0x78                       # X
    LETTER 0x2E, 0x63                       # C
    LETTER 0x2F, 0x76                       # V
    LETTER 0x30, 0x62                       # B
    LETTER 0x31, 0x6E                       # N
    LETTER 0x32, 0x6D                       # M
    KEY 0x332C, 0x333C, 0x0000, 0x3300      # 33 , <
    KEY 0x342E, 0x343E, 0x0000, 0x3400      # 34 . >
    KEY 0x352F, 0x353F, 0x0000, 0x3500      # 35 / ?
    KEY                                     # 36 right Shift
    KEY 0x372A, 0x372A, 0x9600, 0x3700      # 37 keypad *
    KEY                                     # 38 Alt
    KEY 0x3920, 0x3920, 0x3920, 0x3920      # 39 Space
    KEY                                     # 3A Caps Lock
    .irp number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
    FUNCTION_KEY \number                    # 3B-44
    .endr
    KEY                                     # 45 Num Lock
    KEY                                     # 46 Scroll Lock
    KEY 0x4700, 0x4737, 0x7700, 0x0000      # 47 keypad 7 Home
    KEY 0x4800, 0x4838, 0x8D00, 0x0000      # 48 8 Up
    KEY 0x4900, 0x4939, 0x8400, 0x0000      # 49 9 PgUp
    KEY 0x4A2D, 0x4A2D, 0x8E00, 0x4A00      # 4A -
    KEY 0x4B00, 0x4B34, 0x7300, 0x0000      # 4B 4 Left
    KEY 0x4C00, 0x4C35, 0x8F00, 0x0000      # 4C 5
    KEY 0x4D00, 0x4D36, 0x7400, 0x0000      # 4D 6 Right
    KEY 0x4E2B, 0x4E2B, 0x9000, 0x4E00      # 4E +
    KEY 0x4F00, 0x4F31, 0x7500, 0x0000      # 4F 1 End
    KEY 0x5000, 0x5032, 0x9100, 0x0000      # 50 2 Down
    KEY 0x5100, 0x5133, 0x7600, 0x0000      # 51 3 PgDn
    KEY 0x5200, 0x5230, 0x9200, 0x0000      # 52 0 Ins
    KEY 0x5300, 0x532E, 0x9300, 0x0000      # 53 . Del
    KEY                                     # 54 SysRq
    KEY                                     # 55
    KEY 0x565C, 0x567C, 0x0000, 0x0000      # 56 the key beside left Shift
    KEY 0x8500, 0x8700, 0x8900, 0x8B00      # 57 F11
    KEY 0x8600, 0x8800, 0x8A00, 0x8C00      # 58 F12
