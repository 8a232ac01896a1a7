# What a program that our network boot loaded finds: PXE's entry points, its datagrams and
# the answers of DHCP. pxelinux lives on this.
#
#   !PXE    0 mark  4 bytes 58  5 sum  10 entry (stack)  14 none  18 status call, -1 none
#           20 eight descriptors of 8 bytes: segment, linear address (dword), size
#   PXENV+  0 mark  6 version  8 bytes 2C  9 sum  0A entry (registers)  28 !PXE
#
# A function gets a structure whose first word is its answer, 0 if all is well; AX is 0 or 1.
# By !PXE: number, offset and segment are on the stack; by PXENV+ in BX, ES:DI.
# Source: Intel, Preboot Execution Environment 2.1, 3.1 (!PXE), 3.2 (cached packets), 3.4 (UDP), 4.2
# (UNDI), 4.4.5 (state of a program that starts). Not done: TFTP, packets of the UNDI, protected
# mode, virtual-8086 mode.

    .set NET_ACK,       0x4800      # the answer of DHCP
    .set NET_ACK_MOST,  0x0600
    .set NET_DISCOVER,  0x4E00      # what we asked first
    .set NET_PXENV,     0x5000
    .set NET_BANG,      0x5030
    .set PXENV_BYTES,   0x2C
    .set BANG_BYTES,    0x58
    .set PXE_UNSUPPORTED, 3
    .set PXE_FAILURE,   1
    .set UDP_MOST,      1472
    .set OUR_UDP_PORT,  0x1508      # 2069, where a caller names none
    .set READ_TRIES,    16
    .set PXE_CODE_BYTES, 0xFFFF

# In: SI = a frame with the answer. Keeps it in NET_ACK. Changes AX, CX, SI, DI.
pxe_keep_answer:
    mov  UDP + 4(%si), %cx
    xchg %cl, %ch
    sub  $8, %cx
    cmp  $NET_ACK_MOST, %cx
    jbe  1f
    mov  $NET_ACK_MOST, %cx
1:  mov  %cx, NET_ACK_BYTES
    add  $DATA, %si
    mov  $NET_ACK, %di
    jmp  pxe_copy
# The same of what is in NET_FRAME, our first question.
pxe_keep_question:
    mov  $NET_FRAME + DATA, %si
    mov  $NET_DISCOVER, %di
    mov  $BOOTP_BYTES + 40, %cx
pxe_copy:
    push %es
    push %ds
    pop  %es
    rep movsb
    pop  %es
    ret

# Makes the two structures. Changes EAX, CX, SI, DI.
pxe_structures:
    mov  %ds, %ax
    push %ds
    mov  $BDA_SEGMENT, %si
    mov  %si, %ds
    mov  BDA_EBDA, %ds
    mov  %ax, EBDA_NET
    pop  %ds
    movl $0x4E455850, NET_PXENV             # "PXEN"
    movl $0x02012B56, NET_PXENV + 4         # "V+", 2.1
    movw $PXENV_BYTES, NET_PXENV + 8
    movw $pxenv_entry, NET_PXENV + 0x0A
    movw $BIOS_SEGMENT, NET_PXENV + 0x0C
    movw $BIOS_SEGMENT, NET_PXENV + 0x18
    movw $PXE_CODE_BYTES, NET_PXENV + 0x1A
    mov  %ds, NET_PXENV + 0x1C
    movw $NET_BYTES, NET_PXENV + 0x1E
    movw $NET_BANG, NET_PXENV + 0x28
    mov  %ds, NET_PXENV + 0x2A
    movl $0x45585021, NET_BANG              # "!PXE"
    movw $BANG_BYTES, NET_BANG + 4
    movw $pxe_entry, NET_BANG + 0x10
    movw $BIOS_SEGMENT, NET_BANG + 0x12
    movl $-1, NET_BANG + 0x18
    movb $7, NET_BANG + 0x1D
    mov  $NET_BANG + 0x28, %di              # UNDI data, code, code; base code's
    mov  $2, %cx
1:  mov  %ds, (%di)
    mov  NET_HERE, %eax
    mov  %eax, 2(%di)
    movw $NET_BYTES, 6(%di)
    movw $BIOS_SEGMENT, 8(%di)
    movl $BIOS_SEGMENT << 4, 10(%di)
    movw $PXE_CODE_BYTES, 14(%di)
    add  $24, %di                           # the copy that is written to: none
    loop 1b
    mov  $NET_PXENV, %si
    mov  $PXENV_BYTES, %cx
    call pxe_sum
    mov  %al, NET_PXENV + 9
    mov  $NET_BANG, %si
    mov  $BANG_BYTES, %cx
    call pxe_sum
    mov  %al, NET_BANG + 5
    ret

# Out: AL = what makes the CX bytes at SI add up to 0.
pxe_sum:
    xor  %al, %al
