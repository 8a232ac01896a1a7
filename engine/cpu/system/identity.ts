/** What CPUID answers on this processor now. Source: Intel SDM vol. 2A, CPUID; AMD APM vol. 3, appendix E. */
import type { Core } from "../core.ts";
import { type CpuidAnswer, cpuid } from "../cpuid.ts";
import * as at from "../layout.ts";

/** The answer for EAX = `leaf` and ECX = `index`. */
export function identify(p: Core, leaf: number, index: number): CpuidAnswer {
  return cpuid(p.model, leaf, index, {
    apicId: p.number,
    processors: p.map.processors,
    CR4: p.control(4),
    XCR0: p.view.getUint32(at.XCR0, true),
    XSS: 0,
    apicEnabled: p.surroundings.hasApic ?? false,
  });
}
