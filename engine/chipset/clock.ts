/**
 * The machine's clock: the present tick, and the timers of every device, fired in one deterministic order.
 *
 * Timers fire by deadline, then by creation. A timer that arms itself for the present or the past while it fires is
 * served a tick later, so no device can hold time still. The processor sets `now` as it executes and calls `advance`
 * when it reaches `nextDeadline`; `deadlineMoved` tells it that a device access brought that forward or put it off.
 */

import { EngineError } from "../wasm/error.ts";
import type { Clock, Device, Tick, Timer } from "./bus.ts";

/** What a snapshot keeps of time: the present, and each timer's deadline (null: not armed) by its name. */
export interface ClockState {
  now: Tick;
  deadlines: { [timer: string]: Tick | null };
}

class ClockTimer implements Timer {
  /** Infinity: not armed. */
  at = Number.POSITIVE_INFINITY;
  readonly name: string;
  readonly fire: (deadline: Tick) => void;
  readonly clock: TickClock;

  constructor(clock: TickClock, name: string, fire: (deadline: Tick) => void) {
    this.clock = clock;
    this.name = name;
    this.fire = fire;
  }

  get deadline(): Tick | undefined {
    return this.at === Number.POSITIVE_INFINITY ? undefined : this.at;
  }

  arm(tick: Tick): void {
    this.clock.move(this, tick);
  }

  cancel(): void {
    this.clock.move(this, Number.POSITIVE_INFINITY);
  }
}

/** Guest time in ticks, with timers; it is itself a part with state, so snapshots hold it like a device. */
export class TickClock implements Clock, Device {
  readonly name = "clock";
  readonly ticksPerSecond: number;
  readonly state: ClockState = { now: 0, deadlines: {} };
  /** Called whenever `nextDeadline` changes, outside `advance`. */
  deadlineMoved: (next: Tick) => void = () => {};
  /** The earliest deadline of any timer, Infinity where none is armed. May lie in the past: it is then overdue. */
  nextDeadline: Tick = Number.POSITIVE_INFINITY;
  #timers: ClockTimer[] = [];
  #firing: ClockTimer | undefined;

  constructor(ticksPerSecond: number) {
    this.ticksPerSecond = ticksPerSecond;
  }

  get now(): Tick {
    return this.state.now;
  }

  /** Moves the present forward without firing anything: the processor reports where it is. */
  set now(tick: Tick) {
    this.state.now = tick;
  }

  timer(name: string, fire: (deadline: Tick) => void): Timer {
    if (name in this.state.deadlines) throw new EngineError("two timers of one name", { name });
    const timer = new ClockTimer(this, name, fire);
    this.#timers.push(timer);
    this.state.deadlines[name] = null;
    return timer;
  }

  /** Fires everything due up to and including `to` in order, each at its own tick, and then is at `to`. */
  advance(to: Tick): void {
    if (to < this.state.now) throw new EngineError("time runs forward", { now: this.state.now, to });
    while (this.nextDeadline <= to) {
      const due = this.#earliest();
      if (due === undefined) break;
      const deadline = due.at;
      if (deadline > this.state.now) this.state.now = deadline;
      this.#firing = due;
      this.move(due, Number.POSITIVE_INFINITY);
      try {
        due.fire(deadline);
      } finally {
        this.#firing = undefined;
      }
    }
    this.state.now = to;
  }

  /** Gives a timer another deadline (its own `arm` and `cancel` come here). */
  move(timer: ClockTimer, at: Tick): void {
    if (Number.isNaN(at)) throw new EngineError("a deadline that is not a tick", { timer: timer.name });
    if (timer === this.#firing && at <= this.state.now) at = this.state.now + 1;
    if (at === timer.at) return;
    const before = this.nextDeadline;
    const wasEarliest = timer.at === before;
    timer.at = at;
    this.state.deadlines[timer.name] = at === Number.POSITIVE_INFINITY ? null : at;
    if (at < before) this.nextDeadline = at;
    else if (wasEarliest) this.nextDeadline = this.#earliest()?.at ?? Number.POSITIVE_INFINITY;
    if (this.nextDeadline !== before && this.#firing === undefined) this.deadlineMoved(this.nextDeadline);
  }

  /** Time itself does not go back at a reset; the devices cancel their own timers. */
  reset(): void {}

  restored(): void {
    for (const name in this.state.deadlines) {
      if (!this.#timers.some((timer) => timer.name === name)) {
        throw new EngineError("a snapshot has a timer that this machine lacks", { name });
      }
    }
    for (const timer of this.#timers) timer.at = this.state.deadlines[timer.name] ?? Number.POSITIVE_INFINITY;
    for (const timer of this.#timers) this.state.deadlines[timer.name] ??= null;
    this.nextDeadline = this.#earliest()?.at ?? Number.POSITIVE_INFINITY;
    this.deadlineMoved(this.nextDeadline);
  }

  #earliest(): ClockTimer | undefined {
    let first: ClockTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.at !== Number.POSITIVE_INFINITY && (first === undefined || timer.at < first.at)) first = timer;
    }
    return first;
  }
}
