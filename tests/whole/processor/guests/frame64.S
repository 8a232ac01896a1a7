# What the guests for long mode are built on: as frame.S, but in long mode from the start. The first 4 MiB are mapped to
# themselves, for everybody, and once more from HIGH on. An attempt begins with known registers, and is ended by an
# exception, or by INT 7Fh behind it; one line says its name, the vector (and error code), how far behind its beginning RIP
# was, where the processor's frame lies, and each register that is not what it was.
#
#       k64 "ring 0, 64-bit code"; push %rax; end       u64: ring 3        k32, u32, k16: compatibility mode
#
# The image is loaded at BASE as a Multiboot kernel. In compatibility mode its segments begin there, so an offset is a
# symbol's value; in 64-bit mode addresses are relative to RIP, or BASE + symbol. A guest defines `main` (.code64, ring 0).
        .set    BASE, 0x10000
        .set    HIGH, 0xffff800000000000
        .set    CODE32, 0x08
        .set    DATA32, 0x10
        .set    CODE16, 0x18
        .set    DATA16, 0x20
        .set    UCODE32, 0x2b
        .set    UDATA32, 0x33
        .set    CODE64, 0x38
        .set    DATA, 0x40                      # base 0
        .set    UFLAT32, 0x4b                   # code of 32 bits, base 0
        .set    UDATA, 0x53
        .set    UCODE64, 0x5b
        .set    TSS, 0x68
        .set    FREE, 0x80                      # selectors from here are the guest's
        .set    STACK, 0xf000                   # of attempts in ring 0
        .set    INNER, 0xe008                   # where ring 3 enters ring 0: no multiple of 16
        .set    USER, 0xd000                    # of attempts in ring 3
        .set    PML4, 0x100000
        .set    END_OF_ATTEMPT, 0x7f
        .set    EFER, 0xc0000080
        .set    STAR, 0xc0000081
        .set    LSTAR, 0xc0000082
        .set    CSTAR, 0xc0000083
        .set    SFMASK, 0xc0000084
        .set    FS_BASE, 0xc0000100
        .set    GS_BASE, 0xc0000101
        .set    KERNEL_GS_BASE, 0xc0000102

        .code32
header: .long   0x1badb002, 0x10000, -(0x1badb002 + 0x10000)
        .long   BASE + header, BASE, 0, 0, BASE + start
start:  cli
        mov     $0xff, %al                      # no interrupts but those that a guest asks for
        out     %al, $0x21
        out     %al, $0xa1
        mov     16(%ebx), %esi                  # the command line: its last character chooses a case
1:      lodsb
        test    %al, %al
        jz      2f
        mov     %al, BASE + chosen
        jmp     1b
2:      mov     $PML4, %edi
        mov     $0x3000 / 4, %ecx
        xor     %eax, %eax
        rep stosl
        movl    $PML4 + 0x1007, PML4
        movl    $PML4 + 0x1007, PML4 + 8 * 256
        movl    $PML4 + 0x2007, PML4 + 0x1000
        movl    $0x87, PML4 + 0x2000
        movl    $0x200087, PML4 + 0x2008
        mov     $BASE + idt, %edi
        mov     $BASE + stubs, %eax
        mov     $0x80, %ecx
3:      mov     %ax, (%edi)
        movw    $CODE64, 2(%edi)
        movw    $0x8e00, 4(%edi)
        movw    $1, 6(%edi)                     # of BASE's upper half
        add     $16, %eax
        add     $16, %edi
        loop    3b
        movw    $0xee00, BASE + idt + 16 * END_OF_ATTEMPT + 4
        mov     $PML4, %eax
        mov     %eax, %cr3
        mov     %cr4, %eax
        or      $0x20, %eax                     # PAE
        mov     %eax, %cr4
        mov     $EFER, %ecx
        rdmsr
        or      $0x101, %eax                    # LME, SCE
        wrmsr
        lgdt    BASE + gdtr
        mov     %cr0, %eax
        or      $0x80000000, %eax
        mov     %eax, %cr0
        ljmp    $CODE64, $BASE + enter64
        .code64
