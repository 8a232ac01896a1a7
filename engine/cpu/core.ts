/**
 * A processor's state and its connections, as system operations see them: registers, flags, segments, memory, inputs.
 * `processor.ts` runs it.
 */

import { DebugRegisters } from "./debugregisters.ts";
import type { Fault } from "./fault.ts";
import type { GateFunctions } from "./gatememory.ts";
import * as at from "./layout.ts";
import { Ledger } from "./ledger.ts";
import type { LinearMemory } from "./linear.ts";
import type { Model } from "./models.ts";
import { LineMonitor } from "./monitor.ts";
import type { PhysicalMap } from "./physical.ts";
import {
  AC,
  AF,
  CF,
  CR0_CD,
  CR0_NW,
  CR0_PE,
  EFER_LMA,
  IF,
  IN_SMM,
  INIT_PENDING,
  INTR,
  NMI_BLOCKED,
  NMI_PENDING,
  OF,
  PF,
  SF,
  SMI_PENDING,
  STARTUP_PENDING,
  STARTUP_VECTOR,
  STATUS_FLAGS,
  VM,
  ZF,
} from "./registers.ts";
import { CS, DPL, DS, ES, L, SegmentFile, SS } from "./segments.ts";
import type { X87Functions } from "./x87/functions.ts";

export type ProcessorEvent =
  | {
      readonly kind: "exception";
      readonly vector: number;
      readonly name: string;
      readonly errorCode?: number;
      readonly cs: number;
      readonly ip: number;
    }
  | {
      readonly kind: "interrupt";
      readonly vector: number;
      readonly origin: "hardware" | "software" | "nmi";
      readonly cs: number;
      readonly ip: number;
      readonly ax: number;
    }
  | { readonly kind: "mode"; readonly mode: ModeName }
  | { readonly kind: "halt"; readonly forever: boolean }
  | { readonly kind: "triple fault"; readonly chain: readonly string[] }
  | { readonly kind: "unimplemented"; readonly part: string; readonly text: string };

export type ModeName = "real" | "virtual-8086" | "protected 16" | "protected 32" | "long" | "compatibility";

/** What a processor sees of its machine. */
export interface Surroundings {
  portRead(port: number, size: 1 | 2 | 4): number;
  portWrite(port: number, value: number, size: 1 | 2 | 4): void;
  /** INTA: the vector. Called only while the interrupt input is high. */
  acknowledgeInterrupt(): number;
  /** Ticks since power-on at this moment. */
  now(): number;
  /** `executed`: when, where that was before the instruction in progress. */
  event(event: ProcessorEvent, executed?: number): void;
  /** A model-specific register that belongs to a device (the local APIC's); undefined where there is none of that number. */
  msrRead?(number: number): bigint | undefined;
  /** Stores to one; false where there is none of that number, or it does not take the value. */
  msrWrite?(number: number, value: bigint): boolean;
  /** The local APIC's task priority, bits 7–4: CR8. */
  taskPriority?(): number;
  setTaskPriority?(priority: number): void;
  /** The time-stamp counter was written: a deadline in it moves. */
  timeStampChanged?(): void;
  /** CPUID leaf 1: there is a local APIC, and APIC_BASE enables it. */
  readonly hasApic?: boolean;
  /** Processors of the machine, this one included; 1 where absent. Their initial APIC IDs are their numbers. */
  readonly processors?: number;
  /** SMIACT#: in system management mode, SMRAM is open for this processor. */
  systemManagement?(active: boolean): void;
  /** PAUSE: a loop waits for another processor. */
  pause?(): void;
  /** Something came by one of its inputs: it may be awake now. */
  mayWake?(): void;
  /** A performance counter that asks for an interrupt has overflowed. */
  counterOverflow?(): void;
  /** Decides what RDRAND and RDSEED draw; 0 where absent. */
  readonly randomSeed?: number;
  /** FERR#: without CR0.NE, an x87 instruction waits for the exception of another to be handled. */
  numericError?(): void;
}

