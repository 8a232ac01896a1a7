# Intel's 82540EM network card, as far as booting needs it: frames sent and received one at
# a time, without interrupts.
#
# All that the network needs lies in one block of the E segment, which DS is below. ES has
# base 0 and a limit of 4 GiB, for the card's registers.
#
#   descriptor of 16 bytes: 0 address  8 bytes  B command (sending)  C status: bit 0 done
#
# Source: Intel, PCI/PCI-X Family of Gigabit Ethernet Controllers Software Developer's
# Manual, 317453, 3.2.3, 3.3.3, 13, 14.

    .set ID_E1000,      0x100E8086
    .set E1000_CTRL,    0x0000      # bit 26 resets, bit 6 sets the link up
    .set E1000_STATUS,  0x0008      # bit 1: the link is up
    .set E1000_IMC,     0x00D8
    .set E1000_RCTL,    0x0100
    .set E1000_TCTL,    0x0400
    .set E1000_RDBAL,   0x2800      # then the upper half, bytes, head (+10h), tail (+18h)
    .set E1000_TDBAL,   0x3800
    .set E1000_RAL,     0x5400
    .set RCTL_BOOT,     0x0400801A  # on, broadcasts too, 2 KiB each, without checksum; promiscuous
    .set TCTL_BOOT,     0x000400FA  # on, short frames filled up, collisions
    .set LINK_TICKS,    91          # five seconds
    .set RING_ENTRIES,  8
    .set RECEIVE_BYTES, 2048

# The block.
    .set NET_RECEIVE,   0x0000      # rings
    .set NET_SEND,      0x0080
    .set NET_CARD,      0x0100      # dword: its registers
    .set NET_HERE,      0x0104      # dword: linear address of the block
    .set NET_NEXT,      0x0108      # word: descriptor that receives next
    .set NET_TAIL,      0x010A      # word: descriptor that sends next
    .set NET_MAC,       0x010C      # 6 bytes
    .set NET_FRAME,     0x0200      # to be sent
    .set NET_FRAMES,    0x0800      # received
    .set NET_BYTES,     0x5100      # behind them what pxe.S keeps

# Looks for a card and starts it. Out: CF clear, DS = the block, ES flat; or CF set. Changes
# everything.
e1000_start:
    or   $-1, %bx
1:  call pci_next
    jc   9f
    cmp  $ID_E1000, %eax
    jne  1b
    mov  $PCI_COMMAND, %di
    call pci_read_word
    or   $PCI_MASTER, %al
    call pci_write_word
    mov  $PCI_BAR0, %di
    call pci_read
    and  $~15, %eax
    jz   9f
    mov  %eax, %esi
    mov  BDA_EBDA, %ds
    mov  $NET_BYTES, %ecx
    mov  $16, %eax
    call low_allocate
    jc   9f
    mov  %edi, %eax
    shr  $4, %eax
    mov  %ax, %ds
    mov  %ax, %es
    mov  %edi, %ebp
    xor  %di, %di
    xor  %eax, %eax
    mov  $NET_BYTES / 4, %cx
    rep stosl
    mov  %esi, NET_CARD
    mov  %ebp, NET_HERE
    call es_flat

    mov  $0x04000000, %eax          # reset
    mov  $E1000_CTRL, %ebx
    call e1000_write
    mov  $0x0040, %eax
    call e1000_write
    or   $-1, %eax
    mov  $E1000_IMC, %ebx
    call e1000_write
    mov  $E1000_RAL, %ebx
    call e1000_read
    mov  %eax, NET_MAC
    add  $4, %bx
    call e1000_read
    mov  %ax, NET_MAC + 4

    xor  %si, %si                   # eight places to receive
    lea  NET_FRAMES(%ebp), %eax
