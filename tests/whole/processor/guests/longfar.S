# Long mode's far transfers and call gates, segment loads, descriptor tables and stacks.
        .include "frame64.S"
        .set    ABSENT_CODE, 0x80
        .set    BOTH, 0x88                      # L and D
        .set    CONFORMING, 0x90
        .set    ABSENT_DATA, 0x98
        .set    RING1, 0xa0
        .set    READ_ONLY, 0xb0
        .set    SMALL32, 0xb8                   # 32-bit code with a limit
        .set    EXECUTE_ONLY, 0xc0
        .set    GATE, 0xd0                      # of 16 bytes each from here on
        .set    GATE_LOW, 0xe0                  # for ring 0 only
        .set    GATE_ABSENT, 0xf0
        .set    GATE_DATA, 0x100
        .set    GATE_32, 0x110                  # to code of 32 bits
        .set    GATE_FAR, 0x120                 # not canonical
        .set    GATE_TYPE, 0x130                # with a type in its upper half
        .set    GATE_CONFORMING, 0x140
        .set    GATE_NULL, 0x150
        .set    GATE_RING1, 0x160
        .set    GATE_16, 0x170
        .set    GATE_TASK, 0x178
        .set    OTHER_TSS, 0x180
        .set    TSS_16, 0x190
        .set    TSS_FAR, 0x1a0
        .set    TSS_TYPE, 0x1b0
        .set    LDT, 0x1c0
        .set    LDT_FAR, 0x1d0
        .set    TSS_ABSENT, 0x1e0
        .set    LAST, 0x1f8                     # 8 bytes before the table's end
        .macro  pointer selector, offset        # of 32 bits
        movl    $\offset, scratch(%rip)
        movw    $\selector, scratch + 4(%rip)
        .endm
        .macro  wide selector, offset           # of 64 bits
        movabs  $\offset, %rax
        mov     %rax, scratch(%rip)
        movw    $\selector, scratch + 8(%rip)
        .endm
        .macro  call_gate where, selector, target, access, high=0, upper=0
        gate    gdt + \where, \selector, \target, \access, 0, \high, \upper
        .endm
        .code64
        .balign 16
scratch:
        .skip   32
image:  .skip   32
ldt:    segment 0, 0xfffff, 0x93, 0xc0
        segment 0, 0, 0x9b, 0x20
        .skip   16
inside: mov     %rsp, %rbx                      # behind a call gate
        mov     %ss, %ecx
        lretq
inside_stay:
        int     $END_OF_ATTEMPT
leaf:   mov     %rsp, %rbx
        lretq
leaf_d: mov     %rsp, %rbx
        lret
