/**
 * What the rubric looks at: the machine when the program of ring 3 is about to begin, and from there one run for each of
 * its three ways into ring 0, an instruction at a time, until it is back in ring 3 or something went wrong.
 */
import type { MachineStatus, RegisterFile, Snapshot } from "../../engine/index.ts";
import type { Context, Scenario } from "../../widgets/lab/rubric.ts";
import { isOver, observeStart, startAgain, takeExceptions } from "../bootsector.ts";
import { USER, WAYS } from "./start.ts";

export type Way = keyof typeof WAYS;

/** The floppy is slow: reading the rest of the program takes most of it. */
const SETUP_TICKS = 20_000_000;
/** A handler needs two instructions. */
const HANDLER_STEPS = 500;

export interface Arrival {
  /** 8000 was about to execute. */
  readonly reached: boolean;
  readonly status: MachineStatus;
  readonly registers: RegisterFile;
  readonly snapshot: Snapshot;
  readonly exceptions: readonly string[];
}

/** Runs the student's `setup`, to the first instruction of ring 3. */
export function observeArrival(context: Context): Arrival {
  const { machine, snapshot, status: entry } = context.once(observeStart);
  startAgain(machine, snapshot);
  const limit = entry.tick + SETUP_TICKS;
  let status = machine.run({ tick: limit, address: USER });
  // The firmware's service waits for the drive in HLT.
  while (status.address !== USER && status.tick < limit && !isOver(status)) {
    status = machine.run({ tick: limit, address: USER });
  }
  const exceptions = takeExceptions(machine);
  return {
    reached: status.address === USER && status.mode === "long",
    status,
    registers: machine.registers(),
    snapshot: machine.snapshot(),
    exceptions,
  };
}

/** One way into ring 0 and back. */
export interface Crossing {
  readonly before: RegisterFile;
  /** After the instruction itself. */
  readonly inside: { readonly status: MachineStatus; readonly registers: RegisterFile };
  /** Back in ring 3, or where it ended. */
  readonly end: { readonly status: MachineStatus; readonly registers: RegisterFile };
  readonly exceptions: readonly string[];
  /** By how much its counter grew. */
  readonly counted: number;
  /** Bytes below the stack pointer of ring 3 that were written. */
  readonly scribbled: number;
}

export const observeInterrupt = (context: Context): Crossing => observeCrossing(context, "interrupt");
export const observeGate = (context: Context): Crossing => observeCrossing(context, "gate");
export const observeSyscall = (context: Context): Crossing => observeCrossing(context, "syscall");

/** Runs one way, in the lab's scenario of that name or in one that a hidden check brings. */
export function observeCrossing(context: Context, way: Way, scenario: Scenario = context.lab.scenarios[way]): Crossing {
  const { machine } = context.once(observeStart);
  const { snapshot } = context.once(observeArrival);
  startAgain(machine, snapshot, scenario);
  const before = machine.registers();
  const stack = Number(before.general.find(({ name }) => name === "RSP")?.value ?? 0n);
  const below = () => machine.readPhysical(Math.max(0, stack - 64), 64);
  const counter = () => new DataView(machine.readPhysical(WAYS[way].counter, 8).slice().buffer).getUint32(0, true);
  const [oldStack, oldCount] = [below().slice(), counter()];
  const state = () => ({ status: machine.status, registers: machine.registers() });
  machine.run({ ticks: 1 });
  const inside = state();
  for (let i = 0; i < HANDLER_STEPS && machine.status.ring !== 3 && !isOver(machine.status); i++)
    machine.run({ ticks: 1 });
  const exceptions = takeExceptions(machine);
  const newStack = below();
  return {
    before,
    inside,
    end: state(),
    exceptions,
    counted: counter() - oldCount,
    scribbled: newStack.filter((byte, i) => byte !== oldStack[i]).length,
  };
}
