/** The rubric of "Write a boot sector": nine questions to the machine, 100 points. */
import type { MachineStatus } from "../../engine/index.ts";
import type { Context, Finding, Item, Moment, Place } from "../../widgets/lab/rubric.ts";
import {
  differences,
  ENTRY,
  findMoment,
  inSector,
  isService,
  observeEntry,
  observeMarked,
  observePlain,
  observeStrange,
  RUN_TICKS,
  type Run,
  SECTOR,
  screenRows,
  teletype,
} from "./observe.ts";

export const MESSAGE = "Booted from 7C00";

const hex = (value: number, digits = 4) => value.toString(16).toUpperCase().padStart(digits, "0");
const count = (value: number) => value.toLocaleString("en-US");
const quote = (text: string) => `“${text}”`;

export const items: readonly Item[] = [
  { id: "assembles", title: "Assembles, and fits in one sector", points: 10, check: assembles },
  { id: "signature", title: "Ends in 55 AA", points: 10, dependsOn: ["assembles"], check: signature },
  { id: "loaded", title: "Is loaded at 0000:7C00, byte for byte", points: 10, dependsOn: ["signature"], check: loaded },
  { id: "message", title: `The screen says ${quote(MESSAGE)}`, points: 15, dependsOn: ["loaded"], check: message },
  { id: "service", title: "Prints through INT 10h, AH = 0Eh", points: 15, dependsOn: ["loaded"], check: service },
  { id: "segments", title: "Works with any DS and ES", points: 10, dependsOn: ["loaded"], check: segments },
  { id: "stack", title: "Uses a stack of its own", points: 10, dependsOn: ["loaded"], check: stack },
  { id: "halts", title: "Stops for good: HLT with IF = 0", points: 10, dependsOn: ["loaded"], check: halts },
  { id: "contained", title: "Writes only what is its own", points: 10, dependsOn: ["loaded"], check: contained },
];

function assembles({ build }: Context): Finding {
  const expected = `boot.S assembles to at most ${SECTOR} bytes`;
  const error = build.diagnostics.find(({ severity }) => severity === "error");
  if (error) {
    const { file, line, message } = error;
    return { passed: false, expected, saw: message, place: { file, line } };
  }
  const { length } = build.bytes;
  if (length === 0) return { passed: false, expected, saw: "no bytes at all" };
  if (length > SECTOR) return { passed: false, expected, saw: `${count(length)} bytes` };
  return { passed: true, saw: `${length} bytes` };
}

function signature(context: Context): Finding {
  const { bytes } = context.build;
  if (bytes[510] === 0x55 && bytes[511] === 0xaa) return { passed: true, saw: "55 AA at byte 510" };
  const there = bytes.length > 510 ? [...bytes.subarray(510, 512)].map((byte) => hex(byte, 2)).join(" ") : undefined;
  const saw = there ? `${there}` : `the code ends after byte ${bytes.length - 1}, so the firmware reads 00 00 there`;
  const { status } = context.once(observeEntry);
  return { passed: false, expected: "55 AA at bytes 510 and 511", saw, moment: moment("plain", status) };
}

function loaded(context: Context): Finding {
  const { reached, status, machine, snapshot } = context.once(observeEntry);
  if (!reached) {
    const expected = "the firmware jumps to 0000:7C00";
    return { passed: false, expected, saw: `it is at ${where(status)}`, moment: moment("plain", status) };
  }
  machine.restore(snapshot);
  const memory = machine.readPhysical(ENTRY, SECTOR);
  const wrong = memory.findIndex((byte, i) => byte !== (context.build.bytes[i] ?? 0));
  if (wrong < 0) return { passed: true, saw: `${SECTOR} equal bytes, CS:IP = 0000:7C00` };
  const [expected, saw] = [context.build.bytes[wrong] ?? 0, memory[wrong]].map((byte) => hex(byte, 2));
  const at = hex(ENTRY + wrong);
  return { passed: false, expected: `${expected} at ${at}`, saw, moment: moment("plain", status) };
}

