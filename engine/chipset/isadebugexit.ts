/**
 * The exit port of QEMU (`-device isa-debug-exit,iobase=…,iosize=…`): a guest's test ends its own machine.
 *
 * Writing `value` ends the run with status (value << 1) | 1, so a guest can say anything but 0. Reading answers 0.
 *
 * Source: QEMU, hw/misc/debugexit.c.
 */

import type { AccessSize, Bus, Device } from "./bus.ts";

/** Where the port is, and who ends the machine. */
export interface IsaDebugExitOptions {
  /** 0x501 unless given. */
  readonly iobase?: number;
  /** Ports and widest access: 1, 2 or 4; 2 unless given. */
  readonly iosize?: AccessSize;
  /** `status` is (value << 1) | 1, unsigned. A process shows its lowest 8 bits. */
  readonly exit: (status: number) => void;
}

/** The port. It keeps nothing. */
export class IsaDebugExit implements Device {
  readonly name = "isadebugexit";
  readonly state = {};

  constructor(bus: Pick<Bus, "ports">, options: IsaDebugExitOptions) {
    const { iobase = 0x501, iosize = 2 } = options;
    bus.ports.claim(this.name, iobase, iosize, {
      widest: iosize,
      read: () => 0,
      write: (_port, value) => options.exit(((value << 1) | 1) >>> 0),
    });
  }

  reset(): void {}
}
