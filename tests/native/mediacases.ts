/** Random cases for single MMX and SSE instructions: registers full of edge values, MXCSR in all its settings. */
import { decode } from "../../engine/isa/decode.ts";
import type { Decoded } from "../../engine/isa/decoded.ts";
import type { Encoding } from "../../engine/isa/encoding.ts";
import type { Row } from "../../engine/isa/row.ts";
import { TABLE } from "../../engine/isa/table.ts";
import { CODE, DATA, DATA_BYTES } from "./cases.ts";

export interface MediaCase {
  readonly row: Row;
  readonly decoded: Decoded;
  readonly code: Uint8Array;
  /** RAX RCX RDX RBX RSP RBP RSI RDI. */
  readonly registers: BigUint64Array;
  readonly flags: number;
  readonly seed: number;
  /** Sixteen bytes of the data, and where they go. */
  readonly operandAt: number;
  readonly operand: Uint8Array;
  readonly mxcsr: number;
  /** The x87's stack's top; registers in physical order, 16 bytes each; which of them are in use, a bit each. */
  readonly top: number;
  readonly stack: Uint8Array;
  readonly inUse: number;
  readonly xmm: Uint8Array;
}

/** Features whose rows this test takes. */
export const MEDIA_FEATURES: ReadonlySet<string> = new Set([
  "MMX",
  "SSE",
  "SSE2",
  "SSE3",
  "SSSE3",
  "SSE4.1",
  "SSE4.2",
  "FXSR",
]);

/** What a user program cannot do as the test wants it, and what is tested by itself. */
const LEFT_OUT: ReadonlySet<string> = new Set(["FXRSTOR", "FXRSTOR64"]);

export function* mediaEncodings(bits: 32 | 64): Generator<{ row: Row; encoding: Encoding }> {
  for (const row of TABLE) {
    if (!MEDIA_FEATURES.has(row.feature) || LEFT_OUT.has(row.name)) continue;
    for (const encoding of row.encodings) {
      if (bits === 32 && (encoding.attributes.has("o64") || encoding.attributes.has("oq"))) continue;
      yield { row, encoding };
    }
  }
}

const SINGLES = [
  0, 0x80000000, 0x3f800000, 0xbf800000, 0x3f800001, 0x40000000, 0x3f000000, 0x3fc00000, 0x40200000, 0x7f800000,
  0xff800000, 0x7fc00000, 0xffc00000, 0x7fc12345, 0x7f800001, 0xff812345, 0x7fbfffff, 1, 0x80000001, 0x007fffff,
  0x00800000, 0x80800000, 0x00800001, 0x7f7fffff, 0xff7fffff, 0x4b000000, 0x4b7fffff, 0x4affffff, 0x4effffff,
  0x4f000000, 0xcf000000, 0xcf000001, 0x33800000, 0x34000000, 0x1f800000, 0x20000000, 0x5f7fffff, 0x00400000,
];
const DOUBLES = [
  0n,
  0x8000000000000000n,
  0x3ff0000000000000n,
  0xbff0000000000000n,
  0x3ff0000000000001n,
  0x4000000000000000n,
  0x3fe0000000000000n,
  0x3ff8000000000000n,
  0x4004000000000000n,
  0x7ff0000000000000n,
  0xfff0000000000000n,
  0x7ff8000000000000n,
  0xfff8000000000000n,
  0x7ff8123456789abcn,
  0x7ff0000000000001n,
  0xfff0123456789abcn,
  1n,
  0x8000000000000001n,
  0x000fffffffffffffn,
  0x0010000000000000n,
  0x8010000000000000n,
  0x7fefffffffffffffn,
  0xffefffffffffffffn,
  0x4330000000000000n,
  0x433fffffffffffffn,
  0x41dfffffffc00000n,
  0x41e0000000000000n,
  0xc1e0000000000000n,
  0xc1e0000000200000n,
  0x43dfffffffffffffn,
  0x43e0000000000000n,
  0xc3e0000000000000n,
  0x47efffffe0000000n,
  0x47effffff0000000n,
  0x47f0000000000000n,
  0x3810000000000000n,
  0x380fffffffffffffn,
  0x36a0000000000000n,
  0x3690000000000000n,
  0x3690000000000001n,
  0x3ca0000000000000n,
  0x3cb0000000000000n,
  0x1ff0000000000000n,
  0x2000000000000000n,
  0x5fe0000000000000n,
  0x5ff0000000000001n,
  0x0008000000000000n,
];

type Random = () => number;

function single(random: Random): number {
  switch (random() % 6) {
    case 0:
    case 1:
      return SINGLES[random() % SINGLES.length] as number;
    case 2:
      return random();
    case 3:
      // Near 1, with few bits: sums and products that are exact, or halfway.
      return ((random() & 0x80000000) | (0x3f800000 + ((random() % 32) - 16) * 0x800000) | (random() & 0x700000)) >>> 0;
    case 4:
      return ((random() & 0x80000000) | ((random() % 4) << 23) | (random() & 0x7fffff)) >>> 0;
    default:
      return ((random() & 0x807fffff) | ((0x70 + (random() % 0x30)) << 23)) >>> 0;
  }
}

function double(random: Random): bigint {
  const word = () => (BigInt(random()) << 32n) | BigInt(random());
  const sign = BigInt(random() & 1) << 63n;
  switch (random() % 6) {
    case 0:
    case 1:
      return DOUBLES[random() % DOUBLES.length] as bigint;
    case 2:
      return word();
    case 3:
      return sign | (BigInt(0x3ff + (random() % 64) - 32) << 52n) | (BigInt(random() & 15) << 48n);
    case 4:
      // Around what a single can hold, and around the least that a double can.
      return sign | (BigInt((random() % 2 ? 0x366 : 0) + (random() % 32)) << 52n) | (word() & 0xfffffffffffffn);
    default:
      return sign | (BigInt(0x3f0 + (random() % 0x60)) << 52n) | (word() & 0xfffffffffffffn);
  }
}

/** Sixteen bytes: singles, doubles, or integers of some size. */
function operandBytes(random: Random, kind: number): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  if (kind === 0) for (let i = 0; i < 4; i++) view.setUint32(i * 4, single(random), true);
  else if (kind === 1) for (let i = 0; i < 2; i++) view.setBigUint64(i * 8, double(random), true);
  else if (kind === 2) for (let i = 0; i < 4; i++) view.setUint32(i * 4, random(), true);
  else if (kind === 3) for (let i = 0; i < 16; i++) bytes[i] = [0, 1, 0x7f, 0x80, 0xff, 0x41][random() % 6] as number;
  else if (kind === 4)
    for (let i = 0; i < 8; i++)
      view.setUint16(i * 2, [0, 1, 0x7fff, 0x8000, 0xffff, random()][random() % 6] as number, true);
  else view.setUint32(0, random() % 72, true);
  return bytes;
}

/** A case of this encoding on the data of `seed`, or undefined where the random bytes became another instruction. */
export function makeMediaCase(encoding: Encoding, bits: 32 | 64, seed: number, random: Random): MediaCase | undefined {
  const bytes: number[] = [];
  if (typeof encoding.mandatory === "number") bytes.push(encoding.mandatory);
  const isRegister =
    encoding.modrm &&
    (random() % 2 === 0 || encoding.operands.some((o) => "RUN".includes(o.place))) &&
    !encoding.operands.some((o) => o.place === "M");
  if (bits === 64) {
    const rex = 0x40 | (random() & (isRegister ? 15 : 12));
    if (encoding.attributes.has("oq")) bytes.push(rex | 8);
    else if (random() % 2) bytes.push(rex);
  }
  bytes.push(...encoding.opcode);
  const misaligned = random() % 6 === 0;
  const crossing = random() % 8 === 0;
  if (encoding.modrm) {
    const reg = encoding.digit ?? random() % 8;
    if (isRegister) bytes.push(0xc0 | (reg << 3) | (random() % 8));
    else
      bytes.push(
        0x40 | (reg << 3) | ([3, 6, 7, 5][random() % 4] as number),
        (random() & 0xf0) | (misaligned ? random() & 15 : 0),
      );
  }
  bytes.push(random() & 0xff);
  const d = decode((i) => bytes[i] ?? -1, BigInt(CODE), { codeBits: bits, protectedMode: true });
  if ("fault" in d || d.encoding !== encoding) return undefined;
  if (d.operands.some((o) => o.kind === "register" && o.number >= 8)) return undefined;
  const registers = new BigUint64Array(8);
  const word = () => (bits === 64 ? (BigInt(random()) << 32n) | BigInt(random()) : BigInt(random()));
  for (const n of [0, 1, 2]) registers[n] = random() % 4 ? word() : BigInt(random() % 40);
  for (const n of [3, 4, 5, 6, 7]) registers[n] = BigInt(DATA + (crossing ? 0x1000 : 0x400 + 0x100 * n));
  let operandAt = 0x800;
  const memory = d.operands.find((o) => o.kind === "memory");
  if (memory?.kind === "memory" && memory.base >= 0)
    operandAt = Number(BigInt.asIntN(32, (registers[memory.base] as bigint) + memory.displacement)) - DATA;
  if (operandAt < 0 || operandAt + 16 > DATA_BYTES) return undefined;
  const kindOf = () => {
    if (/P?[SD]S$|PS2|SS2/.test(d.row.name) && random() % 8) return 0;
    if (/[SP]D$|PD2|SD2/.test(d.row.name) && random() % 8) return 1;
    return random() % 6;
  };
  const kind = kindOf();
  const sixteen = () => operandBytes(random, random() % 5 ? kind : random() % 6);
  const xmm = new Uint8Array(256);
  for (let i = 0; i < 16; i++) xmm.set(sixteen(), i * 16);
  const stack = new Uint8Array(128);
  for (let i = 0; i < 8; i++) stack.set(sixteen().subarray(0, 10), i * 16);
  // Mostly what programs run with; sometimes anything, with exceptions unmasked.
  const settings = random() % 4 ? 0x1f80 | (random() & 0xe07f) : random() & 0xffff;
  return {
    row: d.row,
    decoded: d,
    code: Uint8Array.from(bytes.slice(0, d.length)),
    registers,
    flags: (random() & 0x8d5) | 0x202,
    seed,
    operandAt,
    operand: sixteen(),
    mxcsr: random() % 3 ? settings : 0x1f80 | (random() & 0x3f),
    top: random() % 8,
    stack,
    inUse: random() & 0xff,
    xmm,
  };
}
