/**
 * The table's first reading: a handler for each row and kind of operands, which finds its operands in the record it is
 * called with and tail-calls the next record's handler.
 *
 *     handler(cpu, record, ticks)      ticks: what is left of the budget after this block
 */
import type { Bits, Flags, Place, PlaceBits, Value } from "../isa/meaning.ts";
import type { Row } from "../isa/row.ts";
import { truncate } from "../isa/width.ts";
import * as w from "../wasm/expression.ts";
import { FunctionBuilder, type Signature } from "../wasm/module.ts";
import { Emitter, type Imports, type Shape } from "./emitter.ts";
import {
  borrowsOfDifference,
  carriesOfSum,
  carryFrom,
  carryWord,
  comparisonWords,
  conditionFrom,
  letFlag,
  resultWords,
  withZero,
} from "./flagarithmetic.ts";
import * as at from "./layout.ts";
import { mediaPlace } from "./media.ts";

export const HANDLER_SIGNATURE: Signature = { parameters: ["i32", "i32", "i32"], results: [] };

/** An operand as a handler knows it: its kind and width; which one, the record says. */
export type OperandShape =
  | { readonly kind: "register"; readonly bits: Bits }
  | { readonly kind: "xmm" | "mmx"; readonly bits: PlaceBits }
  | { readonly kind: "memory"; readonly bits: number; readonly index: boolean }
  | { readonly kind: "immediate"; readonly bits: Bits }
  | { readonly kind: "constant"; readonly bits: Bits; readonly value: number }
  | { readonly kind: "target"; readonly bits: Bits }
  /** A register of the x87's stack: its number. */
  | { readonly kind: "stack" }
  | { readonly kind: "segment" }
  /** A register of another file: only plain TypeScript operations have them. */
  | { readonly kind: "other" };

/**
 * Emits the handler of `row` for operands of these shapes. `ended`: it never goes on to the next record;
 * `operates`: it may call the row's operation in TypeScript.
 */
export function emitHandler(
  row: Row,
  shape: Shape,
  operands: readonly OperandShape[],
  imports: Imports,
): { builder: FunctionBuilder; ended: boolean; operates: boolean } {
  const f = new FunctionBuilder(HANDLER_SIGNATURE);
  const x = new Interpretation(f, shape, imports);
  row.does(x, ...x.places(operands));
  if (!x.ended) x.goOn();
  return { builder: f, ended: x.ended, operates: x.operates };
}

/** Emits what stands at a block's end where no instruction leaves it. */
export function emitBlockEnd(imports: Imports): FunctionBuilder {
  const f = new FunctionBuilder(HANDLER_SIGNATURE);
  // Following a link depends on none of these.
  const shape: Shape = {
    operandBits: 32,
    addressBits: 32,
    stackBits: 32,
    addressing: "flat",
    operandAddressing: "flat",
    repeat: 0,
  };
  new Interpretation(f, shape, imports).follow(at.R_LINK_NEXT);
  return f;
}

/**
 * Emits what stands in for the handler of a new block's first record: it counts down, hands the block to `warm` at zero,
 * and goes on to the handler.
 */
export function emitWarming(imports: Imports): FunctionBuilder {
  const f = new FunctionBuilder(HANDLER_SIGNATURE);
  const [cpu, record, ticks] = [f.parameter(0), f.parameter(1), f.parameter(2)];
  const left = f.let(w.sub(w.load("i32", 8, record, at.R_WARMTH), w.i32(1)));
  f.store(8, record, left, at.R_WARMTH);
  f.if(w.eqz(left), () => {
    f.call(imports.warm, cpu, record, ticks);
    f.returnCallIndirect(0, w.load("i32", 32, record, at.R_HANDLER), cpu, record, ticks);
  });
  f.returnCallIndirect(0, w.load("i32", 16, record, at.R_COLD_HANDLER), cpu, record, ticks);
  return f;
}

/** Emits a guard: it goes on to the record behind it, or leaves where `guard` does not let it pass. */
export function emitGuard(imports: Imports): FunctionBuilder {
  const f = new FunctionBuilder(HANDLER_SIGNATURE);
  const [cpu, record, ticks] = [f.parameter(0), f.parameter(1), f.parameter(2)];
  f.if(w.call(imports.guard, cpu, record, ticks), () => f.return());
  const body = f.let(w.add(record, w.i32(at.RECORD_BYTES)));
  f.returnCallIndirect(0, w.load("i32", 32, body, at.R_HANDLER), cpu, body, ticks);
  return f;
}

