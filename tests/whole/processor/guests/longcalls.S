# SYSCALL, SYSRET, SYSENTER, SYSEXIT and SWAPGS from 64-bit and from compatibility mode.
        .include "frame64.S"
        .set    SYSENTER_CS, 0x174
        .set    SYSENTER_ESP, 0x175
        .set    SYSENTER_EIP, 0x176
        .set    KERNEL_STACK, BASE + 0xc800
        .code64
stay:   int     $END_OF_ATTEMPT
back64: mov     %cs, %ebx
        mov     %ss, %ebp
        sysretq
back32: mov     %cs, %ebx
        mov     %ss, %ebp
        sysretl
flags:  pushfq
        pop     %rbx
        sysretq
enter:  mov     %rsp, %rbx
        mov     %cs, %ebp
        int     $END_OF_ATTEMPT
exit64: sysexitq
exit32: sysexitl
        .macro  target64 label
        set_msr LSTAR, BASE + \label
        .endm
        .macro  target32 label
        set_msr CSTAR, BASE + \label
        .endm
        .macro  enter_at label
        set_msr SYSENTER_EIP, BASE + \label
        .endm
# The base of GS in force, then KERNEL_GS_BASE.
        .macro  bases
        mov     $GS_BASE, %ecx
        rdmsr
        mov     %eax, %ebx
        mov     $KERNEL_GS_BASE, %ecx
        rdmsr
        .endm
