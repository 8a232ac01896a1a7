// A machine as one page sees it: asleep with a recorded frame, woken on demand, then a handle of the page's engine with
// what views share: where the run has been, its events, what changed at the last stop. Views listen to "change", read
// through `reader`, and act through the methods here, one action after another.
import type {
  Engine,
  MachineConfiguration,
  MachineEvent,
  MachineHandle,
  MachineStatus,
  RegisterFile,
  Screen,
  Snapshot,
  Speed,
  Until,
} from "../../engine/index.ts";
import { eventBeside, mergeEvents } from "./event-log.ts";
import { findLastChange } from "./last-change.ts";
import { grouped } from "./number.ts";
import { pageEngine } from "./page-engine.ts";
import { type Reader, type RecordedFrame, RecordedReader } from "./reader.ts";
import { say } from "./speech.ts";
import { reached } from "./until.ts";
import { reasonText, stopSpeech, type ViewState } from "./words.ts";

/** How a machine comes to be: its configuration is asked for when it wakes (a floppy may have to be fetched). */
export interface Origin {
  configuration(engine: Engine, progress: (step: string) => void): Promise<MachineConfiguration>;
  /** Where to stand after waking; without it, at the recorded frame's instruction, or at power-on. */
  wakeAt?: Until;
}

/** What the reader may undo. */
export interface Undo {
  readonly message: string;
  undo(): Promise<void>;
}

const eventKinds = ["exception", "interrupt", "mode", "halt", "triple fault", "reset", "unimplemented"] as const;

export class MachineSession extends EventTarget {
  id: string;
  /** What people call it: "The booting machine". */
  label: string;
  readonly origin: Origin;
  frame: RecordedFrame | undefined;
  handle: MachineHandle | undefined;
  /** The furthest tick of this run. */
  furthest = 0;
  /** Exceptions, interrupts, modes, halts, resets; in the order of their ticks. */
  events: readonly MachineEvent[] = [];
  breakpoints: ReadonlySet<number> = new Set();
  /** Breakpoints that are kept but off. */
  readonly disabled = new Set<number>();
  /** At this stop, at the one before, and at the first: for change marks. */
  registers: RegisterFile | undefined;
  before: RegisterFile | undefined;
  start: RegisterFile | undefined;
  /** Ticks of the stops so far, for going back to them. */
  readonly stops: { readonly tick: number; readonly breakpoint: boolean }[] = [];
  speed: Speed = "full";
  /** Ticks a second, measured while running. */
  measured = 0;
  serial = "";
  undo: Undo | undefined;
  /** What the engine has to tell: that it was started again, say. */
  notice = "";
  /** What waking is doing, as steps; and what went wrong. */
  steps: string[] = [];
  failure = "";
  waking = false;
  /** Waking has taken more than 400 ms: say its steps. */
  slow = false;
  /** The place that prose and views outline together: "EAX", "7c00". */
  outlined = "";
  /** A surface holds the keyboard: letters are the guest's. */
  held = false;
  /** Grows whenever what a view shows may have changed. */
  version = 0;
  private chain: Promise<unknown> = Promise.resolve();
  private acting = 0;
  private wakeRun: Promise<void> | undefined;
  private cancelWake: (() => void) | undefined;
  private pace: { tick: number; at: number } | undefined;
  private readonly screens = new Set<(screen: Screen) => void>();
  private readonly serials = new Set<(text: string, again: boolean) => void>();
  private lastScreen: Screen | undefined;
  private readVersion = -1;
  private searching = false;

  constructor(id: string, label: string, origin: Origin, frame?: RecordedFrame) {
    super();
    this.id = id;
    this.label = label;
    this.origin = origin;
    this.frame = undefined;
    this.takeFrame(frame);
  }

  /** Shows a recorded frame until the machine wakes. */
  takeFrame(frame: RecordedFrame | undefined): void {
    this.frame = frame;
    this.furthest = frame?.of ?? frame?.status.tick ?? 0;
    this.serial = frame?.serial ?? "";
    this.changed();
  }

  /** The machine's status, or the recorded frame's. */
  get status(): MachineStatus | undefined {
    return this.handle?.status ?? this.frame?.status;
  }

  get state(): ViewState {
    if (this.failure) return "failed";
    const status = this.handle?.status;
    if (!status) return this.waking ? "waking" : "asleep";
    if (status.state === "failed") return "failed";
    if (status.state === "running") return "running";
    if (status.tick < this.furthest) return "past";
    return status.state === "exited" ? "halted" : status.state;
  }

