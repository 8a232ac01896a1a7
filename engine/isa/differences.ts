/**
 * Where our decoder or disassembler differs from a judge on purpose, and why. The tests count these apart and fail on any
 * other difference. Only tests import this.
 */
import type { Decoded } from "./decoded.ts";
import { isX87 } from "./encoding.ts";

export interface JustifiedDifference {
  readonly name: string;
  readonly reason: string;
}

/** What a comparison with iced-x86 sees. */
export interface IcedView {
  readonly codeBits: 16 | 32 | 64;
  readonly bytes: Uint8Array;
  /** Undefined where we say it is invalid. */
  readonly ours: Decoded | undefined;
  /** iced's mnemonic in upper case; INVALID where it sees none. */
  readonly mnemonic: string;
  /** Bytes that iced took. */
  readonly length: number;
}

export const ICED_DIFFERENCES: readonly (JustifiedDifference & { readonly applies: (v: IcedView) => boolean })[] = [
  {
    name: "hints that do nothing",
    reason:
      "0F 18–0F 1F are NOPs of one operand here, as Binutils print them; iced-x86 calls them RESERVEDNOP with two, or by a hint's name.",
    applies: ({ ours, mnemonic, length }) =>
      ours?.row.name === "NOP" &&
      /^(RESERVEDNOP|PREFETCHIT[01]|CLDEMOTE|RDSSP[DQ])$/.test(mnemonic) &&
      ours.length === length,
  },
  {
    name: "PAUSE with REX.B",
    reason: "F3 41 90 exchanges RAX with R8 on this machine's processor (tests/native); iced-x86 calls it PAUSE.",
    applies: ({ ours, mnemonic }) => ours?.row.name === "XCHG" && mnemonic === "PAUSE",
  },
  {
    name: "F3 before BSF",
    reason: "Without BMI1, which CPUID does not claim yet, the prefix has no effect; iced-x86 knows TZCNT alone.",
    applies: ({ ours, mnemonic, length }) => ours?.row.name === "BSF" && mnemonic === "TZCNT" && ours.length === length,
  },
];

