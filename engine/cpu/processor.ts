/**
 * One x86 processor: state in linear memory, generated code that runs it, and the loop that delivers what generated code
 * leaves to TypeScript: faults, interrupts, system operations, instructions that must run alone.
 *
 * What modes, paging, tasks and interrupts mean is in `system/`, `paging.ts` and `linear.ts`; here is the order of things:
 * what comes between two instructions, and what an exception in the delivery of another makes.
 */
import { CONDITIONS } from "../isa/conditions.ts";
import { decode } from "../isa/decode.ts";
import type { Decoded } from "../isa/decoded.ts";
import { TABLE } from "../isa/table.ts";
import { EngineError } from "../wasm/error.ts";
import { Blocks, fitsLimit, linearOf } from "./blocks.ts";
import { Core, hex4, type ModeName, type Surroundings } from "./core.ts";
import { withCrossPages } from "./crosspages.ts";
import { DR6_BS } from "./debugregisters.ts";
import { jumpIndex, SYSTEM_JUMP, SYSTEM_NEXT } from "./emitter.ts";
import * as fault from "./fault.ts";
import { type Fault, GuestFault } from "./fault.ts";
import { Handlers } from "./handlers.ts";
import * as at from "./layout.ts";
import { LinearMemory } from "./linear.ts";
import { DEFAULT_MODEL, type Model } from "./models.ts";
import { MAX_MODES, type Mode, Modes } from "./modes.ts";
import { PAGE, type PhysicalMap } from "./physical.ts";
import {
  CF,
  CR0_NE,
  IF,
  IN_SMM,
  INIT_PENDING,
  INTR,
  NMI_BLOCKED,
  NMI_PENDING,
  OF,
  PF,
  REPEATING,
  RF,
  SF,
  SHADOW_SS,
  SHADOW_STI,
  SMI_PENDING,
  STARTUP_PENDING,
  STARTUP_VECTOR,
  TF,
  ZF,
} from "./registers.ts";
import { CS, SS } from "./segments.ts";
import { floatOperation } from "./sse.ts";
import { deliver } from "./system/interrupts.ts";
import { resetMsrs, slotOf } from "./system/msr.ts";
import { OPERATIONS } from "./system/operations.ts";
import { enterSystemManagement, takesSmi } from "./system/smm.ts";
import type { X87Functions } from "./x87/functions.ts";

export type { ModeName, ProcessorEvent, Surroundings } from "./core.ts";

/** Where DebugCtl lies in the state, and its bit that makes TF trap branches alone. */
const DEBUGCTL = slotOf("DebugCtl");
const BTF = 2;

/** Instructions that cross a page and are kept at one time. */
const MAX_CROSSING = 1024;
/** Exceptions one in delivery of the other: no other chain than one that never ends is as long. */
const LONGEST_CHAIN = 16;
/** Epochs before the jump table is wiped: with the modes and privileges they fill an i32's positive half. */
const EPOCHS = 2 ** 18;

/** Why `run` returned. */
export type ProcessorStop = "budget" | "attention" | "halted" | "shutdown" | "breakpoint";

export class Processor extends Core {
  readonly memory: LinearMemory;
  private readonly handlers: Handlers;
  private readonly blocks: Blocks;
  private mode!: Mode;
  private readonly modes: Modes;
  private modeName: ModeName = "real";
  private ticksBefore = 0;
  private entryTicks = 0;
  private attentionAsked = false;
  /** Instructions that cross a page, by offset and mode: their bytes are compared each time. */
  /** An exception was raised since the instruction in progress began. */
  private faulted = false;
  /** Runs one instruction at a time whatever it is, with the same results. */
  careful = false;
  private readonly crossing = new Map<number | string, { readonly record: number; readonly bytes: Uint8Array }>();
  private breakpointSet: ReadonlySet<number> = new Set();
  private codeTag = 0;
  /** Instructions are counted as those of privilege level 3. */
  private countsUser = false;
  /** Length of the instruction that runs alone. */
  private aloneLength = 0;
  private epoch = 0;
  /** Begins at 1, so that an entry that was never written does not match. */
  private segmentEpoch = 1;

