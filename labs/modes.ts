/**
 * A program that changes the processor's mode, as a rubric sees it: the state at its start, right after every change of
 * mode, and at its end. Shared by the labs of lesson 3 that go through modes.
 */
import type { MachineStatus, RegisterFile, SegmentView } from "../engine/index.ts";
import type { Context, Moment, Place } from "../widgets/lab/rubric.ts";
import { isOver, observeStart, startAgain, takeExceptions } from "./bootsector.ts";

/** 2.5 ms of guest time; the solutions need 3,200 instructions. */
export const RUN_TICKS = 500_000;
/** A program that goes to and fro is looked at for so long. */
const MOST_CHANGES = 16;

/** The machine at one moment. */
export interface Stop {
  readonly status: MachineStatus;
  readonly registers: RegisterFile;
}

/** One run of the program. */
export interface ModeRun {
  readonly start: Stop;
  /** After each instruction that changed the mode. */
  readonly changes: readonly Stop[];
  readonly end: Stop;
  /** Exceptions by name, oldest first. */
  readonly exceptions: readonly string[];
  /** Physical memory at the end. */
  read(address: number, length: number): Uint8Array;
}

/** Runs the program from 0000:7C00 to its end, or for RUN_TICKS. */
export function observeModes(context: Context): ModeRun {
  const { machine, snapshot, status: entry } = context.once(observeStart);
  startAgain(machine, snapshot, context.lab.scenarios["plain"]);
  const limit = entry.tick + RUN_TICKS;
  const stop = (): Stop => ({ status: machine.status, registers: machine.registers() });
  const start = stop();
  const changes: Stop[] = [];
  let status = machine.status;
  while (!isOver(status) && status.tick < limit) {
    const mode = status.mode;
    const awaited = changes.length < MOST_CHANGES ? ({ kind: "mode" } as const) : undefined;
    status = machine.run({ tick: limit, ...(awaited ? { event: awaited } : {}) });
    if (awaited && status.mode !== mode && status.reason.kind === "until") changes.push(stop());
    else if (status.reason.kind !== "halt") break;
  }
  const exceptions = takeExceptions(machine);
  const end = stop();
  const after = machine.snapshot();
  return {
    start,
    changes,
    end,
    exceptions,
    read(address, length) {
      machine.restore(after);
      return machine.readPhysical(address, length);
    },
  };
}

export function control({ control: all }: RegisterFile, name: string): bigint {
  return all.find((one) => one.name === name)?.value ?? 0n;
}

export function segment({ segments }: RegisterFile, name: SegmentView["name"]): SegmentView {
  return segments.find((one) => one.name === name)!;
}

/** The moment of a stop, and the line of the instruction before it. */
export function momentOf(
  context: Context,
  { status }: Stop,
  outline?: string,
): { moment: Moment; place: Place | undefined } {
  const { machine, snapshot } = context.once(observeStart);
  startAgain(machine, snapshot, context.lab.scenarios["plain"]);
  const before = machine.run({ tick: status.tick - 1 });
  return {
    moment: { scenario: "plain", tick: status.tick, ...(outline ? { outline } : {}) },
    place: context.placeOf(before.address),
  };
}

/** A segment's hidden part in words: "0008: base 0, limit FFFFFFFF, 32-bit code, DPL 0". */
export function segmentText({ selector, base, limit, attributes, present }: SegmentView): string {
  const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, "0");
  if (!present) return `${hex(selector, 4)}: nothing that may be used`;
  if (base === selector * 16 && attributes === 0x93 && limit === 0xffff)
    return `${hex(selector, 4)}: base ${hex(base, 1)}, limit FFFF, as real mode left it`;
  const size = attributes & 0x2000 ? "64-bit" : attributes & 0x4000 ? "32-bit" : "16-bit";
  const kind = attributes & 8 ? "code" : attributes & 2 ? "data" : "read-only data";
  return `${hex(selector, 4)}: base ${hex(base, 1)}, limit ${hex(limit, 8)}, ${size} ${kind}, DPL ${(attributes >> 5) & 3}`;
}