main:   gate    idt + 16 * 13, CODE64, stubs + 16 * 13, 0x8e, 1
        gate    idt + 16 * 6, CODE64, stubs + 16 * 6, 0x8e, 2
        set_msr STAR, (0x4b << 48) | (CODE64 << 32) | (BASE + 0x1234)
        set_msr SFMASK, 0x600
        set_msr SYSENTER_CS, CODE64
        set_msr SYSENTER_ESP, KERNEL_STACK
        target64 stay
        target32 stay
        enter_at enter
        u64 "SYSCALL"; syscall; end
        k64 "SYSCALL in ring 0"; syscall; end
        u32 "SYSCALL, compatibility"; syscall; end
        k32 "SYSCALL in ring 0, compatibility"; syscall; end
        target64 back64
        target32 back32
        u64 "SYSCALL and SYSRETQ"; syscall; end
        u32 "SYSCALL and SYSRETL, compatibility"; ljmp $UFLAT32, $BASE + 1f; 1: syscall; end
        target64 back32
        u64 "SYSCALL and SYSRETL"; syscall; 1: .code32; end
        target64 flags
        u64 "SYSCALL keeps what SFMASK does not name"; push $0x8d5; popfq; syscall; end
        set_msr SFMASK, 0xffffffffffffffff
        u64 "SYSCALL with a full SFMASK"; push $0x8d5; popfq; syscall; end
        k64 "SFMASK has 32 bits"; mov $SFMASK, %ecx; rdmsr; end
        set_msr SFMASK, 0
        target64 stay
        k64 "SYSCALL to the high half"; mov $LSTAR, %ecx; mov $BASE + 1f, %eax; mov $0xffff8000, %edx; wrmsr; xor %edx, %edx; syscall; 1: lea 1b(%rip), %rdi; end
        k64 "LSTAR that is not canonical"; mov $LSTAR, %ecx; xor %eax, %eax; mov $0x8000, %edx; wrmsr; end
        k64 "CSTAR that is not canonical"; mov $CSTAR, %ecx; xor %eax, %eax; mov $0x8000, %edx; wrmsr; end
        k64 "STAR with RPLs"; set_msr STAR, (0x48 << 48) | ((CODE64 + 3) << 32); target64 stay; syscall; end
        set_msr STAR, (0x4b << 48) | (CODE64 << 32)
        k64 "SYSRETQ"; lea 1f(%rip), %rcx; mov $0x246, %r11d; sysretq; 1: end
        k64 "SYSRETL"; mov $BASE + 1f, %ecx; mov $2, %r11d; sysretl; 1: .code32; end
        k64 "SYSRETL drops RCX's high half"; movabs $0x12300000000 + BASE + 1f, %rcx; mov $2, %r11d; sysretl; 1: .code32; end
        k64 "SYSRETQ sets all flags but VM and RF"; lea 1f(%rip), %rcx; mov $0xfffffeff, %r11d; sysretq; 1: end
        k64 "SYSRETQ keeps RSP"; lea 1f(%rip), %rcx; movabs $HIGH + BASE + 0xcf00, %rsp; mov $2, %r11d; sysretq; 1: end
        k32 "SYSRET, compatibility"; movl $BASE + 1f, %ecx; sysret; 1: end
        u64 "SYSRETQ in ring 3"; sysretq; end
        u32 "SYSRET in ring 3, compatibility"; sysret; end
        set_msr STAR, (0x48 << 48) | (CODE64 << 32)
        k64 "SYSRETQ with RPL 0 in STAR"; lea 1f(%rip), %rcx; mov $2, %r11d; sysretq; 1: end
        set_msr EFER, 0x500
        u64 "SYSCALL without SCE"; syscall; end
        k64 "SYSRETQ without SCE"; sysretq; end
        set_msr EFER, 0x501

        u64 "SYSENTER"; sysenter; end
        k64 "SYSENTER in ring 0"; sysenter; end
        u32 "SYSENTER, compatibility"; sysenter; end
        k64 "SYSEXITQ"; lea 1f(%rip), %rdx; mov $BASE + 0xcf00, %ecx; sysexitq; 1: end
        k64 "SYSEXITL"; mov $BASE + 1f, %edx; mov $BASE + 0xcf00, %ecx; sysexitl; 1: .code32; end
        k32 "SYSEXIT, compatibility"; mov $BASE + 1f, %edx; mov $BASE + 0xcf00, %ecx; sysexit; 1: end
        u64 "SYSEXITQ in ring 3"; sysexitq; end
        k64 "SYSEXITQ to what is not canonical"; movabs $0x800000000000, %rdx; mov $BASE + 0xcf00, %ecx; sysexitq; 1: end
        k64 "SYSEXITQ with a stack that is not canonical"; movabs $0x800000000000, %rcx; lea 1f(%rip), %rdx; sysexitq; 1: end
        set_msr SYSENTER_CS, 3
        u64 "SYSENTER without a selector"; sysenter; end
        k64 "SYSEXITQ without a selector"; sysexitq; end
        k64 "SYSENTER_EIP that is not canonical"; mov $SYSENTER_EIP, %ecx; xor %eax, %eax; mov $0x8000, %edx; wrmsr; end

        set_msr GS_BASE, 0x12345678
        set_msr KERNEL_GS_BASE, BASE + state
        k64 "SWAPGS"; set_msr GS_BASE, 0x12345678; swapgs; bases; end
        k64 "SWAPGS, and a load"; set_msr GS_BASE, BASE + begin; set_msr KERNEL_GS_BASE, 0; mov %gs:0, %eax; swapgs; mov %gs:BASE + begin, %ebx; swapgs; end
        u64 "SWAPGS in ring 3"; swapgs; end
        k32 "SWAPGS, compatibility"; .byte 0x0f, 0x01, 0xf8; end
        k64 "GS_BASE that is not canonical"; mov $GS_BASE, %ecx; xor %eax, %eax; mov $0x8000, %edx; wrmsr; end
        k64 "KERNEL_GS_BASE that is not canonical"; mov $KERNEL_GS_BASE, %ecx; xor %eax, %eax; mov $0x8000, %edx; wrmsr; end
        k64 "FS_BASE of the high half, and a load"; set_msr FS_BASE, HIGH; mov %fs:BASE + begin, %ebx; end
        k64 "FS_BASE comes round"; set_msr FS_BASE, 0xffffffffffffff00; mov %fs:BASE + begin + 0x100, %ebx; end
        k64 "FS with a 32-bit address"; set_msr FS_BASE, BASE; mov $begin, %ebx; mov %fs:(%ebx), %eax; end
        k64 "DS with an override has no base"; mov $DATA32, %eax; mov %eax, %ds; mov $BASE + begin, %ebx; ds; mov (%rbx), %eax; end
        k32 "GS_BASE counts in compatibility mode"; mov $GS_BASE, %ecx; mov $BASE, %eax; xor %edx, %edx; wrmsr; mov $DATA32, %eax; mov %eax, %gs; mov %gs:begin, %ebx; end
        k64 "LEA takes no base"; set_msr FS_BASE, HIGH; lea %fs:8(%rax), %rbx; end
        finish
