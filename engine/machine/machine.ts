/**
 * One machine, as whoever drives it sees it: runs and steps, forward and back; input; looking; snapshots. Synchronous;
 * the same in Node, in a test, in a grader and inside the page's worker. A run is a pure function of configuration and
 * inputs, however it is cut into slices (design.md, "Time, determinism, and going back").
 */
import type { AccessSize, Tick } from "../chipset/bus.ts";
import { cyclesOf } from "../cpu/ledger.ts";
import type { Watchpoint } from "../cpu/watchpoints.ts";
import { EngineError } from "../wasm/error.ts";
import type {
  AddressSpaceName,
  BoardMap,
  Ledger,
  MachineConfiguration,
  MachineEvent,
  MachineStatus,
  MouseAction,
  PageWalk,
  ProcessorStatus,
  RegisterFile,
  Screen,
  Snapshot,
  StopReason,
  SystemRegisters,
  TlbView,
  Until,
  WalkAccess,
} from "./api.ts";
import { boardMap } from "./boardmap.ts";
import type { SendFrame } from "./cards.ts";
import { type Checkpoint, capture, hashOf } from "./checkpoint.ts";
import { type CompleteConfiguration, checkConfiguration, completeConfiguration } from "./configuration.ts";
import type { Cpu, CpuMaker } from "./cpu.ts";
import type { Firmware } from "./firmware.ts";
import { Guest } from "./guest.ts";
import { physicalPieces, readGuest } from "./guestmemory.ts";
import { History, type HistoryLimits, type Input } from "./history.ts";
import type { Driven, Job } from "./job.ts";
import { MAX_MEMORY_MIB } from "./memorysize.ts";
import { type Condition, Run } from "./run.ts";
import { readScreen } from "./screens.ts";
import { screenText } from "./screentext.ts";
import { fromSnapshot, type SnapshotFault, toSnapshot } from "./snapshot.ts";
import { Travel } from "./travel.ts";

export interface MachineOptions {
  /** Our BIOS, for machines whose configuration brings none. */
  readonly firmware?: () => Pick<Firmware, "rom">;
  /** Names this build of the engine in snapshots. */
  readonly engine?: string;
  /** false: no way back, and no time spent on one. */
  readonly history?: Partial<HistoryLimits> | false;
  readonly makeCpu: CpuMaker;
}

/** What `Machine` is asked for when nothing else ends a slice. */
export const LONG_SLICE = 2 ** 40;
/** Input waiting for a slow guest at most, in bytes. */
const MAX_SERIAL_INPUT = 65536;
/** That a mouse moves at once at most. */
const MAX_MOUSE_COUNTS = 32767;
/** Bytes of one read of memory. */
const MAX_READ = 1 << 24;

export class Machine implements Driven {
  readonly configuration: CompleteConfiguration;
  readonly guest: Guest;
  /** Linear addresses that stop a run. */
  readonly breakpoints = new Set<number>();
  /** Accesses that stop a run behind their instruction. While there are any, it is many times slower. */
  watchpoints: readonly Watchpoint[] = [];
  /** Called with each event as it happens, unless known ticks are run again. */
  onEvent: ((event: MachineEvent) => void) | undefined;
  /** Before the next instruction; else events of software interrupts come later, in their order, which is faster. */
  hearsAtOnce = true;
  readonly #engine: string;
  readonly #history: History | undefined;
  #reason: StopReason = { kind: "power on" };
  #version = 0;
  #job: Job | undefined;
  #busEvents: ReadonlySet<string> = new Set();

  constructor(configuration: MachineConfiguration, options: MachineOptions) {
    const faults = checkConfiguration(configuration);
    if (faults.length > 0) {
      const message = faults.map((fault) => `${fault.part} ${fault.message}. ${fault.hint}`).join(" ");
      throw new EngineError(`configuration: ${message}`, { faults });
    }
    this.configuration = completeConfiguration(configuration);
    this.#engine = options.engine ?? "unnamed";
    const rom = configuration.bios ?? options.firmware?.().rom ?? new Uint8Array(65536).fill(0xff);
    this.guest = new Guest(this.configuration, rom, options.makeCpu);
    this.guest.onEvent = (event) => {
      this.onEvent?.(event);
      if (this.#job instanceof Run) this.#job.saw(event);
    };
    this.guest.hears = () =>
      (this.onEvent !== undefined && this.hearsAtOnce) || (this.#job instanceof Run && this.#job.awaitsEvent);
    if (options.history === false) return;
    const { memoryMiB } = this.configuration;
    const interval = Math.max(10_000_000, memoryMiB * 250_000);
    this.#history = new History({
      interval,
      bytes: Math.min(Math.max(64, 3 * memoryMiB), MAX_MEMORY_MIB) * 2 ** 20,
      count: 200,
      ...options.history,
    });
    this.#history.begin(this.checkpoint());
    this.guest.future = this.#history;
    this.guest.onDue = () => this.keepMoment();
  }

