/**
 * National NS16550AF universal asynchronous receiver and transmitter.
 *
 *            read            write           with DLAB = 1
 *   base+0   RBR             THR             DLL
 *   base+1   IER             IER             DLM
 *   base+2   IIR             FCR
 *   base+3   LCR             LCR
 *   base+4   MCR             MCR
 *   base+5   LSR             -
 *   base+6   MSR             -
 *   base+7   SCR             SCR
 *
 * Characters take the time that divisor and frame give them, both ways; with `hasty` the transmitter's take a microsecond,
 * as a guest that polls at 9,600 baud spends 200,000 instructions on each, and keep eight bits, as firmware that sends
 * before it has set a frame, which is five bits then, was only ever tried so. The transmitter's byte goes to `send` when its
 * last bit is out; bytes given to `receive` wait in a queue that is part of the state and arrive one character time
 * apart. The far end waits while the receiver is full, so that pasted text is not lost; with `overrun` it does not.
 * Not modelled: mismatched frames (the far end always sends ours), the RXRDY and TXRDY pins, gating of INT by OUT2
 * (boards do that; much software written on emulators does not know), loss of characters in a full transmitter.
 *
 * Source: National Semiconductor PC16550D data sheet, June 1995, section 8.
 */

import type { Bus, Device, Line, Tick, Timer } from "./bus.ts";

/** Characters that wait for the transmitter at most; what comes beyond them is lost. */
const MAX_WAITING = 65_536;

/** Wiring of a UART. */
export interface Ns16550Options {
  /** Unique in the machine: `"ns16550.0"`. */
  readonly name: string;
  /** First of eight ports: 0x3F8 for COM1. */
  readonly base: number;
  readonly irq: Line;
  /** A character left the transmitter: 0 to 255. */
  readonly send?: (byte: number) => void;
  /** The break condition on the line began or ended. */
  readonly sendBreak?: (active: boolean) => void;
  /** DTR or RTS changed. */
  readonly modem?: (outputs: { dtr: boolean; rts: boolean }) => void;
  /** The far end does not wait while the receiver is full. */
  readonly overrun?: boolean;
  /** The transmitter sends a character in a microsecond and whole, whatever its divisor and frame. */
  readonly hasty?: boolean;
}

/** 1.8432 MHz; a bit is 16 cycles of it divided by the divisor latch. */
const CRYSTAL_HZ = 1_843_200;
const FIFO = 16;
const TRIGGERS = [1, 4, 8, 14];

const IER_RDA = 0x01;
const IER_THRE = 0x02;
const IER_RLS = 0x04;
const IER_MSR = 0x08;
const IIR_NONE = 0x01;
const IIR_RLS = 0x06;
const IIR_RDA = 0x04;
const IIR_TIMEOUT = 0x0c;
const IIR_THRE = 0x02;
const IIR_MSR = 0x00;
const IIR_FIFOS = 0xc0;
const FCR_ENABLE = 0x01;
const FCR_CLEAR_RX = 0x02;
const FCR_CLEAR_TX = 0x04;
const LCR_BREAK = 0x40;
const LCR_DLAB = 0x80;
const MCR_DTR = 0x01;
const MCR_RTS = 0x02;
const MCR_OUT1 = 0x04;
const MCR_OUT2 = 0x08;
const MCR_LOOP = 0x10;
const LSR_DR = 0x01;
const LSR_OE = 0x02;
const LSR_BI = 0x10;
const LSR_THRE = 0x20;
const LSR_TEMT = 0x40;
const LSR_FIFO_ERROR = 0x80;
const MSR_TERI = 0x04;
const MSR_CTS = 0x10;
const MSR_DSR = 0x20;
const MSR_RI = 0x40;
const MSR_DCD = 0x80;