1:  sub  (%si), %al
    inc  %si
    loop 1b
    ret

# Starts what was loaded. In: DS = the block. It may return: then the next device is tried.
pxe_start:
    call pxe_structures
    call es_small
    mov  %ds, %cx
    mov  NET_HERE, %edx
    add  $NET_PXENV, %edx
    mov  $BOOT_ADDRESS, %sp
    push %cx
    push $NET_BANG
    push $BIOS_SEGMENT
    push $int18
    push $0
    push $BOOT_ADDRESS
    xor  %eax, %eax
    mov  %ax, %ds
    mov  %ax, %fs
    mov  %ax, %gs
    mov  %cx, %es
    mov  $NET_PXENV, %ebx
    xor  %ecx, %ecx
    xor  %esi, %esi
    xor  %edi, %edi
    xor  %ebp, %ebp
    movzwl %sp, %esp
    lret

# INT 1Ah AX=5650h: where they are. Out: AX = 564Eh, ES:BX, EDX; CF set if there are none.
pxe_service:
    mov  BDA_EBDA, %ds
    mov  EBDA_NET, %ax
    test %ax, %ax
    jz   1f
    mov  %ax, R_ES(%bp)
    movw $NET_PXENV, R_BX(%bp)
    movzwl %ax, %eax
    shl  $4, %eax
    add  $NET_PXENV, %eax
    mov  %eax, R_EDX(%bp)
    movw $0x564E, R_AX(%bp)
    andb $~FLAG_CF, R_FLAGS(%bp)
    SERVICE_LEAVE
1:  orb  $FLAG_CF, R_FLAGS(%bp)
    SERVICE_LEAVE

pxe_entry:
    push %bp
    mov  %sp, %bp
    push %es
    push %di
    push %bx
    mov  6(%bp), %bx
    les  8(%bp), %di
    call pxe_serve
    pop  %bx
    pop  %di
    pop  %es
    pop  %bp
    lret

pxenv_entry:
    call pxe_serve
    lret

# In: BX = function, ES:DI = its structure. Out: AX. A function finds FS:DI, DS = the block, ES flat,
# and answers its status in AX; it may change everything but DS, ES, FS, BP.
pxe_serve:
    pushal
    push %ds
    push %es
    push %fs
    pushf
    mov  %sp, %bp
    cld
    sti
    push %es
    pop  %fs
    push $BDA_SEGMENT
    pop  %ds
    mov  BDA_EBDA, %ds
    mov  EBDA_NET, %ds
    call es_flat
    mov  $pxe_functions, %si
1:  mov  %cs:(%si), %ax
    add  $4, %si
    test %ax, %ax
    jz   2f
    cmp  %bx, %ax
    jne  1b
2:  push %di
    call *%cs:-2(%si)
    pop  %di
    mov  %ax, %fs:(%di)
    test %ax, %ax
    jz   3f
    mov  $1, %ax
3:  mov  %ax, 8 + R_AX(%bp)
    call es_small
    popf
    pop  %fs
    pop  %es
    pop  %ds
    popal
    ret

pxe_functions:
    .word 0x71, pxe_cached
    .word 0x30, pxe_good            # UDP: open
    .word 0x31, pxe_good            # close
    .word 0x32, pxe_udp_read
    .word 0x33, pxe_udp_write
    .word 0x0C, pxe_undi_information
    .word 0x13, pxe_undi_interface
    .word 0x12, pxe_undi_card
    .word 0x01, pxe_good            # UNDI: start up,
    .word 0x03, pxe_good            # initialize
    .word 0x05, pxe_shutdown
    .word 0x15, pxe_good            # stop: all that was started is off by then
    .word 0x70, pxe_good            # unload the stack
    .word 0x76, pxe_good            # stop the base code
    .word 0, pxe_unsupported

pxe_unsupported:
    mov  $PXE_UNSUPPORTED, %ax
    ret
pxe_shutdown:
    call e1000_stop
pxe_good:
    xor  %ax, %ax
    ret

# 2 which: 1 the question, 2 and 3 the answer   4 bytes   6 buffer, far   0A its limit
pxe_cached:
    mov  $NET_DISCOVER, %si
    mov  $BOOTP_BYTES + 40, %cx
    mov  %fs:2(%di), %ax
    dec  %ax
    jz   1f
    mov  $NET_ACK, %si
    mov  NET_ACK_BYTES, %cx
    cmp  $2, %ax
    ja   pxe_unsupported
1:  cmpw $0, %fs:4(%di)             # no buffer: here it is
    jne  2f
    mov  %cx, %fs:4(%di)
    mov  %si, %fs:6(%di)
    mov  %ds, %fs:8(%di)
    mov  %cx, %fs:0x0A(%di)
    jmp  pxe_good
2:  cmp  %fs:4(%di), %cx
    jbe  3f
    mov  %fs:4(%di), %cx
