/** The rubric of "The timer ticks": eight questions to the machine, 100 points. */
import type { Context, Finding, Item, Moment } from "../../widgets/lab/rubric.ts";
import type { PicState } from "../../widgets/model/interrupt-lines.ts";
import { checkBoots, count, endOf, endText, hex } from "../bootsector.ts";
import { changedRegisters } from "../crossings.ts";
import { type Handled, observeArrival, observeGhost, observeTicks, pointer, type TickRun } from "./observe.ts";
import { HZ, MOST_BYTES, WANTED } from "./start.ts";

/** Ticks of a second of guest time, which the machine's configuration leaves as they are. */
const TICKS_PER_SECOND = 200_000_000;
const TOLERANCE = 0.01;

export const items: readonly Item[] = [
  { id: "boots", title: "Assembles, and comes back from setup", points: 5, check: boots },
  {
    id: "remap",
    title: "Vectors 20h and 28h, four words to each 8259",
    points: 20,
    dependsOn: ["boots"],
    check: remap,
  },
  { id: "masks", title: "All inputs are masked but IRQ 0", points: 10, dependsOn: ["boots"], check: masks },
  { id: "ticks", title: `The program counts ${WANTED} ticks`, points: 20, dependsOn: ["boots"], check: ticks },
  { id: "rate", title: `${HZ} ticks a second`, points: 15, dependsOn: ["boots"], check: rate },
  { id: "eoi", title: "Each interrupt is ended, once", points: 10, dependsOn: ["boots"], check: ends },
  { id: "registers", title: "Every register is as it was", points: 10, dependsOn: ["boots"], check: registers },
  { id: "spurious", title: "A spurious IRQ 7 ends nothing", points: 10, dependsOn: ["boots"], check: spurious },
];

function boots(context: Context): Finding {
  const assembled = checkBoots(context, MOST_BYTES);
  if (!("passed" in assembled) || !assembled.passed) return assembled;
  const { reached, status } = context.once(observeArrival);
  if (reached) return assembled;
  const expected = "setup returns, and the program at 8000 begins";
  return { passed: false, expected, saw: endText(status, 40_000_000), ...endOf(context, status) };
}

const begins = (context: Context): { moment: Moment } => ({
  moment: { scenario: "plain", tick: context.once(observeArrival).status.tick },
});

function remap(context: Context): Finding {
  const { first, second } = context.once(observeArrival);
  const wanted: readonly [string, PicState, number, number][] = [
    ["first", first, 0x20, 0x04],
    ["second", second, 0x28, 0x02],
  ];
  for (const [which, pic, icw2, icw3] of wanted) {
    const name = `the ${which} 8259`;
    if (pic.expects !== 0) {
      const expected = `${name} has got all its words`;
      return { passed: false, expected, saw: `it waits for ICW${pic.expects}`, ...begins(context) };
    }
    const isRight = pic.icw2 === icw2 && pic.icw3 === icw3 && (pic.icw4 & 0x13) === 1 && (pic.icw1 & 0x0b) === 1;
    if (isRight) continue;
    const text = (words: readonly number[]) => words.map((word, i) => `ICW${i + 1} ${hex(word, 2)}`).join(", ");
    const expected = `${name}: ${text([0x11, icw2, icw3, 0x01])}`;
    return { passed: false, expected, saw: text([pic.icw1, pic.icw2, pic.icw3, pic.icw4]), ...begins(context) };
  }
  return { passed: true, saw: "IRQ 0–7 at 20–27, IRQ 8–15 at 28–2F" };
}

function masks(context: Context): Finding {
  const { first, second } = context.once(observeArrival);
  if (first.imr === 0xfe && second.imr === 0xff) return { passed: true, saw: "masks FE and FF" };
  const saw = `${hex(first.imr, 2)} and ${hex(second.imr, 2)}`;
  return { passed: false, expected: "masks FE and FF", saw, ...begins(context) };
}

const endOfRun = (context: Context, { status }: TickRun) => endOf(context, status);
const many = (n: number) => `${n} ${n === 1 ? "interrupt" : "interrupts"} by vector 20`;

