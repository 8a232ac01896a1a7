/**
 * The table's second reading: a block as straight-line code, its operands known. Registers are locals, written back where
 * the code leaves; flags are computed only where something reads them. A translated block is one function of a handler's
 * type that stands in for the handler of the block's first record.
 *
 * Behind a store that was not served by the fast TLB, and so may have changed the block itself, the rest of it is run by
 * its records.
 */
import type { Decoded, Operand } from "../isa/decoded.ts";
import type { Bits, Flags, Place, PlaceBits, Value } from "../isa/meaning.ts";
import { truncate } from "../isa/width.ts";
import { EngineError } from "../wasm/error.ts";
import * as w from "../wasm/expression.ts";
import { FunctionBuilder } from "../wasm/module.ts";
import { Emitter, type Imports, type Shape } from "./emitter.ts";
import { FlagState, symbolicCondition, symbolicFlags } from "./flagstate.ts";
import { HANDLER_SIGNATURE, segmentPlace } from "./interpret.ts";
import * as at from "./layout.ts";
import { mediaPlace } from "./media.ts";
import { SlowStores, whenSettled } from "./straightline.ts";

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
    last.leaveAfterSlowStore();
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

class Translation extends Emitter {
  readonly flags: Flags;
  readonly instruction: Step;
  /** Address of the record that links are followed from. */
  at: number;
  private readonly registers: Registers;
  private readonly state: FlagState;
  private readonly slow: SlowStores;

  constructor(f: FunctionBuilder, step: Step, imports: Imports, registers: Registers, state: FlagState) {
    super(f, step.shape, imports);
    this.instruction = step;
    this.at = step.record;
    this.registers = registers;
    this.state = state;
    this.slow = new SlowStores(f);
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
    return symbolicCondition(this, this.state, code);
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

  protected override storedSlowly(): void {
    this.slow.note();
  }

  /** Goes on by the next record's handler behind a slow store. The last record's link finds what is there by itself. */
  leaveAfterSlowStore(): void {
    this.slow.leave(this, () => {
      const next = w.i32(this.instruction.record + at.RECORD_BYTES);
      this.f.returnCallIndirect(0, w.load("i32", 32, next, at.R_HANDLER), this.cpu, next, this.ticks);
    });
  }

  when(condition: Value, then: () => void, otherwise?: () => void): void {
    whenSettled(this, condition, then, otherwise);
  }

  spill(): void {
    this.registers.spill();
    this.state.store();
  }

  settle(): void {
    this.state.settle();
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
