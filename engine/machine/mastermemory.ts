/**
 * Memory as a bus master sees it: the same as the processors', but for FEExxxxx, where a write of 32 bits is an interrupt
 * message and nobody answers a read.
 */
import type { PhysicalMemory } from "../chipset/bus.ts";
import { isMessage } from "./apics.ts";

export class MasterMemory implements PhysicalMemory {
  readonly #memory: PhysicalMemory;
  readonly #message: (address: number, data: number) => void;

  constructor(memory: PhysicalMemory, message: (address: number, data: number) => void) {
    this.#memory = memory;
    this.#message = message;
  }

  read8(hpa: number): number {
    return isMessage(hpa) ? 0xff : this.#memory.read8(hpa);
  }

  write8(hpa: number, value: number): void {
    if (!isMessage(hpa)) this.#memory.write8(hpa, value);
  }

  read32(hpa: number): number {
    return isMessage(hpa) ? 0xffffffff : this.#memory.read32(hpa);
  }

  write32(hpa: number, value: number): void {
    if (isMessage(hpa)) this.#message(hpa, value);
    else this.#memory.write32(hpa, value);
  }

  readBytes(hpa: number, target: Uint8Array): void {
    if (isMessage(hpa)) target.fill(0xff);
    else this.#memory.readBytes(hpa, target);
  }

  writeBytes(hpa: number, source: Uint8Array): void {
    if (!isMessage(hpa)) this.#memory.writeBytes(hpa, source);
    else if (source.length === 4) this.#message(hpa, new DataView(source.buffer, source.byteOffset).getUint32(0, true));
  }
}
