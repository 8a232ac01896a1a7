# Protected mode seen from inside: every check that can be made to fail is, and each exception's vector, error code and
# place is written to port E9h. The same bytes run on QEMU and on ours, and must say the same.
        .code32
        .set    MAGIC, 0x1badb002
        .set    FLAGS, 0x00010000
_start:
header: .long   MAGIC, FLAGS, -(MAGIC + FLAGS)
        .long   header, header, 0, 0, entry

# ---- output ----------------------------------------------------------------------------------------------------------
putc:   out     %al, $0xe9
        ret
puts:   push    %eax
1:      mov     %cs:(%esi), %al
        inc     %esi
        test    %al, %al
        jz      2f
        call    putc
        jmp     1b
2:      pop     %eax
        ret
# EAX in eight digits and a space.
hex:    push    %eax
        push    %ecx
        push    %edx
        mov     $8, %ecx
        mov     %eax, %edx
3:      rol     $4, %edx
        mov     %dl, %al
        and     $15, %al
        add     $'0', %al
        cmp     $'9', %al
        jbe     4f
        add     $39, %al
4:      call    putc
        loop    3b
        mov     $' ', %al
        call    putc
        pop     %edx
        pop     %ecx
        pop     %eax
        ret

# ---- tables ----------------------------------------------------------------------------------------------------------
        .macro  segment base, limit, access, flags
        .word   (\limit) & 0xffff, (\base) & 0xffff
        .byte   ((\base) >> 16) & 0xff, \access, (((\limit) >> 16) & 15) | (\flags), ((\base) >> 24) & 0xff
        .endm
        .balign 8
gdt:    .quad   0
        segment 0, 0xfffff, 0x9b, 0xc0          # 08 code, ring 0
        segment 0, 0xfffff, 0x93, 0xc0          # 10 data, ring 0
        segment 0, 0xfffff, 0xfb, 0xc0          # 18 code, ring 3
        segment 0, 0xfffff, 0xf3, 0xc0          # 20 data, ring 3
        segment 0, 0xfffff, 0x91, 0xc0          # 28 data, read only
        segment 0, 0xfffff, 0x13, 0xc0          # 30 data, not present
        segment 0, 0xfffff, 0x99, 0xc0          # 38 code, execute only
        segment 0, 0xfffff, 0x9f, 0xc0          # 40 code, conforming, ring 0
        segment 0, 0xfffff, 0x1b, 0xc0          # 48 code, not present
        segment tss, 103, 0x89, 0               # 50 TSS
        segment ldt, 15, 0x82, 0                # 58 LDT
gate60: .quad   0                               # 60 call gate to ring 0, from ring 3
        segment 0, 0xfffff, 0xf2, 0xc0          # 68 data, ring 3, not accessed yet
        segment 0, 0xffff, 0x9a, 0x00           # 70 code, 16 bits
        segment tss, 103, 0x09, 0               # 78 TSS, not present
gdt_end:
ldt:    segment 0, 0xfffff, 0x93, 0xc0          # 04 data
        segment 0, 0xfffff, 0xf3, 0xc0          # 0c data, ring 3
gdtr:   .word   gdt_end - gdt - 1
        .long   gdt
idtr:   .word   8 * 0x34 - 1
        .long   idt
        .balign 8
tss:    .skip   104
idt:    .skip   8 * 0x40
recover:        .long 0
keep_esp:       .long 0

# ---- exceptions ------------------------------------------------------------------------------------------------------
        .set    vector, 0
        .rept   32
        .balign 16
        .if (vector == 8) || (vector >= 10 && vector <= 14) || (vector == 17)
        .else
        push    $0xffffffee
        .endif
        push    $vector
        jmp     caught
        .set    vector, vector + 1
        .endr
        .balign 16
first_stub:     .set stubs, first_stub - 32 * 16
caught: mov     $0x10, %edx
        mov     %edx, %ds
        mov     %edx, %es
        pop     %eax
        call    hex                             # vector
        pop     %eax
        call    hex                             # error code
        pop     %eax
        sub     recover_from, %eax
        call    hex                             # EIP from the start of the attempt
        pop     %eax
        call    hex                             # CS
        pop     %eax
        and     $0x7200, %eax
        call    hex                             # IF, IOPL, NT
        mov     %ss, %eax
        call    hex
        mov     $'\n', %al
        call    putc
        mov     keep_esp, %esp
        mov     $0x10, %edx
        mov     %edx, %ss
        jmp     *recover
