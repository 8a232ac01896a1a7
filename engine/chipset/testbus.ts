/**
 * A bus for device tests: port and MMIO spaces, a clock of 200 M ticks a second, 64 KiB of memory, and what was logged.
 */

import type { Bus, DeviceEvent, Line, PhysicalMemory } from "./bus.ts";
import { TickClock } from "./clock.ts";
import { IoPorts } from "./ioports.ts";
import { MmioSpace } from "./mmiospace.ts";

/** A wire that remembers: its level, and how often it rose. */
export class Probe implements Line {
  level = false;
  rises = 0;

  set(level: boolean): void {
    if (level && !this.level) this.rises++;
    this.level = level;
  }
}

/** The surroundings of a device under test. */
export class TestBus implements Bus {
  readonly events: DeviceEvent[] = [];
  readonly log = (event: DeviceEvent) => {
    this.events.push(event);
  };
  readonly ports = new IoPorts(this.log);
  readonly mmio = new MmioSpace(this.log);
  readonly clock = new TickClock(200_000_000);
  readonly ram = new Uint8Array(65536);
  readonly memory: PhysicalMemory = {
    read8: (hpa: number) => this.ram[hpa & 0xffff],
    write8: (hpa: number, value: number) => {
      this.ram[hpa & 0xffff] = value;
    },
    read32: (hpa: number) => {
      let value = 0;
      for (let i = 0; i < 4; i++) value |= this.memory.read8(hpa + i) << (8 * i);
      return value >>> 0;
    },
    write32: (hpa: number, value: number) => {
      for (let i = 0; i < 4; i++) this.memory.write8(hpa + i, (value >>> (8 * i)) & 0xff);
    },
    readBytes: (hpa: number, target: Uint8Array) => {
      for (let i = 0; i < target.length; i++) target[i] = this.memory.read8(hpa + i);
    },
    writeBytes: (hpa: number, source: Uint8Array) => {
      for (let i = 0; i < source.length; i++) this.memory.write8(hpa + i, source[i]);
    },
  };

  in(port: number): number {
    return this.ports.read(port, 1);
  }

  out(port: number, ...values: number[]): void {
    for (const value of values) this.ports.write(port, value, 1);
  }

  /** Lets `ticks` pass. */
  wait(ticks: number): void {
    this.clock.advance(this.clock.now + ticks);
  }
}
