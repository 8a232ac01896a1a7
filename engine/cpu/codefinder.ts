/**
 * Finds the records of code for generated code and for the loop around it: of the code at RIP, of what a block goes on to, of
 * where a jump leads. What was found is kept: linked into the record that asked, in the jump table, or at a guard where an
 * instruction lies in two pages. Derived.
 */
import type { Blocks } from "./blocks.ts";
import type { Core } from "./core.ts";
import { Crossings } from "./crossing.ts";
import { GuestFault } from "./fault.ts";
import { JumpMemory } from "./jumpmemory.ts";
import * as at from "./layout.ts";
import type { Mode } from "./modes.ts";
import { PAGE } from "./physical.ts";

export class CodeFinder {
  readonly crossings: Crossings;
  readonly jumps: JumpMemory;
  /** What code is decoded for now. */
  mode!: Mode;
  private readonly p: Core;
  private readonly blocks: Blocks;

  constructor(p: Core, blocks: Blocks) {
    this.p = p;
    this.blocks = blocks;
    this.crossings = new Crossings(p);
    this.jumps = new JumpMemory(p);
  }

  /** Records are no more what they were. */
  forget(): void {
    this.crossings.clear();
    this.jumps.wipe();
    this.jumps.forget(this.mode, false);
  }

  /** At RIP: its record; 0 where it must run alone, and where fetching faults, which running it alone finds again. */
  findHere(): number {
    const low = this.p.view.getUint32(at.RIP, true);
    if (mayCross(low) && this.crossings.has(this.mode)) return 0;
    return this.find(low, this.p.view.getInt32(at.RIP + 4, true));
  }

  /**
   * The record of the code that generated code comes to next, or the guard before it; 0 where it must leave. Behind the last
   * tick nothing is looked for: that instruction is not due, and what its fetch does to tables and TLB may be seen before it.
   */
  private findNext(low: number, high: number, ticks: number): number {
    if (ticks <= 0) return 0;
    if (mayCross(low)) {
      this.p.view.setUint32(at.RIP, low, true);
      this.p.view.setInt32(at.RIP + 4, high, true);
      const guard = this.crossings.guard(this.mode);
      if (guard !== undefined) return guard;
    }
    return this.find(low, high);
  }

  /** Generated code stands before a guard: whether it must leave there. */
  guard(record: number, ticks: number): number {
    const rip = this.p.map.view.getBigUint64(record + at.R_RIP, true);
    this.p.view.setBigUint64(at.RIP, rip, true);
    try {
      if (this.crossings.passes(record, this.mode)) return 0;
    } catch (e) {
      if (!(e instanceof GuestFault)) throw e;
    }
    // The guard was paid for.
    this.notFound(this.p.view.getUint32(at.RIP, true), this.p.view.getInt32(at.RIP + 4, true), ticks + 1);
    return 1;
  }

  /** At RIP, as a block of its own; 0 as of `findHere`. */
  findAlone(): number {
    const low = this.p.view.getUint32(at.RIP, true);
    if (mayCross(low) && this.crossings.has(this.mode)) return 0;
    const high = this.p.view.getInt32(at.RIP + 4, true);
    const host = this.hostOf(low, high);
    return host < 0 ? 0 : this.blocks.findAlone(low, high, host, this.mode);
  }

  private find(low: number, high: number): number {
    const host = this.hostOf(low, high);
    return host < 0 ? 0 : this.blocks.find(low, high, host, this.mode);
  }

  /** Where in linear memory the code at an offset in CS lies; −1 beyond the limit, where it faults, and where no code is kept. */
  private hostOf(low: number, high: number): number {
    if (!this.p.long && low > this.mode.limit) return -1;
    try {
      return this.p.memory.codeHost(this.linear(low), high);
    } catch (e) {
      if (!(e instanceof GuestFault)) throw e;
      return -1;
    }
  }

  /** The lower half of the linear address of an offset in CS. */
  private linear(low: number): number {
    return this.p.long ? low : (this.mode.base + low) >>> 0;
  }

  /** Generated code leaves before the code at an offset in CS, `ticks` being left. */
  private notFound(low: number, high: number, ticks: number): number {
    this.p.view.setUint32(at.RIP, low, true);
    this.p.view.setInt32(at.RIP + 4, high, true);
    this.p.view.setInt32(at.LEFT_TICKS, ticks, true);
    this.p.view.setInt32(at.EXIT, at.EXIT_SYSTEM, true);
    return 0;
  }

  /** A block goes on to what follows it, or to its target: finds it, and keeps the way. Answers as `findNext` does. */
  link(record: number, field: number, ticks: number): number {
    const v = this.p.map.view;
    const from = v.getUint32(record + at.R_RIP, true);
    const fromHigh = v.getInt32(record + at.R_RIP + 4, true);
    let low = v.getUint32(record + at.R_TARGET, true);
    let high = v.getInt32(record + at.R_TARGET + 4, true);
    if (field !== at.R_LINK_TARGET) {
      low = from + v.getUint8(record + at.R_LENGTH);
      high = this.p.long && low > 0xffffffff ? (fromHigh + 1) | 0 : fromHigh;
      if (this.p.long) low >>>= 0;
    }
    let target = 0;
    const kept = this.blocks.keeps(record, () => {
      target = this.findNext(low, high, ticks);
    });
    if (!target) return this.notFound(low, high, ticks);
    const { base } = this.mode;
    const samePage = (base + from) >>> 12 === (base + low) >>> 12 && fromHigh === high;
    if (samePage || !this.p.memory.paging.on) {
      if (kept) this.blocks.link(record, field, target, samePage);
    } else this.remember(low, high, target);
    return target;
  }

  private remember(low: number, high: number, target: number): void {
    const isGlobal = this.p.memory.isGlobalCode(this.linear(low), high);
    this.jumps.remember(low, high, target, this.mode, isGlobal);
  }

  /** The same for a jump by a value. */
  jump(low: number, high: number, ticks: number): number {
    const target = this.findNext(low, high, ticks);
    if (!target) return this.notFound(low, high, ticks);
    this.remember(low, high, target);
    return target;
  }
}

/** Whether the instruction at an offset in CS may go on behind its page's end. */
function mayCross(low: number): boolean {
  return (low & (PAGE - 1)) > PAGE - 16;
}