recover_from:   .long 0

# One attempt: its name, then either what it raised, or "fine" and EAX.
        .macro  try name:req, code:vararg
        mov     %esp, keep_esp
        movl    $9f, recover
        movl    $7f, recover_from
        mov     $8f, %esi
        call    puts
        mov     $0x10, %eax
7:      \code
        call    fine
        jmp     9f
8:      .asciz  "\name: "
9:
        .endm
fine:   push    %eax
        mov     $10f, %esi
        call    puts
        pop     %eax
        call    hex
        mov     $'\n', %al
        jmp     putc
10:     .asciz  "fine "

# ---- the attempts ----------------------------------------------------------------------------------------------------
entry:  cli
        mov     $stack, %esp
        lgdt    gdtr
        ljmp    $8, $11f
11:     mov     $0x10, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        xor     %ebx, %ebx
        mov     %ebx, %fs
        mov     %ebx, %gs
        # Gates: 0–1F interrupt gates of ring 0; 21 trap gate, 22 not present, 30 open to ring 3, 31 to a data segment.
        mov     $idt, %edi
        mov     $stubs, %eax
        mov     $32, %ecx
12:     mov     %eax, %edx
        mov     %dx, (%edi)
        movw    $8, 2(%edi)
        movw    $0x8e00, 4(%edi)
        shr     $16, %edx
        mov     %dx, 6(%edi)
        add     $16, %eax
        add     $8, %edi
        loop    12b
        .macro  gate number, target, selector, kind
        movl    $((\selector) << 16) | ((\target) & 0xffff), idt + 8 * (\number)
        movl    $((\target) & 0xffff0000) | (\kind), idt + 8 * (\number) + 4
        .endm
        gate    0x21, soft - 0, 8, 0x8f00
        gate    0x22, soft, 8, 0x0e00
        gate    0x30, soft, 8, 0xee00
        gate    0x31, soft, 0x10, 0x8e00
        gate    0x32, soft, 0, 0x8e00
        gate    0x33, soft, 0x48, 0x8e00
        lidt    idtr
        movl    $inner, tss + 4
        movl    $0x10, tss + 8
        movw    $104, tss + 102
        movl    $(8 << 16) | (through & 0xffff), gate60
        movl    $(through & 0xffff0000) | 0xec02, gate60 + 4

        try     "load null into DS", xor %eax, %eax; mov %eax, %ds; mov $0x10, %eax; mov %eax, %ds
        try     "read through null", xor %eax, %eax; mov %eax, %fs; mov %fs:0, %eax
        try     "load beyond the table", mov $0x1000, %eax; mov %eax, %fs
        try     "load a segment that is not present", mov $0x30, %eax; mov %eax, %fs
        try     "load execute-only code into DS", mov $0x38, %eax; mov %eax, %ds
        try     "load a TSS into DS", mov $0x50, %eax; mov %eax, %ds
        try     "load null into SS", xor %eax, %eax; mov %eax, %ss
        try     "load ring 3 data into SS", mov $0x23, %eax; mov %eax, %ss
        try     "load read-only data into SS", mov $0x28, %eax; mov %eax, %ss
        try     "load absent data into SS", mov $0x30, %eax; mov %eax, %ss
        try     "write read-only data", mov $0x28, %eax; mov %eax, %fs; mov %eax, %fs:scratch
        try     "read read-only data", mov $0x28, %eax; mov %eax, %fs; mov %fs:scratch, %eax
        try     "write through CS", mov %eax, %cs:scratch
        try     "read execute-only code is refused at the load", mov $0x3b, %eax; mov %eax, %gs
        try     "the accessed bit is set by a load", mov $0x68, %eax; mov %eax, %fs; movzbl gdt + 0x68 + 5, %eax
        try     "LDT not loaded", mov $4, %eax; mov %eax, %fs
        try     "LLDT of a data segment", mov $0x10, %eax; lldt %ax
        try     "LLDT", mov $0x58, %eax; lldt %ax; sldt %eax
        try     "load from the LDT", mov $4, %eax; mov %eax, %fs; mov %fs, %eax
        try     "load beyond the LDT", mov $0x14, %eax; mov %eax, %fs
        try     "LTR of an absent TSS", mov $0x78, %eax; ltr %ax
        try     "LTR of data", mov $0x10, %eax; ltr %ax
        try     "LTR of null", xor %eax, %eax; ltr %ax
        try     "LTR", mov $0x50, %eax; ltr %ax; str %eax
        try     "LTR marks it busy", movzbl gdt + 0x55, %eax
        try     "LTR of a busy TSS", mov $0x50, %eax; ltr %ax
        try     "LAR of data", mov $0x20, %ecx; lar %ecx, %eax
        try     "LAR of a TSS", mov $0x50, %ecx; lar %ecx, %eax
        try     "LAR of nothing", mov $0x999, %ecx; lar %ecx, %eax; setz %al; movzbl %al, %eax
        try     "LSL of data", mov $0x10, %ecx; lsl %ecx, %eax
        try     "LSL of a TSS", mov $0x50, %ecx; lsl %ecx, %eax
        try     "VERR of execute-only code", mov $0x38, %ecx; verr %cx; setz %al; movzbl %al, %eax
        try     "VERW of read-only data", mov $0x28, %ecx; verw %cx; setz %al; movzbl %al, %eax
        try     "VERW of data", mov $0x10, %ecx; verw %cx; setz %al; movzbl %al, %eax
        try     "ARPL", mov $0x10, %eax; mov $3, %ecx; arpl %cx, %ax; setz %cl; movzbl %cl, %ecx; shl $16, %ecx; or %ecx, %eax
        try     "SMSW", smsw %eax; and $0xf, %eax
        try     "far jump to null", ljmp $0, $0
        try     "far jump to data", ljmp $0x10, $0
        try     "far jump to absent code", ljmp $0x48, $0
        try     "far jump to ring 3", ljmp $0x1b, $0
        try     "far jump to conforming code", ljmp $0x40, $13f