  get tick(): Tick {
    return this.guest.tick;
  }

  /** Ticks that were instructions, or iterations of repeated ones, since power-on. */
  get instructions(): number {
    return this.guest.instructions;
  }

  status(): MachineStatus {
    const { reason, state } = this.#life();
    const { all, state: turns } = this.guest.pc.processors;
    const whose = all.length > 1 ? { processor: turns.current } : {};
    const mouse = this.guest.pc.board.mouse.isInUse ? ({ mouse: true } as const) : {};
    return {
      state,
      reason,
      tick: this.tick,
      ...this.guest.pc.cpu.status(),
      ...whose,
      ...mouse,
      version: this.#version,
    };
  }

  /** All processors, by number. */
  processors(): ProcessorStatus[] {
    const { all, state } = this.guest.pc.processors;
    return all.map((cpu, processor) => ({
      processor,
      state: cpu.waitsForStartup ? "waiting" : cpu.halted ? "halted" : "running",
      current: processor === state.current,
      ...cpu.status(),
    }));
  }

  #life(): Pick<MachineStatus, "state" | "reason"> {
    const over = this.guest.over;
    if (over !== undefined) {
      const state =
        over.kind === "exit" || over.kind === "power off" ? "exited" : over.kind === "failed" ? "failed" : "faulted";
      return { state, reason: over };
    }
    if (this.#job !== undefined) {
      if (this.guest.pc.processors.all.some((cpu) => !cpu.halted)) return { state: "running", reason: this.#reason };
      return { state: "halted", reason: { kind: "halt", forever: false } };
    }
    return { state: this.#reason.kind === "halt" ? "halted" : "paused", reason: this.#reason };
  }

  /** Runs until a stop; a number is a budget of ticks. Where nothing limits it, only the guest ends it. */
  run(until: Until | number = {}): MachineStatus {
    return this.drive(this.begin(typeof until === "number" ? { ticks: until } : until));
  }

  /** Runs until `predicate` holds, looked at every `every` ticks (default 1,000), or `ticks` have passed. */
  runUntil(predicate: (machine: Machine) => boolean, budget: { ticks: number; every?: number }): MachineStatus {
    return this.drive(
      this.begin({ ticks: budget.ticks }, { predicate: () => predicate(this), every: budget.every ?? 1000 }),
    );
  }

  /** A run to be driven by slices; it replaces an unfinished one. */
  begin(until: Until, condition?: Condition): Run {
    const run = new Run(this, until, condition);
    this.#job = run;
    return run;
  }

  /** The same for any other job. */
  undertake(job: Job): Job {
    this.#job = job;
    return job;
  }

  /** The job that was begun and is not over. */
  get job(): Job | undefined {
    return this.#job;
  }

  /** Drives a job to its end. */
  drive(job: Job): MachineStatus {
    let stop: ReturnType<Job["slice"]>;
    do stop = job.slice(LONG_SLICE);
    while (stop === undefined);
    return this.status();
  }

  /** Ends the present job for `reason`; also what a job calls when it is over. */
  finish(reason: StopReason): void {
    this.#job = undefined;
    this.#reason = reason;
    this.#version++;
  }

  /** `breakpoints` or `watchpoints` was changed: a run that is going on minds it. */
  breakpointsChanged(): void {
    if (this.#job instanceof Run) this.#job.arm();
  }

  /** Lets status versions go on from those of a machine that this one replaces. */
  skipVersions(version: number): void {
    this.#version = Math.max(this.#version, version);
  }

  /** Executes `count` instructions or iterations. A halted machine first waits for what wakes it, a second at most. */
  step(count = 1): MachineStatus {
    this.guest.pc.armBreakpoints(new Set());
    const target = this.instructions + Math.max(0, Math.floor(count));
    const patience = this.tick + this.configuration.ticksPerSecond;
    let stop: ReturnType<Guest["advance"]>;
    while (this.instructions < target && stop === undefined) {
      stop = this.guest.advance(this.tick + target - this.instructions, { instructions: target, idleEnd: patience });
      if (stop === undefined && this.guest.isIdle && this.tick < patience && this.instructions < target) {
        stop = this.guest.advance(patience, { instructions: target, idleEnd: patience });
      }
    }
    this.finish(stop === undefined ? { kind: "step" } : stop === "idle" ? { kind: "halt", forever: false } : stop);
    return this.status();
  }

  /** To the state at `tick`, back or forward; inputs are had again. Clamped to what the history reaches. */
  goTo(tick: Tick): MachineStatus {
    return this.drive(this.undertake(Travel.toTick(this, tick)));
  }

  /** Back by `count` instructions or iterations. */
  stepBack(count = 1): MachineStatus {
    return this.drive(this.undertake(Travel.back(this, count)));
  }

  keepMoment(): void {
    this.#history?.add(this.checkpoint());
  }

  /** The machine's past, where it keeps one. */
  get history(): History | undefined {
    return this.#history;
  }

  /** A key of the keyboard, by `KeyboardEvent.code`; unknown ones do nothing. */
  key(code: string, down: boolean): void {
    this.#input({ tick: this.tick, kind: "key", code, down });
  }

  /** Presses and releases keys of a US keyboard, as fast as the keyboard takes them. */
  type(text: string): void {
    this.#input({ tick: this.tick, kind: "type", text: text.slice(0, 10_000) });
  }

  /** Moves the mouse, or presses and releases its buttons. */
  mouse({ right = 0, down = 0, back = 0, buttons }: MouseAction): void {
    const whole = (count: number) => Math.max(-MAX_MOUSE_COUNTS, Math.min(MAX_MOUSE_COUNTS, Math.trunc(count))) || 0;
    const held = buttons ?? this.guest.pc.board.mouse.state.buttons;
    const up = whole(-down);
    this.#input({ tick: this.tick, kind: "mouse", right: whole(right), up, back: whole(back), buttons: held & 31 });
  }

  /** Bytes that arrive at COM1 or another of them; answers how many there was room for. */
  serialInput(bytes: Uint8Array, port = 0): number {
    const room = MAX_SERIAL_INPUT - (this.guest.pc.board.uarts[port]?.state.queue.length ?? MAX_SERIAL_INPUT);
    const taken = bytes.slice(0, Math.max(0, room));
    if (taken.length > 0) this.#input({ tick: this.tick, kind: "serial", port, bytes: taken });
    return taken.length;
  }

  /** Bytes that arrive at a serial port of card `card`; answers how many there was room for. */
  consoleInput(card: number, port: number, bytes: Uint8Array): number {
    const taken = bytes.slice(0, Math.max(0, this.guest.pc.board.consoles.get(card)?.room(port) ?? 0));
    if (taken.length > 0) this.#input({ tick: this.tick, kind: "console", card, port, bytes: taken });
    return taken.length;
  }

  /** A frame that comes by the cable of card `card`, where its network is a link or is joined with others. */
  frameInput(card: number, bytes: Uint8Array): void {
    this.#input({ tick: this.tick, kind: "frame", card, bytes });
  }

  /** Called with each frame that a card, or the network behind it, sends by its cable. */
  get onFrame(): SendFrame {
    return this.guest.onFrame;
  }

  set onFrame(send: SendFrame) {
    this.guest.onFrame = send;
  }

  /** Pulls the reset line. */
  reset(): MachineStatus {
    this.#input({ tick: this.tick, kind: "reset" });
    this.finish({ kind: "power on" });
    return this.status();
  }

  /** Changes a register as a debugger does; false where there is none of that name. */
  writeRegister(name: string, value: bigint, processor = this.guest.pc.processors.state.current): boolean {
    if (!this.registerNames().has(name) || this.guest.pc.processors.all[processor] === undefined) return false;
    this.#input({ tick: this.tick, kind: "register", name, value, processor });
    this.#version++;
    return true;
  }

  /** Writes to RAM, and to ROM as if it were; answers how many bytes had somewhere to go. */
  writeMemory(space: AddressSpaceName, address: number, bytes: Uint8Array): number {
    let written = 0;
    for (const piece of physicalPieces(this.guest.pc, space, address, bytes)) {
      this.#input({ tick: this.tick, kind: "memory", ...piece });
      written += piece.bytes.length;
    }
    this.#version++;
    return written;
  }

  /** Reads a port as an instruction would, with what that does to its device; it is an input, as a write is. */
  readPort(port: number, size: AccessSize = 1): number {
    if (this.guest.failure !== undefined) return 0xffffffff >>> (32 - 8 * size);
    this.#history?.record({ tick: this.tick, kind: "port", port, size });
    return this.guest.pc.ports.read(port, size);
  }

  /** Writes to a port as an instruction would. */
  writePort(port: number, value: number, size: AccessSize = 1): void {
    this.#input({ tick: this.tick, kind: "port", port, size, value });
    this.#version++;
  }

  /** What is done to a machine that has failed is lost: only the way back helps it. */
  #input(input: Input): void {
    if (this.guest.failure !== undefined) return;
    this.#history?.record(input);
    this.guest.apply(input);
  }

  /** Of `processor`, or of the one whose turn it is. */
  registers(processor?: number): RegisterFile {
    return this.#processor(processor).registers();
  }

  #processor(number = this.guest.pc.processors.state.current): Cpu {
    return this.guest.pc.processors.all[number] ?? this.guest.pc.cpu;
  }

