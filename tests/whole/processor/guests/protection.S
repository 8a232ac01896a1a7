# Protected mode's checks: selectors, gates, rings, privileged instructions.
        .include "frame.S"
        .set    READ_ONLY, 0x60
        .set    ABSENT, 0x68
        .set    EXECUTE_ONLY, 0x70
        .set    CONFORMING, 0x78
        .set    ABSENT_CODE, 0x80
        .set    FRESH, 0x88
        .set    LDT, 0x90
        .set    GATE, 0x98
        .set    ABSENT_TSS, 0xa0
        .set    OUTER_CODE, 0xa8                # execute-only, conforming, ring 3
        .set    GATE_BAD, 0xb0
        .set    GATE_ABSENT, 0xb8
        .set    GATE_LOW, 0xc0
        .set    OTHER_TSS, 0xc8
        .set    GATE_SAME, 0xd0
        .set    DATA_RING1, 0xd8
        .set    CODE_RING1, 0xe0
        .set    ABSENT_LDT, 0xe8
main:   descriptor READ_ONLY, BASE, 0xfffff, 0x91, 0xc0
        descriptor ABSENT, BASE, 0xfffff, 0x13, 0xc0
        descriptor EXECUTE_ONLY, BASE, 0xfffff, 0x99, 0xc0
        descriptor CONFORMING, BASE, 0xfffff, 0x9f, 0xc0
        descriptor ABSENT_CODE, BASE, 0xfffff, 0x1b, 0xc0
        descriptor FRESH, BASE, 0xfffff, 0xf2, 0xc0
        descriptor LDT, BASE + ldt, 15, 0x82, 0
        descriptor ABSENT_TSS, BASE + tss, 103, 0x09, 0
        descriptor OTHER_TSS, BASE + tss, 103, 0x89, 0
        descriptor DATA_RING1, BASE, 0xfffff, 0xb3, 0xc0
        descriptor CODE_RING1, BASE, 0xfffff, 0xbb, 0xc0
        descriptor ABSENT_LDT, BASE + ldt, 15, 0x02, 0
        descriptor OUTER_CODE, BASE, 0xfffff, 0xfd, 0xc0
        gate    gdt + GATE, CODE32, through, 0xec, 2
        gate    gdt + GATE_BAD, DATA32, through, 0xec
        gate    gdt + GATE_ABSENT, CODE32, through, 0x6c
        gate    gdt + GATE_LOW, CODE32, through, 0x8c
        gate    gdt + GATE_SAME, CODE32, same_level, 0x8c
        gate    idt + 8 * 0x21, CODE32, soft, 0x8f
        gate    idt + 8 * 0x22, CODE32, soft, 0x0e
        gate    idt + 8 * 0x30, CODE32, soft, 0xee
        gate    idt + 8 * 0x31, DATA32, soft, 0x8e
        gate    idt + 8 * 0x32, 0, soft, 0x8e
        gate    idt + 8 * 0x33, ABSENT_CODE, soft, 0x8e
        gate    idt + 8 * 0x34, UCODE32, soft, 0x8e
        gate    idt + 8 * 0x35, CONFORMING, soft, 0xef
        gate    idt + 8 * 0x36, CODE32, soft, 0x8c
        gate    idt + 8 * 0x37, 0x1000, soft, 0x8e

        xor     %eax, %eax
        lldt    %ax
        k32 "nothing"; end
        k32 "null into DS"; xor %eax, %eax; mov %eax, %ds; end
        k32 "null with RPL 3 into ES"; mov $3, %eax; mov %eax, %es; end
        k32 "read through null"; mov %fs:0, %eax; end
        k32 "write through null"; mov %eax, %gs:0; end
        k32 "load beyond the table"; mov $0x1000, %eax; mov %eax, %fs; end
        k32 "the table's last descriptor but beyond its limit"; mov $0x100, %eax; mov %eax, %fs; end
        k32 "load an absent segment"; mov $ABSENT, %eax; mov %eax, %fs; end
        k32 "load execute-only code into DS"; mov $EXECUTE_ONLY, %eax; mov %eax, %ds; end
        k32 "load readable code into DS"; mov $CODE32, %eax; mov %eax, %ds; end
        k32 "write through readable code in DS"; mov $CODE32, %eax; mov %eax, %ds; mov %eax, scratch; end
        k32 "load a TSS into DS"; mov $TSS, %eax; mov %eax, %ds; end
        k32 "load an LDT into DS"; mov $LDT, %eax; mov %eax, %ds; end
        k32 "load a gate into DS"; mov $GATE, %eax; mov %eax, %ds; end
        k32 "load with RPL above DPL"; mov $DATA32 + 1, %eax; mov %eax, %ds; end
        k32 "load null into SS"; xor %eax, %eax; mov %eax, %ss; end
        k32 "load ring 3 data into SS"; mov $UDATA32, %eax; mov %eax, %ss; end
        k32 "load SS with RPL 3"; mov $DATA32 + 3, %eax; mov %eax, %ss; end
        k32 "load read-only data into SS"; mov $READ_ONLY, %eax; mov %eax, %ss; end
        k32 "load code into SS"; mov $CODE32, %eax; mov %eax, %ss; end
        k32 "load absent data into SS"; mov $ABSENT, %eax; mov %eax, %ss; end
        k32 "load SS beyond the table"; mov $0x1000, %eax; mov %eax, %ss; end
        k32 "load a TSS into SS"; mov $TSS, %eax; mov %eax, %ss; end
        k32 "POP of a bad SS keeps ESP"; push $ABSENT; pop %ss; end
        k32 "POP of a bad DS keeps ESP"; push $ABSENT; pop %ds; end
        k32 "LDS of a bad selector keeps the register"; movl $1, scratch; movw $ABSENT, scratch + 4; lds scratch, %eax; end
        k32 "LSS"; movl $0x1234, scratch; movw $DATA16, scratch + 4; lss scratch, %esp; end
        k32 "write read-only data"; mov $READ_ONLY, %eax; mov %eax, %fs; mov %eax, %fs:scratch; end
        k32 "read read-only data"; movl $7, scratch; mov $READ_ONLY, %eax; mov %eax, %fs; mov %fs:scratch, %eax; end
        k32 "read-modify-write of read-only data"; movl $5, scratch; mov $READ_ONLY, %eax; mov %eax, %fs; addl $1, %fs:scratch; end
        k32 "CMP with read-only data"; movl $5, scratch; mov $READ_ONLY, %eax; mov %eax, %fs; cmpl $7, %fs:scratch; end
        k32 "XCHG with read-only data"; movl $5, scratch; mov $READ_ONLY, %eax; mov %eax, %fs; xchg %ebx, %fs:scratch; end
        k32 "CMPXCHG with read-only data, unequal"; movl $5, scratch; mov $READ_ONLY, %eax; mov %eax, %fs; cmpxchg %ebx, %fs:scratch; end
        k32 "write through CS"; mov %eax, %cs:scratch; end
        k32 "read through CS"; movl $5, scratch; mov %cs:scratch, %eax; end
        k32 "the accessed bit is set by a load"; mov gdt + FRESH + 4, %ebx; mov $FRESH, %eax; mov %eax, %fs; mov gdt + FRESH + 4, %eax; end
        k32 "LDT not loaded"; mov $4, %eax; mov %eax, %fs; end
        k32 "LLDT of a data segment"; mov $DATA32, %eax; lldt %ax; end
        k32 "LLDT of an absent LDT"; mov $ABSENT_LDT, %eax; lldt %ax; end
        k32 "LLDT of a selector in an LDT"; mov $4, %eax; lldt %ax; end
        k32 "LLDT beyond the table"; mov $0x1000, %eax; lldt %ax; end
        k32 "LLDT"; mov $LDT, %eax; lldt %ax; sldt %eax; end
        k32 "load from the LDT"; mov $4, %eax; mov %eax, %fs; end
        k32 "load beyond the LDT"; mov $0x14, %eax; mov %eax, %fs; end
        k32 "LLDT of null, then a load"; xor %eax, %eax; lldt %ax; mov $4, %eax; mov %eax, %fs; end
        k32 "LTR of an absent TSS"; mov $ABSENT_TSS, %eax; ltr %ax; end
        k32 "LTR of data"; mov $DATA32, %eax; ltr %ax; end
        k32 "LTR of a busy TSS"; mov $TSS, %eax; ltr %ax; end
        k32 "LTR of a selector in an LDT"; mov $4, %eax; ltr %ax; end
        k32 "LTR marks it busy"; mov gdt + OTHER_TSS + 4, %ebx; mov $OTHER_TSS, %eax; ltr %ax; mov gdt + OTHER_TSS + 4, %ecx; str %eax; end
        andb    $0xfd, gdt + TSS + 5
        mov     $TSS, %eax
        ltr     %ax
        k32 "STR into a 16-bit register"; str %bx; end
        k32 "LAR of data"; mov $UDATA32, %ecx; lar %ecx, %eax; andl $0xf0ff00, %eax; end
        k32 "LAR of data, 16 bits"; mov $UDATA32, %ecx; lar %cx, %ax; end
        k32 "LAR of a TSS"; mov $TSS, %ecx; lar %ecx, %eax; andl $0xf0ff00, %eax; end
        k32 "LAR of a call gate"; mov $GATE, %ecx; lar %ecx, %eax; andl $0xf0ff00, %eax; end
        k32 "LAR beyond the table"; mov $0x999, %ecx; lar %ecx, %eax; andl $0xf0ff00, %eax; end
        k32 "LAR of null"; xor %ecx, %ecx; lar %ecx, %eax; andl $0xf0ff00, %eax; end
        k32 "LAR of an absent segment"; mov $ABSENT, %ecx; lar %ecx, %eax; andl $0xf0ff00, %eax; end
        k32 "LSL of data"; mov $DATA32, %ecx; lsl %ecx, %eax; end
        k32 "LSL of bytes"; mov $DATA16, %ecx; lsl %ecx, %eax; end
        k32 "LSL of a TSS"; mov $TSS, %ecx; lsl %ecx, %eax; end
        k32 "LSL of a call gate"; mov $GATE, %ecx; lsl %ecx, %eax; end
        k32 "LSL into 16 bits"; mov $DATA32, %ecx; lsl %cx, %ax; end
        k32 "VERR of execute-only code"; mov $EXECUTE_ONLY, %ecx; verr %cx; end
        k32 "VERR of readable code"; mov $CODE32, %ecx; verr %cx; end
        k32 "VERR of a TSS"; mov $TSS, %ecx; verr %cx; end
        k32 "VERR of an absent segment"; mov $ABSENT, %ecx; verr %cx; end
        k32 "VERW of read-only data"; mov $READ_ONLY, %ecx; verw %cx; end
        k32 "VERW of data"; mov $DATA32, %ecx; verw %cx; end
        k32 "VERW of code"; mov $CODE32, %ecx; verw %cx; end
        k32 "ARPL raises"; mov $0x10, %eax; mov $3, %ecx; arpl %cx, %ax; end
        k32 "ARPL leaves"; mov $0x13, %eax; mov $1, %ecx; arpl %cx, %ax; end
        k32 "ARPL in memory"; movw $0x21, scratch; mov $2, %ecx; arpl %cx, scratch; mov scratch, %ax; end
        k32 "SMSW"; smsw %eax; and $0xf, %eax; end
        k32 "SMSW into 16 bits"; smsw %ax; and $0xf, %ax; end
        k32 "LMSW cannot clear PE"; smsw %eax; and $0xfffe, %eax; lmsw %ax; smsw %eax; and $0xf, %eax; end
        k32 "LMSW sets TS, CLTS clears it"; smsw %eax; or $8, %eax; lmsw %ax; smsw %ebx; and $15, %ebx; clts; smsw %eax; and $15, %eax; end

        k32 "far jump to null"; ljmp $0, $0; end
        k32 "far jump to null with RPL 3"; ljmp $3, $0; end
        k32 "far jump to data"; ljmp $DATA32, $0; end
        k32 "far jump to absent code"; ljmp $ABSENT_CODE, $0; end
        k32 "far jump to ring 3"; ljmp $UCODE32, $0; end
        k32 "far jump to ring 1"; ljmp $CODE_RING1 + 1, $0; end
        k32 "far jump with RPL 3"; ljmp $CODE32 + 3, $0; end
        k32 "far jump to conforming ring 3"; ljmp $OUTER_CODE, $0; end
        k32 "far jump beyond the table"; ljmp $0x1000, $0; end
        k32 "far jump to an LDT"; ljmp $LDT, $0; end
        k32 "far jump to conforming code"; ljmp $CONFORMING, $1f; 1: end
        k32 "far jump to execute-only code, and a read there"; ljmp $EXECUTE_ONLY, $1f; 1: mov %cs:scratch, %eax; end
        k32 "far jump through a gate"; ljmp $GATE_SAME, $0x1234; end
        k32 "far call through a gate, same ring"; lcall $GATE_SAME, $0x1234; end
        k32 "far jump through an absent gate"; ljmp $GATE_ABSENT, $0; end
        k32 "far call through a gate to data"; lcall $GATE_BAD, $0; end
        k32 "far call and return"; lcall $CODE32, $far_leaf; end
        k32 "far call in memory"; movl $far_leaf, scratch; movw $CODE32, scratch + 4; lcall *scratch; end
        k32 "far call to absent code keeps ESP"; lcall $ABSENT_CODE, $0; end
        k32 "software interrupt"; int $0x21; end
        k32 "software interrupt, absent gate"; int $0x22; end
        k32 "software interrupt to data"; int $0x31; end
        k32 "software interrupt to null"; int $0x32; end
        k32 "software interrupt to absent code"; int $0x33; end
        k32 "software interrupt to an outer ring"; int $0x34; end
        k32 "software interrupt to conforming code"; int $0x35; end
        k32 "software interrupt through a call gate"; int $0x36; end
        k32 "software interrupt to a selector beyond the table"; int $0x37; end
        lidt    short_idtr
        k32 "software interrupt beyond the table"; int $0x90; end
        lidt    idtr
        k32 "INT3"; int3; end
        k32 "INT 3, two bytes"; .byte 0xcd, 3; end
        k32 "ICEBP"; .byte 0xf1; end
        k32 "INTO without overflow"; xor %eax, %eax; into; end
        k32 "INTO"; mov $0x7fffffff, %eax; inc %eax; into; end
        k32 "BOUND inside"; mov $5, %eax; bound %eax, bounds; end
        k32 "BOUND below"; mov $-1, %eax; bound %eax, bounds; end
        k32 "BOUND above"; mov $11, %eax; bound %eax, bounds; end
        k32 "BOUND of a register"; .byte 0x62, 0xc0; end
        k32 "divide by zero"; xor %edx, %edx; xor %ecx, %ecx; div %ecx; end
        k32 "divide overflow"; mov $-1, %edx; mov $2, %ecx; div %ecx; end
        k32 "IDIV of the smallest by -1"; mov $0x80000000, %eax; cltd; mov $-1, %ecx; idiv %ecx; end
        k32 "AAM by 0"; aam $0; end
        k32 "UD2"; ud2; end
        k32 "0F FF"; .byte 0x0f, 0xff; end
        k32 "LOCK on a register"; .byte 0xf0, 0x01, 0xc0; end
        k32 "LOCK on a load"; .byte 0xf0, 0x03, 0x05; .long scratch; end
        k32 "LOCK MOV"; .byte 0xf0, 0x89, 0x05; .long scratch; end
        k32 "LOCK CMP"; .byte 0xf0, 0x39, 0x05; .long scratch; end
        k32 "LOCK NOP"; .byte 0xf0, 0x90; end
        k32 "LOCK BT"; .byte 0xf0, 0x0f, 0xa3, 0x05; .long scratch; end
        k32 "LOCK BTS"; movl $0, scratch; lock btsl $3, scratch; end
        k32 "LOCK XADD, NEG, NOT, INC, CMPXCHG8B"; movl $5, scratch; lock xadd %eax, scratch; lock negl scratch; lock notl scratch; lock incl scratch; lock cmpxchg8b scratch; end
        k32 "LOCK before everything else of a prefix"; movl $5, scratch; .byte 0xf0, 0x66, 0x81, 0x05; .long scratch; .word 1; end
        k32 "CMPXCHG8B of a register"; .byte 0x0f, 0xc7, 0xc8; end
        k32 "MOV to CS"; .byte 0x8e, 0xc8; end
        k32 "MOV to segment register 6"; .byte 0x8e, 0xf0; end
        k32 "MOV from segment register 7"; .byte 0x8c, 0xf8; end
        k32 "LES from a register"; .byte 0xc4, 0xc0; end
        k32 "LEA of a register"; .byte 0x8d, 0xc0; end
        k32 "SGDT of a register"; .byte 0x0f, 0x01, 0xc0; end
        k32 "far jump through a register"; .byte 0xff, 0xe8; end
        k32 "CR1"; mov %cr1, %eax; end
        k32 "to CR5"; mov %eax, %cr5; end
        k32 "CR2 keeps what is written"; mov %eax, %cr2; mov %cr2, %ebx; end
        k32 "MOV from CR0 ignores mod"; .byte 0x0f, 0x20, 0x01; and $15, %ecx; end
        k32 "single step"; pushf; orl $0x100, (%esp); popf; nop; nop; end
        k32 "POPF changes IOPL in ring 0"; push $0x3002; popf; end
        k32 "POPF sets NT, AC, ID"; push $0x244002; popf; pushf; pop %eax; push $2; popf; end
        k32 "POPF sets no VM"; push $0x20002; popf; pushf; pop %eax; end
        k32 "PUSH of a segment writes two bytes"; push $-1; pop %eax; push %ds; pop %eax; end
        k32 "IRET to ring 0"; pushf; push %cs; push $1f; iret; 1: end
        k32 "IRET to null"; pushf; push $0; push $0; iret; end
        k32 "IRET to data"; pushf; push $DATA32; push $0; iret; end
        k32 "IRET beyond the table"; pushf; push $0x1000; push $0; iret; end
        k32 "IRET to absent code"; pushf; push $ABSENT_CODE; push $0; iret; end
        k32 "IRET to ring 3 code with RPL 0"; pushf; push $UCODE32 & ~3; push $0; iret; end
        k32 "IRET to conforming ring 3 code with RPL 0"; pushf; push $OUTER_CODE; push $0; iret; end
        k32 "IRET to ring 3 with a null SS"; push $0; push $0; pushf; push $UCODE32; push $0; iret; end
        k32 "IRET to ring 3 with ring 0's SS"; push $DATA32; push $0; pushf; push $UCODE32; push $0; iret; end
        k32 "IRET to ring 3 with absent SS"; push $ABSENT + 3; push $0; pushf; push $UCODE32; push $0; iret; end
        k32 "IRET to ring 1"; push $DATA_RING1 + 1; push $0xb000; push $0x3202; push $CODE_RING1 + 1; push $1f; iret; 1: end
        k32 "IRET with NT to no task"; push $0x4002; popf; push $0; push $0; push $0; iret; end
        push $2
        popf
        k32 "RETF to absent data"; push $ABSENT; push $0; lret; end
        k32 "RETF to null"; push $0; push $0; lret; end
        k32 "RETF to ring 3"; push $UDATA32; push $USER; push $UCODE32; push $1f; lret; 1: end
        k32 "RETF to ring 3 with parameters"; push $UDATA32; push $USER; push $1; push $2; push $UCODE32; push $1f; lret $8; 1: end
        k32 "RETF to ring 3 with a bad SS"; push $READ_ONLY + 3; push $USER; push $UCODE32; push $1f; lret; 1: end

        u32 "nothing, ring 3"; end
        u32 "CLI"; cli; end
        u32 "STI"; sti; end
        u32 "HLT"; hlt; end
        u32 "IN"; in $0x61, %al; end
        u32 "OUT"; out %al, $0x80; end
        u32 "INSB"; insb; end
        u32 "OUTSB"; outsb; end
        u32 "REP OUTSB, none"; xor %ecx, %ecx; rep outsb; end
        u32 "MOV from CR0"; mov %cr0, %eax; end
        u32 "MOV to CR3"; mov %eax, %cr3; end
        u32 "MOV from DR7"; mov %dr7, %eax; end
        u32 "LGDT"; lgdt gdtr; end
        u32 "LIDT"; lidt idtr; end
        u32 "LLDT, ring 3"; lldt %ax; end
        u32 "LTR"; ltr %ax; end
        u32 "CLTS"; clts; end
        u32 "LMSW"; lmsw %ax; end
        u32 "INVD"; invd; end
        u32 "WBINVD"; wbinvd; end
        u32 "INVLPG"; invlpg scratch; end
        u32 "RDTSC is allowed"; rdtsc; xor %eax, %eax; xor %edx, %edx; end
        u32 "SGDT is allowed"; sgdt scratch; movzwl scratch, %eax; mov scratch + 2, %ebx; end
        u32 "SIDT is allowed"; sidt scratch; movzwl scratch, %eax; mov scratch + 2, %ebx; end
        u32 "SLDT and STR are allowed"; sldt %eax; str %ebx; end
        u32 "SMSW is allowed"; smsw %eax; and $15, %eax; end
        u32 "load ring 0 data"; mov $DATA32, %eax; mov %eax, %ds; end
        u32 "load ring 0 data, RPL 3"; mov $DATA32 + 3, %eax; mov %eax, %fs; end
        u32 "load ring 3 data, RPL 0"; mov $UDATA32 & ~3, %eax; mov %eax, %fs; end
        u32 "load ring 3 data, RPL 0, into SS"; mov $UDATA32 & ~3, %eax; mov %eax, %ss; end
        u32 "load conforming code"; mov $CONFORMING + 3, %eax; mov %eax, %fs; end
        u32 "load readable ring 0 code"; mov $CODE32 + 3, %eax; mov %eax, %fs; end
        u32 "load ring 3 code"; mov $UCODE32, %eax; mov %eax, %fs; end
        u32 "software interrupt without the right"; int $0x21; end
        u32 "software interrupt with the right"; int $0x30; end
        u32 "software interrupt to conforming code, ring 3"; int $0x35; end
        u32 "software interrupt, absent and without the right"; int $0x22; end
        u32 "INT3 without the right"; int3; end
        u32 "ICEBP without the right"; .byte 0xf1; end
        u32 "INTO without the right"; mov $0x7fffffff, %eax; inc %eax; into; end
        u32 "far jump to ring 0"; ljmp $CODE32, $0; end
        u32 "far jump to conforming ring 0"; ljmp $CONFORMING + 3, $1f; 1: end
        u32 "far call to ring 0 keeps ESP"; lcall $CODE32 + 3, $0; end
        u32 "call gate with two parameters"; push $0x11111111; push $0x22222222; lcall $GATE + 3, $0; end
        u32 "call gate by jump"; ljmp $GATE + 3, $0; end
        u32 "call gate of ring 0"; lcall $GATE_LOW + 3, $0; end
        u32 "absent call gate"; lcall $GATE_ABSENT + 3, $0; end
        u32 "call gate to data"; lcall $GATE_BAD + 3, $0; end
        u32 "POPF cannot set IF or IOPL"; push $0x3202; popf; pushf; pop %eax; end
        movl    $0x3002, flags_at_launch
        u32 "POPF with IOPL 3 sets IF"; push $0x202; popf; pushf; pop %eax; cli; end
        movl    $0x3002, flags_at_launch
        u32 "STI and CLI with IOPL 3"; sti; pushf; cli; pop %eax; end
        movl    $0x3002, flags_at_launch
        u32 "IN with IOPL 3"; in $0x61, %al; xor %eax, %eax; end
        movl    $0x2002, flags_at_launch
        u32 "IN with IOPL 2"; in $0x61, %al; end
        u32 "IRET in ring 3 cannot change IF or IOPL"; push $0x3202; push $UCODE32; push $1f; iret; 1: end
        u32 "IRET to ring 0, ring 3"; pushf; push $CODE32; push $1f; iret; 1: end
        u32 "LAR of ring 0 data"; mov $DATA32, %ecx; lar %ecx, %eax; andl $0xf0ff00, %eax; end
        u32 "LAR of conforming ring 0 code"; mov $CONFORMING, %ecx; lar %ecx, %eax; andl $0xf0ff00, %eax; end
        u32 "LSL of ring 0 data"; mov $DATA32, %ecx; lsl %ecx, %eax; end
        u32 "VERR of ring 3 data"; mov $UDATA32, %ecx; verr %cx; end
        u32 "VERR of ring 0 data"; mov $DATA32, %ecx; verr %cx; end
        u32 "RETF to ring 0"; push $CODE32; push $0; lret; end
        u32 "RETF in ring 3"; push $UCODE32; push $1f; lret; 1: end
        u32 "undefined instruction"; ud2; end
        u32 "divide by zero, ring 3"; xor %ecx, %ecx; div %ecx; end

        # Ports by the TSS's map: bytes 0–31 of it, then one of ones.
        movl    $0x90, tss + 100
        movw    $0x68, tss + 102
        movb    $0, tss + 104 + 12
        movb    $0xff, tss + 0x87
        u32 "IN with the map's permission"; in $0x61, %al; xor %eax, %eax; end
        u32 "a word of two permitted ports"; in $0x60, %ax; xor %eax, %eax; end
        movb    $0x02, tss + 104 + 12
        u32 "IN without it"; in $0x61, %al; end
        u32 "a word whose second port is not permitted"; in $0x60, %ax; end
        u32 "beside it"; in $0x62, %al; xor %eax, %eax; end
        u32 "a port beyond the map"; mov $0x300, %edx; in %dx, %al; end
        u32 "the last port of the map"; mov $0xf7, %edx; in %dx, %al; xor %eax, %eax; end
        movb    $0x01, tss + 104 + 13
        u32 "a word over two bytes of the map"; mov $0x67, %edx; in %dx, %ax; end
        u32 "OUTSB with permission"; mov $0x80, %edx; mov $scratch, %esi; outsb; end
        u32 "INSB without"; mov $0x68, %edx; mov $scratch, %edi; insb; end
        movw    $0x88, tss + 102
        u32 "the map beyond the limit"; in $0x61, %al; end
        movw    $0x87, tss + 102
        u32 "one byte of map at the limit"; in $0, %al; end
        # What QEMU cannot be asked: it would not survive.
        cmpb    $'m', chosen
        jne     done_all
        k32 "LTR of null"; xor %eax, %eax; ltr %ax; end
        k32 "CR0 with PG without PE"; mov %cr0, %eax; and $0xfffffffe, %eax; or $0x80000000, %eax; mov %eax, %cr0; mov $0, %eax; end
        k32 "CR0 with NW without CD"; mov %cr0, %eax; or $0x20000000, %eax; and $0xbfffffff, %eax; mov %eax, %cr0; mov $0, %eax; end
        movw    $rf_fault, idt + 8 * 6
        movw    $rf_trap, idt + 8 * 0x21
        k32 "a fault pushes RF, IRET drops it"; xor %eax, %eax; ud2; mov %eax, %ebx; int $0x21; end
        movw    $rf_trap, idt + 8
        k32 "a trap pushes no RF"; xor %ebx, %ebx; pushf; orl $0x100, (%esp); popf; nop; end
done_all:
        finish

rf_fault:
        mov     8(%esp), %eax
        and     $0x10000, %eax
        addl    $2, (%esp)
        iret
rf_trap:
        mov     8(%esp), %eax
        and     $0x10000, %eax
        andl    $0xfffffeff, 8(%esp)
        iret
far_leaf:
        mov     $0x1234, %eax
        lret
same_level:
        mov     (%esp), %eax
        mov     4(%esp), %ebx
        int     $END_OF_ATTEMPT
soft:   mov     %cs, %ecx
        mov     %ss, %edx
        iret
# A call gate's target: two parameters were copied.
through:
        mov     4(%esp), %eax
        mov     8(%esp), %ebx
        mov     12(%esp), %ecx
        mov     16(%esp), %ebp
        mov     20(%esp), %edx
        mov     %cs, %esi
        mov     %ss, %edi
        lret    $8

        .balign 8
ldt:    segment BASE, 0xfffff, 0x93, 0xc0
        segment BASE, 0xfffff, 0xf3, 0xc0
bounds: .long   0, 10
short_idtr:
        .word   8 * 0x90 - 1
        .long   BASE + idt
scratch:
        .skip   32