/** One serial port. */
export class Ns16550 implements Device {
  readonly name: string;
  readonly state = {
    divisor: 12,
    ier: 0,
    fcr: 0,
    lcr: 0,
    mcr: 0,
    scr: 0,
    /** OE and the error bits of the character on top of the receiver. */
    errors: 0,
    /** Levels in bits 7:4, changes in bits 3:0. */
    msr: 0,
    /** CTS, DSR, RI and DCD as the far end drives them, placed as in MSR. */
    wires: MSR_CTS | MSR_DSR | MSR_DCD,
    /** THR or the transmitter FIFO. */
    tx: [] as number[],
    /** The character that is being shifted out, -1 for none. */
    shifting: -1,
    /** RBR or the receiver FIFO: character | error bits << 8. */
    rx: [] as number[],
    /** THRE is a source of interrupt until IIR is read or THR written. */
    threPending: false,
    timeout: false,
    /** Characters on their way from the far end. */
    queue: [] as number[],
  };
  readonly #options: Ns16550Options;
  readonly #clock: Bus["clock"];
  readonly #txTimer: Timer;
  readonly #rxTimer: Timer;
  readonly #idleTimer: Timer;

  constructor(bus: Pick<Bus, "ports" | "clock">, options: Ns16550Options) {
    this.name = options.name;
    this.#options = options;
    this.#clock = bus.clock;
    this.#txTimer = bus.clock.timer(`${this.name}.tx`, (at) => this.#sent(at));
    this.#rxTimer = bus.clock.timer(`${this.name}.rx`, (at) => this.#deliver(at));
    this.#idleTimer = bus.clock.timer(`${this.name}.idle`, () => {
      this.state.timeout = this.state.rx.length > 0;
      this.#update();
    });
    bus.ports.claim(this.name, options.base, 8, {
      read: (port) => this.#read(port - options.base),
      write: (port, value) => this.#write(port - options.base, value),
    });
    this.reset();
  }

  /** One character from the far end, 0 to 255; it arrives when the line has had time for it. */
  receive(byte: number): void {
    this.state.queue.push(byte & 0xff);
    this.#listen();
  }

  /** A break from the far end. */
  receiveBreak(): void {
    this.state.queue.push(LSR_BI << 8);
    this.#listen();
  }

  /** Sets the modem lines that the far end drives. */
  setModem(lines: { cts?: boolean; dsr?: boolean; ri?: boolean; dcd?: boolean }): void {
    const bits = { cts: MSR_CTS, dsr: MSR_DSR, ri: MSR_RI, dcd: MSR_DCD };
    for (const name of ["cts", "dsr", "ri", "dcd"] as const) {
      const level = lines[name];
      if (level === true) this.state.wires |= bits[name];
      else if (level === false) this.state.wires &= ~bits[name];
    }
    this.#modemChanged();
  }

  /** Bits a second, as the divisor gives them. */
  baud(): number {
    return CRYSTAL_HZ / 16 / this.#divisor();
  }

  /** The MR pin. Characters on their way from the far end still come; the divisor latch is that of 9,600 baud. */
  reset(): void {
    Object.assign(this.state, { divisor: 12, ier: 0, fcr: 0, lcr: 0, mcr: 0, scr: 0, errors: 0 });
    Object.assign(this.state, { tx: [], shifting: -1, rx: [], threPending: false, timeout: false });
    this.state.msr = this.state.wires;
    for (const timer of [this.#txTimer, this.#rxTimer, this.#idleTimer]) timer.cancel();
    this.#listen();
    this.#update();
  }

  /** A divisor of 0 is what a 16-bit counter makes of it. */
  #divisor(): number {
    return this.state.divisor === 0 ? 65536 : this.state.divisor;
  }

  /** Ticks of one character: start bit, 5 to 8 data bits, parity, 1, 1.5 or 2 stop bits. */
  #characterTicks(): Tick {
    const { lcr } = this.state;
    const data = 5 + (lcr & 3);
    const stopHalves = lcr & 4 ? (data === 5 ? 3 : 4) : 2;
    const halves = 2 * (1 + data + (lcr & 8 ? 1 : 0)) + stopHalves;
    return Math.max(1, Math.floor((halves * 8 * this.#divisor() * this.#clock.ticksPerSecond) / CRYSTAL_HZ));
  }

  #capacity(): number {
    return this.state.fcr & FCR_ENABLE ? FIFO : 1;
  }

  #read(register: number): number {
    const { state } = this;
    const dlab = (state.lcr & LCR_DLAB) !== 0;
    switch (register) {
      case 0:
        return dlab ? state.divisor & 0xff : this.#readReceiver();
      case 1:
        return dlab ? state.divisor >> 8 : state.ier;
      case 2:
        return this.#readIIR();
      case 3:
        return state.lcr;
      case 4:
        return state.mcr;
      case 5:
        return this.#readLSR();
      case 6: {
        const { msr } = state;
        state.msr &= 0xf0;
        this.#update();
        return msr;
      }
      default:
        return state.scr;
    }
  }

  #write(register: number, value: number): void {
    const { state } = this;
    const dlab = (state.lcr & LCR_DLAB) !== 0;
    switch (register) {
      case 0:
        if (dlab) state.divisor = (state.divisor & 0xff00) | value;
        else this.#transmit(value);
        break;
      case 1:
        if (dlab) state.divisor = (state.divisor & 0x00ff) | (value << 8);
        else this.#writeIER(value & 0x0f);
        break;
      case 2:
        this.#writeFCR(value);
        break;
      case 3:
        if ((state.lcr ^ value) & LCR_BREAK) this.#options.sendBreak?.((value & LCR_BREAK) !== 0);
        state.lcr = value;
        break;
      case 4:
        state.mcr = value & 0x1f;
        this.#options.modem?.({ dtr: (value & MCR_DTR) !== 0, rts: (value & MCR_RTS) !== 0 });
        this.#modemChanged();
        this.#listen();
        break;
      case 7:
        state.scr = value;
        break;
      default: // LSR and MSR: writing is for factory tests
    }
  }

  /** The source of highest priority, as IIR numbers it. */
  #source(): number {
    const { ier, errors, rx, fcr, timeout, threPending, msr } = this.state;
    if (ier & IER_RLS && errors !== 0) return IIR_RLS;
    if (ier & IER_RDA) {
      const enough = fcr & FCR_ENABLE ? TRIGGERS[fcr >> 6] : 1;
      if (rx.length >= enough) return IIR_RDA;
      if (timeout) return IIR_TIMEOUT;
    }
    if (ier & IER_THRE && threPending) return IIR_THRE;
    return ier & IER_MSR && msr & 0x0f ? IIR_MSR : IIR_NONE;
  }

  #update(): void {
    this.#options.irq.set(this.#source() !== IIR_NONE);
  }

  #readIIR(): number {
    const source = this.#source();
    if (source === IIR_THRE) {
      this.state.threPending = false;
      this.#update();
    }
    return source | (this.state.fcr & FCR_ENABLE ? IIR_FIFOS : 0);
  }

  #readLSR(): number {
    const { state } = this;
    let value = state.errors | (state.rx.length > 0 ? LSR_DR : 0);
    if (state.tx.length === 0) value |= LSR_THRE | (state.shifting < 0 ? LSR_TEMT : 0);
    if (state.fcr & FCR_ENABLE && state.rx.some((entry) => entry > 0xff)) value |= LSR_FIFO_ERROR;
    state.errors = 0;
    if (state.rx.length > 0) state.rx[0] &= 0xff;
    this.#update();
    return value;
  }

  #writeIER(value: number): void {
    const { state } = this;
    if (value & ~state.ier & IER_THRE && state.tx.length === 0) state.threPending = true;
    state.ier = value;
    this.#update();
  }

  #writeFCR(value: number): void {
    const { state } = this;
    const toggled = ((value ^ state.fcr) & FCR_ENABLE) !== 0;
    state.fcr = value & FCR_ENABLE ? value & 0xc9 : 0;
    if (toggled || value & FCR_CLEAR_RX) {
      state.rx = [];
      state.timeout = false;
      this.#idleTimer.cancel();
      this.#listen();
    }
    if ((toggled || value & FCR_CLEAR_TX) && state.tx.length > 0) {
      state.tx = [];
      state.threPending = true;
    }
    this.#update();
  }

  #transmit(value: number): void {
    const { state } = this;
    state.threPending = false;
    // A full transmitter of the part loses what comes. Ours keeps it, in order: much software was only ever tried on
    // emulators, whose transmitters are never full. THRE, which tells the truth, says when the part would have room.
    if (state.tx.length < MAX_WAITING) state.tx.push(value);
    if (state.shifting < 0) this.#shift(this.#clock.now);
    this.#update();
  }

  /** THR to the shift register. */
  #shift(at: Tick): void {
    const { state } = this;
    const next = state.tx.shift();
    state.shifting = next ?? -1;
    if (next === undefined) return;
    if (state.tx.length === 0) state.threPending = true;
    const fastest = this.#options.hasty ? Math.ceil(this.#clock.ticksPerSecond / 1_000_000) : Number.POSITIVE_INFINITY;
    this.#txTimer.arm(at + Math.min(fastest, this.#characterTicks()));
  }

  #sent(at: Tick): void {
    const { state } = this;
    const byte = state.shifting & (0xff >> (3 - (state.lcr & 3)));
    if (state.mcr & MCR_LOOP) this.#arrive(byte);
    else this.#options.send?.(this.#options.hasty ? state.shifting : byte);
    this.#shift(at);
    this.#update();
  }

  /** Waits for the next character from the far end, where one is on its way and there is room. */
  #listen(): void {
    const { state } = this;
    if (state.queue.length === 0 || this.#rxTimer.deadline !== undefined || state.mcr & MCR_LOOP) return;
    if (!this.#options.overrun && state.rx.length >= this.#capacity()) return;
    this.#rxTimer.arm(this.#clock.now + this.#characterTicks());
  }

  #deliver(_at: Tick): void {
    const { state } = this;
    if (state.mcr & MCR_LOOP) return;
    if (!this.#options.overrun && state.rx.length >= this.#capacity()) return;
    const entry = state.queue.shift();
    if (entry !== undefined) this.#arrive(entry);
    this.#listen();
  }

  #arrive(entry: number): void {
    const { state } = this;
    const masked = (entry & ~0xff) | (entry & (0xff >> (3 - (state.lcr & 3))));
    if (state.rx.length < this.#capacity()) {
      state.rx.push(masked);
      if (state.rx.length === 1) state.errors |= masked >> 8;
    } else {
      state.errors |= LSR_OE;
      // A FIFO keeps what it has; without one the new character takes the old one's place.
      if (!(state.fcr & FCR_ENABLE)) state.rx[0] = masked;
    }
    this.#restartIdle();
    this.#update();
  }

  #readReceiver(): number {
    const { state } = this;
    const entry = state.rx.shift() ?? 0;
    if (state.rx.length > 0) state.errors |= state.rx[0] >> 8;
    state.timeout = false;
    this.#restartIdle();
    this.#listen();
    this.#update();
    return entry & 0xff;
  }

  /** The FIFO's time-out: four character times in which nothing came and nothing was read. */
  #restartIdle(): void {
    if (this.state.fcr & FCR_ENABLE && this.state.rx.length > 0) {
      this.#idleTimer.arm(this.#clock.now + 4 * this.#characterTicks());
    } else {
      this.#idleTimer.cancel();
    }
  }

  #modemChanged(): void {
    const { state } = this;
    const { mcr } = state;
    const looped =
      (mcr & MCR_RTS ? MSR_CTS : 0) |
      (mcr & MCR_DTR ? MSR_DSR : 0) |
      (mcr & MCR_OUT1 ? MSR_RI : 0) |
      (mcr & MCR_OUT2 ? MSR_DCD : 0);
    const levels = mcr & MCR_LOOP ? looped : state.wires;
    let changes = (levels ^ state.msr) >> 4;
    // The ring indicator counts only where it ends.
    if (levels & MSR_RI) changes &= ~MSR_TERI;
    state.msr = levels | (state.msr & 0x0f) | (changes & 0x0f);
    this.#update();
  }
}
