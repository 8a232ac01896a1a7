# What privilege levels mean beside protection.S: segments that a return outward takes away, rights that are looked up,
# flags that may not change, and alignment.
        .include "frame.S"
        .set    CONFORMING, 0x60
        .set    DATA_RING1, 0x68
        .set    CODE_RING1, 0x70
        .set    DATA_RING2, 0x78
        .set    CODE_RING2, 0x80
        .set    TSS16, 0x88
        .set    BUSY16, 0x90
        .set    LDT, 0x98
        .set    TASK_GATE, 0xa0
        .set    INTERRUPT_GATE, 0xa8
        .set    CALL16, 0xb0
        .set    DOWN, 0xb8                      # expand-down
        .set    NULL_TYPE, 0xc0
        .set    UCONFORMING, 0xc8               # conforming, DPL 3
        .set    GATE_CONFORMING, 0xd0
        .set    ABSENT_DATA, 0xd8
        .set    EXECUTE_ONLY, 0xe0
        .set    GATE_SAME3, 0xe8
        .set    READ_ONLY, 0xf0
        .set    TSS_B, 0xf8
main:   descriptor CONFORMING, BASE, 0xfffff, 0x9f, 0xc0
        descriptor DATA_RING1, BASE, 0xfffff, 0xb3, 0xc0
        descriptor CODE_RING1, BASE, 0xfffff, 0xbb, 0xc0
        descriptor DATA_RING2, BASE, 0xfffff, 0xd3, 0xc0
        descriptor CODE_RING2, BASE, 0xfffff, 0xdb, 0xc0
        descriptor TSS16, BASE + 0xc200, 0x2b, 0xe1, 0
        descriptor BUSY16, BASE + 0xc200, 0x2b, 0xe3, 0
        descriptor LDT, BASE + scratch, 15, 0xe2, 0
        descriptor DOWN, BASE, 0x1234, 0xf7, 0x40
        descriptor NULL_TYPE, BASE, 0, 0xe0, 0
        descriptor UCONFORMING, BASE, 0xfffff, 0xff, 0xc0
        descriptor ABSENT_DATA, BASE, 0xfffff, 0x73, 0xc0
        descriptor EXECUTE_ONLY, BASE, 0xfffff, 0xf9, 0xc0
        descriptor READ_ONLY, BASE, 0xfffff, 0xf1, 0xc0
        descriptor TSS_B, BASE + 0xc100, 0x67, 0xe9, 0
        gate    gdt + TASK_GATE, TSS_B, 0, 0xe5
        gate    gdt + INTERRUPT_GATE, CODE32, leaf, 0xee
        gate    gdt + CALL16, CODE32, leaf, 0xe4
        gate    gdt + GATE_CONFORMING, CONFORMING, gate_leaf, 0xec
        gate    gdt + GATE_SAME3, UCODE32, gate_leaf, 0xec
        gate    idt + 8 * 0x40, CODE32, leaf, 0xee
        gate    idt + 8 * 0x41, CONFORMING, leaf, 0xee
        xor     %eax, %eax
        lldt    %ax

        # A return outward leaves the segments that the outer ring may use.
        .macro  outward
        push    $UDATA32
        push    $USER
        push    $UCODE32
        push    $1f
        lret
