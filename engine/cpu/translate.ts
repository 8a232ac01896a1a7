/**
 * The table's second reading: a block as straight-line code, its operands known. Registers are locals, written back where
 * the code leaves; flags are computed only where something reads them. A translated block is one function of a handler's
 * type that stands in for the handler of the block's first record.
 */
import type { Decoded, Operand } from "../isa/decoded.ts";
import type { Bits, Flags, FlagValue, Place, PlaceBits, Value } from "../isa/meaning.ts";
import { truncate } from "../isa/width.ts";
import { EngineError } from "../wasm/error.ts";
import * as w from "../wasm/expression.ts";
import { FunctionBuilder } from "../wasm/module.ts";
import {
  borrowsOfDifference,
  carriesOfSum,
  carryFrom,
  carryWord,
  comparisonWords,
  conditionFrom,
  Emitter,
  type Imports,
  resultWords,
  type Shape,
  withZero,
} from "./emitter.ts";
import { HANDLER_SIGNATURE, letFlag, segmentPlace } from "./interpret.ts";
import * as at from "./layout.ts";
import { mediaPlace } from "./media.ts";

/** One instruction of a block to translate: decoded, where its record is, and what shapes it. */
export interface Step {
  readonly decoded: Decoded;
  readonly record: number;
  readonly rip: bigint;
  readonly shape: Shape;
}

/** Emits `steps`, which follow each other; where the last does not leave, the block end's record `end` is followed. */
export function emitBlock(steps: readonly Step[], end: number, imports: Imports): FunctionBuilder {
  // The first pass only finds which registers are used and written: they are loaded where every path passes, and each exit
  // writes all of them back, as a loop may reach an early exit after a later write.
  const first = emit(steps, end, imports, { used: new Set(), written: new Set() });
  return emit(steps, end, imports, first.registers).f;
}

interface RegisterUse {
  readonly used: ReadonlySet<number>;
  readonly written: ReadonlySet<number>;
}

function emit(
  steps: readonly Step[],
  end: number,
  imports: Imports,
  use: RegisterUse,
): { f: FunctionBuilder; registers: RegisterUse } {
  const f = new FunctionBuilder(HANDLER_SIGNATURE);
  const registers = new Registers(f, use);
  const flags = new FlagState(f);
  let last: Translation | undefined;
  for (const step of steps) {
    if (last?.ended) throw new EngineError("translate: an instruction behind the end of its block");
    last = new Translation(f, step, imports, registers, flags);
    step.decoded.row.does(last, ...last.places(step.decoded.operands));
  }
  if (last && !last.ended) {
    last.spill();
    last.at = end;
    last.follow(at.R_LINK_NEXT);
  }
  return { f, registers };
}

/** The general registers as i64 locals. */
class Registers {
  readonly locals: Value[];
  readonly used = new Set<number>();
  readonly written: Set<number>;
  private readonly f: FunctionBuilder;

  constructor(f: FunctionBuilder, use: RegisterUse) {
    this.f = f;
    this.written = new Set(use.written);
    this.locals = Array.from({ length: 16 }, () => f.local("i64"));
    for (const n of use.used) f.assign(this.local(n), w.load("i64", 64, f.parameter(0), at.GPR + n * 8));
  }

  local(number: number): Value {
    this.used.add(number);
    return this.locals[number] as Value;
  }

  spill(): void {
    for (const n of this.written) this.f.store(64, this.f.parameter(0), this.local(n), at.GPR + n * 8);
  }
}

/** What set the flags last: nothing of this block, an operation whose operands are still known, or locals. */
type Pending =
  | { readonly kind: "memory" }
  | { readonly kind: "known"; readonly low: Value; readonly high: Value; readonly carry: Value }
  | {
      readonly kind: "add" | "sub" | "logic";
      readonly bits: Bits;
      readonly a: Value;
      readonly b: Value;
      readonly r: Value;
    };

class FlagState {
  pending: Pending = { kind: "memory" };
  private readonly f: FunctionBuilder;

  constructor(f: FunctionBuilder) {
    this.f = f;
  }

