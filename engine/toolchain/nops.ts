/**
 * What as fills code with where an alignment names no filler: long no-operations, and a jump over them where it would take
 * many. as takes the size of code at the end of the source; here it is the size at the alignment, as the processor has it.
 * Source: observed of GNU as 2.40 with --32 and --64 (gas/config/tc-i386.c, i386_generate_nops).
 */

const hex = (text: string) =>
  Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));

/** By length, from 1. */
const PATTERNS: Readonly<Record<16 | 32 | 64, readonly (readonly number[] | undefined)[]>> = {
  16: ["90", "6690", "8d7400", "8db40000"].map(hex),
  32: ["90", "6690", "8d7600", "8d742600", "8d74260090", "8db600000000", "8db42600000000"].map(hex),
  64: [
    "90",
    "6690",
    "0f1f00",
    "0f1f4000",
    "0f1f440000",
    "660f1f440000",
    "0f1f8000000000",
    "0f1f840000000000",
    "660f1f840000000000",
    "662e0f1f840000000000",
    "66662e0f1f840000000000",
  ].map(hex),
};

const ROOM_BEFORE_JUMP = { 16: 3, 32: 3, 64: 8 } as const;

/** `count` bytes that do nothing in code of `codeBits`. */
export function noOperations(count: number, codeBits: 16 | 32 | 64): number[] {
  const patterns = PATTERNS[codeBits];
  const longest = patterns.length;
  const out: number[] = [];
  let left = count;
  if (Math.floor(left / longest) >= ROOM_BEFORE_JUMP[codeBits]) {
    const [opcode, size] = left - 2 <= 127 ? [[0xeb], 1] : codeBits === 16 ? [[0x66, 0xe9], 4] : [[0xe9], 4];
    const distance = left - opcode.length - size;
    out.push(...opcode);
    for (let i = 0; i < size; i++) out.push((distance >>> (8 * i)) & 0xff);
    left = distance;
  }
  while (left > longest) {
    for (const b of patterns[longest - 1] as readonly number[]) out.push(b);
    left -= longest;
  }
  if (left > 0) out.push(...(patterns[left - 1] as readonly number[]));
  return out;
}
