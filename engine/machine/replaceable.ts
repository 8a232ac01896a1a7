/**
 * IRQ 0 and IRQ 8, which the HPET can take over from the 8254 and the MC146818: while it has them, their own parts are cut
 * off. Source: IA-PC HPET specification 1.0a, 2.4.2.
 */
import type { Device, Line } from "../chipset/bus.ts";

export class Replaceable implements Device {
  readonly name = "legacyreplacement";
  /** What the usual parts drive, and whether they are cut off. */
  readonly state = { levels: [false, false], replaced: false };
  readonly #lines: readonly [Line, Line];

  constructor(lines: readonly [Line, Line]) {
    this.#lines = lines;
  }

  /** For the part that usually drives line `n`. */
  usual(n: 0 | 1): Line {
    return {
      set: (level) => {
        this.state.levels[n] = level;
        if (!this.state.replaced) this.#lines[n].set(level);
      },
    };
  }

  /** For the part that replaces it; it drives while it does. */
  replacing(n: 0 | 1): Line {
    return { set: (level) => this.#lines[n].set(level) };
  }

  replace(on: boolean): void {
    const { state } = this;
    if (on === state.replaced) return;
    state.replaced = on;
    for (const n of [0, 1] as const) this.#lines[n].set(!on && (state.levels[n] as boolean));
  }

  /** Both parts drive their lines at their own reset. */
  reset(): void {}
}
