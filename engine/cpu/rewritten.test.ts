// Code that is written anew more than once, while links of other code lead to what it was.
import { expect, test } from "vitest";
import { assemble } from "../toolchain/assembler.ts";
import { PhysicalMap } from "./physical.ts";
import { Processor } from "./processor.ts";
import { CS } from "./segments.ts";
import { nothingAround } from "./testsurroundings.ts";

test("a block that became longer, and whose old end is then stored to, is entered by its old link as it is now", () => {
  const map = new PhysicalMap(1 << 20, 1);
  const p = new Processor(map, nothingAround);
  const source = `
        .code16
main:   xor     %cx, %cx
        mov     %cx, %ds
        mov     $1f, %bp
        jmp     entry
1:      movw    $0x9041, block          # inc %cx; nop
        mov     $2f, %bp
        jmp     entry
2:      movb    $0x43, other            # inc %bx
        mov     $3f, %bp
        jmp     entry
3:      hlt
        .org    0x100
entry:  jmp     block
        .org    0x230
block:  mov     %al, %al
        .fill   20, 1, 0x90
other:  nop
        jmp     *%bp
`;
  const { bytes, symbols, diagnostics } = assemble(source, { file: "rewritten.S", layout: { ".text": 0x1000 } });
  expect(diagnostics).toEqual([]);
  map.load(0x1000, bytes);
  p.segments.set(CS, { selector: 0, base: 0, limit: 0xffff, attributes: 0x9b });
  p.ip = Number(symbols.get("main"));
  p.restored();
  expect(p.run(1000)).toBe("halted");
  expect([p.register(1), p.register(3), p.executed]).toEqual([2, 1, 4 + 24 + 3 + 25 + 3 + 25 + 1]);
});
