/** What system operations ask of a processor's model. */
import type { Feature } from "../../isa/features.ts";
import type { Core } from "../core.ts";

/** Whether the model has a feature, by the manuals' name of its bit in CPUID. */
export const has = (p: Core, feature: Feature): boolean => p.model.features.has(feature);

export const isIntel = (p: Core): boolean => p.model.vendor === "GenuineIntel";

/** Bits of a physical address: 40 with long mode, 36 with PAE. */
export const physicalBits = (p: Core): number => (has(p, "LM") ? 40 : has(p, "PAE") ? 36 : 32);