3:  mov  %cx, %fs:4(%di)
    les  %fs:6(%di), %di
    rep movsb
    jmp  pxe_flat_again

# Restores ES, whose limit stayed. Out: AX = 0.
pxe_flat_again:
    xor  %ax, %ax
    mov  %ax, %es
    ret

# 2 to   6 gateway   0A our port   0C theirs   0E bytes   10 buffer, far
pxe_udp_write:
    mov  %fs:0x0E(%di), %cx
    cmp  $UDP_MOST, %cx
    ja   pxe_unsupported
    mov  %fs:2(%di), %eax
    mov  %eax, NET_TO
    mov  %fs:0x0A(%di), %ax
    test %ax, %ax
    jnz  1f
    mov  $OUR_UDP_PORT, %ax
1:  mov  %ax, NET_OUR_PORT
    mov  %fs:0x0C(%di), %ax
    mov  %ax, NET_TO_PORT
    push %cx
    push %ds
    push %ds
    pop  %es
    lds  %fs:0x10(%di), %si
    mov  $NET_FRAME + DATA, %di
    rep movsb
    pop  %ds
    pop  %cx
    call pxe_flat_again
    call udp_send
    mov  $PXE_FAILURE, %ax
    jc   2f
    xor  %ax, %ax
2:  ret

# 2 from   6 to us, 0 any address   0A their port   0C ours, 0 any   0E bytes   10 buffer, far. Does not wait.
pxe_udp_read:
    mov  %fs:0x0C(%di), %ax
    mov  %ax, NET_OUR_PORT
    mov  $READ_TRIES, %dx
1:  call e1000_frame
    jc   9f
    push %dx
    push %di
    call net_frame
    pop  %di
    pop  %dx
    jc   2f
    mov  %fs:6(%di), %eax           # of the frame: -0C address to, -10 from, -6 port to
    test %eax, %eax
    jz   3f
    cmp  %eax, -0x0C(%si)
    je   3f
2:  call e1000_give_back
    dec  %dx
    jnz  1b
9:  mov  $PXE_FAILURE, %ax
    ret
3:  mov  -0x10(%si), %eax
    mov  %eax, %fs:2(%di)
    mov  -0x0C(%si), %eax
    mov  %eax, %fs:6(%di)
    mov  NET_FROM_PORT, %ax
    mov  %ax, %fs:0x0A(%di)
    mov  -6(%si), %ax
    mov  %ax, %fs:0x0C(%di)
    cmp  %fs:0x0E(%di), %cx
    jbe  4f
    mov  %fs:0x0E(%di), %cx
4:  mov  %cx, %fs:0x0E(%di)
    les  %fs:0x10(%di), %di
    rep movsb
    call pxe_flat_again
    call e1000_give_back
    xor  %ax, %ax
    ret

# 2 port  4 IRQ  6 largest frame  8 kind of network  0A bytes of an address  0C, 1C address, and the card's own
pxe_undi_information:
    movl $0, %fs:2(%di)
    movw $1500, %fs:6(%di)
    movw $1, %fs:8(%di)             # Ethernet
    movw $6, %fs:0x0A(%di)
    lea  0x0C(%di), %si
    call pxe_address
    lea  0x1C(%di), %si
    call pxe_address
    movw $0, %fs:0x2C(%di)
    movw $RING_ENTRIES, %fs:0x2E(%di)
    movw $1, %fs:0x30(%di)
    jmp  pxe_good
pxe_address:                        # 16 bytes at FS:SI
    mov  NET_MAC, %eax
    mov  %eax, %fs:(%si)
    movzwl NET_MAC + 4, %eax
    mov  %eax, %fs:4(%si)
    movl $0, %fs:8(%si)
    movl $0, %fs:12(%si)
    ret

# 2 name, 16 bytes   12 bits a second   16 what it can do
pxe_undi_interface:
    movl $0x65687445, %fs:2(%di)    # "Ethernet"
    movl $0x74656E72, %fs:6(%di)
    movl $0, %fs:10(%di)
    movl $0, %fs:14(%di)
    movl $1000000000, %fs:0x12(%di)
    movl $0x0000000F, %fs:0x16(%di) # to all, to groups, everything; not reset
    jmp  pxe_good

# 2 kind: 2 PCI   3 vendor  5 device  7 class, 3 bytes  0A revision  0B where  0D, 0F subsystem
pxe_undi_card:
    push %di
    or   $-1, %bx
1:  call pci_next
    jc   2f
    cmp  $ID_E1000, %eax
    jne  1b
    pop  %di
    mov  %eax, %fs:3(%di)
    movb $2, %fs:2(%di)
    movl $0x00000002, %fs:7(%di)    # a network card, Ethernet
    mov  %bx, %fs:0x0B(%di)
    movl $0xFFFFFFFF, %fs:0x0D(%di)
    jmp  pxe_good
2:  pop  %di
    jmp  pxe_unsupported
