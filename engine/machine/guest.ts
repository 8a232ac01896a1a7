/**
 * One PC on its way through time: the loop that gives the processor its ticks and the devices their deadlines, and what
 * the guest does to the outside: events, what it said, how it ended. `machine.ts` adds control, inputs and the past.
 *
 * What a guest does never throws out of `advance` and never holds it: a fault of ours ends in `failure`.
 */
import type { State, Tick } from "../chipset/bus.ts";
import { bootCmos } from "../chipset/cmos.ts";
import { EngineError } from "../wasm/error.ts";
import type { MachineEvent, StopReason } from "./api.ts";
import type { SendBytes, SendFrame } from "./cards.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { CompleteConfiguration } from "./configuration.ts";
import type { CpuMaker, CpuStop, ProcessorEvent } from "./cpu.ts";
import { EventLog } from "./eventlog.ts";
import { serialPorts } from "./firmwareconfig.ts";
import type { Input } from "./history.ts";
import { enterKernel, prepareKernel } from "./kernelentry.ts";
import { enterLinux } from "./linux.ts";
import { isLinux } from "./linuximage.ts";
import { Pc, type UnplacedBusEvent } from "./pc.ts";
import { readState, type SnapshotFault } from "./snapshot.ts";
import type { Decoded } from "./statecodec.ts";
import { assignState, misfit } from "./stateshape.ts";
import { Transcript } from "./transcript.ts";
import { keystrokes } from "./typing.ts";

/** How an attempt to move on ended: a stop, "idle" (halted as long as was allowed), or undefined (at the given tick). */
export type Advance = StopReason | "idle" | undefined;

export interface AdvanceLimits {
  /** Also stops when so many have been executed since power-on. */
  readonly instructions?: number;
  /** A halted machine may not pass this tick. */
  readonly idleEnd?: Tick;
  /** A breakpoint at the very next instruction counts. */
  readonly checkFirst?: boolean;
}

/** Inputs that are known already, because the guest had them before it went back. */
export interface KnownFuture {
  readonly upcoming: Input | undefined;
  take(): void;
  isDue(instructions: number): boolean;
}

type ResetKind = "none" | "reset" | "wake";
type KernelState = "none" | "waits" | "begins" | "asks" | "enters";

/** What an INT 19h makes of it. */
const NEXT: { readonly [State in KernelState]?: KernelState } = { waits: "begins", asks: "enters" };

/** INT 19h: the firmware's bootstrap loader. */
const BOOT_VECTOR = 0x19;
/** A reset takes a millisecond, as boards' reset circuits do: a guest that resets for ever is not for ever resetting. */
const RESETS_PER_SECOND = 1000;
/** Returns of the processor without a tick of progress, before it is called a fault of ours. */
const MAX_FRUITLESS = 1000;

export class Guest {
  readonly configuration: CompleteConfiguration;
  readonly pc: Pc;
  readonly events = new EventLog();
  /** COM1 and COM2 since power-on, and COM3 and COM4 where they are. */
  readonly serial: readonly Transcript[];
  /** Ports 402h and E9h. */
  readonly debug = new Transcript();
  /** Called with each event: as it happens where `hears` says so, else some later, in their order. */
  onEvent: (event: MachineEvent) => void = () => {};
  hears: () => boolean = () => false;
  /** Called where the history wants the present moment. */
  onDue: () => void = () => {};
  /** Called with each byte written to port 402h or E9h. */
  onDebug: (byte: number, port: number) => void = () => {};
  /** A card sent a frame by its cable. */
  onFrame: SendFrame = () => {};
  /** A card said bytes by one of its serial ports; said again where known ticks are run again. */
  onConsole: SendBytes = () => {};
  future: KnownFuture | undefined;
  /** Instructions and iterations of repeated ones since power-on: ticks without idle time. */
  instructions = 0;
  exit: number | null = null;
  isOff = false;
  chain: string[] | null = null;
  failure: string | undefined;
  /** The parts' state at power-on: what a restored one must look like. */
  readonly #model: State;
  #pending: StopReason | undefined;
  /** A reset that has been asked for; `wake`: the one that ends a sleep, and leaves all memory as it is. */
  #resetPending: ResetKind = "none";
  /**
   * The configuration's kernel: not (any more) to be entered, when the firmware boots, now, or, where firmware is asked for
   * its map of memory first, when it has answered, and now that it has.
   */
  #kernel: KernelState = "none";
  /** The reset line stays low until this tick. */
  #heldUntil: Tick = 0;
  /** Of the last triple fault. */
  #faults: readonly string[] = [];

