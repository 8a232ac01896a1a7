/**
 * The PC: memory, the devices of the board, the processors, and what they see of them.
 *
 * ROM ends at 4 GiB, and its last 128 KiB also at 1 MiB, where the host bridge can put memory over it. A0000–FFFFF is
 * otherwise the devices'.
 */
import type { AccessSize, Bus, Device, DeviceEvent, Tick } from "../chipset/bus.ts";
import { TickClock } from "../chipset/clock.ts";
import { IoPorts } from "../chipset/ioports.ts";
import { MmioSpace } from "../chipset/mmiospace.ts";
import { BusMasters } from "../cpu/busmasters.ts";
import { CacheLines } from "../cpu/cachelines.ts";
import { type DeviceMemory, PhysicalMap } from "../cpu/physical.ts";
import type { Watchpoint } from "../cpu/watchpoints.ts";
import type { BusEvent } from "./api.ts";
import { Apics, isMessage } from "./apics.ts";
import { type Board, type BoardOutputs, buildBoard } from "./board.ts";
import type { CompleteConfiguration } from "./configuration.ts";
import type { Cpu, CpuMaker, CpuStop, CpuSurroundings, ProcessorEvent } from "./cpu.ts";
import { MasterMemory } from "./mastermemory.ts";
import { memorySize } from "./memorysize.ts";
import { Processors } from "./processors.ts";
import { WatchedMemory } from "./watchedmemory.ts";

/** A bus event, without the instruction whose access it was. */
export type UnplacedBusEvent = BusEvent extends infer E ? (E extends BusEvent ? Omit<E, "cs" | "ip"> : never) : never;

/** Where the PC's wires leave it. */
export interface PcOutputs
  extends Omit<
    BoardOutputs,
    | "interrupt"
    | "a20"
    | "setReach"
    | "setSmram"
    | "ioApic"
    | "ignoreNumericError"
    | "smi"
    | "suspend"
    | "line"
    | "masterOf"
  > {
  /** From the processor, or from a device; `tick`: where it was before now. */
  event(event: ProcessorEvent, tick?: Tick): void;
  /** Something happened on a bus; only called for kinds in `watched`. */
  bus(event: UnplacedBusEvent): void;
}

/** Ticks of one run of the processor, which counts them in 32 bits. */
const MAX_RUN = 2 ** 30;

/** All parts of one machine, wired. */
export class Pc {
  readonly configuration: CompleteConfiguration;
  readonly map: PhysicalMap;
  readonly clock: TickClock;
  readonly ports: IoPorts;
  readonly mmio: MmioSpace;
  readonly processors: Processors;
  readonly board: Board;
  /** Absent where the processors have no APIC: the 8259 is then their only source of interrupts. */
  readonly apics: Apics | undefined;
  /** All parts with state, in the order of reset; names are unique. */
  readonly devices: readonly Device[];
  /** Kinds of events on the buses that are told. */
  readonly watched: Record<BusEvent["kind"], boolean> = { port: false, mmio: false, dma: false, line: false };
  readonly #outputs: PcOutputs;
  readonly #randomSeed: number;
  /** The present run of a processor: since when, until when at the latest. */
  #running = false;
  #runStart = 0;
  #runEnd = 0;