enter64:
        mov     $DATA, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        mov     $BASE + STACK, %rsp
        lidt    idtr(%rip)
        mov     $TSS, %eax
        ltr     %ax
        lea     begin(%rip), %rsi
        call    puts
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
        movl    $(((\base) & 0xffff) << 16) | ((\limit) & 0xffff), gdt + ((\selector) & 0xfff8)(%rip)
        movl    $((\base) & 0xff000000) | (((\base) >> 16) & 0xff) | ((\access) << 8) | ((\limit) & 0xf0000) | ((\flags) << 16), gdt + ((\selector) & 0xfff8) + 4(%rip)
        .endm
# A gate of 16 bytes at `where`; `access` its second byte of access, `extra` the IST, `high` and `upper` the rest.
        .macro  gate where, selector, target, access, extra=0, high=0, upper=0
        movw    $(\target) & 0xffff, \where(%rip)
        movw    $\selector, \where + 2(%rip)
        movw    $((\access) << 8) | (\extra), \where + 4(%rip)
        movw    $((BASE + (\target)) >> 16) & 0xffff, \where + 6(%rip)
        movl    $\high, \where + 8(%rip)
        movl    $\upper, \where + 12(%rip)
        .endm
        .balign 8
gdt:    .quad   0
        segment BASE, 0xfffff, 0x9b, 0xc0
        segment BASE, 0xfffff, 0x93, 0xc0
        segment BASE, 0xffff, 0x9b, 0
        segment BASE, 0xffff, 0x93, 0
        segment BASE, 0xfffff, 0xfb, 0xc0
        segment BASE, 0xfffff, 0xf3, 0xc0
        segment 0, 0xfffff, 0x9b, 0xa0          # of 64 bits
        segment 0, 0xfffff, 0x93, 0xc0
        segment 0, 0xfffff, 0xfb, 0xc0
        segment 0, 0xfffff, 0xf3, 0xc0
        segment 0, 0xfffff, 0xfb, 0xa0
        segment 0, 0xfffff, 0xf3, 0xc0
        segment BASE + tss, 0x87, 0x89, 0
        .quad   0
        .skip   0x200 - 0x78
gdt_end:
gdtr:   .word   gdt_end - gdt - 1
        .quad   BASE + gdt
idtr:   .word   0x7ff
        .quad   BASE + idt
        .balign 16
tss:    .long   0
        .quad   BASE + INNER, BASE + 0xe508, BASE + 0xe708      # RSP0 to RSP2
        .quad   0
        .quad   BASE + 0xc100, BASE + 0xc208, BASE + 0xc30c     # IST1 to IST3
        .quad   0x0000900000000000, 0x400000, 0, HIGH + BASE + 0xc700
        .quad   0
        .word   0, 0x88                         # no map of ports: it begins beyond the limit
        .skip   32

# ---- output ----------------------------------------------------------------------------------------------------------
putc:   out     %al, $0xe9
        ret
puts:   mov     (%rsi), %al                     # RSI: text
        inc     %rsi
        test    %al, %al
        jz      1f
        call    putc
        jmp     puts
1:      ret
hex:    mov     %rax, %rdx                      # RAX in at least ECX digits
        mov     $64, %ebx
1:      sub     $4, %ebx
        push    %rcx
        mov     %ebx, %ecx
        mov     %rdx, %rax
        shr     %cl, %rax
        pop     %rcx
        test    %rax, %rax
        jnz     2f
        lea     (,%rcx,4), %eax
        cmp     %eax, %ebx
        jae     1b
2:      mov     %rdx, %rax
        push    %rcx
        mov     %ebx, %ecx
        shr     %cl, %rax
        pop     %rcx
        and     $15, %al
        add     $'0', %al
        cmp     $'9', %al
        jbe     3f
        add     $39, %al
3:      call    putc
        sub     $4, %ebx
        jns     2b
        ret
report: mov     vector(%rip), %rax
        cmp     $END_OF_ATTEMPT, %rax
        jne     1f
        lea     done(%rip), %rsi
        call    puts
        jmp     2f
1:      mov     $2, %ecx
        call    hex
