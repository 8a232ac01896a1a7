/**
 * From bytes to an instruction, by way of the table: legacy prefixes, REX, escape bytes, ModRM, SIB, displacement and
 * immediates. VEX and XOP are not decoded yet. Source: AMD APM vol. 3, 1.1 "Instruction Encoding Overview"; Intel SDM
 * vol. 2, chapter 2.
 */
import type { Decoded, DecodeFault, DecodeMode, MemoryOperand, Operand } from "./decoded.ts";
import { SEGMENT } from "./decoded.ts";
import { type Encoding, isX87, type OperandCode, type OperandSize } from "./encoding.ts";
import type { Row } from "./row.ts";
import { TABLE } from "./table.ts";

interface Candidate {
  readonly row: Row;
  readonly encoding: Encoding;
}

/** Candidates by opcode map (0: one byte, 1: 0F, 2: 0F 38, 3: 0F 3A) × 256 + last byte. */
const candidates: Candidate[][] = [];

function mapOf(opcode: readonly number[]): { map: number; byte: number } {
  const byte = opcode[opcode.length - 1] as number;
  if (opcode[0] !== 0x0f || opcode.length === 1) return { map: 0, byte: opcode[0] as number };
  if (opcode[1] === 0x38 && opcode.length > 2) return { map: 2, byte };
  if (opcode[1] === 0x3a && opcode.length > 2) return { map: 3, byte };
  return { map: 1, byte: opcode[1] as number };
}

for (const row of TABLE) {
  for (const encoding of row.encodings) {
    const { map, byte } = mapOf(encoding.opcode);
    const first = encoding.plus && !isSecondByte(encoding) ? byte & 0xf8 : byte;
    const count = encoding.plus && !isSecondByte(encoding) ? 8 : 1;
    for (let b = first; b < first + count; b++) {
      const list = (candidates[map * 256 + b] ??= []);
      list.push({ row, encoding });
    }
  }
}

/** x87 register forms (`D8 C0+i`), and some of 0F (`0F 01 F8`), have an opcode byte that stands where ModRM would. */
function isSecondByte({ opcode }: Encoding): boolean {
  if (opcode[0] !== 0x0f) return opcode.length === 2;
  return opcode.length === 3 && opcode[1] !== 0x38 && opcode[1] !== 0x3a;
}

const MAX_LENGTH = 15;

class Reader {
  readonly at: (index: number) => number;
  position = 0;
  /** Set where a byte was wanted that could not be had. */
  failed: "fetch" | "too long" | undefined;

  constructor(at: (index: number) => number) {
    this.at = at;
  }

  byte(): number {
    if (this.failed) return 0;
    if (this.position >= MAX_LENGTH) {
      this.failed = "too long";
      return 0;
    }
    const b = this.at(this.position);
    if (b < 0) {
      this.failed = "fetch";
      return 0;
    }
    this.position++;
    return b;
  }

  peek(): number {
    const p = this.position;
    const b = this.byte();
    this.position = p;
    return b;
  }

  /** A little-endian unsigned number of `bytes`. */
  unsigned(bytes: number): bigint {
    let value = 0n;
    for (let i = 0; i < bytes; i++) value |= BigInt(this.byte()) << BigInt(8 * i);
    return value;
  }

  signed(bytes: number): bigint {
    return BigInt.asIntN(8 * bytes, this.unsigned(bytes));
  }
}

interface Prefixes {
  operandSize: boolean;
  addressSize: boolean;
  lock: boolean;
  repeat: 0 | 0xf2 | 0xf3;
  segment: number;
  rex: number;
}

const SEGMENT_PREFIX: Record<number, number> = {
  0x26: SEGMENT.ES,
  0x2e: SEGMENT.CS,
  0x36: SEGMENT.SS,
  0x3e: SEGMENT.DS,
  0x64: SEGMENT.FS,
  0x65: SEGMENT.GS,
};

