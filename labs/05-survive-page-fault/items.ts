/** The rubric of "Survive a page fault": eight questions to the machine, 100 points. */
import type { Context, Finding, Item } from "../../widgets/lab/rubric.ts";
import { decodeGate } from "../../widgets/model/gate.ts";
import { checkBoots, endOf, endText, hex } from "../bootsector.ts";
import { type Crossing, changedRegisters, endOfCrossing, notBackAt } from "../crossings.ts";
import {
  observeAll,
  observeArrival,
  observeBehind,
  observeNull,
  observeRead,
  observeReadOnly,
  observeWild,
  observeWrite,
  word,
} from "./observe.ts";
import { CONSTANT, FRAMES, HEAP, HEAP_PAGES, IDT, MOST_BYTES, TABLE, WAYS, WILD } from "./start.ts";

export const items: readonly Item[] = [
  { id: "boots", title: "Assembles, and comes back from setup", points: 5, check: boots },
  { id: "gate", title: "Vector 14 has a gate", points: 10, dependsOn: ["boots"], check: gate },
  { id: "touch", title: "A missing page of the heap appears", points: 20, dependsOn: ["gate"], check: touch },
  { id: "zero", title: "It is full of zeros", points: 10, dependsOn: ["touch"], check: zero },
  { id: "many", title: "Each page has a frame of its own", points: 15, dependsOn: ["touch"], check: many },
  { id: "wild", title: "A wild access ends the program", points: 15, dependsOn: ["gate"], check: wild },
  { id: "readonly", title: "A write to the read-only page, too", points: 10, dependsOn: ["gate"], check: readOnly },
  { id: "registers", title: "Every register is as it was", points: 15, dependsOn: ["gate"], check: registers },
];

function boots(context: Context): Finding {
  const assembled = checkBoots(context, MOST_BYTES);
  if (!("passed" in assembled) || !assembled.passed) return assembled;
  const { reached, status } = context.once(observeArrival);
  if (reached) return assembled;
  const expected = "setup returns, paging goes on, and the program at 8000 begins";
  return { passed: false, expected, saw: endText(status, 40_000_000), ...endOf(context, status) };
}

function gate(context: Context): Finding {
  const { registers: file, status } = context.once(observeArrival);
  const { base, limit } = file.idtr;
  const at = IDT + 8 * 14;
  const { present, selector, kind, slot } = decodeGate(context.once(observeWild).machine().readPhysical(at, 8));
  const isRight = present && selector === 8 && slot === 4 && /^(interrupt|trap) gate$/.test(kind);
  if (isRight && base === IDT && limit >= 8 * 15 - 1) return { passed: true, saw: `${kind} at ${hex(at)}` };
  const expected = `IDTR with the base ${hex(IDT)} and vector 14 within its limit; a 32-bit gate, present, selector 0008`;
  const saw = `base ${hex(base)}, limit ${hex(limit)}; ${kind === "none" ? "no gate" : `${slot * 8}-bit ${kind}`}, P = ${present ? 1 : 0}, selector ${hex(selector)}`;
  return { passed: false, expected, saw, moment: { scenario: "plain", tick: status.tick, outline: `0x${hex(at)}` } };
}

/** The frame that page `n` of the heap has, with the entry's bits. */
const entryOf = ({ machine }: Crossing, page: number) => word(machine().readPhysical(TABLE + 4 * page, 4));
const isFrame = (entry: number) => (entry & 1) === 1 && (entry & ~0xfff) >= FRAMES.from && (entry & ~0xfff) < FRAMES.to;

function touch(context: Context): Finding {
  const crossing = context.once(observeWrite);
  const failed = notBackAt(context, crossing, WAYS.write.back, WAYS.write.at);
  if (failed) return failed;
  const entry = entryOf(crossing, 2);
  const outline = `0x${hex(TABLE + 8)}`;
  if (!isFrame(entry) || !(entry & 2)) {
    const expected = `the heap's page 2 mapped to a frame from ${hex(FRAMES.from)} on, present and writable`;
    return {
      passed: false,
      expected,
      saw: `its entry is ${hex(entry, 8)}`,
      ...endOfCrossing(context, crossing, outline),
    };
  }
  const value = word(crossing.machine().readPhysical((entry & ~0xfff) + 0x344, 4));
  if (value === 0x600df00d) return { passed: true, saw: `the write is in frame ${hex(entry & ~0xfff)}` };
  const expected = "the write happens after all: 600DF00D in the new frame";
  return { passed: false, expected, saw: hex(value, 8), ...endOfCrossing(context, crossing, outline) };
}

