# Paging with 32-bit entries: which accesses fault, with which error code and CR2, and which bits the
# processor sets in the tables. Linear 400000h is the page under test; everything below 4 MiB is itself, for everybody.
        .include "frame.S"
        .set    DIRECTORY, 0x100000
        .set    IDENTITY, 0x101000
        .set    TABLE, 0x102000
        .set    PAGE, 0x200000                  # physical
        .set    OTHER, 0x300000
        .set    WINDOW, 0x400000                # linear
        .set    UFLAT, 0x63
        .set    FLATCODE, 0x68
        .set    UFLATCODE, 0x73
        .set    P, 1
        .set    W, 2
        .set    U, 4
        .set    A, 0x20
        .set    D, 0x40
        .set    PS, 0x80
        .set    G, 0x100

# The entries under test, whatever the TLB has forgotten.
        .macro  entries pde, pte
        mov     $FLAT, %eax
        mov     %eax, %fs
        movl    $TABLE + (\pde), %fs:DIRECTORY + 4
        movl    $PAGE + (\pte), %fs:TABLE
        mov     %cr3, %eax
        mov     %eax, %cr3
        xor     %eax, %eax
        mov     %eax, %cr2
        .endm
# What is in them and in CR2 afterwards.
        .macro  seen name
        mov     $FLAT, %eax
        mov     %eax, %fs
        mov     %cr2, %eax
        value   "\name, CR2"
        mov     %fs:DIRECTORY + 4, %eax
        shl     $16, %eax
        mov     %fs:TABLE, %ax
        value   "\name, entries"
        .endm
        .macro  each name, pde, pte
        entries \pde, \pte
        k32 "\name, ring 0 reads"; mov $FLAT, %eax; mov %eax, %fs; mov %fs:WINDOW + 0x123, %ecx; end
        seen "\name, ring 0 reads"
        entries \pde, \pte
        k32 "\name, ring 0 writes"; mov $FLAT, %eax; mov %eax, %fs; mov %ecx, %fs:WINDOW + 0x123; end
        seen "\name, ring 0 writes"
        entries \pde, \pte
        u32 "\name, ring 3 reads"; mov $UFLAT, %eax; mov %eax, %fs; mov %fs:WINDOW + 0x123, %ecx; end
        seen "\name, ring 3 reads"
        entries \pde, \pte
        u32 "\name, ring 3 writes"; mov $UFLAT, %eax; mov %eax, %fs; mov %ecx, %fs:WINDOW + 0x123; end
        seen "\name, ring 3 writes"
        entries \pde, \pte
        k32 "\name, ring 0 executes"; ljmp $FLATCODE, $WINDOW; end
        seen "\name, ring 0 executes"
        entries \pde, \pte
        u32 "\name, ring 3 executes"; ljmp $UFLATCODE, $WINDOW; end
        seen "\name, ring 3 executes"
        .endm

main:   descriptor 0x60, 0, 0xfffff, 0xf3, 0xc0
        descriptor 0x68, 0, 0xfffff, 0x9b, 0xc0
        descriptor 0x70, 0, 0xfffff, 0xfb, 0xc0
        mov     $FLAT, %eax
        mov     %eax, %fs
        mov     %eax, %es
        mov     $DIRECTORY, %edi
        mov     $0x1000, %ecx
        xor     %eax, %eax
        rep stosl %es:(%edi)
        mov     $IDENTITY, %edi
        mov     $P + W + U + A + D, %eax
        mov     $0x400, %ecx
1:      mov     %eax, %es:(%edi)
        add     $4, %edi
        add     $0x1000, %eax
        loop    1b
        movl    $IDENTITY + P + W + U + A, %fs:DIRECTORY
        movl    $0x7fcd9090, %fs:PAGE           # NOP, NOP, INT 7Fh
        movl    $0x7fcd9090, %fs:OTHER
        mov     $DIRECTORY, %eax
        mov     %eax, %cr3
        mov     $DATA32, %eax
        mov     %eax, %es
        mov     $0x80000001, %eax
        mov     %eax, %cr0
        jmp     1f
1:      mov     %cr0, %eax
        value   "CR0 with paging"

        each    "table absent", 0, P + W + U
        each    "page absent", P + W + U, W + U
        each    "user, writable", P + W + U, P + W + U
        each    "user, read-only", P + W + U, P + U
        each    "supervisor, writable", P + W + U, P + W
        each    "supervisor, read-only", P + W + U, P
        each    "read-only by its table", P + U, P + W + U
        each    "supervisor's by its table", P + W, P + W + U
        mov     $0x80010001, %eax
        mov     %eax, %cr0
        each    "WP, user, read-only", P + W + U, P + U
        each    "WP, supervisor, read-only", P + W + U, P
        mov     $0x80000001, %eax
        mov     %eax, %cr0