  /** RESULT's words and CARRY as expressions that may be used more than once. */
  words(): { low: Value; high: Value; carry: Value } {
    const { f, pending: p } = this;
    const cpu = f.parameter(0);
    switch (p.kind) {
      case "memory":
        return {
          low: f.copy(w.load("i32", 32, cpu, at.RESULT)),
          high: f.copy(w.load("i32", 32, cpu, at.RESULT + 4)),
          carry: f.copy(w.load("i32", 32, cpu, at.CARRY)),
        };
      case "known":
        return p;
      default: {
        const { low, high } = resultWords(p.r, p.bits);
        const carries =
          p.kind === "add"
            ? carriesOfSum(p.a, p.b, p.r)
            : p.kind === "sub"
              ? borrowsOfDifference(p.a, p.b, p.r)
              : undefined;
        return {
          low: f.let(low),
          high: f.let(high),
          carry: carries ? f.let(carryWord(f.let(carries), p.bits)) : w.i32(0),
        };
      }
    }
  }

  /** Writes the flags to memory, without forgetting what is known of them. */
  store(): void {
    if (this.pending.kind === "memory") return;
    const cpu = this.f.parameter(0);
    const { low, high, carry } = this.words();
    this.f.store(32, cpu, low, at.RESULT);
    this.f.store(32, cpu, high, at.RESULT + 4);
    this.f.store(32, cpu, carry, at.CARRY);
  }
}

class Translation extends Emitter {
  readonly flags: Flags;
  readonly instruction: Step;
  /** Address of the record that links are followed from. */
  at: number;
  private readonly registers: Registers;
  private readonly state: FlagState;

  constructor(f: FunctionBuilder, step: Step, imports: Imports, registers: Registers, state: FlagState) {
    super(f, step.shape, imports);
    this.instruction = step;
    this.at = step.record;
    this.registers = registers;
    this.state = state;
    this.flags = symbolicFlags(this, state);
  }

  record(): Value {
    return w.i32(this.at);
  }

  register(number: number, bits: Bits): Place {
    return this.registerPlace(number, bits, 0);
  }

  private registerPlace(number: number, bits: Bits, shift: 0 | 8): Place {
    const { f, registers } = this;
    const get = () => {
      const whole = registers.local(number);
      if (bits === 64) return f.copy(whole);
      return f.copy(truncate(w.shru(w.wrap(whole), w.i32(shift)), bits));
    };
    const set = (value: Value) => {
      const whole = registers.local(number);
      registers.written.add(number);
      if (bits === 64) return f.assign(whole, value);
      if (bits === 32) return f.assign(whole, w.extendU(value));
      const mask = ((1n << BigInt(bits)) - 1n) << BigInt(shift);
      const placed = w.shl(w.extendU(truncate(value, bits)), w.i64(shift));
      f.assign(whole, w.or(w.and(whole, w.i64(~mask)), placed));
    };
    return registerLike(bits, get, set);
  }

  places(operands: readonly Operand[]): Place[] {
    return operands.map((o): Place => {
      switch (o.kind) {
        case "register":
          return this.registerPlace(o.number, o.bits, o.high ? 8 : 0);
        case "xmm":
        case "mmx":
          return mediaPlace(this.f, o.kind, () => this.cpu, o.number * 16, o.bits);
        case "memory":
          return this.memory(
            () => this.effectiveOffset(o),
            () => w.i32(at.SEGMENTS + o.segment * at.SEGMENT_BYTES),
            this.shape.operandAddressing,
            o.bits as PlaceBits,
          );
        case "immediate":
          return constant(o.bits, o.bits === 64 ? w.i64(o.value) : w.i32(Number(BigInt.asIntN(32, o.value))));
        case "segment":
          return segmentPlace(this.cpu, w.i32(o.number * at.SEGMENT_BYTES));
        case "st":
          return constant(8, w.i32(o.number));
        case "target":
          return { ...constant(o.bits, w.i32(0)), isTarget: true };
        default:
          return constant(32, w.i32(0));
      }
    });
  }

  private effectiveOffset(o: Extract<Operand, { kind: "memory" }>): Value {
    const wide = this.addressBits === 64;
    const part = (n: number) => (wide ? this.registers.local(n) : w.wrap(this.registers.local(n)));
    let sum: Value = wide ? w.i64(o.displacement) : w.i32(Number(BigInt.asIntN(32, o.displacement)));
    if (o.index >= 0) sum = w.add(w.shl(part(o.index), wide ? w.i64(o.scale) : w.i32(o.scale)), sum);
    if (o.base >= 0 && o.base < 16) sum = w.add(part(o.base), sum);
    return this.f.copy(truncate(sum, this.addressBits));
  }

