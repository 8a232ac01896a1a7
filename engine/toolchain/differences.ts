/** Where the assembler differs from GNU as on purpose, and why. The tests count these apart. Only tests import this. */
import type { Decoded } from "../isa/decoded.ts";

export interface JustifiedDifference {
  readonly name: string;
  readonly reason: string;
  readonly applies: (d: Decoded, text: string, asError: string | undefined) => boolean;
}

export const AS_DIFFERENCES: readonly JustifiedDifference[] = [
  {
    name: "BSWAP of 16 bits",
    reason: "as refuses it, for processors leave the result undefined; the bytes exist, and a lesson may want them.",
    applies: (d) => d.row.name === "BSWAP" && d.operandBits === 16,
  },
  {
    name: "SALC",
    reason: "as does not know it; every x86 processor does.",
    applies: (d) => d.row.name === "SALC",
  },
  {
    name: "64-bit far pointers",
    reason: "as takes AMD's instruction set, without Intel's 16:64 forms of LSS, LFS and LGS.",
    applies: (d) => d.operandBits === 64 && d.encoding.operands.some((o) => o.width === "p"),
  },
  {
    name: "MOVSXD of a word",
    reason: "The table has Intel's 16-bit form; as takes a 32-bit source alone.",
    applies: (d) => d.row.name === "MOVSXD" && d.operandBits === 16,
  },
  {
    name: "MOVZX and MOVSX of a word to a word",
    reason: "as has no name for them; we take the one that objdump prints.",
    applies: (_d, text) => /^mov[zs]ww/.test(text),
  },
];