  /** What the run of `processor` has cost beside ticks. */
  ledger(processor = this.guest.pc.processors.state.current): Ledger {
    const counts = this.#processor(processor).costs;
    return { processor, counts, cycles: cyclesOf(counts) };
  }

  /** What its TLBs hold. */
  tlb(processor?: number): TlbView {
    return this.#processor(processor).tlbs();
  }

  /** The page walk of a linear address as it would be now, without effect. */
  walk(linear: number | bigint, access: WalkAccess, processor?: number): PageWalk {
    return this.#processor(processor).walk(linear, access);
  }

  systemRegisters(processor?: number): SystemRegisters {
    return this.#processor(processor).systemRegisters();
  }

  /** The names that `writeRegister` takes. */
  registerNames(): ReadonlySet<string> {
    return this.#processor().registerNames;
  }

  /** At most 16 MiB; FF where nothing or a device is. */
  readMemory(space: AddressSpaceName, address: number, length: number): Uint8Array {
    return readGuest(this.guest.pc, space, address, Math.min(length, MAX_READ));
  }

  /** What the VGA shows. */
  screen(): Screen {
    return readScreen(this.guest.pc.board.vga);
  }

  /** The text screen's lines; empty in a graphics mode. */
  screenText(): string {
    return screenText(this.guest.pc.board.vga.textScreen());
  }