2:  mov  %eax, NET_RECEIVE(%si)
    add  $RECEIVE_BYTES, %eax
    add  $16, %si
    cmp  $RING_ENTRIES * 16, %si
    jb   2b
    mov  $E1000_RDBAL, %ebx
    mov  %ebp, %eax
    call e1000_ring
    mov  $RING_ENTRIES - 1, %eax    # all but one are the card's
    call e1000_write
    mov  $E1000_TDBAL, %ebx
    lea  NET_SEND(%ebp), %eax
    call e1000_ring
    mov  $RCTL_BOOT, %eax
    mov  $E1000_RCTL, %ebx
    call e1000_write
    mov  $TCTL_BOOT, %eax
    mov  $E1000_TCTL, %ebx
    call e1000_write
    call net_ticks                  # until the cable's other end is there
    mov  %ax, %dx
3:  mov  $E1000_STATUS, %ebx
    call e1000_read
    test $2, %al
    jnz  4f                         # CF clear
    hlt
    call net_ticks
    sub  %dx, %ax
    cmp  $LINK_TICKS, %ax
    jb   3b
9:  stc
4:  ret

# In: EBX = the ring's first register, EAX = its address. Out: EBX = its tail. Changes EAX.
e1000_ring:
    call e1000_write
    xor  %eax, %eax
    add  $4, %ebx
    call e1000_write
    mov  $RING_ENTRIES * 16, %eax
    add  $4, %ebx
    call e1000_write
    xor  %eax, %eax
    add  $8, %ebx                   # head
    call e1000_write
    add  $8, %ebx
    jmp  e1000_write

# No more frames into memory that will be somebody else's.
e1000_stop:
    xor  %eax, %eax
    mov  $E1000_RCTL, %ebx
    call e1000_write
    mov  $E1000_TCTL, %ebx
    jmp  e1000_write

e1000_write:                        # EAX to register EBX
    push %ebx
    add  NET_CARD, %ebx
    mov  %eax, %es:(%ebx)
    pop  %ebx
    ret
e1000_read:                         # register EBX -> EAX
    push %ebx
    add  NET_CARD, %ebx
    mov  %es:(%ebx), %eax
    pop  %ebx
    ret

# Sends the CX bytes at NET_FRAME and waits until they have gone, two ticks at most. Changes EAX,
# EBX, DX, SI.
e1000_send:
    mov  NET_TAIL, %si
    shl  $4, %si
    mov  NET_HERE, %eax
    add  $NET_FRAME, %eax
    mov  %eax, NET_SEND(%si)
    movzwl %cx, %eax
    or   $0x0B000000, %eax          # the end of a frame, with a check sequence; report it
    mov  %eax, NET_SEND + 8(%si)
    movl $0, NET_SEND + 12(%si)
    mov  NET_TAIL, %ax
    inc  %ax
    and  $RING_ENTRIES - 1, %ax
    mov  %ax, NET_TAIL
    movzwl %ax, %eax
    mov  $E1000_TDBAL + 0x18, %ebx
    call e1000_write
    call net_ticks
    mov  %ax, %dx
1:  testb $1, NET_SEND + 12(%si)
    jnz  2f
    call net_ticks
    sub  %dx, %ax
    cmp  $2, %ax
    jbe  1b
2:  ret

# Out: CF clear, SI = a frame, CX = its bytes; it must be given back. CF set: none came. Changes BX.
e1000_frame:
    mov  NET_NEXT, %bx
    mov  %bx, %si
    shl  $4, %bx
    testb $1, NET_RECEIVE + 12(%bx)
    jz   1f
    mov  NET_RECEIVE + 8(%bx), %cx
    imul $RECEIVE_BYTES, %si, %si
    add  $NET_FRAMES, %si           # CF clear
    clc
    ret
1:  stc
    ret

e1000_give_back:                    # changes EAX, EBX
    mov  NET_NEXT, %bx
    push %bx
    shl  $4, %bx
    movl $0, NET_RECEIVE + 8(%bx)
    movl $0, NET_RECEIVE + 12(%bx)
    pop  %ax
    movzwl %ax, %eax
    mov  $E1000_RDBAL + 0x18, %ebx
    call e1000_write
    inc  %ax
    and  $RING_ENTRIES - 1, %ax
    mov  %ax, NET_NEXT
    ret