1:
        .endm
        k32 "RETF outward, ring 0 data goes"; mov $DATA32, %eax; mov %eax, %fs; mov %eax, %gs; outward; end
        k32 "RETF outward, ring 0 data of RPL 0 in ES and DS"; outward; end
        k32 "RETF outward, ring 3 data stays"; mov $UDATA32, %eax; mov %eax, %ds; mov %eax, %es; mov %eax, %fs; outward; end
        k32 "RETF outward, ring 3 data with RPL 0 stays"; mov $UDATA32 & ~3, %eax; mov %eax, %fs; outward; end
        k32 "RETF outward, ring 2 data goes"; mov $DATA_RING2, %eax; mov %eax, %fs; outward; end
        k32 "RETF outward, conforming code stays"; mov $CONFORMING, %eax; mov %eax, %fs; outward; end
        k32 "RETF outward, readable ring 0 code goes"; mov $CODE32, %eax; mov %eax, %fs; outward; end
        k32 "RETF outward, null stays null"; mov $3, %eax; mov %eax, %fs; outward; end
        k32 "IRET to ring 2, ring 2 data stays, ring 1 data goes"; mov $DATA_RING2, %eax; mov %eax, %fs; mov $DATA_RING1, %eax; mov %eax, %gs; push $DATA_RING2 + 2; push $0xb000; push $2; push $CODE_RING2 + 2; push $1f; iret; 1: end
        k32 "RETF to conforming code outward"; push $UDATA32; push $USER; push $CONFORMING + 3; push $1f; lret; 1: end
        k32 "RETF to conforming ring 3 code with RPL 0"; push $UCONFORMING & ~3; push $1f; lret; 1: end
        k32 "RETF to conforming ring 3 code"; push $UDATA32; push $USER; push $UCONFORMING + 3; push $1f; lret; 1: end
        u32 "RETF inward"; push $CODE_RING1 + 1; push $0; lret; end
        u32 "a gate to conforming code"; lcall $GATE_CONFORMING + 3, $0; end
        u32 "a jump by a gate to conforming code"; ljmp $GATE_CONFORMING + 3, $0; end
        u32 "a jump by a gate in one ring"; ljmp $GATE_SAME3 + 3, $0; end
        u32 "a call by a gate in one ring"; lcall $GATE_SAME3 + 3, $0; end
        u32 "INT to conforming code stays"; int $0x41; end
        u32 "a call to conforming code keeps the ring"; lcall $CONFORMING + 3, $gate_leaf; end
        u32 "a call to conforming code, RPL 0"; lcall $CONFORMING, $gate_leaf; end
        u32 "a jump to ring 3 code, RPL 0"; ljmp $UCODE32 & ~3, $1f; 1: end

        # Rights.
        .macro  rights name, selector
        u32 "LAR, \name"; mov $\selector, %ecx; lar %ecx, %eax; and $0xf0ff00, %eax; end
        u32 "LSL, \name"; mov $\selector, %ecx; lsl %ecx, %eax; end
        u32 "VERR, \name"; mov $\selector, %ecx; verr %cx; end
        u32 "VERW, \name"; mov $\selector, %ecx; verw %cx; end
        .endm
        rights "a 16-bit TSS", TSS16 + 3
        rights "a busy 16-bit TSS", BUSY16 + 3
        rights "a 32-bit TSS", TSS_B + 3
        rights "an LDT", LDT + 3
        rights "a task gate", TASK_GATE + 3
        rights "an interrupt gate", INTERRUPT_GATE + 3
        rights "a 16-bit call gate", CALL16 + 3
        rights "a 32-bit call gate", GATE_SAME3 + 3
        rights "type 0", NULL_TYPE + 3
        rights "expand-down data", DOWN + 3
        rights "absent data", ABSENT_DATA + 3
        rights "execute-only code", EXECUTE_ONLY + 3
        rights "conforming ring 0 code", CONFORMING + 3
        rights "ring 2 data", DATA_RING2 + 3
        rights "ring 3 data with RPL 0", UDATA32 & ~3
        rights "read-only data", READ_ONLY + 3
        rights "null with RPL 3", 3
        rights "a selector of the LDT", UDATA32 | 4
        k32 "VERR looks at RPL"; mov $DATA32 + 1, %ecx; verr %cx; end
        k32 "LAR looks at RPL"; mov $DATA32 + 1, %ecx; lar %ecx, %eax; end
        k32 "LSL of a word in memory"; movl $DATA32, scratch; lsl scratch, %eax; end
        k32 "LLDT of null with RPL 3"; mov $3, %eax; lldt %ax; sldt %ebx; xor %eax, %eax; lldt %ax; end
        k32 "LTR of a 16-bit TSS"; mov $TSS16, %eax; ltr %ax; str %ebx; mov gdt + TSS16 + 4, %ecx; end
        movb    $0x89, gdt + TSS + 5
        mov     $TSS, %eax
        ltr     %ax

        # Flags by level and IOPL.
        .macro  in_ring level, flags, code, data
        push    $\data + \level
        push    $0xb000
        push    $\flags
        push    $\code + \level
        push    $1f
        iret
