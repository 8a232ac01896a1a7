/**
 * What straight-line code of several instructions has to heed, whether it finds its operands in records (sequence.ts) or
 * knows them (translate.ts): paths that meet, and stores over the instructions behind them.
 */
import type { Value } from "../isa/meaning.ts";
import * as w from "../wasm/expression.ts";
import type { FunctionBuilder } from "../wasm/module.ts";
import type { Emitter } from "./emitter.ts";

/** `then` where `condition` holds, else `otherwise`: flags are in memory where the paths part and meet. */
export function whenSettled(x: Emitter, condition: Value, then: () => void, otherwise?: () => void): void {
  const settled = (path: () => void) => () => {
    path();
    x.settle();
  };
  const c = x.let(condition);
  x.settle();
  x.f.if(c, settled(then), otherwise && settled(otherwise));
  x.settle();
}

/**
 * Whether a store of one instruction was not served by the fast TLB. Only such a store may have changed decoded code, so
 * those behind it are then run by their own records: one that was changed leaves, to be decoded again. All others cost
 * a local that stays zero.
 */
export class SlowStores {
  private readonly f: FunctionBuilder;
  private met: Value | undefined;

  constructor(f: FunctionBuilder) {
    this.f = f;
  }

  /** Behind such a store. */
  note(): void {
    this.met ??= this.f.local("i32");
    this.f.assign(this.met, w.i32(1));
  }

  /** Behind the instruction: where it made one and goes on, `goOn` by the next record's own handler. */
  leave(x: Emitter, goOn: () => void): void {
    if (!this.met || x.ended) return;
    this.f.if(this.met, () => {
      x.spill();
      goOn();
    });
  }
}
