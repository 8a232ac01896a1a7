# What newer processors guard in long mode: SMEP, SMAP with AC, protection keys, NX, pages of 1 GiB; FSGSBASE, TSC_AUX,
# CMPXCHG16B, MONITOR. Pages as frame64.S has them, but for the supervisor alone; besides:
#
#       USERS    a user page of 2 MiB onto address 0            GIGA    a page of 1 GiB onto address 0
        .include "frame64.S"
        .set    USERS, 0x400000
        .set    GIGA, 0x40000000
        .set    PDPT, PML4 + 0x1000
        .set    PD, PML4 + 0x2000
        .set    WP, 0x10000
        .set    PAE, 0x20
        .set    FSGSBASE, 0x10000
        .set    SMEP, 0x100000
        .set    SMAP, 0x200000
        .set    PKE, 0x400000
        .set    AC, 0x40000
        .macro  set_cr4 bits
        mov     $PAE | \bits, %eax
        mov     %rax, %cr4
        .endm
# The entry that USERS is mapped by.
        .macro  users low, high=0
        movl    $\low, PD + 16
        movl    $\high, PD + 20
        invlpg  USERS + BASE
        .endm
        .macro  giga low, high=0
        movl    $\low, PDPT + 8
        movl    $\high, PDPT + 12
        mov     %cr3, %rax
        mov     %rax, %cr3
        .endm
# Where the last page fault was, between attempts.
        .macro  fault_address name
        mov     %cr2, %rax
        value   "\name"
        .endm
        .macro  set_ac
        pushfq
        orl     $AC, (%rsp)
        popfq
        .endm
        .macro  clear_ac
        pushfq
        andl    $~AC, (%rsp)
        popfq
        .endm

        .balign 16
routine:
        mov     $0x600d, %ebx
        ret
        .balign 16
cell:   .quad   0x1122334455667788, 0x99aabbccddeeff00
        .balign 16

main:   users   0x87
        movl    $0x83, PD
        mov     %cr3, %rax
        mov     %rax, %cr3

# ---- SMEP ------------------------------------------------------------------------------------------------------------
        k64     "a user page runs in ring 0 without SMEP"; lea USERS + BASE + routine, %rax; call *%rax; end
        set_cr4 SMEP
        k64     "a user page does not run in ring 0 with SMEP"; lea USERS + BASE + routine, %rax; jmp *%rax; end
        fault_address "SMEP faults at the routine"
        k64     "a user page is read in ring 0 with SMEP"; mov USERS + BASE + cell, %rbx; end
        set_cr4 0

# ---- SMAP ------------------------------------------------------------------------------------------------------------
        k64     "STAC and CLAC go without CR4.SMAP"; stac; pushfq; pop %rax; clac; pushfq; pop %rcx; end
        set_cr4 SMAP
        k64     "a user page is not read in ring 0 with SMAP"; mov USERS + BASE + cell, %rbx; end
        fault_address "SMAP faults at the cell"
        k64     "a user page is not written in ring 0 with SMAP"; mov %rbx, USERS + BASE + cell; end
        k64     "a user page is read with SMAP and AC"; stac; mov USERS + BASE + cell, %rbx; clac; end
        k64     "a user page runs in ring 0 with SMAP"; lea USERS + BASE + routine, %rax; call *%rax; end
        k64     "POPF sets AC as STAC does"; set_ac; mov USERS + BASE + cell, %rbx; clear_ac; end
        k64     "an update of a user page with SMAP"; addl $1, USERS + BASE + cell; end
        k64     "CLFLUSH of a user page with SMAP"; clflush USERS + BASE + cell; end
        k64     "LGDT from a user page with SMAP"; lgdt USERS + BASE + gdtr; end
        set_cr4 0