/** Reads prefixes up to the first opcode byte. In 64-bit mode CS, DS, ES and SS overrides have no effect. */
function readPrefixes(r: Reader, mode: DecodeMode): Prefixes {
  const p: Prefixes = { operandSize: false, addressSize: false, lock: false, repeat: 0, segment: -1, rex: 0 };
  for (;;) {
    const b = r.peek();
    if (r.failed) return p;
    const segment = SEGMENT_PREFIX[b];
    if (segment !== undefined) {
      if (mode.codeBits !== 64 || segment >= SEGMENT.FS) p.segment = segment;
    } else if (b === 0x66) p.operandSize = true;
    else if (b === 0x67) p.addressSize = true;
    else if (b === 0xf0) p.lock = true;
    else if (b === 0xf2 || b === 0xf3) p.repeat = b;
    else if (mode.codeBits === 64 && (b & 0xf0) === 0x40) {
      r.byte();
      p.rex = b;
      const next = r.peek();
      // A REX that is not right before the opcode is ignored.
      if (isPrefix(next)) p.rex = 0;
      else if ((next & 0xf0) !== 0x40) return p;
      continue;
    } else return p;
    r.byte();
  }
}

function isPrefix(b: number): boolean {
  return SEGMENT_PREFIX[b] !== undefined || b === 0x66 || b === 0x67 || b === 0xf0 || b === 0xf2 || b === 0xf3;
}

function readOpcode(r: Reader): number {
  const first = r.byte();
  if (first !== 0x0f) return first;
  const second = r.byte();
  if (second === 0x38) return 2 * 256 + r.byte();
  if (second === 0x3a) return 3 * 256 + r.byte();
  return 256 + second;
}

function operandSizeOf(c: Candidate, p: Prefixes, mode: DecodeMode): OperandSize {
  const a = c.encoding.attributes;
  if (mode.codeBits === 64) {
    if (a.has("f64")) return 64;
    if (p.rex & 8) return 64;
    if (p.operandSize && c.encoding.mandatory !== 0x66) return 16;
    return a.has("d64") ? 64 : 32;
  }
  const flipped = p.operandSize && c.encoding.mandatory !== 0x66;
  return (mode.codeBits === 16) !== flipped ? 16 : 32;
}

/** An encoding with a mandatory prefix goes before one without, NOP before XCHG rAX,rAX (but not XCHG r8,rAX). */
function rank(c: Candidate, p: Prefixes): number {
  return (typeof c.encoding.mandatory === "number" ? 2 : 0) + (c.encoding.plus || p.rex & 1 ? 0 : 1);
}

function addressSizeOf(p: Prefixes, mode: DecodeMode): OperandSize {
  if (mode.codeBits === 64) return p.addressSize ? 32 : 64;
  return (mode.codeBits === 16) !== p.addressSize ? 16 : 32;
}

const CONTROL_REGISTERS: ReadonlySet<number> = new Set([0, 2, 3, 4, 8]);

