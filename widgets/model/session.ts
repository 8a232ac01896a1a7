// What a reader does with a machine: steps and runs, ways through its past, changes, breakpoints. Each wakes the machine,
// then acts, one action after another, and says where it stopped.
import type {
  MachineConfiguration,
  MachineHandle,
  MachineStatus,
  RegisterFile,
  Snapshot,
  Speed,
  Until,
} from "../../engine/index.ts";
import { eventBeside } from "./event-log.ts";
import { findLastChange } from "./last-change.ts";
import { grouped } from "./number.ts";
import { ObservedMachine } from "./observed.ts";
import { say } from "./speech.ts";
import { reached } from "./until.ts";
import { reasonText, stopSpeech } from "./words.ts";

/** A second of the machine's time: how far ahead a place is looked for before the past is. */
const soon = 200_000_000;

/** Runs for `ticks` at most; whether that ends at the place, or where the reader stopped it. */
async function comesTo(machine: MachineHandle, until: Until, ticks: number): Promise<boolean> {
  if (ticks === 0) return false;
  await machine.run({ ...until, ticks: Math.min(ticks, until.ticks ?? ticks) });
  const { reason } = machine.status;
  return reason.kind === "you" || reason.kind === "breakpoint" || reached(until, machine.status);
}

export class MachineSession extends ObservedMachine {
  /** The guest was reset since power-on: its clock went on, and counts from power-on mean something else now. */
  wasReset = false;
  private chain: Promise<unknown> = Promise.resolve();
  /** The action under way is a run. */
  private running = false;

  /** `running`: a run, which the next action ends; a way through the past goes on to its end. */
  private act(
    verb: string,
    action: (machine: MachineHandle) => Promise<unknown>,
    { running = false } = {},
  ): Promise<void> {
    if (this.active && (this.acting === 0 || this.running)) void this.pause();
    this.acting++;
    const next = this.chain.then(async () => {
      await this.wake();
      const { handle } = this;
      if (!handle || this.failure) return;
      const before = this.registers;
      const beforeTick = handle.status.tick;
      this.running = running;
      try {
        await action(handle);
        this.furthest = Math.max(this.furthest, handle.status.tick);
        if (!this.active) {
          this.readVersion = handle.status.version;
          this.registers = await handle.registers();
          if (handle.status.tick !== beforeTick) this.before = before;
          this.start ??= this.registers;
          this.noteStop();
          if (verb) say(this.id, this.describeStop(verb, before));
        }
      } catch (error) {
        await this.failed(handle, error);
      }
      this.running = false;
    });
    this.chain = next.finally(() => {
      this.acting--;
      this.changed();
    });
    return this.chain as Promise<void>;
  }

  /** The engine may have been started again under an action: then the machine is there, and only the action is lost. */
  private async failed(handle: MachineHandle, error: unknown): Promise<void> {
    const message = error instanceof Error ? error.message : String(error);
    try {
      this.registers = await handle.registers();
      this.notice ||= message;
    } catch {
      this.failure = message;
      say(this.id, "The emulator failed. Your work is safe.");
    }
  }

  private describeStop(verb: string, before: RegisterFile | undefined): string {
    const status = this.status!;
    const reason = reasonText(status);
    if (status.state === "faulted") return `Triple fault at instruction ${grouped(status.tick)}: ${reason}.`;
    if (status.state === "halted") return `Halted at ${grouped(status.tick)}: ${reason}.`;
    if (status.reason.kind === "breakpoint")
      return stopSpeech("Stopped at a breakpoint,", status, before, this.registers);
    return stopSpeech(verb, status, before, this.registers);
  }

  step(count = 1): Promise<void> {
    return this.act("Stepped to", (machine) => machine.step(count));
  }
  over(): Promise<void> {
    return this.act("Stepped over to", (machine) => machine.stepOver(), { running: true });
  }
  out(): Promise<void> {
    return this.act("Returned to", (machine) => machine.stepOut(), { running: true });
  }
  back(count = 1): Promise<void> {
    return this.act("Back at", (machine) => machine.stepBack(count));
  }
  goTo(tick: number): Promise<void> {
    return this.act("Now at", (machine) => machine.goTo(Math.max(0, tick)));
  }
  returnToNow(): Promise<void> {
    return this.goTo(this.furthest);
  }
  /** Runs until a stop; the promise resolves there. */
  run(until?: Until): Promise<void> {
    return this.act("Paused at", (machine) => machine.run(until), { running: true });
  }
  /** Runs to a place; where the run has already passed it, from `from` (default: power-on) on again. */
  runTo(until: Until, from?: number): Promise<void> {
    return this.act("Now at", (machine) => this.travelTo(machine, until, from), { running: true });
  }

  private async travelTo(machine: MachineHandle, until: Until, from: number | undefined): Promise<void> {
    if (until.tick !== undefined) {
      await (until.tick <= this.furthest ? machine.goTo(until.tick) : machine.run(until));
      return;
    }
    if (until.address !== undefined && machine.status.address === until.address && from === undefined) return;
    if (from !== undefined) {
      await machine.goTo(from);
      await machine.run(until);
      return;
    }
    const here = machine.status.tick;
    if (await comesTo(machine, until, soon)) return;
    // It has passed the place, perhaps. A program at its end may run round and round, so this is asked before long.
    const there = machine.status.tick;
    await machine.goTo(0);
    if (await comesTo(machine, until, here)) return;
    await machine.goTo(there);
    await machine.run(until);
  }

