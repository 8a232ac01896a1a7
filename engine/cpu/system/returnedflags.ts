/** The flags of IRET. Source: AMD APM vol. 3, IRET; Intel SDM vol. 2, IRET. */

import type { Core } from "../core.ts";
import { IF, IOPL, VIF, VIP, VM } from "../registers.ts";

/** The flags of an IRET, those of them that may change at privilege `level`. */
export function setReturnedFlags(p: Core, flags: number, size: 2 | 4, level: number): void {
  const old = p.flags;
  let changeable = size === 2 ? 0xffff : 0x3f7fd5;
  changeable &= ~VM;
  if (p.protectedMode) {
    if (level > 0) changeable &= ~(IOPL | VIF | VIP);
    if (level > (old & IOPL) >> 12) changeable &= ~IF;
  }
  p.flags = (old & ~changeable) | (flags & changeable);
}
