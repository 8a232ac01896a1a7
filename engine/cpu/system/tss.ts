/** What other operations read of the current task-state segment. Source: AMD APM vol. 2, 12.2.2 and 12.2.4. */

import type { Core } from "../core.ts";
import * as fault from "../fault.ts";
import { raise } from "../fault.ts";
import * as at from "../layout.ts";
import { IOPL } from "../registers.ts";
import { TR, TYPE } from "../segments.ts";
import { codeOf, plus } from "./descriptors.ts";

/** SS and ESP for privilege `level` (0–2). `external`: bit 0 of the error code where they lie beyond the TSS's limit. */
export function stackOf(p: Core, level: number, external = 0): { ss: number; esp: number } {
  const tr = p.segments.get(TR);
  const wide = (tr.attributes & TYPE & 8) !== 0;
  const offset = wide ? 4 + level * 8 : 2 + level * 4;
  if (offset + (wide ? 5 : 3) > tr.limit) raise(fault.TS, codeOf(tr.selector) | external);
  const address = (tr.base + offset) >>> 0;
  const esp = p.memory.load(address, wide ? 4 : 2, "system");
  const ss = p.memory.load((address + (wide ? 4 : 2)) >>> 0, 2, "system");
  return { ss, esp };
}

/** #GP(0) where the current privilege may not touch `bytes` ports from `port` (AMD APM vol. 2, 12.2.4). */
export function checkPorts(p: Core, port: number, bytes: number): void {
  if (!p.protectedMode) return;
  if (!p.virtual8086 && p.cpl <= (p.view.getUint32(at.SYSTEM_FLAGS, true) & IOPL) >> 12) return;
  const tr = p.segments.get(TR);
  if (!(tr.attributes & 8) || tr.limit < 103) raise(fault.GP, 0);
  const base = p.longMode ? p.segments.base64(TR) : tr.base;
  const map = p.memory.load(plus(base, 102), 2, "system");
  const byte = map + (port >> 3);
  if (byte + 1 > tr.limit) raise(fault.GP, 0);
  const bits = p.memory.load(plus(base, byte), 2, "system") >> (port & 7);
  if (bits & ((1 << bytes) - 1)) raise(fault.GP, 0);
}
