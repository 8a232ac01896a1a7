/**
 * One run of a machine until something: driven by slices, so that a worker can answer messages in between. Where a run is
 * cut makes no difference to the guest, nor to where the run stops.
 */
import type { Tick } from "../chipset/bus.ts";
import type { MachineEvent, StopReason, Until } from "./api.ts";
import type { Driven, Job } from "./job.ts";
import { screenText } from "./screentext.ts";

/** Conditions beside those of `Until`, for code that runs beside the machine. */
export interface Condition {
  /** Looked at every `every` ticks of absolute time, or behind each instruction. */
  readonly predicate?: () => boolean;
  readonly every?: number | "instruction";
  /** Whether to stop at `until.address` this time. */
  readonly accepts?: () => boolean;
  /** The reason to give for that stop. */
  readonly ends?: StopReason;
}

/** How often the screen is compared with the text that is awaited: 12,000 times a second of guest time. */
const SCREEN_EVERY = 16384;

export class Run implements Job {
  readonly #machine: Driven;
  readonly #until: Until;
  readonly #condition: Condition;
  readonly #end: Tick;
  readonly #every: number;
  readonly #isSingle: boolean;
  #started = false;

  constructor(machine: Driven, until: Until, condition: Condition = {}) {
    this.#machine = machine;
    this.#until = until;
    this.#condition = condition;
    const budget = until.ticks === undefined ? Number.POSITIVE_INFINITY : machine.tick + Math.floor(until.ticks);
    this.#end = Math.min(budget, Math.floor(until.tick ?? Number.POSITIVE_INFINITY), Number.MAX_SAFE_INTEGER);
    const { predicate, every = 1 } = condition;
    this.#isSingle = predicate !== undefined && every === "instruction";
    const everies = [until.screen === undefined ? 0 : SCREEN_EVERY, predicate && every !== "instruction" ? every : 0];
    this.#every = Math.min(...everies.filter((every) => every > 0), Number.POSITIVE_INFINITY);
    this.arm();
  }

  /** Puts breakpoints and awaited texts where they are met exactly. */
  arm(): void {
    const machine = this.#machine;
    const { serial, event, address } = this.#until;
    const breakpoints = address === undefined ? machine.breakpoints : [...machine.breakpoints, address];
    machine.guest.pc.armBreakpoints(new Set(breakpoints), machine.watchpoints);
    machine.guest.serial[0].awaitText(serial, () =>
      machine.guest.stopSoon({ kind: "until", what: `text on the serial port: ${serial}` }),
    );
    machine.watchBus(event?.kind);
  }

  slice(ticks: number, idleEnd?: Tick): StopReason | "idle" | undefined {
    const machine = this.#machine;
    const end = Math.min(machine.tick + Math.max(1, Math.floor(ticks)), this.#end);
    for (;;) {
      if ((!this.#started || this.#isSingle || machine.tick % this.#every === 0) && this.#holds()) {
        return this.#over({ kind: "until", what: this.#what() });
      }
      const grid = Math.floor(machine.tick / this.#every + 1) * this.#every;
      const reason = machine.guest.advance(Math.min(end, this.#every === Number.POSITIVE_INFINITY ? end : grid), {
        idleEnd,
        checkFirst: this.#started,
        ...(this.#isSingle ? { instructions: machine.instructions + 1 } : {}),
      });
      this.#started = true;
      if (reason === "idle") return reason;
      if (reason !== undefined) {
        if (this.#passes(reason)) {
          this.#started = false;
          continue;
        }
        return this.#over(this.#named(reason));
      }
      if (machine.tick >= this.#end) {
        const atTick = machine.tick === this.#until.tick;
        return this.#over(atTick ? { kind: "until", what: `tick ${machine.tick}` } : { kind: "budget" });
      }
      if (machine.tick >= end) return undefined;
    }
  }

  /** It may stop at an event. */
  get awaitsEvent(): boolean {
    return this.#until.event !== undefined;
  }

  /** An event of the machine, as it happens. */
  saw(event: MachineEvent): void {
    const wanted = this.#until.event;
    if (wanted === undefined || event.kind !== wanted.kind) return;
    if (wanted.vector !== undefined && (!("vector" in event) || event.vector !== wanted.vector)) return;
    if (wanted.port !== undefined && (event.kind !== "port" || event.port !== wanted.port)) return;
    if (wanted.address !== undefined && !touches(event, wanted.address)) return;
    if (event.kind === "line" && (!event.level || (wanted.line !== undefined && event.line !== wanted.line))) return;
    this.#machine.guest.stopSoon({ kind: "until", what: event.kind });
  }

  #holds(): boolean {
    const { screen } = this.#until;
    if (screen !== undefined && screenText(this.#machine.guest.pc.board.vga.textScreen()).includes(screen)) return true;
    return this.#condition.predicate?.() ?? false;
  }

  #what(): string {
    return this.#until.screen === undefined ? "a condition" : `text on the screen: ${this.#until.screen}`;
  }

  /** The one-shot address is met, but not as wanted (a deeper call of the same function, say). */
  #passes(reason: StopReason): boolean {
    if (reason.kind !== "breakpoint" || reason.address !== this.#until.address) return false;
    return !this.#machine.breakpoints.has(reason.address) && this.#condition.accepts?.() === false;
  }

  #named(reason: StopReason): StopReason {
    if (reason.kind !== "breakpoint" || this.#machine.breakpoints.has(reason.address)) return reason;
    return this.#condition.ends ?? { kind: "until", what: `address ${reason.address.toString(16)}` };
  }

  #over(reason: StopReason): StopReason {
    const { guest } = this.#machine;
    guest.serial[0].awaitText(undefined, () => {});
    this.#machine.watchBus(undefined);
    this.#machine.finish(reason);
    return reason;
  }
}

/** Whether an access to memory reaches the byte at `address`. */
function touches(event: MachineEvent, address: number): boolean {
  if (event.kind !== "mmio" && event.kind !== "dma") return false;
  const length = event.kind === "mmio" ? event.size : event.length;
  return address >= event.address && address < event.address + length;
}
