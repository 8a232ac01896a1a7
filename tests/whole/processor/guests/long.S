# Long mode's interrupts: gates of 16 bytes, IST, alignment of the stack, wrong gates; and IRET to everywhere.
        .include "frame64.S"
        .set    ABSENT_CODE, 0x80
        .set    BOTH, 0x88                      # L and D
        .set    CONFORMING, 0x90
        .set    ABSENT_DATA, 0x98
        .set    RING1, 0xa0
        .set    DATA1, 0xa8
        .set    READ_ONLY, 0xb0
        .set    SMALL32, 0xb8                   # 32-bit code with a limit
# Pushes a frame for IRETQ.
        .macro  frame64 ss, rsp, flags, cs, rip
        pushq   $\ss
        pushq   $\rsp
        pushq   $\flags
        pushq   $\cs
        pushq   $\rip
        .endm
        .macro  frame32 ss, rsp, flags, cs, rip
        pushl   $\ss
        pushl   $\rsp
        pushl   $\flags
        pushl   $\cs
        pushl   $\rip
        .endm
# Four bytes each, in 64-bit mode.
        .macro  frame_d ss, rsp, flags, cs, rip
        sub     $20, %rsp
        movl    $\rip, (%rsp)
        movl    $\cs, 4(%rsp)
        movl    $\flags, 8(%rsp)
        movl    $\rsp, 12(%rsp)
        movl    $\ss, 16(%rsp)
        .endm
        .code64
flags_handler:
        pushfq
        pop     %rbx
        iretq
