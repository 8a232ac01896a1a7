# What control registers, EFER and other model-specific registers refuse in long mode; the ways into it and out of it.
        .include "frame64.S"
        .set    TSS_16, 0x80
        .set    PG, 0x80000000
        .set    PAE, 0x20
# Writes an MSR in an attempt.
        .macro  write_msr number, high, low
        mov     $\number, %ecx
        mov     $\low, %eax
        mov     $\high, %edx
        wrmsr
        .endm
        .macro  read_msr number
        mov     $\number, %ecx
        rdmsr
        .endm
        .macro  change cr, set, clear
        mov     %\cr, %rax
        or      $\set, %rax
        and     $~(\clear), %rax
        mov     %rax, %\cr
        .endm
# Changes a bit of a control register for the attempt, reads it back, and undoes it.
        .macro  toggle cr, bit
        mov     %\cr, %rax
        mov     %rax, %rcx
        btc     $\bit, %rax
        mov     %rax, %\cr
        mov     %\cr, %rbx
        mov     %rcx, %\cr
        xor     %rcx, %rbx
        .endm
# From compatibility mode to protected mode without paging, where #GP goes on at the attempt's `again`: EBX is its error code.
        .macro  leave_long
        lidt    legacy_idtr
        movl    $7f, legacy_resume
        mov     $0x600d, %edx
        mov     %cr0, %eax
        and     $~PG, %eax
        mov     %eax, %cr0
        .endm
        .macro  set_cr4 value
        mov     $\value, %eax
        mov     %eax, %cr4
        .endm
        .macro  set_paging
        mov     %cr0, %eax
        or      $PG, %eax
        mov     %eax, %cr0
        .endm
        .macro  set_lme value
        mov     $EFER, %ecx
        mov     $\value, %eax
        push    %edx
        xor     %edx, %edx
        wrmsr
        pop     %edx
        .endm
        .macro  again
7:      mov     %cr0, %eax
        and     $~PG, %eax
        mov     %eax, %cr0
        set_cr4 PAE
        set_lme 0x101
        set_paging
        lidt    idtr
        .endm
        .code32
legacy_gp:
        pop     %ebx
        add     $12, %esp
        mov     $0xbad, %edx
        jmp     *legacy_resume
legacy_resume:
        .long   0
scratch:
        .skip   16
        .balign 8
legacy_idt:
        .skip   13 * 8
        .word   legacy_gp, CODE32, 0x8e00, 0
        .skip   2 * 8
legacy_idtr:
        .word   16 * 8 - 1
        .long   BASE + legacy_idt
        .code64
main:   mov     $PG + 0x11, %eax                # whatever the firmware left
        mov     %rax, %cr0
        mov     $PAE, %eax
        mov     %rax, %cr4
        descriptor TSS_16, BASE + tss, 0x87, 0x81, 0
        cmpb    $'m', chosen(%rip)
        jne     3f
        k64 "CR0 without PG"; mov %cr0, %rax; btr $31, %rax; mov %rax, %cr0; end
        k64 "CR0 without PE"; change cr0, 0, 1; end
        k64 "CR0 with NW without CD"; change cr0, 0x20000000, 0x40000000; end
        k64 "CR0 with bit 32"; mov %cr0, %rax; bts $32, %rax; mov %rax, %cr0; end
        k64 "CR0 with bit 63"; mov %cr0, %rax; bts $63, %rax; mov %rax, %cr0; end
        k64 "CR3 with bit 51"; mov %cr3, %rax; bts $51, %rax; mov %rax, %cr3; end
        k64 "CR3 with bit 40"; mov %cr3, %rax; bts $40, %rax; mov %rax, %cr3; end
        k64 "CR3 with bit 63"; mov %cr3, %rax; bts $63, %rax; mov %rax, %cr3; end
        k64 "CR4 without PAE"; change cr4, 0, PAE; end
        k64 "CR4 with bit 31"; mov %cr4, %rax; bts $31, %rax; mov %rax, %cr4; end
        k64 "CR4 with bit 32"; mov %cr4, %rax; bts $32, %rax; mov %rax, %cr4; end
        k64 "CR4 with bit 15"; mov %cr4, %rax; bts $15, %rax; mov %rax, %cr4; end
        k64 "CR4.LA57 in long mode"; mov %cr4, %rax; bts $12, %rax; mov %rax, %cr4; end
