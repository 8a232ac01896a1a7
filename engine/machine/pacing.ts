/**
 * How fast guest time may pass in real time. The guest never learns of it: pacing chooses how long a slice is, and how
 * far a halted machine may skip.
 */
import type { Tick } from "../chipset/bus.ts";
import type { Speed } from "./api.ts";

/** Real time that a machine which fell behind catches up with, in milliseconds. */
const MAX_LAG = 100;
/** So much ahead of real time may a machine be woken: timers of pages are coarse. */
const EARLY = 1;

export class Pacer {
  readonly #ticksPerSecond: number;
  #speed: Speed = "full";
  #anchorMs = 0;
  #anchorTick: Tick = 0;
  /** Instructions at the anchor, for speeds in instructions a second. */
  #anchorCount = 0;

  constructor(ticksPerSecond: number) {
    this.#ticksPerSecond = ticksPerSecond;
  }

  set speed(speed: Speed) {
    this.#speed = speed;
  }

  /** From now on this moment of the guest is this moment of real time. */
  anchor(nowMs: number, tick: Tick, count: number): void {
    this.#anchorMs = nowMs;
    this.#anchorTick = tick;
    this.#anchorCount = count;
  }

  /**
   * How far it may go now: `ticks` of a slice (0: not yet), and the tick up to which idle time may be skipped.
   * `count` is the machine's count of instructions.
   */
  allowance(nowMs: number, tick: Tick, count: number): { ticks: number; idleEnd: Tick } {
    const perMs = this.#ticksPerSecond / 1000;
    const lag = this.#anchorTick + (nowMs - this.#anchorMs) * perMs - tick;
    if (lag > MAX_LAG * perMs) this.#anchorTick -= lag - MAX_LAG * perMs;
    const due = this.#anchorTick + (nowMs - this.#anchorMs + EARLY) * perMs;
    const idleEnd = Math.max(tick, Math.floor(due));
    if (this.#speed === "full") return { ticks: Number.POSITIVE_INFINITY, idleEnd };
    if (this.#speed === "real") return { ticks: idleEnd - tick, idleEnd };
    const owed = Math.floor(((nowMs - this.#anchorMs) * this.#speed) / 1000) - (count - this.#anchorCount);
    if (owed > this.#speed) this.#anchorCount += owed - Math.ceil(this.#speed);
    return { ticks: Math.max(0, owed), idleEnd };
  }
}
