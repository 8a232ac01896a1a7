/** The runs that the rubric of "Build page tables" looks at. */
import type { Context, Scenario } from "../../widgets/lab/rubric.ts";
import { observeStart, startAgain } from "../bootsector.ts";
import { continueProgram, RUN_TICKS, type Run, runProgram } from "../translation.ts";

export const observePlain = (context: Context): Run => runProgram(context, "plain");
export const observeMarked = (context: Context): Run => runProgram(context, "marked");

/** A run in a scenario that a hidden check brings. */
export function observeRun(context: Context, name: string, scenario: Scenario): Run {
  const { machine, snapshot, status } = context.once(observeStart);
  startAgain(machine, snapshot, scenario);
  return continueProgram(machine, status.tick + RUN_TICKS, name);
}