# ---- protection keys -------------------------------------------------------------------------------------------------
        k64     "RDPKRU without CR4.PKE"; xor %ecx, %ecx; rdpkru; end
        k64     "WRPKRU without CR4.PKE"; xor %ecx, %ecx; xor %edx, %edx; wrpkru; end
        set_cr4 PKE
        users   0x87, 0x08000000                # key 1
        k64     "RDPKRU with ECX"; mov $1, %ecx; rdpkru; end
        k64     "WRPKRU with EDX"; xor %ecx, %ecx; mov $1, %edx; wrpkru; end
        k64     "RDPKRU clears EDX"; xor %ecx, %ecx; rdpkru; end
        xor     %ecx, %ecx
        xor     %edx, %edx
        mov     $4, %eax                        # key 1: no access
        wrpkru
        k64     "RDPKRU gives what WRPKRU took"; xor %ecx, %ecx; rdpkru; end
        k64     "a key without access is not read in ring 0"; mov USERS + BASE + cell, %rbx; end
        k64     "a key without access runs"; lea USERS + BASE + routine, %rax; call *%rax; end
        xor     %ecx, %ecx
        xor     %edx, %edx
        mov     $8, %eax                        # key 1: no writes
        wrpkru
        k64     "a key without writes is read"; mov USERS + BASE + cell, %rbx; end
        k64     "a key without writes is written in ring 0 without WP"; mov %rbx, USERS + BASE + STACK - 0x800; end
        mov     %cr0, %rax
        or      $WP, %eax
        mov     %rax, %cr0
        k64     "a key without writes is not written in ring 0 with WP"; mov %rbx, USERS + BASE + STACK - 0x800; end
        k64     "a supervisor's page has no key"; mov cell(%rip), %rbx; mov %rbx, BASE + STACK - 0x800; end
        mov     %cr0, %rax
        and     $~WP, %eax
        mov     %rax, %cr0
        set_cr4 0
        users   0x87

# ---- NX --------------------------------------------------------------------------------------------------------------
        users   0x87, 0x80000000
        k64     "bit 63 is reserved without EFER.NXE"; mov USERS + BASE + cell, %rbx; end
        mov     $EFER, %ecx
        rdmsr
        or      $0x800, %eax
        wrmsr
        k64     "a page with NX is read"; mov USERS + BASE + cell, %rbx; end
        k64     "a page with NX does not run"; lea USERS + BASE + routine, %rax; jmp *%rax; end
        set_cr4 SMEP
        k64     "NX and SMEP both"; lea USERS + BASE + routine, %rax; jmp *%rax; end
        set_cr4 0
        users   0x87

# ---- pages of 1 GiB --------------------------------------------------------------------------------------------------
        giga    0x83
        k64     "a page of 1 GiB is read and written"; mov GIGA + BASE + cell, %rbx; mov %rbx, GIGA + BASE + STACK - 0x800; end
        k64     "a page of 1 GiB runs"; lea GIGA + BASE + routine, %rax; call *%rax; end
        mov     PDPT + 8, %rax
        value   "accessed and dirty are set in its entry"
        giga    0x2083
        k64     "bit 13 of it is reserved"; mov GIGA + BASE + cell, %rbx; end
        giga    0x81
        k64     "without W it is written without WP"; mov %rbx, GIGA + BASE + STACK - 0x800; end
        giga    0x0

# ---- FS and GS bases, TSC_AUX ----------------------------------------------------------------------------------------
        k64     "RDFSBASE without CR4.FSGSBASE"; rdfsbase %rax; end
        k64     "WRGSBASE without CR4.FSGSBASE"; wrgsbase %rax; end
        set_cr4 FSGSBASE
        k64     "WRFSBASE, RDFSBASE"; movabs $0x7fff12345678, %rbx; wrfsbase %rbx; rdfsbase %rcx; rdfsbase %edx; end
        k64     "WRGSBASE of 32 bits"; wrgsbase %ebx; rdgsbase %rcx; end
        k64     "WRFSBASE that is not canonical"; movabs $0x800000000000, %rbx; wrfsbase %rbx; end
        k64     "WRFSBASE seen by MSR"; movabs $0xffff800012345678, %rbx; wrfsbase %rbx; mov $FS_BASE, %ecx; rdmsr; end
        k64     "a load by FS"; lea BASE + cell - 16, %rbx; wrfsbase %rbx; mov %fs:16, %rcx; end
        k32     "RDFSBASE in compatibility mode"; .byte 0xf3, 0x0f, 0xae, 0xc0; end
        set_cr4 0
        set_msr 0xc0000103, 0x12345
        k64     "RDTSCP loads TSC_AUX"; rdtscp; xor %eax, %eax; xor %edx, %edx; end
        k64     "RDPID loads TSC_AUX"; rdpid %rbx; end
        set_cr4 4
        k64     "RDTSCP in ring 0 with TSD"; rdtscp; xor %eax, %eax; xor %edx, %edx; end
        set_cr4 0

