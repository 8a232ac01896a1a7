/**
 * The local APIC's timer: one-shot, periodic, and by a deadline of the time-stamp counter.
 *
 *   divide configuration (bits 3, 1, 0):  000 by 2, 001 by 4, 010 by 8, 011 by 16, 100 by 32, 101 by 64, 110 by 128, 111 by 1
 *   LVT bits 18:17:                       00 one-shot, 01 periodic, 10 TSC deadline
 *
 * The count goes on while the LVT entry is masked; a timer of the machine's is only armed where an interrupt would come
 * of it. A new divisor takes effect at once, on the count that is left. Going into or out of deadline mode disarms. A
 * one-shot count that has run out stays at 0 in periodic mode too, until the initial count is written again.
 *
 * The bus clock is 1 GHz, as in QEMU. Source: Intel SDM vol. 3, 11.5.4.
 */

import type { Bus, Timer } from "./bus.ts";
import { Frequency } from "./frequency.ts";

export const APIC_CLOCK_HZ = 1_000_000_000;

/** What a snapshot keeps of the timer. */
export interface ApicTimerState {
  initial: number;
  divide: number;
  /** The count was `count` at this cycle of the bus clock. */
  since: number;
  count: number;
  /** TSC_DEADLINE, 0 where it is not armed. */
  deadlineLow: number;
  deadlineHigh: number;
}

export const APIC_TIMER_RESET: Readonly<ApicTimerState> = {
  initial: 0,
  divide: 0,
  since: 0,
  count: 0,
  deadlineLow: 0,
  deadlineHigh: 0,
};

/** The processor's time-stamp counter. */
export interface TimeStamp {
  /** Its value now. */
  now(): bigint;
  /** How far it goes in a tick. */
  readonly perTick: number;
}

export type TimerMode = "one-shot" | "periodic" | "deadline";

export interface ApicTimerOptions {
  readonly name: string;
  readonly state: ApicTimerState;
  readonly timeStamp: TimeStamp;
  /** From the LVT entry. */
  readonly mode: () => TimerMode;
  readonly masked: () => boolean;
  readonly expired: () => void;
}

/** Deadlines further away are as good as never. */
const FAR = 2n ** 52n;

export class ApicTimer {
  readonly #options: ApicTimerOptions;
  readonly #bus: Pick<Bus, "clock">;
  readonly #frequency: Frequency;
  readonly #timer: Timer;

  constructor(bus: Pick<Bus, "clock">, options: ApicTimerOptions) {
    this.#bus = bus;
    this.#options = options;
    this.#frequency = new Frequency(APIC_CLOCK_HZ, bus.clock.ticksPerSecond);
    this.#timer = bus.clock.timer(options.name, () => this.#fire());
  }

  get #divisor(): number {
    const { divide } = this.#options.state;
    return 1 << (((((divide >> 1) & 4) | (divide & 3)) + 1) & 7);
  }

  #cycles(): number {
    return this.#frequency.cyclesAt(this.#bus.clock.now);
  }

  /** The current-count register. */
  get current(): number {
    const { state } = this.#options;
    const mode = this.#options.mode();
    if (mode === "deadline" || state.initial === 0 || state.count === 0) return 0;
    const elapsed = Math.floor((this.#cycles() - state.since) / this.#divisor);
    if (elapsed < state.count) return state.count - elapsed;
    return mode === "periodic" ? state.initial - ((elapsed - state.count) % state.initial) : 0;
  }

  writeInitial(value: number): void {
    const { state } = this.#options;
    if (this.#options.mode() === "deadline") return;
    state.initial = value;
    state.count = value;
    state.since = this.#cycles();
    this.rearm();
  }

  writeDivide(value: number): void {
    this.#settle();
    this.#options.state.divide = value & 0xb;
    this.rearm();
  }

  get deadline(): bigint {
    const { state } = this.#options;
    return this.#options.mode() === "deadline" ? (BigInt(state.deadlineHigh) << 32n) | BigInt(state.deadlineLow) : 0n;
  }

  writeDeadline(value: bigint): void {
    if (this.#options.mode() !== "deadline") return;
    this.#setDeadline(value);
    this.rearm();
  }

  #setDeadline(value: bigint): void {
    const { state } = this.#options;
    state.deadlineLow = Number(value & 0xffffffffn);
    state.deadlineHigh = Number(value >> 32n);
  }

  /** Around a change of the LVT entry. */
  changeMode(change: () => void): void {
    const before = this.#options.mode();
    this.#settle();
    change();
    const after = this.#options.mode();
    if ((before === "deadline") !== (after === "deadline")) {
      this.#setDeadline(0n);
      Object.assign(this.#options.state, { initial: 0, count: 0 });
    }
    this.rearm();
  }

  /** Makes `count` and `since` those of now. */
  #settle(): void {
    const { state } = this.#options;
    const { current } = this;
    const divisor = this.#divisor;
    // The fraction of a count that has passed is not lost.
    const passed = (this.#cycles() - state.since) % divisor;
    state.count = current;
    state.since = this.#cycles() - passed;
  }

  /** The tick of the next expiry; undefined where none comes. */
  #expiry(): number | undefined {
    const { state, timeStamp } = this.#options;
    const { now } = this.#bus.clock;
    const mode = this.#options.mode();
    if (mode === "deadline") {
      const { deadline } = this;
      if (deadline === 0n) return undefined;
      const left = deadline - timeStamp.now();
      if (left > FAR) return undefined;
      return left <= 0n ? now : now + Math.ceil(Number(left) / timeStamp.perTick);
    }
    if (state.initial === 0 || state.count === 0) return undefined;
    const divisor = this.#divisor;
    const elapsed = Math.floor((this.#cycles() - state.since) / divisor);
    if (elapsed < state.count) return this.#frequency.tickOf(state.since + state.count * divisor);
    if (mode === "one-shot") return undefined;
    const periods = Math.floor((elapsed - state.count) / state.initial) + 1;
    return this.#frequency.tickOf(state.since + (state.count + periods * state.initial) * divisor);
  }

  /** After anything that an expiry depends on has changed. A deadline passes, masked or not. */
  rearm(): void {
    const expiry = this.#options.masked() && this.#options.mode() !== "deadline" ? undefined : this.#expiry();
    if (expiry === undefined) this.#timer.cancel();
    else this.#timer.arm(expiry);
  }

  #fire(): void {
    const { state } = this.#options;
    const mode = this.#options.mode();
    if (mode === "deadline") this.#setDeadline(0n);
    else if (mode === "one-shot") state.count = 0;
    this.#options.expired();
    if (mode === "periodic") this.rearm();
  }
}
