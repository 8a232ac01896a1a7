// A machine as one page sees it: asleep with a recorded frame, woken on demand, then a handle of the page's engine with
// what views share: where the run has been, its events, what changed at the last stop. Views listen to "change" and read
// through `reader`; what a reader can do with it is in session.ts.
import type {
  Engine,
  MachineConfiguration,
  MachineEvent,
  MachineHandle,
  MachineStatus,
  RegisterFile,
  Screen,
  Speed,
  Until,
} from "../../engine/index.ts";
import { mergeEvents } from "./event-log.ts";
import type { Parsed } from "./number.ts";
import { countServed, forgetPageEngine, pageEngine } from "./page-engine.ts";
import { type Reader, type RecordedFrame, RecordedReader } from "./reader.ts";
import { say } from "./speech.ts";
import { type Labels, labelIn, parseUntil } from "./until.ts";
import { reasonText, type ViewState } from "./words.ts";

/** How a machine comes to be: its configuration is asked for when it wakes (a floppy may have to be fetched). */
export interface Origin {
  configuration(engine: Engine, progress: (step: string) => void): Promise<MachineConfiguration>;
  /** Where to stand after waking (until.ts); without it, at the recorded frame's instruction, or at power-on. */
  wakeAt?: string;
  /** The labels of what it boots, for places that name one. */
  labels?(): Promise<Labels>;
}

/** What the reader may undo. */
export interface Undo {
  readonly message: string;
  undo(): Promise<void>;
}

const eventKinds = ["exception", "interrupt", "mode", "halt", "triple fault", "reset", "unimplemented"] as const;

export class ObservedMachine extends EventTarget {
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
  /** How many actions are under way or wait for their turn. */
  protected acting = 0;
  protected wakeRun: Promise<void> | undefined;
  private cancelWake: (() => void) | undefined;
  private pace: { tick: number; at: number } | undefined;
  private readonly screens = new Set<(screen: Screen) => void>();
  private readonly serials = new Set<(text: string, again: boolean) => void>();
  private lastScreen: Screen | undefined;
  protected readVersion = -1;
  /** The past is being looked through: what it looks like is nobody's business. */
  protected searching = false;

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
    this.events = frame?.events ?? [];
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
    let made: MachineHandle | undefined;
    const cancel = new Promise<void>((resolve) => {
      this.cancelWake = () => {
        cancelled = true;
        made?.close();
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
      made = handle;
      if (cancelled) return handle.close();
      // Heard from power-on: the run up to here belongs to the timeline.
      this.listen(handle);
      const at = this.frame ? { tick: this.frame.status.tick } : await this.wakeAt();
      if (at && at.tick !== handle.status.tick) await handle.run(at);
      await this.adopt(handle);
    };
    try {
      await Promise.race([waking(), cancel]);
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
      forgetPageEngine();
      say(this.id, `${this.label}: this machine could not be started. ${this.failure}`);
    } finally {
      clearTimeout(slow);
      this.waking = false;
      this.slow = false;
      this.changed();
    }
  }

  private async wakeAt(): Promise<Until | undefined> {
    const { wakeAt } = this.origin;
    if (!wakeAt) return undefined;
    const place = await this.placeOf(wakeAt);
    if ("value" in place) return place.value;
    console.error(`${this.id}: at="${wakeAt}": ${place.message} ${place.hint}`);
    return undefined;
  }

  /** A place as authors write it (until.ts); a label is one of the source that this machine boots. */
  async placeOf(text: string): Promise<Parsed<Until>> {
    const labels = labelIn(text) === undefined ? undefined : await this.origin.labels?.();
    return parseUntil(text, labels);
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
    const [registers, screen] = await Promise.all([handle.registers(), handle.screen()]);
    this.registers = this.start = registers;
    if (!this.handle) countServed(1);
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

  protected noteStop(): void {
    const status = this.status;
    if (status) this.stops.push({ tick: status.tick, breakpoint: status.reason.kind === "breakpoint" });
    if (this.stops.length > 1000) this.stops.shift();
  }

  /** The machine left the page. */
  close(): void {
    if (this.handle) countServed(-1);
    this.handle?.close();
    this.handle = undefined;
  }
}
