/** Random cases for single instructions, derived from the instruction table: every encoding, size and operand form. */
import { decode } from "../../engine/isa/decode.ts";
import type { Decoded } from "../../engine/isa/decoded.ts";
import { type Encoding, isX87 } from "../../engine/isa/encoding.ts";
import type { Row } from "../../engine/isa/row.ts";
import { TABLE } from "../../engine/isa/table.ts";

export const CODE = 0x100000;
export const DATA = 0x120000;
export const DATA_BYTES = 0x2000;

export interface Case {
  readonly row: Row;
  readonly decoded: Decoded;
  readonly code: Uint8Array;
  /** EAX ECX EDX EBX ESP EBP ESI EDI EFLAGS. */
  readonly registers: Uint32Array;
  readonly seed: number;
}

/** A small generator of its own, so that a seed means the same everywhere (xorshift32). */
export function randomFrom(seed: number): () => number {
  let s = seed >>> 0 || 1;
  return () => {
    s ^= s << 13;
    s ^= s >>> 17;
    s ^= s << 5;
    return s >>> 0;
  };
}

/**
 * What a user program cannot do or only the system's side decides, what would leave the few bytes under test, and what
 * the machine's own state shows in (identity, time, random numbers).
 */
export const NOT_FOR_USERS =
  /^(IN|OUT|INS[BWD]|OUTS[BWD]|CLI|STI|HLT|INT|INT1|INT3|INTO|IRET[DQ]?|JMPF|CALLF|RETF|RET|LGDT|LIDT|SGDT|SIDT|SMSW|LMSW|INVLPG|CLTS|INVD|WBINVD|WBNOINVD|SLDT|STR|LLDT|LTR|VERR|VERW|LAR|LSL|CPUID|RDTSCP?|RDPMC|RDPID|RDRAND|RDSEED|RDMSR|WRMSR|L[EDSFG]S|WAIT|SYSCALL|SYSRETQ?|SYSENTER|SYSEXITQ?|SWAPGS|INVPCID|MONITOR|MWAIT|RSM|CLAC|STAC|XSETBV|RDPKRU|WRPKRU|ESC)$/;

export function* encodingsUnderTest(): Generator<{ row: Row; encoding: Encoding }> {
  for (const row of TABLE) {
    if (NOT_FOR_USERS.test(row.name) || row.feature === "LM" || row.feature === "FPU") continue;
    // MMX and SSE have a test of their own (media.test.ts).
    if (/^(MMX|FXSR|S?SSE|XSAVE)/.test(row.feature)) continue;
    for (const encoding of row.encodings) {
      // x87.test.ts has these.
      if (isX87(encoding)) continue;
      if (encoding.attributes.has("o64") || encoding.attributes.has("oq") || encoding.attributes.has("aq")) continue;
      if (encoding.operands.some((o) => "SCDAO".includes(o.place) || o.file === "segment")) continue;
      const jumpsAway = /^(JMP|CALL)$/.test(row.name) && encoding.operands[0]?.place === "E";
      if (!jumpsAway) yield { row, encoding };
    }
  }
}

const EDGES = [
  0, 1, 2, 7, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x9a, 0x10, 31, 32, 33,
];
/** OF SF ZF AF PF CF and DF. */
const FLAG_BITS = 0xcd5;

/** Bytes of ModRM and displacement with a memory operand inside the data. */
function memoryForm(reg: number, form: number, bits: 16 | 32, random: () => number): number[] {
  if (bits === 16) return [0x40 | (reg << 3) | (random() % 8), random() & 0x3f];
  if (form === 2) return [0x40 | (reg << 3) | ([3, 6, 7, 5][random() % 4] as number), random() & 0xff];
  return [0x84 | (reg << 3), 0x20 | ([3, 4, 5, 6, 7][random() % 5] as number), random() & 0x3f, 0, 0, 0];
}

