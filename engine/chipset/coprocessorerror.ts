/**
 * What a PC makes of the processor's FERR# and IGNNE# pins: IRQ 13, and port F0h.
 *
 *   F0  any write: drops IRQ 13, and lets the processor pass over the exception (IGNNE#)    w
 *   F1  any write: reset of the 80287, which later processors do not listen to              w
 *
 * Reads are those of an empty bus. Source: Intel 82371SB data sheet, 2.5.5 "Coprocessor Error Register"; Intel SDM vol. 1,
 * appendix D "Guidelines for writing SIMD/x87 exception handlers", MS-DOS compatibility mode.
 */
import type { Bus, Device, Line } from "./bus.ts";

/** Wiring of the latch. */
export interface CoprocessorErrorOptions {
  readonly irq: Line;
  /** IGNNE#: the processor passes over the exception that waits. */
  readonly ignore: () => void;
}

/** The latch between the processor's FERR# and IRQ 13. */
export class CoprocessorError implements Device {
  readonly name = "coprocessorerror";
  readonly state = { error: false };
  readonly #options: CoprocessorErrorOptions;

  constructor(bus: Pick<Bus, "ports">, options: CoprocessorErrorOptions) {
    this.#options = options;
    bus.ports.claim(this.name, 0xf0, 2, {
      read: () => 0xff,
      write: (port) => {
        if (port !== 0xf0 || !this.state.error) return;
        this.#latch(false);
        options.ignore();
      },
    });
  }

  /** FERR#: an unmasked exception waits in a processor that does not raise #MF. */
  raise(): void {
    this.#latch(true);
  }

  #latch(error: boolean): void {
    this.state.error = error;
    this.#options.irq.set(error);
  }

  reset(): void {
    this.#latch(false);
  }
}
