/** What generated code depends on besides its instruction. */

/** How linear addresses are made: flat 32-bit, through a segment's base and limit, 64-bit, or that with FS's or GS's base. */
export type Addressing = "flat" | "segmented" | "long" | "based";

/** What the code depends on besides the instruction: see Mode in blocks.ts. */
export interface Shape {
  readonly operandBits: 16 | 32 | 64;
  readonly addressBits: 16 | 32 | 64;
  readonly stackBits: 16 | 32 | 64;
  /** Of the stack, strings' destination and branch targets. */
  readonly addressing: Addressing;
  /** Of memory operands and strings' source, which an override may change. */
  readonly operandAddressing: Addressing;
  readonly repeat: 0 | 0xf2 | 0xf3;
}