  get reader(): Reader | undefined {
    return this.handle ?? (this.frame && new RecordedReader(this.frame));
  }

  /** A run is under way: executing, or halted until an interrupt comes. */
  get active(): boolean {
    const status = this.handle?.status;
    if (!status || this.failure) return false;
    return (
      status.state === "running" ||
      (status.reason.kind === "halt" && !status.reason.forever && status.state === "halted")
    );
  }

  /** Something is being done that keys should wait for. */
  get busy(): boolean {
    return this.acting > 0;
  }

  /** Tells views that something changed; not while looking through the past, which is no place to stand. */
  changed(): void {
    if (this.searching) return;
    this.version++;
    this.dispatchEvent(new Event("change"));
  }

  /** Outlines a place in prose and views at once; an empty name takes the outline away. */
  outline(name: string): void {
    if (this.outlined === name) return;
    this.outlined = name;
    this.changed();
  }

  /** Shows an address in the machine's memory view. */
  follow(address: number): void {
    this.dispatchEvent(new CustomEvent("follow", { detail: address }));
  }

  // Waking

  /** Loads the engine, makes the machine and brings it to its first instant, paused. Once, however often called. */
  wake(): Promise<void> {
    this.wakeRun ??= this.wakeUp().finally(() => {
      if (!this.handle) this.wakeRun = undefined;
    });
    return this.wakeRun;
  }

  /** Stops waking; the recorded frame stays. */
  cancelWaking(): void {
    this.cancelWake?.();
  }

  private async wakeUp(): Promise<void> {
    this.waking = true;
    this.failure = "";
    this.slow = false;
    this.steps = ["engine"];
    this.changed();
    const slow = setTimeout(() => {
      this.slow = true;
      this.changed();
    }, 400);
    let cancelled = false;
    const cancel = new Promise<void>((resolve) => {
      this.cancelWake = () => {
        cancelled = true;
        resolve();
      };
    });
    const progress = (step: string) => {
      this.steps = [...this.steps, step];
      if (this.slow) this.changed();
    };
    const waking = async () => {
      const engine = await pageEngine();
      engine.onNotice((notice) => this.engineNotice(notice.message));
      const configuration = await this.origin.configuration(engine, progress);
      progress("firmware");
      const handle = await engine.create(this.id, configuration);
      // Heard from power-on: the run up to here belongs to the timeline.
      this.listen(handle);
      const at = this.frame ? { tick: this.frame.status.tick } : this.origin.wakeAt;
      if (at && at.tick !== 0 && !cancelled) await handle.run(at);
      if (cancelled) handle.close();
      else await this.adopt(handle);
    };
    try {
      await Promise.race([waking(), cancel]);
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
      say(this.id, `${this.label}: this machine could not be started. ${this.failure}`);
    } finally {
      clearTimeout(slow);
      this.waking = false;
      this.slow = false;
      this.changed();
    }
  }

  private listen(handle: MachineHandle): void {
    this.serial = "";
    this.events = [];
    const ours = () => this.handle === undefined || this.handle === handle;
    handle.onStatus((status) => {
      if (this.handle === handle) this.onStatus(status);
    });
    handle.onEvents(eventKinds, (events) => {
      if (ours()) this.onEvents(events);
    });
    handle.onSerial((text, again) => {
      if (!ours()) return;
      this.serial = again ? text : this.serial + text;
      for (const listener of this.serials) listener(text, again);
    });
    handle.onScreen((screen) => {
      if (!ours()) return;
      this.lastScreen = screen;
      if (this.handle) for (const listener of this.screens) listener(screen);
    });
  }

  private async adopt(handle: MachineHandle): Promise<void> {
    this.registers = await handle.registers();
    this.start = this.registers;
    const screen = await handle.screen();
    this.handle = handle;
    this.furthest = handle.status.tick;
    this.readVersion = handle.status.version;
    this.noteStop();
    this.lastScreen = screen;
    for (const listener of this.screens) listener(screen);
  }

  /** The page's own machine instead of one that `origin` makes: for cells and tests. */
  async attach(handle: MachineHandle): Promise<void> {
    this.listen(handle);
    this.wakeRun = this.adopt(handle);
    await this.wakeRun;
    this.changed();
  }

