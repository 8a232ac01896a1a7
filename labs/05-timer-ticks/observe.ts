/**
 * What the rubric looks at: the machine when the given program is about to wait, every tick from there on until it has
 * counted enough, and one spurious interrupt while IRQ 0 is in service.
 */
import type { MachineStatus, RegisterFile, Until } from "../../engine/index.ts";
import type { BenchMachine } from "../../widgets/lab/bench.ts";
import type { Context, Scenario } from "../../widgets/lab/rubric.ts";
import type { PicState } from "../../widgets/model/interrupt-lines.ts";
import { isOver, observeStart, startAgain } from "../bootsector.ts";
import { type Arrival, runToProgram } from "../crossings.ts";
import { GHOST, PROGRAM, TICKS, WANTED } from "./start.ts";

export const TIMER = 0x20;
export const SPURIOUS = 0x27;
/** One second of guest time: ten ticks at 18.2 Hz take 0.55. */
const RUN_TICKS = 200_000_000;
/** Two ticks at 18.2 Hz take 22,000,000. */
const GHOST_TICKS = 40_000_000;
const HANDLER_STEPS = 1000;

export interface Controllers {
  readonly first: PicState;
  readonly second: PicState;
}

export const observeArrival = (context: Context): Arrival & Controllers => {
  const arrival = runToProgram(context, PROGRAM.from);
  return { ...arrival, ...controllers(context.once(observeStart).machine) };
};

export function controllers(machine: BenchMachine): Controllers {
  const devices = machine.devices();
  return { first: devices["i8259.master"] as PicState, second: devices["i8259.slave"] as PicState };
}

/** One interrupt, handled. */
export interface Handled {
  /** When its handler began. */
  readonly tick: number;
  /** At the handler's first instruction, and back in the program. */
  readonly entered: RegisterFile;
  readonly pushedFlags: number;
  readonly left: RegisterFile;
  readonly status: MachineStatus;
  /** The program goes on. */
  readonly back: boolean;
  readonly after: Controllers;
  readonly counted: number;
}

export interface TickRun {
  readonly scenario: string;
  readonly ticks: readonly Handled[];
  readonly status: MachineStatus;
  readonly counted: number;
}

/** Runs the program until it ends, or for a second. */
export function observeTicks(context: Context): TickRun {
  const { machine } = context.once(observeStart);
  const arrival = context.once(observeArrival);
  startAgain(machine, arrival.snapshot);
  const limit = arrival.status.tick + RUN_TICKS;
  const ticks: Handled[] = [];
  while (ticks.length <= WANTED) {
    const handled = nextHandled(machine, limit, TIMER);
    if (!handled) break;
    ticks.push(handled);
    if (!handled.back) break;
  }
  return { scenario: "plain", ticks, status: machine.status, counted: readTicks(machine) };
}

/** One spurious interrupt by vector 27h; undefined where none came. */
export function observeGhost(context: Context, scenario: Scenario = context.lab.scenarios["ghost"]) {
  const { machine } = context.once(observeStart);
  const arrival = context.once(observeArrival);
  startAgain(machine, arrival.snapshot, scenario);
  const limit = arrival.status.tick + GHOST_TICKS;
  const handled = machine.status.address === GHOST ? nextHandled(machine, limit, SPURIOUS) : undefined;
  return { handled, status: machine.status };
}

/** Runs to the next interrupt by `vector`, and through its handler. */
function nextHandled(machine: BenchMachine, limit: number, vector: number): Handled | undefined {
  const isIt = { event: { kind: "interrupt", vector } } as const;
  if (!runUntil(machine, { tick: limit, ...isIt })) return undefined;
  const entered = machine.registers();
  const { tick } = machine.status;
  const pushedFlags = word(machine.readPhysical(pointer(entered) + 8, 4));
  let { status } = machine;
  const inProgram = () => status.address >= PROGRAM.from && status.address < PROGRAM.to;
  for (let i = 0; i < HANDLER_STEPS && !inProgram() && !isOver(status); i++) status = machine.run({ ticks: 1 });
  const back = inProgram() && !isOver(status);
  const [left, after, counted] = [machine.registers(), controllers(machine), readTicks(machine)];
  return { tick, entered, pushedFlags, left, status, back, after, counted };
}

/** Whether what is awaited came; a processor that only waits goes on. */
function runUntil(machine: BenchMachine, until: Until & { tick: number }): boolean {
  let status: MachineStatus;
  do status = machine.run(until);
  while (status.reason.kind === "halt" && !status.reason.forever && status.tick < until.tick);
  return status.reason.kind === "until" && status.tick < until.tick;
}

export const pointer = ({ general }: RegisterFile): number =>
  Number(general.find(({ name }) => name === "ESP")?.value ?? 0n);

function word(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
}

export const readTicks = (machine: BenchMachine): number => word(machine.readPhysical(TICKS, 4));