/** Ranges of the state that INIT leaves alone: the time-stamp counter, counted instructions, RDRAND, x87 to XCR0, XMM and YMM, MSRs, costs. */
const KEPT_BY_INIT = [
  [at.TSC_OFFSET, at.RETIRED_USER + 8],
  [at.SMBASE, at.SMBASE + 4],
  [at.RANDOM, at.RANDOM + 8],
  [at.X87, at.XCR0 + 8],
  [at.XMM, at.YMM_HIGH + 256],
  [at.MSRS, at.TLBS],
  [at.LEDGER, at.STATE_BYTES],
] as const;

const CONTROL = { 0: at.CR0, 2: at.CR2, 3: at.CR3, 4: at.CR4 } as const;

export abstract class Core {
  readonly number: number;
  readonly map: PhysicalMap;
  readonly surroundings: Surroundings;
  readonly segments: SegmentFile;
  readonly monitor: LineMonitor;
  readonly debug: DebugRegisters;
  readonly ledger: Ledger;
  abstract readonly memory: LinearMemory;
  /** Interrupts and returns that were made before. */
  abstract readonly gates: GateFunctions;
  /** The x87's library, which is made when it is first used. */
  abstract readonly x87: X87Functions;
  readonly model: Model;
  /** Address of this processor in linear memory, and its view. */
  readonly cpu: number;
  readonly view: DataView;
  /** In 64-bit mode, and: CS, DS, ES and SS all cover 4 GiB from 0. Derived by `updateMode`. */
  long = false;
  flat = false;
  /** Ticks of the run so far, the instruction in progress included. */
  executed = 0;
  /** A run is in progress. */
  protected inRun = false;
  /** The instruction in progress, while TypeScript handles one: its offset in CS. */
  instructionIp = 0;
  /** Set by an operation after which generated code must not simply go on. */
  mustLeave = false;
  /** A fault on its way from a callback to `run`. */
  pendingFault: Fault | undefined;
  /** The instruction touches device memory: it must run alone, where ticks are exact. */
  needsAlone = false;
  /** The instruction in progress has entered a handler. */
  entered = false;
  /** It runs alone now. */
  alone = false;

  constructor(map: PhysicalMap, surroundings: Surroundings, number: number, model: Model) {
    this.number = number;
    this.map = map;
    this.surroundings = surroundings;
    this.model = model;
    this.cpu = at.FIRST_PROCESSOR + number * at.PROCESSOR_BYTES;
    this.view = new DataView(map.memory.buffer, this.cpu, at.PROCESSOR_BYTES);
    this.segments = new SegmentFile(map.view, this.cpu);
    this.monitor = new LineMonitor(this);
    this.debug = new DebugRegisters(this.view);
    this.ledger = new Ledger(map.memory.buffer, this.cpu);
    this.tellsAtOnce = false;
  }

  /** Call after `state` was assigned, or memory replaced under the processor. */
  abstract restored(): void;
  /** To be called after anything that the meaning of code depends on has changed: CS, SS, flatness, protection. */
  abstract updateMode(): void;
  /**
   * Linear addresses may mean other physical ones than before; what is derived from that is forgotten. `butGlobal`: those of
   * the TLB's global pages do not.
   */
  abstract mappingChanged(butGlobal?: boolean): void;
  /** A performance counter was written: when the next one overflows may have changed. */
  abstract countersChanged(): void;
  /** A performance counter is on for branches. */
  abstract get countsBranches(): boolean;

  // ---- what is told ----------------------------------------------------------------------------------------------

  /** Who hears of an event wants to hear of it before the next instruction, of software interrupts, too. */
  get tellsAtOnce(): boolean {
    return this.view.getInt32(at.NOTE_ROOM, true) === 0;
  }
  set tellsAtOnce(isSo: boolean) {
    this.view.setInt32(at.NOTE_ROOM, isSo ? 0 : at.MAX_NOTES, true);
  }

  /** An event of this instruction. */
  tell(event: ProcessorEvent): void {
    this.tellNotes();
    this.surroundings.event(event);
  }

