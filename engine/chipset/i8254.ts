/**
 * Intel 8254 programmable interval timer: three counters, and the control word that programs them.
 *
 *   base+0..2  counter 0..2: the count, low then high byte as its control word said; or latched status, then count
 *   base+3     write only: SC1 SC0 RW1 RW0 M2 M1 M0 BCD; SC = 3 is the read-back command
 *
 * All six modes, both latches and the read-back command are modelled, in `i8254counter.ts`. The counters are not stepped:
 * each is brought up to the present when it is accessed, and where its output is wired, a timer waits for the next edge.
 * Not modelled: the undefined first count between power-on and the first control word; the part starts as the boards'
 * firmware leaves it (counter 0 at 18.2 Hz, counter 1 refreshing memory every 18 cycles, counter 2 gated off).
 *
 * Source: Intel 8254 data sheet, order 231164-005.
 */

import type { Bus, Device, Line, Timer } from "./bus.ts";
import { Frequency } from "./frequency.ts";
import { Counter, type CounterState, newCounter } from "./i8254counter.ts";

/** The PC's timer crystal: 14.31818 MHz / 12. */
export const PIT_HZ = 1_193_182;

/** Wiring of a timer. */
export interface I8254Options {
  readonly name?: string;
  /** First of four ports, 0x40 in a PC. */
  readonly base?: number;
  /** OUT 0 to 2; those left out cost nothing while they run. */
  readonly outputs?: readonly (Line | undefined)[];
}

/** The timer. */
export class I8254 implements Device {
  readonly name: string;
  readonly state: { counters: CounterState[] } = { counters: [newCounter(), newCounter(), newCounter()] };
  readonly #clock: Bus["clock"];
  readonly #crystal: Frequency;
  readonly #outputs: readonly (Line | undefined)[];
  readonly #timers: (Timer | undefined)[];

  constructor(bus: Pick<Bus, "ports" | "clock">, options: I8254Options = {}) {
    const base = options.base ?? 0x40;
    this.name = options.name ?? "i8254";
    this.#clock = bus.clock;
    this.#crystal = new Frequency(PIT_HZ, bus.clock.ticksPerSecond);
    this.#outputs = options.outputs ?? [];
    this.#timers = [0, 1, 2].map((n) =>
      this.#outputs[n] === undefined ? undefined : bus.clock.timer(`${this.name}.${n}`, () => this.#settle(n)),
    );
    bus.ports.claim(this.name, base, 4, {
      read: (port) => (port === base + 3 ? 0xff : this.#read(port - base)),
      write: (port, value) => (port === base + 3 ? this.#control(value) : this.#write(port - base, value)),
    });
    this.reset();
  }

  /** Level of OUT n now. */
  output(n: number): boolean {
    return this.#counter(n).output();
  }

  /** Rising edges of OUT n since the last reset, for what they clock (the refresh request of counter 1). */
  risingEdges(n: number): number {
    return this.#counter(n).state.rises;
  }

  /** Level of GATE n; the gates of counters 0 and 1 are tied high in a PC. */
  setGate(n: number, level: boolean): void {
    this.#counter(n).setGate(level);
    this.#settle(n);
  }

  /** What counter n counts from and how, for a view or a speaker: mode 0 to 5, period in cycles, output frequency. */
  describe(n: number): { mode: number; count: number; freqHz: number; gate: boolean } {
    const counter = this.#counter(n);
    const count = counter.reloadValue();
    return { mode: counter.mode(), count, freqHz: PIT_HZ / count, gate: counter.state.gate };
  }

  reset(): void {
    const cycle = this.#crystal.cyclesAt(this.#clock.now);
    this.state.counters = [newCounter(), newCounter(), newCounter()];
    for (let n = 0; n < 3; n++) {
      const counter = new Counter(this.state.counters[n]);
      counter.state.at = cycle;
      counter.setGate(n !== 2);
      counter.program(n === 1 ? 0x14 : 0x36);
      counter.write(n === 1 ? 18 : 0);
      if (n !== 1) counter.write(0);
      this.#settle(n);
    }
  }

  /** Counter n, brought up to the present. */
  #counter(n: number): Counter {
    const counter = new Counter(this.state.counters[n]);
    counter.advance(this.#crystal.cyclesAt(this.#clock.now));
    return counter;
  }

  /** Drives OUT n and waits for its next change. */
  #settle(n: number): void {
    const timer = this.#timers[n];
    if (timer === undefined) return;
    const counter = this.#counter(n);
    this.#outputs[n]?.set(counter.output());
    const next = counter.nextChange();
    if (next === undefined) timer.cancel();
    else timer.arm(this.#crystal.tickOf(next));
  }

  #read(n: number): number {
    return this.#counter(n).read();
  }

  #write(n: number, value: number): void {
    this.#counter(n).write(value);
    this.#settle(n);
  }

  #control(value: number): void {
    const select = value >> 6;
    if (select < 3) {
      const counter = this.#counter(select);
      if ((value & 0x30) === 0) {
        counter.latchCount();
        return;
      }
      counter.program(value & 0x3f);
      this.#settle(select);
      return;
    }
    // Read-back: bits 5 and 4 are active low, status is latched before it could be changed by anything else.
    for (let n = 0; n < 3; n++) {
      if (!(value & (2 << n))) continue;
      const counter = this.#counter(n);
      if (!(value & 0x20)) counter.latchCount();
      if (!(value & 0x10)) counter.latchStatus();
    }
  }
}
