/**
 * A processor's local APIC.
 *
 * Modelled: xAPIC mode (registers in a page of memory, `lapicregisters.ts`) and x2APIC mode (MSRs, `lapicmsr.ts`), fixed and lowest-priority interrupts with priorities, edge and level, NMI, SMI, INIT, start-up and
 * ExtINT, the error register, software disabling, global disabling in APIC_BASE (LINT0 and LINT1 are then INTR and NMI).
 * At reset LINT0 is masked: the 8259 is heard when firmware sets up virtual wire mode, or with the APIC disabled.
 * Not modelled: CMCI and AMD's extended registers (the version says that they are absent), remote reads, suppression of
 * EOI broadcasts. The LINT pins' polarity is stored and makes no difference, and a message's delivery is never pending.
 *
 * Source: AMD APM vol. 2, chapter 16; Intel SDM vol. 3, chapter 11.
 */

import {
  type ApicBus,
  EXT_INT,
  FIXED,
  INIT,
  type InterruptMessage,
  LOWEST_PRIORITY,
  type MessageTarget,
  NMI,
  SMI,
  STARTUP,
} from "./apicbus.ts";
import type { Bus, Device, Line } from "./bus.ts";
import { APIC_TIMER_RESET, ApicTimer, type TimerMode, type TimeStamp } from "./lapictimer.ts";
import { hasVector, highestVector, setVector } from "./vectorset.ts";

/** The processor's inputs. */
export interface LocalApicOutputs {
  /** INTR. */
  interrupt(level: boolean): void;
  nmi(): void;
  smi(): void;
  init(): void;
  startup(vector: number): void;
}

export interface LocalApicOptions {
  /** Initial APIC ID, 0 to 254. */
  readonly id: number;
  /** It belongs to the processor that boots. */
  readonly boots: boolean;
  readonly messages: ApicBus;
  readonly processor: LocalApicOutputs;
  readonly timeStamp: TimeStamp;
  /** INTA to the 8259: called for an ExtINT interrupt, or where the APIC is disabled. */
  readonly acknowledge8259: () => number;
  /** Called where APIC_BASE has moved or disabled the page of registers. */
  readonly baseChanged?: () => void;
}

export const APIC_BASE_RESET = 0xfee00000;
const SVR_ENABLE = 0x100;
const LVT_MASKED = 0x10000;
const LVT_LEVEL = 0x8000;
const LVT_REMOTE_IRR = 0x4000;
/** Bits that can be written, by entry from LVT_TIMER on. */
export const LVT_WRITABLE = [0x700ff, 0x107ff, 0x107ff, 0x1a7ff, 0x1a7ff, 0x100ff] as const;
const [TIMER, THERMAL, PERFORMANCE, LINT0, LINT1, ERROR] = [0, 1, 2, 3, 4, 5];
const ICR_LOGICAL = 0x800;
const ICR_ASSERT = 0x4000;
const ICR_LEVEL = 0x8000;
const SHORTHAND_SELF = 1;
const SHORTHAND_ALL = 2;
const SHORTHAND_OTHERS = 3;
const ESR_SEND_ILLEGAL = 0x20;
const ESR_RECEIVED_ILLEGAL = 0x40;
/** Vectors below it are not for interrupts. */
const FIRST_VECTOR = 16;

export class LocalApic implements Device, MessageTarget {
  readonly name: string;
  readonly state = {
    /** APIC_BASE: the page's address and its bits. */
    base: APIC_BASE_RESET,
    enabled: true,
    x2apic: false,
    id: 0,
    tpr: 0,
    ldr: 0,
    dfr: 0xffffffff,
    svr: 0xff,
    isr: new Uint32Array(8),
    tmr: new Uint32Array(8),
    irr: new Uint32Array(8),
    /** Errors as ESR shows them, and those since it was last written. */
    esr: 0,
    errors: 0,
    icr: 0,
    icrHigh: 0,
    lvt: new Uint32Array(6),
    timer: { ...APIC_TIMER_RESET },
    /** Levels of LINT0 and LINT1. */
    lint: [false, false],
    /** An ExtINT message waits. */
    extInt: false,
  };
  readonly timer: ApicTimer;
  readonly #options: LocalApicOptions;