function fits(c: Candidate, p: Prefixes, modrm: number, mode: DecodeMode): boolean {
  const { encoding, row } = c;
  const a = encoding.attributes;
  if (mode.features && !mode.features.has(row.feature)) return false;
  if (a.has("absent") && (!mode.features || mode.features.has("FPU"))) return false;
  if (a.has("i64") && mode.codeBits === 64) return false;
  if (a.has("o64") && mode.codeBits !== 64) return false;
  if (a.has("mode") && !mode.protectedMode) return false;
  // With REX.B, 90 is an exchange with R8 whatever stands before it.
  if (encoding.mandatory === 0xf3 && encoding.opcode[0] === 0x90 && p.rex & 1) return false;
  if (encoding.mandatory === "NP" && (p.operandSize || p.repeat)) return false;
  // F2 and F3 go before 66: the three choose one column of the opcode map (Intel SDM vol. 2, A.2.1).
  if (encoding.mandatory === 0x66 && (!p.operandSize || p.repeat)) return false;
  if ((encoding.mandatory === 0xf2 || encoding.mandatory === 0xf3) && p.repeat !== encoding.mandatory) return false;
  if (isSecondByte(encoding)) {
    const byte = encoding.opcode[encoding.opcode.length - 1] as number;
    if (encoding.plus ? (modrm & 0xf8) !== byte : modrm !== byte) return false;
  }
  if (encoding.digit !== undefined && ((modrm >> 3) & 7) !== encoding.digit) return false;
  const isRegister = modrm >= 0xc0;
  for (const o of encoding.operands) {
    if (o.place === "M" && isRegister) return false;
    if ((o.place === "U" || o.place === "N") && !isRegister) return false;
    if (o.place === "R" && !isRegister && encoding.modrm && o.place === "R" && !ignoresMod(c)) return false;
    if (o.place === "E" && isRegister && o.width === "t") return false;
    const reg = (modrm >> 3) & 7;
    // There are six segment registers, and CS is only loaded by transfers of control.
    if (o.place === "S" && (reg > 5 || (reg === SEGMENT.CS && o === encoding.operands[0]))) return false;
    if (o.place === "C" && !CONTROL_REGISTERS.has(reg | ((p.rex & 4) << 1))) return false;
    if (o.place === "D" && p.rex & 4) return false;
  }
  const size = operandSizeOf(c, p, mode);
  if (a.has("o16") && size !== 16) return false;
  if (a.has("o32") && size !== 32) return false;
  if (a.has("oq") && size !== 64) return false;
  const addressBits = addressSizeOf(p, mode);
  if (a.has("a16") && addressBits !== 16) return false;
  if (a.has("a32") && addressBits !== 32) return false;
  if (a.has("aq") && addressBits !== 64) return false;
  return true;
}

/** MOV to and from control and debug registers take mod as 3 whatever it says (AMD APM vol. 3, MOV CRn). */
function ignoresMod(c: Candidate): boolean {
  return c.encoding.operands.some((o) => o.place === "C" || o.place === "D");
}

/** Bits of an operand at an operand size; 0 where only the address counts. */
export function bitsOf(code: OperandCode, size: OperandSize): number {
  switch (code.width) {
    case "b":
      return 8;
    case "w":
      return 16;
    case "d":
      return 32;
    case "q":
      return 64;
    case "t":
      return 80;
    case "dq":
      return 128;
    case "fx":
      return 4096;
    case "v":
      return size;
    case "z":
      return size === 16 ? 16 : 32;
    case "y":
      return size === 64 ? 64 : 32;
    case "p":
      return 16 + size;
    case "s":
      return size === 64 ? 80 : 48;
    case "a":
      return 2 * size;
    case "bs":
      return size;
    case "e":
      return size === 16 ? 14 * 8 : 28 * 8;
    case "f":
      return size === 16 ? 94 * 8 : 108 * 8;
    case "none":
      return 0;
  }
}

function readMemory(
  r: Reader,
  p: Prefixes,
  modrm: number,
  bits: number,
  addressBits: OperandSize,
  mode: DecodeMode,
): MemoryOperand {
  const mod = modrm >> 6;
  const rm = modrm & 7;
  let base = -1;
  let index = -1;
  let scale = 0;
  let displacementBytes = mod === 1 ? 1 : 0;
  if (addressBits === 16) {
    base = [3, 3, 5, 5, -1, -1, 5, 3][rm] as number;
    index = [6, 7, 6, 7, 6, 7, -1, -1][rm] as number;
    if (mod === 2) displacementBytes = 2;
    if (mod === 0 && rm === 6) {
      base = -1;
      displacementBytes = 2;
    }
    if (base === -1 && index >= 0) {
      base = index;
      index = -1;
    }
  } else {
    if (mod === 2) displacementBytes = 4;
    if (rm === 4) {
      const sib = r.byte();
      scale = sib >> 6;
      index = ((sib >> 3) & 7) | ((p.rex & 2) << 2);
      if (index === 4) index = -1;
      base = (sib & 7) | ((p.rex & 1) << 3);
      if ((sib & 7) === 5 && mod === 0) {
        base = -1;
        displacementBytes = 4;
      }
    } else if (rm === 5 && mod === 0) {
      base = mode.codeBits === 64 ? 16 : -1;
      displacementBytes = 4;
    } else base = rm | ((p.rex & 1) << 3);
  }
  const displacement = displacementBytes ? r.signed(displacementBytes) : 0n;
  const stackBased = base === 4 || base === 5;
  const segment = p.segment >= 0 ? p.segment : stackBased ? SEGMENT.SS : SEGMENT.DS;
  return {
    kind: "memory",
    bits,
    segment,
    override: p.segment >= 0,
    base,
    index,
    scale,
    displacement,
    displacementBytes,
    addressBits,
  };
}

