/** Exceptions of the guest as values. Source: AMD APM vol. 2, 8.2 "Vectors". */

export interface Fault {
  readonly vector: number;
  /** Absent where the vector pushes none. */
  readonly errorCode?: number;
}

/**
 * How a plain TypeScript operation leaves half-way: thrown inside `cpu/`, caught where generated code or `run` called it.
 * Not an Error: it carries no stack trace, which would cost more than the operation.
 */
export class GuestFault {
  readonly fault: Fault;
  /** The operation had its effect, and the fault comes behind it: a task switch whose new task is faulty. */
  isCommitted = false;
  constructor(fault: Fault) {
    this.fault = fault;
  }
}

/** An access that is not canonical, or reaches past 4 GiB: #GP(0), or #SS(0) where it is the stack's. */
export const BEYOND: Fault = { vector: 13, errorCode: 0 };

export const DE = 0;
export const DB = 1;
export const NMI = 2;
export const BP = 3;
export const OF = 4;
export const BR = 5;
export const UD = 6;
export const NM = 7;
export const DF = 8;
export const TS = 10;
export const NP = 11;
export const SS = 12;
export const GP = 13;
export const PF = 14;
export const MF = 16;
export const AC = 17;
export const XF = 19;

const NAMES: Record<number, string> = {
  [DE]: "#DE",
  [DB]: "#DB",
  [NMI]: "NMI",
  [BP]: "#BP",
  [OF]: "#OF",
  [BR]: "#BR",
  [UD]: "#UD",
  [NM]: "#NM",
  [DF]: "#DF",
  [TS]: "#TS",
  [NP]: "#NP",
  [SS]: "#SS",
  [GP]: "#GP",
  [PF]: "#PF",
  [MF]: "#MF",
  [AC]: "#AC",
  18: "#MC",
  [XF]: "#XF",
};

/** The manual's name of an exception's vector. */
export function exceptionName(vector: number): string {
  return NAMES[vector] ?? `vector ${vector}`;
}

export function raise(vector: number, errorCode?: number): never {
  throw new GuestFault(errorCode === undefined ? { vector } : { vector, errorCode });
}

/** A fault that says nothing but its vector: an error code of 0 where the vector pushes one. */
export function plain(vector: number): Fault {
  return vector === DF || (vector >= TS && vector <= PF) || vector === AC ? { vector, errorCode: 0 } : { vector };
}

/**
 * What a second exception while delivering a first one makes: a double fault, or just the second.
 * Source: AMD APM vol. 2, 8.2.9 "#DF"; Intel SDM vol. 3A, table 6-5.
 */
export function makesDoubleFault(first: number, second: number): boolean {
  const contributory = (v: number) => v === DE || (v >= TS && v <= GP);
  if (first === PF) return second === PF || contributory(second);
  return contributory(first) && contributory(second);
}
