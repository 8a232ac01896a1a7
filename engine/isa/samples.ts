/**
 * Instructions to test with, made from the table: for an encoding, bytes with random prefixes, ModRM, SIB, displacement and
 * immediates, from a seed. Only tests import this.
 */
import { decode } from "./decode.ts";
import type { Decoded } from "./decoded.ts";
import type { Encoding } from "./encoding.ts";
import { TABLE } from "./table.ts";

/** A generator of numbers below `n`, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n);
  };
}

export const ENCODINGS: readonly Encoding[] = TABLE.flatMap((row) => row.encodings);

/** Random bytes that may be an instruction of `encoding`; 15 of them, most often more than it takes. */
export function randomBytes(encoding: Encoding, codeBits: 16 | 32 | 64, random: (n: number) => number): Uint8Array {
  const bytes: number[] = [];
  const maybe = (chance: number, byte: number) => random(chance) === 0 && bytes.push(byte);
  maybe(6, 0x66);
  maybe(8, 0x67);
  maybe(16, [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65][random(6)] as number);
  const a = encoding.attributes;
  if (a.has("rep") || a.has("repe")) maybe(2, random(2) ? 0xf3 : 0xf2);
  if (a.has("lock")) maybe(6, 0xf0);
  maybe(200, 0xf0);
  if (typeof encoding.mandatory === "number") bytes.push(encoding.mandatory);
  if (codeBits === 64) maybe(2, 0x40 + random(16));
  bytes.push(...encoding.opcode);
  if (encoding.plus) bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) + random(8);
  if (encoding.modrm) bytes.push((random(4) << 6) | ((encoding.digit ?? random(8)) << 3) | random(8));
  while (bytes.length < 15) bytes.push(random(3) ? random(256) : random(2) ? 0 : 0xff);
  return Uint8Array.from(bytes.slice(0, 15));
}

export interface Sample {
  readonly bytes: Uint8Array;
  readonly decoded: Decoded;
}

/** `count` instructions that decode, spread evenly over the encodings that exist in the mode. */
export function validSamples(count: number, codeBits: 16 | 32 | 64, seed: number): Sample[] {
  const random = randomFrom(seed);
  const samples: Sample[] = [];
  for (let tries = 0; samples.length < count && tries < 20 * count; tries++) {
    const bytes = randomBytes(ENCODINGS[random(ENCODINGS.length)] as Encoding, codeBits, random);
    const decoded = decode((i) => bytes[i] ?? -1, 0n, { codeBits, protectedMode: true });
    if (!("fault" in decoded)) samples.push({ bytes: bytes.subarray(0, decoded.length), decoded });
  }
  return samples;
}
