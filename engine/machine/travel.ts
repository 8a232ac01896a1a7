/**
 * To another moment of a machine's known time: back to the checkpoint before it, and forward again with the same inputs.
 */
import type { Tick } from "../chipset/bus.ts";
import { EngineError } from "../wasm/error.ts";
import type { StopReason } from "./api.ts";
import type { Driven, Job } from "./job.ts";

/** A checkpoint is left so many ticks before a destination, where the way there was long: the next step back is short. */
const WAYPOINT = 20_000;
const LONG_WAY = 200_000;

export class Travel implements Job {
  readonly #machine: Driven;
  readonly #tick: Tick;
  readonly #instructions: number;
  readonly #reason: StopReason;

  #hasWaypoint = true;

  private constructor(machine: Driven, tick: Tick, instructions: number, reason: StopReason) {
    this.#machine = machine;
    this.#tick = tick;
    this.#instructions = instructions;
    this.#reason = reason;
    machine.guest.pc.armBreakpoints(new Set());
  }

  /** To the state at `tick`. */
  static toTick(machine: Driven, tick: Tick): Travel {
    const target = Math.max(Math.floor(tick), machine.history?.oldest?.tick ?? machine.tick);
    const reason: StopReason = { kind: "until", what: `tick ${target}` };
    const travel = new Travel(machine, target, Number.POSITIVE_INFINITY, reason);
    if (target < machine.tick || machine.guest.over !== undefined) travel.#restore(target, Number.POSITIVE_INFINITY);
    return travel;
  }

  /** Back by `count` instructions: to the first moment at which so many fewer had been executed. */
  static back(machine: Driven, count: number): Travel {
    const target = Math.max(
      machine.instructions - count,
      machine.history?.oldest?.instructions ?? machine.instructions,
    );
    const travel = new Travel(machine, Number.POSITIVE_INFINITY, target, { kind: "step" });
    if (machine.history !== undefined) travel.#restore(Number.POSITIVE_INFINITY, target);
    return travel;
  }

  #restore(tick: Tick, instructions: number): void {
    const { guest, history } = this.#machine;
    // One with fewer instructions where there is one: at the same count idle time may have passed already.
    const point = history?.before(tick, instructions - 1) ?? history?.before(tick, instructions);
    if (history === undefined || point === undefined) return;
    const fault = guest.assign(point);
    if (fault !== undefined) throw new EngineError("a checkpoint that does not fit its machine", { fault });
    history.rewind(point);
    guest.events.muted = true;
    const way = Math.min(this.#tick - point.tick, this.#instructions - point.instructions);
    this.#hasWaypoint = way < LONG_WAY;
  }

  slice(ticks: number): StopReason | undefined {
    const machine = this.#machine;
    const { guest } = machine;
    if (!this.#hasWaypoint) return this.#toWaypoint(ticks);
    const end = Math.min(machine.tick + Math.floor(ticks), this.#tick);
    const stop = guest.advance(end, { instructions: this.#instructions });
    const arrived = machine.tick >= this.#tick || machine.instructions >= this.#instructions;
    if (stop === undefined && !arrived) return undefined;
    guest.events.muted = false;
    guest.events.truncate(machine.tick);
    const reason = stop === undefined || stop === "idle" ? this.#reason : stop;
    machine.finish(reason);
    return reason;
  }

  #toWaypoint(ticks: number): StopReason | undefined {
    const machine = this.#machine;
    const [tick, instructions] = [this.#tick - WAYPOINT, this.#instructions - WAYPOINT];
    const end = Math.min(machine.tick + Math.floor(ticks), tick);
    const stop = machine.guest.advance(end, { instructions });
    const arrived = machine.tick >= tick || machine.instructions >= instructions;
    if (stop === undefined && !arrived) return undefined;
    this.#hasWaypoint = true;
    if (machine.guest.failure === undefined) machine.keepMoment();
    return undefined;
  }
}
