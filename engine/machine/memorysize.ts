/**
 * How much memory a machine may have, and where it is: as QEMU's `pc` has it, a machine with 3.5 GiB or more has 3 GiB
 * below 4 GiB and the rest above, so that devices have the addresses between. All memory is one WebAssembly memory of at
 * most 4 GiB, beside what the processors derive from it.
 *
 * Source: QEMU, hw/i386/pc_piix.c (pc_init1).
 */
import type { MachineConfiguration } from "./api.ts";

export const MAX_MEMORY_MIB = 3968;
const MIB = 2 ** 20;
/** Where memory ends below 4 GiB at the latest, and where it ends in machines that have more. */
export const MAX_BELOW_MIB = 0xe0000000 / MIB;
const ALIGNED_END_MIB = 0xc0000000 / MIB;

/** Bytes of memory in all, from address 0, and from 4 GiB. */
export interface MemorySize {
  readonly bytes: number;
  readonly below: number;
  readonly above: number;
}

export function memorySize(
  configuration: Pick<MachineConfiguration, "maxMemoryBelow4GiB"> & { readonly memoryMiB: number },
): MemorySize {
  const { memoryMiB, maxMemoryBelow4GiB: end = MAX_BELOW_MIB } = configuration;
  const below = memoryMiB < end ? memoryMiB : Math.min(memoryMiB, end, ALIGNED_END_MIB);
  return { bytes: memoryMiB * MIB, below: below * MIB, above: (memoryMiB - below) * MIB };
}
