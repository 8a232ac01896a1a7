# Virtual-8086 mode: the ways in and out, what it may do with and without IOPL, VME and PVI.
        .include "frame.S"
        .set    CONFORMING, 0x60
        .set    CODE_RING1, 0x68
        .set    REAL, BASE >> 4
        .set    VM, 0x20000
        .set    MAP, 0x90                       # of ports, in the TSS; the map of redirections is 32 bytes below
main:   # Exceptions out of virtual-8086 mode leave more on the stack than `caught` knows of.
        movb    $0xe9, caught
        movl    $caught_virtual - caught - 5, caught + 1
        descriptor CONFORMING, BASE, 0xfffff, 0x9f, 0xc0
        descriptor CODE_RING1, BASE, 0xfffff, 0xbb, 0xc0
        descriptor TSS, BASE + 0xc000, 0x120, 0x89, 0
        mov     $TSS, %eax
        ltr     %ax
        movw    $MAP, tss + 102
        mov     $tss + 0x68, %edi               # all is redirected, no port is permitted but 60h–67h
        mov     $32 + 8, %ecx
        xor     %eax, %eax
        rep stosb
        mov     $tss + MAP, %edi
        mov     $0x40, %ecx
        mov     $0xff, %al
        rep stosb
        movb    $0, tss + MAP + 12
        movb    $0xee, idt + 8 * 3 + 5
        gate    idt + 8 * 0x40, CODE32, look, 0xee
        gate    idt + 8 * 0x41, CODE16, look16, 0xe6
        gate    idt + 8 * 0x42, CONFORMING, look, 0xee
        gate    idt + 8 * 0x43, CODE_RING1, look, 0xee
        gate    idt + 8 * 0x44, CODE32, look, 0x8e
        gate    idt + 8 * 0x45, CODE32, look, 0xef
        mov     $FLAT, %eax
        mov     %eax, %fs
        .macro  vector n, target
        movl    $(REAL << 16) | \target, %fs:(\n) * 4
        .endm
        vector  0x50, leaf

        .macro  v86 name:req, flags=0
        movl    $9f, resume
        movl    $7f, origin
        movl    $8f, title
        movl    $\flags | VM | 2, flags_at_launch
        jmp     launch_virtual
8:      .asciz  "\name"
7:      .code16
        .endm
        .macro  stop86
        int3
        .code32
