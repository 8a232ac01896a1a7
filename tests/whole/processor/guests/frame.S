# What every guest of this folder is built on: tables, exception handlers, and attempts. An attempt begins with known
# registers, runs the code between its opening macro and `end`, and is ended by an exception, or by INT 7Fh behind it.
# Either way one line goes to port E9h: its name, the vector (and error code), how far behind its beginning EIP was, and
# each register that is not what it was at the beginning.
#
#       k32 "ring 0, 32-bit code"; push %eax; end       u32: ring 3        k16, u16: 16-bit code and stack
#       real "real mode"; push %ax; stop
#
# The image is loaded at BASE as a Multiboot kernel; its segments begin there, so an offset is a symbol's value in every
# mode. A guest includes this file first and defines `main` (.code32, ring 0).
        .set    BASE, 0x10000
        .set    CODE32, 0x08
        .set    DATA32, 0x10
        .set    CODE16, 0x18
        .set    DATA16, 0x20
        .set    UCODE32, 0x2b
        .set    UDATA32, 0x33
        .set    UCODE16, 0x3b
        .set    UDATA16, 0x43
        .set    FLAT, 0x48
        .set    TSS, 0x50
        .set    STACK, 0xf000                   # of attempts in ring 0 and in real mode
        .set    INNER, 0xe000                   # where ring 3 enters ring 0
        .set    USER, 0xd000                    # of attempts in ring 3
        .set    MAGIC, 0x1badb002
        .set    FLAGS, 0x00010000
        .set    END_OF_ATTEMPT, 0x7f

        .code32
header: .long   MAGIC, FLAGS, -(MAGIC + FLAGS)
        .long   BASE + header, BASE, 0, 0, BASE + start
start:  cli
        mov     $0xff, %al                      # no interrupts but those that a guest asks for
        out     %al, $0x21
        out     %al, $0xa1
        mov     %ebx, %esi
        lgdt    BASE + gdtr
        ljmp    $CODE32, $5f
5:      mov     $FLAT, %eax
        mov     %eax, %fs
        mov     %fs:16(%esi), %esi              # the command line: its last character chooses a case
6:      mov     %fs:(%esi), %al
        inc     %esi
        test    %al, %al
        jz      7f
        mov     %al, %bl
        jmp     6b
7:      mov     $DATA32, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        mov     $STACK, %esp
        mov     %bl, chosen
        lidt    idtr
        mov     $idt, %edi
        mov     $stubs, %eax
        mov     $0x80, %ecx
1:      mov     %ax, (%edi)
        movw    $CODE32, 2(%edi)
        movw    $0x8e00, 4(%edi)
        movw    $0, 6(%edi)
        add     $16, %eax
        add     $8, %edi
        loop    1b
        movw    $0xee00, idt + 8 * END_OF_ATTEMPT + 4
        mov     $tss, %edi
        mov     $0x22, %ecx
        xor     %eax, %eax
        rep stosl
        movl    $INNER, tss + 4
        movl    $DATA32, tss + 8
        movw    $0x88, tss + 102                # no map of ports: it begins beyond the limit
        mov     $TSS, %eax
        ltr     %ax
        mov     $begin, %esi
        call    puts32
        jmp     main
chosen: .byte   0
begin:  .asciz  "BEGIN\n"

# ---- tables ----------------------------------------------------------------------------------------------------------
        .macro  segment base, limit, access, flags
        .word   (\limit) & 0xffff, (\base) & 0xffff
        .byte   ((\base) >> 16) & 0xff, \access, (((\limit) >> 16) & 15) | (\flags), ((\base) >> 24) & 0xff
        .endm
# The same at run time.
        .macro  descriptor selector, base, limit, access, flags
        movl    $(((\base) & 0xffff) << 16) | ((\limit) & 0xffff), gdt + ((\selector) & 0xfff8)
        movl    $((\base) & 0xff000000) | (((\base) >> 16) & 0xff) | ((\access) << 8) | ((\limit) & 0xf0000) | ((\flags) << 16), gdt + ((\selector) & 0xfff8) + 4
        .endm
# A gate at `where`, `kind` being its second byte of access; `extra` the count of parameters.
        .macro  gate where, selector, target, access, extra=0
        movw    $\target, \where
        movw    $\selector, \where + 2
        movw    $((\access) << 8) | (\extra), \where + 4
        movw    $0, \where + 6
        .endm
        .balign 8