  constructor(map: PhysicalMap, surroundings: Surroundings, number = 0, model: Model = DEFAULT_MODEL) {
    super(map, surroundings, number, model);
    this.memory = new LinearMemory(this);
    this.handlers = new Handlers(map.memory, {
      ...this.memory.imports,
      link: withCrossPages(map, (_cpu, record, field, ticks) => this.link(record, field, ticks)),
      jump: (_cpu, low, high, ticks) => this.jump(low >>> 0, high, ticks),
      system: (_cpu, record, ticks) => this.system(record, ticks),
      float: (_cpu, operation, immediate) => floatOperation(this, operation, immediate),
    });
    this.blocks = new Blocks(map, this.handlers, number);
    this.modes = new Modes(model, () => this.blocks.flush());
    this.blocks.onFlush = () => {
      this.crossing.clear();
      this.forgetJumps();
    };
    map.readers.push({
      holdsCode: (line) => this.blocks.holds(line) || this.monitor.holds(line),
      codeChanges: (host, bytes) => {
        this.blocks.invalidate(host, bytes);
        this.monitor.storedTo(host, bytes);
      },
      codeAppears: () => this.memory.forgetWrites(),
      mapChanges: () => this.mappingChanged(),
    });
    this.memory.onCodeMoved = () => this.forgetJumps();
    this.reset();
  }

  override reset(): void {
    super.reset();
    resetMsrs(this);
  }

  get x87(): X87Functions {
    return this.handlers.x87;
  }

  /** Call after `state` was assigned, or memory replaced under the processor. */
  restored(): void {
    this.countsUser = this.cpl === 3;
    this.blocks.flush();
    this.monitor.restored();
    this.debug.update();
    this.memory.updatePaging();
    this.updateMode();
  }

  /** Makes `run` return after the instruction in progress. */
  attention(): void {
    this.attentionAsked = true;
    this.mustLeave = true;
  }

  get breakpoints(): ReadonlySet<number> {
    return this.breakpointSet;
  }
  /** Linear addresses before whose instruction `run` stops, except where the run begins there. */
  set breakpoints(addresses: ReadonlySet<number>) {
    this.breakpointSet = new Set(addresses);
    this.blocks.breakpoints = this.breakpointSet;
    this.blocks.flush();
  }

  // ---- running ---------------------------------------------------------------------------------------------------

  /** Runs at most `ticks` (≤ 2³¹ − 1). `executed` tells how many it was. */
  run(ticks: number): ProcessorStop {
    const stop = this.runUpTo(ticks);
    this.view.setBigUint64(at.RETIRED, this.view.getBigUint64(at.RETIRED, true) + BigInt(this.executed), true);
    return stop;
  }

  private runUpTo(ticks: number): ProcessorStop {
    this.executed = 0;
    this.attentionAsked = false;
    let first = true;
    while (this.executed < ticks) {
      if (this.attentionAsked) return "attention";
      // A handler that is entered here is one the run came to, not one it began at.
      const met = this.isShutDown ? this.leavesShutdown() : this.takeEvents();
      if (met) first = false;
      if (this.isShutDown) return "shutdown";
      if (this.halted) return "halted";
      const remaining = ticks - this.executed;
      const atBreakpoint = this.breakpointSet.size > 0 && this.breakpointSet.has(linearOf(this.rip, this.mode));
      if (atBreakpoint && !first) return "breakpoint";
      if (this.debug.isArmed && this.meetsCodeBreakpoint()) {
        first = false;
        continue;
      }
      const shadow = this.view.getUint32(at.SHADOW, true);
      if (shadow & REPEATING) this.view.setUint32(at.SHADOW, shadow & ~REPEATING, true);
      const ip = this.ip;
      if (ip !== this.deviceIp) this.deviceIp = -1;
      const alone =
        this.careful ||
        (atBreakpoint && first) ||
        ip === this.deviceIp ||
        shadow & 3 ||
        this.debug.isArmed ||
        this.view.getUint32(at.SYSTEM_FLAGS, true) & (TF | RF) ||
        // A gate left IF set, and the next interrupt waits already.
        (met && this.canWake);
      first = false;
      const record = alone ? 0 : this.findHere();
      const left = record ? this.map.view.getInt32(record + at.R_LEFT, true) : 0;
      if (record === 0 || left > remaining) this.runAlone();
      else this.enter(record, remaining, left);
    }
    return this.isShutDown ? "shutdown" : this.attentionAsked ? "attention" : "budget";
  }

