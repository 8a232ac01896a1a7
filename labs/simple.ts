/**
 * A small lab: one file of assembly that the firmware starts at 0000:7C00, run until it stops, and a rubric made of
 * questions to that machine. What a small lab does not ask for (several runs, other disks, answers) has widgets/lab and
 * bootsector.ts. Bytes 510 and 511 of the sector are set where the program is shorter, so that it need not.
 */
import { type MachineEvent, type MachineStatus, type RegisterFile, type Screen, screenText } from "../engine/index.ts";
import { type Context, defineLab, type Finding, type Item, type Lab } from "../widgets/lab/rubric.ts";
import { readRegister } from "../widgets/model/expression.ts";
import {
  checkBoots,
  count,
  ENTRY,
  endOf,
  endText,
  floppyOf,
  hex,
  isOver,
  observeStart,
  SECTOR,
  startAgain,
} from "./bootsector.ts";

/** 2.5 ms of the machine's time, from 0000:7C00 on. */
const RUN_TICKS = 500_000;

export interface SimpleLab {
  /** The folder's name. */
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly hints: readonly string[];
  /** What is asked, in order; the points sum to 100. All wait for the first, which is `boots`. */
  readonly checks: readonly Item[];
  /** The student's file; "boot.S" unless given. */
  readonly file?: string;
}

export function simpleLab({ id, version, title, hints, checks, file = "boot.S" }: SimpleLab): Lab {
  return defineLab({
    id,
    version,
    title,
    files: [file],
    hints,
    source: (files) => ({ text: files[file], request: { file, origin: ENTRY, syntax: "att", codeBits: 16 } }),
    configuration(build) {
      const floppy = floppyOf(build);
      if (build.bytes.length <= SECTOR - 2) floppy.set([0x55, 0xaa], SECTOR - 2);
      return { memoryMiB: 4, floppies: [floppy], stopOnTripleFault: true };
    },
    scenarios: { plain: { title: "As the firmware starts it", at: ENTRY } },
    items: checks.map((check, i) => (i === 0 ? check : { ...check, dependsOn: [checks[0].id] })),
    later: [],
    budget: 2_000_000_000,
  });
}

/** The program's run, from its first instruction to where it stopped. */
interface Run {
  readonly end: MachineStatus;
  readonly registers: RegisterFile;
  /** Rows of the screen that did not stand there when the program started. */
  readonly rows: readonly string[];
  readonly events: readonly MachineEvent[];
  read(address: number, length: number): Uint8Array;
}

function observeRun(context: Context): Run {
  const { machine, snapshot, status } = context.once(observeStart);
  startAgain(machine, snapshot);
  const before = new Set(rowsOf(machine.screen()));
  const limit = status.tick + RUN_TICKS;
  let end = machine.status;
  while (!isOver(end) && end.tick < limit) end = machine.run({ tick: limit });
  return {
    end,
    registers: machine.registers(),
    rows: rowsOf(machine.screen()).filter((row) => !before.has(row)),
    events: machine.takeEvents(),
    read: (address, length) => machine.readPhysical(address, length),
  };
}

const rowsOf = (screen: Screen) => (screen.kind === "text" ? screenText(screen).split("\n") : []);

/** An item that asks the run; `saw` is said where it does not hold. */
function ask(
  id: string,
  title: string,
  points: number,
  expected: string,
  question: (run: Run) => { readonly holds: boolean; readonly saw: string; readonly outline?: string },
): Item {
  return {
    id,
    title,
    points,
    check(context): Finding {
      const run = context.once(observeRun);
      const { holds, saw, outline } = question(run);
      if (holds) return { passed: true, saw };
      const { moment, place } = endOf(context, run.end);
      return { passed: false, expected, saw, place, moment: { ...moment, ...(outline ? { outline } : {}) } };
    },
  };
}

/** It assembles, fits in a sector, and the firmware starts it. */
export function boots(points: number): Item {
  return {
    id: "boots",
    title: "Assembles, fits in one sector, and starts",
    points,
    check: (context) => checkBoots(context, SECTOR),
  };
}

/** At its end a register holds a value: "AX", "EBX", "CF", "CR0", as expressions in lessons name it. */
export function register(name: string, value: number | bigint, points: number): Item {
  const wanted = `${name} = ${hex(value)}`;
  return ask(name.toLowerCase(), `At the end, ${wanted}`, points, wanted, ({ registers }) => {
    const there = readRegister(registers, name.toUpperCase());
    if (there === undefined) throw new Error(`there is no register ${name}`);
    return { holds: there === BigInt(value), saw: `${name} = ${hex(there)}`, outline: name };
  });
}

/** At its end memory holds these bytes, or this text, from a physical address on. */
export function memory(address: number, content: readonly number[] | string, points: number): Item {
  const bytes = typeof content === "string" ? [...content].map((sign) => sign.charCodeAt(0)) : content;
  const shown = (all: Iterable<number>) =>
    typeof content === "string"
      ? `“${String.fromCharCode(...all).replace(/[^ -~]/g, "·")}”`
      : [...all].map((byte) => hex(byte, 2)).join(" ");
  const at = hex(address);
  return ask(
    `memory-${at.toLowerCase()}`,
    `Memory at ${at} holds ${shown(bytes)}`,
    points,
    shown(bytes),
    ({ read }) => {
      const there = read(address, bytes.length);
      return { holds: bytes.every((byte, i) => there[i] === byte), saw: shown(there), outline: `0x${at}` };
    },
  );
}

/** At its end a text stands on the screen, in a row that is not the firmware's. */
export function screenShows(text: string, points: number): Item {
  return ask("screen", `The screen says “${text}”`, points, `“${text}” on the screen`, ({ rows }) => ({
    holds: rows.some((row) => row.includes(text)),
    saw: rows.length ? `“${rows.at(-1)}”` : "nothing new",
  }));
}

/** It stops for good: HLT with IF = 0. */
export function halts(points: number): Item {
  return ask("halts", "Stops for good: HLT with IF = 0", points, "HLT with IF = 0", ({ end }) => ({
    holds: end.reason.kind === "halt" && end.reason.forever,
    saw: endText(end, RUN_TICKS),
  }));
}

/** It raises an exception, by its vector. */
export function raises(vector: number, points: number): Item {
  const said = `exception ${count(vector)}`;
  return ask(`raises-${vector}`, `Raises ${said}`, points, said, ({ events }) => {
    const raised = events.flatMap((event) => (event.kind === "exception" ? [event.vector] : []));
    return { holds: raised.includes(vector), saw: raised.length ? `exceptions ${raised.join(", ")}` : "no exception" };
  });
}