gdt:    .quad   0
        segment BASE, 0xfffff, 0x9b, 0xc0
        segment BASE, 0xfffff, 0x93, 0xc0
        segment BASE, 0xffff, 0x9b, 0
        segment BASE, 0xffff, 0x93, 0
        segment BASE, 0xfffff, 0xfb, 0xc0
        segment BASE, 0xfffff, 0xf3, 0xc0
        segment BASE, 0xffff, 0xfb, 0
        segment BASE, 0xffff, 0xf3, 0
        segment 0, 0xfffff, 0x93, 0xc0
        segment BASE + 0xc000, 0x87, 0x89, 0    # TSS
        .skip   0x100 - 0x58
gdt_end:
gdtr:   .word   gdt_end - gdt - 1
        .long   BASE + gdt
idtr:   .word   0x7ff
        .long   BASE + idt
real_idtr:
        .word   0x3ff
        .long   0

# ---- output, in both sizes of code -----------------------------------------------------------------------------------
        .macro  routines w
putc\w: out     %al, $0xe9
        ret
puts\w: mov     (%esi), %al                     # ESI: text
        inc     %esi
        test    %al, %al
        jz      1f
        call    putc\w
        jmp     puts\w
1:      ret
hex\w:  push    %ebx                            # EAX in ECX digits
        mov     %eax, %edx
        mov     %ecx, %ebx
        mov     $8, %ecx
        sub     %ebx, %ecx
        shl     $2, %ecx
        rol     %cl, %edx
2:      rol     $4, %edx
        mov     %edx, %eax
        and     $15, %al
        add     $'0', %al
        cmp     $'9', %al
        jbe     3f
        add     $39, %al
3:      call    putc\w
        dec     %ebx
        jnz     2b
        pop     %ebx
        ret
named\w:                                        # ' ', name EBX, '='
        mov     $' ', %al
        call    putc\w
        lea     names(,%ebx,4), %esi
        call    puts\w
        mov     $'=', %al
        jmp     putc\w
report\w:
        mov     vector, %eax
        cmp     $END_OF_ATTEMPT, %eax
        jne     1f
        mov     $done, %esi
        call    puts\w
        jmp     2f
1:      mov     $2, %ecx
        call    hex\w
2:      mov     error, %eax
        cmp     $-1, %eax
        je      3f
        mov     $' ', %al
        call    putc\w
        mov     error, %eax
        mov     $4, %ecx
        call    hex\w
3:      mov     $' ', %al
        call    putc\w
        mov     $'+', %al
        call    putc\w
        mov     state + 4 * 15, %eax
        sub     origin, %eax
        mov     $4, %ecx
        call    hex\w
        xor     %ebx, %ebx
4:      mov     state(,%ebx,4), %eax
        cmp     expected(,%ebx,4), %eax
        je      5f
        call    named\w
        mov     state(,%ebx,4), %eax
        mov     $8, %ecx
        call    hex\w
5:      inc     %ebx
        cmp     $15, %ebx
        jb      4b
        mov     $'\n', %al
        call    putc\w
        mov     $2, %eax
        mov     %eax, flags_at_launch
        mov     resume, %eax
        jmp     *%eax
title\w:
        mov     title, %esi
        call    puts\w
        mov     $':', %al
        call    putc\w
        mov     $' ', %al
        jmp     putc\w
# A number of its own among the lines: `value "name"` prints EAX.
value\w:
        push    %eax
        call    title\w
        pop     %eax
        mov     $8, %ecx
        call    hex\w
        mov     $'\n', %al
        jmp     putc\w
        .endm
        .code32
        routines 32
        .code16
        routines 16
        .code32
done:   .asciz  "end"
names:  .ascii  "eax\0ecx\0edx\0ebx\0esp\0ebp\0esi\0edi\0es\0\0cs\0\0ss\0\0ds\0\0fs\0\0gs\0\0fl\0\0"
        .balign 4
state:  .skip   64                              # EAX … EDI, ES, CS, SS, DS, FS, GS, flags, EIP
expected:
        .skip   64
vector: .long   0
error:  .long   0
origin: .long   0
resume: .long   0
title:  .long   0
flags_at_launch:
        .long   2

# ---- exceptions, protected mode --------------------------------------------------------------------------------------
        .balign 16
stubs:
        .set    number, 0
        .rept   128
        .balign 16
        .if (number == 8) || ((number >= 10) && (number <= 14)) || (number == 17)
        .else
        push    $-1
        .endif
        push    $number
        jmp     caught
        .set    number, number + 1
        .endr
        .balign 16
