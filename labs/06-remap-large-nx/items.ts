/** The rubric of "Remap with large pages and NX": seven questions to the machine, 100 points. */
import type { Context, Finding, Item } from "../../widgets/lab/rubric.ts";
import { checkBoots, count, hex, SECTOR } from "../bootsector.ts";
import {
  address,
  checkEnds,
  checkTlb,
  control,
  dwords,
  mappingsOf,
  momentOf,
  rightsText,
  walkText,
} from "../translation.ts";
import { CODE, DATA, DATA_BYTES, observeEnd, observeRemapped, RESULT } from "./observe.ts";

const WP = 0x1_0000n;
const NXE = 0x800n;
const PAGE = 4096;

export const items: readonly Item[] = [
  {
    id: "assembles",
    title: "Assembles, and the firmware starts it",
    points: 5,
    check: (context) => checkBoots(context, 2 * SECTOR),
  },
  { id: "returns", title: "The kernel goes on after remap", points: 10, dependsOn: ["assembles"], check: returns },
  { id: "large", title: "200000–3FFFFF is one page of 2 MiB", points: 25, dependsOn: ["returns"], check: large },
  { id: "no-execute", title: "Nothing writable is executable", points: 25, dependsOn: ["returns"], check: noExecute },
  { id: "code", title: "The code is read-only, for ring 0 too", points: 15, dependsOn: ["returns"], check: code },
  { id: "forgets", title: "The TLBs hold nothing old after remap", points: 10, dependsOn: ["returns"], check: forgets },
  {
    id: "attempts",
    title: "What must not be, faults",
    points: 10,
    dependsOn: ["returns", "code", "no-execute", "forgets"],
    check: attempts,
  },
];

function returns(context: Context): Finding {
  const after = context.once(observeRemapped);
  const ends = checkEnds(context, context.once(observeEnd));
  if (after || !("passed" in ends) || !ends.passed) return ends;
  return { passed: false, expected: "the label `remapped` is reached in 64-bit mode", saw: "it is not" };
}

/** The run up to `remapped`, which `returns` has found. */
function remapped(context: Context) {
  const run = context.once(observeRemapped);
  if (!run) throw new Error("`returns` passed without it");
  return run;
}

function large(context: Context): Finding {
  const run = remapped(context);
  const walk = run.machine().walk(BigInt(DATA), { kind: "read", user: false });
  const { outcome } = walk;
  const expected = `${hex(DATA)} is a writable page of 2 MiB at ${hex(DATA)}`;
  if (outcome.kind === "page" && outcome.size === DATA_BYTES && outcome.page === DATA && outcome.writable) {
    return { passed: true, saw: walkText(walk) };
  }
  const size = outcome.kind === "page" ? `a page of ${count(outcome.size)} bytes at ` : "";
  return { passed: false, expected, saw: size + walkText(walk), moment: momentOf(run, "0x3008") };
}

function noExecute(context: Context): Finding {
  const run = remapped(context);
  const machine = run.machine();
  const expected = "EFER.NXE is 1, and every page that is writable has NX on its way";
  if (!(control(machine, "EFER") & NXE)) {
    return { passed: false, expected, saw: "EFER.NXE is 0", moment: momentOf(run, "EFER") };
  }
  const found = mappingsOf(machine, 1024);
  const both = found?.mappings.find(({ writable, executable }) => writable && executable);
  if (both) {
    const saw = `${address(both.la)}, ${count(both.bytes)} bytes: ${rightsText(both)}`;
    return { passed: false, expected, saw, moment: momentOf(run) };
  }
  if (!found?.complete)
    return { passed: false, expected, saw: "more ranges than can be listed", moment: momentOf(run) };
  return { passed: true, saw: `${count(found.mappings.length)} ranges, none of them both` };
}

function code(context: Context): Finding {
  const run = remapped(context);
  const machine = run.machine();
  const expected = `page ${hex(CODE)} is read-only and executable, and CR0.WP is 1`;
  const walk = machine.walk(BigInt(CODE), { kind: "execute", user: false });
  const { outcome } = walk;
  const guards = (control(machine, "CR0") & WP) !== 0n;
  if (outcome.kind === "page" && !outcome.writable && outcome.physical === CODE && guards) {
    return { passed: true, saw: walkText(walk) };
  }
  const saw = guards ? walkText(walk) : `CR0.WP is 0; ${walkText(walk)}`;
  return { passed: false, expected, saw, moment: momentOf(run, guards ? "0x4038" : "CR0") };
}

function forgets(context: Context): Finding {
  return checkTlb(remapped(context), "when remap has returned");
}

function attempts(context: Context): Finding {
  const run = context.once(observeEnd);
  const machine = run.machine();
  const [times] = dwords(machine, RESULT, 1);
  const log = Array.from({ length: Math.min(times, 4) }, (_, i) => dwords(machine, RESULT + 16 + 16 * i, 3));
  const text = log.map(([errorCode, , cr2]) => `${hex(errorCode, 2)} at ${hex(cr2)}`).join(", ");
  const expected = `two page faults: 03 in page ${hex(CODE)}, 11 at ${hex(DATA + 0x10_0000)}`;
  const [write, jump] = log;
  const inCode = write?.[0] === 3 && write[2] >= CODE && write[2] < CODE + PAGE;
  if (times === 2 && inCode && jump[0] === 0x11 && jump[2] === DATA + 0x10_0000) return { passed: true, saw: text };
  return { passed: false, expected, saw: text || "none", moment: momentOf(run, `0x${hex(RESULT)}`) };
}
