/**
 * What a lab is: files to edit, a machine to run them on, and a rubric that looks at that machine. Types only, and the
 * few functions that a check needs to say what it found. The grader (grader.ts) runs the same rubric in the page, in
 * Node and in the gradebook; a check is synchronous, sees nothing but its context, and spends ticks, never time.
 */
import type { AssembleAnswer, AssembleRequest, MachineConfiguration } from "../../engine/index.ts";
import type { Bench } from "./bench.ts";

/** A student's files by name. */
export type Files = Readonly<Record<string, string>>;

/** A point in one of the lab's runs. */
export interface Moment {
  /** Name of the run, a key of `Lab.scenarios`. */
  readonly scenario: string;
  /** Machine tick after the instruction that decided. "See it happen" opens the machine one tick earlier. */
  readonly tick: number;
  /** What decided, outlined in the views: a register (`EFLAGS`) or a linear address (`0x8000`). */
  readonly outline?: string;
}

/** A line of the student's source, from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** What a check found. */
export type Finding =
  | { readonly passed: true; readonly saw?: string }
  | {
      readonly passed: false;
      readonly expected: string;
      readonly saw: string;
      readonly moment?: Moment;
      readonly place?: Place;
    }
  /** Nothing to judge until another item passes. */
  | { readonly blockedBy: string };

/** One row of a rubric. */
export interface Item {
  readonly id: string;
  readonly title: string;
  readonly points: number;
  /** Items that must have passed; otherwise this one is "not reached". They stand earlier in the rubric. */
  readonly dependsOn?: readonly string[];
  check(context: Context): Finding;
}

/** A check that is run after hand-in only: the page knows its title, and nothing else of it. */
export interface LaterItem {
  readonly id: string;
  readonly title: string;
}

/** What a check may look at. */
export interface Context {
  readonly files: Files;
  readonly build: AssembleAnswer;
  readonly lab: Lab;
  readonly bench: Bench;
  /** The value of `observe` for this grading, worked out once, however many checks ask. */
  once<T>(observe: (context: Context) => T): T;
  /** The source line that the byte at linear `address` came from. */
  placeOf(address: number): Place | undefined;
}

/** A way to run the lab's machine that differs from switching it on: what is changed at one address. */
export interface Scenario {
  /** Said in the page: "Run with other values in the registers". */
  readonly title: string;
  /** Linear address where the changes are made, the first time it is about to execute. */
  readonly at: number;
  /** Names and values as `Machine.writeRegister` takes them. */
  readonly registers?: readonly (readonly [name: string, value: bigint])[];
  /** Physical memory that gets a known pattern, so that a write to it is seen whatever was written. */
  readonly fill?: readonly { readonly from: number; readonly length: number }[];
}

export interface Lab {
  readonly id: string;
  /** Grows when the rubric or the files change; a hand-in names the one it was made with. */
  readonly version: number;
  readonly title: string;
  /** Names of the files that a student edits; the first is open at the start. */
  readonly files: readonly string[];
  /** From the gentlest on; the page shows one at a time. */
  readonly hints: readonly string[];
  /** What the assembler gets. */
  source(files: Files): { readonly text: string; readonly request: AssembleRequest };
  /** The machine that runs what the assembler made. */
  configuration(build: AssembleAnswer): MachineConfiguration;
  /** Views of the machine besides code, registers, memory and screen: `ring-page-tables`. */
  readonly views?: readonly string[];
  readonly scenarios: Readonly<Record<string, Scenario>>;
  readonly items: readonly Item[];
  readonly later: readonly LaterItem[];
  /** Ticks that one grading may spend over all its machines; when they are gone, every run stops at once. */
  readonly budget: number;
}

/** A wrong solution: what it must lose, and nothing else. */
export interface WrongSolution {
  readonly items: readonly string[];
  readonly points: number;
  /** What makes it of the solution: this text, where it stands first, becomes that one. Without it there is a folder. */
  readonly change?: readonly [from: string, to: string];
}

/** A lab's wrong solutions by name: a folder under wrong/, or a change. */
export type WrongSolutions = Readonly<Record<string, WrongSolution>>;

/** What a scenario writes, in order: for a machine here and, by way of its worker, for one in the page. */
export type ScenarioWrite =
  | { readonly register: string; readonly value: bigint }
  | { readonly address: number; readonly bytes: Uint8Array };

export function* scenarioWrites(scenario: Scenario): Generator<ScenarioWrite> {
  for (const { from, length } of scenario.fill ?? []) {
    // A machine of a page takes 64 KiB at a time.
    for (let at = from; at < from + length; at += 0x10000) {
      yield { address: at, bytes: pattern(at, Math.min(0x10000, from + length - at)) };
    }
  }
  for (const [register, value] of scenario.registers ?? []) yield { register, value };
}

/** The bytes of the known pattern: never 0, FF, or a printable character, and no two neighbours alike. */
export function pattern(address: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = 0x81 + (((address + i) * 37) % 101);
  return bytes;
}

/** Answers `lab`, or throws where its rubric cannot mean what it says: a fault of the lab's author. */
export function defineLab(lab: Lab): Lab {
  const seen = new Set<string>();
  for (const item of lab.items) {
    for (const id of item.dependsOn ?? []) {
      if (!seen.has(id)) throw new Error(`${lab.id}: ${item.id} depends on ${id}, which does not stand before it`);
    }
    if (seen.has(item.id)) throw new Error(`${lab.id}: two items are named ${item.id}`);
    if (!Number.isInteger(item.points) || item.points < 1) throw new Error(`${lab.id}: ${item.id} has no points`);
    seen.add(item.id);
  }
  const points = lab.items.reduce((sum, item) => sum + item.points, 0);
  if (points !== 100) throw new Error(`${lab.id}: the items' points sum to ${points}, not 100`);
  return lab;
}
