/** Judge of directives, expressions, macros and layout: whole small programs, as GNU as and ld make them. */
import { describe, expect, test } from "vitest";
import { assemble } from "./assembler.ts";
import { gnuAssemble, hasBinutils } from "./test/binutils.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** Programs by what they show. */
const PROGRAMS: Record<string, string> = {
  "numbers of every base and size": `
    .byte 10, 0x1f, 0b101, 017, 'A', '\\n', -1, 255
    .word 1, 0xffff, -2 ; .short 3 ; .value 4 ; .hword 5 ; .2byte 6
    .long 0x12345678, -1 ; .int 7 ; .4byte 8
    .quad 0x123456789abcdef0, -1 ; .8byte 9`,
  "character constants": `.byte 'a', 'b', ' ', ';', '"', '#', ',', '\\\\', '\\'', '(' , '\\t'\n mov $'x, %al\n mov $' ', %ah\n cmp $'/', %al`,
  "strings and escapes": `.ascii "one", "two" ; .asciz "a\\tb\\n\\"q\\" \\\\ \\101\\x41\\0" ; .string "x;y # z /* no */", "" ; .ascii "a" "b"`,
  "comments of all kinds": `
    nop # to the end ; not this
    nop /* here */ ; nop
    /* over
       lines ; nop */ nop
    .ascii "# no /* comment */"
// a line
    nop`,
  "operators by rank": `
    .long 1+2*3, (1+2)*3, 10-4-3, 7/2, -7/2, 7%3, -7%3, 1<<4, 0x100>>4
    .long 1|2&3, 6&3|8, 5^1, 1+2<<3, 3&1+1, 2*3&1, 1|2+4, 8!1, 1<2, 2<1, 3==3, 3<>3, 3!=4, 3>=3, 2<=1
    .long 1&&0, 1||0, 2&&3, 1+1==2, 1<<2+1, ~0, -5, !0, !7, - -3, ~-1, -~5, 6/2*3, 100-10*2+1, 1 - 2 - 3, 4 >> 1 >> 1`,
  "logical and arithmetic shifts and wrapping": `.quad -1>>4, -16/4, 1<<63, 0xffffffffffffffff+1, 0x7fffffffffffffff*2, -1/2, 1<<40>>38`,
  "labels before and after": `.code16\na: jmp b\n call c\n nop\nb: jmp a\nc: .word a, b, c, b-a, c-a+1`,
  "numbered labels": `.code16\n1: nop\n jmp 1b\n jmp 1f\n2: loop 2b\n1: jz 1b\n jnz 2f\n1: jmp 1b\n2: jmp 1b\n .word 1b, 2b`,
  "the location counter": `nop\n jmp .\n .long . - 4, .\nx = . + 2\n nop\n nop\n .long x, . - x\n . = . + 3\n nop`,
  "set, equ, = and equiv": `a = 5\n.set b, a*2\n.equ c, b+1\n.equiv d, c\n .byte a, b, c, d\na = a + 1\n .byte a\n.set a, a*2\n .byte a\n late = later\n .byte late\nlater = 9`,
  "symbols set to labels": `.code16\nx: nop\ny = x + 1\nz = end - x\n mov $y, %ax\n mov $z, %bx\n mov y, %cx\n jmp y\nend:`,
  "relaxation both ways": `.code16\nstart:\n jmp far\n jz near\n .skip 120\nnear: jnz start\n .skip 10\nfar: jmp start\n ja start\n jmp near`,
  "relaxation that pushes another jump out of reach": `.code32\na: jmp z\n .skip 121\n jmp far\n jz a\nz: nop\n .skip 300\nfar: jmp a`,
  "a chain of jumps at the limit": `.code16\n${Array.from({ length: 40 }, (_, i) => `l${i}: jmp l${(i * 7 + 31) % 40}\n .skip ${i % 5}`).join("\n")}`,
  "alignment with and without filler": `.code32\n nop\n .align 8\n nop\n .balign 16, 0xcc\n nop\n .p2align 3\n nop\n .p2align 4, , 3\n nop\n .p2align 4,,15\n .byte 1, 2\n .balignw 8, 0x1234\n .balignl 16, 0x11223344\n .data\n .byte 1\n .align 4\n .long 2`,
  "no-operations of 16-bit code": `.code16\n${Array.from({ length: 40 }, (_, i) => `.p2align 6\n .skip ${63 - i}, 0x90\n nop`).join("\n")}\n.p2align 6`,
  "no-operations of 32-bit code": `.code32\n${Array.from({ length: 63 }, (_, i) => `.p2align 6\n .skip ${63 - i}, 0x90\n nop`).join("\n")}\n.p2align 6`,
  "long alignments in 16-bit code": `.code16\n nop\n .p2align 9\n nop\n .p2align 8`,
  "long alignments in 32-bit code": `.code32\n nop\n .p2align 9\n nop\n .p2align 8`,
  org: `.code16\n jmp x\n .org 16\nx: nop\n .org 32, 0xff\n nop\n .org . + 5\n nop\n .org x + 60\n .byte 1`,
  "a boot sector's end": `.code16\nstart: cli\n hlt\n .fill 510-(.-start), 1, 0\n .word 0xaa55`,
  "fill, skip, space and zero": `.fill 3\n .fill 2, 2, 0x1234\n .fill 2, 4, -1\n .fill 1, 8, 0x11223344\n .skip 3, 7\n .space 2\n .zero 4\n .fill 0\n n = 2\n .fill n*2, 1, n`,
  "sections in pieces": `.text\n nop\n .data\n .byte 1\n .text\n nop\n .section .rodata\n .asciz "r"\n .data\n .byte 2\n .bss\n .skip 8\nb: .skip 4\n .text\n .previous\n .text\n .code32\n mov $b, %eax\n .pushsection .data\n .byte 3\n .popsection\n nop`,
  "values of every section": `.code32\n.globl _start\n_start: mov $d, %eax\n mov r, %ebx\n movl $1, z\n.section .rodata,"a",@progbits\nr: .long d\n.data\nd: .long r, z, _start\n.bss\n.align 16\nz: .skip 4\n.comm shared, 8, 4\n.text\n mov shared, %eax`,
  "macros with arguments": `.code16
    .macro show char, colour=7
    mov $\\char, %al
    mov $\\colour, %bl
    .endm
    .macro both a:req b
    push \\a
    push \\b
    .endm
    .macro list first, rest:vararg
    .byte \\first
    .ifnb \\rest
    list \\rest
    .endif
    .endm
    show 'A'
    show 66, 12
    show colour=3, char='C
    both %ax, %bx
    both %cx %dx
    list 1, 2, 3, 4`,
  "macros with labels, counters and joined names": `.code16
    .macro wait_for what
wait_\\what\\()_\\@: jmp wait_\\what\\()_\\@
    .endm
    wait_for key
    wait_for tick
    wait_for key
    .macro outer n
    .macro inner\\n x
    .byte \\n, \\x
    .endm
    .endm
    outer 5
    inner5 6
    .purgem inner5
    .macro quoted text
    .ascii "\\text"
    .endm
    quoted "a, b"
    quoted hello`,
  "macros that end early": `.macro m n
    .byte \\n
    .if \\n == 2
    .exitm
    .endif
    .byte 0xff
    .endm
    m 1
    m 2
    m 3`,
  conditionals: `a = 1
    .if a
    .byte 1
    .else
    .byte 2
    .endif
    .if a == 2
    .byte 3
    .elseif a == 1
    .byte 4
    .elseif 1
    .byte 5
    .else
    .byte 6
    .endif
    .ifdef a
    .byte 7
    .endif
    .ifndef b
    .byte 8
    .if 0
    .if 1
    .byte 9
    .else
    .byte 10
    .endif
    .else
    .byte 11
    .endif
    .endif
    .ifeq a-1 ; .byte 12 ; .endif ; .ifne a ; .byte 13 ; .endif
    .ifgt a ; .byte 14 ; .endif ; .iflt a ; .byte 15 ; .endif ; .ifge 0 ; .byte 16 ; .endif
    .ifc one, one ; .byte 17 ; .endif ; .ifnc one, two ; .byte 18 ; .endif ; .ifb ; .byte 19 ; .endif`,
  repetitions: `.rept 3
    .byte 1
    .rept 2
    .byte 2
    .endr
    .endr
    .irp r, ax, bx, cx
    push %\\r
    .endr
    .irp n, 1, 2, 3 ; .byte \\n ; .endr
    .irpc c, 0189
    .byte '\\c', \\c
    .endr
    i = 0
    .rept 5
    .byte i*i
    i = i + 1
    .endr
    .rept 0
    .byte 99
    .endr
    .irp x
    .byte 5
    .endr`,
  "labels in repetitions": `.code16\n.rept 3\n1: jmp 1b\n jmp 1f\n1:\n.endr`,
  "distances that are known at once": `.code16\nmsg: .ascii "hello"\nend: mov $end-msg, %cx\n add $end-msg, %bx\n .if end-msg == 5\n .byte 1\n .endif\n push $end-msg\n mov (end-msg)(%bx), %al\n .rept end-msg\n nop\n .endr`,
  "distances over jumps": `.code16\na: jmp b\n .skip 200\nb: mov $b-a, %cx\n .word b-a\n add $b-a, %bx`,
  "prefixes of every kind": `.code16\n rep movsb\n repe cmpsb\n repnz scasw\n rep; stosw\n lock incw (%bx)\n cs mov (%bx), %ax\n data32 ret\n addr32 loop .\n .byte 0x66; ret\n mov %es:(%di), %al\n addr32 mov 0x1234, %bl\n ss lodsb\n data32 lret\n repne\n scasb`,
  "far transfers": `.code16\n ljmp $0xf000, $x\n lcall $8, $0x1234\n ljmpl $8, $x\n ljmp *(%bx)\n lcall *x\n lret\n lret $4\nx: lretl\n .code32\n ljmp $8, $y\n ljmpw $8, $0x10\n ljmp *y\ny: lret`,
  "mixed code sizes": `.code16\n mov $x, %ax\n push $1\n pushl $1\n call x\n calll x\n data32 jmp x\n .code32\nx: mov $x, %eax\n pushw $1\n callw x\n ret\n retw\n iretw\n iret\n pushal\n pushaw\n pushf\n popfw\n leave\n enter $8, $1`,
  "what gcc writes": `.code16gcc\n.file "a.c"\n.text\n.globl f\n.type f, @function\nf: pushl %ebp\n movl %esp, %ebp\n push %eax\n call f\n movzbl (%eax), %ecx\n leave\n ret\n.size f, .-f\n.ident "GCC"\n.section .note.GNU-stack,"",@progbits`,
  "Intel syntax": `.intel_syntax noprefix
.code32
start: mov eax, 5 + 3 * 2
    mov eax, x
    mov eax, [x]
    mov eax, offset x
    mov eax, x[ebx]
    mov eax, [ebx+ecx*4-8]
    mov eax, [4*ecx+ebx+x]
    mov eax, es:[ebx]
    mov eax, dword ptr es:[0x10]
    mov eax, ds:16
    mov byte ptr [eax], 5
    mov word ptr x, 7
    jmp 8:x
    jmp fword ptr [eax]
    call eax
    call [eax]
    call x
    jmp short x
    movzx eax, byte ptr [ebx]
    shl eax, 1
    shl eax, cl
    imul eax, ebx, 3
    in al, dx
    out 0x80, al
    rep movsd
    movs dword ptr es:[edi], dword ptr [esi]
    lea eax, [ebx+x]
    push 5 shl 2
    and eax, not 7
    mov ebx, [eax*2]
    xchg [eax], ebx
    mov al, 'a'
    test eax, 0x10 or 1
    retf
    iretd
x:  .long x - start
    .att_syntax
    mov x, %eax`,
  "Intel syntax, 16 bits": `.intel_syntax noprefix\n.code16\nstart: xor ax, ax\n mov ds, ax\n mov si, offset msg\n1: lodsb\n or al, al\n jz 2f\n mov ah, 0x0e\n int 0x10\n jmp 1b\n2: hlt\n jmp 2b\n mov al, [bx+si+4]\n mov es:[di], ax\n cmp byte ptr [si], 0\n jmp 0xf000:0xfff0\nmsg: .asciz "hi"`,
  "64-bit code": `.code64\nstart: mov $x, %eax\n movq $x, %rbx\n movabs $0x1122334455667788, %rax\n mov $-1, %rcx\n mov $0x80000000, %rdx\n lea x(%rip), %rsi\n mov x(%rip), %r8\n push %r9\n pop (%r10)\n call start\n jmp *%rax\n syscall_ = 5\n cmpb $0, x(%rip)\n movl $7, x+4(%rip)\n mov %gs:0x10, %rax\n add $127, %r15\n add $128, %r15\nx: .quad x, start`,
  "an included file": `.include "names.inc"\n .byte NAME\n .include "sub/more.inc"\n .incbin "bytes.bin"\n .incbin "bytes.bin", 1, 2`,
  "floating constants": `.float 1.5, -0.25\n.double 3.141592653589793, 1e10\n.single 2`,
  "several labels and statements on a line": `.code16\na: b: nop; c: jmp a; d: jmp d\n.word a,b,c,d`,
  "weak spaces": `.code16\n mov   $5 , %ax\n\tmov\t4 ( %bx , %si ) , %cx\n mov %es : 2(%di), %ax\n .byte 1 ,2 , 3\n lab :\n jmp lab`,
  "segment overrides": `.code16\n mov %ds:(%bx),%ax\n mov %ss:(%bp),%ax\n mov %cs:x, %al\n mov %al, %fs:4(%si)\n mov %ds:x, %eax\n push %es:(%bx)\n call *%cs:x(%bx)\n lodsw %es:(%si)\n movsb %cs:(%si), %es:(%di)\n xlat %cs:(%bx)\nx:`,
};

const FILES = {
  "names.inc": "NAME = 42\n.macro twice x\n.byte \\x, \\x\n.endm\n",
  "sub/more.inc": "twice NAME\n",
  "bytes.bin": Uint8Array.from([1, 2, 3, 4]),
};

const include = (name: string) => {
  const file = FILES[name as keyof typeof FILES];
  return typeof file === "string" ? file : undefined;
};
const includeBytes = (name: string) => {
  const file = FILES[name as keyof typeof FILES];
  return typeof file === "object" ? file : undefined;
};

describe.skipIf(!hasBinutils)("programs come out as GNU as and ld make them", () => {
  for (const [name, source] of Object.entries(PROGRAMS)) {
    test(name, () => {
      const is64 = source.includes(".code64");
      const gnu = gnuAssemble(`${source}\n`, { origin: 0x1000, bits: is64 ? 64 : 32, files: FILES });
      const ours = assemble(`${source}\n`, { origin: 0x1000, include, includeBytes, codeBits: 32 });
      expect(gnu.error).toBe("");
      expect(ours.diagnostics.filter((d) => d.severity === "error")).toEqual([]);
      expect(hex(ours.bytes)).toBe(hex(gnu.bytes));
    });
  }
});
