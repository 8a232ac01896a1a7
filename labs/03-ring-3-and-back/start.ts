/**
 * start.S of "Ring 3 and back": what is given. It loads the rest of the program, goes to 64-bit mode, and jumps to `setup`
 * in ring 0. The student's file is included where it says so.
 */
export const USER = 0x8000;
export const USER_STACK = 0x80000;
/** Where the three ways into ring 0 stand, and how long each instruction is. */
export const WAYS = {
  interrupt: { address: 0x8000, bytes: 2, counter: 0x8080 },
  gate: { address: 0x8010, bytes: 7, counter: 0x8088 },
  syscall: { address: 0x8020, bytes: 2, counter: 0x8090 },
} as const;
export const MOST_BYTES = 18 * 512;

export const START = `
        .set    USER_STACK, 0x80000     # where the stack of ring 3 begins, and goes down
        .set    KERNEL_STACK, 0x90000   # the stack of ring 0, for you to use
        .set    IDT, 0x4000             # 256 gates of 16 bytes, all zero

        .code16
boot:   cli
        xor     %ax, %ax
        mov     %ax, %ds
        mov     %ax, %es
        mov     %ax, %ss
        mov     $0x7C00, %sp
        mov     $0x0211, %ax            # INT 13h, AH = 2: read 17 sectors,
        mov     $0x7E00, %bx            # to here,
        mov     $0x0002, %cx            # from cylinder 0, sector 2,
        mov     $0, %dh                 # head 0; DL is the drive that booted
        int     $0x13
        cli
        mov     $0x1000, %di            # three page tables and an IDT: zeros
        xor     %eax, %eax
        mov     $(4 * 1024), %cx
        rep stosl
        movl    $0x2007, 0x1000         # present, writable, user
        movl    $0x3007, 0x2000
        movl    $0x87, 0x3000           # 2 MiB, for every ring
        mov     $0x1000, %eax
        mov     %eax, %cr3
        mov     $0x20, %eax             # PAE
        mov     %eax, %cr4
        mov     $0xC0000080, %ecx
        rdmsr
        or      $0x100, %eax            # LME
        wrmsr
        lgdt    gdt_pointer
        lidt    idt_pointer
        mov     %cr0, %eax
        or      $0x80000001, %eax       # PG and PE at once
        mov     %eax, %cr0
        ljmp    $0x08, $wide

        .code64
wide:   mov     $0x10, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        mov     $KERNEL_STACK, %esp
        jmp     setup                   # yours

        .balign 8
gdt:    .quad   0
        .quad   0x00AF9A000000FFFF      # 08: 64-bit code, ring 0
        .quad   0x00CF92000000FFFF      # 10: data, ring 0
        .quad   0x00CFFA000000FFFF      # 18: 32-bit code, ring 3
        .quad   0x00CFF2000000FFFF      # 20: data, ring 3
        .quad   0x00AFFA000000FFFF      # 28: 64-bit code, ring 3
gdt_tss:
        .quad   0, 0                    # 30: a TSS; you fill it in
gdt_gate:
        .quad   0, 0                    # 40: a call gate; you fill it in
gdt_pointer:
        .word   . - gdt - 1
        .long   gdt
idt_pointer:
        .word   0x0FFF
        .long   IDT

        .org    510
        .word   0xAA55

        .org    0x400                   # 8000: the program of ring 3
user:   int     $0x80
        .balign 16, 0x90
        lcall   *gate_pointer
        .balign 16, 0x90
        syscall
        .balign 16, 0x90
        jmp     .

gate_pointer:
        .long   0                       # a gate knows its offset itself
        .word   0x43                    # the call gate, asked for by ring 3

        .org    0x480                   # 8080: one counter for each way
by_interrupt:
        .quad   0
by_gate:
        .quad   0
by_syscall:
        .quad   0

        .balign 16
tss:    .fill   104                     # the TSS itself; RSP0 is at tss + 4

        .org    0x600                   # 8200: your file
        .include "ring3.S"
`;