  private enter(record: number, ticks: number, left: number): void {
    const v = this.view;
    this.ticksBefore = this.executed;
    this.entryTicks = ticks;
    this.mustLeave = false;
    if (this.alone) this.aloneLength = this.map.view.getUint8(record + at.R_LENGTH);
    this.handlers.enter(this.cpu, record, ticks - left);
    let unused = v.getInt32(at.LEFT_TICKS, true);
    const exit = v.getInt32(at.EXIT, true);
    if (exit === at.EXIT_REPEATING) v.setUint32(at.SHADOW, v.getUint32(at.SHADOW, true) | REPEATING, true);
    if (exit === at.EXIT_FAULT || exit === at.EXIT_RAISE) {
      const at_ = v.getInt32(at.EXIT_RECORD, true);
      const behind = this.map.view.getInt32(at_ + at.R_LEFT, true);
      v.setBigUint64(at.RIP, this.map.view.getBigUint64(at_ + at.R_RIP, true), true);
      if (this.needsAlone) {
        this.needsAlone = false;
        this.executed = this.ticksBefore + ticks - (unused + behind);
        if (!this.alone) {
          this.deviceIp = this.ip;
          this.runAlone();
          return;
        }
        throw new EngineError("an instruction that runs alone asks to run alone", { ip: this.ip });
      }
      unused += behind - 1;
      this.executed = this.ticksBefore + ticks - unused;
      let f = exit === at.EXIT_RAISE ? fault.plain(v.getInt32(at.SCRATCH, true)) : this.pendingFault;
      this.pendingFault = undefined;
      if (f === fault.BEYOND && this.isStackAccess(at_)) f = { vector: fault.SS, errorCode: 0 };
      if (!f) throw new EngineError("generated code faulted without a fault", { ip: this.ip });
      this.fault(f);
      return;
    }
    this.executed = this.ticksBefore + ticks - unused;
  }

  /** Runs the one instruction at RIP with every check. */
  private runAlone(): void {
    const shadow = this.view.getUint32(at.SHADOW, true);
    const systemFlags = this.view.getUint32(at.SYSTEM_FLAGS, true);
    const trap = systemFlags & TF;
    // RF lasts for one instruction; the one that loads it comes first (Intel SDM vol. 3B, 17.3.1.1).
    this.view.setUint32(at.SYSTEM_FLAGS, systemFlags & ~RF, true);
    const before = this.executed;
    // The shadow covers this instruction; one that it casts itself lasts for the next.
    this.view.setUint32(at.SHADOW, shadow & ~3, true);
    this.entered = false;
    this.faulted = false;
    this.debug.met = 0;
    const from = trap ? this.rip : 0n;
    this.alone = true;
    try {
      const record = this.findAlone();
      if (record) this.enter(record, 1, 1);
      else this.runUnkept();
    } finally {
      this.alone = false;
    }
    if (this.executed === before) this.executed = before + 1;
    // A load of SS holds the trap back until behind the next instruction; INT has cleared TF (Intel SDM vol. 3, 6.8.3).
    const held = this.view.getUint32(at.SHADOW, true) & SHADOW_SS;
    if (trap && !this.entered && !held && this.isStep(from)) this.debug.pend(DR6_BS);
    if (this.debug.met && !this.faulted) this.debug.pend(this.debug.met);
  }

  /**
   * What comes between two instructions, the most urgent first (AMD APM vol. 2, table 8-8): SMI, traps of the last one,
   * INIT, NMI, interrupts. Whether there was something.
   */
  private takeEvents(): boolean {
    if (!this.waitsForStartup && takesSmi(this)) {
      enterSystemManagement(this);
      return true;
    }
    const trapped = this.debug.pending !== 0 && !(this.view.getUint32(at.SHADOW, true) & SHADOW_SS);
    if (trapped) {
      this.halted = false;
      this.fault({ vector: fault.DB });
      if (this.isShutDown) return true;
    }
    if (this.view.getUint32(at.SHADOW, true) & (SHADOW_STI | SHADOW_SS)) return trapped;
    return this.takeInterrupts() || trapped;
  }

  /** INIT, NMI and SMI bring a processor out of shutdown (AMD APM vol. 2, 8.2.9; Intel SDM vol. 3A, 6.15, interrupt 8). */
  private leavesShutdown(): boolean {
    const pins = this.view.getUint32(at.INTERRUPT, true);
    const shadow = this.view.getUint32(at.SHADOW, true);
    const wakes =
      (pins & (INIT_PENDING | SMI_PENDING) && !(shadow & IN_SMM)) || (pins & NMI_PENDING && !(shadow & NMI_BLOCKED));
    if (!wakes) return false;
    this.view.setUint32(at.SHUTDOWN, 0, true);
    return this.takeEvents();
  }

