/**
 * IA-PC HPET: a 64-bit counter at 100 MHz and three comparators.
 *
 *   FED00000  000 capabilities and ID (63:32 period in fs)   010 configuration (1 legacy replacement, 0 enable)
 *             020 interrupt status                           0F0 main counter
 *             100 + 20h n: configuration and capabilities of timer n    108 + 20h n: its comparator
 *
 *   timer: 63:32 routes that it can have   15 FSB capable (0)   13:9 route   8 32-bit mode   6 set accumulator
 *          5 64-bit capable   4 periodic capable   3 periodic   2 interrupt enable   1 level triggered
 *
 * Modelled: enable, one-shot and periodic timers (all three, as in QEMU), 32- and 64-bit mode, edge and level interrupts
 * with the status register, legacy replacement (timer 0 to IRQ 0 and I/O APIC input 2, timer 1 to IRQ 8; the 8254 and the
 * MC146818 are off these lines meanwhile), routes to I/O APIC inputs 2 (which IRQ 0 drives too) and 16–23, setting a periodic timer's accumulator.
 * Not modelled: FSB delivery (its capability bit is 0).
 *
 * Source: IA-PC HPET specification 1.0a (October 2004).
 */

import type { Bus, Device, Line, Timer } from "./bus.ts";
import { Frequency } from "./frequency.ts";

export const HPET_BASE = 0xfed00000;
export const HPET_HZ = 100_000_000;
const TIMERS = 3;
const PERIOD_FS = 1e15 / HPET_HZ;
/** Vendor 8086h, legacy replacement capable, 64-bit counter, three timers, revision 1. */
const CAPABILITIES = 0x8086a000 + ((TIMERS - 1) << 8) + 1;
/** Inputs of the I/O APIC that a timer can drive. */
const ROUTES = 0x00ff0004;
const ENABLE = 1;
const LEGACY = 2;
const TIMER_LEVEL = 0x02;
const TIMER_ENABLE = 0x04;
const TIMER_PERIODIC = 0x08;
const TIMER_SET = 0x40;
const TIMER_32 = 0x100;
const TIMER_WRITABLE = 0x3f4e;
/** Periodic capable, 64-bit capable. */
const TIMER_CAPABILITIES = 0x30;
const MASK32 = 0xffffffffn;
const MASK64 = (1n << 64n) - 1n;
/** Expiries further away are as good as never. */
const FAR = 1n << 50n;

export interface HpetOptions {
  /** I/O APIC input n. */
  readonly route: (n: number) => Line;
  /** IRQ 0 and IRQ 8, where they arrive in legacy replacement mode. */
  readonly legacy: readonly [Line, Line];
  /** Takes the 8254 and the MC146818 off their lines, or puts them on. */
  readonly replace: (on: boolean) => void;
  readonly base?: number;
}

/** What a snapshot keeps of a timer; comparator and period as two words. */
interface TimerState {
  [part: string]: number | boolean;
  configuration: number;
  comparatorLow: number;
  comparatorHigh: number;
  periodLow: number;
  periodHigh: number;
  /** The low half of the accumulator was just set: the high half may follow, as in one write of 64 bits. */
  half: boolean;
  /** The level of its line. */
  line: boolean;
}

const join = (low: number, high: number): bigint => (BigInt(high) << 32n) | BigInt(low);

export class Hpet implements Device {
  readonly name = "hpet";
  readonly state = {
    configuration: 0,
    status: 0,
    /** The counter's value at `since`, a cycle of its clock; it stands still while it is not enabled. */
    counterLow: 0,
    counterHigh: 0,
    since: 0,
    timers: Array.from({ length: TIMERS }, (): TimerState => ({ ...IDLE_TIMER })),
  };
  readonly #bus: Pick<Bus, "clock">;
  readonly #options: HpetOptions;
  readonly #frequency: Frequency;
  readonly #events: Timer[];

