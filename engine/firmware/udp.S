# Datagrams: Ethernet, ARP, IPv4 and UDP for one who boots. What is lost is asked for again
# by those above. Addresses and ports are kept as they go over the wire.
# Source: RFC 768, 791, 826, 894. Not done: fragments, options, checksums of UDP.

    .set NET_IP,        0x0120      # dword: ours
    .set NET_MASK,      0x0124      # dword
    .set NET_ROUTER,    0x0128      # dword
    .set NET_TO,        0x012C      # dword: where the next datagram goes,
    .set NET_TO_MAC,    0x0130      # 6 bytes: and whose that is
    .set NET_TO_PORT,   0x0136      # word
    .set NET_OUR_PORT,  0x0138      # word; 0: any
    .set NET_KNOWN,     0x013C      # dword: whom NET_TO_MAC belongs to
    .set NET_FROM_PORT, 0x0140      # word: of the last datagram that came
    .set NET_ASKED,     0x0144      # dword: whom ARP looks for
    .set NET_ACK_BYTES, 0x0158      # word: of DHCP's last answer (pxe.S)

    .set IP,            14          # in a frame
    .set UDP,           34
    .set DATA,          42
    .set ETHER_IP,      0x0008      # as they stand in memory
    .set ETHER_ARP,     0x0608
    .set ARP_BYTES,     42
    .set ANSWER_TICKS,  36          # two seconds
    .set ANSWER_POLLS,  20000

net_ticks:                          # -> AX
    push %ds
    push $BDA_SEGMENT
    pop  %ds
    mov  BDA_TICKS, %ax
    pop  %ds
    ret

# Sends CX bytes at NET_FRAME + DATA to NET_TO, port NET_TO_PORT. Out: CF set if nobody
# there answers to ARP. Changes EAX, EBX, ECX, EDX, SI, DI.
udp_send:
    push %cx
    call find_neighbour
    pop  %cx
    jc   2f
    call frame_head
    movw $ETHER_IP, NET_FRAME + 12
    add  $8, %cx                    # UDP
    movw $0, NET_FRAME + UDP + 6    # no checksum
    mov  %cx, %ax
    xchg %al, %ah
    mov  %ax, NET_FRAME + UDP + 4
    mov  NET_OUR_PORT, %ax
    mov  %ax, NET_FRAME + UDP
    mov  NET_TO_PORT, %ax
    mov  %ax, NET_FRAME + UDP + 2
    add  $20, %cx                   # IP
    mov  %cx, %ax
    xchg %al, %ah
    movw $0x0045, NET_FRAME + IP
    mov  %ax, NET_FRAME + IP + 2
    movl $0, NET_FRAME + IP + 4
    movl $0x00001140, NET_FRAME + IP + 8    # 64 hops, UDP
    mov  NET_IP, %eax
    mov  %eax, NET_FRAME + IP + 12
    mov  NET_TO, %eax
    mov  %eax, NET_FRAME + IP + 16
    xor  %ax, %ax                   # checksum: ones' complement of the sum
    mov  $NET_FRAME + IP, %si
    mov  $10, %dx
1:  add  (%si), %ax
    adc  $0, %ax
    add  $2, %si
    dec  %dx
    jnz  1b
    not  %ax
    mov  %ax, NET_FRAME + IP + 10
    add  $IP, %cx
    call e1000_send
    clc
2:  ret

# From us to NET_TO_MAC. Changes EAX.
frame_head:
    mov  NET_TO_MAC, %eax
    mov  %eax, NET_FRAME
    mov  NET_TO_MAC + 4, %ax
    mov  %ax, NET_FRAME + 4
    mov  NET_MAC, %eax
    mov  %eax, NET_FRAME + 6
    mov  NET_MAC + 4, %ax
    mov  %ax, NET_FRAME + 10
    ret

# Out: NET_TO_MAC = who is, or leads to, NET_TO; CF set if nobody does. The datagram at
# NET_FRAME + DATA is kept. Changes EAX, EBX, ECX, EDX, SI, DI.
find_neighbour:
    mov  NET_TO, %eax
    cmp  $-1, %eax
    je   4f
    mov  %eax, %ebx
    xor  NET_IP, %ebx
    and  NET_MASK, %ebx
    jz   1f
    mov  NET_ROUTER, %eax           # not on our cable
1:  cmp  NET_KNOWN, %eax
    je   5f
    mov  %eax, NET_ASKED
    mov  $3, %di                    # tries
2:  push %di
    call arp_request
    mov  $ANSWER_TICKS, %dx
    call net_wait                   # which learns answers
    pop  %di
    mov  NET_ASKED, %eax
    cmp  NET_KNOWN, %eax
    je   5f
    dec  %di
    jnz  2b
    stc
    ret
