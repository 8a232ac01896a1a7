# The 8042 keyboard controller and INT 09h (IRQ 1): scan codes -> key buffer.
# Source: IBM PC AT Technical Reference, section 1 "Keyboard controller", section 5
# KEYBOARD_INT_1; RBIL MEMORY.LST 0040:0017 and following.
# Not modelled: Pause (its codes are dropped), SysRq. The mouse is in mouse.S.

# BDA_KEY_FLAGS
    .set KEY_RSHIFT, 0x01
    .set KEY_LSHIFT, 0x02
    .set KEY_CTRL,   0x04
    .set KEY_ALT,    0x08
    .set KEY_SCROLL, 0x10
    .set KEY_NUM,    0x20
    .set KEY_CAPS,   0x40
    .set KEY_INSERT, 0x80
# BDA_KEY_MODE
    .set KEY_E1,     0x01
    .set KEY_E0,     0x02
    .set KEY_RCTRL,  0x04
    .set KEY_RALT,   0x08
    .set KEY_101,    0x10           # an enhanced keyboard
# BDA_KEY_LEDS
    .set KEY_TESTING,  0x20         # the reset keyboard has not answered yet
    .set LEDS_PENDING, 0x40

init_keyboard:
    mov  $BDA_KEY_BUFFER, %ax       # an empty ring
    mov  %ax, BDA_KEY_HEAD
    mov  %ax, BDA_KEY_TAIL
    mov  %ax, BDA_KEY_START
    add  $32, %ax
    mov  %ax, BDA_KEY_END
    movb $KEY_101, BDA_KEY_MODE

    call kbc_discard
    mov  $0xAA, %al                 # controller self-test, answers 55h
    call kbc_command
    call kbc_read
    mov  $0xA7, %al                 # mouse off
    call kbc_command
    mov  $0xAE, %al                 # keyboard on
    call kbc_command
    mov  $0x60, %al                 # command byte: translate to scan code set 1 (6), no
    call kbc_command                # mouse (5), system flag (2), IRQ 1 (0)
    mov  $0x65, %al
    call kbc_write
    call kbc_discard
    orb  $KEY_TESTING, BDA_KEY_LEDS
    mov  $0xFF, %al                 # keyboard: reset. It takes a while to test itself;
    jmp  kbc_write                  # meanwhile POST goes on

# The end of that test: INT 09h sees AAh. Sleeps until then, for a second at most, so that
# what POST began does not surprise the program it boots. Changes AX, SI, DI.
finish_keyboard:
    mov  BDA_TICKS, %si
    mov  $18, %di
1:  cli
    testb $KEY_TESTING, BDA_KEY_LEDS
    jz   2f
    call tick_wait
    jnc  1b
    andb $~KEY_TESTING, BDA_KEY_LEDS        # no keyboard
2:  sti
    ret

# To the controller, to the keyboard: In: AL.
kbc_command:
    call kbc_ready
    out  %al, $KBC_COMMAND
    ret
kbc_write:
    call kbc_ready
    out  %al, $KBC_DATA
    ret

# Waits until the controller takes a byte.
kbc_ready:
    push %ax
    push %cx
    xor  %cx, %cx
1:  in   $KBC_STATUS, %al
    test $KBC_INPUT_FULL, %al
    loopnz 1b
    pop  %cx
    pop  %ax
    ret

# Out: AL = answer, or CF set after about a tenth of a second without one.
kbc_read:
    push %cx
    xor  %cx, %cx
1:  in   $KBC_STATUS, %al
    test $KBC_OUTPUT_FULL, %al
    jnz  2f
    out  %al, $POST_CODE            # an access to this bus takes about 1 us
    loop 1b
    pop  %cx
    stc
    ret
2:  in   $KBC_DATA, %al
    pop  %cx
    clc
    ret

kbc_discard:                        # empties the output buffer
    in   $KBC_STATUS, %al
    test $KBC_OUTPUT_FULL, %al
    jz   1f
    in   $KBC_DATA, %al
    jmp  kbc_discard
1:  ret

# INT 09h.
int09:
    SERVICE_ENTER
    in   $KBC_DATA, %al
    stc
    mov  $0x4F, %ah                 # may be changed, or swallowed, by others
    int  $0x15
    jnc  1f
    call key_event
1:  cli
    call eoi
    SERVICE_LEAVE

# In: AL = byte from the keyboard. BL keeps the prefix bits of BDA_KEY_MODE.
key_event:
    cmp  $0xFA, %al                 # ACK to our LED command: now the LEDs themselves
    je   leds_second
    cmp  $0xFE, %al
    je   leds_give_up
    testb $KEY_TESTING, BDA_KEY_LEDS
    jnz  5f
    cmp  $0xE0, %al
    je   1f
    cmp  $0xE1, %al
    je   2f
    mov  BDA_KEY_MODE, %bl
    test $KEY_E1, %bl
    jnz  3f
    andb $~KEY_E0, BDA_KEY_MODE     # a prefix holds for one byte
    mov  %al, %bh
    and  $0x7F, %bh                 # BH = key; bit 7 of AL: released
    call modifier_key
    jnc  4f
    test $0x80, %al
    jnz  4f
    jmp  ordinary_key
