/**
 * What the machine needs of a processor, so that a test can pass a small one of its own; the real one is
 * `x86.ts`.
 */
import type { ApicFeatures } from "../chipset/lapicmsr.ts";
import type { LedgerCounts } from "../cpu/ledger.ts";
import type { PhysicalMap } from "../cpu/physical.ts";
import type { PageWalk, TlbView, WalkAccess } from "../cpu/walk.ts";
import type { Watchpoint } from "../cpu/watchpoints.ts";
import type { MachineEvent, MachineStatus, RegisterFile, SystemRegisters } from "./api.ts";

/** An event as the processor tells it; the machine adds the tick. */
export type ProcessorEvent = MachineEvent extends infer E ? (E extends MachineEvent ? Omit<E, "tick"> : never) : never;

/** What a processor sees around it. */
export interface CpuSurroundings {
  portRead(port: number, size: 1 | 2 | 4): number;
  portWrite(port: number, value: number, size: 1 | 2 | 4): void;
  acknowledgeInterrupt(): number;
  now(): number;
  /** `executed`: ticks of the run when it was, where that was before the instruction in progress. */
  event(event: ProcessorEvent, executed?: number): void;
  msrRead(msr: number): bigint | undefined;
  msrWrite(msr: number, value: bigint): boolean;
  taskPriority(): number;
  setTaskPriority(priority: number): void;
  timeStampChanged(): void;
  /** It has entered system management mode, or left it. */
  systemManagement(active: boolean): void;
  readonly hasApic: boolean;
  readonly randomSeed: number;
  counterOverflow(): void;
  pause(): void;
  mayWake(): void;
  numericError(): void;
}

export type CpuStop = "budget" | "attention" | "halted" | "shutdown" | "breakpoint";

export interface Cpu {
  /** What its local APIC can do; undefined where it has none: the 8259's INTR is then its own. */
  readonly apic: ApicFeatures | undefined;
  reset(): void;
  /** At most `ticks`, 1 to 2³¹ − 1. */
  run(ticks: number): CpuStop;
  /** Ticks of the last or current run, exact at callbacks, with the instruction in progress. */
  readonly executed: number;
  /** The level of INTR. */
  setInterrupt(level: boolean): void;
  nmi(): void;
  /** IGNNE#, for the numeric exception that waits. */
  ignoreNumericError(): void;
  smi(): void;
  init(): void;
  startup(vector: number): void;
  /** Executes nothing more until it is reset. */
  stopUntilReset(): void;
  /** run() shall return after the present instruction. */
  attention(): void;
  /** Whether events are told before the next instruction; else some at the run's end, in their order, by `tellNotes` before. */
  tellsAtOnce: boolean;
  tellNotes(): void;
  readonly halted: boolean;
  /** After reset or INIT; the processor that boots does not wait. */
  readonly waitsForStartup: boolean;
  /** Another processor's store may wake it, which nothing tells of. */
  readonly waitsForStore: boolean;
  /** It is in system management mode. */
  readonly inSystemManagement: boolean;
  /** It takes maskable interrupts, or waits for a store. */
  readonly takesInterrupts: boolean;
  /** The time-stamp counter. */
  readonly timeStamp: bigint;
  /** Offset in CS of the instruction in progress, at callbacks. */
  readonly instructionIp: number;
  /** An interrupt, or something else that ends a halt, would be taken at the next boundary. */
  readonly canWake: boolean;
  /** Linear addresses before whose instruction run() stops, except where the run begins there. Assigned as a whole. */
  breakpoints: ReadonlySet<number>;
  /** Linear address of the next instruction as breakpoints have it: negative in the upper half of 64-bit mode. */
  readonly codeAddress: number;
  /** Accesses to memory that are told, each before the instruction behind it. Assigned as a whole. */
  watchpoints: readonly Watchpoint[];
  onWatched: (watchpoint: Watchpoint) => void;
  /** Instructions and iterations executed since power-on. */
  readonly retired: bigint;
  readonly registerNames: ReadonlySet<string>;
  readRegister(name: string): bigint;
  writeRegister(name: string, value: bigint): void;
  registers(): RegisterFile;
  systemRegisters(): SystemRegisters;
  status(): Pick<MachineStatus, "address" | "cs" | "ip" | "mode" | "ring">;
  /** All of the architectural state, as a view. */
  readonly state: Uint8Array;
  restored(): void;
  /** Linear to physical address, -1 where unmapped. */
  translate(la: number): number;
  /** What its run has cost beside ticks. */
  readonly costs: LedgerCounts;
  tlbs(): TlbView;
  walk(linear: number | bigint, access: WalkAccess): PageWalk;
}

/** Makes a machine's processor `number` of model `cpu`; `X86` unless a test brings its own. */
export type CpuMaker = (map: PhysicalMap, surroundings: CpuSurroundings, number: number, cpu?: string) => Cpu;
