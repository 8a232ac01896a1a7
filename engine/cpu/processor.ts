/**
 * One x86 processor: state in linear memory, generated code that runs it, and the loop that delivers what generated code
 * leaves to TypeScript: faults, interrupts, system operations, instructions that must run alone.
 *
 * Modelled: real mode, protected mode with segmentation, the integer instruction set, interrupts through IVT and IDT.
 * Not yet: paging, virtual-8086 mode, hardware task switching, long mode's system side, x87 and SSE.
 */
import { CONDITIONS } from "../isa/conditions.ts";
import { decode } from "../isa/decode.ts";
import type { Decoded } from "../isa/decoded.ts";
import { TABLE } from "../isa/table.ts";
import { EngineError } from "../wasm/error.ts";
import { Blocks, fitsLimit } from "./blocks.ts";
import { Core, hex4, type ModeName, type Surroundings } from "./core.ts";
import * as fault from "./fault.ts";
import { type Fault, GuestFault } from "./fault.ts";
import { Handlers } from "./handlers.ts";
import * as at from "./layout.ts";
import { LinearMemory } from "./linear.ts";
import { DEFAULT_MODEL, type Model } from "./models.ts";
import { MAX_MODES, type Mode, Modes } from "./modes.ts";
import type { PhysicalMap } from "./physical.ts";
import {
  CF,
  IF,
  INIT_PENDING,
  INTR,
  NMI_BLOCKED,
  NMI_PENDING,
  OF,
  PF,
  SF,
  SHADOW_SS,
  SHADOW_STI,
  STARTUP_PENDING,
  STARTUP_VECTOR,
  TF,
  ZF,
} from "./registers.ts";
import { CS } from "./segments.ts";
import { deliver } from "./system/interrupts.ts";
import { OPERATIONS } from "./system/operations.ts";

export type { ModeName, ProcessorEvent, Surroundings } from "./core.ts";

