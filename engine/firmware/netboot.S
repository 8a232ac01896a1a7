# Our own network boot, for a card without a ROM: an address and a file's name by DHCP, the
# file by TFTP to 7C00, and a jump there.
#
#   DHCP  0 op 1 asks 2 answers  4 number  10 your address  14 next server  1C hardware address
#         6C file  EC 63 82 53 63  F0 options: 1 mask  3 router  35 kind  36 server  42 TFTP
#         server's name  43 file  FF end
#   TFTP  0 what: 1 read 3 data 4 got it 5 error   2 block   4 data, 512 bytes but for the last
#
# Source: RFC 2131, 2132, 1350; Intel, Preboot Execution Environment 2.1, 2.2.2 (options), 4.4.1 (where
# the program starts; what it may ask for then is in pxe.S). Not done: menus, proxies.

    .set NET_NUMBER,    0x0148      # dword: of our conversation
    .set NET_SERVER_ID, 0x014C      # dword: who offers
    .set NET_SERVER,    0x0150      # dword: who has the file
    .set NET_BLOCK,     0x0154      # word: of the file, the next
    .set NET_PLACE,     0x0156      # word: segment where it goes
    .set NET_FILE,      0x0160      # its name, at most 127 characters and 0
    .set FILE_MOST,     127

    .set BOOTP_BYTES,   300
    .set DHCP_OPTIONS,  0xF0
    .set DHCP_COOKIE,   0x63538263
    .set DHCP_DISCOVER, 1
    .set DHCP_OFFER,    2
    .set DHCP_REQUEST,  3
    .set DHCP_ACK,      5
    .set SERVER_PORT,   0x4300      # 67, 68, 69, as they stand in memory
    .set CLIENT_PORT,   0x4400
    .set TFTP_PORT,     0x4500
    .set OUR_TFTP_PORT, 0x0108      # 2049
    .set NET_TRIES,     4

# In: FS = extended data area. Comes back if nothing was booted.
boot_own_network:
    push %ds
    call e1000_start
    jc   8f
    mov  $msg_asking, %si
    call say
    call dhcp
    mov  $msg_no_address, %si
    jc   7f
    mov  $msg_loading, %si
    call say
    mov  $NET_FILE, %si
1:  lodsb
    test %al, %al
    jz   2f
    call *%di
    jmp  1b
2:  mov  $msg_newline, %si
    call say
    call tftp
    mov  $msg_no_file, %si
    jc   7f
    jmp  pxe_start
7:  push %si
    call e1000_stop
    pop  %si
    call say
    call es_small
8:  pop  %ds
    ret

# An address. Out: NET_IP and the rest, NET_FILE; or CF set. Changes everything but DS, ES, FS.
dhcp:
    mov  NET_MAC + 2, %eax          # a number that others on the cable will not have
    call net_ticks
    mov  %eax, NET_NUMBER
    movw $CLIENT_PORT, NET_OUR_PORT
    movw $SERVER_PORT, NET_TO_PORT
    mov  $NET_TRIES, %cx
1:  push %cx
    movl $-1, NET_TO
    mov  $DHCP_DISCOVER, %al
    mov  $DHCP_OFFER, %ah
    call dhcp_ask
    jc   2f
    call pxe_keep_question
    mov  $DHCP_REQUEST, %al
    mov  $DHCP_ACK, %ah
    call dhcp_ask
2:  pop  %cx
    jnc  3f
    loop 1b
    stc
    ret
3:  mov  DATA + 0x10(%si), %eax
    mov  %eax, NET_IP
    call pxe_keep_answer
    call e1000_give_back
    cmpb $1, NET_FILE               # CF set if there is none
    ret

# In: AL = what to send, AH = which answer to wait for. Out: CF clear, SI = the answer's frame, to be
# given back if it is the last; what it says is noted. CF set: none. Changes everything.
dhcp_ask:
    push %ax
    call dhcp_message
    call udp_send
    pop  %ax
