/** One entry of a PCI function's list of capabilities (PCI Local Bus Specification 3.0, 6.7). */

/** A capability: what follows its ID and next pointer. */
export interface Capability {
  readonly id: number;
  readonly body: readonly number[];
  /** Bits of `body` that software can write; none unless given. */
  readonly writable?: readonly number[];
  /** Where it is; behind the one before (from 40h) unless given. */
  readonly offset?: number;
}