/** Instructions that cross a page and are kept at one time. */
const MAX_CROSSING = 1024;
/** Epochs before the jump table is wiped: with the modes they fill an i32's positive half. */
const EPOCHS = 2 ** 19;

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
  private readonly crossing = new Map<number, { readonly record: number; readonly bytes: Uint8Array }>();
  private breakpointSet: ReadonlySet<number> = new Set();
  private codeTag = 0;
  private epoch = 0;

  constructor(map: PhysicalMap, surroundings: Surroundings, number = 0, model: Model = DEFAULT_MODEL) {
    super(map, surroundings, number, model);
    this.memory = new LinearMemory(this);
    this.handlers = new Handlers(map.memory, {
      ...this.memory.imports,
      link: (_cpu, record, field, ticks) => this.link(record, field, ticks),
      jump: (_cpu, low, _high, ticks) => this.jump(low >>> 0, ticks),
      system: (_cpu, record, ticks) => this.system(record, ticks),
    });
    this.blocks = new Blocks(map, this.handlers, number);
    this.modes = new Modes(model, () => this.blocks.flush());
    this.blocks.onFlush = () => {
      this.crossing.clear();
      this.forgetJumps();
    };
    map.readers.push({
      holdsCode: (line) => this.blocks.holds(line),
      codeChanges: (host, bytes) => this.blocks.invalidate(host, bytes),
      codeAppears: () => this.memory.forgetWrites(),
      mapChanges: () => this.mappingChanged(),
    });
    this.view.setInt32(at.TLB_READ, this.cpu + at.FAST_READ, true);
    this.view.setInt32(at.TLB_WRITE, this.cpu + at.FAST_WRITE, true);
    this.reset();
  }

  /** Call after `state` was assigned, or memory replaced under the processor. */
  restored(): void {
    this.blocks.flush();
    this.memory.forget();
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
      const shadow = this.view.getUint32(at.SHADOW, true);
      // A handler that is entered here is one the run came to, not one it began at.
      if (!(shadow & (SHADOW_STI | SHADOW_SS)) && !this.isShutDown && this.takeInterrupts()) first = false;
      if (this.isShutDown) return "shutdown";
      if (this.halted) return "halted";
      const remaining = ticks - this.executed;
      const ip = this.ip;
      const atBreakpoint = this.breakpointSet.size > 0 && this.breakpointSet.has((this.segments.base(CS) + ip) >>> 0);
      if (atBreakpoint && !first) return "breakpoint";
      if (ip !== this.deviceIp) this.deviceIp = -1;
      const alone =
        (atBreakpoint && first) ||
        ip === this.deviceIp ||
        shadow & 3 ||
        this.view.getUint32(at.SYSTEM_FLAGS, true) & TF;
      first = false;
      const record = alone ? 0 : this.find(ip);
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
    this.handlers.enter(this.cpu, record, ticks - left);
    let unused = v.getInt32(at.LEFT_TICKS, true);
    const exit = v.getInt32(at.EXIT, true);
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
      const f = exit === at.EXIT_RAISE ? fault.plain(v.getInt32(at.SCRATCH, true)) : this.pendingFault;
      this.pendingFault = undefined;
      if (!f) throw new EngineError("generated code faulted without a fault", { ip: this.ip });
      this.fault(f);
      return;
    }
    this.executed = this.ticksBefore + ticks - unused;
  }

  /** Runs the one instruction at RIP with every check. */
  private runAlone(): void {
    const shadow = this.view.getUint32(at.SHADOW, true);
    const trap = this.view.getUint32(at.SYSTEM_FLAGS, true) & TF;
    const ip = this.ip;
    const before = this.executed;
    // The shadow covers this instruction; one that it casts itself lasts for the next.
    this.view.setUint32(at.SHADOW, shadow & ~3, true);
    this.entered = false;
    this.alone = true;
    try {
      const record = this.findAlone(ip);
      if (record) this.enter(record, 1, 1);
      else this.runUnkept(ip);
    } finally {
      this.alone = false;
    }
    if (this.executed === before) this.executed = before + 1;
    // A load of SS holds the trap back until behind the next instruction; INT has cleared TF (Intel SDM vol. 3, 6.8.3).
    const held = this.view.getUint32(at.SHADOW, true) & SHADOW_SS;
    if (trap && !this.entered && !held && !this.isShutDown) {
      this.view.setUint32(at.DR + 6 * 8, this.view.getUint32(at.DR + 6 * 8, true) | 0x4000, true);
      this.fault({ vector: fault.DB });
    }
  }

  /** The instruction that last turned out to touch device memory: its repetitions run alone at once. */
  private deviceIp = -1;

  /** An instruction that is fetched each time: it crosses a page, faults, or jumps beyond the limit. */
  private runUnkept(ip: number): void {
    const key = ip * MAX_MODES + this.mode.id;
    const kept = this.crossing.get(key);
    if (kept && this.hasBytes(ip, kept.bytes)) {
      this.enter(kept.record, 1, 1);
      return;
    }
    const decoded = this.fetch(ip);
    if ("vector" in decoded) {
      this.executed++;
      this.fault(decoded);
    } else if (fitsLimit(ip, decoded, this.mode)) {
      const record = this.blocks.buildAlone(decoded, ip, this.mode);
      this.keepCrossing(key, ip, decoded.length, record);
      this.enter(record, 1, 1);
    } else {
      // A target beyond the limit faults at the jump, which has no effect; a condition that is false just goes on.
      this.executed++;
      this.jumpBeyondLimit(decoded, ip);
    }
  }

  /** Keeps the record of an instruction in two pages of memory, with the bytes that it was decoded from. */
  private keepCrossing(key: number, ip: number, length: number, record: number): void {
    const hosts = Array.from({ length }, (_, i) => this.memory.codeHost((this.mode.base + ip + i) >>> 0));
    if (hosts.some((host) => host < 0)) return;
    if (this.crossing.size >= MAX_CROSSING) this.crossing.clear();
    this.crossing.set(key, { record, bytes: Uint8Array.from(hosts, (host) => this.map.bytes[host] as number) });
  }

  private hasBytes(ip: number, bytes: Uint8Array): boolean {
    const { base, limit } = this.mode;
    if (ip + bytes.length - 1 > limit) return false;
    for (let i = 0; i < bytes.length; i++) {
      const host = this.memory.codeHost((base + ip + i) >>> 0);
      if (host < 0 || this.map.bytes[host] !== bytes[i]) return false;
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

  /** Decodes the instruction at `ip`, or tells the fault of fetching it. */
  private fetch(ip: number): Decoded | Fault {
    let fetchFault: Fault | undefined;
    const base = this.mode.base;
    const limit = this.mode.limit;
    const d = decode(
      (i) => {
        const offset = ip + i;
        if (offset > limit || offset > 0xffffffff) {
          fetchFault = { vector: fault.GP, errorCode: 0 };
          return -1;
        }
        const byte = this.memory.fetch8((base + offset) >>> 0);
        if (typeof byte !== "number") {
          fetchFault = byte;
          return -1;
        }
        return byte;
      },
      BigInt(ip),
      this.mode,
    );
    if (!("fault" in d)) return d;
    if (d.fault === "fetch") return fetchFault ?? { vector: fault.GP, errorCode: 0 };
    if (d.fault === "too long") return { vector: fault.GP, errorCode: 0 };
    this.reportUnknown(ip);
    return { vector: fault.UD };
  }

  private reportUnknown(ip: number): void {
    const bytes: string[] = [];
    for (let i = 0; i < 8; i++) {
      const byte = this.memory.fetch8((this.mode.base + ip + i) >>> 0);
      if (typeof byte !== "number") break;
      bytes.push(byte.toString(16).padStart(2, "0"));
    }
    this.surroundings.event({
      kind: "unimplemented",
      part: "processor",
      text: `no instruction for ${bytes.join(" ")} at ${hex4(this.segments.selector(CS))}:${hex4(ip)}`,
    });
  }

  /** Takes what waits and is not masked; whether there was something. */
  private takeInterrupts(): boolean {
    const v = this.view;
    const pins = v.getUint32(at.INTERRUPT, true);
    if (!pins) return false;
    if (pins & INIT_PENDING) {
      this.initialize();
      return this.takeInterrupts();
    }
    if (this.waitsForStartup) {
      if (pins & STARTUP_PENDING) this.start((pins & STARTUP_VECTOR) >> 8);
      return false;
    }
    if (pins & NMI_PENDING && !(v.getUint32(at.SHADOW, true) & NMI_BLOCKED)) {
      v.setUint32(at.INTERRUPT, pins & ~NMI_PENDING, true);
      v.setUint32(at.SHADOW, v.getUint32(at.SHADOW, true) | NMI_BLOCKED, true);
      this.halted = false;
      this.interrupt(fault.NMI, "nmi");
      return true;
    }
    if (!(pins & INTR) || !(v.getUint32(at.SYSTEM_FLAGS, true) & IF)) return false;
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
   * Delivers an exception whose instruction RIP points to (or, for a trap, the next). Exceptions while delivering become
   * a double fault, then shutdown (AMD APM vol. 2, 8.2.9).
   */
  fault(first: Fault): void {
    const chain: string[] = [];
    let current = first;
    for (;;) {
      chain.push(fault.exceptionName(current.vector));
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

  /** The record of the code at offset `ip`, 0 where it must run alone. */
  private find(ip: number): number {
    if (ip > this.mode.limit) return 0;
    const host = this.memory.codeHost((this.mode.base + ip) >>> 0);
    return host < 0 ? 0 : this.blocks.find(ip, host, this.mode);
  }

  private findAlone(ip: number): number {
    if (ip > this.mode.limit) return 0;
    const host = this.memory.codeHost((this.mode.base + ip) >>> 0);
    return host < 0 ? 0 : this.blocks.findAlone(ip, host, this.mode);
  }

  private notFound(ip: number, ticks: number): number {
    this.ip = ip;
    this.view.setInt32(at.LEFT_TICKS, ticks, true);
    this.view.setInt32(at.EXIT, at.EXIT_SYSTEM, true);
    return 0;
  }

  private link(record: number, field: number, ticks: number): number {
    const v = this.map.view;
    const from = v.getUint32(record + at.R_RIP, true);
    const to =
      field === at.R_LINK_TARGET ? v.getUint32(record + at.R_TARGET, true) : from + v.getUint8(record + at.R_LENGTH);
    let target = 0;
    const kept = this.blocks.keeps(record, () => {
      target = this.find(to);
    });
    if (!target) return this.notFound(to, ticks);
    const samePage = (this.mode.base + from) >>> 12 === (this.mode.base + to) >>> 12;
    if (kept) this.blocks.link(record, field, target, samePage);
    return target;
  }

  private jump(ip: number, ticks: number): number {
    const target = this.find(ip);
    if (!target) return this.notFound(ip, ticks);
    const slot = at.JUMPS + (ip & 0xfff) * 16;
    this.view.setBigUint64(slot, BigInt(ip), true);
    this.view.setInt32(slot + 8, this.codeTag, true);
    this.view.setInt32(slot + 12, target, true);
    return target;
  }

  /** Ticks that a callback of generated code may see, `ticks` being what is left behind its block. */
  private system(record: number, ticks: number): number {
    const d = this.blocks.decodedOf(record);
    this.executed = this.ticksBefore + this.entryTicks - ticks;
    const ip = this.map.view.getUint32(record + at.R_RIP, true);
    const next = ip + d.length;
    this.instructionIp = ip;
    this.ip = next;
    this.mustLeave = this.attentionAsked;
    try {
      const operation = OPERATION_OF[d.row.index];
      if (!operation) throw new EngineError(`no operation ${d.row.name}`);
      operation(this, d);
    } catch (e) {
      if (!(e instanceof GuestFault)) throw e;
      this.ip = ip;
      this.pendingFault = e.fault;
      this.view.setInt32(at.EXIT_RECORD, record, true);
      this.view.setInt32(at.LEFT_TICKS, ticks, true);
      this.view.setInt32(at.EXIT, at.EXIT_FAULT, true);
      return 1;
    }
    if (!this.mustLeave && this.ip === next) return 0;
    this.view.setInt32(at.LEFT_TICKS, ticks, true);
    this.view.setInt32(at.EXIT, at.EXIT_SYSTEM, true);
    return 1;
  }

  // ---- what changes the meaning of code --------------------------------------------------------------------------

  /** To be called after anything that Mode is made of has changed. */
  updateMode(): void {
    const mode = this.modes.of(this);
    if (mode !== this.mode) {
      this.mode = mode;
      this.setCodeTag();
      this.mustLeave = true;
    }
    const { codeBits } = mode;
    const name: ModeName = !this.protectedMode
      ? "real"
      : this.virtual8086
        ? "virtual-8086"
        : codeBits === 32
          ? "protected 32"
          : "protected 16";
    if (name !== this.modeName) {
      this.modeName = name;
      this.surroundings.event({ kind: "mode", mode: name });
    }
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

  /** Entries of the jump table carry the mode and the epoch they were made in. */
  private setCodeTag(): void {
    this.codeTag = this.epoch * MAX_MODES + (this.mode?.id ?? 0);
    this.view.setInt32(at.CODE_TAG, this.codeTag, true);
  }

  /** Linear addresses may mean other physical ones than before. */
  mappingChanged(): void {
    this.memory.forget();
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

/** Operations by their row's place in the table. */
const OPERATION_OF = TABLE.map((row) => OPERATIONS[row.name]);

const JUMP_CONDITIONS: Record<string, number> = Object.fromEntries(
  CONDITIONS.map(({ name }, code) => [`J${name}`, code]),
);
