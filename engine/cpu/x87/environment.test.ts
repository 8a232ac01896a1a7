/**
 * The four layouts of the environment, by the figures of Intel SDM vol. 1, 8.1.10 (the native judge has those of protected
 * mode only), and where FNSAVE puts the registers.
 */
import { expect, test } from "vitest";
import * as at from "../layout.ts";
import { DEFAULT_MODEL } from "../models.ts";
import { PhysicalMap } from "../physical.ts";
import { Processor, type ProcessorEvent } from "../processor.ts";
import { CS, DS, SS } from "../segments.ts";

/** Runs code at 12340h (CS 1230h or flat segments) with the operand of FADD at 56780h; answers the bytes stored at 60000h. */
function stored(mode: "real" | "protected", hex: string, expected?: number): Uint8Array {
  const map = new PhysicalMap(1 << 20, 1);
  const vectors: number[] = [];
  const ignore = {
    portRead: () => 0xff,
    portWrite() {},
    acknowledgeInterrupt: () => 0,
    now: () => 0,
    event: (e: ProcessorEvent) => e.kind === "exception" && vectors.push(e.vector),
  };
  const p = new Processor(map, ignore, 0, DEFAULT_MODEL);
  const isReal = mode === "real";
  map.load(
    0x12340,
    Uint8Array.from(`${hex} f4`.split(" "), (b) => Number.parseInt(b, 16)),
  );
  p.segments.set(CS, {
    selector: isReal ? 0x1230 : 8,
    base: isReal ? 0x12300 : 0x12300,
    limit: 0xffff,
    attributes: 0x9b,
  });
  p.segments.set(DS, { selector: isReal ? 0x5670 : 0x10, base: 0x56700, limit: 0xffff, attributes: 0x93 });
  p.segments.set(SS, { selector: 0x6000, base: 0x60000, limit: 0xffff, attributes: 0x93 });
  p.setControl(0, isReal ? 0x30 : 0x31);
  p.ip = 0x40;
  p.setRegister(4, 0x800);
  p.view.setUint16(at.X87_CONTROL, 0x37f, true);
  p.view.setUint16(at.X87_STATUS, 0x3000, true);
  p.view.setUint16(at.X87_TAG, 0x0fff, true);
  p.view.setUint16(at.X87 + 6 * 16 + 8, 0x7fff, true);
  p.restored();
  const before = map.ram.slice();
  p.run(expected === undefined ? 3 : 1);
  expect(vectors).toEqual(expected === undefined ? [] : [expected]);
  // The fault's frame is on the stack.
  map.ram.fill(0, 0x607fa, 0x60800);
  if (expected !== undefined) expect(Buffer.compare(before, map.ram)).toBe(0);
  return map.ram.slice(0x60000, 0x60000 + 108);
}

/** FADD of a 32-bit number at DS:80; the environment to SS:0. */
const FADD = "d8 06 80 00";
const words = (bytes: Uint8Array, size: 2 | 4) => {
  const v = new DataView(bytes.buffer);
  return Array.from({ length: 7 }, (_, n) =>
    (size === 2 ? v.getUint16(n * 2, true) : v.getUint32(n * 4, true)).toString(16),
  );
};

test("16-bit real mode: linear addresses of 20 bits, the opcode beside the first", () => {
  // FSW: invalid operand (ST(0) is a pseudo-infinity). Tags: 6 special, 7 zero.
  expect(words(stored("real", `${FADD} 36 d9 36 00 00`), 2)).toEqual([
    "37f",
    "3001",
    "6fff",
    "2340",
    "1006",
    "6780",
    "5000",
  ]);
});

test("32-bit real mode: linear addresses of 32 bits", () => {
  expect(words(stored("real", `${FADD} 36 66 d9 36 00 00`), 4)).toEqual([
    "ffff037f",
    "ffff3001",
    "ffff6fff",
    "ffff2340",
    "1006",
    "ffff6780",
    "5000",
  ]);
});

test("protected mode: offsets and selectors, in 32 bits with the opcode", () => {
  expect(words(stored("protected", `${FADD} 36 d9 36 00 00`), 2)).toEqual([
    "37f",
    "3001",
    "6fff",
    "40",
    "8",
    "80",
    "10",
  ]);
  expect(words(stored("protected", `${FADD} 36 66 d9 36 00 00`), 4)).toEqual([
    "ffff037f",
    "ffff3001",
    "ffff6fff",
    "40",
    "60008",
    "80",
    "ffff0010",
  ]);
});

test("FNSAVE puts the registers behind the environment from ST(0) on, and leaves the unit as FNINIT does", () => {
  const bytes = stored("real", `${FADD} 36 dd 36 00 00`);
  // ST(0) is the indefinite number that the masked exception has given.
  expect([...bytes.subarray(14, 24)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0xc0, 0xff, 0xff]);
  expect([...bytes.subarray(24, 34)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  const wide = stored("real", `${FADD} 36 66 dd 36 00 00`);
  expect([...wide.subarray(28, 38)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0xc0, 0xff, 0xff]);
  expect(words(stored("real", `${FADD} 36 dd 36 20 00 36 d9 36 00 00`), 2).slice(0, 3)).toEqual(["37f", "0", "ffff"]);
});

test.each([
  ["FLD", "db 2e f9 ff", 13],
  ["FSTP", "db 3e f9 ff", 13],
  ["FBLD", "df 26 f9 ff", 13],
  ["FBSTP", "df 36 f9 ff", 13],
  ["FLDENV", "d9 26 f4 ff", 13],
  ["FNSTENV", "d9 36 f4 ff", 13],
  ["FRSTOR", "dd 26 c0 ff", 13],
  ["FNSAVE", "dd 36 c0 ff", 13],
  ["FSTP to SS", "36 db 3e f9 ff", 12],
] as const)("%s of an operand that ends behind offset FFFF is a fault, and changes nothing", (_name, hex, vector) => {
  stored("real", hex, vector);
});
