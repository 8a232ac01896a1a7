/**
 * A machine as the stub sees it. What a debugger changes is an input of the machine like any other, so that it is had again
 * when known ticks are run again; what it reads has no effect.
 *
 * Of device memory the VGA's is shown; registers are not read, as a read may change them: FF.
 */
import type { Watchpoint } from "../cpu/watchpoints.ts";
import type { StopReason, Until } from "../machine/api.ts";
import type { Job } from "../machine/job.ts";
import type { Machine } from "../machine/machine.ts";
import { OneStep } from "./onestep.ts";
import { RunBack, StepBack } from "./reverse.ts";
import { loadSegment } from "./segment.ts";
import { type Motion, type Point, SIGINT, SIGTRAP, type Stop, type Target } from "./target.ts";

/** Who drives the machine. */
export interface Driver {
  readonly machine: Machine;
  /** What ends its runs. */
  readonly until: Until;
  /** Describes its registers as those of a processor with 64-bit mode. */
  readonly isWide: boolean;
  /** Drives this job from now on; undefined: a plain run. */
  drive(job: Job | undefined): void;
  /** Stops, and tells of it (`stands`). */
  halt(): void;
  monitor(command: string): string;
  kill(): void;
}

const PAGE = 4096;
const SEGMENTS = new Set(["CS", "SS", "DS", "ES", "FS", "GS"]);