4:  movl $-1, NET_TO_MAC
    movw $-1, NET_TO_MAC + 4
    movl $0, NET_KNOWN
5:  clc
    ret

# Asks everybody for NET_ASKED. The bytes of NET_FRAME that this needs end where data begin.
arp_request:
    movl $-1, NET_TO_MAC
    movw $-1, NET_TO_MAC + 4
    movl $0, NET_KNOWN
    mov  $0x0100, %bx               # a request
    xor  %eax, %eax
    mov  %eax, NET_FRAME + 32
    mov  %ax, NET_FRAME + 36
    mov  NET_ASKED, %eax
    mov  %eax, NET_FRAME + 38
arp_send:                           # BX = kind; 32: whom it is for
    call frame_head
    movw $ETHER_ARP, NET_FRAME + 12
    movl $0x00080100, NET_FRAME + 14        # Ethernet, IP
    movw $0x0406, NET_FRAME + 18    # addresses of 6 and 4 bytes
    mov  %bx, NET_FRAME + 20
    mov  NET_MAC, %eax
    mov  %eax, NET_FRAME + 22
    mov  NET_MAC + 4, %ax
    mov  %ax, NET_FRAME + 26
    mov  NET_IP, %eax
    mov  %eax, NET_FRAME + 28
    mov  $ARP_BYTES, %cx
    jmp  e1000_send

# Waits DX ticks for a datagram to our port, or for ARP's answer if NET_ASKED is not 0. Out: CF
# clear, SI = data, CX = bytes, its frame to be given back; CF set: none came. Changes EAX,
# EBX, ECX, DI.
net_wait:
    push %bp
    mov  $ANSWER_POLLS, %bp         # answers that are near come soon;
    call net_ticks
    mov  %ax, %di
1:  call e1000_frame
    jc   2f
    call net_frame
    jnc  4f
    call e1000_give_back
    mov  NET_ASKED, %eax
    test %eax, %eax
    jz   2f
    cmp  NET_KNOWN, %eax
    je   3f
2:  sub  $1, %bp
    jnc  5f
    xor  %bp, %bp
    hlt                             # for others a look at each tick is enough
5:  call net_ticks
    sub  %di, %ax
    cmp  %dx, %ax
    jb   1b
3:  stc
4:  pop  %bp
    ret

# In: SI = frame, CX = bytes. Out: CF clear, SI = data, CX = bytes, if it is a datagram for us. Takes
# care of ARP. Changes EAX, EBX, CX, SI.
net_frame:
    cmp  $ARP_BYTES, %cx
    jb   9f
    cmpw $ETHER_ARP, 12(%si)
    je   arp_frame
    cmpw $ETHER_IP, 12(%si)
    jne  9f
    cmpb $0x45, IP(%si)             # without options
    jne  9f
    cmpb $17, IP + 9(%si)
    jne  9f
    testw $0xFF3F, IP + 6(%si)      # a fragment
    jnz  9f
    mov  NET_OUR_PORT, %ax
    test %ax, %ax
    jz   1f
    cmp  UDP + 2(%si), %ax
    jne  9f
1:
    mov  UDP(%si), %ax
    mov  %ax, NET_FROM_PORT
    mov  UDP + 4(%si), %ax
    xchg %al, %ah
    sub  $8, %ax
    jb   9f
    sub  $DATA, %cx
    cmp  %cx, %ax                   # it says more than there is
    ja   9f
    mov  %ax, %cx
    add  $DATA, %si
    clc
    ret
9:  stc
    ret

arp_frame:                          # who has 38; says 22, 28
    mov  28(%si), %eax
    cmp  NET_ASKED, %eax
    jne  1f
    mov  %eax, NET_KNOWN
    mov  22(%si), %ebx
    mov  %ebx, NET_TO_MAC
    mov  26(%si), %bx
    mov  %bx, NET_TO_MAC + 4
1:  mov  38(%si), %eax              # somebody asks for us
    test %eax, %eax
    jz   2f
    cmp  NET_IP, %eax
    jne  2f
    cmpw $0x0100, 20(%si)
    jne  2f
    pusha
    pushl NET_TO_MAC
    pushw NET_TO_MAC + 4
    mov  22(%si), %eax
    mov  %eax, NET_TO_MAC
    mov  %eax, NET_FRAME + 32
    mov  26(%si), %eax
    mov  %ax, NET_TO_MAC + 4
    mov  %eax, NET_FRAME + 36
    mov  30(%si), %ax
    mov  %ax, NET_FRAME + 40
    mov  $0x0200, %bx
    call arp_send
    popw NET_TO_MAC + 4
    popl NET_TO_MAC
    popa
2:  stc
    ret