13:     try     "far jump back", ljmp $8, $14f
14:     try     "far call and return", lcall $8, $far_leaf
        try     "software interrupt", int $0x21
        try     "software interrupt, gate not present", int $0x22
        try     "software interrupt to data", int $0x31
        try     "software interrupt to null", int $0x32
        try     "software interrupt to absent code", int $0x33
        try     "software interrupt beyond the table", int $0x40
        try     "gate of no kind", int $0x25
        try     "INT3", int3
        try     "INTO without overflow", xor %eax, %eax; into
        try     "INTO", mov $0x7fffffff, %eax; inc %eax; into
        try     "BOUND inside", mov $5, %eax; bound %eax, bounds
        try     "BOUND outside", mov $50, %eax; bound %eax, bounds
        try     "divide by zero", xor %edx, %edx; xor %ecx, %ecx; div %ecx
        try     "divide overflow", mov $-1, %edx; mov $2, %ecx; div %ecx
        try     "UD2", ud2
        try     "LOCK on a register", .byte 0xf0, 0x01, 0xc0
        try     "LOCK on a load", .byte 0xf0, 0x03, 0x03
        try     "MOV to CS", .byte 0x8e, 0xc8
        try     "LES from a register", .byte 0xc4, 0xc0
        try     "CR0 with PG without PE", mov %cr0, %eax; and $0xfffffffe, %eax; or $0x80000000, %eax; mov %eax, %cr0
        try     "CR0 with NW without CD", mov %cr0, %eax; or $0x20000000, %eax; and $0xbfffffff, %eax; mov %eax, %cr0
        try     "single step", pushf; orl $0x100, (%esp); popf; nop; nop
        try     "POPF keeps IOPL changeable at ring 0", pushf; orl $0x3000, (%esp); popf; pushf; pop %eax; and $0x3000, %eax; push $2; popf
        try     "PUSH of a segment", push %ds; pop %eax
        try     "IRET to ring 0", pushf; push %cs; push $15f; iret
15:     try     "IRET to null", pushf; push $0; push $0; iret
        try     "IRET to data", pushf; push $0x10; push $0; iret
        try     "RETF to a bad selector", push $0x30; push $0; lret