2:      mov     error(%rip), %rax
        cmp     $-1, %rax
        je      3f
        mov     $' ', %al
        call    putc
        mov     error(%rip), %rax
        mov     $4, %ecx
        call    hex
3:      mov     $' ', %al
        call    putc
        mov     $'+', %al
        call    putc
        movzwl  state + 8 * 23(%rip), %eax
        sub     origin(%rip), %ax
        mov     $4, %ecx
        call    hex
        mov     $' ', %al
        call    putc
        mov     $'@', %al
        call    putc
        movzwl  frame(%rip), %eax
        mov     $4, %ecx
        call    hex
        xor     %ebp, %ebp
4:      lea     state(%rip), %rdi
        mov     (%rdi,%rbp,8), %rax
        lea     expected(%rip), %rdi
        cmp     (%rdi,%rbp,8), %rax
        je      5f
        push    %rax
        mov     $' ', %al
        call    putc
        lea     names(%rip), %rsi
        lea     (%rsi,%rbp,4), %rsi
        call    puts
        mov     $'=', %al
        call    putc
        pop     %rax
        mov     $1, %ecx
        call    hex
5:      inc     %ebp
        cmp     $23, %ebp
        jb      4b
        mov     $'\n', %al
        call    putc
        movq    $2, flags_at_launch(%rip)
        jmp     *resume(%rip)
title_out:
        mov     title(%rip), %rsi
        call    puts
        mov     $':', %al
        call    putc
        mov     $' ', %al
        jmp     putc
# A number of its own among the lines: `value "name"` prints RAX.
value_out:
        push    %rax
        call    title_out
        pop     %rax
        mov     $1, %ecx
        call    hex
        mov     $'\n', %al
        jmp     putc
done:   .asciz  "end"
names:  .ascii  "rax\0rcx\0rdx\0rbx\0rsp\0rbp\0rsi\0rdi\0r8\0\0r9\0\0r10\0r11\0r12\0r13\0r14\0r15\0"
        .ascii  "es\0\0cs\0\0ss\0\0ds\0\0fs\0\0gs\0\0fl\0\0"
        .balign 8
state:  .skip   24 * 8                          # RAX … R15, ES, CS, SS, DS, FS, GS, flags, RIP
expected:
        .skip   24 * 8
vector: .quad   0
error:  .quad   0
frame:  .quad   0
origin: .quad   0
resume: .quad   0
title:  .quad   0
flags_at_launch:
        .quad   2

# ---- exceptions ------------------------------------------------------------------------------------------------------
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
        .macro  save from, to
        mov     %\from, state + 8 * \to(%rip)
        .endm
        .macro  keep from, to
        mov     \from(%rsp), %rax
        mov     %rax, state + 8 * \to(%rip)
        .endm
caught: save    rax, 0
        save    rcx, 1
        save    rdx, 2
        save    rbx, 3
        save    rbp, 5
        save    rsi, 6
        save    rdi, 7
        save    r8, 8
        save    r9, 9
        save    r10, 10
        save    r11, 11
        save    r12, 12
        save    r13, 13
        save    r14, 14
        save    r15, 15
        xor     %eax, %eax
        mov     %es, %ax
        save    rax, 16
        mov     %ds, %ax
        save    rax, 19
        mov     %fs, %ax
        save    rax, 20
        mov     %gs, %ax
        save    rax, 21
        mov     (%rsp), %rax
        mov     %rax, vector(%rip)
        mov     8(%rsp), %rax
        mov     %rax, error(%rip)
        lea     8(%rsp), %rcx
        cmp     $-1, %rax
        jne     1f
        add     $8, %rcx
1:      mov     %rcx, frame(%rip)
        keep    16, 23
        keep    24, 17
        keep    32, 22
        andq    $0xfffffffffffeffff, state + 8 * 22(%rip)       # but for RF
        keep    40, 4
        keep    48, 18
        mov     $DATA, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        mov     $BASE + STACK, %rsp
        push    $2
        popfq
        jmp     report