main:   descriptor ABSENT_CODE, 0, 0, 0x1b, 0x20
        descriptor BOTH, 0, 0, 0x9b, 0x60
        descriptor CONFORMING, 0, 0, 0x9f, 0x20
        descriptor ABSENT_DATA, 0, 0xfffff, 0x13, 0xc0
        descriptor RING1, 0, 0, 0xbb, 0x20
        descriptor READ_ONLY, 0, 0xfffff, 0x91, 0xc0
        descriptor SMALL32, BASE, 0xafff, 0x9b, 0x40
        descriptor EXECUTE_ONLY, 0, 0, 0x99, 0x20
        call_gate GATE, CODE64, inside, 0xec
        call_gate GATE_LOW, CODE64, inside, 0x8c
        call_gate GATE_ABSENT, CODE64, inside, 0x6c
        call_gate GATE_DATA, DATA, inside, 0xec
        call_gate GATE_32, CODE32, inside, 0xec
        call_gate GATE_FAR, CODE64, inside, 0xec, 0x8000
        call_gate GATE_TYPE, CODE64, inside, 0xec, 0, 0x0c00
        call_gate GATE_CONFORMING, CONFORMING, inside, 0xec
        call_gate GATE_NULL, 0, inside, 0xec
        call_gate GATE_RING1, RING1, inside_stay, 0xec
        gate    gdt + LAST - 8, CODE64, inside, 0xec
        movl    $0, gdt + LAST - 8(%rip)
        movw    $CODE64, gdt + LAST + 2(%rip)
        movl    $0xec00, gdt + LAST + 4(%rip)
        descriptor GATE_16, 0, 0, 0xe4, 0
        descriptor GATE_TASK, 0, 0, 0xe5, 0
        descriptor OTHER_TSS, BASE + tss, 0x87, 0x89, 0
        descriptor TSS_16, BASE + tss, 0x87, 0x81, 0
        descriptor TSS_FAR, BASE + tss, 0x87, 0x89, 0
        movl    $0x8000, gdt + TSS_FAR + 8(%rip)
        descriptor TSS_TYPE, BASE + tss, 0x87, 0x89, 0
        movl    $0x0900, gdt + TSS_TYPE + 12(%rip)
        descriptor TSS_ABSENT, BASE + tss, 0x87, 0x09, 0
        descriptor LDT, BASE + ldt, 31, 0x82, 0
        movl    $0xffff8000, gdt + LDT + 8(%rip)
        descriptor LDT_FAR, BASE + ldt, 31, 0x82, 0
        movl    $0x8000, gdt + LDT_FAR + 8(%rip)
        gate    idt + 16 * 12, CODE64, stubs + 16 * 12, 0x8e, 1

        k64 "LJMP to 64 bits"; pointer CODE64, BASE + 1f; ljmpl *scratch(%rip); 1: end
        k64 "LJMP of 16 bits"; movw $leaf_low, scratch(%rip); movw $CODE16, scratch + 2(%rip); ljmpw *scratch(%rip); .code16; leaf_low: end
        k64 "LJMP of 64 bits"; wide CODE64, HIGH + BASE + 1f; .byte 0x48; ljmpl *scratch(%rip); 1: lea 1b(%rip), %rcx; end
        k64 "LJMP of 64 bits, not canonical"; wide CODE64, 0x800000000000; .byte 0x48; ljmpl *scratch(%rip); 1: end
        k64 "LJMP to compatibility mode"; pointer CODE32, 1f; ljmpl *scratch(%rip); 1: .code32; end
        k64 "LJMP to compatibility mode beyond its limit"; pointer SMALL32, 0xb000; ljmpl *scratch(%rip); end
        k64 "LJMP to null"; pointer 0, BASE + 1f; ljmpl *scratch(%rip); 1: end
        k64 "LJMP to data"; pointer DATA, BASE + 1f; ljmpl *scratch(%rip); 1: end
        k64 "LJMP to L and D"; pointer BOTH, BASE + 1f; ljmpl *scratch(%rip); 1: end
        k64 "LJMP to absent code"; pointer ABSENT_CODE, BASE + 1f; ljmpl *scratch(%rip); 1: end
        k64 "LJMP to ring 3"; pointer UCODE64, BASE + 1f; ljmpl *scratch(%rip); 1: end
        k64 "LJMP beyond the table"; pointer 0x1000, BASE + 1f; ljmpl *scratch(%rip); 1: end
        k64 "LJMP to a TSS"; pointer OTHER_TSS, BASE + 1f; ljmpl *scratch(%rip); 1: end
        k64 "LJMP to a task gate"; pointer GATE_TASK, BASE + 1f; ljmpl *scratch(%rip); 1: end
        k64 "LJMP through a gate of 16 bits"; pointer GATE_16, BASE + 1f; ljmpl *scratch(%rip); 1: end
        k64 "LJMP through a gate"; gate gdt + GATE_LOW, CODE64, 1f, 0x8c; pointer GATE_LOW, 0; ljmpl *scratch(%rip); 1: end
        u64 "LJMP through a gate to ring 0"; pointer GATE, 0; ljmpl *scratch(%rip); end
        u64 "LJMP to conforming code"; pointer CONFORMING, BASE + 1f; ljmpl *scratch(%rip); 1: end
        u64 "LJMP to ring 0"; pointer CODE64, BASE + 1f; ljmpl *scratch(%rip); 1: end
        k32 "LJMP to 64 bits, compatibility"; ljmp $CODE64, $BASE + 1f; 1: .code64; mov $BASE + 0xe000, %esp; end
        u32 "LJMP to 64 bits, compatibility, ring 3"; ljmp $UCODE64, $BASE + 1f; 1: .code64; mov $BASE + 0xd000, %esp; end
        k32 "LJMP to compatibility mode from there"; ljmp $CODE16, $1f; 1: .code16; end
        k32 "LJMP to a TSS, compatibility"; ljmp $OTHER_TSS, $0; end
        k32 "LJMP to L and D, compatibility"; ljmp $BOTH, $BASE + 1f; 1: end

        k64 "LCALL and LRETQ"; wide CODE64, BASE + leaf; .byte 0x48; lcalll *scratch(%rip); end
        k64 "LCALL of 32 bits and LRET"; pointer CODE64, BASE + leaf_d; lcalll *scratch(%rip); end
        k64 "LCALL to compatibility mode and back"; pointer CODE32, 1f; lcalll *scratch(%rip); jmp 2f; 1: .code32; lret; .code64; 2: end
        k64 "LCALL to null"; pointer 0, BASE + leaf; lcalll *scratch(%rip); end
        k64 "LCALL to what is not canonical keeps RSP"; wide CODE64, 0x800000000000; .byte 0x48; lcalll *scratch(%rip); end
        k64 "LCALL through a gate, ring 0"; pointer GATE, 0; lcalll *scratch(%rip); end
        u64 "LCALL through a gate"; pointer GATE, 0; lcalll *scratch(%rip); end
        u32 "LCALL through a gate, compatibility"; lcall $GATE, $0; end
        k32 "LCALL through a gate, compatibility, ring 0"; lcall $GATE, $0; end
        u64 "LCALL through a gate to ring 1"; pointer GATE_RING1, 0; lcalll *scratch(%rip); end
        u64 "LCALL through a gate to conforming code"; pointer GATE_CONFORMING, 0; lcalll *scratch(%rip); end
        u64 "LCALL through a gate for ring 0"; pointer GATE_LOW, 0; lcalll *scratch(%rip); end
        u64 "LCALL through a gate with RPL 3, DPL 3"; pointer GATE + 3, 0; lcalll *scratch(%rip); end
        u64 "LCALL through an absent gate"; pointer GATE_ABSENT, 0; lcalll *scratch(%rip); end
        u64 "LCALL through a gate to data"; pointer GATE_DATA, 0; lcalll *scratch(%rip); end
        u64 "LCALL through a gate to 32 bits"; pointer GATE_32, 0; lcalll *scratch(%rip); end
        u64 "LCALL through a gate to what is not canonical"; pointer GATE_FAR, 0; lcalll *scratch(%rip); end
        u64 "LCALL through a gate with a type above"; pointer GATE_TYPE, 0; lcalll *scratch(%rip); end
        u64 "LCALL through a gate to null"; pointer GATE_NULL, 0; lcalll *scratch(%rip); end
        u64 "LCALL through a gate of 16 bits"; pointer GATE_16, 0; lcalll *scratch(%rip); end
        u64 "LCALL through a gate that the table cuts"; pointer LAST, 0; lcalll *scratch(%rip); end
        movabs  $0x900000000000, %rax
        mov     %rax, tss + 4(%rip)
        u64 "LCALL to a stack that is not canonical"; pointer GATE, 0; lcalll *scratch(%rip); end
        movabs  $BASE + INNER, %rax
        mov     %rax, tss + 4(%rip)
        k64 "LRETQ to ring 3"; pushq $UDATA; pushq $BASE + 0xcf00; pushq $UCODE64; pushq $BASE + 1f; lretq; 1: end
        k64 "LRETQ to ring 3, dropping"; pushq $UDATA; pushq $BASE + 0xcf00; pushq $1; pushq $UCODE64; pushq $BASE + 1f; lretq $8; 1: end
        k64 "LRETQ to ring 3 without a stack"; pushq $3; pushq $BASE + 0xcf00; pushq $UCODE64; pushq $BASE + 1f; lretq; 1: end
        k64 "LRETQ to ring 1 without a stack"; pushq $1; pushq $BASE + 0xcf00; pushq $RING1 + 1; pushq $BASE + 1f; lretq; 1: end
        k64 "LRETQ to what is not canonical"; movabs $0x800000000000, %rax; pushq $CODE64; push %rax; lretq; 1: end
        k64 "LRETQ to compatibility mode, ring 3"; pushq $UDATA32; pushq $0xcf00; pushq $UCODE32; pushq $1f; lretq; 1: .code32; end
        k64 "LRET of 16 bits"; pushw $CODE16; pushw $1f; lretw; 1: .code16; end
        k64 "LRETQ to L and D"; pushq $BOTH; pushq $BASE + 1f; lretq; 1: end
        k32 "LRET to 64 bits"; pushl $CODE64; pushl $BASE + 1f; lret; 1: .code64; mov $BASE + 0xe000, %esp; end
        k32 "LRET to ring 3 and 64 bits"; pushl $UDATA; pushl $BASE + 0xcf00; pushl $UCODE64; pushl $BASE + 1f; lret; 1: .code64; end
        u64 "LRETQ to ring 0"; pushq $CODE64; pushq $BASE + 1f; lretq; 1: end

        k64 "null into SS"; xor %eax, %eax; mov %eax, %ss; push %rax; end
        k64 "null with RPL 3 into SS"; mov $3, %eax; mov %eax, %ss; end
        u64 "null into SS, ring 3"; mov $3, %eax; mov %eax, %ss; end
        k32 "null into SS, compatibility"; xor %eax, %eax; mov %eax, %ss; end
        k64 "null into DS, and a load"; xor %eax, %eax; mov %eax, %ds; mov scratch(%rip), %ebx; mov $0, %ebx; end
        k64 "a load through data with a base"; mov $DATA32, %eax; mov %eax, %ds; lea scratch(%rip), %rcx; movl $7, scratch(%rip); mov (%rcx), %ebx; end
        k64 "a load through FS with a base"; mov $DATA32, %eax; mov %eax, %fs; movl $7, scratch(%rip); mov %fs:scratch, %ebx; end
        k64 "a store through read-only FS"; mov $READ_ONLY, %eax; mov %eax, %fs; mov %eax, %fs:BASE + scratch; end
        k64 "a load of FS clears the upper base"; set_msr FS_BASE, HIGH; mov $DATA32, %eax; mov %eax, %fs; mov $FS_BASE, %ecx; rdmsr; end
        k64 "a null FS"; set_msr FS_BASE, HIGH; xor %eax, %eax; mov %eax, %fs; mov $FS_BASE, %ecx; rdmsr; end
        k64 "execute-only code into FS"; mov $EXECUTE_ONLY, %eax; mov %eax, %fs; end
        k64 "an absent segment into GS"; mov $ABSENT_DATA, %eax; mov %eax, %gs; end
        k64 "POP FS"; pushq $DATA; pop %fs; push %fs; pop %rax; end
        k64 "POP FS of 16 bits"; pushw $DATA; popw %fs; pushw %fs; popw %ax; end
        k64 "POP GS of a bad selector keeps RSP"; pushq $0x1000; pop %gs; end
        k64 "LSS"; pointer DATA32, 0x1234; lss scratch(%rip), %eax; end
        k64 "LFS of 64 bits"; wide DATA, HIGH; movq $0, %rax; lfs scratch(%rip), %rax; end
        k64 "LGS of 16 bits"; movl $DATA << 16 | 0x1234, scratch(%rip); lgs scratch(%rip), %ax; end
        k64 "MOV of a segment to 64 bits"; mov %cs, %rax; mov %ss, %cx; end
        k64 "MOV of a segment to memory writes two bytes"; movq $-1, scratch(%rip); mov %ss, scratch(%rip); mov scratch(%rip), %rax; end
        k32 "a load with a segment's base, compatibility"; movl $7, scratch; mov scratch, %ebx; end
        k32 "a load beyond the limit, compatibility"; mov $DATA16, %eax; mov %eax, %ds; mov 0xfffe, %ebx; end
        u32 "PUSH and POP of all, compatibility"; pushal; popal; end
        k32 "INTO and BOUND, compatibility"; pushf; pop %eax; bound %eax, scratch; end
        k32 "REX is INC, compatibility"; xor %eax, %eax; .byte 0x48; end
        k64 "INTO"; .byte 0xce; end
        k64 "BOUND"; .byte 0x62, 0x00; end
        k64 "PUSH of DS"; .byte 0x1e; end
        k64 "POP of SS"; .byte 0x17; end
        k64 "LDS"; .byte 0xc5, 0x00; end
        k64 "LJMP with a pointer"; .byte 0xea, 0, 0, 0, 0, 0, 0; end
        k64 "LCALL with a pointer"; .byte 0x9a, 0, 0, 0, 0, 0, 0; end
        k64 "PUSHAD"; .byte 0x60; end
        k64 "DAA"; .byte 0x27; end
        k64 "AAM"; .byte 0xd4, 0x0a; end
        k64 "SALC"; .byte 0xd6; end

        k64 "SGDT"; sgdt image(%rip); mov image(%rip), %rax; movzwl image + 8(%rip), %ecx; end
        k64 "SIDT"; sidt image(%rip); mov image(%rip), %rax; movzwl image + 8(%rip), %ecx; end
        u64 "SIDT, ring 3"; sidt image(%rip); mov image(%rip), %rax; end
        k32 "SGDT, compatibility"; movl $-1, image + 6; sgdt image; mov image, %eax; mov image + 4, %ecx; end
        cmpb    $'m', chosen(%rip)
        jne     4f
        k64 "LGDT of what is not canonical"; movabs $0x8000000000001234, %rax; mov %rax, image + 2(%rip); lgdt image(%rip); end
