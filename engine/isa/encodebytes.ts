/** The bytes of an encoding with its operands. Source: AMD APM vol. 3, 1.1 "Instruction Encoding Overview". */
import { bitsOf } from "./decode.ts";
import { SEGMENT } from "./decoded.ts";
import type { Amount, EncodeContext, Encoded, EncodeOperand, MemorySource } from "./encodable.ts";
import { addressOf, dependsOnSize, immediateFits, inRange } from "./encodefit.ts";
import type { Encoding, OperandCode, OperandSize } from "./encoding.ts";
import type { RegisterOperand } from "./registers.ts";
import type { Row } from "./row.ts";

const PAIRS: readonly (readonly [number, number])[] = [
  [3, 6],
  [3, 7],
  [5, 6],
  [5, 7],
  [6, -1],
  [7, -1],
  [5, -1],
  [3, -1],
];

/** Builds bytes; undefined where the operands cannot be coded (AH with REX, a base that 16-bit addresses lack). */
export function build<R>(
  row: Row,
  e: Encoding,
  lined: readonly (EncodeOperand<R> | undefined)[],
  written: readonly EncodeOperand<R>[],
  size: OperandSize,
  context: EncodeContext,
  cut: boolean,
): Encoded<R> | undefined {
  const { codeBits } = context;
  const tail: number[] = [];
  const fixups: {
    at: number;
    bytes: 1 | 2 | 4 | 8;
    amount: Amount<R>;
    relative: boolean;
    extendedTo: 0 | 16 | 32 | 64;
  }[] = [];
  let rex = 0;
  let rexNeeded = false;
  let rexForbidden = false;
  let modrm = (e.digit ?? 0) << 3;
  let plus = 0;
  let addressBits: number = context.addressBits ?? codeBits;
  let segment = context.segment ?? -1;
  let memory: MemorySource<R> | undefined;
  let memoryBits = 0;
  let truncated: bigint | undefined;

  const number = (o: RegisterOperand): number => {
    if (o.kind === "register" && o.bits === 8) {
      if (o.high) {
        rexForbidden = true;
        return o.number + 4;
      }
      if (o.number >= 4 && o.number < 8) rexNeeded = true;
    }
    return o.number;
  };
  const put = (amount: Amount<R>, bytes: 1 | 2 | 4 | 8, relative = false, extendedTo: 0 | 16 | 32 | 64 = 0) => {
    if (amount.value === undefined || relative) fixups.push({ at: tail.length, bytes, amount, relative, extendedTo });
    let v = BigInt.asUintN(8 * bytes, amount.value !== undefined && !relative ? amount.value : 0n);
    for (let i = 0; i < bytes; i++) {
      tail.push(Number(v & 0xffn));
      v >>= 8n;
    }
  };

  const implicit = e.operands.find((c, i) => (c.place === "X" || c.place === "Y") && lined[i]);
  const rm = lined.find(
    (o, i): o is MemorySource<R> => o?.kind === "memory" && "EMOWQ".includes((e.operands[i] as OperandCode).place),
  );
  if (rm) memory = rm;
  for (const o of lined)
    if (o?.kind === "memory" && o.addressBits) {
      if (context.addressBits && o.addressBits !== context.addressBits && o.base + o.index > -2) return undefined;
      addressBits = o.addressBits;
    }
  const table = row.name === "XLAT" ? written[0] : undefined;
  if (table?.kind === "memory") {
    addressBits = table.addressBits || codeBits;
    if (table.segment >= 0 && table.segment !== SEGMENT.DS) segment = table.segment;
  }
  addressBits = addressOf(e) ?? addressBits;
  if (codeBits === 64 ? addressBits === 16 : addressBits === 64) return undefined;

  // Where prefixes do not matter, 66 is not written.
  const nominal = codeBits === 64 ? (e.attributes.has("d64") || e.attributes.has("f64") ? 64 : 32) : codeBits;
  const operandPrefix = dependsOnSize(e) && size !== nominal && size !== 64;
  // A segment register is zero-extended anyway, so 32 bits do for 64.
  const isSelector = row.name === "STR" || row.name === "SLDT" || (row.name === "MOV" && e.operands[1]?.place === "S");
  if (size === 64 && nominal !== 64 && dependsOnSize(e) && !isSelector && !isShort(row)) rex |= 8;

  for (let i = 0; i < e.operands.length; i++) {
    const code = e.operands[i] as OperandCode;
    const o = lined[i];
    if ((code.place === "X" || code.place === "Y") && o?.kind === "memory") {
      memoryBits = bitsOf(code, size);
      if (code.place === "X" && o.segment >= 0 && o.segment !== SEGMENT.DS) segment = o.segment;
    }
    if (o === undefined) continue;
    if ("ERMWUQN".includes(code.place)) {
      if (o.kind === "memory") memoryBits = bitsOf(code, size);
      else if ("number" in o) {
        const n = number(o);
        modrm |= 0xc0 | (n & 7);
        if (n >= 8 && !(o.kind === "register" && o.high)) rex |= 1;
      }
    } else if ("GSCDVP".includes(code.place)) {
      if (!("number" in o)) continue;
      const n = number(o);
      modrm |= (n & 7) << 3;
      if (n >= 8) rex |= 4;
    } else if (code.place === "Z" && o.kind === "register") {
      const n = number(o);
      plus = n & 7;
      if (n >= 8) rex |= 1;
    } else if (code.place === "ST" && o.kind === "st" && code.number === undefined) plus = o.number;
  }

  if (memory) {
    const m = memory;
    const isOffset = e.operands.some((c) => c.place === "O");
    const stackBased = m.base === 4 || m.base === 5;
    const usual = stackBased ? SEGMENT.SS : SEGMENT.DS;
    if (m.segment >= 0 && m.segment !== usual) segment = m.segment;
    if (isOffset) {
      memoryBits = bitsOf(e.operands.find((c) => c.place === "O") as OperandCode, size);
      put(m.displacement, (addressBits / 8) as 2);
    } else {
      const coded = codeMemory(m, addressBits, codeBits);
      if (!coded) return undefined;
      modrm |= coded.modrm;
      rex |= coded.rex;
      if (coded.sib >= 0) tail.push(coded.sib);
      if (coded.displacementBytes) {
        // A number beside RIP is the displacement itself; only a place is taken relative.
        const isRelative = m.base === 16 && m.displacement.value === undefined;
        put(m.displacement, coded.displacementBytes, isRelative, addressBits === 64 ? 64 : 0);
        // A constant that is cut to 16 bits.
        if (m.displacement.value !== undefined && coded.displacementBytes === 2 && !inRange(m.displacement.value, 16))
          truncated = m.displacement.value;
      }
    }
  }
  for (let i = 0; i < e.operands.length; i++) {
    const code = e.operands[i] as OperandCode;
    const o = lined[i];
    if (code.place === "I" && o?.kind === "immediate") {
      const bytes =
        code.width === "b" || code.width === "bs"
          ? 1
          : code.width === "w"
            ? 2
            : code.width === "z"
              ? size === 16
                ? 2
                : 4
              : size / 8;
      if (cut && immediateFits(code, o.amount.value, size) === 2) truncated = o.amount.value;
      put(o.amount, bytes as 1, false, code.width === "bs" || (code.width === "z" && size === 64) ? size : 0);
    } else if (code.place === "J" && o?.kind === "target")
      put(o.amount, code.width === "b" ? 1 : size === 16 ? 2 : 4, true, size);
    else if (code.place === "A" && o?.kind === "far") {
      put(o.offset, size === 16 ? 2 : 4);
      put(o.selector, 2);
    }
  }

  if (row.name === "XCHG" && e.plus && plus === 0 && !(rex & 1) && codeBits === 64) {
    // 90 is NOP: exchanging EAX with itself would clear the upper half of RAX, RAX with itself does nothing.
    if (size === 32) return undefined;
    rex &= ~8;
  }

  const head: number[] = [];
  if (segment >= 0) head.push([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65][segment] as number);
  if (addressBits !== codeBits && (memory || implicit || addressOf(e) || context.addressBits || table)) head.push(0x67);
  if (operandPrefix) head.push(0x66);
  if (e.mandatory === 0x66) head.push(0x66);
  if (context.repeat) head.push(context.repeat);
  if (context.lock) head.push(0xf0);
  if (e.mandatory === 0xf2 || e.mandatory === 0xf3) head.push(e.mandatory);
  if (rex || rexNeeded) {
    if (rexForbidden || codeBits !== 64) return undefined;
    head.push(0x40 | rex);
  }
  const opcode = [...e.opcode];
  if (e.plus) opcode[opcode.length - 1] = (opcode[opcode.length - 1] as number) + plus;
  head.push(...opcode);
  if (e.modrm) head.push(modrm);
  const start = head.length;
  return {
    row,
    encoding: e,
    bytes: [...head, ...tail],
    operandBits: size,
    memoryBits,
    truncated,
    fixups: fixups.map((f) => ({
      at: f.at + start,
      bytes: f.bytes,
      reference: f.amount.reference,
      value: f.amount.value,
      relative: f.relative,
      extendedTo: f.extendedTo,
    })),
  };
}

