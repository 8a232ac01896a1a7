/** Sets of the 256 interrupt vectors, as the local APIC's ISR, TMR and IRR hold them: eight words, vector v in bit v & 31. */

export type VectorSet = Uint32Array;

export function hasVector(set: VectorSet, vector: number): boolean {
  return (set[vector >> 5] & (1 << (vector & 31))) !== 0;
}

export function setVector(set: VectorSet, vector: number, on: boolean): void {
  if (on) set[vector >> 5] |= 1 << (vector & 31);
  else set[vector >> 5] &= ~(1 << (vector & 31));
}

/** The highest vector of the set, -1 where it is empty. */
export function highestVector(set: VectorSet): number {
  for (let i = 7; i >= 0; i--) if (set[i] !== 0) return i * 32 + 31 - Math.clz32(set[i]);
  return -1;
}
