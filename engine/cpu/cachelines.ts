/**
 * Which processors have which lines of RAM in their caches: a model of a coherence protocol, for the ledger. A line of 64
 * bytes has any number of holders who only load from it, or one who may store to it: MESI without the difference of its M and
 * E, with caches that never run out of room.
 *
 * Counted are loads and stores of instructions, stacks that interrupts and tasks use among them. Not modelled: fetches, walks
 * of page tables, reads of descriptor tables, and what devices do to memory. A line that nobody has comes from memory, which
 * is free.
 *
 * Source: AMD APM vol. 2, 7.3 "Memory Coherency and Protocol".
 */
import type { Ledger } from "./ledger.ts";

const LINE_BITS = 6;

export class CacheLines {
  readonly name = "cacheLines";
  /** Of each line of RAM, the processors that hold it: bit 0 is processor 0. */
  readonly state: { readonly holders: Uint8Array };

  constructor(ramBytes: number) {
    this.state = { holders: new Uint8Array(ramBytes >> LINE_BITS) };
  }

  /** Caches begin empty. */
  reset(): void {
    this.state.holders.fill(0);
  }

  /** Processor `n` loads from or stores to `bytes` at a place in RAM; what lies behind its end is no RAM. */
  access(n: number, place: number, bytes: number, write: boolean, ledger: Ledger): void {
    const { holders } = this.state;
    const me = 1 << n;
    const last = Math.min((place + bytes - 1) >> LINE_BITS, holders.length - 1);
    for (let line = place >> LINE_BITS; line <= last; line++) {
      const held = holders[line] as number;
      const others = held & ~me;
      if (write) {
        if (others) ledger.add("lineClaims");
        holders[line] = me;
      } else if (!(held & me)) {
        if (others) ledger.add("lineFetches");
        holders[line] = held | me;
      }
    }
  }
}
