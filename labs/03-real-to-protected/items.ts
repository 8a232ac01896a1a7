/** The rubric of "Real to protected": eight questions to the machine, 100 points. */
import type { Context, Finding, Item } from "../../widgets/lab/rubric.ts";
import { checkBoots, endOf, endText, hex, SECTOR } from "../bootsector.ts";
import { control, momentOf, observeModes, RUN_TICKS, type Stop, segment, segmentText } from "../modes.ts";

const CR0_PE = 1n;
const IF = 0x200;
/** Where the program shall store, above what real mode can reach, and what. */
const TARGET = 0x280000;
const VALUE = 0x0032c0de;

export const items: readonly Item[] = [
  { id: "boots", title: "Assembles, and is started", points: 5, check: (context) => checkBoots(context, SECTOR) },
  { id: "pe", title: "Sets CR0.PE", points: 15, dependsOn: ["boots"], check: pe },
  { id: "interrupts", title: "With interrupts off", points: 10, dependsOn: ["pe"], check: interrupts },
  { id: "table", title: "GDTR points to a table that can be used", points: 15, dependsOn: ["pe"], check: table },
  { id: "jump", title: "Runs 32-bit code from the table", points: 20, dependsOn: ["pe"], check: jump },
  { id: "data", title: "DS, ES and SS are flat data from the table", points: 15, dependsOn: ["pe"], check: data },
  { id: "store", title: `Stores ${hex(VALUE, 8)} at ${hex(TARGET, 6)}`, points: 10, dependsOn: ["pe"], check: store },
  { id: "halts", title: "Stops for good: HLT with IF = 0", points: 10, dependsOn: ["pe"], check: halts },
];

/** The moment at which PE was set. */
function entered(context: Context): Stop | undefined {
  return context.once(observeModes).changes.find(({ registers }) => control(registers, "CR0") & CR0_PE);
}

function pe(context: Context): Finding {
  const at = entered(context);
  if (at) return { passed: true, saw: `PE = 1 at instruction ${at.status.tick.toLocaleString("en-US")}` };
  const { end } = context.once(observeModes);
  const saw = `PE stayed 0; ${endText(end.status, RUN_TICKS)}`;
  return { passed: false, expected: "CR0.PE becomes 1", saw, ...endOf(context, end.status) };
}

function interrupts(context: Context): Finding {
  const at = entered(context)!;
  if (!(at.registers.flags & IF)) return { passed: true, saw: "IF = 0 when PE became 1" };
  const saw = "IF = 1: the next timer tick would look for a gate in an IDT that is not there";
  return { passed: false, expected: "IF = 0 when PE becomes 1", saw, ...momentOf(context, at, "EFLAGS") };
}

function table(context: Context): Finding {
  const run = context.once(observeModes);
  const at = entered(context)!;
  const { base, limit } = at.registers.gdtr;
  const expected = "a GDT in memory: a null descriptor and whole descriptors of code and data, limit = bytes − 1";
  const bytes = run.read(base, Math.min(limit + 1, 0x1000));
  const words = Array.from({ length: bytes.length >> 3 }, (_, i) =>
    new DataView(bytes.buffer, bytes.byteOffset).getUint32(8 * i + 4, true),
  );
  const code = words.some((high) => (high & 0x9800) === 0x9800);
  const data = words.some((high) => (high & 0x9a00) === 0x9200);
  const saw = `base ${hex(base, 8)}, limit ${hex(limit)}`;
  if (code && data && (limit + 1) % 8 === 0 && words[0] !== undefined) return { passed: true, saw };
  const what = code ? (data ? "its last descriptor is not whole" : "no writable data in it") : "no code in it";
  return { passed: false, expected, saw: `${saw}: ${what}`, ...momentOf(context, at) };
}

function jump(context: Context): Finding {
  const { changes, end } = context.once(observeModes);
  const at = changes.find(({ status }) => status.mode === "protected 32");
  const expected = "CS loaded by a far jump from a descriptor of 32-bit code, base 0, limit FFFFFFFF, DPL 0";
  if (!at) {
    const saw = `CS ${segmentText(segment(end.registers, "CS"))}; ${endText(end.status, RUN_TICKS)}`;
    return { passed: false, expected, saw, ...endOf(context, end.status) };
  }
  const cs = segment(at.registers, "CS");
  const isFlat = cs.base === 0 && cs.limit === 0xffffffff && (cs.attributes & 0x60) === 0;
  if (isFlat) return { passed: true, saw: `CS ${segmentText(cs)}` };
  return { passed: false, expected, saw: `CS ${segmentText(cs)}`, ...momentOf(context, at, "CS") };
}

function data(context: Context): Finding {
  const { end } = context.once(observeModes);
  const expected = "in DS, ES and SS at the end: writable data, base 0, limit FFFFFFFF, DPL 0, 32-bit";
  for (const name of ["DS", "ES", "SS"] as const) {
    const one = segment(end.registers, name);
    // Data, writable, expand-up, DPL 0, and B = 1.
    const isData = (one.attributes & 0x407e) === 0x4012 && one.present;
    if (isData && one.base === 0 && one.limit === 0xffffffff && (one.selector & 0xfff8) > 0) continue;
    return { passed: false, expected, saw: `${name} ${segmentText(one)}`, ...endOf(context, end.status) };
  }
  return { passed: true, saw: `DS ${segmentText(segment(end.registers, "DS"))}` };
}

function store(context: Context): Finding {
  const run = context.once(observeModes);
  const bytes = run.read(TARGET, 4);
  const found = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (found === VALUE) return { passed: true, saw: `${hex(found, 8)} at ${hex(TARGET, 6)}` };
  const expected = `${hex(VALUE, 8)} at ${hex(TARGET, 6)}`;
  return { passed: false, expected, saw: hex(found, 8), ...endOf(context, run.end.status) };
}

function halts(context: Context): Finding {
  const { end, exceptions } = context.once(observeModes);
  const { reason, mode } = end.status;
  const inProtected = mode === "protected 32" || mode === "protected 16";
  if (reason.kind === "halt" && reason.forever && inProtected) return { passed: true, saw: "halted with IF = 0" };
  const first = exceptions[0] ? `, first exception ${exceptions[0]}` : "";
  return {
    passed: false,
    expected: "HLT with IF = 0, in protected mode, as the last instruction",
    saw: `${endText(end.status, RUN_TICKS)}${first}`,
    ...endOf(context, end.status),
  };
}
