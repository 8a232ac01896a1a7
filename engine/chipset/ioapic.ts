/**
 * Intel 82093AA I/O APIC: 24 inputs, each with a redirection entry that says what message it sends.
 *
 *   FEC00000  IOREGSEL   number of the register in IOWIN
 *   FEC00010  IOWIN      00 ID (27:24)   01 version and number of entries   02 arbitration ID
 *                        10 + 2n, 11 + 2n: entry n, low and high word
 *   FEC00040  EOI        ends the level-triggered interrupts of a vector (version 20h; QEMU's default)
 *
 *   entry: 63:56 destination   16 masked   15 level   14 remote IRR   13 active low   12 delivery status
 *          11 logical          10:8 delivery mode     7:0 vector
 *
 * Modelled: edge and level inputs, remote IRR cleared by the end of interrupt of the vector (and by turning the entry to
 * edge), all delivery modes. An input that has an edge while it is masked has lost it. On a level-triggered entry the
 * Line's level means "asserted", whichever polarity the entry says, because that is what the PIIX's PIRQ inputs give;
 * on an edge-triggered one an active-low entry answers to the falling edge.
 * Not modelled: the serial APIC bus (the arbitration ID is the ID), and with it a delivery status that is ever pending.
 *
 * Source: Intel 82093AA data sheet, order 290566-001; version 20h and its EOI register: Intel 82801BA (ICH2), 8.5.
 */

import { type ApicBus, type EndListener, EXT_INT, INIT, NMI, SMI } from "./apicbus.ts";
import type { Bus, Device, Line } from "./bus.ts";

export const IOAPIC_BASE = 0xfec00000;
export const IOAPIC_INPUTS = 24;
const VERSION = 0x20;
const SELECT = 0x00;
const WINDOW = 0x10;
const END = 0x40;
const ID = 0;
const VERSION_REGISTER = 1;
const ARBITRATION = 2;
const ENTRIES = 0x10;
const MASKED = 0x10000;
const LEVEL = 0x8000;
const REMOTE_IRR = 0x4000;
const ACTIVE_LOW = 0x2000;
const LOGICAL = 0x800;
/** Delivery status and remote IRR are read-only. */
const LOW_WRITABLE = 0x1afff;

export interface IoApicOptions {
  readonly messages: ApicBus;
  readonly base?: number;
}

export class IoApic implements Device, EndListener {
  readonly name = "ioapic";
  readonly state = {
    select: 0,
    id: 0,
    /** Redirection entries, low and high words. */
    low: new Uint32Array(IOAPIC_INPUTS),
    high: new Uint32Array(IOAPIC_INPUTS),
    /** Levels on the inputs, bit by bit. */
    inputs: 0,
  };
  readonly #messages: ApicBus;
  readonly #lines: Line[];

  constructor(bus: Pick<Bus, "mmio">, options: IoApicOptions) {
    this.#messages = options.messages;
    this.#lines = Array.from({ length: IOAPIC_INPUTS }, (_, n) => ({ set: (level: boolean) => this.#drive(n, level) }));
    this.#messages.listeners.push(this);
    bus.mmio.claim(this.name, options.base ?? IOAPIC_BASE, 0x1000, {
      widest: 4,
      read: (hpa, size) => (size === 4 || (hpa & 0xff) === SELECT ? this.#read(hpa & 0xff) : 0),
      write: (hpa, value, size) => {
        if (size === 4 || (hpa & 0xff) === SELECT) this.#write(hpa & 0xff, value);
      },
    });
    this.reset();
  }

  /** Input n, 0 to 23. */
  input(n: number): Line {
    return this.#lines[n] as Line;
  }

  reset(): void {
    const { state } = this;
    state.select = 0;
    state.id = 0;
    state.low.fill(MASKED);
    state.high.fill(0);
  }

  #drive(n: number, level: boolean): void {
    const { state } = this;
    const bit = 1 << n;
    if (level === ((state.inputs & bit) !== 0)) return;
    state.inputs ^= bit;
    const entry = state.low[n];
    if (entry & LEVEL) this.#service(n);
    else if (level === ((entry & ACTIVE_LOW) === 0) && !(entry & MASKED)) this.#send(n);
  }

  /** A level-triggered input that is asserted sends once, and again behind the end of its interrupt. */
  #service(n: number): void {
    const { state } = this;
    const entry = state.low[n];
    if (!(entry & LEVEL) || entry & (MASKED | REMOTE_IRR) || !(state.inputs & (1 << n))) return;
    const delivery = (entry >> 8) & 7;
    // Only fixed and lowest-priority interrupts have an end that could clear it.
    if (delivery < SMI) state.low[n] |= REMOTE_IRR;
    this.#send(n);
  }

  #send(n: number): void {
    const entry = this.state.low[n];
    const delivery = (entry >> 8) & 7;
    const edgeOnly = delivery === SMI || delivery === NMI || delivery === INIT || delivery === EXT_INT;
    this.#messages.send({
      vector: entry & 0xff,
      delivery,
      level: (entry & LEVEL) !== 0 && !edgeOnly,
      destination: this.state.high[n] >>> 24,
      logical: (entry & LOGICAL) !== 0,
      wide: false,
    });
  }

  endOfInterrupt(vector: number): void {
    const { state } = this;
    for (let n = 0; n < IOAPIC_INPUTS; n++) {
      if ((state.low[n] & (LEVEL | REMOTE_IRR | 0xff)) !== (LEVEL | REMOTE_IRR | vector)) continue;
      state.low[n] &= ~REMOTE_IRR;
      this.#service(n);
    }
  }

  /** Whether an entry can bring an NMI, SMI or INIT: what wakes a processor that does not take interrupts. */
  get bringsMore(): boolean {
    return this.state.low.some((entry) => {
      const delivery = (entry >> 8) & 7;
      return !(entry & MASKED) && delivery >= SMI && delivery <= INIT;
    });
  }

  #read(offset: number): number {
    const { state } = this;
    if (offset === SELECT) return state.select;
    if (offset !== WINDOW) return 0;
    const { select } = state;
    if (select === ID || select === ARBITRATION) return state.id << 24;
    if (select === VERSION_REGISTER) return VERSION | ((IOAPIC_INPUTS - 1) << 16);
    const n = (select - ENTRIES) >> 1;
    if (n < 0 || n >= IOAPIC_INPUTS) return 0;
    return select & 1 ? state.high[n] : state.low[n];
  }

  #write(offset: number, value: number): void {
    const { state } = this;
    if (offset === SELECT) state.select = value & 0xff;
    else if (offset === END) this.endOfInterrupt(value & 0xff);
    else if (offset === WINDOW) this.#writeRegister(state.select, value);
  }

  #writeRegister(select: number, value: number): void {
    const { state } = this;
    if (select === ID) state.id = (value >>> 24) & 0xf;
    const n = (select - ENTRIES) >> 1;
    if (n < 0 || n >= IOAPIC_INPUTS) return;
    if (select & 1) {
      state.high[n] = value;
      return;
    }
    const remote = value & LEVEL ? state.low[n] & REMOTE_IRR : 0;
    state.low[n] = (value & LOW_WRITABLE) | remote;
    this.#service(n);
  }
}