  constructor(bus: Pick<Bus, "mmio" | "clock">, options: HpetOptions) {
    this.#bus = bus;
    this.#options = options;
    this.#frequency = new Frequency(HPET_HZ, bus.clock.ticksPerSecond);
    this.#events = this.state.timers.map((_, n) => bus.clock.timer(`hpet.${n}`, () => this.#fire(n)));
    bus.mmio.claim(this.name, options.base ?? HPET_BASE, 0x400, {
      widest: 4,
      read: (hpa, size) => (this.#read(hpa & 0x3fc) >>> (8 * (hpa & 3))) & (size === 4 ? -1 : (1 << (8 * size)) - 1),
      write: (hpa, value, size) => this.#writePart(hpa & 0x3ff, value, size),
    });
    this.reset();
  }

  reset(): void {
    const { state } = this;
    for (let n = 0; n < TIMERS; n++) this.#setLine(n, false);
    Object.assign(state, { configuration: 0, status: 0, counterLow: 0, counterHigh: 0, since: 0 });
    for (const timer of state.timers) Object.assign(timer, IDLE_TIMER);
    for (const event of this.#events) event.cancel();
    this.#options.replace(false);
  }

  restored(): void {
    this.#options.replace(this.#legacy);
  }

  get #enabled(): boolean {
    return (this.state.configuration & ENABLE) !== 0;
  }

  get #legacy(): boolean {
    return (this.state.configuration & LEGACY) !== 0;
  }

