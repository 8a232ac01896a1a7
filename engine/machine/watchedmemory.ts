/** Memory as one bus master reaches it, telling each access: for traces. */
import type { PhysicalMemory } from "../chipset/bus.ts";

export class WatchedMemory implements PhysicalMemory {
  readonly #memory: PhysicalMemory;
  readonly #tell: (write: boolean, hpa: number, bytes: number) => void;

  constructor(memory: PhysicalMemory, tell: (write: boolean, hpa: number, bytes: number) => void) {
    this.#memory = memory;
    this.#tell = tell;
  }

  read8(hpa: number): number {
    this.#tell(false, hpa, 1);
    return this.#memory.read8(hpa);
  }

  write8(hpa: number, value: number): void {
    this.#tell(true, hpa, 1);
    this.#memory.write8(hpa, value);
  }

  read32(hpa: number): number {
    this.#tell(false, hpa, 4);
    return this.#memory.read32(hpa);
  }

  write32(hpa: number, value: number): void {
    this.#tell(true, hpa, 4);
    this.#memory.write32(hpa, value);
  }

  readBytes(hpa: number, target: Uint8Array): void {
    this.#tell(false, hpa, target.length);
    this.#memory.readBytes(hpa, target);
  }

  writeBytes(hpa: number, source: Uint8Array): void {
    this.#tell(true, hpa, source.length);
    this.#memory.writeBytes(hpa, source);
  }
}
