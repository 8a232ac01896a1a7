/**
 * A virtio entropy source. What it gives is xoshiro128** of a seed: a run is repeated exactly, so nothing that must be
 * secret may come from it.
 *
 * Source: OASIS Virtual I/O Device 1.2, 5.4; D. Blackman, S. Vigna, "Scrambled linear pseudorandom number generators".
 */
import type { Bus, Device } from "./bus.ts";
import type { PciBus } from "./pci.ts";
import { VirtioPci } from "./virtiopci.ts";
import type { Chain } from "./virtqueue.ts";

export interface VirtioRngOptions {
  /** Unique in the machine: `"virtio-rng.0"`. */
  readonly name: string;
  /** Number of the PCI device. */
  readonly slot: number;
  readonly seed?: number;
}

/** Most bytes of one request; a driver asks again for more. */
const MAX_BYTES = 65536;

/** The device; its state is the generator's, the transport's is its own. */
export class VirtioRng implements Device {
  readonly name: string;
  readonly state: { generator: Uint32Array };
  readonly transport: VirtioPci;

  constructor(bus: Pick<Bus, "clock">, pci: PciBus, { name, slot, seed = 0 }: VirtioRngOptions) {
    this.name = `${name}.generator`;
    this.state = { generator: seeded(seed) };
    this.transport = new VirtioPci(bus, pci, {
      name,
      slot,
      type: 4,
      transitionalId: 0x1005,
      classCode: 0x00ff00,
      queueSizes: [8],
      features: [],
      config: [],
      configBytes: 0,
      request: (chain) => this.#fill(chain),
    });
  }

  /** The generator goes on: two boots of one power-on draw different numbers. */
  reset(): void {}

  #fill({ writable }: Chain): number {
    const bytes = new Uint8Array(Math.min(MAX_BYTES, writable.length));
    for (let i = 0; i < bytes.length; i += 4) {
      const word = this.#next();
      for (let k = 0; k < 4 && i + k < bytes.length; k++) bytes[i + k] = word >>> (8 * k);
    }
    return writable.write(0, bytes);
  }

  #next(): number {
    const s = this.state.generator;
    const answer = Math.imul(rotate(Math.imul(s[1], 5), 7), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 11);
    return answer;
  }
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

/** A state that is never all zeros: four steps of a Weyl sequence, mixed. */
function seeded(seed: number): Uint32Array {
  return Uint32Array.from({ length: 4 }, (_, i) => {
    let z = (seed + Math.imul(i + 1, 0x9e3779b9)) | 0;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return z ^ (z >>> 16);
  });
}