  /** Raises #DB where a breakpoint is on the instruction at RIP, unless RF or a shadow holds it back. */
  private meetsCodeBreakpoint(): boolean {
    const held = this.view.getUint32(at.SHADOW, true) & (SHADOW_SS | REPEATING);
    if (held || this.view.getUint32(at.SYSTEM_FLAGS, true) & RF) return false;
    const bits = this.debug.atCode(...this.here());
    if (!bits) return false;
    // It costs a tick, so that a handler with a breakpoint on itself does not run for ever in no time.
    this.executed++;
    this.debug.fault = bits;
    this.fault({ vector: fault.DB });
    return true;
  }

  /** With DebugCtl.BTF only a branch is a step (AMD APM vol. 2, 13.1.4; Intel SDM vol. 3B, 17.4.3). */
  private isStep(from: bigint): boolean {
    return !(this.view.getUint32(DEBUGCTL, true) & BTF) || this.rip !== from + BigInt(this.aloneLength);
  }

  /** The instruction that last turned out to touch device memory: its repetitions run alone at once. */
  private deviceIp = -1;

  /** An instruction that is fetched each time: it crosses a page, faults, or jumps beyond the limit. */
  private runUnkept(): void {
    const key = this.crossingKey();
    const kept = this.crossing.get(key);
    let faultOfFetch: Fault | undefined;
    let decoded: Decoded | Fault | undefined;
    try {
      if (!kept || !this.hasBytes(kept.bytes)) decoded = this.fetch();
    } catch (e) {
      if (!(e instanceof GuestFault)) throw e;
      faultOfFetch = e.fault;
    }
    const ip = this.ip;
    if (faultOfFetch) {
      this.executed++;
      this.fault(faultOfFetch);
    } else if (decoded === undefined) {
      this.enter((kept as { record: number }).record, 1, 1);
    } else if ("vector" in decoded) {
      this.executed++;
      this.fault(decoded);
    } else if (fitsLimit(ip, decoded, this.mode)) {
      const record = this.blocks.buildAlone(decoded, this.rip, this.mode);
      this.keepCrossing(key, decoded.length, record);
      this.enter(record, 1, 1);
    } else {
      // A target beyond the limit faults at the jump, which has no effect; a condition that is false just goes on.
      this.executed++;
      this.aloneLength = decoded.length;
      this.jumpBeyondLimit(decoded, ip);
    }
  }

  private crossingKey(): number | string {
    return this.long ? `${this.rip}` : this.ip * MAX_MODES + this.mode.id;
  }

  /** Linear-memory addresses of the `length` bytes of code at RIP, fetched as far as the TLB goes; −1: not in memory. */
  private hostsHere(length: number): [first: number, count: number, second: number] {
    const [low, high] = this.here();
    const first = this.memory.codeHost(low, high);
    const count = Math.min(length, PAGE - (low & (PAGE - 1)));
    if (count === length) return [first, count, first];
    const next = (low + count) >>> 0;
    return [first, count, this.memory.codeHost(next, next === 0 && this.long ? (high + 1) | 0 : high)];
  }

  /** Keeps the record of an instruction in two pages of memory, with the bytes that it was decoded from. */
  private keepCrossing(key: number | string, length: number, record: number): void {
    const [first, count, second] = this.hostsHere(length);
    if (first < 0 || second < 0 || count === length) return;
    if (this.crossing.size >= MAX_CROSSING) this.crossing.clear();
    const { bytes } = this.map;
    const kept = new Uint8Array(length);
    kept.set(bytes.subarray(first, first + count));
    kept.set(bytes.subarray(second, second + length - count), count);
    this.crossing.set(key, { record, bytes: kept });
  }

  private hasBytes(kept: Uint8Array): boolean {
    const { limit } = this.mode;
    const { length } = kept;
    if (!this.long && this.ip + length - 1 > limit) return false;
    const [first, count, second] = this.hostsHere(length);
    if (first < 0 || second < 0) return false;
    const { bytes } = this.map;
    for (let i = 0; i < length; i++) {
      if (bytes[i < count ? first + i : second + i - count] !== kept[i]) return false;
    }
    return true;
  }

  private jumpBeyondLimit(d: Decoded, ip: number): void {
    if (this.wouldJump(d)) {
      this.fault({ vector: fault.GP, errorCode: 0 });
      return;
    }
    if (d.row.name.startsWith("LOOP")) this.setRegister(1, this.register(1, d.addressBits) - 1, d.addressBits);
    this.ip = ip + d.length;
  }

  private wouldJump(d: Decoded): boolean {
    const counter = this.register(1, d.addressBits);
    switch (d.row.name) {
      case "JCXZ":
      case "JECXZ":
        return counter === 0;
      case "LOOP":
        return counter !== 1;
      case "LOOPE":
        return counter !== 1 && this.holds(4);
      case "LOOPNE":
        return counter !== 1 && this.holds(5);
      default: {
        const code = JUMP_CONDITIONS[d.row.name];
        return code === undefined || this.holds(code);
      }
    }
  }

