/** Random states and operands for single x87 instructions: every class of number, near halves and ends of ranges. */

import { decode } from "../../engine/isa/decode.ts";
import type { Encoding } from "../../engine/isa/encoding.ts";
import type { Row } from "../../engine/isa/row.ts";

export const CODE = 0x100000;
export const DATA = 0x120000;
export const DATA_BYTES = 120;
export const STATE_BYTES = 108;
/** Bytes of a case and of a result, as x87harness.c has them. */
export const CASE_BYTES = STATE_BYTES + 16 + 12 + DATA_BYTES;
export const RESULT_BYTES = STATE_BYTES + 12 + DATA_BYTES;

export interface FloatCase {
  readonly row: Row;
  readonly code: Uint8Array;
  /** As FNSAVE stores it with 32-bit operands. */
  readonly state: Uint8Array;
  readonly data: Uint8Array;
  readonly eax: number;
  readonly eflags: number;
}

type Random = () => number;

const pick = <T>(random: Random, list: readonly T[]): T => list[random() % list.length] as T;
const random64 = (random: Random): bigint => (BigInt(random()) << 32n) | BigInt(random());

/** A mantissa without its top bit: random, or with long runs that rounding notices. */
function fraction(random: Random, bits: number): bigint {
  const all = (1n << BigInt(bits)) - 1n;
  switch (random() % 6) {
    case 0:
      return 0n;
    case 1:
      return all;
    case 2:
      return (1n << BigInt(random() % bits)) & all;
    case 3:
      return (all << BigInt(random() % bits)) & all;
    case 4:
      // Near the halves of 24 and 53 bits.
      return ((random64(random) << pick(random, [40n, 39n, 11n, 10n])) + pick(random, [-1n, 0n, 1n])) & all;
    default:
      return random64(random) & all;
  }
}

const NEAR_ENDS = [
  1, 2, 0x3f80, 0x3f6a, 0x3f69, 0x3f81, 0x3c00, 0x3c01, 0x3bcd, 0x3bcc, 0x407e, 0x407f, 0x43fe, 0x43ff, 0x7ffe, 0x7ffd,
];

/** Mantissa, and sign with exponent, of a number of any class. */
export function randomNumber(random: Random): { mantissa: bigint; top: number } {
  const sign = (random() & 1) << 15;
  const integer = 1n << 63n;
  switch (random() % 24) {
    case 0:
    case 1:
      return { mantissa: 0n, top: sign };
    case 2:
      return { mantissa: fraction(random, 63) || 1n, top: sign };
    case 3:
      return { mantissa: integer | fraction(random, 63), top: sign };
    case 4:
      return { mantissa: integer, top: sign | 0x7fff };
    case 5:
      return { mantissa: integer | (1n << 62n) | fraction(random, 62), top: sign | 0x7fff };
    case 6:
      return { mantissa: integer | fraction(random, 62) | 1n, top: sign | 0x7fff };
    case 7:
      return { mantissa: fraction(random, 63), top: sign | (1 + (random() % 0x7fff)) };
    case 8:
      return { mantissa: integer | fraction(random, 63), top: sign | (random() % 0x8000) };
    case 9:
    case 10:
      return { mantissa: integer | fraction(random, 63), top: sign | pick(random, NEAR_ENDS) };
    case 11:
    case 12: {
      // Small integers, and halves.
      const n = BigInt(1 + (random() % 300));
      const length = n.toString(2).length;
      return { mantissa: n << BigInt(64 - length), top: sign | (0x3fff + length - 1 - (random() % 2)) };
    }
    case 13:
    case 14:
      return { mantissa: integer | fraction(random, 63), top: sign | (0x3fff + (random() % 70)) };
    default:
      return { mantissa: integer | fraction(random, 63), top: sign | (0x3fff - 4 + (random() % 8)) };
  }
}

function randomReal(random: Random, bits: 32 | 64): bigint {
  const fractionBits = bits === 32 ? 23 : 52;
  const most = bits === 32 ? 0xff : 0x7ff;
  const bias = most >> 1;
  const sign = BigInt(random() & 1) << BigInt(bits - 1);
  const exponent = pick(random, [
    0,
    0,
    most,
    bias,
    bias + (random() % 8),
    bias - (random() % 8),
    random() % (most + 1),
    1,
    most - 1,
  ]);
  const rest = exponent === 0 && random() % 2 ? 0n : fraction(random, fractionBits);
  return sign | (BigInt(exponent) << BigInt(fractionBits)) | rest;
}