/** One case of an encoding on the data of `seed`, or undefined where the bytes came out as something else. */
export function makeCase(encoding: Encoding, bits: 16 | 32, seed: number, random: () => number): Case | undefined {
  const value = () => (random() % 3 === 0 ? (EDGES[random() % EDGES.length] as number) : random());
  const bytes: number[] = [];
  const jumps = encoding.operands.some((o) => o.place === "J");
  // A jump with a 16-bit operand size leaves for the first 64 KiB.
  if (random() % 2 && !jumps) bytes.push(0x66);
  if (encoding.attributes.has(bits === 32 ? "a16" : "a32")) bytes.push(0x67);
  if (encoding.attributes.has("lock") && random() % 8 === 0) bytes.push(0xf0);
  const repeats = encoding.attributes.has("rep") || encoding.attributes.has("repe");
  if (repeats && random() % 2) bytes.push(random() % 2 ? 0xf2 : 0xf3);
  if (typeof encoding.mandatory === "number") bytes.push(encoding.mandatory);
  bytes.push(...encoding.opcode);
  if (encoding.plus) bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) | (random() % 8);
  if (encoding.modrm) {
    const reg = encoding.digit ?? random() % 8;
    const form = random() % 4;
    if (form < 2) bytes.push(0xc0 | (reg << 3) | (random() % 8));
    else bytes.push(...memoryForm(reg, form, bits, random));
  }
  // In 16-bit code every jump has a 16-bit operand size, and stays inside the segment.
  for (let i = 0; i < 8; i++) bytes.push(jumps ? 0 : value() & 0xff);
  const ip = bits === 16 ? 0 : CODE;
  const d = decode((i) => bytes[i] ?? -1, BigInt(ip), { codeBits: bits, protectedMode: true });
  if ("fault" in d || d.encoding !== encoding) return undefined;
  const registers = Uint32Array.from([value(), value(), value(), 0, 0, 0, 0, 0, 0]);
  for (const [n, at] of [
    [3, 0x800],
    [4, 0x1000],
    [5, bits === 16 ? 0x1200 : 0x1800],
    [6, 0x400],
    [7, 0xc00],
  ] as const)
    registers[n] = (bits === 16 ? 0 : DATA) + at + (random() % 64);
  if (repeats) registers[1] = random() % 3 ? random() % 20 : random() % 200;
  // Source and destination that overlap, either way round.
  if (repeats && random() % 2) registers[7] = (registers[6] as number) + (random() % 48) - 24;
  if (d.row.name === "ENTER") bytes[d.length - 1] = (bytes[d.length - 1] as number) & 7;
  if (d.row.name === "ENTER") bytes[d.length - 2] = 0;
  // Bit strings reach far: keep the index near.
  if (/^BT[SRC]?$/.test(d.row.name) && d.operands[0]?.kind === "memory" && d.operands[1]?.kind === "register") {
    const n = d.operands[1].number;
    if (n === 3 || n >= 4) return undefined;
    registers[n] = (((registers[n] as number) % 0x1000) - 0x800) >>> 0;
    if (d.operandBits === 16) registers[n] = (registers[n] as number) & 0xffff;
  }
  registers[8] = (random() & FLAG_BITS) | 0x202;
  return { row: d.row, decoded: d, code: Uint8Array.from(bytes.slice(0, d.length)), registers, seed };
}

const made = { seed: -1, bytes: new Uint8Array(DATA_BYTES) };

/** What the data hold before a case with this seed (a linear congruence), to be read only. Cases that share a seed share the work. */
export function filling(seed: number): Uint8Array {
  if (made.seed === seed) return made.bytes;
  const bytes = new Uint8Array(DATA_BYTES);
  let s = seed;
  for (let i = 0; i < DATA_BYTES; i++) {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    bytes[i] = s >>> 24;
  }
  Object.assign(made, { seed, bytes });
  return bytes;
}

/** A harness's answers, one after another: a fixed part of `bytes` bytes, then the data as the instruction left them (data.h). */
export function* results(
  output: Buffer,
  bytes: number,
  cases: readonly { readonly seed: number }[],
): Generator<{ fixed: Buffer; data: Uint8Array }> {
  let at = 0;
  for (const [i, { seed }] of cases.entries()) {
    if (at + bytes + 8 > output.length) throw new Error(`the harness answered ${i} of ${cases.length} cases`);
    const fixed = output.subarray(at, at + bytes);
    const [first, count] = [output.readUInt32LE(at + bytes), output.readUInt32LE(at + bytes + 4)];
    const data = filling(seed).slice();
    data.set(output.subarray(at + bytes + 8, at + bytes + 8 + count), first);
    at += bytes + 8 + count;
    yield { fixed, data };
  }
  if (at !== output.length) throw new Error(`the harness answered ${output.length - at} bytes too many`);
}

/** Flags whose value the row defines, of the six; undefined ones are in brackets. */
export function definedFlags(row: Row): number {
  const bits: Record<string, number> = { CF: 1, PF: 4, AF: 0x10, ZF: 0x40, SF: 0x80, OF: 0x800 };
  let mask = 0x8d5;
  for (const [, name] of row.flags.matchAll(/\[(\w+)\]/g)) mask &= ~(bits[name as string] ?? 0);
  return mask;
}
