/** An instruction after decoding: what the disassembler prints and the processor makes a record of. */
import type { Encoding, OperandSize } from "./encoding.ts";
import type { Row } from "./row.ts";

/** Numbers of the segment registers as ModRM.reg codes them. */
export const SEGMENT = { ES: 0, CS: 1, SS: 2, DS: 3, FS: 4, GS: 5 } as const;

export type Operand =
  /** General register. `number` 0–15; `high` for AH, CH, DH, BH (then `number` is that of AX, CX, DX, BX). */
  | { readonly kind: "register"; readonly number: number; readonly bits: 8 | 16 | 32 | 64; readonly high?: boolean }
  | { readonly kind: "segment"; readonly number: number }
  | { readonly kind: "control" | "debug"; readonly number: number }
  | { readonly kind: "st"; readonly number: number }
  /** XMM register 0–15 or MMX register 0–7; `bits` of it are used, the lowest. */
  | { readonly kind: "xmm" | "mmx"; readonly number: number; readonly bits: 8 | 16 | 32 | 64 | 128 }
  | MemoryOperand
  /** `value` is what the instruction uses: sign-extended where the encoding extends it. */
  | { readonly kind: "immediate"; readonly value: bigint; readonly bits: 8 | 16 | 32 | 64 }
  /** Branch target: an offset in CS, wrapped to the operand size. */
  | { readonly kind: "target"; readonly address: bigint; readonly bits: 16 | 32 | 64 }
  | { readonly kind: "far"; readonly selector: number; readonly offset: number; readonly bits: 16 | 32 };

export interface MemoryOperand {
  readonly kind: "memory";
  /** Bits accessed; 0 where only the address counts. 48 or 80 for far pointers and table registers. */
  readonly bits: number;
  readonly segment: number;
  /** The segment came from a prefix. */
  readonly override: boolean;
  /** Register numbers 0–15; -1 none; base 16 is RIP (the address then is already absolute in `displacement`). */
  readonly base: number;
  readonly index: number;
  /** log2 of the factor of the index, 0–3. */
  readonly scale: number;
  readonly displacement: bigint;
  /** Bytes of displacement in the instruction: 0, 1, 2, 4, 8. */
  readonly displacementBytes: number;
  readonly addressBits: 16 | 32 | 64;
}

export interface Decoded {
  readonly row: Row;
  readonly encoding: Encoding;
  readonly operands: readonly Operand[];
  /** Its offset in the code segment, as given to `decode`. */
  readonly ip: bigint;
  /** Length in bytes, 1–15. */
  readonly length: number;
  readonly operandBits: OperandSize;
  readonly addressBits: OperandSize;
  /** Default size of the code segment it was decoded for. */
  readonly codeBits: 16 | 32 | 64;
  readonly lock: boolean;
  /** 0, 0xF2 or 0xF3: the last of them, where the encoding gives it a meaning as a repeat. */
  readonly repeat: 0 | 0xf2 | 0xf3;
  /** x87: the low three bits of the first opcode byte, then ModRM, as the unit notes them. */
  readonly floatOpcode?: number;
  /** Segment override prefix, as a number of SEGMENT, or -1. */
  readonly segmentPrefix: number;
}

/** Why bytes are not an instruction. `length` bytes were looked at. */
export type DecodeFault =
  | { readonly fault: "invalid"; readonly length: number } // #UD
  | { readonly fault: "too long"; readonly length: number } // #GP(0): more than 15 bytes
  | { readonly fault: "fetch"; readonly length: number }; // the byte at `length` could not be read

export interface DecodeMode {
  /** Default operand and address size of the code segment. */
  readonly codeBits: 16 | 32 | 64;
  /** Protection enabled and not virtual-8086: instructions marked `mode` exist. */
  readonly protectedMode: boolean;
  /** Features the processor has; undefined: all. */
  readonly features?: ReadonlySet<string>;
}