/** Emits the handler of dropped records: it leaves, so that they are decoded again, unless the block is still what it was. */
export function emitDropped(imports: Imports): FunctionBuilder {
  const f = new FunctionBuilder(HANDLER_SIGNATURE);
  const [cpu, record, ticks] = [f.parameter(0), f.parameter(1), f.parameter(2)];
  f.if(w.call(imports.renew, cpu, record, ticks), () => {
    f.returnCallIndirect(0, w.load("i32", 32, record, at.R_HANDLER), cpu, record, ticks);
  });
  return leave(f, at.EXIT_REDECODE);
}

/** Emits a handler that leaves at once: for breakpoints, and where the budget ends. */
export function emitLeave(reason: number): FunctionBuilder {
  return leave(new FunctionBuilder(HANDLER_SIGNATURE), reason);
}

function leave(f: FunctionBuilder, reason: number): FunctionBuilder {
  const [cpu, record, ticks] = [f.parameter(0), f.parameter(1), f.parameter(2)];
  f.store(64, cpu, w.load("i64", 64, record, at.R_RIP), at.RIP);
  f.store(32, cpu, w.add(ticks, w.load("i32", 32, record, at.R_LEFT)), at.LEFT_TICKS);
  f.store(32, cpu, w.i32(reason), at.EXIT);
  return f;
}

export class Interpretation extends Emitter {
  readonly flags: Flags = flagsInMemory(this);

  /** The record of the instruction. */
  record(): Value {
    return this.f.parameter(1);
  }

  /** Calls the handler of the record behind this one. */
  goOn(): void {
    const record = this.record();
    const handler = w.load("i32", 32, record, at.RECORD_BYTES + at.R_HANDLER);
    this.f.returnCallIndirect(0, handler, this.cpu, w.add(record, w.i32(at.RECORD_BYTES)), this.ticks);
  }

  places(operands: readonly OperandShape[]): Place[] {
    let registers = 0;
    return operands.map((o): Place => {
      switch (o.kind) {
        case "register": {
          const slot = at.R_REGISTER + registers++;
          let address: Value | undefined;
          const where = () => (address ??= this.let(w.add(this.cpu, w.load("i32", 8, this.record(), slot))));
          return this.registerAt(where, 0, o.bits);
        }
        case "xmm":
        case "mmx": {
          const slot = at.R_REGISTER + registers++;
          let address: Value | undefined;
          const where = () => (address ??= this.let(w.add(this.cpu, w.load("i32", 8, this.record(), slot))));
          return mediaPlace(this.f, o.kind, where, 0, o.bits);
        }
        case "memory":
          return this.memory(
            () => this.effectiveOffset(o.index),
            () => this.operandSegment(),
            this.shape.operandAddressing,
            o.bits as PlaceBits,
          );
        case "immediate":
          return fixed(o.bits, () =>
            this.let(w.load(o.bits === 64 ? "i64" : "i32", o.bits, this.record(), at.R_IMMEDIATE)),
          );
        case "constant":
          return fixed(o.bits, () => w.i32(o.value));
        case "stack": {
          const slot = at.R_REGISTER + registers++;
          return fixed(8, () => this.let(w.load("i32", 8, this.record(), slot)));
        }
        case "segment": {
          const slot = at.R_REGISTER + registers++;
          return segmentPlace(this.cpu, this.let(w.load("i32", 8, this.record(), slot)));
        }
        case "target":
          return { ...fixed(o.bits, () => w.i32(0)), isTarget: true };
        default:
          return fixed(32, () => w.i32(0));
      }
    });
  }

  private registerAt(where: () => Value, offset: number, bits: Bits): Place {
    const get = () => this.f.copy(w.load(bits === 64 ? "i64" : "i32", bits, where(), offset));
    const place: Place = {
      bits,
      isVector: false,
      isMemory: false,
      isTarget: false,
      get,
      getForUpdate: get,
      // A 32-bit result clears the high half, as long mode has it; in the other modes nothing reads that half.
      set: (value) =>
        bits === 32 ? this.f.store(64, where(), w.extendU(value), offset) : this.f.store(bits, where(), value, offset),
      offset: () => w.i32(0),
      unaligned: () => place,
    };
    return place;
  }

  register(number: number, bits: Bits): Place {
    return this.registerAt(() => this.cpu, at.GPR + number * 8, bits);
  }

  private effectiveOffset(hasIndex: boolean): Value {
    const wide = this.addressBits === 64;
    const type = wide ? "i64" : "i32";
    const bits = wide ? 64 : 32;
    const part = (field: number) => w.load(type, bits, w.add(this.cpu, w.load("i32", 8, this.record(), field)));
    let sum = w.add(part(at.R_BASE), w.load(type, bits, this.record(), at.R_DISPLACEMENT));
    if (hasIndex) {
      const scale = w.load(type, 8, this.record(), at.R_SCALE);
      sum = w.add(sum, w.shl(part(at.R_INDEX), scale));
    }
    return truncate(sum, this.addressBits);
  }