function zero(context: Context): Finding {
  const crossing = context.once(observeRead);
  const failed = notBackAt(context, crossing, WAYS.read.back, WAYS.read.at);
  if (failed) return failed;
  const from = entryOf(crossing, 5) & ~0xfff;
  const frame = crossing.machine().readPhysical(from, 4096);
  const next = crossing.machine().readPhysical(from + 4096, 4096);
  const at = frame.findIndex((byte) => byte !== 0);
  const spared = next.some((byte) => byte !== 0);
  if (at < 0 && spared) return { passed: true, saw: "4,096 bytes of 0 in a frame that held a pattern" };
  const saw =
    at < 0
      ? "the frame behind it is cleared as well"
      : `${hex(frame[at] ?? 0, 2)} at byte ${at}, from whoever had the frame before`;
  return { passed: false, expected: "4,096 bytes of 0, and no more", saw, ...endOfCrossing(context, crossing) };
}

function many(context: Context): Finding {
  const all = context.once(observeAll);
  const last = all.touched.at(-1);
  const expected = `${HEAP_PAGES - 1} pages in ${HEAP_PAGES - 1} frames, each with what was written to it`;
  if (!last || all.touched.length < HEAP_PAGES - 1) {
    return { passed: false, expected, saw: `it ended at page ${last?.page ?? 0}` };
  }
  const frames = new Map<number, number>();
  for (const { page, entry } of all.touched) {
    const frame = entry & ~0xfff;
    const other = frames.get(frame);
    if (other !== undefined) {
      return { passed: false, expected, saw: `pages ${other} and ${page} are both in frame ${hex(frame)}` };
    }
    frames.set(frame, page);
  }
  for (const { page } of all.touched) {
    const [value, wanted] = [all.read(page), 0x11110000 + page];
    if (value === wanted) continue;
    return { passed: false, expected, saw: `page ${page} holds ${hex(value, 8)} instead of ${hex(wanted, 8)}` };
  }
  return { passed: true, saw: `${frames.size} frames` };
}

/** The program went on at `killed`, and WILD has the address. */
function killed(context: Context, crossing: Crossing, address: number): Finding | undefined {
  const failed = notBackAt(context, crossing, WAYS.wild.back, crossing.status.address);
  const found = word(crossing.machine().readPhysical(WILD, 4));
  if (failed) return failed;
  if (found === address) return undefined;
  const expected = `WILD = ${hex(address, 8)}`;
  return { passed: false, expected, saw: hex(found, 8), ...endOfCrossing(context, crossing, `0x${hex(WILD)}`) };
}

function wild(context: Context): Finding {
  const failed =
    killed(context, context.once(observeWild), 0x800000) ??
    killed(context, context.once(observeBehind), HEAP + HEAP_PAGES * 0x1000) ??
    killed(context, context.once(observeNull), 0xc);
  return failed ?? { passed: true, saw: "at killed, with 00800000 in WILD" };
}

function readOnly(context: Context): Finding {
  const crossing = context.once(observeReadOnly);
  const failed = killed(context, crossing, CONSTANT.page + 0x10);
  if (failed) return failed;
  const entry = entryOf(crossing, HEAP_PAGES - 1) & ~0x20;
  if (entry === CONSTANT.frame + 1) return { passed: true, saw: "at killed, and the page is as it was" };
  const expected = `the page's entry stays ${hex(CONSTANT.frame + 1, 8)}`;
  return { passed: false, expected, saw: hex(entry, 8), ...endOfCrossing(context, crossing) };
}

function registers(context: Context): Finding {
  const [write, read] = [context.once(observeWrite), context.once(observeRead)];
  let crossed = 0;
  for (const crossing of [write, read]) {
    if (!crossing.back) continue;
    crossed++;
    const changed = changedRegisters(crossing.before, crossing.after, crossing === read ? ["EAX"] : []);
    if (changed.length === 0) continue;
    const expected = "all registers as before the fault, the stack pointer too";
    const outline = changed[0]?.split(" ")[0];
    return {
      passed: false,
      expected,
      saw: changed.slice(0, 3).join(", "),
      ...endOfCrossing(context, crossing, outline),
    };
  }
  return crossed > 0 ? { passed: true, saw: "the same after the fault" } : { blockedBy: "touch" };
}
