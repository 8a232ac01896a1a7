/**
 * One x86 processor: state in linear memory, generated code that runs it, and the loop that delivers what generated code
 * leaves to TypeScript: faults, interrupts, system operations, instructions that must run alone.
 *
 * What modes, paging, tasks and interrupts mean is in `system/`, `paging.ts` and `linear.ts`; here is the order of things:
 * what comes between two instructions, and what an exception in the delivery of another makes.
 */
import type { Decoded } from "../isa/decoded.ts";
import { TABLE } from "../isa/table.ts";
import { EngineError } from "../wasm/error.ts";
import { isStackAccess, passBranch } from "./beyondlimit.ts";
import { Blocks, fitsLimit, linearOf } from "./blocks.ts";
import { CodeFinder } from "./codefinder.ts";
import type { ModeName, Surroundings } from "./core.ts";
import { codeAddress } from "./crossing.ts";
import { withCrossPages } from "./crosspages.ts";
import { DR6_BS } from "./debugregisters.ts";
import { PORT_WRITE, SYSTEM_JUMP, SYSTEM_NEXT } from "./emitter.ts";
import { EventTaker } from "./events.ts";
import * as fault from "./fault.ts";
import { type Fault, GuestFault } from "./fault.ts";
import { fetchInstruction } from "./fetch.ts";
import { type GateFunctions, gateFunctions } from "./gatememory.ts";
import { Handlers } from "./handlers.ts";
import * as at from "./layout.ts";
import { LinearMemory } from "./linear.ts";
import { DEFAULT_MODEL, type Model } from "./models.ts";
import { type Mode, Modes, nameOf } from "./modes.ts";
import type { PhysicalMap } from "./physical.ts";
import { NMI_BLOCKED, REPEATING, RF, SHADOW_SS, SHADOWS, TF } from "./registers.ts";
import { floatOperation } from "./sse.ts";
import { BTF, DEBUGCTL, LBR, recordBranch } from "./system/branchrecord.ts";
import { resetMsrs } from "./system/msr.ts";
import { OPERATIONS } from "./system/operations.ts";
import { Overflows } from "./system/overflows.ts";
import { countBranch, countPrivilege } from "./system/performance.ts";
import { readPort, writePort } from "./system/ports.ts";
import { BRANCHES } from "./traits.ts";
import type { Watchpoint } from "./watchpoints.ts";
import type { X87Functions } from "./x87/functions.ts";

export type { ModeName, ProcessorEvent, Surroundings } from "./core.ts";

/** Why `run` returned. */
export type ProcessorStop = "budget" | "attention" | "halted" | "shutdown" | "breakpoint";

export class Processor extends EventTaker {
  readonly memory: LinearMemory;
  readonly gates: GateFunctions;
  private readonly handlers: Handlers;
  private readonly blocks: Blocks;
  private readonly code: CodeFinder;
  private mode!: Mode;
  private readonly modes: Modes;
  private modeName: ModeName = "real";
  private ticksBefore = 0;
  private entryTicks = 0;
  private attentionAsked = false;
  /** The shadow that was passed over, and how many ticks had been executed in this run before what it lay over. */
  private passedShadow = 0;
  private passedAt = -1;
  /** Runs one instruction at a time whatever it is, with the same results. */
  careful = false;
  private breakpointSet: ReadonlySet<number> = new Set();
  /** Mode as the ledger knows it: nothing yet of a state that was just assigned. */
  private chargedMode: ModeName | undefined;
  /** Length of the instruction that runs alone. */
  private aloneLength = 0;
  private readonly overflows = new Overflows(this);
  /** Begins at 1, so that an entry that was never written does not match. */
  private segmentEpoch = 1;

