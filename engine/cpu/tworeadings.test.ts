/**
 * The table proved: each program runs through both readings of its rows, the interpreter's handlers and the straight-line
 * translation, and must end in equal states: registers, flags, memory, fault, ticks. Faults are injected at each memory
 * access (a segment limit before it, the page end of RAM) and the budget ends at each instruction boundary.
 */
import { describe, expect, it } from "vitest";
import { disassembled, type Program, runProgram, STATES } from "./testprogram.ts";

/** Bytes of one instruction by code size; memory operands use EBX (BX, RBX) + displacement, and the stack. */
const ROWS: Record<string, Partial<Record<16 | 32 | 64, readonly string[]>>> = {
  ADD: {
    16: ["00 d8", "01 d8", "02 07", "03 47 04", "83 07 7f", "81 c1 34 12", "66 01 47 08"],
    32: ["00 d8", "01 d8", "02 03", "03 43 04", "83 03 ff", "81 c1 78 56 34 12", "66 01 43 08", "67 01 47 08"],
    64: ["48 01 d8", "4c 01 0b", "48 03 43 08", "48 83 03 ff", "01 d8", "66 41 01 c1", "40 00 f7"],
  },
  ADC: {
    16: ["11 d8", "13 07", "80 57 02 ff"],
    32: ["11 d8", "13 43 04", "83 13 ff", "10 e3"],
    64: ["48 11 d8", "4c 13 43 08", "48 83 13 ff"],
  },
  // What compares 64 bits in two halves: the operands of the second alone do not tell the condition.
  "SBB of equals, and a condition": Object.fromEntries(
    [16, 32, 64].map((bits) => [
      bits,
      Array.from({ length: 16 }, (_, c) => `19 db 0f 9${c.toString(16)} c1${bits === 64 ? " 48 19 db 0f 42 c2" : ""}`),
    ]),
  ) as Record<16 | 32 | 64, string[]>,
  SHL: {
    16: ["d1 e0", "d3 e1", "c1 67 04 09", "d2 27", "c0 e4 0b"],
    32: ["d1 e0", "d3 e2", "c1 63 04 09", "d2 23", "66 d3 e2", "c1 e0 00"],
    64: ["48 d1 e0", "48 d3 e2", "48 c1 63 08 29", "d3 e2"],
  },
  MUL: {
    16: ["f6 e3", "f7 e1", "f7 67 04"],
    32: ["f6 e3", "f7 e1", "f7 63 04", "66 f7 e1"],
    64: ["48 f7 e1", "48 f7 63 08", "f7 e1"],
  },
  DIV: {
    16: ["f6 f3", "f7 f1", "f7 77 04"],
    32: ["f6 f3", "f7 f1", "f7 73 04", "66 f7 f1"],
    64: ["f7 f1", "48 f7 f1", "48 f7 73 08"],
  },
  PUSH: {
    16: ["50", "54", "6a 85", "68 34 12", "ff 77 04", "66 51"],
    32: ["50", "54", "6a 85", "ff 73 04", "66 51"],
    64: ["50", "41 57", "6a 85", "ff 73 08"],
  },
  POP: { 16: ["59", "5c", "8f 47 04", "66 5a"], 32: ["59", "5c", "8f 43 04", "66 5a"], 64: ["59", "41 58"] },
  XCHG: {
    16: ["87 d1", "87 57 04", "86 27", "91"],
    32: ["87 d1", "87 53 04", "86 23", "91"],
    64: ["48 87 d1", "4c 87 43 08", "49 90"],
  },
  CMPXCHG: {
    16: ["0f b1 d1", "0f b1 57 04", "0f b0 27", "f0 0f b1 0f"],
    32: ["0f b1 d1", "0f b1 53 04", "0f b0 23", "f0 0f b1 0b"],
    64: ["48 0f b1 d1", "48 0f b1 53 08", "f0 4c 0f b1 03"],
  },
  Jcc: Object.fromEntries(
    [16, 32, 64].map((bits) => [bits, Array.from({ length: 16 }, (_, c) => `7${c.toString(16)} 02 90 90`)]),
  ) as Record<16 | 32 | 64, string[]>,
  CALL: {
    16: ["e8 02 00 90 90", "ff 57 10"],
    32: ["e8 02 00 00 00 90 90", "ff 53 10"],
    64: ["e8 02 00 00 00 90 90", "ff 53 10"],
  },
  MOVS: {
    16: ["a4", "a5", "66 a5", "f3 a4", "f3 66 a5", "f3 a5"],
    32: ["a4", "a5", "66 a5", "f3 a4", "f3 66 a5", "f3 a5"],
    64: ["a4", "48 a5", "f3 a4", "f3 48 a5"],
  },
  "MMX integers": {
    16: ["0f fc 0f", "0f 6f ca", "0f 70 d1 1b", "0f 7e 57 04", "0f 77"],
    32: ["0f fc 4b 08", "0f 6f ca", "0f 70 d1 1b", "0f 7f 53 04", "0f c4 cb 02", "0f 77"],
    64: ["0f fc 4b 08", "48 0f 6e cb", "48 0f 7e 0b"],
  },
  "SSE floats": {
    16: ["f3 0f 58 47 04", "66 0f 59 ca", "0f c2 ca 02", "f2 0f 2c c1"],
    32: [
      "f3 0f 58 4b 04",
      "0f 58 4b 10",
      "66 0f 59 ca",
      "f2 0f 5e 4b 08",
      "0f 51 ca",
      "f2 0f 2c c1",
      "66 0f 2f 4b 08",
      "66 0f 3a 0b ca 01",
      "66 0f 3a 40 ca ff",
      "0f 2a 4b 08",
      "0f 2d 53 08",
    ],
    64: ["f2 48 0f 2a 4b 08", "f2 48 0f 2d cb", "66 44 0f 5c 4b 10", "f3 44 0f 5a fa", "66 0f d0 ca"],
  },
  "SSE integers": {
    16: ["66 0f fc 0f", "f3 0f 7f 57 03", "66 0f 70 d1 1b", "66 0f 73 fa 03"],
    32: [
      "66 0f fc 4b 10",
      "f3 0f 6f 53 03",
      "f3 0f 7f 53 05",
      "66 0f 7f 53 10",
      "66 0f d6 4b 04",
      "66 0f 38 00 ca",
      "66 0f 3a 0f ca 05",
      "66 0f 38 17 ca",
      "66 0f 38 10 ca",
    ],
    64: ["66 44 0f fc 4b 10", "f3 44 0f 7f 7b 03", "66 48 0f 6e cb", "66 48 0f 3a 16 0b 01", "66 0f 38 17 4b 10"],
  },
  FADD: {
    16: ["d8 07", "dc 47 08", "d8 c1", "dc c1"],
    32: ["d8 03", "dc 43 08", "d8 c1", "dc c1", "de c1", "d8 e1", "d8 e9", "de e9", "d8 63 08", "da 03", "de 63 08"],
    64: ["d8 03", "dc 43 08", "d8 c1", "dc c1"],
  },
  FMUL: { 32: ["d8 c9", "dc 4b 08", "d8 f1", "d8 f9", "de f9", "dc 73 08", "d9 fa", "d9 fc"] },
  FLD: {
    16: ["d9 07", "dd 47 08", "db 6f 04", "d9 c1", "df 07", "db 07", "df 6f 04", "df 27"],
    32: [
      "d9 03",
      "dd 43 08",
      "db 6b 04",
      "d9 c1",
      "df 03",
      "db 03",
      "df 6b 04",
      "df 23",
      "d9 eb",
      "d9 ee",
      "d9 03 d9 03 de c9",
    ],
    64: ["d9 03", "dd 43 08", "db 6b 04", "df 6b 04", "d9 e8"],
  },
  FST: {
    16: ["d9 17", "dd 57 08", "db 7f 04", "dd d1", "df 17", "db 5f 04", "df 7f 04", "df 37"],
    32: ["d9 13", "dd 53 08", "db 7b 04", "dd d9", "df 13", "db 5b 04", "df 7b 04", "df 33", "dd 4b 04"],
    64: ["d9 13", "dd 53 08", "db 7b 04", "df 7b 04"],
  },
  FCOM: {
    32: [
      "d8 d1",
      "d8 13",
      "dc 5b 08",
      "de d9",
      "dd e1",
      "da e9",
      "db f1",
      "df e9",
      "d9 e4",
      "d9 e5",
      "da c1",
      "db c9",
      "de 53 04",
    ],
    64: ["d8 d1", "db f1", "da c1"],
  },
  "x87 control": {
    16: ["d9 3f", "d9 2f", "dd 3f", "df e0", "9b", "d9 37", "d9 27", "dd 37", "dd 27"],
    32: [
      "d9 3b",
      "d9 2b",
      "dd 3b",
      "df e0",
      "9b",
      "db e3",
      "db e2",
      "d9 33",
      "d9 23",
      "dd 33",
      "dd 23",
      "66 d9 33",
      "dd c1",
      "d9 f6",
      "d9 c9",
      "d9 e0",
      "d9 e1",
    ],
    64: ["d9 3b", "d9 2b", "df e0", "d9 c9"],
  },
  "x87 functions": { 32: ["d9 f0", "d9 f1", "d9 f3", "d9 fe", "d9 f8", "d9 fd", "d9 f4"] },
};

