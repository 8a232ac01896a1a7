/**
 * Port 80h: the latch that a POST card shows. Firmware writes its progress there; kernels write to it to pass time.
 *
 * Reading answers what was written last, as the page register that decodes there in a PC does.
 *
 * Source: IBM PC AT technical reference, "Manufacturing checkpoint port".
 */

import type { Bus, Device } from "./bus.ts";

/** The latch. */
export class Port80 implements Device {
  readonly name = "port80";
  readonly state = { code: 0 };
  readonly #shown: ((code: number) => void) | undefined;

  /** `shown` hears each code as it is written. */
  constructor(bus: Pick<Bus, "ports">, shown?: (code: number) => void) {
    this.#shown = shown;
    bus.ports.claim(this.name, 0x80, 1, {
      read: () => this.state.code,
      write: (_port, value) => {
        this.state.code = value;
        this.#shown?.(value);
      },
    });
  }

  reset(): void {
    this.state.code = 0;
  }
}
