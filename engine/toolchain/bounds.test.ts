/** Whatever the source, assembling ends soon, within bounded memory, and says what is wrong. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assemble } from "./assembler.ts";

const repeat = (n: number, line: (i: number) => string) => Array.from({ length: n }, (_, i) => line(i)).join("\n");

/** Sources that ask for too much, and what the first diagnostic says. */
const GREEDY: Record<string, [string, RegExp]> = {
  "a billion repetitions": [".rept 1000000000\nnop\n.endr", /statements were read/],
  "a billion empty repetitions": [".rept 1000000000\n.endr", /statements were read/],
  "repetitions within repetitions": [`${".rept 1000\n".repeat(6)}nop\n${".endr\n".repeat(6)}`, /statements were read/],
  "a terabyte of .org": [".org 1000000000000", /beyond/],
  "a terabyte of .org, later": ["x = y\n.org x\ny = 1000000000000", /grows beyond/],
  "a terabyte of .fill": [".fill 1000000000000, 8, 1", /grows beyond/],
  "a terabyte of .skip, later": [".skip y\ny = 1000000000000", /grows beyond/],
  "a terabyte of .bss": [".bss\n.skip 1000000000000", /grows beyond/],
  "many megabytes": [`${".skip 1000000\n".repeat(100)}`, /grows beyond/],
  "a macro that calls itself": [".macro m\nm\n.endm\nm", /nested/],
  "macros that call each other twice": [
    `${repeat(40, (i) => `.macro m${i}\nm${i + 1}\nm${i + 1}\n.endm`)}\n.macro m40\nnop\n.endm\nm0`,
    /statements were read/,
  ],
  "a macro whose argument doubles": [".macro m a\nm \\a\\a\n.endm\nm 123456789", /too much text|nested/],
  "an .irp of an .irp of an .irp": [
    `${".irp x,1,2,3,4,5,6,7,8,9\n".repeat(9)}nop\n${".endr\n".repeat(9)}`,
    /statements were read|too much text/,
  ],
  "a file that includes itself": ['.include "self"', /includes itself/],
  "files that include each other": ['.include "a"', /includes itself/],
  "symbols that double": [
    `${repeat(200, (i) => `s${i} = s${i + 1} + s${i + 1}`)}\n.long s0`,
    /not defined|defined through/,
  ],
  "symbols in a circle": ["a = b\nb = c\nc = a\n.long a", /defined through itself/],
  "a room that counts itself": ["a: .skip b - a + 1\nb: nop", /never settles|negative|grows/],
  "deep parentheses": [`.long ${"(".repeat(100000)}1${")".repeat(100000)}`, /nested too deeply/],
  "a million operators": [`.long ${"1+".repeat(1000000)}x`, /too long|not defined/],
  "unary operators without end": [`.long ${"-".repeat(100000)}1`, /nested too deeply/],
};

describe("a greedy source gets a diagnostic", () => {
  for (const [name, [source, message]] of Object.entries(GREEDY)) {
    test(name, () => {
      const include = (file: string) => ({ self: '.include "self"', a: '.include "b"', b: '.include "a"' })[file];
      const start = process.cpuUsage();
      const r = assemble(source, { include });
      const { user } = process.cpuUsage(start);
      const errors = r.diagnostics.filter((d) => d.severity === "error");
      expect(errors.map((d) => d.message).join("\n")).toMatch(message);
      expect(r.bytes.length).toBe(0);
      expect(user / 1e6).toBeLessThan(5);
    });
  }
});

test("jumps that push each other out of reach one by one settle", () => {
  const source = `.code16\n${repeat(3000, (i) => `l${i}: jmp l${Math.min(i + 64, 3000)}`)}\nl3000: nop`;
  const r = assemble(source);
  expect(r.diagnostics).toEqual([]);
  expect(r.bytes.length).toBeGreaterThan(3000 * 2);
});

test("no text makes it throw", () => {
  const word = fc.constantFrom(
    "mov",
    "jmp",
    "a:",
    "1:",
    "1b",
    "%ax",
    "(%bx)",
    "$5",
    "$",
    "%",
    ",",
    ".if",
    ".endif",
    ".macro m x",
    ".endm",
    ".rept 2",
    ".endr",
    "\\x",
    ".org",
    ".byte",
    ".ascii",
    '"',
    "'",
    "\n",
    ";",
    "/*",
    "*/",
    "#",
    "=",
    "a",
    "+",
    "-",
    "(",
    ")",
    "[",
    "]",
    ".set",
    ".fill",
    ".align",
    ".include",
    "lock",
    "rep",
    "ljmp",
    ".intel_syntax noprefix",
    ".code64",
    "0x",
    "99999999999999999999",
    "é",
    "\u{1f600}",
    "\0",
  );
  const text = fc.array(fc.oneof(word, fc.string({ maxLength: 3 })), { maxLength: 40 }).map((words) => words.join(" "));
  fc.assert(
    fc.property(text, (source) => {
      for (const d of assemble(source, { maxStatements: 10_000 }).diagnostics) {
        expect(d.line).toBeGreaterThan(0);
        expect(d.column).toBeGreaterThan(0);
        expect(d.message).not.toMatch(/undefined|NaN|\[object/);
      }
    }),
    { numRuns: process.env["RING_FULL"] ? 20_000 : 500 },
  );
});