  reset(): Promise<void> {
    return this.act("Reset. At", async (machine) => {
      await this.keepForUndo("The machine was reset.", machine);
      await machine.reset();
      this.newRun(machine);
      this.wasReset = true;
    });
  }
  /** Powers on again with parts of the configuration replaced: another floppy, say. */
  powerOn(change: Partial<MachineConfiguration>): Promise<void> {
    return this.act("Powered on. At", async (machine) => {
      await machine.powerOn(change);
      this.newRun(machine);
    });
  }

  /** Ends a run; not queued behind it, or it would wait for it. */
  async pause(): Promise<void> {
    await this.handle?.pause();
  }
  runOrPause(): Promise<void> {
    return this.active ? this.pause() : this.run();
  }
  async setSpeed(speed: Speed): Promise<void> {
    this.speed = speed;
    this.changed();
    await this.wake();
    await this.handle?.setSpeed(speed);
  }

  /** To the stop before this one; at a breakpoint only, where asked so; else to the start. */
  backToStop(breakpointOnly = false): Promise<void> {
    const now = this.status?.tick ?? 0;
    const earlier = this.stops.filter(({ tick, breakpoint }) => tick < now && (breakpoint || !breakpointOnly));
    return this.goTo(earlier.length > 0 ? Math.max(...earlier.map(({ tick }) => tick)) : 0);
  }
  /** To the event before (−1) or after (1) this instant; to the run's ends where there is none. */
  toEvent(direction: -1 | 1): Promise<void> {
    const now = this.status?.tick ?? 0;
    return this.goTo(eventBeside(this.events, now, direction)?.tick ?? (direction > 0 ? this.furthest : 0));
  }

  writeRegister(name: string, value: bigint): Promise<void> {
    return this.change(`${name} was changed`, (machine) => machine.writeRegister(name, value));
  }
  writeMemory(address: number, bytes: Uint8Array): Promise<void> {
    return this.change("Memory was changed", (machine) => machine.writeMemory("linear", address, bytes));
  }

  /** A change made in the past starts a new run; the old one is kept for Undo. */
  private change(what: string, write: (machine: MachineHandle) => Promise<MachineStatus>): Promise<void> {
    return this.act("", async (machine) => {
      const { tick } = machine.status;
      const inPast = tick < this.furthest;
      if (inPast) await this.keepForUndo(`New run from ${grouped(tick)}. The run before is kept.`, machine);
      await write(machine);
      this.before = this.registers;
      if (inPast) {
        this.furthest = machine.status.tick;
        this.events = this.events.filter((event) => event.tick <= tick);
      }
      say(this.id, inPast ? this.undo!.message : `${what}.`);
    });
  }

  private async keepForUndo(message: string, machine: MachineHandle): Promise<void> {
    const { tick } = machine.status;
    const { furthest, events } = this;
    if (tick < furthest) await machine.goTo(furthest);
    const kept: Snapshot = await machine.snapshot();
    if (tick < furthest) await machine.goTo(tick);
    this.undo = {
      message,
      undo: async () => {
        this.undo = undefined;
        await this.act("Undone. At", async (again) => {
          await again.restore(kept);
          this.furthest = furthest;
          this.events = events;
        });
      },
    };
  }

  private newRun(machine: MachineHandle): void {
    this.furthest = machine.status.tick;
    this.wasReset = false;
    this.events = [];
    this.stops.length = 0;
    this.start = undefined;
    this.serial = "";
    this.dispatchEvent(new Event("new run"));
  }

  async toggleBreakpoint(address: number): Promise<void> {
    await this.wake();
    const { handle } = this;
    if (!handle) return;
    const on = !this.breakpoints.has(address);
    await handle.setBreakpoint(address, on);
    this.breakpoints = new Set(await handle.breakpoints());
    say(this.id, `Breakpoint at ${address.toString(16)} ${on ? "set" : "removed"}.`);
    this.changed();
  }

  /** To just before the instruction that last changed what `read` answers (last-change.ts). */
  whoChanged(what: string, read: (machine: MachineHandle) => Promise<string>): Promise<void> {
    return this.act(`${what} was changed here. At`, async (machine) => {
      const now = machine.status.tick;
      this.searching = true;
      let found: number | undefined;
      try {
        found = await findLastChange(machine, read);
      } finally {
        await machine.goTo(found ?? now);
        this.searching = false;
      }
      if (found === undefined) say(`${this.id} search`, `${what} has not changed since power-on.`);
    });
  }

  /** After a failure of ours: a new machine in its place. */
  async restart(): Promise<void> {
    this.close();
    this.failure = "";
    this.wakeRun = undefined;
    this.acting = 0;
    this.chain = Promise.resolve();
    await this.wake();
  }
}
