/**
 * A debug console: one port that takes characters and no time.
 *
 * Reading answers 0xE9 where the console is at port 0xE9 or anywhere else, as Bochs and QEMU's isa-debugcon do: guests
 * look for it before they write.
 *
 * Source: QEMU, hw/char/debugcon.c; Bochs, "port_e9_hack".
 */

import type { Bus, Device } from "./bus.ts";

/** Where a console is, and who reads it. */
export interface DebugConsoleOptions {
  /** Unique in the machine: `"debugconsole.e9"`. */
  readonly name: string;
  /** 0xE9, or 0x402 for SeaBIOS. */
  readonly iobase: number;
  readonly send: (byte: number) => void;
}

/** A write-only byte port that reads 0xE9. It keeps nothing. */
export class DebugConsole implements Device {
  readonly name: string;
  readonly state = {};

  constructor(bus: Pick<Bus, "ports">, options: DebugConsoleOptions) {
    this.name = options.name;
    bus.ports.claim(this.name, options.iobase, 1, {
      read: () => 0xe9,
      write: (_port, value) => options.send(value),
    });
  }

  reset(): void {}
}
