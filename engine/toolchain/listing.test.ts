import { expect, test } from "vitest";
import { assemble } from "./assembler.ts";
import { listing } from "./listing.ts";

test("a listing shows address, bytes and source, long data on lines of its own", () => {
  const source = `.code16
start: mov $0x1234, %ax   # load
1: jmp 1b; nop
.ascii "twelve bytes"
.bss
room: .skip 4`;
  const assembled = assemble(source, { file: "a.S", origin: 0x7c00 });
  expect(listing(assembled, source, "a.S")).toBe(
    [
      "   1                            .code16",
      "   2 00007c00 b83412            start: mov $0x1234, %ax   # load",
      "   3 00007c03 ebfe              1: jmp 1b; nop",
      "   3 00007c05 90",
      '   4 00007c06 7477656c76652062  .ascii "twelve bytes"',
      "   4 00007c0e 79746573",
      "   5                            .bss",
      "   6 00007c12                   room: .skip 4",
      "",
    ].join("\n"),
  );
});
