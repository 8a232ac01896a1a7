/**
 * Fetching an instruction byte by byte, where none is kept: it faults, lies in two pages, or comes from what is no memory.
 * A byte beyond the limit of CS is #GP(0) (AMD APM vol. 2, 8.2.14), as are more than 15 bytes.
 */
import { decode } from "../isa/decode.ts";
import type { Decoded } from "../isa/decoded.ts";
import { type Core, hex4 } from "./core.ts";
import { codeAddress } from "./crossing.ts";
import type { Fault } from "./fault.ts";
import * as fault from "./fault.ts";
import type { Mode } from "./modes.ts";
import { CS } from "./segments.ts";

const PROTECTION: Fault = { vector: fault.GP, errorCode: 0 };

/** Decodes the instruction at RIP, or tells the fault of fetching it; a #PF is thrown. */
export function fetchInstruction(p: Core, mode: Mode): Decoded | Fault {
  const { ip, long, memory } = p;
  const last = Math.min(mode.limit, 0xffffffff);
  const [low, high] = codeAddress(p, mode);
  const byteAt = (i: number) => {
    if (!long && ip + i > last) return -1;
    const address = low + i;
    return memory.fetch8(address >>> 0, address > 0xffffffff && long ? (high + 1) | 0 : high);
  };
  const d = decode(byteAt, p.rip, mode);
  if (!("fault" in d)) return d;
  if (d.fault !== "invalid") return PROTECTION;
  reportUnknown(p, mode);
  return { vector: fault.UD };
}

function reportUnknown(p: Core, mode: Mode): void {
  const bytes: string[] = [];
  const la = p.long ? BigInt.asIntN(64, p.rip) : (mode.base + p.ip) >>> 0;
  for (let i = 0; i < 8; i++) {
    const hpa = p.memory.peekTranslate(typeof la === "bigint" ? la + BigInt(i) : (la + i) >>> 0);
    const host = hpa < 0 ? -1 : p.map.readable(hpa);
    if (host < 0) break;
    bytes.push((p.map.bytes[host] as number).toString(16).padStart(2, "0"));
  }
  const ip = p.long ? p.rip.toString(16) : hex4(p.ip);
  p.tell({
    kind: "unimplemented",
    part: "processor",
    text: `no instruction for ${bytes.join(" ")} at ${hex4(p.segments.selector(CS))}:${ip}`,
  });
}
