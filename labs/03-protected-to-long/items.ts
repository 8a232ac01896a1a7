/** The rubric of "Protected to long": nine questions to the machine, 100 points. */
import type { MachineStatus } from "../../engine/index.ts";
import type { Context, Finding, Item } from "../../widgets/lab/rubric.ts";
import { checkBoots, ENTRY, endOf, endText, hex, SECTOR } from "../bootsector.ts";
import { control, type ModeRun, momentOf, observeModes, RUN_TICKS, type Stop, segment, segmentText } from "../modes.ts";

const CR0_PG = 0x80000000n;
const CR4_PAE = 0x20n;
const EFER_LME = 0x100n;
const EFER_LMA = 0x400n;
/** Where the program shall store, and what. */
const TARGET = 0x6000;
const VALUE = 0x1122334455667788n;

export const items: readonly Item[] = [
  { id: "boots", title: "Assembles, and is started", points: 5, check: (context) => checkBoots(context, SECTOR) },
  {
    id: "pae",
    title: "Sets CR4.PAE",
    points: 10,
    dependsOn: ["boots"],
    check: (context) => bit(context, "CR4", CR4_PAE, "PAE"),
  },
  {
    id: "lme",
    title: "Sets EFER.LME",
    points: 10,
    dependsOn: ["boots"],
    check: (context) => bit(context, "EFER", EFER_LME, "LME"),
  },
  {
    id: "tables",
    title: "CR3 leads to tables that map the program to itself",
    points: 20,
    dependsOn: ["boots"],
    check: tables,
  },
  { id: "active", title: "Long mode becomes active: EFER.LMA", points: 15, dependsOn: ["pae", "lme"], check: active },
  { id: "jump", title: "Runs 64-bit code", points: 20, dependsOn: ["active"], check: jump },
  { id: "store", title: `Stores ${hex(VALUE)} at ${hex(TARGET)}`, points: 10, dependsOn: ["active"], check: store },
  { id: "halts", title: "Stops for good: HLT with IF = 0", points: 10, dependsOn: ["active"], check: halts },
];

/** The last state that is known: where paging was on, if it ever was. */
function decisive({ changes, end }: ModeRun): Stop {
  return changes.find(({ registers }) => control(registers, "CR0") & CR0_PG) ?? end;
}

function bit(context: Context, register: "CR4" | "EFER", mask: bigint, name: string): Finding {
  const run = context.once(observeModes);
  const set = [...run.changes, run.end].find(({ registers }) => control(registers, register) & mask);
  if (set) return { passed: true, saw: `${register} = ${hex(control(set.registers, register))}` };
  const at = decisive(run);
  return {
    passed: false,
    expected: `${register}.${name} = 1 when paging is switched on`,
    saw: `${register} = ${hex(control(at.registers, register))}; ${endText(run.end.status, RUN_TICKS)}`,
    ...endOf(context, run.end.status),
  };
}

/** Walks the four levels as the processor would (AMD APM vol. 2, 5.3). Answers the physical address, or what stops it. */
function walk(run: ModeRun, cr3: bigint, address: number): { physical: number; writable: boolean } | { stop: string } {
  let table = Number(cr3 & 0xffffffffff000n);
  let writable = true;
  for (const [level, name] of [
    [3, "PML4"],
    [2, "PDPT"],
    [1, "PD"],
    [0, "PT"],
  ] as const) {
    const index = Math.floor(address / 2 ** (12 + 9 * level)) % 512;
    const bytes = run.read(table + 8 * index, 8);
    const entry = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
    if (!(entry & 1n)) return { stop: `entry ${index} of the ${name} at ${hex(table)} is not present: ${hex(entry)}` };
    if (entry >> 52n)
      return { stop: `entry ${index} of the ${name} at ${hex(table)} has bits that must be 0: ${hex(entry)}` };
    writable &&= (entry & 2n) !== 0n;
    const size = 2 ** (12 + 9 * level);
    const frame = Number(entry & 0xffffffffff000n);
    if (level === 0 || (level < 3 && entry & 0x80n))
      return { physical: frame - (frame % size) + (address % size), writable };
    table = frame;
  }
  return { stop: "no entry maps memory" };
}

function tables(context: Context): Finding {
  const run = context.once(observeModes);
  const at = decisive(run);
  const cr3 = control(at.registers, "CR3");
  const expected = "CR3 leads to four levels of tables in which 7C00 and 6000 are themselves, present and writable";
  const where = at === run.end ? endOf(context, at.status) : momentOf(context, at, "CR3");
  if (cr3 === 0n) return { passed: false, expected, saw: "CR3 = 0000", ...where };
  for (const address of [ENTRY, TARGET]) {
    const found = walk(run, cr3, address);
    const saw =
      "stop" in found
        ? found.stop
        : found.physical !== address
          ? `${hex(address)} is mapped to ${hex(found.physical)}`
          : found.writable
            ? undefined
            : `${hex(address)} is mapped read-only`;
    if (saw) return { passed: false, expected, saw, ...where };
  }
  return { passed: true, saw: `CR3 = ${hex(cr3)}` };
}

function active(context: Context): Finding {
  const { changes, end } = context.once(observeModes);
  const at = changes.find(({ registers }) => control(registers, "EFER") & EFER_LMA);
  if (at) return { passed: true, saw: `EFER = ${hex(control(at.registers, "EFER"))}, ${modeText(at.status)}` };
  const saw = `EFER = ${hex(control(end.registers, "EFER"))}; ${endText(end.status, RUN_TICKS)}`;
  return { passed: false, expected: "EFER.LMA = 1, once CR0.PG is set", saw, ...endOf(context, end.status) };
}

function modeText({ mode }: MachineStatus): string {
  return mode === "compatibility" ? "compatibility mode" : mode === "long" ? "64-bit mode" : `${mode} mode`;
}

function jump(context: Context): Finding {
  const { changes, end } = context.once(observeModes);
  const at = changes.find(({ status }) => status.mode === "long");
  if (at) return { passed: true, saw: `CS ${segmentText(segment(at.registers, "CS"))}` };
  return {
    passed: false,
    expected: "CS from a descriptor of code with L = 1 and D = 0",
    saw: `CS ${segmentText(segment(end.registers, "CS"))}; ${endText(end.status, RUN_TICKS)}`,
    ...endOf(context, end.status),
  };
}

function store(context: Context): Finding {
  const run = context.once(observeModes);
  const bytes = run.read(TARGET, 8);
  const found = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (found === VALUE) return { passed: true, saw: `${hex(found, 16)} at ${hex(TARGET)}` };
  return {
    passed: false,
    expected: `${hex(VALUE, 16)} at ${hex(TARGET)}`,
    saw: hex(found, 16),
    ...endOf(context, run.end.status),
  };
}

function halts(context: Context): Finding {
  const { end, exceptions } = context.once(observeModes);
  const { reason } = end.status;
  const inLongMode = (control(end.registers, "EFER") & EFER_LMA) !== 0n;
  if (reason.kind === "halt" && reason.forever && inLongMode)
    return { passed: true, saw: `halted with IF = 0 in ${modeText(end.status)}` };
  const first = exceptions[0] ? `, first exception ${exceptions[0]}` : "";
  return {
    passed: false,
    expected: "HLT with IF = 0, in long mode, as the last instruction",
    saw: `${endText(end.status, RUN_TICKS)}${first}`,
    ...endOf(context, end.status),
  };
}
