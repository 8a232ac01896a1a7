/**
 * The PC: memory, the devices of the board, the processor, and what the processor sees of them.
 *
 * ROM ends at 4 GiB, and its last 128 KiB also at 1 MiB, where the host bridge can put memory over it. A0000–FFFFF is
 * otherwise the devices'.
 */
import type { AccessSize, Bus, Device, DeviceEvent, Tick } from "../chipset/bus.ts";
import { TickClock } from "../chipset/clock.ts";
import { IoPorts } from "../chipset/ioports.ts";
import { MmioSpace } from "../chipset/mmiospace.ts";
import { BusMasters } from "../cpu/busmasters.ts";
import { PhysicalMap } from "../cpu/physical.ts";
import { type Board, type BoardOutputs, buildBoard } from "./board.ts";
import type { CompleteConfiguration } from "./configuration.ts";
import type { Cpu, CpuMaker, CpuStop, CpuSurroundings, ProcessorEvent } from "./cpu.ts";

/** Where the PC's wires leave it. */
export interface PcOutputs extends Omit<BoardOutputs, "interrupt" | "a20" | "setReach" | "setSmram"> {
  /** From the processor, or from a device. */
  event(event: ProcessorEvent): void;
  /** A port was read or written; only called while `watchesPorts`. */
  port(write: boolean, port: number, size: AccessSize, value: number): void;
}

/** Ticks of one run of the processor, which counts them in 32 bits. */
const MAX_RUN = 2 ** 30;

/** All parts of one machine, wired. */
export class Pc implements CpuSurroundings {
  readonly map: PhysicalMap;
  readonly clock: TickClock;
  readonly ports: IoPorts;
  readonly mmio: MmioSpace;
  readonly cpu: Cpu;
  readonly board: Board;
  /** All parts with state, in the order of reset; names are unique. */
  readonly devices: readonly Device[];
  watchesPorts = false;
  readonly #outputs: PcOutputs;
  /** The processor's present run: since when, until when at the latest. */
  #running = false;
  #runStart = 0;
  #runEnd = 0;

  constructor(configuration: CompleteConfiguration, rom: Uint8Array, outputs: PcOutputs, makeCpu: CpuMaker) {
    this.#outputs = outputs;
    this.map = new PhysicalMap(configuration.memoryMiB * 2 ** 20, 1);
    this.clock = new TickClock(configuration.ticksPerSecond);
    const log = (event: DeviceEvent) => {
      if (event.kind === "unimplemented") outputs.event({ kind: "unimplemented", part: event.part, text: event.text });
    };
    this.ports = new IoPorts(log);
    this.mmio = new MmioSpace(log);
    this.map.devices = {
      read: (hpa, size) => {
        this.#catchUp();
        return this.mmio.read(hpa, size);
      },
      write: (hpa, value, size) => {
        this.#catchUp();
        this.mmio.write(hpa, value, size);
      },
    };
    mapFirmware(this.map, rom);
    this.cpu = makeCpu(this.map, this);
    const bus: Bus = { ports: this.ports, mmio: this.mmio, memory: new BusMasters(this.map), clock: this.clock, log };
    this.board = buildBoard(bus, configuration, {
      serial: (port, byte) => outputs.serial(port, byte),
      debug: (byte, port) => outputs.debug(byte, port),
      exit: (status) => outputs.exit(status),
      resetRequested: () => outputs.resetRequested(),
      interrupt: (level) => this.cpu.setInterrupt(level),
      a20: (level) => this.map.setA20(level),
      powerOff: () => outputs.powerOff(),
      setReach: (hpa, bytes, reads, writes) => this.map.setReach(hpa, bytes, reads, writes),
      setSmram: (view) => this.map.setSmram(view),
    });
    this.devices = [this.clock, this.ports, ...this.board.devices];
    this.clock.deadlineMoved = (next) => {
      if (this.#running && next < this.#runEnd) this.cpu.attention();
    };
  }

  /**
   * Lets the processor run from now to `end` at most. Answers why it stopped; the clock is where it got to, and what was
   * due by then has happened.
   */
  run(end: Tick): CpuStop {
    this.#runStart = this.clock.now;
    this.#runEnd = Math.min(end, this.#runStart + MAX_RUN);
    this.#running = true;
    try {
      return this.cpu.run(this.#runEnd - this.#runStart);
    } finally {
      this.#running = false;
      this.clock.advance(this.#runStart + this.cpu.executed);
    }
  }

  /** Changes the processor's breakpoints where they differ: it forgets decoded code then. */
  armBreakpoints(addresses: ReadonlySet<number>): void {
    const { breakpoints } = this.cpu;
    if (breakpoints.size === addresses.size && [...addresses].every((address) => breakpoints.has(address))) return;
    this.cpu.breakpoints = addresses;
  }

  /** Power-on, or the reset line: memory keeps its contents, and time goes on. */
  reset(): void {
    for (const device of this.devices) device.reset();
    this.cpu.reset();
  }

  /** Everybody's state was assigned: lines that are not state of their receiver follow it. */
  restored(): void {
    for (const device of this.devices) device.restored?.();
    this.cpu.restored();
    this.cpu.setInterrupt(this.board.interrupts.state.output);
  }

  portRead(port: number, size: AccessSize): number {
    this.#catchUp();
    const value = this.ports.read(port, size);
    if (this.watchesPorts) this.#outputs.port(false, port, size, value);
    return value;
  }

  portWrite(port: number, value: number, size: AccessSize): void {
    this.#catchUp();
    if (this.watchesPorts) this.#outputs.port(true, port, size, value >>> 0);
    this.ports.write(port, value >>> 0, size);
  }

  acknowledgeInterrupt(): number {
    this.#catchUp();
    return this.board.interrupts.acknowledge();
  }

  now(): Tick {
    this.#catchUp();
    return this.clock.now;
  }

  event(event: ProcessorEvent): void {
    this.#catchUp();
    this.#outputs.event(event);
  }

  /** Devices see the tick of the instruction that reaches them. */
  #catchUp(): void {
    if (this.#running) this.clock.now = this.#runStart + this.cpu.executed;
  }
}

/** The whole image ends at 4 GiB, its last 128 KiB also at 1 MiB. */
function mapFirmware(map: PhysicalMap, rom: Uint8Array): void {
  map.mapRom(2 ** 32 - rom.length, rom);
  const low = rom.subarray(Math.max(0, rom.length - 0x20000));
  map.mapRom(0x100000 - low.length, low);
}
