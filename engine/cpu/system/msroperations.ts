/** RDMSR, WRMSR, RDPMC. Source: AMD APM vol. 3, "System Instruction Reference". */
import * as fault from "../fault.ts";
import { raise } from "../fault.ts";
import { onlyRing0 } from "./control.ts";
import { readMsr, writeMsr } from "./msr.ts";
import type { Operation } from "./operation.ts";
import { readCounter } from "./performance.ts";

const readRegister: Operation = (p) => {
  onlyRing0(p);
  const value = readMsr(p, p.register(1)) ?? raise(fault.GP, 0);
  p.setRegister(0, Number(value & 0xffffffffn));
  p.setRegister(2, Number(value >> 32n));
};

const writeRegister: Operation = (p) => {
  onlyRing0(p);
  const value = (BigInt(p.register(2)) << 32n) | BigInt(p.register(0));
  if (!writeMsr(p, p.register(1), value)) raise(fault.GP, 0);
  p.mustLeave = true;
};

export const MSR_OPERATIONS: Readonly<Record<string, Operation>> = {
  RDMSR: readRegister,
  WRMSR: writeRegister,
  RDPMC: readCounter,
};
