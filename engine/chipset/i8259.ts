/**
 * Intel 8259A programmable interrupt controller.
 *
 *            write                                   read
 *   base+0   ICW1 (bit 4), OCW2 (bits 4:3 = 00),     IRR or ISR as OCW3 chose, or the answer to a poll
 *            OCW3 (bits 4:3 = 01)
 *   base+1   ICW2, ICW3, ICW4 in turn after ICW1;    IMR (or the answer to a poll)
 *            otherwise OCW1 (the mask)
 *   elcr     1: the input is level triggered (the PIIX3's edge/level control register)
 *
 * Modelled: fixed and rotating priority, specific, non-specific and automatic end of interrupt, special mask mode,
 * special fully nested mode, poll, edge and level inputs (ICW1 LTIM or ELCR), cascading, the spurious IR7, 8080 mode as
 * an x86 processor sees it (the second INTA fetches the low byte of the CALL's address).
 * An edge is a request only while the input stays high, as in the part's priority cell.
 * Not modelled: the third INTA pulse of 8080 mode (so there is no automatic EOI in it), buffered mode's EN pin.
 *
 * Source: Intel 8259A data sheet, order 231468-003; for ELCR, Intel 82371SB (PIIX3) data sheet, 2.5.
 */

import { EngineError } from "../wasm/error.ts";
import type { Bus, Device, Line } from "./bus.ts";

/** Where one controller sits. */
export interface I8259Options {
  /** Unique in the machine: `"i8259.master"`. */
  readonly name: string;
  /** First of two ports: 0x20 or 0xA0 in a PC. */
  readonly base: number;
  /** Port of its edge/level register: 0x4D0 or 0x4D1 in a PC; none where undefined. */
  readonly elcr?: number;
  /** Which inputs the edge/level register can make level triggered: 0xF8 for the master and 0xDE for the slave. */
  readonly elcrMask?: number;
  /** The SP/EN pin: true for a master (or a lone controller). */
  readonly master: boolean;
  /** INT. */
  readonly output: Line;
}

const ICW1_IC4 = 0x01;
const ICW1_SNGL = 0x02;
const ICW1_ADI = 0x04;
const ICW1_LTIM = 0x08;
const ICW1 = 0x10;
const ICW4_UPM = 0x01;
const ICW4_AEOI = 0x02;
const ICW4_MS = 0x04;
const ICW4_BUF = 0x08;
const ICW4_SFNM = 0x10;
const OCW3 = 0x08;
const OCW3_RIS = 0x01;
const OCW3_RR = 0x02;
const OCW3_P = 0x04;
const OCW3_SMM = 0x20;
const OCW3_ESMM = 0x40;
const NO_CASCADE = 0xff;

/** One controller. A PC has two: `master.attach(2, slave)`, and the slave's output is the master's `input(2)`. */
export class I8259 implements Device {
  readonly name: string;
  readonly state = {
    /** Levels on IR0-7. */
    inputs: 0,
    irr: 0,
    isr: 0,
    imr: 0,
    elcr: 0,
    icw1: 0,
    icw2: 0,
    icw3: 0,
    icw4: 0,
    /** The control word that base+1 takes next: 2, 3 or 4 while initializing, 0 for OCW1. */
    expects: 0,
    /** The input of lowest priority; 7 until something rotates. */
    lowest: 7,
    rotateInAeoi: false,
    specialMask: false,
    readIsr: false,
    poll: false,
    /** Level of INT. */
    output: false,
  };
  readonly #options: I8259Options;
  readonly #slaves = new Map<number, I8259>();
  readonly #lines: Line[];

