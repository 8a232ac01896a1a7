/**
 * A machine behind the interface of pages: driven by slices of a few milliseconds, in between of which everything else
 * is answered. What has changed is told at most as often as a listener can use it.
 */
import type { Tick } from "../chipset/bus.ts";
import { EngineError } from "../wasm/error.ts";
import type {
  AddressSpaceName,
  BoardMap,
  DisassembledLine,
  Ledger,
  MachineConfiguration,
  MachineEvent,
  MachineHandle,
  MachineStatus,
  MouseAction,
  PageWalk,
  ProcessorStatus,
  Read,
  RegisterFile,
  Screen,
  Snapshot,
  SourceLine,
  Speed,
  StopReason,
  SystemRegisters,
  TlbView,
  Until,
  WalkAccess,
} from "./api.ts";
import { Audience } from "./audience.ts";
import { disassembleAt } from "./disassembly.ts";
import type { Job } from "./job.ts";
import type { Machine } from "./machine.ts";
import { Pacer } from "./pacing.ts";
import { Run } from "./run.ts";
import { readScreen } from "./screens.ts";
import { StepOut, stepOver } from "./stepping.ts";
import { Travel } from "./travel.ts";

/** What a local machine needs of its engine. */
export interface Surrounding {
  powerOn(configuration: MachineConfiguration): Machine;
  firmwareLines(): Promise<readonly SourceLine[]>;
  /** There is work: call `work` soon. */
  wake(): void;
  closed(machine: LocalMachine): void;
}

/** Real time of one slice that the first guess and every correction aim at. */
const SLICE_MS = 4;
/** Looks after a halted machine so often at least. */
const MAX_WAIT_MS = 50;
const MAX_READ = 65536;

export class LocalMachine implements MachineHandle {
  readonly id: string;
  machine: Machine;
  readonly #surrounding: Surrounding;
  #configuration: MachineConfiguration;
  #pacer: Pacer;
  #speed: Speed = "full";
  #waiting: ((status: MachineStatus) => void)[] = [];
  /** Measured ticks a millisecond. */
  #pace = 5000;
  readonly #audience: Audience;
  #isClosed = false;

  constructor(id: string, configuration: MachineConfiguration, surrounding: Surrounding) {
    this.id = id;
    this.#configuration = configuration;
    this.#surrounding = surrounding;
    this.machine = surrounding.powerOn(configuration);
    this.#pacer = new Pacer(this.machine.configuration.ticksPerSecond);
    this.#audience = new Audience(() => this.machine);
  }

  get status(): MachineStatus {
    return this.#audience.status;
  }

  /** The configuration it was last powered on with. */
  get configuration(): MachineConfiguration {
    return this.#configuration;
  }

  get speed(): Speed {
    return this.#speed;
  }

  onStatus(listener: (status: MachineStatus) => void): () => void {
    return this.#audience.onStatus(listener);
  }

  onEvents(kinds: readonly MachineEvent["kind"][], listener: (events: readonly MachineEvent[]) => void): () => void {
    return this.#audience.onEvents(kinds, listener);
  }

  onSerial(listener: (text: string, again: boolean) => void): () => void {
    return this.#audience.onSerial(listener);
  }

  onScreen(listener: (screen: Screen) => void): () => void {
    return this.#audience.onScreen(listener);
  }

  // Work -----------------------------------------------------------------------------------------------------------------

  /** One slice, where there is something to do. Answers in how many milliseconds to come back; Infinity: not at all. */
  work(): number {
    try {
      return this.#work();
    } catch (error) {
      this.machine.guest.failure = error instanceof Error ? error.message : String(error);
      this.machine.finish({ kind: "you" });
      this.#stopped();
      return Number.POSITIVE_INFINITY;
    }
  }