9:
        .endm

        v86 "nothing"; stop86
        v86 "EFLAGS in a register"; pushf; pop %ax; stop86
        v86 "segments by selector"; mov $0x1100, %ax; mov %ax, %es; movw $0x1234, %es:scratch - 0x1000; mov scratch, %bx; stop86
        v86 "far jump"; ljmp $REAL + 0x10, $1f - 0x100; 1: mov %cs, %ax; ljmp $REAL, $2f; 2: stop86
        v86 "far call and return"; lcall $REAL, $far_leaf; stop86
        v86 "a word over the limit"; mov $0xffff, %bx; mov (%bx), %ax; stop86
        v86 "a word over the limit, written"; mov $0xffff, %bx; mov %ax, (%bx); stop86
        v86 "a write through CS"; mov %ax, %cs:scratch; mov scratch, %bx; stop86
        v86 "PUSH at 1"; mov $1, %sp; push %ax; stop86
        v86 "32-bit registers and addresses"; mov $scratch, %ebx; movl $0x12345678, (%ebx); mov (%ebx), %ecx; stop86
        v86 "an address above 64 KiB"; mov $0x10000, %ebx; mov (%ebx), %al; stop86
        v86 "UD2 in virtual-8086 mode"; ud2; stop86
        v86 "division by zero"; xor %cx, %cx; div %cx; stop86
        v86 "HLT"; hlt; stop86
        v86 "MOV from CR0"; mov %cr0, %eax; stop86
        v86 "MOV from DR7"; mov %dr7, %eax; stop86
        v86 "LGDT"; lgdt scratch; stop86
        v86 "SGDT"; sgdt scratch; mov scratch, %ax; stop86
        v86 "SMSW"; smsw %ax; and $15, %ax; stop86
        v86 "LMSW"; lmsw %ax; stop86
        v86 "CLTS"; clts; stop86
        v86 "INVLPG"; invlpg scratch; stop86
        v86 "WBINVD"; wbinvd; stop86
        v86 "SLDT"; sldt %ax; stop86
        v86 "STR"; str %ax; stop86
        v86 "LLDT"; lldt %ax; stop86
        v86 "LTR"; ltr %ax; stop86
        v86 "LAR"; lar %ax, %ax; stop86
        v86 "LSL"; lsl %ax, %ax; stop86
        v86 "VERR"; verr %ax; stop86
        v86 "ARPL"; arpl %ax, %ax; stop86

        v86 "CLI"; cli; stop86
        v86 "STI"; sti; stop86
        v86 "PUSHF"; pushf; stop86
        v86 "PUSHFD"; pushfl; stop86
        v86 "POPF"; push $2; popf; stop86
        v86 "IRET"; pushw $2; push %cs; pushw $1f; iretw; 1: stop86
        v86 "POPF without a stack"; mov $0xffff, %sp; popf; stop86
        v86 "IRET without a stack"; mov $0xffff, %sp; iretw; stop86
        v86 "INT 21h"; int $0x21; stop86
        v86 "INT3"; .byte 0xcc; stop86
        v86 "INT 3 of two bytes"; .byte 0xcd, 3; stop86
        v86 "INTO without overflow"; xor %ax, %ax; into; stop86
        v86 "INTO, a gate of level 0"; mov $0x7fff, %ax; inc %ax; into; stop86
        v86 "IOPL 2 is not enough", 0x2000; cli; stop86

        v86 "CLI with IOPL 3", 0x3000; cli; stop86
        v86 "PUSHF with IOPL 3", 0x3000; pushf; pop %ax; stop86
        v86 "PUSHFD shows no VM", 0x3000; pushfl; pop %eax; stop86
        v86 "POPF keeps IOPL", 0x3000; push $0x0ed7; popf; pushfl; pop %eax; push $2; popf; stop86
        v86 "POPFD keeps VM", 0x3000; pushl $0x240002; popfl; pushfl; pop %eax; pushl $2; popfl; stop86
        v86 "IRET with IOPL 3", 0x3000; pushw $0x0043; push %cs; pushw $1f; iretw; ud2; 1: stop86
        v86 "IRETD with IOPL 3", 0x3000; pushl $0x43; pushl $REAL; pushl $1f; iretl; ud2; 1: stop86
        v86 "IRETD beyond 64 KiB", 0x3000; pushl $0x43; pushl $REAL; pushl $0x10000; iretl; stop86
        v86 "INT to the monitor", 0x3000; int $0x40; stop86
        v86 "INT through a 16-bit gate", 0x3000; int $0x41; stop86
        v86 "INT to conforming code", 0x3000; int $0x42; stop86
        v86 "INT to level 1", 0x3000; int $0x43; stop86
        v86 "INT through a gate of level 0", 0x3000; int $0x44; stop86
        v86 "INT through a trap gate", 0x3200; int $0x45; stop86
        v86 "INT through an interrupt gate clears IF", 0x3200; int $0x40; stop86

        v86 "IN that is permitted"; in $0x61, %al; mov $0, %al; stop86
        v86 "IN that is not"; in $0x80, %al; stop86
        v86 "IN that is not, whatever IOPL", 0x3000; in $0x80, %al; stop86
        v86 "OUTSB that is not"; mov $0x80, %dx; outsb; stop86
        v86 "a word that is partly permitted"; in $0x67, %ax; stop86

        k32 "IRETD beyond 64 KiB of virtual-8086 mode"; push $0; push $0; push $0; push $0; push $REAL; push $USER; push $VM; push $REAL; push $0x10000; iret; end
        u32 "IRETD of ring 3 sets no VM"; push $VM + 2; push $UCODE32; push $1f; iret; 1: end
        k32 "a 16-bit IRET sets no VM"; pushw $2; pushw $CODE32; pushw $1f; iretw; 1: end
        mov     $0, %eax
        v86 "NT is not looked at", 0x7000; pushw $2; push %cs; pushw $1f; iretw; 1: stop86

        cmpb    $'m', chosen
        jne     done_all
        .macro  vme bits
        mov     $\bits, %eax
        mov     %eax, %cr4
        .endm
        vme     1
        v86 "VME, CLI clears VIF", 0x80200; cli; stop86
        v86 "VME, STI sets VIF"; sti; stop86
        v86 "VME, STI with VIP", 0x100000; sti; stop86
        v86 "VME, PUSHF shows VIF", 0x80000; pushf; pop %ax; stop86
        v86 "VME, PUSHF shows no IF", 0x200; pushf; pop %ax; stop86
        v86 "VME, PUSHFD"; pushfl; stop86
        v86 "VME, POPF sets VIF"; push $0x3203; popf; stop86
        v86 "VME, POPF clears VIF", 0x80200; push $0x2; popf; stop86
        v86 "VME, POPF of IF with VIP", 0x100000; push $0x202; popf; stop86
        v86 "VME, POPF of TF"; push $0x102; popf; stop86
        v86 "VME, POPFD"; pushl $2; popfl; stop86
        v86 "VME, IRET sets VIF"; pushw $0x203; push %cs; pushw $1f; iretw; ud2; 1: stop86
        v86 "VME, IRETD"; pushl $2; pushl $REAL; pushl $1f; iretl; 1: stop86
        v86 "VME, INT redirected", 0x80200; int $0x50; stop86
        v86 "VME, INT redirected with IOPL 3", 0x3200; int $0x50; stop86
        orb     $1, tss + MAP - 32 + 10
        v86 "VME, INT not redirected"; int $0x50; stop86
        orb     $1, tss + MAP - 32 + 8
        v86 "VME, INT not redirected with IOPL 3", 0x3000; int $0x40; stop86
        v86 "VME, INT3 is never redirected"; stop86
        v86 "VME with IOPL 3, CLI", 0x83200; cli; stop86
        vme     2
        u32 "PVI, STI"; sti; end
        movl    $0x80202, flags_at_launch
        u32 "PVI, CLI"; cli; end
        movl    $0x100002, flags_at_launch
        u32 "PVI, STI with VIP"; sti; end
        movl    $0x80002, flags_at_launch
        u32 "PVI, PUSHF shows no VIF as IF"; pushf; pop %eax; end
        v86 "PVI is not VME"; cli; stop86
        vme     0