caught: push    %ds
        push    %es
        push    %fs
        push    %gs
        pushal
        mov     %esp, %esi                      # SS:ESI: the frame
        mov     %ss, %eax
        lar     %eax, %eax
        test    $0x400000, %eax
        jnz     1f
        movzwl  %si, %esi
1:      mov     $DATA32, %eax
        mov     %eax, %ds
        mov     %eax, %es
        cld
        .macro  keep from, to
        mov     %ss:\from(%esi), %eax
        mov     %eax, state + 4 * \to
        .endm
        keep    28, 0
        keep    24, 1
        keep    20, 2
        keep    16, 3
        keep    8, 5
        keep    4, 6
        keep    0, 7
        keep    44, 11
        keep    40, 8
        keep    36, 12
        keep    32, 13
        keep    56, 15
        keep    60, 9
        mov     %ss:48(%esi), %eax
        mov     %eax, vector
        mov     %ss:52(%esi), %eax
        mov     %eax, error
        mov     %ss:64(%esi), %eax
        and     $0xfffeffff, %eax               # but for RF
        mov     %eax, state + 4 * 14
        mov     %ss:12(%esi), %eax
        add     $36, %eax
        mov     %ss, %ecx
        testb   $3, %ss:60(%esi)
        jz      2f
        mov     %ss:68(%esi), %eax
        mov     %ss:72(%esi), %ecx
2:      mov     %eax, state + 4 * 4
        mov     %ecx, state + 4 * 10
        # Selectors are 16 bits; what a push left above them is not compared.
        mov     $8, %ebx
3:      movzwl  state(,%ebx,4), %eax
        mov     %eax, state(,%ebx,4)
        inc     %ebx
        cmp     $14, %ebx
        jb      3b
        mov     $DATA32, %eax
        mov     %eax, %ss
        mov     $STACK, %esp
        push    $2
        popf
        jmp     report32

# ---- attempts, protected mode ----------------------------------------------------------------------------------------
kind_k32:       .long DATA32, CODE32, DATA32, DATA32, 0, 0, STACK
kind_k16:       .long DATA16, CODE16, DATA16, DATA16, 0, 0, STACK
kind_u32:       .long UDATA32, UCODE32, UDATA32, UDATA32, 0, 0, USER
kind_u16:       .long UDATA16, UCODE16, UDATA16, UDATA16, 0, 0, USER
# EBX: kind.
launch: call    title32
        .macro  preset at, value
        movl    $\value, expected + 4 * \at
        .endm
        preset  0, 0x10101010
        preset  1, 0x12121212
        preset  2, 0x13131313
        preset  3, 0x14141414
        preset  5, 0x15151515
        preset  6, 0x16161616
        preset  7, 0x17171717
        mov     %ebx, %esi
        mov     $expected + 4 * 8, %edi
        mov     $6, %ecx
        rep movsl
        mov     (%esi), %eax
        mov     %eax, expected + 4 * 4
        mov     flags_at_launch, %edx
        mov     %edx, expected + 4 * 14
        testb   $3, expected + 4 * 9
        jz      1f
        push    expected + 4 * 10
        push    %eax
        jmp     2f
1:      mov     expected + 4 * 10, %ecx
        mov     %ecx, %ss
        mov     %eax, %esp
2:      push    %edx
        push    expected + 4 * 9
        push    origin
        push    expected + 4 * 11
        push    expected + 4 * 8
        mov     $0x10101010, %eax
        mov     $0x12121212, %ecx
        mov     $0x13131313, %edx
        mov     $0x14141414, %ebx
        mov     $0x15151515, %ebp
        mov     $0x16161616, %esi
        xor     %edi, %edi
        mov     %edi, %fs
        mov     %edi, %gs
        mov     $0x17171717, %edi
        pop     %es
        pop     %ds
        iretl
        .macro  attempt kind, name:req
        movl    $9f, resume
        movl    $7f, origin
        movl    $8f, title
        mov     $kind_\kind, %ebx
        jmp     launch
8:      .asciz  "\name"
7:
        .endm
        .macro  k32 name:req
        attempt k32, "\name"
        .endm
        .macro  u32 name:req
        attempt u32, "\name"
        .endm
        .macro  k16 name:req
        attempt k16, "\name"
        .code16
        .endm
        .macro  u16 name:req
        attempt u16, "\name"
        .code16
        .endm
        .macro  end
        int     $END_OF_ATTEMPT
        .code32
9:
        .endm
# Prints EAX beside `name`, in 32-bit code between attempts.
        .macro  value name:req
        movl    $8f, title
        call    value32
        jmp     9f
