/**
 * The line of memory that MONITOR watches for one processor: stores of any processor or bus master to it end MWAIT. The
 * line is marked as one with decoded code is, so that stores to it are seen. Source: AMD APM vol. 3, MONITOR, MWAIT.
 */
import * as at from "./layout.ts";
import type { PhysicalMap } from "./physical.ts";

/** What it needs of its processor. */
export interface MonitorOwner {
  readonly map: PhysicalMap;
  readonly view: DataView;
}

export class LineMonitor {
  private readonly p: MonitorOwner;

  constructor(p: MonitorOwner) {
    this.p = p;
  }

  /** Linear-memory address of the line divided by 64; 0: none. Kept as its place in RAM, plus 1. */
  private get line(): number {
    const kept = this.p.view.getUint32(at.MONITORED, true);
    return kept === 0 ? 0 : (this.p.map.ramAt >>> 6) + kept - 1;
  }

  get isArmed(): boolean {
    return this.line !== 0;
  }

  /** Watches the line of physical address `hpa`, where it is RAM, and no other. */
  watch(hpa: number): void {
    const { map, view } = this.p;
    const before = this.line;
    const host = map.writable(hpa);
    view.setUint32(at.MONITORED, host < 0 ? 0 : ((host - map.ramAt) >>> 6) + 1, true);
    if (before) map.unmarkCode(before);
    if (host >= 0) map.markCode(host >>> 6);
  }

  holds(line: number): boolean {
    return line !== 0 && line === this.line;
  }

  /** Bytes from linear-memory address `host` on are about to change. */
  storedTo(host: number, bytes: number): void {
    const { line } = this;
    if (line === 0 || line < host >>> 6 || line > (host + bytes - 1) >>> 6) return;
    const { view } = this.p;
    view.setUint32(at.MONITORED, 0, true);
    if (view.getUint32(at.HALTED, true) >= at.WAITS_FOR_STORE) view.setUint32(at.HALTED, 0, true);
  }

  /** The state was assigned: marks the line it watches. */
  restored(): void {
    if (this.line) this.p.map.markCode(this.line);
  }
}
