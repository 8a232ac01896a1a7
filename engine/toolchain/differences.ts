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

/** Differences in suffixes, by the text. */
export const SUFFIX_DIFFERENCES: readonly {
  readonly name: string;
  readonly reason: string;
  readonly applies: (text: string, codeBits: number) => boolean;
}[] = [
  {
    name: "suffixes of LAR, LSL and MOV to a segment register",
    reason: "They read 16 bits of whatever they name; we take any suffix that fits a register or memory.",
    applies: (text) =>
      /^(lar|lsl)[wlq]? /.test(text) || /^mov[wlq]? .*,%[c-gs]s$/.test(text) || /^mov[wlq] +%[c-gs]s,/.test(text),
  },
  {
    name: "16-bit near branches in 64-bit code",
    reason: "The table has Intel's meaning, in which there are none; as takes AMD's.",
    applies: (text, codeBits) => codeBits === 64 && /^(jmp|call|ret)w/.test(text),
  },
  {
    name: "64-bit far pointers",
    reason: "as has AMD's instruction set, without Intel's 16:64 forms.",
    applies: (text, codeBits) => codeBits === 64 && /^(l[sfg]s|ljmp|lcall)/.test(text),
  },
  {
    name: "suffixes of SYSRET and SYSEXIT",
    reason: "They mean nothing outside of 64-bit code; we take them there as well.",
    applies: (text, codeBits) => codeBits !== 64 && /^sys(ret|exit)l/.test(text),
  },
  {
    name: "BSWAP of 16 bits, MOVZX and MOVSX of a word to a word",
    reason: "as refuses them; the bytes exist.",
    applies: (text) => /^bswapw?/.test(text) || /^mov[zs]w/.test(text),
  },
  {
    name: "immediates of memory without a size in 64-bit code",
    reason: "Both warn and take 32 bits; as then forgets that 0xffffffff is -1 and codes four bytes.",
    applies: (text, codeBits) => codeBits === 64 && /(add|or|adc|sbb|and|sub|xor|cmp) +\$0xffffff[89a-f]/.test(text),
  },
  {
    name: "PCMPESTRI and PCMPESTRM with a suffix, CRC32 of a byte as one of a quadword",
    reason:
      "as takes pcmpestril in 64-bit code alone, where it says nothing; `crc32q %r14b` it codes as `crc32q %r14`, and memory without a size as one of eight bytes where the register has them.",
    applies: (text) =>
      /^pcmpestr[im][lq] /.test(text) || /^crc32[wlq] +%\w+[bwd],/.test(text) || /^crc32 .*\),%r/.test(text),
  },
];
