/**
 * What happened in a machine, newest last: a ring of bounded length with a running number, so that a reader that comes
 * late learns that it missed some and never makes the machine wait.
 */
import type { Tick } from "../chipset/bus.ts";
import type { MachineEvent } from "./api.ts";

const CAPACITY = 8192;

/** The events of one machine. */
export class EventLog {
  /** Set while known ticks are run again: what happens then is known, too. */
  muted = false;
  /** Number of the next event; the first ever had 0. */
  next = 0;
  #ring: MachineEvent[] = [];

  /** Number of the oldest event that is still held. */
  get first(): number {
    return this.next - this.#ring.length;
  }

  add(event: MachineEvent): void {
    if (this.muted) return;
    this.#ring.push(event);
    this.next++;
    // Dropped by halves: shifting one by one would copy the ring for each event.
    if (this.#ring.length > CAPACITY) this.#ring = this.#ring.slice(CAPACITY / 2);
  }

  /** Events numbered `from` and later, as far as they are held. */
  since(from: number): readonly MachineEvent[] {
    return this.#ring.slice(Math.max(0, from - this.first));
  }

  /** Forgets what happened after `tick`, because the machine went back there. */
  truncate(tick: Tick): void {
    let length = this.#ring.length;
    while (length > 0 && this.#ring[length - 1].tick > tick) length--;
    this.next -= this.#ring.length - length;
    this.#ring.length = length;
  }
}
