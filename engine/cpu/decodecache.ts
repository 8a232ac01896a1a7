/**
 * Instructions decoded before, found by their bytes: code that is dropped and comes again is mostly what it was, or differs
 * in an immediate, as what a compiler in the guest writes does. Kept is what decoding came to and the record it made, for
 * one mode; not of instructions that mean something else elsewhere (relative branches, RIP as a base).
 */
import type { Decoded } from "../isa/decoded.ts";
import type { Handler } from "./handlers.ts";
import * as at from "./layout.ts";
import type { Mode } from "./modes.ts";
import { traitsOf } from "./traits.ts";

export interface KnownInstruction {
  readonly decoded: Decoded;
  readonly handler: Handler;
  readonly mode: number;
  /** `traitsOf` it. */
  readonly traits: number;
  readonly bytes: Uint8Array;
  /** Where its immediate begins, which may be any: it reaches to the end, and is used as it stands. `length`: none such. */
  readonly immediateAt: number;
  /** A record of it, but for where it stands in its block and in memory. */
  readonly record: Uint8Array;
}

const SLOTS = 4096;
/** Slots are chosen by as many of the first bytes, fewer where the immediate begins before. */
const HASHED = 3;

export class DecodeCache {
  private readonly memory: Uint8Array;
  private readonly known: (KnownInstruction | undefined)[] = new Array(SLOTS).fill(undefined);

  /** `memory`: linear memory. */
  constructor(memory: Uint8Array) {
    this.memory = memory;
  }

  clear(): void {
    this.known.fill(undefined);
  }

  private slot(host: number, count: number): number {
    const { memory } = this;
    let hash = count;
    for (let i = 0; i < count; i++) hash = (hash * 73 + (memory[host + i] as number)) | 0;
    return (hash ^ (hash >>> 12)) & (SLOTS - 1);
  }

  /** What the bytes at linear-memory address `host` are, where that is known and they end before `end`. */
  find(host: number, end: number, mode: Mode): KnownInstruction | undefined {
    for (let count = HASHED; count > 0; count--) {
      const known = this.known[this.slot(host, count)];
      if (!known || Math.min(HASHED, known.immediateAt) !== count) continue;
      if (this.isStill(known, host, end, mode)) return known;
    }
    return undefined;
  }

  /** The bytes at linear-memory address `host`, which end before `end`, are a known instruction's. */
  isStill(known: KnownInstruction, host: number, end: number, mode: Mode): boolean {
    const { bytes, immediateAt } = known;
    if (known.mode !== mode.id || host + bytes.length > end) return false;
    let i = 0;
    while (i < immediateAt && this.memory[host + i] === bytes[i]) i++;
    return i === immediateAt;
  }

  /** Takes in what the bytes at `host` were decoded to, and the record that was made of it; undefined where it does not. */
  keep(host: number, decoded: Decoded, handler: Handler, mode: Mode, record: number): KnownInstruction | undefined {
    const isFixed = decoded.operands.every(
      (o) => o.kind !== "target" && (o.kind !== "memory" || o.base !== RIP_BASE) && o.kind !== "far",
    );
    if (!isFixed) return undefined;
    const { memory } = this;
    const bytes = memory.slice(host, host + decoded.length);
    // An operation in TypeScript reads its operands from what was decoded.
    const immediateAt = handler.operates ? decoded.length : decoded.length - immediateBytes(decoded, bytes);
    const kept = memory.slice(record, record + at.RECORD_BYTES);
    const known = { decoded, handler, mode: mode.id, traits: traitsOf(decoded), bytes, immediateAt, record: kept };
    this.known[this.slot(host, Math.min(HASHED, immediateAt))] = known;
    return known;
  }

  /** Writes the record of a known instruction, whose bytes are at `host`; its handler and address are the caller's. */
  write(known: KnownInstruction, host: number, record: number): void {
    this.memory.set(known.record, record);
    this.writeImmediate(known, host, record);
  }

  /** Writes the immediate alone. */
  writeImmediate(known: KnownInstruction, host: number, record: number): void {
    const { memory } = this;
    for (let i = known.immediateAt; i < known.bytes.length; i++)
      memory[record + at.R_IMMEDIATE + i - known.immediateAt] = memory[host + i] as number;
  }
}

const RIP_BASE = 16;

/** Bytes of the only immediate where it is as wide as its operand, so that nothing is extended. */
function immediateBytes(d: Decoded, bytes: Uint8Array): number {
  const immediates = d.operands.flatMap((o, i) => (o.kind === "immediate" && isImmediate(d, i) ? [o] : []));
  const [only] = immediates;
  if (!only || immediates.length > 1 || d.operands.at(-1) !== only) return 0;
  const count = only.bits / 8;
  if (count >= d.length || only.bits === 64) return 0;
  let value = 0n;
  for (let i = 1; i <= count; i++) value = (value << 8n) | BigInt(bytes[bytes.length - i] as number);
  return value === only.value ? count : 0;
}

/** It is read from the instruction's end, and not a sign-extended byte. */
function isImmediate(d: Decoded, index: number): boolean {
  const { place, width } = d.encoding.operands[index] ?? {};
  return place === "I" && width !== "bs";
}
