/**
 * Performance counters: retired instructions, cycles and branches, each split by privilege. Every other event counts
 * nothing: nothing is predicted, so no branch is mispredicted. A repeated string instruction counts each of its iterations.
 * The core takes a cycle an instruction, at a tenth of the time-stamp counter's rate. Deterministic: a counter is a
 * difference to the processor's own counts. Branches, interrupts and exceptions among them, are counted only while a
 * counter is on for them, block by block.
 *
 * An overflow that asks for an interrupt makes it at the boundary behind its instruction (overflows.ts). Not modelled:
 * counter masks, edge detection.
 * Source: AMD APM vol. 2, 13.2 "Performance Monitoring Counters"; Intel SDM vol. 3B, 20.6.1.
 */
import type { Core } from "../core.ts";
import * as fault from "../fault.ts";
import { raise } from "../fault.ts";
import * as at from "../layout.ts";
import { CR4_PCE } from "../registers.ts";
import { has, isIntel } from "./features.ts";
import type { Operation } from "./operation.ts";

const USER = 1n << 16n;
const KERNEL = 1n << 17n;
export const LEVELS = USER | KERNEL;
export const INTERRUPTS = 1n << 20n;
const ENABLED = 1n << 22n;
const COUNTER_MASK = 0xffn << 24n;

const RETIRED_INSTRUCTIONS = 0xc0n;
const CYCLES_AMD = 0x76n;
const CYCLES_P6 = 0x79n;
const CYCLES_INTEL = 0x3cn;
const BRANCHES_AMD = 0xc2n;
const BRANCHES_INTEL = 0xc4n;

export type Counted = "instructions" | "branches";

export const selectAt = (i: number): number => at.PERFORMANCE + 16 * i;
const valueAt = (i: number): number => at.PERFORMANCE + 16 * i + 8;

const EVENTS: ReadonlyMap<bigint, Counted> = new Map([
  [RETIRED_INSTRUCTIONS, "instructions"],
  [CYCLES_AMD, "instructions"],
  [BRANCHES_AMD, "branches"],
]);
const EVENTS_INTEL: ReadonlyMap<bigint, Counted> = new Map([
  [RETIRED_INSTRUCTIONS, "instructions"],
  [CYCLES_P6, "instructions"],
  [CYCLES_INTEL, "instructions"],
  [BRANCHES_INTEL, "branches"],
]);

/** What a counter with this event select counts, at the levels that it asks for; undefined: nothing. */
export function countedBy(p: Core, select: bigint): Counted | undefined {
  if (!(select & ENABLED) || select & COUNTER_MASK) return undefined;
  return (isIntel(p) ? EVENTS_INTEL : EVENTS).get((select & 0xffn) | ((select >> 24n) & 0xf00n));
}

/** It counts at the present privilege level. */
export const countsHere = (p: Core, select: bigint): boolean => (select & (p.cpl === 3 ? USER : KERNEL)) !== 0n;

/** What the event has counted since reset. */
export function counted(p: Core, select: bigint): bigint {
  const what = countedBy(p, select);
  if (what === undefined) return 0n;
  const { kernel, user } = what === "branches" ? branches(p) : instructions(p);
  return (select & USER ? user : 0n) + (select & KERNEL ? kernel : 0n);
}

function instructions(p: Core): { kernel: bigint; user: bigint } {
  const all = p.view.getBigUint64(at.RETIRED, true) + BigInt(p.unretired);
  const offset = p.view.getBigInt64(at.RETIRED_USER, true);
  const user = p.cpl === 3 ? all + offset : offset;
  return { kernel: all - user, user };
}

function branches(p: Core): { kernel: bigint; user: bigint } {
  return { kernel: p.view.getBigUint64(at.BRANCHES, true), user: p.view.getBigUint64(at.BRANCHES_USER, true) };
}

/** A branch, interrupt or exception, while a counter is on for them. */
export function countBranch(p: Core, isUser: boolean): void {
  const where = isUser ? at.BRANCHES_USER : at.BRANCHES;
  p.view.setBigUint64(where, p.view.getBigUint64(where, true) + 1n, true);
}

/** AMD's counters are 48 bits wide, the P6's 40. */
export const widthOf = (p: Core): number => (isIntel(p) ? 40 : 48);

/** The counter now. */
export function counterValue(p: Core, i: number): bigint {
  const select = p.view.getBigUint64(selectAt(i), true);
  return BigInt.asUintN(widthOf(p), p.view.getBigInt64(valueAt(i), true) + counted(p, select));
}

/** A P6 takes 32 bits and extends their sign (Intel SDM vol. 3B, 20.6.1.2). */
export function setCounter(p: Core, i: number, value: bigint): boolean {
  const wide = isIntel(p) ? BigInt.asIntN(32, value) : value;
  const select = p.view.getBigUint64(selectAt(i), true);
  p.view.setBigInt64(valueAt(i), BigInt.asUintN(widthOf(p), wide) - counted(p, select), true);
  p.countersChanged();
  return true;
}

/** Selects an event; the count goes on from where it is. */
export function setEvent(p: Core, i: number, select: bigint): boolean {
  const value = counterValue(p, i);
  p.view.setBigUint64(selectAt(i), select, true);
  p.view.setBigInt64(valueAt(i), value - counted(p, select), true);
  p.countersChanged();
  return true;
}

/** RDPMC. Source: AMD APM vol. 3, RDPMC. */
export const readCounter: Operation = (p) => {
  if (p.cpl !== 0 && !(p.control(4) & CR4_PCE)) raise(fault.GP, 0);
  const count = isIntel(p) ? 2 : has(p, "PERFCTR_CORE") ? 6 : 4;
  const i = p.register(1);
  if (i >= count) raise(fault.GP, 0);
  const value = counterValue(p, i);
  p.setRegister(0, Number(value & 0xffffffffn));
  p.setRegister(2, Number(value >> 32n));
};

/** The privilege level has become 3, or is it no longer: what RETIRED_USER says. */
export function countPrivilege(p: Core): void {
  const v = p.view;
  const counts = v.getInt32(at.COUNTS_USER, true) === 0;
  v.setInt32(at.COUNTS_USER, counts ? 1 : 0, true);
  // Two words: this is done at each system call, twice.
  const low = v.getUint32(at.RETIRED, true) + p.unretired;
  const high = v.getUint32(at.RETIRED + 4, true) + Math.floor(low / 2 ** 32);
  const sign = counts ? -1 : 1;
  const userLow = v.getUint32(at.RETIRED_USER, true) + sign * (low >>> 0);
  const userHigh = v.getUint32(at.RETIRED_USER + 4, true) + sign * high + Math.floor(userLow / 2 ** 32);
  v.setUint32(at.RETIRED_USER, userLow, true);
  v.setUint32(at.RETIRED_USER + 4, userHigh, true);
}
