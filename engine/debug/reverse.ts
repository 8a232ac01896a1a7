/**
 * Back to what a run would have stopped at last: the last breakpoint that was passed, or the last access that a watchpoint
 * watches, of which the moment before its instruction is taken.
 *
 * A stretch before the present is run again with everything armed and what it meets is counted; where there is nothing, a
 * longer one before it. Then the stretch is run once more as far as the last one met: a breakpoint at the first instruction
 * of an interrupt's handler has no tick of its own to go back to.
 */
import type { StopReason } from "../machine/api.ts";
import type { Job } from "../machine/job.ts";
import type { Machine } from "../machine/machine.ts";
import { Travel } from "../machine/travel.ts";

/** Instructions of the first stretch; each one before is so many times as long. */
const FIRST = 20_000;
const GROWTH = 8;

/** One instruction back; `isBegin` where there is none. */
export class StepBack implements Job {
  readonly #machine: Machine;
  readonly #travel: Travel;
  readonly isBegin: boolean;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.isBegin = machine.instructions <= oldest(machine);
    this.#travel = Travel.back(machine, 1);
    machine.undertake(this);
  }

  slice(ticks: number): StopReason | undefined {
    const stop = this.#travel.slice(ticks);
    if (stop === undefined) this.#machine.undertake(this);
    return stop;
  }

  /** Leaves the machine where it is. */
  abandon(): void {
    stay(this.#machine, { kind: "you" });
  }
}

export class RunBack implements Job {
  readonly #machine: Machine;
  /** The present stretch: from and to so many instructions since power-on. */
  #from: number;
  #to: number;
  #length = FIRST;
  #travel: Travel | undefined;
  /** What the stretch has met so far; of that to stop at, when it is known. */
  #met = 0;
  #last: StopReason | undefined;
  #lastAt = 0;
  #wanted = Number.POSITIVE_INFINITY;
  /** A breakpoint at the very next instruction counts. */
  #checks = true;
  isBegin = false;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#to = machine.instructions;
    this.#from = this.#to;
    machine.undertake(this);
    this.#before();
  }

  slice(ticks: number): StopReason | undefined {
    const machine = this.#machine;
    if (this.#travel !== undefined) {
      const stop = this.#travel.slice(ticks);
      machine.undertake(this);
      if (stop === undefined) return undefined;
      this.#travel = undefined;
      if (this.isBegin || this.#wanted === 0) return this.#over(this.#last ?? { kind: "step" });
      this.#begin();
      return undefined;
    }
    return this.#search(machine.tick + Math.max(1, Math.floor(ticks)));
  }

  /** To the beginning of the stretch before the present one. */
  #before(): void {
    this.#to = this.#from;
    this.#from = Math.max(oldest(this.#machine), this.#to - this.#length);
    this.#length *= GROWTH;
    this.isBegin = this.#from >= this.#to;
    this.#goTo(this.#from);
  }

  #goTo(instructions: number): void {
    this.#travel = Travel.back(this.#machine, this.#machine.instructions - instructions);
  }

  #begin(): void {
    const { guest, breakpoints, watchpoints } = this.#machine;
    guest.pc.armBreakpoints(breakpoints, watchpoints);
    guest.events.muted = true;
    this.#met = 0;
    this.#checks = true;
  }

  #search(end: number): StopReason | undefined {
    const machine = this.#machine;
    while (machine.tick < end && machine.instructions < this.#to) {
      const stop = machine.guest.advance(end, { instructions: this.#to, checkFirst: this.#checks });
      this.#checks = true;
      if (stop === undefined || stop === "idle") continue;
      if (stop.kind !== "breakpoint" && stop.kind !== "watchpoint") break;
      this.#met++;
      this.#last = stop;
      this.#lastAt = machine.instructions;
      if (this.#met >= this.#wanted) return this.#over(stop);
      this.#checks = stop.kind !== "breakpoint";
    }
    if (machine.tick >= end && machine.instructions < this.#to) return undefined;
    machine.guest.pc.armBreakpoints(new Set());
    if (this.#last === undefined) this.#before();
    else if (this.#last.kind === "watchpoint") {
      this.#wanted = 0;
      this.#goTo(this.#lastAt - 1);
    } else {
      this.#wanted = this.#met;
      this.#goTo(this.#from);
    }
    return undefined;
  }

  /** Leaves the machine where it is. */
  abandon(): void {
    stay(this.#machine, { kind: "you" });
  }

  #over(stop: StopReason): StopReason {
    stay(this.#machine, stop);
    return stop;
  }
}

/** What happens from here on is told again. */
function stay(machine: Machine, reason: StopReason): void {
  machine.guest.events.muted = false;
  machine.guest.events.truncate(machine.tick);
  machine.finish(reason);
}

function oldest(machine: Machine): number {
  return machine.history?.oldest?.instructions ?? machine.instructions;
}
