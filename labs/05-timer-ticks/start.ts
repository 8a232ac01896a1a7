/**
 * start.S of "The timer ticks": what is given. It goes to 32-bit code, fills an IDT, calls `setup`, and waits for ten ticks.
 * The student's file is included where it says so.
 */
export const PROGRAM = { from: 0x8000, to: 0x8100 } as const;
/** Where it waits for a spurious interrupt, with IRQ 0 in service. */
export const GHOST = 0x8040;
export const TICKS = 0x5000;
export const WANTED = 10;
export const HZ = 100;
export const MOST_BYTES = 9 * 512;

export const START = `
        .set    IDT, 0x4000             # 48 gates
        .set    TICKS, 0x5000           # count here

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
        lgdt    gdt_pointer
        mov     %cr0, %eax
        or      $1, %al                 # PE
        mov     %eax, %cr0
        ljmpl   $0x08, $wide

        .macro  gate vector, handler
        mov     $\\handler, %eax
        mov     %ax, IDT + 8 * \\vector
        movw    $0x08, IDT + 8 * \\vector + 2
        movw    $0x8E00, IDT + 8 * \\vector + 4
        shr     $16, %eax
        mov     %ax, IDT + 8 * \\vector + 6
        .endm

        .code32
wide:   mov     $0x10, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        mov     $0x7C00, %esp
        mov     $IDT, %edi              # IDT and counter: zeros
        xor     %eax, %eax
        mov     $0x800, %ecx
        rep stosl
        gate    0x20, timer             # yours
        gate    0x27, spurious          # yours
        lidt    idt_pointer
        call    setup                   # yours
        jmp     program

        .balign 8
gdt:    .quad   0
        .quad   0x00CF9A000000FFFF      # 08: 32-bit code, ring 0
        .quad   0x00CF92000000FFFF      # 10: data, ring 0
gdt_pointer:
        .word   . - gdt - 1
        .long   gdt
idt_pointer:
        .word   8 * 0x30 - 1
        .long   IDT

        .org    510
        .word   0xAA55

        .org    0x400                   # 8000: the program
program:
        sti
idle:   hlt
        cmpl    $10, TICKS
        jb      idle
        cli
        hlt
        jmp     . - 2

        .org    0x440                   # 8040: the check begins here once
ghost:  mov     $0xFE, %al              # whatever setup masks
        out     %al, $0x21
1:      mov     $1000, %ecx             # now and then,
        loop    .
        mov     $0x0A, %al
        out     %al, $0x20
        in      $0x20, %al
        test    $1, %al                 # until IRQ 0 asks
        jz      1b
        mov     $0x0C, %al              # OCW3, poll: IRQ 0 goes into service,
        out     %al, $0x20              # as if its interrupt were being handled
        in      $0x20, %al
        movl    $0x14, 0xFEC00000       # I/O APIC, the timer's entry: an INTA
        movl    $0x700, 0xFEC00010      # for which the 8259 has no request
        sti
        jmp     .

        .org    0x600                   # 8200: your file
        .include "ticks.S"
`;
