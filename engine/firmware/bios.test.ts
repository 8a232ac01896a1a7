import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assemble } from "../toolchain/assembler.ts";
import { assembleBios, BIOS_IMAGE, BIOS_MAIN, BIOS_SOURCES } from "./index.ts";
import { assembleGnu, missingPrograms } from "./test/gnu.ts";

const folder = import.meta.dirname;
const read = (name: string) => readFileSync(join(folder, name), "utf8");

test("the list of sources is what bios.S includes, in order, and what the folder holds", () => {
  const included = [...read(BIOS_MAIN).matchAll(/^\s*\.include "(.+)"/gm)].map((match) => match[1]);
  expect(BIOS_SOURCES).toEqual([BIOS_MAIN, ...new Set(included)]);
  const present = readdirSync(folder).filter((name) => name.endsWith(".S"));
  expect([...BIOS_SOURCES].sort()).toEqual(present.sort());
});

test("assembleBios hands over bios.S and every file by name", () => {
  const asked = assembleBios(read, (source, request) => ({ source, request }));
  expect(asked.source).toBe(read("bios.S"));
  for (const name of BIOS_SOURCES) expect(asked.request.include(name)).toBe(read(name));
});

const missing = missingPrograms("as", "ld", "nm");
describe.skipIf(missing)(`the image that GNU as makes ${missing}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), "bios-"));
  let image: Uint8Array;
  let symbols: Map<string, number>;
  beforeAll(() => {
    ({ image, symbols } = assembleGnu(join(folder, BIOS_MAIN), 0, scratch));
  });
  afterAll(() => rmSync(scratch, { recursive: true }));
  const bytes = (offset: number, count: number) => [...image.subarray(offset, offset + count)];

  test("has 65536 bytes", () => expect(image.length).toBe(BIOS_IMAGE.bytes));

  test("is what our own assembler makes, byte for byte, and that knows the line of each instruction", () => {
    const ours = assembleBios(read, assemble);
    expect(ours.diagnostics).toEqual([]);
    expect(Buffer.compare(ours.bytes, image)).toBe(0);
    const last = ours.lines.find((line) => line.address === BIOS_IMAGE.resetVector);
    expect(read(last?.file ?? "").split("\n")[(last?.line ?? 0) - 1]).toMatch(/^reset_vector:\s+ljmp/);
  });

  test("starts at FFF0 with EA 5B E0 00 F0: JMP FAR F000:E05B", () =>
    expect(bytes(BIOS_IMAGE.resetVector, 5)).toEqual([0xea, 0x5b, 0xe0, 0x00, 0xf0]));

  test("has a date at FFF5 and the AT's model byte FC at FFFE", () => {
    expect(String.fromCharCode(...bytes(0xfff5, 8))).toMatch(/^\d\d\/\d\d\/\d\d$/);
    expect(image[0xfffe]).toBe(0xfc);
  });

  // IBM PC AT Technical Reference, section 5: where the entries stood in 1984, and Ralf Brown's list since.
  test.each([
    ["post_entry", 0xe05b],
    ["int02_entry", 0xe2c3],
    ["int19_entry", 0xe6f2],
    ["int14_entry", 0xe739],
    ["int16_entry", 0xe82e],
    ["int09_entry", 0xe987],
    ["int13_entry", 0xec59],
    ["int0E_entry", 0xef57],
    ["floppy_parameters", 0xefc7],
    ["int17_entry", 0xefd2],
    ["int10_entry", 0xf065],
    ["int12_entry", 0xf841],
    ["int11_entry", 0xf84d],
    ["int15_entry", 0xf859],
    ["int1A_entry", 0xfe6e],
    ["int08_entry", 0xfea5],
    ["int_return", 0xff53],
  ])("%s is at %i", (name, address) => expect(symbols.get(name)).toBe(address));

  test("has a $PIR table at a multiple of 16, whose bytes sum to 0: 31 slots, INTA# of device 3 on PIRQC", () => {
    const at = symbols.get("pir_table") as number;
    expect([at % 16, String.fromCharCode(...bytes(at, 4))]).toEqual([0, "$PIR"]);
    const [low, high] = bytes(at + 6, 2);
    const table = bytes(at, low + 256 * high);
    expect([table.length, table.reduce((sum, byte) => sum + byte, 0) & 0xff]).toEqual([32 + 31 * 16, 0]);
    // Bus, device and function, then the register and IRQ 5, 10, 11 of INTA#.
    expect(table.slice(32 + 2 * 16, 32 + 2 * 16 + 5)).toEqual([0, 3 << 3, 0x62, 0x20, 0x0c]);
  });

  test("keeps its code below the fixed addresses", () => expect(symbols.get("rom_code_end")).toBeLessThan(0xdfc0));

  test("draws 256 characters of 16 lines, all but three of them visible", () => {
    const font = symbols.get("font_8x16") as number;
    const blank = Array.from({ length: 256 }, (_, code) => code).filter(
      (code) => !bytes(font + code * 16, 16).some((line) => line !== 0),
    );
    expect(blank).toEqual([0x00, 0x20, 0xff]);
  });
});
