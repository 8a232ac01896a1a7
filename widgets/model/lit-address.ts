// Which instruction a machine stands at, for what lights it. HLT is retired when the processor halts, so the saved
// address is of the instruction behind it; what the reader should see lit is the HLT (Intel SDM vol. 2A, HLT).
import type { MachineStatus } from "../../engine/index.ts";

const HLT_BYTES = 1;

/** Linear address of the instruction to light: the next one, or the HLT that the processor waits in. */
export function litAddress(status: MachineStatus | undefined): number | undefined {
  return status?.state === "halted" ? (status.address - HLT_BYTES) >>> 0 : status?.address;
}