  /** Tells the software interrupts that generated code has noted. */
  tellNotes(): void {
    const { view: v } = this;
    const count = v.getInt32(at.NOTE_COUNT, true);
    if (count === 0) return;
    v.setInt32(at.NOTE_COUNT, 0, true);
    for (let note = at.NOTES; note < at.NOTES + count * 32; note += 32) {
      const [vector, cs] = [v.getInt32(note + 4, true), v.getInt32(note + 8, true)];
      const [ip, ax] = [v.getUint32(note + 12, true), v.getInt32(note + 16, true)];
      this.surroundings.event({ kind: "interrupt", vector, origin: "software", cs, ip, ax }, v.getInt32(note, true));
    }
  }

  /** Ticks that RETIRED does not have yet: those of the run in progress. */
  get unretired(): number {
    return this.inRun ? this.executed : 0;
  }

  // ---- state -----------------------------------------------------------------------------------------------------

  /** Power-on and INIT state. Source: AMD APM vol. 2, 14.1.3 "Processor Initialization State". */
  reset(): void {
    new Uint8Array(this.map.memory.buffer, this.cpu, at.STATE_BYTES).fill(0);
    this.view.setUint32(at.GPR + 2 * 8, this.model.signature, true);
    this.view.setBigUint64(at.CR0, 0x60000010n, true);
    this.flags = 2;
    this.view.setUint16(at.X87_CONTROL, 0x40, true);
    this.view.setUint32(at.MXCSR, 0x1f80, true);
    this.view.setUint32(at.XCR0, 1, true);
    for (const n of [ES, SS, DS, 4, 5]) this.segments.set(n, { selector: 0, base: 0, limit: 0xffff, attributes: 0x93 });
    this.segments.set(CS, { selector: 0xf000, base: 0xffff0000, limit: 0xffff, attributes: 0x93 });
    this.segments.set(at.LDTR, { selector: 0, base: 0, limit: 0xffff, attributes: 0x82 });
    this.segments.set(at.TR, { selector: 0, base: 0, limit: 0xffff, attributes: 0x8b });
    this.view.setUint32(at.GDTR_LIMIT, 0xffff, true);
    this.view.setUint32(at.IDTR_LIMIT, 0xffff, true);
    this.view.setBigUint64(at.DR + 6 * 8, 0xffff0ff0n, true);
    this.view.setBigUint64(at.DR + 7 * 8, 0x400n, true);
    this.view.setUint32(at.SMBASE, 0x30000, true);
    // Each processor draws other numbers.
    this.view.setUint32(at.RANDOM, this.surroundings.randomSeed ?? 0, true);
    this.view.setUint32(at.RANDOM + 4, this.number, true);
    this.ip = 0xfff0;
    if (this.number > 0) this.view.setUint32(at.HALTED, at.WAITS_FOR_STARTUP, true);
    this.restored();
  }

  /**
   * What an INIT does: reset, but for what it leaves alone: the caches' control bits, x87, XMM and YMM registers, XCR0,
   * PKRU, model-specific registers, the time-stamp counter. Source: AMD APM vol. 2, 14.1.3.
   */
  protected initialize(): void {
    const { view } = this;
    const caches = view.getUint32(at.CR0, true) & (CR0_CD | CR0_NW);
    const pins = view.getUint32(at.INTERRUPT, true);
    const kept = KEPT_BY_INIT.map(([from, to]) => ({ from, bytes: this.copy(from, to) }));
    this.reset();
    for (const { from, bytes } of kept) new Uint8Array(view.buffer, this.cpu + from, bytes.length).set(bytes);
    view.setUint32(at.CR0, 0x10 | caches, true);
    view.setUint32(at.INTERRUPT, pins & (INTR | STARTUP_PENDING | STARTUP_VECTOR), true);
    this.restored();
  }

  private copy(from: number, to: number): Uint8Array {
    return new Uint8Array(this.view.buffer, this.cpu + from, to - from).slice();
  }