function register(number: number, bits: number, rex: number): Operand {
  if (bits === 8 && !rex && number >= 4) return { kind: "register", number: number - 4, bits: 8, high: true };
  return { kind: "register", number, bits: bits as 8 };
}

/**
 * Decodes the instruction whose bytes `at(0)`, `at(1)`, … gives (−1: cannot be read).
 * `ip` is its offset in the code segment, from which branch targets and RIP-relative addresses are made.
 */
export function decode(at: (index: number) => number, ip: bigint, mode: DecodeMode): Decoded | DecodeFault {
  const r = new Reader(at);
  const p = readPrefixes(r, mode);
  const opcode = readOpcode(r);
  if (r.failed) return { fault: r.failed, length: r.position };
  const list = candidates[opcode];
  if (!list) return { fault: "invalid", length: r.position };
  const needsModrm = list.some((c) => c.encoding.modrm || isSecondByte(c.encoding));
  const modrm = needsModrm ? r.byte() : 0;
  if (r.failed) return { fault: r.failed, length: r.position };
  let chosen: Candidate | undefined;
  for (const c of list) {
    if (fits(c, p, modrm, mode) && (!chosen || rank(c, p) > rank(chosen, p))) chosen = c;
  }
  if (!chosen) return { fault: "invalid", length: r.position };
  const { row, encoding } = chosen;

  const operandBits = operandSizeOf(chosen, p, mode);
  const addressBits = addressSizeOf(p, mode);
  const usesMemory = encoding.operands.some((o) => "EMWQ".includes(o.place)) && modrm < 0xc0;
  let memory: MemoryOperand | undefined;
  if (encoding.modrm && modrm < 0xc0 && !ignoresMod(chosen)) {
    const code = encoding.operands.find((o) => "EMWQ".includes(o.place));
    memory = readMemory(r, p, modrm, code ? bitsOf(code, operandBits) : 0, addressBits, mode);
  }
  const reg = ((modrm >> 3) & 7) | ((p.rex & 4) << 1);
  const rm = (modrm & 7) | ((p.rex & 1) << 3);
  const operands: Operand[] = [];
  const targets: { slot: number; displacement: bigint }[] = [];
  for (const code of encoding.operands) {
    const bits = bitsOf(code, operandBits);
    switch (code.place) {
      case "E":
      case "M":
        operands.push(memory ?? register(rm, bits, p.rex));
        break;
      case "W":
      case "U":
        operands.push((code.place === "W" && memory) || { kind: "xmm", number: rm, bits: bits as 128 });
        break;
      case "Q":
      case "N":
        operands.push((code.place === "Q" && memory) || { kind: "mmx", number: rm & 7, bits: bits as 64 });
        break;
      case "V":
        operands.push({ kind: "xmm", number: reg, bits: bits as 128 });
        break;
      case "P":
        operands.push({ kind: "mmx", number: reg & 7, bits: bits as 64 });
        break;
      case "R":
        operands.push(register(rm, bits, p.rex));
        break;
      case "G":
        operands.push(register(reg, bits, p.rex));
        break;
      case "S":
        operands.push({ kind: "segment", number: reg & 7 });
        break;
      case "C":
      case "D":
        operands.push({ kind: code.place === "C" ? "control" : "debug", number: reg });
        break;
      case "Z":
        operands.push(register((opcode & 7) | ((p.rex & 1) << 3), bits, p.rex));
        break;
      case "fixed":
        if (code.file === "xmm") operands.push({ kind: "xmm", number: code.number as number, bits: 128 });
        else if (code.file === "segment") operands.push({ kind: "segment", number: code.number as number });
        else operands.push({ kind: "register", number: code.number as number, bits: bits as 8 });
        break;
      case "one":
        operands.push({ kind: "immediate", value: BigInt(code.number as number), bits: 8 });
        break;
      case "ST":
        operands.push({ kind: "st", number: code.number ?? modrm & 7 });
        break;
      case "I": {
        const bytes =
          code.width === "bs" || code.width === "b"
            ? 1
            : code.width === "w"
              ? 2
              : code.width === "z"
                ? operandBits === 16
                  ? 2
                  : 4
                : bits / 8;
        const wide = code.width === "b" ? 8 : code.width === "w" ? 16 : operandBits;
        const value = code.width === "b" || code.width === "w" ? r.unsigned(bytes) : r.signed(bytes);
        operands.push({ kind: "immediate", value: BigInt.asUintN(wide, value), bits: wide as 8 });
        break;
      }
      case "J":
        targets.push({
          slot: operands.length,
          displacement: r.signed(code.width === "b" ? 1 : operandBits === 16 ? 2 : 4),
        });
        operands.push({ kind: "target", address: 0n, bits: operandBits });
        break;
      case "O": {
        const displacement = r.unsigned(addressBits / 8);
        const segment = p.segment >= 0 ? p.segment : SEGMENT.DS;
        operands.push({
          kind: "memory",
          bits,
          segment,
          override: p.segment >= 0,
          base: -1,
          index: -1,
          scale: 0,
          displacement,
          displacementBytes: addressBits / 8,
          addressBits,
        });
        break;
      }
      case "A": {
        const offset = Number(r.unsigned(operandBits === 16 ? 2 : 4));
        operands.push({ kind: "far", offset, selector: Number(r.unsigned(2)), bits: operandBits as 16 | 32 });
        break;
      }
      case "X":
      case "Y": {
        const source = code.place === "X";
        const segment = source ? (p.segment >= 0 ? p.segment : SEGMENT.DS) : SEGMENT.ES;
        operands.push({
          kind: "memory",
          bits,
          segment,
          override: source && p.segment >= 0,
          base: source ? 6 : 7,
          index: -1,
          scale: 0,
          displacement: 0n,
          displacementBytes: 0,
          addressBits,
        });
        break;
      }
    }
  }
  if (r.failed) return { fault: r.failed, length: r.position };
  const length = r.position;
  for (const t of targets) {
    const address = BigInt.asUintN(operandBits, ip + BigInt(length) + t.displacement);
    operands[t.slot] = { kind: "target", address, bits: operandBits };
  }
  operands.forEach((o, i) => {
    if (o.kind === "memory" && o.base === 16)
      operands[i] = { ...o, displacement: BigInt.asUintN(o.addressBits, ip + BigInt(length) + o.displacement) };
  });
  if (p.lock && !(encoding.attributes.has("lock") && usesMemory && operands[0]?.kind === "memory"))
    return { fault: "invalid", length };
  const repeats = encoding.attributes.has("rep") || encoding.attributes.has("repe");
  return {
    row,
    encoding,
    operands,
    length,
    operandBits,
    addressBits,
    codeBits: mode.codeBits,
    ip,
    lock: p.lock,
    repeat: repeats ? p.repeat : 0,
    segmentPrefix: p.segment,
    ...(isX87(encoding) ? { floatOpcode: ((opcode & 7) << 8) | modrm } : {}),
  };
}
