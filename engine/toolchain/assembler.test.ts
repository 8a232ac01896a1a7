import { describe, expect, test } from "vitest";
import { assemble } from "./assembler.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** Assembles and returns the bytes; a problem fails the test with its text. */
function bytes(source: string, options = {}): string {
  const r = assemble(source, options);
  expect(r.diagnostics).toEqual([]);
  return hex(r.bytes);
}

describe("a boot sector", () => {
  const source = `
    .code16
    .globl start
start:
    xor %ax, %ax            # zero
    mov %ax, %ds
    mov $message, %si
1:  lodsb
    test %al, %al
    jz 2f
    mov $0x0e, %ah
    int $0x10
    jmp 1b
2:  cli
    hlt
    jmp 2b
message: .asciz "Hi\\r\\n"
    .org 510
    .word 0xaa55
`;
  const r = assemble(source, { file: "boot.S", origin: 0x7c00 });

  test("of 512 bytes ends with 55 AA", () => {
    expect(r.diagnostics).toEqual([]);
    expect(r.bytes.length).toBe(512);
    expect([...r.bytes.slice(510)]).toEqual([0x55, 0xaa]);
    expect(hex(r.bytes.slice(0, 26))).toBe("31c08ed8be167cac84c07406b40ecd10ebf5faf4ebfc48690d0a");
  });

  test("puts its message at 7C16 and says which line each instruction came from", () => {
    expect(r.symbols.get("message")).toBe(0x7c16n);
    expect(r.lines.find((l) => l.line === 7)).toEqual({ address: 0x7c04, length: 3, file: "boot.S", line: 7 });
  });
});

describe("jumps", () => {
  test("are short at a distance of 127 and near at 128", () => {
    expect(bytes("jmp a\n.skip 127\na:").slice(0, 4)).toBe("eb7f");
    expect(bytes("jmp a\n.skip 128\na:").slice(0, 6)).toBe("e98000");
    expect(bytes("jz a\n.skip 128\na:").slice(0, 8)).toBe("0f848000");
  });
});
