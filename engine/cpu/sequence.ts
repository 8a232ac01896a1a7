/**
 * Sequences: handlers for several instructions that follow each other in one block, made from their rows as the handlers
 * of single ones are. They find operands in the records as those do, and save the way from record to record and the flags
 * that the next instruction of the sequence overwrites unseen.
 *
 * A store that was not served by the fast TLB may have changed the code of those behind it: they are run by their own
 * records then. An instruction that faults leaves at its own record, with the flags of those before it.
 */
import type { Flags, Value } from "../isa/meaning.ts";
import type { Row } from "../isa/row.ts";
import * as w from "../wasm/expression.ts";
import { FunctionBuilder } from "../wasm/module.ts";
import type { Imports } from "./emitter.ts";
import { FlagState, symbolicCondition, symbolicFlags } from "./flagstate.ts";
import { HANDLER_SIGNATURE, Interpretation, type OperandShape } from "./interpret.ts";
import * as at from "./layout.ts";
import type { Shape } from "./shape.ts";
import { SlowStores, whenSettled } from "./straightline.ts";

/** One instruction as handlers know it. */
export interface Kind {
  readonly row: Row;
  readonly shape: Shape;
  readonly operands: readonly OperandShape[];
}

/** Instructions of one sequence at most. */
export const LONGEST_SEQUENCE = 8;

/** Emits the handler of a sequence, whose records follow each other. */
export function emitSequence(kinds: readonly Kind[], imports: Imports): FunctionBuilder {
  const f = new FunctionBuilder(HANDLER_SIGNATURE);
  const state = new FlagState(f);
  let last: Step | undefined;
  for (const [i, { row, shape, operands }] of kinds.entries()) {
    const record = i === 0 ? f.parameter(1) : f.let(w.add(f.parameter(1), w.i32(i * at.RECORD_BYTES)));
    last = new Step(f, shape, imports, state, record);
    row.does(last, ...last.places(operands));
    last.leaveAfterSlowStore();
  }
  if (last && !last.ended) {
    last.spill();
    last.goOn();
  }
  return f;
}

class Step extends Interpretation {
  override readonly flags: Flags;
  private readonly state: FlagState;
  private readonly at: Value;
  private readonly slow: SlowStores;

  constructor(f: FunctionBuilder, shape: Shape, imports: Imports, state: FlagState, record: Value) {
    super(f, shape, imports);
    this.state = state;
    this.at = record;
    this.slow = new SlowStores(f);
    this.flags = symbolicFlags(this, state);
  }

  override record(): Value {
    return this.at;
  }

  override condition(code: number): Value {
    return symbolicCondition(this, this.state, code);
  }

  override fault(vector?: number): void {
    this.state.store();
    super.fault(vector);
  }

  protected override storedSlowly(): void {
    this.slow.note();
  }

  /** Goes on by the next record's own handler behind a slow store. */
  leaveAfterSlowStore(): void {
    this.slow.leave(this, () => this.goOn());
  }

  override when(condition: Value, then: () => void, otherwise?: () => void): void {
    whenSettled(this, condition, then, otherwise);
  }

  override spill(): void {
    this.state.store();
  }

  override settle(): void {
    this.state.settle();
  }
}
