// Checks after hand-in, as an instructor writes them for lesson 5's labs: the same questions with values that no page has.
import { expect, test } from "vitest";
import { engineBench } from "../../widgets/lab/enginebench.ts";
import { gradeHidden } from "../../widgets/lab/grader.ts";
import type { Context, Finding, Item, Lab, Scenario } from "../../widgets/lab/rubric.ts";
import { observeWay as observeAccess } from "../05-survive-page-fault/observe.ts";
import { observeGhost } from "../05-timer-ticks/observe.ts";
import { GHOST } from "../05-timer-ticks/start.ts";
import { type Crossing, changedRegisters, notBackAt } from "../crossings.ts";
import { loadLab, readFiles } from "../folders.ts";
import { observeWay } from "./observe.ts";

/** Direction flag set, another stack, other registers. */
const strange = (eip: number, given: Record<string, bigint>): Scenario => ({
  title: "Other registers, flags and stack",
  at: 0x8000,
  registers: Object.entries({ EBX: 0x77n, EBP: 0n, ESP: 0x6f04n, EFLAGS: 0x446n, ...given, EIP: BigInt(eip) }),
});

function unharmed(context: Context, crossing: Crossing, to: number, culprit: number): Finding {
  const failed = notBackAt(context, crossing, to, culprit);
  if (failed) return failed;
  const changed = changedRegisters(crossing.before, crossing.after);
  if (changed.length === 0) return { passed: true };
  return { passed: false, expected: "all registers as before", saw: changed.join(", ") };
}

const hidden: Readonly<Record<string, Item["check"]>> = {
  "05-first-idt": (context) => {
    const scenario = strange(0x8035, { EDX: 0xfff0n });
    return unharmed(context, observeWay(context, "protection", scenario), 0x8037, 0x8035);
  },
  "05-survive-page-fault": (context) => {
    const scenario = strange(0x8000, { EDI: 0x40eff0n, EAX: 0x1234n });
    return unharmed(context, observeAccess(context, "write", scenario), 0x8002, 0x8000);
  },
  "05-timer-ticks": (context) => {
    const { handled } = observeGhost(context, strange(GHOST, { EDX: 0x55n }));
    const isr = handled?.after.first.isr;
    return isr === 1 ? { passed: true } : { passed: false, expected: "ISR 01", saw: `ISR ${isr ?? "never read"}` };
  },
};

async function judge(lab: Lab, folder: string): Promise<string> {
  const items: Item[] = [{ id: "hidden", title: "Other values", points: 10, check: hidden[lab.id] }];
  const { rows, earned } = gradeHidden(lab, items, readFiles(lab, folder), await engineBench());
  return `${earned}, ${rows[0].state}`;
}

test.each([
  ["05-first-idt", "keeps-error-code"],
  ["05-survive-page-fault", "loses-ebx"],
  ["05-timer-ticks", "always-eoi"],
])("%s: the solution passes with hidden values, the starter and %s do not", async (name, wrong) => {
  const lab = await loadLab(name);
  expect(await judge(lab, "solution")).toBe("10, passed");
  expect(await judge(lab, "starter")).toBe("0, failed");
  expect(await judge(lab, `wrong/${wrong}`)).toBe("0, failed");
});
