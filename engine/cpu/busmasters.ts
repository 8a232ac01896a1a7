/**
 * Physical memory as bus masters reach it: past the processors, so without their A20 gate (IBM AT: DMA has address lines
 * of its own), in blocks where it is RAM.
 */
import type { AccessSize, PhysicalMemory } from "../chipset/bus.ts";
import { PAGE, type PhysicalMap } from "./physical.ts";

export class BusMasters implements PhysicalMemory {
  readonly #map: PhysicalMap;

  constructor(map: PhysicalMap) {
    this.#map = map;
  }

  read8(hpa: number): number {
    return this.#map.readAt(hpa, 1);
  }

  write8(hpa: number, value: number): void {
    this.#map.writeAt(hpa, value, 1);
  }

  read32(hpa: number): number {
    const step = stepAt(hpa);
    let value = 0;
    for (let i = 4 - step; i >= 0; i -= step) value = (step === 4 ? 0 : value << 8) | this.#map.readAt(hpa + i, step);
    return value >>> 0;
  }

  write32(hpa: number, value: number): void {
    const step = stepAt(hpa);
    for (let i = 0; i < 4; i += step) this.#map.writeAt(hpa + i, step === 4 ? value : (value >>> (8 * i)) & 0xff, step);
  }

  readBytes(hpa: number, target: Uint8Array): void {
    const map = this.#map;
    for (let i = 0; i < target.length; ) {
      const count = Math.min(target.length - i, PAGE - ((hpa + i) % PAGE));
      const host = map.readableAt(hpa + i);
      if (host >= 0) target.set(map.bytes.subarray(host, host + count), i);
      else this.#readDevice(hpa + i, target.subarray(i, i + count));
      i += count;
    }
  }

  writeBytes(hpa: number, source: Uint8Array): void {
    const map = this.#map;
    for (let i = 0; i < source.length; ) {
      const count = Math.min(source.length - i, PAGE - ((hpa + i) % PAGE));
      const host = map.writableAt(hpa + i);
      if (host >= 0 && !map.pageHasCode(host)) map.bytes.set(source.subarray(i, i + count), host);
      else this.#writeSlow(hpa + i, source.subarray(i, i + count));
      i += count;
    }
  }

  #readDevice(hpa: number, target: Uint8Array): void {
    for (let i = 0; i < target.length; i++) target[i] = this.#map.readAt(hpa + i, 1);
  }

  #writeSlow(hpa: number, source: Uint8Array): void {
    for (let i = 0; i < source.length; i++) this.#map.writeAt(hpa + i, source[i] as number, 1);
  }
}

/** A dword that crosses a page goes a byte at a time. */
function stepAt(hpa: number): AccessSize {
  return hpa % PAGE <= PAGE - 4 ? 4 : 1;
}