  constructor(map: PhysicalMap, surroundings: Surroundings, number = 0, model: Model = DEFAULT_MODEL) {
    super(map, surroundings, number, model);
    this.memory = new LinearMemory(this);
    this.gates = gateFunctions(map, DEBUGCTL);
    this.handlers = new Handlers(map.memory, {
      ...this.memory.imports,
      ...withCrossPages(map, {
        link: (_cpu, record, field, ticks) => this.code.link(record, field, ticks),
        jump: (_cpu, low, high, ticks) => this.code.jump(low >>> 0, high, ticks),
      }),
      system: (_cpu, record, ticks) => this.system(record, ticks),
      port: (_cpu, record, ticks, access) => this.port(record, ticks, access),
      interrupt: this.gates.interrupt,
      interruptReturn: this.gates.interruptReturn,
      warm: (_cpu, record) => {
        this.blocks.warm(record);
        return 0;
      },
      guard: (_cpu, record, ticks) => this.code.guard(record, ticks),
      renew: (_cpu, record) => (this.blocks.renew(record, this.mode) ? 1 : 0),
      float: (_cpu, operation, immediate) => floatOperation(this, operation, immediate),
    });
    this.blocks = new Blocks(map, this.handlers, number);
    this.modes = new Modes(model, () => this.blocks.flush());
    this.code = new CodeFinder(this, this.blocks);
    this.blocks.onFlush = () => this.code.forget();
    map.readers.push({
      holdsCode: (line) => this.blocks.holds(line) || this.monitor.holds(line),
      codeChanges: (host, bytes) => {
        this.blocks.invalidate(host, bytes);
        this.monitor.storedTo(host, bytes);
      },
      codeAppears: () => this.memory.forgetWrites(),
      mapChanges: () => this.mappingChanged(),
    });
    this.memory.onCodeMoved = () => this.code.jumps.forget(this.mode, false);
    this.reset();
  }

  override reset(): void {
    super.reset();
    resetMsrs(this);
    this.overflows.update();
  }

  get x87(): X87Functions {
    return this.handlers.x87;
  }

  /** Call after `state` was assigned, or memory replaced under the processor. */
  restored(): void {
    this.blocks.flush();
    this.monitor.restored();
    this.memory.restored();
    this.registersAssigned();
  }

  /** Call after registers were assigned: memory, what is decoded of it and the TLBs are as they were. */
  registersAssigned(): void {
    this.view.setInt32(at.COUNTS_USER, this.cpl === 3 ? 1 : 0, true);
    this.chargedMode = undefined;
    this.view.setInt32(at.CHARGED_RING, -1, true);
    this.debug.update();
    this.overflows.update();
    this.mappingChanged();
    this.updateMode();
  }

  override countersChanged(): void {
    this.overflows.update();
    this.mustLeave = true;
  }

  override get countsBranches(): boolean {
    return this.overflows.countsBranches;
  }

  /** Executes nothing more until it is reset: nobody sends it a start-up message. */
  stopUntilReset(): void {
    this.view.setUint32(at.HALTED, at.WAITS_FOR_STARTUP, true);
    this.attention();
  }

