import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Elf, readElf } from "./elf.ts";
import { hasBinutils } from "./test/binutils.ts";

/** Assembles and links with GNU's tools to an ELF file; `link` false stops at the object file. */
function build(bits: 32 | 64, link = true): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), "ring-"));
  try {
    const source = `.globl start
start: nop
.type start, @function
.size start, 1
helper: hlt
.data
.globl value
value: .long 42
.type value, @object
.size value, 4
.bss
room: .skip 1000
`;
    writeFileSync(join(folder, "a.s"), source);
    spawnSync("as", [`--${bits}`, "-o", "a.o", "a.s"], { cwd: folder });
    const model = bits === 64 ? "elf_x86_64" : "elf_i386";
    spawnSync("ld", ["-m", model, "-N", "-Ttext", "0x100000", "-e", "start", "-o", "a.elf", "a.o"], { cwd: folder });
    return new Uint8Array(readFileSync(join(folder, link ? "a.elf" : "a.o")));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function faultOf(bytes: Uint8Array): string {
  const result = readElf(bytes);
  return "message" in result ? `${result.offset}: ${result.message}` : "";
}

describe.skipIf(!hasBinutils)("an ELF file of GNU ld", () => {
  for (const bits of [32, 64] as const) {
    const bytes = hasBinutils ? build(bits) : new Uint8Array(0);

    test(`of ${bits} bits gives its entry, segments and symbols`, () => {
      const elf = readElf(bytes) as Elf;
      expect(elf.entry).toBe(0x100000n);
      expect(elf.bits).toBe(bits);
      expect(elf.segments.map((s) => [s.address, s.isExecutable, s.isWritable])).toEqual([[0x100000, true, true]]);
      const [segment] = elf.segments;
      expect([...(segment?.bytes ?? []).slice(0, 2)]).toEqual([0x90, 0xf4]);
      expect(segment?.size).toBeGreaterThanOrEqual(1006);
      const names = new Map(elf.symbols.map((s) => [s.name, s]));
      expect(names.get("start")).toEqual({
        name: "start",
        address: 0x100000n,
        size: 1,
        kind: "function",
        isGlobal: true,
      });
      expect(names.get("helper")).toEqual({
        name: "helper",
        address: 0x100001n,
        size: 0,
        kind: "other",
        isGlobal: false,
      });
      expect(names.get("value")).toMatchObject({ size: 4, kind: "object" });
    });

    test(`of ${bits} bits, cut anywhere or with any byte changed, never throws`, () => {
      for (let length = 0; length < bytes.length; length += length < 256 ? 1 : 37) readElf(bytes.slice(0, length));
      for (let at = 0; at < bytes.length; at += at < 256 ? 1 : 13) {
        for (const value of [0, 0x7f, 0xff]) readElf(bytes.with(at, value));
      }
    });
  }

  test("says what it expected, and where", () => {
    const bytes = build(32);
    expect(faultOf(new Uint8Array(10))).toBe("0: expected 7F 45 4C 46, with which every ELF file begins");
    expect(faultOf(bytes.with(5, 2))).toBe("5: expected 1: little-endian");
    expect(faultOf(bytes.with(18, 62))).toBe("18: expected machine 3 (80386), not 62");
    expect(faultOf(build(32, false))).toBe(
      "16: expected 2, an executable, not 1: an object file must be linked first (ld)",
    );
    expect(faultOf(bytes.slice(0, 60))).toMatch(/^\d+: expected .* here, and the file ends at byte 60$/);
  });
});