function ticks(context: Context): Finding {
  const run = context.once(observeTicks);
  const { reason } = run.status;
  const ended = reason.kind === "halt" && reason.forever;
  if (ended && run.counted === WANTED && run.ticks.length === WANTED) {
    return { passed: true, saw: `${many(WANTED)}, TICKS = ${run.counted}` };
  }
  const expected = `${many(WANTED)}, TICKS = ${WANTED}, and the program's own end`;
  const how = reason.kind === "triple fault" ? `; triple fault: ${reason.chain.join(", ")}` : "";
  return {
    passed: false,
    expected,
    saw: `${many(run.ticks.length)}, TICKS = ${run.counted}${how}`,
    ...endOfRun(context, run),
  };
}

function rate(context: Context): Finding {
  const run = context.once(observeTicks);
  const [first, second] = run.ticks;
  if (!first || !second) {
    const how = first ? "one interrupt only" : "no interrupt";
    return {
      passed: false,
      expected: `two interrupts by vector 20, 1/${HZ} s apart`,
      saw: how,
      ...endOfRun(context, run),
    };
  }
  const found = TICKS_PER_SECOND / (second.tick - first.tick);
  const saw = `${found.toFixed(1)} a second`;
  if (Math.abs(found - HZ) <= HZ * TOLERANCE) return { passed: true, saw };
  const expected = `${HZ} a second: the counter loaded with ${count(Math.round(1_193_182 / HZ))}`;
  return { passed: false, expected, saw, moment: { scenario: "plain", tick: second.tick } };
}

const momentOf = ({ status }: Handled, scenario: string, outline?: string): { moment: Moment } => ({
  moment: { scenario, tick: status.tick, ...(outline ? { outline } : {}) },
});

function ends(context: Context): Finding {
  const run = context.once(observeTicks);
  const [first] = run.ticks;
  if (!first?.back) return { blockedBy: "ticks" };
  const { first: pic, second: other } = first.after;
  if (pic.isr === 0 && other.isr === 0) return { passed: true, saw: "nothing in service after the handler" };
  const expected = "nothing in service after the handler";
  const saw = `ISR ${hex(pic.isr, 2)} and ${hex(other.isr, 2)}`;
  return { passed: false, expected, saw, ...momentOf(first, "plain"), place: context.placeOf(first.status.address) };
}

/** What differs between the program before an interrupt and after it. */
function changedBy({ entered, left, pushedFlags }: Handled): string[] {
  const program = {
    ...entered,
    flags: pushedFlags,
    general: entered.general.map((one) =>
      one.name === "ESP" ? { ...one, value: BigInt(pointer(entered) + 12) } : one,
    ),
  };
  return changedRegisters(program, left);
}

function registers(context: Context): Finding {
  const run = context.once(observeTicks);
  const [first] = run.ticks;
  if (!first?.back) return { blockedBy: "ticks" };
  const changed = changedBy(first);
  if (changed.length === 0) return { passed: true, saw: "the same after the interrupt" };
  const expected = "all registers as before the interrupt, the stack pointer too";
  return {
    passed: false,
    expected,
    saw: changed.slice(0, 3).join(", "),
    ...momentOf(first, "plain", changed[0]?.split(" ")[0]),
  };
}

function spurious(context: Context): Finding {
  const { handled, status } = context.once(observeGhost);
  const expected = "IRQ 0 still in service after vector 27, TICKS and all registers as they were";
  if (!handled) {
    const { reason } = status;
    const saw =
      reason.kind === "triple fault" ? `triple fault: ${reason.chain.join(", ")}` : "no interrupt by vector 27";
    return { passed: false, expected, saw, moment: { scenario: "ghost", tick: status.tick } };
  }
  const at = momentOf(handled, "ghost");
  if (!handled.back)
    return { passed: false, expected, saw: `the handler never returned: ${hex(status.address)}`, ...at };
  const changed = changedBy(handled);
  if (changed.length > 0) return { passed: false, expected, saw: changed.slice(0, 3).join(", "), ...at };
  const { isr } = handled.after.first;
  if (isr !== 1)
    return { passed: false, expected, saw: `ISR ${hex(isr, 2)}: an EOI ended the interrupt of IRQ 0`, ...at };
  if (handled.counted !== 0) return { passed: false, expected, saw: `TICKS = ${handled.counted}`, ...at };
  return { passed: true, saw: "ISR 01 after it" };
}