  private holds(code: number): boolean {
    const f = this.flags;
    const bit = (mask: number) => (f & mask) !== 0;
    const less = bit(SF) !== bit(OF);
    const values = [bit(OF), bit(CF), bit(ZF), bit(CF) || bit(ZF), bit(SF), bit(PF), less, less || bit(ZF)];
    return values[code >> 1] !== ((code & 1) === 1);
  }

  /** Decodes the instruction at RIP, or tells the fault of fetching it; a #PF is thrown. */
  private fetch(): Decoded | Fault {
    let fetchFault: Fault | undefined;
    const { limit } = this.mode;
    const { ip } = this;
    const [low, high] = this.here();
    const d = decode(
      (i) => {
        if (!this.long && (ip + i > limit || ip + i > 0xffffffff)) {
          fetchFault = { vector: fault.GP, errorCode: 0 };
          return -1;
        }
        const at_ = low + i;
        return this.memory.fetch8(at_ >>> 0, at_ > 0xffffffff && this.long ? (high + 1) | 0 : high);
      },
      this.rip,
      this.mode,
    );
    if (!("fault" in d)) return d;
    if (d.fault === "fetch") return fetchFault ?? { vector: fault.GP, errorCode: 0 };
    if (d.fault === "too long") return { vector: fault.GP, errorCode: 0 };
    this.reportUnknown();
    return { vector: fault.UD };
  }

  private reportUnknown(): void {
    const bytes: string[] = [];
    const la = this.long ? BigInt.asIntN(64, this.rip) : (this.mode.base + this.ip) >>> 0;
    for (let i = 0; i < 8; i++) {
      const hpa = this.memory.peekTranslate(typeof la === "bigint" ? la + BigInt(i) : (la + i) >>> 0);
      const host = hpa < 0 ? -1 : this.map.readable(hpa);
      if (host < 0) break;
      bytes.push((this.map.bytes[host] as number).toString(16).padStart(2, "0"));
    }
    const ip = this.long ? this.rip.toString(16) : hex4(this.ip);
    this.surroundings.event({
      kind: "unimplemented",
      part: "processor",
      text: `no instruction for ${bytes.join(" ")} at ${hex4(this.segments.selector(CS))}:${ip}`,
    });
  }

  /** Whether the access that was not canonical, or reached past 4 GiB, was to the stack: it raises #SS instead of #GP. */
  private isStackAccess(record: number): boolean {
    const segment = (this.map.view.getUint16(record + at.R_SEGMENT, true) - at.SEGMENTS) / at.SEGMENT_BYTES;
    const d = this.blocks.decodedOf(record);
    const { beyond } = this.memory;
    if (segment === SS && d.operands.some((o) => o.kind === "memory")) return true;
    const pointers = [this.register64(4), this.register64(5)];
    const onStack = (pointer: bigint) => beyond + 16n >= pointer && beyond <= pointer + 16n;
    return STACK_ROWS.test(d.row.name) && pointers.some(onStack);
  }

  /** Takes what waits and is not masked; whether there was something. */
  private takeInterrupts(): boolean {
    const v = this.view;
    const pins = v.getUint32(at.INTERRUPT, true);
    if (!pins) return false;
    if (pins & INIT_PENDING && !(v.getUint32(at.SHADOW, true) & IN_SMM)) {
      this.initialize();
      this.takeInterrupts();
      return true;
    }
    if (this.waitsForStartup) {
      if (pins & STARTUP_PENDING) this.start((pins & STARTUP_VECTOR) >> 8);
      return true;
    }
    if (pins & NMI_PENDING && !(v.getUint32(at.SHADOW, true) & NMI_BLOCKED)) {
      v.setUint32(at.INTERRUPT, pins & ~NMI_PENDING, true);
      v.setUint32(at.SHADOW, v.getUint32(at.SHADOW, true) | NMI_BLOCKED, true);
      this.halted = false;
      this.interrupt(fault.NMI, "nmi");
      return true;
    }
    if (!(pins & INTR)) return false;
    if (!(v.getUint32(at.SYSTEM_FLAGS, true) & IF)) {
      if (v.getUint32(at.HALTED, true) === at.WAITS_FOR_STORE_OR_INTERRUPT) this.halted = false;
      return false;
    }
    this.halted = false;
    this.interrupt(this.surroundings.acknowledgeInterrupt(), "hardware");
    return true;
  }

