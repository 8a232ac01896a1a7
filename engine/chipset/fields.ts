/**
 * Registers of several widths that lie beside each other, reached by accesses of any size: reads put bytes together, a
 * write reaches each register once, with the bytes that it did not give kept.
 */
import type { AccessSize, Registers } from "./bus.ts";

/** One register, little-endian. */
export interface Field {
  readonly offset: number;
  readonly size: AccessSize;
  readonly get: () => number;
  /** Read-only unless given. */
  readonly set?: (value: number) => void;
}

/** The registers that `fields` describes; what is between them reads as 0. */
export function fieldRegisters(fields: readonly Field[]): Required<Omit<Registers, "peek">> {
  const at = new Map<number, Field>();
  for (const field of fields) for (let i = 0; i < field.size; i++) at.set(field.offset + i, field);
  const touched = (offset: number, size: number) =>
    new Set(Array.from({ length: size }, (_, i) => at.get(offset + i)).filter((field) => field !== undefined));
  return {
    widest: 4,
    read(offset, size) {
      let value = 0;
      for (const field of touched(offset, size)) {
        const shift = 8 * (field.offset - offset);
        const whole = field.get();
        value |= shift >= 0 ? whole << shift : whole >>> -shift;
      }
      return (size === 4 ? value : value & (2 ** (8 * size) - 1)) >>> 0;
    },
    write(offset, value, size) {
      for (const field of touched(offset, size)) {
        const first = Math.max(offset, field.offset);
        const end = Math.min(offset + size, field.offset + field.size);
        if (field.set === undefined) continue;
        let whole = end - first === field.size ? 0 : field.get();
        for (let i = first; i < end; i++) {
          const shift = 8 * (i - field.offset);
          whole = (whole & ~(0xff << shift)) | (((value >>> (8 * (i - offset))) & 0xff) << shift);
        }
        field.set(whole >>> 0);
      }
    },
  };
}