3:      k64 "CR0 ignores reserved bits"; mov %cr0, %rcx; mov %rcx, %rax; or $0x1ff00000, %eax; mov %rax, %cr0; mov %cr0, %rbx; mov %rcx, %cr0; xor %rcx, %rbx; end
        k64 "CR0.WP"; toggle cr0, 16; end
        k64 "CR0.TS"; toggle cr0, 3; end
        k64 "CR0.ET stays"; toggle cr0, 4; end
        u64 "CR0 in ring 3"; mov %cr0, %rax; end
        u64 "CR0 in ring 3, written"; mov %rax, %cr0; end
        u32 "CR3 in ring 3, compatibility"; mov %cr3, %eax; end
        k64 "CR1"; .byte 0x0f, 0x20, 0xc8; end
        k64 "CR5"; .byte 0x0f, 0x20, 0xe8; end
        u64 "CR5 in ring 3"; .byte 0x0f, 0x20, 0xe8; end
        k64 "CR2 of 64 bits"; movabs $0x8123456789abcdef, %rax; mov %rax, %cr2; mov %cr2, %rbx; end
        k32 "CR2 in compatibility mode"; mov $0x89abcdef, %eax; mov %eax, %cr2; mov %cr2, %ebx; end
        k64 "CR3 with PWT and PCD"; mov %cr3, %rcx; lea 0x18(%rcx), %rax; mov %rax, %cr3; mov %cr3, %rbx; mov %rcx, %cr3; end
        k64 "CR4.PSE"; toggle cr4, 4; end
        k64 "CR4.PGE"; toggle cr4, 7; end
        k64 "CR4.TSD"; toggle cr4, 2; end
        k64 "CR4.DE"; toggle cr4, 3; end
        k64 "CR4.MCE"; toggle cr4, 6; end
        k64 "CR4.PCE"; toggle cr4, 8; end
        u64 "RDTSC in ring 3"; rdtsc; mov $0, %eax; mov $0, %edx; end
        change  cr4, 4, 0
        u64 "RDTSC in ring 3 with TSD"; rdtsc; mov $0, %eax; mov $0, %edx; end
        k64 "RDTSC in ring 0 with TSD"; rdtsc; mov $0, %eax; mov $0, %edx; end
        change  cr4, 0, 4
        k64 "CR8"; mov %cr8, %rax; end
        k64 "CR8, written"; mov $9, %eax; mov %rax, %cr8; mov %cr8, %rbx; xor %eax, %eax; mov %rax, %cr8; end
        k64 "CR8 of 16"; mov $16, %eax; mov %rax, %cr8; end
        u64 "CR8 in ring 3"; mov %cr8, %rax; end
        k32 "CR8 is CR0 in compatibility mode"; mov %cr0, %eax; and $1, %eax; end
        k64 "DR7 with bit 32"; mov %dr7, %rax; bts $32, %rax; mov %rax, %dr7; end
        k64 "DR6 with bit 32"; mov %dr6, %rax; bts $32, %rax; mov %rax, %dr6; end
        k64 "DR0 of 64 bits"; movabs $0x8123456789abcdef, %rax; mov %rax, %dr0; mov %dr0, %rbx; xor %eax, %eax; mov %rax, %dr0; end
        u64 "DR7 in ring 3"; mov %dr7, %rax; end
        k64 "CLTS"; clts; end
        u64 "CLTS in ring 3"; clts; end
        u64 "LMSW in ring 3"; lmsw %ax; end
        u64 "SMSW in ring 3"; smsw %rax; and $1, %eax; end
        u64 "INVLPG in ring 3"; invlpg (%rax); end
        k64 "INVLPG of what is not canonical"; movabs $0x800000000000, %rax; invlpg (%rax); end
        u64 "WBINVD in ring 3"; wbinvd; end
        u64 "RDMSR in ring 3"; read_msr EFER; end
        u64 "WRMSR in ring 3"; write_msr EFER, 0, 0x500; end

        change  cr4, 0x800, 0
        u64 "SGDT in ring 3 with UMIP"; sgdt scratch(%rip); end
        u64 "SIDT in ring 3 with UMIP"; sidt scratch(%rip); end
        u64 "SLDT in ring 3 with UMIP"; sldt %eax; end
        u64 "STR in ring 3 with UMIP"; str %eax; end
        u64 "SMSW in ring 3 with UMIP"; smsw %eax; end
        u32 "SMSW in ring 3 with UMIP, compatibility"; smsw %eax; end
        k64 "SLDT in ring 0 with UMIP"; sldt %eax; end
        change  cr4, 0, 0x800
        u64 "STR in ring 3"; str %eax; end

        k64 "EFER"; read_msr EFER; end
        k64 "EFER without LME"; write_msr EFER, 0, 0x401; end
        k64 "EFER without LMA"; write_msr EFER, 0, 0x101; read_msr EFER; end
        k64 "EFER with NXE"; write_msr EFER, 0, 0xd01; read_msr EFER; end
        k64 "EFER without NXE"; write_msr EFER, 0, 0x501; read_msr EFER; end
        k64 "EFER with bit 1"; write_msr EFER, 0, 0x503; end
        k64 "EFER with bit 9"; write_msr EFER, 0, 0x701; end
        k64 "EFER with bit 63"; write_msr EFER, 0x80000000, 0x501; end
        k64 "PAT"; read_msr 0x277; end
        k64 "PAT, written"; write_msr 0x277, 0x00070406, 0x00070401; read_msr 0x277; end
        k64 "PAT with a bad type"; write_msr 0x277, 0x00070406, 0x00070402; end
        k64 "PAT with a reserved bit"; write_msr 0x277, 0x00070406, 0x00070408; end
        k64 "MTRRcap"; read_msr 0xfe; end
        k64 "MTRRcap, written"; write_msr 0xfe, 0, 0; end
        k64 "a variable range"; write_msr 0x20e, 0, 0x12345006; write_msr 0x20f, 0xff, 0xfffff800; read_msr 0x20e; end
        k64 "a variable range with a bad type"; write_msr 0x20e, 0, 0x2; end
        k64 "a variable range beyond physical memory"; write_msr 0x20e, 0x100, 0; end
        k64 "a fixed range with a bad type"; write_msr 0x250, 0, 7; end
        k64 "the default type with a bad one"; write_msr 0x2ff, 0, 0xc02; end
        k64 "the default type with a reserved bit"; write_msr 0x2ff, 0, 0x1c00; end
        k64 "a range that is not there"; write_msr 0x212, 0, 0; end
        k64 "MCG_STATUS"; read_msr 0x17a; end
        k64 "MCG_CTL of something"; write_msr 0x17b, 0, 1; end
        k64 "MC0_STATUS is cleared"; write_msr 0x401, 0, 0; read_msr 0x401; end
        k64 "MC0_STATUS of something"; write_msr 0x401, 0, 1; end
        k64 "TSC, written"; write_msr 0x10, 1, 0; read_msr 0x10; mov $0, %eax; end
        k64 "APIC_BASE"; read_msr 0x1b; end
        k64 "no register 12345678"; read_msr 0x12345678; end
        k64 "no register C0000085"; read_msr 0xc0000085; end
        k64 "no register 12345678, written"; write_msr 0x12345678, 0, 0; end
        k64 "RDPMC of a counter that is not there"; mov $0x123, %ecx; rdpmc; end
        k64 "a counter counts instructions"
        write_msr 0xc0010004, 0, 0
        write_msr 0xc0010000, 0, 0x4300c0
        nop
        nop
        nop
        mov     $0xc0010000, %ecx
        xor     %eax, %eax
        xor     %edx, %edx
        wrmsr
        read_msr 0xc0010004
        end

        k32 "out of long mode and in again"; leave_long; read_msr EFER; mov %eax, %ebx; set_paging; read_msr EFER; lidt idtr; end
        k32 "EFER without LME outside of long mode"; leave_long; set_lme 1; read_msr EFER; mov %eax, %ebx; again; end
        cmpb    $'m', chosen(%rip)
        jne     4f
        k32 "PG with LME but without PAE"; leave_long; set_cr4 0; set_paging; again; end
        k32 "PG without LME, a PDPTE with reserved bits"; leave_long; set_lme 1; set_paging; again; end
        k32 "PG with LME and CS.L"; leave_long; ljmp $CODE64, $BASE + 1f; .code16; 1: mov %cr0, %eax; or $PG, %eax; mov %eax, %cr0; 2: jmp 2b; .code32; again; end
        k32 "PG with LME and a TSS of 16 bits"; leave_long; mov $TSS_16, %eax; ltr %ax; set_paging; 7: andb $0xfd, gdt + TSS + 5; mov $TSS, %eax; ltr %ax; again; end
4:      k16 "from real mode to long mode at once"
        lidt    legacy_idtr
        mov     %cr0, %eax
        and     $~PG, %eax
        mov     %eax, %cr0
        and     $~1, %al
        mov     %eax, %cr0
        ljmp    $BASE >> 4, $1f
1:      smsw    %bx
        and     $1, %bx
        mov     %cr0, %eax
        or      $PG + 1, %eax
        mov     %eax, %cr0
        ljmp    $CODE32, $1f
        .code32
1:      mov     $DATA32, %eax
        mov     %eax, %ss
        mov     $0xe800, %esp
        lidt    idtr
        end
        finish