describe.each(Object.entries(ROWS))("%s ends in one state through both readings", (_name, byBits) => {
  for (const [bits, encodings] of Object.entries(byBits)) {
    for (const hex of encodings) {
      it(`${bits}-bit: ${disassembled(hex, Number(bits) as 32)}`, () => {
        // ADC in front makes flags that are live into the row, and SBB behind reads what it left.
        const program: Program = { codeBits: Number(bits) as 16 | 32 | 64, hex: `11 c0 ${hex} 19 d2` };
        for (const state of STATES) {
          for (const inject of ["nothing", "limit", "end of RAM", "crossing"] as const) {
            for (const ticks of [1, 2, 3, 100]) {
              const interpreted = runProgram(program, { state, inject, ticks, translate: false });
              const translated = runProgram(program, { state, inject, ticks, translate: true });
              expect(translated, `state ${state.name}, ${inject}, ${ticks} ticks`).toEqual(interpreted);
            }
          }
        }
      });
    }
  }
});

it("injection reaches every kind of end: faults, budget ends and completions", () => {
  const ends = new Set<string>();
  for (const inject of ["nothing", "limit", "end of RAM", "crossing"] as const) {
    for (const [ticks, hex] of [
      [1, "03 43 04"],
      [100, "03 43 04"],
      [100, "31 c9 f7 f1"],
    ] as const) {
      const { end } = runProgram(
        { codeBits: 32, hex },
        { state: STATES[0] as (typeof STATES)[0], inject, ticks, translate: true },
      );
      ends.add(end);
    }
  }
  expect([...ends].sort()).toEqual(["#DE", "#GP", "budget", "halted"].sort());
});
