/**
 * Flags of straight-line code, kept as what set them and computed where something reads them: for translated blocks and
 * for sequences of the interpreter.
 */
import type { Bits, Flags, FlagValue, Value } from "../isa/meaning.ts";
import * as w from "../wasm/expression.ts";
import type { FunctionBuilder } from "../wasm/module.ts";
import type { Emitter } from "./emitter.ts";
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

/** What set the flags last: nothing of this block, an operation whose operands are still known, or locals. */
type Pending =
  | { readonly kind: "memory" }
  | { readonly kind: "known"; readonly low: Value; readonly high: Value; readonly carry: Value }
  | {
      /** "compare": a subtraction without a borrow, whose operands can be compared. */
      readonly kind: "add" | "sub" | "compare" | "logic";
      readonly bits: Bits;
      readonly a: Value;
      readonly b: Value;
      readonly r: Value;
    };

export class FlagState {
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
            : p.kind === "sub" || p.kind === "compare"
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

  /** Writes the flags to memory, and forgets what is known of them: where paths meet. */
  settle(): void {
    this.store();
    this.pending = { kind: "memory" };
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

/** Flags kept as what set them. Values that are written later are copied first: `let` passes locals of registers. */
export function symbolicFlags(x: Emitter, state: FlagState): Flags {
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
    sub(bits, a, b, r, borrows = false) {
      state.pending = { kind: borrows ? "sub" : "compare", bits, a: hold(a), b: hold(b), r: hold(r) };
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

/** A condition, compared directly where a subtraction set the flags last: not where that took a borrow besides. */
export function symbolicCondition(x: Emitter, state: FlagState, code: number): Value {
  const p = state.pending;
  if (p.kind === "compare" && p.bits >= 32) {
    const direct = [undefined, w.ltu, w.eq, w.leu, undefined, undefined, w.lts, w.les][code >> 1];
    if (direct) {
      const value = direct(p.a, p.b);
      return x.let(code & 1 ? w.eqz(value) : value);
    }
  }
  const words = state.words();
  return x.let(
    conditionFrom(
      code,
      () => words.low,
      () => words.high,
      () => words.carry,
    ),
  );
}
