// What a <ring-machine> asks the engine for: the same while the build records it, in the page's head (site/preload.ts) and
// when it wakes.
import type { MachineConfiguration } from "../../engine/index.ts";

/** `rtc`: the date of its clock, "" for the default. */
export function machineConfiguration(
  { memory, rtc }: { readonly memory: number; readonly rtc?: string },
  floppies: readonly (Uint8Array | undefined)[],
): MachineConfiguration {
  return {
    memoryMiB: memory,
    ...(floppies.some(Boolean) && { floppies }),
    ...(rtc && { rtcBase: rtc }),
    stopOnTripleFault: true,
  };
}