main:   descriptor ABSENT_CODE, 0, 0, 0x1b, 0x20
        descriptor BOTH, 0, 0, 0x9b, 0x60
        descriptor CONFORMING, 0, 0, 0x9f, 0x20
        descriptor ABSENT_DATA, 0, 0xfffff, 0x13, 0xc0
        descriptor RING1, 0, 0, 0xbb, 0x20
        descriptor DATA1, 0, 0xfffff, 0xb3, 0xc0
        descriptor READ_ONLY, 0, 0xfffff, 0x91, 0xc0
        descriptor SMALL32, BASE, 0xafff, 0x9b, 0x40
        .macro  vector n, selector, target, access, extra=0, high=0, upper=0
        gate    idt + 16 * \n, \selector, \target, \access, \extra, \high, \upper
        .endm
        vector  12, CODE64, stubs + 16 * 12, 0x8e, 1   # its stack may be of no use
        # Stubs are 16 bytes each, so that a gate may lead to its own.
        vector  0x30, CODE64, stubs + 16 * 0x30, 0xee, 1
        vector  0x31, CODE64, stubs + 16 * 0x31, 0xee, 2
        vector  0x32, CODE64, stubs + 16 * 0x32, 0xee, 3
        vector  0x33, CODE64, stubs + 16 * 0x33, 0xee, 4
        vector  0x34, CODE64, stubs + 16 * 0x34, 0xee, 5
        vector  0x35, CODE64, stubs + 16 * 0x35, 0xee, 6
        vector  0x36, CODE64, stubs + 16 * 0x36, 0xee, 7
        vector  0x38, CODE64, flags_handler, 0xee
        vector  0x39, CODE64, flags_handler, 0xef
        vector  0x40, CODE64, stubs, 0xe6
        vector  0x41, CODE64, stubs, 0xe7
        vector  0x42, CODE64, stubs, 0xe5
        vector  0x43, CODE64, stubs, 0xec
        vector  0x44, CODE64, stubs, 0xe0
        vector  0x45, CODE64, stubs, 0xfe
        vector  0x46, CODE64, stubs, 0x6e
        vector  0x47, 0, stubs, 0xee
        vector  0x48, DATA, stubs, 0xee
        vector  0x49, CODE32, stubs, 0xee
        vector  0x4a, UCODE64, stubs, 0xee
        vector  0x4b, BOTH, stubs, 0xee
        vector  0x4c, ABSENT_CODE, stubs, 0xee
        vector  0x4d, CODE64, stubs, 0xee, 0, 0x8000
        vector  0x4e, 0x1000, stubs, 0xee
        vector  0x4f, CONFORMING, stubs + 16 * 0x4f, 0xee
        vector  0x50, RING1, stubs + 16 * 0x50, 0xee
        vector  0x51, CODE64, stubs + 16 * 0x51, 0xee, 0, 0xffff8000
        vector  0x52, CODE64, stubs + 16 * 0x52, 0xee, 0, 0, 0xffffffff
        vector  0x53, CODE64, stubs + 16 * 0x53, 0xee, 0xf8
        vector  0x54, CODE64 + 3, stubs + 16 * 0x54, 0xee
        vector  0x55, 4, stubs, 0xee

        k64 "nothing"; end
        u64 "nothing, ring 3"; end
        k32 "nothing, compatibility"; end
        u32 "nothing, compatibility, ring 3"; end
        k16 "nothing, compatibility, 16 bits"; end
        k64 "INT, odd stack"; sub $4, %rsp; int $0x20; end
        k64 "INT, stack of 8"; push %rax; int $0x20; end
        u64 "INT without the right"; int $0x20; end
        u32 "INT without the right, compatibility"; int $0x20; end
        k64 "INT3"; int3; end
        u64 "INT3 without the right"; int3; end
        k64 "UD2"; ud2; end
        u64 "UD2, ring 3"; ud2; end
        u32 "UD2, compatibility, ring 3"; ud2; end
        k16 "UD2, 16 bits"; ud2; end
        k64 "DIV by zero"; xor %ecx, %ecx; div %rcx; end
        u64 "#GP by HLT"; hlt; end
        u64 "#GP by CLI"; cli; end
        k64 "#GP by a segment"; mov $0x1000, %eax; mov %eax, %ds; end
        k64 "#GP by a load"; movabs $0x800000000000, %rax; mov (%rax), %rbx; end
        k64 "#GP by a store"; movabs $0x7ffffffffffd, %rax; mov %rbx, (%rax); end
        k64 "#GP by FS"; movabs $0x800000000000, %rax; mov %fs:(%rax), %rbx; end
        movb    $1, idt + 16 * 13 + 4(%rip)     # QEMU makes them #GP
        k64 "#SS by RSP"; movabs $0x900000000000, %rsp; push %rax; end
        k64 "#SS by POP"; movabs $0x900000000000, %rsp; pop %rax; end
        k64 "#SS by RBP"; movabs $0x900000000000, %rbp; mov (%rbp), %rax; end
        k64 "#SS by CALL"; movabs $0x900000000000, %rsp; call 1f; 1: end
        k64 "#SS by RET"; movabs $0x900000000000, %rsp; ret; end
        movb    $0, idt + 16 * 13 + 4(%rip)
        k64 "#GP by a jump"; movabs $0x800000000000, %rax; jmp *%rax; end
        k64 "#GP by a call"; movabs $0x800000000000, %rax; call *%rax; end
        k64 "#GP by RET"; movabs $0x800000000000, %rax; push %rax; ret; end
        k64 "#PF by a load"; movabs $0x400000, %rax; mov (%rax), %rbx; end
        k64 "#PF by a load, high half"; movabs $0xffff900000000000, %rax; mov (%rax), %rbx; end
        k64 "#PF by a store"; movabs $0x400000, %rax; mov %rbx, (%rax); end
        u64 "#PF by a load, ring 3"; movabs $0x400000, %rax; mov (%rax), %rbx; end
        k64 "#PF by a jump"; movabs $0x400000, %rax; jmp *%rax; end
        u64 "#PF by a jump, high half, ring 3"; movabs $0xffff900000000000, %rax; jmp *%rax; end
        k64 "a load of the high half"; movabs $HIGH + BASE, %rax; mov (%rax), %ebx; end
        k64 "code of the high half"; movabs $HIGH + BASE + 1f, %rax; jmp *%rax; 1: lea 1b(%rip), %rcx; end
        k64 "IST 1"; int $0x30; end
        u64 "IST 1, ring 3"; int $0x30; end
        k32 "IST 1, compatibility"; int $0x30; end
        k64 "IST 2, a multiple of 8"; int $0x31; end
        k64 "IST 3, a multiple of 4"; int $0x32; end
        k64 "IST 4, not canonical"; int $0x33; end
        u64 "IST 4, not canonical, ring 3"; int $0x33; end
        k64 "IST 5, not mapped"; int $0x34; end
        k64 "IST 6, at 0"; int $0x35; end
        k64 "IST 7, the high half"; int $0x36; end
        k64 "an interrupt gate clears IF"; sti; int $0x38; cli; end
        k64 "a trap gate keeps IF"; sti; int $0x39; cli; end
        u64 "a gate of 16 bits"; int $0x40; end
        k64 "a trap gate of 16 bits"; int $0x41; end
        k64 "a task gate"; int $0x42; end
        k64 "a call gate"; int $0x43; end
        k64 "a gate of no kind"; int $0x44; end
        k64 "a gate that is a segment"; int $0x45; end
        k64 "an absent gate"; int $0x46; end
        k64 "a gate to null"; int $0x47; end
        k64 "a gate to data"; int $0x48; end
        k64 "a gate to code of 32 bits"; int $0x49; end
        k64 "a gate to ring 3"; int $0x4a; end
        u64 "a gate to ring 3, from there"; int $0x4a; end
        k64 "a gate to code with L and D"; int $0x4b; end
        k64 "a gate to absent code"; int $0x4c; end
        k64 "a gate to what is not canonical"; int $0x4d; end
        u64 "a gate to what is not canonical, ring 3"; int $0x4d; end
        k64 "a gate beyond the table of descriptors"; int $0x4e; end
        k64 "a gate to conforming code"; int $0x4f; end
        u64 "a gate to ring 1"; int $0x50; end
        k64 "a gate to ring 1 from ring 0"; int $0x50; end
        k64 "a gate to the high half"; int $0x51; end
        k64 "a gate with a full last doubleword"; int $0x52; end
        k64 "a gate with its reserved bits set"; int $0x53; end
        k64 "a gate whose selector has RPL 3"; int $0x54; end
        k64 "a gate to an LDT that is not there"; int $0x55; end
        k64 "a vector beyond the table"; int $0x80; end
        u64 "a vector beyond the table, ring 3"; int $0xff; end

        k64 "IRETQ"; frame64 DATA, BASE + 0xe800, 0x46, CODE64, BASE + 1f; iretq; 1: end
        k64 "IRETQ to ring 3"; frame64 UDATA, BASE + 0xcf00, 0x246, UCODE64, BASE + 1f; iretq; 1: end
        k64 "IRETQ to compatibility mode"; frame64 DATA32, 0xe800, 2, CODE32, 1f; iretq; 1: .code32; end
        k64 "IRETQ to compatibility mode, ring 3"; frame64 UDATA32, 0xcf00, 2, UCODE32, 1f; iretq; 1: .code32; end
        k64 "IRETQ to 16 bits"; frame64 DATA16, 0xe800, 2, CODE16, 1f; iretq; 1: .code16; end
        k64 "IRETQ with a null SS"; frame64 0, BASE + 0xe800, 2, CODE64, BASE + 1f; iretq; 1: end
        k64 "IRETQ with a null SS to ring 3"; frame64 3, BASE + 0xcf00, 2, UCODE64, BASE + 1f; iretq; 1: end
        k64 "IRETQ with a null SS to ring 1"; frame64 1, BASE + 0xcf00, 2, RING1 + 1, BASE + 1f; iretq; 1: end
        k64 "IRETQ with a null SS to compatibility mode"; frame64 0, 0xe800, 2, CODE32, 1f; iretq; 1: .code32; end
        k64 "IRETQ to ring 1"; frame64 DATA1 + 1, BASE + 0xcf00, 2, RING1 + 1, BASE + 1f; iretq; 1: end
        k64 "IRETQ with NT"; pushfq; orl $0x4000, (%rsp); popfq; frame64 DATA, BASE + 0xe800, 2, CODE64, BASE + 1f; iretq; 1: end
        k64 "IRETQ to what is not canonical"; frame64 DATA, BASE + 0xe800, 2, CODE64, BASE + 1f; movabs $0x800000000000, %rax; mov %rax, (%rsp); iretq; 1: end
        k64 "IRETQ to a stack that is not canonical"; frame64 DATA, BASE + 0xe800, 2, CODE64, BASE + 1f; movabs $0x800000000000, %rax; mov %rax, 24(%rsp); iretq; 1: mov $BASE + 0xe000, %esp; end
        movb    $1, idt + 16 * 13 + 4(%rip)
        k64 "IRETQ from a stack that is not canonical"; movabs $0x900000000000, %rsp; iretq; end
        movb    $0, idt + 16 * 13 + 4(%rip)
        k64 "IRETQ to null"; frame64 DATA, BASE + 0xe800, 2, 0, BASE + 1f; iretq; 1: end
        k64 "IRETQ to data"; frame64 DATA, BASE + 0xe800, 2, DATA, BASE + 1f; iretq; 1: end
        k64 "IRETQ to absent code"; frame64 DATA, BASE + 0xe800, 2, ABSENT_CODE, BASE + 1f; iretq; 1: end
        k64 "IRETQ to code with L and D"; frame64 DATA, BASE + 0xe800, 2, BOTH, BASE + 1f; iretq; 1: end
        k64 "IRETQ to ring 3 code with RPL 0"; frame64 DATA, BASE + 0xe800, 2, UCODE64 - 3, BASE + 1f; iretq; 1: end
        k64 "IRETQ to ring 0 code with RPL 3"; frame64 UDATA, BASE + 0xe800, 2, CODE64 + 3, BASE + 1f; iretq; 1: end
        k64 "IRETQ to conforming code with RPL 3"; frame64 UDATA, BASE + 0xcf00, 2, CONFORMING + 3, BASE + 1f; iretq; 1: end
        k64 "IRETQ beyond the table"; frame64 DATA, BASE + 0xe800, 2, 0x1000, BASE + 1f; iretq; 1: end
        k64 "IRETQ beyond the limit of compatibility mode"; frame64 DATA32, 0xe800, 2, SMALL32, 0xb000; iretq; 1: end
        k64 "IRETQ with SS of another RPL"; frame64 DATA + 3, BASE + 0xe800, 2, CODE64, BASE + 1f; iretq; 1: end
        k64 "IRETQ with SS of another ring"; frame64 UDATA - 3, BASE + 0xe800, 2, CODE64, BASE + 1f; iretq; 1: end
        k64 "IRETQ with SS that is code"; frame64 CODE64, BASE + 0xe800, 2, CODE64, BASE + 1f; iretq; 1: end
        k64 "IRETQ with SS that cannot be written"; frame64 READ_ONLY, BASE + 0xe800, 2, CODE64, BASE + 1f; iretq; 1: end
        k64 "IRETQ with an absent SS"; frame64 ABSENT_DATA, BASE + 0xe800, 2, CODE64, BASE + 1f; iretq; 1: end
        k64 "IRETQ with SS beyond the table"; frame64 0x1000, BASE + 0xe800, 2, CODE64, BASE + 1f; iretq; 1: end
        k64 "IRETQ to ring 3 drops ring 0's segments"; mov $DATA, %eax; mov %eax, %fs; mov $UDATA, %eax; mov %eax, %gs; frame64 UDATA, BASE + 0xcf00, 2, UCODE64, BASE + 1f; iretq; 1: end
        u64 "IRETQ in ring 3 keeps IOPL and IF"; frame64 UDATA, BASE + 0xcf00, 0x3246, UCODE64, BASE + 1f; iretq; 1: end
        u64 "IRETQ to ring 0"; frame64 DATA, BASE + 0xe800, 2, CODE64, BASE + 1f; iretq; 1: end
        u64 "IRETQ in ring 3"; frame64 UDATA, BASE + 0xcf00, 0x8d7, UCODE64, BASE + 1f; iretq; 1: end
        k64 "IRETQ sets ID, AC, NT and IOPL"; frame64 DATA, BASE + 0xe800, 0x247002, CODE64, BASE + 1f; iretq; 1: end
        k64 "IRETQ cannot set VM"; frame64 DATA, BASE + 0xe800, 0x20002, CODE64, BASE + 1f; iretq; 1: end
        k64 "IRETD"; frame_d DATA, BASE + 0xe800, 2, CODE64, BASE + 1f; iretl; 1: end
        k64 "IRETD to compatibility mode"; frame_d UDATA32, 0xcf00, 2, UCODE32, 1f; iretl; 1: .code32; end
        k64 "IRETW to 16 bits"; pushw $DATA16; pushw $0xe800; pushw $2; pushw $CODE16; pushw $1f; iretw; 1: .code16; end
        k32 "IRETD in compatibility mode"; pushl $2; pushl $CODE32; pushl $1f; iretl; 1: end
        k32 "IRETD to 64 bits"; pushl $2; pushl $CODE64; pushl $BASE + 1f; iretl; 1: .code64; mov $BASE + 0xe000, %esp; end
        k32 "IRETD to ring 3"; frame32 UDATA32, 0xcf00, 2, UCODE32, 1f; iretl; 1: end
        k32 "IRETD to ring 3 and 64 bits"; frame32 UDATA, BASE + 0xcf00, 2, UCODE64, BASE + 1f; iretl; 1: .code64; end
        k32 "IRETD with NT, compatibility mode"; pushfl; orl $0x4000, (%esp); popfl; pushl $2; pushl $CODE32; pushl $1f; iretl; 1: end
        k32 "IRETD with VM, compatibility mode"; pushl $0x20002; pushl $CODE32; pushl $1f; iretl; 1: end
        k16 "IRETW in compatibility mode"; pushw $2; pushw $CODE16; pushw $1f; iretw; 1: end
        # IRQ 0 at vector 60h, once each time.
        .macro  port number, value
        mov     $\value, %al
        out     %al, $\number
        .endm
        .macro  timer
        port    0x20, 0x20
        port    0x43, 0x30
        port    0x40, 0x40
        port    0x40, 0
        .endm
        port    0x20, 0x11
        port    0x21, 0x60
        port    0x21, 4
        port    0x21, 1
        port    0x21, 0xfe
        timer
        k64 "an interrupt"; sti; 1: jmp 1b; end
        timer
        k64 "an interrupt ends HLT"; sti; hlt; end
        timer
        movq    $0x202, flags_at_launch(%rip)
        u64 "an interrupt in ring 3"; 1: jmp 1b; end
        timer
        movq    $0x202, flags_at_launch(%rip)
        u32 "an interrupt in compatibility mode, ring 3"; 1: jmp 1b; end
        movb    $2, idt + 16 * 0x60 + 4(%rip)
        timer
        movq    $0x202, flags_at_launch(%rip)
        u64 "an interrupt with IST 2"; 1: jmp 1b; end
        timer
        k32 "an interrupt with IST 2 in compatibility mode"; sti; 1: jmp 1b; end
        movb    $0, idt + 16 * 0x60 + 5(%rip)
        timer
        k64 "an interrupt whose gate is of no kind"; sti; 1: jmp 1b; end
        port    0x21, 0xff
        finish
