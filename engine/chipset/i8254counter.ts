/**
 * One counter of an 8254: what the counting element holds, and what OUT does, at any cycle of the timer's clock.
 *
 * A counter is advanced by any number of cycles at once: between two accesses the count register CR does not change, so
 * every mode is arithmetic. Names follow the data sheet: CR is the count register, CE the counting element, OL the latch.
 *
 *   mode                      OUT at first   loads CE                    OUT changes
 *   0 interrupt on count      low            the cycle after a write     high when CE reaches 0
 *   1 one-shot                high           the cycle after a trigger   low at the load, high when CE reaches 0
 *   2 rate generator          high           at the end of each period   low while CE is 1
 *   3 square wave             high           each half period            low for the second half
 *   4 software strobe         high           the cycle after a write     low for the cycle in which CE is 0
 *   5 hardware strobe         high           the cycle after a trigger   low for the cycle in which CE is 0
 *
 * Source: Intel 8254 data sheet, order 231164-005, "Mode Definitions".
 */

/** A counter as a snapshot keeps it. Cycles count from tick 0. */
export interface CounterState {
  /** RW1 RW0 M2 M1 M0 BCD as last programmed. */
  control: number;
  cr: number;
  /** The first of two bytes, until the second is written; -1 for none. */
  low: number;
  /** The counting element, as a number of cycles: 0 to 65,536 (BCD: to 10,000). */
  ce: number;
  /** The cycle at which `ce` and `out` were right. */
  at: number;
  /** The cycle at which CR goes to CE; -1 for none. */
  load: number;
  /** CE was loaded since the control word. */
  loaded: boolean;
  /** Mode 0 stops between the two bytes of a count. */
  held: boolean;
  /** Modes 0, 1, 4 and 5: reaching 0 will do something. */
  armed: boolean;
  /** Mode 3: the count of this half period is odd. */
  odd: boolean;
  out: boolean;
  gate: boolean;
  /** Rising edges of OUT since power-on. */
  rises: number;
  /** CR holds a count that is not in CE yet. */
  nullCount: boolean;
  readHigh: boolean;
  /** OL, or -1 where it follows CE. */
  latch: number;
  /** The latched status, or -1. */
  status: number;
}

/** A counter that nothing programmed. */
export function newCounter(): CounterState {
  return {
    control: 0x30,
    cr: 0,
    low: -1,
    ce: 0,
    at: 0,
    load: -1,
    loaded: false,
    held: false,
    armed: false,
    odd: false,
    out: true,
    gate: false,
    rises: 0,
    nullCount: true,
    readHigh: false,
    latch: -1,
    status: -1,
  };
}

/** The operations on a counter's state. */
export class Counter {
  readonly state: CounterState;

  constructor(state: CounterState) {
    this.state = state;
  }

  /** 0 to 5 (6 and 7 are 2 and 3). */
  mode(): number {
    const mode = (this.state.control >> 1) & 7;
    return mode > 5 ? mode - 4 : mode;
  }

  /** What CE is loaded with: a count of 0 is the largest. */
  reloadValue(): number {
    const { cr, control } = this.state;
    if (!(control & 1)) return cr === 0 ? 0x10000 : cr;
    const value = (cr >> 12) * 1000 + ((cr >> 8) & 15) * 100 + ((cr >> 4) & 15) * 10 + (cr & 15);
    return value === 0 ? 10000 : value;
  }

  output(): boolean {
    return this.state.out;
  }

  /** Brings the counter to `cycle`. */
  advance(cycle: number): void {
    const { state } = this;
    if (state.load >= 0 && state.load <= cycle) {
      this.#run(state.load - state.at);
      this.#loadCE();
    }
    if (cycle > state.at) this.#run(cycle - state.at);
  }