# ---- CMPXCHG16B ------------------------------------------------------------------------------------------------------
        k64     "CMPXCHG16B, not equal"; cmpxchg16b BASE + cell; end
        k64     "CMPXCHG16B, equal"; movabs $0x1122334455667788, %rax; movabs $0x99aabbccddeeff00, %rdx; mov $1, %ebx; mov $2, %ecx; lock cmpxchg16b BASE + cell; mov BASE + cell, %rsi; mov BASE + cell + 8, %rdi; end
        k64     "CMPXCHG16B that is not aligned"; cmpxchg16b BASE + cell + 8; end
        k64     "CMPXCHG16B that is neither aligned nor canonical, by RBP"; movabs $0x1234567812345673, %rbp; cmpxchg16b (%rbp); end
        k64     "CMPXCHG16B with a register"; .byte 0x48, 0x0f, 0xc7, 0xc8; end

# ---- MONITOR, MWAIT --------------------------------------------------------------------------------------------------
        k64     "MONITOR"; lea BASE + cell, %rax; xor %ecx, %ecx; xor %edx, %edx; monitor; end
        k64     "MONITOR with extensions"; lea BASE + cell, %rax; mov $1, %ecx; xor %edx, %edx; monitor; end
        k64     "MONITOR of what is not mapped"; lea 0x7000000, %rax; xor %ecx, %ecx; xor %edx, %edx; monitor; end
        k64     "MONITOR of what is not canonical"; movabs $0x800000000000, %rax; xor %ecx, %ecx; xor %edx, %edx; monitor; end
        k64     "MWAIT with unknown extensions"; xor %eax, %eax; mov $2, %ecx; mwait; end

        cmpb    $'m', chosen(%rip)
        je      contexts
        finish

# ---- process contexts, which QEMU 7.2 lacks --------------------------------------------------------------------------
        .set    PCIDE, 0x20000
# Two pages for USERS: that from 0, and that from 2 MiB, whose cell holds BEEFh.
        .macro  first_page
        movl    $0x87, PD + 16
        .endm
        .macro  second_page
        movl    $0x200087, PD + 16
        .endm
        .macro  look reg
        mov     USERS + BASE + cell, %\reg
        .endm
# CR3 with a context, in an attempt; `keep`: without a flush.
        .macro  context number, keep=0
        movabs  $PML4 | \number | (\keep << 63), %rax
        mov     %rax, %cr3
        .endm
        .macro  drop type, number, address
        movabs  $\address, %rax
        mov     %rax, wanted + 8(%rip)
        movabs  $\number, %rax
        mov     %rax, wanted(%rip)
        mov     $\type, %eax
        invpcid wanted(%rip), %rax
        .endm
        .balign 16
wanted: .quad   0, 0
contexts:
        movq    $0x600d, cell(%rip)
        movq    $0xbeef, 0x200000 + BASE + cell
        k64     "PCIDE is not set while CR3 has flags"; mov $PML4 + 8, %rax; mov %rax, %cr3; mov $PAE | PCIDE, %eax; mov %rax, %cr4; end
        mov     $PML4, %rax
        mov     %rax, %cr3
        k64     "INVPCID of a context without PCIDE"; drop 0, 1, USERS; end
        k64     "INVPCID of context 0 without PCIDE"; look rbx; second_page; look rcx; drop 0, 0, USERS + BASE; look rdx; first_page; end
        set_cr4 PCIDE
        k64     "contexts have translations of their own"; context 1; look rbx; second_page; context 2; look rcx; context 1, 1; look rdx; context 1; look rsi; first_page; end
        k64     "CR3 without bit 63 drops its context alone"; context 1; look rbx; context 2; look rcx; second_page; context 2; look rdx; context 1, 1; look rsi; first_page; context 1; end
        k64     "INVPCID 0 drops an address of a context"; context 1; look rbx; context 2; look rcx; second_page; drop 0, 1, USERS + BASE; look rdx; context 1, 1; look rsi; first_page; context 1; context 2; end
        k64     "INVPCID 1 drops a context"; context 1; look rbx; context 2; look rcx; second_page; drop 1, 1, 0; look rdx; context 1, 1; look rsi; first_page; context 1; context 2; end
        k64     "INVPCID 2 drops all"; context 1; look rbx; context 2; look rcx; second_page; drop 2, 0, 0; look rdx; context 1, 1; look rsi; first_page; context 1; context 2; end
        k64     "INVPCID 3 drops all but global ones"; context 1; look rbx; context 2; look rcx; second_page; drop 3, 0, 0; look rdx; context 1, 1; look rsi; first_page; context 1; context 2; end
        k64     "INVPCID 4"; drop 4, 0, 0; end
        k64     "INVPCID of context 1000h"; drop 1, 0x1000, 0; end
        k64     "INVPCID 2 of context 1000h"; drop 2, 0x1000, 0; end
        k64     "INVPCID 0 of what is not canonical"; drop 0, 0, 0x800000000000; end
        finish
