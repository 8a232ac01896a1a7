/** What system/gates.ts remembers of interrupts and returns that were checked before. Derived. */

/** A descriptor of the GDT as it was checked for privilege and mode `tag`, and the segment register it made. */
export interface Checked {
  readonly tag: number;
  readonly selector: number;
  readonly gdtBase: number;
  readonly gdtLimit: number;
  readonly low: number;
  readonly high: number;
  /** The register's 32 bytes. */
  readonly segment: Int32Array;
}

export interface Delivery {
  readonly gateLow: number;
  readonly gateHigh: number;
  readonly code: Checked;
  /** The handler runs at a more privileged level, on a stack from the TSS. */
  readonly stack: Checked | undefined;
  readonly level: number;
}

/** Segments returned to that are kept. */
export const RETURNS = 16;

export class GateMemory {
  /** By vector, INT n's apart. */
  readonly deliveries: (Delivery | undefined)[] = new Array(512).fill(undefined);
  /** Code and stack segments returned to, by selector. */
  readonly codes: (Checked | undefined)[] = new Array(RETURNS).fill(undefined);
  readonly stacks: (Checked | undefined)[] = new Array(RETURNS).fill(undefined);
}
