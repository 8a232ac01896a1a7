/** The rubric of "Find the stale entry": seven questions to the machine, 100 points. */
import type { Context, Finding, Item } from "../../widgets/lab/rubric.ts";
import { checkBoots, count, hex, SECTOR } from "../bootsector.ts";
import { checkEnds, checkTlb, dwords, momentOf } from "../translation.ts";
import { BOOK, COUNT, numbersIn, observeNumbers, observePlain, observeSum, RESULT, WINDOW } from "./observe.ts";

/** INVLPGs that are enough: one a frame, one for the page that is closed. */
const ENOUGH = COUNT + 1;
const PAGE = 4096;

const assembles = (context: Context): Finding => checkBoots(context, SECTOR);
const ends = (context: Context): Finding => checkEnds(context, context.once(observePlain));
const agrees = (context: Context): Finding => checkTlb(context.once(observePlain), "at the end");

export const items: readonly Item[] = [
  { id: "assembles", title: "Assembles, and the firmware starts it", points: 5, check: assembles },
  { id: "ends", title: "Runs to its HLT, in 64-bit mode", points: 10, dependsOn: ["assembles"], check: ends },
  { id: "found", title: "Names the entry that goes stale first", points: 15, dependsOn: ["ends"], check: found },
  { id: "sum", title: "Reads every frame through the window", points: 20, dependsOn: ["ends"], check: sum },
  { id: "refused", title: "A closed page refuses the write", points: 20, dependsOn: ["ends"], check: refused },
  { id: "agrees", title: "TLB and tables agree at the end", points: 15, dependsOn: ["ends"], check: agrees },
  {
    id: "sparing",
    title: `Forgets at most ${ENOUGH} times, and never everything`,
    points: 15,
    dependsOn: ["sum", "refused"],
    check: sparing,
  },
];

function found(context: Context): Finding {
  const at = context.build.symbols["found"];
  const expected =
    "at the label `found`, the linear address of the page whose translation is used after it was changed";
  if (at === undefined) return { passed: false, expected, saw: "there is no label `found`" };
  const run = context.once(observePlain);
  const [low, high] = dwords(run.machine(), at, 2);
  if (high === 0 && low >= WINDOW && low < WINDOW + PAGE) return { passed: true, saw: hex(low, 8) };
  const saw = `${hex((BigInt(high) << 32n) | BigInt(low), 8)}${low === 0x4000 ? ": that is where the entry is in memory" : ""}`;
  return { passed: false, expected, saw, moment: momentOf(run), place: context.placeOf(at) };
}

function sum(context: Context): Finding {
  const run = context.once(observePlain);
  const numbers = numbersIn(run);
  const wanted = numbers.reduce((all, number) => (all + number) >>> 0, 0);
  const [saw] = dwords(run.machine(), RESULT, 1);
  const expected = `at ${hex(RESULT)}, the sum of the first words of frames 20000 to 27000: ${hex(wanted)}`;
  const place = context.placeOf(context.build.symbols["sum"] ?? 0);
  if (saw !== wanted) {
    const same = saw === (numbers[0] * COUNT) >>> 0;
    const why = same ? `: ${COUNT} times the first frame’s` : "";
    return { passed: false, expected, saw: `${hex(saw)}${why}`, moment: momentOf(run, `0x${hex(RESULT)}`), place };
  }
  const others = numbers.map((_, i) => 1000 + 7 ** i);
  const again = observeNumbers(context, others);
  const other = again && dwords(again.machine(), RESULT, 1)[0];
  const total = others.reduce((all, number) => all + number, 0);
  if (other === total) return { passed: true, saw: `${hex(saw)}; with other numbers ${hex(other)}` };
  const missing = "the label `sum` is not reached in 64-bit mode";
  return {
    passed: false,
    expected: `with other numbers in the frames, their sum: ${hex(total)}`,
    saw: other === undefined ? missing : hex(other),
    moment: momentOf(run),
    place,
  };
}

function refused(context: Context): Finding {
  const run = context.once(observePlain);
  const [, times, code, , cr2] = dwords(run.machine(), RESULT, 5);
  const expected = `one page fault, error code 03, at ${hex(BOOK)}: the write after W became 0`;
  if (times === 1 && code === 3 && cr2 >= BOOK && cr2 < BOOK + PAGE) {
    return { passed: true, saw: `error code ${hex(code, 2)} at ${hex(cr2)}` };
  }
  const saw =
    times === 0
      ? "no page fault: the write was done"
      : `${count(times)} page faults, the last ${hex(code, 2)} at ${hex(cr2)}`;
  const place = context.placeOf(context.build.symbols["close"] ?? 0);
  return { passed: false, expected, saw, moment: momentOf(run), place };
}

function sparing(context: Context): Finding {
  const run = context.once(observePlain);
  const start = context.once(observeSum);
  const expected = `from the label \`sum\` on, at most ${ENOUGH} INVLPGs, and no flush of all translations`;
  if (!start) return { passed: false, expected, saw: "the label `sum` is not reached in 64-bit mode" };
  const before = start.machine().ledger().counts;
  const after = run.machine().ledger().counts;
  const [single, all] = [after.invalidations - before.invalidations, after.flushes - before.flushes];
  const saw = `${count(single)} INVLPGs, ${count(all)} flushes`;
  if (single <= ENOUGH && all === 0) return { passed: true, saw };
  return { passed: false, expected, saw, moment: momentOf(run) };
}
