// Which instruction a machine stands at, for what lights it. HLT is retired when the processor halts, so the saved
// address is of the instruction behind it; what the reader should see lit is the HLT (Intel SDM vol. 2A, HLT). It may
// have prefixes: what is certain is that its last byte stands before that address.
import type { DisassembledLine, MachineStatus } from "../../engine/index.ts";

/** Linear address to light: of the next instruction, or of the last byte of the HLT that the processor waits in. */
export function litAddress(status: MachineStatus | undefined): number | undefined {
  return status?.state === "halted" ? (status.address - 1) >>> 0 : status?.address;
}

/** Whether a machine stands at this instruction. */
export function isLit(line: DisassembledLine, status: MachineStatus | undefined): boolean {
  const address = litAddress(status);
  if (address === undefined || status?.state !== "halted") return line.address === address;
  return address >= line.address && address < line.address + line.bytes.length;
}
