/**
 * What forgets translations: INVLPG and INVPCID. Writes to control registers: controlregisters.ts.
 * Source: AMD APM vol. 2, 5.5.2 "TLB Management"; Intel SDM vol. 3A, 4.10.4.
 */
import * as fault from "../fault.ts";
import { raise } from "../fault.ts";
import { CR4_PCIDE } from "../registers.ts";
import { split } from "../translation.ts";
import { isCanonicalBase } from "./canonical.ts";
import { onlyRing0 } from "./control.ts";
import { addressOf, loadMemory64, operand, read64 } from "./operands.ts";
import type { Operation } from "./operation.ts";

const invalidatePage: Operation = (p, d) => {
  onlyRing0(p);
  const o = operand(d, 0);
  if (o.kind !== "memory") return raise(fault.UD);
  const [low, high] = split(addressOf(p, o));
  p.memory.invalidatePage(low, high);
};

/** The descriptor: PCID in bits 11–0, linear address in bits 127–64. */
const invalidateContext: Operation = (p, d) => {
  onlyRing0(p);
  const type = read64(p, operand(d, 0));
  const o = operand(d, 1);
  if (o.kind !== "memory") return raise(fault.UD);
  const context = loadMemory64(p, o);
  const address = BigInt.asIntN(64, loadMemory64(p, o, 8));
  const usesContexts = (p.control(4) & CR4_PCIDE) !== 0;
  if (type > 3n || context >> 12n || (type < 2n && context && !usesContexts)) raise(fault.GP, 0);
  const pcid = Number(context & 0xfffn);
  if (type === 0n && p.long && !isCanonicalBase(p, address)) raise(fault.GP, 0);
  if (type === 0n) p.memory.invalidateInContext(...split(address), pcid);
  else if (type === 1n) p.memory.flush("context", pcid);
  else p.memory.flush(type === 2n ? "all" : "not global");
};

export const INVALIDATE_OPERATIONS: Readonly<Record<string, Operation>> = {
  INVLPG: invalidatePage,
  INVPCID: invalidateContext,
};
