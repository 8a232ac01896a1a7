/**
 * A processor with memory and nothing else, for suites that give one instruction a state and compare what it leaves: no
 * firmware, no devices, all of memory RAM. It is the machines' own processor.
 *
 * There is no prefetch queue and there are no cycles; undefined flags are what the hardware of the instruction's row
 * leaves (isa/README.md), so a comparison masks them.
 */
import * as at from "../cpu/layout.ts";
import { parseModel } from "../cpu/models.ts";
import { PhysicalMap } from "../cpu/physical.ts";
import { REPEATING } from "../cpu/registers.ts";
import { readMsr, writeMsr } from "../cpu/system/msr.ts";
import { EngineError } from "../wasm/error.ts";
import { MAX_MEMORY_MIB } from "./memorysize.ts";
import { REGISTERS } from "./registernames.ts";
import { X86 } from "./x86.ts";

export interface BareProcessorOptions {
  /** As a machine's configuration has it. Default `"max"`. */
  readonly cpu?: string;
  /** RAM from address 0 on, in MiB, 1 (the default) to 1024. */
  readonly memoryMiB?: number;
  /** False: address line 20 is held low, so that FFFF:0010 is address 0, as on an 8086. Default true. */
  readonly a20?: boolean;
  /** What answers IN and OUT; reads are all ones unless given. */
  readonly ports?: {
    read?(port: number, size: 1 | 2 | 4): number;
    write?(port: number, value: number, size: 1 | 2 | 4): void;
  };
}

/** What an instruction did. */
export interface Step {
  /** Where the processor is now: `halted` by HLT, `shutdown` after a triple fault. */
  readonly state: "running" | "halted" | "shutdown";
  /** Exceptions that were delivered, or tried, in order. */
  readonly exceptions: readonly { readonly vector: number; readonly errorCode?: number }[];
}

/** Most iterations that a step waits for: of a string instruction, 2³². */
const MOST = 2 ** 32;

export class BareProcessor {
  /** Instructions, and iterations of repeated ones, so far. */
  ticks = 0;
  readonly #cpu: X86;
  readonly #map: PhysicalMap;
  #vector = 0;
  #stale = false;
  #exceptions: { vector: number; errorCode?: number }[] = [];

  constructor({ cpu = "max", memoryMiB = 1, a20 = true, ports = {} }: BareProcessorOptions = {}) {
    const model = parseModel(cpu);
    if ("fault" in model) throw new EngineError(`cpu: ${model.fault}`);
    if (!Number.isInteger(memoryMiB) || memoryMiB < 1 || memoryMiB > MAX_MEMORY_MIB)
      throw new EngineError(
        `memoryMiB: ${memoryMiB} is not a size of memory: a whole number of MiB from 1 to ${MAX_MEMORY_MIB}`,
      );
    this.#map = new PhysicalMap(memoryMiB * 2 ** 20, 1, 0);
    this.#map.setReach(0xa0000, 0x60000, true, true);
    this.#map.setA20(a20);
    const surroundings = {
      portRead: (port: number, size: 1 | 2 | 4) => ports.read?.(port, size) ?? 0xffffffff >>> (32 - 8 * size),
      portWrite: (port: number, value: number, size: 1 | 2 | 4) => ports.write?.(port, value >>> 0, size),
      acknowledgeInterrupt: () => {
        this.#cpu.setInterrupt(false);
        return this.#vector;
      },
      now: () => this.ticks + this.#cpu.executed,
      event: (event: { kind: string; vector?: number; errorCode?: number }) => {
        const { kind, vector = 0, errorCode } = event;
        if (kind === "exception") this.#exceptions.push({ vector, ...(errorCode === undefined ? {} : { errorCode }) });
      },
    };
    this.#cpu = new X86(this.#map, surroundings, 0, cpu);
  }

  /** A register by its name (registernames.ts). */
  read(name: string): bigint {
    return registerNamed(name).read(this.#cpu);
  }

  /** Sets it, without the checks that an instruction makes. */
  write(name: string, value: number | bigint): void {
    registerNamed(name).write(this.#cpu, typeof value === "bigint" ? value : BigInt(value));
    this.#stale = true;
  }

  /** The model-specific register `number` as RDMSR reads it; undefined where it would be refused. */
  readMsr(number: number): bigint | undefined {
    return readMsr(this.#cpu, number);
  }

  /** As WRMSR does; false where it would be refused. */
  writeMsr(number: number, value: bigint): boolean {
    this.#stale = true;
    return writeMsr(this.#cpu, number, value);
  }

  /** Bytes of physical memory; FF beyond its end. */
  readMemory(address: number, length: number): Uint8Array {
    return this.#map.peek(address, length);
  }

  /** Puts bytes into physical memory; an EngineError where there is none. */
  writeMemory(address: number, bytes: Uint8Array): void {
    this.#map.load(address, bytes);
  }

  readByte(address: number): number {
    return this.#map.read8(address);
  }

  writeByte(address: number, value: number): void {
    this.#map.write8(address, value & 0xff);
  }

  /** One instruction, all iterations of a repeated one; or an interrupt's or exception's delivery. */
  step(): Step {
    this.#exceptions = [];
    this.#cpu.careful = true;
    for (let i = 0; i < MOST; i++) {
      this.#run(1);
      if (!(this.#cpu.view.getUint32(at.SHADOW, true) & REPEATING)) break;
    }
    return this.#step();
  }

  /** At most `ticks` (1 to 2³¹ − 1) instructions and iterations, ended early by HLT or a shutdown. */
  run(ticks: number): Step {
    this.#exceptions = [];
    this.#cpu.careful = false;
    this.#run(ticks);
    return this.#step();
  }

  #run(ticks: number): void {
    if (this.#stale) this.#cpu.registersAssigned();
    this.#stale = false;
    this.#cpu.run(ticks);
    this.ticks += this.#cpu.executed;
  }

  #step(): Step {
    const { isShutDown, halted } = this.#cpu;
    return { state: isShutDown ? "shutdown" : halted ? "halted" : "running", exceptions: this.#exceptions };
  }

  /** Raises INTR; what acknowledges it gets `vector`. */
  interrupt(vector: number): void {
    this.#vector = vector & 0xff;
    this.#cpu.setInterrupt(true);
  }

  nmi(): void {
    this.#cpu.nmi();
  }

  /** The reset line: registers as at power-on; memory keeps its contents. */
  reset(): void {
    this.#cpu.reset();
  }

  /** All registers, what the TLBs hold and what is pending: to be given to `restore`. */
  save(): Uint8Array {
    return this.#cpu.state.slice();
  }

  /** As it was when `save` answered this. */
  restore(state: Uint8Array): void {
    if (state.length !== this.#cpu.state.length)
      throw new EngineError(`a state of ${state.length} bytes: expected ${this.#cpu.state.length}`);
    this.#cpu.state.set(state);
    this.#cpu.restored();
  }
}

function registerNamed(name: string) {
  const register = REGISTERS.get(name);
  if (register === undefined) throw new EngineError(`no register ${name}: names are as EAX, CS.limit, CR0, XMM0`);
  return register;
}