  /** Makes `run` return after the instruction in progress. */
  attention(): void {
    this.attentionAsked = true;
    this.mustLeave = true;
    this.view.setInt32(at.UNQUIET, 1, true);
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

  get codeAddress(): number {
    return linearOf(this.rip, this.mode);
  }

  get watchpoints(): readonly Watchpoint[] {
    return this.debug.outside.list;
  }
  set watchpoints(list: readonly Watchpoint[]) {
    this.debug.outside.list = list;
    this.debug.update();
    this.updateMode();
  }
  /** Called behind an instruction that met a watchpoint. */
  onWatched: (watchpoint: Watchpoint) => void = () => {};

  /** Instructions and iterations executed since power-on. */
  get retired(): bigint {
    return this.view.getBigUint64(at.RETIRED, true);
  }

  // ---- running ---------------------------------------------------------------------------------------------------

  /** Runs at most `ticks` (≤ 2³¹ − 1). `executed` tells how many it was. */
  run(ticks: number): ProcessorStop {
    this.inRun = true;
    const stop = this.runUpTo(ticks);
    if (this.overflows.isArmed) this.tellOverflow();
    this.tellNotes();
    this.view.setBigUint64(at.RETIRED, this.view.getBigUint64(at.RETIRED, true) + BigInt(this.executed), true);
    this.inRun = false;
    return stop;
  }

  private tellOverflow(): void {
    if (this.overflows.take()) this.surroundings.counterOverflow?.();
  }

  private runUpTo(ticks: number): ProcessorStop {
    this.executed = 0;
    this.attentionAsked = false;
    let first = true;
    this.passedAt = -1;
    while (this.executed < ticks) {
      if (this.executed === this.passedAt)
        this.view.setUint32(at.SHADOW, this.view.getUint32(at.SHADOW, true) | this.passedShadow, true);
      if (this.attentionAsked) return "attention";
      if (this.overflows.isArmed) this.tellOverflow();
      // A handler that is entered here is one the run came to, not one it began at.
      const met = this.isShutDown ? this.leavesShutdown() : this.takeEvents();
      if (met) first = false;
      // Who heard of it may want to stop at the handler's first instruction.
      if (met && this.attentionAsked) return this.isShutDown ? "shutdown" : "attention";
      if (this.isShutDown) return "shutdown";
      if (this.halted) return "halted";
      const remaining = Math.min(ticks - this.executed, this.overflows.isArmed ? this.overflows.left : ticks);
      const atBreakpoint = this.breakpointSet.size > 0 && this.breakpointSet.has(this.codeAddress);
      if (atBreakpoint && !first) return "breakpoint";
      if (this.debug.isArmed && this.meetsCodeBreakpoint()) {
        first = false;
        continue;
      }
      const shadow = this.view.getUint32(at.SHADOW, true);
      if (shadow & REPEATING) this.view.setUint32(at.SHADOW, shadow & ~REPEATING, true);
      const ip = this.ip;
      if (ip !== this.deviceIp) this.deviceIp = -1;
      const systemFlags = this.view.getUint32(at.SYSTEM_FLAGS, true);
      const alone =
        this.careful ||
        (atBreakpoint && first) ||
        ip === this.deviceIp ||
        shadow & SHADOWS ||
        this.debug.isArmed ||
        systemFlags & TF ||
        this.view.getUint32(DEBUGCTL, true) & LBR ||
        // A gate left IF set, and the next interrupt waits already.
        (met && this.canWake);
      first = false;
      const record = alone ? 0 : this.code.findHere();
      const left = record ? this.map.view.getInt32(record + at.R_LEFT, true) : 0;
      if (record === 0 || left > remaining) {
        this.runAlone();
        continue;
      }
      // No breakpoint is armed that RF would hold back: it is over with the first instruction, as in `runAlone`.
      if (systemFlags & RF) this.view.setUint32(at.SYSTEM_FLAGS, systemFlags & ~RF, true);
      this.enter(record, this.countsBranches ? left : remaining, left);
    }
    return this.isShutDown ? "shutdown" : this.attentionAsked ? "attention" : "budget";
  }

  private enter(record: number, ticks: number, left: number): void {
    const v = this.view;
    this.ticksBefore = this.executed;
    this.entryTicks = ticks;
    v.setInt32(at.ENTRY_TICKS, this.executed + ticks, true);
    v.setInt32(at.UNQUIET, this.isWatched ? 1 : 0, true);
    this.mustLeave = false;
    if (this.alone) this.aloneLength = this.map.view.getUint8(record + at.R_LENGTH);
    const { countsBranches } = this;
    const isUser = countsBranches && this.cpl === 3;
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
      if (f === fault.BEYOND && isStackAccess(this, this.blocks.traitsAt(at_))) f = { vector: fault.SS, errorCode: 0 };
      if (!f) throw new EngineError("generated code faulted without a fault", { ip: this.ip });
      this.fault(f);
      return;
    }
    this.executed = this.ticksBefore + ticks - unused;
    // It was one block at most: the last tick is its last instruction's, unless that one is not yet over.
    const last = record + (ticks - unused - 1) * at.RECORD_BYTES;
    if (countsBranches && exit !== at.EXIT_REPEATING && last >= record && this.blocks.traitsAt(last) & BRANCHES)
      countBranch(this, isUser);
  }