8:      .asciz  "\name"
9:
        .endm
# The guest is done.
        .macro  finish
        mov     $8f, %esi
        call    puts32
        mov     $0, %al
        out     %al, $0xf4
7:      hlt
        jmp     7b
8:      .asciz  "DONE\n"
        .endm

# ---- real mode -------------------------------------------------------------------------------------------------------
# From 32-bit ring 0 to real mode at `label`, with the vectors below 80h ours.
        .macro  to_real label:req
        lidt    real_idtr
        ljmp    $CODE16, $7f
        .code16
7:      mov     $DATA16, %ax
        mov     %ax, %ds
        mov     %ax, %es
        mov     %ax, %ss
        mov     %ax, %fs
        mov     %ax, %gs
        mov     %cr0, %eax
        and     $~1, %al
        mov     %eax, %cr0
        ljmp    $BASE >> 4, $8f
8:      mov     $BASE >> 4, %ax
        mov     %ax, %ds
        mov     %ax, %ss
        mov     $STACK, %esp
        xor     %eax, %eax
        mov     %ax, %es
        xor     %di, %di
        mov     $real_stubs, %ax
        mov     $128, %cx
9:      stosw
        movw    $BASE >> 4, %es:(%di)
        add     $2, %di
        add     $16, %ax
        loop    9b
        jmp     \label
        .endm
        .code16
        .balign 16
real_stubs:
        .set    number, 0
        .rept   128
        .balign 16
        push    $number
        jmp     caught_real
        .set    number, number + 1
        .endr
        .balign 16
caught_real:
        mov     %eax, %cs:state
        mov     %ecx, %cs:state + 4
        mov     %edx, %cs:state + 8
        mov     %ebx, %cs:state + 12
        mov     %ebp, %cs:state + 20
        mov     %esi, %cs:state + 24
        mov     %edi, %cs:state + 28
        mov     %es, %cs:state + 32
        mov     %ss, %cs:state + 40
        mov     %ds, %cs:state + 44
        mov     %fs, %cs:state + 48
        mov     %gs, %cs:state + 52
        popw    %cs:vector
        popw    %cs:state + 60                  # IP
        popw    %cs:state + 36                  # CS
        popw    %cs:state + 56                  # flags
        mov     %esp, %cs:state + 16
        mov     $BASE >> 4, %ax
        mov     %ax, %ds
        mov     %ax, %es
        mov     %ax, %ss
        mov     $STACK, %esp
        push    $2
        popf
        jmp     report16
launch_real:
        call    title16
        movl    $-1, error
        xor     %eax, %eax
        mov     %eax, state + 60
        mov     %eax, state + 56
        mov     %eax, expected + 4 * 12
        mov     %eax, expected + 4 * 13
        mov     $BASE >> 4, %eax
        mov     %eax, expected + 4 * 8
        mov     %eax, expected + 4 * 9
        mov     %eax, expected + 4 * 10
        mov     %eax, expected + 4 * 11
        movl    $STACK, expected + 4 * 4
        preset  0, 0x10101010
        preset  1, 0x12121212
        preset  2, 0x13131313
        preset  3, 0x14141414
        preset  5, 0x15151515
        preset  6, 0x16161616
        preset  7, 0x17171717
        mov     flags_at_launch, %eax
        mov     %eax, expected + 4 * 14
        pushw   flags_at_launch
        push    %cs
        pushw   origin
        xor     %ax, %ax
        mov     %ax, %fs
        mov     %ax, %gs
        mov     $BASE >> 4, %ax
        mov     %ax, %es
        mov     $0x10101010, %eax
        mov     $0x12121212, %ecx
        mov     $0x13131313, %edx
        mov     $0x14141414, %ebx
        mov     $0x15151515, %ebp
        mov     $0x16161616, %esi
        mov     $0x17171717, %edi
        iretw
        .macro  real name:req
        movl    $9f, resume
        movl    $7f, origin
        movl    $8f, title
        jmp     launch_real
8:      .asciz  "\name"
7:
        .endm
        .macro  stop
        int     $END_OF_ATTEMPT
9:
        .endm
        .macro  value_real name:req
        movl    $8f, title
        call    value16
        jmp     9f
8:      .asciz  "\name"
9:
        .endm
        .macro  finish_real
        mov     $8f, %esi
        call    puts16
        mov     $0, %al
        out     %al, $0xf4
7:      hlt
        jmp     7b
8:      .asciz  "DONE\n"
        .endm
        .balign 16
idt:    .skip   0x800
        .set    tss, 0xc000
        .code32