/** Instructions that zero-extend a few bits to a general register, or read a few of one, need no REX.W for a whole one. */
export function isShort(row: Row): boolean {
  return /^(P(INS|EXT)R[BW]|EXTRACTPS|MOVMSKP[SD]|PMOVMSKB)$/.test(row.name);
}

interface CodedMemory {
  readonly modrm: number;
  readonly sib: number;
  readonly rex: number;
  readonly displacementBytes: 0 | 1 | 2 | 4;
}

/** ModRM, SIB and the size of the displacement of a memory operand; undefined where the registers have no coding. */
function codeMemory<R>(m: MemorySource<R>, addressBits: number, codeBits: number): CodedMemory | undefined {
  const value = m.displacement.value;
  const near = value === undefined ? undefined : BigInt.asIntN(addressBits, value);
  const isSmall = near !== undefined && near >= -128n && near <= 127n;
  if (addressBits === 16) {
    if (m.base < 0 && m.index < 0) return { modrm: 6, sib: -1, rex: 0, displacementBytes: 2 };
    if (m.scale !== 0) return undefined;
    const [a, b] = m.base >= 0 ? [m.base, m.index] : [m.index, -1];
    const rm = PAIRS.findIndex(
      ([base, index]) => (base === a && index === b) || (index >= 0 && base === b && index === a),
    );
    if (rm < 0) return undefined;
    const bytes = near === 0n && rm !== 6 ? 0 : isSmall ? 1 : 2;
    return { modrm: (bytes << 6) | rm, sib: -1, rex: 0, displacementBytes: bytes };
  }
  if (m.index === 4) return undefined;
  const rex = (m.base >= 8 && m.base < 16 ? 1 : 0) | (m.index >= 8 ? 2 : 0);
  const index = m.index < 0 ? 4 : m.index & 7;
  if (m.base === 16) return { modrm: 5, sib: -1, rex, displacementBytes: 4 };
  if (m.base < 0) {
    if (m.index < 0 && codeBits !== 64) return { modrm: 5, sib: -1, rex, displacementBytes: 4 };
    return { modrm: 4, sib: (m.scale << 6) | (index << 3) | 5, rex, displacementBytes: 4 };
  }
  const base = m.base & 7;
  const bytes = near === 0n && base !== 5 ? 0 : isSmall ? 1 : 4;
  const mod = bytes === 0 ? 0 : bytes === 1 ? 0x40 : 0x80;
  if (m.index >= 0 || base === 4)
    return { modrm: mod | 4, sib: (m.scale << 6) | (index << 3) | base, rex, displacementBytes: bytes };
  return { modrm: mod | base, sib: -1, rex, displacementBytes: bytes };
}
