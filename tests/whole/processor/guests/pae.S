# Paging with PAE's entries: which accesses fault, with which error code and CR2, and which bits the processor sets in the
# tables. Linear 400000h is the page under test; everything below 4 MiB is itself, for everybody.
        .include "frame.S"
        .set    DIRECTORY, 0x100000
        .set    TABLE, 0x102000
        .set    POINTERS, 0x103000
        .set    PAGE, 0x200000                  # physical
        .set    WINDOW, 0x400000                # linear
        .set    UFLAT, 0x63
        .set    FLATCODE, 0x68
        .set    UFLATCODE, 0x73
        .set    P, 1
        .set    W, 2
        .set    U, 4
        .set    PS, 0x80

        .macro  wide pde, pte, high
        mov     $FLAT, %eax
        mov     %eax, %fs
        movl    $TABLE + (\pde), %fs:DIRECTORY + 16
        movl    $0, %fs:DIRECTORY + 20
        movl    $PAGE + (\pte), %fs:TABLE
        movl    $\high, %fs:TABLE + 4
        mov     %cr3, %eax
        mov     %eax, %cr3
        xor     %eax, %eax
        mov     %eax, %cr2
        .endm
        .macro  noted name
        mov     $FLAT, %eax
        mov     %eax, %fs
        mov     %cr2, %eax
        value   "\name, CR2"
        mov     %fs:DIRECTORY + 16, %eax
        shl     $16, %eax
        mov     %fs:TABLE, %ax
        value   "\name, entries"
        .endm
        .macro  pae name, pde, pte, high=0
        wide    \pde, \pte, \high
        k32 "PAE \name, ring 0 reads"; mov $FLAT, %eax; mov %eax, %fs; mov %fs:WINDOW + 0x123, %ecx; end
        noted "PAE \name, ring 0 reads"
        wide    \pde, \pte, \high
        u32 "PAE \name, ring 3 writes"; mov $UFLAT, %eax; mov %eax, %fs; mov %ecx, %fs:WINDOW + 0x123; end
        noted "PAE \name, ring 3 writes"
        wide    \pde, \pte, \high
        u32 "PAE \name, ring 3 executes"; ljmp $UFLATCODE, $WINDOW; end
        noted "PAE \name, ring 3 executes"
        .endm

main:   descriptor 0x60, 0, 0xfffff, 0xf3, 0xc0
        descriptor 0x68, 0, 0xfffff, 0x9b, 0xc0
        descriptor 0x70, 0, 0xfffff, 0xfb, 0xc0
        mov     $FLAT, %eax
        mov     %eax, %fs
        mov     %eax, %es
        mov     $DIRECTORY, %edi
        mov     $0x400, %ecx
        xor     %eax, %eax
        rep stosl %es:(%edi)
        movl    $0x7fcd9090, %fs:PAGE           # NOP, NOP, INT 7Fh
        movl    $P + W + U + PS, %fs:DIRECTORY
        movl    $0, %fs:DIRECTORY + 4
        movl    $P + W + U + PS + 0x200000, %fs:DIRECTORY + 8
        movl    $0, %fs:DIRECTORY + 12
        movl    $DIRECTORY + P, %fs:POINTERS
        movl    $0, %fs:POINTERS + 4
        mov     $0x20, %eax
        mov     %eax, %cr4
        mov     $POINTERS, %eax
        mov     %eax, %cr3
        mov     $DATA32, %eax
        mov     %eax, %es
        mov     $0x80000001, %eax
        mov     %eax, %cr0
        jmp     1f
1:      pae     "user, writable", P + W + U, P + W + U
        pae     "supervisor", P + W + U, P + W
        pae     "read-only", P + U, P + W + U
        pae     "absent", P + W + U, W + U
        pae     "bit 62 of an entry", P + W + U, P + W + U, 0x40000000
        pae     "bit 63 without NXE", P + W + U, P + W + U, 0x80000000

# With NX.
        mov     $0xc0000080, %ecx
        rdmsr
        or      $0x800, %eax
        wrmsr
        pae     "executable", P + W + U, P + W + U
        pae     "not executable", P + W + U, P + W + U, 0x80000000
        mov     $FLAT, %eax
        mov     %eax, %fs
        movl    $2, %fs:POINTERS + 8
        k32 "a reserved bit in an absent pointer"; mov %cr3, %eax; mov %eax, %cr3; xor %eax, %eax; end
        finish