  /** All that is architecture, in one canonical form: equal states are equal bytes. */
  get state(): Uint8Array {
    const { flags } = this;
    this.flags = flags;
    return new Uint8Array(this.map.memory.buffer, this.cpu, at.STATE_BYTES);
  }

  register(number: number, bits = 32): number {
    if (bits === 32) return this.view.getUint32(at.GPR + number * 8, true);
    if (bits === 16) return this.view.getUint16(at.GPR + number * 8, true);
    return this.view.getUint8(at.GPR + number * 8);
  }

  setRegister(number: number, value: number, bits = 32): void {
    if (bits === 32) {
      this.view.setUint32(at.GPR + number * 8, value, true);
      this.view.setUint32(at.GPR + number * 8 + 4, 0, true);
    } else if (bits === 16) this.view.setUint16(at.GPR + number * 8, value, true);
    else this.view.setUint8(at.GPR + number * 8, value);
  }

  /** ESP. */
  set stackPointer32(value: number) {
    this.view.setUint32(at.GPR + 4 * 8, value, true);
    this.view.setUint32(at.GPR + 4 * 8 + 4, 0, true);
  }

  /** The whole of a general register. */
  register64(number: number): bigint {
    return this.view.getBigUint64(at.GPR + number * 8, true);
  }

  setRegister64(number: number, value: bigint): void {
    this.view.setBigUint64(at.GPR + number * 8, value, true);
  }

  /** All 64 bits of RIP, unsigned. */
  get rip(): bigint {
    return this.view.getBigUint64(at.RIP, true);
  }
  set rip(value: bigint) {
    this.view.setBigUint64(at.RIP, value, true);
  }

  get ip(): number {
    return this.view.getUint32(at.RIP, true);
  }
  set ip(value: number) {
    this.view.setUint32(at.RIP, value, true);
    this.view.setUint32(at.RIP + 4, 0, true);
  }

  /** EFLAGS, put together. */
  get flags(): number {
    const v = this.view;
    const low = v.getUint32(at.RESULT, true);
    const high = v.getUint32(at.RESULT + 4, true);
    const k = v.getUint32(at.CARRY, true);
    let parity = (low ^ high) & 0xff;
    parity ^= parity >> 4;
    const odd = (0x6996 >> (parity & 15)) & 1;
    const cf = k >>> 31;
    return (
      v.getUint32(at.SYSTEM_FLAGS, true) |
      2 |
      cf |
      (odd ? 0 : PF) |
      (k & 8 ? AF : 0) |
      (low === 0 ? ZF : 0) |
      (high >>> 31 ? SF : 0) |
      (cf ^ ((k >>> 30) & 1) ? OF : 0)
    );
  }
  set flags(value: number) {
    const v = this.view;
    v.setUint32(at.RESULT, value & ZF ? 0 : 0x100, true);
    v.setUint32(at.RESULT + 4, (value & SF ? 0x80000000 : 0) | (value & PF ? 0 : 1), true);
    const cf = value & CF;
    const of = value & OF ? 1 : 0;
    v.setUint32(at.CARRY, ((cf << 31) | ((cf ^ of) << 30) | (value & AF ? 8 : 0)) >>> 0, true);
    const changed = v.getUint32(at.SYSTEM_FLAGS, true) ^ value;
    v.setUint32(at.SYSTEM_FLAGS, value & ~(STATUS_FLAGS | 2) & 0x3f7fd7, true);
    if (changed & AC && this.memory.updateAccess()) this.mustLeave = true;
  }

  /** A control register's low 32 bits. */
  control(n: 0 | 2 | 3 | 4): number {
    return this.view.getUint32(CONTROL[n], true);
  }
  setControl(n: 0 | 2 | 3 | 4, value: number): void {
    this.view.setUint32(CONTROL[n], value, true);
  }