  /** Source: AMD APM vol. 2, 16.5 "Startup IPI"; Intel SDM vol. 3, 9.4.3. */
  private start(vector: number): void {
    const v = this.view;
    v.setUint32(at.INTERRUPT, v.getUint32(at.INTERRUPT, true) & ~(STARTUP_PENDING | STARTUP_VECTOR), true);
    this.segments.set(CS, { ...this.segments.get(CS), selector: vector << 8, base: vector << 12 });
    this.ip = 0;
    this.halted = false;
    this.updateMode();
  }

  private interrupt(vector: number, origin: "hardware" | "nmi"): void {
    this.surroundings.event({
      kind: "interrupt",
      vector,
      origin,
      cs: this.segments.selector(CS),
      ip: this.ip,
      ax: this.register(0, 16),
    });
    try {
      deliver(this, { vector, kind: origin });
    } catch (e) {
      if (!(e instanceof GuestFault)) throw e;
      this.fault(e.fault);
    }
  }

  /**
   * An x87 exception waits and CR0.NE is clear: the processor stands at the instruction that met it until an interrupt, which
   * FERR# asks for. Source: Intel SDM vol. 1, 8.7.2 "MS-DOS Compatibility Sub-mode".
   */
  private freeze(): void {
    this.faulted = true;
    this.halted = true;
    this.mustLeave = true;
    this.surroundings.numericError?.();
  }

  /**
   * Delivers an exception whose instruction RIP points to (or, for a trap, the next). Exceptions while delivering become
   * a double fault, then shutdown (AMD APM vol. 2, 8.2.9).
   */
  fault(first: Fault): void {
    if (first.vector === fault.MF && !(this.control(0) & CR0_NE)) {
      this.freeze();
      return;
    }
    const chain: string[] = [];
    let current = first;
    this.faulted = true;
    for (;;) {
      chain.push(fault.exceptionName(current.vector));
      if (current.vector === fault.DB) {
        this.debug.raised();
        this.view.setUint32(DEBUGCTL, this.view.getUint32(DEBUGCTL, true) & ~BTF, true);
      }
      this.surroundings.event({
        kind: "exception",
        vector: current.vector,
        name: fault.exceptionName(current.vector),
        ...(current.errorCode === undefined ? {} : { errorCode: current.errorCode }),
        cs: this.segments.selector(CS),
        ip: this.ip,
      });
      try {
        deliver(this, {
          vector: current.vector,
          kind: "exception",
          ...(current.errorCode === undefined ? {} : { errorCode: current.errorCode }),
        });
        return;
      } catch (e) {
        if (!(e instanceof GuestFault)) throw e;
        if (chain.length > LONGEST_CHAIN) {
          // Delivering #AC may raise #AC without end: hardware hangs. Here it takes time, and can be looked at.
          this.executed++;
          return;
        }
        if (current.vector === fault.DF) {
          chain.push(fault.exceptionName(e.fault.vector), "shutdown");
          this.view.setUint32(at.SHUTDOWN, 1, true);
          this.surroundings.event({ kind: "triple fault", chain });
          return;
        }
        current = fault.makesDoubleFault(current.vector, e.fault.vector) ? { vector: fault.DF, errorCode: 0 } : e.fault;
      }
    }
  }

  // ---- what generated code calls ---------------------------------------------------------------------------------

  /** Linear address of the instruction at RIP. */
  private here(): [low: number, high: number] {
    return this.long
      ? [this.view.getUint32(at.RIP, true), this.view.getInt32(at.RIP + 4, true)]
      : [(this.mode.base + this.ip) >>> 0, 0];
  }

  /** The record of the code at an offset in CS, 0 where it must run alone; a #PF is thrown. */
  private find(low: number, high: number): number {
    if (!this.long && low > this.mode.limit) return 0;
    const host = this.memory.codeHost(this.long ? low : (this.mode.base + low) >>> 0, high);
    return host < 0 ? 0 : this.blocks.find(low, high, host, this.mode);
  }

  /** The same at RIP; 0 too where fetching faults, which running it alone finds again. */
  private findHere(): number {
    const low = this.view.getUint32(at.RIP, true);
    // The few bytes at a page's end often are an instruction that goes on behind it.
    if ((low & (PAGE - 1)) > PAGE - 16 && this.crossing.has(this.crossingKey())) return 0;
    return this.tryFind(low, this.view.getInt32(at.RIP + 4, true));
  }

