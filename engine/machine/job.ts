/** What moves a machine on, and what it sees of the machine. */
import type { Tick } from "../chipset/bus.ts";
import type { Watchpoint } from "../cpu/watchpoints.ts";
import type { MachineEvent, StopReason } from "./api.ts";
import type { Guest } from "./guest.ts";
import type { History } from "./history.ts";

/** Something that moves a machine on by slices, and ends. */
export interface Job {
  /** At most `ticks`; undefined: not over. "idle": the machine is halted and `idleEnd` is reached. */
  slice(ticks: number, idleEnd?: Tick): StopReason | "idle" | undefined;
}

/** A machine as a job drives it. */
export interface Driven {
  readonly guest: Guest;
  readonly tick: Tick;
  readonly instructions: number;
  readonly breakpoints: ReadonlySet<number>;
  readonly watchpoints: readonly Watchpoint[];
  readonly history: History | undefined;
  /** Adds the present moment to the history. */
  keepMoment(): void;
  /** The job is over. */
  finish(reason: StopReason): void;
  /** What happens on the buses is told as events of this kind, for the job's sake; any other kind: of none. */
  watchBus(kind: MachineEvent["kind"] | undefined): void;
}
