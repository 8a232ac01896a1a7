/**
 * Intel 82371SB (PIIX3), function 0: the bridge to ISA. Its timers, interrupt and DMA controllers are files of their own;
 * here are its configuration registers, and what they and three ports do:
 *
 *   60–63  PIRQRC   7 not routed   3:0 IRQ to which PIRQA–D goes        CF9  RC    2 RCPU: a rise resets   1 SRST: hard
 *   A0     SMICNTL  0 CSMIGATE: SMI# is given at all                    B2   APMC  a write can ask for an SMI
 *   A2     SMIEN    7 by a write to APMC                                B3   APMS  a byte for whoever wants to leave one
 *   AA     SMIREQ   7 that was why; writing 0 clears
 *
 * Modelled: PCI interrupt routing, reset, APM, SMI by APMC. The other registers keep what is written, and do nothing: chip
 * selects (XBCS), top of memory, motherboard DMA and IRQ, and the clock throttle.
 * A soft reset is as hard as a hard one.
 *
 * Source: Intel 82371FB/82371SB data sheet, 290550-002, 2.2, 2.5.
 */
import type { AccessSize, Bus, Device, Line } from "./bus.ts";
import type { PciBus } from "./pci.ts";
import type { ConfigRegister, PciFunction } from "./pcifunction.ts";

/** Wiring of the bridge. */
export interface Piix3Options {
  /** A wire of its own to each IRQ. */
  readonly irq: (n: number) => Line;
  readonly reset: () => void;
  /** APMC was written; called before the SMI. */
  readonly apmc?: (value: number) => void;
  /** SMI# falls. */
  readonly smi?: () => void;
}

const PIRQRC = 0x60;
const NOT_ROUTED = 0x80;
/** IRQs that a PIRQ can go to; the data sheet reserves the others. */
const ROUTABLE = 0b1101_1110_1111_1000;
const SMICNTL = 0xa0;
const SMIEN = 0xa2;
const SMIREQ = 0xaa;
const APMC_SMI = 0x80;
const RC_RCPU = 4;

/** PIRQA to PIRQD as the bus drives them, before anybody listens. */
export interface Pirqs {
  readonly lines: readonly Line[];
  /** Who gets them. */
  receive: (n: number, level: boolean) => void;
}

/** Wires that a PCI bus is made with, and a bridge of that bus connects. */
export function pirqs(): Pirqs {
  const wires: Pirqs = {
    lines: [0, 1, 2, 3].map((n) => ({ set: (level: boolean) => wires.receive(n, level) })),
    receive() {},
  };
  return wires;
}

/** The bridge at 00:01.0. Its state is APM, the reset register, and the levels of PIRQA to D; the rest is its function's. */
export class Piix3 implements Device {
  readonly name = "piix3";
  readonly state = { apmc: 0, apms: 0, rc: 0, pirqs: 0 };
  readonly pci: PciFunction;
  readonly #irqs: readonly Line[];
  readonly #options: Piix3Options;
  /** SMIREQ as before the write that is in progress. */
  #smireq = 0;

  constructor(bus: Pick<Bus, "ports">, pci: PciBus, wires: Pirqs, options: Piix3Options) {
    this.#options = options;
    this.#irqs = Array.from({ length: 16 }, (_, n) => (ROUTABLE & (1 << n) ? options.irq(n) : { set() {} }));
    this.pci = pci.add({
      name: this.name,
      device: 1,
      vendorId: 0x8086,
      deviceId: 0x7000,
      classCode: 0x060100,
      registers: REGISTERS,
      written: (offset, size) => this.#written(offset, size),
      settled: () => {
        this.#smireq = this.pci.get(SMIREQ, 2);
        this.#route();
      },
    });
    wires.receive = (n, level) => {
      const { state } = this;
      state.pirqs = level ? state.pirqs | (1 << n) : state.pirqs & ~(1 << n);
      this.#route();
    };
    pci.behind = {
      read: (port) => (port === 0xcf9 ? this.state.rc : 0xff),
      write: (port, value) => {
        if (port === 0xcf9) this.#writeReset(value);
      },
    };
    bus.ports.claim(this.name, 0xb2, 2, {
      read: (port) => (port === 0xb2 ? this.state.apmc : this.state.apms),
      write: (port, value) => {
        if (port === 0xb2) this.#writeApmc(value);
        else this.state.apms = value;
      },
    });
  }

  reset(): void {
    Object.assign(this.state, { apmc: 0, apms: 0, rc: 0 });
  }

  /** An IRQ is high while a PIRQ that is routed to it is asserted. */
  #route(): void {
    let asserted = 0;
    for (let n = 0; n < 4; n++) {
      const route = this.pci.get(PIRQRC + n, 1);
      if (!(route & NOT_ROUTED) && this.state.pirqs & (1 << n)) asserted |= 1 << (route & 15);
    }
    for (const [irq, line] of this.#irqs.entries()) line.set((asserted & (1 << irq)) !== 0);
  }

  #writeReset(value: number): void {
    const { rc } = this.state;
    this.state.rc = value & 6;
    if (value & ~rc & RC_RCPU) this.#options.reset();
  }

  #writeApmc(value: number): void {
    this.state.apmc = value;
    this.#options.apmc?.(value);
    if (!(this.pci.get(SMICNTL, 1) & 1) || !(this.pci.get(SMIEN, 2) & APMC_SMI)) return;
    this.pci.set(SMIREQ, this.pci.get(SMIREQ, 2) | APMC_SMI, 2);
    this.#smireq = this.pci.get(SMIREQ, 2);
    this.#options.smi?.();
  }

  /** SMIREQ: writing 0 clears, writing 1 changes nothing. */
  #written(offset: number, size: AccessSize): void {
    if (offset < SMIREQ + 2 && offset + size > SMIREQ) this.pci.set(SMIREQ, this.pci.get(SMIREQ, 2) & this.#smireq, 2);
  }
}

const byte = (offset: number, value: number, writable: number): ConfigRegister => ({
  offset,
  size: 1,
  value,
  writable,
});
const word = (offset: number, value: number, writable: number): ConfigRegister => ({
  offset,
  size: 2,
  value,
  writable,
});

/** With their values at reset; 69 to 82 are top of memory, MIRQ, MBIRQ, MBDMA, PCSC, APICBASE, DLC. */
const REGISTERS: readonly ConfigRegister[] = [
  // The bridge always decodes and masters; special cycles can be enabled.
  { offset: 0x04, size: 4, value: 0x02000007, writable: 0x0108, clears: 0x78000000 },
  byte(0x0c, 0, 0),
  byte(0x4c, 0x4d, 0xff),
  word(0x4e, 0x0003, 0x01ff),
  ...[0, 1, 2, 3].map((n) => byte(PIRQRC + n, NOT_ROUTED, 0x8f)),
  byte(0x69, 0x02, 0xfe),
  word(0x6a, 0x0000, 0x80f4),
  byte(0x70, 0x80, 0xef),
  byte(0x71, 0x80, 0xef),
  byte(0x76, 0x0c, 0x8f),
  byte(0x77, 0x0c, 0x8f),
  word(0x78, 0x0002, 0xffff),
  byte(0x80, 0, 0x3f),
  byte(0x82, 0, 0x0f),
  byte(SMICNTL, 0x08, 0x1f),
  word(SMIEN, 0x0000, 0x01ff),
  { offset: 0xa4, size: 4, value: 0, writable: -1 },
  byte(0xa8, 0x0f, 0xff),
  word(SMIREQ, 0x0000, 0x01ff),
  byte(0xac, 0, 0xff),
  byte(0xae, 0, 0xff),
];