  private tryFind(low: number, high: number): number {
    try {
      return this.find(low, high);
    } catch (e) {
      if (!(e instanceof GuestFault)) throw e;
      return 0;
    }
  }

  private findAlone(): number {
    const low = this.view.getUint32(at.RIP, true);
    if (!this.long && low > this.mode.limit) return 0;
    const high = this.view.getInt32(at.RIP + 4, true);
    try {
      const host = this.memory.codeHost(this.long ? low : (this.mode.base + low) >>> 0, high);
      return host < 0 ? 0 : this.blocks.findAlone(low, high, host, this.mode);
    } catch (e) {
      if (!(e instanceof GuestFault)) throw e;
      return 0;
    }
  }

  private notFound(low: number, high: number, ticks: number): number {
    this.view.setUint32(at.RIP, low, true);
    this.view.setInt32(at.RIP + 4, high, true);
    this.view.setInt32(at.LEFT_TICKS, ticks, true);
    this.view.setInt32(at.EXIT, at.EXIT_SYSTEM, true);
    return 0;
  }

  private link(record: number, field: number, ticks: number): number {
    const v = this.map.view;
    const from = v.getUint32(record + at.R_RIP, true);
    const fromHigh = v.getInt32(record + at.R_RIP + 4, true);
    let low = v.getUint32(record + at.R_TARGET, true);
    let high = v.getInt32(record + at.R_TARGET + 4, true);
    if (field !== at.R_LINK_TARGET) {
      low = from + v.getUint8(record + at.R_LENGTH);
      high = this.long && low > 0xffffffff ? (fromHigh + 1) | 0 : fromHigh;
      if (this.long) low >>>= 0;
    }
    let target = 0;
    const kept = this.blocks.keeps(record, () => {
      target = this.tryFind(low, high);
    });
    if (!target) return this.notFound(low, high, ticks);
    const { base } = this.mode;
    const samePage = (base + from) >>> 12 === (base + low) >>> 12 && fromHigh === high;
    if (samePage || !this.memory.paging.on) {
      if (kept) this.blocks.link(record, field, target, samePage);
    } else this.rememberJump(low, high, target);
    return target;
  }

  private jump(low: number, high: number, ticks: number): number {
    const target = this.tryFind(low, high);
    if (!target) return this.notFound(low, high, ticks);
    this.rememberJump(low, high, target);
    return target;
  }

  private rememberJump(low: number, high: number, target: number): void {
    const slot = at.JUMPS + jumpIndex(low) * 16;
    this.view.setUint32(slot, low, true);
    this.view.setInt32(slot + 4, high, true);
    this.view.setInt32(slot + 8, this.codeTag, true);
    this.view.setInt32(slot + 12, target, true);
  }

  /** Ticks that a callback of generated code may see, `ticks` being what is left behind its block. */
  private system(record: number, ticks: number): number {
    const d = this.blocks.decodedOf(record);
    this.executed = this.ticksBefore + this.entryTicks - ticks;
    const rv = this.map.view;
    const v = this.view;
    const ip = rv.getUint32(record + at.R_RIP, true);
    const ipHigh = rv.getInt32(record + at.R_RIP + 4, true);
    const next = (ip + d.length) >>> 0;
    const nextHigh = this.long && next < ip ? (ipHigh + 1) | 0 : ipHigh;
    this.instructionIp = ip;
    v.setUint32(at.RIP, next, true);
    v.setInt32(at.RIP + 4, nextHigh, true);
    this.mustLeave = this.attentionAsked;
    try {
      const operation = OPERATION_OF[d.row.index];
      if (!operation) throw new EngineError(`no operation ${d.row.name}`);
      operation(this, d);
    } catch (e) {
      if (!(e instanceof GuestFault)) throw e;
      if (e.isCommitted) {
        this.fault(e.fault);
        this.view.setInt32(at.LEFT_TICKS, ticks, true);
        this.view.setInt32(at.EXIT, at.EXIT_SYSTEM, true);
        return 1;
      }
      v.setUint32(at.RIP, ip, true);
      v.setInt32(at.RIP + 4, ipHigh, true);
      this.pendingFault = e.fault;
      this.view.setInt32(at.EXIT_RECORD, record, true);
      // `ticks` is without what stands behind it in its block; a fault's exit takes that off by itself.
      this.view.setInt32(at.LEFT_TICKS, ticks - (rv.getInt32(record + at.R_LEFT, true) - 1), true);
      this.view.setInt32(at.EXIT, at.EXIT_FAULT, true);
      return 1;
    }
    if (!this.mustLeave && v.getUint32(at.RIP, true) === next && v.getInt32(at.RIP + 4, true) === nextHigh)
      return SYSTEM_NEXT;
    if (this.isQuiet) return SYSTEM_JUMP;
    this.view.setInt32(at.LEFT_TICKS, ticks, true);
    this.view.setInt32(at.EXIT, at.EXIT_SYSTEM, true);
    return 1;
  }

