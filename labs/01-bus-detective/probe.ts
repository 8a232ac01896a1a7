/**
 * The program that this lab's machine runs: nine accesses, one after the other, and what each brought into memory. The
 * student's answers stand in the disk's second sector, where no program reads them; the grader does.
 *
 *   0600 + 4n   what access n brought, zero-extended, n from 1
 *   0640        how many were made
 */
export const RESULTS = 0x600;
export const DONE = 0x640;
export const ANSWERS_OFFSET = 512;
/** A line of answers: its number, a part's code, two bytes unused, the value. */
export const ANSWER_BYTES = 8;

/** The words for parts that answers may use, and which of the machine's parts each means; "" is nobody. */
export const words: readonly { readonly word: string; readonly code: number; readonly parts: readonly string[] }[] = [
  { word: "NOBODY", code: 1, parts: [""] },
  { word: "RAM", code: 2, parts: ["ram"] },
  { word: "ROM", code: 3, parts: ["rom"] },
  { word: "BRIDGE", code: 4, parts: ["i440fx", "pci"] },
  { word: "DISPLAY", code: 5, parts: ["vga", "vgapci"] },
  { word: "DISK", code: 6, parts: ["ide.0", "ide.1", "piixide"] },
  { word: "FLOPPY", code: 7, parts: ["i82077"] },
  { word: "DMA", code: 8, parts: ["i8237", "i8237.0", "i8237.1"] },
  { word: "PIC", code: 9, parts: ["i8259.master", "i8259.slave"] },
  { word: "TIMER", code: 10, parts: ["i8254"] },
  { word: "CLOCK", code: 11, parts: ["mc146818"] },
  { word: "KEYBOARD", code: 12, parts: ["i8042"] },
  { word: "COM1", code: 13, parts: ["ns16550.0"] },
  { word: "COM2", code: 14, parts: ["ns16550.1"] },
  { word: "PORTA", code: 15, parts: ["port92"] },
];

/** An access as the rubric names it. */
export interface Access {
  readonly n: number;
  /** "inb of port 3FD". */
  readonly title: string;
  /** Bytes that come back. */
  readonly size: 1 | 2 | 4;
}

export const accesses: readonly Access[] = [
  { n: 1, title: "a byte from port 3FD", size: 1 },
  { n: 2, title: "a byte from port 64", size: 1 },
  { n: 3, title: "0B to port 70, then a byte from port 71", size: 1 },
  { n: 4, title: "a byte from port 21", size: 1 },
  { n: 5, title: "a byte from port 92", size: 1 },
  { n: 6, title: "a byte from port 2E8", size: 1 },
  { n: 7, title: "80000000 to port CF8, then a dword from port CFC", size: 4 },
  { n: 8, title: "a word stored at address B8000, then loaded from there", size: 2 },
  { n: 9, title: "who stores the disk's third sector at address 8000, and its first word", size: 2 },
];

const symbols = words.map(({ word, code }) => `.set ${word}, ${code}`).join("\n");

/** The whole disk: the probe, and the answers of answers.S behind it. */
export const program = `# The bus detective's machine: nine accesses, each followed by the store of what it brought.
        .code16
${symbols}
        .macro  answer number, who, value
        .byte   \\number, \\who, 0, 0
        .long   \\value
        .endm

start:  cli
        xorw    %ax, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        movw    $0x7c00, %sp
        movb    %dl, drive
        movw    $0x${RESULTS.toString(16)}, %di
        movw    $16, %cx
        rep stosl

        movw    $0x3fd, %dx             # 1
        inb     %dx, %al
        movb    %al, 0x604
        inb     $0x64, %al              # 2
        movb    %al, 0x608
        movb    $0x0b, %al              # 3
        outb    %al, $0x70
        inb     $0x71, %al
        movb    %al, 0x60c
        inb     $0x21, %al              # 4
        movb    %al, 0x610
        inb     $0x92, %al              # 5
        movb    %al, 0x614
        movw    $0x2e8, %dx             # 6
        inb     %dx, %al
        movb    %al, 0x618
        movl    $0x80000000, %eax       # 7
        movw    $0xcf8, %dx
        outl    %eax, %dx
        movw    $0xcfc, %dx
        inl     %dx, %eax
        movl    %eax, 0x61c
        movw    $0xb800, %ax            # 8
        movw    %ax, %es
        movw    $0x1f42, %es:0
        movw    %es:0, %ax
        movw    %ax, 0x620
        sti                             # 9
        xorw    %ax, %ax
        movw    %ax, %es
        movw    $0x0201, %ax
        movw    $0x8000, %bx
        movw    $0x0003, %cx
        movb    $0, %dh
        movb    drive, %dl
        int     $0x13
        movw    0x8000, %ax
        movw    %ax, 0x624
        movb    $9, 0x${DONE.toString(16)}
        cli
stop:   hlt
        jmp     stop

drive:  .byte   0
        .org    510
        .word   0xaa55
        .include "answers.S"
        .org    1024
        .ascii  "Sector three"
`;