  operandSegment(): Value {
    return this.let(w.load("i32", 16, this.record(), at.R_SEGMENT));
  }

  nextAddress(): Value {
    const wide = this.operandBits === 64;
    const type = wide ? "i64" : "i32";
    const sum = w.add(
      w.load(type, wide ? 64 : 32, this.record(), at.R_RIP),
      w.load(type, 8, this.record(), at.R_LENGTH),
    );
    return this.let(truncate(sum, this.operandBits));
  }

  condition(code: number): Value {
    const f = this.f;
    let carry: Value | undefined;
    return conditionFrom(
      code,
      () => w.load("i32", 32, this.cpu, at.RESULT),
      () => w.load("i32", 32, this.cpu, at.RESULT + 4),
      () => (carry ??= f.copy(w.load("i32", 32, this.cpu, at.CARRY))),
    );
  }

  fault(vector?: number): void {
    const f = this.f;
    f.store(32, this.cpu, this.ticks, at.LEFT_TICKS);
    f.store(32, this.cpu, this.record(), at.EXIT_RECORD);
    f.store(32, this.cpu, w.i32(vector === undefined ? at.EXIT_FAULT : at.EXIT_RAISE), at.EXIT);
    if (vector !== undefined) f.store(32, this.cpu, w.i32(vector), at.SCRATCH);
    f.return();
  }

  when(condition: Value, then: () => void, otherwise?: () => void): void {
    this.f.if(condition, then, otherwise);
  }

  spill(): void {}
  settle(): void {}
}

/** A segment register, whose value is its selector: `place` is its offset among them. */
export function segmentPlace(cpu: Value, place: Value): Place {
  const selector = () => w.load("i32", 32, w.add(cpu, place), at.SEGMENTS + at.SEGMENT_SELECTOR);
  return { ...fixed(16, selector), offset: () => place };
}

function fixed(bits: Bits, value: () => Value): Place {
  let once: Value | undefined;
  const get = () => (once ??= value());
  const place: Place = {
    bits,
    isVector: false,
    isMemory: false,
    isTarget: false,
    get,
    getForUpdate: get,
    set() {},
    offset: () => w.i32(0),
    unaligned: () => place,
  };
  return place;
}

/** Flags stored as each row leaves them. */
function flagsInMemory(x: Emitter): Flags {
  const { f, cpu } = x;
  const storeResult = (r: Value, bits: Bits) => {
    if (bits === 64) {
      const { low, high } = resultWords(r, bits);
      f.store(32, cpu, low, at.RESULT);
      f.store(32, cpu, high, at.RESULT + 4);
    } else f.store(64, cpu, w.extendS(resultWords(r, bits).low), at.RESULT);
  };
  const storeCarry = (k: Value) => f.store(32, cpu, k, at.CARRY);
  const old = () => f.copy(w.load("i32", 32, cpu, at.CARRY));
  return {
    add(bits, a, b, r) {
      storeResult(r, bits);
      storeCarry(carryWord(x.let(carriesOfSum(a, b, r)), bits));
    },
    sub(bits, a, b, r) {
      storeResult(r, bits);
      storeCarry(carryWord(x.let(borrowsOfDifference(a, b, r)), bits));
    },
    logic(bits, r) {
      storeResult(r, bits);
      storeCarry(w.i32(0));
    },
    result(bits, r, carry, overflow, adjust) {
      storeCarry(carryFrom(old, letFlag(x, carry), overflow, adjust));
      storeResult(r, bits);
    },
    carryOverflow(carry, overflow) {
      storeCarry(carryFrom(old, letFlag(x, carry), overflow, "keep"));
    },
    comparison(zero, parity, carry) {
      const { low, high, carries } = comparisonWords(zero, parity, carry);
      f.store(32, cpu, low, at.RESULT);
      f.store(32, cpu, high, at.RESULT + 4);
      storeCarry(carries);
    },
    zero(zero) {
      const now = {
        low: f.copy(w.load("i32", 32, cpu, at.RESULT)),
        high: f.copy(w.load("i32", 32, cpu, at.RESULT + 4)),
      };
      const next = withZero(now.low, now.high, zero);
      f.store(32, cpu, next.low, at.RESULT);
      f.store(32, cpu, next.high, at.RESULT + 4);
    },
    carry: () => w.shru(old(), w.i32(31)),
  };
}
