/** What the rubric of "Find the stale entry" looks at: the run to its end, and one with other numbers in the frames. */
import type { Context } from "../../widgets/lab/rubric.ts";
import { observeStart } from "../bootsector.ts";
import { continueProgram, dwords, RUN_TICKS, type Run, runProgram } from "../translation.ts";

export const WINDOW = 0x40_0000;
export const BOOK = 0x40_1000;
export const FRAMES = 0x2_0000;
export const COUNT = 8;
export const RESULT = 0x9000;
const PAGE = 4096;

export const observePlain = (context: Context): Run => runProgram(context, "plain");

/** Up to the label `sum`, where the kernel proper begins; undefined where there is none, or it is not reached. */
export function observeSum(context: Context): Run | undefined {
  const at = context.build.symbols["sum"];
  if (at === undefined) return undefined;
  const run = runProgram(context, "plain", at);
  return run.status.address === at && run.status.mode === "long" ? run : undefined;
}

/** The same with `numbers` in the frames; a hidden check may bring others. */
export function observeNumbers(context: Context, numbers: readonly number[]): Run | undefined {
  const before = context.once(observeSum);
  if (!before) return undefined;
  const machine = before.machine();
  for (const [i, number] of numbers.entries()) {
    const word = new Uint8Array(new Uint32Array([number]).buffer);
    machine.writePhysical(FRAMES + i * PAGE, word);
  }
  return continueProgram(machine, context.once(observeStart).status.tick + RUN_TICKS, "plain");
}

/** The numbers in the frames as the run left them. */
export function numbersIn(run: Run): number[] {
  const machine = run.machine();
  return Array.from({ length: COUNT }, (_, i) => dwords(machine, FRAMES + i * PAGE, 1)[0]);
}