  get #cycles(): number {
    return this.#frequency.cyclesAt(this.#bus.clock.now);
  }

  /** The main counter. */
  get counter(): bigint {
    const { counterLow, counterHigh, since } = this.state;
    const held = join(counterLow, counterHigh);
    return this.#enabled ? (held + BigInt(this.#cycles - since)) & MASK64 : held;
  }

  #setCounter(value: bigint): void {
    const { state } = this;
    state.counterLow = Number(value & MASK32);
    state.counterHigh = Number(value >> 32n);
    state.since = this.#cycles;
  }

  #timer(n: number): TimerState {
    return this.state.timers[n] as TimerState;
  }

  #isPeriodic(n: number): boolean {
    return (this.#timer(n).configuration & TIMER_PERIODIC) !== 0;
  }

  #comparator(n: number): bigint {
    const { comparatorLow, comparatorHigh } = this.#timer(n);
    return join(comparatorLow, comparatorHigh);
  }

  #setComparator(n: number, value: bigint): void {
    const timer = this.#timer(n);
    timer.comparatorLow = Number(value & MASK32);
    timer.comparatorHigh = timer.configuration & TIMER_32 ? 0 : Number((value >> 32n) & MASK32);
  }

  /** Cycles from the counter's value to the comparator's, 1 at least: equal values match when they come around again. */
  #distance(n: number): bigint {
    const mask = this.#timer(n).configuration & TIMER_32 ? MASK32 : MASK64;
    const distance = (this.#comparator(n) - this.counter) & mask;
    return distance === 0n ? mask + 1n : distance;
  }

  #arm(n: number): void {
    const distance = this.#enabled ? this.#distance(n) : FAR;
    if (distance >= FAR) (this.#events[n] as Timer).cancel();
    else (this.#events[n] as Timer).arm(this.#frequency.tickOf(this.#cycles + Number(distance)));
  }

  #armAll(): void {
    for (let n = 0; n < TIMERS; n++) this.#arm(n);
  }

  #fire(n: number): void {
    const timer = this.#timer(n);
    if (this.#isPeriodic(n)) {
      const period = join(timer.periodLow, timer.periodHigh);
      if (period !== 0n) {
        // A period shorter than a tick passes more than once.
        const late = (this.counter - this.#comparator(n)) & (timer.configuration & TIMER_32 ? MASK32 : MASK64);
        this.#setComparator(n, this.#comparator(n) + (late / period + 1n) * period);
      }
    }
    this.#interrupt(n);
    this.#arm(n);
  }

  #interrupt(n: number): void {
    const { configuration } = this.#timer(n);
    const enabled = (configuration & TIMER_ENABLE) !== 0;
    if (configuration & TIMER_LEVEL) {
      this.state.status |= 1 << n;
      if (enabled) this.#setLine(n, true);
    } else if (enabled) {
      this.#setLine(n, true);
      this.#setLine(n, false);
    }
  }

  /** In legacy replacement mode timers 0 and 1 are IRQ 0 and IRQ 8, whatever their route says. */
  #setLine(n: number, level: boolean): void {
    const timer = this.#timer(n);
    if (timer.line === level) return;
    timer.line = level;
    const line = this.#legacy && n < 2 ? this.#options.legacy[n as 0 | 1] : this.#routed(n);
    line?.set(level);
  }

  #routed(n: number): Line | undefined {
    const route = (this.#timer(n).configuration >> 9) & 31;
    return ROUTES & (1 << route) ? this.#options.route(route) : undefined;
  }

  /** A line follows a change of enable, trigger or route: it falls where it was, and rises where it is now. */
  #withLines(change: () => void): void {
    for (let n = 0; n < TIMERS; n++) this.#setLine(n, false);
    change();
    for (let n = 0; n < TIMERS; n++) {
      const { configuration } = this.#timer(n);
      const wanted = TIMER_LEVEL | TIMER_ENABLE;
      if ((configuration & wanted) === wanted && this.state.status & (1 << n)) this.#setLine(n, true);
    }
  }

  #read(offset: number): number {
    const { state } = this;
    if (offset >= 0x100 && offset < 0x100 + 0x20 * TIMERS) return this.#readTimer((offset - 0x100) >> 5, offset & 0x1f);
    switch (offset) {
      case 0x000:
        return CAPABILITIES;
      case 0x004:
        return PERIOD_FS;
      case 0x010:
        return state.configuration;
      case 0x020:
        return state.status;
      case 0x0f0:
        return Number(this.counter & MASK32);
      case 0x0f4:
        return Number(this.counter >> 32n);
      default:
        return 0;
    }
  }

  #readTimer(n: number, offset: number): number {
    const timer = this.#timer(n);
    switch (offset) {
      case 0x00:
        return timer.configuration | TIMER_CAPABILITIES;
      case 0x04:
        return ROUTES;
      case 0x08:
        return timer.comparatorLow;
      case 0x0c:
        return timer.comparatorHigh;
      default:
        return 0;
    }
  }

  /** Narrow writes change their bytes of the register. */
  #writePart(offset: number, value: number, size: number): void {
    const at = offset & 3;
    const aligned = offset & 0x3fc;
    if (size === 4) {
      this.#write(aligned, value);
      return;
    }
    const mask = ((1 << (8 * size)) - 1) << (8 * at);
    const rest = aligned === 0x20 ? 0 : this.#read(aligned) & ~mask;
    this.#write(aligned, (rest | ((value << (8 * at)) & mask)) >>> 0);
  }

  #write(offset: number, value: number): void {
    const { state } = this;
    if (offset >= 0x100 && offset < 0x100 + 0x20 * TIMERS) {
      this.#writeTimer((offset - 0x100) >> 5, offset & 0x1f, value);
      return;
    }
    switch (offset) {
      case 0x010: {
        const { counter } = this;
        this.#withLines(() => {
          state.configuration = value & (ENABLE | LEGACY);
          this.#options.replace(this.#legacy);
        });
        this.#setCounter(counter);
        this.#armAll();
        return;
      }
      case 0x020:
        this.#withLines(() => {
          state.status &= ~value;
        });
        return;
      case 0x0f0:
        this.#setCounter((this.counter & ~MASK32) | BigInt(value));
        this.#armAll();
        return;
      case 0x0f4:
        this.#setCounter((this.counter & MASK32) | (BigInt(value) << 32n));
        this.#armAll();
        return;
      default: // reserved and read-only
    }
  }

  #writeTimer(n: number, offset: number, value: number): void {
    const timer = this.#timer(n);
    const { half } = timer;
    timer.half = false;
    if (offset === 0x00) {
      this.#withLines(() => {
        timer.configuration = value & TIMER_WRITABLE;
        if (!(value & TIMER_LEVEL)) this.state.status &= ~(1 << n);
      });
      if (value & TIMER_32) Object.assign(timer, { comparatorHigh: 0, periodHigh: 0 });
      this.#arm(n);
      return;
    }
    if (offset !== 0x08 && offset !== 0x0c) return;
    const high = offset === 0x0c;
    if (high && timer.configuration & TIMER_32) return;
    const periodic = this.#isPeriodic(n);
    const sets = !periodic || (timer.configuration & TIMER_SET) !== 0 || (high && half);
    // Setting the accumulator sets the period, too; the next write then is the period's alone.
    if (sets && high) timer.comparatorHigh = value;
    else if (sets) timer.comparatorLow = value;
    if (periodic && high) timer.periodHigh = value;
    else if (periodic) timer.periodLow = value;
    timer.half = sets && periodic && !high;
    timer.configuration &= ~TIMER_SET;
    this.#arm(n);
  }
}

const IDLE_TIMER: TimerState = {
  configuration: 0,
  comparatorLow: 0xffffffff,
  comparatorHigh: 0xffffffff,
  periodLow: 0,
  periodHigh: 0,
  half: false,
  line: false,
};