done_all:
        finish

# What the handler of an interrupt finds: the data segments, and the frame.
look:   mov     %ds, %eax
        mov     %es, %ebx
        shl     $16, %ebx
        or      %ebx, %eax
        mov     %fs, %ecx
        mov     %gs, %edx
        shl     $16, %edx
        or      %edx, %ecx
        mov     %ss:4(%esp), %edx               # CS, EFLAGS, SS, then ES DS FS GS
        mov     %ss:8(%esp), %ebx
        mov     %esp, %esi
        mov     %ss:16(%esp), %edi
        mov     %ss:20(%esp), %ebp
        iret
        .code16
look16: mov     %esp, %esi
        mov     %sp, %bp
        movzwl  4(%bp), %ebx
        movzwl  2(%bp), %ecx
        movzwl  16(%bp), %edx
        int     $END_OF_ATTEMPT
leaf:   mov     %sp, %bp
        mov     2(%bp), %ax
        mov     4(%bp), %bx
        iretw
far_leaf:
        mov     $0x1234, %ax
        lret
        .code32

caught_virtual:
        testl   $VM, %ss:16(%esp)
        jnz     1f
        push    %ds
        push    %es
        push    %fs
        push    %gs
        jmp     caught + 6
1:      pushal
        mov     $DATA32, %eax
        mov     %eax, %ds
        mov     %eax, %es
        cld
        mov     %esp, %esi
        keep    28, 0
        keep    24, 1
        keep    20, 2
        keep    16, 3
        keep    8, 5
        keep    4, 6
        keep    0, 7
        keep    40, 15
        keep    44, 9
        keep    52, 4
        keep    56, 10
        keep    60, 8
        keep    64, 11
        keep    68, 12
        keep    72, 13
        mov     48(%esi), %eax
        and     $0xfffeffff, %eax
        mov     %eax, state + 4 * 14
        mov     32(%esi), %eax
        cmp     $3, %eax                        # INT3 ends an attempt
        jne     2f
        mov     $END_OF_ATTEMPT, %eax
2:      mov     %eax, vector
        mov     36(%esi), %eax
        mov     %eax, error
        mov     $STACK, %esp
        push    $2
        popf
        jmp     report32

launch_virtual:
        call    title32
        preset  0, 0x10101010
        preset  1, 0x12121212
        preset  2, 0x13131313
        preset  3, 0x14141414
        preset  4, USER
        preset  5, 0x15151515
        preset  6, 0x16161616
        preset  7, 0x17171717
        mov     $expected + 4 * 8, %edi
        mov     $6, %ecx
        mov     $REAL, %eax
        rep stosl
        mov     flags_at_launch, %edx
        mov     %edx, expected + 4 * 14
        push    %eax                            # GS FS DS ES SS
        push    %eax
        push    %eax
        push    %eax
        push    %eax
        push    $USER
        push    %edx
        push    %eax
        push    origin
        mov     $0x10101010, %eax
        mov     $0x12121212, %ecx
        mov     $0x13131313, %edx
        mov     $0x14141414, %ebx
        mov     $0x15151515, %ebp
        mov     $0x16161616, %esi
        mov     $0x17171717, %edi
        iretl
        .balign 4
scratch:
        .skip   32
