import { expect, test } from "vitest";
import { pieces } from "./asm-text.ts";

const kinds = (line: string) =>
  pieces(line)
    .filter(({ kind }) => kind !== "plain")
    .map(({ kind, text }) => `${kind} ${text}`);

test.each([
  ["mov $0x7c1e,%si", ["word mov", "number $0x7c1e"]],
  ["start:  mov $0x0e, %ah   # teletype", ["word mov", "number $0x0e", "comment # teletype"]],
  ['message: .asciz "Hello # there"', ["word .asciz", 'string "Hello # there"']],
  ["  .word 0xaa55", ["word .word", "number 0xaa55"]],
  ["lodsb %ds:(%esi),%al", ["word lodsb"]],
  ["int $0x10", ["word int", "number $0x10"]],
  ["1: jmp 1b", ["word jmp", "number 1b"]],
])("%s", (line, expected) => expect(kinds(line)).toEqual(expected));

test("joined, the pieces are the line", () => {
  for (const line of ["", "   ", "a: b: .byte 'x', 1, 2 ; z", "/* all */", "jmp $-2", "\tmov %eax, 4(%ebx,%ecx,8)"]) {
    expect(
      pieces(line)
        .map(({ text }) => text)
        .join(""),
    ).toBe(line);
  }
});
