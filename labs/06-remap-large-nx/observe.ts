/** What the rubric of "Remap with large pages and NX" looks at: right after `remap`, and the end. */
import type { Context } from "../../widgets/lab/rubric.ts";
import { observeStart } from "../bootsector.ts";
import { continueProgram, RUN_TICKS, type Run, runProgram } from "../translation.ts";

export const DATA = 0x20_0000;
export const DATA_BYTES = 0x20_0000;
/** The page that the program is in. */
export const CODE = 0x7000;
export const RESULT = 0x9000;

/** When `remap` has returned; undefined where it does not, or where the label `remapped` is gone. */
export function observeRemapped(context: Context): Run | undefined {
  const at = context.build.symbols["remapped"];
  if (at === undefined) return undefined;
  const run = runProgram(context, "plain", at);
  return run.status.address === at && run.status.mode === "long" ? run : undefined;
}

/** From there to the end. */
export function observeEnd(context: Context): Run {
  const before = context.once(observeRemapped);
  if (!before) return runProgram(context, "plain");
  return continueProgram(before.machine(), context.once(observeStart).status.tick + RUN_TICKS, "plain");
}