# ---- ring 3 ----------------------------------------------------------------------------------------------------------
        .macro  user name:req, code:vararg
        mov     %esp, keep_esp
        movl    $9f, recover
        movl    $7f, recover_from
        mov     $8f, %esi
        call    puts
        push    $0x23
        push    $user_stack
        push    $0x2
        push    $0x1b
        push    $6f
        iret
6:      mov     $0x23, %eax
        mov     %eax, %ds
        mov     %eax, %es
7:      \code
        int     $0x30
8:      .asciz  "user, \name: "
9:
        .endm
        user    "CS and SS", mov %cs, %eax; mov %ss, %ecx; shl $16, %ecx; or %ecx, %eax
        user    "CLI", cli
        user    "HLT", hlt
        user    "IN", in $0x60, %al
        user    "MOV from CR0", mov %cr0, %eax
        user    "LGDT", lgdt gdtr
        user    "LTR", ltr %ax
        user    "CLTS", clts
        user    "LMSW", lmsw %ax
        user    "SGDT is allowed", sgdt scratch; movzwl scratch, %eax
        user    "SMSW is allowed", smsw %eax; and $15, %eax
        user    "load ring 0 data", mov $0x10, %eax; mov %eax, %ds
        user    "load ring 0 data, RPL 3", mov $0x13, %eax; mov %eax, %fs
        user    "load conforming code", mov $0x43, %eax; mov %eax, %fs; mov %fs, %eax
        user    "software interrupt without the right", int $0x21
        user    "INT3 without the right", int3
        user    "far jump to ring 0", ljmp $8, $0
        user    "far jump to conforming ring 0", ljmp $0x43, $16f
16:     user    "CS after it", mov %cs, %eax
        user    "call gate", push $0x11111111; push $0x22222222; lcall $0x63, $0; add $8, %esp
        user    "call gate by jump", ljmp $0x63, $0
        user    "POPF cannot set IF or IOPL", push $0x3202; popf; pushf; pop %eax; and $0x3200, %eax
        user    "LAR of ring 0 data", mov $0x10, %ecx; lar %ecx, %eax; setz %al; movzbl %al, %eax
        user    "VERR of ring 3 data", mov $0x23, %ecx; verr %cx; setz %al; movzbl %al, %eax
        user    "RETF to ring 0", push $8; push $0; lret
        user    "undefined instruction", ud2
        user    "divide by zero", xor %ecx, %ecx; div %ecx
        # With the ports of a byte of the permission map open.
        movw    $120, gdt + 0x50
        movb    $0x89, gdt + 0x55
        movw    $0x68, tss + 102
        mov     $0x50, %eax
        ltr     %ax
        user    "IN with the map's permission", in $0x61, %al; mov $1, %eax
        movb    $0x02, tss + 104 + 12
        user    "IN without it", in $0x61, %al

        mov     $done, %esi
        call    puts
        mov     $0, %al
        out     %al, $0xf4
17:     hlt
        jmp     17b

far_leaf:       mov $0x1234, %eax
        lret
# Software interrupts: says where from, and with which flags.
soft:   push    %ds
        mov     $0x10, %ecx
        mov     %ecx, %ds
        mov     %ecx, %es
        push    %eax
        mov     8(%esp), %eax
        sub     recover_from, %eax
        call    hex
        mov     12(%esp), %eax
        call    hex
        pushf
        pop     %eax
        and     $0x7200, %eax
        call    hex
        mov     %ss, %eax
        call    hex
        pop     %eax
        pop     %ecx
        testl   $3, 4(%esp)
        jz      18f
        call    hex
        mov     $'\n', %al
        call    putc
        mov     keep_esp, %esp
        jmp     *recover
18:     iret
# The call gate's target: two parameters were copied.
through:        push %ds
        mov     $0x10, %ecx
        mov     %ecx, %ds
        mov     %cs, %eax
        call    hex
        mov     8(%esp), %eax
        call    hex
        mov     12(%esp), %eax
        call    hex
        mov     16(%esp), %eax
        call    hex
        mov     %ss, %eax
        call    hex
        pop     %ds
        mov     $0x77, %eax
        lret    $8

bounds: .long   0, 10
done:   .asciz  "DONE\n"
scratch:        .skip 16
        .balign 16
        .skip   256
user_stack:
        .skip   512
inner:  .skip   512
stack:
