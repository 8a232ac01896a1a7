/** Random cases for single instructions in 64-bit code, derived from the instruction table: REX, RIP-relative and all. */
import { decode } from "../../engine/isa/decode.ts";
import type { Decoded } from "../../engine/isa/decoded.ts";
import { type Encoding, isX87 } from "../../engine/isa/encoding.ts";
import type { Row } from "../../engine/isa/row.ts";
import { TABLE } from "../../engine/isa/table.ts";
import { CODE, DATA, NOT_FOR_USERS } from "./cases.ts";

export interface Case64 {
  readonly row: Row;
  readonly decoded: Decoded;
  readonly code: Uint8Array;
  /** RAX RCX RDX RBX RSP RBP RSI RDI R8…R15. */
  readonly general: BigUint64Array;
  readonly flags: number;
  readonly fs: bigint;
  readonly gs: bigint;
  readonly seed: number;
}

/** Instructions whose state is more than general registers, flags and memory: their own tests judge them. */
const OTHER_STATE: ReadonlySet<string> = new Set([
  "FPU",
  "MMX",
  "MMXEXT",
  "SSE",
  "SSE2",
  "SSE3",
  "SSSE3",
  "SSE4.1",
  "SSE4.2",
  "SSE4A",
  "FXSR",
  "XSAVE",
  "XSAVEOPT",
  "XSAVEC",
  "XSAVES",
  "XGETBV1",
  "SVM",
  "VMX",
  "PKU",
]);

export function* encodingsUnderTest64(): Generator<{ row: Row; encoding: Encoding }> {
  for (const row of TABLE) {
    if (NOT_FOR_USERS.test(row.name) || OTHER_STATE.has(row.feature)) continue;
    for (const encoding of row.encodings) {
      const { attributes, operands } = encoding;
      if (isX87(encoding)) continue;
      if (attributes.has("i64") || attributes.has("a16") || attributes.has("absent")) continue;
      if (attributes.has("o32") && attributes.has("d64")) continue;
      if (operands.some((o) => "SCDA".includes(o.place) || o.file === "segment")) continue;
      const jumpsAway = /^(JMP|CALL)$/.test(row.name) && operands[0]?.place === "E";
      if (!jumpsAway) yield { row, encoding };
    }
  }
}

const EDGES = [
  0n,
  1n,
  2n,
  7n,
  31n,
  32n,
  33n,
  63n,
  64n,
  65n,
  0x7fn,
  0x80n,
  0xffn,
  0x7fffn,
  0x8000n,
  0xffffn,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  0x100000000n,
  0x7fffffffffffffffn,
  0x8000000000000000n,
  0xffffffffffffffffn,
  0xffffffff80000000n,
  0x9an,
];
const EDGE_BYTES = [0, 1, 7, 0x1f, 0x20, 0x21, 0x3f, 0x40, 0x41, 0x7f, 0x80, 0xff];
/** OF SF ZF AF PF CF and DF. */
const FLAG_BITS = 0xcd5;

/** Registers that hold addresses inside the data, and where about. */
const POINTERS: readonly (readonly [number, number])[] = [
  [3, 0x800],
  [4, 0x1000],
  [5, 0x1800],
  [6, 0x400],
  [7, 0xc00],
  [12, 0xa00],
  [13, 0xff0],
  [14, 0x1400],
  [15, 0x600],
];
/** Holds a small signed number, to be an index. */
const INDEX = 9;

/** Addresses that fault, or that an access of some bytes begins at and faults: canonical and not, on either end of the data. */
const WILD: readonly bigint[] = [
  0n,
  BigInt(DATA - 1),
  BigInt(DATA - 3),
  BigInt(DATA - 9),
  BigInt(DATA + 0x1ffc),
  BigInt(DATA + 0x1fff),
  0x7ffffffffff8n,
  0x7ffffffffffdn,
  0x800000000000n,
  0x8000000000000000n,
  0xffff7ffffffffff8n,
  0xffffffffffffff80n,
  0x123456789abcdef0n,
];

type Random = () => number;

interface Form {
  /** ModRM, SIB and displacement. */
  readonly bytes: readonly number[];
  readonly rexBits: number;
  readonly base: number;
  /** The displacement is relative to the next instruction and still to be found, for this address. */
  readonly ripTarget?: number;
}

const little = (value: number): number[] => [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255];

/** A memory operand inside the data, by one of the ways 64-bit code has. */
function memoryForm(reg: number, random: Random): Form {
  const field = (reg & 7) << 3;
  const near = random() % 128;
  const kind = random() % 8;
  if (kind === 0) return { bytes: [5 | field, 0, 0, 0, 0], rexBits: 0, base: -1, ripTarget: DATA + 0x200 + near };
  if (kind === 1) return { bytes: [4 | field, 0x25, ...little(DATA + 0xf80 + near)], rexBits: 0, base: -1 };
  const base = (POINTERS[random() % POINTERS.length] as readonly [number, number])[0];
  const rexBase = base > 7 ? 1 : 0;
  if (kind < 5 && (base & 7) !== 4) return { bytes: [0x40 | field | (base & 7), near], rexBits: rexBase, base };
  const withIndex = random() % 2;
  const index = withIndex ? INDEX & 7 : 4;
  const sib = ((random() % 4) << 6) | (index << 3) | (base & 7);
  const displacement = random() % 2 ? [0x44 | field, sib, near] : [0x84 | field, sib, ...little(near - 64)];
  return { bytes: displacement, rexBits: rexBase | (withIndex ? 2 : 0), base };
}

function operandBytes(encoding: Encoding, random: Random): number[] {
  const isOffset = encoding.operands.some((o) => o.place === "O");
  if (isOffset) return [...little(DATA + 0xff8 + (random() % 16)), 0, 0, 0, 0];
  // A jump goes to what follows it.
  if (encoding.operands.some((o) => o.place === "J")) return Array(8).fill(0);
  return Array.from({ length: 8 }, () =>
    random() % 2 ? (EDGE_BYTES[random() % EDGE_BYTES.length] as number) : random() & 255,
  );
}

const decodeAt = (bytes: readonly number[]) =>
  decode((i) => bytes[i] ?? -1, BigInt(CODE), { codeBits: 64, protectedMode: true });

/** One case of an encoding on the data of `seed`, or undefined where the bytes came out as something else. */
export function makeCase64(encoding: Encoding, seed: number, random: Random): Case64 | undefined {
  const { attributes } = encoding;
  const bytes: number[] = [];
  const jumps = encoding.operands.some((o) => o.place === "J");
  if (!jumps && encoding.mandatory !== "NP" && random() % 3 === 0) bytes.push(0x66);
  const narrow = attributes.has("a32") || (!attributes.has("aq") && random() % 6 === 0);
  if (narrow) bytes.push(0x67);
  const segment = random() % 6 === 0 ? (random() % 2 ? 0x64 : 0x65) : random() % 24 === 0 ? 0x26 : 0;
  if (segment) bytes.push(segment);
  if (attributes.has("lock") && random() % 8 === 0) bytes.push(0xf0);
  const repeats = attributes.has("rep") || attributes.has("repe");
  if (repeats && random() % 2) bytes.push(random() % 2 ? 0xf2 : 0xf3);
  if (typeof encoding.mandatory === "number") bytes.push(encoding.mandatory);
  const reg = encoding.digit ?? random() % 16;
  const rm = random() % 16;
  const isMemory = encoding.modrm && random() % 2 === 0;
  const form: Form = isMemory
    ? memoryForm(reg, random)
    : { bytes: [0xc0 | ((reg & 7) << 3) | (rm & 7)], rexBits: rm > 7 ? 1 : 0, base: -1 };
  const wide = attributes.has("oq") || random() % 2 ? 8 : 0;
  const low = random() % 8;
  const rexBits = wide | (reg > 7 ? 4 : 0) | (encoding.modrm ? form.rexBits : random() % 2);
  if (rexBits || random() % 4 === 0) bytes.push(0x40 | rexBits);
  bytes.push(...encoding.opcode);
  if (encoding.plus) bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) | low;
  const formAt = bytes.length;
  if (encoding.modrm) bytes.push(...form.bytes);
  bytes.push(...operandBytes(encoding, random));
  let d = decodeAt(bytes);
  if ("fault" in d || d.encoding !== encoding) return undefined;
  if (encoding.modrm && form.ripTarget !== undefined) {
    const distance = little(form.ripTarget - CODE - d.length);
    for (let i = 0; i < 4; i++) bytes[formAt + 1 + i] = distance[i] as number;
    d = decodeAt(bytes);
    if ("fault" in d) return undefined;
  }
  if (d.row.name === "ENTER") {
    bytes[d.length - 1] = (bytes[d.length - 1] as number) & 7;
    bytes[d.length - 2] = 0;
    d = decodeAt(bytes);
    if ("fault" in d) return undefined;
  }
  const rest = withRegisters(d, segment, repeats, random);
  return rest && { row: d.row, decoded: d, code: Uint8Array.from(bytes.slice(0, d.length)), ...rest, seed };
}

function withRegisters(
  d: Decoded,
  segment: number,
  repeats: boolean,
  random: Random,
): Pick<Case64, "general" | "flags" | "fs" | "gs"> | undefined {
  const value = () => (random() % 3 === 0 ? (EDGES[random() % EDGES.length] as bigint) : word(random));
  const general = BigUint64Array.from({ length: 16 }, value);
  for (const [n, at] of POINTERS) general[n] = BigInt(DATA + at + (random() % 64));
  const stackAligned = d.row.name === "CMPXCHG16B" && random() % 4 !== 0;
  const memory = d.operands.find((o) => o.kind === "memory");
  const writtenIndex = memory?.index ?? -1;
  if (writtenIndex >= 0) general[writtenIndex] = BigInt.asUintN(64, BigInt((random() % 64) - 32));
  if (stackAligned) for (const [n] of POINTERS) general[n] = (general[n] as bigint) & ~15n;
  if (repeats) {
    general[1] = BigInt(random() % 3 ? random() % 20 : random() % 200);
    // Source and destination that overlap, either way round.
    if (random() % 2) general[7] = (general[6] as bigint) + BigInt((random() % 48) - 24);
  }
  // Bit strings reach far: keep the index near.
  if (/^BT[SRC]?$/.test(d.row.name) && memory && d.operands[1]?.kind === "register") {
    const n = d.operands[1].number;
    if (POINTERS.some(([p]) => p === n) || n === memory.index) return undefined;
    const near = BigInt((random() % 0x1000) - 0x800);
    general[n] =
      d.operandBits === 64
        ? BigInt.asUintN(64, near)
        : BigInt.asUintN(d.operandBits, near) | (word(random) << BigInt(d.operandBits));
  }
  let [fs, gs] = [segmentBase(random), segmentBase(random)];
  if ((segment === 0x64 || segment === 0x65) && !takeOff(d, general, segment === 0x64 ? fs : gs))
    [fs, gs] = [fs & 0xffn, gs & 0xffn];
  // Not with FS and GS: this machine's processor raises #GP where the offset is not canonical though the sum is.
  if (!segment && random() % 12 === 0) {
    const wild = [memory?.base ?? 4, 4, 6, 7][random() % 4] as number;
    if (wild >= 0 && wild < 16) general[wild] = WILD[random() % WILD.length] as bigint;
  }
  // With 32-bit addresses the high halves of registers do not count; the stack's do.
  if (d.addressBits === 32) {
    const inAddress = new Set([1, 3, 6, 7, memory?.base ?? -1, memory?.index ?? -1]);
    for (const n of inAddress)
      if (n >= 0 && n < 16 && n !== 4) general[n] = BigInt.asUintN(32, general[n] as bigint) | (word(random) << 32n);
  }
  return { general, flags: (random() & FLAG_BITS) | 0x202, fs, gs };
}

const word = (random: Random): bigint => BigInt.asUintN(64, (BigInt(random()) << 32n) | BigInt(random()));

/** A base that a user program may have: any canonical address of the lower half. */
function segmentBase(random: Random): bigint {
  return random() % 2 ? BigInt(random() % 256) : word(random) >> 18n;
}

/** Takes the segment's base off the register that the address is made with, so that the sum is inside the data. */
function takeOff(d: Decoded, general: BigUint64Array, base: bigint): boolean {
  const memory = d.operands.find((o, i) => o.kind === "memory" && d.encoding.operands[i]?.place !== "Y");
  const register = d.row.name === "XLAT" ? 3 : memory?.kind === "memory" ? memory.base : -1;
  if (register < 0 || register >= 16 || register === 4 || d.addressBits === 32) return false;
  general[register] = BigInt.asUintN(64, (general[register] as bigint) - base);
  return true;
}
