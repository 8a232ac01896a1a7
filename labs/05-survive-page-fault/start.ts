/**
 * start.S of "Survive a page fault": what is given. It goes to 32-bit code with paging on, calls `setup`, and runs a
 * program that touches pages which are not there. The student's file is included where it says so.
 */
export const PROGRAM = { from: 0x8000, to: 0x8060 } as const;
export const IDT = 0x4000;
/** The page table of the heap: one entry for each page from HEAP on. */
export const TABLE = 0x12000;
export const HEAP = 0x400000;
export const HEAP_PAGES = 16;
/** The heap's last page is there from the start, read-only. */
export const CONSTANT = { page: 0x40f000, frame: 0x30000 } as const;
/** Frames to take, in order. */
export const FRAMES = { from: 0x100000, to: 0x110000 } as const;
export const WILD = 0x5000;
export const NEXT_FRAME = 0x5004;
/** Where the instructions stand, and where the program goes on. */
export const WAYS = {
  write: { at: 0x8000, back: 0x8002 },
  read: { at: 0x8010, back: 0x8012 },
  wild: { at: 0x8020, back: 0x8050 },
} as const;
export const MOST_BYTES = 9 * 512;

export const START = `
        .set    IDT, 0x4000             # room for 32 gates of 8 bytes, all zero
        .set    WILD, 0x5000            # leave the address of a wild access here
        .set    NEXT_FRAME, 0x5004      # the next free frame's address
        .set    TABLE, 0x12000          # page table of the heap
        .set    HEAP, 0x400000          # 16 pages, 400000 to 40FFFF

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

        .code32
wide:   mov     $0x10, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        mov     $0x7C00, %esp
        mov     $IDT, %edi              # IDT and variables: zeros
        xor     %eax, %eax
        mov     $0x800, %ecx
        rep stosl
        mov     $0x10000, %edi          # page directory
        mov     $1024, %ecx
        rep stosl
        mov     $3, %eax                # 11000: the first 4 MiB as they are
        mov     $1024, %ecx
1:      stosl
        add     $0x1000, %eax
        loop    1b
        xor     %eax, %eax              # 12000: the heap, nothing there
        mov     $1024, %ecx
        rep stosl
        movl    $0x30001, TABLE + 4 * 15        # but its last page: read-only
        movl    $0, 0x11000             # page 0: null pointers fault
        movl    $0x11003, 0x10000
        movl    $TABLE + 3, 0x10004
        movl    $0x100000, NEXT_FRAME
        call    setup                   # yours
        mov     $0x10000, %eax
        mov     %eax, %cr3
        mov     %cr0, %eax
        or      $0x80010000, %eax       # PG, and WP: ring 0 obeys read-only, too
        mov     %eax, %cr0
        mov     $HEAP, %edi
        mov     $0xC0FFEE, %eax
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
        mov     %eax, (%edi)            # a write to the heap
        .balign 16, 0x90
        mov     (%edi), %eax            # a read
        .balign 16, 0x90
        mov     0x800000, %al           # a wild one
        .balign 16, 0x90
        jmp     killed

        .org    0x450                   # 8050
killed: cli                             # a wild access ends the program here
        hlt
        jmp     killed

        .org    0x600                   # 8200: your file
        .include "fault.S"
`;