function message(context: Context): Finding {
  const run = context.once(observePlain);
  const row = run.screen.findIndex((text) => text.includes(MESSAGE));
  if (row >= 0) return { passed: true, saw: `${quote(MESSAGE)} in row ${row}` };
  const fresh = newRows(context, run);
  const saw = fresh.length ? fresh.map(quote).join(", ") : "nothing new on the screen";
  return { passed: false, expected: `${quote(MESSAGE)} on the screen`, saw, ...ending(context, run) };
}

function service(context: Context): Finding {
  const run = context.once(observePlain);
  const { text } = teletype(run);
  const onScreen = run.screen.some((row) => row.includes(MESSAGE));
  if (onScreen ? text.includes(MESSAGE) : /[!-~]/.test(text)) {
    return { passed: true, saw: `${text.length} calls of INT 10h with AH = 0E` };
  }
  const expected = "INT 10h with AH = 0E, once for each character, called from the sector";
  const other = run.events.find(isService);
  if (other) {
    const place = context.placeOf(other.cs * 16 + other.ip - 1);
    const saw = text ? `only ${quote(visible(text))}` : `INT 10h with AH = ${hex(other.ax >> 8, 2)}`;
    return { passed: false, expected, saw, moment: { scenario: "plain", tick: other.tick, outline: "EAX" }, place };
  }
  if (!onScreen) return { passed: false, expected, saw: "no INT 10h from the sector", ...ending(context, run) };
  const before = context.once(observeEntry).screen.join("\n");
  const wrote = findMoment(context, "plain", (machine) => screenRows(machine).join("\n") !== before);
  const saw = "no INT 10h: the characters were written straight into the screen's memory";
  return { passed: false, expected, saw, moment: wrote.moment, place: context.placeOf(wrote.address) };
}

function segments(context: Context): Finding {
  const plain = context.once(observePlain);
  const wanted = plain.screen.some((row) => row.includes(MESSAGE)) ? MESSAGE : newRows(context, plain)[0];
  if (wanted === undefined) return { blockedBy: "message" };
  const run = context.once(observeStrange);
  if (run.screen.some((row) => row.includes(wanted))) {
    return { passed: true, saw: `${quote(wanted)} with DS = 6000, ES = 7000 at the start` };
  }
  const rows = newRows(context, run);
  const saw = rows.length ? rows.map((row) => quote(row.slice(0, 40))).join(", ") : "nothing new on the screen";
  const expected = `${quote(wanted)} on the screen also when it starts with DS = 6000 and ES = 7000`;
  return { passed: false, expected, saw, ...ending(context, run) };
}

function stack(context: Context): Finding {
  const run = context.once(observeStrange);
  const given: readonly (readonly [number, number])[] = [
    [0x8f00, 0x9000],
    [0x50000, 0x60000],
  ];
  const expected = "SS and SP set before anything is pushed; it was started with 5000:9000";
  const [first] = differences(run.before, run.after, given);
  if (first) {
    const found = findMoment(context, "strange", (machine) =>
      machine.readPhysical(first.from, first.to - first.from).some((byte, i) => byte !== run.before[first.from + i]),
    );
    const saw = `${first.bytes} bytes written at ${hex(first.from, 5)}, on the stack that it was given`;
    return {
      passed: false,
      expected,
      saw,
      moment: { ...found.moment, outline: `0x${hex(first.from)}` },
      place: context.placeOf(found.address),
    };
  }
  const ss = run.registers.segments.find(({ name }) => name === "SS")?.selector;
  const sp = Number(run.registers.general.find(({ name }) => name === "ESP")?.value) & 0xffff;
  if (ss !== 0x5000 && sp !== 0x9000) return { passed: true, saw: `SS:SP = ${hex(ss ?? 0)}:${hex(sp)} at the end` };
  return { passed: false, expected, saw: `SS:SP = ${hex(ss ?? 0)}:${hex(sp)} at the end`, ...ending(context, run) };
}

