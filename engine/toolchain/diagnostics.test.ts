/** What a learner reads when something is wrong: where, what, and what to do. */
import { describe, expect, test } from "vitest";
import { assemble } from "./assembler.ts";

/** The first problem as one line: `line:column message — hint`. */
function first(source: string, options = {}): string {
  const d = assemble(source, { file: "boot.S", ...options }).diagnostics[0];
  return d ? `${d.line}:${d.column} ${d.message}${d.hint ? ` — ${d.hint}` : ""}` : "fine";
}

const SAID: readonly (readonly [source: string, said: string])[] = [
  ["mvo %ax, %bx", "1:1 there is no instruction `mvo` — Did you mean `mov`?"],
  ["mov $5, %axx", "1:9 there is no register %axx — Did you mean %ax?"],
  ["movq $1, (%bx)", "1:1 `movq` needs 64-bit code; this is .code16 — The suffix q means 64 bits; l means 32."],
  ["mov %rax, %rbx", "1:5 %rax exists only in 64-bit code; this is .code16 — The same register in 32 bits is %eax."],
  ["int 0x10", "1:5 `int` takes no memory operand here, and `0x10` is one — An AT&T immediate begins with $: $0x10"],
  [
    "mov ax, bx",
    "1:5 `ax` is taken for a label — An AT&T register begins with %: %ax. Intel syntax begins with .intel_syntax noprefix.",
  ],
  [
    "mov %ax, $5",
    "1:1 `mov` takes its operands the other way round — AT&T syntax writes the source first, the destination last.",
  ],
  ["mov %al, %bx", "1:1 %al has 8 bits and %bx has 16 — Use registers of one size; movzx and movsx widen."],
  [
    "movl %ax, (%bx)",
    "1:1 `movl` is for 32 bits, and %ax has 16 — The suffix for 16 bits is w; with a register as operand none is needed.",
  ],
  [
    "mov $0x10, %ds",
    "1:1 a segment register cannot be loaded with an immediate — Load a general register first: mov $0x10, %ax; mov %ax, %ds",
  ],
  [
    "mov %ds, %es",
    "1:1 one segment register cannot be copied to another — Go through a general register, or push and pop.",
  ],
  [
    "mov (%ax), %bx",
    "1:5 no 16-bit addressing mode has these registers — 16-bit addresses use %bx, %bp, %si, %di, or one of %bx and %bp with one of %si and %di. Any register works in 32 bits: (%eax).",
  ],
  ["mov [bx], %ax", "1:5 AT&T syntax has no brackets — Memory is written displacement(base,index,scale): 4(%bx,%si)."],
  ["mov $5 %ax", "1:8 `,` is missing before %ax — Operands are separated by commas."],
  ["push %al", "1:6 %al has 8 bits, and `push` takes 16 here — %ax?"],
  ["movw (%bx), (%si)", "1:1 `movw` cannot have two memory operands — Load one of them into a register first."],
  ["ljmp 0x8:0x100", "1:9 `:0x100` does not belong here — A far pointer is written with a comma: ljmp $0x8, $0x100"],
  ["ljmp $8, $0x100000", "1:1 the offset 0x100000 does not fit in 16 bits — ljmpl takes an offset of 32 bits."],
  ["movb $0FFh, %al", "1:7 0FFh is not a number here — Hexadecimal is written 0xFF."],
  ["nop\njmp nowhere", "2:5 `nowhere` is not defined — A label is a name and a colon; a constant is NAME = VALUE."],
  ["message: nop\nmov $mesage, %si", "2:6 `mesage` is not defined — Did you mean `message`?"],
  ["mov $ax, %bx", "1:6 `ax` is not defined — If the register is meant, AT&T syntax writes %ax."],
  [
    "a: nop\na: nop",
    "2:1 `a` is defined already, in line 1 — For a label that only this place uses, a number will do: 1: … jmp 1b",
  ],
  ["jmp 1b", "1:5 there is no label 1: above — `1b` is the nearest `1:` before this line; the one after it is `1f`."],
  ["1: jmp 2f", "1:8 there is no label 2: below — `2f` is the next `2:` after this line; the one before it is `2b`."],
  [
    "loop far\n.skip 200\nfar:",
    "1:6 the target is 200 bytes away, too far for 8 bits — This instruction has only a short form, which reaches 128 bytes back and 127 forward: jump around a jmp instead.",
  ],
  [".ascii hello", '1:8 a string is missing — Strings stand in double quotes: "text".'],
  ['.byte "hello"', '1:7 .byte takes numbers, not text — Text is written .ascii "hello"'],
  ['.ascii "hello', '1:8 the string has no closing "'],
  ["db 0x55", "1:1 there is no instruction `db` — GNU as writes .byte (and .ascii for text)."],
  [
    "nop ; a comment here",
    "1:7 there is no instruction `a` — A comment begins with # (`;` separates instructions); a label ends with a colon.",
  ],
  ['.asci "x"', "1:1 there is no directive `.asci` — Did you mean `.ascii`?"],
  [".fill 510-600", "1:7 the count is negative: -90 — What stands before it is 90 bytes too long."],
  [
    "start: jmp start\n.skip 600\n.fill 510-(.-start), 1, 0",
    "3:7 the count is negative: -92 — What stands before it is 92 bytes too long.",
  ],
  [
    ".skip 600\n.org 510",
    "2:1 .org goes back: this place is 0x258 already, 90 bytes past 0x1fe — What stands before it is too long, or the number is too small.",
  ],
  [
    ".bss\nnop",
    "2:1 .bss takes no bytes: it is only counted, and zero when the program starts — Use .skip to count room here, or .data for what has a value.",
  ],
  [".if 1\nnop", "1:1 this .if has no .endif"],
  [".macro m x:req\n.byte \\x\n.endm\nm", "4:1 the macro `m` needs a value for `x`"],
  [".macro m\nfoo %ax\n.endm\nnop\nm", "2:1 there is no instruction `foo` (in macro m, called at boot.S:5)"],
  [
    "lock mov %ax, (%bx)",
    "1:6 `lock` cannot go with `mov` here — It goes with instructions that read and write memory: add, sub, and, or, xor, inc, dec, xchg, cmpxchg, xadd, bts ….",
  ],
  [
    "out %bl, %dx",
    "1:1 no form of `out` takes these operands — The value is in %al, %ax or %eax, the port a number up to 255 or in %dx.",
  ],
  [".code64\npusha", "2:1 `pusha` does not exist in 64-bit code"],
  [
    ".intel_syntax noprefix\nmov [bx], 5",
    "2:1 `mov` does not say how many bytes of memory it means — Write byte ptr, word ptr or dword ptr before the bracket.",
  ],
  [
    ".intel_syntax noprefix\nmovl eax, 5",
    "2:1 there is no instruction `movl` — Intel syntax has no size suffixes: write `mov` (and `dword ptr` where memory is meant).",
  ],
  [
    ".intel_syntax noprefix\nmov eax, $5",
    "2:10 Intel syntax has no $ — Write 5; AT&T syntax is chosen with .att_syntax.",
  ],
];