  /** Runs the one instruction at RIP with every check. */
  private runAlone(): void {
    const shadow = this.view.getUint32(at.SHADOW, true);
    const systemFlags = this.view.getUint32(at.SYSTEM_FLAGS, true);
    const trap = systemFlags & TF;
    // RF lasts for one instruction; the one that loads it comes first (Intel SDM vol. 3B, 18.3.1.1).
    this.view.setUint32(at.SYSTEM_FLAGS, systemFlags & ~RF, true);
    const before = this.executed;
    // The shadow covers this instruction; one that it casts itself lasts for the next.
    this.view.setUint32(at.SHADOW, shadow & ~SHADOWS, true);
    this.entered = false;
    this.faulted = false;
    this.debug.met = 0;
    this.debug.outside.met = undefined;
    const records = this.view.getUint32(DEBUGCTL, true) & LBR;
    const from = trap || records ? this.rip : 0n;
    this.instructionIp = this.ip;
    this.alone = true;
    try {
      const record = this.code.findAlone();
      if (record) this.enter(record, 1, 1);
      else this.runUnkept();
    } finally {
      this.alone = false;
    }
    if (this.executed === before) this.executed = before + 1;
    // A load of SS holds the trap back until behind the next instruction; INT has cleared TF (Intel SDM vol. 3, 6.8.3).
    const held = this.view.getUint32(at.SHADOW, true) & SHADOW_SS;
    if (trap && !this.entered && !held && this.isStep(from)) this.debug.pend(DR6_BS);
    if (records && !this.entered && this.hasBranched(from)) recordBranch(this, from, this.rip);
    if (this.debug.met && !this.faulted) this.debug.pend(this.debug.met);
    if (this.debug.outside.met && !this.faulted) this.onWatched(this.debug.outside.met);
  }

  /** Raises #DB where a breakpoint is on the instruction at RIP, unless RF or a shadow holds it back. */
  private meetsCodeBreakpoint(): boolean {
    const held = this.view.getUint32(at.SHADOW, true) & (SHADOW_SS | REPEATING);
    if (held || this.view.getUint32(at.SYSTEM_FLAGS, true) & RF) return false;
    const bits = this.debug.atCode(...codeAddress(this, this.mode));
    if (!bits) return false;
    // It costs a tick, so that a handler with a breakpoint on itself does not run for ever in no time.
    this.executed++;
    this.debug.fault = bits;
    this.fault({ vector: fault.DB });
    return true;
  }

  /** With DebugCtl.BTF only a branch is a step (AMD APM vol. 2, 13.1.4; Intel SDM vol. 3B, 18.4.3). */
  private isStep(from: bigint): boolean {
    return !(this.view.getUint32(DEBUGCTL, true) & BTF) || this.hasBranched(from);
  }

  private hasBranched(from: bigint): boolean {
    if (this.view.getUint32(at.SHADOW, true) & REPEATING) return false;
    return this.rip !== from + BigInt(this.aloneLength);
  }

  /** The instruction that last turned out to touch device memory: its repetitions run alone at once. */
  private deviceIp = -1;

  /** An instruction that is fetched each time: it crosses a page, faults, or jumps beyond the limit. */
  private runUnkept(): void {
    let faultOfFetch: Fault | undefined;
    let decoded: Decoded | Fault | undefined;
    let record = 0;
    try {
      record = this.code.crossings.find(this.mode);
      if (record === 0) decoded = fetchInstruction(this, this.mode);
    } catch (e) {
      if (!(e instanceof GuestFault)) throw e;
      faultOfFetch = e.fault;
    }
    const ip = this.ip;
    if (faultOfFetch) {
      this.executed++;
      this.fault(faultOfFetch);
    } else if (decoded === undefined) {
      this.enter(record, 1, 1);
    } else if ("vector" in decoded) {
      this.executed++;
      this.fault(decoded);
    } else if (fitsLimit(ip, decoded, this.mode)) {
      const built = this.blocks.buildUnkept(decoded, this.rip, this.mode);
      const replaced = this.code.crossings.keep(this.mode, decoded.length, built.record, built.guard);
      if (replaced && built.guard) this.blocks.forward(replaced, built.guard);
      this.enter(built.record, 1, 1);
    } else {
      // A target beyond the limit faults at the jump, which has no effect; a condition that is false just goes on.
      this.executed++;
      this.aloneLength = decoded.length;
      if (!passBranch(this, decoded)) this.fault({ vector: fault.GP, errorCode: 0 });
      else if (this.countsBranches) countBranch(this, this.cpl === 3);
    }
  }