1:  mov  $2 * ANSWER_TICKS, %dx
    push %ax
    call net_wait
    pop  %ax
    jc   3f
    sub  $DATA, %si
    cmp  $DHCP_OPTIONS + 4, %cx
    jb   2f
    cmpb $2, DATA(%si)
    jne  2f
    mov  DATA + 4(%si), %ebx
    cmp  NET_NUMBER, %ebx
    jne  2f
    cmpl $DHCP_COOKIE, DATA + DHCP_OPTIONS - 4(%si)
    jne  2f
    push %ax
    call dhcp_read
    pop  %bx
    cmp  %bh, %al
    jne  4f
    cmp  $DHCP_ACK, %al
    je   3f                         # CF clear
    push %si
    call e1000_give_back
    pop  %si
    clc
3:  ret
4:  mov  %bx, %ax
2:  push %ax
    call e1000_give_back
    pop  %ax
    jmp  1b

# In: AL = kind. Out: a message at NET_FRAME + DATA, CX = its bytes. Changes EAX, CX, DI.
dhcp_message:
    push %es
    push %ds
    pop  %es
    push %ax
    mov  $NET_FRAME + DATA, %di
    mov  $BOOTP_BYTES / 4 + 10, %cx
    xor  %eax, %eax
    rep stosl
    movl $0x00060101, NET_FRAME + DATA      # asks, by Ethernet
    mov  NET_NUMBER, %eax
    mov  %eax, NET_FRAME + DATA + 4
    movw $0x0080, NET_FRAME + DATA + 10     # answer to everybody, please
    mov  NET_MAC, %eax
    mov  %eax, NET_FRAME + DATA + 0x1C
    mov  NET_MAC + 4, %ax
    mov  %ax, NET_FRAME + DATA + 0x20
    movl $DHCP_COOKIE, NET_FRAME + DATA + DHCP_OPTIONS - 4
    mov  $NET_FRAME + DATA + DHCP_OPTIONS, %di
    mov  $0x0135, %ax
    stosw
    pop  %ax
    stosb
    cmp  $DHCP_DISCOVER, %al
    je   1f
    mov  $0x0432, %ax               # the address that was offered, and by whom
    stosw
    mov  NET_IP, %eax
    stosl
    mov  $0x0436, %ax
    stosw
    mov  NET_SERVER_ID, %eax
    stosl
    movl $0, NET_IP                 # not ours yet
1:  mov  $0x0437, %ax               # what we want to know
    stosw
    mov  $0x43420301, %eax
    stosl
    mov  $0x025D, %ax               # we are a PC with a BIOS
    stosw
    xor  %ax, %ax
    stosw
    mov  $0x093C, %ax
    stosw
    push %si
    mov  $text_client, %si
    mov  $9, %cx
    rep movsb %cs:(%si), %es:(%di)
    pop  %si
    mov  $0xFF, %al
    stosb
    mov  $BOOTP_BYTES + 40, %cx
    pop  %es
    ret
text_client: .ascii "PXEClient"

# In: SI = frame, CX = bytes of the message. Out: AL = its kind; NET_SERVER_ID, NET_MASK, NET_ROUTER,
# NET_SERVER, NET_FILE as it says; of an offer NET_IP. Keeps SI. Changes EAX, BX, CX, DX, DI.
dhcp_read:
    push %si
    mov  %si, %dx
    add  $DATA, %dx
    add  %cx, %dx                   # where it ends
    mov  DATA + 0x14(%si), %eax
    mov  %eax, NET_SERVER
    xor  %bl, %bl                   # kind
    push %si
    add  $DATA + 0x6C, %si
    mov  $FILE_MOST, %cx
    call dhcp_file
    pop  %si
    add  $DATA + DHCP_OPTIONS, %si
1:  cmp  %dx, %si
    jae  9f
    lodsb
    test %al, %al                   # nothing
    jz   1b
    cmp  $0xFF, %al
    je   9f
    cmp  %dx, %si
    jae  9f
    movzbw (%si), %cx
    inc  %si
    mov  %dx, %di
    sub  %si, %di
    cmp  %di, %cx                   # longer than what is left
    ja   9f
    mov  (%si), %edi
    cmp  $0x35, %al
    jne  2f
    mov  (%si), %bl
2:  cmp  $0x36, %al
    jne  3f
    mov  %edi, NET_SERVER_ID
    cmpl $0, NET_SERVER
    jne  3f
    mov  %edi, NET_SERVER
3:  cmp  $0x01, %al
    jne  4f
    mov  %edi, NET_MASK
4:  cmp  $0x03, %al
    jne  5f
    mov  %edi, NET_ROUTER