  constructor(configuration: CompleteConfiguration, rom: Uint8Array, makeCpu: CpuMaker) {
    this.configuration = configuration;
    this.serial = serialPorts(configuration).map(() => new Transcript());
    const outputs = {
      serial: (port: number, byte: number) => this.serial[port]?.add(byte),
      debug: (byte: number, port: number) => {
        this.debug.add(byte);
        this.onDebug(byte, port);
      },
      exit: (status: number) => this.#exited(status),
      powerOff: () => this.#poweredOff(),
      frame: (card: number, frame: Uint8Array, number: number) => this.onFrame(card, frame, number),
      console: (card: number, port: number, bytes: Uint8Array) => this.onConsole(card, port, bytes),
      resetRequested: () => this.#requestReset("reset"),
      wake: () => this.#requestReset("wake"),
      event: (event: ProcessorEvent, tick?: Tick) => this.#happened(event, tick),
      bus: (event: UnplacedBusEvent) => {
        if (event.kind === "dma" || event.kind === "line") return this.#happened(event);
        const { cs } = this.pc.cpu.status();
        // The processor counts an instruction that accesses memory after the access, one that accesses a port before it.
        const tick = event.kind === "mmio" ? this.tick + 1 : this.tick;
        this.#happened({ ...event, cs, ip: this.pc.cpu.instructionIp }, tick);
      },
    };
    this.pc = new Pc(configuration, rom, outputs, makeCpu);
    for (const [processor, cpu] of this.pc.processors.all.entries())
      cpu.onWatched = (watchpoint) => this.stopSoon({ kind: "watchpoint", watchpoint, processor });
    this.#powerUp();
    const { devices, machine } = this.state();
    this.#model = structuredClone({ devices, machine });
  }

  get tick(): Tick {
    return this.pc?.clock.now ?? 0; // the parts may speak while they are made
  }

  /** How it ended, where it did. */
  get over(): StopReason | undefined {
    if (this.failure !== undefined) return { kind: "failed", message: this.failure };
    if (this.exit !== null) return { kind: "exit", status: this.exit };
    if (this.isOff) return { kind: "power off" };
    return this.chain === null ? undefined : { kind: "triple fault", chain: this.chain };
  }

  /** Time passes, but nothing is executed. */
  get isIdle(): boolean {
    return this.tick < this.#heldUntil || !this.pc.processors.awake;
  }

  /** Asks to stop after the present instruction. */
  stopSoon(reason: StopReason): void {
    this.#pending ??= reason;
    this.pc.cpu.attention();
  }

  /** Moves on to tick `end` at most. */
  advance(end: Tick, limits: AdvanceLimits = {}): Advance {
    if (this.over !== undefined) return this.over;
    this.#pending = undefined;
    try {
      return this.#advance(end, limits);
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
      return this.over;
    }
  }