  private engineNotice(message: string): void {
    this.notice = message;
    say(this.id, message);
    this.changed();
  }

  /** The screen now, if it is known, and whenever it changes. */
  watchScreen(listener: (screen: Screen) => void): () => void {
    this.screens.add(listener);
    if (this.handle && this.lastScreen) listener(this.lastScreen);
    return () => this.screens.delete(listener);
  }

  /** Serial text as it comes, `again` where it is all of it anew; what came before is in `serial`. */
  watchSerial(listener: (text: string, again: boolean) => void): () => void {
    this.serials.add(listener);
    return () => this.serials.delete(listener);
  }

  // What the machine reports

  private onStatus(status: MachineStatus): void {
    this.furthest = Math.max(this.furthest, status.tick);
    if (status.state === "running") {
      const now = performance.now();
      if (!this.pace || now - this.pace.at > 2000) this.pace = { tick: status.tick, at: now };
      else if (now - this.pace.at > 250) {
        this.measured = ((status.tick - this.pace.tick) * 1000) / (now - this.pace.at);
        this.pace = { tick: status.tick, at: now };
      }
    } else this.pace = undefined;
    if (status.state === "failed") this.failure = reasonText(status);
    // A cell or another page part drove the machine to a stop: read it as our own actions do.
    if (!this.busy && !this.active && status.version !== this.readVersion) void this.readStop();
    this.changed();
  }

  private async readStop(): Promise<void> {
    const { handle, registers } = this;
    if (!handle || this.failure) return;
    this.readVersion = handle.status.version;
    this.registers = await handle.registers();
    this.before = registers;
    this.start ??= this.registers;
    this.noteStop();
    this.changed();
  }

  private onEvents(events: readonly MachineEvent[]): void {
    const merged = mergeEvents(this.events, events);
    if (merged === this.events) return;
    this.events = merged;
    this.changed();
  }

  private noteStop(): void {
    const status = this.status;
    if (status) this.stops.push({ tick: status.tick, breakpoint: status.reason.kind === "breakpoint" });
    if (this.stops.length > 1000) this.stops.shift();
  }

  // What the reader does. Each wakes the machine, then acts; actions follow one another.

  private act(verb: string, action: (machine: MachineHandle) => Promise<unknown>): Promise<void> {
    this.acting++;
    if (this.active) void this.pause();
    const next = this.chain.then(async () => {
      await this.wake();
      const { handle } = this;
      if (!handle || this.failure) return;
      const before = this.registers;
      const beforeTick = handle.status.tick;
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
        this.failure = error instanceof Error ? error.message : String(error);
        say(this.id, `The emulator failed. Your work is safe.`);
      }
    });
    this.chain = next.finally(() => {
      this.acting--;
      this.changed();
    });
    return this.chain as Promise<void>;
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
    return this.act("Stepped over to", (machine) => machine.stepOver());
  }
  out(): Promise<void> {
    return this.act("Returned to", (machine) => machine.stepOut());
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
    return this.act("Paused at", (machine) => machine.run(until));
  }
  /** Runs to a place; where the run has already passed it, from `from` (default: power-on) on again. */
  runTo(until: Until, from?: number): Promise<void> {
    return this.act("Now at", async (machine) => {
      if (until.tick !== undefined) {
        await (until.tick <= this.furthest ? machine.goTo(until.tick) : machine.run(until));
        return;
      }
      if (until.address !== undefined && machine.status.address === until.address && from === undefined) return;
      if (from !== undefined) await machine.goTo(from);
      await machine.run(until);
      const stoppedBy = machine.status.reason.kind;
      if (reached(until, machine.status) || from !== undefined || stoppedBy === "you" || stoppedBy === "breakpoint")
        return;
      await machine.goTo(0);
      await machine.run(until);
    });
  }
  reset(): Promise<void> {
    return this.act("Reset. At", async (machine) => {
      await this.keepForUndo("The machine was reset.", machine);
      await machine.reset();
      this.newRun(machine);
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

  /**
   * To just before the instruction that last changed what `read` answers (model/last-change.ts).
   */
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
    this.handle?.close();
    this.handle = undefined;
    this.failure = "";
    this.wakeRun = undefined;
    this.acting = 0;
    this.chain = Promise.resolve();
    await this.wake();
  }

  /** The machine left the page. */
  close(): void {
    this.handle?.close();
    this.handle = undefined;
  }
}
