/**
 * Overflows of performance counters that ask for an interrupt: when the next one comes, so that a run can be cut there.
 * Derived from the counters, and not state: one that has come was told.
 * Source: AMD APM vol. 2, 13.2.2; Intel SDM vol. 3B, 20.6.1.6.
 */
import type { Core } from "../core.ts";
import { RETIRED } from "../layout.ts";
import { counted, countedBy, counterValue, countsHere, INTERRUPTS, LEVELS, selectAt, widthOf } from "./performance.ts";

const COUNTERS = 6;

export class Overflows {
  /** A counter is on that asks for an interrupt. */
  isArmed = false;
  private next: { readonly select: bigint; at: bigint }[] = [];
  /** None comes before so many instructions since reset at the privilege level in `isUser`: it is asked for at each boundary. */
  private soonest = 0;
  private isUser = false;
  /** Some count at one privilege level alone. */
  private ofOneLevel = false;
  /** A counter is on for branches, which are to be counted one by one. */
  countsBranches = false;
  private readonly p: Core;

  constructor(p: Core) {
    this.p = p;
  }

  /** Reads the counters anew. */
  update(): void {
    const { p } = this;
    this.next = [];
    this.soonest = 0;
    this.countsBranches = false;
    for (let i = 0; i < COUNTERS; i++) {
      const select = p.view.getBigUint64(selectAt(i), true);
      const what = countedBy(p, select);
      if (what === "branches") this.countsBranches = true;
      if (!(select & INTERRUPTS) || what === undefined) continue;
      this.next.push({ select, at: counted(p, select) + (1n << BigInt(widthOf(p))) - counterValue(p, i) });
    }
    this.isArmed = this.next.length > 0;
    this.ofOneLevel = this.next.some(({ select }) => (select & LEVELS) !== LEVELS);
  }

  /** The next one may come sooner than the run in progress is cut: the privilege level moves it, or it is not yet known. */
  get mayMove(): boolean {
    return this.isArmed && (this.ofOneLevel || this.soonest === 0);
  }

  /** Ticks to the first at the present privilege level. */
  get left(): number {
    const now = this.retired;
    const isUser = this.p.cpl === 3;
    if (now >= this.soonest || isUser !== this.isUser) {
      this.soonest = now + this.fromNow();
      this.isUser = isUser;
    }
    return this.soonest - now;
  }

  private fromNow(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const { select, at } of this.next) {
      // Of branches it is not known.
      if (!countsHere(this.p, select) || countedBy(this.p, select) === "branches") continue;
      least = Math.min(least, Number(at - counted(this.p, select)));
    }
    return least;
  }

  /** Whether one has come since it was last asked; `left` was asked since then wherever the level has changed. */
  take(): boolean {
    if (!this.countsBranches && this.retired < this.soonest) return false;
    let has = false;
    for (const one of this.next) {
      if (counted(this.p, one.select) < one.at) continue;
      one.at += 1n << BigInt(widthOf(this.p));
      has = true;
    }
    return has;
  }

  /** Instructions since reset. */
  private get retired(): number {
    const { view, unretired } = this.p;
    return view.getUint32(RETIRED, true) + view.getUint32(RETIRED + 4, true) * 2 ** 32 + unretired;
  }
}
