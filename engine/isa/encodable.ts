/** What the encoder takes and gives: operands with values that may come later, a context, bytes with fixups. */
import type { Encoding, OperandSize } from "./encoding.ts";
import type { RegisterOperand } from "./registers.ts";
import type { Row } from "./row.ts";

/** A number, or a `reference` to one that is known later (of the caller's own type). */
export interface Amount<R> {
  readonly value: bigint | undefined;
  readonly reference?: R;
}

export interface MemorySource<R> {
  readonly kind: "memory";
  /** Bits accessed; 0 where the source does not say. */
  readonly bits: number;
  /** Segment override, a number of SEGMENT, or -1. */
  readonly segment: number;
  /** Register numbers 0–15, -1 none; base 16 is RIP (`displacement` then is the target address). */
  readonly base: number;
  readonly index: number;
  readonly scale: number;
  /** 0: as the code segment has it. */
  readonly addressBits: 0 | 16 | 32 | 64;
  readonly displacement: Amount<R>;
}

/** An operand in the order of the encoding (Intel's order). */
export type EncodeOperand<R> =
  | RegisterOperand
  | MemorySource<R>
  | { readonly kind: "immediate"; readonly amount: Amount<R> }
  | { readonly kind: "target"; readonly amount: Amount<R> }
  | { readonly kind: "far"; readonly selector: Amount<R>; readonly offset: Amount<R> };

export interface EncodeContext {
  readonly codeBits: 16 | 32 | 64;
  /** Size that the mnemonic names (its suffix); undefined: from the operands. */
  readonly bits?: number | undefined;
  readonly sourceBits?: number | undefined;
  readonly addressBits?: 16 | 32 | undefined;
  readonly repeat?: 0 | 0xf2 | 0xf3;
  readonly lock?: boolean;
  /** Segment prefix written before the instruction, or -1. */
  readonly segment?: number;
  /** Which of the relative forms to use; undefined: any. */
  readonly branch?: "short" | "near" | undefined;
  /** Only 64-bit immediates and absolute addresses (MOVABS). */
  readonly absolute?: boolean | undefined;
  /** AT&T's name: encodings that it calls by another are passed over. */
  readonly attName?: string | undefined;
  /** 32-bit operands by default for what uses the stack (.code16gcc). */
  readonly wideStack?: boolean;
}

/** A place in the bytes that waits for a value. */
export interface Fixup<R> {
  readonly at: number;
  readonly bytes: 1 | 2 | 4 | 8;
  readonly reference: R | undefined;
  readonly value: bigint | undefined;
  /** Relative to the end of the instruction. */
  readonly relative: boolean;
  /** The processor sign-extends it to this many bits; 0: it has just its width. */
  readonly extendedTo: 0 | 16 | 32 | 64;
}

export interface Encoded<R> {
  readonly row: Row;
  readonly encoding: Encoding;
  readonly bytes: number[];
  readonly fixups: Fixup<R>[];
  readonly operandBits: OperandSize;
  /** Bits of the memory operand, where there is one. */
  readonly memoryBits: number;
  /** A known value that did not fit and was cut. */
  readonly truncated: bigint | undefined;
}

export interface Choice<R> {
  readonly best: Encoded<R> | undefined;
  /** The operands do not say which size is meant; `best` then is the code segment's default. */
  readonly ambiguous: boolean;
}
