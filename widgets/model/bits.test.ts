import { expect, test } from "vitest";
import { describeHolds, describeSegment, flagBits, ioPrivilege, isSet } from "./bits.ts";

const segment = (attributes: number, present = true) =>
  ({ name: "CS", selector: 8, base: 0, limit: 0xffffffff, attributes, present }) as const;

test("the flat code descriptor 00cf9a00 is code, readable, 32-bit, DPL 0", () => {
  expect(describeSegment(segment(0xcf9a))).toBe("code, readable, 32-bit, DPL 0");
});

test("a ring 3 data segment 00cff200 is data, writable, 32-bit, DPL 3", () => {
  expect(describeSegment(segment(0xcff2))).toBe("data, writable, 32-bit, DPL 3");
});

test("what reset leaves in SS (93) is data, writable, 16-bit, DPL 0", () => {
  expect(describeSegment(segment(0x93))).toBe("data, writable, 16-bit, DPL 0");
});

test("type 0b with S = 0 is a busy 32-bit TSS; a null LDTR is not present", () => {
  expect(describeSegment(segment(0x8b))).toBe("32-bit TSS, busy, DPL 0");
  expect(describeSegment(segment(0, false))).toBe("not present");
});

test("EFLAGS 00003246 has IOPL 3 and ZF, PF, IF set, CF clear", () => {
  expect(ioPrivilege(0x3246)).toBe(3);
  expect(flagBits.filter(({ bit }) => isSet(0x3246, bit)).map(({ name }) => name)).toEqual(["IF", "ZF", "PF"]);
});

test("the shadow of STI and a second NMI are said, and nothing where nothing is held", () => {
  expect(describeHolds({})).toBe("");
  expect(describeHolds({ holds: { shadow: "STI", nmi: false, nmiWaits: false } })).toBe(
    "No interrupt before the next instruction is done (STI).",
  );
  expect(describeHolds({ holds: { nmi: true, nmiWaits: true } })).toMatch(/no IRET since\. Another has come/);
});
