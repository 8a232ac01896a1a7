/** Processor models: which features a processor has, in decoding and in CPUID alike. */
import type { Feature } from "../isa/row.ts";

export interface Model {
  readonly name: string;
  readonly features: ReadonlySet<Feature>;
  /** Family, model and stepping as CPUID leaf 1 and EDX at reset give them. */
  readonly signature: number;
  readonly vendor: string;
  readonly brand: string;
}

const INTEGER: readonly Feature[] = ["8086", "186", "286", "386", "486", "CPUID", "CX8", "TSC", "CMOV"];

/** The integer instruction set as far as it is built: no x87, no model-specific registers. */
export const DEFAULT_MODEL: Model = {
  name: "ring",
  features: new Set(INTEGER),
  signature: 0x00000600,
  vendor: "AuthenticAMD",
  brand: "Ring -1 virtual processor",
};

/** CPUID leaf 1 EDX bits by feature. Source: AMD APM vol. 3, E.3.2. */
export const FEATURE_BITS: Partial<Record<Feature, number>> = { FPU: 0, TSC: 4, MSR: 5, CX8: 8, CMOV: 15 };
