/**
 * Port 92h, "system control port A": the fast A20 gate and the fast processor reset.
 *
 *   bit 0  a rise resets the processor    rw      bit 1  A20    rw      others read as written, without effect
 *
 * Not modelled: the PS/2's watchdog status, security lock and activity light.
 *
 * Source: IBM PS/2 hardware interface technical reference, "System control port A", 1990.
 */

import type { Bus, Device, Line } from "./bus.ts";

/** Wiring of the port. */
export interface Port92Options {
  readonly a20: Line;
  readonly resetCpu: () => void;
}

/** The port. The machine joins its A20 with the keyboard controller's. */
export class Port92 implements Device {
  readonly name = "port92";
  readonly state = { value: 0 };
  readonly #options: Port92Options;

  constructor(bus: Pick<Bus, "ports">, options: Port92Options) {
    this.#options = options;
    bus.ports.claim(this.name, 0x92, 1, {
      read: () => this.state.value,
      write: (_port, value) => {
        const before = this.state.value;
        this.state.value = value;
        options.a20.set((value & 2) !== 0);
        if (value & ~before & 1) options.resetCpu();
      },
    });
    this.reset();
  }

  reset(): void {
    this.state.value = 0;
    this.#options.a20.set(false);
  }
}