  constructor(bus: Pick<Bus, "clock">, options: LocalApicOptions) {
    this.name = `lapic.${options.id}`;
    this.#options = options;
    this.timer = new ApicTimer(bus, {
      name: `${this.name}.timer`,
      state: this.state.timer,
      timeStamp: options.timeStamp,
      mode: () => this.#timerMode(),
      masked: () => (this.state.lvt[TIMER] & LVT_MASKED) !== 0,
      expired: () => this.#local(TIMER),
    });
    options.messages.targets.push(this);
    this.reset();
  }

  /** INTR and NMI of the board. */
  lint(n: 0 | 1): Line {
    return { set: (level) => this.#driveLint(n, level) };
  }

  /** Power-on or reset: LINT levels stay what the board drives. */
  reset(): void {
    Object.assign(this.state, { base: APIC_BASE_RESET, enabled: true, x2apic: false });
    this.#options.baseChanged?.();
    this.#powerUp();
    this.state.id = this.#options.id;
  }

  /** What INIT does, too: all but the ID and APIC_BASE. Source: Intel SDM vol. 3, 11.4.7. */
  #powerUp(): void {
    const { state } = this;
    Object.assign(state, { tpr: 0, ldr: 0, dfr: 0xffffffff, svr: 0xff, esr: 0, errors: 0, icr: 0, icrHigh: 0 });
    state.extInt = false;
    for (const set of [state.isr, state.tmr, state.irr]) set.fill(0);
    state.lvt.fill(LVT_MASKED);
    Object.assign(state.timer, APIC_TIMER_RESET);
    this.timer.rearm();
    this.#update();
  }

  restored(): void {
    this.#options.baseChanged?.();
    this.#update();
  }

  /** Whether it answers at physical address `hpa`. */
  answers(hpa: number): boolean {
    const { enabled, x2apic, base } = this.state;
    return enabled && !x2apic && hpa >= base && hpa < base + 0x1000;
  }

  get boots(): boolean {
    return this.#options.boots;
  }

  /** APIC_BASE was written: `lapicmsr.ts` has checked it. */
  changeMode(base: number, enabled: boolean, x2apic: boolean): void {
    const { state } = this;
    const wasEnabled = state.enabled;
    const wasX2apic = state.x2apic;
    Object.assign(state, { base, enabled, x2apic });
    if (wasEnabled !== enabled) {
      this.#powerUp();
      if (!enabled) state.id = this.#options.id;
    }
    if (x2apic && !wasX2apic) {
      // The ID is the initial one again, the logical one follows from it.
      state.id = this.#options.id;
      state.icrHigh = 0;
    }
    this.#options.baseChanged?.();
    this.#update();
  }

  // ---- interrupts ------------------------------------------------------------------------------------------------