  #work(): number {
    const { machine } = this;
    const { job } = machine;
    if (job === undefined || this.#isClosed) return Number.POSITIVE_INFINITY;
    const start = performance.now();
    const paced = job instanceof Run;
    const { ticks, idleEnd } = this.#pacer.allowance(start, machine.tick, machine.instructions);
    const most = Math.max(1, Math.floor(this.#pace * SLICE_MS));
    const slice = Math.min(paced ? ticks : most, most);
    if (slice <= 0) {
      this.#audience.tell(start);
      return 5;
    }
    const before = machine.instructions;
    const stop = job.slice(slice, paced ? idleEnd : undefined);
    const end = performance.now();
    this.#measure(machine.instructions - before, end - start, slice);
    if (stop !== undefined && stop !== "idle") {
      this.#stopped();
      return Number.POSITIVE_INFINITY;
    }
    this.#audience.tell(end);
    if (stop !== "idle") return 0;
    const { clock } = machine.guest.pc;
    return Math.min(MAX_WAIT_MS, Math.max(1, ((clock.nextDeadline - clock.now) * 1000) / clock.ticksPerSecond));
  }

  #measure(executed: number, ms: number, asked: number): void {
    if (executed === 0) return;
    const pace = executed / Math.max(ms, 0.05);
    // Slow down at once, speed up by and by; a slice that was mostly idle says little.
    if (pace < this.#pace) this.#pace = Math.max(50, pace);
    else if (executed > asked / 2) this.#pace = Math.min(this.#pace * 1.5, pace, 1e7);
  }

  /** The job is over, or something was changed from outside: everybody hears at once. */
  #stopped(): MachineStatus {
    const status = this.#audience.tellAll(performance.now());
    for (const resolve of this.#waiting.splice(0)) resolve(status);
    return status;
  }

  #start(job: Job): Promise<MachineStatus> {
    const { machine } = this;
    this.#pacer.anchor(performance.now(), machine.tick, machine.instructions);
    this.#surrounding.wake();
    // A machine that is over may stop without a slice; so may one whose condition holds already.
    this.machine.undertake(job);
    this.#audience.tellStatus(performance.now());
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Ends what is running before something else is done. */
  #interrupt(): void {
    if (this.machine.job === undefined) return;
    this.machine.finish({ kind: "you" });
    this.#stopped();
  }

  #check(): void {
    if (this.#isClosed) throw new EngineError("the machine was closed", { id: this.id });
  }

  // Control --------------------------------------------------------------------------------------------------------------

  async run(until: Until = {}): Promise<MachineStatus> {
    this.#check();
    return this.#start(this.machine.begin(until));
  }

  async pause(): Promise<MachineStatus> {
    this.#interrupt();
    return this.#stopped();
  }

  async step(count = 1): Promise<MachineStatus> {
    this.#check();
    this.#interrupt();
    this.machine.step(Math.min(count, 1_000_000));
    return this.#stopped();
  }

  async stepOver(): Promise<MachineStatus> {
    this.#check();
    this.#interrupt();
    return this.#start(stepOver(this.machine));
  }

  async stepOut(): Promise<MachineStatus> {
    this.#check();
    this.#interrupt();
    return this.#start(new StepOut(this.machine));
  }

  async stepBack(count = 1): Promise<MachineStatus> {
    this.#check();
    this.#interrupt();
    return this.#start(Travel.back(this.machine, count));
  }

  async goTo(tick: number): Promise<MachineStatus> {
    this.#check();
    this.#interrupt();
    return this.#start(Travel.toTick(this.machine, tick));
  }

  async reset(): Promise<MachineStatus> {
    this.#check();
    if (this.machine.guest.failure !== undefined) return this.powerOn();
    this.#interrupt();
    this.machine.reset();
    return this.#stopped();
  }

  async powerOn(change: Partial<MachineConfiguration> = {}): Promise<MachineStatus> {
    this.#check();
    this.#interrupt();
    const configuration = { ...this.#configuration, ...change };
    const { breakpoints } = this.machine;
    const { version } = this.machine.status();
    this.machine = this.#surrounding.powerOn(configuration);
    this.#configuration = configuration;
    for (const address of breakpoints) this.machine.breakpoints.add(address);
    this.machine.skipVersions(version + 1);
    this.#pacer = new Pacer(this.machine.configuration.ticksPerSecond);
    this.#pacer.speed = this.#speed;
    this.#audience.anotherMachine();
    return this.#stopped();
  }

  async setSpeed(speed: Speed): Promise<void> {
    this.#speed = speed;
    this.#pacer.speed = speed;
    this.#pacer.anchor(performance.now(), this.machine.tick, this.machine.instructions);
    this.#surrounding.wake();
  }

  // Looking and changing ---------------------------------------------------------------------------------------------------

  async processors(): Promise<readonly ProcessorStatus[]> {
    this.#check();
    return this.machine.processors();
  }

  async registers(processor?: number): Promise<RegisterFile> {
    this.#check();
    return this.machine.registers(processor);
  }

  async systemRegisters(processor?: number): Promise<SystemRegisters> {
    this.#check();
    return this.machine.systemRegisters(processor);
  }

  async ledger(processor?: number): Promise<Ledger> {
    this.#check();
    return this.machine.ledger(processor);
  }

  async tlb(processor?: number): Promise<TlbView> {
    this.#check();
    return this.machine.tlb(processor);
  }

  async walk(linear: number | bigint, access: WalkAccess, processor?: number): Promise<PageWalk> {
    this.#check();
    return this.machine.walk(linear, access, processor);
  }

  async writeRegister(name: string, value: bigint, processor?: number): Promise<MachineStatus> {
    this.#check();
    if (!this.machine.writeRegister(name, value, processor)) throw new EngineError(`no register ${name}`, { name });
    return this.#stopped();
  }

  async readMemory(space: AddressSpaceName, address: number, length: number): Promise<Uint8Array> {
    this.#check();
    return this.machine.readMemory(space, address, Math.min(length, MAX_READ));
  }

  async writeMemory(space: AddressSpaceName, address: number, bytes: Uint8Array): Promise<MachineStatus> {
    this.#check();
    this.machine.writeMemory(space, address, bytes);
    return this.#stopped();
  }

  async disassemble(address: number | undefined, count: number): Promise<readonly DisassembledLine[]> {
    this.#check();
    return disassembleAt(this.machine, address, Math.min(count, 1000));
  }

  async screen(): Promise<Screen> {
    this.#check();
    return readScreen(this.machine.guest.pc.board.vga);
  }

  async board(): Promise<BoardMap> {
    this.#check();
    return this.machine.board();
  }

  async devices(): Promise<Readonly<Record<string, object>>> {
    this.#check();
    return this.machine.devices();
  }

  /** No slice comes between them: each answers before this thread does anything else. */
  async together(reads: readonly Read[]): Promise<{ tick: Tick; values: unknown[] }> {
    this.#check();
    const { tick } = this.machine;
    const one = ({ method, args }: Read) => (this[method] as (...args: unknown[]) => Promise<unknown>)(...args);
    const answers = await Promise.allSettled(reads.map(one));
    return { tick, values: answers.map((answer) => (answer.status === "fulfilled" ? answer.value : answer.reason)) };
  }

  async breakpoints(): Promise<readonly number[]> {
    return [...this.machine.breakpoints].sort((a, b) => a - b);
  }

  async setBreakpoint(address: number, on: boolean): Promise<void> {
    if (on) this.machine.breakpoints.add(address);
    else this.machine.breakpoints.delete(address);
    this.machine.breakpointsChanged();
  }

  async key(code: string, down: boolean): Promise<void> {
    this.#check();
    this.machine.key(code, down);
    this.#surrounding.wake();
  }

  async type(text: string): Promise<void> {
    this.#check();
    this.machine.type(text);
    this.#surrounding.wake();
  }

  async mouse(action: MouseAction): Promise<void> {
    this.#check();
    this.machine.mouse(action);
    this.#surrounding.wake();
  }

  async serialInput(text: string): Promise<void> {
    this.#check();
    this.machine.serialInput(new TextEncoder().encode(text));
    this.#surrounding.wake();
  }

  async snapshot(): Promise<Snapshot> {
    this.#check();
    return this.machine.snapshot();
  }

  async restore(snapshot: Snapshot): Promise<MachineStatus> {
    this.#check();
    this.#interrupt();
    const fault = this.machine.restore(snapshot);
    if (fault !== undefined) throw new EngineError(`the snapshot cannot be used: ${fault.message}`, { ...fault });
    this.#audience.anotherPast();
    return this.#stopped();
  }

  async hash(): Promise<string> {
    this.#check();
    return this.machine.hash();
  }

  async firmwareLines(): Promise<readonly SourceLine[]> {
    return this.#configuration.bios === undefined ? this.#surrounding.firmwareLines() : [];
  }

  close(): void {
    this.#isClosed = true;
    this.#surrounding.closed(this);
    const reason: StopReason = { kind: "you" };
    if (this.machine.job !== undefined) this.machine.finish(reason);
    for (const resolve of this.#waiting.splice(0)) resolve(this.machine.status());
  }
}
