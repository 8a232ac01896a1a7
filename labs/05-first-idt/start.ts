/**
 * start.S of "Your first IDT": what is given. It loads the rest of the program, goes to 32-bit code, and calls `setup`;
 * then runs a program with five instructions that need a handler. The student's file is included where it says so.
 */
export const PROGRAM = { from: 0x8000, to: 0x8060 } as const;
/** The IDT's place, and the counters of the vectors. */
export const IDT = 0x4000;
export const COUNTS = 0x5000;
/** Where each instruction stands, where the program is to go on, and by which vector it leaves. */
export const WAYS = {
  divide: { at: 0x8002, back: 0x8004, vector: 0x00 },
  opcode: { at: 0x8010, back: 0x8012, vector: 0x06 },
  breakpoint: { at: 0x8020, back: 0x8021, vector: 0x03 },
  protection: { at: 0x8035, back: 0x8037, vector: 0x0d },
  service: { at: 0x8040, back: 0x8042, vector: 0x30 },
} as const;
export const MOST_BYTES = 9 * 512;

export const START = `
        .set    IDT, 0x4000             # room for 256 gates of 8 bytes, all zero
        .set    COUNTS, 0x5000          # a counter of 4 bytes for each vector, all zero

        .code16
boot:   cli
        cld
        xor     %ax, %ax
        mov     %ax, %ds
        mov     %ax, %es
        mov     %ax, %ss
        mov     $0x7C00, %sp
        mov     $0x0208, %ax            # INT 13h, AH = 2: read 8 sectors,
        mov     $0x7E00, %bx            # to here,
        mov     $0x0002, %cx            # from cylinder 0, sector 2,
        mov     $0, %dh                 # head 0; DL is the drive that booted
        int     $0x13
        cli
        mov     $IDT, %di
        xor     %eax, %eax
        mov     $0x800, %cx             # IDT and counters: zeros
        rep stosl
        lgdt    gdt_pointer
        mov     %cr0, %eax
        or      $1, %al                 # PE
        mov     %eax, %cr0
        ljmpl   $0x08, $wide

        .code32
wide:   mov     $0x10, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        mov     $0x7C00, %esp
        call    setup                   # yours
        jmp     program

        .balign 8
gdt:    .quad   0
        .quad   0x00CF9A000000FFFF      # 08: 32-bit code, ring 0
        .quad   0x00CF92000000FFFF      # 10: data, ring 0
gdt_pointer:
        .word   . - gdt - 1
        .long   gdt

        .org    510
        .word   0xAA55

        .org    0x400                   # 8000: the program
program:
        xor     %ecx, %ecx
        div     %ecx                    # F7 F1: vector 0
        .balign 16, 0x90
        ud2                             # 0F 0B: vector 6
        .balign 16, 0x90
        int3                            # CC: vector 3
        .balign 16, 0x90
        mov     $0x1238, %edx           # a selector beyond the GDT
        mov     %edx, %gs               # 8E EA: vector 13, with an error code
        .balign 16, 0x90
        int     $0x30                   # CD 30: vector 30h
        .balign 16, 0x90
        cli
        hlt
        jmp     . - 2

        .org    0x600                   # 8200: your file
        .include "idt.S"
`;