  get #softwareEnabled(): boolean {
    return (this.state.svr & SVR_ENABLE) !== 0;
  }

  get ppr(): number {
    const { tpr, isr } = this.state;
    const inService = Math.max(0, highestVector(isr)) & 0xf0;
    return (tpr & 0xf0) >= inService ? tpr : inService;
  }

  /** Source: Intel SDM vol. 3, 11.6.2.4. */
  get arbitrationPriority(): number {
    const { tpr, isr, irr } = this.state;
    const requested = Math.max(0, highestVector(irr)) & 0xf0;
    const inService = Math.max(0, highestVector(isr)) & 0xf0;
    if ((tpr & 0xf0) >= requested && (tpr & 0xf0) > inService) return tpr;
    return Math.max(tpr & 0xf0, requested, inService);
  }

  get arbitrates(): boolean {
    return this.state.enabled && this.#softwareEnabled;
  }

  hasFocus(vector: number): boolean {
    const checks = (this.state.svr & 0x200) === 0;
    return checks && (hasVector(this.state.irr, vector) || hasVector(this.state.isr, vector));
  }

  isMeant(message: InterruptMessage): boolean {
    const { state } = this;
    if (!state.enabled) return false;
    const { destination, wide } = message;
    const all = wide ? 0xffffffff : 0xff;
    if (!message.logical) return destination === all || destination === state.id;
    if (state.x2apic) {
      if (destination === 0xffffffff) return true;
      return destination >>> 16 === this.ldr >>> 16 && (destination & this.ldr & 0xffff) !== 0;
    }
    if (destination > 0xff) return destination === 0xffffffff;
    const logical = state.ldr >>> 24;
    if (state.dfr >>> 28 === 0xf) return (destination & logical) !== 0;
    const cluster = destination >> 4;
    return (cluster === 0xf || cluster === logical >> 4) && (destination & logical & 0xf) !== 0;
  }

  accept(message: InterruptMessage): void {
    switch (message.delivery) {
      case FIXED:
      case LOWEST_PRIORITY:
        if (this.#softwareEnabled) this.#request(message.vector, message.level, ESR_RECEIVED_ILLEGAL);
        return;
      case SMI:
        this.#options.processor.smi();
        return;
      case NMI:
        this.#options.processor.nmi();
        return;
      case INIT:
        this.#powerUp();
        this.#options.processor.init();
        return;
      case STARTUP:
        this.#options.processor.startup(message.vector);
        return;
      case EXT_INT:
        this.state.extInt = true;
        this.#update();
        return;
      default: // 3, reserved
    }
  }

  #request(vector: number, level: boolean, illegal: number): void {
    if (vector < FIRST_VECTOR) {
      this.reportError(illegal);
      return;
    }
    setVector(this.state.irr, vector, true);
    setVector(this.state.tmr, vector, level);
    this.#update();
  }

  /** Whether the 8259's INTR reaches the processor past the APIC. */
  get #extIntRequested(): boolean {
    const { enabled, lvt, lint, extInt } = this.state;
    if (!enabled) return lint[0];
    if (extInt) return true;
    return lint[0] && (lvt[LINT0] & LVT_MASKED) === 0 && ((lvt[LINT0] >> 8) & 7) === EXT_INT;
  }

  /** The vector that would be delivered now, -1 where there is none. */
  get #deliverable(): number {
    const { enabled, irr } = this.state;
    if (!enabled) return -1;
    const vector = highestVector(irr);
    return vector >= 0 && (vector & 0xf0) > (this.ppr & 0xf0) ? vector : -1;
  }

  #update(): void {
    this.#options.processor.interrupt(this.#deliverable >= 0 || this.#extIntRequested);
  }

  /** LINT0 is set to bring an NMI, SMI or INIT. */
  get lint0BringsMore(): boolean {
    const value = this.state.lvt[LINT0];
    const delivery = (value >> 8) & 7;
    return this.state.enabled && !(value & LVT_MASKED) && delivery >= SMI && delivery <= INIT;
  }

  /** INTA: the vector that the processor goes to; the spurious one where the request has gone. */
  acknowledge(): number {
    const { state } = this;
    const vector = this.#deliverable;
    if (vector >= 0) {
      setVector(state.irr, vector, false);
      setVector(state.isr, vector, true);
      this.#update();
      return vector;
    }
    if (!this.#extIntRequested) return state.svr & 0xff;
    state.extInt = false;
    const external = this.#options.acknowledge8259();
    this.#update();
    return external;
  }

  /** The level of INTR. */
  get output(): boolean {
    return this.#deliverable >= 0 || this.#extIntRequested;
  }

  endOfInterrupt(): void {
    const { state } = this;
    const vector = highestVector(state.isr);
    if (vector < 0) return;
    setVector(state.isr, vector, false);
    this.#update();
    if (!hasVector(state.tmr, vector)) return;
    for (const entry of [LINT0, LINT1]) {
      if ((state.lvt[entry] & (LVT_REMOTE_IRR | 0xff)) === (LVT_REMOTE_IRR | vector)) {
        state.lvt[entry] &= ~LVT_REMOTE_IRR;
        this.#levelLint(entry);
      }
    }
    this.#options.messages.endOfInterrupt(vector);
  }

  // ---- local sources ---------------------------------------------------------------------------------------------

  /** An interrupt of the processor itself, by its LVT entry. A performance counter's overflow masks its entry. */
  raise(source: "thermal" | "performance"): void {
    this.#local(source === "thermal" ? THERMAL : PERFORMANCE);
    if (source === "performance") this.state.lvt[PERFORMANCE] |= LVT_MASKED;
  }

  #local(entry: number): void {
    const value = this.state.lvt[entry];
    if (!this.state.enabled || value & LVT_MASKED) return;
    const delivery = entry === TIMER || entry === ERROR ? FIXED : (value >> 8) & 7;
    if (delivery === FIXED) this.#request(value & 0xff, false, ESR_RECEIVED_ILLEGAL);
    else if (delivery !== EXT_INT) {
      this.accept({
        vector: value & 0xff,
        delivery,
        level: false,
        destination: this.state.id,
        logical: false,
        wide: true,
      });
    }
  }

  #driveLint(n: 0 | 1, level: boolean): void {
    const { state } = this;
    // Low as before, as a port of the 8259 says often.
    if (!level && !state.lint[n]) return;
    const rises = level && !state.lint[n];
    state.lint[n] = level;
    if (!state.enabled) {
      if (n === 1 && rises) this.#options.processor.nmi();
    } else if (this.#isLevelLint(LINT0 + n)) this.#levelLint(LINT0 + n);
    else if (rises) this.#local(LINT0 + n);
    this.#update();
  }

  #isLevelLint(entry: number): boolean {
    const value = this.state.lvt[entry];
    return ((value >> 8) & 7) === FIXED && (value & LVT_LEVEL) !== 0;
  }

  /** A level-triggered pin that is high is a request until its interrupt ends, and then again. */
  #levelLint(entry: number): void {
    const { state } = this;
    const value = state.lvt[entry];
    if (!this.#isLevelLint(entry) || !state.lint[entry - LINT0] || value & (LVT_MASKED | LVT_REMOTE_IRR)) return;
    state.lvt[entry] |= LVT_REMOTE_IRR;
    this.#request(value & 0xff, true, ESR_RECEIVED_ILLEGAL);
  }

  #timerMode(): TimerMode {
    const bits = (this.state.lvt[TIMER] >> 17) & 3;
    return bits === 2 ? "deadline" : bits & 1 ? "periodic" : "one-shot";
  }

  reportError(bits: number): void {
    const { state } = this;
    const isNew = (state.errors & bits) !== bits;
    state.errors |= bits;
    if (isNew) this.#local(ERROR);
  }

  // ---- what writing to registers does: `lapicregisters.ts` -------------------------------------------------------

  get ldr(): number {
    const { x2apic, id, ldr } = this.state;
    return x2apic ? (((id & ~15) << 12) | (1 << (id & 15))) >>> 0 : ldr;
  }

  writeTaskPriority(value: number): void {
    this.state.tpr = value;
    this.#update();
  }

  writeSvr(value: number): void {
    const { state } = this;
    state.svr = value & 0x3ff;
    if (!this.#softwareEnabled) {
      for (let i = 0; i < state.lvt.length; i++) state.lvt[i] |= LVT_MASKED;
      this.timer.rearm();
    }
    this.#update();
  }

  writeLvt(entry: number, value: number): void {
    const { state } = this;
    const disabled = this.#softwareEnabled ? 0 : LVT_MASKED;
    const change = () => {
      state.lvt[entry] = (value & LVT_WRITABLE[entry]) | (state.lvt[entry] & LVT_REMOTE_IRR) | disabled;
    };
    if (entry === TIMER) this.timer.changeMode(change);
    else change();
    if (entry === LINT0 || entry === LINT1) {
      if (!this.#isLevelLint(entry)) state.lvt[entry] &= ~LVT_REMOTE_IRR;
      this.#levelLint(entry);
    }
    this.#update();
  }

  /** Sends what ICR says. Source: Intel SDM vol. 3, 11.6.1. */
  send(): void {
    const { state } = this;
    const { icr } = state;
    const { messages } = this.#options;
    const delivery = (icr >> 8) & 7;
    const shorthand = (icr >> 18) & 3;
    const vector = icr & 0xff;
    if (delivery === 3 || delivery === EXT_INT) return;
    // The INIT level de-assert only told the APICs of the P6 family and before to take their IDs for arbitration.
    if (delivery === INIT && icr & ICR_LEVEL && !(icr & ICR_ASSERT)) return;
    if ((delivery === FIXED || delivery === LOWEST_PRIORITY) && vector < FIRST_VECTOR) {
      this.reportError(ESR_SEND_ILLEGAL);
      return;
    }
    const message = {
      vector,
      delivery,
      level: false,
      destination: state.x2apic ? state.icrHigh : state.icrHigh >>> 24,
      logical: (icr & ICR_LOGICAL) !== 0,
      wide: state.x2apic,
    };
    if (shorthand === SHORTHAND_SELF) this.accept(message);
    else if (shorthand === SHORTHAND_ALL) messages.broadcast(message);
    else if (shorthand === SHORTHAND_OTHERS) messages.broadcast(message, this);
    else messages.send(message);
  }

  /** The self-IPI register of x2APIC mode. */
  sendSelf(vector: number): void {
    if (vector < FIRST_VECTOR) this.reportError(ESR_SEND_ILLEGAL);
    else if (this.#softwareEnabled) this.#request(vector, false, ESR_RECEIVED_ILLEGAL);
  }
}
