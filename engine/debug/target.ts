/** What a debugger's stub needs of a machine. Processors go by number, from 0; addresses are linear unless it says physical. */

/** Accesses to memory that a watchpoint stops at, as packets Z2, Z3 and Z4 number them. */
export type WatchKind = "write" | "read" | "access";

/** Places and accesses that stop the machine. */
export type Point =
  | { readonly kind: "software" | "hardware"; readonly address: bigint }
  | { readonly kind: WatchKind; readonly address: bigint; readonly bytes: number };

/** How the machine shall move on. `step`: one instruction of a processor, while the others go on. */
export type Motion =
  | { readonly kind: "continue" }
  | { readonly kind: "step"; readonly processor: number }
  | { readonly kind: "step back" | "continue back" };

/** Why it stands again. `signal`: as POSIX numbers them; `begin`: its known past begins here. */
export interface Stop {
  readonly signal: number;
  readonly processor: number;
  readonly met?: Point;
  readonly isBegin?: boolean;
}

export const [SIGINT, SIGQUIT, SIGTRAP] = [2, 3, 5] as const;

export interface Target {
  /** Its registers are told as those of a processor with 64-bit mode. */
  readonly isWide: boolean;
  readonly processors: number;
  /** The processor whose turn it is. */
  readonly current: number;
  readonly hasPast: boolean;
  /** A processor's state in a word or two, for lists. */
  describe(processor: number): string;
  /** By the names of machine/registernames.ts. */
  readRegister(processor: number, name: string): bigint;
  writeRegister(processor: number, name: string, value: bigint): void;
  /** Undefined where any of it is not mapped. */
  readMemory(processor: number, address: bigint, bytes: number, physical: boolean): Uint8Array | undefined;
  /** False where any of it has nowhere to go. */
  writeMemory(processor: number, address: bigint, bytes: Uint8Array, physical: boolean): boolean;
  /** All points at once, in place of those before. */
  arm(points: readonly Point[]): void;
  /** The present program counter is what a debugger compares breakpoints with: CS has no base. */
  isFlat(processor: number): boolean;
  /** Moves on until something stops it, which the stub is told. */
  go(motion: Motion): void;
  /** Stops what moves, and tells the stub so. */
  halt(): void;
  /** Carries out a command of the monitor's; what it says. */
  monitor(command: string): string;
  /** The debugger wants the machine ended. */
  kill(): void;
}