  constructor(bus: Pick<Bus, "ports">, options: I8259Options) {
    this.name = options.name;
    this.#options = options;
    this.#lines = Array.from({ length: 8 }, (_, n) => ({ set: (level: boolean) => this.#drive(n, level) }));
    bus.ports.claim(this.name, options.base, 2, {
      read: (port) => (port === options.base ? this.#read() : this.#readMask()),
      write: (port, value) => (port === options.base ? this.#command(value) : this.#data(value)),
    });
    if (options.elcr !== undefined) {
      bus.ports.claim(this.name, options.elcr, 1, {
        read: () => this.state.elcr,
        write: (_port, value) => this.#setElcr(value),
      });
    }
    this.reset();
  }

  /** Interrupt request input IRn (0 to 7). */
  input(n: number): Line {
    const line = this.#lines[n];
    if (line === undefined) throw new EngineError("an 8259 has inputs 0 to 7", { n });
    return line;
  }

  /** Connects the cascade lines to `slave`, whose INT the machine wires to `input(n)`. */
  attach(n: number, slave: I8259): void {
    this.#slaves.set(n, slave);
  }

  /** Both INTA pulses: takes the request of highest priority into service and returns its vector, 0 to 255. */
  acknowledge(): number {
    const n = this.#takeHighest();
    const { icw1, icw3 } = this.state;
    if (n < 0) return this.#vector(7);
    if (icw1 & ICW1_SNGL || !this.#isMaster() || !(icw3 & (1 << n))) return this.#vector(n);
    return this.#slaves.get(n)?.acknowledgeAs(n) ?? NO_CASCADE;
  }

  /** INTA with `id` on the cascade lines: a slave answers where ICW3 gave it that number, otherwise the bus floats. */
  acknowledgeAs(id: number): number {
    if (this.#isMaster() || (this.state.icw3 & 7) !== id) return NO_CASCADE;
    const n = this.#takeHighest();
    return this.#vector(n < 0 ? 7 : n);
  }

  /** The part has no reset pin; this is power-on, all registers clear. */
  reset(): void {
    const { inputs } = this.state;
    Object.assign(this.state, { irr: 0, isr: 0, imr: 0, elcr: 0, icw1: 0, icw2: 0, icw3: 0, icw4: ICW4_UPM });
    Object.assign(this.state, { inputs, expects: 0, lowest: 7, rotateInAeoi: false, specialMask: false });
    Object.assign(this.state, { readIsr: false, poll: false });
    this.#update();
  }

  #isMaster(): boolean {
    const { icw4 } = this.state;
    return icw4 & ICW4_BUF ? (icw4 & ICW4_MS) !== 0 : this.#options.master;
  }

  /** The vector of input n; in 8080 mode the low byte of the address that the CALL goes to. */
  #vector(n: number): number {
    const { icw1, icw2, icw4 } = this.state;
    if (icw4 & ICW4_UPM) return (icw2 & 0xf8) | n;
    return icw1 & ICW1_ADI ? (icw1 & 0xe0) | (n << 2) : (icw1 & 0xc0) | (n << 3);
  }

  #levelTriggered(): number {
    return this.state.icw1 & ICW1_LTIM ? 0xff : this.state.elcr;
  }

  #drive(n: number, level: boolean): void {
    const { state } = this;
    const bit = 1 << n;
    if (level === ((state.inputs & bit) !== 0)) return;
    state.inputs ^= bit;
    // Edge or level, a request begins with the rise and is gone with the fall; acknowledging ends it only for an edge.
    if (level) state.irr |= bit;
    else state.irr &= ~bit;
    this.#update();
  }

