/**
 * A PCI bus: configuration mechanism 1, and interrupt pins.
 *
 *   CF8  CONFADD  31 enable   23:16 bus   15:11 device   10:8 function   7:2 register      dwords only
 *   CFC  CONFDATA bytes, words and dwords of that register; all ones where no function answers
 *
 *   PIRQ of pin p (INTA = 1) of device d: (d + p − 2) mod 4, as boards around the PIIX3 wire it
 *
 * Bytes at CF8–CFB are not the bus's (the PIIX3 has its reset control at CF9): `behind` answers them.
 * Not modelled: bridges (there is one bus, 0), special cycles, mechanism 2.
 *
 * Source: PCI Local Bus Specification 2.1, 3.7.4.1; Intel 82441FX data sheet (290549), 3.1.
 */
import type { AccessSize, Bus, Device, Line, PhysicalMemory, Registers } from "./bus.ts";
import { PciFunction, type PciFunctionOptions } from "./pcifunction.ts";

const ENABLE = 0x80000000;
const RESERVED = 0x7f000003;

/** The bus. It makes its functions; each is a device of its own, with its configuration space as state. */
export class PciBus implements Device {
  readonly name = "pci";
  readonly state = { address: 0 };
  /** In the order of making. */
  readonly functions: PciFunction[] = [];
  /** Who answers bytes at CF8–CFB. */
  behind: Registers = { read: () => 0xff, write() {} };
  readonly #bus: Pick<Bus, "ports" | "mmio" | "memory">;
  readonly #slots = new Map<number, PciFunction>();
  readonly #pirqs: readonly Line[];

  readonly #masterOf: (part: string) => PhysicalMemory;

  /**
   * `pirqs`: PIRQA to PIRQD, high while a pin wired to it is asserted. `masterOf`: memory as a function of that name
   * reaches it; the bus's own unless given.
   */
  constructor(
    bus: Pick<Bus, "ports" | "mmio" | "memory">,
    pirqs: readonly Line[] = [],
    masterOf: (part: string) => PhysicalMemory = () => bus.memory,
  ) {
    this.#masterOf = masterOf;
    this.#bus = bus;
    this.#pirqs = pirqs;
    bus.ports.claim(this.name, 0xcf8, 8, {
      widest: 4,
      read: (port, size) => this.#read(port, size),
      write: (port, value, size) => this.#write(port, value, size),
    });
  }

  /** Puts a function on the bus. */
  add(options: PciFunctionOptions): PciFunction {
    const bus = { ...this.#bus, memory: this.#masterOf(options.name) };
    const added = new PciFunction(bus, options, () => this.#route());
    this.#slots.set((options.device << 3) | (options.function ?? 0), added);
    this.functions.push(added);
    if (options.function) this.#slots.get(options.device << 3)?.becomeMultifunction();
    return added;
  }

  /** The function there, or undefined. */
  at(device: number, number = 0): PciFunction | undefined {
    return this.#slots.get((device << 3) | number);
  }

  reset(): void {
    this.state.address = 0;
  }

  #route(): void {
    let asserted = 0;
    for (const { device, pin, interrupts } of this.functions) if (interrupts) asserted |= 1 << ((device + pin + 2) & 3);
    for (const [n, line] of this.#pirqs.entries()) line.set((asserted & (1 << n)) !== 0);
  }

  /** The function that CONFADD chooses. */
  #chosen(): PciFunction | undefined {
    const { address } = this.state;
    return address & ENABLE && (address & 0xff0000) === 0 ? this.#slots.get((address >>> 8) & 0xff) : undefined;
  }

  #read(port: number, size: AccessSize): number {
    if (port >= 0xcfc) {
      const offset = (this.state.address & 0xfc) | (port & 3);
      return this.#chosen()?.configRead(offset, size) ?? 2 ** (8 * size) - 1;
    }
    if (size === 4) return this.state.address;
    return size === 1 ? this.behind.read(port, 1) : this.#read(port, 1) | (this.#read(port + 1, 1) << 8);
  }

  #write(port: number, value: number, size: AccessSize): void {
    if (port >= 0xcfc) {
      this.#chosen()?.configWrite((this.state.address & 0xfc) | (port & 3), value, size);
    } else if (size === 4) {
      this.state.address = (value & ~RESERVED) >>> 0;
    } else if (size === 1) {
      this.behind.write(port, value, 1);
    } else {
      for (const i of [0, 1]) this.#write(port + i, (value >>> (8 * i)) & 0xff, 1);
    }
  }
}
