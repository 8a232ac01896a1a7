/** The rubric of "Ring 3 and back": six questions to the machine, 100 points. */
import type { RegisterFile } from "../../engine/index.ts";
import type { Context, Finding, Item, Moment } from "../../widgets/lab/rubric.ts";
import { checkBoots, endOf, endText, hex, observeStart } from "../bootsector.ts";
import { segment, segmentText } from "../modes.ts";
import { type Crossing, observeArrival, observeGate, observeInterrupt, observeSyscall, type Way } from "./observe.ts";
import { MOST_BYTES, USER, USER_STACK, WAYS } from "./start.ts";

export const items: readonly Item[] = [
  { id: "boots", title: "Assembles, and is started", points: 5, check: (context) => checkBoots(context, MOST_BYTES) },
  { id: "ring3", title: "The program runs in ring 3", points: 20, dependsOn: ["boots"], check: ring3 },
  { id: "task", title: "TR holds a TSS with a stack for ring 0", points: 15, dependsOn: ["ring3"], check: task },
  {
    id: "interrupt",
    title: "INT 80h goes to ring 0 and back",
    points: 20,
    dependsOn: ["task"],
    check: (context) => crossing(context, "interrupt", context.once(observeInterrupt)),
  },
  {
    id: "gate",
    title: "The call gate goes to ring 0 and back",
    points: 20,
    dependsOn: ["task"],
    check: (context) => crossing(context, "gate", context.once(observeGate)),
  },
  {
    id: "syscall",
    title: "SYSCALL goes to ring 0 and back",
    points: 20,
    dependsOn: ["ring3"],
    check: (context) => crossing(context, "syscall", context.once(observeSyscall)),
  },
];

const pointer = (registers: RegisterFile): number =>
  Number(registers.general.find(({ name }) => name === "RSP")?.value ?? 0n);

function ring3(context: Context): Finding {
  const { reached, status, registers, exceptions } = context.once(observeArrival);
  const expected = `IRETQ to ${hex(USER)} with CS = 002B, SS = 0023 and RSP = ${hex(USER_STACK)}`;
  if (!reached) {
    const first = exceptions[0] ? `first exception ${exceptions[0]}; ` : "";
    return { passed: false, expected, saw: `${first}${endText(status, 20_000_000)}`, ...endOf(context, status) };
  }
  const [cs, ss] = [segment(registers, "CS"), segment(registers, "SS")];
  const isRight =
    cs.selector === 0x2b && ss.selector === 0x23 && status.ring === 3 && pointer(registers) === USER_STACK;
  if (isRight) return { passed: true, saw: `CS ${segmentText(cs)}` };
  const saw = `CS ${hex(cs.selector)}, SS ${hex(ss.selector)}, RSP ${hex(pointer(registers))}, ring ${status.ring}`;
  return { passed: false, expected, saw, moment: { scenario: "plain", tick: status.tick, outline: "CS" } };
}

function task(context: Context): Finding {
  const { registers, status, snapshot } = context.once(observeArrival);
  const tr = segment(registers, "TR");
  const moment = { scenario: "plain", tick: status.tick };
  const expected = "TR loaded from a descriptor of a 64-bit TSS of 104 bytes, whose RSP0 is in memory";
  const isTask = (tr.selector & 0xfff8) > 0 && (tr.attributes & 0x1f) === 0xb && tr.limit >= 103;
  if (!isTask) {
    const saw = `TR ${hex(tr.selector)}: base ${hex(tr.base, 8)}, limit ${hex(tr.limit)}`;
    return { passed: false, expected, saw, moment: { ...moment, outline: "TR" } };
  }
  const { machine } = context.once(observeStart);
  machine.restore(snapshot);
  const stack = new DataView(machine.readPhysical(tr.base + 4, 8).slice().buffer).getBigUint64(0, true);
  // The first 2 MiB are mapped; the program, its tables and its own stack are not the kernel's to overwrite.
  if (stack > 0x10000n && stack <= 0x200000n && stack !== BigInt(USER_STACK))
    return { passed: true, saw: `RSP0 = ${hex(stack)}` };
  return {
    passed: false,
    expected,
    saw: `RSP0 = ${hex(stack)}`,
    moment: { ...moment, outline: `0x${hex(tr.base + 4)}` },
  };
}

const backBy: Readonly<Record<Way, string>> = { interrupt: "IRETQ", gate: "a far return", syscall: "SYSRETQ" };

function crossing(context: Context, way: Way, found: Crossing): Finding {
  const { address, bytes } = WAYS[way];
  const { before, inside, end, exceptions, counted, scribbled } = found;
  const back = address + bytes;
  const expected = `ring 0, the counter 1 more, and ${backBy[way]} to ${hex(back)} with CS = 002B, SS = 0023 and the same stack`;
  const at = (status = end.status, outline?: string): { moment: Moment; place: ReturnType<Context["placeOf"]> } => ({
    ...endOf(context, status, way),
    moment: { scenario: way, tick: status.tick, ...(outline ? { outline } : {}) },
  });
  if (exceptions.length > 0) {
    const when =
      inside.status.ring === 0 && inside.status.address !== address
        ? "in the handler, or on its way back"
        : "at the instruction";
    return { passed: false, expected, saw: `${exceptions[0]} ${when}`, ...at() };
  }
  if (inside.status.ring !== 0)
    return { passed: false, expected, saw: `ring ${inside.status.ring} after it`, ...at(inside.status) };
  if (end.status.ring !== 3)
    return { passed: false, expected, saw: `still in ring 0 at ${hex(end.status.address)}`, ...at() };
  if (end.status.address !== back)
    return { passed: false, expected, saw: `back at ${hex(end.status.address)}`, ...at() };
  if (end.status.mode !== "long")
    return { passed: false, expected, saw: "back in compatibility mode: 32-bit code", ...at(end.status, "CS") };
  const [cs, ss] = [segment(end.registers, "CS").selector, segment(end.registers, "SS").selector];
  if (cs !== 0x2b || ss !== 0x23)
    return { passed: false, expected, saw: `back with CS = ${hex(cs)}, SS = ${hex(ss)}`, ...at(end.status, "CS") };
  if (pointer(end.registers) !== pointer(before)) {
    return {
      passed: false,
      expected,
      saw: `RSP = ${hex(pointer(end.registers))} instead of ${hex(pointer(before))}`,
      ...at(end.status, "RSP"),
    };
  }
  if (counted !== 1) return { passed: false, expected, saw: `the counter grew by ${counted}`, ...at() };
  if (scribbled > 0)
    return {
      passed: false,
      expected: "nothing written to the stack of ring 3",
      saw: `${scribbled} bytes below its RSP changed`,
      ...at(),
    };
  return { passed: true, saw: `ring 0 at ${hex(inside.status.address)}, back at ${hex(back)}` };
}