  // ---- what generated code calls ---------------------------------------------------------------------------------

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
    if (v.getUint32(at.SHADOW, true) & SHADOWS && ticks > 0) this.passShadow();
    if (this.isQuiet) return SYSTEM_JUMP;
    this.view.setInt32(at.LEFT_TICKS, ticks, true);
    this.view.setInt32(at.EXIT, at.EXIT_SYSTEM, true);
    return 1;
  }

  /**
   * A shadow over an instruction that comes at once, with nothing there that it would hold back, is as good as over: generated
   * code goes on by itself. `runUpTo` puts it back where it comes to stand before that instruction after all.
   */
  private passShadow(): void {
    const shadow = this.view.getUint32(at.SHADOW, true);
    this.view.setUint32(at.SHADOW, shadow & ~SHADOWS, true);
    if (this.isQuiet) {
      this.passedShadow = shadow & SHADOWS;
      this.passedAt = this.executed;
    } else {
      this.view.setUint32(at.SHADOW, shadow, true);
    }
  }

  /** IN and OUT where nothing is in their way (`ports.ts` has them whole). RIP is behind it. */
  private port(record: number, ticks: number, access: number): number {
    this.executed = this.ticksBefore + this.entryTicks - ticks;
    this.instructionIp = this.map.view.getUint32(record + at.R_RIP, true);
    this.mustLeave = false;
    const bytes = ((access >> 16) & 7) as 1 | 2 | 4;
    if (access & PORT_WRITE) writePort(this, access & 0xffff, this.view.getUint32(at.SCRATCH, true), bytes);
    else this.view.setUint32(at.SCRATCH, readPort(this, access & 0xffff, bytes), true);
    return this.mustLeave ? 1 : 0;
  }

  /** Of what the state does not have, something is to be looked at between two instructions. */
  private get isWatched(): boolean {
    return (
      this.alone ||
      this.attentionAsked ||
      this.debug.isArmed ||
      this.overflows.mayMove ||
      this.countsBranches ||
      this.breakpointSet.size > 0
    );
  }

  /** Nothing waits to be looked at between two instructions: generated code may go on by itself. */
  private get isQuiet(): boolean {
    const v = this.view;
    return (
      !this.isWatched &&
      this.debug.pending === 0 &&
      (v.getUint32(DEBUGCTL, true) & LBR) === 0 &&
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
      this.code.mode = mode;
      this.long = mode.codeBits === 64;
      this.flat = mode.flat;
      this.code.jumps.setTag(mode);
      this.mustLeave = true;
    }
    if (this.memory.updateAccess()) {
      this.code.jumps.setTag(mode);
      this.mustLeave = true;
    }
    const { cpl } = this;
    const { view } = this;
    if (view.getInt32(at.COUNTS_USER, true) !== (cpl === 3 ? 1 : 0)) countPrivilege(this);
    const name = nameOf(this, mode);
    if (name !== this.modeName) {
      this.modeName = name;
      this.segmentEpoch++;
      this.tell({ kind: "mode", mode: name });
    }
    view.setInt32(at.SEGMENT_TAG, (this.segmentEpoch << 2) | cpl, true);
    view.setInt32(at.FLAT32, this.flat && mode.stackBits === 32 && name === "protected 32" ? 1 : 0, true);
    this.charge(name, cpl);
  }

  private charge(mode: ModeName, ring: number): void {
    const { chargedMode, ledger, view } = this;
    const chargedRing = view.getInt32(at.CHARGED_RING, true);
    if (chargedMode !== undefined && chargedMode !== mode) ledger.add("modeChanges");
    if (chargedRing >= 0 && chargedRing !== ring) ledger.add("ringCrossings");
    this.chargedMode = mode;
    view.setInt32(at.CHARGED_RING, ring, true);
  }

  /** What remembered segment loads depend on: mode and mapping, and the privilege. */
  private setSegmentTag(): void {
    this.view.setInt32(at.SEGMENT_TAG, (this.segmentEpoch << 2) | this.cpl, true);
  }

  get modeNow(): ModeName {
    return this.modeName;
  }

  /** Linear addresses may mean other physical ones than before. */
  mappingChanged(butGlobal = false): void {
    this.segmentEpoch++;
    this.setSegmentTag();
    this.memory.updatePaging();
    this.blocks.cutCrossLinks();
    this.code.jumps.forget(this.mode, butGlobal);
    this.mustLeave = true;
  }

  /** Runs blocks as sequences from the start: for the tests. */
  set eager(on: boolean) {
    this.blocks.warmth = on ? 0 : 200;
    this.blocks.flush();
  }

  /** Runs every block by its translation instead of its interpretation: for the tests that compare the two readings. */
  set translating(on: boolean) {
    this.blocks.translating = on;
    this.blocks.flush();
  }
}

/** Operations by their row's place in the table. */
const OPERATION_OF = TABLE.map((row) => OPERATIONS[row.name]);