4:      u64 "LGDT, ring 3"; lgdt image(%rip); end
        k64 "LGDT and SGDT of the high half"; sgdt image(%rip); movl $0xffff8000, image + 6(%rip); lgdt image(%rip); mov $DATA, %eax; mov %eax, %fs; sgdt scratch(%rip); mov scratch + 2(%rip), %rax; movl $0, image + 6(%rip); lgdt image(%rip); end
        k64 "LLDT, and a load"; mov $LDT, %eax; lldt %ax; mov $4, %eax; mov %eax, %fs; end
        k64 "LLDT of null, and a load"; xor %eax, %eax; lldt %ax; mov $4, %eax; mov %eax, %fs; end
        k64 "LLDT of what is not canonical"; mov $LDT_FAR, %eax; lldt %ax; end
        k64 "LLDT that the table cuts"; mov $LAST, %eax; movw $0x8200, gdt + LAST + 4(%rip); lldt %ax; end
        k32 "LLDT, compatibility"; mov $LDT, %eax; lldt %ax; mov $4, %eax; mov %eax, %fs; xor %eax, %eax; lldt %ax; end
        k64 "LTR of a TSS of 16 bits"; mov $TSS_16, %eax; ltr %ax; end
        k64 "LTR of what is not canonical"; mov $TSS_FAR, %eax; ltr %ax; end
        k64 "LTR with a type above"; mov $TSS_TYPE, %eax; ltr %ax; end
        k64 "LTR of an absent TSS"; mov $TSS_ABSENT, %eax; ltr %ax; end
        k64 "LTR of a busy TSS"; mov $TSS, %eax; ltr %ax; end
        k64 "LTR that the table cuts"; mov $LAST, %eax; movw $0x8900, gdt + LAST + 4(%rip); ltr %ax; end
        k64 "LTR marks it busy"; mov $OTHER_TSS, %eax; ltr %ax; mov gdt + OTHER_TSS + 4(%rip), %ecx; str %eax; end
        k64 "STR and SLDT to 64 bits"; str %rax; sldt %rcx; smsw %rdx; and $1, %edx; end
        k64 "LAR of a call gate"; mov $GATE, %ecx; lar %ecx, %eax; end
        k64 "LAR of a call gate of 16 bits"; mov $GATE_16, %ecx; lar %ecx, %eax; end
        k64 "LAR of a task gate"; mov $GATE_TASK, %ecx; lar %ecx, %eax; end
        k64 "LAR of a TSS of 16 bits"; mov $TSS_16, %ecx; lar %ecx, %eax; end
        k64 "LAR of code"; mov $CODE64, %ecx; lar %rcx, %rax; end
        k64 "LSL of an LDT"; mov $LDT, %ecx; lsl %rcx, %rax; end
        k64 "LSL of a TSS of 16 bits"; mov $TSS_16, %ecx; lsl %ecx, %eax; end
        k64 "ARPL is MOVSXD"; movabs $0x1234567880000000, %rcx; movslq %ecx, %rax; end

        k64 "PUSHFQ and POPFQ"; pushfq; orq $0x247dd5, (%rsp); andq $~0x300, (%rsp); popfq; pushfq; pop %rax; push $2; popfq; end
        u64 "POPFQ in ring 3"; push $0x3202; popfq; pushfq; pop %rax; end
        k64 "PUSHFW and POPFW"; pushfw; popfw; end
        k64 "PUSH of an immediate is sign-extended"; push $-2; pop %rax; end
        k64 "PUSHW"; pushw $0x1234; mov %rsp, %rax; popw %cx; end
        k64 "ENTER"; enter $0x20, $0; mov %rsp, %rax; mov %rbp, %rcx; leave; end
        k64 "ENTER with levels"; mov $BASE + 0xe900, %ebp; enter $0x10, $3; mov %rsp, %rax; mov (%rbp), %rcx; mov -24(%rbp), %rdx; end
        k64 "ENTERW"; mov $BASE + 0xe900, %ebp; enterw $0x10, $2; end
        k64 "LEAVE from what is not canonical"; movabs $0x900000000000, %rbp; leave; end
        k64 "POP to memory relative to RSP"; push $5; push $7; pop (%rsp); pop %rax; end
        k64 "POP to memory relative to RIP"; push $5; pop scratch(%rip); mov scratch(%rip), %rax; end
        k64 "CALL through memory"; lea 1f(%rip), %rax; mov %rax, scratch(%rip); call *scratch(%rip); 1: pop %rcx; end
        k64 "RET with parameters"; push $1; call 1f; jmp 2f; 1: ret $8; 2: end
        k64 "JRCXZ"; movabs $0x100000000, %rcx; jrcxz 1f; mov $1, %eax; 1: end
        k64 "JECXZ"; movabs $0x100000000, %rcx; jecxz 1f; mov $1, %eax; 1: end
        k64 "LOOP counts in RCX"; movabs $0x100000001, %rcx; loop 1f; mov $1, %eax; 1: end
        k64 "REP MOVSB with 64-bit addresses"; mov $8, %ecx; lea gdt(%rip), %rsi; movabs $HIGH + BASE + scratch, %rdi; rep movsb; end
        k64 "REP MOVSB with 32-bit addresses"; movabs $0xffffffff00000008, %rcx; mov $BASE + gdt, %esi; mov $BASE + scratch, %edi; addr32 rep movsb; end
        k64 "OUTSB"; mov $0x80, %edx; lea done(%rip), %rsi; outsb; end
        k64 "REP OUTSB"; mov $0x80, %edx; mov $3, %ecx; lea done(%rip), %rsi; rep outsb; end
        u64 "OUT in ring 3"; out %al, $0x80; end
        movw    $0x68, tss + 102(%rip)
        movb    $0xfe, tss + 0x68 + 16(%rip)
        mov     $TSS, %eax
        andb    $0xfd, gdt + TSS + 5(%rip)
        ltr     %ax
        u64 "OUT in ring 3 with a map"; out %al, $0x80; end
        u64 "OUT in ring 3 with a map that says no"; out %al, $0x81; end
        u64 "OUT in ring 3 of a word that the map allows half"; out %ax, $0x80; end
        finish