1:
        .endm
        k32 "POPF in ring 1, IOPL 0"; in_ring 1, 2, CODE_RING1, DATA_RING1; push $0x3202; popf; end
        k32 "POPF in ring 1, IOPL 1"; in_ring 1, 0x1002, CODE_RING1, DATA_RING1; push $0x3202; popf; pushf; pop %eax; end
        k32 "CLI in ring 1, IOPL 0"; in_ring 1, 2, CODE_RING1, DATA_RING1; cli; end
        k32 "CLI in ring 2, IOPL 2"; in_ring 2, 0x2202, CODE_RING2, DATA_RING2; cli; end
        k32 "IN in ring 2, IOPL 1"; in_ring 2, 0x1002, CODE_RING2, DATA_RING2; in $0x61, %al; end
        k32 "IN in ring 2, IOPL 2"; in_ring 2, 0x2002, CODE_RING2, DATA_RING2; in $0x61, %al; mov $0, %al; end
        k32 "HLT in ring 1"; in_ring 1, 0x3002, CODE_RING1, DATA_RING1; hlt; end
        k32 "MOV from CR0 in ring 2"; in_ring 2, 0x3002, CODE_RING2, DATA_RING2; mov %cr0, %eax; end
        k32 "IRET in ring 1 changes no IOPL"; in_ring 1, 0x1002, CODE_RING1, DATA_RING1; push $0x3202; push $CODE_RING1 + 1; push $2f; iret; 2: end
        u32 "IRET in ring 3 sets AC, ID and NT"; push $0x244002; push $UCODE32; push $1f; iret; 1: end
        u32 "IRET in ring 3 sets no VIF and no VIP"; push $0x180002; push $UCODE32; push $1f; iret; 1: end
        k32 "IRET in ring 0 sets VIF and VIP"; push $0x180002; push %cs; push $1f; iret; 1: end
        k32 "POPF changes no VIF and no VIP"; push $0x180002; popf; end
        u32 "POPF in ring 3 of 16 bits"; pushw $0x3ed7; popfw; push $2; pushf; pop %eax; popf; end
        u32 "NT in ring 3 and INT"; push $0x4002; popf; int $0x40; push $2; popf; end

        # Alignment: QEMU 7.2 checks none.
        cmpb    $'m', chosen
        jne     done_all
        mov     %cr0, %eax
        or      $0x40000, %eax
        mov     %eax, %cr0
        .macro  aligned name:req
        movl    $0x40002, flags_at_launch
        u32 "AC, \name"
        .endm
        aligned "a word at 1"; mov scratch + 1, %ax; end
        aligned "a doubleword at 2"; mov scratch + 2, %eax; end
        aligned "a doubleword at 4"; mov scratch + 4, %eax; end
        aligned "a byte anywhere"; mov scratch + 1, %al; end
        aligned "a store"; mov %eax, scratch + 1; end
        aligned "ADD to memory"; add %eax, scratch + 2; end
        aligned "PUSH"; mov $USER - 2, %esp; push %eax; end
        aligned "POP"; mov $USER - 14, %esp; pop %eax; end
        aligned "CALL"; mov $USER - 2, %esp; call 1f; 1: end
        aligned "RET"; mov $USER - 15, %esp; ret; end
        aligned "MOVSD of an odd source"; mov $scratch + 1, %esi; mov $scratch + 8, %edi; movsl; end
        aligned "REP STOSD"; mov $scratch + 2, %edi; mov $2, %ecx; rep stosl; end
        aligned "PUSHA"; mov $USER - 2, %esp; pusha; end
        aligned "ENTER"; mov $USER - 2, %esp; enter $0, $0; end
        aligned "LES, the selector at a word"; movl $UDATA32, scratch + 4; les scratch, %eax; end
        aligned "LES at 2"; movl $UDATA32, scratch + 6; les scratch + 2, %eax; end
        aligned "BOUND at 2"; bound %eax, scratch + 2; end
        aligned "CMPXCHG8B at 4"; cmpxchg8b scratch + 4; end
        aligned "IRET"; mov $USER - 30, %esp; iret; end
        aligned "a jump through an odd word"; jmp *scratch + 1; end
        aligned "SGDT is two accesses"; sgdt scratch + 2; xor %eax, %eax; end
        aligned "a doubleword at 2 through a null segment is #GP"; mov %fs:scratch + 2, %eax; end
        aligned "INT to ring 0 is not checked"; movl $INNER - 2, tss + 4; int $0x40; end
        movl    $INNER, tss + 4
        aligned "POPF clears AC"; push $2; popf; mov scratch + 1, %eax; end
        u32 "AC, POPF sets AC"; push $0x40002; popf; mov scratch + 1, %eax; end
        movl    $0x40002, flags_at_launch
        k32 "AC, not in ring 0"; mov scratch + 1, %eax; end
        k32 "AC, not in ring 1"; in_ring 1, 0x40002, CODE_RING1, DATA_RING1; mov %ss:scratch + 1, %eax; end
        mov     %cr0, %eax
        and     $0xfffbffff, %eax
        mov     %eax, %cr0
        aligned "not without CR0.AM"; mov scratch + 1, %eax; end
done_all:
        finish
leaf:   iret
gate_leaf:
        mov     %cs, %eax
        int     $END_OF_ATTEMPT
        .balign 16
scratch:
        .skip   32
