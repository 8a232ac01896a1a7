/**
 * A crystal: cycles of a fixed frequency counted by machine ticks, without drift.
 *
 * Cycle n begins at the first tick t with t * freqHz >= n * ticksPerSecond. Whole seconds are split off before the
 * multiplication, so every product stays an exact integer below 2^53 (freqHz * ticksPerSecond must).
 */

import { EngineError } from "../wasm/error.ts";
import type { Tick } from "./bus.ts";

/** Converts between ticks and cycles of `freqHz`, exactly. */
export class Frequency {
  readonly freqHz: number;
  readonly ticksPerSecond: number;

  constructor(freqHz: number, ticksPerSecond: number) {
    if (!Number.isSafeInteger(freqHz * ticksPerSecond) || !Number.isInteger(freqHz) || freqHz < 1) {
      throw new EngineError("a frequency must be an integer whose product with ticks a second is exact", {
        freqHz,
        ticksPerSecond,
      });
    }
    this.freqHz = freqHz;
    this.ticksPerSecond = ticksPerSecond;
  }

  /** How many whole cycles have passed at `tick`, counted from tick 0. */
  cyclesAt(tick: Tick): number {
    const seconds = Math.floor(tick / this.ticksPerSecond);
    const rest = tick - seconds * this.ticksPerSecond;
    return seconds * this.freqHz + Math.floor((rest * this.freqHz) / this.ticksPerSecond);
  }

  /** The first tick at which `cycle` cycles have passed. */
  tickOf(cycle: number): Tick {
    const seconds = Math.floor(cycle / this.freqHz);
    const rest = cycle - seconds * this.freqHz;
    return seconds * this.ticksPerSecond + Math.ceil((rest * this.ticksPerSecond) / this.freqHz);
  }
}
