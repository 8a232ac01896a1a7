/**
 * LOCK before every encoding of the table, with registers and with memory near what the registers point to: whether it is
 * refused is a matter of decoding. Left out: MOV to and from CR0, which LOCK makes one of CR8 on AMD's processors; VERW,
 * whose microcode since 2025 also clears buffers, and takes LOCK with memory where it does (the manuals say #UD).
 */
import { decode } from "../../engine/isa/decode.ts";
import type { Encoding } from "../../engine/isa/encoding.ts";
import { TABLE } from "../../engine/isa/table.ts";

const LOCK = 0xf0;

function locked(encoding: Encoding, bits: 16 | 32 | 64, random: () => number): number[] {
  const bytes = [LOCK];
  if (random() % 4 === 0 && encoding.mandatory !== "NP") bytes.push(0x66);
  if (typeof encoding.mandatory === "number") bytes.push(encoding.mandatory);
  if (bits === 64 && random() % 2) bytes.push(0x40 | (random() % 16));
  bytes.push(...encoding.opcode);
  if (encoding.plus) bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) | (random() % 8);
  if (encoding.modrm) {
    const digit = encoding.digit ?? random() % 8;
    // Memory by a register and a displacement of 8 bits; rm 4 would be a SIB.
    const rm = [0, 1, 2, 3, 5, 6, 7][random() % 7] as number;
    bytes.push((random() % 2 ? 0xc0 : 0x40) | (digit << 3) | rm);
  }
  while (bytes.length < 15) bytes.push(random() % 16);
  return bytes;
}

/** `count` codes of each encoding that exists in the mode; where LOCK is allowed, cut to the instruction's length. */
export function* lockedCodes(bits: 16 | 32 | 64, count: number, random: () => number): Generator<Uint8Array> {
  for (const { name, encodings } of TABLE) {
    if (name === "VERW") continue;
    for (const encoding of encodings) {
      if (encoding.operands.some((o) => o.place === "C") || encoding.attributes.has("absent")) continue;
      for (let n = 0; n < Math.min(count, 20); n++) {
        const bytes = locked(encoding, bits, random);
        const plain = decode((i) => bytes[i + 1] ?? -1, 0n, { codeBits: bits, protectedMode: true });
        if (!("fault" in plain)) yield Uint8Array.from(bytes.slice(0, plain.length + 1));
      }
    }
  }
}

/** Whether the decoder refuses it. */
export function isRefused(code: Uint8Array, bits: 16 | 32 | 64): boolean {
  const d = decode((i) => code[i] ?? -1, 0n, { codeBits: bits, protectedMode: true });
  return "fault" in d && d.fault === "invalid";
}