  /** The next cycle at which OUT may change, or undefined where none will without an access. */
  nextChange(): number | undefined {
    const { state } = this;
    if (state.load >= 0) return state.load;
    const counting = this.#counting();
    switch (this.mode()) {
      case 0:
      case 1:
        return counting && state.armed ? state.at + state.ce : undefined;
      case 2:
        if (!counting || (state.ce === 1 && this.reloadValue() === 1)) return undefined;
        return state.ce > 1 ? state.at + state.ce - 1 : state.at + 1;
      case 3:
        return counting && this.reloadValue() > 1 ? state.at + Math.max(1, this.#halfLeft()) : undefined;
      default:
        if (!state.out) return state.at + 1;
        return counting && state.armed ? state.at + state.ce : undefined;
    }
  }

  /** A control word's lower six bits: the counter stops and waits for a count. */
  program(control: number): void {
    const { state } = this;
    state.control = control;
    Object.assign(state, { low: -1, load: -1, loaded: false, held: false, armed: false, nullCount: true });
    Object.assign(state, { readHigh: false, latch: -1, status: -1 });
    this.#setOut(this.mode() !== 0);
  }

  /** One byte of a count. */
  write(value: number): void {
    const { state } = this;
    const mode = this.mode();
    const rw = (state.control >> 4) & 3;
    if (rw === 3 && state.low < 0) {
      state.low = value;
      if (mode === 0) {
        state.held = true;
        state.load = -1;
        this.#setOut(false);
      }
      return;
    }
    state.cr = rw === 1 ? value : rw === 2 ? value << 8 : (value << 8) | state.low;
    state.low = -1;
    state.nullCount = true;
    if (mode === 0) {
      state.held = false;
      state.armed = false;
      this.#setOut(false);
    }
    const fromWrite = mode === 0 || mode === 4 || ((mode === 2 || mode === 3) && !state.loaded);
    if (fromWrite) state.load = state.at + 1;
  }

  read(): number {
    const { state } = this;
    if (state.status >= 0) {
      const status = state.status;
      state.status = -1;
      return status;
    }
    const rw = (state.control >> 4) & 3;
    const count = state.latch >= 0 ? state.latch : this.#count();
    const high = rw === 2 || (rw === 3 && state.readHigh);
    if (rw === 3) state.readHigh = !state.readHigh;
    if (high || rw === 1) state.latch = -1;
    return high ? count >> 8 : count & 0xff;
  }

  latchCount(): void {
    if (this.state.latch < 0) this.state.latch = this.#count();
  }

  latchStatus(): void {
    const { state } = this;
    if (state.status >= 0) return;
    state.status = (state.out ? 0x80 : 0) | (state.nullCount ? 0x40 : 0) | state.control;
  }

  setGate(level: boolean): void {
    const { state } = this;
    if (state.gate === level) return;
    state.gate = level;
    const mode = this.mode();
    if (!level) {
      // A low gate ends an output pulse of modes 2 and 3 at once.
      if (mode === 2 || mode === 3) this.#setOut(true);
      return;
    }
    const hasCount = !state.nullCount || state.load >= 0 || state.loaded;
    if (mode === 1 || mode === 5 || ((mode === 2 || mode === 3) && hasCount)) state.load = state.at + 1;
  }

  #counting(): boolean {
    const { state } = this;
    const mode = this.mode();
    return state.loaded && !state.held && (state.gate || mode === 1 || mode === 5);
  }

  #setOut(level: boolean): void {
    if (level && !this.state.out) this.state.rises++;
    this.state.out = level;
  }

  #modulus(): number {
    return this.state.control & 1 ? 10000 : 0x10000;
  }

  /** CE as the processor reads it. */
  #count(): number {
    const value = this.state.ce % this.#modulus();
    if (!(this.state.control & 1)) return value;
    const digit = (power: number) => Math.floor(value / power) % 10;
    return (digit(1000) << 12) | (digit(100) << 8) | (digit(10) << 4) | digit(1);
  }

  /** CR to CE, at the present cycle. */
  #loadCE(): void {
    const { state } = this;
    const mode = this.mode();
    const count = this.reloadValue();
    state.load = -1;
    state.loaded = true;
    state.nullCount = false;
    state.armed = true;
    state.odd = mode === 3 && (count & 1) === 1;
    state.ce = state.odd ? count - 1 : count;
    this.#setOut(mode !== 0 && mode !== 1 && !(mode === 2 && count === 1));
  }

  #halfLeft(): number {
    const { ce, odd, out } = this.state;
    return ce / 2 + (odd && out ? 1 : 0);
  }

  /** Counts `cycles` down; CR stays as it is meanwhile. */
  #run(cycles: number): void {
    const { state } = this;
    if (cycles <= 0) return;
    state.at += cycles;
    const mode = this.mode();
    if (mode >= 4) this.#setOut(true);
    if (!this.#counting()) return;
    if (mode === 2) this.#runRate(cycles);
    else if (mode === 3) this.#runSquare(cycles);
    else this.#runOnce(mode, cycles);
  }

  #runOnce(mode: number, cycles: number): void {
    const { state } = this;
    const modulus = this.#modulus();
    if (state.armed && cycles >= state.ce) {
      state.armed = false;
      if (mode < 2) {
        this.#setOut(true);
      } else {
        state.out = false;
        if (cycles > state.ce) this.#setOut(true);
      }
    }
    const left = state.ce - cycles;
    state.ce = left >= 0 ? left : (modulus - (-left % modulus)) % modulus;
  }

  #runRate(cycles: number): void {
    const { state } = this;
    if (cycles < state.ce) {
      state.ce -= cycles;
    } else {
      const count = this.reloadValue();
      const past = cycles - state.ce;
      const periods = Math.floor(past / count);
      state.rises += 1 + periods;
      state.ce = count - (past - periods * count);
      state.nullCount = false;
    }
    state.out = state.ce !== 1;
  }

  #runSquare(cycles: number): void {
    const { state } = this;
    const left = this.#halfLeft();
    if (cycles < left) {
      state.ce -= 2 * cycles;
      return;
    }
    const count = this.reloadValue();
    state.odd = (count & 1) === 1;
    state.nullCount = false;
    state.ce = state.odd ? count - 1 : count;
    this.#setOut(!state.out);
    let past = cycles - left;
    const periods = Math.floor(past / count);
    state.rises += periods;
    past -= periods * count;
    const half = this.#halfLeft();
    if (past >= half) {
      past -= half;
      this.#setOut(!state.out);
    }
    state.ce -= 2 * past;
  }
}