  /** Nothing waits to be looked at between two instructions: generated code may go on by itself. */
  private get isQuiet(): boolean {
    const v = this.view;
    return (
      !this.alone &&
      !this.attentionAsked &&
      !this.debug.isArmed &&
      this.debug.pending === 0 &&
      this.breakpointSet.size === 0 &&
      v.getUint32(at.INTERRUPT, true) === 0 &&
      (v.getUint32(at.SHADOW, true) & ~NMI_BLOCKED) === 0 &&
      (v.getUint32(at.SYSTEM_FLAGS, true) & (TF | RF)) === 0 &&
      v.getUint32(at.HALTED, true) === 0 &&
      v.getUint32(at.SHUTDOWN, true) === 0
    );
  }

  // ---- what changes the meaning of code --------------------------------------------------------------------------

  /** To be called after anything that Mode is made of has changed. */
  updateMode(): void {
    const mode = this.modes.of(this);
    if (mode !== this.mode) {
      this.mode = mode;
      this.long = mode.codeBits === 64;
      this.flat = mode.flat;
      this.setCodeTag();
      this.mustLeave = true;
    }
    if (this.memory.updateAccess()) {
      this.setCodeTag();
      this.mustLeave = true;
    }
    if (this.countsUser !== (this.cpl === 3)) this.countPrivilege();
    const { codeBits } = mode;
    const name: ModeName = !this.protectedMode
      ? "real"
      : this.longMode
        ? codeBits === 64
          ? "long"
          : "compatibility"
        : this.virtual8086
          ? "virtual-8086"
          : codeBits === 32
            ? "protected 32"
            : "protected 16";
    if (name !== this.modeName) {
      this.modeName = name;
      this.segmentEpoch++;
      this.surroundings.event({ kind: "mode", mode: name });
    }
    this.setSegmentTag();
  }

  /** The privilege level has become 3, or is it no longer: what RETIRED_USER says. */
  private countPrivilege(): void {
    this.countsUser = !this.countsUser;
    const v = this.view;
    const all = v.getBigUint64(at.RETIRED, true) + BigInt(this.executed);
    const user = v.getBigInt64(at.RETIRED_USER, true);
    v.setBigInt64(at.RETIRED_USER, this.countsUser ? user - all : user + all, true);
  }

  /** What remembered segment loads depend on: mode and mapping, and the privilege. */
  private setSegmentTag(): void {
    this.view.setInt32(at.SEGMENT_TAG, (this.segmentEpoch << 2) | this.cpl, true);
  }

  get modeNow(): ModeName {
    return this.modeName;
  }

  /** What the jump table holds is of no use any more, in any mode. */
  private forgetJumps(): void {
    this.epoch = (this.epoch + 1) % EPOCHS;
    if (this.epoch === 0) this.map.bytes.fill(0xff, this.cpu + at.JUMPS, this.cpu + at.PROCESSOR_BYTES);
    this.setCodeTag();
  }

  /** Entries of the jump table carry the mode, the epoch and the privilege they were made in. */
  private setCodeTag(): void {
    const user = this.cpl === 3 ? 1 : 0;
    this.codeTag = (this.epoch * 2 + user) * MAX_MODES + (this.mode?.id ?? 0);
    this.view.setInt32(at.CODE_TAG, this.codeTag, true);
  }

  /** Linear addresses may mean other physical ones than before. */
  mappingChanged(): void {
    this.segmentEpoch++;
    this.setSegmentTag();
    this.memory.updatePaging();
    this.blocks.cutCrossLinks();
    this.forgetJumps();
    this.mustLeave = true;
  }

  /** Runs every block by its translation instead of its interpretation: for the tests that compare the two readings. */
  set translating(on: boolean) {
    this.blocks.translating = on;
    this.blocks.flush();
  }
}

/** Rows that access the stack besides their operands. */
const STACK_ROWS = /^(PUSH|POP|CALL|RET|ENTER|LEAVE)/;

/** Operations by their row's place in the table. */
const OPERATION_OF = TABLE.map((row) => OPERATIONS[row.name]);

const JUMP_CONDITIONS: Record<string, number> = Object.fromEntries(
  CONDITIONS.map(({ name }, code) => [`J${name}`, code]),
);