  operandSegment(): Value {
    const memory = this.instruction.decoded.operands.find(
      (o) => o.kind === "memory" && !(o.base === 7 && o.segment === 0 && !o.override),
    );
    const prefix = this.instruction.decoded.segmentPrefix;
    const segment = memory?.kind === "memory" ? memory.segment : prefix >= 0 ? prefix : 3;
    return w.i32(at.SEGMENTS + segment * at.SEGMENT_BYTES);
  }

  nextAddress(): Value {
    const next = BigInt.asUintN(this.operandBits, this.instruction.rip + BigInt(this.instruction.decoded.length));
    return this.operandBits === 64 ? w.i64(next) : w.i32(Number(BigInt.asIntN(32, next)));
  }

  condition(code: number): Value {
    const p = this.state.pending;
    if (p.kind === "sub" && p.bits >= 32) {
      const direct = [undefined, w.ltu, w.eq, w.leu, undefined, undefined, w.lts, w.les][code >> 1];
      if (direct) {
        const value = direct(p.a, p.b);
        return this.let(code & 1 ? w.eqz(value) : value);
      }
    }
    const words = this.state.words();
    return this.let(
      conditionFrom(
        code,
        () => words.low,
        () => words.high,
        () => words.carry,
      ),
    );
  }

  fault(vector?: number): void {
    const { f, cpu } = this;
    this.spill();
    // Ticks were charged for the block's first record on; the correction starts from the record that faults.
    f.store(32, cpu, this.ticks, at.LEFT_TICKS);
    f.store(32, cpu, w.i32(this.instruction.record), at.EXIT_RECORD);
    f.store(32, cpu, w.i32(vector === undefined ? at.EXIT_FAULT : at.EXIT_RAISE), at.EXIT);
    if (vector !== undefined) f.store(32, cpu, w.i32(vector), at.SCRATCH);
    f.return();
  }

  when(condition: Value, then: () => void, otherwise?: () => void): void {
    const c = this.let(condition);
    this.settle();
    this.f.if(
      c,
      () => {
        then();
        this.settle();
        this.state.pending = { kind: "memory" };
      },
      otherwise &&
        (() => {
          otherwise();
          this.settle();
          this.state.pending = { kind: "memory" };
        }),
    );
    this.state.pending = { kind: "memory" };
  }

  spill(): void {
    this.registers.spill();
    this.state.store();
  }

  settle(): void {
    this.state.store();
    this.state.pending = { kind: "memory" };
  }
}

function constant(bits: Bits, value: Value): Place {
  const get = () => value;
  return registerLike(bits, get, () => {});
}

function registerLike(bits: Bits, get: () => Value, set: Place["set"]): Place {
  const place: Place = {
    bits,
    isVector: false,
    isMemory: false,
    isTarget: false,
    get,
    getForUpdate: get,
    set,
    offset: () => w.i32(0),
    unaligned: () => place,
  };
  return place;
}

/** Flags kept as what set them. Values that are written later are copied first: `let` passes locals of registers. */
function symbolicFlags(x: Translation, state: FlagState): Flags {
  const hold = (v: Value) => x.let(v);
  const known = (low: Value, high: Value, carry: Value) => {
    state.pending = { kind: "known", low: hold(low), high: hold(high), carry: hold(carry) };
  };
  const carryOf = (carry: FlagValue, overflow: FlagValue, adjust: FlagValue) =>
    carryFrom(() => state.words().carry, letFlag(x, carry), overflow, adjust);
  return {
    add(bits, a, b, r) {
      state.pending = { kind: "add", bits, a: hold(a), b: hold(b), r: hold(r) };
    },
    sub(bits, a, b, r) {
      state.pending = { kind: "sub", bits, a: hold(a), b: hold(b), r: hold(r) };
    },
    logic(bits, r) {
      state.pending = { kind: "logic", bits, a: r, b: r, r: hold(r) };
    },
    result(bits, r, carry, overflow, adjust) {
      const k = hold(carryOf(carry, overflow, adjust));
      const { low, high } = resultWords(r, bits);
      known(low, high, k);
    },
    carryOverflow(carry, overflow) {
      const k = hold(carryOf(carry, overflow, "keep"));
      const { low, high } = state.words();
      known(low, high, k);
    },
    comparison(zero, parity, carry) {
      const { low, high, carries } = comparisonWords(zero, parity, carry);
      known(low, high, carries);
    },
    zero(zero) {
      const now = state.words();
      const next = withZero(now.low, now.high, zero);
      known(next.low, next.high, now.carry);
    },
    carry: () => w.shru(state.words().carry, w.i32(31)),
  };
}
