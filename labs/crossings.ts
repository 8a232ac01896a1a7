/**
 * An instruction that goes to a handler and should come back, as a rubric sees it: registers before and after, what was
 * delivered, where the program went on. Shared by the labs of lesson 5. The student's source is never read.
 */
import type { MachineEvent, MachineStatus, RegisterFile, Snapshot } from "../engine/index.ts";
import type { BenchMachine } from "../widgets/lab/bench.ts";
import type { Context, Finding, Moment, Place, Scenario } from "../widgets/lab/rubric.ts";
import { hex, isOver, observeStart, startAgain } from "./bootsector.ts";

/** The floppy is slow: reading the rest of the program takes most of it. */
const SETUP_TICKS = 40_000_000;

/** Where the given program stands, linear: `[from, to)`. */
export interface Region {
  readonly from: number;
  readonly to: number;
}

/** The machine when the given program is about to begin: what the student's file prepared is there. */
export interface Arrival {
  readonly reached: boolean;
  readonly status: MachineStatus;
  readonly registers: RegisterFile;
  readonly snapshot: Snapshot;
  readonly events: readonly MachineEvent[];
}

/** Runs from 0000:7C00 to `address`. */
export function runToProgram(context: Context, address: number): Arrival {
  const { machine, snapshot, status: entry } = context.once(observeStart);
  startAgain(machine, snapshot);
  const limit = entry.tick + SETUP_TICKS;
  let status = machine.run({ tick: limit, address });
  // The firmware's service waits for the drive in HLT.
  while (status.address !== address && status.tick < limit && !isOver(status)) {
    status = machine.run({ tick: limit, address });
  }
  return {
    reached: status.address === address,
    status,
    registers: machine.registers(),
    snapshot: machine.snapshot(),
    events: machine.takeEvents(),
  };
}

/** One way into a handler and back. */
export interface Crossing {
  readonly scenario: string;
  readonly before: RegisterFile;
  /** Back in the program, or where it ended. */
  readonly status: MachineStatus;
  readonly after: RegisterFile;
  readonly back: boolean;
  readonly events: readonly MachineEvent[];
  /** The machine as it was then. */
  machine(): BenchMachine;
}

export interface CrossingRequest {
  readonly arrival: Arrival;
  readonly name: string;
  readonly program: Region;
  /** Instructions that the handler may take. */
  readonly steps: number;
  /** How often it may come back to the instruction itself and have it executed again; 0 unless given. */
  readonly retries?: number;
  /** In place of the lab's scenario of that name: a hidden check brings one. */
  readonly scenario?: Scenario;
}

/** Executes the instruction that a scenario points EIP to, and on until the program goes on or nothing more happens. */
export function observeCrossing(
  context: Context,
  { arrival, name, program, steps, retries = 0, scenario = context.lab.scenarios[name] }: CrossingRequest,
): Crossing {
  const { machine } = context.once(observeStart);
  startAgain(machine, arrival.snapshot, scenario);
  const before = machine.registers();
  const inProgram = ({ address }: MachineStatus) => address >= program.from && address < program.to;
  const culprit = machine.status.address;
  let status = machine.run({ ticks: 1 });
  let left = retries;
  for (let i = 0; i < steps && !isOver(status); i++) {
    if (inProgram(status) && (status.address !== culprit || left-- === 0)) break;
    status = machine.run({ ticks: 1 });
  }
  const after = machine.registers();
  const snapshot = machine.snapshot();
  return {
    scenario: name,
    before,
    status,
    after,
    back: inProgram(status) && !isOver(status),
    events: machine.takeEvents(),
    machine() {
      machine.restore(snapshot);
      return machine;
    },
  };
}

/** Registers that differ, each with what it was and is; without those in `except`. RF of the flags does not count. */
export function changedRegisters(before: RegisterFile, after: RegisterFile, except: readonly string[] = []): string[] {
  const changed: string[] = [];
  const compare = (name: string, was: bigint | number, is: bigint | number, digits: number) => {
    if (was !== is && !except.includes(name))
      changed.push(`${name} = ${hex(is, digits)} instead of ${hex(was, digits)}`);
  };
  for (const [i, { name, value }] of before.general.entries()) compare(name, value, after.general[i]?.value ?? 0n, 8);
  for (const [i, { name, selector }] of before.segments.entries()) {
    compare(name, selector, after.segments[i]?.selector ?? 0, 4);
  }
  const withoutRf = (flags: number) => flags & ~0x10000;
  compare("EFLAGS", withoutRf(before.flags), withoutRf(after.flags), 8);
  return changed;
}

/** "delivered #DE, then #GP": what came of an instruction; "nothing was delivered". */
export function deliveredText(events: readonly MachineEvent[]): string {
  const names = events.flatMap((event) => {
    if (event.kind === "exception") return [event.name];
    return event.kind === "interrupt" ? [`vector ${hex(event.vector, 2)}`] : [];
  });
  return names.length > 0 ? `delivered ${names.slice(0, 4).join(", then ")}` : "nothing was delivered";
}

/** Where a crossing ended: its moment, and the line of the instruction there. */
export function endOfCrossing(
  context: Context,
  { scenario, status }: Crossing,
  outline?: string,
): { moment: Moment; place: Place | undefined } {
  const moment = { scenario, tick: status.tick, ...(outline ? { outline } : {}) };
  return { moment, place: context.placeOf(status.address) };
}

/** A crossing that did not come back, or came back elsewhere than at `to`; undefined where it is there. */
export function notBackAt(context: Context, crossing: Crossing, to: number, culprit: number): Finding | undefined {
  const { back, status, events } = crossing;
  if (back && status.address === to) return undefined;
  const expected = `the program goes on at ${hex(to)}`;
  const { reason } = status;
  const saw =
    reason.kind === "triple fault"
      ? `triple fault: ${reason.chain.join(", ")}`
      : !back
        ? `${deliveredText(events)}; the program never went on: the machine is at ${hex(status.address)}`
        : status.address === culprit
          ? "back at the same instruction, which will fault again"
          : `it went on at ${hex(status.address)}`;
  return { passed: false, expected, saw, ...endOfCrossing(context, crossing, "EIP") };
}