export class MachineTarget implements Target {
  readonly #driver: Driver;
  #points: readonly Point[] = [];
  readonly #watched = new Map<Watchpoint, Point>();
  #motion: Motion | undefined;
  #job: OneStep | StepBack | RunBack | undefined;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  get isWide(): boolean {
    return this.#driver.isWide;
  }

  get processors(): number {
    return this.#machine.guest.pc.processors.all.length;
  }

  get current(): number {
    return this.#machine.guest.pc.processors.state.current;
  }

  get hasPast(): boolean {
    return this.#machine.history !== undefined;
  }

  get #machine(): Machine {
    return this.#driver.machine;
  }

  #cpu(processor: number) {
    const { all } = this.#machine.guest.pc.processors;
    return all[processor] ?? this.#machine.guest.pc.cpu;
  }

  describe(processor: number): string {
    return this.#machine.processors()[processor]?.state ?? "";
  }

  // Registers and memory -------------------------------------------------------------------------------------------------

  readRegister(processor: number, name: string): bigint {
    return this.#cpu(processor).readRegister(name);
  }

  writeRegister(processor: number, name: string, value: bigint): void {
    if (SEGMENTS.has(name)) loadSegment(this, processor, name, Number(value & 0xffffn), this.#machine);
    else this.#machine.writeRegister(name, value, processor);
  }

  isFlat(processor: number): boolean {
    const cpu = this.#cpu(processor);
    return BigInt.asUintN(48, BigInt(cpu.codeAddress)) === BigInt.asUintN(48, cpu.readRegister("RIP"));
  }

  readMemory(processor: number, address: bigint, bytes: number, physical: boolean): Uint8Array | undefined {
    const pieces = this.#pieces(processor, address, bytes, physical);
    if (pieces === undefined) return undefined;
    const { pc } = this.#machine.guest;
    const read = new Uint8Array(bytes);
    for (const { hpa, at, count } of pieces) {
      if (pc.map.readable(hpa) >= 0) read.set(pc.map.peek(hpa, count), at);
      else if (pc.partAt(hpa) === undefined) return undefined;
      else for (let i = 0; i < count; i++) read[at + i] = pc.mmio.peek(hpa + i);
    }
    return read;
  }

  writeMemory(processor: number, address: bigint, bytes: Uint8Array, physical: boolean): boolean {
    const pieces = this.#pieces(processor, address, bytes.length, physical);
    const { map } = this.#machine.guest.pc;
    if (pieces === undefined || pieces.some(({ hpa, count }) => map.writable(hpa) < 0 || map.ramFrom(hpa) < count))
      return false;
    for (const { hpa, at, count } of pieces) this.#machine.writeMemory("physical", hpa, bytes.subarray(at, at + count));
    return true;
  }

  /** Where in physical memory it lies, page by page; undefined where a page is not mapped. */
  #pieces(processor: number, address: bigint, bytes: number, physical: boolean) {
    const cpu = this.#cpu(processor);
    const isLong = (cpu.readRegister("EFER") & 0x400n) !== 0n;
    const pieces: { hpa: number; at: number; count: number }[] = [];
    for (let at = 0; at < bytes; ) {
      const la = BigInt.asUintN(64, address + BigInt(at));
      const offset = Number(la % BigInt(PAGE));
      const count = Math.min(bytes - at, PAGE - offset);
      const isReachable = physical ? la < 2n ** 52n : isLong || la < 2n ** 32n;
      // Bytes of a page number: few enough for a Number, whatever the address.
      const page = BigInt.asIntN(64, la - BigInt(offset));
      const hpa = !isReachable ? -1 : physical ? Number(page) : cpu.translate(Number(page));
      if (hpa < 0) return undefined;
      pieces.push({ hpa: hpa + offset, at, count });
      at += count;
    }
    return pieces;
  }

  // Stopping and going ---------------------------------------------------------------------------------------------------

  arm(points: readonly Point[]): void {
    const machine = this.#machine;
    this.#points = points;
    this.#watched.clear();
    machine.breakpoints.clear();
    for (const point of points) {
      if ("bytes" in point) this.#watched.set(watchpointOf(point), point);
      else machine.breakpoints.add(codeAddressOf(point.address));
    }
    machine.watchpoints = [...this.#watched.keys()];
    machine.breakpointsChanged();
  }

  go(motion: Motion): void {
    const { until } = this.#driver;
    const machine = this.#machine;
    this.#motion = motion;
    this.#job =
      motion.kind === "continue"
        ? undefined
        : motion.kind === "step"
          ? new OneStep(machine, until, motion.processor)
          : motion.kind === "step back"
            ? new StepBack(machine)
            : new RunBack(machine);
    this.#driver.drive(this.#job);
  }

  halt(): void {
    this.#driver.halt();
  }

  /** Whoever drives has stopped it. */
  halted(): Stop {
    if (this.#job !== undefined && "abandon" in this.#job) this.#job.abandon();
    this.#job = undefined;
    return { signal: SIGINT, processor: this.current };
  }

  monitor(command: string): string {
    return this.#driver.monitor(command);
  }

  kill(): void {
    this.#driver.kill();
  }

  /** What a stop is to a debugger; undefined where that is nothing: the machine has ended, or sleeps for good. */
  meaningOf(reason: StopReason): Stop | undefined {
    // The turn may have gone on from the processor that stepped.
    const processor = this.#motion?.kind === "step" && reason.kind === "step" ? this.#motion.processor : this.current;
    const stop = { signal: SIGTRAP, processor };
    switch (reason.kind) {
      case "breakpoint": {
        const met = this.#points.find((p) => !("bytes" in p) && codeAddressOf(p.address) === reason.address);
        return this.#ofJob() ?? { ...stop, ...(met ? { met } : {}) };
      }
      case "watchpoint": {
        const met = this.#watched.get(reason.watchpoint);
        return { ...stop, processor: reason.processor, ...(met ? { met } : {}) };
      }
      case "step":
        return this.#ofJob() ?? stop;
      case "halt":
        return this.#motion?.kind === "step" ? stop : undefined;
    }
    return undefined;
  }

  /** The beginning of the known past. */
  #ofJob(): Stop | undefined {
    return this.#job !== undefined && "isBegin" in this.#job && this.#job.isBegin
      ? { signal: SIGTRAP, processor: this.current, isBegin: true }
      : undefined;
  }
}

/** As the processor has addresses of code: negative in the upper half of 64-bit mode. */
function codeAddressOf(address: bigint): number {
  return Number(BigInt.asIntN(64, address));
}

function watchpointOf({ kind, address, bytes }: Point & { bytes: number }): Watchpoint {
  const [low, high] = [Number(address & 0xffffffffn), Number(BigInt.asIntN(32, address >> 32n))];
  return { low, high, bytes, reads: kind !== "write", writes: kind !== "read" };
}