  /** A copy of every device's state, by its name. */
  devices(): Record<string, object> {
    return Object.fromEntries(this.guest.pc.devices.map((device) => [device.name, structuredClone(device.state)]));
  }

  /** Who answers where. */
  board(): BoardMap {
    return boardMap(this.guest.pc);
  }

  /** Which kinds of bus events are told: those that a listener wants. */
  set busEvents(kinds: ReadonlySet<string>) {
    this.#busEvents = kinds;
    this.watchBus(undefined);
  }

  /** One more, for a run. */
  watchBus(kind: MachineEvent["kind"] | undefined): void {
    const { watched } = this.guest.pc;
    for (const each of ["port", "mmio", "dma", "line"] as const)
      watched[each] = each === kind || this.#busEvents.has(each);
  }

  /** The present moment, sharing with `before` what did not change since. */
  checkpoint(before: Checkpoint | undefined = this.#history?.newest): Checkpoint {
    return capture(this.tick, this.instructions, this.guest.state(), before);
  }

  /** SHA-256 of the whole state, as 64 hex digits. */
  hash(): string {
    return hashOf(this.checkpoint());
  }

  snapshot(): Snapshot {
    return toSnapshot(this.checkpoint(), this.#engine);
  }

  /**
   * Takes over the state of a snapshot of a machine of this configuration, and forgets its own past. A snapshot that
   * cannot be used changes nothing, and is answered with what is wrong with it.
   */
  restore(snapshot: Snapshot): SnapshotFault | undefined {
    const read = fromSnapshot(snapshot.data);
    if ("fault" in read) return read.fault;
    if (read.engine !== this.#engine) {
      return { offset: 28, message: `byte 28: expected engine build ${this.#engine}, found ${read.engine}` };
    }
    return this.adopt(read.checkpoint);
  }

  /** The same for a checkpoint of this build, of another process perhaps. */
  adopt(checkpoint: Checkpoint): SnapshotFault | undefined {
    const fault = this.guest.assign(checkpoint);
    if (fault !== undefined) return fault;
    this.#history?.begin(checkpoint);
    this.guest.events.truncate(-1);
    this.finish({ kind: "restored" });
    return undefined;
  }
}