  constructor(configuration: CompleteConfiguration, rom: Uint8Array, outputs: PcOutputs, makeCpu: CpuMaker) {
    this.#outputs = outputs;
    this.configuration = configuration;
    const { processors: count } = configuration;
    this.#randomSeed = configuration.randomSeed;
    const { bytes, below } = memorySize(configuration);
    this.map = new PhysicalMap(bytes, count, rom.length + LOW_ROM, below);
    const caches = configuration.cacheLines ? new CacheLines(bytes) : undefined;
    this.map.caches = caches;
    this.clock = new TickClock(configuration.ticksPerSecond);
    const log = (event: DeviceEvent) => {
      if (event.kind === "unimplemented") outputs.event({ kind: "unimplemented", part: event.part, text: event.text });
    };
    this.ports = new IoPorts(log);
    this.mmio = new MmioSpace(log);
    mapFirmware(this.map, rom);
    const cpus = Array.from({ length: count }, (_, n) =>
      makeCpu(this.map, this.#surroundings(n), n, configuration.cpu),
    );
    this.processors = new Processors(cpus, configuration.turns);
    const memory = new MasterMemory(new BusMasters(this.map), (address, data) =>
      this.apics?.messages.message(address, data),
    );
    const bus: Bus = { ports: this.ports, mmio: this.mmio, memory, clock: this.clock, log };
    this.apics = cpus[0]?.apic
      ? new Apics(
          bus,
          cpus,
          () => this.board.interrupts.acknowledge(),
          () => this.#coverApics(),
        )
      : undefined;
    this.map.devices = this.#deviceMemory();
    this.board = buildBoard(bus, configuration, {
      serial: (port, byte) => outputs.serial(port, byte),
      debug: (byte, port) => outputs.debug(byte, port),
      exit: (status) => outputs.exit(status),
      resetRequested: () => outputs.resetRequested(),
      interrupt: (level) => {
        if (this.apics) this.apics.interrupt(level);
        else this.first.setInterrupt(level);
      },
      a20: (level) => this.map.setA20(level),
      powerOff: () => outputs.powerOff(),
      suspend: () => {
        for (const cpu of cpus) cpu.stopUntilReset();
      },
      wake: () => outputs.wake(),
      frame: (card, frame, number) => outputs.frame(card, frame, number),
      console: (card, port, bytes) => outputs.console(card, port, bytes),
      ignoreNumericError: () => {
        for (const cpu of cpus) cpu.ignoreNumericError();
      },
      smi: () => this.first.smi(),
      setReach: (hpa, bytes, reads, writes) => this.map.setReach(hpa, bytes, reads, writes),
      setSmram: (view) => this.map.setSmram(view),
      line: (line, level) => {
        if (this.watched.line) outputs.bus({ kind: "line", line, level });
      },
      masterOf: (part) =>
        new WatchedMemory(memory, (write, address, length) => {
          if (this.watched.dma) outputs.bus({ kind: "dma", write, address, length, part });
        }),
      ...(this.apics ? { ioApic: this.apics.io } : {}),
    });
    const apics = this.apics?.devices ?? [];
    this.devices = [
      this.clock,
      this.ports,
      ...this.board.devices,
      ...apics,
      ...(caches ? [caches] : []),
      this.processors,
    ];
    this.clock.deadlineMoved = (next) => {
      if (this.#running && next < this.#runEnd) this.cpu.attention();
    };
  }

  /** The processor whose turn it is. */
  get cpu(): Cpu {
    return this.processors.current;
  }

  /** The processor that boots. */
  get first(): Cpu {
    return this.processors.all[0] as Cpu;
  }

  /** Chooses who runs next; false where all processors sleep. */
  awake(): boolean {
    return this.processors.settle(this.clock.now);
  }

  /** All sleep, and nothing that could come would wake one. */
  get sleepsForever(): boolean {
    if (this.board.power.state.isAsleep) return false;
    return !this.processors.all.some((cpu) => cpu.takesInterrupts) && !this.apics?.canInterruptMasked;
  }

  /**
   * Lets the processor whose turn it is run from now to `end` at most. Answers why it stopped; the clock is where it got
   * to, and what was due by then has happened.
   */
  run(end: Tick): CpuStop {
    const { cpu } = this;
    this.#runStart = this.clock.now;
    this.#runEnd = Math.min(end, this.#runStart + MAX_RUN, this.processors.end);
    this.#running = true;
    this.map.setSmm(cpu.inSystemManagement);
    try {
      return cpu.run(this.#runEnd - this.#runStart);
    } finally {
      this.#running = false;
      this.executed = cpu.executed;
      this.clock.advance(this.#runStart + cpu.executed);
      this.processors.settle(this.clock.now);
    }
  }

  /** Ticks of the last run. */
  executed = 0;

  /** Changes the processors' breakpoints where they differ, as they forget decoded code then; and their watchpoints. */
  armBreakpoints(addresses: ReadonlySet<number>, watchpoints: readonly Watchpoint[] = []): void {
    for (const cpu of this.processors.all) {
      if (cpu.watchpoints.length + watchpoints.length > 0) cpu.watchpoints = watchpoints;
      const { breakpoints } = cpu;
      if (breakpoints.size === addresses.size && [...addresses].every((address) => breakpoints.has(address))) continue;
      cpu.breakpoints = addresses;
    }
  }

  /** Power-on, or the reset line: memory keeps its contents, and time goes on. */
  reset(): void {
    for (const device of this.devices) device.reset();
    for (const cpu of this.processors.all) cpu.reset();
  }

  /** The reset that ends a sleep. */
  wake(): void {
    this.board.host.keepReach(() => this.reset());
  }

  /** Everybody's state was assigned: lines that are not state of their receiver follow it. */
  restored(): void {
    for (const device of this.devices) device.restored?.();
    for (const cpu of this.processors.all) cpu.restored();
    if (!this.apics) this.first.setInterrupt(this.board.interrupts.state.output);
  }

  /** What processor `n` sees. */
  #surroundings(n: number): CpuSurroundings {
    const pc = this;
    return {
      portRead: (port, size) => pc.#portRead(port, size),
      portWrite: (port, value, size) => pc.#portWrite(port, value, size),
      acknowledgeInterrupt() {
        pc.#catchUp();
        return pc.apics ? pc.apics.acknowledge(n) : pc.board.interrupts.acknowledge();
      },
      now() {
        pc.#catchUp();
        return pc.clock.now;
      },
      event(event, executed) {
        pc.#catchUp();
        const tick = executed === undefined ? undefined : pc.#runStart + executed;
        pc.#outputs.event(pc.processors?.all.length > 1 ? { ...event, processor: n } : event, tick);
      },
      msrRead(msr) {
        pc.#catchUp();
        return pc.apics?.msrRead(n, msr);
      },
      msrWrite(msr, value) {
        pc.#catchUp();
        return pc.apics?.msrWrite(n, msr, value) ?? false;
      },
      taskPriority: () => pc.apics?.taskPriority(n) ?? 0,
      setTaskPriority: (priority) => pc.apics?.setTaskPriority(n, priority),
      timeStampChanged() {
        pc.#catchUp();
        pc.apics?.local[n]?.timer.rearm();
      },
      systemManagement: (active) => pc.map.setSmm(active),
      get hasApic() {
        return pc.apics?.local[n]?.state.enabled ?? false;
      },
      randomSeed: this.#randomSeed,
      counterOverflow() {
        pc.#catchUp();
        pc.apics?.local[n]?.raise("performance");
      },
      numericError() {
        pc.#catchUp();
        pc.board.coprocessorError.raise();
      },
      pause() {
        if (pc.processors.pause(pc.#runStart + pc.cpu.executed)) pc.cpu.attention();
      },
      mayWake() {
        if (pc.#running && n !== pc.processors.state.current) pc.cpu.attention();
      },
    };
  }

  /** Device memory as the processor whose turn it is sees it: its own APIC first. */
  #deviceMemory(): DeviceMemory {
    const { apics, mmio, processors, map } = this;
    return {
      read: (hpa, size) => {
        this.#catchUp();
        const own = apics?.read(processors.state.current, hpa, size);
        const value = own ?? (map.isCovered(hpa) ? map.readCovered(hpa, size) : mmio.read(hpa, size));
        if (this.watched.mmio) this.#tellMmio(false, hpa, size, value);
        return value;
      },
      write: (hpa, value, size) => {
        this.#catchUp();
        if (this.watched.mmio) this.#tellMmio(true, hpa, size, value);
        if (apics?.write(processors.state.current, hpa, value, size)) return;
        if (apics && isMessage(hpa)) {
          if (size === 4) apics.messages.message(hpa, value);
        } else if (map.isCovered(hpa)) map.writeCovered(hpa, value, size);
        else mmio.write(hpa, value, size);
      },
    };
  }

  /** Pages of APICs' registers that lie in RAM are not plain memory. */
  #coverApics(): void {
    const bases = this.apics?.local.filter((apic) => apic.state.enabled && !apic.state.x2apic) ?? [];
    this.map.cover(new Set(bases.map((apic) => apic.state.base)));
  }

  #portRead(port: number, size: AccessSize): number {
    this.#catchUp();
    const value = this.ports.read(port, size);
    if (this.watched.port) this.#tellPort(false, port, size, value);
    return value;
  }

  #portWrite(port: number, value: number, size: AccessSize): void {
    this.#catchUp();
    if (this.watched.port) this.#tellPort(true, port, size, value >>> 0);
    this.ports.write(port, value >>> 0, size);
  }

  #tellPort(write: boolean, port: number, size: AccessSize, value: number): void {
    this.#outputs.bus({ kind: "port", write, port, size, value, ...named(this.ports.ownerOf(port)) });
  }

  /** Only processors come here: what bus masters do is told as theirs. */
  #tellMmio(write: boolean, address: number, size: AccessSize, value: number): void {
    if (!this.#running) return;
    this.#outputs.bus({ kind: "mmio", write, address, size, value, ...named(this.partAt(address)) });
  }

  /** Which device answers at `hpa`, seen by the processor whose turn it is; undefined where it is memory, or nobody. */
  partAt(hpa: number): string | undefined {
    if (this.map.readableAt(hpa) >= 0) return undefined;
    return this.apics?.partAt(this.processors.state.current, hpa) ?? this.mmio.ownerOf(hpa);
  }

  /** Devices see the tick of the instruction that reaches them. */
  #catchUp(): void {
    if (this.#running) this.clock.now = this.#runStart + this.cpu.executed;
  }
}

const named = (part: string | undefined) => (part === undefined ? {} : { part });

/** As much of the ROM is seen below 1 MiB. */
const LOW_ROM = 0x20000;

/** The whole image ends at 4 GiB, its last 128 KiB also at 1 MiB. */
function mapFirmware(map: PhysicalMap, rom: Uint8Array): void {
  map.mapRom(2 ** 32 - rom.length, rom);
  const low = rom.subarray(Math.max(0, rom.length - LOW_ROM));
  map.mapRom(0x100000 - low.length, low);
}