function halts(context: Context): Finding {
  const run = context.once(observePlain);
  const { end, waited } = run;
  const expected = "HLT with IF = 0, in the sector, as the last instruction";
  if (end.reason.kind === "halt" && end.reason.forever && inSector(end.address - 1)) {
    return { passed: true, saw: `halted at ${where(end)} with IF = 0` };
  }
  if (waited) {
    const place = context.placeOf(waited.address - 1);
    const saw = "HLT with IF = 1: the next interrupt ends it, the timer's for one";
    return { passed: false, expected, saw, moment: { ...moment("plain", waited), outline: "EFLAGS" }, place };
  }
  return { passed: false, expected, saw: howItEnded(run), ...ending(context, run) };
}

function contained(context: Context): Finding {
  const plain = context.once(observePlain);
  if (newRows(context, plain).length === 0) return { blockedBy: "message" };
  const run = context.once(observeMarked);
  const [stray] = differences(run.before, run.after, foreign(run));
  if (!stray) return { passed: true, saw: "no byte changed outside the sector and its stack" };
  const found = findMoment(context, "marked", (machine) =>
    machine.readPhysical(stray.from, stray.to - stray.from).some((byte, i) => byte !== run.before[stray.from + i]),
  );
  return {
    passed: false,
    expected: "writes only to 7C00–7DFF, to its stack, and by the firmware's services",
    saw: `${count(stray.bytes)} ${stray.bytes === 1 ? "byte" : "bytes"} written at ${hex(stray.from, 5)}`,
    moment: { ...found.moment, outline: `0x${hex(stray.from)}` },
    place: context.placeOf(found.address),
  };
}

/** Memory that is neither the sector's, nor its stack's, nor the firmware's (data area, video, EBDA, ROM). */
function foreign(run: Run): (readonly [number, number])[] {
  const base = run.registers.segments.find(({ name }) => name === "SS")?.base ?? 0;
  const sp = Number(run.registers.general.find(({ name }) => name === "ESP")?.value) & 0xffff;
  // SP = 0 is the top of a segment: the first push goes to its last bytes.
  const top = base + (sp || 0x10000);
  const [low, high] = [top - 2048, top + 32];
  const whole: (readonly [number, number])[] = [
    [0, 0x400],
    [ENTRY + SECTOR, 0x9f000],
    [0x100000, run.after.length],
  ];
  return whole.flatMap(([from, to]) => [
    [from, Math.max(from, Math.min(to, low))] as const,
    [Math.min(to, Math.max(from, high)), to] as const,
  ]);
}

function newRows(context: Context, run: Run): string[] {
  const before = new Set(context.once(observeEntry).screen);
  return run.screen.filter((row) => row !== "" && !before.has(row)).map((row) => row.trim());
}

function moment(scenario: string, status: MachineStatus): Moment {
  return { scenario, tick: status.tick };
}

function ending(context: Context, { scenario, end }: Run): { moment: Moment; place: Place | undefined } {
  // Behind a HLT that ended it stands code that never ran.
  const last = end.reason.kind === "halt" ? end.address - 1 : end.address;
  return { moment: moment(scenario, end), place: context.placeOf(last) };
}

function where({ cs, ip }: MachineStatus): string {
  return `${hex(cs)}:${hex(ip)}`;
}

function howItEnded({ end }: Run): string {
  const { reason } = end;
  if (reason.kind === "halt") return reason.forever ? `HLT outside the sector, at ${where(end)}` : "HLT with IF = 1";
  if (reason.kind === "triple fault") return `triple fault: ${reason.chain.join(", ")}`;
  if (reason.kind === "failed") return `the emulator failed: ${reason.message}`;
  return `still running at ${where(end)} after ${count(RUN_TICKS)} instructions`;
}

function visible(text: string): string {
  return text.replace(/[^ -~]/g, "·").slice(0, 60);
}