# Across a page's end, the second page being absent or read-only.
        entries P + W + U, P + W + U
        movl    $PAGE + 0x1000 + W + U, %fs:TABLE + 4
        k32 "reads across into an absent page"; mov $FLAT, %eax; mov %eax, %fs; mov %fs:WINDOW + 0xffe, %ecx; end
        seen "reads across"
        entries P + W + U, P + W + U
        movl    $0x11223344, %fs:PAGE + 0xffc
        k32 "writes across into an absent page"; mov $FLAT, %eax; mov %eax, %fs; mov %ecx, %fs:WINDOW + 0xffe; end
        seen "writes across"
        mov     %fs:PAGE + 0xffc, %eax
        value   "and nothing was written"
        entries P + W + U, P + W + U
        movl    $0x90909090, %fs:PAGE + 0xffc
        movb    $0xb8, %fs:PAGE + 0xffe
        k32 "executes across into an absent page"; ljmp $FLATCODE, $WINDOW + 0xffc; end
        seen "executes across"

# A stack that grows into an absent page; a string instruction that stops there.
        entries P + W + U, P + W + U
        u32 "PUSH into an absent page"; mov $UFLAT, %eax; mov %eax, %ss; mov $WINDOW + 0x1002, %esp; push %ecx; end
        seen "PUSH"
        entries P + W + U, P + W + U
        k32 "REP STOSL into an absent page"; mov $FLAT, %eax; mov %eax, %es; mov $WINDOW + 0xff0, %edi; mov $9, %ecx; rep stosl; end
        seen "REP STOSL"
        entries P + W + U, P + W + U
        u32 "PUSHA into an absent page"; mov $UFLAT, %eax; mov %eax, %ss; mov $WINDOW + 0x101c, %esp; pushal; end
        seen "PUSHA"
        # CR2 says which operand comes first.
        entries P + W + U, W + U
        k32 "CMPSL of two absent pages"; mov $FLAT, %eax; mov %eax, %ds; mov %eax, %es; mov $WINDOW + 0x10, %esi; mov $WINDOW + 0x20, %edi; cmpsl; end
        seen "CMPSL"
        entries P + W + U, W + U
        k32 "MOVSL of two absent pages"; mov $FLAT, %eax; mov %eax, %ds; mov %eax, %es; mov $WINDOW + 0x10, %esi; mov $WINDOW + 0x20, %edi; movsl; end
        seen "MOVSL"

# 4 MiB pages.
        .macro  large pde
        mov     $FLAT, %eax
        mov     %eax, %fs
        movl    $\pde, %fs:DIRECTORY + 4
        mov     %cr3, %eax
        mov     %eax, %cr3
        .endm
        mov     $0x10, %eax
        mov     %eax, %cr4
        large   P + W + U + PS
        movl    $0x55667788, %fs:0x30f000
        k32 "reads a 4 MiB page"; mov $FLAT, %eax; mov %eax, %fs; mov %fs:WINDOW + 0x30f000, %ecx; end
        mov     %fs:DIRECTORY + 4, %eax
        value   "its entry"
        k32 "writes a 4 MiB page"; mov $FLAT, %eax; mov %eax, %fs; mov %ecx, %fs:WINDOW + 0x30f004; end
        mov     $FLAT, %eax
        mov     %eax, %fs
        mov     %fs:DIRECTORY + 4, %eax
        value   "its entry, dirty"
        large   P + W + U + PS + 0x200000
        k32 "a reserved bit in a 4 MiB page"; mov $FLAT, %eax; mov %eax, %fs; mov %fs:WINDOW, %ecx; end
        large   P + PS
        u32 "ring 3 reads a supervisor's 4 MiB page"; mov $UFLAT, %eax; mov %eax, %fs; mov %fs:WINDOW, %ecx; end

# A stale entry, and what flushes it: INVLPG, CR3, but not of a global page; CR4.PGE does.
        .macro  remap to
        mov     $FLAT, %eax
        mov     %eax, %fs
        movl    $\to + P + W + U, %fs:TABLE
        .endm
        movl    $0x11111111, %fs:PAGE + 0x800
        movl    $0x22222222, %fs:OTHER + 0x800
        mov     $0x80, %eax
        mov     %eax, %cr4
        entries P + W + U, P + W + U
        mov     %fs:WINDOW + 0x800, %eax
        remap   OTHER
        invlpg  %fs:WINDOW
        mov     %fs:WINDOW + 0x800, %eax
        value   "after INVLPG"
        remap   PAGE
        mov     %cr3, %eax
        mov     %eax, %cr3
        mov     %fs:WINDOW + 0x800, %eax
        value   "after CR3"
        mov     $0x90, %eax
        mov     %eax, %cr4
        remap   OTHER
        mov     $0x10, %eax
        mov     %eax, %cr4
        mov     %fs:WINDOW + 0x800, %eax
        value   "after CR4.PGE"
        finish
