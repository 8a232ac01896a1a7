/**
 * Breakpoints and watchpoints: packets `Z0` to `Z4` set one, `z0` to `z4` remove it. Software breakpoints are as hardware
 * ones here: nothing is written into the guest's memory.
 *
 * Source: Debugging with GDB, E.2 "Packets", `z` and `Z`.
 */

import type { Point } from "./target.ts";
import { numberOf } from "./threads.ts";

const KINDS = ["software", "hardware", "write", "read", "access"] as const;
/** Bytes that a watchpoint covers at most, and points there are at most. */
const MAX_BYTES = 4096;
const MAX_POINTS = 1000;

export class PointSet {
  readonly #arm: (points: readonly Point[]) => void;
  readonly #points = new Map<string, Point>();

  constructor(arm: (points: readonly Point[]) => void) {
    this.#arm = arm;
  }

  clear(): void {
    if (this.#points.size === 0) return;
    this.#points.clear();
    this.#arm([]);
  }

  /** `TYPE,ADDRESS,KIND`, where KIND is a watchpoint's length; answers as the packet is answered. */
  change(isSet: boolean, text: string): string {
    const [type = "", address = "", length = ""] = (text.split(";")[0] as string).split(",");
    const kind = /^[0-4]$/.test(type) ? KINDS[Number(type)] : undefined;
    if (kind === undefined) return "";
    const [place, bytes] = [numberOf(address), numberOf(length)];
    if (place === undefined || bytes === undefined) return "E22";
    const isCode = kind === "software" || kind === "hardware";
    if (!isCode && (bytes < 1n || bytes > MAX_BYTES)) return "E22";
    const key = isCode ? `${type},${place}` : `${type},${place},${bytes}`;
    if (isSet && this.#points.size >= MAX_POINTS) return "E22";
    if (isSet)
      this.#points.set(key, isCode ? { kind, address: place } : { kind, address: place, bytes: Number(bytes) });
    else if (!this.#points.delete(key)) return "E02";
    this.#arm([...this.#points.values()]);
    return "OK";
  }
}
