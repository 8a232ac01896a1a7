/** Canonical addresses: the bits above the highest implemented one equal it. Source: AMD APM vol. 2, 1.1.3, 5.3.1. */
import type { Core } from "../core.ts";
import { CR4_LA57 } from "../registers.ts";

/** Bits of a linear address: 48, or 57 with five levels of page tables. */
export function linearBits(p: Core): 48 | 57 {
  return p.control(4) & CR4_LA57 ? 57 : 48;
}

/** Whether a 64-bit value (unsigned or signed) is a canonical address. */
export function isCanonical(p: Core, value: bigint): boolean {
  return BigInt.asIntN(linearBits(p), value) === BigInt.asIntN(64, value);
}
