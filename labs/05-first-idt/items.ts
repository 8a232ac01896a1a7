/** The rubric of "Your first IDT": eight questions to the machine, 100 points. */
import type { Context, Finding, Item } from "../../widgets/lab/rubric.ts";
import { decodeGate } from "../../widgets/model/gate.ts";
import { checkBoots, endOf, endText, hex } from "../bootsector.ts";
import { changedRegisters, deliveredText, endOfCrossing, notBackAt } from "../crossings.ts";
import { countOf, crossingOf, observeArrival, type Way, ways } from "./observe.ts";
import { IDT, MOST_BYTES, WAYS } from "./start.ts";

const way = (name: Way) => (context: Context) => crosses(context, name);

export const items: readonly Item[] = [
  { id: "boots", title: "Assembles, and comes back from setup", points: 5, check: boots },
  { id: "table", title: "IDTR and five gates are right", points: 15, dependsOn: ["boots"], check: table },
  { id: "divide", title: "#DE is survived", points: 15, dependsOn: ["boots"], check: way("divide") },
  { id: "breakpoint", title: "#BP is survived", points: 10, dependsOn: ["boots"], check: way("breakpoint") },
  { id: "opcode", title: "#UD is survived", points: 10, dependsOn: ["boots"], check: way("opcode") },
  { id: "protection", title: "#GP is survived", points: 15, dependsOn: ["boots"], check: way("protection") },
  { id: "service", title: "INT 30h adds EBX to EAX", points: 10, dependsOn: ["boots"], check: service },
  { id: "registers", title: "Every other register is as it was", points: 20, dependsOn: ["boots"], check: registers },
];

function boots(context: Context): Finding {
  const assembled = checkBoots(context, MOST_BYTES);
  if (!("passed" in assembled) || !assembled.passed) return assembled;
  const { reached, status } = context.once(observeArrival);
  if (reached) return assembled;
  const expected = "setup returns, and the program at 8000 begins";
  return { passed: false, expected, saw: endText(status, 40_000_000), ...endOf(context, status) };
}

function table(context: Context): Finding {
  const { registers: file, status, snapshot } = context.once(observeArrival);
  const { base, limit } = file.idtr;
  const moment = { scenario: "plain", tick: status.tick };
  if (base !== IDT || limit < 8 * 0x31 - 1) {
    const expected = `IDTR with the base ${hex(IDT)} and a limit that holds vector 30h: at least ${hex(8 * 0x31 - 1)}`;
    return { passed: false, expected, saw: `base ${hex(base)}, limit ${hex(limit)}`, moment };
  }
  const machine = crossingOf(context, "divide").machine();
  machine.restore(snapshot);
  for (const name of ways) {
    const { vector } = WAYS[name];
    const at = IDT + 8 * vector;
    const gate = decodeGate(machine.readPhysical(at, 8));
    const isRight = gate.present && gate.selector === 8 && gate.slot === 4 && /^(interrupt|trap) gate$/.test(gate.kind);
    if (isRight) continue;
    const expected = `vector ${hex(vector, 2)}: a 32-bit interrupt or trap gate, present, with selector 0008`;
    const saw = `${gate.kind === "none" ? "no gate" : `${gate.slot * 8}-bit ${gate.kind}`}, P = ${gate.present ? 1 : 0}, selector ${hex(gate.selector)}`;
    return { passed: false, expected, saw, moment: { ...moment, outline: `0x${hex(at)}` } };
  }
  return { passed: true, saw: `five gates at ${hex(base)}, limit ${hex(limit)}` };
}

/** Whether the program goes on where it should, and the vector was counted once. */
function crosses(context: Context, name: Way): Finding {
  const crossing = crossingOf(context, name);
  const { at, back, vector } = WAYS[name];
  const failed = notBackAt(context, crossing, back, at);
  if (failed) return failed;
  const counted = countOf(crossing, vector);
  if (counted === 1) return { passed: true, saw: `handled once, and on at ${hex(back)}` };
  const expected = `the counter at COUNTS + 4 × ${hex(vector, 2)} is 1`;
  return {
    passed: false,
    expected,
    saw: `it is ${counted}; ${deliveredText(crossing.events)}`,
    ...endOfCrossing(context, crossing),
  };
}

const registerOf = (name: string, { general }: { general: readonly { name: string; value: bigint }[] }) =>
  general.find((one) => one.name === name)?.value ?? 0n;

function service(context: Context): Finding {
  const crossed = crosses(context, "service");
  if (!("passed" in crossed) || !crossed.passed) return crossed;
  const crossing = crossingOf(context, "service");
  const { before, after } = crossing;
  const sum = (registerOf("EAX", before) + registerOf("EBX", before)) & 0xffffffffn;
  const eax = registerOf("EAX", after);
  if (eax === sum) return { passed: true, saw: `EAX = ${hex(sum, 8)}` };
  const expected = `EAX = ${hex(registerOf("EAX", before), 8)} + ${hex(registerOf("EBX", before), 8)} = ${hex(sum, 8)}`;
  return { passed: false, expected, saw: `EAX = ${hex(eax, 8)}`, ...endOfCrossing(context, crossing, "EAX") };
}

function registers(context: Context): Finding {
  let crossed = 0;
  for (const name of ways) {
    const crossing = crossingOf(context, name);
    if (!crossing.back) continue;
    crossed++;
    const changed = changedRegisters(crossing.before, crossing.after, name === "service" ? ["EAX"] : []);
    if (changed.length === 0) continue;
    const expected = `all registers as before vector ${hex(WAYS[name].vector, 2)}, the stack pointer too`;
    const outline = changed[0]?.split(" ")[0];
    return {
      passed: false,
      expected,
      saw: changed.slice(0, 3).join(", "),
      ...endOfCrossing(context, crossing, outline),
    };
  }
  return crossed > 0 ? { passed: true, saw: `the same after ${crossed} of 5` } : { blockedBy: "divide" };
}
