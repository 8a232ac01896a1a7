# INT 15h AH=87h: copy memory above 1 MiB, which real mode cannot reach. The BIOS
# goes to protected mode and comes back.
# In: CX = words (at most 8000h), ES:SI = a descriptor table of six entries:
#
#   00 null   08 this table   10 source   18 target   20 our code   28 a 64 KiB segment
#
# The caller fills 10 and 18, we the rest. Out: AH = 0, or 02 on an exception.
# Source: IBM PC AT Technical Reference, section 5, BLOCKMOVE; RBIL INT 15h AH=87h.

    .set MOVE_SELF,   0x08
    .set MOVE_SOURCE, 0x10
    .set MOVE_TARGET, 0x18
    .set MOVE_CODE,   0x20
    .set MOVE_REAL,   0x28

block_move:
    call a20_state
    setz %al                        # closed: open it for the copy
    movzbw %al, %ax
    push %ax
    jnz  1f
    call a20_enable
1:  push %ds
    mov  %es, %ax
    mov  %ax, %ds                   # DS:SI = the table
    movzwl %ax, %eax
    shl  $4, %eax
    mov  R_SI(%bp), %si
    movzwl %si, %edx
    add  %edx, %eax                 # EAX = its linear address

    movw $0x2F, MOVE_SELF(%si)
    mov  %eax, MOVE_SELF + 2(%si)
    movl $0x0000FFFF, MOVE_CODE(%si)        # base F0000, limit FFFF, code
    movl $0x00009B0F, MOVE_CODE + 4(%si)
    movl $0x0000FFFF, MOVE_REAL(%si)        # base 0, limit FFFF, data
    movl $0x00009300, MOVE_REAL + 4(%si)

    cli                             # interrupts have no handlers over there
    lgdtl MOVE_SELF(%si)
    lidtl %cs:move_idt
    mov  %cr0, %eax
    or   $1, %al
    mov  %eax, %cr0
    ljmp $MOVE_CODE, $1f            # CS gets its protected-mode descriptor
1:  mov  $MOVE_SOURCE, %ax
    mov  %ax, %ds
    mov  $MOVE_TARGET, %ax
    mov  %ax, %es
    xor  %si, %si
    xor  %di, %di
    cld
    rep movsw
    xor  %dl, %dl                   # done

# Back to real mode. DL = status. The segment registers must first hold a 64 KiB
# limit: real mode changes their base and keeps the rest.
move_end:
    mov  $MOVE_REAL, %ax
    mov  %ax, %ds
    mov  %ax, %es
    mov  %cr0, %eax
    and  $0xFE, %al
    mov  %eax, %cr0
    ljmp $BIOS_SEGMENT, $1f
1:  lidtl %cs:real_idt
    pop  %ds
    pop  %ax
    test %al, %al
    jz   2f
    push %dx
    call a20_disable
    pop  %dx
2:  mov  %dl, R_AH(%bp)
    andb $~(FLAG_CF | FLAG_ZF), R_FLAGS(%bp)
    orb  $FLAG_ZF, R_FLAGS(%bp)
    test %dl, %dl
    jz   3f
    xorb $FLAG_CF | FLAG_ZF, R_FLAGS(%bp)
3:  ret

# A wrong descriptor of the caller's raises an exception here. SS still has its
# real-mode base, so the stack works; BP is where it was, two words below it lie DS and
# the state of A20, and below them a return address.
move_fault:
    lea  -6(%bp), %sp
    mov  $0x02, %dl
    jmp  move_end

    .balign 4
move_gates:                         # exceptions 00h-0Fh, 286 interrupt gates
    .rept 16
    .word move_fault, MOVE_CODE, 0x8600, 0
    .endr
move_idt:
    .word 16 * 8 - 1
    .long 0xF0000 + move_gates
real_idt:
    .word 0x3FF
    .long 0
