/**
 * Port 61h, "system control port B": the timer's gate 2 and output 2, the speaker, and the parity and I/O check bits.
 *
 *   bit 0  GATE 2                          rw      bit 4  toggles with each refresh request (OUT 1)    r
 *   bit 1  speaker data (OUT 2 to it)      rw      bit 5  OUT 2                                        r
 *   bit 2  parity check disabled           rw      bit 6  I/O channel check                            r, always 0
 *   bit 3  I/O channel check disabled      rw      bit 7  parity error                                 r, always 0
 *
 * Not modelled: memory parity and channel checks, which would raise NMI.
 *
 * Source: IBM PC AT technical reference, 1-23; Intel 82371SB (PIIX3) data sheet, 2.6.1.
 */

import type { Bus, Device } from "./bus.ts";
import type { I8254 } from "./i8254.ts";

/** The port beside the timer `pit`. */
export class Port61 implements Device {
  readonly name = "port61";
  readonly state = { written: 0 };
  readonly #pit: I8254;

  constructor(bus: Pick<Bus, "ports">, pit: I8254) {
    this.#pit = pit;
    bus.ports.claim(this.name, 0x61, 1, {
      read: () => this.state.written | (pit.risingEdges(1) & 1 ? 0x10 : 0) | (pit.output(2) ? 0x20 : 0),
      write: (_port, value) => {
        this.state.written = value & 0x0f;
        pit.setGate(2, (value & 1) === 1);
      },
    });
    this.reset();
  }

  /** The tone on the speaker in hertz, 0 where it is silent. */
  toneHz(): number {
    const { mode, freqHz } = this.#pit.describe(2);
    return (this.state.written & 3) === 3 && (mode === 2 || mode === 3) ? freqHz : 0;
  }

  reset(): void {
    this.state.written = 0;
    this.#pit.setGate(2, false);
  }
}
