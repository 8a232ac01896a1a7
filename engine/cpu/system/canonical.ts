/**
 * Canonical addresses: the bits above the highest implemented one equal it. What is kept for later, in a register or as a
 * table's or a segment's base, may have as many as the processor can have, whether five levels are on or not: so processors
 * with LA57 do, and Linux's KVM models them (arch/x86/kvm, is_noncanonical_address). What is used now has as many as are on, and
 * so have WRFSBASE and WRGSBASE on a Zen 4.
 * Source: AMD APM vol. 2, 1.1.3, 5.3.1.
 */
import type { Core } from "../core.ts";
import { CR4_LA57 } from "../registers.ts";
import { has } from "./features.ts";

/** Bits of a linear address: 48, or 57 with five levels of page tables. */
export function linearBits(p: Core): 48 | 57 {
  return p.control(4) & CR4_LA57 ? 57 : 48;
}

/** Whether a 64-bit value (unsigned or signed) is a canonical address. */
export function isCanonical(p: Core, value: bigint): boolean {
  return fits(value, linearBits(p));
}

/** The same of one that is kept. */
export function isCanonicalBase(p: Core, value: bigint): boolean {
  return fits(value, has(p, "LA57") ? 57 : 48);
}

const fits = (value: bigint, bits: number): boolean => BigInt.asIntN(bits, value) === BigInt.asIntN(64, value);