  /** The one of `set` that is first in priority, or -1. */
  #first(set: number): number {
    for (let i = 1; i <= 8; i++) {
      const n = (this.state.lowest + i) & 7;
      if (set & (1 << n)) return n;
    }
    return -1;
  }

  /** Order in priority: 0 is the highest. */
  #rank(n: number): number {
    return (n - this.state.lowest - 1) & 7;
  }

  /** The request that INT announces now, or -1. */
  #pending(): number {
    const { irr, imr, isr, specialMask, icw1, icw3, icw4, expects } = this.state;
    if (expects !== 0) return -1;
    const n = this.#first(irr & ~imr);
    if (n < 0) return -1;
    let inService = specialMask ? isr & ~imr : isr;
    // In special fully nested mode a slave in service may bring a request of higher priority through the same input.
    if (icw4 & ICW4_SFNM && this.#isMaster() && !(icw1 & ICW1_SNGL)) inService &= ~(icw3 & (1 << n));
    const current = this.#first(inService);
    return current < 0 || this.#rank(n) < this.#rank(current) ? n : -1;
  }

  #takeHighest(): number {
    const { state } = this;
    const n = this.#pending();
    if (n < 0) return -1;
    const bit = 1 << n;
    if (!(this.#levelTriggered() & bit)) state.irr &= ~bit;
    if (state.icw4 & ICW4_AEOI && state.icw4 & ICW4_UPM) {
      if (state.rotateInAeoi) state.lowest = n;
    } else {
      state.isr |= bit;
    }
    this.#update();
    return n;
  }

  #update(): void {
    this.state.output = this.#pending() >= 0;
    this.#options.output.set(this.state.output);
  }

  #read(): number {
    return this.state.poll ? this.#answerPoll() : this.state.readIsr ? this.state.isr : this.state.irr;
  }

  #readMask(): number {
    return this.state.poll ? this.#answerPoll() : this.state.imr;
  }

  /** A read after the poll command is an acknowledge: bit 7 tells whether there was a request, bits 2:0 which. */
  #answerPoll(): number {
    this.state.poll = false;
    const n = this.#takeHighest();
    return n < 0 ? 0 : 0x80 | n;
  }

  #setElcr(value: number): void {
    const { state } = this;
    state.elcr = value & (this.#options.elcrMask ?? 0xff);
    state.irr |= state.inputs & this.#levelTriggered();
    this.#update();
  }

  #command(value: number): void {
    if (value & ICW1) this.#initialize(value);
    else if (value & OCW3) this.#ocw3(value);
    else this.#ocw2(value >> 5, value & 7);
    this.#update();
  }

  #initialize(value: number): void {
    const { state } = this;
    state.icw1 = value;
    if (!(value & ICW1_IC4)) state.icw4 = 0;
    state.imr = 0;
    state.isr = 0;
    // The edge sense circuit is reset: an input that is high now must fall and rise again to be a request.
    state.irr = state.inputs & this.#levelTriggered();
    state.icw3 = this.#options.master ? 0 : 7;
    Object.assign(state, {
      expects: 2,
      lowest: 7,
      rotateInAeoi: false,
      specialMask: false,
      readIsr: false,
      poll: false,
    });
  }

  #data(value: number): void {
    const { state } = this;
    const { expects, icw1 } = state;
    if (expects === 0) {
      state.imr = value;
    } else if (expects === 2) {
      state.icw2 = value;
      state.expects = !(icw1 & ICW1_SNGL) ? 3 : icw1 & ICW1_IC4 ? 4 : 0;
    } else if (expects === 3) {
      state.icw3 = value;
      state.expects = icw1 & ICW1_IC4 ? 4 : 0;
    } else {
      state.icw4 = value & 0x1f;
      state.expects = 0;
    }
    this.#update();
  }

  #ocw3(value: number): void {
    const { state } = this;
    if (value & OCW3_P) state.poll = true;
    else if (value & OCW3_RR) state.readIsr = (value & OCW3_RIS) !== 0;
    if (value & OCW3_ESMM) state.specialMask = (value & OCW3_SMM) !== 0;
  }

  /** `operation` is R, SL, EOI. */
  #ocw2(operation: number, level: number): void {
    const { state } = this;
    // In special mask mode a non-specific EOI does not see what is masked (data sheet, "Special Mask Mode").
    const highest = this.#first(state.specialMask ? state.isr & ~state.imr : state.isr);
    switch (operation) {
      case 0b000:
        state.rotateInAeoi = false;
        break;
      case 0b100:
        state.rotateInAeoi = true;
        break;
      case 0b001:
      case 0b101:
        if (highest < 0) break;
        state.isr &= ~(1 << highest);
        if (operation === 0b101) state.lowest = highest;
        break;
      case 0b011:
      case 0b111:
        state.isr &= ~(1 << level);
        if (operation === 0b111) state.lowest = level;
        break;
      case 0b110:
        state.lowest = level;
        break;
      default: // 010: no operation
    }
  }
}
