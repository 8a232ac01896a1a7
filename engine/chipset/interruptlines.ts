/**
 * The interrupt request lines of the board, IRQ 0 to 15: several parts may drive one, which is high while any of them
 * drives it high.
 */
import { EngineError } from "../wasm/error.ts";
import type { Device, Line } from "./bus.ts";

const LINES = 16;
const MAX_DRIVERS = 32;

/** All lines of one board. */
export class InterruptLines implements Device {
  readonly name = "interruptlines";
  /** One bit a driver of each line. */
  readonly state = { driven: new Uint32Array(LINES) };
  readonly #drivers = new Uint8Array(LINES);
  readonly #receive: (irq: number, level: boolean) => void;

  constructor(receive: (irq: number, level: boolean) => void) {
    this.#receive = receive;
  }

  /** A wire of its own to IRQ `irq`; asked for while the machine is built. */
  driver(irq: number): Line {
    const bit = 1 << this.#drivers[irq]++;
    if (this.#drivers[irq] > MAX_DRIVERS) throw new EngineError("an interrupt line with more than 32 drivers", { irq });
    return {
      set: (level) => {
        const { driven } = this.state;
        const before = driven[irq] !== 0;
        driven[irq] = level ? driven[irq] | bit : driven[irq] & ~bit;
        if ((driven[irq] !== 0) !== before) this.#receive(irq, !before);
      },
    };
  }

  /** What drives a line lets go of it at its own reset. */
  reset(): void {}
}
