/**
 * What the rubric looks at: the machine from power-on to 0000:7C00 once, and from there three runs of the sector, each
 * from the same snapshot. All of it is machine state and the machine's event stream; the source is never read.
 */
import type { MachineEvent, MachineStatus, RegisterFile, Snapshot } from "../../engine/index.ts";
import type { BenchMachine } from "../../widgets/lab/bench.ts";
import { type Context, type Moment, type Scenario, scenarioWrites } from "../../widgets/lab/rubric.ts";

export const ENTRY = 0x7c00;
export const SECTOR = 512;
/** Two guest seconds for the firmware, 2.5 ms for the sector: the solution needs 2,028 instructions. */
const BOOT_TICKS = 400_000_000;
export const RUN_TICKS = 500_000;

/** The machine as the firmware leaves it. */
export interface Entry {
  readonly machine: BenchMachine;
  /** Whether 0000:7C00 was about to execute. */
  readonly reached: boolean;
  readonly status: MachineStatus;
  readonly snapshot: Snapshot;
  readonly screen: readonly string[];
}

/** One run of the sector. */
export interface Run {
  readonly scenario: string;
  readonly end: MachineStatus;
  readonly events: readonly MachineEvent[];
  readonly registers: RegisterFile;
  readonly screen: readonly string[];
  /** Physical memory when the sector's first instruction was about to run, and at the end. */
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  /** Where it first stopped at HLT with interrupts on, if it did. */
  readonly waited: MachineStatus | undefined;
}

/** Powers on and runs to 0000:7C00, or to the firmware's giving up. */
export function observeEntry(context: Context): Entry {
  const machine = context.bench.powerOn(context.lab.configuration(context.build));
  const limit = machine.status.tick + BOOT_TICKS;
  // INT 18h is how firmware says that it found nothing to boot (BIOS Boot Specification 1.01, 6.7).
  const status = machine.run({ tick: limit, address: ENTRY, event: { kind: "interrupt", vector: 0x18 } });
  const reached = status.cs === 0 && status.ip === ENTRY;
  return { machine, reached, status, snapshot: machine.snapshot(), screen: screenRows(machine) };
}

export const observePlain = (context: Context): Run => observeRun(context, "plain");
export const observeStrange = (context: Context): Run => observeRun(context, "strange");
export const observeMarked = (context: Context): Run => observeRun(context, "marked");

/** Runs the sector in the lab's scenario of that name, or in `scenario`, which a hidden check may bring. */
export function observeRun(context: Context, name: string, scenario: Scenario = context.lab.scenarios[name]): Run {
  const { machine, snapshot, status: entry } = context.once(observeEntry);
  start(machine, snapshot, scenario);
  const before = readRam(machine, context);
  const limit = entry.tick + RUN_TICKS;
  let waited: MachineStatus | undefined;
  let status = machine.status;
  do {
    // A machine that only waits goes on by itself; stopping at each HLT shows where it waits.
    status = machine.run({ tick: limit, event: { kind: "halt" } });
    if (waited === undefined && waits(machine, status)) waited = status;
  } while (!isOver(status) && status.tick < limit);
  return {
    scenario: name,
    end: status,
    events: machine.takeEvents(),
    registers: machine.registers(),
    screen: screenRows(machine),
    before,
    after: readRam(machine, context),
    waited,
  };
}

/** It has just executed HLT in the sector, and an interrupt will end that. */
function waits(machine: BenchMachine, status: MachineStatus): boolean {
  if (status.reason.kind !== "until" || !inSector(status.address - 1)) return false;
  return (machine.registers().flags & 0x200) !== 0;
}

/** Nothing will happen any more. */
function isOver({ reason }: MachineStatus): boolean {
  if (reason.kind === "halt") return reason.forever;
  return reason.kind === "triple fault" || reason.kind === "exit" || reason.kind === "failed";
}

/** The first tick of `scenario` after which `changed` holds, and the instruction that made it so. */
export function findMoment(
  context: Context,
  scenario: string,
  changed: (machine: BenchMachine) => boolean,
): { moment: Moment; address: number } {
  const { machine, snapshot, status } = context.once(observeEntry);
  const at = (ticks: number) => {
    start(machine, snapshot, context.lab.scenarios[scenario]);
    machine.run({ tick: status.tick + ticks });
    return changed(machine);
  };
  // Doubling first: what goes wrong goes wrong early, and a run costs what it is long.
  let high = 1;
  while (high < RUN_TICKS && !at(high)) high *= 2;
  let low = high >> 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (at(middle)) high = middle;
    else low = middle;
  }
  at(high - 1);
  return { moment: { scenario, tick: status.tick + high }, address: machine.status.address };
}

function start(machine: BenchMachine, snapshot: Snapshot, scenario: Scenario): void {
  machine.restore(snapshot);
  for (const write of scenarioWrites(scenario)) {
    if ("register" in write) machine.writeRegister(write.register, write.value);
    else machine.writePhysical(write.address, write.bytes);
  }
  machine.takeEvents();
}

function readRam(machine: BenchMachine, context: Context): Uint8Array {
  const ram = new Uint8Array((context.lab.configuration(context.build).memoryMiB ?? 16) << 20);
  for (let at = 0; at < ram.length; at += 0x10000) ram.set(machine.readPhysical(at, 0x10000), at);
  return ram;
}

export const inSector = (address: number): boolean => address >= ENTRY && address < ENTRY + SECTOR;

/** What the sector itself printed through INT 10h with AH = 0Eh: character by character, each with its moment. */
export function teletype(run: Run): { text: string; ticks: readonly number[] } {
  const calls = run.events.filter((event) => isService(event) && event.ax >> 8 === 0x0e);
  const text = calls.map((event) => String.fromCharCode((event as { ax: number }).ax & 0xff)).join("");
  return { text, ticks: calls.map(({ tick }) => tick) };
}

/** INT 10h from an instruction of the sector. The return address may stand one past its last byte. */
export function isService(event: MachineEvent): event is MachineEvent & { kind: "interrupt"; ax: number } {
  if (event.kind !== "interrupt" || event.origin !== "software" || event.vector !== 0x10) return false;
  const address = event.cs * 16 + event.ip;
  return address >= ENTRY && address <= ENTRY + SECTOR;
}

/** The text screen's rows without trailing blanks; none in a graphics mode. */
export function screenRows(machine: Pick<BenchMachine, "screen">): string[] {
  const screen = machine.screen();
  if (screen.kind !== "text") return [];
  return Array.from({ length: screen.rows }, (_, row) => {
    const cells = screen.cells.subarray(row * screen.columns, (row + 1) * screen.columns);
    return Array.from(cells, (cell) => character(cell & 0xff))
      .join("")
      .trimEnd();
  });
}

const character = (code: number) => (code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : code === 0 ? " " : "·");

/** Ranges of `[from, to)` in which the two memories differ, bytes less than 16 apart as one. */
export function differences(a: Uint8Array, b: Uint8Array, ranges: readonly (readonly [number, number])[]): Range[] {
  const found: Range[] = [];
  for (const [from, to] of ranges) {
    for (let i = from; i < to; i++) {
      if (a[i] === b[i]) continue;
      const last = found.at(-1);
      if (last && i - last.to < 16) {
        last.to = i + 1;
        last.bytes++;
      } else found.push({ from: i, to: i + 1, bytes: 1 });
    }
  }
  return found;
}

export interface Range {
  from: number;
  to: number;
  /** How many bytes of it differ. */
  bytes: number;
}