  #advance(end: Tick, limits: AdvanceLimits): Advance {
    const { clock } = this.pc;
    const { instructions = Number.POSITIVE_INFINITY } = limits;
    const idleEnd = Math.floor(limits.idleEnd ?? Number.POSITIVE_INFINITY);
    let checks = limits.checkFirst ?? false;
    let fruitless = 0;
    for (;;) {
      if (this.#pending !== undefined) return this.#pending;
      if (this.#resetPending !== "none") this.#reset();
      if (this.#kernel === "begins" || this.#kernel === "enters") this.#enterKernel();
      const input = this.future?.upcoming;
      if (input !== undefined && input.tick <= clock.now) {
        this.apply(input);
        this.future?.take();
        continue;
      }
      if (clock.now >= end || this.instructions >= instructions) return undefined;
      if (this.future?.isDue(this.instructions)) this.onDue();
      if (clock.nextDeadline <= clock.now) {
        clock.advance(clock.now);
        continue;
      }
      const limit = Math.min(end, clock.nextDeadline, input?.tick ?? end);
      if (clock.now < this.#heldUntil) {
        clock.advance(Math.min(limit, this.#heldUntil));
        continue;
      }
      if (!this.pc.awake()) {
        if (this.pc.sleepsForever) {
          // Nothing wakes a processor, but what was sent before it stopped still leaves the serial lines.
          if (this.pc.board.uarts.every((uart) => uart.state.shifting < 0)) return { kind: "halt", forever: true };
          clock.advance(limit);
          continue;
        }
        if (clock.now >= idleEnd) return "idle";
        clock.advance(Math.min(limit, idleEnd));
        continue;
      }
      const { cpu } = this.pc;
      if (checks && cpu.breakpoints.size > 0 && !cpu.canWake) {
        const { codeAddress } = cpu;
        if (cpu.breakpoints.has(codeAddress)) return { kind: "breakpoint", address: codeAddress };
      }
      checks = true;
      const tellsAtOnce = NEXT[this.#kernel] !== undefined || this.hears();
      if (cpu.tellsAtOnce !== tellsAtOnce) cpu.tellsAtOnce = tellsAtOnce;
      const stop = this.pc.run(Math.min(limit, clock.now + instructions - this.instructions));
      this.instructions += this.pc.executed;
      fruitless = this.pc.executed > 0 ? 0 : fruitless + 1;
      if (fruitless > MAX_FRUITLESS) throw new EngineError("the processor makes no progress", { stop });
      const reason = this.#stopped(stop);
      if (reason !== undefined) return reason;
    }
  }

  /** What the processor's return means. */
  #stopped(stop: CpuStop): StopReason | undefined {
    const { cpu } = this.pc;
    if (stop === "breakpoint") return { kind: "breakpoint", address: cpu.codeAddress };
    if (stop !== "shutdown") return undefined;
    if (this.configuration.stopOnTripleFault) {
      this.chain = [...this.#faults];
      return this.over;
    }
    this.#resetPending = "reset";
    return undefined;
  }

  #happened(event: ProcessorEvent, tick = this.tick): void {
    // What is still to be told was before.
    this.pc?.cpu.tellNotes();
    // The event is nobody else's: copying each would cost more than what it tells of.
    (event as { tick?: number }).tick = tick;
    const known = event as MachineEvent;
    if (known.kind === "triple fault") this.#faults = known.chain;
    const next = NEXT[this.#kernel];
    if (next !== undefined && known.kind === "interrupt" && known.vector === BOOT_VECTOR) {
      this.#kernel = next;
      this.pc.cpu.attention();
    }
    if (!this.events.muted) this.onEvent(known);
    this.events.add(known);
  }

  #exited(status: number): void {
    this.exit = status;
    this.#letSerialLeave();
    this.stopSoon({ kind: "exit", status });
  }

  #poweredOff(): void {
    this.isOff = true;
    this.#letSerialLeave();
    this.stopSoon({ kind: "power off" });
  }

  /** What is still on its way out of the transmitter would be lost with the machine. */
  #letSerialLeave(): void {
    for (const [port, { state }] of this.pc.board.uarts.entries()) {
      const { shifting, tx } = state;
      for (const byte of shifting >= 0 ? [shifting, ...tx] : tx) this.serial[port]?.add(byte);
    }
  }

  #requestReset(kind: ResetKind): void {
    this.#resetPending = kind;
    this.pc.cpu.attention();
  }

  #reset(): void {
    const kind = this.#resetPending;
    this.#resetPending = "none";
    this.#heldUntil = this.tick + Math.floor(this.configuration.ticksPerSecond / RESETS_PER_SECOND);
    // One that ends a sleep starts nothing afresh: the system that is in memory goes on.
    if (kind === "wake") {
      this.pc.wake();
      return;
    }
    this.#powerUp();
    const { bootOnce, bootOrder } = this.configuration;
    if (bootOnce !== undefined)
      for (const [index, value] of bootCmos(bootOrder)) this.pc.board.rtc.state.ram[index] = value;
    this.#happened({ kind: "reset" });
  }

