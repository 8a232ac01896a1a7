/**
 * What labs have in common whose program starts as a boot sector: the disk, the machine from power-on to 0000:7C00, the
 * ways of starting again from there, and the first question of their rubrics. Nothing here reads a student's source.
 */
import type { AssembleAnswer, MachineStatus, Snapshot } from "../engine/index.ts";
import type { BenchMachine } from "../widgets/lab/bench.ts";
import {
  type Context,
  type Finding,
  type Moment,
  type Place,
  type Scenario,
  scenarioWrites,
} from "../widgets/lab/rubric.ts";

export const ENTRY = 0x7c00;
export const SECTOR = 512;
/** 1.44 MB: 80 cylinders, 2 heads, 18 sectors. */
const FLOPPY_BYTES = 80 * 2 * 18 * SECTOR;
/** Two guest seconds for the firmware. */
const BOOT_TICKS = 400_000_000;

/** A floppy disk that begins with the program. */
export function floppyOf({ bytes }: AssembleAnswer): Uint8Array {
  const floppy = new Uint8Array(FLOPPY_BYTES);
  floppy.set(bytes.subarray(0, FLOPPY_BYTES));
  return floppy;
}

/** The machine as the firmware leaves it. */
export interface Entry {
  readonly machine: BenchMachine;
  /** Whether 0000:7C00 was about to execute. */
  readonly reached: boolean;
  readonly status: MachineStatus;
  readonly snapshot: Snapshot;
}

/** Powers on and runs to 0000:7C00, or to the firmware's giving up. */
export function observeStart(context: Context): Entry {
  const machine = context.bench.powerOn(context.lab.configuration(context.build));
  const limit = machine.status.tick + BOOT_TICKS;
  // INT 18h is how firmware says that it found nothing to boot (BIOS Boot Specification 1.01, 6.7).
  const status = machine.run({ tick: limit, address: ENTRY, event: { kind: "interrupt", vector: 0x18 } });
  const reached = status.cs === 0 && status.ip === ENTRY;
  return { machine, reached, status, snapshot: machine.snapshot() };
}

/** Puts the machine back to `snapshot`, changed as the scenario says. */
export function startAgain(machine: BenchMachine, snapshot: Snapshot, scenario?: Scenario): void {
  machine.restore(snapshot);
  for (const write of scenario ? scenarioWrites(scenario) : []) {
    if ("register" in write) machine.writeRegister(write.register, write.value);
    else machine.writePhysical(write.address, write.bytes);
  }
  machine.takeEvents();
}

/** Whether the files assemble to at most `most` bytes that the firmware starts. */
export function checkBoots(context: Context, most: number): Finding {
  const { build } = context;
  const expected = `it assembles to at most ${count(most)} bytes, and the firmware starts it`;
  const error = build.diagnostics.find(({ severity }) => severity === "error");
  if (error) {
    const { file, line, message } = error;
    return {
      passed: false,
      expected,
      saw: message,
      ...(context.lab.files.includes(file) ? { place: { file, line } } : {}),
    };
  }
  if (build.bytes.length === 0 || build.bytes.length > most) {
    return { passed: false, expected, saw: `${count(build.bytes.length)} bytes` };
  }
  const { reached, status } = context.once(observeStart);
  if (reached) return { passed: true, saw: `${count(build.bytes.length)} bytes, started at 0000:7C00` };
  const saw = "the firmware did not start it: bytes 510 and 511 must be 55 AA";
  return { passed: false, expected, saw, moment: { scenario: "plain", tick: status.tick } };
}

/** Nothing will happen any more. */
export function isOver({ reason }: MachineStatus): boolean {
  if (reason.kind === "halt") return reason.forever;
  return reason.kind === "triple fault" || reason.kind === "exit" || reason.kind === "failed";
}

/** Where a run ended: the moment, and the line of the instruction that ended it. */
export function endOf(
  context: Context,
  status: MachineStatus,
  scenario = "plain",
): { moment: Moment; place: Place | undefined } {
  // Behind a HLT that ended it stands code that never ran.
  const last = status.reason.kind === "halt" ? status.address - 1 : status.address;
  return { moment: { scenario, tick: status.tick }, place: context.placeOf(last) };
}

/** How a run ended, in words. */
export function endText(status: MachineStatus, ticks: number): string {
  const at = hex(status.address);
  switch (status.reason.kind) {
    case "triple fault":
      return `triple fault: ${status.reason.chain.join(", ")}, at ${at}`;
    case "halt":
      return `halted at ${at}`;
    default:
      return `still running at ${at} after ${count(ticks)} instructions`;
  }
}

/** The exceptions of a machine's run, oldest first, by name and error code. */
export function takeExceptions(machine: BenchMachine): string[] {
  return machine.takeEvents().flatMap((event) => {
    if (event.kind !== "exception") return [];
    return [event.errorCode ? `${event.name} with error code ${hex(event.errorCode)}` : event.name];
  });
}

export const hex = (value: number | bigint, digits = 4): string =>
  value.toString(16).toUpperCase().padStart(digits, "0");
export const count = (value: number): string => value.toLocaleString("en-US");