  get protectedMode(): boolean {
    return (this.control(0) & CR0_PE) !== 0;
  }
  get virtual8086(): boolean {
    return (this.view.getUint32(at.SYSTEM_FLAGS, true) & VM) !== 0;
  }
  /** Long mode is active: 64-bit or compatibility mode. */
  get longMode(): boolean {
    return (this.view.getUint32(at.EFER, true) & EFER_LMA) !== 0;
  }
  /** In 64-bit mode. */
  get code64(): boolean {
    return this.longMode && (this.segments.attributes(CS) & L) !== 0;
  }
  /** Current privilege level: 0 in real mode, 3 in virtual-8086 mode, else the DPL of SS. */
  get cpl(): number {
    if (!this.protectedMode) return 0;
    return this.virtual8086 ? 3 : (this.segments.attributes(SS) & DPL) >> 5;
  }

  get halted(): boolean {
    return this.view.getUint32(at.HALTED, true) !== 0;
  }
  set halted(value: boolean) {
    this.view.setUint32(at.HALTED, value ? 1 : 0, true);
  }
  /** After INIT, until a start-up message (the processor that boots does not wait). */
  get waitsForStartup(): boolean {
    return this.view.getUint32(at.HALTED, true) === at.WAITS_FOR_STARTUP;
  }
  /** Stopped by MWAIT: the stores that end it come by no input. */
  get waitsForStore(): boolean {
    return this.view.getUint32(at.HALTED, true) >= at.WAITS_FOR_STORE;
  }
  get isShutDown(): boolean {
    return this.view.getUint32(at.SHUTDOWN, true) !== 0;
  }

  // ---- inputs ----------------------------------------------------------------------------------------------------

  /** Level of the INTR input. */
  setInterrupt(level: boolean): void {
    const now = this.view.getUint32(at.INTERRUPT, true);
    this.view.setUint32(at.INTERRUPT, level ? now | INTR : now & ~INTR, true);
    if (level) this.hear();
  }

  private pend(bits: number): void {
    this.view.setUint32(at.INTERRUPT, this.view.getUint32(at.INTERRUPT, true) | bits, true);
    this.hear();
  }

  private hear(): void {
    this.mustLeave = true;
    this.surroundings.mayWake?.();
  }

  /** IGNNE#: the x87 passes over the exception that waits, until its flags are cleared. */
  ignoreNumericError(): void {
    this.view.setUint8(at.X87_IGNORED, 1);
  }

  nmi(): void {
    this.pend(NMI_PENDING);
  }

  smi(): void {
    this.pend(SMI_PENDING);
  }

  /** An INIT message or pin: taken at the next boundary. */
  init(): void {
    this.pend(INIT_PENDING);
  }

  /** A start-up message: one that no INIT came before is lost. */
  startup(vector: number): void {
    const pins = this.view.getUint32(at.INTERRUPT, true);
    if (!this.waitsForStartup && !(pins & INIT_PENDING)) return;
    if (pins & STARTUP_PENDING) return;
    this.pend(STARTUP_PENDING | ((vector & 0xff) << 8));
  }

  /** An interrupt, NMI, INIT or start-up message would be taken at the next boundary. */
  get canWake(): boolean {
    const pins = this.view.getUint32(at.INTERRUPT, true);
    const inSmm = this.view.getUint32(at.SHADOW, true) & IN_SMM;
    if (pins & INIT_PENDING && !inSmm) return true;
    if (this.waitsForStartup) return (pins & STARTUP_PENDING) !== 0;
    if (pins & SMI_PENDING && !inSmm) return true;
    if (pins & NMI_PENDING && !(this.view.getUint32(at.SHADOW, true) & NMI_BLOCKED)) return true;
    if (this.view.getUint32(at.HALTED, true) === at.WAITS_FOR_STORE_OR_INTERRUPT) return (pins & INTR) !== 0;
    return (pins & INTR) !== 0 && (this.view.getUint32(at.SYSTEM_FLAGS, true) & IF) !== 0;
  }
}

/** Four digits, as selectors and 16-bit offsets are written. */
export function hex4(n: number): string {
  return n.toString(16).padStart(4, "0");
}