# ---- attempts --------------------------------------------------------------------------------------------------------
kind_k64:       .quad   DATA, CODE64, DATA, DATA, BASE + STACK
kind_u64:       .quad   UDATA, UCODE64, UDATA, UDATA, BASE + USER
kind_k32:       .quad   DATA32, CODE32, DATA32, DATA32, STACK
kind_u32:       .quad   UDATA32, UCODE32, UDATA32, UDATA32, USER
kind_k16:       .quad   DATA16, CODE16, DATA16, DATA16, STACK
        .macro  preset to, reg, value
        movabs  $\value, %\reg
        mov     %\reg, expected + 8 * \to(%rip)
        .endm
# RBX: kind.
launch: push    %rbx
        call    title_out
        pop     %rsi
        lea     expected + 8 * 16(%rip), %rdi
        mov     $4, %ecx
        cld
        rep movsq
        mov     (%rsi), %rax
        mov     %rax, expected + 8 * 4(%rip)
        xor     %eax, %eax
        mov     %rax, expected + 8 * 20(%rip)
        mov     %rax, expected + 8 * 21(%rip)
        mov     %eax, %fs
        mov     %eax, %gs
        mov     flags_at_launch(%rip), %rax
        mov     %rax, expected + 8 * 22(%rip)
        push    expected + 8 * 18(%rip)
        push    expected + 8 * 4(%rip)
        push    %rax
        push    expected + 8 * 17(%rip)
        push    origin(%rip)
        mov     expected + 8 * 16(%rip), %eax
        mov     %eax, %es
        mov     expected + 8 * 19(%rip), %eax
        mov     %eax, %ds
        preset  0, rax, 0x1010101010101010
        preset  1, rcx, 0x1212121212121212
        preset  2, rdx, 0x1313131313131313
        preset  3, rbx, 0x1414141414141414
        preset  5, rbp, 0x1515151515151515
        preset  6, rsi, 0x1616161616161616
        preset  7, rdi, 0x1717171717171717
        preset  8, r8, 0x1818181818181818
        preset  9, r9, 0x1919191919191919
        preset  10, r10, 0x1a1a1a1a1a1a1a1a
        preset  11, r11, 0x1b1b1b1b1b1b1b1b
        preset  12, r12, 0x1c1c1c1c1c1c1c1c
        preset  13, r13, 0x1d1d1d1d1d1d1d1d
        preset  14, r14, 0x1e1e1e1e1e1e1e1e
        preset  15, r15, 0x1f1f1f1f1f1f1f1f
        iretq
        .macro  attempt kind, where, name:req
        movq    $BASE + 9f, resume(%rip)
        movq    $\where + 7f, origin(%rip)
        movq    $BASE + 8f, title(%rip)
        lea     kind_\kind(%rip), %rbx
        jmp     launch
8:      .asciz  "\name"
7:
        .endm
        .macro  k64 name:req
        attempt k64, BASE, "\name"
        .endm
        .macro  u64 name:req
        attempt u64, BASE, "\name"
        .endm
        .macro  k32 name:req
        attempt k32, 0, "\name"
        .code32
        .endm
        .macro  u32 name:req
        attempt u32, 0, "\name"
        .code32
        .endm
        .macro  k16 name:req
        attempt k16, 0, "\name"
        .code16
        .endm
        .macro  end
        int     $END_OF_ATTEMPT
        .code64
9:
        .endm
# Prints RAX beside `name`, in ring 0 between attempts.
        .macro  value name:req
        movq    $BASE + 8f, title(%rip)
        call    value_out
        jmp     9f
8:      .asciz  "\name"
9:
        .endm
# A model-specific register, between attempts.
        .macro  set_msr number, value
        mov     $\number, %ecx
        mov     $(\value) & 0xffffffff, %eax
        mov     $((\value) >> 32) & 0xffffffff, %edx
        wrmsr
        .endm
# The guest is done.
        .macro  finish
        lea     8f(%rip), %rsi
        call    puts
        mov     $0, %al
        out     %al, $0xf4
7:      hlt
        jmp     7b
8:      .asciz  "DONE\n"
        .endm
        .balign 16
idt:    .skip   0x800
