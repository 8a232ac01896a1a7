/**
 * Watchpoints set from outside, by a debugger: which loads and stores of instructions it wants to hear of. The guest does not
 * see them. As with data breakpoints of the debug registers (debugregisters.ts), a processor that has any runs one instruction
 * at a time, every access is looked at, and what an instruction met is told behind it, unless it faulted.
 *
 * Not seen: what instruction fetch, page walks, reads of descriptor tables and devices do to memory.
 */

export interface Watchpoint {
  /** The linear address: its two words, the high one signed. */
  readonly low: number;
  readonly high: number;
  readonly bytes: number;
  readonly reads: boolean;
  readonly writes: boolean;
}

export class Watchpoints {
  list: readonly Watchpoint[] = [];
  /** The first that the instruction in progress has met. */
  met: Watchpoint | undefined;

  /** An access of the instruction in progress; one that crosses a multiple of 4 GiB is seen on its lower side. */
  access(low: number, high: number, bytes: number, write: boolean): void {
    const met = this.list.find(
      (w) => (write ? w.writes : w.reads) && w.high === high && low < w.low + w.bytes && w.low < low + bytes,
    );
    this.met ??= met;
  }
}
