/**
 * QEMU's test device for PC guests (`-device pc-testdev`), which kvm-unit-tests use.
 *
 *   E0–E3  four bytes that keep what is written, at any width      E4–E7  the same bytes
 *   E8     a write flushes a page on the host; here nothing caches what it would flush
 *   2000–200F   writing sets ISA interrupt line n to whether the value is not 0
 *   FF000000–FF00FFFF   memory behind device accesses
 *
 * Source: QEMU, hw/misc/pc-testdev.c.
 */
import type { Bus, Device, Line, Registers } from "./bus.ts";

const IOMEM = 0xff000000;
const IOMEM_BYTES = 0x10000;

/** The device. `irq` gives a wire of its own to each line. */
export class PcTestDevice implements Device {
  readonly name = "pctestdev";
  readonly state = { data: new Uint8Array(4), memory: new Uint8Array(IOMEM_BYTES) };

  constructor(bus: Pick<Bus, "ports" | "mmio">, irq: (n: number) => Line) {
    const lines = Array.from({ length: 16 }, (_, n) => irq(n));
    bus.ports.claim(
      this.name,
      0xe0,
      4,
      this.#bytes(() => this.state.data, 0xe0),
    );
    bus.ports.claim(
      this.name,
      0xe4,
      4,
      this.#bytes(() => this.state.data, 0xe4),
    );
    bus.ports.claim(this.name, 0xe8, 1, { widest: 4, read: () => 0, write() {} });
    bus.ports.claim(this.name, 0x2000, 16, {
      widest: 4,
      read: () => 0,
      write: (port, value) => lines[port - 0x2000].set(value !== 0),
    });
    bus.mmio.claim(
      this.name,
      IOMEM,
      IOMEM_BYTES,
      this.#bytes(() => this.state.memory, IOMEM),
    );
  }

  /** `bytes` as registers from `base` on. */
  #bytes(bytes: () => Uint8Array, base: number): Registers {
    return {
      widest: 4,
      read: (address, size) => {
        let value = 0;
        for (let i = 0; i < size; i++) value |= bytes()[address - base + i] << (8 * i);
        return value >>> 0;
      },
      write: (address, value, size) => {
        for (let i = 0; i < size; i++) bytes()[address - base + i] = value >>> (8 * i);
      },
    };
  }

  reset(): void {
    this.state.data.fill(0);
    this.state.memory.fill(0);
  }
}
