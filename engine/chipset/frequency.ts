/**
 * A crystal: cycles of a fixed frequency counted by machine ticks, without drift.
 *
 * Cycle n begins at the first tick t with t * freqHz >= n * ticksPerSecond. Whole seconds are split off before the
 * multiplication and the two frequencies are divided by what they have in common, so every product stays an exact
 * integer: freqHz * ticksPerSecond / gcd must be below 2^53.
 */

import { EngineError } from "../wasm/error.ts";
import type { Tick } from "./bus.ts";

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** Converts between ticks and cycles of `freqHz`, exactly. */
export class Frequency {
  readonly freqHz: number;
  readonly ticksPerSecond: number;
  /** Cycles in so many ticks, in lowest terms. */
  readonly #cycles: number;
  readonly #ticks: number;

  constructor(freqHz: number, ticksPerSecond: number) {
    const common = gcd(freqHz, ticksPerSecond);
    if (!Number.isInteger(freqHz) || freqHz < 1 || !Number.isSafeInteger((freqHz / common) * ticksPerSecond)) {
      throw new EngineError("a frequency that ticks cannot count exactly", { freqHz, ticksPerSecond });
    }
    this.freqHz = freqHz;
    this.ticksPerSecond = ticksPerSecond;
    this.#cycles = freqHz / common;
    this.#ticks = ticksPerSecond / common;
  }

  /** How many whole cycles have passed at `tick`, counted from tick 0. */
  cyclesAt(tick: Tick): number {
    const seconds = Math.floor(tick / this.ticksPerSecond);
    const rest = tick - seconds * this.ticksPerSecond;
    return seconds * this.freqHz + Math.floor((rest * this.#cycles) / this.#ticks);
  }

  /** The first tick at which `cycle` cycles have passed. */
  tickOf(cycle: number): Tick {
    const seconds = Math.floor(cycle / this.freqHz);
    const rest = cycle - seconds * this.freqHz;
    return seconds * this.ticksPerSecond + Math.ceil((rest * this.#ticks) / this.#cycles);
  }
}