function operandData(random: Random, row: Row, bits: number, data: DataView): void {
  for (let i = 0; i < DATA_BYTES; i++) data.setUint8(i, random() & 0xff);
  if (row.name.startsWith("FI") && row.name !== "FIST" && bits <= 64) {
    const value = pick(random, [
      0n,
      1n,
      -1n,
      1n << 62n,
      -(1n << BigInt(bits - 1)),
      random64(random),
      BigInt(random() % 100),
    ]);
    data.setBigUint64(0, BigInt.asUintN(64, value), true);
  } else if (row.name === "FBLD") {
    for (let i = 0; i < 9; i++) data.setUint8(i, (random() % 10) * 16 + (random() % 10));
    data.setUint8(9, (random() & 1) << 7);
    if (random() % 8 === 0) for (let i = 0; i < 9; i++) data.setUint8(i, 0);
  } else if (row.name === "FLDENV" || row.name === "FRSTOR") {
    const wide = bits === 28 * 8 || bits === 108 * 8;
    const step = wide ? 4 : 2;
    data.setUint16(0, randomControl(random), true);
    data.setUint16(step, random() & (random() % 2 ? 0xffff : 0xff00), true);
    data.setUint16(2 * step, random() % 2 ? 0 : random() & 0xffff, true);
  } else if (bits === 32) data.setUint32(0, Number(randomReal(random, 32)), true);
  else if (bits === 64) data.setBigUint64(0, randomReal(random, 64), true);
  else if (bits === 80) {
    const { mantissa, top } = randomNumber(random);
    data.setBigUint64(0, mantissa, true);
    data.setUint16(8, top, true);
  }
}

function randomControl(random: Random): number {
  const masks = random() % 3 ? 0x3f : random() & 0x3f;
  return masks | ((random() % 16) << 8) | (random() % 8 ? 0x40 : random() & 0xe0c0);
}

/** One case of an encoding, or undefined where the bytes came out as something else. */
export function makeFloatCase(row: Row, encoding: Encoding, bits: 32 | 64, random: Random): FloatCase | undefined {
  const bytes: number[] = [];
  if (encoding.operands.some((o) => o.width === "e" || o.width === "f") && random() % 2) bytes.push(0x66);
  // REX.W, R and B change nothing, not even the environment's layout.
  if (bits === 64 && random() % 4 === 0) bytes.push(random() % 2 ? 0x48 : 0x4d);
  bytes.push(...encoding.opcode);
  if (encoding.plus) bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) | (random() % 8);
  if (encoding.modrm) {
    const reg = (encoding.digit ?? 0) << 3;
    // An absolute address; in 64-bit code by SIB, or relative to RIP.
    const relative = bits === 64 && random() % 2 === 0;
    if (bits === 64 && !relative) bytes.push(reg | 4, 0x25);
    else bytes.push(reg | 5);
    const displacement = relative ? DATA - (CODE + bytes.length + 4) : DATA;
    bytes.push(displacement & 0xff, (displacement >> 8) & 0xff, displacement >> 16, 0);
  }
  const d = decode((i) => bytes[i] ?? -1, BigInt(CODE), { codeBits: bits, protectedMode: true });
  if ("fault" in d || d.encoding !== encoding) return undefined;
  const state = new Uint8Array(STATE_BYTES);
  const v = new DataView(state.buffer);
  const control = randomControl(random);
  // Now and then an exception waits already; most often none of the flags is an unmasked one.
  const flags = random() % 3 ? 0 : random() & (random() % 8 ? control & 0x3f : 0x3f);
  v.setUint32(0, control, true);
  v.setUint32(4, flags | (random() & 0x4740) | ((random() % 8) << 11), true);
  let tags = 0;
  const emptyOnes = random() % 4;
  for (let r = 0; r < 8; r++) if (emptyOnes === 0 ? random() % 2 : random() % 16 === 0) tags |= 3 << (2 * r);
  // Room for what is pushed.
  if (random() % 4) tags |= 3 << (2 * ((((v.getUint32(4, true) >> 11) & 7) + 7) & 7));
  v.setUint32(8, tags, true);
  for (let n = 0; n < 8; n++) {
    const { mantissa, top } = randomNumber(random);
    v.setBigUint64(28 + n * 10, mantissa, true);
    v.setUint16(36 + n * 10, top, true);
  }
  // Two numbers that nearly cancel.
  if (random() % 8 === 0) {
    v.setBigUint64(38, v.getBigUint64(28, true) ^ BigInt(random() % 4), true);
    v.setUint16(46, v.getUint16(36, true) ^ ((random() & 1) << 15), true);
  }
  const data = new Uint8Array(DATA_BYTES);
  const memory = d.operands.find((o) => o.kind === "memory");
  operandData(random, row, memory?.kind === "memory" ? memory.bits : 0, new DataView(data.buffer));
  return { row, code: Uint8Array.from(bytes), state, data, eax: random(), eflags: (random() & 0x8d5) | 0x202 };
}
