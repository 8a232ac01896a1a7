/**
 * Motorola MC146818 real-time clock with 128 bytes of battery-backed memory.
 *
 *   port 0x70  write: NMI mask (bit 7) and index (bits 6:0); reads 0xFF as on the AT
 *   port 0x71  the byte at the index
 *
 *   index 0 seconds 1 alarm  2 minutes 3 alarm  4 hours 5 alarm  6 day of week (1 = Sunday)  7 day  8 month  9 year
 *   A  UIP | DV2..0 | RS3..0      B  SET PIE AIE UIE SQWE DM 24/12 DSE      C  IRQF PF AF UF (reading clears)   D  VRT
 *
 * The registers hold time in the format that register B says, and an update cycle a second counts them on, as in the
 * part. Time derives from ticks alone. Register 0x32 (century, BCD) counts with the year, as in PC chipsets.
 * The update-in-progress bit is up for the 244 + 1,984 microseconds of the data sheet.
 * Not modelled: the square wave output (not wired in a PC), oscillators other than 32,768 Hz (DV other than 010 stops
 * the clock), undefined values while an update is in progress.
 *
 * Source: Motorola MC146818 data sheet, 1988.
 */

import type { Bus, Device, Line, Tick, Timer } from "./bus.ts";
import { Frequency } from "./frequency.ts";

/** Wiring, the date at tick 0 and what the battery kept. */
export interface Mc146818Options {
  /** IRQ 8, active high as the interrupt controller sees it. */
  readonly irq: Line;
  /** The time that the registers show when the part is made, in seconds since 1970-01-01T00:00:00 (any time zone). */
  readonly unixSeconds: number;
  /** Bytes by index (0x0E to 0x7F), for example from `pcCmos`. */
  readonly cmos?: Iterable<readonly [index: number, value: number]>;
  /** An alarm interrupts. */
  readonly alarm?: () => void;
  /** True while port 0x70 bit 7 keeps NMI from the processor. */
  readonly nmiMask?: Line;
}

const A_UIP = 0x80;
const B_SET = 0x80;
const B_DM = 0x04;
const B_24 = 0x02;
const B_DSE = 0x01;
const C_IRQF = 0x80;
const C_PF = 0x40;
const C_AF = 0x20;
const C_UF = 0x10;
const D_VRT = 0x80;
const CENTURY = 0x32;
const DV_NORMAL = 0x20;
const UIP_MICROSECONDS = 244 + 1984;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The clock and its memory. */
export class Mc146818 implements Device {
  readonly name = "mc146818";
  readonly state = {
    ram: new Uint8Array(128),
    index: 0,
    /** The tick at which the divider chain was at zero; seconds end at whole seconds from it. May be negative. */
    chainStart: 0,
    /** Cycles of 32,768 Hz since chainStart up to which periods were counted. */
    periodicSeen: 0,
    /** October's hour was already put back. */
    dstDone: false,
  };
  readonly #clock: Bus["clock"];
  readonly #crystal: Frequency;
  readonly #options: Mc146818Options;
  readonly #update: Timer;
  readonly #periodic: Timer;

  constructor(bus: Pick<Bus, "ports" | "clock">, options: Mc146818Options) {
    this.#clock = bus.clock;
    this.#crystal = new Frequency(32768, bus.clock.ticksPerSecond);
    this.#options = options;
    this.#update = bus.clock.timer(`${this.name}.update`, () => this.#secondEnds());
    this.#periodic = bus.clock.timer(`${this.name}.periodic`, () => this.#settlePeriodic());
    bus.ports.claim(this.name, 0x70, 2, {
      read: (port) => (port === 0x70 ? 0xff : this.#read(this.state.index)),
      write: (port, value) => {
        if (port === 0x71) this.#write(this.state.index, value);
        else this.#select(value);
      },
    });
    const { ram } = this.state;
    for (const [index, value] of options.cmos ?? []) ram[index & 0x7f] = value;
    ram[10] = DV_NORMAL | 6;
    ram[11] = B_24;
    ram[13] = D_VRT;
    this.#setDate(options.unixSeconds);
    this.state.chainStart = bus.clock.now;
    this.#armUpdate();
    this.reset();
  }

  /** The RESET pin: interrupts off. Time and memory go on; only a new part starts from the configured date. */
  reset(): void {
    const { ram } = this.state;
    ram[11] &= 0x87;
    ram[12] = 0;
    this.state.periodicSeen = this.#cycles();
    this.#select(0);
    this.#settlePeriodic();
  }

  #select(value: number): void {
    this.state.index = value & 0x7f;
    this.#options.nmiMask?.set((value & 0x80) !== 0);
  }