  #powerUp(): void {
    this.pc.reset();
    for (const { address, bytes } of this.configuration.loads ?? []) this.pc.map.load(address, bytes);
    this.#kernel = this.configuration.kernel === undefined ? "none" : "waits";
  }

  /** The firmware has done its part and would boot now: a kernel takes over. */
  #enterKernel(): void {
    const { kernel } = this.configuration;
    const step = this.#kernel;
    this.#kernel = "none";
    if (kernel === undefined) return;
    const { image, commandLine = "", initrd, modules = [] } = kernel;
    if (isLinux(image)) enterLinux(this.pc, image, commandLine, initrd);
    else if (step === "begins") {
      prepareKernel(this.pc, image);
      this.#kernel = "asks";
    } else enterKernel(this.pc, image, commandLine, modules);
  }

  /** Lets something from outside take effect now. */
  apply(input: Input): void {
    switch (input.kind) {
      case "key":
        this.pc.board.keyboard.key(input.code, input.down);
        return;
      case "type":
        this.pc.board.typist.type(keystrokes(input.text));
        return;
      case "mouse":
        this.pc.board.mouse.move(input.right, input.up, input.back, input.buttons);
        return;
      case "serial":
        for (const byte of input.bytes) this.pc.board.uarts[input.port]?.receive(byte);
        return;
      case "frame":
        this.pc.board.links.get(input.card)?.receive(input.bytes);
        return;
      case "console":
        this.pc.board.consoles.get(input.card)?.receive(input.port, input.bytes);
        return;
      case "memory":
        this.pc.map.load(input.hpa, input.bytes);
        return;
      case "port":
        if (input.value === undefined) this.pc.ports.read(input.port, input.size);
        else this.pc.ports.write(input.port, input.value, input.size);
        return;
      case "register":
        this.pc.processors.all[input.processor]?.writeRegister(input.name, input.value);
        return;
      case "reset":
        this.exit = null;
        this.isOff = false;
        this.chain = null;
        this.#reset();
        return;
    }
  }

  /** Everything that the future depends on, as plain data: views, not copies. */
  state(): State {
    const devices: State = {};
    for (const device of this.pc.devices) devices[device.name] = device.state as State;
    const said = [...this.serial, this.debug].map((line) => line.save());
    const machine: State = {
      exit: this.exit,
      isOff: this.isOff,
      chain: this.chain,
      resetPending: this.#resetPending,
      heldUntil: this.#heldUntil,
      kernel: this.#kernel,
      said,
    };
    return { devices, machine, processors: this.pc.processors.all.map((cpu) => cpu.state), ram: this.pc.map.ram };
  }

  /** Becomes what it was at `checkpoint`; answers what does not fit, and then has changed nothing. */
  assign(checkpoint: Checkpoint): SnapshotFault | undefined {
    const read = readState(checkpoint);
    if ("fault" in read) return read.fault;
    const { state } = read;
    const { processors, ram } = this.state();
    const fault = misfit({ ...this.#model, processors, ram }, state, "machine");
    if (fault !== undefined) return { offset: 0, message: fault };
    const wanted = this.pc.processors.all.length;
    const count = (state.processors as Decoded[]).length;
    if (count !== wanted) {
      return { offset: 0, message: `machine.processors: expected ${wanted} elements, found ${count}` };
    }
    const devices = state.devices as { [name: string]: Decoded };
    for (const device of this.pc.devices) assignState(device.state, devices[device.name]);
    assignState(this.pc.map.ram, state.ram);
    const saved = state.processors as Decoded[];
    for (const [n, cpu] of this.pc.processors.all.entries()) assignState(cpu.state, saved[n]);
    const machine = assignState({}, state.machine) as unknown as SavedMachine;
    for (const [i, line] of [...this.serial, this.debug].entries()) line.load(machine.said[i]);
    Object.assign(this, { exit: machine.exit, isOff: machine.isOff, chain: machine.chain, failure: undefined });
    Object.assign(this, { instructions: checkpoint.instructions });
    this.#resetPending = machine.resetPending;
    this.#heldUntil = machine.heldUntil;
    this.#kernel = machine.kernel;
    this.pc.clock.now = checkpoint.tick;
    this.pc.restored();
    return undefined;
  }
}

/** What `state` says of the machine itself. */
interface SavedMachine {
  readonly exit: number | null;
  readonly isOff: boolean;
  readonly chain: string[] | null;
  readonly resetPending: ResetKind;
  readonly heldUntil: Tick;
  readonly kernel: KernelState;
  readonly said: readonly ReturnType<Transcript["save"]>[];
}
