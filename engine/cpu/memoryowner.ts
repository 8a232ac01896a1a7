/** What linear memory and paging need of their processor. */
import type { DebugRegisters } from "./debugregisters.ts";
import type { Fault } from "./fault.ts";
import type { Ledger } from "./ledger.ts";
import type { Model } from "./models.ts";
import type { PhysicalMap } from "./physical.ts";
import type { SegmentFile } from "./segments.ts";

export interface MemoryOwner {
  readonly cpu: number;
  /** Which of its machine's processors it is. */
  readonly number: number;
  readonly map: PhysicalMap;
  readonly view: DataView;
  readonly segments: SegmentFile;
  readonly model: Model;
  readonly debug: DebugRegisters;
  readonly ledger: Ledger;
  readonly cpl: number;
  /** In 64-bit mode; and: CS, DS, ES and SS all cover 4 GiB from 0. */
  readonly long: boolean;
  readonly flat: boolean;
  /** The instruction in progress runs alone. */
  readonly alone: boolean;
  needsAlone: boolean;
  mustLeave: boolean;
  pendingFault: Fault | undefined;
  /** A control register's low 32 bits. */
  control(n: 0 | 2 | 3 | 4): number;
  /** What is derived from the mapping of linear addresses is forgotten. */
  mappingChanged(butGlobal?: boolean): void;
}