  #setDate(unixSeconds: number): void {
    const date = new Date(unixSeconds * 1000);
    const fields = [date.getUTCSeconds(), date.getUTCMinutes(), date.getUTCHours()];
    fields.forEach((value, i) => {
      this.#put(2 * i, value);
    });
    this.#put(6, date.getUTCDay() + 1);
    this.#put(7, date.getUTCDate());
    this.#put(8, date.getUTCMonth() + 1);
    this.#put(9, date.getUTCFullYear() % 100);
    const century = Math.floor(date.getUTCFullYear() / 100);
    this.state.ram[CENTURY] = (Math.floor(century / 10) << 4) | (century % 10);
  }

  /** A register of time as a number; hours are 0 to 23 whatever the format. */
  #get(index: number): number {
    const { ram } = this.state;
    const raw = ram[index];
    const twelve = index === 4 && !(ram[11] & B_24);
    const digits = twelve ? raw & 0x7f : raw;
    const value = ram[11] & B_DM ? digits : (digits >> 4) * 10 + (digits & 15);
    return twelve ? (value % 12) + (raw & 0x80 ? 12 : 0) : value;
  }

  #put(index: number, value: number): void {
    const { ram } = this.state;
    const twelve = index === 4 && !(ram[11] & B_24);
    const shown = twelve ? value % 12 || 12 : value;
    const digits = ram[11] & B_DM ? shown : (Math.floor(shown / 10) << 4) | (shown % 10);
    ram[index] = twelve && value >= 12 ? digits | 0x80 : digits;
  }

  #running(): boolean {
    return (this.state.ram[10] & 0x70) === DV_NORMAL;
  }

  /** Cycles of the 32,768 Hz chain. */
  #cycles(): number {
    return this.#crystal.cyclesAt(this.#clock.now - this.state.chainStart);
  }

  #nextSecond(): Tick {
    const second = this.#clock.ticksPerSecond;
    const { chainStart } = this.state;
    return chainStart + (Math.floor((this.#clock.now - chainStart) / second) + 1) * second;
  }

  #armUpdate(): void {
    if (this.#running()) this.#update.arm(this.#nextSecond());
    else this.#update.cancel();
  }

  /** The end of an update cycle. */
  #secondEnds(): void {
    this.#armUpdate();
    const { ram } = this.state;
    if (ram[11] & B_SET) return;
    this.#countOn();
    ram[12] |= C_UF;
    const matches = (alarm: number, time: number) => ram[alarm] >= 0xc0 || ram[alarm] === ram[time];
    const isAlarm = matches(1, 0) && matches(3, 2) && matches(5, 4);
    if (isAlarm) ram[12] |= C_AF;
    this.#settleIrq();
    if (isAlarm && ram[11] & C_AF) this.#options.alarm?.();
  }

  #countOn(): void {
    /** Counts a register on; true where it wrapped from `last` to `first`. */
    const carry = (index: number, first: number, last: number): boolean => {
      const value = this.#get(index);
      this.#put(index, value >= last ? first : value + 1);
      return value >= last;
    };
    const saving = (this.state.ram[11] & B_DSE) !== 0;
    const seconds = saving && this.#get(4) === 1 && this.#get(2) === 59 && this.#get(0) === 59;
    if (seconds && this.#changesSavingTime()) return;
    if (!carry(0, 0, 59) || !carry(2, 0, 59) || !carry(4, 0, 23)) return;
    this.state.dstDone = false;
    carry(6, 1, 7);
    const month = this.#get(8);
    const leap = month === 2 && this.#get(9) % 4 === 0;
    if (!carry(7, 1, (DAYS[month - 1] ?? 31) + (leap ? 1 : 0)) || !carry(8, 1, 12) || !carry(9, 0, 99)) return;
    const century = this.state.ram[CENTURY];
    const next = ((century >> 4) * 10 + (century & 15) + 1) % 100;
    this.state.ram[CENTURY] = (Math.floor(next / 10) << 4) | (next % 10);
  }

  /** At 1:59:59 of April's last Sunday the part goes to 3:00:00, of October's the first time to 1:00:00. */
  #changesSavingTime(): boolean {
    if (this.#get(6) !== 1) return false;
    const april = this.#get(8) === 4 && this.#get(7) > 23;
    const october = this.#get(8) === 10 && this.#get(7) > 24 && !this.state.dstDone;
    if (!april && !october) return false;
    this.#put(0, 0);
    this.#put(2, 0);
    this.#put(4, april ? 3 : 1);
    this.state.dstDone = october;
    return true;
  }

  /** The periodic interrupt's period in cycles of 32,768 Hz, 0 for none. */
  #period(): number {
    const rate = this.state.ram[10] & 15;
    if (rate === 0 || !this.#running()) return 0;
    return 1 << (rate < 3 ? rate + 6 : rate - 1);
  }

  /** Sets PF where a period ended since it was last looked at; a timer waits only where an interrupt would follow. */
  #settlePeriodic(): void {
    const { ram } = this.state;
    const period = this.#period();
    const now = this.#cycles();
    if (period > 0 && Math.floor(now / period) > Math.floor(this.state.periodicSeen / period)) ram[12] |= C_PF;
    this.state.periodicSeen = now;
    if (period > 0 && ram[11] & C_PF && !(ram[12] & C_PF)) {
      this.#periodic.arm(this.state.chainStart + this.#crystal.tickOf((Math.floor(now / period) + 1) * period));
    } else {
      this.#periodic.cancel();
    }
    this.#settleIrq();
  }

  /** PIE, AIE and UIE stand where PF, AF and UF do. */
  #settleIrq(): void {
    const { ram } = this.state;
    const active = (ram[11] & ram[12] & (C_PF | C_AF | C_UF)) !== 0;
    ram[12] = (ram[12] & ~C_IRQF) | (active ? C_IRQF : 0);
    this.#options.irq.set(active);
  }

  #updateInProgress(): boolean {
    if (!this.#running() || this.state.ram[11] & B_SET) return false;
    const hold = Math.floor((UIP_MICROSECONDS * this.#clock.ticksPerSecond) / 1_000_000);
    return this.#clock.now >= this.#nextSecond() - hold;
  }

  #read(index: number): number {
    const { ram } = this.state;
    if (index === 10) return ram[10] | (this.#updateInProgress() ? A_UIP : 0);
    if (index !== 12) return ram[index];
    this.#settlePeriodic();
    const flags = ram[12];
    ram[12] = 0;
    this.#settlePeriodic();
    return flags;
  }

  #write(index: number, value: number): void {
    const { ram } = this.state;
    if (index === 10) {
      this.#writeA(value & 0x7f);
    } else if (index === 11) {
      this.#settlePeriodic();
      // Setting SET clears UIE (data sheet, "Register B").
      ram[11] = value & B_SET ? value & ~C_UF : value;
      this.#settlePeriodic();
    } else if (index !== 12 && index !== 13) {
      ram[index] = value;
    }
  }

  #writeA(value: number): void {
    const { ram } = this.state;
    this.#settlePeriodic();
    const ran = this.#running();
    ram[10] = value;
    if (!ran && this.#running()) {
      // Out of divider reset, the first update comes half a second later.
      this.state.chainStart = this.#clock.now - Math.floor(this.#clock.ticksPerSecond / 2);
    }
    this.state.periodicSeen = this.#cycles();
    this.#armUpdate();
    this.#settlePeriodic();
  }
}