/** Differences in text from objdump 2.40. */
export const OBJDUMP_DIFFERENCES: readonly (JustifiedDifference & {
  readonly applies: (d: Decoded, text: string) => boolean;
})[] = [
  {
    name: "SALC",
    reason: "Binutils do not know D6, which every x86 processor has; Intel documents it since 2017.",
    applies: (d) => d.row.name === "SALC",
  },
  {
    name: "bounds registers",
    reason:
      "Binutils print MPX's instructions, which do nothing without MPX; with addresses that it would refuse as (bad).",
    applies: (d, text) => d.row.name === "NOP" && /\bbnd/.test(text),
  },
  {
    name: "0F 0D /3",
    reason: "Binutils print PREFETCH; processors and iced-x86 take it as PREFETCHW.",
    applies: (d) => d.row.name === "PREFETCHW" && d.encoding.digit === 3,
  },
  {
    name: "PAUSE with REX.B",
    reason: "It is an exchange with R8, as this machine's processor has it; Binutils print pause.",
    applies: (d, text) => d.row.name === "XCHG" && text.endsWith("pause"),
  },
  {
    name: "operands of MONITOR and MWAIT",
    reason: "Binutils print the registers that the two always use.",
    applies: (d) => d.row.name === "MONITOR" || d.row.name === "MWAIT",
  },
  {
    name: "66 before RDFSBASE and its kin",
    reason: "The register has 32 or 64 bits (iced-x86 agrees); Binutils print 16.",
    applies: (d) => d.row.feature === "FSGSBASE" && d.operandBits === 16,
  },
  {
    name: "undocumented x87 codings",
    reason:
      "Binutils do not know FSTPNCE and the second codings of FCOM, FCOMP, FXCH and FSTP, which every processor has (iced-x86 agrees).",
    applies: (d, text) => isX87(d.encoding) && d.encoding.attributes.has("alias") && text.includes("(bad)"),
  },
  {
    name: "instructions of the 8087 and 80287",
    reason: "Binutils add which coprocessor they were for.",
    applies: (_d, text) => /\((8087|287) only\)/.test(text),
  },
  {
    name: "CLDEMOTE",
    reason: "Binutils call the hint by its name; processors that do not know it do nothing.",
    applies: (_d, text) => /\bcldemote\b/.test(text),
  },
  {
    name: "branch hints",
    reason:
      "CS and DS before a conditional jump are printed as ,pn and ,pt; processors since the Pentium M ignore them.",
    applies: (_d, text) => /\b(j|loop)\w*,p[nt] /.test(text),
  },
  {
    name: "notrack",
    reason: "DS before an indirect branch is printed as CET's notrack prefix, which does nothing without CET.",
    applies: (_d, text) => text.startsWith("notrack"),
  },
  {
    name: "16-bit sources",
    reason:
      "The register that LAR, LSL and MOV to a segment register read is printed at operand size; only 16 bits are read.",
    applies: (d) =>
      d.row.name === "LAR" || d.row.name === "LSL" || (d.row.name === "MOV" && d.encoding.operands[0]?.place === "S"),
  },
  {
    name: "66 before near branches in 64-bit code",
    reason: "Binutils take AMD's meaning (a 16-bit branch), the table Intel's (the prefix has no effect).",
    applies: (d) => d.codeBits === 64 && d.encoding.attributes.has("f64"),
  },
  {
    name: "REX.W before far transfers",
    reason: "Binutils print the 80-bit pointer of Intel's 64-bit far transfers as one of 48 bits.",
    applies: (d) => d.operandBits === 64 && d.encoding.operands.some((o) => o.width === "p"),
  },
  {
    name: "REX that is not last, or before WAIT",
    reason: "Binutils print such a REX as an instruction of its own.",
    applies: (d, text) => d.codeBits === 64 && /\brex(\.[WRXB]+)?$/.test(text),
  },
  {
    name: "66 before WBINVD and INVD",
    reason: "Binutils say (bad); the prefix has no effect (iced-x86 agrees).",
    applies: (d) => d.row.name === "WBINVD" || d.row.name === "INVD",
  },
  {
    name: "SIB with neither base nor index",
    reason: "Binutils print the absent index as %eiz and the address as signed; it is an address alone.",
    applies: (_d, text) => /[([,]%?[er]iz/.test(text),
  },
  {
    name: "66 before MOVSXD",
    reason: "Intel gives the 16-bit form a 16-bit source (iced-x86 agrees); Binutils print 32 bits.",
    applies: (d) => d.row.name === "MOVSXD" && d.operandBits === 16,
  },
  {
    name: "REX.W before PINSRW, PEXTRW and their like",
    reason: "Binutils print the general register of 32 bits, of which the instruction uses fewer; iced-x86 prints 64.",
    applies: (d) => d.operandBits === 64 && /^P(INS|EXT)R[BW]$|^EXTRACTPS$/.test(d.row.name),
  },
  {
    name: "66 before MOVDQ2Q and MOVQ2DQ",
    reason: "Binutils print an XMM register where F2 or F3 has made it an MMX register (iced-x86 agrees with us).",
    applies: (d) => d.row.name === "MOVDQ2Q" || d.row.name === "MOVQ2DQ",
  },
  {
    name: "fences with a number of a register",
    reason: "Processors take LFENCE, MFENCE and SFENCE with any of the eight (iced-x86 agrees); Binutils say (bad).",
    applies: (d) => /^[LMS]FENCE$/.test(d.row.name) && d.encoding.attributes.has("alias"),
  },
  {
    name: "a prefix twice",
    reason: "Binutils print each; one counts.",
    applies: (_d, text) => /lock lock|rep rep|repnz repnz|repz repz/.test(text),
  },
  {
    name: "branches that wrap",
    reason: "A 16-bit processor's IP wraps at 64 KiB; Binutils go on counting.",
    applies: (d) =>
      d.operands.some((o) => o.kind === "target" && o.bits === 16 && Math.abs(Number(o.address - d.ip)) > 0x8000),
  },
  {
    name: "addresses relative to EIP",
    reason: "They wrap at 4 GiB; the comment that Binutils add does not.",
    applies: (_d, text) => /[([]%?eip/.test(text),
  },
  {
    name: "66 and REX.W before FLDENV, FNSTENV, FRSTOR and FNSAVE",
    reason:
      "REX.W counts and 66 does not, as this machine's processor has it (28 and 108 bytes); Binutils let 66 count.",
    applies: (d) => d.operandBits === 64 && /^F(LDENV|NSTENV|RSTOR|NSAVE)$/.test(d.row.name),
  },
  {
    name: "66 and REX.W before NOP",
    reason: "Binutils print an exchange of RAX with itself; it is a NOP of any size.",
    applies: (d) => d.row.name === "NOP" && d.operandBits === 64,
  },
];