describe("errors name what is wrong and what to do", () => {
  for (const [source, said] of SAID) test(source.replaceAll("\n", " ⏎ "), () => expect(first(source)).toBe(said));
});

describe("warnings", () => {
  test("INC of memory without a size takes the code's and says so", () => {
    const r = assemble("inc (%bx)");
    expect(r.diagnostics.map((d) => [d.severity, d.message])).toEqual([
      ["warning", "`inc` does not say how many bytes of memory it means; 16 bits are taken"],
    ]);
    expect([...r.bytes]).toEqual([0xff, 0x07]);
  });

  test("a value too wide for its place is cut as as does", () => {
    expect(first("mov $300, %al")).toBe("1:1 300 does not fit in 8 bits; 0x2c is left of it");
    expect(first(".byte 300")).toBe("1:1 300 does not fit in 1 byte; 0x2c is left of it");
  });
});

test("an address beyond 64 KiB in a 16-bit immediate is an error, as ld's truncated relocation is", () => {
  expect(first("mov $here, %ax\nhere:", { origin: 0x10000 })).toBe(
    "1:6 the address 0x10003 does not fit in immediate of 16 bits — Where does this code run? Labels count from the origin.",
  );
});

test("a source with errors has no bytes but keeps its symbols", () => {
  const r = assemble("a: nop\nfoo\nb: nop");
  expect(r.bytes.length).toBe(0);
  expect(r.symbols.get("b")).toBe(1n);
});

describe("the table of lines", () => {
  test("names the call for what a macro emits, and the line itself in a repetition", () => {
    const r = assemble(".macro two\nnop\ncli\n.endm\ntwo\n.rept 2\nhlt\n.endr", { file: "a.S" });
    expect(r.lines.map((l) => [l.address, l.length, l.line])).toEqual([
      [0, 1, 5],
      [1, 1, 5],
      [2, 1, 7],
      [3, 1, 7],
    ]);
  });
});

describe("sections", () => {
  test("go where `layout` puts them, the image reaching from the first to the last", () => {
    const r = assemble(".text\nnop\n.data\n.byte 7", { layout: { ".text": 0x7c00, ".data": 0x7c10 } });
    expect(r.address).toBe(0x7c00);
    expect([...r.bytes]).toEqual([0x90, ...new Array(15).fill(0), 7]);
  });

  test("that overlap are an error", () => {
    const said = first(".text\n.skip 32\n.data\n.byte 7", { layout: { ".text": 0x7c00, ".data": 0x7c10 } });
    expect(said).toBe("4:1 .data at 0x7c10 overlaps .text, which ends at 0x7c20");
  });

  test("without bytes are counted, not written", () => {
    const r = assemble("nop\n.bss\nroom: .skip 0x10000000", { origin: 0x1000 });
    expect(r.bytes.length).toBe(1);
    expect(r.sections).toEqual([
      { name: ".text", address: 0x1000, size: 1, isNoBits: false },
      { name: ".bss", address: 0x1001, size: 0x10000000, isNoBits: true },
    ]);
  });
});

test("what goes wrong in a macro of another file is said at its call", () => {
  const source = `.macro word_of value\n.word \\value\n.endm\n.include "mine.S"`;
  const { diagnostics } = assemble(source, {
    file: "library.S",
    include: (name) => (name === "mine.S" ? "nop\nword_of nowhere" : undefined),
  });
  expect(diagnostics).toMatchObject([
    { file: "mine.S", line: 2, column: 1, message: "`nowhere` is not defined (in macro word_of, library.S:2)" },
  ]);
});