1:  orb  $KEY_E0, BDA_KEY_MODE
    ret
2:  orb  $KEY_E1, BDA_KEY_MODE      # Pause: E1 1D 45 E1 9D C5
    ret
3:  and  $0x7F, %al
    cmp  $0x1D, %al
    je   4f
    andb $~KEY_E1, BDA_KEY_MODE
4:  ret
5:  cmp  $0xAA, %al                 # after a reset: "tested, and well"
    jne  4b
    andb $~KEY_TESTING, BDA_KEY_LEDS
    ret

# Shift, Ctrl, Alt and the locks. In: AL, BH, BL as above. Out: CF set if it is
# another key. A lock turns over when pressed, and not while it repeats.
modifier_key:
    cmp  $0x2A, %bh
    je   left_shift
    cmp  $0x36, %bh
    je   right_shift
    cmp  $0x1D, %bh
    je   ctrl_key
    cmp  $0x38, %bh
    je   alt_key
    mov  $KEY_CAPS, %ah
    cmp  $0x3A, %bh
    je   lock_key
    mov  $KEY_INSERT, %ah
    cmp  $0x52, %bh
    je   insert_key
    test $KEY_E0, %bl               # E0 45 and E0 46 are NumLk of old keyboards, Break
    jnz  1f
    mov  $KEY_NUM, %ah
    cmp  $0x45, %bh
    je   lock_key
    mov  $KEY_SCROLL, %ah
    cmp  $0x46, %bh
    je   scroll_key
1:  stc
    ret

left_shift:                         # E0 2A and E0 36 surround some keys: no shifts
    mov  $KEY_LSHIFT, %ah
    jmp  1f
right_shift:
    mov  $KEY_RSHIFT, %ah
1:  test $KEY_E0, %bl
    jnz  3f
    test $0x80, %al
    jnz  2f
    or   %ah, BDA_KEY_FLAGS
    clc
    ret
2:  not  %ah
    and  %ah, BDA_KEY_FLAGS
3:  clc
    ret

ctrl_key:
    mov  $0x0104, %dx               # DH: bit of the left key in BDA_KEY_FLAGS2,
    jmp  1f                         # DL: of either in BDA_KEY_FLAGS, of the right in MODE
alt_key:
    mov  $0x0208, %dx
1:  test $0x80, %al
    jnz  3f
    or   %dl, BDA_KEY_FLAGS
    test $KEY_E0, %bl
    jnz  2f
    or   %dh, BDA_KEY_FLAGS2
    clc
    ret
2:  or   %dl, BDA_KEY_MODE
    clc
    ret
3:  not  %dx                        # released: the flag stays while the other is down
    test $KEY_E0, %bl
    jnz  4f
    and  %dh, BDA_KEY_FLAGS2
    jmp  5f
4:  and  %dl, BDA_KEY_MODE
5:  not  %dx
    test %dh, BDA_KEY_FLAGS2
    jnz  6f
    test %dl, BDA_KEY_MODE
    jnz  6f
    not  %dl
    and  %dl, BDA_KEY_FLAGS
    cmp  $~KEY_ALT, %dl             # Alt let go: the number typed meanwhile is a key
    jne  6f
    xor  %ax, %ax
    xchg %al, BDA_ALT_CODE
    test %al, %al
    jz   6f
    call key_store
6:  clc
    ret

insert_key:                         # a lock, but also a key; and a digit with NumLk
    test $KEY_E0, %bl
    jnz  1f
    testb $KEY_NUM | KEY_ALT, BDA_KEY_FLAGS
    jnz  2f
1:  call lock_toggle
2:  stc
    ret
scroll_key:
    testb $KEY_CTRL, BDA_KEY_FLAGS  # Ctrl+Scroll Lock is Break
    jnz  2b
lock_key:
    call lock_toggle
    call leds_first
    clc
    ret
lock_toggle:                        # AH = its bit, in both flag bytes
    test $0x80, %al
    jnz  1f
    test %ah, BDA_KEY_FLAGS2        # held: this is a repetition
    jnz  2f
    or   %ah, BDA_KEY_FLAGS2
    xor  %ah, BDA_KEY_FLAGS
    ret
1:  not  %ah
    and  %ah, BDA_KEY_FLAGS2
2:  ret

# The LEDs take two bytes, and the keyboard acknowledges each by an interrupt: the
# first ACK sends the second byte, the second ACK finds nothing to do.
leds_first:
    testb $LEDS_PENDING, BDA_KEY_LEDS
    jnz  1f
    orb  $LEDS_PENDING, BDA_KEY_LEDS
    mov  $0xED, %al
    jmp  kbc_write
1:  ret
leds_second:
    testb $LEDS_PENDING, BDA_KEY_LEDS
    jz   1b
    andb $~LEDS_PENDING, BDA_KEY_LEDS
    mov  BDA_KEY_FLAGS, %al         # Scroll, Num, Caps: bits 4-6 -> 0-2
    shr  $4, %al
    and  $0x07, %al
    jmp  kbc_write
leds_give_up:
    andb $~(LEDS_PENDING | KEY_TESTING), BDA_KEY_LEDS
    ret