5:  cmp  $0x43, %al
    jne  6f
    call dhcp_file
6:  add  %cx, %si
    jmp  1b
9:  pop  %si
    cmp  $DHCP_OFFER, %bl
    jne  7f
    mov  DATA + 0x10(%si), %eax
    mov  %eax, NET_IP
7:  mov  %bl, %al
    ret

# In: SI = a name of at most CX characters. Out: NET_FILE, if it is not empty. Keeps the rest.
dhcp_file:
    cmpb $0, (%si)
    je   3f
    pusha
    cmp  $FILE_MOST, %cx
    jbe  1f
    mov  $FILE_MOST, %cx
1:  mov  $NET_FILE, %di
2:  mov  (%si), %al
    mov  %al, (%di)
    inc  %si
    inc  %di
    test %al, %al
    loopnz 2b
    movb $0, (%di)
    popa
3:  ret

# Loads NET_FILE from NET_SERVER to 7C00. Out: CF set if it did not come as a whole. Changes
# everything but DS, FS.
tftp:
    movw $BOOT_ADDRESS >> 4, NET_PLACE
    movw $1, NET_BLOCK
    movw $OUR_TFTP_PORT, NET_OUR_PORT
    mov  NET_SERVER, %eax
    mov  %eax, NET_TO
    movw $TFTP_PORT, NET_TO_PORT
    mov  $NET_FRAME + DATA, %di     # please read: name, "octet"
    movw $0x0100, (%di)
    add  $2, %di
    mov  $NET_FILE, %si
1:  mov  (%si), %al
    mov  %al, (%di)
    inc  %si
    inc  %di
    test %al, %al
    jnz  1b
    movl $0x6574636F, (%di)         # "octe"
    movw $0x0074, 4(%di)            # "t"
    lea  6 - NET_FRAME - DATA(%di), %cx
2:  mov  $NET_TRIES, %di
3:  push %cx
    push %di
    call udp_send
    pop  %di
    pop  %cx
    jc   9f
4:  mov  $ANSWER_TICKS, %dx
    push %cx
    push %di
    call net_wait
    jc   6f
    cmp  $4, %cx
    jb   5f
    cmpw $0x0500, (%si)
    je   8f
    cmpw $0x0300, (%si)
    jne  5f
    mov  2(%si), %ax
    xchg %al, %ah
    cmp  NET_BLOCK, %ax
    je   7f
5:  call e1000_give_back            # an old one, or none of this
    pop  %di
    pop  %cx
    jmp  4b
6:  pop  %di                        # say it again
    pop  %cx
    dec  %di
    jnz  3b
9:  stc
    ret
8:  call e1000_give_back
    add  $4, %sp
    stc
    ret
7:  cmp  $4 + 512, %cx
    ja   8b
    add  $4, %sp
    mov  NET_FROM_PORT, %ax         # from now on the server's port is this
    mov  %ax, NET_TO_PORT
    sub  $4, %cx
    add  $4, %si
    push %cx
    call tftp_keep
    pop  %cx
    pushf
    call e1000_give_back
    popf
    jc   9b
    mov  NET_BLOCK, %ax
    xchg %al, %ah
    movw $0x0400, NET_FRAME + DATA
    mov  %ax, NET_FRAME + DATA + 2
    incw NET_BLOCK
    cmp  $512, %cx
    mov  $4, %cx
    je   2b
    call udp_send                   # the last one
    clc
    ret

# Puts the CX bytes at SI where they belong. Out: CF set if there is no room. Changes EAX, CX, SI,
# DI.
tftp_keep:
    push $BDA_SEGMENT
    pop  %es
    mov  %es:BDA_BASE_KB, %ax
    shl  $6, %ax
    sub  $0x20, %ax                 # paragraphs of a block
    cmp  NET_PLACE, %ax
    jb   1f
    mov  NET_PLACE, %es
    xor  %di, %di
    rep movsb
    addw $0x20, NET_PLACE
    clc
1:  pushf
    xor  %ax, %ax
    mov  %ax, %es                   # flat again: its limit stays
    popf
    ret

msg_asking:     .asciz "Asking the network for an address\n"
msg_loading:    .asciz "Loading "
msg_no_address: .asciz "Nobody there says what to boot\n"
msg_no_file:    .asciz "The file did not come\n"
